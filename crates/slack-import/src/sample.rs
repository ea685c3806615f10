//! A sample workspace of our own: a small harbour clinic with its depot, in English, Indonesian and
//! both Chinese scripts, as a Slack export. The same bytes every time.

mod content;

use content::{Channel, PEOPLE, Person, Talk};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Seek, Write};
use zip::write::SimpleFileOptions;

/// The first day of the sample: 2026-06-01, in days since the epoch.
const FIRST_DAY: i64 = 20_605;
/// Slack's id of the one file in the sample.
const FILE_ID: &str = "FSAMPLE01";

/// Writes the export.
///
/// # Errors
/// When `to` cannot be written.
pub fn write(to: impl Write + Seek) -> std::io::Result<()> {
    let mut zip = zip::ZipWriter::new(to);
    for (name, content) in entries() {
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default());
        zip.start_file(name, options)
            .map_err(std::io::Error::other)?;
        zip.write_all(&content)?;
    }
    zip.finish().map_err(std::io::Error::other)?;
    Ok(())
}

/// The entries by name.
fn entries() -> BTreeMap<String, Vec<u8>> {
    let mut entries = BTreeMap::new();
    let mut put = |name: &str, value: &Value| {
        let text = serde_json::to_vec_pretty(value).expect("JSON values always serialise");
        entries.insert(name.to_owned(), text);
    };
    put("users.json", &PEOPLE.iter().map(user).collect());
    let listed = |list: &str| -> Value {
        let in_list = content::CHANNELS.iter().filter(|c| c.list == list);
        in_list.map(conversation).collect()
    };
    for list in ["channels", "groups", "mpims", "dms"] {
        put(&format!("{list}.json"), &listed(list));
    }
    for channel in content::CHANNELS {
        for (day, messages) in days(channel) {
            put(&format!("{}/{day}.json", folder(channel)), &messages.into());
        }
    }
    let plan = content::SHIFT_PLAN.as_bytes().to_vec();
    entries.insert(format!("__uploads/{FILE_ID}/shift-plan.csv"), plan);
    entries
}

fn user_id(key: &str) -> String {
    let hash = blake3::hash(key.as_bytes()).to_hex();
    format!("U{}", hash.as_str()[..10].to_uppercase())
}

fn user(person: &Person) -> Value {
    json!({
        "id": user_id(person.key),
        "name": person.key,
        "deleted": false,
        "real_name": person.name,
        "is_bot": false,
        "locale": person.locale,
        "profile": { "real_name": person.name, "display_name": person.key,
            "title": person.title },
    })
}

fn channel_id(channel: &Channel) -> String {
    let initial = match channel.list {
        "channels" => 'C',
        "dms" => 'D',
        _ => 'G',
    };
    let hash = blake3::hash(channel.name.as_bytes()).to_hex();
    format!("{initial}{}", hash.as_str()[..10].to_uppercase())
}

fn folder(channel: &Channel) -> String {
    match channel.list {
        "dms" => channel_id(channel),
        _ => channel.name.to_owned(),
    }
}

fn conversation(channel: &Channel) -> Value {
    let everyone = PEOPLE.iter().map(|person| person.key);
    let members: Vec<String> = match channel.members {
        [] => everyone.map(user_id).collect(),
        members => members.iter().map(|key| user_id(key)).collect(),
    };
    json!({
        "id": channel_id(channel),
        "name": channel.name,
        "created": FIRST_DAY * 86_400,
        "creator": members[0],
        "is_archived": false,
        "members": members,
        "topic": { "value": channel.topic },
    })
}

/// The channel's messages by day (`2026-06-01`).
fn days(channel: &Channel) -> BTreeMap<String, Vec<Value>> {
    let mut all = Vec::new();
    for (number, talk) in (0_u32..).zip(channel.talks) {
        all.extend(messages(talk, number));
    }
    all.sort_by(|a: &(i64, Value), b| a.1["ts"].as_str().cmp(&b.1["ts"].as_str()));
    let mut days: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (second, message) in all {
        let day = second.div_euclid(86_400) - FIRST_DAY + 1;
        days.entry(format!("2026-06-{day:02}"))
            .or_default()
            .push(message);
    }
    days
}

/// A message with its replies, each with its second.
fn messages(talk: &Talk, number: u32) -> Vec<(i64, Value)> {
    let began = (FIRST_DAY + i64::from(talk.day)) * 86_400 + i64::from(talk.minute) * 60;
    let ts = |second: i64, reply: usize| format!("{second}.{:06}", number * 100 + reply as u32);
    let root_ts = ts(began, 0);
    let reactions: Vec<Value> = talk
        .reactions
        .iter()
        .map(|(name, by)| {
            let users: Vec<String> = by.iter().map(|key| user_id(key)).collect();
            json!({ "name": name, "users": users, "count": users.len() })
        })
        .collect();
    let mut root = json!({ "type": "message", "user": user_id(talk.by), "ts": root_ts,
        "text": marked(talk.text) });
    if !reactions.is_empty() {
        root["reactions"] = json!(reactions);
    }
    if talk.is_edited {
        root["edited"] = json!({ "user": user_id(talk.by), "ts": ts(began + 300, 0) });
    }
    if talk.has_file {
        root["files"] = json!([{ "id": FILE_ID, "name": "shift-plan.csv",
            "mimetype": "text/csv", "size": content::SHIFT_PLAN.len() }]);
    }
    if !talk.replies.is_empty() {
        root["thread_ts"] = json!(root_ts);
        root["reply_count"] = json!(talk.replies.len());
    }
    let mut all = vec![(began, root)];
    for (reply, (by, text)) in (1..).zip(talk.replies) {
        let second = began + 120 * i64::from(reply);
        all.push((
            second,
            json!({ "type": "message", "user": user_id(by), "text": marked(text),
                "ts": ts(second, reply as usize), "thread_ts": root_ts }),
        ));
    }
    all
}

/// Mentions (`@key` of a person) as Slack writes them, with its entities.
fn marked(text: &str) -> String {
    let mut marked = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    for person in PEOPLE {
        marked = marked.replace(
            &format!("@{}", person.key),
            &format!("<@{}>", user_id(person.key)),
        );
    }
    marked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Export, Limits, Survey};

    fn written() -> Vec<u8> {
        let mut bytes = std::io::Cursor::new(Vec::new());
        write(&mut bytes).unwrap();
        bytes.into_inner()
    }

    #[test]
    fn it_is_the_same_every_time() {
        assert!(written() == written());
    }

    #[test]
    fn it_imports_without_a_single_remark() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sample.zip");
        std::fs::write(&path, written()).unwrap();
        let mut export = Export::open(&path, Limits::default(), None).unwrap();
        let survey = Survey::of(&mut export, &|_| {}).unwrap();
        assert_eq!(survey.skipped.kept(), []);
        assert_eq!(survey.notes.kept(), []);
        assert_eq!((survey.placeholders, survey.files_missing), (0, 0));
        let counts = survey.counts;
        assert_eq!(counts.users, PEOPLE.len() as u64);
        assert!(counts.channels >= 6 && counts.groups >= 2 && counts.direct >= 2);
        assert!(counts.messages >= 75 && counts.threads >= 20, "{counts:?}");
        assert!(counts.reactions >= 20 && counts.files == 1, "{counts:?}");
    }

    #[test]
    fn every_author_is_in_the_sample() {
        let known: Vec<&str> = PEOPLE.iter().map(|person| person.key).collect();
        for channel in content::CHANNELS {
            for talk in channel.talks {
                let mut named = vec![talk.by];
                named.extend(talk.replies.iter().map(|(by, _)| *by));
                named.extend(talk.reactions.iter().flat_map(|(_, by)| by.iter()));
                assert!(named.iter().all(|key| known.contains(key)), "{named:?}");
            }
        }
    }
}
