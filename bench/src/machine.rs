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

/// The slab caches that an open TCP connection has objects in. Its directory entry is missing: that
/// cache is shared with every file, and moves with whatever the machine does.
const SOCKET_CACHES: [&str; 7] = [
    "TCP",
    "TCPv6",
    "sock_inode_cache",
    "filp",
    "eventpoll_epi",
    "eventpoll_pwq",
    "skbuff_head_cache",
];

/// Memory the kernel holds for connections, in bytes.
#[derive(Clone, Copy, Debug, Default, serde::Serialize)]
pub struct KernelMemory {
    /// Its objects: sockets, their inodes, files, watches. Where this user may not read
    /// `/proc/slabinfo`, everything unreclaimable, which other work on the machine moves too.
    pub slab: u64,
    /// Buffers of TCP connections.
    pub tcp_buffers: u64,
}

impl KernelMemory {
    /// At this moment.
    pub fn now() -> Self {
        let slab = std::fs::read_to_string("/proc/slabinfo").map_or_else(
            |_| {
                let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
                field(&meminfo, "SUnreclaim")
                    .and_then(kibibytes)
                    .unwrap_or(0)
            },
            |text| socket_objects(&text),
        );
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
            slab,
            tcp_buffers: pages.unwrap_or(0) * 4096,
        }
    }

    /// Both together.
    pub const fn total(self) -> u64 {
        self.slab + self.tcp_buffers
    }
}

/// Bytes in the live objects of [`SOCKET_CACHES`].
fn socket_objects(slabinfo: &str) -> u64 {
    let bytes = slabinfo.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        SOCKET_CACHES.contains(&words.next()?).then_some(())?;
        let live: u64 = words.next()?.parse().ok()?;
        let size: u64 = words.nth(1)?.parse().ok()?;
        Some(live * size)
    });
    bytes.sum()
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
    }

    #[test]
    fn only_caches_of_sockets_count() {
        let text =
            "TCP  379  676 2368 13 8 : tunables\nfilp 2 9 192 21 1 :\ndentry 9 9 192 21 1 :\n";
        assert_eq!(socket_objects(text), 379 * 2368 + 2 * 192);
        assert!(KernelMemory::now().slab > 0);
    }
}
