//! Bringing people.

use super::{Bringing, ImportError, Stage};
use crate::Rows;
use crate::convert::person::Person;
use kernel::{CommandId, PersonId};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

/// People here by their ids in Slack.
pub(super) type People = HashMap<String, PersonId>;

/// People in one command.
const BATCH: usize = 500;
/// How often people the directory refuses are made to fit.
const ROUNDS: u32 = 4;

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    people: Vec<Found>,
    #[serde(default)]
    refused: Vec<RefusedRow>,
}

#[derive(Deserialize)]
struct Found {
    external_id: String,
    person_id: PersonId,
}

#[derive(Deserialize)]
struct RefusedRow {
    index: usize,
    field: Option<String>,
    code: String,
    #[serde(default)]
    detail: String,
}

/// Brings everybody and returns their ids here.
pub(super) async fn bring(bringing: &Bringing, skipped: &mut Rows) -> Result<People, ImportError> {
    let all = &bringing.export.people;
    bringing
        .progress
        .begin(Stage::People, Some(all.len() as u64));
    let mut people = People::with_capacity(all.len());
    // Handles must be unique over all of them, so one batch goes after the other.
    for batch in all.chunks(BATCH) {
        let mut batch: Vec<Person> = batch.to_vec();
        for round in 0..=ROUNDS {
            let refused = send(bringing, &batch, &mut people).await?;
            if round == ROUNDS || refused.is_empty() {
                for (person, why) in refused {
                    let cause = format!("{}: {} ({})", person.slack_id, why.detail, why.code);
                    skipped.add("users.json", None, cause);
                }
                break;
            }
            batch = refused
                .into_iter()
                .map(|(person, why)| refitted(person, &why, round))
                .collect();
        }
        bringing.progress.advance(BATCH.min(all.len()) as u64);
    }
    Ok(people)
}

/// Sends a batch; returns those that were refused.
async fn send(
    bringing: &Bringing,
    batch: &[Person],
    people: &mut People,
) -> Result<Vec<(Person, RefusedRow)>, ImportError> {
    let rows: Vec<Value> = batch.iter().map(|person| row(bringing, person)).collect();
    let command = bringing.command("directory", "import-people", json!({ "people": rows }));
    let answer = bringing.send(&command).await?;
    let answer: Answer = serde_json::from_value(answer).map_err(|e| {
        ImportError::Client(client::Error::Unreadable {
            operation: "directory/import-people".into(),
            site: String::new(),
            cause: e.to_string(),
        })
    })?;
    for found in answer.people {
        let slack_id = found.external_id.strip_prefix("slack:");
        people.insert(
            slack_id.unwrap_or(&found.external_id).to_owned(),
            found.person_id,
        );
    }
    Ok(answer
        .refused
        .into_iter()
        .filter_map(|why| Some((batch.get(why.index)?.clone(), why)))
        .collect())
}

fn row(bringing: &Bringing, person: &Person) -> Value {
    let external_id = format!("slack:{}", person.slack_id);
    let id = CommandId::derived(&format!("{}/{external_id}", bringing.workspace));
    let mut row = json!({
        "external_id": external_id,
        "person_id": id,
        "name": person.name,
        "handle": person.handle,
        "deactivated": person.is_deactivated,
    });
    let optional = [
        ("email", &person.email),
        ("title", &person.title),
        ("locale", &person.locale),
    ];
    for (field, value) in optional {
        if let Some(value) = value {
            row[field] = json!(value);
        }
    }
    if person.is_guest {
        row["role"] = json!("guest");
    }
    row
}

/// The person without what the directory refused: another handle, no address.
fn refitted(mut person: Person, why: &RefusedRow, round: u32) -> Person {
    match why.field.as_deref() {
        Some("handle") => {
            let salt = format!("{}/{round}", person.slack_id);
            person.handle = crate::convert::distinct_handle(&person.handle, &salt);
        }
        Some("email") => person.email = None,
        Some("title") => person.title = None,
        Some("locale") => person.locale = None,
        Some("role") => person.is_guest = false,
        Some("name") => person.name = format!("Slack user {}", person.slack_id),
        _ => {}
    }
    person
}
