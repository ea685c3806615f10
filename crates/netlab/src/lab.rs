//! A lab: namespaces for some sites, the hub between them, and ways to run things inside.

use crate::hub::{Hub, Port};
use crate::link::{Link, LinkState};
use crate::namespace::{self, Namespace, ip};
use crate::tun;
use nix::sched::{CloneFlags, setns};
use std::fs::{self, File};
use std::io;
use std::net::Ipv4Addr;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::Duration;

/// Namespaces of every lab begin like this; then come the owner's pid and start time.
const PREFIX: &str = "netlab";
const DEVICE: &str = "wan0";
/// The observer's place in the lab's network.
const OBSERVER: u8 = 254;

/// Why a lab cannot be had on this machine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no network lab here: {0}")]
pub struct Unavailable(pub String);

/// Why something in a lab failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A lab cannot be had here.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// All 250 networks are in use.
    #[error("no free network for a lab")]
    NoFreeNetwork,
    /// There is no such site.
    #[error("the lab has no site {0}")]
    NoSuchSite(String),
    /// The operating system refused.
    #[error("{what}")]
    System {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
}

fn system(what: impl Into<String>) -> impl FnOnce(io::Error) -> Error {
    let what = what.into();
    move |source| Error::System { what, source }
}

/// `None` where labs can be made; otherwise why not. Tests print it and return.
#[must_use]
pub fn unavailable() -> Option<Unavailable> {
    let because = |reason: &str| Some(Unavailable(reason.into()));
    if !nix::unistd::Uid::effective().is_root() {
        return because("it needs root");
    }
    if !Path::new("/dev/net/tun").exists() {
        return because("there is no /dev/net/tun");
    }
    if Command::new("ip").arg("-V").output().is_err() {
        return because("the program ip (package iproute2) is missing");
    }
    // Tests of one process ask at the same time.
    static ASKED: AtomicU32 = AtomicU32::new(0);
    let probe = format!("{PREFIX}-{}-probe{}", owner(), ASKED.fetch_add(1, Relaxed));
    match Namespace::make(probe) {
        Ok(_) => None,
        Err(error) => Some(Unavailable(error.to_string())),
    }
}

/// Who a namespace belongs to: pid and start time, so that a pid used again is not mistaken for us.
fn owner() -> String {
    let pid = nix::unistd::getpid().as_raw();
    format!("{pid}-{}", start_time(pid).unwrap_or_default())
}

fn start_time(pid: i32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat[stat.rfind(')')? + 1..]
        .split_whitespace()
        .nth(19)?
        .parse()
        .ok()
}

struct Site {
    name: String,
    address: Ipv4Addr,
    namespace: Namespace,
}

/// Sites in namespaces of their own and the network between them. Dropping it removes everything and kills
/// whatever still runs inside.
pub struct Lab {
    // Dropped in this order: the hub holds the devices.
    hub: Hub,
    sites: Vec<Site>,
    observer: Ipv4Addr,
}

impl Lab {
    /// A lab with these sites, all links whole and without delay. This process can reach every site through
    /// links of its own, which no cut between sites touches.
    pub fn new(names: &[&str]) -> Result<Self, Error> {
        if let Some(reason) = unavailable() {
            return Err(reason.into());
        }
        Self::sweep();
        let (network, outside) = free_network()?;
        let address = |last: u8| Ipv4Addr::new(10, 77, network, last);
        let observer = address(OBSERVER);
        let mut sites = Vec::new();
        let mut ports = Vec::new();
        for (last, name) in (1..OBSERVER).zip(names) {
            let full = format!("{PREFIX}-{}-{network}-{name}", owner());
            let namespace = Namespace::make(full).map_err(system("making a namespace"))?;
            let tun = tun_inside(&namespace).map_err(system("making a TUN device"))?;
            ports.push(Port {
                address: address(last),
                tun,
            });
            sites.push(Site {
                name: (*name).into(),
                address: address(last),
                namespace,
            });
        }
        ports.push(Port {
            address: observer,
            tun: outside,
        });
        let hub = Hub::start(ports).map_err(system("starting the hub"))?;
        for site in &sites {
            set_up(Some(site.namespace.name()), DEVICE, site.address)?;
        }
        set_up(None, &device(network), observer)?;
        Ok(Self {
            hub,
            sites,
            observer,
        })
    }

    /// Removes what labs of processes that are gone left behind. [`Lab::new`] does this too.
    pub fn sweep() {
        for name in namespace::all() {
            let mut parts = name.split('-');
            if parts.next() != Some(PREFIX) {
                continue;
            }
            let pid = parts.next().and_then(|pid| pid.parse().ok());
            let started = parts.next().and_then(|time| time.parse::<u64>().ok());
            if pid.is_some_and(|pid| start_time(pid) != started) {
                namespace::remove(&name);
            }
        }
    }

    fn index(&self, name: &str) -> Result<usize, Error> {
        self.sites
            .iter()
            .position(|site| site.name == name)
            .ok_or_else(|| Error::NoSuchSite(name.into()))
    }

    /// The site's address.
    pub fn address(&self, site: &str) -> Result<Ipv4Addr, Error> {
        Ok(self.sites[self.index(site)?].address)
    }

    /// The address under which the sites know this process.
    #[must_use]
    pub fn observer(&self) -> Ipv4Addr {
        self.observer
    }

    /// The site's network namespace, as `ip netns` names it.
    pub fn namespace(&self, site: &str) -> Result<&str, Error> {
        Ok(self.sites[self.index(site)?].namespace.name())
    }

    fn one_way(&self, from: &str, to: &str) -> Result<&Link, Error> {
        Ok(self.hub.link(self.index(from)?, self.index(to)?))
    }

    fn both_ways(&self, one: &str, other: &str) -> Result<[&Link; 2], Error> {
        Ok([self.one_way(one, other)?, self.one_way(other, one)?])
    }

    /// Nothing passes between the two any more, either way, and nobody is told.
    pub fn cut(&self, one: &str, other: &str) -> Result<(), Error> {
        self.both_ways(one, other)?
            .iter()
            .for_each(|link| link.set_cut(true));
        Ok(())
    }

    /// Nothing passes from `from` to `to` any more; the other way stays whole.
    pub fn oneway(&self, from: &str, to: &str) -> Result<(), Error> {
        self.one_way(from, to)?.set_cut(true);
        Ok(())
    }

    /// Cuts the site off from all other sites. This process still reaches it.
    pub fn isolate(&self, site: &str) -> Result<(), Error> {
        let one = self.index(site)?;
        for other in (0..self.sites.len()).filter(|other| *other != one) {
            self.hub.link(one, other).set_cut(true);
            self.hub.link(other, one).set_cut(true);
        }
        Ok(())
    }

    /// A round trip between the two takes `time`, half of it each way.
    pub fn rtt(&self, one: &str, other: &str, time: Duration) -> Result<(), Error> {
        self.both_ways(one, other)?
            .iter()
            .for_each(|link| link.set_delay(time / 2));
        Ok(())
    }

    /// Each packet between the two takes up to `time` longer, drawn anew each time.
    pub fn jitter(&self, one: &str, other: &str, time: Duration) -> Result<(), Error> {
        self.both_ways(one, other)?
            .iter()
            .for_each(|link| link.set_jitter(time));
        Ok(())
    }

    /// Of 1000 packets between the two, `per_mille` are lost, each way.
    pub fn loss(&self, one: &str, other: &str, per_mille: u32) -> Result<(), Error> {
        self.both_ways(one, other)?
            .iter()
            .for_each(|link| link.set_loss(per_mille));
        Ok(())
    }

    /// Ends all cuts and losses between sites; delay and jitter stay.
    pub fn heal(&self) {
        for from in 0..self.sites.len() {
            for to in 0..self.sites.len() {
                self.hub.link(from, to).set_cut(false);
                self.hub.link(from, to).set_loss(0);
            }
        }
    }

    /// How the way from one site to another is now.
    pub fn state(&self, from: &str, to: &str) -> Result<LinkState, Error> {
        Ok(self.one_way(from, to)?.state())
    }

    /// A command that will run at `site`.
    ///
    /// # Panics
    /// If the lab has no such site: a mistake of the test.
    #[must_use]
    pub fn command(&self, site: &str, program: &str) -> Command {
        let name = self.namespace(site).expect("the lab has that site");
        let mut command = Command::new(program);
        let namespace = File::open(namespace::path(name)).map_err(|e| e.raw_os_error());
        // SAFETY: between fork and exec the closure makes one system call and allocates nothing.
        unsafe {
            command.pre_exec(move || match &namespace {
                Ok(file) => Ok(setns(file.as_fd(), CloneFlags::CLONE_NEWNET)?),
                Err(code) => Err(io::Error::from_raw_os_error(code.unwrap_or(libc::ENOENT))),
            });
        }
        command
    }

    /// Runs `work` in a thread of its own at `site`: every socket it makes belongs there. An async client
    /// needs a current-thread runtime built inside `work`.
    pub fn at<T: Send + 'static>(
        &self,
        site: &str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<JoinHandle<T>, Error> {
        let name = self.namespace(site)?.to_string();
        let (entered, outcome) = std::sync::mpsc::channel();
        let thread = std::thread::Builder::new().name(format!("at-{site}"));
        let started = thread.spawn(move || {
            let result = namespace::enter(&name);
            let inside = result.is_ok();
            // The receiver waits for exactly this message.
            let _ = entered.send(result);
            inside.then(work)
        });
        let started = started.map_err(system("starting a thread"))?;
        let failed = || io::Error::other("the thread ended");
        let result = outcome.recv().unwrap_or_else(|_| Err(failed()));
        result.map_err(system(format!("entering the namespace of {site}")))?;
        let waiting = move || {
            started
                .join()
                .ok()
                .flatten()
                .expect("entered, so it worked")
        };
        std::thread::Builder::new()
            .spawn(waiting)
            .map_err(system("starting a thread"))
    }
}

fn device(network: u8) -> String {
    format!("netlab{network}")
}

/// The first network whose device name is free. Making the device takes it, also against other processes.
fn free_network() -> Result<(u8, std::os::fd::OwnedFd), Error> {
    for network in 1..=250 {
        match tun::open(&device(network)) {
            Ok(tun) => return Ok((network, tun)),
            Err(taken) if taken.raw_os_error() == Some(libc::EBUSY) => {}
            Err(other) => return Err(system("making a TUN device")(other)),
        }
    }
    Err(Error::NoFreeNetwork)
}

/// Makes the device from a thread that has moved into the namespace.
fn tun_inside(namespace: &Namespace) -> io::Result<std::os::fd::OwnedFd> {
    std::thread::scope(|scope| {
        let making = scope.spawn(|| {
            namespace.enter()?;
            tun::open(DEVICE)
        });
        making
            .join()
            .unwrap_or_else(|_| Err(io::Error::other("the thread panicked")))
    })
}

fn set_up(namespace: Option<&str>, device: &str, address: Ipv4Addr) -> Result<(), Error> {
    let inside: Vec<&str> = namespace.map_or(Vec::new(), |name| vec!["-n", name]);
    let network = format!("{address}/24");
    let steps: [&[&str]; 3] = [
        &["addr", "add", &network, "dev", device],
        &["link", "set", device, "mtu", "1500", "txqueuelen", "10000"],
        &["link", "set", device, "up"],
    ];
    for step in steps {
        ip(&[&inside, step].concat()).map_err(system(format!("setting up {device}")))?;
    }
    Ok(())
}
