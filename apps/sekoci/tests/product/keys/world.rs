//! A folder with a vault that is sealed as a site seals it, and `sekoci keys` run in it.

use crate::SEKOCI;
use journal::chain;
use journal::engine::memory::MemoryEngine;
use journal::{DataKey, Engine, KeyRing};
use kernel::clock::SystemClock;
use kernel::id::Uuid;
use kernel::{
    Actor, Clock, CommandId, Entry, Event, Hash, Head, Header, KeyId, PartitionId, Payload,
    SiteName, WorkspaceId,
};
use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use tempfile::TempDir;
use vault::custody::in_vault::load_trust;
use vault::custody::{SealingKey, Share};
use vault::sealer::{Parts, Sealer, Step};
use vault::segment::Keys;
use vault::{DirectoryStore, Retention, Store};

pub const MODULES: [&str; 2] = ["directory", "messaging"];

/// What a command ended with.
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A folder with the vault and everything that is made.
pub struct World {
    pub folder: TempDir,
    pub engine: Arc<MemoryEngine>,
}

impl World {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            engine: Arc::new(MemoryEngine::new()),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn json(&self, name: &str) -> Value {
        let text = std::fs::read(self.path(name)).expect("a report");
        serde_json::from_slice(&text).expect("a report in JSON")
    }

    /// Runs `sekoci keys` in the folder, so that every path is short, and sees that nothing secret
    /// is said.
    pub fn keys(&self, arguments: &[&str]) -> Ended {
        self.keys_with(arguments, "")
    }

    pub fn keys_with(&self, arguments: &[&str], input: &str) -> Ended {
        let mut child = Command::new(SEKOCI)
            .arg("keys")
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("SEKOCI_LOG")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut stdin = child.stdin.take().expect("piped");
        // A command that refuses its arguments reads nothing.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().expect("it ends");
        let ended = Ended {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
        for said in [&ended.stdout, &ended.stderr] {
            self.holds_no_secret(said);
        }
        ended
    }

    #[track_caller]
    pub fn ends(&self, arguments: &[&str], code: i32, with: &str) -> Ended {
        let ended = self.keys(arguments);
        assert_eq!(ended.code, Some(code), "{arguments:?}: {}", ended.stderr);
        assert!(
            ended.stderr.contains(with),
            "{arguments:?}: {:?} lacks {with:?}",
            ended.stderr
        );
        ended
    }

    /// No identity, no share and no sealing key that lies in the folder stands in the text.
    pub fn holds_no_secret(&self, text: &str) {
        let squeezed: String = text.split_whitespace().collect();
        let squeezed = squeezed.to_lowercase();
        for secret in ["age-secret-key-1", "skshare1q"] {
            assert!(!squeezed.contains(secret), "{text}");
        }
        for file in files(self.folder.path()) {
            if file.to_string_lossy().ends_with(".sealing-key") {
                let key = std::fs::read_to_string(file).expect("a key");
                assert!(!squeezed.contains(key.trim()), "{text}");
            }
        }
    }

    pub fn store(&self) -> Arc<dyn Store> {
        let retention = Retention {
            at_least_ms: 0,
            at_most_ms: 1_000,
        };
        let store = DirectoryStore::open(&self.path("vault"), retention, Arc::new(SystemClock));
        Arc::new(store.expect("the store opens"))
    }

    /// Keys for sites a and b and three of whom two are needed.
    pub fn init(&self, out: &str) {
        let ended = self.keys(&[
            "init",
            "--custodians",
            "3",
            "--threshold",
            "2",
            "--site",
            "a",
            "--site",
            "b",
            "--custodian",
            "Ana",
            "--custodian",
            "Budi",
            "--custodian",
            "Citra",
            "--out",
            out,
            "--vault",
            "vault",
            "--json",
            "made.json",
        ]);
        assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    }

    /// Site a writes three entries more in every partition and seals them, as the keys in `out` say.
    pub async fn seal(&self, out: &str) {
        let text = std::fs::read_to_string(self.path(&format!("{out}/site-a.sealing-key")));
        let key = SealingKey::from_text(&text.expect("a key")).expect("a key");
        let digest = self.trust_of(out);
        let store = self.store();
        let trust = load_trust(&*store, digest)
            .await
            .expect("the trust is there");
        let mut trusted = vault::manifest::SiteKeys::new();
        trust.add_site_keys(&mut trusted);
        for previous in trust.previous() {
            let previous = load_trust(&*store, *previous).await.expect("there");
            previous.add_site_keys(&mut trusted);
        }
        for module in MODULES {
            let partition = PartitionId::new(WorkspaceId(Uuid::from_u128(7)), module);
            self.append(&partition).await;
            let mut sealer = Sealer::new(Parts {
                engine: self.engine.clone(),
                store: store.clone(),
                partition,
                site: site(),
                key: key.secret(),
                recipients: trust.recipients().to_vec(),
                trusted: trusted.clone(),
                clock: Arc::new(SystemClock),
            });
            sealer.catch_up().await.expect("the manifest is whole");
            let sealed = sealer.step(&data_keys()).await.expect("sealed");
            assert!(matches!(sealed, Step::Sealed(_)), "{sealed:?}");
        }
    }

    pub async fn append(&self, partition: &PartitionId) {
        let head = self.engine.head(partition).await.expect("a head");
        let mut entries: Vec<Entry> = Vec::new();
        for _ in 0..3 {
            let after = entries.last().map_or(head, Entry::head);
            entries.push(entry(partition, after));
        }
        let appended = self.engine.append(partition, head, &entries).await;
        appended.expect("appended");
    }

    pub fn trust_of(&self, out: &str) -> Hash {
        let bytes = std::fs::read(self.path(&format!("{out}/trust.json"))).expect("a trust");
        vault::custody::Trust::from_bytes(bytes)
            .expect("a trust")
            .digest()
    }

    pub fn share(&self, file: &str) -> Share {
        let text = std::fs::read_to_string(self.path(file)).expect("a sheet");
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Share::from_text(&lines.collect::<String>()).expect("a share")
    }

    /// The folder's files and their content.
    pub fn everything(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let files = files(self.folder.path()).into_iter();
        files
            .map(|file| (file.clone(), std::fs::read(file).expect("readable")))
            .collect()
    }
}

pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

pub fn site() -> SiteName {
    SiteName::new("a").expect("a name")
}

pub fn data_keys() -> Keys {
    [(KeyId(1), DataKey::from_bytes([1; 32]))].into()
}

pub fn entry(partition: &PartitionId, after: Head) -> Entry {
    let mut ring = KeyRing::default();
    for (id, key) in data_keys() {
        ring.insert(id, key);
    }
    let header = Header {
        partition: partition.clone(),
        seq: after.seq + 1,
        site: site(),
        lead: site(),
        time: SystemClock.now(),
        actor: Actor::Site(site()),
        command: CommandId(Uuid::from_u128(u128::from(after.seq + 1))),
        key: KeyId(1),
        prev: after.hash,
    };
    let payload = Payload {
        name: "post-message".into(),
        digest: [3; 32],
        answer: json!(null),
        events: vec![Event {
            kind: "message-posted".into(),
            version: 1,
            data: json!({ "text": "hello" }),
        }],
    };
    let sealed = ring.seal(&header, &payload).expect("sealed");
    let hash = chain::hash(&header, &sealed);
    Entry {
        header,
        sealed,
        hash,
    }
}

/// `--share` for shares of a folder.
pub fn drill<'a>(shares: &[&'a str]) -> Vec<&'a str> {
    let mut arguments = vec![
        "drill",
        "--vault",
        "vault",
        "--json",
        "drill.json",
        "--share",
    ];
    arguments.extend(shares);
    arguments
}

impl World {
    /// A share whose part was altered, with a checksum that fits.
    pub fn forged(&self, file: &str) -> String {
        use bech32::primitives::decode::CheckedHrpstring;
        let line = self.share(file).to_line();
        let checked = CheckedHrpstring::new::<bech32::Bech32m>(&line).expect("a share");
        let (hrp, mut bytes) = (checked.hrp(), checked.byte_iter().collect::<Vec<_>>());
        // The part stands before the name, which has four bytes.
        let at = bytes.len() - 10;
        bytes[at] ^= 1;
        bech32::encode::<bech32::Bech32m>(hrp, &bytes).expect("a share")
    }
}
