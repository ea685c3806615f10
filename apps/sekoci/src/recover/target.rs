//! Where a recovery goes: a journal file, or the engine of a site's configuration. A site that is
//! started meanwhile uses only what is released.

use crate::cli::{Failure, write_private};
use engine_sqlite::SqliteEngine;
use journal::{DataKey, Engine};
use kernel::PartitionId;
use kernel::random::OsRandom;
use server::attachments::Chunks;
use server::config::Config;
use server::recovering::Recovering;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const CONNECT_MAX: Duration = Duration::from_secs(1);

/// Which target is given.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub struct TargetArguments {
    /// Configuration of a site, as `sekoci init` makes it: its engine is filled, whatever kind it is,
    /// and it gets the installation key
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A journal file to be made (or gone on with); no site is needed
    #[arg(long, value_name = "FILE")]
    into: Option<PathBuf>,
}

impl TargetArguments {
    /// The site with this configuration.
    pub const fn site(config: PathBuf) -> Self {
        Self {
            config: Some(config),
            into: None,
        }
    }
}

/// A target.
pub enum Target {
    /// A site.
    Site {
        /// The folder of its configuration.
        folder: PathBuf,
        /// Its configuration.
        config: Box<Config>,
    },
    /// A file.
    File(PathBuf),
}

impl Target {
    /// Reads the arguments; touches nothing.
    ///
    /// # Errors
    /// When the configuration cannot be used.
    pub fn open(arguments: &TargetArguments) -> Result<Self, Failure> {
        if let Some(file) = &arguments.into {
            return Ok(Self::File(file.clone()));
        }
        let Some(file) = &arguments.config else {
            return Err(Failure::argument("--config", "is missing (or --into)"));
        };
        let config = Config::load(file).map_err(|e| Failure::argument("--config", e))?;
        if config.engine.is_none() || config.installation_key.is_none() {
            let cause = "it is not that of a site; a witness holds no journal";
            return Err(Failure::argument("--config", cause));
        }
        if is_serving(&config) {
            let cause = format!(
                "a site serves at {}; stop it, and start it again once the recovery has begun",
                config.listen
            );
            return Err(Failure::argument("--config", cause));
        }
        let folder = file.parent().map(PathBuf::from).unwrap_or_default();
        let config = Box::new(config);
        Ok(Self::Site { folder, config })
    }

    /// The engine.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn engine(&self) -> Result<Arc<dyn Engine>, Failure> {
        match self {
            Self::Site { config, .. } => match &config.engine {
                Some(engine) => crate::serve::open_engine(engine).await,
                None => Err(Failure::argument("--config", "it names no engine")),
            },
            Self::File(path) => {
                let engine = SqliteEngine::open(path)
                    .map_err(|e| Failure::argument("--into", kernel::with_sources(&e)))?;
                Ok(Arc::new(engine))
            }
        }
    }

    /// Where the bytes of files go: the site's chunks, or a folder beside the journal file.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn chunks(&self) -> Result<Chunks, Failure> {
        let folder = match self {
            Self::Site { config, .. } => config.data.join("chunks"),
            Self::File(path) => beside(path, ".chunks"),
        };
        Chunks::open(&folder, Arc::new(OsRandom), None)
            .map_err(|e| Failure::failed(format!("{}: {e}", folder.display())))
    }

    /// From now on a site that is started here waits for what is recovered.
    ///
    /// # Errors
    /// When that cannot be written down.
    pub fn begin(&self) -> Result<(), Failure> {
        let Self::Site { folder, config } = self else {
            return Ok(());
        };
        std::fs::create_dir_all(&config.data).map_err(|e| unwritten(&config.data, &e))?;
        Recovering::begin(&config.data).map_err(|e| unwritten(&config.data, &e))?;
        // The founding of the new installation is none of what is recovered.
        set_aside(&folder.join("founding.json"))
    }

    /// A partition may be used.
    ///
    /// # Errors
    /// When that cannot be written down.
    pub fn release(&self, partition: &PartitionId) -> Result<(), Failure> {
        match self {
            Self::Site { config, .. } => Recovering::release(&config.data, partition)
                .map_err(|e| unwritten(&config.data, &e)),
            Self::File(_) => Ok(()),
        }
    }

    /// Gives the site the key that opens what was recovered; the one it had is set aside.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_installation_key(&self, key: &DataKey) -> Result<(), Failure> {
        let Self::Site { config, .. } = self else {
            return Ok(());
        };
        let Some(path) = &config.installation_key else {
            return Ok(());
        };
        let text = kernel::Hash(*key.as_bytes()).to_string();
        if std::fs::read_to_string(path).is_ok_and(|there| there.trim() == text) {
            return Ok(());
        }
        set_aside(path)?;
        write_private(path, &text)
    }

    /// Everything that could be recovered is there.
    ///
    /// # Errors
    /// When that cannot be written down.
    pub fn finish(&self) -> Result<(), Failure> {
        match self {
            Self::Site { config, .. } => {
                Recovering::finish(&config.data).map_err(|e| unwritten(&config.data, &e))
            }
            Self::File(_) => Ok(()),
        }
    }

    /// Where the record of the recovery goes unless told otherwise.
    pub fn record_file(&self) -> PathBuf {
        match self {
            Self::Site { folder, .. } => folder.join("recovery-record.json"),
            Self::File(path) => beside(path, ".recovery-record.json"),
        }
    }
}

/// Whether the site of this configuration runs, unless it waits for this very recovery.
fn is_serving(config: &Config) -> bool {
    std::net::TcpStream::connect_timeout(&config.listen, CONNECT_MAX).is_ok()
        && !matches!(Recovering::read(&config.data), Ok(Some(_)))
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Renames a file that is in the way; one that is not there is not.
fn set_aside(path: &Path) -> Result<(), Failure> {
    match std::fs::rename(path, beside(path, ".before-recovery")) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(unwritten(path, &e)),
        _ => Ok(()),
    }
}

fn unwritten(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("{}: {error}", path.display()))
}
