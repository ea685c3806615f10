//! Where the core of a partition runs: on the writer's own thread, or in a process of its module.

use super::misbehave::Fault;
use journal::KeyRing;
use journal::partition::{Config, Core, CoreError, Input, Output, Status};
use kernel::{Module, Seq, Timestamp, View, ViewError, with_sources};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// What a core is made from.
pub struct Opening<'a> {
    /// The partition's place and limits.
    pub config: &'a Config,
    /// Its module.
    pub module: &'a Arc<dyn Module>,
    /// The file of its view.
    pub view_path: &'a Path,
    /// Its keys.
    pub keys: KeyRing,
}

/// Makes cores.
pub trait Place: Send + Sync {
    /// Makes the core of a partition over its view.
    ///
    /// # Errors
    /// When the view cannot be opened, or there is nothing to run the core.
    fn open(&self, opening: Opening<'_>) -> Result<(Box<dyn Running>, State), Failure>;
}

/// A core that runs somewhere.
pub trait Running: Send {
    /// Takes inputs one after the other and gives what is to be done after all of them.
    ///
    /// # Errors
    /// When the core cannot go on, does not answer, or is not there any more. It is dropped then.
    fn step(&mut self, work: Work) -> Result<Stepped, Failure>;
}

/// What a core is given.
#[derive(Debug, Serialize, Deserialize)]
pub struct Work {
    /// The site's wall clock.
    pub now: Timestamp,
    /// What happened, in order.
    pub inputs: Vec<Input>,
    /// What a drill has the module do first.
    pub fault: Option<Fault>,
}

/// What a core gives.
#[derive(Debug, Serialize, Deserialize)]
pub struct Stepped {
    /// What is to be done, in order.
    pub outputs: Vec<Output>,
    /// How it is now.
    pub state: State,
}

/// A core between two steps.
#[derive(Debug, Serialize, Deserialize)]
pub struct State {
    /// How it is.
    pub status: Status,
    /// When it has to be asked again if nothing else happens.
    pub deadline: Timestamp,
    /// How far the module has read what it follows, by the name of the partition.
    pub followed: BTreeMap<String, Seq>,
}

/// Why a core cannot go on.
#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// For the operator.
    pub message: String,
    /// The view is at fault and must be made anew.
    pub replaces_view: bool,
    /// The module broke off in the middle of its work: it panicked, did not come to an end, or its
    /// process is gone. What it was working on may make it do so again.
    pub is_broken_off: bool,
}

/// The writer's own thread: for tests, and where an installation wants no more processes.
pub struct OwnThread;

impl Place for OwnThread {
    fn open(&self, opening: Opening<'_>) -> Result<(Box<dyn Running>, State), Failure> {
        let core = Hosted::open(opening)?;
        let state = core.state()?;
        Ok((Box::new(core), state))
    }
}

/// A core in this process.
pub(super) struct Hosted {
    core: Core,
    sources: Vec<String>,
}

impl Hosted {
    pub(super) fn open(opening: Opening<'_>) -> Result<Self, Failure> {
        let view = View::open(opening.view_path, Arc::clone(opening.module))?;
        let sources = opening.module.follows().iter();
        let sources = sources
            .map(|source| super::follow::source_of(&opening.config.partition, source).to_string())
            .collect();
        Ok(Self {
            core: Core::new(opening.config.clone(), view, opening.keys),
            sources,
        })
    }

    pub(super) fn state(&self) -> Result<State, Failure> {
        let view = self.core.view();
        let followed = self.sources.iter();
        let followed = followed
            .map(|source| Ok((source.clone(), view.followed(source)?)))
            .collect::<Result<_, ViewError>>()?;
        Ok(State {
            status: self.core.status(),
            deadline: self.core.deadline(),
            followed,
        })
    }
}

impl Running for Hosted {
    fn step(&mut self, work: Work) -> Result<Stepped, Failure> {
        if let Some(fault) = work.fault {
            fault.happen();
        }
        let mut outputs = Vec::new();
        for input in work.inputs {
            outputs.extend(self.core.step(work.now, input)?);
        }
        let state = self.state()?;
        Ok(Stepped { outputs, state })
    }
}

impl Failure {
    /// The module broke off.
    pub(super) fn broken_off(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            replaces_view: false,
            is_broken_off: true,
        }
    }

    /// Something that is not the module's doing.
    pub(super) fn outside(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            replaces_view: false,
            is_broken_off: false,
        }
    }

    /// The module panicked.
    pub(super) fn panicked(panic: &(dyn std::any::Any + Send)) -> Self {
        let message = panic
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".into());
        Self::broken_off(format!("panic: {message}"))
    }
}

impl From<ViewError> for Failure {
    fn from(error: ViewError) -> Self {
        Self {
            message: with_sources(&error),
            replaces_view: error.needs_new_view(),
            is_broken_off: false,
        }
    }
}

impl From<CoreError> for Failure {
    fn from(error: CoreError) -> Self {
        match error {
            CoreError::View(view) => view.into(),
            CoreError::Panicked { .. } => Self::broken_off(with_sources(&error)),
            CoreError::Chain(_) | CoreError::Seal(_) => Self::outside(with_sources(&error)),
        }
    }
}
