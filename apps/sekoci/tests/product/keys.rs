//! `sekoci keys`, against a vault in a folder that is sealed as a site seals it.

mod world;

use journal::Engine;
use journal::engine::memory::MemoryEngine;
use kernel::id::Uuid;
use kernel::{PartitionId, WorkspaceId};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use vault::custody::identity_file::IdentityFile;
use vault::custody::open_all;
use world::*;

#[test]
fn init_keeps_the_identity_nowhere_and_everything_else_private() {
    let world = World::new();
    world.init("keys");
    let mut names: Vec<_> = files(&world.path("keys"))
        .iter()
        .map(|file| {
            file.file_name()
                .expect("named")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    let expected = [
        "share-1.html",
        "share-1.txt",
        "share-2.html",
        "share-2.txt",
        "share-3.html",
        "share-3.txt",
        "site-a.sealing-key",
        "site-b.sealing-key",
        "trust.json",
    ];
    assert_eq!(names, expected);
    for (file, content) in world.everything() {
        let text = String::from_utf8_lossy(&content).to_lowercase();
        assert!(!text.contains("age-secret-key"), "{}", file.display());
        if file.starts_with(world.path("keys")) {
            let mode = std::fs::metadata(&file)
                .expect("there")
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{}", file.display());
        }
    }
    let mode = std::fs::metadata(world.path("keys"))
        .expect("there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
    let report = world.json("made.json");
    world.holds_no_secret(&report.to_string());
    assert_eq!(report["trust"], json!(world.trust_of("keys")));
    assert_eq!(report["in_vault"], true);
    assert_eq!(report["custodians"][1]["name"], "Budi");
    assert!(world.path("vault/objects/trust").is_dir());
    let first = world.share("keys/share-1.txt");
    assert_eq!((first.index(), first.custodian()), (1, "Ana"));
}

#[test]
fn arguments_that_cannot_be_used_are_2_and_nothing_is_made() {
    let world = World::new();
    let with = |threshold: &'static str, custodians: &'static str, out: &'static str| {
        vec![
            "init",
            "--custodians",
            custodians,
            "--threshold",
            threshold,
            "--site",
            "a",
            "--out",
            out,
        ]
    };
    world.ends(&with("1", "3", "keys"), 2, "threshold 1");
    world.ends(&with("4", "3", "keys"), 2, "threshold 4");
    world.ends(&with("2", "33", "keys"), 2, "33 custodians");
    world.ends(&with("2", "300", "keys"), 2, "--custodians");
    let mut twice = with("2", "3", "keys");
    twice.extend(["--site", "a"]);
    world.ends(&twice, 2, "--site: a");
    let mut few = with("2", "3", "keys");
    few.extend(["--custodian", "Ana"]);
    world.ends(&few, 2, "--custodian: 1 names");
    let mut elsewhere = with("2", "3", "keys");
    elsewhere.extend(["--vault", "ftp://x"]);
    world.ends(&elsewhere, 2, "--vault: ftp://x");
    world.ends(&drill(&["-"]), 2, "--vault: vault: there is no vault");
    assert!(files(world.folder.path()).is_empty());
    world.init("keys");
    let before = world.everything();
    world.ends(&with("2", "3", "keys"), 2, "--out: keys");
    let none = ["--share", "none", "--identity-out", "identity"];
    world.ends(&[&["combine"], &none[..]].concat(), 2, "--share: none");
    let foreign = ["--share", "keys/trust.json", "--identity-out", "identity"];
    world.ends(
        &[&["combine"], &foreign[..]].concat(),
        2,
        "it is not a share",
    );
    assert_eq!(world.everything(), before);
}

#[tokio::test]
async fn combined_shares_give_the_file_that_opens_the_vault() {
    let world = World::new();
    world.init("keys");
    let combine = |shares: &[&'static str]| {
        let mut arguments = vec!["combine", "--identity-out", "identity", "--share"];
        arguments.extend(shares);
        arguments
    };
    world.ends(
        &combine(&["keys/share-1.txt"]),
        2,
        "1 shares were given and 2 are needed",
    );
    let twice = combine(&["keys/share-1.txt", "keys/share-1.html"]);
    world.ends(&twice, 2, "share 1 (Ana) was given twice");
    assert!(!world.path("identity").exists());
    world.ends(&combine(&["keys/share-3.html", "keys/share-1.txt"]), 0, "");
    let mode = std::fs::metadata(world.path("identity"))
        .expect("there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = std::fs::read_to_string(world.path("identity")).expect("an identity");
    let file = IdentityFile::from_text(&text).expect("an identity");
    assert_eq!(file.trust, world.trust_of("keys"));
    open_all(&*world.store(), &file.identity, file.trust)
        .await
        .expect("it opens");
    let again = combine(&["keys/share-1.txt", "keys/share-2.txt"]);
    world.ends(&again, 2, "--identity-out: identity");
    assert_eq!(
        std::fs::read_to_string(world.path("identity")).expect("there"),
        text
    );
}

#[test]
fn shares_can_be_typed_and_what_is_mistyped_is_named() {
    let world = World::new();
    world.init("keys");
    let arguments = |out| vec!["combine", "--identity-out", out, "--share", "-"];
    let [first, second] = [1, 2].map(|n| world.share(&format!("keys/share-{n}.txt")));
    let typed = format!(
        "{}\n{}\n",
        first.to_lines().to_uppercase(),
        second.to_line().as_str()
    );
    let ended = world.keys_with(&arguments("identity"), &typed);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let mut line: Vec<char> = first.to_line().chars().collect();
    line[42] = if line[42] == 'Q' { 'P' } else { 'Q' };
    let typed: String = line.into_iter().collect();
    let ended = world.keys_with(&arguments("other"), &typed);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    let place = "character 43 (on the printed page: line 2, group 3, character 3) is mistyped";
    assert!(ended.stderr.contains(place), "{}", ended.stderr);
    assert!(!world.path("other").exists());
}

#[tokio::test]
async fn a_drill_passes_with_enough_real_shares_and_writes_nothing_but_its_report() {
    let world = World::new();
    world.init("keys");
    let enough = drill(&["keys/share-1.html", "keys/share-3.txt"]);
    world.ends(&enough, 1, "the vault holds no segment");
    world.seal("keys").await;
    world.seal("keys").await;
    std::fs::remove_file(world.path("drill.json")).expect("the report of before");
    let before = world.everything();
    world.ends(&enough, 0, "");
    let report = world.json("drill.json");
    world.holds_no_secret(&report.to_string());
    assert_eq!(report["passed"], true, "{report}");
    assert_eq!(report["superseded_by"], Value::Null);
    let partitions = report["partitions"].as_array().expect("partitions");
    assert_eq!(partitions.len(), MODULES.len());
    for seen in partitions {
        assert_eq!(seen["newest"]["number"], 2, "{report}");
        assert_eq!(seen["newest"]["head"]["seq"], 6, "{report}");
        assert!(seen["newest"]["age_seconds"].as_i64().expect("an age") < 60);
    }
    std::fs::remove_file(world.path("drill.json")).expect("the report");
    assert_eq!(world.everything(), before);

    world.ends(
        &drill(&["keys/share-2.txt"]),
        2,
        "1 shares were given and 2 are needed",
    );
    assert!(!world.path("drill.json").exists());
}

#[tokio::test]
async fn a_drill_fails_with_shares_that_are_not_genuine_or_a_segment_that_is_lost() {
    let world = World::new();
    world.init("keys");
    world.seal("keys").await;
    // A share of a split that says the same of itself cannot be made without the secret; one that
    // is altered and given a new checksum can.
    let forged = world.forged("keys/share-2.txt");
    std::fs::write(world.path("forged.txt"), forged).expect("written");
    let few = drill(&["keys/share-1.txt", "forged.txt"]);
    world.ends(&few, 1, "at least one of them is not genuine");
    assert_eq!(world.json("drill.json")["passed"], false);
    let more = drill(&["keys/share-1.txt", "forged.txt", "keys/share-3.txt"]);
    world.ends(&more, 1, "share 2 (Budi) is not genuine");
    let report = world.json("drill.json");
    assert_eq!(report["shares"][1]["genuine"], false);
    assert_eq!(report["partitions"][0]["passed"], true);
    let combine = [
        "combine",
        "--identity-out",
        "identity",
        "--share",
        "keys/share-1.txt",
        "forged.txt",
        "keys/share-3.txt",
    ];
    world.ends(&combine, 0, "warning: share 2 (Budi) is not genuine");

    let mut objects = files(&world.path("vault/objects")).into_iter();
    let segment = objects.rfind(|file| file.to_string_lossy().contains("/segments/"));
    std::fs::remove_file(segment.expect("a segment")).expect("removed");
    let enough = drill(&["keys/share-1.txt", "keys/share-3.txt"]);
    world.ends(&enough, 1, "/messaging: link 1 names segment");
    let report = world.json("drill.json");
    assert_eq!(report["partitions"][0]["passed"], true);
    assert_eq!(report["partitions"][1]["passed"], false);
}

#[tokio::test]
async fn keys_that_were_made_away_from_the_vault_are_published_later() {
    let world = World::new();
    let init = [
        "init",
        "--custodians",
        "2",
        "--threshold",
        "2",
        "--site",
        "a",
        "--out",
        "keys",
    ];
    let ended = world.ends(&init, 0, "");
    assert!(
        ended.stdout.contains("sekoci keys publish"),
        "{}",
        ended.stdout
    );
    assert!(!world.path("vault").exists());
    let publish = ["publish", "--vault", "vault", "--trust", "keys/trust.json"];
    world.ends(&publish, 0, "");
    world.ends(&publish, 0, "");
    world.seal("keys").await;
    world.ends(&drill(&["keys/share-1.txt", "keys/share-2.txt"]), 0, "");
    let rotate = [
        "rotate",
        "--vault",
        "vault",
        "--share",
        "keys/share-1.txt",
        "keys/share-2.txt",
        "--custodians",
        "3",
        "--threshold",
        "2",
        "--site",
        "a",
        "--out",
        "new",
    ];
    world.ends(&rotate, 0, "");
    let later = ["publish", "--vault", "vault", "--trust", "new/trust.json"];
    world.ends(&later, 2, "it takes the place of another");
    let foreign = ["publish", "--vault", "vault", "--trust", "keys/share-1.txt"];
    world.ends(&foreign, 2, "it is not a trust");
}

#[tokio::test]
async fn after_a_rotation_new_shares_open_what_was_sealed_before_and_after() {
    let world = World::new();
    world.init("keys");
    world.seal("keys").await;
    let rotate = |out: &'static str, share: &'static str| {
        vec![
            "rotate",
            "--vault",
            "vault",
            "--share",
            "keys/share-1.txt",
            share,
            "--custodians",
            "4",
            "--threshold",
            "3",
            "--site",
            "a",
            "--out",
            out,
            "--json",
            "rotated.json",
        ]
    };
    world.ends(&rotate("new", "keys/share-1.txt"), 2, "given twice");
    assert!(!world.path("new").exists());
    world.ends(&rotate("new", "keys/share-2.txt"), 0, "");
    let report = world.json("rotated.json");
    world.holds_no_secret(&report.to_string());
    assert_eq!(report["previous"], json!([world.trust_of("keys")]));
    for (file, content) in world.everything() {
        let text = String::from_utf8_lossy(&content).to_lowercase();
        assert!(!text.contains("age-secret-key"), "{}", file.display());
    }

    // No site seals for the new trust yet: both open the newest segments.
    let new = drill(&["new/share-1.txt", "new/share-4.html", "new/share-2.txt"]);
    let old = drill(&["keys/share-2.txt", "keys/share-3.txt"]);
    world.ends(&new, 0, "");
    assert_eq!(world.json("drill.json")["superseded_by"], Value::Null);
    world.ends(&old, 0, "");
    let superseded = world.json("drill.json")["superseded_by"].clone();
    assert_eq!(superseded, json!(world.trust_of("new")));

    world.seal("new").await;
    world.ends(&new, 0, "");
    assert_eq!(
        world.json("drill.json")["partitions"][1]["newest"]["number"],
        2
    );
    world.ends(&old, 1, "these shares were replaced");
    world.ends(
        &rotate("again", "keys/share-2.txt"),
        2,
        "--despite-successor",
    );
    assert!(!world.path("again").exists());
    let mixed = drill(&["keys/share-1.txt", "new/share-2.txt"]);
    world.ends(&mixed, 2, "shares of different sets do not fit together");

    // Everything from the first entry on comes back with the new shares.
    let combine = [
        "combine",
        "--identity-out",
        "identity",
        "--share",
        "new/share-1.txt",
        "new/share-2.txt",
        "new/share-3.txt",
    ];
    world.ends(&combine, 0, "");
    let text = std::fs::read_to_string(world.path("identity")).expect("an identity");
    let file = IdentityFile::from_text(&text).expect("an identity");
    let store = world.store();
    let opened = open_all(&*store, &file.identity, file.trust)
        .await
        .expect("it opens");
    let engine = MemoryEngine::new();
    let restore = vault::restore::Restore {
        store: &*store,
        engine: &engine,
        trusted: &opened.trusted,
        identities: &opened.identities,
        until: None,
    };
    for module in MODULES {
        let partition = PartitionId::new(WorkspaceId(Uuid::from_u128(7)), module);
        let head = restore
            .partition(&partition, |_| ())
            .await
            .expect("restored");
        assert_eq!(head, world.engine.head(&partition).await.expect("a head"));
    }
}
