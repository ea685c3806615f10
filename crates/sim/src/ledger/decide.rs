//! What the ledger grants and refuses.

use super::failure;
use kernel::rusqlite::{Connection, OptionalExtension};
use kernel::{Command, DecideContext, DecideError, Decision, Event, Refusal};
use serde_json::{Value, json};

const LIMIT: i64 = 1_000;

pub(super) fn decide(
    rows: &Connection,
    context: &DecideContext,
    command: &Command,
) -> Result<Decision, DecideError> {
    let body = &command.body;
    match command.name.as_str() {
        "deposit" => deposit(rows, body),
        "transfer" => transfer(rows, body),
        "set" => set(rows, body),
        "schedule" => schedule(rows, context, body),
        "ring" => ring(rows, body),
        "fail-decide" => failure::panic_quietly(),
        "fail-apply" => Ok(Decision::accepted(vec![Event::new("poison", 1, body)])),
        _ => Err(Refusal::not_found("command", "unknown_command", "no such command").into()),
    }
}

fn text<'a>(body: &'a Value, field: &str) -> &'a str {
    body[field].as_str().unwrap_or_default()
}

fn balance(rows: &Connection, account: &str) -> Result<i64, DecideError> {
    Ok(rows
        .prepare_cached("SELECT balance FROM account WHERE name = ?1")?
        .query_row([account], |row| row.get(0))
        .optional()?
        .unwrap_or(0))
}

fn moved(account: &str, amount: i64) -> Event {
    Event::new("moved", 1, &json!({ "account": account, "amount": amount }))
}

fn deposit(rows: &Connection, body: &Value) -> Result<Decision, DecideError> {
    let (account, amount) = (text(body, "account"), body["amount"].as_i64().unwrap_or(0));
    let limit: Option<i64> = rows
        .prepare_cached("SELECT value FROM policy WHERE name = 'limit'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    if amount > limit.unwrap_or(LIMIT) {
        return Err(Refusal::conflict("over_limit", "more than the policy allows").into());
    }
    Ok(Decision::Accepted {
        events: vec![moved(account, amount)],
        answer: json!({ "balance": balance(rows, account)? + amount }),
    })
}

fn transfer(rows: &Connection, body: &Value) -> Result<Decision, DecideError> {
    let (from, to) = (text(body, "from"), text(body, "to"));
    let amount = body["amount"].as_i64().unwrap_or(0);
    let left = balance(rows, from)? - amount;
    if left < 0 {
        return Err(Refusal::conflict("insufficient", "the account does not hold as much").into());
    }
    Ok(Decision::Accepted {
        events: vec![moved(from, -amount), moved(to, amount)],
        answer: json!({ "left": left }),
    })
}

fn set(rows: &Connection, body: &Value) -> Result<Decision, DecideError> {
    let found: Option<i64> = rows
        .prepare_cached("SELECT value FROM register WHERE name = ?1")?
        .query_row([text(body, "register")], |row| row.get(0))
        .optional()?;
    let answer = json!({ "value": body["value"] });
    if found == body["value"].as_i64() {
        return Ok(Decision::Unchanged { answer });
    }
    Ok(Decision::Accepted {
        events: vec![Event::new("set", 1, body)],
        answer,
    })
}

fn schedule(
    rows: &Connection,
    context: &DecideContext,
    body: &Value,
) -> Result<Decision, DecideError> {
    let timer = text(body, "timer");
    if rung(rows, timer)?.is_some() {
        return Err(Refusal::conflict("timer_exists", "there is such a timer").into());
    }
    let due_at = context.time.millis() + body["after_ms"].as_i64().unwrap_or(0);
    let data = json!({ "timer": timer, "due_at": due_at });
    Ok(Decision::Accepted {
        events: vec![Event::new("scheduled", 1, &data)],
        answer: data,
    })
}

fn ring(rows: &Connection, body: &Value) -> Result<Decision, DecideError> {
    match rung(rows, text(body, "timer"))? {
        None => Err(Refusal::not_found("timer", "no_timer", "no such timer").into()),
        Some(0) => Ok(Decision::accepted(vec![Event::new("rung", 1, body)])),
        Some(_) => Ok(Decision::unchanged()),
    }
}

fn rung(rows: &Connection, timer: &str) -> Result<Option<i64>, DecideError> {
    Ok(rows
        .prepare_cached("SELECT rung FROM timer WHERE name = ?1")?
        .query_row([timer], |row| row.get(0))
        .optional()?)
}
