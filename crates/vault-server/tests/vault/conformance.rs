//! The store behind a vault's door passes what every store passes.

use crate::running::{AT_LEAST_MS, AT_MOST_MS, Running};
use async_trait::async_trait;
use kernel::{Clock, Timestamp};
use std::sync::{Arc, Mutex};
use vault::store::Store;
use vault::store::conformance::Fixture;
use vault_server::Role;

struct Remote {
    running: Running,
    token: Mutex<Option<String>>,
}

#[async_trait]
impl Fixture for Remote {
    const AT_LEAST_MS: i64 = AT_LEAST_MS;
    const AT_MOST_MS: i64 = AT_MOST_MS;

    fn start() -> Self {
        Self {
            running: Running::new(),
            token: Mutex::default(),
        }
    }

    /// Every handle has a door of its own on the same files.
    async fn open(&self) -> Arc<dyn Store> {
        let token = self
            .token
            .lock()
            .unwrap()
            .get_or_insert_with(|| {
                let all = [Role::Site, Role::Reader, Role::Person];
                self.running.token("all", &all)
            })
            .clone();
        Arc::new(self.running.serve().await.store(&token))
    }

    fn now(&self) -> Timestamp {
        self.running.clock.now()
    }

    fn advance(&self, ms: i64) {
        self.running.clock.advance_ms(ms);
    }
}

vault::store_conformance!(Remote);
