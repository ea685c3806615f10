//! Ends PostgreSQL when we die without having stopped it.
//!
//! Our children die with us (`PR_SET_PDEATHSIG`), but PostgreSQL is Patroni's child and would go on alone.
//! The keeper is a small shell that waits for the end of a pipe we hold; the pipe ends when we do.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// `$1` is PostgreSQL's data directory. Three looks, in case Patroni was just starting it.
const SCRIPT: &str = r#"
cat >/dev/null
for look in 1 2 3; do
    pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null)
    if [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$1" ]; then kill -QUIT "$pid"; fi
    sleep 0.3
done
"#;

/// Keeps PostgreSQL from outliving us; dropping it after a stop ends it without effect.
#[derive(Debug)]
pub struct Keeper(Child);

impl Keeper {
    /// Watches over PostgreSQL in `postgres_dir`.
    pub fn start(postgres_dir: &Path) -> io::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", SCRIPT, "keeper"])
            .arg(postgres_dir)
            .process_group(0);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        Ok(Self(command.current_dir("/").spawn()?))
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // Whoever drops us has ended PostgreSQL already, so there is nothing left to do for it.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
