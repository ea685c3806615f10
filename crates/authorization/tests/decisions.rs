//! Decisions as a module asks for them.

use authorization::{Error, Fact, Kind, Policies, Thing};
use kernel::RefusalKind;
use std::hint::black_box;

static PERSON: Kind = Kind::new("Person");
static GROUP: Kind = Kind::new("Group");
static ROOM: Kind = Kind::new("Room");

const POLICIES: &str = r#"
permit (principal is Person, action in [Action::"read", Action::"post"], resource is Room)
when { resource.members.contains(principal) };

permit (principal is Person, action == Action::"archive", resource is Room)
when { principal.permissions.contains("rooms.manage") };

permit (principal in Group::"auditors", action == Action::"read", resource is Room);

forbid (principal, action == Action::"post", resource is Room)
when { context.is_archived || context.length > 20000 };
"#;

fn policies() -> Policies {
    Policies::parse(POLICIES).expect("the policies parse")
}

fn person(id: &str, permissions: &[&str]) -> Thing {
    Thing::new(&PERSON, id).with("permissions", permissions)
}

fn room() -> Thing {
    Thing::new(&ROOM, "tea").things("members", [(&PERSON, "ann"), (&PERSON, "ben")])
}

fn context(is_archived: bool, length: i64) -> [(&'static str, Fact); 2] {
    [
        ("is_archived", is_archived.into()),
        ("length", length.into()),
    ]
}

#[test]
fn what_no_policy_permits_is_denied() {
    let policies = policies();
    let (ann, cyd) = (person("ann", &[]), person("cyd", &[]));
    assert!(
        policies
            .permits(&ann, "post", &room(), context(false, 1))
            .unwrap()
    );
    assert!(
        !policies
            .permits(&cyd, "post", &room(), context(false, 1))
            .unwrap()
    );
    assert!(!policies.permits(&ann, "archive", &room(), []).unwrap());
    assert!(!policies.permits(&ann, "unheard-of", &room(), []).unwrap());
}

#[test]
fn permissions_and_groups_permit() {
    let policies = policies();
    let keeper = person("cyd", &["rooms.manage"]);
    assert!(policies.permits(&keeper, "archive", &room(), []).unwrap());
    let auditor = person("dee", &[]).within(&GROUP, "auditors");
    assert!(policies.permits(&auditor, "read", &room(), []).unwrap());
    assert!(
        !policies
            .permits(&auditor, "post", &room(), context(false, 1))
            .unwrap()
    );
}

#[test]
fn what_is_forbidden_is_denied_though_permitted() {
    let ann = person("ann", &[]);
    assert!(
        !policies()
            .permits(&ann, "post", &room(), context(true, 1))
            .unwrap()
    );
    assert!(
        !policies()
            .permits(&ann, "post", &room(), context(false, 20_001))
            .unwrap()
    );
}

#[test]
fn a_policy_that_cannot_be_evaluated_denies() {
    let ann = person("ann", &[]);
    let decision = policies().permits(&ann, "post", &room(), []);
    assert!(
        matches!(decision, Err(Error::Evaluation(_))),
        "{decision:?}"
    );
}

#[test]
fn requiring_gives_refusals() {
    let ann = person("ann", &[]);
    assert_eq!(policies().require(&ann, "read", &room(), []), Ok(()));
    let refusal = policies()
        .require(&ann, "archive", &room(), [])
        .unwrap_err();
    assert_eq!(
        (refusal.kind, refusal.code.as_str()),
        (RefusalKind::Forbidden, "not_permitted")
    );
    let refusal = policies().require(&ann, "post", &room(), []).unwrap_err();
    assert_eq!(
        (refusal.kind, refusal.code.as_str()),
        (RefusalKind::Failed, "authorization_failed")
    );
}

#[test]
fn text_that_is_no_policy_is_an_error() {
    let error = Policies::parse("permit (principal, action").unwrap_err();
    assert!(matches!(error, Error::Syntax(_)), "{error:?}");
}

#[test]
#[ignore = "a measurement, not a test"]
#[expect(clippy::disallowed_methods, reason = "measures elapsed time")]
fn cost_of_one_decision() {
    const TIMES: u32 = 20_000;
    let policies = policies();
    let begun = std::time::Instant::now();
    for _ in 0..TIMES {
        let ann = person(
            "ann",
            &["messages.send", "channels.create", "messages.urgent"],
        );
        let may = policies.permits(&ann, "post", &room(), context(false, 120));
        assert!(black_box(may).unwrap());
    }
    println!(
        "one decision, facts built anew: {:?}",
        begun.elapsed() / TIMES
    );
}
