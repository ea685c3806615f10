//! What a file proves.

use crate::difference::differences;
use crate::{
    Envelope, PublicKey, SIGNATURE, Statement, Trust, UNSIGNED_BECAUSE, Unusable, canonical, read,
};
use kernel::{Timestamp, WorkspaceId};
use serde::Serialize;
use serde_json::{Map, Value};

/// Clocks of sites differ by less.
const CLOCKS_MS: i64 = 10 * 60 * 1_000;
/// Differences that are written out.
const DIFFERENCES_MAX: usize = 50;

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is so.
    Proven,
    /// Nothing here says whether it is so.
    NotProven,
    /// It is not so.
    Refuted,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How it stands.
    pub state: State,
    /// What, in one sentence.
    pub what: String,
}

impl Finding {
    pub(crate) fn new(state: State, what: impl Into<String>) -> Self {
        let what = what.into();
        Self { state, what }
    }
}

/// What is asked besides.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// That it belongs to this workspace.
    pub workspace: Option<WorkspaceId>,
    /// That one of these keys signed.
    pub trust: Option<&'a Trust>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Examined {
    /// In the order of interest.
    pub findings: Vec<Finding>,
    /// The statement; absent where the report says that it is not signed. It may be believed only if
    /// nothing is refuted.
    pub statement: Option<Statement>,
}

impl Examined {
    /// Whether everything that was asked is proven: nothing is refuted.
    #[must_use]
    pub fn is_upheld(&self) -> bool {
        self.findings.iter().all(|one| one.state != State::Refuted)
    }
}

/// Examines a file.
///
/// # Errors
/// When nothing can be said of it.
pub fn verify(bytes: &[u8], asked: &Asked<'_>) -> Result<Examined, Unusable> {
    let mut readable = read(bytes)?;
    let signature = readable.remove(SIGNATURE).ok_or(Unusable::NoSignature)?;
    if signature.is_null() {
        return Ok(unsigned(&readable));
    }
    let envelope: Envelope = serde_json::from_value(signature).map_err(|error| {
        Unusable::malformed("/signature", format!("is no DSSE envelope: {error}"))
    })?;
    let opened = envelope
        .open()
        .map_err(|error| Unusable::malformed("/signature", format!("cannot be opened: {error}")))?;
    let statement = statement(&opened.payload)?;
    let mut findings = Vec::new();
    let all_good = opened.signers.iter().all(|(_, is_good)| *is_good);
    for (key, is_good) in &opened.signers {
        findings.push(signer(&statement, *key, *is_good));
    }
    findings.extend(same(&statement, &readable, all_good));
    for (key, _) in &opened.signers {
        findings.push(trusted(&statement, *key, asked.trust));
    }
    findings.push(belongs(&statement, asked.workspace));
    findings.push(Finding::new(
        State::NotProven,
        "that the time is right: it is what the clock of the site that signed said",
    ));
    findings.push(Finding::new(
        State::NotProven,
        "that the figures are right: they are what the report says was measured, by the method it names",
    ));
    let statement = Some(statement);
    Ok(Examined {
        findings,
        statement,
    })
}

fn unsigned(readable: &Map<String, Value>) -> Examined {
    let because = readable.get(UNSIGNED_BECAUSE).and_then(Value::as_str);
    let because = because.unwrap_or("it does not say why");
    let what = format!("this report is not signed ({because}): it proves nothing");
    Examined {
        findings: vec![Finding::new(State::Refuted, what)],
        statement: None,
    }
}

fn statement(payload: &[u8]) -> Result<Statement, Unusable> {
    let bad = |cause: String| Unusable::malformed("/signature/payload", cause);
    let fields = read(payload).map_err(|error| bad(error.to_string()))?;
    let statement: Statement = serde_json::from_value(Value::Object(fields))
        .map_err(|error| bad(format!("is no statement about a report: {error}")))?;
    match statement.flaw() {
        Some(flaw) => Err(bad(format!("is no statement about a report: {flaw}"))),
        None => Ok(statement),
    }
}

fn signer(statement: &Statement, key: PublicKey, is_good: bool) -> Finding {
    let about = &statement.predicate.about;
    if is_good {
        let at = moment(about.signed_at);
        let what = format!(
            "it was signed with key {key}, as site {} on {at}",
            about.site
        );
        return Finding::new(State::Proven, what);
    }
    let what =
        format!("the signature is not good: key {key} did not sign this, or it was changed since");
    Finding::new(State::Refuted, what)
}

fn same(statement: &Statement, readable: &Map<String, Value>, is_signed: bool) -> Vec<Finding> {
    let (signed, reads) = (&statement.predicate.report, as_canonical(readable));
    let found = differences(&as_canonical(signed), &reads);
    if found.is_empty() {
        return match is_signed {
            true => vec![Finding::new(
                State::Proven,
                "every figure and every text reads as it did when it was signed",
            )],
            false => Vec::new(),
        };
    }
    let more = found.len().saturating_sub(DIFFERENCES_MAX);
    let mut findings: Vec<Finding> = found
        .iter()
        .take(DIFFERENCES_MAX)
        .map(|difference| Finding::new(State::Refuted, difference.to_string()))
        .collect();
    if more > 0 {
        findings.push(Finding::new(
            State::Refuted,
            format!("{more} more fields differ"),
        ));
    }
    findings
}

/// As every reader of the canonical form sees it; both sides were found to have one.
fn as_canonical(fields: &Map<String, Value>) -> Map<String, Value> {
    canonical::bytes(fields)
        .and_then(|bytes| serde_json::from_slice(&bytes))
        .unwrap_or_else(|_| fields.clone())
}

fn trusted(statement: &Statement, key: PublicKey, trust: Option<&Trust>) -> Finding {
    let about = &statement.predicate.about;
    let site = &about.site;
    let refuted = |what: String| Finding::new(State::Refuted, what);
    let Some(trust) = trust else {
        return Finding::new(
            State::NotProven,
            format!("that key {key} belongs to your installation: give --trust"),
        );
    };
    if trust.installation != about.installation {
        return refuted(format!(
            "it belongs to installation {}, and the trusted keys to {}",
            about.installation, trust.installation
        ));
    }
    match trust.key(key) {
        None => refuted(format!("key {key} is not among the trusted keys")),
        Some(known) if known.site != *site => refuted(format!(
            "it says that site {site} signed, and key {key} is that of site {}",
            known.site
        )),
        Some(known) if known.revoked => refuted(format!(
            "key {key} of site {site} was revoked: others may have it, so what it signed is not believed"
        )),
        Some(known) if about.signed_at.since(known.since) < -CLOCKS_MS => refuted(format!(
            "it says it was signed on {}, before key {key} was published on {}",
            moment(about.signed_at),
            moment(known.since)
        )),
        Some(known)
            if known
                .retired_at
                .is_some_and(|at| about.signed_at.since(at) > CLOCKS_MS) =>
        {
            refuted(format!(
                "it says it was signed on {}, after key {key} was retired",
                moment(about.signed_at)
            ))
        }
        Some(_) => Finding::new(
            State::Proven,
            format!("key {key} is that of site {site} of the installation whose list you gave"),
        ),
    }
}

fn belongs(statement: &Statement, asked: Option<WorkspaceId>) -> Finding {
    let about = &statement.predicate.about;
    match (asked, about.workspace) {
        (Some(asked), Some(found)) if asked == found => {
            Finding::new(State::Proven, format!("it belongs to workspace {asked}"))
        }
        (Some(asked), Some(found)) => Finding::new(
            State::Refuted,
            format!("it belongs to workspace {found}, not to {asked}"),
        ),
        (Some(asked), None) => Finding::new(
            State::Refuted,
            format!("it belongs to the installation as a whole, not to workspace {asked}"),
        ),
        (None, Some(found)) => Finding::new(
            State::NotProven,
            format!("that you mean workspace {found}, to which it belongs: give --workspace"),
        ),
        (None, None) => Finding::new(
            State::Proven,
            format!("it says it belongs to installation {}", about.installation),
        ),
    }
}

/// A moment in words, UTC.
pub(crate) fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis()).map_or_else(
        |_| format!("{} ms since 1970", at.millis()),
        |at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

#[cfg(test)]
mod tests;
