//! Moment views are the views as they were.

use super::*;
use crate::config::{Limits, MomentLimits};
use crate::http::tests::support::*;
use journal::chain;
use kernel::{CommandId, Entry, Fingerprint, Head, Header, WorkspaceId, fingerprint};
use rusqlite::Connection;
use serde_json::json;
use tokio::time::Instant;

/// A workspace with two groups of conversation in which somebody wrote, and who that is.
async fn workspace(installation: &Installation) -> (WorkspaceId, PartitionId) {
    let workspace = installation.workspace("Harbour").await;
    let (ann, _) = installation.member(workspace, "ann").await;
    let owner = installation.operator.as_str();
    let room = installation.group(workspace, owner, &[ann]).await;
    for n in 0..5 {
        let message = json!({ "message_id": new_id(), "conversation_id": room,
                              "text": format!("message {n}") });
        installation
            .post(workspace, "messaging/post-message", owner, message)
            .await
            .ok();
    }
    (workspace, PartitionId::new(workspace, "messaging"))
}

fn people(rows: &Connection) -> u64 {
    rows.query_row("SELECT count(*) FROM person", [], |row| row.get(0))
        .unwrap()
}

fn messages(rows: &Connection) -> u64 {
    rows.query_row("SELECT count(*) FROM message", [], |row| row.get(0))
        .unwrap()
}

async fn live(installation: &Installation, id: &PartitionId) -> Fingerprint {
    let query = installation
        .a
        .site
        .query(id, None, |rows| Ok(fingerprint(rows)?));
    query.await.unwrap()
}

#[tokio::test]
async fn a_moment_view_moves_on_entry_by_entry_until_it_is_what_the_live_view_is() {
    let installation = Installation::one_site().await;
    let (_, id) = workspace(&installation).await;
    let site = &installation.a.site;
    let head = site.engine.head(&id).await.unwrap();
    let mut scratch = site.scratch(&id, head.seq - 3).await.unwrap();
    let live = live(&installation, &id).await;
    let moved = tokio::task::spawn_blocking(move || {
        assert_eq!((scratch.seq(), messages(scratch.rows())), (head.seq - 3, 2));
        let next = scratch.next_entry().unwrap().unwrap();
        assert_eq!(next.header.seq, head.seq - 2);
        assert_eq!(next.payload.name, "post-message");
        assert_eq!(messages(scratch.rows()), 2, "it is not applied yet");
        let stepped = scratch.step().unwrap().unwrap();
        assert_eq!(stepped, next);
        assert_eq!(messages(scratch.rows()), 3);
        scratch.advance(head.seq).unwrap();
        assert_eq!(
            (scratch.next_entry().unwrap(), scratch.step().unwrap()),
            (None, None)
        );
        assert_eq!(scratch.head(), head);
        assert!(matches!(
            scratch.advance(1),
            Err(MomentError::Behind { .. })
        ));
        let beyond = scratch.advance(head.seq + 1);
        assert!(matches!(beyond, Err(MomentError::NotThere { .. })));
        fingerprint(scratch.rows()).unwrap()
    });
    assert_eq!(moved.await.unwrap(), live);
}

#[tokio::test]
async fn what_is_followed_is_as_old_as_the_entries() {
    let installation = Installation::one_site().await;
    let (workspace, id) = workspace(&installation).await;
    let site = &installation.a.site;
    let before = site.engine.head(&id).await.unwrap().seq;
    installation.clock.move_ms(60_000);
    installation.member(workspace, "ben").await;
    installation.clock.move_ms(60_000);
    let owner = installation.operator.as_str();
    installation.group(workspace, owner, &[]).await;
    let earlier = site.scratch(&id, before).await.unwrap();
    assert_eq!(people(earlier.rows()), 2);
    let later = site.scratch(&id, before + 1).await.unwrap();
    assert_eq!(people(later.rows()), 3);
    let none = site.scratch(&id, 0).await.unwrap();
    assert_eq!((people(none.rows()), none.seq()), (0, 0));
}

#[tokio::test]
async fn what_is_followed_ends_where_the_position_says() {
    let installation = Installation::one_site().await;
    let (workspace, id) = workspace(&installation).await;
    let site = Arc::clone(&installation.a.site);
    installation.clock.move_ms(60_000);
    installation.member(workspace, "ben").await;
    let origin = site.origin(&id).unwrap();
    let directory = PartitionId::new(workspace, "directory");
    let head = site.engine.head(&directory).await.unwrap().seq;
    let last = site.engine.read(&directory, head - 1, 1).await.unwrap();
    let time = last[0].header.time.plus_ms(10);
    let position = site.position(&origin, time).await.unwrap();
    // While the replay waits for its turn, somebody comes whose time is as early: sites' clocks differ.
    installation.member(workspace, "cleo").await;
    let later = site.position(&origin, time).await.unwrap();
    assert!(later.followed > position.followed, "{later:?}");
    let replayed = |position: Position| {
        let (site, origin) = (Arc::clone(&site), origin.clone());
        let replaying = move || {
            let (followed, progress) = (Some(&*position.followed), Progress::default());
            let made = site
                .moments
                .replay(&origin, position.seq, followed, None, &progress);
            people(made.unwrap().rows())
        };
        tokio::task::spawn_blocking(replaying)
    };
    assert_eq!(replayed(position).await.unwrap(), 3);
    assert_eq!(replayed(later).await.unwrap(), 4);
}

#[tokio::test]
async fn a_time_is_a_position() {
    let installation = Installation::one_site().await;
    let (_, id) = workspace(&installation).await;
    let engine = &*installation.a.site.engine;
    let entries = engine.read(&id, 0, 100).await.unwrap();
    let head = entries.len() as u64;
    for entry in &entries {
        let time = entry.header.time;
        let last = entries.iter().filter(|e| e.header.time <= time).count() as u64;
        assert_eq!(position_at(engine, &id, time).await.unwrap(), last);
    }
    let first = entries[0].header.time;
    assert_eq!(
        position_at(engine, &id, first.plus_ms(-1)).await.unwrap(),
        0
    );
    let ahead = first.plus_ms(1_000_000);
    assert_eq!(position_at(engine, &id, ahead).await.unwrap(), head);
}

#[tokio::test]
async fn a_position_is_remembered_only_when_nothing_can_come_before_it_ends() {
    let installation = Installation::one_site().await;
    let (workspace, _) = workspace(&installation).await;
    let site = &installation.a.site;
    let id = PartitionId::new(workspace, "directory");
    let head = site.engine.head(&id).await.unwrap().seq;
    let last = site.engine.read(&id, head - 1, 1).await.unwrap();
    let time = last[0].header.time.plus_ms(1_000);
    assert_eq!(site.position_at(&id, time).await.unwrap(), head);
    installation.member(workspace, "ben").await;
    assert_eq!(site.position_at(&id, time).await.unwrap(), head + 1);
    installation.clock.move_ms(60_000);
    installation.member(workspace, "cleo").await;
    for _ in 0..2 {
        assert_eq!(site.position_at(&id, time).await.unwrap(), head + 1);
    }
}

#[tokio::test]
async fn the_sites_own_replays_do_not_wait_for_those_of_queries() {
    let installation = Installation::one_site().await;
    let (_, id) = workspace(&installation).await;
    let site = &installation.a.site;
    let all = u32::try_from(REPLAYS_MAX).unwrap();
    let _busy = site.moments.replays.acquire_many(all).await.unwrap();
    let scratch = tokio::time::timeout(Duration::from_secs(20), site.scratch(&id, 3));
    assert_eq!(scratch.await.unwrap().unwrap().seq(), 3);
}

#[tokio::test]
async fn files_go_with_their_holder() {
    let installation = Installation::one_site().await;
    let (_, id) = workspace(&installation).await;
    let scratch = installation.a.site.scratch(&id, 3).await.unwrap();
    let file = scratch.file().clone();
    assert!(file.exists());
    drop(scratch);
    assert!(!file.exists());
}

#[tokio::test]
async fn replays_begin_at_checkpoints_and_pass_over_those_that_are_of_no_use() {
    let limits = Limits {
        moments: MomentLimits {
            checkpoint_every: 3,
            ..MomentLimits::default()
        },
        ..limits()
    };
    let installation = Installation::start(&["a"], limits).await;
    let (_, id) = workspace(&installation).await;
    let site = &installation.a.site;
    let head = site.engine.head(&id).await.unwrap();
    drop(site.scratch(&id, head.seq).await.unwrap());
    let live = live(&installation, &id).await;
    let checkpoint = || site.moments.checkpoints.nearest(&id, head.seq).unwrap();
    let last = checkpoint();
    assert_eq!(last.seq, 6);

    // One of another chain, one of another version: each is passed over and gone, and the replay ends
    // where it should.
    let spoils: [fn(&Connection); 2] = [
        |rows| drop(rows.execute("UPDATE kernel_head SET hash = zeroblob(32)", [])),
        |rows| rows.pragma_update(None, "user_version", 1).unwrap(),
    ];
    for spoil in spoils {
        let scratch = site.scratch(&id, 6).await.unwrap();
        let spoilt = scratch.file().with_extension("spoilt");
        std::fs::copy(scratch.file(), &spoilt).unwrap();
        spoil(&Connection::open(&spoilt).unwrap());
        checkpoints::discard(&checkpoint());
        site.moments.checkpoints.keep(&id, 6, &spoilt).unwrap();
        let bad = checkpoint();
        assert_eq!(bad.seq, last.seq);
        let scratch = site.scratch(&id, head.seq).await.unwrap();
        assert_eq!(fingerprint(scratch.rows()).unwrap(), live);
        let good = checkpoint();
        assert!(good.seq == last.seq && good != bad, "{good:?}");
    }
}

#[tokio::test]
async fn a_checkpoint_that_cannot_be_used_nor_removed_is_passed_over() {
    let limits = Limits {
        moments: MomentLimits {
            checkpoint_every: 3,
            ..MomentLimits::default()
        },
        ..limits()
    };
    let installation = Installation::start(&["a"], limits).await;
    let (_, id) = workspace(&installation).await;
    let site = &installation.a.site;
    drop(site.scratch(&id, 6).await.unwrap());
    let folder = installation.dir.path().join("a/moments/checkpoints");
    let folder = folder.join(format!("{}-messaging", id.workspace));
    let mut spoilt = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().path();
        std::fs::remove_file(&file).unwrap();
        // It is there, and nothing is behind it.
        std::os::unix::fs::symlink("nowhere", &file).unwrap();
        spoilt += 1;
    }
    assert_eq!(spoilt, 2);
    assert_eq!(site.scratch(&id, 6).await.unwrap().seq(), 6);
}

/// Appends `count` messages to a chain behind the site's back, each like the last one.
async fn grow(site: &Site, id: &PartitionId, count: u64) {
    let keys = site.partition(id).unwrap().keys();
    let mut head = site.engine.head(id).await.unwrap();
    let last = site.engine.read(id, head.seq - 1, 1).await.unwrap();
    let entry = last.first().unwrap();
    let (mut header, mut payload) = (
        entry.header.clone(),
        keys.open(&entry.header, &entry.sealed).unwrap(),
    );
    let mut left = count;
    while left > 0 {
        let after = head;
        let mut batch = Vec::new();
        for _ in 0..left.min(1_000) {
            let data = &mut payload.events[0].data;
            data["id"] = json!(new_id());
            data["position"] = json!(data["position"].as_u64().unwrap() + 1);
            header = Header {
                seq: head.seq + 1,
                prev: head.hash,
                command: CommandId(new_id()),
                time: header.time.plus_ms(1),
                ..header
            };
            let sealed = keys.seal(&header, &payload).unwrap();
            let hash = chain::hash(&header, &sealed);
            head = Head {
                seq: header.seq,
                hash,
            };
            batch.push(Entry {
                header: header.clone(),
                sealed,
                hash,
            });
        }
        left -= batch.len() as u64;
        site.engine.append(id, after, &batch).await.unwrap();
    }
}

/// `cargo test -p server --lib -- --ignored --nocapture how_long_a_replay_takes`
#[tokio::test(flavor = "multi_thread")]
#[ignore = "it measures"]
async fn how_long_a_replay_takes() {
    let installation = Installation::one_site().await;
    let (_, id) = workspace(&installation).await;
    let site = &installation.a.site;
    grow(site, &id, 100_000).await;
    let head = site.engine.head(&id).await.unwrap();
    let mut applied = site.partition(&id).unwrap().applied();
    applied.wait_for(|seq| *seq == head.seq).await.unwrap();
    for (what, seq) in [
        ("from the beginning", head.seq - 1_000),
        ("again, from a checkpoint", head.seq - 1_000),
        ("just before a checkpoint", 59_999),
        ("at a checkpoint", 60_000),
    ] {
        let begun = Instant::now();
        let scratch = site.scratch(&id, seq).await.unwrap();
        let bytes = std::fs::metadata(scratch.file()).unwrap().len();
        println!(
            "{what}: entry {seq} in {:?}, {bytes} bytes",
            begun.elapsed()
        );
    }
    let begun = Instant::now();
    let time = site.engine.read(&id, 49_999, 1).await.unwrap()[0]
        .header
        .time;
    assert_eq!(position_at(&*site.engine, &id, time).await.unwrap(), 50_000);
    println!("bisection: {:?}", begun.elapsed());
}
