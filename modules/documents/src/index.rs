//! The search index's rows. Removing an item needs the very name and text that were added.

use rusqlite::Connection;
use search_text::tokens::indexed;

/// Adds an item's name and text.
///
/// # Errors
/// When the view cannot be written.
pub fn add(rows: &Connection, item: i64, name: &str, text: &str) -> rusqlite::Result<()> {
    rows.prepare_cached("INSERT INTO item_text (rowid, tokens) VALUES (?1, ?2)")?
        .execute((item, tokens(name, text)))?;
    Ok(())
}

/// Removes what was added for an item.
///
/// # Errors
/// When the view cannot be written.
pub fn remove(rows: &Connection, item: i64, name: &str, text: &str) -> rusqlite::Result<()> {
    rows.prepare_cached(
        "INSERT INTO item_text (item_text, rowid, tokens) VALUES ('delete', ?1, ?2)",
    )?
    .execute((item, tokens(name, text)))?;
    Ok(())
}

fn tokens(name: &str, text: &str) -> String {
    let mut tokens = indexed(name);
    tokens.push(' ');
    tokens.push_str(&indexed(text));
    tokens
}
