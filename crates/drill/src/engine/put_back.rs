//! Putting back what a drill did: in reverse order, also after a failure, each until it works or has
//! failed for good; then people are told what they have to do themselves.

use crate::doors::{DoorError, Doors};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// How often one thing is tried to be put back.
const TRIES: u32 = 4;
const AGAIN: Duration = Duration::from_secs(2);

/// How one thing is put back. Doing it again does nothing more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "undo", rename_all = "kebab-case")]
pub enum Undoing {
    /// A node goes on and is started, its link is whole and its modules behave.
    Restore {
        /// The node.
        node: String,
        /// What was done lives in the node's own memory, so it is asked first.
        through_itself: bool,
    },
    /// Each partition is led by whoever led it.
    SwitchBack {
        /// By partition.
        leads: BTreeMap<String, String>,
    },
}

/// What became of putting one thing back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutBack {
    /// What it was.
    #[serde(flatten)]
    pub undoing: Undoing,
    /// Whether it is back.
    pub done: bool,
    /// How often it was tried.
    pub tries: u32,
    /// Why it is not.
    pub failure: Option<String>,
    /// What people have to do, where it is not.
    pub manual: Option<String>,
}

impl Undoing {
    /// The exact step for people.
    #[must_use]
    pub fn manual(&self) -> String {
        match self {
            Self::Restore { node, .. } => format!(
                "on the machine of node {node}: start its agent again (systemctl restart \
                 sekoci-agent), which starts everything else; then: sekoci drill undo"
            ),
            Self::SwitchBack { leads } => {
                let to: BTreeSet<&str> = leads.values().map(String::as_str).collect();
                let to = to.into_iter().collect::<Vec<_>>().join(" and ");
                format!("the lead is not where it was, at {to}: sekoci drill undo")
            }
        }
    }

    async fn once(&self, doors: &Doors) -> Result<(), DoorError> {
        match self {
            Self::Restore {
                node,
                through_itself,
            } => doors.restore_anyhow(node, *through_itself).await,
            Self::SwitchBack { leads } => doors.lead_as(leads).await,
        }
    }

    async fn put_back(self, doors: &Doors) -> PutBack {
        let mut failure = None;
        for tries in 1..=TRIES {
            match self.once(doors).await {
                Ok(()) => {
                    return PutBack {
                        undoing: self,
                        done: true,
                        tries,
                        failure: None,
                        manual: None,
                    };
                }
                Err(error) => {
                    tracing::warn!(%error, undoing = ?self, tries, "could not be put back");
                    failure = Some(error.to_string());
                }
            }
            if tries < TRIES {
                tokio::time::sleep(AGAIN).await;
            }
        }
        PutBack {
            manual: Some(self.manual()),
            undoing: self,
            done: false,
            tries: TRIES,
            failure,
        }
    }
}

/// Puts things back, the last first; each once.
pub async fn put_back(doors: &Doors, undoings: &[Undoing]) -> Vec<PutBack> {
    let mut order: Vec<&Undoing> = Vec::new();
    for undoing in undoings.iter().rev() {
        if !order.contains(&undoing) {
            order.push(undoing);
        }
    }
    let mut done = Vec::new();
    for undoing in order {
        done.push(undoing.clone().put_back(doors).await);
    }
    done
}
