//! A site: a thin shell around one core, as the server has one, and the file its view is in.

use crate::ledger::{Ledger, failure::Failures};
use journal::KeyRing;
use journal::partition::{Config, Core, Input};
use kernel::rusqlite::{self, Connection};
use kernel::{CommandId, Module, SiteName, Timestamp, View};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What all clocks show when a run begins.
pub(crate) const EPOCH_MS: i64 = 1_800_000_000_000;

/// Who is to be told when the core replies.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asker {
    Client { issue: usize, attempt: usize },
    Peer { life: u64, command: CommandId },
}

/// A view's file, in memory: it is there as long as this is, whoever else has it open.
pub(crate) struct Disk {
    path: PathBuf,
    _anchor: Connection,
}

impl Disk {
    pub(crate) fn empty() -> Result<Self, rusqlite::Error> {
        static MADE: AtomicU64 = AtomicU64::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let path = PathBuf::from(format!("file:/sekoci-sim-{number}?vfs=memdb"));
        let anchor = Connection::open(&path)?;
        Ok(Self {
            path,
            _anchor: anchor,
        })
    }

    pub(crate) fn open(&self, module: Arc<dyn Module>) -> Result<View, kernel::ViewError> {
        View::open(&self.path, module)
    }
}

/// One site.
pub(crate) struct Site {
    pub(crate) config: Config,
    pub(crate) core: Option<Core>,
    /// Grows with every start, so that what was meant for an earlier life is lost.
    pub(crate) life: u64,
    pub(crate) disk: Disk,
    pub(crate) keys: KeyRing,
    pub(crate) failures: Arc<Failures>,
    /// How far its clock is ahead of virtual time.
    pub(crate) skew: i64,
    /// Faults that keep the program down.
    pub(crate) kills: u32,
    /// Faults that keep the program stopped.
    pub(crate) pauses: u32,
    /// What arrived while it was stopped.
    pub(crate) stalled: Vec<Input>,
    pub(crate) askers: BTreeMap<u64, Asker>,
    asked: u64,
    /// Faults that make its reads fail.
    pub(crate) read_faults: u32,
    /// The moment of the last tick, and how many steps that moment has had.
    pub(crate) tick: (i64, u32),
    /// The tick that is due.
    pub(crate) tick_at: Option<i64>,
}

impl Site {
    pub(crate) fn new(config: Config, keys: KeyRing, skew: i64) -> Result<Self, kernel::ViewError> {
        let disk = Disk::empty()?;
        Ok(Self {
            config,
            core: None,
            life: 0,
            disk,
            keys,
            failures: Arc::default(),
            skew,
            kills: 0,
            pauses: 0,
            stalled: Vec::new(),
            askers: BTreeMap::new(),
            asked: 0,
            read_faults: 0,
            tick: (0, 0),
            tick_at: None,
        })
    }

    pub(crate) fn name(&self) -> &SiteName {
        &self.config.site
    }

    /// The module as it runs here.
    pub(crate) fn module(&self) -> Arc<dyn Module> {
        Arc::new(Ledger {
            site: self.config.site.clone(),
            failures: Arc::clone(&self.failures),
        })
    }

    /// What its clock shows at virtual time `now`.
    pub(crate) fn clock(&self, now: i64) -> Timestamp {
        Timestamp(EPOCH_MS + now + self.skew)
    }

    /// Virtual time at which its clock shows `moment`.
    pub(crate) fn when(&self, moment: Timestamp) -> i64 {
        moment.millis().saturating_sub(EPOCH_MS + self.skew)
    }

    /// Starts the program on what the disk holds.
    pub(crate) fn start(&mut self) -> Result<(), kernel::ViewError> {
        self.life += 1;
        let view = self.disk.open(self.module())?;
        self.core = Some(Core::new(self.config.clone(), view, self.keys.clone()));
        Ok(())
    }

    /// Ends the program: whatever it had in memory is gone.
    pub(crate) fn kill(&mut self, keeps_view: bool) -> Result<(), kernel::ViewError> {
        self.core = None;
        self.askers.clear();
        self.stalled.clear();
        self.tick_at = None;
        if !keeps_view {
            self.disk = Disk::empty()?;
        }
        Ok(())
    }

    /// Takes note of who asks.
    pub(crate) fn register(&mut self, asker: Asker) -> u64 {
        self.asked += 1;
        self.askers.insert(self.asked, asker);
        self.asked
    }
}
