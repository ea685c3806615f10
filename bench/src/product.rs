//! Starting the product: `sekoci demo --headless`, with limits raised so that one load generator
//! does not meet what is there to keep one person from using up a site.

use anyhow::{Context, bail};
use client::{Client, SiteUrl};
use kernel::id::Uuid;
use kernel::{PartitionId, WorkspaceId};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::Deserialize;
use serde_json::json;
use server::config::{Config, EngineConfig, Limits};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

const READY_MAX: Duration = Duration::from_secs(400);
const STOP_MAX: Duration = Duration::from_secs(90);

/// Which product to start, and where.
#[derive(clap::Args, Clone, Debug)]
pub struct ProductArguments {
    /// The program
    #[arg(long, value_name = "BIN", default_value = "target/release/sekoci")]
    pub sekoci: PathBuf,
    /// Where the demo keeps its data; used again by the next measurement
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// What keeps the journal
    #[arg(long, value_enum, default_value_t = EngineKind::Postgres)]
    pub engine: EngineKind,
    /// First of 30 ports in a row on 127.0.0.1
    #[arg(long, value_name = "N", default_value_t = 8900)]
    pub base_port: u16,
}

/// The engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineKind {
    /// PostgreSQL at both sites and the witness
    Postgres,
    /// One file
    Sqlite,
}

impl EngineKind {
    /// As `sekoci` names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Sqlite => "sqlite",
        }
    }
}

/// The line that the demo prints when it is ready.
#[derive(Clone, Debug, Deserialize)]
pub struct Ready {
    /// The sites.
    pub sites: Vec<ReadySite>,
    /// The vault's address.
    #[serde(default)]
    pub vault: Option<String>,
    /// Name of the workspace.
    pub workspace: String,
    /// Who to sign in as.
    pub user: String,
    /// With which password.
    pub password: String,
}

/// A site in that line.
#[derive(Clone, Debug, Deserialize)]
pub struct ReadySite {
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: String,
}

/// The product, running. Dropping it stops it and waits for that.
pub struct Product {
    arguments: ProductArguments,
    child: Child,
    ready: Ready,
}

impl Product {
    /// Starts it and waits until it works. A folder seen for the first time is started twice: only
    /// after `sekoci init`, which the demo does, are there limits to be raised.
    pub async fn start(arguments: &ProductArguments) -> anyhow::Result<Self> {
        std::fs::create_dir_all(&arguments.data)
            .with_context(|| format!("--data: {}", arguments.data.display()))?;
        let arguments = ProductArguments {
            data: arguments.data.canonicalize()?,
            ..arguments.clone()
        };
        if !site_file(&arguments, "b").exists() {
            Self::launch(&arguments).await?.stop().await?;
        }
        for site in ["a", "b"] {
            raise_limits(&site_file(&arguments, site))?;
        }
        Self::launch(&arguments).await
    }

    async fn launch(arguments: &ProductArguments) -> anyhow::Result<Self> {
        let program = arguments.sekoci.canonicalize();
        let mut child = Command::new(
            program.with_context(|| format!("--sekoci: {}", arguments.sekoci.display()))?,
        )
        .args(["demo", "--headless", "--engine", arguments.engine.name()])
        .arg("--data")
        .arg(&arguments.data)
        .args(["--base-port", &arguments.base_port.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // Ctrl-C reaches this program alone, which stops the product in good order.
        .process_group(0)
        .spawn()
        .context("starting the demo")?;
        let out = child.stdout.take().context("the demo has no output")?;
        let mut product = Self {
            arguments: arguments.clone(),
            child,
            ready: Ready {
                sites: Vec::new(),
                vault: None,
                workspace: String::new(),
                user: String::new(),
                password: String::new(),
            },
        };
        let line = tokio::time::timeout(READY_MAX, BufReader::new(out).lines().next_line())
            .await
            .context("the demo was not ready in time")??
            .context("the demo ended before it was ready")?;
        product.ready = serde_json::from_str(&line).context("the demo's line")?;
        Ok(product)
    }

    /// Stops it.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.tell_to_stop();
        tokio::time::timeout(STOP_MAX, self.child.wait())
            .await
            .context("the demo did not stop in time")??;
        Ok(())
    }

    fn tell_to_stop(&self) {
        if let Some(pid) = self.child.id().and_then(|pid| i32::try_from(pid).ok()) {
            // It may have ended already.
            let _ = kill(Pid::from_raw(pid), Signal::SIGTERM);
        }
    }

    /// What it said when it was ready.
    pub const fn ready(&self) -> &Ready {
        &self.ready
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.arguments.sekoci
    }

    /// Where it keeps its data.
    pub fn folder(&self) -> PathBuf {
        self.arguments.data.join("installation")
    }

    /// A site's configuration file.
    pub fn site_file(&self, site: &str) -> PathBuf {
        site_file(&self.arguments, site)
    }

    /// The engine as a site is configured to use it.
    pub fn engine_config(&self, site: &str) -> anyhow::Result<EngineConfig> {
        let config = Config::load(&self.site_file(site))?;
        config.engine.context("the site names no engine")
    }

    /// A client of both sites.
    pub fn client(&self) -> anyhow::Result<Client> {
        let urls = self
            .ready
            .sites
            .iter()
            .map(|site| SiteUrl::parse(&site.url));
        Ok(Client::builder()
            .sites(urls.collect::<Result<Vec<_>, _>>()?)
            .credentials(&self.ready.user, &self.ready.password)
            .build()?)
    }

    /// A `sekoci` command that talks to it.
    pub fn command(&self) -> Command {
        let urls: Vec<&str> = self.ready.sites.iter().map(|site| &*site.url).collect();
        let mut command = Command::new(self.program());
        command
            .env("SEKOCI_URL", urls.join(","))
            .env("SEKOCI_USER", &self.ready.user)
            .env("SEKOCI_PASSWORD", &self.ready.password)
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    /// The workspace, with a new channel in it that everyone reads.
    pub async fn room(&self, client: &Client) -> anyhow::Result<Room> {
        let session = client.session().await?;
        let workspace = session
            .workspaces
            .iter()
            .find(|workspace| workspace.name == self.ready.workspace)
            .with_context(|| format!("no workspace {}", self.ready.workspace))?
            .id;
        let conversation = client.new_uuid();
        let body = json!({
            "conversation_id": conversation,
            "kind": "channel",
            "audience": "everyone",
            "name": format!("Measured {conversation}"),
        });
        let command = client.new_command("messaging", "create-conversation", body);
        client.command(&command.in_workspace(workspace)).await?;
        Ok(Room {
            workspace,
            conversation,
        })
    }
}

impl Drop for Product {
    fn drop(&mut self) {
        self.tell_to_stop();
        let pause = Duration::from_millis(100);
        let mut waited = Duration::ZERO;
        while waited < STOP_MAX && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(pause);
            waited += pause;
        }
    }
}

/// Where a measurement writes.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// The channel.
    pub conversation: Uuid,
}

impl Room {
    /// The partition that holds it.
    pub fn partition(&self) -> PartitionId {
        PartitionId::new(self.workspace, "messaging")
    }
}

fn site_file(arguments: &ProductArguments, site: &str) -> PathBuf {
    arguments
        .data
        .join("installation")
        .join(site)
        .join("site.toml")
}

/// Everything that limits one session or one address; what limits the site as a whole stays.
fn raise_limits(file: &Path) -> anyhow::Result<()> {
    let mut config = Config::load(file)?;
    config.limits = Limits {
        connections_max: 60_000,
        requests_per_second: 1_000_000,
        requests_burst: 1_000_000,
        sign_ins_per_minute: 10_000,
        ..config.limits
    };
    let text = toml::to_string(&config)?;
    std::fs::write(file, text).with_context(|| file.display().to_string())
}

/// Refuses where this process may not open as many files as a measurement needs.
pub fn require_files(count: usize) -> anyhow::Result<()> {
    let may = crate::machine::open_files_max();
    if may.is_some_and(|may| may < count) {
        bail!("{count} open files are needed; raise the limit first: ulimit -n {count}");
    }
    Ok(())
}
