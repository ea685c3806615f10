//! Which of some people are no longer here.

use rusqlite::Connection;

/// Those of `names` (login names or names, ignoring case) that belong to deactivated accounts alone.
/// Somebody who never had an account is not missed.
///
/// # Errors
/// When the view cannot be read.
pub fn departed(rows: &Connection, names: &[String]) -> Result<Vec<String>, rusqlite::Error> {
    let mut asked = rows.prepare_cached(
        "SELECT COUNT(*) > 0 AND SUM(is_active) = 0 FROM account
         WHERE user_key = ?1 OR name_key = ?1",
    )?;
    let mut found = Vec::new();
    for name in names {
        let is_departed: Option<bool> = asked.query_row([name.to_lowercase()], |row| row.get(0))?;
        if is_departed == Some(true) {
            found.push(name.clone());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_who_had_an_account_and_have_none_are_missed() {
        let rows = Connection::open_in_memory().unwrap();
        rows.execute_batch(include_str!("../schema.sql")).unwrap();
        let account = |id: u8, user: &str, name: &str, is_active: bool| {
            rows.execute(
                "INSERT INTO account (id, user, user_key, name, name_key, password_hash,
                                      is_operator, is_active, created_at)
                 VALUES (?1, ?2, lower(?2), ?3, lower(?3), '', 0, ?4, 1)",
                rusqlite::params![[id], user, name, is_active],
            )
            .unwrap();
        };
        account(1, "ana", "Ana Sari", true);
        account(2, "budi", "Budi Jaya", false);
        account(3, "chen", "Chen Wei", false);
        account(4, "chen2", "Chen Wei", true);
        let names = ["Ana Sari", "BUDI", "Chen Wei", "Never Here"].map(String::from);
        assert_eq!(departed(&rows, &names).unwrap(), ["BUDI"]);
        assert!(departed(&rows, &[]).unwrap().is_empty());
    }
}
