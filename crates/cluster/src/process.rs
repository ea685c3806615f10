//! Finding and signalling all processes of a site, through `/proc`.
//!
//! Patroni starts PostgreSQL in a session of its own, so killing Patroni leaves PostgreSQL running:
//! its processes are found by their data directory.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

struct Seen {
    parent: i32,
    is_postgres: bool,
}

/// The children in `roots`, everything they started, and PostgreSQL over `postgres_dir` with everything
/// it started. Without ourselves and without zombies.
pub fn of_site(roots: &[i32], postgres_dir: &Path) -> Vec<i32> {
    let all = scan(postgres_dir);
    let mut found: HashSet<i32> = all
        .iter()
        .filter(|(pid, seen)| roots.contains(pid) || seen.is_postgres)
        .map(|(pid, _)| *pid)
        .collect();
    loop {
        let more: Vec<i32> = all
            .iter()
            .filter(|(pid, seen)| !found.contains(pid) && found.contains(&seen.parent))
            .map(|(pid, _)| *pid)
            .collect();
        if more.is_empty() {
            break;
        }
        found.extend(more);
    }
    found.remove(&own_pid());
    found.into_iter().collect()
}

fn own_pid() -> i32 {
    nix::unistd::getpid().as_raw()
}

fn scan(postgres_dir: &Path) -> HashMap<i32, Seen> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return HashMap::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, look_at(pid, postgres_dir)?)))
        .collect()
}

/// A process that ended while we looked is `None`, and so is a zombie.
fn look_at(pid: i32, postgres_dir: &Path) -> Option<Seen> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat[stat.rfind(')')? + 1..].split_whitespace();
    if fields.next()? == "Z" {
        return None;
    }
    let parent = fields.next()?.parse().ok()?;
    Some(Seen {
        parent,
        is_postgres: is_postgres(pid, postgres_dir),
    })
}

/// PostgreSQL's processes stand in its data directory; its tools name it.
fn is_postgres(pid: i32, dir: &Path) -> bool {
    if fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == dir) {
        return true;
    }
    let Ok(command) = fs::read(format!("/proc/{pid}/cmdline")) else {
        return false;
    };
    let mut args = command
        .split(|byte| *byte == 0)
        .map(String::from_utf8_lossy);
    let program = args.next().unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or_default();
    let is_tool = name == "postgres" || name == "initdb" || name.starts_with("pg_");
    let dir = dir.to_string_lossy();
    is_tool && args.any(|arg| arg == dir || arg.strip_prefix("--pgdata=") == Some(&*dir))
}

/// Sends `signal` to each; those that are gone are passed over.
pub fn signal_all(pids: &[i32], signal: Signal) {
    for pid in pids {
        let _ = kill(Pid::from_raw(*pid), signal);
    }
}

/// SIGKILLs the site's processes until none is left, for at most five seconds. Says whether none is.
pub fn kill_all(roots: &[i32], postgres_dir: &Path) -> bool {
    for _ in 0..1000 {
        let pids = of_site(roots, postgres_dir);
        if pids.is_empty() {
            return true;
        }
        signal_all(&pids, Signal::SIGKILL);
        std::thread::sleep(Duration::from_millis(5));
    }
    false
}

/// SIGSTOPs the site's processes, those born meanwhile too. The pids, for [`signal_all`] with SIGCONT.
pub fn stop_all(roots: &[i32], postgres_dir: &Path) -> Vec<i32> {
    let mut stopped = Vec::new();
    loop {
        let mut pids = of_site(roots, postgres_dir);
        pids.retain(|pid| !stopped.contains(pid));
        if pids.is_empty() {
            return stopped;
        }
        signal_all(&pids, Signal::SIGSTOP);
        stopped.extend(pids);
    }
}
