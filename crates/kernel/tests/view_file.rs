//! When a view's file is kept and when it is made anew.

use kernel::{
    ApplyError, Audience, Command, CommandSpec, DecideContext, DecideError, Decision, Event,
    Header, Module, ModuleName, PersonId, QuerySpec, Topic, View,
};
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;

/// A module with one table, of a given schema version.
struct Notes(u32);

impl Module for Notes {
    fn name(&self) -> ModuleName {
        "notes"
    }

    fn schema(&self) -> &'static str {
        "CREATE TABLE note (text TEXT);"
    }

    fn schema_version(&self) -> u32 {
        self.0
    }

    fn commands(&self) -> &'static [CommandSpec] {
        &[]
    }

    fn queries(&self) -> &'static [QuerySpec] {
        &[]
    }

    fn decide(
        &self,
        _: &Connection,
        _: &DecideContext,
        _: &Command,
    ) -> Result<Decision, DecideError> {
        Ok(Decision::unchanged())
    }

    fn apply(&self, _: &Connection, _: &Header, _: &Event) -> Result<(), ApplyError> {
        Ok(())
    }

    fn audience(&self, _: &Connection, _: &Event) -> Result<Audience, rusqlite::Error> {
        Ok(Audience::default())
    }

    fn topics(&self, _: &Connection, _: PersonId) -> Result<Vec<Topic>, rusqlite::Error> {
        Ok(Vec::new())
    }
}

/// Opens the view and gives how many rows it holds.
fn rows(path: &Path, version: u32) -> i64 {
    let view = View::open(path, Arc::new(Notes(version))).expect("a view");
    view.rows()
        .query_row("SELECT count(*) FROM note", [], |row| row.get(0))
        .expect("a count")
}

/// A view of version 1 with one row.
fn written(path: &Path) {
    let view = View::open(path, Arc::new(Notes(1))).expect("a view");
    view.rows()
        .execute("INSERT INTO note VALUES ('kept')", [])
        .expect("a row");
}

#[test]
fn a_view_of_the_same_version_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("view.sqlite");
    written(&path);
    assert_eq!(rows(&path, 1), 1);
}

#[test]
fn a_view_of_another_version_or_a_damaged_one_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("view.sqlite");
    written(&path);
    assert_eq!(rows(&path, 2), 0);
    std::fs::write(&path, vec![7; 8_192]).unwrap();
    assert_eq!(rows(&path, 2), 0);
}

/// Someone else holds the file: that passes, and is no reason to throw the rows away.
#[test]
fn a_view_that_cannot_be_used_at_the_moment_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("view.sqlite");
    written(&path);
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; DELETE FROM note WHERE 0;",
        )
        .unwrap();
    let refused = View::open(&path, Arc::new(Notes(1)));
    assert!(refused.is_err(), "the file is locked");
    drop(other);
    assert_eq!(rows(&path, 1), 1);
}
