//! The end of a run: everything is written down for the checkers.

use super::World;
use crate::history::{Dump, History};
use crate::site::Disk;
use crate::trace::Trace;
use kernel::rusqlite::{self, Connection, types::Value};
use kernel::{Entry, Payload, View};

impl World {
    pub(super) fn finish(mut self) -> (History, Trace) {
        let (chain, landed_at) = self.engine.chain();
        let payloads: Vec<Payload> = chain
            .iter()
            .filter_map(|entry| self.keys.open(&entry.header, &entry.sealed).ok())
            .collect();
        self.history.views = [0, 1].map(|site| {
            let core = self.sites[site].core.as_ref();
            core.map_or_else(Vec::new, |core| dump(core.view().rows()))
        });
        self.history.replay = self.replay(&chain, &payloads);
        self.history.mix = self.plan.mix;
        self.history.survivor = self.plan.survivor();
        self.history.healed_at = self.plan.heal_at;
        self.history.ended_at = self.plan.end_at;
        self.history.chain = chain;
        self.history.payloads = payloads;
        self.history.landed_at = landed_at;
        let end = self.clock(0);
        self.trace.note(self.now, format_args!("end {end}"));
        (self.history, self.trace)
    }

    /// What a new site would have after reading everything.
    fn replay(&self, chain: &[Entry], payloads: &[Payload]) -> Dump {
        let disk = Disk::empty().expect("SQLite works in memory");
        let mut view = disk
            .open(self.sites[0].module())
            .expect("SQLite works in memory");
        let replayed =
            replay_into(&mut view, chain, payloads).and_then(|()| view.follow(&self.policy));
        match replayed {
            Ok(()) => dump(view.rows()),
            Err(error) => vec![format!("cannot be replayed: {error:?}")],
        }
    }
}

fn replay_into(
    view: &mut View,
    chain: &[Entry],
    payloads: &[Payload],
) -> Result<(), kernel::ViewError> {
    if chain.is_empty() {
        return Ok(());
    }
    view.begin()?;
    for (entry, payload) in chain.iter().zip(payloads) {
        view.apply(&entry.header, entry.hash, payload)?;
    }
    view.commit()
}

/// Every row of every table, in an order that follows from the rows alone.
fn dump(rows: &Connection) -> Dump {
    read_all(rows).unwrap_or_else(|error| vec![format!("cannot be read: {error}")])
}

fn read_all(rows: &Connection) -> Result<Dump, rusqlite::Error> {
    let tables: Vec<String> = rows
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut lines = Vec::new();
    for table in tables {
        let mut statement = rows.prepare(&format!("SELECT * FROM \"{table}\""))?;
        let columns = statement.column_count();
        let mut found = statement
            .query_map([], |row| {
                let values: Vec<Value> = (0..columns)
                    .map(|column| row.get(column))
                    .collect::<Result<_, _>>()?;
                Ok(format!("{table} {values:?}"))
            })?
            .collect::<Result<Vec<String>, _>>()?;
        found.sort();
        lines.append(&mut found);
    }
    Ok(lines)
}
