//! Connecting to the primary, and making the schema where there is none.

use crate::finder::{Finder, Seen};
use crate::link::Link;
use crate::outcome::describe;
use std::time::Duration;

/// Two sites that find no table at the same time make it one after the other.
const SCHEMA_LOCK: i64 = 0x5365_6b6f_6369;

/// A connection to the primary.
pub struct PrimaryLink {
    /// The connection.
    pub link: Link,
    seen: Option<Seen>,
}

impl PrimaryLink {
    /// Connects to the primary, waiting up to `limit` for one to be found and as long again for the
    /// connection.
    pub async fn open(finder: &Finder, limit: Duration) -> Result<Self, String> {
        let choice = finder.choice(limit).await?;
        let opened = Link::open(choice.config, limit).await;
        let checked = match opened {
            Ok(link) => check(link, choice.seen, limit).await,
            Err(error) => Err(error),
        };
        match checked {
            Ok(link) => Ok(Self {
                link,
                seen: choice.seen,
            }),
            Err(error) => {
                finder.look_again();
                Err(format!("{}: {error}", choice.name))
            }
        }
    }

    /// The connection and whom it leads to.
    pub fn into_parts(self) -> (Link, Option<Seen>) {
        (self.link, self.seen)
    }

    /// Waits for `answer` for at most `limit`, and no longer than this leads to the primary: a
    /// deposed one may never answer.
    pub async fn bounded<T>(
        &self,
        finder: &Finder,
        limit: Duration,
        answer: impl Future<Output = T>,
    ) -> Result<T, String> {
        tokio::select! {
            answer = tokio::time::timeout(limit, answer) => {
                answer.map_err(|_| format!("no answer within {limit:?}"))
            }
            () = finder.moved_on(self.seen) => Err("another node became the primary".into()),
        }
    }

    /// Whether it is usable and still leads to the primary.
    pub fn is_current(&self, finder: &Finder) -> bool {
        self.link.is_usable() && (!finder.asks_patroni() || finder.seen() == self.seen)
    }
}

async fn check(link: Link, seen: Option<Seen>, limit: Duration) -> Result<Link, String> {
    if link.facts.is_standby {
        return Err("it is a standby, not the primary".into());
    }
    if seen.is_some_and(|seen| link.facts.timeline < seen.timeline) {
        return Err("it is on an older timeline than the primary".into());
    }
    tokio::time::timeout(limit, make_schema(&link))
        .await
        .map_err(|_| "the schema could not be made in time".to_owned())?
        .map_err(|e| describe(&e))?;
    Ok(link)
}

async fn make_schema(link: &Link) -> Result<(), tokio_postgres::Error> {
    let client = link.client();
    let there = client
        .query_typed_one("SELECT to_regclass('entry') IS NOT NULL", &[])
        .await?;
    if there.try_get(0)? {
        return Ok(());
    }
    let schema = include_str!("schema.sql");
    client
        .batch_execute(&format!(
            "BEGIN; SELECT pg_advisory_xact_lock({SCHEMA_LOCK}); {schema} COMMIT"
        ))
        .await
}
