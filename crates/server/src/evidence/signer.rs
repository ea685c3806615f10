//! The key pair with which this site signs evidence.
//!
//! The site makes it itself, keeps the private half in one file of its own, and publishes the public half
//! as an entry of the installation. Where operators retire the key, or the file is gone, it makes another
//! and publishes that.

use crate::config::Config;
use crate::session::installation;
use crate::site::Site;
use evidence::{EvidenceKey, PublicKey};
use installation::commands::PublishEvidenceKey;
use installation::queries::evidence_keys;
use journal::partition::Outcome;
use kernel::{Actor, Command, CommandId, Random};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use zeroize::Zeroizing;

/// Its name, where the configuration names no other file.
const FILE: &str = "evidence.key";
const COMMAND: &str = "publish-evidence-key";
/// The pause after which what failed is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// Signs for a site.
pub struct Signer {
    file: PathBuf,
    key: RwLock<Option<EvidenceKey>>,
}

/// How the key stands in the installation's record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Unpublished,
    InUse,
    Retired,
}

impl Signer {
    /// The signer of a site with this configuration. The key is read or made when the site runs.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let beside = config.installation_key.as_deref().and_then(Path::parent);
        let file = config
            .evidence_key
            .clone()
            .unwrap_or_else(|| beside.unwrap_or(&config.data).join(FILE));
        Self {
            file,
            key: RwLock::default(),
        }
    }

    /// The key, where it is on record and signs.
    pub(super) async fn key(&self, site: &Site) -> Option<EvidenceKey> {
        let key = self.held()?;
        let standing = standing(site, key.public()).await?;
        (standing == Standing::InUse).then_some(key)
    }

    fn held(&self) -> Option<EvidenceKey> {
        let key = self.key.read().unwrap_or_else(PoisonError::into_inner);
        key.clone()
    }

    fn hold(&self, key: EvidenceKey) {
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = Some(key);
    }

    /// Keeps a key published for as long as the site runs.
    pub(crate) async fn keep(site: Arc<Site>) {
        let Some(partition) = site.partition(&installation()) else {
            return;
        };
        let mut applied = partition.applied();
        loop {
            applied.borrow_and_update();
            if let Err(cause) = site.signer.look(&site).await {
                tracing::warn!(cause, "this site cannot sign evidence yet");
                tokio::time::sleep(AGAIN).await;
                continue;
            }
            if applied.changed().await.is_err() {
                return;
            }
        }
    }

    /// Brings key and record together; done where it says nothing.
    async fn look(&self, site: &Arc<Site>) -> Result<(), String> {
        if !is_founded(site).await {
            return Ok(());
        }
        let key = match self.held() {
            Some(key) => key,
            None => self.read_or_make(&*site.random)?,
        };
        match standing(site, key.public()).await {
            None => Err("the installation's record cannot be read".into()),
            Some(Standing::InUse) => Ok(()),
            Some(Standing::Unpublished) => publish(site, key.public()).await,
            Some(Standing::Retired) => {
                let key = self.make(&*site.random)?;
                publish(site, key.public()).await
            }
        }
    }

    fn read_or_make(&self, random: &dyn Random) -> Result<EvidenceKey, String> {
        let at = |cause: &dyn std::fmt::Display| format!("{}: {cause}", self.file.display());
        match std::fs::read_to_string(&self.file).map(Zeroizing::new) {
            Ok(text) => {
                let key = EvidenceKey::from_text(&text).map_err(|error| at(&error))?;
                self.hold(key.clone());
                Ok(key)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => self.make(random),
            Err(error) => Err(at(&error)),
        }
    }

    /// A new key, in the file before anybody hears of it.
    fn make(&self, random: &dyn Random) -> Result<EvidenceKey, String> {
        let mut seed = Zeroizing::new([0; 32]);
        random.fill(&mut *seed);
        let key = EvidenceKey::from_seed(*seed);
        write(&self.file, &key.to_text()).map_err(|e| format!("{}: {e}", self.file.display()))?;
        self.hold(key.clone());
        tracing::info!(key = %key.public(), "made a key to sign evidence with");
        Ok(key)
    }
}

/// Writes a file that only its owner reads, whole or not at all.
fn write(file: &Path, text: &str) -> std::io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    let partial = file.with_file_name(name);
    // Left by a process that was killed while it wrote.
    match std::fs::remove_file(&partial) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut to = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&partial)?;
    to.write_all(text.as_bytes())?;
    to.write_all(b"\n")?;
    to.sync_all()?;
    std::fs::rename(&partial, file)
}

/// Before the installation is founded nothing can be published.
async fn is_founded(site: &Site) -> bool {
    let founded = site
        .query(&installation(), None, |rows| {
            Ok(installation::queries::is_founded(rows)?)
        })
        .await;
    founded.unwrap_or(false)
}

/// How a key stands; `None`: cannot be told now.
async fn standing(site: &Site, key: PublicKey) -> Option<Standing> {
    let found = site
        .query(&installation(), None, move |rows| Ok(evidence_keys(rows)?))
        .await
        .ok()?;
    let row = found.into_iter().find(|row| row.key == key.0);
    Some(match row {
        None => Standing::Unpublished,
        Some(row) if row.retired_at.is_some() || row.site != site.name => Standing::Retired,
        Some(_) => Standing::InUse,
    })
}

async fn publish(site: &Site, key: PublicKey) -> Result<(), String> {
    let actor = Actor::Site(site.name.clone());
    let body =
        serde_json::to_value(PublishEvidenceKey { key: key.0 }).map_err(|e| e.to_string())?;
    let command = Command {
        id: CommandId::derived(&format!("{COMMAND}/{}/{key}", site.name)),
        name: COMMAND.into(),
        digest: Command::digest_of(site.installation_key().as_bytes(), COMMAND, &actor, &body),
        actor,
        body,
    };
    match site.submit(&installation(), command).await {
        Outcome::Accepted { .. } | Outcome::Unchanged { .. } => Ok(()),
        outcome => Err(format!("its key is not published: {outcome:?}")),
    }
}
