//! An installation to test with, and the tests that concern every command.

mod authorization;
mod frozen_shapes;
mod replay;

use crate::password::{Cost, Passwords};
use crate::{Installation, Preparation, SessionId, prepare};
use kernel::id::Uuid;
use kernel::random::SeededRandom;
use kernel::testing::{Given, Outcome};
use kernel::{AccountId, Actor, DecideError, Refusal, SiteName, Timestamp};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::sync::LazyLock;

pub const OPERATOR: AccountId = AccountId(Uuid::from_u128(1));
pub const ANN: AccountId = AccountId(Uuid::from_u128(2));

static PASSWORDS: LazyLock<Passwords> = LazyLock::new(|| {
    Passwords::new(Cost::LEAST, &SeededRandom::new(1)).expect("the least cost is allowed")
});

pub fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub fn session(n: u128) -> SessionId {
    SessionId(id(1000 + n))
}

pub fn site() -> Actor {
    Actor::Site(SiteName::new("a").expect("a valid name"))
}

/// An installation to which commands are sent as clients send them.
pub struct TestInstallation {
    pub given: Given,
    pub session: Option<SessionId>,
    actor: Actor,
    random: SeededRandom,
}

/// Sending as the gateway does.
pub trait Sent {
    /// Prepares and decides a command.
    fn send(&mut self, name: &str, body: Value) -> Outcome;
}

impl TestInstallation {
    pub fn by(&mut self, actor: Actor) -> &mut Self {
        self.given.by(actor.clone());
        self.actor = actor;
        self
    }

    pub fn rows(&self) -> &Connection {
        self.given.rows()
    }

    pub const fn now(&self) -> Timestamp {
        self.given.now()
    }

    pub fn passwords(&self) -> &'static Passwords {
        &PASSWORDS
    }

    pub fn prepared(&mut self, name: &str, body: Value) -> Result<Value, Refusal> {
        let with = Preparation {
            rows: self.given.rows(),
            actor: &self.actor,
            session: self.session,
            random: &self.random,
            passwords: &PASSWORDS,
        };
        prepare(name, body, &with).map_err(|error| match error {
            DecideError::Refused(refusal) => refusal,
            DecideError::View(error) => panic!("preparing {name} fails: {error:?}"),
        })
    }
}

impl Sent for TestInstallation {
    fn send(&mut self, name: &str, body: Value) -> Outcome {
        match self.prepared(name, body) {
            Ok(body) => self.given.when(name, body),
            Err(refusal) => Outcome::of(Err(refusal)),
        }
    }
}

pub fn empty() -> TestInstallation {
    let mut given = Given::module(Installation);
    given
        .workspace(kernel::WorkspaceId::INSTALLATION)
        .by(site());
    TestInstallation {
        given,
        session: None,
        actor: site(),
        random: SeededRandom::new(2),
    }
}

/// An installation with an operator, who acts, and Ann.
pub fn founded() -> TestInstallation {
    let mut given = empty();
    let operator = json!({
        "account_id": OPERATOR, "user": "operator", "name": "Operator", "password": "correct horse"});
    let _ = given.send("found-installation", operator).accepted_events();
    let ann = json!({
        "account_id": ANN, "user": "ann", "name": "Ann Lee", "password": "correct horse"});
    given
        .by(Actor::Account(OPERATOR))
        .send("create-account", ann)
        .accepted("account-created");
    given
}

/// The same, and Ann acts.
pub fn as_ann() -> TestInstallation {
    let mut given = founded();
    given.by(Actor::Account(ANN));
    given
}
