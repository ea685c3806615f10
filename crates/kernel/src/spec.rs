//! What a module offers at its door: its commands and queries, described well enough that the
//! gateway can mount them and generate OpenAPI from them without knowing any of them.

use crate::{Actor, DecideError, Refusal};
use rusqlite::Connection;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

/// Schemas by name, for the components of an OpenAPI document.
pub type NamedSchemas = Vec<(String, RefOr<Schema>)>;

/// A type's schema with those it refers to.
#[derive(Clone, Copy)]
pub struct SchemaOf {
    /// The type's name in the document.
    pub name: fn() -> String,
    /// The schema itself.
    pub schema: fn() -> RefOr<Schema>,
    /// Collects the schemas it refers to.
    pub refers_to: fn(&mut NamedSchemas),
}

impl SchemaOf {
    /// The schema of `T`.
    #[must_use]
    pub const fn of<T: ToSchema>() -> Self {
        Self {
            name: || T::name().into_owned(),
            schema: T::schema,
            refers_to: T::schemas,
        }
    }
}

/// A command: `POST /api/<module>/<name>`.
#[derive(Clone, Copy)]
pub struct CommandSpec {
    /// Verb and noun in kebab case.
    pub name: &'static str,
    /// One line for the reader of the API description.
    pub summary: &'static str,
    /// The parameters (`command` in the request).
    pub body: SchemaOf,
    /// Whether clients may send it; `false` for commands only sites issue (`due`).
    pub is_public: bool,
}

impl CommandSpec {
    /// A command with parameters of type `T` that clients may send.
    #[must_use]
    pub const fn new<T: ToSchema>(name: &'static str, summary: &'static str) -> Self {
        Self {
            name,
            summary,
            body: SchemaOf::of::<T>(),
            is_public: true,
        }
    }

    /// The same command, kept for sites themselves.
    #[must_use]
    pub const fn internal(self) -> Self {
        Self {
            is_public: false,
            ..self
        }
    }
}

/// Runs a query for an actor with the raw query string.
pub type RunQuery = fn(&Connection, &Actor, &str) -> Result<Value, DecideError>;

/// A query: `GET /api/<module>/<name>`.
#[derive(Clone, Copy)]
pub struct QuerySpec {
    /// Noun first, in kebab case.
    pub name: &'static str,
    /// One line for the reader of the API description.
    pub summary: &'static str,
    /// The parameters, an object of scalars.
    pub parameters: SchemaOf,
    /// The answer.
    pub answer: SchemaOf,
    /// Runs it. Checks for itself what the actor may see.
    pub run: RunQuery,
}

/// Runs `query` with parameters parsed from a raw query string; for [`QuerySpec::run`]:
/// `run: |rows, actor, text| run_query(rows, actor, text, message_list)`.
///
/// # Errors
/// A refusal for parameters that do not parse, or what the query answers.
pub fn run_query<P: DeserializeOwned, A: Serialize>(
    rows: &Connection,
    actor: &Actor,
    text: &str,
    query: fn(&Connection, &Actor, P) -> Result<A, DecideError>,
) -> Result<Value, DecideError> {
    let parameters = serde_urlencoded::from_str(text)
        .map_err(|e| Refusal::invalid("query", "malformed", e.to_string()))?;
    let answer = query(rows, actor, parameters)?;
    serde_json::to_value(answer)
        .map_err(|e| Refusal::failed("answer_not_serialisable", e.to_string()).into())
}

/// Parses a command's parameters.
///
/// # Errors
/// The refusal `malformed` that names what does not fit.
pub fn parse_body<T: DeserializeOwned>(body: &Value) -> Result<T, Refusal> {
    T::deserialize(body).map_err(|e| Refusal::malformed(&e))
}
