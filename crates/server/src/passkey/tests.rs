//! Whole ceremonies with an authenticator in software.

use super::soft::Authenticator;
use super::*;
use kernel::Timestamp;
use kernel::clock::ManualClock;
use kernel::random::OsRandom;

const ME: AccountId = AccountId(Uuid::from_u128(7));
const URLS: [&str; 2] = ["https://a.example.org", "https://b.example.org:8443"];

fn site(clock: &Arc<ManualClock>) -> Passkeys {
    let key = DataKey::from_bytes([5; 32]);
    Passkeys::new(
        URLS.into_iter(),
        &key,
        Arc::clone(clock) as _,
        Arc::new(OsRandom),
    )
    .unwrap()
}

fn sites() -> (Passkeys, Passkeys, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(Timestamp(1_800_000_000_000)));
    (site(&clock), site(&clock), clock)
}

fn registered(site: &Passkeys, authenticator: &mut Authenticator) -> Passkey {
    let started = site.start_registration(ME, "me", "Me", Vec::new()).unwrap();
    let answer = authenticator.create(URLS[0], &started.options);
    site.finish_registration(ME, &started.ceremony_id, answer)
        .unwrap()
}

#[test]
fn the_other_site_finishes_what_one_began() {
    let (a, b, _) = sites();
    let mut authenticator = Authenticator::new();
    let started = a.start_registration(ME, "me", "Me", Vec::new()).unwrap();
    let answer = authenticator.create(URLS[0], &started.options);
    let passkey = b
        .finish_registration(ME, &started.ceremony_id, answer)
        .unwrap();

    let started = b.start_sign_in().unwrap();
    let answer = authenticator.get(URLS[1], &started.options);
    let claim = a.claim(&started.ceremony_id, answer).unwrap();
    assert_eq!(claim.account, ME);
    let proven = a.prove(claim, vec![passkey.clone()]).unwrap();
    assert_eq!(&proven.credential_id, passkey.cred_id());
    assert!(proven.updated.is_some(), "the counter went up");
}

#[test]
fn a_ceremony_ends_and_is_used_once() {
    let (a, _, clock) = sites();
    let mut authenticator = Authenticator::new();
    let passkey = registered(&a, &mut authenticator);
    let started = a.start_sign_in().unwrap();
    let answer = authenticator.get(URLS[0], &started.options);
    let claim = a.claim(&started.ceremony_id, answer.clone()).unwrap();
    a.prove(claim, vec![passkey]).unwrap();
    let code = |result: Result<Claim, Problem>| result.err().unwrap().code.into_owned();
    assert_eq!(
        code(a.claim(&started.ceremony_id, answer)),
        "passkey_ceremony_over"
    );

    let started = a.start_sign_in().unwrap();
    let answer = authenticator.get(URLS[0], &started.options);
    clock.advance_ms(CEREMONY_MS);
    assert_eq!(
        code(a.claim(&started.ceremony_id, answer)),
        "passkey_ceremony_over"
    );
}

#[test]
fn another_key_and_another_origin_are_not_accepted() {
    let (a, _, _) = sites();
    let mut authenticator = Authenticator::new();
    let passkey = registered(&a, &mut authenticator);
    let try_with = |authenticator: &mut Authenticator, origin: &str, held: Vec<Passkey>| {
        let started = a.start_sign_in().unwrap();
        let answer = authenticator.get(origin, &started.options);
        let claim = a.claim(&started.ceremony_id, answer).unwrap();
        a.prove(claim, held)
            .map_err(|problem| problem.code.into_owned())
            .err()
    };
    let refused = Some("sign_in_refused".to_owned());
    let held = || vec![passkey.clone()];
    assert_eq!(try_with(&mut authenticator, URLS[0], held()), None);
    assert_eq!(
        try_with(&mut authenticator, "https://evil.example", held()),
        refused
    );
    assert_eq!(try_with(&mut authenticator, URLS[0], Vec::new()), refused);
    let mut thief = Authenticator::pretending_to_be(&authenticator);
    assert_eq!(try_with(&mut thief, URLS[0], held()), refused);
}

#[test]
fn a_registration_belongs_to_the_account_that_began_it() {
    let (a, _, _) = sites();
    let started = a.start_registration(ME, "me", "Me", Vec::new()).unwrap();
    let answer = Authenticator::new().create(URLS[0], &started.options);
    let other = AccountId(Uuid::from_u128(8));
    let problem = a
        .finish_registration(other, &started.ceremony_id, answer)
        .unwrap_err();
    assert_eq!(problem.code, "passkey_refused");
}

#[test]
fn a_sign_in_ceremony_is_no_registration_and_garbage_is_neither() {
    let (a, _, _) = sites();
    let started = a.start_sign_in().unwrap();
    let answer = Value::Null;
    let code = |id: &str| {
        a.finish_registration(ME, id, answer.clone())
            .unwrap_err()
            .code
    };
    assert_eq!(code(&started.ceremony_id), "passkey_ceremony_over");
    assert_eq!(code("garbage"), "passkey_ceremony_over");
}

#[test]
fn passkeys_need_a_domain_that_all_sites_are_in() {
    let domain = |urls: &[&str]| {
        let urls: Vec<_> = urls.iter().map(|url| Url::parse(url).unwrap()).collect();
        shared_domain(&urls)
    };
    assert_eq!(domain(&URLS).as_deref(), Some("example.org"));
    assert_eq!(
        domain(&["https://chat.example.org"]).as_deref(),
        Some("chat.example.org")
    );
    let local = ["http://localhost:8401", "http://localhost:8402"];
    assert_eq!(domain(&local).as_deref(), Some("localhost"));
    assert_eq!(
        domain(&["https://a.example.org", "https://a.example.com"]),
        None
    );
    assert_eq!(domain(&["http://a.example.org"]), None);
    assert_eq!(domain(&["https://127.0.0.1"]), None);
}
