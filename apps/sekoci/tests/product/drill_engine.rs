//! Drills as operators run them: stopped, killed, two at once, with an undo that fails; always with
//! everything put back.

use crate::cli::{bare, ends, json};
use crate::demo::{Demo, folder};
use crate::door::Door;
use crate::{processes, wait};
use nix::sys::signal::Signal;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(60);

/// Breaks site b's application, then the witness's, then a module at site b, then hands the lead over.
const STEPS: &str = r#"name = "four-steps"
safety = "rehearsal-only"
needs = ["agents", "witness", "module-faults"]
[title]
en = "Four steps"
[load]
rate = 20
seconds = 8
[[steps]]
at = "0s"
do = "switch-over"
target = "other-site"
undo = "switch-back"
[[steps]]
at = "2s"
do = "break-module"
target = "site"
module = "documents"
fault = "hang"
for = "60s"
undo = "restore"
[[steps]]
at = "4s"
do = "kill-process"
target = "witness"
process = "application"
undo = "restore"
[[steps]]
at = "6s"
do = "kill-process"
target = "site"
process = "application"
undo = "restore"
[expect]
rto_within = "60s"
lost = 0
"#;
/// Nothing can be as quick as this expects.
const NEVER_MET: &str = r#"name = "never-met"
safety = "rehearsal-only"
needs = ["agents"]
[title]
en = "Never met"
[load]
rate = 20
seconds = 5
[[steps]]
do = "kill-process"
target = "site"
process = "application"
undo = "restore"
[expect]
rto_within = "0s"
lost = 0
[[expect.functions]]
module = "messaging"
name = "post message"
rto_within = "0s"
"#;

struct Runner {
    demo: Demo,
    state: PathBuf,
}

impl Runner {
    async fn start() -> Self {
        let demo = Demo::start("sqlite").await;
        let state = demo.installation().join("drills");
        Self { demo, state }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.demo.command(arguments);
        command.env("SEKOCI_DRILLS", &self.state);
        command
    }

    fn file(&self, name: &str, text: &str) -> String {
        let file = self.demo.installation().join(name);
        std::fs::write(&file, text).expect("a file");
        file.display().to_string()
    }

    /// A drill in the background, whose words go to a file.
    fn begin(&self, scenario: &str, report: &Path) -> (Child, PathBuf) {
        let said = self.demo.installation().join("said");
        let log = std::fs::File::create(&said).expect("a log");
        let child = self
            .command(&["drill", "run", scenario, "--site", "b"])
            .args(["--confirm-site", "b", "--json"])
            .arg(report)
            .stderr(log)
            .stdout(Stdio::null())
            .spawn()
            .expect("it runs");
        (child, said)
    }

    /// Waits until everything runs and is whole, and no drill is left.
    async fn is_as_before(&self) {
        for site in [0, 1] {
            wait::until("the site answers", SOON, async || {
                let answer = Door::at(self.demo.url(site)).get("/readyz").await;
                (answer.status == 200).then_some(())
            })
            .await;
            wait::until("the sites are whole", SOON, async || {
                let door = self.demo.sign_in(site).await;
                let status = door.get("/api/status").await;
                let is_whole = status.body["ready"] == true
                    && status.body["durability"] == "protected"
                    && status.body["modules"]["documents"]["state"] == "running";
                is_whole.then_some(())
            })
            .await;
        }
        wait::until("the witness serves", SOON, async || {
            processes::serving(&self.demo.installation(), "w").map(|_| ())
        })
        .await;
        wait::until("the sites have the same", SOON, async || {
            let mut rows = Vec::new();
            for site in [0, 1] {
                let door = self.demo.sign_in(site).await;
                let answer = door.get("/api/continuity/fingerprints").await;
                rows.push((answer.status == 200).then_some(answer.body)?);
            }
            (rows[0] == rows[1]).then_some(())
        })
        .await;
        let left = std::fs::read_dir(&self.state).map_or(0, Iterator::count);
        assert_eq!(left, 0, "files of drills are left");
    }

    async fn last(&self) -> Value {
        let door = self.demo.sign_in(0).await;
        let drills = door.get("/api/continuity/drill-list").await.granted();
        drills["items"][0].clone()
    }
}

/// How many steps a running drill has written down.
fn noted(state: &Path) -> usize {
    let files = std::fs::read_dir(state).into_iter().flatten().flatten();
    files
        .filter_map(|file| std::fs::read_to_string(file.path()).ok())
        .map(|text| text.matches("\"undo\":").count())
        .max()
        .unwrap_or(0)
}

async fn code(mut child: Child) -> Option<i32> {
    let (status, _) = wait::until("the drill ends", SOON * 3, async || {
        child.try_wait().expect("a child")
    })
    .await;
    status.code()
}

/// What was written was signed by a site, whether the drill passed, failed or was stopped.
fn is_signed(report: &Path) {
    assert!(json(report)["signature"].is_object(), "{}", json(report));
    ends(bare(["verify"]).arg(report), 0, "");
}

fn signal(child: &Child, signal: Signal) {
    processes::signal(i32::try_from(child.id()).expect("a pid"), signal);
}

#[test]
fn files_are_linted_and_listed() {
    let folder = folder();
    let write = |text: &str| {
        let file = folder.path().join("drill.toml");
        std::fs::write(&file, text).expect("a file");
        file
    };
    let lint = |file: &Path, code, with: &str| {
        ends(bare(["drill", "lint", "--json"]).arg(file), code, with).stdout
    };
    lint(&write(STEPS), 0, "");
    let bad = lint(
        &write(&STEPS.replacen("\"kill-process\"", "\"sink\"", 1)),
        1,
        "wrong",
    );
    let found: Value = serde_json::from_str(&bad).expect("JSON");
    assert_eq!(found["findings"][0]["field"], "steps[2].do");
    assert_eq!(found["findings"][0]["rule"], "unknown-action");
    lint(&write("name = "), 2, "line 1");
    lint(&folder.path().join("none.toml"), 2, "none.toml");
    let list = ends(&mut bare(["drill", "list", "--json"]), 0, "").stdout;
    let list: Value = serde_json::from_str(&list).expect("JSON");
    let scenarios = list["scenarios"].as_array().expect("a list");
    assert!(scenarios.len() >= 12);
    for field in ["name", "title", "safety", "needs"] {
        assert!(scenarios.iter().all(|one| !one[field].is_null()), "{field}");
    }
}

#[tokio::test]
async fn a_drill_stopped_at_any_step_puts_everything_back() {
    let runner = Runner::start().await;
    let scenario = runner.file("steps.toml", STEPS);
    let report = runner.demo.installation().join("report.json");
    for steps in 0..=4 {
        let (child, said) = runner.begin(&scenario, &report);
        wait::until("that step is done", SOON, async || {
            if steps == 0 {
                return std::fs::read_dir(&runner.state).ok()?.next().map(|_| ());
            }
            (noted(&runner.state) >= steps).then_some(())
        })
        .await;
        if steps == 1 {
            // Through the record, as from another machine.
            ends(&mut runner.command(&["drill", "stop"]), 0, "");
        } else {
            signal(&child, [Signal::SIGINT, Signal::SIGTERM][steps % 2]);
        }
        let said = std::fs::read_to_string(said);
        assert_eq!(code(child).await, Some(2), "{steps}: {said:?}");
        let found = json(&report);
        assert_eq!(found["passed"], false);
        assert!(found["aborted"].as_str().expect("why").contains("stopped"));
        is_signed(&report);
        let put_back = found["put_back"].as_array().expect("a list");
        assert!(put_back.iter().all(|one| one["done"] == true), "{found}");
        assert!(put_back.len() >= steps.min(1), "{found}");
        runner.is_as_before().await;
        let last = runner.last().await;
        assert!(!last["report"]["aborted"].is_null(), "{last}");
    }
}

#[tokio::test]
async fn one_at_a_time_and_what_a_killed_one_left_is_put_back_first() {
    let runner = Runner::start().await;
    let scenario = runner.file("steps.toml", STEPS);
    let report = runner.demo.installation().join("report.json");
    // Not meant, and not for this engine.
    let run = ["drill", "run", "application-lost", "--site", "b"];
    ends(&mut runner.command(&run), 2, "type its name twice");
    let run = ["drill", "run", "database-manager-lost", "--site", "b"];
    ends(&mut runner.command(&run), 2, "PostgreSQL");
    let run = [
        "drill",
        "run",
        "site-cut-off",
        "--site",
        "b",
        "--confirm-site",
        "b",
    ];
    ends(&mut runner.command(&run), 2, "no link to cut");
    ends(&mut runner.command(&["drill", "stop"]), 2, "no drill");

    let (mut child, _) = runner.begin(&scenario, &report);
    wait::until("the witness is gone", SOON, async || {
        (noted(&runner.state) >= 3
            && processes::serving(&runner.demo.installation(), "w").is_none())
        .then_some(())
    })
    .await;
    let second = ["drill", "run", "site-loss", "--site", "b"];
    let elsewhere = runner.demo.installation().join("elsewhere");
    let mut second = runner.demo.command(&second);
    second.env("SEKOCI_DRILLS", &elsewhere);
    ends(&mut second, 2, "");
    signal(&child, Signal::SIGKILL);
    let _ = child.wait();
    assert!(processes::serving(&runner.demo.installation(), "w").is_none());
    // Another machine knows that there is one, and not that it is gone.
    let mut undo = runner.demo.command(&["drill", "undo"]);
    ends(undo.env("SEKOCI_DRILLS", &elsewhere), 2, "--drill");
    ends(&mut runner.command(&["drill", "undo"]), 0, "putting back");
    runner.is_as_before().await;
    assert!(!runner.last().await["ended_at"].is_null());
    ends(&mut runner.command(&["drill", "undo"]), 0, "");

    // What a scenario expects and does not see is a finding, and the drill failed.
    let scenario = runner.file("never.toml", NEVER_MET);
    let (child, said) = runner.begin(&scenario, &report);
    let ended = code(child).await;
    assert_eq!(ended, Some(1), "{:?}", std::fs::read_to_string(said));
    let found = json(&report);
    is_signed(&report);
    let findings = found["findings"].as_array().expect("findings");
    assert!(!findings.is_empty());
    for field in ["id", "severity", "title", "detail", "owner", "due"] {
        assert!(
            findings.iter().all(|one| !one[field].is_null()),
            "{field}: {found}"
        );
    }
    assert!(
        findings
            .iter()
            .any(|one| one["function"] == "messaging / post message")
    );
    let functions = found["functions"].as_array().expect("functions");
    for field in [
        "module",
        "name",
        "objective_rto_ms",
        "rto_ms",
        "available_pct",
        "throughput_before",
        "throughput_during",
        "throughput_after",
        "longest_gap_ms",
    ] {
        assert!(
            functions.iter().all(|one| !one[field].is_null()),
            "{field}: {found}"
        );
    }
    assert_eq!(
        (&found["lost"], &found["duplicated"]),
        (&0.into(), &0.into())
    );
    runner.is_as_before().await;
}

#[tokio::test]
async fn what_cannot_be_put_back_is_told_with_the_step_that_is_left() {
    let runner = Runner::start().await;
    let scenario = runner.file("never.toml", NEVER_MET);
    let report = runner.demo.installation().join("report.json");
    let (child, said) = runner.begin(&scenario, &report);
    wait::until("it is broken", SOON, async || {
        processes::serving(&runner.demo.installation(), "b")
            .is_none()
            .then_some(())
    })
    .await;
    let config = runner.demo.installation().join("b/agent.toml");
    let line = format!("agent --config {}", config.display());
    let agent = processes::of(&runner.demo.installation())
        .into_iter()
        .find(|process| process.line.contains(&line))
        .expect("the agent")
        .pid;
    processes::signal(agent, Signal::SIGSTOP);
    let ended = code(child).await;
    processes::signal(agent, Signal::SIGCONT);
    let said = std::fs::read_to_string(said).expect("words");
    assert_eq!(ended, Some(2), "{said}");
    assert!(said.contains("on the machine of node b"), "{said}");
    let found = json(&report);
    assert_eq!(found["put_back"][0]["done"], false);
    assert_eq!(found["findings"][0]["severity"], "high");
    ends(&mut runner.command(&["drill", "undo"]), 0, "putting back");
    runner.is_as_before().await;
}

/// What one person alone cannot take, and what a thief cannot do with a site's token of the vault.
#[tokio::test]
async fn nobody_takes_rights_alone_and_a_stolen_token_harms_nothing() {
    let runner = Runner::start().await;
    let report = runner.demo.installation().join("report.json");
    let mut run = runner.command(&["drill", "run", "administrators-absent", "--json"]);
    ends(run.arg(&report), 0, "");
    let found = json(&report);
    assert_eq!(found["passed"], true, "{found}");
    is_signed(&report);
    assert!(found["rto_ms"].as_i64() >= found["approved_ms"].as_i64());
    let codes: Vec<&str> = found["attempts"]
        .as_array()
        .expect("attempts")
        .iter()
        .filter_map(|one| one["refused_with"].as_str())
        .collect();
    let wanted = ["not_permitted", "second_person_needed", "approved_already"];
    assert_eq!(codes, wanted);

    let steal = |token: &str| {
        let mut run = runner.command(&["drill", "run", "vault-credentials-stolen", "--vault"]);
        run.args([&runner.demo.ready.vault, "--vault-token-file"]);
        run.arg(runner.demo.installation().join(token))
            .arg("--json");
        run.arg(&report);
        run
    };
    ends(&mut steal("a/vault.token"), 0, "");
    let found = json(&report);
    let attempts = found["attempts"].as_array().expect("attempts");
    assert_eq!(attempts.len(), 8, "{found}");
    assert!(attempts.iter().all(|one| one["refused"].is_string()));
    assert_eq!(found["unchanged"], true);
    // Whoever may read what is sealed is no site.
    ends(&mut steal("recovery.token"), 2, "the token of a site");
    runner.is_as_before().await;
}

/// Each scenario that the demo with one journal file can run, on one demo.
#[tokio::test]
#[ignore = "takes minutes; run by hand for the figures of each scenario"]
async fn every_scenario_of_the_small_demo_passes() {
    let runner = Runner::start().await;
    let report = runner.demo.installation().join("report.json");
    for (scenario, node) in [
        ("application-lost", "b"),
        ("crash-in-mid-write", "b"),
        ("vault-gone", "w"),
        ("site-frozen", "b"),
        ("witness-lost", "w"),
        ("bad-configuration", "b"),
        ("planned-switchover", "b"),
        ("module-panic", "b"),
        ("module-hang", "b"),
        ("module-flood", "b"),
        ("module-leak", "b"),
    ] {
        let mut run = runner.command(&["drill", "run", scenario, "--site", node, "--json"]);
        let output = run
            .arg(&report)
            .args(["--confirm-site", node])
            .output()
            .expect("it runs");
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        let found = std::fs::read_to_string(&report).unwrap_or_default();
        let found: Value = serde_json::from_str(&found).unwrap_or_default();
        println!(
            "{scenario}: {:?} detected {} rto {} functions {} lost {} {}",
            output.status.code(),
            found["detected_ms"],
            found["rto_ms"],
            found["functions_available_pct"],
            found["lost"],
            words.lines().last().unwrap_or("")
        );
        assert_eq!(output.status.code(), Some(0), "{scenario}: {words}");
        runner.is_as_before().await;
    }
}
