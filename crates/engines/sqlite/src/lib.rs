//! The embedded engine: one durable SQLite file on one machine.
