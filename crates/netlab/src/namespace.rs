//! Network namespaces: making, entering and removing them.

use nix::sched::{CloneFlags, setns};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const DIRECTORY: &str = "/run/netns";

/// Where the namespace called `name` is held.
pub fn path(name: &str) -> PathBuf {
    Path::new(DIRECTORY).join(name)
}

/// Runs `ip` with `args`; its complaint is the error.
pub fn ip(args: &[&str]) -> io::Result<()> {
    let output = Command::new("ip").args(args).output()?;
    if output.status.success() {
        return Ok(());
    }
    let complaint = String::from_utf8_lossy(&output.stderr).trim().to_string();
    Err(io::Error::other(format!(
        "ip {}: {complaint}",
        args.join(" ")
    )))
}

/// A namespace with a loopback interface, removed with all its processes when dropped.
#[derive(Debug)]
pub struct Namespace {
    name: String,
}

impl Namespace {
    pub fn make(name: String) -> io::Result<Self> {
        ip(&["netns", "add", &name])?;
        let made = Self { name };
        ip(&["-n", &made.name, "link", "set", "lo", "up"])?;
        Ok(made)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Moves the calling thread into it.
    pub fn enter(&self) -> io::Result<()> {
        enter(&self.name)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        remove(&self.name);
    }
}

/// Moves the calling thread into the namespace called `name`.
pub fn enter(name: &str) -> io::Result<()> {
    Ok(setns(File::open(path(name))?, CloneFlags::CLONE_NEWNET)?)
}

/// Kills what runs in the namespace called `name` and removes it.
pub fn remove(name: &str) {
    if let Ok(namespace) = fs::metadata(path(name)) {
        for pid in inside(&namespace) {
            // A process that ended meanwhile is what we want.
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
    if let Err(error) = ip(&["netns", "delete", name]) {
        eprintln!("network namespace {name} stays: {error}");
    }
}

fn inside(namespace: &fs::Metadata) -> Vec<i32> {
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let own = nix::unistd::getpid().as_raw();
    let is_inside = |pid: &i32| {
        fs::metadata(format!("/proc/{pid}/ns/net"))
            .is_ok_and(|its| (its.dev(), its.ino()) == (namespace.dev(), namespace.ino()))
    };
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| *pid != own && is_inside(pid))
        .collect()
}

/// Names of all namespaces.
pub fn all() -> Vec<String> {
    let Ok(entries) = fs::read_dir(DIRECTORY) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}
