//! Cores in a process of their module. A module that panics, does not come to an end, takes all the
//! memory it may have or is killed takes nothing with it but its own process, which is started again.

mod host;
mod wire;

pub use host::host;

use super::place::{Failure, Opening, Place, Running, State, Stepped, Work};
use host::Hello;
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use std::collections::HashMap;
use std::io::{Error, ErrorKind, IoSlice};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a step may take before the module's process is ended.
const STEP_MAX: Duration = Duration::from_secs(15);
/// Opening may have to make a new view.
const OPEN_MAX: Duration = Duration::from_secs(60);

/// The processes of a site's modules, started when their first partition is opened.
pub struct Processes {
    program: PathBuf,
    memory_mib: u64,
    running: Mutex<HashMap<&'static str, Arc<ModuleProcess>>>,
}

struct ModuleProcess {
    module: &'static str,
    child: Mutex<Child>,
    control: UnixStream,
}

impl Processes {
    /// Processes of `program`, which is told `module NAME --memory-mib N` and given the control socket
    /// as its standard input; see [`host`].
    #[must_use]
    pub fn new(program: PathBuf, memory_mib: u64) -> Self {
        Self {
            program,
            memory_mib,
            running: Mutex::default(),
        }
    }

    /// The module's process, started if there is none.
    fn process(&self, module: &'static str) -> Result<Arc<ModuleProcess>, Error> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(process) = running.get(module)
            && process.end().is_none()
        {
            return Ok(Arc::clone(process));
        }
        let process = Arc::new(self.start(module)?);
        running.insert(module, Arc::clone(&process));
        Ok(process)
    }

    fn start(&self, module: &'static str) -> Result<ModuleProcess, Error> {
        let (control, theirs) = UnixStream::pair()?;
        let child = Command::new(&self.program)
            .arg0("sekoci")
            .args(["module", module, "--memory-mib"])
            .arg(self.memory_mib.to_string())
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            // An interrupt from the terminal is the site's to deal with: it still needs its modules.
            .process_group(0)
            .spawn()?;
        tracing::info!(module, pid = child.id(), "module's process started");
        Ok(ModuleProcess {
            module,
            child: Mutex::new(child),
            control,
        })
    }

    fn connect(&self, module: &'static str) -> Result<(Arc<ModuleProcess>, UnixStream), Error> {
        let process = self.process(module)?;
        let (ours, theirs) = UnixStream::pair()?;
        process.hand_over(&theirs)?;
        Ok((process, ours))
    }
}

impl ModuleProcess {
    fn hand_over(&self, socket: &UnixStream) -> Result<(), Error> {
        let sockets = [socket.as_fd()];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        ancillary.push(SendAncillaryMessage::ScmRights(&sockets));
        let byte = [IoSlice::new(&[0])];
        sendmsg(&self.control, &byte, &mut ancillary, SendFlags::NOSIGNAL)?;
        Ok(())
    }

    /// How it ended; `None` while it runs.
    fn end(&self) -> Option<String> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        match child.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) => Some(status.to_string()),
            Err(error) => Some(error.to_string()),
        }
    }

    fn kill(&self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = child.kill().and_then(|()| child.wait());
        tracing::error!(module = self.module, ?ended, "module's process was ended");
    }
}

impl Drop for ModuleProcess {
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        // Ended already, or of no use to anybody now.
        let _ = child.kill().and_then(|()| child.wait());
    }
}

impl Place for Processes {
    fn open(&self, opening: Opening<'_>) -> Result<(Box<dyn Running>, State), Failure> {
        let module = opening.module.name();
        let connected = self.connect(module);
        let (process, socket) =
            connected.map_err(|e| Failure::outside(format!("the module's process: {e}")))?;
        let mut core = InProcess { process, socket };
        let hello = Hello {
            config: opening.config.clone(),
            view_path: opening.view_path.to_owned(),
            keys: opening.keys,
        };
        let state = core.ask(&hello, OPEN_MAX)?;
        Ok((Box::new(core), state))
    }
}

/// A core in its module's process.
struct InProcess {
    process: Arc<ModuleProcess>,
    socket: UnixStream,
}

impl InProcess {
    fn ask<T: serde::de::DeserializeOwned>(
        &mut self,
        message: &impl serde::Serialize,
        patience: Duration,
    ) -> Result<T, Failure> {
        let answered = self.exchange::<T>(message, patience);
        let error = match answered {
            Ok(Some(answer)) => return answer,
            Ok(None) => return Err(self.ended("its socket was closed")),
            Err(error) => error,
        };
        if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) {
            self.process.kill();
            return Err(Failure::broken_off(format!(
                "no end after {} s: the module's process was ended",
                patience.as_secs()
            )));
        }
        Err(self.ended(&error.to_string()))
    }

    fn exchange<T: serde::de::DeserializeOwned>(
        &mut self,
        message: &impl serde::Serialize,
        patience: Duration,
    ) -> Result<Option<Result<T, Failure>>, Error> {
        self.socket.set_read_timeout(Some(patience))?;
        self.socket.set_write_timeout(Some(patience))?;
        wire::send(&mut self.socket, message)?;
        wire::receive(&mut self.socket)
    }

    fn ended(&self, seen: &str) -> Failure {
        // The socket is closed a moment before the process can be waited for.
        let mut end = self.process.end();
        for _ in 0..50 {
            if end.is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
            end = self.process.end();
        }
        let how = end.map_or_else(|| seen.to_owned(), |end| format!("it ended, {end}"));
        Failure::broken_off(format!("the module's process does not answer: {how}"))
    }
}

impl Running for InProcess {
    fn step(&mut self, work: Work) -> Result<Stepped, Failure> {
        self.ask(&work, STEP_MAX)
    }
}
