//! The guards: for whose sake, if anyone's, a silent primary's lease may be ended.

/// Why the lease was left to run out by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// This primary was never seen alive, so there is nothing to compare its silence with.
    NeverSeenAlive,
    /// A lease was ended only a moment ago.
    TooSoon,
    /// `/sync` does not name the primary as its writer.
    SyncOfAnother,
    /// No candidate is a synchronous standby.
    NoStandby,
    /// The standby did not answer.
    StandbyUnreachable,
    /// The standby does not know itself to be synchronous.
    StandbyNotInStep,
    /// The standby still receives from the primary: it is not dead.
    StillStreaming,
    /// Looking took longer than [`crate::HastenerSettings::valid_for`].
    Stale,
    /// The keys had changed when the transaction arrived.
    KeysChanged,
}

/// Everything the guards are asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Who holds the primary's role.
    pub primary: String,
    /// Whether it was ever seen alive while holding it.
    pub was_alive: bool,
    /// Whether a lease was ended within [`crate::HastenerSettings::pause_between`].
    pub too_soon: bool,
    /// Who wrote `/sync`.
    pub sync_writer: Option<String>,
    /// The candidate that `/sync` names, if any.
    pub standby: Option<String>,
    /// What that standby says.
    pub standby_says: StandbySays,
}

/// A standby's answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StandbySays {
    /// Nothing.
    #[default]
    Nothing,
    /// It answered.
    Answers {
        /// It knows itself to be a synchronous standby.
        in_step: bool,
        /// It receives from the primary.
        streaming: bool,
    },
}

impl Observation {
    /// The standby for whose sake the lease may be ended, or why it may not.
    pub fn judge(&self) -> Result<&str, Refusal> {
        if !self.was_alive {
            return Err(Refusal::NeverSeenAlive);
        }
        if self.too_soon {
            return Err(Refusal::TooSoon);
        }
        if self.sync_writer.as_ref() != Some(&self.primary) {
            return Err(Refusal::SyncOfAnother);
        }
        let standby = self.standby.as_deref().ok_or(Refusal::NoStandby)?;
        match self.standby_says {
            StandbySays::Nothing => Err(Refusal::StandbyUnreachable),
            StandbySays::Answers { in_step: false, .. } => Err(Refusal::StandbyNotInStep),
            StandbySays::Answers {
                streaming: true, ..
            } => Err(Refusal::StillStreaming),
            StandbySays::Answers { .. } => Ok(standby),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead_primary() -> Observation {
        Observation {
            primary: "a".into(),
            was_alive: true,
            too_soon: false,
            sync_writer: Some("a".into()),
            standby: Some("b".into()),
            standby_says: StandbySays::Answers {
                in_step: true,
                streaming: false,
            },
        }
    }

    #[test]
    fn a_dead_primarys_lease_is_ended_for_the_standby_in_step() {
        assert_eq!(dead_primary().judge(), Ok("b"));
    }

    #[test]
    fn every_guard_holds_alone() {
        let says = |in_step, streaming| StandbySays::Answers { in_step, streaming };
        type Change = fn(&mut Observation);
        let guards: [(Refusal, Change); 6] = [
            (Refusal::NeverSeenAlive, |seen| seen.was_alive = false),
            (Refusal::TooSoon, |seen| seen.too_soon = true),
            (Refusal::SyncOfAnother, |seen| {
                seen.sync_writer = Some("b".into())
            }),
            (Refusal::SyncOfAnother, |seen| seen.sync_writer = None),
            (Refusal::NoStandby, |seen| seen.standby = None),
            (Refusal::StandbyUnreachable, |seen| {
                seen.standby_says = StandbySays::Nothing
            }),
        ];
        for (refusal, change) in guards {
            let mut seen = dead_primary();
            change(&mut seen);
            assert_eq!(seen.judge(), Err(refusal));
        }
        for (refusal, answer) in [
            (Refusal::StandbyNotInStep, says(false, false)),
            (Refusal::StillStreaming, says(true, true)),
        ] {
            let seen = Observation {
                standby_says: answer,
                ..dead_primary()
            };
            assert_eq!(seen.judge(), Err(refusal));
        }
    }
}
