//! A hastener at the witness, and what it did.

use super::Trio;
use cluster::{EtcdClient, HastenError, HastenStep, Hastener, HastenerSettings};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What the hastener saw, without repetitions.
#[derive(Clone, Default)]
pub struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    pub fn all(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// How often a lease was ended.
    pub fn hastened(&self) -> usize {
        self.all()
            .iter()
            .filter(|text| text.starts_with("Hastened"))
            .count()
    }

    fn note(&self, step: &Result<HastenStep, HastenError>) {
        let text = match step {
            Ok(HastenStep::Silent { primary, .. }) => format!("{primary} is silent"),
            Ok(step) => format!("{step:?}"),
            Err(error) => format!("{error}"),
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.last() != Some(&text) {
            all.push(text);
        }
    }
}

/// Runs a hastener at the witness until the test ends; waits until it watches the primary.
pub async fn at_the_witness(trio: &Trio) -> Seen {
    let members = trio.patroni.members().to_vec();
    let nearest_first = [2, 0, 1].map(|site: usize| members[site].etcd_url());
    let etcd = EtcdClient::new(nearest_first.to_vec()).with_limit(Duration::from_millis(500));
    let candidates = vec!["a".into(), "b".into()];
    let settings = HastenerSettings::new(members, candidates, trio.secrets.sekoci.clone());
    let seen = Seen::default();
    let noted = seen.clone();
    let run = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let hastener = Hastener::new(settings, etcd);
        runtime
            .expect("a runtime")
            .block_on(hastener.run(move |step| noted.note(step)));
    };
    trio.lab().at("w", run).expect("running at the witness");
    let limit = Duration::from_secs(10);
    let watching = cluster::until("the hastener watches", limit, async || {
        seen.all()
            .iter()
            .any(|text| text.starts_with("Alive"))
            .then_some(())
    });
    watching.await.expect("watching");
    seen
}
