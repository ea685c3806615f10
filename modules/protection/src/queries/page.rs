//! Lists in pages.

use kernel::SchemaOf;
use serde::Serialize;
use utoipa::{PartialSchema, ToSchema};

pub use kernel::page::{after, cut, limit};

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
