use super::{AvailabilityParameters, AvailabilityReport, availability};
use crate::Continuity;
use kernel::id::Uuid;
use kernel::testing::{Given, Outcome};
use kernel::{AccountId, Actor, Event, SiteName, Timestamp};
use serde_json::{Value, json};

const MINUTE: i64 = 60_000;
const WINDOW: i64 = 5 * MINUTE;

fn given() -> Given {
    let mut given = Given::module(Continuity);
    let captain = json!({ "account_id": account(1), "user": "captain", "operator": true });
    let sailor = json!({ "account_id": account(2), "user": "sailor", "operator": false });
    let events = [captain, sailor].map(|fact| Event::new("account-created", 1, &fact));
    given.follows("installation", events.to_vec());
    given.by(Actor::Site(SiteName::new("a").unwrap()));
    given
}

fn account(number: u128) -> AccountId {
    AccountId(Uuid::from_u128(number))
}

fn line(site: &str, step: &str, tried: [u32; 5], failed: [u32; 5]) -> Value {
    json!({ "site": site, "module": "messaging", "step": step,
            "tried": tried, "failed": failed, "worst_ms": [1, 1, 1, 1, 1] })
}

fn record(given: &mut Given, window: i64, lines: Vec<Value>) -> Outcome {
    let body = json!({ "started_at": window * WINDOW, "recorded_by": "a", "lines": lines });
    given.when("record-availability", body)
}

fn report(given: &Given) -> AvailabilityReport {
    let actor = Actor::Account(account(2));
    availability(given.rows(), &actor, AvailabilityParameters::default()).unwrap()
}

const ALL: [u32; 5] = [100; 5];
const NONE: [u32; 5] = [0; 5];

#[test]
fn people_are_served_by_the_better_site() {
    let mut given = given();
    let lost = [0, 100, 100, 0, 0];
    let lines = vec![line("a", "post", ALL, lost), line("b", "post", ALL, NONE)];
    record(&mut given, 0, lines).accepted("availability-measured");
    let report = report(&given);
    assert_eq!(report.overall.down_ms, 0);
    assert_eq!(report.overall.available_pct, Some(100.0));
    let sites = &report.modules[0].steps[0].sites;
    assert_eq!(sites[0].figure.down_ms, 2 * MINUTE);
    assert_eq!(sites[0].figure.available_pct, Some(60.0));
    assert_eq!(sites[1].figure.available_pct, Some(100.0));
}

#[test]
fn a_module_is_as_good_as_its_worst_step() {
    let mut given = given();
    let half = [50, 0, 0, 0, 0];
    let lines = vec![
        line("a", "post", ALL, half),
        line("b", "post", ALL, [100, 0, 0, 0, 0]),
        line("a", "read-back", ALL, NONE),
    ];
    record(&mut given, 0, lines).accepted("availability-measured");
    let report = report(&given);
    assert_eq!(report.modules[0].figure.down_ms, MINUTE / 2);
    assert_eq!(report.overall.down_ms, MINUTE / 2);
    assert_eq!(report.overall.budget_ms, 30);
    assert_eq!(report.overall.budget_left_ms, 30 - MINUTE / 2);
    assert_eq!(report.days[0].down_ms, MINUTE / 2);
}

#[test]
fn what_nobody_measured_is_told_and_is_down_in_the_worst_case() {
    let mut given = given();
    record(&mut given, 0, vec![line("a", "post", ALL, NONE)]).accepted("availability-measured");
    let partly = [100, 100, 100, 0, 0];
    record(&mut given, 3, vec![line("a", "post", partly, NONE)]).accepted("availability-measured");
    let overall = report(&given).overall;
    assert_eq!(overall.measured_ms, 8 * MINUTE);
    assert_eq!(overall.unmeasured_ms, 12 * MINUTE);
    assert_eq!(overall.available_pct, Some(100.0));
    assert_eq!(overall.worst_case_pct, Some(40.0));
}

#[test]
fn a_share_is_told_to_four_digits_and_never_rounded_up() {
    let share = |tried, failed| {
        let mut given = given();
        let lines = vec![line("a", "post", tried, failed)];
        record(&mut given, 0, lines).accepted("availability-measured");
        report(&given).overall.available_pct
    };
    assert_eq!(share([4; 5], [4, 4, 4, 4, 0]), Some(20.0));
    let nearly = share([1_000; 5], [0, 0, 0, 0, 1]);
    assert_eq!(nearly, Some(99.98));
    assert_eq!(share([100_000; 5], [0, 0, 0, 0, 1]), Some(99.9996));
}

#[test]
fn nothing_measured_is_no_hundred_per_cent() {
    let overall = report(&given()).overall;
    assert_eq!(overall.available_pct, None);
    assert_eq!(overall.worst_case_pct, None);
    assert_eq!(overall.measured_ms, 0);
}

#[test]
fn what_the_other_site_recorded_already_is_kept_once() {
    let mut given = given();
    let lines = vec![line("a", "post", ALL, [0, 9, 0, 0, 0])];
    record(&mut given, 0, lines).accepted("availability-measured");
    record(&mut given, 0, vec![line("a", "post", [101; 5], NONE)]).unchanged();
    let more = [100, 300, 0, 0, 0];
    let fact = record(
        &mut given,
        0,
        vec![line("a", "post", more, [0, 150, 0, 0, 0])],
    );
    fact.accepted("availability-measured");
    assert_eq!(report(&given).overall.down_ms, MINUTE / 2);
    given.assert_replays();
}

#[test]
fn an_agreed_time_is_listed_and_leaves_the_agreed_figure_alone() {
    let mut given = given();
    let lost = [100, 100, 0, 0, 0];
    record(&mut given, 0, vec![line("a", "post", ALL, lost)]).accepted("availability-measured");
    given.by(Actor::Account(account(1)));
    let id = Uuid::from_u128(7);
    let body = json!({ "exclusion_id": id, "from": 1, "until": MINUTE + 1, "reason": "new disks" });
    given.at(Timestamp(WINDOW));
    given
        .when("declare-exclusion", body.clone())
        .accepted("exclusion-declared");
    given
        .when("declare-exclusion", body)
        .refused("exclusion_exists");
    let told = report(&given);
    assert_eq!(told.overall.down_ms, 2 * MINUTE);
    assert_eq!(told.overall.available_pct, Some(60.0));
    assert_eq!(told.overall.agreed_down_ms, MINUTE);
    assert_eq!(told.overall.agreed_pct, Some(75.0));
    assert!(told.exclusions[0].declared_afterwards);
    let withdraw = json!({ "exclusion_id": id });
    given
        .when("withdraw-exclusion", withdraw.clone())
        .accepted("exclusion-withdrawn");
    given.when("withdraw-exclusion", withdraw).unchanged();
    assert_eq!(report(&given).overall.agreed_pct, Some(60.0));
    given.assert_replays();
}

#[test]
fn only_sites_record_and_only_operators_agree() {
    let mut given = given();
    for nobody in [account(1), account(2), account(9)] {
        given.by(Actor::Account(nobody));
        record(&mut given, 0, vec![line("a", "post", ALL, NONE)]).refused("not_permitted");
    }
    let body = json!({ "exclusion_id": Uuid::nil(), "from": 1, "until": 2, "reason": "rest" });
    given
        .when("declare-exclusion", body)
        .refused("not_permitted");
    given.by(Actor::Account(account(2)));
    let body = json!({ "exclusion_id": Uuid::nil() });
    given
        .when("withdraw-exclusion", body)
        .refused("not_permitted");
}

#[test]
fn bad_input_is_refused_by_its_field() {
    let mut given = given();
    let field = |outcome: Outcome, code: &str| outcome.refused(code).field.unwrap_or_default();
    let more_failed = vec![line("a", "post", NONE, ALL)];
    let found = field(record(&mut given, 0, more_failed), "out_of_bounds");
    assert_eq!(found, "command.lines[0].failed");
    let body = json!({ "started_at": 1, "recorded_by": "a", "lines": [] });
    let found = field(given.when("record-availability", body), "out_of_bounds");
    assert_eq!(found, "command.started_at");
    given.by(Actor::Account(account(1)));
    for (until, reason, wanted) in [
        (1, "rest", "command.until"),
        (32 * 24 * 3_600_000_i64, "rest", "command.until"),
        (2, "  ", "command.reason"),
    ] {
        let body =
            json!({ "exclusion_id": Uuid::nil(), "from": 1, "until": until, "reason": reason });
        let refusal = given.when("declare-exclusion", body).result().unwrap_err();
        assert_eq!(refusal.field.as_deref(), Some(wanted));
    }
    let gone = json!({ "exclusion_id": Uuid::nil() });
    given
        .when("withdraw-exclusion", gone)
        .refused("exclusion_not_found");
}
