//! The conformance suite on a primary with a synchronous standby, read at the standby, at the primary
//! as own node, and without an own node.

use crate::support::Pair;
use async_trait::async_trait;
use journal::engine::conformance::{Fixture, run};
use journal::{Durability, Engine};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::runtime::Handle;
use tokio::sync::Mutex;

struct Cluster {
    pair: Mutex<Pair>,
    opened: AtomicUsize,
}

#[async_trait]
impl Fixture for Cluster {
    async fn open(&self) -> Arc<dyn Engine> {
        let pair = self.pair.lock().await;
        let engine = match self.opened.fetch_add(1, Ordering::SeqCst) % 3 {
            0 => pair.engine_at(&pair.standby).await,
            1 => pair.engine_at(&pair.primary).await,
            _ => pair.engine().await,
        };
        Arc::new(engine)
    }

    async fn restart(&self) {
        let mut pair = self.pair.lock().await;
        tokio::task::block_in_place(|| Handle::current().block_on(pair.restart()));
    }

    fn promises(&self) -> Durability {
        Durability::Protected
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_passes() {
    let Some(pair) = Pair::start().await else {
        return;
    };
    let cluster = Cluster {
        pair: Mutex::new(pair),
        opened: AtomicUsize::new(0),
    };
    // Three times, so that each rule meets each kind of own node.
    for first in 0..3 {
        cluster.opened.store(first, Ordering::SeqCst);
        run(&cluster).await;
    }
}
