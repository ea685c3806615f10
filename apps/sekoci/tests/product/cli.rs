//! What the command line answers: exit codes 0, 1 and 2, one line on stderr, reports as JSON.

use crate::demo::{Demo, folder};
use crate::door::Door;
use crate::{SEKOCI, wait};
use serde_json::Value;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// What a command ended with.
pub struct Ended {
    code: Option<i32>,
    pub stdout: String,
    stderr: String,
}

fn end(command: &mut Command) -> Ended {
    let output = command.stdin(Stdio::null()).output().expect("it runs");
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The binary without anything from the environment.
pub fn bare<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(SEKOCI);
    command.args(arguments);
    for name in [
        "SEKOCI_URL",
        "SEKOCI_USER",
        "SEKOCI_PASSWORD",
        "SEKOCI_CA_FILE",
        "SEKOCI_LOG",
    ] {
        command.env_remove(name);
    }
    command
}

#[track_caller]
pub fn ends(command: &mut Command, code: i32, with: &str) -> Ended {
    let ended = end(command);
    assert_eq!(ended.code, Some(code), "{command:?}: {}", ended.stderr);
    assert!(
        ended.stderr.contains(with),
        "{command:?}: {:?} lacks {with:?}",
        ended.stderr
    );
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
    ended
}

pub fn json(file: &Path) -> Value {
    let text = std::fs::read_to_string(file).expect("a report");
    serde_json::from_str(&text).expect("a report in JSON")
}

/// An address at which nobody listens: the port is taken, but not for listening.
struct Nobody(std::net::UdpSocket);

impl Nobody {
    fn new() -> Self {
        Self(std::net::UdpSocket::bind("127.0.0.1:0").expect("a socket"))
    }

    fn url(&self) -> String {
        let port = self.0.local_addr().expect("bound").port();
        format!("http://127.0.0.1:{port}")
    }
}

#[test]
fn arguments_that_cannot_be_used_are_2_and_named() {
    let folder = folder();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let url = "http://127.0.0.1:9";
    ends(&mut bare([""; 0]), 2, "Usage");
    ends(&mut bare(["no-such-command"]), 2, "no-such-command");
    ends(&mut bare(["status"]), 2, "--url");
    ends(&mut bare(["status", "--url", "ftp://x"]), 2, "--url");
    ends(&mut bare(["check-sign-in", "--url", url]), 2, "--user");
    ends(
        &mut bare(["check-sign-in", "--url", url, "--user", "x"]),
        2,
        "--password-file",
    );
    let missing = file("missing");
    let with = [
        "check-sign-in",
        "--url",
        url,
        "--user",
        "x",
        "--password-file",
        &missing,
    ];
    ends(&mut bare(with), 2, &missing);
    File::create(folder.path().join("empty")).expect("a file");
    let empty = file("empty");
    let with = [
        "check-sign-in",
        "--url",
        url,
        "--user",
        "x",
        "--password-file",
        &empty,
    ];
    ends(&mut bare(with), 2, &empty);
    let lost = file("none/report.json");
    ends(
        &mut bare(["status", "--url", url, "--json", &lost]),
        2,
        "--json",
    );
    let drill = ["drill", "run", "site-loss", "--site", "a", "--url", url];
    ends(bare(drill).args(["--seconds", "1"]), 2, "--seconds");
    ends(bare(drill).args(["--rate", "0"]), 2, "--rate");
    ends(
        &mut bare(["drill", "run", "no-such-drill", "--site", "a", "--url", url]),
        2,
        "no-such-drill",
    );
    ends(
        &mut bare(["journal", "verify", "--config", &missing]),
        2,
        "--config",
    );
    ends(&mut bare(["serve", "--config", &missing]), 2, "--config");
    ends(&mut bare(["agent", "--config", &missing]), 2, "--config");
    ends(&mut bare(["demo", "--base-port", "80"]), 2, "--base-port");
    ends(&mut bare(["--version"]), 0, "");
    assert!(
        ends(&mut bare(["drill", "list"]), 0, "")
            .stdout
            .contains("site-loss")
    );
}

#[test]
fn init_makes_what_it_says_and_nothing_over_what_is_there() {
    let folder = folder();
    let out = folder.path().join("installation");
    let init = |rest: &[&str]| {
        let mut command = bare(["init", "--workspace", "Harbour", "--out"]);
        command.arg(&out).args(rest);
        command
    };
    let [a, b, w] = ["a=10.0.1.1", "b=10.0.2.1", "w=10.0.3.1"];
    ends(&mut init(&["--site", "a"]), 2, "NAME=ADDRESS");
    ends(&mut init(&["--site", "a=nowhere"]), 2, "nowhere");
    ends(&mut init(&["--site", a, "--site", b]), 2, "--witness");
    ends(
        &mut init(&["--site", a, "--site", "a=10.0.2.1", "--witness", w]),
        2,
        "name of its own",
    );
    assert!(!out.exists());
    let whole = ["--site", a, "--site", b, "--witness", w];
    ends(&mut init(&whole), 0, "");
    for (node, is_site) in [("a", true), ("b", true), ("w", false)] {
        assert!(out.join(node).join("agent.toml").exists());
        // The witness never has a key to what is written.
        assert_eq!(
            out.join(node).join("installation.key").exists(),
            is_site,
            "{node}"
        );
        assert_eq!(
            out.join(node).join("founding.json").exists(),
            is_site,
            "{node}"
        );
    }
    ends(&mut init(&whole), 2, "--out");
    let config = out.join("w/site.toml");
    ends(
        bare(["journal", "verify", "--config"]).arg(config),
        2,
        "witness",
    );
}

#[test]
fn who_cannot_be_reached_is_1() {
    let (folder, nobody) = (folder(), Nobody::new());
    let report = folder.path().join("report.json");
    let url = nobody.url();
    let mut status = bare(["status", "--url", &url]);
    ends(status.arg("--json").arg(&report), 1, "no site answers");
    let found = json(&report);
    assert_eq!(
        (&found["writable"], &found["sites"][0]["is_live"]),
        (&false.into(), &false.into())
    );
    let mut sign_in = bare([
        "check-sign-in",
        "--url",
        &url,
        "--user",
        "x",
        "--patience",
        "1",
    ]);
    ends(sign_in.env("SEKOCI_PASSWORD", "x"), 1, "sekoci: ");
}

#[tokio::test]
async fn both_sites_are_asked_however_they_are_named() {
    let demo = Demo::start("sqlite").await;
    let report = demo.installation().join("report.json");
    let [a, b] = [demo.url(0), demo.url(1)];
    let ready = &demo.ready;

    ends(demo.command(&["status", "--json"]).arg(&report), 0, "");
    let found = json(&report);
    let names: Vec<&str> = found["sites"]
        .as_array()
        .expect("sites")
        .iter()
        .filter_map(|site| site["name"].as_str())
        .collect();
    assert_eq!((names, &found["writable"]), (vec!["a", "b"], &true.into()));
    assert_eq!(found["sites"][0]["status"]["durability"], "protected");

    let password = demo.installation().join("operator.password");
    let mut sign_in = bare([
        "check-sign-in",
        "--url",
        a,
        "--url",
        b,
        "--user",
        &ready.user,
    ]);
    let ended = ends(
        sign_in
            .arg("--password-file")
            .arg(&password)
            .args(["--json", "-"]),
        0,
        "",
    );
    let found: Value = serde_json::from_str(&ended.stdout).expect("nothing but JSON on stdout");
    assert_eq!(found["workspaces"][0]["name"], "Harbour");
    let taken: Vec<&Value> = found["sites"]
        .as_array()
        .expect("sites")
        .iter()
        .map(|s| &s["takes_session"])
        .collect();
    assert_eq!(taken, [&true, &true]);

    ends(
        demo.command(&["check-sign-in"])
            .env("SEKOCI_PASSWORD", "wrong"),
        2,
        "user or password",
    );
    let nobody = Nobody::new().url();
    let half = format!("{nobody},{b}");
    let seen = ends(demo.command(&["status"]).env("SEKOCI_URL", &half), 0, "").stdout;
    assert!(seen.contains("DOWN") && seen.contains("serving"), "{seen}");
    ends(
        demo.command(&["check-sign-in"]).env("SEKOCI_URL", &half),
        1,
        &nobody,
    );
}

#[tokio::test]
async fn an_export_that_cannot_be_trusted_is_refused_whole() {
    let demo = Demo::start("sqlite").await;
    let good = demo.installation().join("sample.zip");
    let bad = demo.installation().join("bad.zip");
    let before = demo.sign_in(0).await.place().await.0;
    // Of both sites, once they agree.
    let fingerprint = async || {
        let (a, b) = (demo.sign_in(0).await, demo.sign_in(1).await);
        let (found, _) = wait::until("both sites agree", Duration::from_secs(30), async || {
            let of = async |door: &Door| {
                let all = door.get("/api/continuity/fingerprints").await;
                all.body.get(format!("{before}/messaging")).cloned()
            };
            let (a, b) = (of(&a).await?, of(&b).await?);
            (a == b).then_some(a)
        })
        .await;
        found
    };
    let whole = fingerprint().await;
    let import = |file: &Path| {
        let mut command = demo.command(&["import", "slack", "--workspace", "Harbour"]);
        command.arg(file);
        command
    };
    let bytes = std::fs::read(&good).expect("the sample");
    let refused = |what: &[u8], with: &str| {
        std::fs::write(&bad, what).expect("written");
        let ended = ends(&mut import(&bad), 2, with);
        assert!(ended.stderr.contains("bad.zip"), "{}", ended.stderr);
    };
    refused(
        &bytes[..bytes.len() / 2],
        "not a zip archive, or a truncated one",
    );
    refused(b"this is no archive", "not a zip archive");
    let mut corrupt = bytes.clone();
    corrupt[first_data(&bytes) + 10] ^= 0x55;
    refused(&corrupt, "is damaged");
    refused(&bomb(), "\"users.json\"");
    ends(
        &mut import(Path::new("/nowhere/export.zip")),
        2,
        "/nowhere/export.zip",
    );
    let unknown = demo
        .command(&["import", "slack"])
        .arg(&good)
        .output()
        .expect("it runs");
    assert_eq!(unknown.status.code(), Some(2), "a workspace must be named");
    assert_eq!(fingerprint().await, whole);
    // What was brought before is not brought twice.
    ends(&mut import(&good), 0, "");
    assert_eq!(fingerprint().await, whole);
}

/// Where the first entry's data begins in an archive.
fn first_data(archive: &[u8]) -> usize {
    let length = |at: usize| usize::from(u16::from_le_bytes([archive[at], archive[at + 1]]));
    30 + length(26) + length(28)
}

/// Thirty-two mebibytes of blanks in a few kilobytes.
fn bomb() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let packed = zip::write::SimpleFileOptions::default();
    zip.start_file("users.json", packed).expect("begun");
    for _ in 0..32 {
        zip.write_all(&vec![b' '; 1 << 20]).expect("packed");
    }
    zip.finish().expect("finished").into_inner()
}

#[tokio::test]
async fn a_drill_at_a_site_that_does_not_exist_breaks_nothing() {
    let demo = Demo::start("sqlite").await;
    let report = demo.installation().join("drill.json");
    let before = demo.processes();
    let mut drill = demo.command(&["drill", "run", "site-loss", "--site", "nowhere", "--json"]);
    ends(drill.arg(&report), 2, "nowhere");
    let found = json(&report);
    assert_eq!(
        (&found["passed"], &found["site"]),
        (&false.into(), &"nowhere".into())
    );
    assert!(
        found["aborted"]
            .as_str()
            .is_some_and(|why| why.contains("nowhere")),
        "{found}"
    );
    let pids = |all: Vec<crate::processes::Process>| {
        let mut pids: Vec<i32> = all.iter().map(|process| process.pid).collect();
        pids.sort_unstable();
        pids
    };
    assert_eq!(pids(before), pids(demo.processes()));
    ends(&mut demo.command(&["check-sign-in"]), 0, "");
}
