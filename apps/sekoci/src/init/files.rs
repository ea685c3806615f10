//! Writing the folders of an installation.

use super::certificates::{Authority, NodeCertificate};
use super::founding::{FirstAccount, FirstWorkspace, Founding};
use super::plan::{EngineKind, Made, NodePlan, Plan};
use crate::agent;
use crate::cli::failure::Failure;
use crate::cli::write_private;
use installation::password::{Cost, Passwords};
use kernel::clock::SystemClock;
use kernel::{AccountId, PersonId, Random, WorkspaceId};
use server::config::{
    Config, EngineConfig, Identity, Limits, NodeConfig, ProberConfig, REHEARSAL_MAX_HOURS, Role,
    VaultConfig,
};
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Name of the probers' account and workspace.
const PROBER: &str = "prober";
const PROBE_WORKSPACE: &str = "continuity probe";

/// Files in a site's folder that belong to the vault.
pub const VAULT_TOKEN: &str = "vault.token";
pub const TRUST: &str = "trust.json";
pub const SEALING_KEY: &str = "sealing.key";

/// Writes everything a plan asks for.
pub fn write(plan: &Plan, random: &dyn Random) -> Result<Made, Failure> {
    make_dir(&plan.out)?;
    let authority = Authority::make().map_err(|e| Failure::failed(e.to_string()))?;
    let certificates = plan
        .nodes
        .iter()
        .map(|node| authority.certify(node.name.as_str(), node.address))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| Failure::failed(e.to_string()))?;
    let secrets = Secrets::make(plan, random)?;
    write_private(&plan.out.join("authority.key"), &authority.key_pem())?;
    let password_file = plan.out.join("operator.password");
    write_private(&password_file, &secrets.operator_password)?;
    for (node, certificate) in plan.nodes.iter().zip(&certificates) {
        write_node(plan, node, certificate, &certificates, &authority, &secrets)?;
    }
    Ok(Made { password_file })
}

/// What the nodes share.
struct Secrets {
    installation_key: String,
    database: cluster::Secrets,
    operator_password: String,
    prober_password: String,
    founding: Founding,
}

impl Secrets {
    fn make(plan: &Plan, random: &dyn Random) -> Result<Self, Failure> {
        let operator_password = plan
            .operator_password
            .clone()
            .unwrap_or_else(|| hexadecimal::<12>(random));
        let prober_password = hexadecimal::<24>(random);
        let passwords = Passwords::new(Cost::RECOMMENDED, random)
            .map_err(|e| Failure::failed(e.to_string()))?;
        let account = |user: &str, password: &str| {
            passwords
                .hash(password, random)
                .map(|password_hash| FirstAccount {
                    account: AccountId::new(&SystemClock, random),
                    user: user.into(),
                    password_hash,
                })
                .map_err(|e| Failure::failed(e.to_string()))
        };
        let workspace = |name: &str| FirstWorkspace {
            workspace: WorkspaceId::new(&SystemClock, random),
            name: name.into(),
            data_key: hexadecimal::<32>(random),
            person: PersonId::new(&SystemClock, random),
        };
        let founding = Founding {
            signing_key: hexadecimal::<32>(random),
            operator: account(&plan.operator, &operator_password)?,
            prober: account(PROBER, &prober_password)?,
            workspace: workspace(&plan.workspace),
            probe_workspace: workspace(PROBE_WORKSPACE),
        };
        Ok(Self {
            installation_key: hexadecimal::<32>(random),
            database: cluster::Secrets::make(random),
            operator_password,
            prober_password,
            founding,
        })
    }
}

fn write_node(
    plan: &Plan,
    node: &NodePlan,
    certificate: &NodeCertificate,
    certificates: &[NodeCertificate],
    authority: &Authority,
    secrets: &Secrets,
) -> Result<(), Failure> {
    let folder = plan.folder(&node.name);
    make_dir(&folder)?;
    write_private(&folder.join("authority.pem"), &authority.pem())?;
    write_private(&folder.join("node.pem"), &certificate.certificate)?;
    write_private(&folder.join("node.key"), &certificate.key)?;
    write_private(&folder.join("prober.password"), &secrets.prober_password)?;
    if node.role == Role::Site {
        write_private(&folder.join("installation.key"), &secrets.installation_key)?;
        write_private(&folder.join("founding.json"), &json(&secrets.founding)?)?;
        write_private(&folder.join("database.password"), &secrets.database.sekoci)?;
    }
    let config = config(plan, node, certificates);
    write_private(&folder.join("site.toml"), &toml_text(&config)?)?;
    let database = (plan.engine == EngineKind::Postgres).then(|| agent::DatabaseConfig {
        members: plan
            .nodes
            .iter()
            .map(|n| agent::MemberConfig::from(&n.member()))
            .collect(),
        secrets: folder.join("database.secrets.json"),
    });
    if database.is_some() {
        write_private(
            &folder.join("database.secrets.json"),
            &json(&secrets.database)?,
        )?;
    }
    let agent = agent::Config {
        listen: SocketAddr::from((node.address, node.ports.agent)),
        site: folder.join("site.toml"),
        data: folder.join("cluster"),
        user: "postgres".into(),
        database,
        vault: None,
    };
    write_private(&folder.join("agent.toml"), &toml_text(&agent)?)
}

fn config(plan: &Plan, node: &NodePlan, certificates: &[NodeCertificate]) -> Config {
    let folder = plan.folder(&node.name);
    let nodes = plan
        .nodes
        .iter()
        .zip(certificates)
        .map(|(node, certificate)| NodeConfig {
            name: node.name.clone(),
            role: node.role,
            url: node.url(),
            peer: format!("{}:{}", node.address, node.ports.peer),
            agent: Some(format!("{}:{}", node.address, node.ports.agent)),
            database: (plan.engine == EngineKind::Postgres)
                .then(|| format!("{}:{}", node.address, node.ports.cluster.postgres)),
            patroni: (plan.engine == EngineKind::Postgres).then(|| node.member().patroni_url()),
            fingerprint: certificate.fingerprint.clone(),
        });
    let is_site = node.role == Role::Site;
    Config {
        role: node.role,
        name: node.name.clone(),
        data: folder.join("data"),
        listen: SocketAddr::from((node.address, node.ports.http)),
        peer_listen: SocketAddr::from((node.address, node.ports.peer)),
        tls: None,
        identity: Identity {
            authority: folder.join("authority.pem"),
            certificate: folder.join("node.pem"),
            key: folder.join("node.key"),
        },
        installation_key: is_site.then(|| folder.join("installation.key")),
        evidence_key: None,
        nodes: nodes.collect(),
        engine: is_site.then(|| engine(plan, node)),
        prober: Some(ProberConfig {
            user: PROBER.into(),
            password_file: folder.join("prober.password"),
            workspace: PROBE_WORKSPACE.into(),
        }),
        hasten: (node.role == Role::Witness && plan.engine == EngineKind::Postgres)
            .then(|| folder.join("agent.toml")),
        vault: plan
            .vault
            .clone()
            .filter(|_| is_site)
            .map(|place| VaultConfig {
                place,
                token: Some(folder.join(VAULT_TOKEN)),
                authorities: None,
                trust: folder.join(TRUST),
                sealing_key: folder.join(SEALING_KEY),
                rehearsal_max_hours: REHEARSAL_MAX_HOURS,
            }),
        production: false,
        drills: plan.drills && node.role == Role::Site,
        delivery: Default::default(),
        limits: Limits::default(),
    }
}

fn engine(plan: &Plan, node: &NodePlan) -> EngineConfig {
    if plan.engine == EngineKind::Sqlite {
        let path = plan
            .sqlite_journal
            .clone()
            .unwrap_or_else(|| plan.out.join("journal.sqlite"));
        return EngineConfig::Sqlite { path };
    }
    // The site's own node comes first: it is asked first.
    let mut sites: Vec<&NodePlan> = plan.nodes.iter().filter(|n| n.role == Role::Site).collect();
    sites.sort_by_key(|site| site.name != node.name);
    let list = |one: fn(&NodePlan) -> String| {
        sites
            .iter()
            .map(|site| one(site))
            .collect::<Vec<_>>()
            .join(",")
    };
    let login = "dbname=sekoci user=sekoci connect_timeout=2";
    EngineConfig::Postgres {
        dsn: format!(
            "host={} port={} {login} target_session_attrs=read-write",
            list(|site| site.address.to_string()),
            list(|site| site.ports.cluster.postgres.to_string()),
        ),
        password_file: Some(plan.folder(&node.name).join("database.password")),
        patroni: sites
            .iter()
            .map(|site| site.member().patroni_url())
            .collect(),
        local: Some(format!(
            "host={} port={} {login}",
            node.address, node.ports.cluster.postgres
        )),
    }
}

fn hexadecimal<const BYTES: usize>(random: &dyn Random) -> String {
    use std::fmt::Write;
    let mut bytes = [0; BYTES];
    random.fill(&mut bytes);
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
        text
    })
}

fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(value).map_err(|e| Failure::failed(e.to_string()))
}

fn toml_text(value: &impl serde::Serialize) -> Result<String, Failure> {
    toml::to_string(value).map_err(|e| Failure::failed(e.to_string()))
}

fn make_dir(path: &Path) -> Result<(), Failure> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(path)
        .map_err(|e| Failure::failed(format!("{}: {e}", path.display())))
}
