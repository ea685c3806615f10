//! Archives that are broken, or built to break the reader: each is refused with the entry and the
//! cause, before anything is sent.

mod workspace;

use proptest::prelude::*;
use serde_json::{Value, json};
use slack_import::{ArchiveError, Export, ImportError, Limits, Survey};
use std::path::Path;
use workspace::{Workspace, Zip};

fn read(path: &Path, limits: Limits) -> Result<Survey, ArchiveError> {
    let mut export = Export::open(path, limits, None)?;
    Survey::of(&mut export, &|_| {})
}

fn error(path: &Path) -> ArchiveError {
    read(path, Limits::default()).unwrap_err()
}

fn with_message(text: &str) -> Zip {
    let message = json!({ "type": "message", "user": "U1", "ts": "1.000001", "text": text });
    Zip::small().day(&json!([message]))
}

#[tokio::test]
async fn nothing_is_sent_of_a_broken_archive() {
    let workspace = Workspace::start(true).await;
    let path = Zip::small()
        .bytes(
            "ward/2024-05-01.json",
            b"[{\"type\": \"message\", ".to_vec(),
        )
        .write();
    let error = workspace.import(&path).await.unwrap_err();
    assert!(matches!(error, ImportError::Archive(_)), "{error}");
    assert!(
        error.to_string().contains("ward/2024-05-01.json"),
        "{error}"
    );
    assert_eq!(workspace.inner.lock().unwrap().commands, 0);
}

#[test]
fn what_is_no_archive_or_no_export_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.zip");
    assert!(matches!(error(&path), ArchiveError::Open(_)));
    for bytes in [&b""[..], b"PK", b"hello", &[0; 5000]] {
        std::fs::write(&path, bytes).unwrap();
        assert!(matches!(error(&path), ArchiveError::NotAZip(_)));
    }
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    zip.start_file("readme.txt", zip::write::SimpleFileOptions::default())
        .unwrap();
    zip.finish().unwrap();
    assert!(matches!(error(&path), ArchiveError::NotAnExport(_)));
}

#[test]
fn truncated_archives_are_refused_wherever_they_are_cut() {
    let whole = std::fs::read(with_message("hi").write()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cut.zip");
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        assert!(read(&path, Limits::default()).is_err(), "cut at {length}");
    }
}

#[test]
fn damaged_bytes_are_found_by_their_checksum() {
    let zip = with_message(&"the same again and again ".repeat(50));
    let mut bytes = std::fs::read(zip.write()).unwrap();
    // In the middle of the last entry's packed bytes.
    let name = b"ward/2024-05-01.json";
    let at = bytes.windows(name.len()).position(|w| w == name).unwrap() + name.len() + 40;
    bytes[at] ^= 0x55;
    std::fs::write(zip.path(), bytes).unwrap();
    let error = error(&zip.path());
    assert!(
        error.to_string().contains("ward/2024-05-01.json"),
        "{error}"
    );
}

#[test]
fn json_of_another_shape_is_named() {
    for (name, bytes, wanted) in [
        ("users.json", &b"{\"users\": []}"[..], "expected a list"),
        ("users.json", b"[1, 2", "EOF"),
        ("users.json", b"[] []", "trailing"),
        ("channels.json", b"\xff\xfe", "valid JSON"),
        ("ward/2024-05-01.json", b"null", "expected a list"),
        ("ward/2024-05-01.json", b"", "EOF"),
    ] {
        let zip = Zip::small().bytes(name, bytes.to_vec());
        let error = error(&zip.write()).to_string();
        assert!(error.contains(name) && error.contains(wanted), "{error}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let zip = Zip::small().bytes("users.json", deep.into_bytes());
    assert!(matches!(error(&zip.write()), ArchiveError::NotJson { .. }));
}

#[test]
fn names_that_lead_out_are_refused() {
    for name in [
        "../../etc/cron.d/x.json",
        "/etc/passwd",
        "ward/../../x.json",
        "a\\b.json",
    ] {
        let zip = Zip::small().bytes(name, b"[]".to_vec());
        let error = error(&zip.write());
        assert!(
            matches!(&error, ArchiveError::UnsafeName { .. }),
            "{name}: {error}"
        );
    }
}

#[test]
fn two_entries_of_one_name_are_refused() {
    // The writer refuses such names, so one of two equally long names is changed afterwards.
    let zip = with_message("hi").bytes("users.jsoX", b"[]".to_vec());
    let mut bytes = std::fs::read(zip.write()).unwrap();
    let name = b"users.jsoX";
    let places: Vec<usize> = (0..bytes.len() - name.len())
        .filter(|at| bytes[*at..].starts_with(name))
        .collect();
    assert_eq!(places.len(), 2);
    for at in places {
        bytes[at + name.len() - 1] = b'n';
    }
    std::fs::write(zip.path(), bytes).unwrap();
    let error = error(&zip.path());
    assert!(matches!(error, ArchiveError::Deceptive(_)), "{error}");
}

#[test]
fn encrypted_entries_are_refused() {
    let zip = with_message("hi");
    let mut bytes = std::fs::read(zip.write()).unwrap();
    // The first bit of the flags, in the local headers and in the directory.
    for (signature, flags) in [(&b"PK\x03\x04"[..], 6), (b"PK\x01\x02", 8)] {
        for at in 0..bytes.len() - 4 {
            if bytes[at..].starts_with(signature) {
                bytes[at + flags] |= 1;
            }
        }
    }
    std::fs::write(zip.path(), bytes).unwrap();
    let error = error(&zip.path());
    assert!(matches!(&error, ArchiveError::Encrypted { .. }), "{error}");
}

#[test]
fn bombs_are_refused_by_what_they_state() {
    let zeros = vec![b' '; 8 << 20];
    let zip = Zip::small().bytes("ward/2024-05-01.json", zeros);
    let error = error(&zip.write());
    assert!(matches!(&error, ArchiveError::Bomb { entry, .. } if entry == "ward/2024-05-01.json"));

    let path = with_message("hello").write();
    let limits = Limits {
        json_bytes_max: 20,
        ..Limits::default()
    };
    assert!(matches!(
        read(&path, limits),
        Err(ArchiveError::TooLarge { .. })
    ));
    let limits = Limits {
        total_bytes_max: 100,
        ..Limits::default()
    };
    assert!(matches!(
        read(&path, limits),
        Err(ArchiveError::TotalTooLarge { .. })
    ));
    let limits = Limits {
        entries_max: 2,
        ..Limits::default()
    };
    assert!(matches!(
        read(&path, limits),
        Err(ArchiveError::TooManyEntries { count: 3, .. })
    ));
}

#[test]
fn an_entry_that_states_less_than_it_holds_is_refused() {
    let text = "x".repeat(300_000);
    let zip = with_message(&text);
    let mut bytes = std::fs::read(zip.write()).unwrap();
    let name = b"ward/2024-05-01.json";
    // The unpacked size stands 24 bytes after the directory entry's signature.
    let at = (0..bytes.len() - 46)
        .find(|at| bytes[*at..].starts_with(b"PK\x01\x02") && bytes[*at + 46..].starts_with(name))
        .unwrap();
    bytes[at + 24..at + 28].copy_from_slice(&1000_u32.to_le_bytes());
    std::fs::write(zip.path(), bytes).unwrap();
    let error = error(&zip.path());
    assert!(
        error.to_string().contains("ward/2024-05-01.json"),
        "{error}"
    );
}

#[test]
fn an_export_packed_with_its_folder_is_read() {
    let day = json!([{ "type": "message", "user": "U1", "ts": "1.000001", "text": "hi" }]);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("x.zip");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    for (name, content) in [
        ("My export/users.json", json!([{ "id": "U1" }])),
        (
            "My export/channels.json",
            json!([{ "id": "C1", "name": "ward" }]),
        ),
        ("My export/ward/2024-05-01.json", day),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        std::io::Write::write_all(&mut zip, content.to_string().as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    let survey = read(&path, Limits::default()).unwrap();
    assert_eq!((survey.counts.messages, survey.skipped.total()), (1, 0));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        Just(json!("U1")),
        Just(json!("C1")),
    ];
    let key = prop_oneof![
        Just("id"),
        Just("name"),
        Just("members"),
        Just("profile"),
        Just("real_name"),
        Just("topic"),
        Just("value"),
        Just("created"),
        Just("ts"),
        Just("text"),
        Just("user"),
    ];
    leaf.prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(key.clone(), inner, 0..6).prop_map(|map| {
                Value::Object(map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_lists_are_read_or_refused(users in any_json(), channels in any_json(), day in any_json()) {
        let path = Zip::small()
            .json("users.json", &users)
            .json("channels.json", &json!([channels]))
            .day(&json!([day]));
        let _ = read(&path.write(), Limits::default());
    }

    #[test]
    fn any_flipped_byte_is_read_or_refused(at in 0_usize..2_000, with in 1_u8..) {
        let zip = with_message("hello, hello, hello");
        let mut bytes = std::fs::read(zip.write()).unwrap();
        let at = at % bytes.len();
        bytes[at] ^= with;
        std::fs::write(zip.path(), bytes).unwrap();
        let _ = read(&zip.path(), Limits::default());
    }
}
