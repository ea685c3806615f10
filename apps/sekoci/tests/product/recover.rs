//! Both sites are lost; what the vault and two custodians hold brings everything back.

use crate::cli::{bare, ends, json};
use crate::demo::{Demo, folder};
use crate::demo_sqlite::{conversation, message, shows};
use crate::door::{Door, new_id};
use crate::ports::Row;
use crate::vault::Vault;
use crate::{SEKOCI, processes, wait};
use kernel::Random;
use kernel::id::Uuid;
use kernel::random::OsRandom;
use nix::sys::signal::Signal;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const SEALED_MAX: Duration = Duration::from_secs(30);
const READY_MAX: Duration = Duration::from_secs(30);

/// What is left after both sites and everything on them are gone.
struct Left {
    /// Vault, shares and token, as they were carried elsewhere.
    vault: Vault,
    folder: PathBuf,
}

impl Left {
    fn share(&self, number: u8) -> PathBuf {
        self.folder.join(format!("keys/share-{number}.txt"))
    }

    fn recover(&self, shares: &[u8]) -> Command {
        let mut recover = bare(["recover", "--vault", &self.vault.url()]);
        recover
            .arg("--vault-token-file")
            .arg(self.folder.join("recovery.token"))
            .arg("--shares")
            .args(shares.iter().map(|number| self.share(*number)));
        recover
    }
}

/// Everything that the sites have is in the vault. Only the one that leads knows of files.
async fn wait_sealed(demo: &Demo) {
    for site in 0..2 {
        wait_sealed_at(&demo.sign_in(site).await).await;
    }
}

pub async fn wait_sealed_at(door: &Door) {
    wait::until("everything is sealed", SEALED_MAX, async || {
        let status = door.get("/api/status").await.granted();
        let open = status["partitions"].as_array()?;
        let sealed = status["vault"]["partitions"].as_array()?;
        let is_sealed = |one: &Value| {
            sealed.iter().any(|line| {
                line["partition"] == one["partition"]
                    && line["sealed_seq"] == one["seq"]
                    && line["files_waiting"] == 0
            })
        };
        (open.len() > 4 && open.iter().all(is_sealed)).then_some(())
    })
    .await;
}

/// A file that was posted.
struct Plan {
    path: String,
    bytes: Vec<u8>,
}

/// Posts a file of some megabytes that do not compress.
async fn attach(demo: &Demo, door: &Door, workspace: &str, talk: Uuid) -> Plan {
    let mut bytes = vec![0; 5 << 20];
    OsRandom.fill(&mut bytes);
    let client = client::Client::builder()
        .site(demo.url(0))
        .expect("an address")
        .credentials(&demo.ready.user, &demo.ready.password)
        .build()
        .expect("a client");
    let id = workspace.parse().expect("an id");
    let uploaded = client.upload(id, &bytes[..]).await.expect("it is taken");
    let (attachment, mut body) = (new_id(), message(talk, "the plan"));
    body["attachments"] =
        [uploaded.as_attachment(attachment, "plan.bin", "application/octet-stream")]
            .into_iter()
            .collect();
    let message = body["message_id"].as_str().expect("an id").to_owned();
    let post = door.command("messaging/post-message", Some(workspace), body);
    post.await.granted();
    Plan {
        path: format!("/api/attachments/{workspace}/{message}/{attachment}"),
        bytes,
    }
}

/// Kills an installation, and carries away what was never on the sites.
async fn lose(demo: Demo) -> Left {
    let elsewhere = folder();
    let installation = demo.installation();
    // The vault ends too; it is on another machine, and starts again there.
    processes::kill_all(demo.folder());
    for name in ["vault", "keys", "recovery.token"] {
        std::fs::rename(installation.join(name), elsewhere.path().join(name)).expect("one disk");
    }
    drop(demo);
    assert!(!installation.exists());
    let folder = elsewhere.path().to_owned();
    let vault = Vault::start_on(elsewhere).await;
    Left { vault, folder }
}

/// A machine that never saw the installation.
pub struct Clean {
    folder: TempDir,
    ports: Row,
    site: Option<Child>,
}

impl Clean {
    /// Makes a new installation of one site there, which is not started.
    pub fn make() -> Self {
        let (folder, ports) = (folder(), Row::take());
        let out = folder.path().join("new");
        let mut init = bare([
            "init",
            "--site",
            "a=127.0.0.1",
            "--engine",
            "sqlite",
            "--workspace",
            "Other",
        ]);
        ends(init.arg("--out").arg(&out), 0, "");
        let config = out.join("a/site.toml");
        let text = std::fs::read_to_string(&config).expect("a configuration");
        let text = text
            .replace(":8440", &format!(":{}", ports.first))
            .replace(":8441", &format!(":{}", ports.first + 1))
            .replace(":8442", &format!(":{}", ports.first + 2));
        std::fs::write(&config, text).expect("it is ours");
        Self {
            folder,
            ports,
            site: None,
        }
    }

    /// Lets it seal into the vault at `place`, with what is in `keys`.
    pub fn seals_into(&self, place: &str, token: &Path, keys: &Path) {
        let text = std::fs::read_to_string(self.config()).expect("a configuration");
        let key = keys.join("site-a.sealing-key");
        let trust = keys.join("trust.json");
        let vault = format!(
            "\n[vault]\nplace = {place:?}\ntoken = {token:?}\ntrust = {trust:?}\nsealing_key = {key:?}\n"
        );
        std::fs::write(self.config(), text + &vault).expect("it is ours");
    }

    /// What `init` made for the first operator.
    pub fn operator_password(&self) -> String {
        let file = self.folder.path().join("new/operator.password");
        let text = std::fs::read_to_string(file).expect("a password");
        text.trim().to_owned()
    }

    pub fn config(&self) -> PathBuf {
        self.folder.path().join("new/a/site.toml")
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.first)
    }

    fn begin_recovery(&self) {
        let data = self.folder.path().join("new/a/data");
        std::fs::create_dir_all(&data).expect("it is ours");
        std::fs::write(data.join("recovering.json"), "{\"released\":[]}").expect("it is ours");
    }

    pub fn serve(&mut self) {
        let log = std::fs::File::create(self.log()).expect("a log");
        let child = Command::new(SEKOCI)
            .args(["serve", "--config"])
            .arg(self.config())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn();
        self.site = Some(child.expect("the site starts"));
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("site.log")
    }

    async fn wait_said(&self, what: &str) {
        wait::until(what, READY_MAX, async || {
            let said = std::fs::read_to_string(self.log()).unwrap_or_default();
            said.contains(what).then_some(())
        })
        .await;
    }

    /// A door with the session of somebody who was there before.
    pub async fn sign_in(&self, user: &str, password: &str) -> Door {
        let ready = format!("{}/readyz", self.url());
        wait::until("the site is ready", READY_MAX, async || {
            reqwest::get(&ready)
                .await
                .ok()
                .filter(|a| a.status() == 200)
        })
        .await;
        Door::sign_in(&self.url(), user, password).await
    }
}

impl Drop for Clean {
    fn drop(&mut self) {
        if let Some(site) = &mut self.site {
            let pid = i32::try_from(site.id()).expect("a pid");
            processes::signal(pid, Signal::SIGKILL);
            // It was killed; how it ended says nothing.
            let _ = site.wait();
        }
    }
}

/// Position and hash of every partition at a site.
pub async fn heads(door: &Door) -> Vec<(String, u64, String)> {
    let status = door.get("/api/status").await.granted();
    let mut heads: Vec<_> = status["partitions"]
        .as_array()
        .expect("partitions")
        .iter()
        .map(|one| {
            let text = |field: &str| one[field].as_str().expect(field).to_owned();
            (
                text("partition"),
                one["seq"].as_u64().expect("seq"),
                text("hash"),
            )
        })
        .collect();
    heads.sort();
    heads
}

fn signed_record(file: &Path) -> (Value, Value) {
    let signed = json(file);
    let record = signed["record"].as_str().expect("a text");
    (serde_json::from_str(record).expect("a record"), signed)
}

#[tokio::test]
async fn both_sites_are_lost_and_everything_comes_back() {
    let demo = Demo::start("sqlite").await;
    let (user, password) = (demo.ready.user.clone(), demo.ready.password.clone());
    let door = demo.sign_in(0).await;
    let (workspace, person) = door.place().await;
    let talk = conversation(&door, &workspace, &person).await;
    for text in ["one", "two", "three"] {
        let post = door.command(
            "messaging/post-message",
            Some(&workspace),
            message(talk, text),
        );
        post.await.granted();
    }
    let plan = attach(&demo, &door, &workspace, talk).await;
    wait_sealed(&demo).await;
    let left = lose(demo).await;

    let mut clean = Clean::make();
    ends(
        left.recover(&[1]).arg("--config").arg(clean.config()),
        2,
        "--share",
    );
    // A site that is started meanwhile waits: here, as after a recovery that was just begun.
    clean.begin_recovery();
    clean.serve();
    clean.wait_said("waiting for the recovery").await;
    assert!(reqwest::get(clean.url()).await.is_err());
    let report = left.folder.join("report.json");
    let mut recover = left.recover(&[3, 1]);
    recover.arg("--config").arg(clean.config());
    ends(recover.arg("--json").arg(&report), 0, "");
    let report = json(&report);
    for field in [
        "messages",
        "documents",
        "files",
        "bytes",
        "first_use_ms",
        "complete_ms",
        "heads_equal",
        "unrestorable",
    ] {
        assert!(report.get(field).is_some(), "{field}: {report}");
    }
    assert_eq!(report["heads_equal"], true, "{report}");
    assert_eq!(report["unrestorable"], Value::Array(Vec::new()), "{report}");
    assert!(report["messages"].as_u64() >= Some(3), "{report}");
    for module in ["installation", "directory", "messaging"] {
        assert!(
            report["first_use_ms"][module].is_i64(),
            "{module}: {report}"
        );
    }
    let (record, signed) = signed_record(&clean.folder.path().join("new/a/recovery-record.json"));
    assert_eq!(record["partitions"], report["partitions"]);
    assert_eq!(signed["signature"].as_str().map(str::len), Some(128));

    assert!(report["files"].as_u64() >= Some(1), "{report}");
    assert!(
        report["bytes"].as_u64() >= Some(plan.bytes.len() as u64),
        "{report}"
    );
    let back = clean.sign_in(&user, &password).await;
    assert_eq!(back.bytes(&plan.path).await, plan.bytes);
    shows(
        &back,
        &workspace,
        talk,
        &["one", "two", "three", "the plan"],
    )
    .await;
    let more = message(talk, "we are back");
    let post = back.command("messaging/post-message", Some(&workspace), more);
    post.await.granted();
    shows(
        &back,
        &workspace,
        talk,
        &["one", "two", "three", "the plan", "we are back"],
    )
    .await;
    // What runs is not recovered into.
    let mut recover = left.recover(&[3, 1]);
    ends(
        recover.arg("--config").arg(clean.config()),
        2,
        "a site serves",
    );
}

#[tokio::test]
async fn an_interrupted_recovery_goes_on_and_is_the_same() {
    let demo = Demo::start("sqlite").await;
    let door = demo.sign_in(0).await;
    wait_sealed(&demo).await;
    let live = heads(&door).await;
    let left = lose(demo).await;
    let into = left.folder.join("recovered.sqlite");
    // Killed at any moment, from before the first entry to after the last.
    for ms in [5, 30, 60, 120] {
        let mut recover = left.recover(&[1, 2]);
        let mut running = recover
            .arg("--into")
            .arg(&into)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        tokio::time::sleep(Duration::from_millis(ms)).await;
        processes::signal(i32::try_from(running.id()).expect("a pid"), Signal::SIGKILL);
        running.wait().expect("it was ours");
    }
    let report = left.folder.join("report.json");
    let mut recover = left.recover(&[2, 3]);
    ends(
        recover.arg("--into").arg(&into).arg("--json").arg(&report),
        0,
        "",
    );
    let report = json(&report);
    let partitions = report["partitions"].as_array().expect("partitions");
    // The continuity record of an installation to which nothing happened is empty.
    for (partition, seq, _) in live.iter().filter(|(_, seq, _)| *seq > 0) {
        let found = partitions
            .iter()
            .find(|one| one["partition"] == **partition)
            .expect("it is in the vault");
        // What was written between the look and the loss is there as well.
        assert!(
            found["head"]["seq"].as_u64() >= Some(*seq),
            "{partition}: {found}"
        );
        assert_eq!(found["head"], found["sealed"]);
    }
    // The vault itself is whole, whoever looks: with shares, or with the trust alone.
    for with in [vec!["--shares"], vec!["--trust"]] {
        let mut verify = left
            .vault
            .command("verify", &left.folder.join("recovery.token"));
        verify.args(&with);
        match with[0] {
            "--shares" => verify.args([left.share(1), left.share(2)]),
            _ => verify.arg(left.folder.join("keys/trust.json")),
        };
        let file = left.folder.join("verified.json");
        ends(verify.arg("--full").arg("--json").arg(&file), 0, "");
        let verified = json(&file);
        assert_eq!(verified["passed"], true, "{verified}");
        assert_eq!(
            verified["partitions"].as_array().map(Vec::len),
            Some(partitions.len())
        );
    }
    // Again, with all of it there: the same account.
    let again = left.folder.join("again.json");
    let mut recover = left.recover(&[2, 3]);
    ends(
        recover.arg("--into").arg(&into).arg("--json").arg(&again),
        0,
        "",
    );
    let again = json(&again);
    for field in ["messages", "entries", "heads_equal", "unrestorable"] {
        assert_eq!(again[field], report[field], "{field}");
    }
}

#[tokio::test]
async fn the_drill_of_the_worst_day_passes_and_is_part_of_the_record() {
    let demo = Demo::start("sqlite").await;
    let door = demo.sign_in(0).await;
    let (workspace, person) = door.place().await;
    let talk = conversation(&door, &workspace, &person).await;
    let post = message(talk, "before the worst day");
    let post = door.command("messaging/post-message", Some(&workspace), post);
    post.await.granted();
    let installation = demo.installation();
    let file = installation.join("evidence.json");
    let drill = |shares: &[u8]| {
        let mut drill = demo.command(&["drill", "run", "both-sites-lost", "--vault"]);
        drill
            .arg(&demo.ready.vault)
            .arg("--vault-token-file")
            .arg(installation.join("recovery.token"))
            .arg("--shares")
            .args(
                shares
                    .iter()
                    .map(|n| installation.join(format!("keys/share-{n}.txt"))),
            );
        drill
    };
    ends(&mut drill(&[2]), 2, "--share");
    let mut passing = drill(&[1, 3]);
    ends(passing.arg("--json").arg(&file), 0, "");
    let report = json(&file);
    assert_eq!(report["passed"], true, "{report}");
    assert_eq!(report["heads_equal"], true, "{report}");
    assert!(report["messages"].as_u64() >= Some(1), "{report}");
    for module in ["installation", "directory", "messaging", "continuity"] {
        assert!(
            report["first_use_ms"][module].is_i64(),
            "{module}: {report}"
        );
    }
    // It may have been recorded at the other site.
    wait::until("the drill is on record", READY_MAX, async || {
        let drills = door.get("/api/continuity/drill-list").await.granted();
        let last = &drills["items"][0];
        (last["scenario"] == "both-sites-lost" && last["passed"] == true).then_some(())
    })
    .await;
}
