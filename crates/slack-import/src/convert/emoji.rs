//! Reactions by name.

/// The common ones. Others keep their `:name:`.
const KNOWN: &[(&str, &str)] = &[
    ("+1", "👍"),
    ("-1", "👎"),
    ("100", "💯"),
    ("ambulance", "🚑"),
    ("beers", "🍻"),
    ("bell", "🔔"),
    ("blush", "😊"),
    ("boom", "💥"),
    ("broken_heart", "💔"),
    ("bug", "🐛"),
    ("bulb", "💡"),
    ("cake", "🍰"),
    ("calendar", "📅"),
    ("clap", "👏"),
    ("coffee", "☕"),
    ("confused", "😕"),
    ("cry", "😢"),
    ("exclamation", "❗"),
    ("eyes", "👀"),
    ("facepalm", "🤦"),
    ("fire", "🔥"),
    ("grimacing", "😬"),
    ("grin", "😁"),
    ("heart", "❤️"),
    ("heart_eyes", "😍"),
    ("heavy_check_mark", "✔️"),
    ("heavy_plus_sign", "➕"),
    ("hugging_face", "🤗"),
    ("hourglass", "⌛"),
    ("joy", "😂"),
    ("laughing", "😆"),
    ("lock", "🔒"),
    ("mega", "📣"),
    ("muscle", "💪"),
    ("ok", "🆗"),
    ("ok_hand", "👌"),
    ("package", "📦"),
    ("party_popper", "🎉"),
    ("point_up", "☝️"),
    ("pray", "🙏"),
    ("question", "❓"),
    ("raised_hands", "🙌"),
    ("rocket", "🚀"),
    ("rotating_light", "🚨"),
    ("ship", "🚢"),
    ("simple_smile", "🙂"),
    ("slightly_smiling_face", "🙂"),
    ("smile", "😄"),
    ("smiley", "😃"),
    ("sob", "😭"),
    ("sos", "🆘"),
    ("star", "⭐"),
    ("sunny", "☀️"),
    ("sweat_smile", "😅"),
    ("tada", "🎉"),
    ("thinking_face", "🤔"),
    ("thumbsdown", "👎"),
    ("thumbsup", "👍"),
    ("truck", "🚚"),
    ("umbrella", "☔"),
    ("warning", "⚠️"),
    ("wave", "👋"),
    ("white_check_mark", "✅"),
    ("wink", "😉"),
    ("x", "❌"),
    ("zap", "⚡"),
];

/// The longest `:name:` a reaction may be.
const NAME_BYTES_MAX: usize = 62;

/// The reaction called `name`; an error names what does not fit.
pub(super) fn emoji(name: &str) -> Result<String, String> {
    let (plain, tone) = match name.split_once("::skin-tone-") {
        Some((plain, tone)) => (plain, tone.parse().ok()),
        None => (name, None),
    };
    if let Some((_, symbol)) = KNOWN.iter().find(|(known, _)| *known == plain) {
        return Ok(format!("{symbol}{}", skin_tone(tone)));
    }
    let is_fit = |c: char| {
        !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '&' | '"' | ':')
    };
    if plain.is_empty() || plain.len() > NAME_BYTES_MAX || !plain.chars().all(is_fit) {
        let shown: String = name.chars().take(80).collect();
        return Err(format!("reactions: {shown:?} is not the name of an emoji"));
    }
    Ok(format!(":{plain}:"))
}

/// Slack counts tones from 2 to 6.
fn skin_tone(tone: Option<u32>) -> String {
    tone.filter(|tone| (2..=6).contains(tone))
        .and_then(|tone| char::from_u32(0x1F3FB + tone - 2))
        .map(String::from)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_become_symbols_or_stay_names() {
        assert_eq!(emoji("+1").unwrap(), "👍");
        assert_eq!(emoji("+1::skin-tone-6").unwrap(), "👍🏿");
        assert_eq!(emoji("our_lifeboat").unwrap(), ":our_lifeboat:");
        for bad in ["", "a b", "a:b", "<x>", &"x".repeat(63)] {
            assert!(emoji(bad).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn any_name_is_judged(name: String) {
            if let Ok(emoji) = emoji(&name) {
                prop_assert!((1..=64).contains(&emoji.len()));
            }
        }
    }
}
