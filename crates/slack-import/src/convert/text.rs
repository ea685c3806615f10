//! Slack's markup as plain text: mentions, links, entities.

/// Names behind Slack's ids.
pub(crate) trait Names {
    /// A person's handle.
    fn handle(&self, user: &str) -> Option<&str>;
    /// A channel's name.
    fn channel(&self, id: &str) -> Option<&str>;
}

/// Most people a message mentions.
const MENTIONS_MAX: usize = 100;

/// A message's text and whom it mentions (Slack's user ids, each once).
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Plain {
    pub text: String,
    pub mentions: Vec<String>,
}

/// Turns Slack's markup into plain text. What is no markup stays as it is.
pub(crate) fn plain(marked: &str, names: &dyn Names) -> Plain {
    let mut plain = Plain {
        text: String::with_capacity(marked.len()),
        mentions: Vec::new(),
    };
    let mut rest = marked;
    while let Some(open) = rest.find('<') {
        unescape(&rest[..open], &mut plain.text);
        let after = &rest[open + 1..];
        match after.find(['>', '<']) {
            Some(end) if after.as_bytes()[end] == b'>' && is_token(&after[..end]) => {
                token(&after[..end], names, &mut plain);
                rest = &after[end + 1..];
            }
            _ => {
                plain.text.push('<');
                rest = after;
            }
        }
    }
    unescape(rest, &mut plain.text);
    plain.text.retain(|c| c != '\0');
    plain
}

/// Whether it is markup: a mention or an address with a scheme.
fn is_token(inner: &str) -> bool {
    if inner.len() > 1 && inner.starts_with(['@', '#', '!']) {
        return true;
    }
    inner.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.len() <= 20
            && scheme
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
    })
}

/// What stands between `<` and `>`.
fn token(token: &str, names: &dyn Names, plain: &mut Plain) {
    let (target, label) = match token.split_once('|') {
        Some((target, label)) => (target, Some(label).filter(|label| !label.is_empty())),
        None => (token, None),
    };
    if let Some(user) = target.strip_prefix('@') {
        let handle = names.handle(user);
        if handle.is_some()
            && plain.mentions.len() < MENTIONS_MAX
            && !plain.mentions.iter().any(|known| known == user)
        {
            plain.mentions.push(user.into());
        }
        prefixed('@', handle.or(label).unwrap_or(user), &mut plain.text);
    } else if let Some(channel) = target.strip_prefix('#') {
        let name = label.or_else(|| names.channel(channel)).unwrap_or(channel);
        prefixed('#', name, &mut plain.text);
    } else if let Some(special) = target.strip_prefix('!') {
        match special.split('^').next() {
            Some("date") => unescape(label.unwrap_or(special), &mut plain.text),
            Some("subteam") => prefixed('@', label.unwrap_or("group"), &mut plain.text),
            _ => prefixed('@', special, &mut plain.text),
        }
    } else {
        link(target, label, &mut plain.text);
    }
}

fn prefixed(sign: char, name: &str, text: &mut String) {
    text.push(sign);
    unescape(name.trim_start_matches(sign), text);
}

fn link(target: &str, label: Option<&str>, text: &mut String) {
    let shown = target.strip_prefix("mailto:").unwrap_or(target);
    match label.filter(|label| *label != shown && *label != target) {
        // "example.org" for "http://example.org" says nothing new.
        Some(label) if !shown.ends_with(label) => {
            unescape(label, text);
            text.push_str(" (");
            unescape(shown, text);
            text.push(')');
        }
        _ => unescape(shown, text),
    }
}

/// Appends `escaped` with Slack's three entities resolved, once.
fn unescape(escaped: &str, text: &mut String) {
    let mut rest = escaped;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')];
        match known.iter().find(|(entity, _)| rest.starts_with(entity)) {
            Some((entity, c)) => {
                text.push(*c);
                rest = &rest[entity.len()..];
            }
            None => {
                text.push('&');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Few;
    impl Names for Few {
        fn handle(&self, user: &str) -> Option<&str> {
            (user == "U1").then_some("night.lead")
        }
        fn channel(&self, id: &str) -> Option<&str> {
            (id == "C1").then_some("general")
        }
    }

    fn text(marked: &str) -> String {
        plain(marked, &Few).text
    }

    #[test]
    fn markup_becomes_text() {
        for (marked, wanted) in [
            ("<@U1> hello", "@night.lead hello"),
            ("<@U9|gone>", "@gone"),
            ("<@U9>", "@U9"),
            ("see <#C1> and <#C2|other>", "see #general and #other"),
            (
                "<!here> <!channel> <!everyone|x>",
                "@here @channel @everyone",
            ),
            ("<!subteam^S1|@nurses>", "@nurses"),
            ("<!date^1392734382^{date}|Feb 18, 2014>", "Feb 18, 2014"),
            (
                "<http://a.example/x?a=1&amp;b=2>",
                "http://a.example/x?a=1&b=2",
            ),
            ("<http://a.example|a.example>", "http://a.example"),
            ("<http://a.example|the plan>", "the plan (http://a.example)"),
            ("<mailto:a@b.example|a@b.example>", "a@b.example"),
            ("a &lt;b&gt; &amp;amp; &copy;", "a <b> &amp; &copy;"),
            ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
            ("<<@U1>", "<@night.lead"),
            ("<>", "<>"),
            ("<", "<"),
            ("汉字 <@U1>", "汉字 @night.lead"),
        ] {
            assert_eq!(text(marked), wanted, "{marked:?}");
        }
    }

    #[test]
    fn people_are_mentioned_once_and_only_those_known() {
        assert_eq!(plain("<@U1> <@U1> <@U9>", &Few).mentions, ["U1"]);
    }

    proptest! {
        #[test]
        fn any_text_is_taken(marked: String) {
            let _ = plain(&marked, &Few);
        }

        #[test]
        fn any_markup_is_taken(parts in proptest::collection::vec(
            prop_oneof![Just("<"), Just(">"), Just("|"), Just("@U1"), Just("!"), Just("^"),
                Just("#"), Just("&"), Just("&amp;"), Just("汉"), Just("mailto:")], 0..40)) {
            let _ = plain(&parts.concat(), &Few);
        }

        #[test]
        fn text_without_signs_stays(marked in "[^<>&\\x00]*") {
            prop_assert_eq!(text(&marked), marked);
        }
    }
}
