//! The conformance suite that every store passes: one rule, one function, one test.
//!
//! A store's tests implement [`Fixture`] and call [`crate::store_conformance!`].

pub mod listing;
pub mod retention;
pub mod writing;

use super::{ObjectName, Store};
use async_trait::async_trait;
use kernel::Timestamp;
use std::sync::Arc;

/// A store under test.
#[async_trait]
pub trait Fixture: Send + Sync + Sized {
    /// How long every object is kept at least, in milliseconds.
    const AT_LEAST_MS: i64;
    /// The furthest `retain_until` the store takes, in milliseconds from now.
    const AT_MOST_MS: i64;

    /// An empty store.
    fn start() -> Self;

    /// Another handle on the same storage, as another process would open it.
    async fn open(&self) -> Arc<dyn Store>;

    /// The store's own time.
    fn now(&self) -> Timestamp;

    /// Moves the store's own time forward.
    fn advance(&self, ms: i64);
}

/// Makes a test of every rule. The one list of rules.
#[macro_export]
macro_rules! store_conformance {
    ($fixture:ty) => {
        $crate::store_conformance! { $fixture:
            listing::gives_all_in_order_page_by_page,
            listing::keeps_to_the_prefix,
            listing::orders_by_name_and_not_by_folder,
            retention::keeps_at_least_the_policy,
            retention::grows_and_never_shrinks,
            retention::refuses_to_delete_early,
            retention::deletes_when_it_has_passed,
            retention::refuses_the_far_future,
            retention::knows_nothing_of_what_is_missing,
            writing::gives_back_what_was_put,
            writing::takes_the_same_again,
            writing::never_overwrites,
            writing::lets_one_of_many_writers_win,
            writing::takes_empty_and_large_objects,
            writing::takes_the_longest_names,
            writing::refuses_what_is_too_large,
            writing::survives_being_opened_again,
        }
    };
    ($fixture:ty: $($group:ident :: $rule:ident,)*) => {
        mod conformance {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $rule() {
                    $crate::store::conformance::$group::$rule(
                        &<$fixture as $crate::store::conformance::Fixture>::start(),
                    )
                    .await;
                }
            )*
        }
    };
}

fn name(text: &str) -> ObjectName {
    ObjectName::new(text).expect("the suite's names are object names")
}
