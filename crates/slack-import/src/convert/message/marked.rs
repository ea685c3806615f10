//! Where a message's text stands: in its text, its cards or its blocks.

use super::TEXT_CHARS_MAX;
use crate::raw;
use serde_json::Value;

/// The text, or what stands in for it in messages of bots.
pub(super) fn marked_text(given: &raw::Message) -> String {
    let comment = given.comment.as_ref().and_then(|c| c.comment.as_deref());
    let own = given.text.as_deref().filter(|text| !text.trim().is_empty());
    let mut parts: Vec<String> = own.or(comment).map(ToOwned::to_owned).into_iter().collect();
    // A link's preview repeats what the link shows; a card without a text is all there is.
    for card in given.attachments.iter().flatten() {
        if card.from_url.is_none() || parts.is_empty() {
            parts.extend(card_text(card));
        }
    }
    if parts.is_empty()
        && let Some(blocks) = &given.blocks
    {
        let mut text = String::new();
        block_text(blocks, &mut text, 0);
        parts.push(text);
    }
    parts.join("\n")
}

fn card_text(card: &raw::Unfurled) -> Option<String> {
    let lines: Vec<String> = [&card.pretext, &card.title, &card.title_link, &card.text]
        .into_iter()
        .flatten()
        .filter(|line| !line.trim().is_empty())
        .cloned()
        .collect();
    if lines.is_empty() {
        return card.fallback.clone().filter(|text| !text.trim().is_empty());
    }
    Some(lines.join("\n"))
}

/// Collects the texts in blocks, in order.
fn block_text(value: &Value, text: &mut String, depth: usize) {
    const DEPTH_MAX: usize = 32;
    if depth > DEPTH_MAX || text.len() > 4 * TEXT_CHARS_MAX {
        return;
    }
    match value {
        Value::Array(items) => {
            for item in items {
                block_text(item, text, depth + 1);
            }
        }
        Value::Object(fields) => {
            match fields.get("text") {
                Some(Value::String(own)) => text.push_str(own),
                Some(inner) => block_text(inner, text, depth + 1),
                None => {}
            }
            if let Some(Value::String(user)) = fields.get("user_id") {
                text.push_str(&format!("<@{user}>"));
            }
            if let (Some(Value::String(url)), None) = (fields.get("url"), fields.get("text")) {
                text.push_str(&format!("<{url}>"));
            }
            for inner in ["elements", "fields"]
                .iter()
                .filter_map(|key| fields.get(*key))
            {
                block_text(inner, text, depth + 1);
            }
            let is_block = fields
                .get("type")
                .and_then(Value::as_str)
                .is_some_and(|kind| kind.starts_with("rich_text_") || kind == "section");
            if is_block && !text.ends_with('\n') {
                text.push('\n');
            }
        }
        _ => {}
    }
}
