//! Who may send which command and ask which query: every one, tried by everyone.

use super::*;
use crate::commands::COMMANDS;
use crate::queries::QUERIES;

/// A workspace where every body of [`body`] would change something.
fn prepared() -> Given {
    let mut given = workspace();
    for n in 1..=3 {
        asset(&mut given, n, &format!("a{n}"));
    }
    depends(&mut given, 1, 2);
    let retire = json!({"asset_id": id(3), "reason": "gone"});
    given.when("retire-asset", retire).accepted("asset-retired");
    let promise = json!({"rto_target_ms": 5, "rpo_target_ms": 5});
    let promise = json!({"asset_id": id(1), "objective": promise, "reason": "agreed"});
    given
        .when("set-objective", promise)
        .accepted("objective-set");
    let plan = json!({"plan_id": id(20), "scenario": "site-loss", "first_due_at": NOW});
    given.when("plan-drill", plan).accepted("drill-planned");
    let finding = json!({"finding_id": id(30), "scenario": "site-loss", "words": "x",
        "due_at": NOW});
    given
        .by(SECOND)
        .when("record-finding", finding)
        .accepted("finding-recorded");
    drill(
        &mut given,
        40,
        "site-loss",
        false,
        json!({"findings": ["late"], "rto_ms": 1}),
    );
    let breach = json!({"breach_id": id(50), "asset_id": id(1), "missed": "rpo", "target_ms": 1,
        "measured_by": "live"});
    given
        .by(site())
        .when("note-breach", breach)
        .accepted("breach-noted");
    given
}

fn body(command: &str) -> Value {
    match command {
        "register-asset" => json!({"asset_id": id(9), "asset": fields("a9")}),
        "edit-asset" => json!({"asset_id": id(1), "asset": fields("other")}),
        "retire-asset" => json!({"asset_id": id(1), "reason": "gone"}),
        "reinstate-asset" => json!({"asset_id": id(3)}),
        "review-assets" => json!({"assets": [id(1)]}),
        "add-dependencies" => {
            json!({"dependencies": [{"asset_id": id(2), "depends_on": id(1)}]})
        }
        "remove-dependencies" => {
            json!({"dependencies": [{"asset_id": id(1), "depends_on": id(2)}]})
        }
        "answer-impact" => json!({"asset_id": id(1), "answers": [
            {"after_ms": HOUR, "category": "legal", "level": "serious"}]}),
        "set-objective" => json!({"asset_id": id(1), "reason": "agreed",
            "objective": {"rto_target_ms": 7, "rpo_target_ms": 7}}),
        "withdraw-objective" => json!({"asset_id": id(1), "reason": "wrong"}),
        "state-cost" => json!({"asset_id": id(1),
            "cost": {"currency": "USD", "minor_per_minute": 5}}),
        "import-assets" => json!({"csv": "key,kind,name\nb1,group,B\n"}),
        "import-dependencies" => json!({"csv": "key,depends_on\na2,a1\n"}),
        "apply-template" => json!({"template": "finance"}),
        "plan-drill" => {
            json!({"plan_id": id(21), "scenario": "ransomware", "first_due_at": NOW})
        }
        "cancel-drill-plan" => json!({"plan_id": id(20), "reason": "no"}),
        "record-finding" => json!({"finding_id": id(31), "scenario": "site-loss", "words": "x",
            "due_at": NOW}),
        "assign-finding" => json!({"finding_id": id(30), "owner": SECOND, "due_at": NOW}),
        "close-finding" => json!({"finding_id": id(30), "reason": "accepted"}),
        "take-over-finding" => json!({"drill_id": id(40), "number": 0}),
        "note-breach" => json!({"breach_id": id(51), "asset_id": id(1), "missed": "rto",
            "target_ms": 1, "measured_by": "drill"}),
        "clear-breach" => json!({"breach_id": id(50)}),
        "begin-rollout" => json!({"begins_at": NOW}),
        "tick-task" => json!({"task": "announce", "is_done": true, "note": "told"}),
        other => panic!("no body for {other}: add one, with who may send it"),
    }
}

fn text(query: &str) -> String {
    match query {
        "asset" | "dependency-list" => format!("asset_id={}", id(1)),
        "asset-impact" => format!("asset={}", id(1)),
        "template" => "template=finance".into(),
        _ => String::new(),
    }
}

/// Nobody the directory does not know is told anything: somebody of another workspace is no person
/// here, and an account or site is none either.
fn outsiders() -> [Actor; 3] {
    [
        Actor::Person(STRANGER),
        Actor::Person(FORMER),
        Actor::Account(kernel::AccountId(id(0xacc))),
    ]
}

#[test]
fn commands_are_for_those_who_keep_the_programme() {
    for spec in COMMANDS {
        let tried = |actor: Actor| {
            let outcome = prepared().by(actor).when(spec.name, body(spec.name));
            match outcome.result() {
                Ok(kernel::Decision::Accepted { .. }) => "accepted".to_owned(),
                Ok(kernel::Decision::Unchanged { .. }) => "unchanged".into(),
                Err(refusal) => refusal.code,
            }
        };
        let (name, keeper) = (spec.name, tried(Actor::Person(KEEPER)));
        if spec.is_public {
            assert_eq!(keeper, "accepted", "{name}");
            assert_eq!(tried(site()), "workspace_not_found", "{name}");
        } else {
            assert_eq!(keeper, "not_permitted", "{name}");
            assert_eq!(tried(site()), "accepted", "{name}");
        }
        for member in [READER, MEMBER] {
            assert_eq!(tried(Actor::Person(member)), "not_permitted", "{name}");
        }
        for outsider in outsiders() {
            assert_eq!(tried(outsider), "workspace_not_found", "{name}");
        }
    }
}

#[test]
fn queries_are_for_those_who_may_see_the_programme() {
    let given = prepared();
    for spec in QUERIES {
        let name = spec.name;
        let tried = |actor: &Actor| match ask_as(&given, actor, name, &text(name)) {
            Ok(_) => "answered".to_owned(),
            Err(refusal) => refusal.code,
        };
        for reader in [READER, KEEPER] {
            assert_eq!(tried(&Actor::Person(reader)), "answered", "{name}");
        }
        assert_eq!(tried(&Actor::Person(MEMBER)), "not_permitted", "{name}");
        for outsider in outsiders() {
            assert_eq!(tried(&outsider), "workspace_not_found", "{name}");
        }
        assert_eq!(tried(&site()), "workspace_not_found", "{name}");
    }
}

#[test]
fn whoever_may_not_is_told_nothing_of_what_was_wrong() {
    let mut given = workspace();
    for spec in COMMANDS.iter().filter(|spec| spec.is_public) {
        given
            .by(MEMBER)
            .when(spec.name, json!({"shoe": 44}))
            .refused("not_permitted");
        given
            .by(KEEPER)
            .when(spec.name, json!({"shoe": 44}))
            .refused("malformed");
    }
}

#[test]
fn what_happens_is_shown_to_those_who_may_see_it() {
    let given = workspace();
    let topics = |person| Programme.topics(given.rows(), person).unwrap();
    let event = Event::new("asset-reinstated", 1, &json!({}));
    let audience = Programme.audience(given.rows(), &event).unwrap();
    assert_eq!(topics(READER), audience.topics);
    assert_eq!(topics(KEEPER), audience.topics);
    for nobody in [MEMBER, FORMER, STRANGER] {
        assert!(topics(nobody).is_empty());
    }
}
