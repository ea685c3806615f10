//! The search index's rows. Removing a text needs the very text that was added.

use crate::attachment::Attachment;
use rusqlite::Connection;
use search_text::tokens::indexed;

/// Adds a message's text and the names of its files.
///
/// # Errors
/// When the view cannot be written.
pub fn add(
    rows: &Connection,
    message: i64,
    text: &str,
    attachments: &[Attachment],
) -> rusqlite::Result<()> {
    let tokens = tokens(text, attachments);
    if tokens.is_empty() {
        return Ok(());
    }
    rows.prepare_cached("INSERT INTO message_text (rowid, tokens) VALUES (?1, ?2)")?
        .execute((message, tokens))?;
    Ok(())
}

/// Removes what was added for a message.
///
/// # Errors
/// When the view cannot be written.
pub fn remove(
    rows: &Connection,
    message: i64,
    text: &str,
    attachments: &[Attachment],
) -> rusqlite::Result<()> {
    let tokens = tokens(text, attachments);
    if tokens.is_empty() {
        return Ok(());
    }
    rows.prepare_cached(
        "INSERT INTO message_text (message_text, rowid, tokens) VALUES ('delete', ?1, ?2)",
    )?
    .execute((message, tokens))?;
    Ok(())
}

fn tokens(text: &str, attachments: &[Attachment]) -> String {
    let mut tokens = indexed(text);
    for attachment in attachments {
        tokens.push(' ');
        tokens.push_str(&indexed(&attachment.name));
    }
    tokens
}
