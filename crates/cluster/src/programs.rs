//! Which of the programs a database site needs are missing on this machine.

use std::path::{Path, PathBuf};

/// Programs that are not installed, and how to get them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not installed: {}; on Debian: apt-get install --no-install-recommends postgresql-15 patroni \
     etcd-server", .0.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ")
)]
pub struct MissingPrograms(pub Vec<PathBuf>);

/// Ok when etcd, Patroni and PostgreSQL (in `bin_dir`) can be started here.
pub fn missing_programs(bin_dir: &Path) -> Result<(), MissingPrograms> {
    let postgres = [
        "postgres",
        "initdb",
        "pg_ctl",
        "pg_basebackup",
        "pg_rewind",
        "pg_controldata",
    ];
    let needed = postgres.iter().map(|program| bin_dir.join(program)).chain([
        PathBuf::from("/usr/bin/etcd"),
        PathBuf::from("/usr/bin/patroni"),
        PathBuf::from("/usr/bin/psql"),
        PathBuf::from("/usr/bin/python3"),
    ]);
    let missing: Vec<_> = needed.filter(|program| !program.exists()).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(MissingPrograms(missing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let nowhere = Path::new("/nonexistent/postgresql");
        let missing = missing_programs(nowhere).expect_err("nothing is there");
        assert!(
            missing
                .to_string()
                .contains("/nonexistent/postgresql/pg_rewind"),
            "{missing}"
        );
    }
}
