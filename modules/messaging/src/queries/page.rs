//! Lists in pages.

use kernel::Refusal;
use serde::{Serialize, de::DeserializeOwned};
use utoipa::ToSchema;

const DEFAULT: u32 = 50;
const MOST: u32 = 200;

/// A part of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; none: this was the last.
    pub next: Option<String>,
}

/// How many items a page has: 50 unless asked for, 200 at most.
pub fn limit(asked: Option<u32>) -> usize {
    let limit = asked.unwrap_or(DEFAULT).clamp(1, MOST);
    limit as usize
}

impl<T> Page<T> {
    /// A page from up to one item more than the limit.
    pub fn cut<K: Serialize>(items: Vec<T>, limit: usize, key: impl Fn(&T) -> K) -> Self {
        let (items, next) = cut(items, limit, key);
        Self { items, next }
    }
}

/// The items of a page from up to one item more than the limit, and where the next page begins.
pub fn cut<T, K: Serialize>(
    mut items: Vec<T>,
    limit: usize,
    key: impl Fn(&T) -> K,
) -> (Vec<T>, Option<String>) {
    let has_more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| has_more);
    let next = last.map(|item| encode(&key(item)));
    (items, next)
}

/// An opaque cursor: hexadecimal JSON.
fn encode(key: &impl Serialize) -> String {
    let json = serde_json::to_vec(key).expect("keys are plain values");
    json.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads a cursor.
///
/// # Errors
/// `cursor_invalid` for what no answer contained.
pub fn decode<K: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<K>, Refusal> {
    let Some(cursor) = cursor else {
        return Ok(None);
    };
    let invalid = || {
        let detail = "The cursor is not one this list gave.";
        Refusal::invalid("cursor", "cursor_invalid", detail)
    };
    if !cursor.is_ascii() || cursor.len() % 2 != 0 {
        return Err(invalid());
    }
    let bytes: Option<Vec<u8>> = (0..cursor.len() / 2)
        .map(|i| u8::from_str_radix(&cursor[2 * i..2 * i + 2], 16).ok())
        .collect();
    let bytes = bytes.ok_or_else(invalid)?;
    serde_json::from_slice(&bytes)
        .map(Some)
        .map_err(|_| invalid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back() {
        let page = Page::cut(vec![1, 2, 3], 2, |item| (*item, "x".to_owned()));
        assert_eq!(page.items, [1, 2]);
        let key: Option<(i64, String)> = decode(page.next.as_deref()).unwrap();
        assert_eq!(key, Some((2, "x".into())));
        assert_eq!(Page::cut(vec![1, 2], 2, |item| *item).next, None);
        for bad in ["x", "zz", "é", "5b5d", "+1+1"] {
            assert!(decode::<(i64, String)>(Some(bad)).is_err(), "{bad}");
        }
    }
}
