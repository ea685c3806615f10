//! Checks of what people say of an asset, the same for commands, imports and templates.

use crate::events::AssetFields;
use crate::limits::{DESCRIPTION_CHARS_MAX, KEY_CHARS_MAX, NAME_CHARS_MAX, REVIEW_DAYS_MAX};
use kernel::{Refusal, check};

/// The fields as they are kept.
///
/// # Errors
/// A refusal that names the field below `path`.
pub fn checked(path: &str, asset: AssetFields) -> Result<AssetFields, Refusal> {
    let at = |name: &str| format!("{path}{name}");
    let measured_by = asset.measured_by.filter(|text| !text.is_empty());
    Ok(AssetFields {
        key: key(&at("key"), &asset.key)?,
        kind: asset.kind,
        name: check::line(&at("name"), &asset.name, 1..=NAME_CHARS_MAX)?,
        owner: asset.owner,
        description: check::text(
            &at("description"),
            &asset.description,
            0..=DESCRIPTION_CHARS_MAX,
        )?,
        review_days: review_days(&at("review_days"), asset.review_days)?,
        measured_by: measured_by
            .map(|text| measure(&at("measured_by"), &text))
            .transpose()?,
    })
}

/// A stable key.
///
/// # Errors
/// `bad_asset_key`.
pub fn key(field: &str, text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let well = (1..=KEY_CHARS_MAX).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.bytes().all(is_key_byte);
    if well {
        return Ok(text.to_owned());
    }
    let detail = "A key has 1 to 100 of a-z, 0-9 and . _ - /, and begins with a letter or digit.";
    Err(Refusal::invalid(field, "bad_asset_key", detail))
}

const fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-' | b'/')
}

fn review_days(field: &str, days: u32) -> Result<u32, Refusal> {
    if (1..=REVIEW_DAYS_MAX).contains(&days) {
        return Ok(days);
    }
    let detail = format!("An asset is looked at again after 1 to {REVIEW_DAYS_MAX} days.");
    Err(Refusal::invalid(field, "out_of_range", detail))
}

fn measure(field: &str, text: &str) -> Result<String, Refusal> {
    let is_name = |name: &str| {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        (1..=64).contains(&name.len()) && name.bytes().all(fits)
    };
    let well = match text.trim().split_once(':') {
        Some(("module", rest)) => rest.split('/').count() <= 2 && rest.split('/').all(is_name),
        Some(("drill", scenario)) => is_name(scenario),
        _ => false,
    };
    if well {
        return Ok(text.trim().to_owned());
    }
    let detail = "It is written module:NAME, module:NAME/FUNCTION or drill:SCENARIO.";
    Err(Refusal::invalid(field, "bad_measure", detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_plain() {
        for good in ["a", "9", "site/a", "core-banking_2.1"] {
            assert_eq!(key("f", good).unwrap(), good);
        }
        let long = "a".repeat(101);
        for bad in ["", "-a", "A", "a b", "=a", "é", long.as_str()] {
            assert_eq!(key("f", bad).unwrap_err().code, "bad_asset_key", "{bad}");
        }
    }

    #[test]
    fn measures_name_what_measures() {
        for good in [
            "module:messaging",
            "module:messaging/post-message",
            "drill:site-loss",
        ] {
            assert_eq!(measure("f", good).unwrap(), good);
        }
        for bad in [
            "",
            "messaging",
            "module:",
            "module:a/b/c",
            "drill:a/b",
            "x:a",
            "module:A",
        ] {
            assert_eq!(measure("f", bad).unwrap_err().code, "bad_measure", "{bad}");
        }
    }
}
