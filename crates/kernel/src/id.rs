//! Typed identifiers. All are UUIDs; new ones are version 7 (RFC 9562), so they sort by time.

use crate::{Clock, Random};
use serde::{Deserialize, Serialize};

/// A new version 7 UUID from the given clock and randomness.
#[must_use]
pub fn new_uuid(clock: &dyn Clock, random: &dyn Random) -> Uuid {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    let millis = u64::try_from(clock.now().millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
}

/// The OpenAPI schema of every id.
#[must_use]
pub fn uuid_schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
    use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
        .into()
}

/// Defines a UUID newtype with display, parsing, serde and creation.
#[macro_export]
macro_rules! define_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            $crate::id::serde::Serialize, $crate::id::serde::Deserialize,
        )]
        #[serde(transparent, crate = "::kernel::id::serde")]
        pub struct $name(pub $crate::id::Uuid);

        $crate::impl_id!($name);
    };
}

/// The methods of a UUID newtype.
#[macro_export]
macro_rules! impl_id {
    ($name:ident) => {
        impl $name {
            /// A new id from the given clock and randomness.
            #[must_use]
            pub fn new(clock: &dyn $crate::Clock, random: &dyn $crate::Random) -> Self {
                Self($crate::id::new_uuid(clock, random))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::id::UuidError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::id::Uuid::parse_str(text).map(Self)
            }
        }

        impl $crate::utoipa::PartialSchema for $name {
            fn schema() -> $crate::utoipa::openapi::RefOr<$crate::utoipa::openapi::Schema> {
                $crate::id::uuid_schema()
            }
        }

        impl $crate::utoipa::ToSchema for $name {}

        impl $crate::rusqlite::types::ToSql for $name {
            fn to_sql(&self) -> $crate::rusqlite::Result<$crate::rusqlite::types::ToSqlOutput<'_>> {
                Ok($crate::rusqlite::types::ToSqlOutput::from(
                    self.0.as_bytes().to_vec(),
                ))
            }
        }

        impl $crate::rusqlite::types::FromSql for $name {
            fn column_result(
                value: $crate::rusqlite::types::ValueRef<'_>,
            ) -> $crate::rusqlite::types::FromSqlResult<Self> {
                let bytes = value.as_blob()?;
                $crate::id::Uuid::from_slice(bytes)
                    .map(Self)
                    .map_err(|e| $crate::rusqlite::types::FromSqlError::Other(Box::new(e)))
            }
        }
    };
}

pub use serde;
pub use uuid::{Error as UuidError, Uuid};

macro_rules! own_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);
        impl_id!($name);
    };
}

own_id! {
    /// A workspace. The nil id stands for the installation itself.
    WorkspaceId
}
own_id! {
    /// A person in one workspace.
    PersonId
}
own_id! {
    /// An account of the installation: what signs in.
    AccountId
}
own_id! {
    /// The client-made idempotency key of a command.
    CommandId
}

impl WorkspaceId {
    /// The installation as a whole: accounts, workspaces, keys, the continuity record.
    pub const INSTALLATION: Self = Self(Uuid::nil());
}

fn first_16(name: &str) -> [u8; 16] {
    let hash = blake3::derive_key("sekoci 2026 derived command id", name.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    bytes
}

impl CommandId {
    /// An id that follows from `name` alone, for commands several sites may issue about the same
    /// fact (a reminder that is due, a verdict): whoever comes second finds it done. Clients cannot use
    /// such ids ([`CommandId::is_of_a_site`]): whoever took one before the site would keep it from
    /// doing its work.
    #[must_use]
    pub fn derived(name: &str) -> Self {
        let hash = first_16(name);
        Self(uuid::Builder::from_custom_bytes(hash).into_uuid())
    }

    /// An id that follows from `name` alone, for a client that may send the same command again from
    /// another process. It has the form of a random one.
    #[must_use]
    pub fn of_client(name: &str) -> Self {
        let hash = first_16(name);
        Self(uuid::Builder::from_random_bytes(hash).into_uuid())
    }

    /// Whether it has the form of those that [`CommandId::derived`] makes.
    #[must_use]
    pub fn is_of_a_site(&self) -> bool {
        self.0.get_version() == Some(uuid::Version::Custom)
    }
}
