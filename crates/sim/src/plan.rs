//! What a seed plans: who works how, and what breaks when.

use crate::dice::Dice;
use crate::ledger::failure::Where;
use crate::network::Place;

/// What sort of run it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mix {
    /// Nothing breaks.
    #[default]
    Calm,
    /// One site is lost for a long time, and nothing else breaks.
    SiteLoss,
    /// One site is cut off for a long time, and nothing else breaks.
    CutOff,
    /// Anything.
    Storm,
}

/// Something that breaks and is repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The site's program is killed; its view is kept at its last commit, or lost.
    KillProgram { site: Place, keeps_view: bool },
    /// The whole site is lost, with its copy of the journal.
    KillSite { site: Place, keeps_view: bool },
    /// The site's program is stopped and later goes on.
    Pause { site: Place },
    /// A place hears nothing from another.
    Cut { from: Place, to: Place },
    /// A place hears nothing from anyone, nor anyone from it.
    CutOff { place: Place },
    /// A site's clients do not reach it.
    CutClients { site: Place },
    /// A copy of the journal is down.
    CopyDown { place: Place },
    /// Appends take up to this long.
    SlowDisk { ms: i64 },
    /// A site's reads give only what it has seen so far.
    Lag { site: Place },
    /// A site's reads fail.
    ReadsFail { site: Place },
    /// Appends go wrong in some of a thousand cases.
    Flaky(Rates),
    /// A site's clock jumps ahead.
    ClockJump { site: Place, ms: i64 },
    /// The engine keeps fewer copies than promised.
    Degraded,
    /// A site is told of entries that do not exist.
    FalseNotice { site: Place, more: u64 },
    /// The data key changes; one site learns it late.
    RotateKey { late: Place, ms: i64 },
    /// The module at a site panics some times.
    Panics {
        site: Place,
        place: Where,
        count: u32,
    },
}

/// In how many of a thousand appends what goes wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rates {
    pub(crate) lost: u32,
    pub(crate) delayed: u32,
    pub(crate) doubled: u32,
    pub(crate) answer_lost: u32,
    pub(crate) unavailable: u32,
}

/// A fault and when it is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Planned {
    pub(crate) begins: i64,
    pub(crate) ends: i64,
    pub(crate) fault: Fault,
}

/// Everything decided before the first event.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) mix: Mix,
    pub(crate) faults: Vec<Planned>,
    pub(crate) heal_at: i64,
    pub(crate) end_at: i64,
    pub(crate) clients: usize,
    /// The longest a client thinks, in milliseconds.
    pub(crate) think_ms: i64,
    pub(crate) batch_max: usize,
    pub(crate) skews: [i64; 2],
    /// One way between the places.
    pub(crate) latency_ms: i64,
    pub(crate) primary: Place,
}

/// Time from healing to the end of a run.
const QUIET_MS: i64 = 25_000;

impl Plan {
    pub(crate) fn from_dice(seed: u64, dice: &Dice) -> Self {
        let mix = match seed % 10 {
            0 => Mix::Calm,
            1 => Mix::SiteLoss,
            2 => Mix::CutOff,
            _ => Mix::Storm,
        };
        let heal_at = match mix {
            Mix::Calm => 8_000,
            Mix::SiteLoss | Mix::CutOff => 30_000,
            Mix::Storm => 20_000,
        };
        Self {
            mix,
            faults: faults(mix, dice, heal_at),
            heal_at,
            end_at: heal_at + QUIET_MS,
            clients: 2 + dice.below(4),
            think_ms: [80, 400, 1_000, 2_500][dice.below(4)],
            batch_max: [1, 3, 1_000][dice.below(3)],
            skews: [dice.between(0, 800), dice.between(0, 800)],
            latency_ms: [0, 1, 2, 15][dice.below(4)],
            primary: dice.below(2),
        }
    }
}

impl Plan {
    /// The site that is left, where the plan is to lose the other one and nothing else.
    pub(crate) fn survivor(&self) -> Option<Place> {
        let planned = self.faults.first().filter(|_| self.mix != Mix::Storm)?;
        match planned.fault {
            Fault::KillSite { site, .. } => Some(1 - site),
            Fault::CutOff { place } => Some(1 - place),
            _ => None,
        }
    }
}

fn faults(mix: Mix, dice: &Dice, heal_at: i64) -> Vec<Planned> {
    let long = |fault| Planned {
        begins: 4_000,
        ends: heal_at - 2_000,
        fault,
    };
    let place = dice.below(2);
    match mix {
        Mix::Calm => Vec::new(),
        Mix::SiteLoss => vec![long(Fault::KillSite {
            site: place,
            keeps_view: dice.chance(500),
        })],
        Mix::CutOff => vec![long(Fault::CutOff { place })],
        Mix::Storm => (0..=dice.below(9))
            .map(|_| {
                let begins = dice.between(500, heal_at - 2_000);
                let length = [300, 2_000, 6_000, 12_000][dice.below(4)];
                Planned {
                    begins,
                    ends: (begins + dice.between(50, length)).min(heal_at),
                    fault: any_fault(dice),
                }
            })
            .collect(),
    }
}

fn any_fault(dice: &Dice) -> Fault {
    let site = dice.below(2);
    let keeps_view = dice.chance(600);
    match dice.below(20) {
        0 => Fault::KillProgram { site, keeps_view },
        1 | 2 => Fault::KillSite { site, keeps_view },
        3 | 4 => Fault::Pause { site },
        5 | 6 => {
            let from = dice.below(3);
            let to = (from + 1 + dice.below(2)) % 3;
            Fault::Cut { from, to }
        }
        7 | 8 => Fault::CutOff {
            place: dice.below(3),
        },
        9 => Fault::CutClients { site },
        10 => Fault::CopyDown {
            place: dice.below(3),
        },
        11 => Fault::SlowDisk {
            ms: dice.between(50, 4_000),
        },
        12 => Fault::Lag { site },
        13 => Fault::ReadsFail { site },
        14 | 15 => Fault::Flaky(any_rates(dice)),
        16 => Fault::ClockJump {
            site,
            ms: dice.between(100, 10_000),
        },
        17 => match dice.below(2) {
            0 => Fault::Degraded,
            _ => Fault::FalseNotice {
                site,
                more: 1 + dice.below(5) as u64,
            },
        },
        18 => Fault::RotateKey {
            late: site,
            ms: dice.between(0, 4_000),
        },
        _ => Fault::Panics {
            site,
            place: [Where::Decide, Where::Apply, Where::Follow, Where::Due][dice.below(4)],
            count: 1 + u32::try_from(dice.below(3)).unwrap_or(0),
        },
    }
}

fn any_rates(dice: &Dice) -> Rates {
    let rate = || [0, 30, 150, 400][dice.below(4)];
    Rates {
        lost: rate(),
        delayed: rate(),
        doubled: rate(),
        answer_lost: rate(),
        unavailable: rate(),
    }
}
