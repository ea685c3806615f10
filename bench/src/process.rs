//! Looking at processes that the product runs, through /proc.

use crate::machine::{field, kibibytes};
use anyhow::{Context, bail};
use std::path::Path;

/// Clock ticks a second in /proc/<pid>/stat; 100 on every Linux that the product runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// The process that runs `sekoci serve` with this configuration file.
pub fn find_serving(config: &Path) -> anyhow::Result<u32> {
    let wanted = config.display().to_string();
    for entry in std::fs::read_dir("/proc")?.flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let arguments: Vec<&[u8]> = command.split(|byte| *byte == 0).collect();
        if arguments.contains(&&b"serve"[..]) && arguments.contains(&wanted.as_bytes()) {
            return Ok(pid);
        }
    }
    bail!("no process serves {wanted}")
}

/// Memory of a process that is in RAM, in bytes.
pub fn resident_bytes(pid: u32) -> anyhow::Result<u64> {
    let path = format!("/proc/{pid}/status");
    let text = std::fs::read_to_string(&path).context(path)?;
    field(&text, "VmRSS")
        .and_then(kibibytes)
        .with_context(|| format!("process {pid} has no memory"))
}

/// How long ago a process was started, in seconds; exact to a hundredth.
pub fn age_seconds(pid: u32) -> anyhow::Result<f64> {
    let path = format!("/proc/{pid}/stat");
    let text = std::fs::read_to_string(&path).context(path)?;
    // The name stands in brackets and may hold anything; field 22 is the 20th after it.
    let started: f64 = text
        .rsplit_once(')')
        .and_then(|(_, rest)| rest.split_whitespace().nth(19)?.parse().ok())
        .with_context(|| format!("process {pid} has no start time"))?;
    let uptime = std::fs::read_to_string("/proc/uptime")?;
    let uptime: f64 = uptime
        .split(' ')
        .next()
        .and_then(|seconds| seconds.parse().ok())
        .context("/proc/uptime")?;
    Ok(uptime - started / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_can_be_looked_at() {
        let own = std::process::id();
        assert!(resident_bytes(own).unwrap() > 0);
        let age = age_seconds(own).unwrap();
        assert!((-0.1..3600.0).contains(&age), "{age}");
        assert!(find_serving(Path::new("/nowhere/site.toml")).is_err());
    }
}
