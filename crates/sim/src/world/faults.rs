//! Faults begin and end.

use super::World;
use crate::network::Place;
use crate::plan::{Fault, Rates};
use crate::queue::Event;
use journal::DataKey;
use journal::partition::Input;
use kernel::KeyId;

impl World {
    pub(super) fn fault_begins(&mut self, number: usize) {
        if self.is_healed {
            return;
        }
        let fault = self.plan.faults[number].fault;
        self.trace
            .note(self.now, format_args!("fault begins: {fault:?}"));
        self.active.push(number);
        match fault {
            Fault::KillProgram { site, keeps_view } => self.kill(site, keeps_view),
            Fault::KillSite { site, keeps_view } => {
                self.kill(site, keeps_view);
                self.engine.stop(site);
            }
            Fault::Pause { site } => self.sites[site].pauses += 1,
            Fault::Cut { from, to } => self.network.cut(from, to),
            Fault::CutOff { place } => self.cut_off(place),
            Fault::CutClients { site } => self.network.cut_clients(site),
            Fault::CopyDown { place } => self.engine.stop(place),
            Fault::SlowDisk { ms } => self.slow_ms = ms,
            Fault::Lag { site } => self.engine.lag(site),
            Fault::ReadsFail { site } => self.sites[site].read_faults += 1,
            Fault::Flaky(rates) => self.rates = rates,
            Fault::ClockJump { site, ms } => self.sites[site].skew += ms,
            Fault::Degraded => self.engine.is_degraded = true,
            Fault::FalseNotice { site, more } => {
                let seq = self.engine.undurable().unwrap_or(self.engine.seq()) + more;
                self.plan_input(0, site, Input::Noticed(seq));
            }
            Fault::RotateKey { late, ms } => self.rotate_key(late, ms),
            Fault::Panics { site, place, count } => {
                self.sites[site].failures.plan(place, count);
            }
        }
    }

    pub(super) fn fault_ends(&mut self, number: usize) {
        let Some(position) = self.active.iter().position(|active| *active == number) else {
            return;
        };
        self.active.remove(position);
        let planned = self.plan.faults[number];
        self.history.troubles.push((planned.begins, self.now));
        self.trace
            .note(self.now, format_args!("fault ends: {:?}", planned.fault));
        match planned.fault {
            Fault::KillProgram { site, .. } => self.revive(site),
            Fault::KillSite { site, .. } => {
                self.engine.start(site);
                self.revive(site);
            }
            Fault::Pause { site } => {
                self.sites[site].pauses -= 1;
                if self.sites[site].pauses == 0 {
                    self.go_on(site);
                }
            }
            Fault::Cut { from, to } => self.network.mend(from, to),
            Fault::CutOff { place } => self.mend(place),
            Fault::CutClients { site } => self.network.mend_clients(site),
            Fault::CopyDown { place } => self.engine.start(place),
            Fault::SlowDisk { .. } => self.slow_ms = 0,
            Fault::Lag { site } => self.engine.catch_up(site),
            Fault::ReadsFail { site } => self.sites[site].read_faults -= 1,
            Fault::Flaky(_) => self.rates = Rates::default(),
            Fault::Degraded => self.engine.is_degraded = false,
            Fault::Panics { site, .. } => self.sites[site].failures.clear(),
            Fault::ClockJump { .. } | Fault::FalseNotice { .. } | Fault::RotateKey { .. } => {}
        }
    }

    /// Everything is repaired, and nothing breaks any more.
    pub(super) fn heal(&mut self) {
        self.trace.note(self.now, format_args!("heal"));
        for number in self.active.clone() {
            self.fault_ends(number);
        }
        self.is_healed = true;
        for site in 0..2 {
            self.sites[site].failures.clear();
            self.queue
                .add(self.now + 500, Event::PolicyArrives { site });
            self.queue
                .add(self.now + 10_000, Event::PolicyArrives { site });
        }
    }

    fn kill(&mut self, site: Place, keeps_view: bool) {
        self.sites[site].kills += 1;
        self.sites[site]
            .kill(keeps_view)
            .expect("SQLite works in memory");
    }

    fn revive(&mut self, site: Place) {
        self.sites[site].kills -= 1;
        if self.sites[site].kills == 0 && self.sites[site].core.is_none() {
            self.start(site);
        }
    }

    fn cut_off(&mut self, place: Place) {
        for other in (0..3).filter(|other| *other != place) {
            self.network.cut(place, other);
            self.network.cut(other, place);
        }
    }

    fn mend(&mut self, place: Place) {
        for other in (0..3).filter(|other| *other != place) {
            self.network.mend(place, other);
            self.network.mend(other, place);
        }
    }

    fn rotate_key(&mut self, late: Place, ms: i64) {
        self.newest_key += 1;
        let key = DataKey::from_bytes(self.dice.key());
        self.keys.insert(KeyId(self.newest_key), key);
        self.queue
            .add(self.now + 1, Event::KeysArrive { site: 1 - late });
        self.queue
            .add(self.now + 1 + ms, Event::KeysArrive { site: late });
    }

    pub(super) fn keys_arrive(&mut self, site: Place) {
        self.sites[site].keys = self.keys.clone();
        self.plan_input(0, site, Input::Keys(self.keys.clone()));
    }
}
