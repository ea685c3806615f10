//! A workspace to test with, and the tests that concern every command.

mod authorization;
mod frozen_shapes;
mod put_back;
mod replay;

use crate::Directory;
use kernel::id::Uuid;
use kernel::{AccountId, Actor, PersonId, SiteName, testing::Given};
use serde_json::{Value, json};

pub const OWNER: PersonId = PersonId(Uuid::from_u128(1));
pub const ADMIN: PersonId = PersonId(Uuid::from_u128(2));
pub const MEMBER: PersonId = PersonId(Uuid::from_u128(3));
pub const GUEST: PersonId = PersonId(Uuid::from_u128(4));
pub const FORMER: PersonId = PersonId(Uuid::from_u128(5));
pub const OWNER_ACCOUNT: AccountId = AccountId(Uuid::from_u128(101));
pub const ADMIN_ACCOUNT: AccountId = AccountId(Uuid::from_u128(102));

pub fn person(n: u128) -> PersonId {
    PersonId(id(n))
}

pub fn site() -> Actor {
    Actor::Site(SiteName::new("b").unwrap())
}

pub fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// A workspace with an owner, an admin, a member, a guest and somebody deactivated; the owner acts.
pub fn founded() -> Given {
    let mut given = Given::module(Directory);
    let founder = json!({
        "person_id": OWNER, "account_id": OWNER_ACCOUNT, "name": "Owner", "handle": "owner"});
    let _ = given
        .by(Actor::Account(OWNER_ACCOUNT))
        .when(
            "found-workspace",
            json!({"name": "Harbour", "owner": founder}),
        )
        .accepted_events();
    given.by(Actor::Person(OWNER));
    for (n, handle, role) in [
        (2, "admin", "admin"),
        (3, "member", "member"),
        (4, "guest", "guest"),
        (5, "former", "admin"),
    ] {
        let body: Value = json!({
            "person_id": person(n), "account_id": id(100 + n), "name": handle, "handle": handle,
            "role": role});
        given.when("add-person", body).accepted("person-added");
    }
    given
        .when("deactivate-person", json!({"person_id": FORMER}))
        .accepted("person-deactivated");
    given
}

pub fn as_owner() -> Given {
    founded()
}

pub fn as_admin() -> Given {
    acting(ADMIN)
}

pub fn as_member() -> Given {
    acting(MEMBER)
}

fn acting(person: PersonId) -> Given {
    let mut given = founded();
    given.by(Actor::Person(person));
    given
}
