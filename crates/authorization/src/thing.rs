//! Things that policies speak of, and the facts about them.

use crate::Error;
use cedar_policy::{Entity, EntityId, EntityTypeName, EntityUid, RestrictedExpression};
use std::collections::{HashMap, HashSet};
use std::str::FromStr;
use std::sync::OnceLock;

/// A kind of things, as policies name it: `principal is Person`. Keep it in a `static`: the name is
/// parsed once.
#[derive(Debug)]
pub struct Kind {
    name: &'static str,
    parsed: OnceLock<EntityTypeName>,
}

impl Kind {
    /// The kind of this name. The name must be a Cedar type name (a Rust-like identifier): using a
    /// kind with another name panics, in the first test that uses it.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            parsed: OnceLock::new(),
        }
    }

    fn parsed(&self) -> EntityTypeName {
        self.parsed
            .get_or_init(|| EntityTypeName::from_str(self.name).expect("a kind's name is fixed"))
            .clone()
    }

    pub(crate) fn uid(&self, id: &str) -> EntityUid {
        EntityUid::from_type_name_and_id(self.parsed(), EntityId::new(id))
    }
}

/// A fact's value: a truth value, a whole number, a text, a thing or a set of texts.
#[derive(Clone, Debug)]
pub struct Fact(pub(crate) RestrictedExpression);

impl From<bool> for Fact {
    fn from(value: bool) -> Self {
        Self(RestrictedExpression::new_bool(value))
    }
}

impl From<i64> for Fact {
    fn from(value: i64) -> Self {
        Self(RestrictedExpression::new_long(value))
    }
}

impl From<&str> for Fact {
    fn from(value: &str) -> Self {
        Self(RestrictedExpression::new_string(value.into()))
    }
}

impl<T: AsRef<str>> From<&[T]> for Fact {
    fn from(values: &[T]) -> Self {
        Self(RestrictedExpression::new_set(values.iter().map(|text| {
            RestrictedExpression::new_string(text.as_ref().into())
        })))
    }
}

impl Fact {
    /// The fact that names a thing.
    #[must_use]
    pub fn thing(kind: &Kind, id: &str) -> Self {
        Self(RestrictedExpression::new_entity_uid(kind.uid(id)))
    }
}

/// A principal or a resource with the facts its policies read.
#[derive(Clone, Debug)]
pub struct Thing {
    pub(crate) uid: EntityUid,
    attributes: HashMap<String, RestrictedExpression>,
    parents: HashSet<EntityUid>,
}

impl Thing {
    /// The thing of this kind with this id, with no facts.
    #[must_use]
    pub fn new(kind: &Kind, id: &str) -> Self {
        Self {
            uid: kind.uid(id),
            attributes: HashMap::new(),
            parents: HashSet::new(),
        }
    }

    /// With the fact `name`.
    #[must_use]
    pub fn with(mut self, name: &str, fact: impl Into<Fact>) -> Self {
        self.attributes.insert(name.into(), fact.into().0);
        self
    }

    /// With a set of things as the fact `name`.
    #[must_use]
    pub fn things<'a>(
        mut self,
        name: &str,
        things: impl IntoIterator<Item = (&'a Kind, &'a str)>,
    ) -> Self {
        let set = things
            .into_iter()
            .map(|(kind, id)| RestrictedExpression::new_entity_uid(kind.uid(id)));
        self.attributes
            .insert(name.into(), RestrictedExpression::new_set(set));
        self
    }

    /// Inside another thing, as in `principal in Group::"…"`.
    #[must_use]
    pub fn within(mut self, kind: &Kind, id: &str) -> Self {
        self.parents.insert(kind.uid(id));
        self
    }

    pub(crate) fn entity(&self) -> Result<Entity, Error> {
        Entity::new(
            self.uid.clone(),
            self.attributes.clone(),
            self.parents.clone(),
        )
        .map_err(|e| Error::Facts(e.to_string()))
    }
}
