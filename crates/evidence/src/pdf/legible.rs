//! Writing characters that no face has, or that would make a page read otherwise than it is: by their number.

use super::fonts::is_chinese;
use serde_json::Value;

/// Every text with what cannot be shown written out: `[U+1F600]`. Nothing is left out, and nothing is a box.
pub fn written(value: Value, can_show: &dyn Fn(char) -> bool) -> Value {
    match value {
        Value::String(text) => Value::String(text_of(&text, can_show)),
        Value::Array(items) => {
            let items = items.into_iter().map(|item| written(item, can_show));
            Value::Array(items.collect())
        }
        Value::Object(fields) => {
            let fields = fields.into_iter();
            let fields = fields.map(|(name, value)| (name, written(value, can_show)));
            Value::Object(fields.collect())
        }
        other => other,
    }
}

fn text_of(text: &str, can_show: &dyn Fn(char) -> bool) -> String {
    use std::fmt::Write;
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\n' | '\r' | '\t') {
            shown.push(' ');
        } else if c == ' ' || (!is_hidden(c) && can_show(c)) {
            shown.push(c);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(shown, "[U+{:04X}]", u32::from(c));
        }
    }
    shown
}

/// Characters without a shape of their own; some turn the direction of what follows.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Letters and signs that stand alone.
pub fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{24f}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{203a}')
        || is_chinese(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_shown_is_written_by_its_number() {
        let can_show = |c: char| c.is_ascii() || c == 'é';
        assert_eq!(
            text_of("né \u{1f600}\u{0}", &can_show),
            "né [U+1F600][U+0000]"
        );
        let turned = text_of("a\u{202e}b\u{200b}\n", &|_| true);
        assert_eq!(turned, "a[U+202E]b[U+200B] ");
    }
}
