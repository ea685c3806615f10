//! `sekoci demo`: two sites and a witness on this machine, really running, with sample data.
//!
//! It does what an operator would: `sekoci init` for three nodes, one `sekoci agent` each, then the
//! import of a sample workspace through the front door.

mod agents;
mod folder;
mod ready;
mod sample;
mod vault;

use crate::cli::failure::Failure;
use crate::init::{EngineKind, NodePlan, NodePorts, Plan};
use clap::Args;
use kernel::SiteName;
use kernel::random::OsRandom;
use serde_json::json;
use std::net::Ipv4Addr;
use std::path::PathBuf;

/// Ports one node takes, and so the distance between the nodes' first ports.
const PORTS_PER_NODE: u16 = 10;
const OPERATOR: &str = "captain";
const WORKSPACE: &str = "Harbour";

/// Arguments of `sekoci demo`.
#[derive(Args)]
pub struct Arguments {
    /// Print one line of JSON when ready, and nothing else on stdout; run until SIGTERM
    #[arg(long)]
    headless: bool,
    /// What keeps the journal
    #[arg(long, value_enum, default_value_t = EngineKind::Postgres)]
    engine: EngineKind,
    /// Where the demo keeps its data; an earlier demo found there is started again
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// First of 30 ports in a row on 127.0.0.1
    #[arg(long, value_name = "N", default_value_t = 8400, value_parser = clap::value_parser!(u16).range(1024..=65_500))]
    base_port: u16,
}

/// Runs the subcommand until SIGTERM or SIGINT, which stop everything it started.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    let folder = folder::prepare(arguments.data.as_deref(), arguments.engine)?;
    let nodes = nodes(arguments.base_port)?;
    if arguments.engine == EngineKind::Postgres {
        cluster::missing_programs(std::path::Path::new("/usr/lib/postgresql/15/bin"))
            .map_err(|e| Failure::refused(e.to_string()))?;
    }
    let plan = Plan {
        out: folder.installation(),
        nodes,
        engine: arguments.engine,
        operator: OPERATOR.into(),
        operator_password: None,
        workspace: WORKSPACE.into(),
        sqlite_journal: None,
        vault: Some(vault::url(arguments.base_port)),
        drills: true,
    };
    folder.make_once(&plan, arguments.base_port, &OsRandom)?;
    crate::serve::runtime()?.block_on(async {
        let agents = agents::start(&plan)?;
        let done = tokio::select! {
            done = serve(&arguments, &plan) => done,
            ended = agents.one_ended() => Err(ended),
            () = crate::serve::told_to_stop() => Ok(()),
        };
        say("stopping");
        agents.stop().await;
        done
    })
}

/// Waits until everything works, says so, and then runs until it is dropped.
async fn serve(arguments: &Arguments, plan: &Plan) -> Result<(), Failure> {
    say("starting two sites, a witness and a vault");
    let client = ready::wait(plan).await?;
    say("bringing in the sample workspace");
    sample::bring_in(&client, plan).await?;
    announce(arguments, plan)?;
    std::future::pending().await
}

fn nodes(base_port: u16) -> Result<Vec<NodePlan>, Failure> {
    let ports = |n: u16| NodePorts::in_a_row(base_port + n * PORTS_PER_NODE);
    let name = |name: &str| SiteName::new(name).map_err(|e| Failure::failed(e.to_string()));
    Ok(vec![
        NodePlan::site(name("a")?, Ipv4Addr::LOCALHOST, ports(0)),
        NodePlan::site(name("b")?, Ipv4Addr::LOCALHOST, ports(1)),
        NodePlan::witness(name("w")?, Ipv4Addr::LOCALHOST, ports(2)),
    ])
}

fn announce(arguments: &Arguments, plan: &Plan) -> Result<(), Failure> {
    use std::io::Write;
    let password = ready::operator_password(plan)?;
    let [a, b, w] = [&plan.nodes[0], &plan.nodes[1], &plan.nodes[2]];
    let mut out = std::io::stdout().lock();
    let written = if arguments.headless {
        let line = json!({
            "sites": [
                { "name": a.name, "url": a.url() },
                { "name": b.name, "url": b.url() },
            ],
            "witness": w.url(),
            "vault": plan.vault,
            "workspace": plan.workspace,
            "user": plan.operator,
            "password": password,
        });
        writeln!(out, "{line}")
    } else {
        write!(out, "{}", welcome(plan, &password))
    };
    written
        .and_then(|()| out.flush())
        .map_err(|e| Failure::failed(format!("stdout: {e}")))
}

fn welcome(plan: &Plan, password: &str) -> String {
    let [a, b] = [plan.nodes[0].url(), plan.nodes[1].url()];
    let (user, workspace) = (&plan.operator, &plan.workspace);
    format!(
        "
Sekoci runs.

  site a   {a}
  site b   {b}

  user {user}   password {password}   workspace {workspace}

Open one window on each site and chat. Then take a site down, from the Now page (Drill), or from
another terminal:

  SEKOCI_URL={a},{b} SEKOCI_USER={user} SEKOCI_PASSWORD={password} \\
    target/demo/sekoci drill run site-loss --site a --json evidence.json

Everything is sealed into a vault as well ({vault}). The keys that open it are three shares, any two
of which suffice. Bring everything back into a file, with nothing but these:

  target/demo/sekoci recover --vault {vault} --vault-token-file {out}/recovery.token \\
    --shares {out}/keys/share-1.txt {out}/keys/share-3.txt --into recovered.sqlite

Ctrl-C stops everything. Data: {out}

",
        vault = plan.vault.as_deref().unwrap_or_default(),
        out = plan.out.display()
    )
}

fn say(what: &str) {
    eprintln!("demo: {what}");
}
