//! Whoever answers for what is put back decides over no more than by hand: nobody hands out rights they
//! do not have, and only owners decide over owners. Where no owner is left who could (somebody took the
//! workspace over and shut them out), whoever runs the workspace brings them back.

use super::facts::person;
use super::wish::Wish;
use crate::acting::{Asked, On};
use crate::{roles, rows};
use kernel::{Actor, NotPutBack, PersonId, PuttingBack};
use rusqlite::Connection;

/// Nothing, where the one who answers may decide over what a wish is about.
pub fn require(
    rows: &Connection,
    putting: &PuttingBack<'_>,
    wish: &Wish,
) -> Result<(), NotPutBack> {
    let actor = Actor::Person(putting.by);
    let asked = Asked::by(rows, putting.time, &actor)?;
    let has_owner = rows::has_owner(rows)?;
    let on_person = |id: PersonId| -> Result<(), NotPutBack> {
        let person = person(rows, id)?;
        if person.role == roles::OWNER && !has_owner {
            return Ok(());
        }
        Ok(asked.may("put-back-person", On::Person(&person))?)
    };
    match wish {
        Wish::Role(id, role) => {
            on_person(*id)?;
            match role {
                Some(role) if role == roles::OWNER && !has_owner => Ok(()),
                Some(role) if rows::role(rows, role)?.is_some() => {
                    Ok(asked.may_on_role("put-back-person", "role", role)?)
                }
                Some(_) | None => Ok(()),
            }
        }
        Wish::Active(id, _)
        | Wish::Profile(id, _)
        | Wish::Account(id, _)
        | Wish::PersonExists(id, _) => on_person(*id),
        Wish::Permissions(name, permissions) => {
            let now = rows::role(rows, name)?.map(|role| role.permissions);
            for permissions in [now.as_ref(), permissions.as_ref()].into_iter().flatten() {
                let role = On::Role { name, permissions };
                asked.may("put-back-person", role)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::tests::{ADMIN, MEMBER, OWNER, as_admin, as_owner, id, site};
    use kernel::testing::Given;
    use kernel::{Actor, PUT_BACK, PersonId};
    use serde_json::{Value, json};

    fn puts(given: &mut Given, by: PersonId, aspect: &str, about: PersonId, value: Value) -> Value {
        let expected =
            crate::put_back::value(given.rows(), &kernel::Aspect::new("person", about, aspect));
        let item = json!({
            "aspect": {"kind": "person", "object": about, "aspect": aspect},
            "expected": expected.unwrap(), "value": value,
        });
        let body = json!({"rewind_id": id(90), "items": [item]});
        let decided = given
            .by(Actor::Person(by))
            .when(PUT_BACK, body)
            .result()
            .unwrap();
        let (kernel::Decision::Accepted { answer, .. } | kernel::Decision::Unchanged { answer }) =
            decided;
        answer["outcomes"][0].clone()
    }

    #[test]
    fn admins_put_nobody_among_the_owners_nor_owners_out() {
        let mut given = as_owner();
        let refused = |outcome: Value| outcome["impossible"].is_string();
        assert!(refused(puts(
            &mut given,
            ADMIN,
            "role",
            MEMBER,
            json!("owner")
        )));
        assert!(refused(puts(
            &mut given,
            ADMIN,
            "active",
            OWNER,
            json!(false)
        )));
        assert!(refused(puts(
            &mut given,
            ADMIN,
            "role",
            OWNER,
            json!("member")
        )));
        assert_eq!(
            puts(&mut given, OWNER, "role", MEMBER, json!("owner")),
            "done"
        );
    }

    #[test]
    fn where_no_owner_is_left_they_bring_one_back() {
        let mut given = as_admin();
        given
            .by(site())
            .when(
                "quarantine-person",
                json!({"person_id": OWNER, "reason": "An alarm"}),
            )
            .accepted("person-quarantined");
        assert_eq!(
            puts(&mut given, ADMIN, "role", MEMBER, json!("owner")),
            "done"
        );
    }

    #[test]
    fn nobody_comes_out_of_quarantine_this_way() {
        let mut given = as_owner();
        given
            .when("deactivate-person", json!({"person_id": MEMBER}))
            .accepted("person-deactivated");
        given
            .by(site())
            .when(
                "quarantine-person",
                json!({"person_id": MEMBER, "reason": "An alarm"}),
            )
            .accepted("person-quarantined");
        let outcome = puts(&mut given, OWNER, "active", MEMBER, json!(true));
        assert!(outcome["impossible"].is_string(), "{outcome}");
    }
}
