//! One module fails, and nobody who uses another one notices.

use crate::demo::Demo;
use crate::demo_sqlite::{SOON, conversation, message};
use crate::door::{Door, new_id};
use crate::{processes, wait};
use kernel::id::Uuid;
use nix::sys::signal::Signal;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// A module that stands still is ended after 15 seconds.
const REPLACED_MAX: Duration = Duration::from_secs(40);
/// Far less than the module that fails is away, far more than a message takes.
const NOTICED_MS: f64 = 3_000.0;
/// How long the others are watched while nothing is wrong.
const CALM: Duration = Duration::from_secs(3);

/// Messages posted and people looked up at a site, over and over.
#[derive(Default)]
struct Others {
    took: Vec<Duration>,
    failures: Vec<String>,
}

impl Others {
    /// The 99th percentile and the worst, in milliseconds.
    fn slowest(&mut self) -> (f64, f64) {
        self.took.sort_unstable();
        let at = |share: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "an index into a list of a few thousand"
            )]
            let index = (self.took.len().saturating_sub(1) as f64 * share) as usize;
            self.took
                .get(index)
                .map_or(0.0, |took| took.as_secs_f64() * 1e3)
        };
        (at(0.99), at(1.0))
    }
}

/// Uses the other modules at both sites for as long as `work` takes.
async fn meanwhile(
    demo: &Demo,
    operator: &Door,
    workspace: &str,
    talk: Uuid,
    work: impl Future<Output = ()>,
) -> Others {
    let is_over = Arc::new(AtomicBool::new(false));
    let users: Vec<_> = [0, 1]
        .iter()
        .map(|site| {
            let door = operator.moved_to(demo.url(*site));
            let (workspace, is_over) = (workspace.to_owned(), Arc::clone(&is_over));
            tokio::spawn(use_others(door, workspace, talk, is_over))
        })
        .collect();
    work.await;
    is_over.store(true, Ordering::Relaxed);
    let mut all = Others::default();
    for user in users {
        let others = user.await.expect("the others' task ends");
        all.took.extend(others.took);
        all.failures.extend(others.failures);
    }
    all
}

async fn use_others(door: Door, workspace: String, talk: Uuid, is_over: Arc<AtomicBool>) -> Others {
    let mut others = Others::default();
    let people = format!("/api/directory/person-list?workspace_id={workspace}");
    while !is_over.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let posted = message(talk, "still here");
        let post = door
            .command("messaging/post-message", Some(&workspace), posted)
            .await;
        let list = door.get(&people).await;
        others.took.push(begun.elapsed());
        let failed = [post, list].into_iter().filter(|a| a.status != 200);
        others.failures.extend(failed.map(|a| format!("{a:?}")));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    others
}

/// Makes a document, once, and says whether that was granted.
async fn makes_document(door: &Door, workspace: &str) -> bool {
    let body = json!({ "document_id": new_id(), "title": "Log" });
    let made = door
        .command("documents/create-document", Some(workspace), body)
        .await;
    made.status == 200
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_module_that_dies_or_stands_still_takes_nothing_with_it() {
    let demo = Demo::start("sqlite").await;
    let operator = demo.sign_in(0).await;
    let (workspace, person) = operator.place().await;
    let talk = conversation(&operator, &workspace, &person).await;
    assert!(makes_document(&operator, &workspace).await);
    let find = |node: &str| processes::of_module(&demo.installation(), node, "documents");

    let mut calm = meanwhile(&demo, &operator, &workspace, talk, async {
        tokio::time::sleep(CALM).await;
    })
    .await;
    let (p99, worst) = calm.slowest();
    println!(
        "before: {} rounds, p99 {p99:.1} ms, worst {worst:.1} ms",
        calm.took.len()
    );
    for signal in [Signal::SIGKILL, Signal::SIGSTOP] {
        let victims: Vec<i32> = ["a", "b"]
            .iter()
            .map(|node| find(node).expect("documents runs in a process of its own"))
            .collect();
        let mut others = meanwhile(&demo, &operator, &workspace, talk, async {
            for victim in &victims {
                processes::signal(*victim, signal);
            }
            let (_, took) = wait::until("documents is back", REPLACED_MAX, async || {
                makes_document(&operator, &workspace).await.then_some(())
            })
            .await;
            println!("{signal}: documents back after {took:?}");
        })
        .await;
        let (p99, worst) = others.slowest();
        println!(
            "{signal}: {} rounds, p99 {p99:.1} ms, worst {worst:.1} ms",
            others.took.len()
        );
        assert!(others.failures.is_empty(), "{:?}", others.failures);
        assert!(worst < NOTICED_MS);
        wait::until("other processes run the module", SOON, async || {
            let is_new = |node: &str| find(node).is_some_and(|pid| !victims.contains(&pid));
            (is_new("a") && is_new("b")).then_some(())
        })
        .await;
    }
}
