//! What only the gateway can add to a command: a code that nobody has chosen.

use kernel::Random;
use serde_json::{Value, json};

/// Digits of a code.
const DIGITS: usize = 8;

/// A command's parameters as they are decided: `add-contact-point` and `renew-contact-code` with a
/// fresh code, others as they were sent.
#[must_use]
pub fn prepare(name: &str, sent: Value, random: &dyn Random) -> Value {
    match name {
        "add-contact-point" | "renew-contact-code" => json!({"wish": sent, "code": code(random)}),
        _ => sent,
    }
}

fn code(random: &dyn Random) -> String {
    let mut digits = String::new();
    while digits.len() < DIGITS {
        let mut byte = [0];
        random.fill(&mut byte);
        // Bytes from 250 up would make the low digits likelier.
        if byte[0] < 250 {
            digits.push(char::from(b'0' + byte[0] % 10));
        }
    }
    digits
}
