//! What an error says about an append.

use journal::AppendError;
use tokio_postgres::error::{Severity, SqlState};

/// What a failed statement means for the append it carried.
pub fn append_error(error: &tokio_postgres::Error) -> AppendError {
    let Some(db) = error.as_db_error() else {
        // The connection failed after the statement was handed to it: it may have arrived.
        return AppendError::Unknown(describe(error));
    };
    let is_final = matches!(
        db.parsed_severity(),
        Some(Severity::Fatal | Severity::Panic) | None
    );
    classify(db.code(), is_final, &describe(error))
}

/// A session that ends (`FATAL`) may end after its commit became durable here and before it was
/// replicated. A plain `ERROR` always means the transaction was rolled back.
fn classify(code: &SqlState, session_ended: bool, text: &str) -> AppendError {
    if session_ended {
        return AppendError::Unknown(text.into());
    }
    if *code == SqlState::UNIQUE_VIOLATION {
        return AppendError::Conflict;
    }
    let meaning = if *code == SqlState::DISK_FULL {
        "the primary's disk is full"
    } else if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        "the node is not the primary"
    } else if *code == SqlState::T_R_SERIALIZATION_FAILURE
        || *code == SqlState::T_R_DEADLOCK_DETECTED
    {
        "the transaction was rolled back"
    } else if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        "the database role may not append"
    } else {
        "the database refused"
    };
    AppendError::Unavailable(format!("{meaning}: {text}"))
}

/// An error with its cause, which the library's own text leaves out.
pub fn describe(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => format!("{} ({})", db.message(), db.code().code()),
        None => match std::error::Error::source(error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rolled_back_statement_is_certain_and_an_ended_session_is_not() {
        for code in [
            SqlState::DISK_FULL,
            SqlState::READ_ONLY_SQL_TRANSACTION,
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::QUERY_CANCELED,
            SqlState::UNDEFINED_TABLE,
        ] {
            let answer = classify(&code, false, "text");
            assert!(matches!(answer, AppendError::Unavailable(_)), "{code:?}");
        }
        for code in [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::UNIQUE_VIOLATION,
        ] {
            let answer = classify(&code, true, "text");
            assert!(matches!(answer, AppendError::Unknown(_)), "{code:?}");
        }
        assert!(matches!(
            classify(&SqlState::UNIQUE_VIOLATION, false, "text"),
            AppendError::Conflict
        ));
    }

    #[test]
    fn a_full_disk_is_named() {
        let text = classify(&SqlState::DISK_FULL, false, "no space").to_string();
        assert!(text.contains("disk is full"), "{text}");
    }
}
