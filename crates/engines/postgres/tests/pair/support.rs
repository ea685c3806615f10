//! A primary and a synchronous standby, started by the test in a directory of its own.

use engine_postgres::{PostgresConfig, PostgresEngine};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// How long tests wait for something that must happen.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How long engines under test wait for an answer.
pub const ANSWER_LIMIT: Duration = Duration::from_millis(1_500);

/// Where PostgreSQL's programs are; says so and gives nothing where there are none.
pub fn programs() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .filter(|bin| bin.join("pg_basebackup").exists() && bin.join("initdb").exists())
        .collect();
    found.sort();
    let newest = found.pop();
    if newest.is_none() {
        eprintln!("skipped: no PostgreSQL in /usr/lib/postgresql/*/bin");
    }
    newest
}

/// A command that runs as a user PostgreSQL accepts and ends with this thread.
fn as_database_user(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "QUIT"]);
    if nix::unistd::geteuid().is_root() {
        command.args([
            "--reuid",
            "postgres",
            "--regid",
            "postgres",
            "--init-groups",
        ]);
    }
    command.arg(program).current_dir("/");
    command
}

fn run(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// One server.
pub struct Node {
    bin: PathBuf,
    /// Data, socket and log of the server.
    dir: PathBuf,
    server: Option<Child>,
}

impl Node {
    fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    fn command(&self, program: &str) -> Command {
        as_database_user(&self.bin.join(program))
    }

    fn set(&self, lines: &str) {
        use std::io::Write;
        let path = self.data().join("postgresql.auto.conf");
        let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
        writeln!(file, "{lines}").unwrap();
    }

    /// Starts the server; connections may still be refused.
    pub fn start(&mut self) {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.dir.join("log"))
            .unwrap();
        let server = self
            .command("postgres")
            .arg("-D")
            .arg(self.data())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.server = Some(server);
    }

    /// Stops the server with `signal` and waits for its end.
    pub fn stop(&mut self, signal: Signal) {
        if let Some(mut server) = self.server.take() {
            let pid = Pid::from_raw(i32::try_from(server.id()).unwrap());
            let _ = kill(pid, signal);
            server.wait().unwrap();
        }
    }

    /// A connection string for `user`.
    pub fn dsn(&self, user: &str, database: &str) -> String {
        let dir = self.dir.display();
        format!("host={dir} user={user} dbname={database}")
    }

    /// What engines are given.
    pub fn journal_dsn(&self) -> String {
        self.dsn("sekoci", "sekoci")
    }

    /// A superuser's connection, as soon as the server takes one.
    pub async fn admin(&self, database: &str) -> Client {
        let dsn = self.dsn("postgres", database);
        let connected = eventually("the server takes connections", async || {
            tokio_postgres::connect(&dsn, NoTls).await.ok()
        });
        let (client, connection) = connected.await;
        tokio::spawn(connection);
        client
    }

    /// Runs SQL as a superuser in the journal's database.
    pub async fn sql(&self, sql: &str) {
        let client = self.admin("sekoci").await;
        for statement in sql.split(';').filter(|s| !s.trim().is_empty()) {
            client.batch_execute(statement).await.unwrap();
        }
    }

    /// The first column of the first row, as text, as a superuser in the journal's database.
    pub async fn value(&self, sql: &str) -> Option<String> {
        let client = self.admin("sekoci").await;
        let rows = client.query(sql, &[]).await.unwrap();
        rows.first().and_then(|row| row.get(0))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.stop(Signal::SIGQUIT);
    }
}

/// Primary and standby.
pub struct Pair {
    pub primary: Node,
    pub standby: Node,
    paused: Option<Pid>,
    _dir: TempDir,
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.resume();
    }
}

impl Pair {
    /// Starts both; the standby is synchronous.
    pub async fn start() -> Option<Self> {
        let bin = programs()?;
        let dir = TempDir::new().unwrap();
        own(dir.path());
        let primary = make_primary(&bin, dir.path()).await;
        let standby = make_standby(&bin, dir.path(), &primary);
        let pair = Self {
            primary,
            standby,
            paused: None,
            _dir: dir,
        };
        pair.set_synchronous("s").await;
        pair.until_synchronous().await;
        Some(pair)
    }

    /// A configuration without an own node.
    pub fn config(&self) -> PostgresConfig {
        let hosts = format!(
            "host={},{} user=sekoci dbname=sekoci",
            self.primary.dir.display(),
            self.standby.dir.display()
        );
        let mut config = PostgresConfig::new(&hosts);
        config.answer_limit = ANSWER_LIMIT;
        config
    }

    /// An engine without an own node: it reads at the primary.
    pub async fn engine(&self) -> PostgresEngine {
        PostgresEngine::connect(self.config()).await.unwrap()
    }

    /// An engine whose own node is `node`.
    pub async fn engine_at(&self, node: &Node) -> PostgresEngine {
        let mut config = self.config();
        config.local = Some(node.journal_dsn());
        PostgresEngine::connect(config).await.unwrap()
    }

    /// Sets who confirms commits; returns once the server knows.
    pub async fn set_synchronous(&self, names: &str) {
        self.primary
            .sql(&format!(
                "ALTER SYSTEM SET synchronous_standby_names = '{names}'; SELECT pg_reload_conf()"
            ))
            .await;
        eventually("the setting is in force", async || {
            let now = self
                .primary
                .value("SELECT current_setting('synchronous_standby_names')");
            (now.await.as_deref() == Some(names)).then_some(())
        })
        .await;
    }

    /// Waits until the standby confirms commits.
    pub async fn until_synchronous(&self) {
        eventually("the standby is synchronous", async || {
            let state = self
                .primary
                .value("SELECT sync_state FROM pg_stat_replication");
            (state.await.as_deref() == Some("sync")).then_some(())
        })
        .await;
    }

    /// Stops the standby from receiving; it can still be read.
    pub async fn pause(&mut self) {
        let pid = self
            .standby
            .value("SELECT pid::text FROM pg_stat_wal_receiver")
            .await
            .expect("the standby receives");
        let pid = Pid::from_raw(pid.parse().unwrap());
        kill(pid, Signal::SIGSTOP).unwrap();
        self.paused = Some(pid);
    }

    /// Lets the standby receive again.
    pub fn resume(&mut self) {
        if let Some(pid) = self.paused.take() {
            let _ = kill(pid, Signal::SIGCONT);
        }
    }

    /// Waits until a commit of the engine waits for the standby.
    pub async fn until_waiting(&self) -> String {
        eventually("an append waits for the standby", async || {
            self.primary
                .value(
                    "SELECT pid::text FROM pg_stat_activity
                     WHERE wait_event = 'SyncRep' AND usename = 'sekoci'",
                )
                .await
        })
        .await
    }

    /// Stops both and starts them again.
    pub async fn restart(&mut self) {
        self.resume();
        self.standby.stop(Signal::SIGINT);
        self.primary.stop(Signal::SIGINT);
        self.primary.start();
        self.standby.start();
        self.until_synchronous().await;
    }

    /// Kills the primary and makes the standby the primary.
    pub async fn fail_over(&mut self) {
        self.primary.stop(Signal::SIGKILL);
        // A receiver that was stopped would still find in its socket what it never confirmed.
        if let Some(receiver) = self.paused.take() {
            kill(receiver, Signal::SIGKILL).unwrap();
            eventually("the receiver is gone", async || {
                kill(receiver, None).is_err().then_some(())
            })
            .await;
        }
        self.standby.sql("SELECT pg_promote()").await;
        self.standby
            .sql("ALTER SYSTEM SET synchronous_standby_names = ''; SELECT pg_reload_conf()")
            .await;
    }

    /// Starts the former primary as a standby, without rewinding it.
    pub fn return_as_standby(&mut self) {
        let data = self.primary.data();
        std::fs::write(data.join("standby.signal"), "").unwrap();
        own(&data.join("standby.signal"));
        self.primary.set(&follows(&self.standby, "p"));
        self.primary.start();
    }
}

/// Gives a path to the user the servers run as.
pub fn own(path: &Path) {
    if nix::unistd::geteuid().is_root() {
        run(Command::new("chown")
            .arg("-R")
            .arg("postgres:postgres")
            .arg(path));
    }
}

fn follows(primary: &Node, name: &str) -> String {
    let host = primary.dir.display();
    format!("primary_conninfo = 'host={host} user=postgres application_name={name}'")
}

fn make_dir(root: &Path, name: &str) -> PathBuf {
    let dir = root.join(name);
    std::fs::create_dir(&dir).unwrap();
    own(&dir);
    dir
}

async fn make_primary(bin: &Path, root: &Path) -> Node {
    let mut node = Node {
        bin: bin.into(),
        dir: make_dir(root, "p"),
        server: None,
    };
    run(node
        .command("initdb")
        .args([
            "--no-sync",
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C",
            "-D",
        ])
        .arg(node.data()));
    let socket = node.dir.display();
    node.set(&format!(
        "listen_addresses = ''
         unix_socket_directories = '{socket}'
         wal_level = replica
         shared_buffers = 32MB
         wal_log_hints = on
         wal_receiver_status_interval = 1s
         wal_retrieve_retry_interval = 200ms"
    ));
    node.start();
    let admin = node.admin("postgres").await;
    for sql in [
        "CREATE ROLE sekoci LOGIN",
        "GRANT pg_read_all_stats TO sekoci",
        "CREATE DATABASE sekoci OWNER sekoci",
    ] {
        admin.batch_execute(sql).await.unwrap();
    }
    node
}

/// A server alone.
pub async fn single(bin: &Path, root: &Path) -> Node {
    own(root);
    make_primary(bin, root).await
}

fn make_standby(bin: &Path, root: &Path, primary: &Node) -> Node {
    let mut node = Node {
        bin: bin.into(),
        dir: make_dir(root, "s"),
        server: None,
    };
    run(node
        .command("pg_basebackup")
        .args([
            "--write-recovery-conf",
            "--checkpoint=fast",
            "--no-sync",
            "-D",
        ])
        .arg(node.data())
        .arg("-d")
        .arg(primary.dsn("postgres", "postgres")));
    let socket = node.dir.display();
    let follows = follows(primary, "s");
    node.set(&format!("unix_socket_directories = '{socket}'\n{follows}"));
    node.start();
    node
}

/// Asks until there is a value.
pub async fn eventually<T>(what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        loop {
            if let Some(value) = probe().await {
                return value;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asking)
        .await
        .unwrap_or_else(|_| panic!("waited in vain: {what}"))
}
