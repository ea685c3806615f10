//! Opening the engine that a configuration names.

use crate::cli::failure::{Failure, with_sources};
use journal::Engine;
use server::config::EngineConfig;
use std::sync::Arc;

/// Opens the engine.
pub async fn open(config: &EngineConfig) -> Result<Arc<dyn Engine>, Failure> {
    match config {
        EngineConfig::Sqlite { path } => {
            let engine = engine_sqlite::SqliteEngine::open(path)
                .map_err(|e| Failure::failed(format!("engine.path: {}", with_sources(&e))))?;
            Ok(Arc::new(engine))
        }
        EngineConfig::Postgres { dsn, password_file, patroni, local } => {
            let settings = engine_postgres::Config::new(dsn)
                .with_password_file(password_file.clone())
                .with_patroni(patroni.clone())
                .with_local(local.clone());
            let engine = engine_postgres::PostgresEngine::connect(settings)
                .await
                .map_err(|e| Failure::failed(format!("engine.dsn: {}", with_sources(&e))))?;
            Ok(Arc::new(engine))
        }
    }
}
