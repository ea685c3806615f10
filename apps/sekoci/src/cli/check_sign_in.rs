//! `sekoci check-sign-in`: do user and password work, at every site, and where do they lead?

use super::{Connection, Failure, Reporting};
use serde::Serialize;
use std::time::Duration;

/// Arguments of `sekoci check-sign-in`.
#[derive(clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    reporting: Reporting,
}

#[derive(Serialize)]
struct Report {
    user: String,
    name: String,
    operator: bool,
    workspaces: Vec<Workspace>,
    sites: Vec<Site>,
}

#[derive(Serialize)]
struct Workspace {
    id: kernel::WorkspaceId,
    name: String,
    person: kernel::PersonId,
    permissions: Vec<String>,
}

#[derive(Serialize)]
struct Site {
    url: String,
    /// Whether the session that was opened at one site is taken here.
    takes_session: bool,
    error: Option<String>,
}

/// Runs it. The session is opened once and shown to every site.
///
/// # Errors
/// When the installation refuses, or a site does not take the session.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    arguments.reporting.check()?;
    let client = arguments.connection.client()?;
    let report = super::block_on(check(&client))?;
    arguments.reporting.write(&report)?;
    if !arguments.reporting.is_stdout() {
        print(&report);
    }
    match report.sites.iter().find(|site| !site.takes_session) {
        None => Ok(()),
        Some(site) => Err(Failure::failed(format!(
            "{} does not take the session: {}",
            site.url,
            site.error.as_deref().unwrap_or("no cause given")
        ))),
    }
}

async fn check(client: &client::Client) -> Result<Report, Failure> {
    client.sign_in().await?;
    let session = client.session().await?;
    let mut sites = Vec::new();
    for (index, url) in client.sites().iter().enumerate() {
        let asked = client
            .get_at::<serde_json::Value>(
                index,
                "/api/installation/session",
                true,
                Duration::from_secs(5),
            )
            .await;
        sites.push(Site {
            url: url.to_string(),
            takes_session: asked.is_ok(),
            error: asked.err().map(|e| e.to_string()),
        });
    }
    Ok(Report {
        user: session.account.user,
        name: session.account.name,
        operator: session.account.operator,
        workspaces: session
            .workspaces
            .into_iter()
            .map(|workspace| Workspace {
                id: workspace.id,
                name: workspace.name,
                person: workspace.person.id,
                permissions: workspace.person.permissions,
            })
            .collect(),
        sites,
    })
}

fn print(report: &Report) {
    let role = if report.operator { " (operator)" } else { "" };
    println!("signed in as {}{role}", report.user);
    for workspace in &report.workspaces {
        println!("workspace {} ({})", workspace.name, workspace.id);
    }
    for site in &report.sites {
        let taken = if site.takes_session {
            "taken"
        } else {
            "NOT taken"
        };
        println!("session {taken} at {}", site.url);
    }
}
