//! The hub: reads each site's packets and hands them to the site they are meant for, after the link's delay.

use crate::link::Link;
use kernel::random::OsRandom;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::net::Ipv4Addr;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// More packets than this under way to one site are dropped, as a full router would.
const UNDER_WAY_MAX: usize = 200_000;
const PACKET_MAX: usize = 65_600;

type Nanos = u64;
type Packet = Reverse<(Nanos, u64, Vec<u8>)>;

/// Packets under way to one site.
#[derive(Default)]
struct Queue {
    under_way: Mutex<BinaryHeap<Packet>>,
    changed: Condvar,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, BinaryHeap<Packet>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A site's end: its address and its TUN device.
pub struct Port {
    pub address: Ipv4Addr,
    pub tun: OwnedFd,
}

struct Shared {
    ports: Vec<Port>,
    links: Vec<Link>,
    queues: Vec<Queue>,
    is_over: AtomicBool,
}

/// Carries packets until dropped.
pub struct Hub {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

impl Hub {
    pub fn start(ports: Vec<Port>) -> io::Result<Self> {
        let count = ports.len();
        let shared = Arc::new(Shared {
            links: (0..count * count).map(|_| Link::default()).collect(),
            queues: (0..count).map(|_| Queue::default()).collect(),
            is_over: AtomicBool::new(false),
            ports,
        });
        let mut hub = Self {
            shared,
            threads: Vec::new(),
        };
        for port in 0..count {
            let reader = Arc::clone(&hub.shared);
            hub.threads
                .push(thread("netlab-read", move || reader.read_from(port))?);
            let writer = Arc::clone(&hub.shared);
            hub.threads
                .push(thread("netlab-write", move || writer.write_to(port))?);
        }
        Ok(hub)
    }

    /// The link from one port to another.
    pub fn link(&self, from: usize, to: usize) -> &Link {
        &self.shared.links[from * self.shared.ports.len() + to]
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Relaxed);
        for queue in &self.shared.queues {
            let _waiting = queue.lock();
            queue.changed.notify_all();
        }
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing left to carry.
            let _ = thread.join();
        }
    }
}

fn thread(name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.into()).spawn(run)
}

/// Nanoseconds on the monotonic clock.
fn now() -> Nanos {
    let time = nix::time::clock_gettime(nix::time::ClockId::CLOCK_MONOTONIC);
    time.map_or(0, |time| {
        u64::try_from(Duration::from(time).as_nanos()).unwrap_or(u64::MAX)
    })
}

/// Where an IPv4 packet wants to go.
fn destination(packet: &[u8]) -> Option<Ipv4Addr> {
    let header: &[u8; 20] = packet.first_chunk()?;
    let [a, b, c, d] = [header[16], header[17], header[18], header[19]];
    (header[0] >> 4 == 4).then(|| Ipv4Addr::new(a, b, c, d))
}

impl Shared {
    fn read_from(&self, from: usize) {
        let mut buffer = vec![0; PACKET_MAX];
        let mut order = 0;
        while !self.is_over.load(Relaxed) {
            let Some(length) = self.next_packet(from, &mut buffer) else {
                continue;
            };
            let packet = &buffer[..length];
            let to = destination(packet)
                .and_then(|wanted| self.ports.iter().position(|port| port.address == wanted));
            let Some(to) = to.filter(|to| *to != from) else {
                continue;
            };
            let link = &self.links[from * self.ports.len() + to];
            let Some(delay) = link.fate(&OsRandom) else {
                continue;
            };
            if delay.is_zero() {
                self.deliver(to, packet);
            } else {
                order += 1;
                let due = now() + u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX);
                self.queue(to, Reverse((due, order, packet.to_vec())));
            }
        }
    }

    /// Waits 100 ms at most, so that the end of the hub is noticed.
    fn next_packet(&self, from: usize, buffer: &mut [u8]) -> Option<usize> {
        use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
        let tun = &self.ports[from].tun;
        let mut waiting = [PollFd::new(tun.as_fd(), PollFlags::POLLIN)];
        let ready = poll(&mut waiting, PollTimeout::from(100_u8)).unwrap_or(0);
        if ready == 0 {
            return None;
        }
        if let Ok(length) = nix::unistd::read(tun, buffer) {
            return Some(length);
        }
        // The interface is down for a moment while it is being set up.
        std::thread::sleep(Duration::from_millis(5));
        None
    }

    fn queue(&self, to: usize, packet: Packet) {
        let queue = &self.queues[to];
        let mut under_way = queue.lock();
        let is_next = under_way.peek().is_none_or(|first| packet > *first);
        if under_way.len() < UNDER_WAY_MAX {
            under_way.push(packet);
        }
        drop(under_way);
        if is_next {
            queue.changed.notify_one();
        }
    }

    fn write_to(&self, to: usize) {
        let _ = nix::sys::prctl::set_timerslack(1000);
        let queue = &self.queues[to];
        let mut under_way = queue.lock();
        while !self.is_over.load(Relaxed) {
            let wait = under_way
                .peek()
                .map(|first| first.0.0.saturating_sub(now()));
            match wait {
                None => {
                    let waited = queue.changed.wait(under_way);
                    under_way = waited.unwrap_or_else(PoisonError::into_inner);
                }
                Some(0) => {
                    let packet = under_way.pop();
                    drop(under_way);
                    if let Some(Reverse((_, _, packet))) = packet {
                        self.deliver(to, &packet);
                    }
                    under_way = queue.lock();
                }
                Some(nanos) => {
                    let wait = Duration::from_nanos(nanos);
                    let waited = queue.changed.wait_timeout(under_way, wait);
                    under_way = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
            }
        }
    }

    /// A packet that the receiver's queue has no room for is lost, as on a real link.
    fn deliver(&self, to: usize, packet: &[u8]) {
        let tun = &self.ports[to].tun;
        debug_assert!(tun.as_raw_fd() >= 0);
        let _ = nix::unistd::write(tun, packet);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_destination_of_a_packet_is_read_and_rubbish_is_not() {
        let mut packet = [0; 20];
        packet[0] = 0x45;
        packet[16..].copy_from_slice(&[10, 77, 1, 2]);
        assert_eq!(destination(&packet), Some(Ipv4Addr::new(10, 77, 1, 2)));
        packet[0] = 0x60;
        assert_eq!(destination(&packet), None);
        assert_eq!(destination(&packet[..19]), None);
    }
}
