//! The conformance suite that every engine passes: one rule, one function, one test.
//!
//! An engine's tests implement [`Fixture`] and call [`crate::engine_conformance!`], which makes a
//! test of each rule; where a fixture is dear to set up, [`run`] walks all rules on one.

pub mod append;
pub mod chain;
pub mod concurrent;
pub mod read;
pub mod status;
pub mod unknown;
pub mod watch;

use super::{Durability, Engine};
use async_trait::async_trait;
use std::sync::Arc;
use std::time::Duration;

/// How long the suite waits for something that must happen.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// An engine under test and the storage below it.
#[async_trait]
pub trait Fixture: Send + Sync {
    /// Another handle on the same storage, as another process would open it.
    async fn open(&self) -> Arc<dyn Engine>;

    /// Stops the storage and starts it again. Handles opened before may be dead afterwards.
    async fn restart(&self);

    /// What an append is promised while everything works.
    fn promises(&self) -> Durability;
}

/// Calls `$then` with `$args` and the name of every rule. The one list of rules.
#[doc(hidden)]
#[macro_export]
macro_rules! engine_rules {
    ($then:path, $($args:tt)*) => {
        $then! {
            $($args)*
            append::keeps_what_it_appends,
            append::refuses_another_head,
            append::refuses_a_second_beginning,
            append::refuses_malformed_batches,
            append::keeps_a_batch_whole,
            append::refuses_the_same_batch_again,
            append::keeps_large_and_empty_payloads,
            append::leaves_other_partitions_alone,
            concurrent::gives_each_position_to_one_winner,
            concurrent::lets_partitions_append_at_once,
            read::reads_in_order_up_to_the_limit,
            read::reads_the_same_again_and_elsewhere,
            read::shows_its_own_appends_at_once,
            read::knows_the_head,
            status::survives_a_restart,
            status::lists_partitions,
            status::says_how_well_it_keeps,
            unknown::settles_appends_that_were_given_up,
            watch::wakes_watchers_of_this_handle,
            watch::wakes_watchers_of_another_handle,
            watch::notices_changes_before_the_wait,
            watch::loses_no_wake_up,
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! engine_rule_tests {
    ({ $fixture:expr } $($group:ident :: $rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                let fixture = $fixture;
                $crate::engine::conformance::$group::$rule(&fixture).await;
            }
        )*
    };
}

/// Makes one `#[tokio::test]` of every rule. The argument is an expression, evaluated inside each
/// async test, that gives a [`Fixture`].
#[macro_export]
macro_rules! engine_conformance {
    ($fixture:expr) => {
        $crate::engine_rules! { $crate::engine_rule_tests, { $fixture } }
    };
}

macro_rules! run_rules {
    ($fixture:ident $($group:ident :: $rule:ident,)*) => {
        $(
            eprintln!("rule {}::{}", stringify!($group), stringify!($rule));
            $group::$rule($fixture).await;
        )*
    };
}

/// Walks all rules on one fixture, naming each on stderr before it runs. Every rule uses
/// partitions of its own.
///
/// # Panics
/// When a rule is broken.
pub async fn run(fixture: &dyn Fixture) {
    crate::engine_rules! { run_rules, fixture }
}
