//! `sekoci init`: makes the certificates, keys and configuration files of a new installation, one
//! folder per node, to be carried to the node it is named after.

mod certificates;
mod files;
mod founding;
mod plan;

pub use files::{SEALING_KEY, TRUST, VAULT_TOKEN};
pub use founding::{FirstAccount, FirstWorkspace, Founding};
pub use plan::{EngineKind, NodePlan, NodePorts, Plan};

use crate::cli::failure::Failure;
use clap::Args;
use kernel::random::OsRandom;
use std::net::Ipv4Addr;
use std::path::PathBuf;

/// Arguments of `sekoci init`.
#[derive(Args)]
pub struct Arguments {
    /// Folder to make; must not exist or be empty
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A site, as NAME=IPv4 address; given twice, once for each site
    #[arg(long = "site", value_name = "NAME=ADDRESS", required = true)]
    sites: Vec<NamedAddress>,
    /// The witness, as NAME=IPv4 address
    #[arg(long, value_name = "NAME=ADDRESS")]
    witness: Option<NamedAddress>,
    /// What keeps the journal
    #[arg(long, value_enum, default_value_t = EngineKind::Postgres)]
    engine: EngineKind,
    /// Login name of the first operator
    #[arg(long, default_value = "operator")]
    operator: String,
    /// File with the first operator's password; made with a random one where it is missing
    #[arg(long, value_name = "FILE")]
    operator_password_file: Option<PathBuf>,
    /// Name of the first workspace
    #[arg(long, value_name = "NAME")]
    workspace: String,
}

/// `NAME=ADDRESS`.
#[derive(Clone, Debug)]
pub struct NamedAddress {
    name: kernel::SiteName,
    address: Ipv4Addr,
}

impl std::str::FromStr for NamedAddress {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, address) = text.split_once('=').ok_or("expected NAME=ADDRESS")?;
        Ok(Self {
            name: name
                .parse()
                .map_err(|e: kernel::SiteNameError| e.to_string())?,
            address: address.parse().map_err(|e| format!("{address}: {e}"))?,
        })
    }
}

/// Runs the subcommand.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    let mut nodes: Vec<NodePlan> = arguments
        .sites
        .iter()
        .map(|site| NodePlan::site(site.name.clone(), site.address, NodePorts::default()))
        .collect();
    if let Some(witness) = &arguments.witness {
        nodes.push(NodePlan::witness(
            witness.name.clone(),
            witness.address,
            NodePorts::default(),
        ));
    }
    let password = match &arguments.operator_password_file {
        Some(file) => Some(
            std::fs::read_to_string(file)
                .map(|text| text.trim_end_matches(['\n', '\r']).to_owned())
                .map_err(|e| Failure::argument("--operator-password-file", e))?,
        ),
        None => None,
    };
    let plan = Plan {
        out: arguments.out,
        nodes,
        engine: arguments.engine,
        operator: arguments.operator,
        operator_password: password,
        workspace: arguments.workspace,
        sqlite_journal: None,
        vault: None,
        drills: false,
    };
    let made = plan.carry_out(&OsRandom)?;
    println!("made {}", plan.out.display());
    for node in &plan.nodes {
        println!(
            "  {}: carry {} there, then start `sekoci agent --config {}/agent.toml`",
            node.name,
            plan.folder(&node.name).display(),
            node.name,
        );
    }
    println!(
        "operator {}, password in {}",
        plan.operator,
        made.password_file.display()
    );
    Ok(())
}
