//! A vault's door on a free port of this machine.

use kernel::clock::ManualClock;
use kernel::random::OsRandom;
use kernel::{Clock, Timestamp};
use server::limits::Connections;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use vault::store::directory::{DirectoryStore, Retention};
use vault::store::remote::RemoteStore;
use vault_server::{Door, DoorParts, Log, Role, Tokens};

pub const AT_LEAST_MS: i64 = 60_000;
pub const AT_MOST_MS: i64 = 3_600_000;

/// A running vault; it ends with the test's runtime.
pub struct Running {
    folder: TempDir,
    pub clock: Arc<ManualClock>,
    pub daily_bytes: u64,
    pub reserve_bytes: u64,
}

/// Where a door listens.
pub struct Address(pub String);

impl Running {
    pub fn new() -> Self {
        // Whoever was first to install it installed the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Arc::new(ManualClock::at(Timestamp(1_000_000))),
            daily_bytes: vault_server::DAILY_BYTES,
            reserve_bytes: 0,
        }
    }

    pub fn tokens(&self) -> Tokens {
        Tokens::open(self.folder.path())
    }

    pub fn token(&self, name: &str, roles: &[Role]) -> String {
        self.tokens()
            .grant(name, roles, self.clock.now(), &OsRandom)
            .unwrap()
    }

    pub fn store(&self) -> DirectoryStore {
        self.directory("store")
    }

    fn directory(&self, folder: &str) -> DirectoryStore {
        let retention = Retention {
            at_least_ms: AT_LEAST_MS,
            at_most_ms: AT_MOST_MS,
        };
        let root = self.folder.path().join(folder);
        DirectoryStore::open(&root, retention, self.clock.clone()).unwrap()
    }

    pub fn log(&self) -> Log {
        Log::new(Arc::new(self.directory("log")), self.clock.clone())
    }

    /// Opens a door.
    pub async fn serve(&self) -> Address {
        let door = Door::new(DoorParts {
            store: self.store(),
            tokens: self.tokens(),
            log: self.log(),
            clock: self.clock.clone(),
            daily_bytes: self.daily_bytes,
            reserve_bytes: self.reserve_bytes,
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Connections::new(100, &[]);
        let served = server::listen::serve(
            listener,
            None,
            door.routes(),
            connections,
            std::future::pending(),
        );
        drop(served.unwrap());
        Address(format!("http://{address}"))
    }
}

impl Address {
    pub fn store(&self, token: &str) -> RemoteStore {
        RemoteStore::new(&self.0, token, reqwest::Client::new()).unwrap()
    }
}
