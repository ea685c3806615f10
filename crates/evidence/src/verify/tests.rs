use super::*;
use crate::{About, EvidenceKey, HeadOf, TrustedKey, sign};
use kernel::id::Uuid;
use kernel::{Hash, PartitionId, SiteName};
use proptest::prelude::*;
use serde_json::json;

const SIGNED_AT: Timestamp = Timestamp(1_793_000_000_000);

fn key() -> EvidenceKey {
    EvidenceKey::from_seed([7; 32])
}

fn workspace(n: u128) -> WorkspaceId {
    WorkspaceId(Uuid::from_u128(n))
}

fn site(name: &str) -> SiteName {
    SiteName::new(name).unwrap()
}

fn about() -> About {
    About {
        installation: Hash([1; 32]),
        workspace: Some(workspace(5)),
        site: site("a"),
        signed_at: SIGNED_AT,
        heads: vec![HeadOf {
            partition: PartitionId::new(WorkspaceId::INSTALLATION, "continuity"),
            seq: 9,
            hash: Hash([2; 32]),
        }],
    }
}

fn report() -> Value {
    json!({
        "scenario": "site-loss", "passed": true, "started_at": 1_792_999_000_000_i64, "rate": 50.0,
        "functions": [{"name": "post", "rto_ms": 1200, "objective_rto_ms": null}],
        "shortfalls": [], "text": "a \"quoted\" text, 中文",
    })
}

fn signed() -> Value {
    let mut file = report();
    file[SIGNATURE] = json!(sign(&report(), about(), &key()).unwrap());
    file
}

fn trust() -> Trust {
    Trust {
        installation: Hash([1; 32]),
        published_at: SIGNED_AT,
        keys: vec![TrustedKey {
            key: key().public(),
            site: site("a"),
            since: SIGNED_AT.plus_ms(-1_000),
            retired_at: None,
            revoked: false,
        }],
    }
}

fn look(file: &Value, asked: &Asked<'_>) -> Examined {
    verify(&serde_json::to_vec(file).unwrap(), asked).unwrap()
}

fn refuted(file: &Value, asked: &Asked<'_>) -> Vec<String> {
    let examined = look(file, asked);
    assert!(!examined.is_upheld(), "{:?}", examined.findings);
    let refuted = examined.findings.into_iter();
    refuted
        .filter(|one| one.state == State::Refuted)
        .map(|one| one.what)
        .collect()
}

fn unusable(file: &Value) -> String {
    let bytes = serde_json::to_vec(file).unwrap();
    verify(&bytes, &Asked::default()).unwrap_err().to_string()
}

#[test]
fn a_whole_report_says_what_is_proven_and_what_is_not() {
    let examined = look(&signed(), &Asked::default());
    assert!(examined.is_upheld());
    let lines: Vec<_> = examined
        .findings
        .iter()
        .map(|one| (one.state, one.what.as_str()))
        .collect();
    let key = key().public();
    assert_eq!(
        lines[..3],
        [
            (
                State::Proven,
                format!("it was signed with key {key}, as site a on 2026-10-26 07:33:20 UTC")
                    .as_str()
            ),
            (
                State::Proven,
                "every figure and every text reads as it did when it was signed"
            ),
            (
                State::NotProven,
                format!("that key {key} belongs to your installation: give --trust").as_str()
            ),
        ]
    );
    let trust = trust();
    let asked = Asked {
        workspace: Some(workspace(5)),
        trust: Some(&trust),
    };
    assert!(look(&signed(), &asked).is_upheld());
    let left: Vec<_> = look(&signed(), &asked)
        .findings
        .into_iter()
        .filter(|one| one.state == State::NotProven)
        .collect();
    assert_eq!(
        left.len(),
        2,
        "the time, and that the figures are right: {left:?}"
    );
}

#[test]
fn writing_it_otherwise_changes_nothing() {
    let pretty = serde_json::to_string_pretty(&signed()).unwrap();
    let pretty = pretty.replace("50.0", "5e1");
    assert!(pretty.contains("5e1"));
    assert!(
        verify(pretty.as_bytes(), &Asked::default())
            .unwrap()
            .is_upheld()
    );
}

#[test]
fn one_figure_changed_is_named_with_what_it_was() {
    let mut file = signed();
    file["functions"][0]["rto_ms"] = json!(100);
    assert_eq!(
        refuted(&file, &Asked::default()),
        ["/functions/0/rto_ms was 1200 when it was signed and reads 100 here"]
    );
    let mut file = signed();
    file["started_at"] = json!(1_792_999_000_001_i64);
    assert_eq!(
        refuted(&file, &Asked::default()),
        ["/started_at was 1792999000000 when it was signed and reads 1792999000001 here"]
    );
    let mut file = signed();
    file["unsigned_because"] = json!("x");
    assert!(refuted(&file, &Asked::default())[0].starts_with("/unsigned_because was not there"));
}

#[test]
fn one_byte_of_the_signature_or_the_payload_changed_is_seen() {
    let mut file = signed();
    let mut bytes = base64(&file, "/signature/signatures/0/sig");
    bytes[10] ^= 1;
    *file.pointer_mut("/signature/signatures/0/sig").unwrap() = text(&bytes);
    assert!(refuted(&file, &Asked::default())[0].starts_with("the signature is not good"));

    // The payload is moved to another workspace; it stays a statement, but nobody signed it.
    let mut file = signed();
    let payload = String::from_utf8(base64(&file, "/signature/payload")).unwrap();
    let moved = payload.replace(&workspace(5).to_string(), &workspace(6).to_string());
    assert_ne!(payload, moved);
    file["signature"]["payload"] = text(moved.as_bytes());
    let asked = Asked {
        workspace: Some(workspace(6)),
        trust: None,
    };
    assert!(refuted(&file, &asked)[0].starts_with("the signature is not good"));
}

fn base64(file: &Value, at: &str) -> Vec<u8> {
    use base64::Engine as _;
    let text = file.pointer(at).unwrap().as_str().unwrap();
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}

fn text(bytes: &[u8]) -> Value {
    use base64::Engine as _;
    json!(base64::engine::general_purpose::STANDARD.encode(bytes))
}

#[test]
fn a_report_of_another_workspace_does_not_pass_for_this_ones() {
    let asked = Asked {
        workspace: Some(workspace(6)),
        trust: None,
    };
    let found = refuted(&signed(), &asked);
    assert_eq!(
        found,
        [format!(
            "it belongs to workspace {}, not to {}",
            workspace(5),
            workspace(6)
        )]
    );
    let mut of_all = report();
    let about = About {
        workspace: None,
        ..about()
    };
    of_all[SIGNATURE] = json!(sign(&report(), about, &key()).unwrap());
    assert!(refuted(&of_all, &asked)[0].contains("the installation as a whole"));
    assert!(look(&of_all, &Asked::default()).is_upheld());
}

#[test]
fn only_a_trusted_key_of_that_site_in_its_time_is_believed() {
    let cause = |change: fn(&mut Trust)| {
        let mut trust = trust();
        change(&mut trust);
        refuted(
            &signed(),
            &Asked {
                workspace: None,
                trust: Some(&trust),
            },
        )
        .join("; ")
    };
    assert!(cause(|t| t.keys.clear()).contains("is not among the trusted keys"));
    assert!(cause(|t| t.keys[0].site = site("b")).contains("is that of site b"));
    assert!(cause(|t| t.keys[0].revoked = true).contains("was revoked"));
    assert!(cause(|t| t.installation = Hash([9; 32])).contains("it belongs to installation 0101"));
    assert!(cause(|t| t.keys[0].retired_at = Some(Timestamp(0))).contains("was retired"));
    assert!(cause(|t| t.keys[0].since = SIGNED_AT.plus_ms(3_600_000)).contains("was published"));
}

#[test]
fn an_unsigned_report_says_why_and_proves_nothing() {
    let mut file = report();
    assert!(unusable(&file).contains("never signed"));
    file[SIGNATURE] = Value::Null;
    file[UNSIGNED_BECAUSE] = json!("the drill was refused");
    assert_eq!(
        refuted(&file, &Asked::default()),
        ["this report is not signed (the drill was refused): it proves nothing"]
    );
}

#[test]
fn what_is_no_envelope_is_named() {
    let with = |signature: Value| {
        let mut file = report();
        file[SIGNATURE] = signature;
        unusable(&file)
    };
    assert!(with(json!("x")).starts_with("/signature is no DSSE envelope: "));
    let envelope = signed()[SIGNATURE].clone();
    let mut odd = envelope.clone();
    odd["note"] = json!("RTO was 1 ms");
    assert!(with(odd).contains("unknown field `note`"));
    let mut odd = envelope.clone();
    odd["payload"] = json!("%");
    assert_eq!(
        with(odd),
        "/signature cannot be opened: /payload is not Base64"
    );
    let mut odd = envelope.clone();
    odd["payload"] = text(b"{\"a\":1");
    assert!(with(odd).starts_with("/signature/payload ends in the middle"));
    let mut odd = envelope;
    odd["payload"] = text(b"{}");
    assert!(with(odd).starts_with("/signature/payload is no statement about a report: "));
}

#[test]
fn what_would_be_rounded_or_says_it_is_signed_is_not_signed() {
    let refusal = |report: Value| sign(&report, about(), &key()).unwrap_err().to_string();
    assert!(
        refusal(json!({"a": [9_007_199_254_740_993_i64]})).starts_with("/a/0 is 9007199254740993")
    );
    assert!(refusal(json!({"signature": null})).contains("\"signature\""));
    assert_eq!(refusal(json!([])), "a report is a JSON object");
}

proptest! {
    /// Whatever bytes come, there is an answer and no panic; and only the file that was signed is upheld.
    #[test]
    fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let upheld = verify(&bytes, &Asked::default()).is_ok_and(|found| found.is_upheld());
        prop_assert!(!upheld);
    }

    /// One byte of a signed file changed: unusable, refuted, or the same in canonical form.
    #[test]
    fn no_changed_byte_is_overlooked(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut bytes = serde_json::to_vec(&signed()).unwrap();
        let place = at.index(bytes.len());
        prop_assume!(bytes[place] != to);
        bytes[place] = to;
        if let Ok(found) = verify(&bytes, &Asked::default()) && found.is_upheld() {
            let mut reads = read(&bytes).unwrap();
            reads.remove(SIGNATURE);
            prop_assert_eq!(
                canonical::bytes(&reads).unwrap(),
                canonical::bytes(&report()).unwrap()
            );
        }
    }

    /// A file that was cut off is unusable at every length.
    #[test]
    fn no_start_of_a_file_is_upheld(at in any::<prop::sample::Index>()) {
        let bytes = serde_json::to_vec(&signed()).unwrap();
        let cut = &bytes[..at.index(bytes.len())];
        prop_assert!(verify(cut, &Asked::default()).is_err());
    }
}
