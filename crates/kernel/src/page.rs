//! Pages of lists: how many items, and where the next page starts.

use crate::{Refusal, SchemaOf, hex};
use serde::{Serialize, de::DeserializeOwned};
use utoipa::{PartialSchema, ToSchema};

/// Items on a page when the request does not say.
pub const LIMIT_DEFAULT: u32 = 50;
/// Most items on a page.
pub const LIMIT_MAX: u32 = 200;

/// A part of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; none: this was the last.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page from up to one item more than the limit.
    pub fn cut<K: Serialize>(items: Vec<T>, limit: u32, key: fn(&T) -> K) -> Self {
        let (items, next) = cut(items, limit, key);
        Self { items, next }
    }
}

impl<T: ToSchema> Page<T> {
    /// Its schema, under a name of its own for every kind of item.
    #[must_use]
    pub const fn schema_of() -> SchemaOf {
        SchemaOf {
            name: || format!("PageOf{}", T::name()),
            schema: <Self as PartialSchema>::schema,
            refers_to: |all| {
                all.push((T::name().into_owned(), T::schema()));
                T::schemas(all);
            },
        }
    }
}

/// The number of items asked for.
///
/// # Errors
/// `out_of_range` for none and for more than [`LIMIT_MAX`].
pub fn limit(asked: Option<u32>) -> Result<u32, Refusal> {
    match asked.unwrap_or(LIMIT_DEFAULT) {
        limit @ 1..=LIMIT_MAX => Ok(limit),
        _ => {
            let detail = format!("A page has 1 to {LIMIT_MAX} items.");
            Err(Refusal::invalid("limit", "out_of_range", detail))
        }
    }
}

/// The opaque text that names the place after the item with this sort key.
#[must_use]
pub fn cursor<K: Serialize>(key: &K) -> String {
    hex::encode(&serde_json::to_vec(key).expect("sort keys are plain values"))
}

/// The sort key in a cursor the client handed back.
///
/// # Errors
/// `bad_cursor` for text that [`cursor`] did not make.
pub fn after<K: DeserializeOwned>(cursor: Option<&str>) -> Result<Option<K>, Refusal> {
    let Some(text) = cursor else { return Ok(None) };
    hex::decode(text)
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .map(Some)
        .ok_or_else(|| {
            let detail = "This cursor was not handed out by this list.";
            Refusal::invalid("cursor", "bad_cursor", detail)
        })
}

/// Cuts what was read to a page: read one item more than `limit`, and `key` names the sort key of
/// the last one kept.
#[must_use]
pub fn cut<T, K: Serialize>(
    mut items: Vec<T>,
    limit: u32,
    key: fn(&T) -> K,
) -> (Vec<T>, Option<String>) {
    let limit = limit as usize;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| cursor(&key(last)));
    (items, next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn limits_are_checked() {
        assert_eq!(limit(None), Ok(LIMIT_DEFAULT));
        assert_eq!(limit(Some(200)), Ok(200));
        assert!(limit(Some(0)).is_err());
        assert!(limit(Some(201)).is_err());
    }

    #[test]
    fn a_page_names_the_next_only_if_there_is_one() {
        let (items, next) = cut(vec![1, 2, 3], 2, |n| *n);
        assert_eq!((items, after(next.as_deref())), (vec![1, 2], Ok(Some(2))));
        assert_eq!(cut(vec![1, 2], 2, |n| *n), (vec![1, 2], None));
    }

    proptest! {
        #[test]
        fn cursors_round_trip(key: (String, u64)) {
            prop_assert_eq!(after(Some(&cursor(&key))), Ok(Some(key)));
        }

        #[test]
        fn reading_a_cursor_never_panics(text: String) {
            let _ = after::<(String, u64)>(Some(&text));
        }
    }
}
