//! Rows of a day's file become messages, or say why they do not.

mod marked;

use super::person::check_id;
use super::text::{Names, plain};
use super::{Moment, emoji};
use crate::raw;
use marked::marked_text;

/// The longest text that is taken, in characters.
const TEXT_CHARS_MAX: usize = 100_000;
/// Most files of one message.
const FILES_MAX: usize = 10;
/// Most different reactions to one message.
const REACTIONS_MAX: usize = 100;
/// What stands where a deleted message had replies.
pub(crate) const DELETED_TEXT: &str = "(deleted)";

/// What stands where a message has nothing to show.
const EMPTY_TEXT: &str = "(no text)";

/// What a row is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Converted {
    /// A message.
    Message(Box<Message>),
    /// A message that came before has this text since.
    Change(Change),
    /// A message that came before was deleted.
    Deletion(Moment),
    /// Nothing of its own.
    PassedOver,
}

/// A message to bring.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Message {
    pub ts: Moment,
    pub author: Author,
    pub text: String,
    pub mentions: Vec<String>,
    pub thread_of: Option<Moment>,
    pub edited_at: Option<Moment>,
    pub reactions: Vec<Reaction>,
    pub files: Vec<FileMention>,
    /// What could not be kept just as it was.
    pub notes: Vec<String>,
}

/// Who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Author {
    pub slack_id: String,
    /// A name to fall back on.
    pub name: Option<String>,
}

/// Who reacted with what.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reaction {
    pub emoji: String,
    pub people: Vec<String>,
}

/// A file as a message names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileMention {
    pub id: Option<String>,
    pub name: String,
    pub content_type: String,
}

/// A later text of an earlier message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub of: Moment,
    pub text: String,
    pub before: Option<String>,
    pub at: Option<Moment>,
}

/// Converts a row; an error names the field and what does not fit.
pub(crate) fn convert(given: raw::Message, names: &dyn Names) -> Result<Converted, String> {
    if let Some(kind) = given.kind.as_deref().filter(|kind| *kind != "message") {
        let shown: String = kind.chars().take(40).collect();
        return Err(format!("type: {shown:?} is not a message"));
    }
    match given.subtype.as_deref() {
        Some("message_changed") => change(given, names),
        Some("message_deleted") => {
            let deleted = given
                .deleted_ts
                .or(given.previous_message.and_then(|p| p.ts));
            Ok(Converted::Deletion(moment(
                "deleted_ts",
                deleted.as_deref(),
            )?))
        }
        Some("message_replied" | "ekm_access_denied") => Ok(Converted::PassedOver),
        Some("tombstone") => tombstone(given),
        _ => message(given, names),
    }
}

fn change(given: raw::Message, names: &dyn Names) -> Result<Converted, String> {
    let after = given.message.ok_or("message: it is missing")?;
    let before = given.previous.or(given.previous_message).or(given.original);
    let edited = after
        .edited
        .as_ref()
        .and_then(|edited| edited.ts.as_deref());
    Ok(Converted::Change(Change {
        of: moment("message.ts", after.ts.as_deref())?,
        at: edited.or(given.ts.as_deref()).and_then(Moment::read),
        text: checked_text(plain(after.text.as_deref().unwrap_or_default(), names).text)?,
        before: before
            .and_then(|before| before.text)
            .map(|text| plain(&text, names).text)
            .filter(|text| !text.trim().is_empty()),
    }))
}

fn tombstone(given: raw::Message) -> Result<Converted, String> {
    let ts = moment("ts", given.ts.as_deref())?;
    let is_root = given.reply_count.is_some_and(|count| count > 0)
        || given.thread_ts.as_deref().and_then(Moment::read) == Some(ts);
    if !is_root {
        return Ok(Converted::PassedOver);
    }
    Ok(Converted::Message(Box::new(Message {
        ts,
        author: Author {
            slack_id: given.user.unwrap_or_else(|| "USLACKBOT".into()),
            name: None,
        },
        text: DELETED_TEXT.into(),
        mentions: Vec::new(),
        thread_of: None,
        edited_at: None,
        reactions: Vec::new(),
        files: Vec::new(),
        notes: Vec::new(),
    })))
}

fn message(mut given: raw::Message, names: &dyn Names) -> Result<Converted, String> {
    let ts = moment("ts", given.ts.as_deref())?;
    let thread_of = match given.thread_ts.as_deref() {
        Some(text) => Some(moment("thread_ts", Some(text))?).filter(|root| *root != ts),
        None => None,
    };
    let author = author(&given)?;
    let mut notes = Vec::new();
    let marked = marked_text(&given);
    let mut shown = plain(&marked, names);
    if given.subtype.as_deref() == Some("me_message") {
        let name = names.handle(&author.slack_id).or(author.name.as_deref());
        shown.text = format!("* {} {}", name.unwrap_or(&author.slack_id), shown.text);
    }
    let files = files(&mut given);
    if shown.text.trim().is_empty() && files.is_empty() {
        match given.subtype.as_deref() {
            Some(notice) => shown.text = format!("({})", notice.replace('_', " ")),
            // It was a message there, so it is one here: replies and reactions may hang on it.
            None => {
                shown.text = EMPTY_TEXT.into();
                notes.push("text: there is neither a text nor a file".into());
            }
        }
    }
    let reactions = reactions(given.reactions.take().unwrap_or_default(), &mut notes);
    let edited_at = given
        .edited
        .and_then(|edited| edited.ts)
        .and_then(|text| Moment::read(&text));
    Ok(Converted::Message(Box::new(Message {
        ts,
        author,
        text: checked_text(shown.text)?,
        mentions: shown.mentions,
        thread_of,
        edited_at,
        reactions,
        files,
        notes,
    })))
}

fn moment(field: &str, text: Option<&str>) -> Result<Moment, String> {
    let text = text.ok_or_else(|| format!("{field}: it is missing"))?;
    Moment::read(text).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        format!("{field}: {shown:?} is not a time")
    })
}

fn author(given: &raw::Message) -> Result<Author, String> {
    let of_comment = given.comment.as_ref().and_then(|c| c.user.as_deref());
    let user = given.user.as_deref().filter(|user| !user.is_empty());
    if let Some(user) = user.or(of_comment) {
        check_id(user).map_err(|cause| format!("user: {cause}"))?;
        let profile = given.user_profile.as_ref();
        let name = profile.and_then(|p| {
            p.real_name
                .clone()
                .or_else(|| p.display_name.clone())
                .or_else(|| p.name.clone())
        });
        return Ok(Author {
            slack_id: user.into(),
            name,
        });
    }
    let bot_name = given.bot_profile.as_ref().and_then(|bot| bot.name.clone());
    let name = given.username.clone().or(bot_name);
    if let Some(bot) = given.bot_id.as_deref().filter(|bot| !bot.is_empty()) {
        check_id(bot).map_err(|cause| format!("bot_id: {cause}"))?;
        return Ok(Author {
            slack_id: format!("bot:{bot}"),
            name: name.or_else(|| Some(format!("Bot {bot}"))),
        });
    }
    let name = name.ok_or("user: there is neither a user nor a bot")?;
    let hash = blake3::hash(name.as_bytes()).to_hex();
    Ok(Author {
        slack_id: format!("bot:name-{}", &hash.as_str()[..12]),
        name: Some(name),
    })
}

fn checked_text(text: String) -> Result<String, String> {
    if text.len() > TEXT_CHARS_MAX {
        let count = text.chars().count();
        if count > TEXT_CHARS_MAX {
            return Err(format!(
                "text: it has {count} characters; at most {TEXT_CHARS_MAX} are taken"
            ));
        }
    }
    Ok(text)
}

fn reactions(given: Vec<raw::Reaction>, notes: &mut Vec<String>) -> Vec<Reaction> {
    let mut kept: Vec<Reaction> = Vec::new();
    for reaction in given {
        let symbol = match emoji::emoji(&reaction.name) {
            Ok(symbol) => symbol,
            Err(cause) => {
                notes.push(cause);
                continue;
            }
        };
        let place = match kept.iter().position(|known| known.emoji == symbol) {
            Some(place) => place,
            None if kept.len() < REACTIONS_MAX => {
                kept.push(Reaction {
                    emoji: symbol,
                    people: Vec::new(),
                });
                kept.len() - 1
            }
            None => {
                notes.push(format!(
                    "reactions: more than {REACTIONS_MAX} different ones"
                ));
                break;
            }
        };
        for user in reaction.users {
            if let Err(cause) = check_id(&user) {
                notes.push(format!("reactions: {cause}"));
            } else if !kept[place].people.contains(&user) {
                kept[place].people.push(user);
            }
        }
    }
    kept.retain(|reaction| !reaction.people.is_empty());
    kept
}

fn files(given: &mut raw::Message) -> Vec<FileMention> {
    let listed = given.files.take().unwrap_or_default();
    let single = given.file.take();
    listed
        .into_iter()
        .chain(single)
        .map(|file| FileMention {
            name: file_name(&file),
            content_type: file
                .mimetype
                .unwrap_or_else(|| "application/octet-stream".into()),
            // What Slack deleted or hides has no bytes anywhere.
            id: file
                .id
                .filter(|id| check_id(id).is_ok())
                .filter(|_| !matches!(file.mode.as_deref(), Some("tombstone" | "hidden_by_limit"))),
        })
        .collect()
}

fn file_name(file: &raw::File) -> String {
    let given = file.name.as_deref().or(file.title.as_deref());
    let kept: String = given
        .unwrap_or("file")
        .chars()
        .filter(|c| !c.is_control())
        .take(100)
        .collect();
    if kept.trim().is_empty() {
        "file".into()
    } else {
        kept
    }
}

impl Message {
    /// Splits the files into those to attach and those to name in the text, given which of them
    /// can be found, and names the latter. Returns the places of the former.
    pub fn settle_files(&mut self, is_found: impl Fn(&FileMention) -> bool) -> u64 {
        let mut missing = 0;
        let mut kept = Vec::new();
        for file in std::mem::take(&mut self.files) {
            if kept.len() < FILES_MAX && is_found(&file) {
                kept.push(file);
                continue;
            }
            missing += 1;
            let cause = if kept.len() < FILES_MAX {
                "not in the export"
            } else {
                "one too many for a message"
            };
            if !self.text.is_empty() {
                self.text.push('\n');
            }
            self.text
                .push_str(&format!("[file {cause}: {}]", file.name));
            self.notes
                .push(format!("files: {:?} is {cause}", file.name));
        }
        self.files = kept;
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::rows::typed;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    struct Few;
    impl Names for Few {
        fn handle(&self, user: &str) -> Option<&str> {
            (user == "U1").then_some("night.lead")
        }
        fn channel(&self, _: &str) -> Option<&str> {
            None
        }
    }

    fn read(row: Value) -> Result<Converted, String> {
        typed(row).and_then(|row| convert(row, &Few))
    }

    fn message(row: Value) -> Message {
        match read(row).unwrap() {
            Converted::Message(message) => *message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_message_keeps_author_thread_edit_and_reactions() {
        let got = message(json!({ "type": "message", "user": "U1", "text": "hi <@U1>",
            "ts": "100.000002", "thread_ts": "99.000001", "edited": { "user": "U1", "ts": "101.0" },
            "reactions": [{ "name": "+1", "users": ["U1", "U2"], "count": 2 },
                { "name": "thumbsup", "users": ["U2", "U3"] }, { "name": "not a name", "users": ["U1"] }] }));
        assert_eq!(
            (got.text.as_str(), got.mentions),
            ("hi @night.lead", vec!["U1".to_owned()])
        );
        assert_eq!(got.thread_of, Moment::read("99.000001"));
        assert_eq!(got.edited_at, Moment::read("101"));
        assert_eq!(got.reactions.len(), 1);
        assert_eq!(got.reactions[0].people, ["U1", "U2", "U3"]);
        assert_eq!(got.notes.len(), 1);
    }

    #[test]
    fn a_roots_own_thread_is_not_a_reply() {
        let root = json!({ "user": "U1", "text": "x", "ts": "5.0", "thread_ts": "5.000000" });
        assert_eq!(message(root).thread_of, None);
    }

    #[test]
    fn every_subtype_has_its_rule() {
        let me = json!({ "subtype": "me_message", "user": "U1", "text": "waves", "ts": "1.0" });
        assert_eq!(message(me).text, "* night.lead waves");
        let join = json!({ "subtype": "channel_join", "user": "U1", "ts": "1.0",
            "text": "<@U1> has joined the channel" });
        assert_eq!(message(join).text, "@night.lead has joined the channel");
        let bot = message(
            json!({ "subtype": "bot_message", "bot_id": "B1", "username": "Alarm",
            "text": "", "ts": "1.0", "attachments": [{ "title": "Pump 2", "text": "hot" }] }),
        );
        assert_eq!(
            (bot.text.as_str(), bot.author.slack_id.as_str()),
            ("Pump 2\nhot", "bot:B1")
        );
        assert_eq!(bot.author.name.as_deref(), Some("Alarm"));
        let stone =
            json!({ "subtype": "tombstone", "user": "USLACKBOT", "ts": "1.0", "text": "gone" });
        assert_eq!(read(stone.clone()).unwrap(), Converted::PassedOver);
        let mut root = stone;
        root["reply_count"] = json!(2);
        assert_eq!(message(root).text, DELETED_TEXT);
        let gone = json!({ "subtype": "message_deleted", "deleted_ts": "7.0", "ts": "8.0" });
        assert_eq!(
            read(gone).unwrap(),
            Converted::Deletion(Moment::read("7").unwrap())
        );
        let changed = json!({ "subtype": "message_changed", "ts": "9.0",
            "message": { "ts": "7.0", "text": "new", "edited": { "ts": "8.0" } },
            "previous": { "text": "old" } });
        assert_eq!(
            read(changed).unwrap(),
            Converted::Change(Change {
                of: Moment::read("7").unwrap(),
                text: "new".into(),
                before: Some("old".into()),
                at: Moment::read("8"),
            })
        );
        let future = json!({ "subtype": "huddle_thread", "user": "U1", "ts": "1.0" });
        assert_eq!(message(future).text, "(huddle thread)");
    }

    #[test]
    fn blocks_stand_in_for_a_text() {
        let row = json!({ "user": "U1", "ts": "1.0", "text": "", "blocks": [{ "type": "rich_text",
            "elements": [{ "type": "rich_text_section", "elements": [
                { "type": "text", "text": "see " }, { "type": "user", "user_id": "U1" }] }] }] });
        assert_eq!(message(row).text.trim(), "see @night.lead");
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (row, wanted) in [
            (json!({ "user": "U1", "text": "x" }), "ts: it is missing"),
            (
                json!({ "user": "U1", "text": "x", "ts": "soon" }),
                "ts: \"soon\" is not a time",
            ),
            (
                json!({ "text": "x", "ts": "1.0" }),
                "user: there is neither a user nor a bot",
            ),
            (
                json!({ "type": "file", "ts": "1.0" }),
                "type: \"file\" is not a message",
            ),
        ] {
            assert_eq!(read(row).unwrap_err(), wanted);
        }
        let long = json!({ "user": "U1", "ts": "1.0", "text": "x".repeat(100_001) });
        assert!(
            read(long)
                .unwrap_err()
                .starts_with("text: it has 100001 characters")
        );
        let wrong = json!({ "user": "U1", "ts": 1.5, "text": "x" });
        assert!(read(wrong).unwrap_err().starts_with("ts: invalid type"));
        assert!(read(json!("text")).is_err());
    }

    #[test]
    fn a_message_without_anything_to_show_stays_a_message() {
        let got = message(json!({ "user": "U1", "ts": "1.0", "text": " " }));
        assert_eq!((got.text.as_str(), got.notes.len()), (EMPTY_TEXT, 1));
    }

    #[test]
    fn files_that_are_missing_are_named_in_the_text() {
        let mut got = message(json!({ "user": "U1", "ts": "1.0", "text": "", "files": [
            { "id": "F1", "name": "plan.pdf" }, { "id": "F2", "name": "gone.pdf" }] }));
        let missing = got.settle_files(|file| file.id.as_deref() == Some("F1"));
        assert_eq!((missing, got.files.len()), (1, 1));
        assert_eq!(got.text, "[file not in the export: gone.pdf]");
    }

    fn json_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
            Just(json!("1.5")),
            Just(json!("U1")),
        ];
        let key = prop_oneof![
            Just("text"),
            Just("ts"),
            Just("user"),
            Just("subtype"),
            Just("blocks"),
            Just("elements"),
            Just("files"),
            Just("reactions"),
            Just("name"),
            Just("users"),
            Just("message"),
            Just("type"),
            Just("thread_ts"),
            Just("attachments"),
        ];
        leaf.prop_recursive(4, 40, 6, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::btree_map(key.clone(), inner, 0..8).prop_map(|map| {
                    Value::Object(map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_json_is_judged(row in json_value()) {
            let _ = read(row);
        }
    }
}
