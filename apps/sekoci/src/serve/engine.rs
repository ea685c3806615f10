//! Opening the engine that a configuration names.

use crate::cli::failure::{Failure, with_sources};
use engine_postgres::{PostgresConfig, PostgresEngine};
use engine_sqlite::SqliteEngine;
use journal::Engine;
use server::config::EngineConfig;
use std::sync::Arc;

/// Opens the engine.
pub async fn open(config: &EngineConfig) -> Result<Arc<dyn Engine>, Failure> {
    match config {
        EngineConfig::Sqlite { path } => {
            let engine = SqliteEngine::open(path)
                .map_err(|e| Failure::failed(format!("engine.path: {}", with_sources(&e))))?;
            Ok(Arc::new(engine))
        }
        EngineConfig::Postgres {
            dsn,
            password_file,
            patroni,
            local,
        } => {
            let settings = PostgresConfig {
                patroni: patroni.clone(),
                local: local.clone(),
                password_file: password_file.clone(),
                ..PostgresConfig::new(dsn)
            };
            let engine = PostgresEngine::connect(settings)
                .await
                .map_err(|e| Failure::failed(format!("engine.dsn: {}", with_sources(&e))))?;
            Ok(Arc::new(engine))
        }
    }
}
