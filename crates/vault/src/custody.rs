//! Custody: the keys that people hold.
//!
//! What opens the vault is one [`RecoveryIdentity`]. It exists only while shares are made or
//! combined: it is split into N [`Share`]s, one for each custodian, of which any K give it back and
//! fewer say nothing. What everybody may know stands in a [`Trust`]: for whom segments are sealed,
//! with which keys sites sign, and which trusts came before. The vault keeps every trust, and with
//! every later one a [chest] of the identities before it, so that whoever holds the newest shares can
//! open old segments too.

pub mod chest;
pub mod combine;
pub mod identity;
pub mod identity_file;
pub mod in_vault;
pub mod newest;
pub mod rule;
pub mod sealing_key;
pub mod share;
pub mod share_text;
pub mod split;
mod subsets;
pub mod trust;

pub use combine::{CombineError, Combined, Holder, combine};
pub use identity::{IdentityError, RecoveryIdentity};
pub use in_vault::{CustodyError, Opened, open_all, site_keys};
pub use rule::{RuleError, SplitRule};
pub use sealing_key::SealingKey;
pub use share::{SetId, Share, ShareError};
pub use split::split;
pub use trust::{Trust, TrustError};
