//! What a detector is shown.

use kernel::{Actor, Event, Header, PartitionId, Payload, Seq, Timestamp};
use serde::{Deserialize, Serialize};

/// One opened entry.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'a> {
    /// The chain it belongs to.
    pub partition: &'a PartitionId,
    /// Its position there.
    pub seq: Seq,
    /// When it was decided.
    pub time: Timestamp,
    /// Whose command it was.
    pub actor: &'a Actor,
    /// The command's name.
    pub command: &'a str,
    /// What happened.
    pub events: &'a [Event],
}

impl<'a> Observed<'a> {
    /// The entry with this header and opened payload.
    #[must_use]
    pub fn of(header: &'a Header, payload: &'a Payload) -> Self {
        Self {
            partition: &header.partition,
            seq: header.seq,
            time: header.time,
            actor: &header.actor,
            command: &payload.name,
            events: &payload.events,
        }
    }
}

/// Where an entry stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntryRef {
    /// The chain.
    pub partition: PartitionId,
    /// The position in it.
    pub seq: Seq,
}
