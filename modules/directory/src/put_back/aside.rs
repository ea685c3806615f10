//! How groups, departments and people let go of a name another one is to have back.

use super::facts::person;
use super::wish::Wish;
use crate::events::*;
use crate::rows;
use kernel::{CommandId, Event, NotPutBack};
use rusqlite::{Connection, Result};

/// The fact that gives it a name nobody has; none where the item is about no name, or it is not there.
pub fn step_aside(
    rows: &Connection,
    command: CommandId,
    wish: &Wish,
) -> Result<Vec<Event>, NotPutBack> {
    Ok(match wish {
        Wish::GroupName(id, Some(_)) if rows::group(rows, *id)?.is_some() => {
            let name = free(command, |name| Ok(rows::group_named(rows, name)?.is_none()))?;
            vec![
                GroupRenamed {
                    group_id: *id,
                    name,
                }
                .event(),
            ]
        }
        Wish::DepartmentName(id, Some(_)) => match rows::department(rows, *id)? {
            None => Vec::new(),
            Some((_, parent)) => {
                let is_free = |name: &str| {
                    let holder = rows::department_named(rows, parent, name)?;
                    Ok(holder.is_none())
                };
                let fact = DepartmentRenamed {
                    department_id: *id,
                    name: free(command, is_free)?,
                };
                vec![fact.event()]
            }
        },
        Wish::Profile(id, Some(_)) => {
            let person = person(rows, *id)?;
            let is_free = |handle: &str| Ok(rows::person_by_handle(rows, handle)?.is_none());
            let fact = PersonUpdated {
                person_id: *id,
                name: person.name,
                handle: free(command, is_free)?,
                email: person.email,
                title: person.title,
                locale: person.locale,
            };
            vec![fact.event()]
        }
        _ => Vec::new(),
    })
}

/// A name that is free, and a handle as well; the same at every site.
fn free(command: CommandId, is_free: impl Fn(&str) -> Result<bool>) -> Result<String> {
    for attempt in 0_u32.. {
        let id = CommandId::derived(&format!("aside/{command}/{attempt}"));
        let name = format!("aside-{}", id.0.simple());
        if is_free(&name)? {
            return Ok(name);
        }
    }
    Err(rusqlite::Error::QueryReturnedNoRows)
}
