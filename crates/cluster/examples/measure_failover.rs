//! Measures failovers in a lab: `measure_failover LEASE FAULT RUNS [hasten] [load]`.
//!
//! LEASE is `ttl,loop_wait,retry_timeout,wal_timeout` in seconds. FAULT is `kill` (every process of the
//! primary's site, SIGKILL), `cut` (the site is cut off), `silent` (cut off, then killed), `pause` (SIGSTOP
//! for 12 s), `kill-standby`, `cut-standby`, `kill-witness` or `none` (RUNS minutes of quiet: counts
//! failovers that nobody asked for). `load` keeps eight busy loops and two that flush to disk. One line of
//! JSON per run, then a summary; every acknowledged row is looked for at the end.

#[path = "../tests/support/mod.rs"]
mod support;

use cluster::{HastenerSettings, LeaseTimes};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use support::Trio;
use support::writer::Writers;
use tokio::time::{Instant, sleep};

const LIMIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_secs(12);

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [lease, fault, runs, options @ ..] = args.as_slice() else {
        eprintln!("usage: measure_failover TTL,LOOP,RETRY,WAL FAULT RUNS [hasten] [load]");
        std::process::exit(2);
    };
    let has = |option: &str| options.iter().any(|given| given == option);
    let trio = Trio::in_lab(read_lease(lease));
    trio.start().await;
    let writers = Writers::start(&trio).await;
    let hastener = match has("hasten") {
        true => Some(support::hastening::at_the_witness(&trio).await),
        false => None,
    };
    let _load = has("load").then(Load::start);
    let mut times = Vec::new();
    for run in 0..runs.parse().expect("a number of runs") {
        sleep(Duration::from_millis(1500 + 370 * run)).await;
        let seconds = measure(&trio, &writers, fault).await.as_secs_f64();
        println!(
            "{{\"lease\":\"{lease}\",\"fault\":\"{fault}\",\"options\":{options:?},\"seconds\":{seconds:.2}}}"
        );
        times.push(seconds);
        trio.patroni.wait_ready(LIMIT).await.expect("in step again");
        if has("hasten") {
            // A hastener does not act twice within ten seconds.
            sleep(HastenerSettings::new(vec![], vec![], String::new()).pause_between).await;
        }
    }
    times.sort_by(f64::total_cmp);
    if let Some(seen) = hastener {
        println!("hastened {} times: {:?}", seen.hastened(), seen.all());
    }
    let acknowledged = writers.stop_and_check(&trio).await;
    println!(
        "{lease} {fault} {options:?}: min {:.1} median {:.1} max {:.1} s, {acknowledged} acknowledged, 0 lost",
        times[0],
        times[times.len() / 2],
        times[times.len() - 1],
    );
}

fn read_lease(text: &str) -> LeaseTimes {
    let numbers: Vec<u32> = text
        .split(',')
        .map(|part| part.parse().expect("seconds"))
        .collect();
    let [ttl_s, loop_wait_s, retry_timeout_s, wal_timeout_s] = numbers[..] else {
        panic!("four numbers of seconds are needed");
    };
    LeaseTimes {
        ttl_s,
        loop_wait_s,
        retry_timeout_s,
        wal_timeout_s,
    }
}

/// How long nobody could write because of `fault`.
async fn measure(trio: &Trio, writers: &Writers, fault: &str) -> Duration {
    let primary = trio
        .patroni
        .primary()
        .await
        .expect("a primary")
        .name
        .clone();
    let other = if primary == "a" { "b" } else { "a" };
    let begun = Instant::now();
    match fault {
        "kill" | "kill-standby" | "kill-witness" => {
            let site = match fault {
                "kill" => &primary,
                "kill-standby" => other,
                _ => "w",
            };
            trio.site(site).kill().await.expect("killed");
            let ack = writers
                .wait_for_ack_after(begun + Duration::from_millis(300), LIMIT)
                .await;
            trio.site(site).start().await.expect("started");
            ack.at - begun
        }
        "cut" | "silent" | "cut-standby" => {
            let site = if fault == "cut-standby" {
                other
            } else {
                &primary
            };
            trio.lab().isolate(site).expect("cut");
            if fault == "silent" {
                trio.site(site).kill().await.expect("killed");
            }
            let ack = writers
                .wait_for_ack_after(begun + Duration::from_millis(100), LIMIT)
                .await;
            sleep(Duration::from_secs(3)).await;
            trio.lab().heal();
            if fault == "silent" {
                trio.site(site).start().await.expect("started");
            }
            ack.at - begun
        }
        "pause" => {
            trio.site(&primary).pause().await;
            let ack = writers
                .wait_for_ack_after(begun + Duration::from_millis(100), LIMIT)
                .await;
            tokio::time::sleep_until(begun + PAUSE).await;
            trio.site(&primary).resume().await;
            sleep(Duration::from_secs(2)).await;
            ack.at - begun
        }
        "none" => {
            sleep(Duration::from_secs(60)).await;
            let after = trio
                .patroni
                .primary()
                .await
                .map(|member| member.name.clone());
            if after.as_ref() != Some(&primary) {
                eprintln!("false failover: {primary} gave way to {after:?}");
            }
            writers.longest_gap_since(begun)
        }
        other => panic!("no fault is called {other}"),
    }
}

/// Busy loops that stop with us.
struct Load {
    loops: Vec<Child>,
    _dir: tempfile::TempDir,
}

impl Load {
    fn start() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let flush =
            "while :; do dd if=/dev/zero of=$0 bs=64k count=16 conv=fdatasync 2>/dev/null; done";
        let scripts = [["while :; do :; done"; 8].as_slice(), &[flush; 2]].concat();
        let start = |(index, script): (usize, &&str)| {
            let mut command = Command::new("timeout");
            command
                .args(["900", "sh", "-c", script])
                .arg(dir.path().join(index.to_string()));
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command.process_group(0).spawn().expect("a busy loop")
        };
        Self {
            loops: scripts.iter().enumerate().map(start).collect(),
            _dir: dir,
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.loops {
            let group = nix::unistd::Pid::from_raw(-child.id().cast_signed());
            // One that ended by itself needs no killing.
            let _ = nix::sys::signal::kill(group, nix::sys::signal::Signal::SIGKILL);
            let _ = child.wait();
        }
    }
}
