//! Synapse itself: installed from PyPI into an environment of its own, configured, started.

use super::database::Database;
use super::room::User;
use anyhow::{Context, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::time::Instant;

/// The release that is measured.
pub const VERSION: &str = "1.163.2";
const SERVER_NAME: &str = "bench.localhost";
const READY_MAX: Duration = Duration::from_secs(120);
const STOP_MAX: Duration = Duration::from_secs(20);

/// A running Synapse. Dropping it kills it.
pub struct Homeserver {
    child: Child,
    url: String,
}

impl Homeserver {
    /// Installs what is missing, configures and starts it, and waits until it answers.
    pub async fn start(folder: &Path, port: u16, database: &Database) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let folder = folder.canonicalize()?;
        let python = install(&folder).await?;
        let generated = folder.join("homeserver.yaml");
        if !generated.exists() {
            let mut command = Command::new(&python);
            command
                .args(["-m", "synapse.app.homeserver", "--generate-config"])
                .args(["--server-name", SERVER_NAME, "--report-stats", "no"])
                .arg("--config-path")
                .arg(&generated);
            run(command.current_dir(&folder)).await?;
        }
        let own = folder.join("bench.yaml");
        // JSON is YAML.
        std::fs::write(&own, format!("{:#}\n", settings(port, database)))?;
        let log = std::fs::File::create(folder.join("synapse.log"))?;
        let child = Command::new(&python)
            .args(["-m", "synapse.app.homeserver", "--config-path"])
            .arg(&generated)
            .arg("--config-path")
            .arg(&own)
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        let mut homeserver = Self {
            child,
            url: format!("http://127.0.0.1:{port}"),
        };
        homeserver.wait(&folder).await?;
        Ok(homeserver)
    }

    async fn wait(&mut self, folder: &Path) -> anyhow::Result<()> {
        let http = client()?;
        let log = folder.join("synapse.log");
        let deadline = Instant::now() + READY_MAX;
        let url = format!("{}/_matrix/client/versions", self.url);
        loop {
            if http
                .get(&url)
                .send()
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                return Ok(());
            }
            let ended = self.child.try_wait()?;
            if let Some(status) = ended {
                bail!("Synapse ended with {status}; see {}", log.display());
            }
            ensure!(
                Instant::now() < deadline,
                "Synapse is not ready; see {}",
                log.display()
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Registers this many users.
    pub async fn users(&self, count: usize) -> anyhow::Result<Vec<User>> {
        let http = client()?;
        let mut users = Vec::with_capacity(count);
        for n in 0..count {
            let answer = http
                .post(format!("{}/_matrix/client/v3/register", self.url))
                .json(&json!({
                    "username": format!("sender{n}"),
                    "password": format!("password of sender {n}"),
                    "auth": { "type": "m.login.dummy" },
                }))
                .send()
                .await?;
            let told: Value = answer.json().await?;
            let token = told["access_token"]
                .as_str()
                .with_context(|| format!("registering was answered {told}"))?;
            users.push(User {
                http: http.clone(),
                url: self.url.clone(),
                token: token.into(),
            });
        }
        Ok(users)
    }

    /// Stops it.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        if let Some(pid) = self.child.id() {
            kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGTERM)?;
        }
        if tokio::time::timeout(STOP_MAX, self.child.wait())
            .await
            .is_err()
        {
            self.child.kill().await?;
        }
        Ok(())
    }
}

fn client() -> anyhow::Result<reqwest::Client> {
    Ok(reqwest::Client::builder()
        .timeout(Duration::from_secs(30))
        .tcp_nodelay(true)
        .no_proxy()
        .build()?)
}

/// The environment's Python, with Synapse in it.
async fn install(folder: &Path) -> anyhow::Result<PathBuf> {
    let environment = folder.join("environment");
    let python = environment.join("bin/python");
    if !python.exists() {
        run(Command::new("python3")
            .args(["-m", "venv"])
            .arg(&environment))
        .await?;
    }
    let mut has = Command::new(&python);
    has.args(["-c", "import synapse, psycopg2"]);
    if !has.stderr(Stdio::null()).status().await?.success() {
        let wanted = format!("matrix-synapse=={VERSION}");
        let mut pip = Command::new(&python);
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            &wanted,
            "psycopg2-binary",
        ]);
        run(&mut pip).await?;
    }
    Ok(python)
}

async fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .await
        .with_context(|| format!("{:?}", command.as_std()))?;
    ensure!(status.success(), "{:?}: {status}", command.as_std());
    Ok(())
}

/// What differs from the generated configuration. Everything about how it works stays as it comes.
fn settings(port: u16, database: &Database) -> Value {
    let free = json!({ "per_second": 1_000_000, "burst_count": 1_000_000 });
    json!({
        "listeners": [{
            "port": port,
            "bind_addresses": ["127.0.0.1"],
            "type": "http",
            "tls": false,
            "resources": [{ "names": ["client"] }],
        }],
        "database": {
            "name": "psycopg2",
            "args": {
                "user": "postgres",
                "password": database.password,
                "dbname": Database::name(),
                "host": database.host,
                "port": database.port,
                "cp_min": 5,
                "cp_max": 10,
            },
        },
        "enable_registration": true,
        "enable_registration_without_verification": true,
        "report_stats": false,
        "trusted_key_servers": [],
        "suppress_key_server_warning": true,
        "federation_domain_whitelist": [],
        "bcrypt_rounds": 4,
        "rc_message": free,
        "rc_registration": free,
        "rc_login": { "address": free, "account": free, "failed_attempts": free },
        "rc_joins": { "local": free, "remote": free },
        "rc_joins_per_room": free,
        "rc_room_creation": free,
        "rc_invites": { "per_room": free, "per_user": free, "per_issuer": free },
    })
}
