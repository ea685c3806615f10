//! The two-site engine: PostgreSQL with synchronous replication.
