//! Contact points: how people are reached besides the app. Everybody keeps their own.

use super::{Deciding, id_taken};
use crate::PointId;
use crate::access::Asking;
use crate::events::{
    Address, ContactCodeRenewed, ContactCodeWrong, ContactPointAdded, ContactPointRemoved,
    ContactPointVerified, Fact,
};
use crate::limits::{
    ADDRESS_CHARS_MAX, CODE_AGAIN_MS, CODE_MS, CODE_TRIES_MAX, NAME_CHARS_MAX, POINTS_MAX,
};
use kernel::{CommandSpec, DecideError, Decision, PersonId, Refusal, Timestamp, check};
use rusqlite::OptionalExtension;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

/// How adding is offered.
pub const ADD: CommandSpec = CommandSpec::new::<AddContactPoint>(
    "add-contact-point",
    "Add a way to be reached; a code is sent there, and it counts once the code is answered.",
);

/// How renewing is offered.
pub const RENEW: CommandSpec =
    CommandSpec::new::<RenewContactCode>("renew-contact-code", "Send another code.");

/// How verifying is offered.
pub const VERIFY: CommandSpec = CommandSpec::new::<VerifyContactPoint>(
    "verify-contact-point",
    "Answer the code that was sent to a contact point.",
);

/// How removing is offered.
pub const REMOVE: CommandSpec =
    CommandSpec::new::<RemoveContactPoint>("remove-contact-point", "Remove a contact point.");

/// Add a way to be reached oneself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddContactPoint {
    /// The contact point.
    pub point_id: PointId,
    /// Where.
    pub address: Address,
    /// What to call it.
    pub label: Option<String>,
}

/// The same with a code the gateway drew.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prepared<T> {
    wish: T,
    code: String,
}

/// Send another code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewContactCode {
    /// The contact point.
    pub point_id: PointId,
}

/// Answer a code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyContactPoint {
    /// The contact point.
    pub point_id: PointId,
    /// The code that was sent there.
    pub code: String,
}

/// Remove a contact point.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveContactPoint {
    /// The contact point.
    pub point_id: PointId,
}

/// Decides adding. An address the person has already changes nothing.
///
/// # Errors
/// Refused for addresses that are none, and too many.
pub fn add(of: &Deciding<'_>, body: Prepared<AddContactPoint>) -> Result<Decision, DecideError> {
    let asking = Asking::of(of.rows, of.actor)?;
    let wish = body.wish;
    let address = checked(wish.address)?;
    let label = match &wish.label {
        Some(label) => Some(check::line("command.label", label, 1..=NAME_CHARS_MAX)?),
        None => None,
    };
    let mut own = of
        .rows
        .prepare_cached("SELECT id, address FROM contact_point WHERE person = ?1")?;
    let own: Vec<(PointId, Address)> = own
        .query_map([asking.id], |row| {
            Ok((row.get(0)?, crate::queries::json(row, 1)?))
        })?
        .collect::<Result<_, _>>()?;
    if let Some((point_id, _)) = own.iter().find(|(_, there)| *there == address) {
        let answer = json!({"point_id": point_id});
        return Ok(Decision::Unchanged { answer });
    }
    if own.len() as u64 >= POINTS_MAX {
        let detail = format!("A person has at most {POINTS_MAX} contact points.");
        return Err(Refusal::conflict("too_many_contact_points", detail).into());
    }
    if find(of, wish.point_id)?.is_some() {
        return Err(id_taken("command.point_id").into());
    }
    let fact = ContactPointAdded {
        point_id: wish.point_id,
        person_id: asking.id,
        address,
        label,
        code: body.code,
    };
    Ok(Decision::Accepted {
        events: vec![fact.event()],
        answer: json!({"point_id": wish.point_id}),
    })
}

/// Decides sending another code.
///
/// # Errors
/// `contact_point_not_found`, and `code_sent_just_now` within a minute.
pub fn renew(of: &Deciding<'_>, body: Prepared<RenewContactCode>) -> Result<Decision, DecideError> {
    let (person_id, point) = own(of, body.wish.point_id)?;
    if point.is_verified {
        return Ok(Decision::unchanged());
    }
    if of.time.since(point.code_at) < CODE_AGAIN_MS {
        let detail = "A code was sent just now; wait a minute before the next.";
        return Err(Refusal::conflict("code_sent_just_now", detail).into());
    }
    let fact = ContactCodeRenewed {
        point_id: body.wish.point_id,
        person_id,
        code: body.code,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

/// Decides answering a code. A wrong answer is a fact as well: it counts.
///
/// # Errors
/// `contact_point_not_found`, and `code_over` where the code counts no more.
pub fn verify(of: &Deciding<'_>, body: VerifyContactPoint) -> Result<Decision, DecideError> {
    let (person_id, point) = own(of, body.point_id)?;
    let point_id = body.point_id;
    if point.is_verified {
        let answer = json!({"is_verified": true});
        return Ok(Decision::Unchanged { answer });
    }
    let is_over = of.time.since(point.code_at) > CODE_MS || point.wrong >= CODE_TRIES_MAX;
    let Some(code) = point.code.filter(|_| !is_over) else {
        let detail = "This code counts no more; let another be sent.";
        return Err(Refusal::conflict("code_over", detail).into());
    };
    let digits: String = body.code.chars().filter(char::is_ascii_digit).collect();
    let (event, answer) = if digits == code {
        let fact = ContactPointVerified {
            point_id,
            person_id,
        };
        (fact.event(), json!({"is_verified": true}))
    } else {
        let left = CODE_TRIES_MAX - point.wrong - 1;
        let fact = ContactCodeWrong {
            point_id,
            person_id,
        };
        (
            fact.event(),
            json!({"is_verified": false, "tries_left": left}),
        )
    };
    Ok(Decision::Accepted {
        events: vec![event],
        answer,
    })
}

/// Decides removing.
///
/// # Errors
/// `contact_point_not_found`.
pub fn remove(of: &Deciding<'_>, body: RemoveContactPoint) -> Result<Decision, DecideError> {
    let (person_id, _) = own(of, body.point_id)?;
    let fact = ContactPointRemoved {
        point_id: body.point_id,
        person_id,
    };
    Ok(Decision::accepted(vec![fact.event()]))
}

struct Point {
    person: PersonId,
    code: Option<String>,
    code_at: Timestamp,
    wrong: u32,
    is_verified: bool,
}

fn find(of: &Deciding<'_>, point: PointId) -> rusqlite::Result<Option<Point>> {
    of.rows
        .prepare_cached(
            "SELECT person, code, code_at, wrong, verified_at IS NOT NULL
             FROM contact_point WHERE id = ?1",
        )?
        .query_row([point], |row| {
            Ok(Point {
                person: row.get(0)?,
                code: row.get(1)?,
                code_at: Timestamp(row.get(2)?),
                wrong: row.get(3)?,
                is_verified: row.get(4)?,
            })
        })
        .optional()
}

/// A contact point of whoever acts. Others' do not exist for them.
fn own(of: &Deciding<'_>, point: PointId) -> Result<(PersonId, Point), DecideError> {
    let asking = Asking::of(of.rows, of.actor)?;
    let found = find(of, point)?.filter(|point| point.person == asking.id);
    let found = found.ok_or_else(|| {
        let detail = "You have no such contact point.";
        Refusal::not_found("command.point_id", "contact_point_not_found", detail)
    })?;
    Ok((asking.id, found))
}

fn checked(address: Address) -> Result<Address, Refusal> {
    let bad = |field: &str, detail: &str| {
        let field = format!("command.address.{field}");
        Err(Refusal::invalid(&field, "bad_address", detail))
    };
    let line = |field: &str, text: &str| {
        let field = format!("command.address.{field}");
        check::line(&field, text, 1..=ADDRESS_CHARS_MAX)
    };
    match address {
        Address::Email { address } => {
            let address = line("email.address", &address)?;
            if !is_email(&address) {
                return bad("email.address", "This is no mail address.");
            }
            Ok(Address::Email { address })
        }
        Address::Webhook { provider, to } => {
            let (provider, to) = (
                line("webhook.provider", &provider)?,
                line("webhook.to", &to)?,
            );
            let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if provider.len() > 40 || !provider.chars().all(is_name) {
                return bad(
                    "webhook.provider",
                    "A provider has a name of a-z, 0-9 and -.",
                );
            }
            let to: String = to.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
            let digits = to.strip_prefix('+').unwrap_or(&to);
            let is_number = digits.chars().all(|c| c.is_ascii_digit());
            if !is_number || !(3..=15).contains(&digits.len()) {
                return bad(
                    "webhook.to",
                    "A telephone number has 3 to 15 digits, and may begin with +.",
                );
            }
            Ok(Address::Webhook { provider, to })
        }
        Address::WebPush {
            endpoint,
            p256dh,
            auth,
        } => {
            let endpoint = line("web_push.endpoint", &endpoint)?;
            let host = endpoint
                .strip_prefix("https://")
                .and_then(|rest| rest.split('/').next());
            if host.is_none_or(|host| host.is_empty() || host.contains('@')) {
                return bad(
                    "web_push.endpoint",
                    "A push service has an https:// address.",
                );
            }
            if !is_base64url(&p256dh, 87) {
                return bad("web_push.p256dh", "A P-256 key has 65 bytes in base64url.");
            }
            if !is_base64url(&auth, 22) {
                return bad("web_push.auth", "This secret has 16 bytes in base64url.");
            }
            Ok(Address::WebPush {
                endpoint,
                p256dh,
                auth,
            })
        }
    }
}

fn is_email(text: &str) -> bool {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.contains(|c: char| c.is_whitespace() || "<>()[],;:\\\"@".contains(c))
    };
    text.len() <= 254
        && text
            .rsplit_once('@')
            .is_some_and(|(local, domain)| plain(local) && plain(domain) && domain.contains('.'))
}

/// Base64url without padding, of that many characters.
fn is_base64url(text: &str, length: usize) -> bool {
    text.len() == length
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use crate::tests::{ADMIN, MEMBER, by, id, later, workspace};
    use serde_json::{Value, json};

    fn mail(n: u128) -> Value {
        json!({"wish": {"point_id": id(n), "address": {"email": {"address": "mo@example.org"}}},
            "code": "12345678"})
    }

    #[test]
    fn a_contact_point_counts_once_its_code_is_answered() {
        let mut given = workspace();
        by(&mut given, MEMBER)
            .when("add-contact-point", mail(1))
            .accepted("contact-point-added");
        let again = by(&mut given, MEMBER).when("add-contact-point", mail(2));
        assert_eq!(again.unchanged()["point_id"], json!(id(1)));
        let code = |code: &str| json!({"point_id": id(1), "code": code});
        by(&mut given, ADMIN)
            .when("verify-contact-point", code("12345678"))
            .refused("contact_point_not_found");
        let wrong = by(&mut given, MEMBER).when("verify-contact-point", code("12345679"));
        let answer = wrong.accepted("contact-code-wrong");
        assert_eq!(answer, json!({"is_verified": false, "tries_left": 4}));
        by(&mut given, MEMBER)
            .when("verify-contact-point", code("1234 5678"))
            .accepted("contact-point-verified");
        by(&mut given, MEMBER)
            .when("verify-contact-point", code("0"))
            .unchanged();
        given.assert_replays();
    }

    #[test]
    fn a_code_counts_five_times_and_a_quarter_of_an_hour() {
        let mut given = workspace();
        by(&mut given, MEMBER)
            .when("add-contact-point", mail(1))
            .accepted("contact-point-added");
        let code = |code: &str| json!({"point_id": id(1), "code": code});
        for _ in 0..5 {
            by(&mut given, MEMBER)
                .when("verify-contact-point", code("1"))
                .accepted("contact-code-wrong");
        }
        by(&mut given, MEMBER)
            .when("verify-contact-point", code("12345678"))
            .refused("code_over");
        let renew = json!({"wish": {"point_id": id(1)}, "code": "87654321"});
        by(&mut given, MEMBER)
            .when("renew-contact-code", renew.clone())
            .refused("code_sent_just_now");
        later(&mut given, 60_000);
        by(&mut given, MEMBER)
            .when("renew-contact-code", renew)
            .accepted("contact-code-renewed");
        later(&mut given, 15 * 60_000 + 1);
        by(&mut given, MEMBER)
            .when("verify-contact-point", code("87654321"))
            .refused("code_over");
        let outgoing = crate::queries::outgoing(given.rows(), given.now(), 10).unwrap();
        assert_eq!(outgoing.len(), 1, "the older code is not sent any more");
        given.assert_replays();
    }

    #[test]
    fn addresses_that_are_none_are_refused_by_field() {
        let mut given = workspace();
        let key = "B".repeat(87);
        let push = |endpoint: &str, auth: &str| json!({"web_push": {"endpoint": endpoint, "p256dh": key, "auth": auth}});
        let secret = "a".repeat(22);
        for (address, field) in [
            (json!({"email": {"address": "mo"}}), "email.address"),
            (
                json!({"email": {"address": "a b@example.org"}}),
                "email.address",
            ),
            (
                json!({"email": {"address": "<a@example.org>"}}),
                "email.address",
            ),
            (
                json!({"webhook": {"provider": "http://x", "to": "+62 811"}}),
                "webhook.provider",
            ),
            (
                json!({"webhook": {"provider": "sms", "to": "me"}}),
                "webhook.to",
            ),
            (
                push("http://push.example.org/x", &secret),
                "web_push.endpoint",
            ),
            (push("https://a@127.0.0.1/x", &secret), "web_push.endpoint"),
            (push("https://push.example.org/x", "short"), "web_push.auth"),
        ] {
            let body = json!({"wish": {"point_id": id(1), "address": address}, "code": "1"});
            let refusal = by(&mut given, MEMBER)
                .when("add-contact-point", body)
                .refused("bad_address");
            let expected = format!("command.address.{field}");
            assert_eq!(refusal.field, Some(expected));
        }
    }

    #[test]
    fn others_see_no_more_than_that_there_is_one() {
        let mut given = workspace();
        by(&mut given, MEMBER)
            .when("add-contact-point", mail(1))
            .accepted("contact-point-added");
        let actor = kernel::Actor::Person(ADMIN);
        let seen = crate::tests::ask(&given, &actor, "contact-list", "").unwrap();
        let text = seen.to_string();
        assert!(text.contains("m•••@example.org"), "{text}");
        assert!(!text.contains("mo@example.org") && !text.contains("12345678"));
    }
}
