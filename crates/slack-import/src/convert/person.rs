//! Users become people.

use super::Handles;
use crate::raw;

/// A person to bring.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// Slack's id, or `bot:` and the bot's.
    pub slack_id: String,
    pub name: String,
    pub handle: String,
    pub email: Option<String>,
    pub title: Option<String>,
    pub locale: Option<String>,
    pub is_guest: bool,
    pub is_deactivated: bool,
    pub is_placeholder: bool,
}

/// The longest name and title.
const NAME_CHARS_MAX: usize = 100;

/// The person a user becomes; an error names what does not fit.
pub(crate) fn person(user: raw::User, handles: &mut Handles) -> Result<Person, String> {
    check_id(&user.id)?;
    let profile = user.profile.unwrap_or_default();
    let name = [
        &profile.real_name,
        &user.real_name,
        &profile.display_name,
        &user.name,
    ]
    .into_iter()
    .find_map(|name| line(name.as_deref()))
    .unwrap_or_else(|| user.id.clone());
    let wanted = user.name.as_deref().or(profile.display_name.as_deref());
    let handle = handles.take(wanted.unwrap_or(&name), &user.id);
    let is_guest = user.is_restricted == Some(true) || user.is_ultra_restricted == Some(true);
    Ok(Person {
        handle,
        name,
        email: profile.email.filter(|email| is_address(email)),
        title: line(profile.title.as_deref()),
        locale: user.locale.filter(|locale| is_language(locale)),
        is_guest,
        is_deactivated: user.deleted == Some(true) || user.is_bot == Some(true),
        is_placeholder: false,
        slack_id: user.id,
    })
}

/// A person that stands for somebody the export does not describe.
pub(crate) fn placeholder(slack_id: &str, name: Option<&str>, handles: &mut Handles) -> Person {
    let name = line(name).unwrap_or_else(|| match slack_id {
        "USLACKBOT" => "Slackbot".into(),
        id => format!("Slack user {}", id.chars().take(40).collect::<String>()),
    });
    Person {
        handle: handles.take(&name, slack_id),
        slack_id: slack_id.into(),
        name,
        email: None,
        title: None,
        locale: None,
        is_guest: false,
        is_deactivated: true,
        is_placeholder: true,
    }
}

/// Slack's ids are short words; anything else would not be one.
pub(crate) fn check_id(id: &str) -> Result<(), String> {
    let is_fit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b':' | b'.');
    if (1..=64).contains(&id.len()) && id.bytes().all(is_fit) {
        return Ok(());
    }
    let shown: String = id.chars().take(80).collect();
    Err(format!("id: {shown:?} is not an id"))
}

/// A name or title of one line: no control characters, no marks that turn the direction of text.
fn line(text: Option<&str>) -> Option<String> {
    let kept: String = text?
        .chars()
        .map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c })
        .filter(|c| {
            !c.is_control()
                && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        })
        .collect();
    let kept: String = kept.trim().chars().take(NAME_CHARS_MAX).collect();
    let kept = kept.trim();
    (!kept.is_empty()).then(|| kept.to_owned())
}

fn is_address(text: &str) -> bool {
    text.len() <= 254
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        && text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@')
        })
}

fn is_language(text: &str) -> bool {
    text.len() <= 35
        && text.split('-').all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::rows::typed;
    use serde_json::json;

    fn read(user: serde_json::Value) -> Result<Person, String> {
        typed(user).and_then(|user| person(user, &mut Handles::default()))
    }

    #[test]
    fn the_best_name_is_taken_and_rights_are_not() {
        let lead = read(json!({ "id": "U1", "name": "night", "is_admin": true,
            "profile": { "real_name": "Night shift\nlead", "email": "night@clinic.example" } }))
        .unwrap();
        assert_eq!(
            (lead.name.as_str(), lead.handle.as_str()),
            ("Night shift lead", "night")
        );
        assert_eq!(lead.email.as_deref(), Some("night@clinic.example"));
        assert!(!lead.is_guest && !lead.is_deactivated);
        let gone = read(json!({ "id": "U2", "deleted": true, "is_restricted": true })).unwrap();
        assert_eq!(gone.name, "U2");
        assert!(gone.is_guest && gone.is_deactivated);
    }

    #[test]
    fn what_does_not_fit_is_named() {
        assert_eq!(
            read(json!({ "id": "U1", "deleted": "no" })).unwrap_err(),
            "deleted: invalid type: string \"no\", expected a boolean"
        );
        assert!(read(json!({ "name": "x" })).unwrap_err().contains("id"));
        assert!(
            read(json!({ "id": "../x" }))
                .unwrap_err()
                .starts_with("id:")
        );
    }
}
