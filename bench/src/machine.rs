//! The machine a measurement ran on, as Linux describes it.

use serde_json::{Value, json};

/// What it is and how busy it is at this moment.
pub fn describe() -> Value {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    json!({
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "processor": field(&read("/proc/cpuinfo"), "model name"),
        "memory": field(&read("/proc/meminfo"), "MemTotal"),
        "kernel": read("/proc/sys/kernel/osrelease").trim(),
        "load_average": load_average(),
    })
}

/// Processes that wanted to run: mean of the last minute. Well above the number of cores before a
/// measurement began, it was not alone.
pub fn load_average() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    text.split(' ').next()?.parse().ok()
}

/// How many files this process, and so whatever it starts, may have open.
pub fn open_files_max() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = text
        .lines()
        .find(|line| line.starts_with("Max open files"))?;
    line.split_whitespace().nth(3)?.parse().ok()
}

/// Memory the kernel holds, in bytes.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct KernelMemory {
    /// Its own objects: sockets, inodes, file descriptors.
    pub slab: u64,
    /// Buffers of TCP connections.
    pub tcp_buffers: u64,
}

impl KernelMemory {
    /// At this moment.
    pub fn now() -> Self {
        let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        // Unreclaimable only: caches of files come and go with whatever else the machine does.
        let slab = field(&meminfo, "SUnreclaim").and_then(kibibytes);
        let sockstat = std::fs::read_to_string("/proc/net/sockstat").unwrap_or_default();
        let pages = sockstat
            .lines()
            .find(|line| line.starts_with("TCP:"))
            .and_then(|line| {
                line.split_whitespace()
                    .skip_while(|word| *word != "mem")
                    .nth(1)
            })
            .and_then(|pages| pages.parse::<u64>().ok());
        Self {
            slab: slab.unwrap_or(0),
            tcp_buffers: pages.unwrap_or(0) * 4096,
        }
    }

    /// Both together.
    pub const fn total(self) -> u64 {
        self.slab + self.tcp_buffers
    }
}

/// The value of `name: value` in one of proc's files.
pub fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(found, _)| found.trim() == name)
        .map(|(_, value)| value.trim())
}

/// `1234 kB` in bytes.
pub fn kibibytes(text: &str) -> Option<u64> {
    let number: u64 = text.strip_suffix("kB")?.trim().parse().ok()?;
    Some(number * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_proc_are_read() {
        let text = "MemTotal:       24683520 kB\nSUnreclaim:      75 kB\n";
        assert_eq!(
            field(text, "SUnreclaim").and_then(kibibytes),
            Some(75 * 1024)
        );
        assert_eq!(field(text, "Slab"), None);
        assert!(KernelMemory::now().slab > 0);
    }
}
