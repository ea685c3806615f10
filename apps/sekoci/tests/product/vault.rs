//! A vault as it is run: a process with a folder, tokens from the command line, two people.

use crate::cli::{bare, ends, json};
use crate::demo::folder;
use crate::ports::Row;
use crate::{SEKOCI, processes, wait};
use nix::sys::signal::Signal;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use vault::store::remote::RemoteStore;
use vault::store::{ObjectName, Put, Store};

const READY_MAX: Duration = Duration::from_secs(20);

/// A vault's process; it ends with the test.
pub struct Vault {
    folder: TempDir,
    ports: Row,
    child: Child,
}

impl Vault {
    /// Starts one with nothing in it.
    pub async fn start() -> Self {
        let folder = folder();
        Self::start_on(folder).await
    }

    /// Starts one on the folder `vault` in `folder`.
    pub async fn start_on(folder: TempDir) -> Self {
        let ports = Row::take();
        let child = serve(&folder.path().join("vault"), ports.first);
        let vault = Self {
            folder,
            ports,
            child,
        };
        vault.wait_ready().await;
        vault
    }

    /// Kills the process and starts it anew on the same folder.
    pub async fn start_again(&mut self) {
        processes::signal(self.pid(), Signal::SIGKILL);
        self.child.wait().expect("it was ours");
        self.child = serve(&self.data(), self.ports.first);
        self.wait_ready().await;
    }

    /// Its folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("vault")
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.first)
    }

    /// Grants a token and gives the file it is in.
    pub fn grant(&self, name: &str, role: &str) -> PathBuf {
        let file = self.folder.path().join(format!("{name}.token"));
        let arguments = ["vault", "grant", "--name", name, "--role", role];
        let mut grant = bare(arguments);
        grant.arg("--data").arg(self.data());
        ends(grant.arg("--token-out").arg(&file), 0, "");
        file
    }

    /// The store, asked with the token in `file`.
    pub fn store(&self, file: &Path) -> RemoteStore {
        client::install_crypto_provider();
        let token = std::fs::read_to_string(file).expect("a token");
        RemoteStore::new(&self.url(), token, reqwest::Client::new()).expect("an address")
    }

    /// A subcommand that asks it with the token in `file`.
    pub fn command(&self, subcommand: &str, file: &Path) -> Command {
        let mut command = bare(["vault", subcommand, "--vault", &self.url()]);
        command.arg("--vault-token-file").arg(file);
        command
    }

    fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a pid")
    }

    async fn wait_ready(&self) {
        let url = format!("{}/livez", self.url());
        client::install_crypto_provider();
        wait::until("the vault answers", READY_MAX, async || {
            reqwest::get(&url).await.ok().filter(|a| a.status() == 204)
        })
        .await;
    }
}

impl Drop for Vault {
    fn drop(&mut self) {
        processes::signal(self.pid(), Signal::SIGKILL);
        // It was killed; how it ended says nothing.
        let _ = self.child.wait();
    }
}

fn serve(data: &Path, port: u16) -> Child {
    Command::new(SEKOCI)
        .args(["vault", "serve", "--listen"])
        .arg(format!("127.0.0.1:{port}"))
        .arg("--data")
        .arg(data)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the vault starts")
}

#[tokio::test]
async fn what_was_put_survives_a_kill_and_two_people_delete_it() {
    let mut vault = Vault::start().await;
    let site = vault.grant("a", "site");
    let (ann, ben) = (vault.grant("ann", "person"), vault.grant("ben", "person"));
    let name = ObjectName::new("w/messaging/manifests/1").expect("a name");
    let put = vault.store(&site).put(&name, "sealed".into(), None).await;
    assert_eq!(put.expect("it is taken"), Put::Created);
    vault.start_again().await;
    let got = vault.store(&site).get(&name).await.expect("it answers");
    assert_eq!(got.as_deref(), Some(&b"sealed"[..]));

    let file = vault.folder.path().join("proposal.json");
    let mut propose = vault.command("propose-deletion", &ann);
    propose.args(["--prefix", "w/", "--reason", "left"]);
    ends(propose.arg("--json").arg(&file), 0, "");
    let number = json(&file)["number"].to_string();
    let approve = |by: &Path| {
        let mut approve = vault.command("approve-deletion", by);
        approve.args(["--number", &number]);
        approve
    };
    ends(&mut approve(&ann), 2, "second person");
    ends(&mut approve(&site), 2, "does not allow to approve");
    let said = ends(&mut approve(&ben), 0, "").stdout;
    assert!(said.contains("1 deleted, approved by ben"), "{said}");
    let left = vault.store(&site).list("", None, 10).await;
    assert!(left.expect("it answers").is_empty());

    let file = vault.folder.path().join("log.json");
    ends(vault.command("log", &ben).arg("--json").arg(&file), 0, "");
    let log = json(&file);
    let kinds: Vec<&Value> = log["items"]
        .as_array()
        .expect("records")
        .iter()
        .map(|record| &record["what"]["kind"])
        .collect();
    let granted = "token-granted";
    let deletion = ["deletion-proposed", "deletion-approved", "deletion-done"];
    assert_eq!(kinds[..3], [granted; 3]);
    assert_eq!(kinds[3..], deletion);
}

#[tokio::test]
async fn a_revoked_token_ends_at_once() {
    let vault = Vault::start().await;
    let ann = vault.grant("ann", "person");
    ends(&mut vault.command("log", &ann), 0, "");
    let mut revoke = bare(["vault", "revoke", "--name", "ann"]);
    ends(revoke.arg("--data").arg(vault.data()), 0, "");
    ends(
        &mut vault.command("log", &ann),
        2,
        "Nobody holds this token",
    );
    ends(&mut revoke, 2, "holds no token");
    let mut holders = bare(["vault", "holders"]);
    let said = ends(holders.arg("--data").arg(vault.data()), 0, "").stdout;
    assert_eq!(said, "Nobody holds a token.\n");
}

#[test]
fn what_cannot_be_served_is_refused() {
    let folder = folder();
    let serve = |listen: &str| {
        let mut serve = bare(["vault", "serve", "--listen", listen]);
        serve.arg("--data").arg(folder.path().join("vault"));
        serve
    };
    ends(&mut serve("0.0.0.0:1"), 2, "in the clear");
    let mut short = serve("127.0.0.1:1");
    short.args(["--retain-days", "9", "--retain-days-max", "8"]);
    ends(&mut short, 2, "--retain-days");
    let mut log = bare(["vault", "log", "--vault", "/nowhere"]);
    ends(&mut log, 2, "a running vault is needed");
    let mut log = bare(["vault", "log", "--vault", "http://vault.example.org"]);
    log.env("SEKOCI_VAULT_TOKEN", "t");
    ends(&mut log, 2, "in the clear");
}
