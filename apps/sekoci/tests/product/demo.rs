//! A running `sekoci demo`.

use crate::door::Door;
use crate::ports::Row;
use crate::{SEKOCI, processes, wait};
use nix::sys::signal::Signal;
use serde::Deserialize;
use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const READY_MAX: Duration = Duration::from_secs(240);
const STOP_MAX: Duration = Duration::from_secs(90);

/// What the demo says once it is ready.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ready {
    /// The two sites.
    pub sites: Vec<SiteUrl>,
    /// The witness.
    pub witness: String,
    /// The vault.
    pub vault: String,
    /// Name of the workspace with the sample.
    pub workspace: String,
    /// The operator's login name.
    pub user: String,
    /// The operator's password.
    pub password: String,
}

/// A site of the demo.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteUrl {
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: String,
}

/// A folder that PostgreSQL's user can reach.
pub fn folder() -> TempDir {
    tempfile::Builder::new()
        .prefix("sekoci-test-")
        .permissions(std::fs::Permissions::from_mode(0o755))
        .tempdir_in("/var/tmp")
        .expect("a folder in /var/tmp")
}

/// The demo; whatever it started ends with it.
pub struct Demo {
    folder: TempDir,
    child: Child,
    _ports: Row,
    /// What it said.
    pub ready: Ready,
}

impl Demo {
    /// Starts one and waits until it says that it is ready.
    pub async fn start(engine: &str) -> Self {
        let folder = folder();
        let ports = Row::take();
        let log = |name: &str| File::create(folder.path().join(name)).expect("a log");
        let child = Command::new(SEKOCI)
            .args(["demo", "--headless", "--engine", engine, "--base-port"])
            .arg(ports.first.to_string())
            .arg("--data")
            .arg(folder.path().join("data"))
            .stdin(Stdio::null())
            .stdout(log("stdout"))
            .stderr(log("stderr"))
            .spawn()
            .expect("the demo starts");
        let ready = Ready {
            sites: Vec::new(),
            witness: String::new(),
            vault: String::new(),
            workspace: String::new(),
            user: String::new(),
            password: String::new(),
        };
        let mut demo = Self {
            folder,
            child,
            _ports: ports,
            ready,
        };
        let (line, _) = wait::until("the demo is ready", READY_MAX, async || {
            if let Ok(Some(status)) = demo.child.try_wait() {
                panic!("the demo ended ({status}): {}", demo.said("stderr"));
            }
            demo.said("stdout")
                .split_once('\n')
                .map(|(line, _)| line.to_owned())
        })
        .await;
        demo.ready = serde_json::from_str(&line).expect("one line of JSON with the agreed fields");
        demo
    }

    /// What it wrote to `stdout` or `stderr`.
    pub fn said(&self, stream: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(stream)).unwrap_or_default()
    }

    /// Everything it keeps.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Its installation's folder.
    pub fn installation(&self) -> PathBuf {
        self.folder.path().join("data/installation")
    }

    /// Its processes.
    pub fn processes(&self) -> Vec<processes::Process> {
        processes::of(self.folder.path())
    }

    /// The URL of a site, 0 or 1.
    pub fn url(&self, site: usize) -> &str {
        &self.ready.sites[site].url
    }

    /// A door of a site with a session of the operator's.
    pub async fn sign_in(&self, site: usize) -> Door {
        Door::sign_in(self.url(site), &self.ready.user, &self.ready.password).await
    }

    /// The binary with what it needs to reach this installation as its operator.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(SEKOCI);
        command
            .args(arguments)
            .env("SEKOCI_URL", format!("{},{}", self.url(0), self.url(1)))
            .env("SEKOCI_USER", &self.ready.user)
            .env("SEKOCI_PASSWORD", &self.ready.password)
            .stdin(Stdio::null());
        command
    }

    /// Tells it to stop and waits until it has.
    pub async fn stop(&mut self) -> ExitStatus {
        let pid = i32::try_from(self.child.id()).expect("a pid");
        processes::signal(pid, Signal::SIGTERM);
        let child = &mut self.child;
        let (status, _) = wait::until("the demo stops", STOP_MAX, async || {
            child.try_wait().expect("it can be asked")
        })
        .await;
        status
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the demo said:\n{}", self.said("stderr"));
            for node in ["a", "b", "w"] {
                let log = self.installation().join(node).join("cluster/sekoci.log");
                let text = std::fs::read_to_string(log).unwrap_or_default();
                let tail: Vec<&str> = text.lines().rev().take(15).collect();
                eprintln!("last lines of {node}, newest first:\n{}", tail.join("\n"));
            }
        }
        processes::kill_all(self.folder.path());
        // It is dead; this only takes its status.
        let _ = self.child.wait();
    }
}
