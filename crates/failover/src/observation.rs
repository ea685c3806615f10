//! What a vantage point saw.

use kernel::{SiteName, Timestamp};
use serde::{Deserialize, Serialize};

/// A step that a real user takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The session is known and its workspaces are listed.
    Session,
    /// A message is acknowledged.
    Post,
    /// That message is read at the other site.
    ReadBack,
    /// People are looked up.
    FindPeople,
    /// A document is opened.
    OpenDocument,
    /// A document is renamed, and that is acknowledged.
    RenameDocument,
}

impl Step {
    /// The module that has to answer.
    #[must_use]
    pub const fn module(self) -> &'static str {
        match self {
            Self::Session => "installation",
            Self::Post | Self::ReadBack => "messaging",
            Self::FindPeople => "directory",
            Self::OpenDocument | Self::RenameDocument => "documents",
        }
    }

    /// Its name in records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Post => "post",
            Self::ReadBack => "read-back",
            Self::FindPeople => "find-people",
            Self::OpenDocument => "open-document",
            Self::RenameDocument => "rename-document",
        }
    }
}

/// One step, taken once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Who saw it.
    pub vantage: SiteName,
    /// The site it is about.
    pub site: SiteName,
    /// What was tried.
    pub step: Step,
    /// When it began, by the vantage point's clock.
    pub at: Timestamp,
    /// How long it took.
    pub took_ms: i64,
    /// Why it failed; `None`: it worked.
    pub failure: Option<String>,
}

/// Something a node did by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deed {
    /// Who did it.
    pub by: SiteName,
    /// When, by its clock.
    pub at: Timestamp,
    /// The site concerned.
    pub site: SiteName,
    /// What it did, one English sentence.
    pub what: String,
}

/// What a node tells the others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Its latest observations.
    pub observations: Vec<Observation>,
    /// Its latest deeds.
    pub deeds: Vec<Deed>,
}
