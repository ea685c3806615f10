//! The demo's vault: a process of its own, with keys split among three custodians.

use crate::cli::{Failure, write_private};
use crate::init::{Plan, SEALING_KEY, TRUST, VAULT_TOKEN};
use crate::keys::ceremony;
use kernel::clock::SystemClock;
use kernel::{Clock, Random, SiteName};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use server::config::Role;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::sync::Mutex;
use vault::custody::in_vault::publish;
use vault::{DirectoryStore, Retention};
use vault_server::Tokens;

/// The vault's port, after those of the nodes.
const PORT: u16 = 27;
const STOP_MAX: Duration = Duration::from_secs(20);
/// Whoever recovers, and proposes or approves early deletion.
const PEOPLE: [(&str, vault_server::Role, &str); 3] = [
    ("recovery", vault_server::Role::Reader, "recovery.token"),
    (
        "first person",
        vault_server::Role::Person,
        "first-person.token",
    ),
    (
        "second person",
        vault_server::Role::Person,
        "second-person.token",
    ),
];

/// The vault's address.
pub fn url(base_port: u16) -> String {
    format!("http://127.0.0.1:{}", base_port + PORT)
}

fn data(plan: &Plan) -> PathBuf {
    plan.out.join("vault")
}

/// Makes keys, shares and tokens, as operators do with `sekoci keys init` and `sekoci vault grant`.
pub fn prepare(plan: &Plan, random: &dyn Random) -> Result<(), Failure> {
    let sites = plan.nodes.iter().filter(|node| node.role == Role::Site);
    let sites: Vec<SiteName> = sites.map(|node| node.name.clone()).collect();
    let keys = ceremony::Plan {
        custodians: 3,
        threshold: 2,
        names: Vec::new(),
        sites: sites.clone(),
        out: plan.out.join("keys"),
    };
    let made = keys.make(Vec::new(), SystemClock.now(), random)?;
    keys.write(&made)?;
    let store = objects(&data(plan).join("store"))?;
    crate::cli::block_on(async {
        publish(&store, &made.trust, &[], None)
            .await
            .map_err(|e| Failure::failed(e.to_string()))
    })?;
    let tokens = Tokens::open(&data(plan));
    let grant = |name: &str, role| {
        tokens
            .grant(name, &[role], SystemClock.now(), random)
            .map_err(|e| Failure::failed(e.to_string()))
    };
    for site in &sites {
        let folder = plan.folder(site);
        let token = grant(site.as_str(), vault_server::Role::Site)?;
        write_private(&folder.join(VAULT_TOKEN), &token)?;
        copy(&keys.trust_file(), &folder.join(TRUST))?;
        copy(&keys.key_file(site), &folder.join(SEALING_KEY))?;
    }
    for (name, role, file) in PEOPLE {
        write_private(&plan.out.join(file), &grant(name, role)?)?;
    }
    Ok(())
}

fn objects(folder: &Path) -> Result<DirectoryStore, Failure> {
    DirectoryStore::open(folder, Retention::days(30, 3_650), Arc::new(SystemClock))
        .map_err(|e| Failure::failed(e.to_string()))
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let text = std::fs::read_to_string(from)
        .map(zeroize::Zeroizing::new)
        .map_err(|e| Failure::failed(format!("{}: {e}", from.display())))?;
    write_private(to, &text)
}

/// The running vault.
pub struct Vault(Mutex<Child>);

/// Starts it; its output goes to a log in its folder.
pub fn start(plan: &Plan, base_port: u16) -> Result<Vault, Failure> {
    let folder = data(plan);
    let bad = |e: std::io::Error| Failure::failed(format!("{}: {e}", folder.display()));
    let program = std::env::current_exe().map_err(bad)?;
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(folder.join("vault.log"))
        .map_err(bad)?;
    let child = Command::new(program)
        .args(["vault", "serve", "--listen"])
        .arg(format!("127.0.0.1:{}", base_port + PORT))
        .arg("--data")
        .arg(&folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone().map_err(bad)?)
        .stderr(log)
        // Ctrl-C in the terminal reaches the demo alone, which stops the vault in good order.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|e| Failure::failed(format!("the vault: {e}")))?;
    Ok(Vault(Mutex::new(child)))
}

impl Vault {
    /// Waits until it ends by itself, which it should not.
    pub async fn ended(&self) -> Failure {
        let mut every = tokio::time::interval(Duration::from_millis(200));
        loop {
            every.tick().await;
            if let Ok(Some(status)) = self.0.lock().await.try_wait() {
                return Failure::failed(format!(
                    "the vault ended by itself ({status}); see vault.log in its folder"
                ));
            }
        }
    }

    /// Tells it to stop and waits for it.
    pub async fn stop(self) {
        let mut child = self.0.into_inner();
        if let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok()) {
            // It may have ended already.
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
        if tokio::time::timeout(STOP_MAX, child.wait()).await.is_err() {
            tracing::error!("the vault did not stop in time and is killed");
            // It is gone after this, whatever the answer.
            let _ = child.kill().await;
        }
    }
}
