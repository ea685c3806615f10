//! Keeps one child running: a thread that starts it, waits for it and starts it again.

use crate::launch::{self, Program};
use nix::sys::signal::Signal;
use std::collections::VecDeque;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// The first pause before a restart; it doubles up to [`PAUSE_MAX`] while starts keep failing.
const PAUSE_MIN: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_millis(1000);
/// A child that ran this long has proven itself: the next pause is the first again.
const PROVEN: Duration = Duration::from_secs(10);
const REASONS_MAX: usize = 16;
const GATE_LIMIT: Duration = Duration::from_secs(30);

/// How one child is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChildStatus {
    /// Its name in the site's spec, or `etcd`, `patroni`.
    pub name: String,
    /// Its process, while it runs.
    pub pid: Option<u32>,
    /// How often it ended by itself and was started again.
    pub restarts: u64,
    /// Why it ended or could not start, oldest first; the last 16.
    pub reasons: VecDeque<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Running,
    Held,
    Gone,
}

/// Something to wait for before a start, asked every 50 ms from the child's own namespace.
pub type Gate = Box<dyn Fn() -> bool + Send>;

struct Shared {
    wanted: Mutex<Wanted>,
    changed: Condvar,
    status: watch::Sender<ChildStatus>,
}

/// One supervised child. Dropping it kills the child.
pub struct Supervised {
    shared: Arc<Shared>,
    status: watch::Receiver<ChildStatus>,
}

impl Supervised {
    /// A supervisor that holds: nothing runs before [`Supervised::run`].
    pub fn new(
        program: Program,
        namespace: Option<String>,
        gate: Option<Gate>,
    ) -> io::Result<Self> {
        let first = ChildStatus {
            name: program.name.clone(),
            ..ChildStatus::default()
        };
        let (sender, status) = watch::channel(first);
        let shared = Arc::new(Shared {
            wanted: Mutex::new(Wanted::Held),
            changed: Condvar::new(),
            status: sender,
        });
        let thread = Arc::clone(&shared);
        let name = format!("supervise-{}", program.name);
        std::thread::Builder::new().name(name).spawn(move || {
            let entered = namespace.as_deref().map_or(Ok(()), launch::enter_namespace);
            match entered {
                Ok(()) => thread.supervise(&program, gate.as_ref()),
                Err(error) => thread.note(format!("network namespace: {error}")),
            }
        })?;
        Ok(Self { shared, status })
    }

    /// Start it, and again whenever it ends.
    pub fn run(&self) {
        self.shared.want(Wanted::Running);
    }

    /// Start nothing any more; what runs goes on running.
    pub fn hold(&self) {
        self.shared.want(Wanted::Held);
    }

    /// How it is now.
    pub fn status(&self) -> ChildStatus {
        self.status.borrow().clone()
    }

    /// Sends it a signal if it runs; says whether it did.
    pub fn signal(&self, signal: Signal) -> bool {
        let pid = self.status.borrow().pid;
        pid.is_some_and(|pid| {
            let pid = nix::unistd::Pid::from_raw(pid.cast_signed());
            nix::sys::signal::kill(pid, signal).is_ok()
        })
    }

    /// Returns when it has ended, or after `limit` with `false`.
    pub async fn ended(&self, limit: Duration) -> bool {
        let mut status = self.status.clone();
        let ended = status.wait_for(|status| status.pid.is_none());
        tokio::time::timeout(limit, ended).await.is_ok()
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.shared.want(Wanted::Gone);
        self.signal(Signal::SIGKILL);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn want(&self, wanted: Wanted) {
        let mut now = self.lock();
        if *now != Wanted::Gone {
            *now = wanted;
        }
        self.changed.notify_all();
    }

    fn note(&self, reason: String) {
        self.status.send_modify(|status| {
            tracing::warn!(child = %status.name, %reason, "a child ended");
            status.pid = None;
            status.reasons.push_back(reason);
            if status.reasons.len() > REASONS_MAX {
                status.reasons.pop_front();
            }
        });
    }

    fn supervise(&self, program: &Program, gate: Option<&Gate>) {
        let mut pause = PAUSE_MIN;
        while self.wait_until_wanted() {
            if !self.pass(gate) {
                continue;
            }
            let started = tokio::time::Instant::now();
            let Some(reason) = self.run_once(program) else {
                continue;
            };
            self.note(reason);
            if started.elapsed() >= PROVEN {
                pause = PAUSE_MIN;
            }
            if self.pause(pause) {
                self.status.send_modify(|status| status.restarts += 1);
            }
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    /// Starts the child and waits for its end; `None` if it was not wanted after all.
    fn run_once(&self, program: &Program) -> Option<String> {
        let child = {
            // Held while starting, so that a hold or kill sees either no child or its pid.
            let wanted = self.lock();
            if *wanted != Wanted::Running {
                return None;
            }
            let child = launch::spawn(program);
            if let Ok(child) = &child {
                self.status
                    .send_modify(|status| status.pid = Some(child.id()));
            }
            child
        };
        let ended = child.and_then(|mut child| child.wait());
        Some(ended.map_or_else(|error| format!("start: {error}"), describe))
    }

    /// `false` when supervision is over.
    fn wait_until_wanted(&self) -> bool {
        let wanted = self.lock();
        let wanted = self
            .changed
            .wait_while(wanted, |wanted| *wanted == Wanted::Held)
            .unwrap_or_else(PoisonError::into_inner);
        *wanted == Wanted::Running
    }

    /// Waits `time` unless something else is wanted; says whether the child still is.
    fn pause(&self, time: Duration) -> bool {
        let wanted = self.lock();
        let (wanted, _) = self
            .changed
            .wait_timeout_while(wanted, time, |wanted| *wanted == Wanted::Running)
            .unwrap_or_else(PoisonError::into_inner);
        *wanted == Wanted::Running
    }

    /// Waits for the gate, at most [`GATE_LIMIT`]; `false` when the child is no longer wanted.
    fn pass(&self, gate: Option<&Gate>) -> bool {
        let Some(gate) = gate else { return true };
        let started = tokio::time::Instant::now();
        while !gate() && started.elapsed() < GATE_LIMIT {
            if !self.pause(Duration::from_millis(50)) {
                return false;
            }
        }
        true
    }
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "ended".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn shell(dir: &Path, script: &str) -> Program {
        Program {
            name: "child".into(),
            program: "/bin/sh".into(),
            args: vec!["-c".into(), script.into()],
            env: Vec::new(),
            dir: dir.into(),
            account: None,
        }
    }

    async fn seen(child: &Supervised, what: impl FnMut(&ChildStatus) -> bool) -> ChildStatus {
        let mut status = child.status.clone();
        let waiting = status.wait_for(what);
        tokio::time::timeout(Duration::from_secs(10), waiting)
            .await
            .expect("in time")
            .expect("supervised")
            .clone()
    }

    #[tokio::test]
    async fn a_child_that_ends_is_started_again_and_the_reason_is_kept() {
        let dir = tempfile::tempdir().expect("a directory");
        let child = Supervised::new(shell(dir.path(), "exit 7"), None, None).expect("a thread");
        child.run();
        let status = seen(&child, |status| status.restarts >= 2).await;
        assert_eq!(status.reasons[0], "exit code 7");
    }

    #[tokio::test]
    async fn a_killed_child_is_back_within_a_second_but_not_while_held() {
        let dir = tempfile::tempdir().expect("a directory");
        let child = Supervised::new(shell(dir.path(), "exec sleep 60"), None, None).expect("ok");
        child.run();
        let first = seen(&child, |status| status.pid.is_some()).await.pid;
        let killed = tokio::time::Instant::now();
        assert!(child.signal(Signal::SIGKILL));
        let second = seen(&child, |status| status.pid.is_some() && status.pid != first).await;
        assert!(killed.elapsed() < Duration::from_secs(1));
        assert_eq!(
            (second.restarts, second.reasons[0].as_str()),
            (1, "signal 9")
        );
        child.hold();
        assert!(child.signal(Signal::SIGKILL));
        assert!(child.ended(Duration::from_secs(5)).await);
        assert!(!child.shared.pause(Duration::from_millis(300)));
        assert_eq!(child.status().pid, None);
    }

    #[tokio::test]
    async fn a_program_that_cannot_start_is_reported() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut program = shell(dir.path(), "");
        program.program = "/nonexistent/program".into();
        let child = Supervised::new(program, None, None).expect("a thread");
        child.run();
        let status = seen(&child, |status| !status.reasons.is_empty()).await;
        assert!(status.reasons[0].starts_with("start: "), "{status:?}");
    }

    #[tokio::test]
    async fn dropping_the_supervisor_kills_the_child() {
        let dir = tempfile::tempdir().expect("a directory");
        let child = Supervised::new(shell(dir.path(), "exec sleep 60"), None, None).expect("ok");
        child.run();
        let pid = seen(&child, |status| status.pid.is_some())
            .await
            .pid
            .expect("runs");
        let mut status = child.status.clone();
        drop(child);
        let ended = status.wait_for(|status| status.pid.is_none());
        let _ = tokio::time::timeout(Duration::from_secs(5), ended)
            .await
            .expect("in time");
        assert!(!Path::new(&format!("/proc/{pid}")).exists());
    }
}
