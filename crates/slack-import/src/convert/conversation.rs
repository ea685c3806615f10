//! Channels, private channels, one-to-ones and group conversations.

use super::person::check_id;
use crate::raw;

/// Which of an export's lists a conversation is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Channel,
    PrivateChannel,
    OneToOne,
    GroupConversation,
}

impl Origin {
    /// The lists and where they are; only the first has to be there.
    pub const LISTS: [(&'static str, Self); 4] = [
        ("channels.json", Self::Channel),
        ("groups.json", Self::PrivateChannel),
        ("dms.json", Self::OneToOne),
        ("mpims.json", Self::GroupConversation),
    ];
}

/// The kind of conversation here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Channel,
    Group,
    Direct,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Group => "group",
            Self::Direct => "direct",
        }
    }
}

/// A conversation to bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conversation {
    pub slack_id: String,
    /// The folder that holds its days.
    pub folder: String,
    pub kind: Kind,
    pub name: Option<String>,
    pub topic: Option<String>,
    pub creator: Option<String>,
    pub created_ms: i64,
    pub is_archived: bool,
    /// Slack's ids, each once.
    pub members: Vec<String>,
    /// What is wrong with members that are left out.
    pub unfit: Vec<String>,
}

const NAME_CHARS_MAX: usize = 80;
const TOPIC_CHARS_MAX: usize = 1_000;

/// The conversation; an error names what does not fit.
pub(crate) fn conversation(
    given: raw::Conversation,
    origin: Origin,
) -> Result<Conversation, String> {
    check_id(&given.id)?;
    let mut members = given.members.unwrap_or_default();
    let mut unfit = Vec::new();
    members.retain(|member| match check_id(member) {
        Ok(()) => true,
        Err(cause) => {
            unfit.push(format!("members: {cause}"));
            false
        }
    });
    members.sort_unstable();
    members.dedup();
    let own_name = given
        .name
        .as_deref()
        .and_then(|name| line(name, NAME_CHARS_MAX));
    let (kind, name) = match origin {
        Origin::Channel => (
            Kind::Channel,
            Some(own_name.unwrap_or_else(|| given.id.clone())),
        ),
        Origin::PrivateChannel => (
            Kind::Group,
            Some(own_name.unwrap_or_else(|| given.id.clone())),
        ),
        // Slack's own name for it ("mpdm-a--b-1") is no name.
        Origin::GroupConversation => (Kind::Group, None),
        Origin::OneToOne if members.len() == 2 => (Kind::Direct, None),
        Origin::OneToOne => (Kind::Group, Some("Notes".into())),
    };
    let folder = match origin {
        Origin::OneToOne => given.id.clone(),
        _ => given.name.clone().unwrap_or_else(|| given.id.clone()),
    };
    let described = [given.topic, given.purpose];
    let topic = described
        .into_iter()
        .flatten()
        .filter_map(|described| described.value)
        .find_map(|text| line(&text, TOPIC_CHARS_MAX));
    Ok(Conversation {
        kind,
        name,
        topic: topic.filter(|_| kind != Kind::Direct),
        folder,
        creator: given.creator.filter(|id| check_id(id).is_ok()),
        created_ms: given.created.unwrap_or(0).clamp(0, 95_617_584_000) * 1000,
        is_archived: given.is_archived == Some(true),
        members,
        unfit,
        slack_id: given.id,
    })
}

fn line(text: &str, chars_max: usize) -> Option<String> {
    let kept: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let kept: String = kept.trim().chars().take(chars_max).collect();
    let kept = kept.trim_end();
    (!kept.is_empty()).then(|| kept.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::rows::typed;
    use serde_json::{Value, json};

    fn read(given: Value, origin: Origin) -> Result<Conversation, String> {
        typed(given).and_then(|given| conversation(given, origin))
    }

    #[test]
    fn every_list_has_its_kind() {
        let public = read(
            json!({ "id": "C1", "name": "ward-3", "created": 5, "members": ["U2", "U1", "U2"],
                "topic": { "value": "" }, "purpose": { "value": "Beds &\nrounds" } }),
            Origin::Channel,
        )
        .unwrap();
        assert_eq!(
            (public.kind, public.folder.as_str()),
            (Kind::Channel, "ward-3")
        );
        assert_eq!(public.topic.as_deref(), Some("Beds & rounds"));
        assert_eq!((public.members.len(), public.created_ms), (2, 5000));
        let direct = json!({ "id": "D1", "members": ["U1", "U2"] });
        let direct = read(direct, Origin::OneToOne).unwrap();
        assert_eq!((direct.kind, direct.folder.as_str()), (Kind::Direct, "D1"));
        let alone = json!({ "id": "D2", "members": ["U1", "U1"] });
        assert_eq!(read(alone, Origin::OneToOne).unwrap().kind, Kind::Group);
        let several = json!({ "id": "G1", "name": "mpdm-a--b-1", "members": ["U1"] });
        let several = read(several, Origin::GroupConversation).unwrap();
        assert_eq!(
            (several.name, several.folder.as_str()),
            (None, "mpdm-a--b-1")
        );
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let error = read(json!({ "id": "C1", "members": [1] }), Origin::Channel).unwrap_err();
        assert!(error.starts_with("members[0]: invalid type"), "{error}");
        assert!(read(json!({ "id": "" }), Origin::Channel).is_err());
        let some = json!({ "id": "C1", "name": "x", "members": ["U1", "../U2"] });
        let some = read(some, Origin::Channel).unwrap();
        assert_eq!((some.members, some.unfit.len()), (vec!["U1".to_owned()], 1));
    }
}
