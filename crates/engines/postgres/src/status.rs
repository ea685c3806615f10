//! What the engine says of itself.

use crate::durability::Settings;
use crate::link::{SETTINGS, settings};
use crate::outcome::describe;
use crate::shared::{PrimaryReader, Shared};
use journal::Durability;
use serde_json::{Value, json};
use std::sync::Arc;

/// Names and sync states need `pg_read_all_stats`; without it they are null.
const STANDBYS: &str = "SELECT application_name, state, sync_state,
    pg_wal_lsn_diff(pg_current_wal_lsn(), flush_lsn)::bigint
    FROM pg_stat_replication ORDER BY application_name";

/// The settings in force at the primary; nothing while it cannot be reached.
async fn primary_settings(shared: &Shared) -> Result<(Arc<PrimaryReader>, Settings), String> {
    let limit = shared.config.connect_limit;
    let asked = async {
        let primary = shared.primary_reader().await?;
        let row = primary
            .reader
            .link
            .client()
            .query_typed_one(SETTINGS, &[])
            .await
            .map_err(|e| describe(&e))?;
        let settings = settings(&row, 0).map_err(|e| describe(&e))?;
        Ok((primary, settings))
    };
    tokio::time::timeout(limit, asked)
        .await
        .map_err(|_| format!("no answer within {limit:?}"))?
}

/// How well an append made now would be kept.
pub async fn durability(shared: &Shared) -> Option<Durability> {
    match primary_settings(shared).await {
        Ok((_, settings)) => Some(settings.durability(shared.config.copies_min)),
        Err(error) => {
            tracing::debug!(error, "the primary cannot be reached");
            shared.finder.look_again();
            None
        }
    }
}

/// Everything a status page shows.
pub async fn describe_engine(shared: &Shared) -> Value {
    let own = shared.local.reader();
    let primary = shared.finder.primary_name();
    let own_name = shared.finder.local().map(|node| node.name.as_str());
    let mut description = json!({
        "engine": "postgres",
        "version": own.as_ref().map_or("unknown", |own| own.link.facts.version.as_str()),
        "promise": format!(
            "on {} copies before it is acknowledged: survives losing any one site",
            shared.config.copies_min
        ),
        "copies_min": shared.config.copies_min,
        "copies": 0,
        "patroni": shared.finder.asks_patroni(),
        "own_node": own.as_ref().map(|own| json!({
            "is_standby": own.link.facts.is_standby,
            "is_believed": own.is_proven(),
            // By Patroni's word: what the connection said when it was made may be over.
            "is_primary": own_name.is_some() && own_name == primary,
        })),
    });
    let Value::Object(fields) = &mut description else {
        return description;
    };
    match primary_settings(shared).await {
        Err(error) => {
            fields.insert("error".into(), error.into());
        }
        Ok((primary, settings)) => {
            let facts = &primary.reader.link.facts;
            let name = shared.finder.primary_name();
            fields.insert("version".into(), facts.version.as_str().into());
            fields.insert("primary".into(), name.into());
            fields.insert("timeline".into(), facts.timeline.into());
            fields.insert("copies".into(), settings.copies().into());
            fields.insert(
                "role_default_overridden".into(),
                facts.overridden_commit.clone().into(),
            );
            fields.insert(
                "synchronous_standby_names".into(),
                settings.standby_names.into(),
            );
            fields.insert("standbys".into(), standbys(shared, &primary).await.into());
        }
    }
    description
}

async fn standbys(shared: &Shared, primary: &PrimaryReader) -> Vec<Value> {
    let asked = primary.reader.link.client().query_typed(STANDBYS, &[]);
    let answer = tokio::time::timeout(shared.config.connect_limit, asked).await;
    let Ok(Ok(rows)) = answer else {
        return Vec::new();
    };
    rows.iter()
        .map(|row| {
            json!({
                "name": row.try_get::<_, Option<String>>(0).ok().flatten(),
                "state": row.try_get::<_, Option<String>>(1).ok().flatten(),
                "sync_state": row.try_get::<_, Option<String>>(2).ok().flatten(),
                "behind_bytes": row.try_get::<_, Option<i64>>(3).ok().flatten(),
            })
        })
        .collect()
}
