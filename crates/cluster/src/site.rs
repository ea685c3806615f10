//! All processes of one site, and what can be done to them together.

use crate::configuration;
use crate::keeper::Keeper;
use crate::launch::{self, Account, Program};
use crate::process;
use crate::spec::{DatabaseSpec, ExtraChild, SiteSpec};
use crate::supervise::{ChildStatus, Gate, Supervised};
use nix::sys::signal::Signal;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Patroni gets this long to stop PostgreSQL in order.
const PATRONI_GRACE: Duration = Duration::from_secs(30);
const ETCD_GRACE: Duration = Duration::from_secs(10);
const EXTRA_GRACE_S: u32 = 10;
/// How often a database that is held down is looked for.
const HOLD_EVERY: Duration = Duration::from_millis(50);

/// Why something could not be done to a site.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its configuration could not be written.
    #[error("configuration of the site")]
    Configuration(#[from] configuration::Error),
    /// The user its children should run as, its namespace or a thread.
    #[error("preparing the site's processes")]
    Prepare(#[source] io::Error),
    /// Processes that stay in spite of SIGKILL.
    #[error("some processes of site {0} could not be killed")]
    Unkillable(String),
    /// There is no such child.
    #[error("the site has no child {0}")]
    NoSuchChild(String),
}

/// How a site's processes are.
#[derive(Clone, Debug)]
pub struct SiteStatus {
    /// The site's name.
    pub name: String,
    /// `etcd`, `patroni`, then the extra children, in the order they are started.
    pub children: Vec<ChildStatus>,
    /// Whether PostgreSQL (or one of its tools) is running.
    pub postgres: bool,
    /// Whether the site was paused.
    pub paused: bool,
}

/// The processes of one site. Dropping it kills them all.
pub struct SiteProcesses {
    spec: SiteSpec,
    account: Option<Account>,
    database: Vec<Supervised>,
    extra: Vec<Supervised>,
    keeper: Mutex<Option<Keeper>>,
    paused: Mutex<Vec<i32>>,
    /// While true the database is killed whenever it is there.
    database_down: Arc<AtomicBool>,
}

impl SiteProcesses {
    /// Prepares a site; nothing is written or started before [`SiteProcesses::start`].
    pub fn new(spec: SiteSpec) -> Result<Self, Error> {
        let account = launch::account(&spec.user).map_err(Error::Prepare)?;
        let supervise = |program, gate| {
            Supervised::new(program, spec.namespace.clone(), gate).map_err(Error::Prepare)
        };
        let mut database = Vec::new();
        if let Some(wanted) = &spec.database {
            database.push(supervise(etcd(&spec, account.clone()), None)?);
            let gate = etcd_answers(&spec, wanted);
            database.push(supervise(patroni(&spec, account.clone()), gate)?);
        }
        let mut extra = Vec::new();
        for child in &spec.extra {
            extra.push(supervise(
                extra_program(&spec, child, account.clone()),
                None,
            )?);
        }
        let (keeper, paused) = (Mutex::new(None), Mutex::new(Vec::new()));
        Ok(Self {
            spec,
            account,
            database,
            extra,
            keeper,
            paused,
            database_down: Arc::default(),
        })
    }

    /// What this site runs.
    #[must_use]
    pub fn spec(&self) -> &SiteSpec {
        &self.spec
    }

    /// Writes the configuration and starts everything: for the first time, or again over existing data
    /// after [`SiteProcesses::kill`] or [`SiteProcesses::stop`]. Patroni waits (30 s at most) until etcd
    /// answers. Returns at once; ask [`crate::PatroniClient`] when the database is ready.
    pub async fn start(&self) -> Result<(), Error> {
        let owner = self
            .account
            .as_ref()
            .map(|a| (a.uid.as_raw(), a.gid.as_raw()));
        configuration::write(&self.spec, owner)?;
        self.database_down.store(false, Ordering::Relaxed);
        if self.spec.database.is_some() {
            let mut keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner);
            if keeper.is_none() {
                *keeper = Some(Keeper::start(&self.postgres_dir()).map_err(Error::Prepare)?);
            }
        }
        self.children().for_each(Supervised::run);
        Ok(())
    }

    /// SIGKILLs every process of the site at once, PostgreSQL too, and starts none again before
    /// [`SiteProcesses::start`]. Returns when all are gone.
    pub async fn kill(&self) -> Result<(), Error> {
        self.children().for_each(Supervised::hold);
        self.lock_paused().clear();
        self.kill_what_is_left().await
    }

    /// SIGKILLs one child only (`etcd`, `patroni` or an extra child's name); it is started again.
    pub fn kill_child(&self, name: &str) -> Result<(), Error> {
        self.child(name)?.signal(Signal::SIGKILL);
        Ok(())
    }

    /// SIGKILLs one child only, and starts it no more before [`SiteProcesses::start`].
    pub fn hold_child(&self, name: &str) -> Result<(), Error> {
        let child = self.child(name)?;
        child.hold();
        child.signal(Signal::SIGKILL);
        Ok(())
    }

    /// Freezes one child only (SIGSTOP) until [`SiteProcesses::resume`].
    pub fn pause_child(&self, name: &str) -> Result<(), Error> {
        let child = self.child(name)?;
        if child.signal(Signal::SIGSTOP)
            && let Some(pid) = child.status().pid
        {
            self.lock_paused().push(pid.cast_signed());
        }
        Ok(())
    }

    /// SIGKILLs PostgreSQL, and again whenever Patroni has started it, until [`SiteProcesses::start`].
    pub fn hold_database(&self) -> Result<(), Error> {
        self.must_have_database()?;
        if self.database_down.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let (down, dir) = (Arc::clone(&self.database_down), self.postgres_dir());
        let holding = std::thread::Builder::new().name("hold-database".into());
        holding
            .spawn(move || {
                while down.load(Ordering::Relaxed) {
                    process::signal_all(&process::of_site(&[], &dir), Signal::SIGKILL);
                    std::thread::sleep(HOLD_EVERY);
                }
            })
            .map_err(Error::Prepare)?;
        Ok(())
    }

    /// Freezes PostgreSQL with everything it started until [`SiteProcesses::resume`].
    pub async fn pause_database(&self) -> Result<(), Error> {
        self.must_have_database()?;
        let dir = self.postgres_dir();
        let stopping = tokio::task::spawn_blocking(move || process::stop_all(&[], &dir));
        let stopped = stopping.await.unwrap_or_default();
        self.lock_paused().extend(stopped);
        Ok(())
    }

    fn must_have_database(&self) -> Result<(), Error> {
        match self.spec.database {
            Some(_) => Ok(()),
            None => Err(Error::NoSuchChild("database".into())),
        }
    }

    fn child(&self, name: &str) -> Result<&Supervised, Error> {
        self.children()
            .find(|child| child.status().name == name)
            .ok_or_else(|| Error::NoSuchChild(name.into()))
    }

    /// Freezes every process of the site (SIGSTOP), as a stalled machine would.
    pub async fn pause(&self) {
        let (roots, dir) = (self.roots(), self.postgres_dir());
        let stopping = tokio::task::spawn_blocking(move || process::stop_all(&roots, &dir));
        let stopped = stopping.await.unwrap_or_default();
        self.lock_paused().extend(stopped);
    }

    /// Lets a paused site go on (SIGCONT).
    pub async fn resume(&self) {
        let paused = std::mem::take(&mut *self.lock_paused());
        process::signal_all(&paused, Signal::SIGCONT);
    }

    /// Stops in order: extra children, then Patroni (which stops PostgreSQL and gives the primary's role
    /// away), then etcd. Whatever does not end in its time is killed.
    pub async fn stop(&self) -> Result<(), Error> {
        self.children().for_each(Supervised::hold);
        self.database_down.store(false, Ordering::Relaxed);
        self.resume().await;
        for (child, spec) in self.extra.iter().zip(&self.spec.extra).rev() {
            let grace = if spec.stop_grace_s == 0 {
                EXTRA_GRACE_S
            } else {
                spec.stop_grace_s
            };
            terminate(child, Duration::from_secs(grace.into())).await;
        }
        for (child, grace) in self.database.iter().zip([ETCD_GRACE, PATRONI_GRACE]).rev() {
            terminate(child, grace).await;
        }
        self.kill_what_is_left().await?;
        self.keeper
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        Ok(())
    }

    /// How the site's processes are now.
    #[must_use]
    pub fn status(&self) -> SiteStatus {
        SiteStatus {
            name: self.spec.name.clone(),
            children: self.children().map(Supervised::status).collect(),
            postgres: !process::of_site(&[], &self.postgres_dir()).is_empty(),
            paused: !self.lock_paused().is_empty(),
        }
    }

    async fn kill_what_is_left(&self) -> Result<(), Error> {
        let (roots, dir) = (self.roots(), self.postgres_dir());
        let killing = tokio::task::spawn_blocking(move || process::kill_all(&roots, &dir));
        let mut all_gone = killing.await.unwrap_or(false);
        for child in self.children() {
            all_gone &= child.ended(Duration::from_secs(5)).await;
        }
        if all_gone {
            Ok(())
        } else {
            Err(Error::Unkillable(self.spec.name.clone()))
        }
    }

    fn children(&self) -> impl Iterator<Item = &Supervised> {
        self.database.iter().chain(&self.extra)
    }

    fn roots(&self) -> Vec<i32> {
        self.children()
            .filter_map(|child| child.status().pid)
            .map(u32::cast_signed)
            .collect()
    }

    fn postgres_dir(&self) -> PathBuf {
        self.spec.data_dir.join("postgres")
    }

    fn lock_paused(&self) -> std::sync::MutexGuard<'_, Vec<i32>> {
        self.paused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SiteProcesses {
    fn drop(&mut self) {
        self.children().for_each(Supervised::hold);
        self.database_down.store(false, Ordering::Relaxed);
        process::kill_all(&self.roots(), &self.postgres_dir());
    }
}

async fn terminate(child: &Supervised, grace: Duration) {
    if child.signal(Signal::SIGTERM) && !child.ended(grace).await {
        tracing::warn!(child = %child.status().name, ?grace, "did not end after SIGTERM");
    }
}

fn program(site: &SiteSpec, name: &str, path: &str, account: Option<Account>) -> Program {
    Program {
        name: name.into(),
        program: path.into(),
        args: Vec::new(),
        env: Vec::new(),
        dir: site.data_dir.clone(),
        account,
    }
}

fn etcd(site: &SiteSpec, account: Option<Account>) -> Program {
    let mut program = program(site, "etcd", "/usr/bin/etcd", account);
    program.args = vec![
        "--config-file".into(),
        site.data_dir.join("etcd.yml").into(),
    ];
    program
}

fn patroni(site: &SiteSpec, account: Option<Account>) -> Program {
    let mut program = program(site, "patroni", "/usr/bin/python3", account);
    let files = ["patroni-guard.py", "patroni.yml"];
    program.args = files
        .map(|file| OsString::from(site.data_dir.join(file)))
        .to_vec();
    program
}

fn extra_program(site: &SiteSpec, child: &ExtraChild, account: Option<Account>) -> Program {
    let account = if child.keep_user { None } else { account };
    let mut program = program(site, &child.name, "", account);
    program.program = child.program.clone();
    program.args = child.args.clone();
    program.env = child.env.clone();
    program
}

/// Patroni sleeps five seconds when it finds no etcd, so it is started when there is one.
fn etcd_answers(site: &SiteSpec, database: &DatabaseSpec) -> Option<Gate> {
    let own = database
        .members
        .iter()
        .find(|member| member.name == site.name)?;
    let address = SocketAddr::from((own.host, own.ports.etcd_client));
    Some(Box::new(move || {
        etcd_is_ready(address).is_ok_and(|ready| ready)
    }))
}

/// A new etcd is healthy with two of three members, but speaks its oldest dialect (cluster version 3.0)
/// until all three have met once.
fn etcd_is_ready(address: SocketAddr) -> io::Result<bool> {
    let healthy = ask(address, "/health")?.contains("\"health\":\"true\"");
    let version = ask(address, "/version")?;
    let agreed = !version.contains("\"3.0.0\"") && !version.contains("not_decided");
    Ok(healthy && agreed)
}

fn ask(address: SocketAddr, path: &str) -> io::Result<String> {
    let limit = Duration::from_secs(1);
    let mut stream = TcpStream::connect_timeout(&address, limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes())?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wait::until;

    fn site(dir: &std::path::Path) -> SiteProcesses {
        let mut spec = SiteSpec::new("a", dir.join("site"));
        spec.extra.push(ExtraChild {
            name: "server".into(),
            program: "/bin/sh".into(),
            args: vec!["-c".into(), "sleep 1000 & wait".into()],
            keep_user: true,
            ..ExtraChild::default()
        });
        SiteProcesses::new(spec).expect("prepared")
    }

    async fn running(site: &SiteProcesses) -> u32 {
        let limit = Duration::from_secs(10);
        until("running", limit, async || site.status().children[0].pid)
            .await
            .expect("runs")
    }

    #[tokio::test]
    async fn a_site_without_a_database_lives_dies_and_lives_again() {
        let dir = tempfile::tempdir().expect("a directory");
        let site = site(dir.path());
        site.start().await.expect("started");
        let first = running(&site).await;
        site.kill().await.expect("killed");
        assert_eq!(site.status().children[0].pid, None);
        site.start().await.expect("started again");
        assert_ne!(running(&site).await, first);
        site.stop().await.expect("stopped");
        assert_eq!(site.status().children[0].pid, None);
        assert_eq!(site.status().children[0].restarts, 0);
    }

    #[tokio::test]
    async fn a_child_that_is_held_stays_away_until_the_site_is_started() {
        let dir = tempfile::tempdir().expect("a directory");
        let site = site(dir.path());
        site.start().await.expect("started");
        let first = running(&site).await;
        site.hold_child("server").expect("held");
        let limit = Duration::from_secs(5);
        until("gone", limit, async || {
            site.status().children[0].pid.is_none().then_some(())
        })
        .await
        .expect("gone");
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(site.status().children[0].pid, None);
        assert!(site.hold_child("none").is_err());
        assert!(site.hold_database().is_err(), "it has none");
        site.start().await.expect("started again");
        assert_ne!(running(&site).await, first);
    }

    #[tokio::test]
    async fn a_paused_site_stands_still_until_it_is_resumed() {
        let dir = tempfile::tempdir().expect("a directory");
        let site = site(dir.path());
        site.start().await.expect("started");
        let pid = running(&site).await;
        let state = |wanted: &'static str| async move {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            (stat.split_whitespace().nth(2) == Some(wanted)).then_some(())
        };
        let limit = Duration::from_secs(5);
        site.pause().await;
        until("stopped", limit, || state("T"))
            .await
            .expect("stopped");
        assert!(site.status().paused);
        site.resume().await;
        until("running", limit, || state("S"))
            .await
            .expect("resumed");
        assert_eq!(site.status().children[0].pid, Some(pid));
    }
}
