//! A database for Synapse on the demo's PostgreSQL, at whichever site is primary.

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use std::path::Path;
use std::time::Duration;
use tokio::process::Command;

const NAME: &str = "bench_synapse";

/// Where it is and how to get in.
pub struct Database {
    /// The primary's address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The superuser's password; the demo's access rules let nobody else into other databases.
    pub password: String,
}

#[derive(Deserialize)]
struct Agent {
    database: AgentDatabase,
}

#[derive(Deserialize)]
struct AgentDatabase {
    secrets: std::path::PathBuf,
    members: Vec<Member>,
}

#[derive(Deserialize)]
struct Member {
    host: String,
    postgres: u16,
    patroni: u16,
}

#[derive(Deserialize)]
struct Secrets {
    superuser: String,
}

impl Database {
    /// The database's name.
    pub const fn name() -> &'static str {
        NAME
    }

    /// Makes it anew.
    pub async fn make(installation: &Path) -> anyhow::Result<Self> {
        let file = installation.join("a").join("agent.toml");
        let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        let agent: Agent = toml::from_str(&text)?;
        let secrets = std::fs::read_to_string(&agent.database.secrets)?;
        let secrets: Secrets = serde_json::from_str(&secrets)?;
        let primary = primary(agent.database.members).await?;
        let database = Self {
            host: primary.host,
            port: primary.postgres,
            password: secrets.superuser,
        };
        database.remove().await?;
        let make = format!("CREATE DATABASE {NAME} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");
        database.sql(&make).await?;
        Ok(database)
    }

    /// Removes it.
    pub async fn remove(&self) -> anyhow::Result<()> {
        let remove = format!("DROP DATABASE IF EXISTS {NAME} WITH (FORCE)");
        self.sql(&remove).await
    }

    async fn sql(&self, statement: &str) -> anyhow::Result<()> {
        let status = Command::new("psql")
            .args(["--no-psqlrc", "--quiet", "--username", "postgres"])
            .args(["--host", &self.host, "--port", &self.port.to_string()])
            .args(["--dbname", "postgres", "--command", statement])
            .env("PGPASSWORD", &self.password)
            .status()
            .await
            .context("psql")?;
        ensure!(status.success(), "psql: {statement}: {status}");
        Ok(())
    }
}

async fn primary(members: Vec<Member>) -> anyhow::Result<Member> {
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(2))
        .no_proxy()
        .build()?;
    for member in members {
        let url = format!("http://{}:{}/primary", member.host, member.patroni);
        let answer = http.get(url).send().await;
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(member);
        }
    }
    bail!("no PostgreSQL says that it is primary")
}
