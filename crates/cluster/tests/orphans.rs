//! Nothing a site started outlives the process that supervises it.

mod support;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use support::Trio;

/// Not a test of its own: what the other one starts and kills.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by the test below"]
async fn supervise_until_killed() {
    let trio = Trio::on_loopback();
    trio.start().await;
    println!(
        "\ndirectory {}",
        trio.site("a")
            .spec()
            .data_dir
            .parent()
            .expect("above")
            .display()
    );
    std::future::pending::<()>().await;
}

/// Processes whose command line or working directory names `dir`.
fn processes_of(dir: &Path) -> Vec<PathBuf> {
    let dir = dir.to_string_lossy().into_owned();
    let entries = std::fs::read_dir("/proc")
        .expect("listed")
        .flatten()
        .map(|entry| entry.path());
    let names = |process: &PathBuf| {
        let command = std::fs::read(process.join("cmdline")).unwrap_or_default();
        let cwd = std::fs::read_link(process.join("cwd")).unwrap_or_default();
        String::from_utf8_lossy(&command).contains(&dir) || cwd.starts_with(&dir)
    };
    entries.filter(names).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn etcd_patroni_and_postgresql_die_with_a_killed_supervisor() {
    if let Some(reason) = support::unavailable() {
        return eprintln!("skipped: {reason}");
    }
    let mut supervisor = Command::new(std::env::current_exe().expect("this test's program"))
        .args([
            "--exact",
            "supervise_until_killed",
            "--ignored",
            "--nocapture",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .expect("started");
    let lines = BufReader::new(supervisor.stdout.take().expect("piped")).lines();
    let mut lines = lines.map_while(Result::ok);
    let dir = lines.find_map(|line| line.strip_prefix("directory ").map(PathBuf::from));
    let dir = dir.expect("the sites came up");
    let alive = processes_of(&dir).len();
    assert!(alive > 20, "only {alive} processes");
    supervisor.kill().expect("killed");
    supervisor.wait().expect("ended");
    let gone = cluster::until("all processes end", Duration::from_secs(10), async || {
        processes_of(&dir).is_empty().then_some(())
    });
    let gone = gone.await;
    std::fs::remove_dir_all(&dir).expect("removed");
    gone.expect("nothing is left");
}
