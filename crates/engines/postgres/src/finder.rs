//! Which node is the primary: the one whose Patroni says so, on the highest timeline.
//!
//! A read-write connection alone does not tell: a deposed primary whose Patroni is dead takes
//! connections and lets every commit wait for ever.

use crate::config::{ConfigError, Node, PostgresConfig, Targets};
use crate::patroni;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_postgres::Config;

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(250);
/// How long one Patroni's answer is waited for.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long the last known primary stands while no Patroni says it is primary: a Patroni that
/// restarts takes about a second. Safe, because only replication makes an append `Ok`.
const GRACE: Duration = Duration::from_secs(2);

/// A node that is primary by its Patroni's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its place among the candidates.
    pub index: usize,
    /// Its timeline.
    pub timeline: u32,
}

/// Where to connect for the primary.
pub struct Choice<'a> {
    /// What Patroni said; nothing when no Patroni is configured.
    pub seen: Option<Seen>,
    /// How to connect.
    pub config: &'a Config,
    /// Who that is, for people.
    pub name: &'a str,
}

/// Keeps looking for the primary.
pub struct Finder {
    targets: Targets,
    authorities: Vec<String>,
    seen: watch::Sender<Option<Seen>>,
    again: Notify,
}

impl Finder {
    /// A finder that has not looked yet.
    pub fn new(targets: Targets, config: &PostgresConfig) -> Result<Self, ConfigError> {
        let authority = |url: &String| {
            patroni::authority(url)
                .map(str::to_owned)
                .ok_or_else(|| ConfigError::PatroniAddress(url.clone()))
        };
        Ok(Self {
            authorities: config
                .patroni
                .iter()
                .map(authority)
                .collect::<Result<_, _>>()?,
            targets,
            seen: watch::Sender::new(None),
            again: Notify::new(),
        })
    }

    /// This site's own node.
    pub fn local(&self) -> Option<&Node> {
        self.targets.local.as_ref()
    }

    /// Whether Patroni says who is primary.
    pub fn asks_patroni(&self) -> bool {
        !self.authorities.is_empty()
    }

    /// The primary that Patroni named last.
    pub fn seen(&self) -> Option<Seen> {
        *self.seen.borrow()
    }

    /// The name of the primary, for people.
    pub fn primary_name(&self) -> Option<&str> {
        let seen = self.seen()?;
        Some(&self.targets.candidates[seen.index].name)
    }

    /// Looks again at once: something failed.
    pub fn look_again(&self) {
        self.again.notify_one();
    }

    /// Where the primary is; waits up to `limit` for one to appear.
    pub async fn choice(&self, limit: Duration) -> Result<Choice<'_>, String> {
        if !self.asks_patroni() {
            return Ok(Choice {
                seen: None,
                config: &self.targets.any,
                name: "the node that takes writes",
            });
        }
        let mut receiver = self.seen.subscribe();
        let found = tokio::time::timeout(limit, receiver.wait_for(Option::is_some)).await;
        let seen = found.ok().and_then(Result::ok).and_then(|seen| *seen);
        let seen = seen.ok_or("no Patroni says that its node is the primary")?;
        let node = &self.targets.candidates[seen.index];
        Ok(Choice {
            seen: Some(seen),
            config: &node.config,
            name: &node.name,
        })
    }

    /// Waits until another node than `seen` is the primary.
    pub async fn moved_on(&self, seen: Option<Seen>) {
        let mut receiver = self.seen.subscribe();
        let is_other = |now: &Option<Seen>| now.is_some() && *now != seen;
        if !self.asks_patroni() || receiver.wait_for(is_other).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Looks for ever.
    pub async fn run(&self) {
        if !self.asks_patroni() {
            return;
        }
        let mut last_found = Instant::now();
        let mut known = None;
        loop {
            match self.look(known).await {
                Some(found) => {
                    last_found = Instant::now();
                    known = Some(found);
                    self.publish(Some(found));
                }
                None if last_found.elapsed() > GRACE => self.publish(None),
                None => {}
            }
            let _ = tokio::time::timeout(PAUSE, self.again.notified()).await;
        }
    }

    /// Asks every Patroni. An older timeline than one seen before is a deposed primary's; a newer one
    /// settles it at once, without waiting for hosts that are silent.
    async fn look(&self, known: Option<Seen>) -> Option<Seen> {
        let timeline_min = known.map_or(0, |seen| seen.timeline);
        let mut asked: FuturesUnordered<_> = (0..)
            .zip(&self.authorities)
            .map(|(index, authority)| async move {
                let timeline = patroni::primary_timeline(authority, PATIENCE).await?;
                Some(Seen { index, timeline })
            })
            .collect();
        let mut best: Option<Seen> = None;
        while let Some(answer) = asked.next().await {
            let Some(seen) = answer.filter(|seen| seen.timeline >= timeline_min) else {
                continue;
            };
            if best.is_none_or(|best| seen.timeline > best.timeline) {
                best = Some(seen);
            }
            if known.is_some_and(|known| seen.timeline > known.timeline) {
                break;
            }
        }
        best
    }

    fn publish(&self, found: Option<Seen>) {
        self.seen.send_if_modified(|seen| {
            let is_news = *seen != found;
            if is_news {
                tracing::info!(?found, before = ?*seen, "the primary changed");
                *seen = found;
            }
            is_news
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// A REST address that answers like Patroni; 0 stands for "not the primary".
    async fn patroni() -> (String, Arc<AtomicU32>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let timeline = Arc::new(AtomicU32::new(0));
        let answered = Arc::clone(&timeline);
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = [0; 1024];
                let _ = stream.read(&mut request).await;
                let timeline = answered.load(Ordering::SeqCst);
                let status = if timeline > 0 { "200 OK" } else { "503 No" };
                let body = format!("{{\"timeline\": {timeline}, \"role\": \"x\"}}");
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        (url, timeline)
    }

    #[tokio::test]
    async fn the_primary_is_whom_patroni_names_on_the_highest_timeline() {
        let (url_a, a) = patroni().await;
        let (url_b, b) = patroni().await;
        let mut config = PostgresConfig::new("host=a,b");
        config.patroni = vec![url_a, url_b];
        let targets = Targets::new(&config).unwrap();
        let finder = Arc::new(Finder::new(targets, &config).unwrap());
        let looking = Arc::clone(&finder);
        let task = tokio::spawn(async move { looking.run().await });
        assert!(finder.choice(Duration::from_millis(50)).await.is_err());
        let wait = Duration::from_secs(10);
        a.store(3, Ordering::SeqCst);
        let choice = finder.choice(wait).await.unwrap();
        assert_eq!((choice.name, choice.seen.unwrap().timeline), ("a:5432", 3));
        let mut changes = finder.seen.subscribe();
        // Both answer: the deposed one does not know yet.
        b.store(4, Ordering::SeqCst);
        let is_b = |seen: &Option<Seen>| seen.is_some_and(|seen| seen.index == 1);
        tokio::time::timeout(wait, changes.wait_for(is_b))
            .await
            .expect("b is found")
            .unwrap();
        // The new one falls silent: the deposed one does not come back, there is none.
        b.store(0, Ordering::SeqCst);
        tokio::time::timeout(wait, changes.wait_for(Option::is_none))
            .await
            .expect("nobody is primary")
            .unwrap();
        task.abort();
    }
}
