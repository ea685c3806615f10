//! `sekoci vault grant`, `revoke` and `holders`: who may do what at a vault, on its own machine.

use super::serve;
use crate::cli::{Failure, Reporting, write_private};
use clap::{Args, ValueEnum};
use kernel::Clock;
use kernel::clock::SystemClock;
use kernel::random::OsRandom;
use serde_json::json;
use std::path::{Path, PathBuf};
use vault_server::{Role, TokenError, Tokens, What};

/// Who changes the vault's tokens: whoever administers its machine.
const BY: &str = "command line";

/// Arguments of `sekoci vault grant`.
#[derive(Args)]
pub struct Grant {
    /// The vault's folder
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Who is to hold the token: a site's name or a person's
    #[arg(long, value_name = "NAME")]
    name: String,
    /// What they may do; may be given more than once
    #[arg(long = "role", value_name = "ROLE", required = true)]
    roles: Vec<RoleArgument>,
    /// Write the token to this new file, readable by its owner alone, instead of printing it
    #[arg(long, value_name = "FILE")]
    token_out: Option<PathBuf>,
}

/// Arguments of `sekoci vault revoke`.
#[derive(Args)]
pub struct Revoke {
    /// The vault's folder
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Whose token
    #[arg(long, value_name = "NAME")]
    name: String,
}

/// Arguments of `sekoci vault holders`.
#[derive(Args)]
pub struct Show {
    /// The vault's folder
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    #[command(flatten)]
    reporting: Reporting,
}

/// A role as it is typed.
#[derive(Clone, Copy, ValueEnum)]
enum RoleArgument {
    /// Adds objects and reads manifests
    Site,
    /// Reads everything, to recover and to verify
    Reader,
    /// A named person: puts the trust, proposes and approves early deletion
    Person,
}

impl From<RoleArgument> for Role {
    fn from(role: RoleArgument) -> Self {
        match role {
            RoleArgument::Site => Self::Site,
            RoleArgument::Reader => Self::Reader,
            RoleArgument::Person => Self::Person,
        }
    }
}

/// Grants a token.
pub fn grant(arguments: &Grant) -> Result<(), Failure> {
    let tokens = open(&arguments.data)?;
    if let Some(path) = arguments.token_out.as_deref().filter(|path| path.exists()) {
        let cause = format!("{} exists", path.display());
        return Err(Failure::argument("--token-out", cause));
    }
    let roles: Vec<Role> = arguments.roles.iter().map(|role| (*role).into()).collect();
    let token = tokens
        .grant(&arguments.name, &roles, SystemClock.now(), &OsRandom)
        .map_err(failure)?;
    let noted = What::TokenGranted {
        holder: arguments.name.clone(),
        roles,
    };
    note(&arguments.data, noted)?;
    match &arguments.token_out {
        Some(path) => write_private(path, &token),
        None => {
            println!("{token}");
            Ok(())
        }
    }
}

/// Revokes a token.
pub fn revoke(arguments: &Revoke) -> Result<(), Failure> {
    let tokens = open(&arguments.data)?;
    if !tokens.revoke(&arguments.name).map_err(failure)? {
        let cause = format!("{:?} holds no token", arguments.name);
        return Err(Failure::argument("--name", cause));
    }
    let holder = arguments.name.clone();
    note(&arguments.data, What::TokenRevoked { holder })
}

/// Shows who holds a token.
pub fn show(arguments: &Show) -> Result<(), Failure> {
    arguments.reporting.check()?;
    let holders = open(&arguments.data)?.holders().map_err(failure)?;
    arguments.reporting.write(&json!({ "holders": holders }))?;
    if !arguments.reporting.is_stdout() {
        for holder in &holders {
            let roles: Vec<&str> = holder.roles.iter().map(|role| role.as_str()).collect();
            println!(
                "{}  {}  since {}",
                holder.name,
                roles.join(" "),
                holder.granted_at
            );
        }
        if holders.is_empty() {
            println!("Nobody holds a token.");
        }
    }
    Ok(())
}

fn open(data: &Path) -> Result<Tokens, Failure> {
    std::fs::create_dir_all(data)
        .map_err(|e| Failure::argument("--data", format!("{}: {e}", data.display())))?;
    Ok(Tokens::open(data))
}

fn failure(error: TokenError) -> Failure {
    match error {
        TokenError::Name(cause) => Failure::argument("--name", cause),
        TokenError::File { .. } => Failure::failed(error.to_string()),
    }
}

fn note(data: &Path, what: What) -> Result<(), Failure> {
    let log = serve::log(data)?;
    let added = crate::serve::runtime()?.block_on(log.add(BY, what));
    added
        .map(|_| ())
        .map_err(|e| Failure::failed(format!("the vault's log: {e}")))
}
