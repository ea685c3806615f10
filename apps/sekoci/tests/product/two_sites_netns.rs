//! Two sites and a witness in network namespaces of their own, with the database that belongs to
//! them: losses, partitions, freezes, one after the other on one installation.
//!
//! After each: nothing acknowledged is lost or doubled, writing went on within 30 s, and both sites
//! end with the same rows.

use crate::demo::folder;
use crate::door::Door;
use crate::{SEKOCI, drill_postgres, processes, wait};
use client::load::{self, LoadPlan, Record};
use client::{Client, Timeouts};
use drill::{Doors, Fault};
use kernel::WorkspaceId;
use kernel::id::Uuid;
use netlab::Lab;
use nix::sys::signal::Signal;
use serde_json::json;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

const SITES: [&str; 2] = ["a", "b"];
const READY_MAX: Duration = Duration::from_secs(120);
/// The promise: people can write again within this time.
const WRITE_AGAIN_MAX: Duration = Duration::from_secs(30);
const WHOLE_MAX: Duration = Duration::from_secs(120);
/// How long each fault lasts after writing has gone on.
const FAULT_LASTS: Duration = Duration::from_secs(3);
const RATE: f64 = 20.0;

struct Installation {
    lab: Lab,
    agents: Vec<Child>,
    folder: TempDir,
    client: Client,
    doors: Doors,
    workspace: WorkspaceId,
    person: Uuid,
}

impl Installation {
    async fn start() -> Self {
        let lab = Lab::new(&["a", "b", "w"]).expect("a lab");
        let folder = folder();
        let out = folder.path().join("installation");
        let at = |node: &str| format!("{node}={}", lab.address(node).expect("in the lab"));
        let made = Command::new(SEKOCI)
            .args([
                "init",
                "--workspace",
                "Harbour",
                "--operator",
                "captain",
                "--out",
            ])
            .arg(&out)
            .args([
                "--site",
                &at("a"),
                "--site",
                &at("b"),
                "--witness",
                &at("w"),
            ])
            .output()
            .expect("init runs");
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let agents = ["a", "b", "w"].map(|node| {
            let log = File::create(out.join(node).join("agent.log")).expect("a log");
            lab.command(node, SEKOCI)
                .args(["agent", "--config"])
                .arg(out.join(node).join("agent.toml"))
                .stdin(Stdio::null())
                .stdout(log.try_clone().expect("the log twice"))
                .stderr(log)
                .spawn()
                .expect("an agent starts")
        });
        let password = std::fs::read_to_string(out.join("operator.password")).expect("a password");
        let url = |site: &str| format!("http://{}:8440", lab.address(site).expect("in the lab"));
        let client = Client::builder()
            .site(&url("a"))
            .and_then(|builder| builder.site(&url("b")))
            .expect("usable URLs")
            .credentials("captain", password)
            .timeouts(Timeouts {
                patience: WRITE_AGAIN_MAX,
                ..Timeouts::default()
            })
            .build()
            .expect("a client");
        let doors = Doors::new(client.clone());
        let mut installation = Self {
            lab,
            agents: agents.into(),
            folder,
            client,
            doors,
            workspace: WorkspaceId::INSTALLATION,
            person: Uuid::nil(),
        };
        installation.wait_whole(READY_MAX).await;
        let session = installation.client.session().await.expect("a session");
        let place = session
            .workspaces
            .iter()
            .find(|w| w.name == "Harbour")
            .expect("the workspace");
        installation.workspace = place.id;
        installation.person = place.person.id.0;
        installation
    }

    /// Both sites have read everything and keep what they are given on every copy promised, and the
    /// database's manager has written down which copies those are, without which none could take
    /// over.
    async fn wait_whole(&self, patience: Duration) -> Duration {
        let members = ["a", "b", "w"].map(|name| cluster::Member {
            name: name.into(),
            host: self.lab.address(name).expect("in the lab"),
            ports: cluster::Ports::default(),
        });
        let manager = cluster::PatroniClient::new(members.into());
        let began = Instant::now();
        let (_, took) = wait::until("both sites are whole", patience, async || {
            for site in 0..SITES.len() {
                if !self
                    .doors
                    .health(site)
                    .await
                    .is_ok_and(|health| health.is_whole())
                {
                    return None;
                }
            }
            Some(())
        })
        .await;
        manager
            .wait_ready(patience)
            .await
            .expect("all copies in step");
        took.max(began.elapsed())
    }

    async fn conversation(&self) -> Uuid {
        let id = self.client.new_uuid();
        let body = json!({
            "conversation_id": id, "kind": "group", "name": format!("Load {id}"),
            "members": [self.person],
        });
        let command = self
            .client
            .new_command("messaging", "create-conversation", body);
        self.client
            .command(&command.in_workspace(self.workspace))
            .await
            .expect("a conversation");
        id
    }

    fn load(
        &self,
        conversation: Uuid,
        tag: &str,
    ) -> (watch::Sender<bool>, JoinHandle<Vec<Record>>) {
        let (stop, stopped) = watch::channel(false);
        let plan = LoadPlan {
            workspace: self.workspace,
            conversation,
            senders: 8,
            rate: Some(RATE),
            lasts: Duration::from_secs(300),
            patience: Duration::from_secs(60),
            tag: tag.into(),
        };
        let client = self.client.clone();
        (
            stop,
            tokio::spawn(async move { load::run(&[client], &plan, stopped).await }),
        )
    }

    /// A message begun now is acknowledged and can be read; gives the time it took.
    async fn write(&self, conversation: Uuid, first: usize) -> Duration {
        let began = Instant::now();
        let client = self.client.preferring(first);
        let body = json!({
            "message_id": client.new_uuid(), "conversation_id": conversation, "text": "Still here?",
        });
        let command = client.new_command("messaging", "post-message", body);
        let written = client.command(&command.in_workspace(self.workspace)).await;
        let took = began.elapsed();
        assert!(written.is_ok(), "after {took:?}: {written:?}");
        took
    }

    /// Every partition that nobody writes to any more is the same at both sites.
    async fn wait_equal(&self) {
        wait::until("the rows are equal at both sites", WHOLE_MAX, async || {
            let a = self.doors.fingerprints(0).await.ok()?;
            let b = self.doors.fingerprints(1).await.ok()?;
            (a.len() >= 6 && a == b).then_some(())
        })
        .await;
        for site in 0..SITES.len() {
            let broken = self.doors.broken_chains(site).await.expect("walked");
            assert!(broken.is_empty(), "{broken:?}");
        }
    }

    /// The site whose database takes the writes.
    async fn primary(&self) -> usize {
        let (found, _) = wait::until("a primary", WHOLE_MAX, async || {
            for (index, site) in SITES.iter().enumerate() {
                let url = format!(
                    "http://{}:8008",
                    self.lab.address(site).expect("in the lab")
                );
                if Door::at(&url).get("/primary").await.status == 200 {
                    return Some(index);
                }
            }
            None
        })
        .await;
        found
    }

    /// A site without the others says that it does not know how safe writes are, or takes none,
    /// and goes on showing what it has.
    async fn is_cut_off(&self, site: usize, conversation: Uuid) {
        let name = SITES[site];
        let (said, took) = wait::until("it says that it is cut off", WRITE_AGAIN_MAX, async || {
            let status = self.doors.health(site).await.ok()?.status;
            (status["durability"] == "unknown" || status["writable"] == false)
                .then(|| status["durability"].clone())
        })
        .await;
        println!("  site {name} says durability {said} after {took:?}");
        let url = self.client.sites()[site].to_string();
        let door = Door::at(url.trim_end_matches('/')).with(&self.token().await);
        let list = format!(
            "/api/messaging/message-list?workspace_id={}&conversation_id={conversation}",
            self.workspace
        );
        let read = door.get(&list).await.granted();
        assert!(
            read["items"]
                .as_array()
                .is_some_and(|items| !items.is_empty()),
            "{read}"
        );
        let body = json!({
            "message_id": self.client.new_uuid(), "conversation_id": conversation, "text": "?",
        });
        let workspace = self.workspace.to_string();
        let post = door
            .command("messaging/post-message", Some(&workspace), body)
            .await;
        assert_eq!(post.status, 503, "{post:?}");
    }

    async fn token(&self) -> String {
        self.client.session_token().await.expect("a session")
    }

    /// One scenario from whole to whole.
    async fn go_through(
        &self,
        name: &str,
        cut_off: Option<usize>,
        fault: impl AsyncFnOnce(&Self),
        heal: impl AsyncFnOnce(&Self),
    ) {
        let began = Instant::now();
        let conversation = self.conversation().await;
        for site in 0..SITES.len() {
            self.write(conversation, site).await;
        }
        let (stop, load) = self.load(conversation, name);
        tokio::time::sleep(Duration::from_secs(1)).await;
        let primary = SITES[self.primary().await];
        fault(self).await;
        let fault_at_us = self.client.clock().now().millis() * 1000;
        let took = {
            let (from_a, from_b) =
                tokio::join!(self.write(conversation, 0), self.write(conversation, 1));
            from_a.max(from_b)
        };
        assert!(took < WRITE_AGAIN_MAX, "{name}: {took:?}");
        if let Some(site) = cut_off {
            self.is_cut_off(site, conversation).await;
        }
        tokio::time::sleep(FAULT_LASTS).await;
        heal(self).await;
        let whole = self.wait_whole(WHOLE_MAX).await;
        stop.send_replace(true);
        let records = load.await.expect("the load ends");
        let last = records.last().map_or(fault_at_us, |record| record.ended_us);
        let (gap_ms, _) = load::longest_gap_ms(&records, records[0].sent_us, last);
        assert!(gap_ms < 30_000.0, "{name}: a gap of {gap_ms} ms");
        let verified = load::verify(
            &self.client,
            self.workspace,
            conversation,
            0,
            &records,
            &[0, 1],
            WHOLE_MAX,
        )
        .await
        .expect("both sites answer");
        assert_eq!(
            (verified.lost, verified.duplicated),
            (0, 0),
            "{name}: {verified:?}"
        );
        assert_eq!(verified.present, verified.acknowledged, "{name}");
        assert!(verified.acknowledged > 50, "{name}: {verified:?}");
        self.wait_equal().await;
        println!(
            "{name}: primary was {primary}; wrote again after {took:?}, longest gap {gap_ms:.0} ms, \
             whole {whole:?} after healing; {} of {} acknowledged, {} unknown of which are there; \
             {:?} in all",
            verified.acknowledged,
            verified.sent,
            verified.unknown_present,
            began.elapsed()
        );
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.print_logs();
        }
        for agent in &self.agents {
            processes::signal(i32::try_from(agent.id()).unwrap_or(0), Signal::SIGKILL);
        }
        processes::kill_all(self.folder.path());
        for agent in &mut self.agents {
            // It is dead; this only takes its status.
            let _ = agent.wait();
        }
    }
}

impl Installation {
    fn print_logs(&self) {
        for node in ["a", "b", "w"] {
            let folder = self.folder.path().join("installation").join(node);
            for log in ["agent.log", "cluster/sekoci.log", "cluster/patroni.log"] {
                let text = std::fs::read_to_string(folder.join(log)).unwrap_or_default();
                let tail: Vec<&str> = text.lines().rev().take(12).collect();
                eprintln!("{node}/{log}, newest first:\n{}\n", tail.join("\n"));
            }
        }
    }
}

fn is_skipped() -> bool {
    if let Some(reason) = netlab::unavailable() {
        eprintln!("skipped: {reason}");
        return true;
    }
    if !Path::new("/var/tmp").exists() {
        eprintln!("skipped: there is no /var/tmp");
        return true;
    }
    drill_postgres::is_skipped()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_lost_the_rest_goes_on_and_nothing_is_missing() {
    if is_skipped() {
        return;
    }
    let whole = Installation::start().await;
    let break_site = async |i: &Installation, site: usize, fault: &str| {
        i.doors
            .break_node(1 - site, SITES[site], &Fault::plain(fault))
            .await
            .expect("broken");
    };
    let restore = async |i: &Installation, site: usize| {
        i.doors
            .restore_anyhow(SITES[site], false)
            .await
            .expect("restored");
    };

    whole
        .go_through(
            "site a is killed",
            None,
            async |i| break_site(i, 0, "kill").await,
            async |i| {
                restore(i, 0).await;
            },
        )
        .await;
    whole
        .go_through(
            "a is cut off from b and w",
            Some(0),
            async |i| i.lab.isolate("a").expect("cut"),
            async |i| i.lab.heal(),
        )
        .await;
    whole
        .go_through(
            "b is cut off from a and w",
            Some(1),
            async |i| i.lab.isolate("b").expect("cut"),
            async |i| i.lab.heal(),
        )
        .await;
    whole
        .go_through(
            "the witness is lost",
            None,
            async |i| i.lab.isolate("w").expect("cut"),
            async |i| i.lab.heal(),
        )
        .await;
    let primary = whole.primary().await;
    whole
        .go_through(
            "the site with the primary freezes",
            None,
            async |i| break_site(i, primary, "pause").await,
            async |i| restore(i, primary).await,
        )
        .await;
    let primary = whole.primary().await;
    whole
        .go_through(
            "the site with the primary is killed",
            None,
            async |i| break_site(i, primary, "kill").await,
            async |i| restore(i, primary).await,
        )
        .await;
}
