//! Evidence: reports that can be checked without trusting whoever hands them over.
//!
//! A report is a flat JSON object. Its evidence is the same object with one more field, `signature`: a
//! DSSE envelope around a [`Statement`] that holds the report once more, to whom it belongs, the heads of
//! the journal it rests on, and who signed it when. Readable fields and statement must say the same.
//!
//! Invariants:
//! - what is read from a file is bounded, has no name twice and no number that JSON's canonical form
//!   (RFC 8785) would round: two readers of one file never see two figures;
//! - a signature says who said something and that it was not changed since, never that it is right;
//!   [`verify`] says what is proven and what is not;
//! - no report claims that a rule is complied with: [`clauses`] say which figure speaks to a clause.

mod canonical;
pub mod clauses;
mod difference;
mod envelope;
mod input;
pub mod journal;
mod key;
mod language;
#[cfg(feature = "pdf")]
pub mod pdf;
mod pointer;
pub mod readable;
mod statement;
mod trust;
mod verify;

pub use envelope::{Envelope, EnvelopeError, PAYLOAD_TYPE, Signature};
pub use input::{BYTES_MAX, Unusable, read};
pub use key::{EvidenceKey, KeyError, PublicKey};
pub use language::Language;
pub use statement::{About, HeadOf, NotSignable, PREDICATE_TYPE, Predicate, Statement, sign};
pub use trust::{Trust, TrustedKey};
pub use verify::{Asked, Examined, Finding, State, verify};

/// The field of a report that holds its envelope.
pub const SIGNATURE: &str = "signature";
/// Why there is none, where `signature` is null.
pub const UNSIGNED_BECAUSE: &str = "unsigned_because";
