//! A site of its own in a folder of its own, which is gone after the drill.

use super::modules;
use crate::cli::Failure;
use crate::init::{EngineKind, NodePlan, NodePorts, Plan};
use crate::recover::target::{Target, TargetArguments};
use client::{Client, SiteUrl};
use drill::{Doors, Function, FunctionLine, Place, attempt};
use kernel::clock::SystemClock;
use kernel::random::OsRandom;
use kernel::{Clock, SiteName, Timestamp};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

const FUNCTION_MAX: Duration = Duration::from_secs(600);
const REMOVE_TRIES: u32 = 50;
const REMOVE_EVERY: Duration = Duration::from_millis(100);
const TRY_EVERY: Duration = Duration::from_millis(50);

/// How the folders are called.
const PREFIX: &str = "sekoci-drill-";
/// Locked in a folder for as long as its drill runs.
const LOCK: &str = "lock";
/// A folder whose lock is younger may still be about to be locked.
const SWEPT_AFTER: Duration = Duration::from_secs(5);

/// The folder, and what runs in it.
pub struct Bench {
    folder: tempfile::TempDir,
    _lock: File,
    port: u16,
    site: Option<Child>,
    trying: Option<JoinHandle<Tried>>,
}

/// How people's functions did.
#[derive(Default)]
pub struct Tried {
    /// When the last function of each module had worked.
    pub first_use_ms: BTreeMap<&'static str, i64>,
    /// What did not work.
    pub failures: Vec<String>,
    /// Each function by itself.
    pub functions: Vec<FunctionLine>,
}

impl Bench {
    /// Makes a new installation of one site, on free ports of this machine.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn make() -> Result<Self, Failure> {
        let bad = |e: std::io::Error| Failure::failed(format!("a scratch folder: {e}"));
        sweep(&std::env::temp_dir());
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir()
            .map_err(bad)?;
        let lock = File::create(folder.path().join(LOCK)).map_err(bad)?;
        lock.lock().map_err(bad)?;
        let [http, peer, agent] = free_ports().map_err(bad)?;
        let name = SiteName::new("scratch").map_err(|e| Failure::failed(e.to_string()))?;
        let ports = NodePorts {
            http,
            peer,
            agent,
            ..NodePorts::default()
        };
        let plan = Plan {
            out: folder.path().join("installation"),
            nodes: vec![NodePlan::site(name, Ipv4Addr::LOCALHOST, ports)],
            engine: EngineKind::Sqlite,
            operator: "scratch".into(),
            operator_password: None,
            workspace: "Scratch".into(),
            sqlite_journal: None,
            vault: None,
            drills: false,
        };
        plan.carry_out(&OsRandom)?;
        Ok(Self {
            folder,
            _lock: lock,
            port: http,
            site: None,
            trying: None,
        })
    }

    /// Where the recovery goes.
    ///
    /// # Errors
    /// When the configuration cannot be used.
    pub fn target(&self) -> Result<Target, Failure> {
        Target::open(&TargetArguments::site(self.config()))
    }

    /// Its address.
    ///
    /// # Errors
    /// Never, as the address is well formed.
    pub fn url(&self) -> Result<SiteUrl, Failure> {
        SiteUrl::parse(&format!("http://127.0.0.1:{}", self.port))
            .map_err(|e| Failure::failed(e.to_string()))
    }

    /// Starts the site, which waits for what is recovered.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn serve(&mut self) -> Result<(), Failure> {
        let bad = |e: std::io::Error| Failure::failed(format!("the scratch site: {e}"));
        let mut command = Command::new(std::env::current_exe().map_err(bad)?);
        let parent = nix::unistd::getpid();
        // SAFETY: the closure makes two system calls and allocates nothing.
        unsafe { command.pre_exec(move || die_with(parent)) };
        let child = command
            .args(["serve", "--config"])
            .arg(self.config())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(bad)?;
        self.site = Some(child);
        Ok(())
    }

    /// Begins to try on the site what people do.
    pub fn try_functions(&mut self, client: Client, workspace: Option<String>, began: Timestamp) {
        self.trying = Some(tokio::spawn(try_functions(client, workspace, began)));
    }

    /// How that did; ends the site.
    pub async fn tried(&mut self) -> Tried {
        let tried = match self.trying.take() {
            Some(trying) => trying.await.unwrap_or_default(),
            None => Tried::default(),
        };
        self.stop().await;
        tried
    }

    /// Ends everything that runs here and removes the folder: what is in it can be read by whoever
    /// finds it.
    pub async fn clear(mut self) {
        if let Some(trying) = self.trying.take() {
            trying.abort();
        }
        self.stop().await;
        for _ in 0..REMOVE_TRIES {
            // An engine that was let go of may still close its files.
            let removed = tokio::fs::remove_dir_all(self.folder.path()).await;
            match removed {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    tracing::debug!(%error, "the scratch folder is still in use");
                    tokio::time::sleep(REMOVE_EVERY).await;
                }
                _ => return,
            }
        }
        let folder = self.folder.path().display().to_string();
        tracing::error!(folder, "the scratch folder could not be removed");
    }

    async fn stop(&mut self) {
        if let Some(mut site) = self.site.take() {
            // It is gone after this, whatever the answer.
            let _ = site.kill().await;
        }
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("installation/scratch/site.toml")
    }
}

/// Runs in the child before its program: it dies with the drill, however that ends.
fn die_with(parent: nix::unistd::Pid) -> std::io::Result<()> {
    nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL)?;
    if nix::unistd::getppid() == parent {
        return Ok(());
    }
    Err(std::io::Error::from_raw_os_error(libc::ESRCH))
}

/// Removes the folders of drills that were killed: what is in them can be read by whoever finds them.
fn sweep(place: &Path) {
    let Ok(entries) = std::fs::read_dir(place) else {
        return;
    };
    for entry in entries.flatten() {
        let is_ours = entry
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(PREFIX));
        if is_ours && is_left(&entry.path()) {
            let folder = entry.path().display().to_string();
            match std::fs::remove_dir_all(entry.path()) {
                Ok(()) => tracing::info!(folder, "the folder of a drill that was killed is gone"),
                Err(error) => tracing::warn!(%error, folder, "a folder is left and stays"),
            }
        }
    }
}

/// Whether nobody works in a folder any more.
fn is_left(folder: &Path) -> bool {
    let Ok(lock) = File::open(folder.join(LOCK)) else {
        return false;
    };
    let age = lock.metadata().and_then(|data| data.modified()).ok();
    let age = age.and_then(|at| at.elapsed().ok()).unwrap_or_default();
    age > SWEPT_AFTER && lock.try_lock().is_ok()
}

/// Tries everything that people do until it works, each function by itself.
async fn try_functions(client: Client, workspace: Option<String>, began: Timestamp) -> Tried {
    let made = until_works(began, async || {
        make_place(&client, workspace.as_deref()).await
    })
    .await;
    let (place, _) = match made {
        Ok(made) => made,
        Err(failure) => {
            return Tried {
                failures: vec![format!("nobody could begin to work: {failure}")],
                ..Tried::default()
            };
        }
    };
    let trying: Vec<_> = Function::ALL
        .into_iter()
        .map(|function| {
            let place = place.clone();
            tokio::spawn(async move {
                let worked = until_works(began, || attempt(function, &place)).await;
                (function, worked)
            })
        })
        .collect();
    let mut tried = Tried::default();
    for task in trying {
        match task.await {
            Ok((function, Ok(((), ms)))) => {
                let at = tried.first_use_ms.entry(function.module()).or_insert(0);
                *at = ms.max(*at);
                tried
                    .functions
                    .push(FunctionLine::of_first_use(function, Ok(ms)));
            }
            Ok((function, Err(failure))) => {
                let (module, name) = (function.module(), function.name());
                tried.failures.push(format!("{module}: {name}: {failure}"));
                tried
                    .functions
                    .push(FunctionLine::of_first_use(function, Err(failure)));
            }
            Err(error) => tried.failures.push(error.to_string()),
        }
    }
    for module in modules() {
        if tried.failures.iter().any(|line| line.starts_with(module)) {
            tried.first_use_ms.remove(module);
        }
    }
    tried
}

async fn until_works<T, F: Future<Output = Result<T, String>>>(
    began: Timestamp,
    mut work: impl FnMut() -> F,
) -> Result<(T, i64), String> {
    let mut last = String::new();
    let trying = async {
        loop {
            match work().await {
                Ok(done) => return (done, SystemClock.now().since(began)),
                Err(failure) => last = failure,
            }
            tokio::time::sleep(TRY_EVERY).await;
        }
    };
    tokio::time::timeout(FUNCTION_MAX, trying)
        .await
        .map_err(|_| format!("not within {} s: {last}", FUNCTION_MAX.as_secs()))
}

/// A conversation of the drill's own on the scratch site.
async fn make_place(client: &Client, workspace: Option<&str>) -> Result<Place, String> {
    let doors = Doors::new(client.clone());
    let made = doors.make_conversation(client.new_uuid(), workspace).await;
    let (workspace, conversation) = made.map_err(|e| e.to_string())?;
    let session = client.session().await.map_err(|e| e.to_string())?;
    let member = session.workspaces.iter().find(|w| w.id == workspace);
    let person = member
        .ok_or("the session does not know the workspace")?
        .person
        .id
        .0;
    Ok(Place {
        client: client.clone(),
        site: 0,
        workspace,
        conversation,
        folder: None,
        record: "Order",
        person,
    })
}

/// Ports that nobody listens at now.
fn free_ports() -> std::io::Result<[u16; 3]> {
    let listeners = [(); 3].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
    let mut ports = [0; 3];
    for (port, listener) in ports.iter_mut().zip(listeners) {
        *port = listener?.local_addr()?.port();
    }
    Ok(ports)
}
