//! Deciding one command on the rows as they are, the open batch included.

use super::core::{Core, panic_message};
use super::types::{AppliedEntry, CoreError, Outcome, SWITCH_OVER, TAKE_OVER};
use crate::chain;
use kernel::{
    Actor, Command, CommandId, DecideError, Decision, Entry, Header, Payload, Refusal, SiteName,
    Timestamp, ViewError,
};
use serde_json::json;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What deciding one command came to.
pub(super) enum Decided {
    /// An entry, which is applied already.
    Entry(Box<Entry>, Box<AppliedEntry>),
    /// It is recorded already, and this is what becomes of it.
    Recorded(Outcome),
    /// No entry, and this answer.
    Answer(Outcome),
}

/// Why a command could not be decided.
pub(super) enum Failure {
    /// The command is at fault.
    Command(Refusal),
    /// The partition is.
    Core(CoreError),
}

/// What the module, or the core itself, says to a command.
enum Verdict {
    /// It gives this entry, after which this site leads.
    Entry(Payload, SiteName),
    /// It gives none, and this answer.
    Answer(Outcome),
}

impl From<CoreError> for Failure {
    fn from(error: CoreError) -> Self {
        Self::Core(error)
    }
}

impl Core {
    pub(super) fn decide_one(
        &mut self,
        now: Timestamp,
        command: &Command,
    ) -> Result<Decided, Failure> {
        if let Some(outcome) = self.recorded(command)? {
            return Ok(Decided::Recorded(outcome));
        }
        let time = now.max(self.view.time());
        let work = AssertUnwindSafe(|| self.verdict(time, command));
        let verdict = catch_unwind(work).map_err(|panic| failed(&panic_message(&*panic)))??;
        let (payload, lead) = match verdict {
            Verdict::Answer(outcome) => return Ok(Decided::Answer(outcome)),
            Verdict::Entry(payload, lead) => (payload, lead),
        };
        let entry = self.entry(time, command, lead, &payload)?;
        let applied = self.apply_own(&entry, payload)?;
        Ok(Decided::Entry(Box::new(entry), Box::new(applied)))
    }

    fn verdict(&self, time: Timestamp, command: &Command) -> Result<Verdict, Failure> {
        if command.name == SWITCH_OVER {
            return Ok(self.switch_over(command));
        }
        match self.view.decide(time, command) {
            Ok(Decision::Accepted { events, answer }) => {
                let payload = Payload {
                    name: command.name.clone(),
                    digest: command.digest,
                    answer,
                    events,
                };
                Ok(Verdict::Entry(payload, self.config.site.clone()))
            }
            Ok(Decision::Unchanged { answer }) => {
                Ok(Verdict::Answer(Outcome::Unchanged { answer }))
            }
            Err(DecideError::Refused(refusal)) => Ok(Verdict::Answer(Outcome::Refused(refusal))),
            Err(DecideError::View(error)) => Err(Failure::Core(ViewError::from(error).into())),
        }
    }

    fn switch_over(&self, command: &Command) -> Verdict {
        let wished = command.body["to"]
            .as_str()
            .and_then(|name| SiteName::new(name).ok());
        let known =
            |site: &SiteName| *site == self.config.site || Some(site) == self.config.peer.as_ref();
        let Some(to) = wished.filter(known) else {
            return Verdict::Answer(Outcome::Refused(Refusal::invalid(
                "command.to",
                "unknown_site",
                "no such site",
            )));
        };
        let answer = json!({ "lead": to });
        if *self.lead() == to && self.view.head().seq > 0 {
            return Verdict::Answer(Outcome::Unchanged { answer });
        }
        let payload = Payload {
            name: command.name.clone(),
            digest: command.digest,
            answer,
            events: Vec::new(),
        };
        Verdict::Entry(payload, to)
    }

    /// An entry without events by which this site takes the lead, applied already. Once it is
    /// durable, nothing else can have come before it: answers that rest on the rows before it hold.
    pub(super) fn take_over(&mut self, now: Timestamp) -> Result<(Entry, AppliedEntry), CoreError> {
        let head = self.view.head();
        let site = self.config.site.clone();
        let place = format!("{TAKE_OVER} {} {}", self.config.partition, head.hash);
        let payload = Payload {
            name: TAKE_OVER.into(),
            digest: *blake3::hash(place.as_bytes()).as_bytes(),
            answer: json!({ "lead": site }),
            events: Vec::new(),
        };
        let command = Command {
            id: CommandId::derived(&format!("{place} {site}")),
            name: TAKE_OVER.into(),
            actor: Actor::Site(site.clone()),
            body: json!({}),
            digest: payload.digest,
        };
        let time = now.max(self.view.time());
        let entry = self.entry(time, &command, site, &payload)?;
        let applied = self.apply_entry(&entry, payload)?;
        Ok((entry, applied))
    }

    fn entry(
        &self,
        time: Timestamp,
        command: &Command,
        lead: SiteName,
        payload: &Payload,
    ) -> Result<Entry, CoreError> {
        let head = self.view.head();
        let (key, _) = self.keys.newest()?;
        let header = Header {
            partition: self.config.partition.clone(),
            seq: head.seq + 1,
            site: self.config.site.clone(),
            lead,
            time,
            actor: command.actor.clone(),
            command: command.id,
            key,
            prev: head.hash,
        };
        let sealed = self.keys.seal(&header, payload)?;
        let hash = chain::hash(&header, &sealed);
        Ok(Entry {
            header,
            sealed,
            hash,
        })
    }

    /// Applies an entry of our own making; if that fails the command is at fault, not the chain.
    fn apply_own(&mut self, entry: &Entry, payload: Payload) -> Result<AppliedEntry, Failure> {
        let work = AssertUnwindSafe(|| self.apply_entry(entry, payload));
        match catch_unwind(work) {
            Ok(Ok(applied)) => Ok(applied),
            Ok(Err(error)) => Err(failed(&kernel::with_sources(&error))),
            Err(panic) => Err(failed(&panic_message(&*panic))),
        }
    }
}

fn failed(detail: &str) -> Failure {
    tracing::error!(detail, "a module failed on a command");
    Failure::Command(Refusal::failed(
        "module_failed",
        "the module failed on this command; nothing was changed",
    ))
}
