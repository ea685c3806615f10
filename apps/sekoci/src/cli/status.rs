//! `sekoci status`: every site's health, side by side, and what each says of itself.

use super::{Connection, Failure, Reporting};
use client::{Client, SiteHealth};
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;

/// Arguments of `sekoci status`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    reporting: Reporting,
}

#[derive(Serialize)]
struct Report {
    /// Whether at least one site takes writes.
    writable: bool,
    sites: Vec<Site>,
}

#[derive(Serialize)]
struct Site {
    #[serde(flatten)]
    health: SiteHealth,
    /// The answer of `GET /api/status`, where the site gave one.
    status: Option<Value>,
}

/// Longest time to wait for one answer of one site.
const LIMIT: Duration = Duration::from_secs(5);

/// Runs it.
///
/// # Errors
/// When no site answers (exit code 1) or the session is refused (2).
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    arguments.reporting.check()?;
    let is_signed_in = arguments.connection.user.is_some();
    let client = arguments.connection.client_maybe_signed_in()?;
    let report = super::block_on(ask(&client, is_signed_in))?;
    arguments.reporting.write(&report)?;
    if !arguments.reporting.is_stdout() {
        print(&report);
    }
    if report.sites.iter().any(|site| site.health.is_live) {
        Ok(())
    } else {
        let cause = report
            .sites
            .iter()
            .find_map(|site| site.health.error.clone());
        Err(Failure::failed(format!(
            "no site answers: {}",
            cause.unwrap_or_default()
        )))
    }
}

async fn ask(client: &Client, is_signed_in: bool) -> Result<Report, Failure> {
    let healths = client.health(LIMIT).await;
    if is_signed_in && healths.iter().any(|health| health.is_live) {
        client.session_token().await?;
    }
    let mut sites = Vec::new();
    for (index, health) in healths.into_iter().enumerate() {
        let status = match health.is_live {
            true => client
                .get_at(index, "/api/status", is_signed_in, LIMIT)
                .await
                .ok(),
            false => None,
        };
        sites.push(Site { health, status });
    }
    Ok(Report {
        writable: sites.iter().any(|site| site.health.is_writable),
        sites,
    })
}

fn print(report: &Report) {
    for site in &report.sites {
        let health = &site.health;
        let name = health.name.as_deref().unwrap_or("?");
        let state = match (health.is_live, health.is_ready, health.is_writable) {
            (false, ..) => "DOWN",
            (true, false, _) => "not ready",
            (true, true, false) => "read only",
            (true, true, true) => "serving",
        };
        print!(
            "site {name}  {}  {state}, leads {} partitions",
            health.url,
            health.leads.len()
        );
        if let Some(error) = &health.error {
            print!("  ({error})");
        }
        println!();
        let Some(status) = &site.status else { continue };
        for (field, label) in [
            ("durability", "durability"),
            ("rpo_now_seconds", "RPO now, seconds"),
        ] {
            if let Some(value) = status.get(field).filter(|value| !value.is_null()) {
                println!("    {label}: {}", plain(value));
            }
        }
    }
    let writable = if report.writable { "yes" } else { "NO" };
    println!("writes are taken: {writable}");
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned)
}
