//! The processes of an installation: those that name its folder or work in it.

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::path::Path;

/// A process.
#[derive(Clone, Debug)]
pub struct Process {
    /// Its id.
    pub pid: i32,
    /// Its arguments, separated by blanks.
    pub line: String,
}

/// Those that belong to `folder`. Zombies have neither arguments nor a folder and do not count.
pub fn of(folder: &Path) -> Vec<Process> {
    let own = i32::try_from(std::process::id()).unwrap_or(0);
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter(|pid| *pid != own)
        .filter_map(|pid| {
            let line = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            let is_in = std::fs::read_link(format!("/proc/{pid}/cwd"))
                .is_ok_and(|cwd| cwd.starts_with(folder));
            let names = line.contains(&*folder.to_string_lossy());
            (is_in || names).then_some(Process { pid, line })
        })
        .collect()
}

/// The `sekoci serve` of a node of the installation in `folder`.
pub fn serving(folder: &Path, node: &str) -> Option<i32> {
    let config = folder.join(node).join("site.toml");
    let wanted = format!("serve --config {}", config.display());
    of(folder)
        .into_iter()
        .find(|p| p.line.contains(&wanted))
        .map(|p| p.pid)
}

/// The process of a module at a node.
pub fn of_module(folder: &Path, node: &str, module: &str) -> Option<i32> {
    let site = serving(folder, node)?;
    let wanted = format!("sekoci module {module} ").replace(' ', "\0");
    std::fs::read_dir("/proc")
        .ok()?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok())
        .filter(|pid| parent(*pid) == Some(site))
        .find(|pid| {
            std::fs::read(format!("/proc/{pid}/cmdline"))
                .is_ok_and(|line| line.starts_with(wanted.as_bytes()))
        })
}

fn parent(pid: i32) -> Option<i32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // After the name, which may hold anything: the state, then the parent.
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

/// Sends a signal; a process that is gone already is fine.
pub fn signal(pid: i32, signal: Signal) {
    let _ = kill(Pid::from_raw(pid), signal);
}

/// Ends whatever a test that failed has left.
pub fn kill_all(folder: &Path) {
    for _ in 0..20 {
        let left = of(folder);
        if left.is_empty() {
            return;
        }
        for process in left {
            signal(process.pid, Signal::SIGKILL);
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}
