//! What goes into and comes out of the partition core.

use crate::{AppendError, Appended, Durability, KeyRing, ReadError, engine};
use kernel::{
    Audience, Command, CommandId, Entry, Hash, Head, Header, PartitionId, Payload, Refusal, Seq,
    SiteName, ViewError,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Name of the command that hands the lead to the site in its body (`{"to": "<site>"}`). The colon
/// keeps it apart from every module's commands.
pub const SWITCH_OVER: &str = "kernel:switch-over";

/// Name of the entry without events by which a site takes the lead when the answers it has to give
/// need no entry of their own. Its id follows from its place in the chain.
pub const TAKE_OVER: &str = "kernel:take-over";

/// The shell's handle for whoever waits for a reply.
pub type Waiter = u64;

/// How a command reached this site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Via {
    /// From a client of this site.
    Client,
    /// Forwarded by the peer.
    Peer {
        /// What the peer had applied: this site catches up to it before it answers.
        at: Seq,
        /// The peer cannot reach the engine and asks this site to append even if it does not lead.
        must_append: bool,
    },
}

/// The answer to a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Durable.
    Accepted {
        /// Position of its entry.
        seq: Seq,
        /// What the client is answered.
        answer: Value,
        /// How well it is kept.
        durability: Durability,
    },
    /// It was so already; no entry was made.
    Unchanged {
        /// What the client is answered.
        answer: Value,
    },
    /// Refused; no entry was made.
    Refused(Refusal),
    /// Only to the peer: this site does not lead.
    NotLead {
        /// Who leads, as far as this site has read.
        lead: SiteName,
        /// What this site had applied when it said so.
        seq: Seq,
    },
    /// Not appended, and it will not be: ask again, with the same id, here or at the other site.
    Unavailable {
        /// Why.
        cause: String,
    },
    /// It may have been appended: ask again with the same id to learn what became of it.
    Unknown {
        /// Why.
        cause: String,
    },
    /// The mailbox is full; nothing was tried.
    Overloaded,
}

/// The result of an append, as the shell reports it.
pub type AppendResult = Result<Appended, AppendError>;

/// The result of a read, as the shell reports it.
pub type ReadResult = Result<Vec<Entry>, ReadError>;

/// The result of a forward. `Err` means no answer, for the reason given.
pub type ForwardResult = Result<Outcome, String>;

/// What happens to a partition. A shell may hand it to a core in another process of this machine: its
/// written form holds keys and must not leave it.
#[derive(Debug, Serialize, Deserialize)]
pub enum Input {
    /// Someone wishes something.
    Submit {
        /// Who waits for the reply.
        waiter: Waiter,
        /// How it reached this site.
        via: Via,
        /// What is wished.
        command: Command,
    },
    /// An [`Output::Append`] ended.
    Appended {
        /// Which one.
        attempt: u64,
        /// How.
        result: AppendResult,
    },
    /// An [`Output::Read`] ended.
    Read(ReadResult),
    /// An [`Output::Forward`] ended.
    Forwarded {
        /// Of which command.
        command: CommandId,
        /// How.
        result: ForwardResult,
    },
    /// The engine may have entries up to this position.
    Noticed(Seq),
    /// Entries of a followed partition, in order; those already applied are passed over.
    Follow(Vec<(Header, Hash, Payload)>),
    /// The workspace's keys changed.
    Keys(#[serde(with = "crate::seal::beside")] KeyRing),
    /// How well an append made now would be kept, as the engine sees it.
    Durability(Option<Durability>),
    /// Time has passed.
    Tick,
}

/// What the shell does for a partition.
#[derive(Debug, Serialize, Deserialize)]
pub enum Output {
    /// Append, then report [`Input::Appended`].
    Append {
        /// Which attempt this is.
        attempt: u64,
        /// The head the batch follows.
        after: Head,
        /// The batch.
        entries: Vec<Entry>,
    },
    /// Read entries after this position, then report [`Input::Read`].
    Read {
        /// The position.
        after: Seq,
        /// The most entries wanted.
        limit: usize,
    },
    /// Hand a command to the peer, then report [`Input::Forwarded`].
    Forward {
        /// The peer.
        to: SiteName,
        /// The command.
        command: Box<Command>,
        /// What this site has applied.
        at: Seq,
        /// Ask the peer to append even if it does not lead.
        must_append: bool,
    },
    /// Tell a waiter.
    Reply {
        /// Whom.
        waiter: Waiter,
        /// What.
        outcome: Outcome,
    },
    /// Entries that are now part of the committed view, in order.
    Applied(Vec<AppliedEntry>),
}

/// An entry that the view holds, opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AppliedEntry {
    /// Its header.
    pub header: Header,
    /// Its hash.
    pub hash: Hash,
    /// Its payload.
    pub payload: Payload,
    /// Who is shown each of its events, in their order.
    pub audiences: Vec<Audience>,
}

/// A partition's place and limits. Times are in milliseconds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Config {
    /// The partition.
    pub partition: PartitionId,
    /// This site.
    pub site: SiteName,
    /// The other site, where there is one.
    pub peer: Option<SiteName>,
    /// Who leads while the chain is empty.
    pub initial_lead: SiteName,
    /// The most entries of one append.
    pub batch_max: usize,
    /// The most sealed bytes of one append.
    pub batch_bytes_max: usize,
    /// The most commands waiting here; more are answered [`Outcome::Overloaded`].
    pub inbox_max: usize,
    /// How long a command may wait before its client is told to ask again.
    pub command_timeout_ms: i64,
    /// How long the lead may take to answer a forwarded command.
    pub forward_timeout_ms: i64,
    /// Pause before a failed read or append is tried again.
    pub retry_ms: i64,
    /// How long a peer that did not answer is left alone.
    pub avoid_peer_ms: i64,
    /// How long the peer is asked to append instead after the engine failed this site.
    pub avoid_engine_ms: i64,
    /// How long reads may give nothing before this site stops believing that more exists.
    pub believe_ms: i64,
    /// The longest time without a look at the engine.
    pub idle_read_ms: i64,
    /// How often the module is asked what is due.
    pub due_ms: i64,
}

impl Config {
    /// The usual limits for a partition at a site.
    #[must_use]
    pub fn new(
        partition: PartitionId,
        site: SiteName,
        peer: Option<SiteName>,
        initial_lead: SiteName,
    ) -> Self {
        Self {
            partition,
            site,
            peer,
            initial_lead,
            batch_max: engine::BATCH_MAX,
            batch_bytes_max: 8 << 20,
            inbox_max: 4_096,
            command_timeout_ms: 8_000,
            forward_timeout_ms: 1_500,
            retry_ms: 25,
            avoid_peer_ms: 1_000,
            avoid_engine_ms: 1_000,
            believe_ms: 3_000,
            idle_read_ms: 1_000,
            due_ms: 1_000,
        }
    }
}

/// Why a partition cannot go on with its view. The shell replaces the view and replays.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    /// The view failed.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The chain in the engine is broken.
    #[error("the chain is broken")]
    Chain(#[from] crate::chain::ChainError),
    /// A payload cannot be opened.
    #[error("a payload cannot be opened")]
    Seal(#[from] crate::SealError),
    /// The module panicked outside of deciding a command.
    #[error("the module panicked while {doing}: {message}")]
    Panicked {
        /// What it was asked for.
        doing: &'static str,
        /// What the panic said.
        message: String,
    },
}

/// A look at a partition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Who leads.
    pub lead: SiteName,
    /// What the view has applied.
    pub head: Head,
    /// What the engine is known to hold.
    pub known: Seq,
    /// Commands waiting here.
    pub inbox: usize,
    /// Commands waiting at the peer.
    pub forwarded: usize,
    /// Commands in the append that is under way.
    pub in_flight: usize,
    /// How well the last append or read-back was kept.
    pub durability: Option<Durability>,
    /// The last failure of engine or peer, until something succeeds.
    pub trouble: Option<String>,
}
