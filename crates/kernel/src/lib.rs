//! The vocabulary of Sekoci: ids, actors, commands, events, entries, the [`Module`] trait and the
//! [`View`] it reads and writes. Pure and synchronous: no network, no clock, no randomness except
//! behind the adapters in [`clock`] and [`random`].

pub mod check;
pub mod clock;
mod command;
mod entry;
mod error_text;
mod event;
mod fingerprint;
pub mod hex;
pub mod id;
mod module;
pub mod page;
mod partition;
mod put_back;
pub mod random;
mod refusal;
mod site;
mod spec;
#[cfg(feature = "testing")]
pub mod testing;
mod view;

pub use clock::{Clock, Timestamp};
pub use command::{Actor, Command};
pub use entry::{Entry, Hash, Head, Header, KeyId, Payload, Seq};
pub use error_text::with_sources;
pub use event::{Event, EventError};
pub use fingerprint::{Fingerprint, fingerprint};
pub use id::{AccountId, CommandId, PersonId, WorkspaceId};
pub use module::{ApplyError, Audience, DecideContext, DecideError, Decision, Module, Topic};
pub use partition::{ModuleName, PartitionId, PartitionIdError};
pub use put_back::{
    Aspect, BadAspect, ChangesPutBack, NotPutBack, PUT_BACK, PUT_BACK_MAX, PUT_BACK_SPEC, PutBack,
    PutBackAnswer, PutBackItem, PutBackOutcome, PutsBack, PuttingBack, TextWish, decide_put_back,
};
pub use random::Random;
pub use refusal::{Refusal, RefusalKind};
pub use site::{SiteName, SiteNameError};
pub use spec::{CommandSpec, NamedSchemas, QuerySpec, RunQuery, SchemaOf, parse_body, run_query};
pub use view::{Recorded, View, ViewError};

/// Re-exported so that modules write rows with the very library version the view uses.
pub use rusqlite;
/// Re-exported so that [`define_id`] can describe ids.
pub use utoipa;
