//! A provider in a process of its own (`bin/test-bucket.py`), one for all tests; each has a bucket.

use super::super::*;
use crate::store::conformance::Fixture;
use kernel::clock::ManualClock;
use std::io::{BufRead as _, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// 2030-01-01, where the provider's clocks begin.
const START: Timestamp = Timestamp(1_893_456_000_000);

/// A bucket, and the provider's time as far as the test has moved it.
pub struct Bucket {
    pub name: String,
    clock: ManualClock,
}

/// The port, and the process: it ends with its input, that is with the tests.
fn provider() -> u16 {
    static PROVIDER: OnceLock<(u16, Child)> = OnceLock::new();
    let started = || {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let python = root.join("target/test-python/bin/python");
        assert!(
            python.exists(),
            "{}: is missing; bin/install-dependencies --tests makes it",
            python.display()
        );
        let mut child = Command::new(python)
            .arg(root.join("bin/test-bucket.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut port = String::new();
        let output = child.stdout.take().unwrap();
        std::io::BufReader::new(output)
            .read_line(&mut port)
            .unwrap();
        (port.trim().parse().unwrap(), child)
    };
    PROVIDER.get_or_init(started).0
}

impl Bucket {
    /// A name that no other test has, and no bucket yet.
    pub fn named() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("vault-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let clock = ManualClock::at(START);
        Self { name, clock }
    }

    /// The store in this bucket, asked by a machine whose own clock is decades behind.
    pub fn store(&self) -> S3Store {
        // Whoever was first to install it installed the same one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let place = format!(
            "s3://{}/harbour?endpoint=http://127.0.0.1:{}&path_style=true",
            self.name,
            provider()
        );
        let retention = Retention {
            at_least_ms: Self::AT_LEAST_MS,
            at_most_ms: Self::AT_MOST_MS,
        };
        S3Store::new(
            S3Address::parse(&place).unwrap(),
            S3Credentials(aws_sdk_s3::config::Credentials::new(
                "key", "secret", None, None, "test",
            )),
            reqwest::Client::new(),
            retention,
            Arc::new(ManualClock::at(Timestamp(0))),
        )
    }

    /// Makes the bucket where there is none.
    pub async fn make(&self, with_lock: bool) -> S3Store {
        let store = self.store();
        let request = store.client.create_bucket().bucket(&self.name);
        let made = request
            .object_lock_enabled_for_bucket(with_lock)
            .send()
            .await;
        if let Err(error) = made {
            assert_eq!(error.code(), Some("BucketAlreadyOwnedByYou"), "{error:?}");
        }
        store
    }
}

#[async_trait]
impl Fixture for Bucket {
    const AT_LEAST_MS: i64 = 600_000;
    const AT_MOST_MS: i64 = 6 * 3_600_000;

    fn start() -> Self {
        Self::named()
    }

    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(self.make(true).await)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn advance(&self, ms: i64) {
        self.clock.advance_ms(ms);
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", provider())).unwrap();
        let path = format!("/_clock/{}/{ms}", self.name);
        write!(stream, "POST {path} HTTP/1.0\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains(" 204 "), "{answer}");
    }
}
