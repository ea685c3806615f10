//! The demo's vault: a process of its own that the witness's agent runs, with keys split among three
//! custodians.

use crate::agent::{Config, VaultConfig};
use crate::cli::{Failure, write_private};
use crate::init::{Plan, SEALING_KEY, TRUST, VAULT_TOKEN};
use crate::keys::ceremony;
use kernel::clock::SystemClock;
use kernel::{Clock, Random, SiteName};
use server::config::Role;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use vault::custody::in_vault::publish;
use vault::{DirectoryStore, Retention};
use vault_server::Tokens;

/// The vault's port, after those of the nodes.
const PORT: u16 = 27;
/// Whoever recovers, and proposes or approves early deletion.
const PEOPLE: [(&str, vault_server::Role, &str); 3] = [
    ("recovery", vault_server::Role::Reader, "recovery.token"),
    (
        "first person",
        vault_server::Role::Person,
        "first-person.token",
    ),
    (
        "second person",
        vault_server::Role::Person,
        "second-person.token",
    ),
];

/// The vault's address.
pub fn url(base_port: u16) -> String {
    format!("http://127.0.0.1:{}", base_port + PORT)
}

fn data(plan: &Plan) -> PathBuf {
    plan.out.join("vault")
}

/// Makes keys, shares and tokens, as operators do with `sekoci keys init` and `sekoci vault grant`, and has
/// the witness's agent run the vault.
pub fn prepare(plan: &Plan, base_port: u16, random: &dyn Random) -> Result<(), Failure> {
    let sites = plan.nodes.iter().filter(|node| node.role == Role::Site);
    let sites: Vec<SiteName> = sites.map(|node| node.name.clone()).collect();
    let keys = ceremony::Plan {
        custodians: 3,
        threshold: 2,
        names: Vec::new(),
        sites: sites.clone(),
        out: plan.out.join("keys"),
    };
    let made = keys.make(Vec::new(), SystemClock.now(), random)?;
    keys.write(&made)?;
    let store = objects(&data(plan).join("store"))?;
    crate::cli::block_on(async {
        publish(&store, &made.trust, &[], None)
            .await
            .map_err(|e| Failure::failed(e.to_string()))
    })?;
    let tokens = Tokens::open(&data(plan));
    let grant = |name: &str, role| {
        tokens
            .grant(name, &[role], SystemClock.now(), random)
            .map_err(|e| Failure::failed(e.to_string()))
    };
    for site in &sites {
        let folder = plan.folder(site);
        let token = grant(site.as_str(), vault_server::Role::Site)?;
        write_private(&folder.join(VAULT_TOKEN), &token)?;
        copy(&keys.trust_file(), &folder.join(TRUST))?;
        copy(&keys.key_file(site), &folder.join(SEALING_KEY))?;
    }
    for (name, role, file) in PEOPLE {
        write_private(&plan.out.join(file), &grant(name, role)?)?;
    }
    run_beside_the_witness(plan, base_port)
}

fn run_beside_the_witness(plan: &Plan, base_port: u16) -> Result<(), Failure> {
    let witnesses = plan.nodes.iter().filter(|node| node.role == Role::Witness);
    for witness in witnesses {
        let file = plan.folder(&witness.name).join("agent.toml");
        let mut config = Config::load(&file)?;
        config.vault = Some(VaultConfig {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, base_port + PORT)),
            data: data(plan),
            tls_certificate: None,
            tls_key: None,
        });
        let text = toml::to_string(&config).map_err(|e| Failure::failed(e.to_string()))?;
        std::fs::remove_file(&file)
            .map_err(|e| Failure::failed(format!("{}: {e}", file.display())))?;
        write_private(&file, &text)?;
    }
    Ok(())
}

fn objects(folder: &Path) -> Result<DirectoryStore, Failure> {
    DirectoryStore::open(folder, Retention::days(30, 3_650), Arc::new(SystemClock))
        .map_err(|e| Failure::failed(e.to_string()))
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let text = std::fs::read_to_string(from)
        .map(zeroize::Zeroizing::new)
        .map_err(|e| Failure::failed(format!("{}: {e}", from.display())))?;
    write_private(to, &text)
}
