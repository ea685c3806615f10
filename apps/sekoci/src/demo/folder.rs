//! Where the demo keeps its data.

use super::vault;
use crate::cli::failure::Failure;
use crate::init::{EngineKind, Plan};
use kernel::Random;
use nix::unistd::geteuid;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The demo's folder.
pub struct Folder(PathBuf);

/// Makes the folder and sees to it that PostgreSQL, which never runs as root, can reach it.
pub fn prepare(wished: Option<&Path>, engine: EngineKind) -> Result<Folder, Failure> {
    let path = match wished {
        Some(path) => path.to_owned(),
        None if geteuid().is_root() => PathBuf::from("/var/lib/sekoci-demo"),
        None => home()?.join(".local/share/sekoci-demo"),
    };
    std::fs::create_dir_all(&path).map_err(|e| bad(&path, e))?;
    let path = path.canonicalize().map_err(|e| bad(&path, e))?;
    if engine == EngineKind::Postgres && geteuid().is_root() {
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&path, open).map_err(|e| bad(&path, e))?;
        for parent in path.ancestors().skip(1) {
            let mode = std::fs::metadata(parent)
                .map_err(|e| bad(parent, e))?
                .permissions()
                .mode();
            if mode & 0o001 == 0 {
                let cause = format!(
                    "{} lets only its owner in, and PostgreSQL does not run as root; choose a \
                     folder elsewhere",
                    parent.display()
                );
                return Err(Failure::argument("--data", cause));
            }
        }
    }
    Ok(Folder(path))
}

fn home() -> Result<PathBuf, Failure> {
    std::env::var_os("HOME")
        .map(PathBuf::from)
        .ok_or_else(|| Failure::argument("--data", "HOME is not set; name a folder"))
}

fn bad(path: &Path, cause: impl std::fmt::Display) -> Failure {
    Failure::argument("--data", format!("{}: {cause}", path.display()))
}

impl Folder {
    /// Where the installation is.
    pub fn installation(&self) -> PathBuf {
        self.0.join("installation")
    }

    /// Makes the installation, unless one made with the same settings is there already.
    pub fn make_once(
        &self,
        plan: &Plan,
        base_port: u16,
        random: &dyn Random,
    ) -> Result<(), Failure> {
        let settings = format!(
            "{:?} {base_port} with a vault beside the witness\n",
            plan.engine
        );
        let marker = self.0.join("settings");
        match std::fs::read_to_string(&marker) {
            Ok(found) if found == settings => Ok(()),
            Ok(found) => Err(Failure::argument(
                "--data",
                format!(
                    "{} holds a demo with other settings ({}); choose another folder or remove it",
                    self.0.display(),
                    found.trim()
                ),
            )),
            Err(_) => {
                // Half an installation from an interrupted start is of no use.
                let _ = std::fs::remove_dir_all(&plan.out);
                plan.carry_out(random)?;
                vault::prepare(plan, base_port, random)?;
                std::fs::write(&marker, settings).map_err(|e| bad(&marker, e))
            }
        }
    }
}
