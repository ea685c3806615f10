//! The fingerprint of a view's rows: equal rows at two sites, or after a replay, have equal ones.

use crate::{Hash, Seq};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension};

/// A view's position and the hash of all its rows at that position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// The last entry applied.
    pub seq: Seq,
    /// Hash of that entry.
    pub head: Hash,
    /// Hash of the rows.
    pub rows: Hash,
}

/// Reads the fingerprint of a view, in one read transaction. What full-text indexes keep for
/// themselves is left out: it depends on when they tidy up, not on what was written.
///
/// # Errors
/// When the view cannot be read.
pub fn fingerprint(rows: &Connection) -> Result<Fingerprint, rusqlite::Error> {
    rows.execute_batch("BEGIN")?;
    let found = read(rows);
    rows.execute_batch("COMMIT")?;
    found
}

fn read(rows: &Connection) -> Result<Fingerprint, rusqlite::Error> {
    let head = rows
        .query_row(
            "SELECT seq, hash FROM kernel_head WHERE source = ''",
            [],
            |row| Ok((row.get(0)?, Hash(row.get(1)?))),
        )
        .optional()?;
    let (seq, head) = head.unwrap_or((0, Hash::ZERO));
    let mut hasher = blake3::Hasher::new_derive_key("sekoci 2026 view fingerprint v1");
    for table in tables(rows)? {
        hash_table(rows, &table, &mut hasher)?;
    }
    Ok(Fingerprint {
        seq,
        head,
        rows: Hash(*hasher.finalize().as_bytes()),
    })
}

/// The tables that hold what was written: all but the position itself (what is followed arrives in
/// its own time) and the inner tables of full-text indexes.
fn tables(rows: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    let of = |condition: &str| -> Result<Vec<String>, rusqlite::Error> {
        rows.prepare(&format!(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND {condition} ORDER BY name"
        ))?
        .query_map([], |row| row.get(0))?
        .collect()
    };
    let is_virtual = "sql LIKE 'CREATE VIRTUAL%'";
    let indexes = of(is_virtual)?;
    let mut tables = of(&format!("NOT ({is_virtual}) AND name NOT LIKE 'sqlite_%'"))?;
    tables.retain(|table| {
        table != "kernel_head"
            && !indexes
                .iter()
                .any(|index| table.starts_with(&format!("{index}_")))
    });
    Ok(tables)
}

fn hash_table(
    rows: &Connection,
    table: &str,
    hasher: &mut blake3::Hasher,
) -> Result<(), rusqlite::Error> {
    hash_value(hasher, b'N', table.as_bytes());
    let quoted = table.replace('"', "\"\"");
    let columns = rows
        .prepare(&format!("SELECT * FROM \"{quoted}\" LIMIT 0"))?
        .column_count();
    let order: Vec<String> = (1..=columns).map(|column| column.to_string()).collect();
    let order = order.join(", ");
    let mut statement = rows.prepare(&format!("SELECT * FROM \"{quoted}\" ORDER BY {order}"))?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        for column in 0..columns {
            match row.get_ref(column)? {
                ValueRef::Null => hash_value(hasher, b'0', &[]),
                ValueRef::Integer(value) => hash_value(hasher, b'i', &value.to_le_bytes()),
                ValueRef::Real(value) => hash_value(hasher, b'r', &value.to_le_bytes()),
                ValueRef::Text(value) => hash_value(hasher, b't', value),
                ValueRef::Blob(value) => hash_value(hasher, b'b', value),
            }
        }
    }
    Ok(())
}

fn hash_value(hasher: &mut blake3::Hasher, kind: u8, bytes: &[u8]) {
    hasher.update(&[kind]);
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(sql: &str) -> Connection {
        let rows = Connection::open_in_memory().unwrap();
        rows.execute_batch(&format!(
            "CREATE TABLE kernel_head (source TEXT, seq INTEGER, hash BLOB);
             CREATE TABLE note (id INTEGER, text TEXT);
             CREATE VIRTUAL TABLE found USING fts5 (text); {sql}"
        ))
        .unwrap();
        rows
    }

    #[test]
    fn equal_rows_are_equal_whatever_their_order() {
        let one = rows("INSERT INTO note VALUES (1, 'a'), (2, 'b')");
        let other = rows("INSERT INTO note VALUES (2, 'b'), (1, 'a')");
        assert_eq!(fingerprint(&one).unwrap(), fingerprint(&other).unwrap());
    }

    #[test]
    fn any_changed_value_shows() {
        let one = fingerprint(&rows("INSERT INTO note VALUES (1, 'ab')")).unwrap();
        for other in [
            "(1, 'ac')",
            "(2, 'ab')",
            "(1, NULL)",
            "('1', 'ab'), (1, 'ab')",
        ] {
            let other = rows(&format!("INSERT INTO note VALUES {other}"));
            assert_ne!(one, fingerprint(&other).unwrap());
        }
    }

    #[test]
    fn what_an_index_keeps_for_itself_is_left_out() {
        let plain = rows("");
        let indexed = rows("INSERT INTO found VALUES ('lifeboat')");
        assert_eq!(fingerprint(&plain).unwrap(), fingerprint(&indexed).unwrap());
    }
}
