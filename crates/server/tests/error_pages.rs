//! Every code a refusal or problem may carry has a page in `docs/errors`, and every page is about a
//! code that is used. Codes are read from the sources: the text arguments of whatever makes refusals
//! and problems.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What makes a refusal or problem; helpers of single files are called so as well.
const MAKERS: [&str; 13] = [
    "Refusal::invalid(",
    "Refusal::forbidden(",
    "Refusal::not_found(",
    "Refusal::conflict(",
    "Refusal::failed(",
    "Problem::new(",
    "Problem::invalid(",
    " Self::new(",
    "refusal(",
    "refused(",
    "conflict(",
    "not_found(",
    "invalid(",
];

/// Texts in the same calls that name fields.
const FIELDS: [&str; 47] = [
    "account_id",
    "around",
    "asset",
    "asset_id",
    "attachment",
    "attachment_id",
    "body",
    "call_id",
    "ceremony_id",
    "command",
    "command_id",
    "conversation_id",
    "credential",
    "csv",
    "cursor",
    "depends_on",
    "drill_id",
    "external_id",
    "from_seq",
    "group_id",
    "handle",
    "hash",
    "incident_id",
    "key",
    "kind",
    "language",
    "limit",
    "message",
    "min_seq",
    "moment",
    "name",
    "objects",
    "order",
    "owner",
    "person_id",
    "prefix",
    "q",
    "query",
    "reason",
    "review_days",
    "rewind_id",
    "search",
    "steps",
    "template",
    "thread_of",
    "until",
    "workspace_id",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The sources of everything that answers clients, without their tests.
fn sources() -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for part in [
        "modules",
        "crates/attachments/src",
        "crates/kernel/src",
        "crates/journal/src",
        "crates/authorization/src",
        "crates/server/src",
        "crates/vault-server/src",
    ] {
        collect(&root().join(part), &mut files);
    }
    assert!(files.len() > 100, "the sources are found");
    files
}

fn collect(path: &Path, into: &mut Vec<(PathBuf, String)>) {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    if path.is_dir() {
        if name != "tests" {
            for entry in std::fs::read_dir(path).unwrap() {
                collect(&entry.unwrap().path(), into);
            }
        }
    } else if path.extension().is_some_and(|e| e == "rs")
        && !matches!(name, "tests.rs" | "testing.rs")
    {
        let text = std::fs::read_to_string(path).unwrap();
        let code = text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default();
        into.push((path.into(), code.into()));
    }
}

/// The text literals in snake case among the arguments of makers.
fn codes(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for maker in MAKERS {
        for (at, _) in source.match_indices(maker) {
            let arguments = arguments(&source[at + maker.len()..]);
            found.extend(
                literals(arguments)
                    .filter(|text| is_snake(text))
                    .map(str::to_owned),
            );
        }
    }
    found
}

/// What stands before the parenthesis that closes the call.
fn arguments(text: &str) -> &str {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}

fn literals(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

fn is_snake(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn pages() -> BTreeSet<String> {
    let folder = std::fs::read_dir(root().join("docs/errors")).unwrap();
    folder
        .filter_map(|entry| {
            entry
                .unwrap()
                .file_name()
                .to_str()?
                .strip_suffix(".md")
                .map(str::to_owned)
        })
        .filter(|name| name != "README")
        .collect()
}

#[test]
fn every_code_has_a_page() {
    let pages = pages();
    let mut missing = Vec::new();
    for (path, source) in sources() {
        for code in codes(&source) {
            if !FIELDS.contains(&code.as_str()) && !pages.contains(&code) {
                missing.push(format!("{code} ({})", path.display()));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "without a page in docs/errors: {missing:#?}"
    );
}

#[test]
fn every_page_is_about_a_code_that_is_used_and_says_what_to_do() {
    let sources = sources();
    for code in pages() {
        let quoted = format!("\"{code}\"");
        assert!(
            sources.iter().any(|(_, source)| source.contains(&quoted)),
            "{code} is used nowhere"
        );
        let page = std::fs::read_to_string(root().join(format!("docs/errors/{code}.md"))).unwrap();
        assert!(
            page.starts_with(&format!("# `{code}`\n\n")),
            "{code} has its own heading"
        );
        for part in ["**Cause.** ", "**What to do.** "] {
            assert!(page.contains(part), "{code} lacks {part}");
        }
    }
}

#[test]
fn codes_are_found_in_calls() {
    let source =
        r#"Refusal::invalid("command.text", "text_empty", format!("{}", f(1))); other("not_one")"#;
    assert_eq!(
        codes(source).into_iter().collect::<Vec<_>>(),
        ["text_empty"]
    );
}
