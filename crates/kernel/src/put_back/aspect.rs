//! Reading what an aspect names, and refusing what none is called.

use super::{Aspect, PutBackItem};
use crate::Refusal;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::str::FromStr;

/// Which part of an [`Aspect`] names nothing the module has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadAspect {
    /// There are no such objects.
    Kind,
    /// Such objects have no such aspect.
    Aspect,
    /// This is no id.
    Object,
    /// This is no id, or there is one too many or too few.
    Of,
}

impl BadAspect {
    /// The refusal; `item` is the path of the item in the request.
    #[must_use]
    pub fn refusal(self, item: &str) -> Refusal {
        let (part, detail) = match self {
            Self::Kind => ("kind", "There are no such objects in this module."),
            Self::Aspect => ("aspect", "Such an object has no such aspect."),
            Self::Object => ("object", "This is not the id of such an object."),
            Self::Of => ("of", "This aspect names another object here, or none."),
        };
        let field = format!("{item}.aspect.{part}");
        match self {
            Self::Kind | Self::Aspect => Refusal::invalid(&field, "aspect_unknown", detail),
            Self::Object | Self::Of => Refusal::invalid(&field, "malformed", detail),
        }
    }
}

impl Aspect {
    /// An aspect of one object.
    #[must_use]
    pub fn new(kind: &str, object: impl Display, aspect: &str) -> Self {
        Self {
            kind: kind.into(),
            object: object.to_string(),
            aspect: aspect.into(),
            of: None,
        }
    }

    /// The same, about another object as well.
    #[must_use]
    pub fn with(self, of: impl Display) -> Self {
        Self {
            of: Some(of.to_string()),
            ..self
        }
    }

    /// The object's id, where the aspect is about it alone.
    ///
    /// # Errors
    /// What does not fit.
    pub fn alone<T: FromStr>(&self) -> Result<T, BadAspect> {
        match self.of {
            None => self.object.parse().map_err(|_| BadAspect::Object),
            Some(_) => Err(BadAspect::Of),
        }
    }

    /// The ids of the object and of the other one.
    ///
    /// # Errors
    /// What does not fit.
    pub fn both<T: FromStr, U: FromStr>(&self) -> Result<(T, U), BadAspect> {
        let object = self.object.parse().map_err(|_| BadAspect::Object)?;
        let of = self.of.as_deref().ok_or(BadAspect::Of)?;
        Ok((object, of.parse().map_err(|_| BadAspect::Of)?))
    }
}

impl PutBackItem {
    /// What it shall be; `item` is the path of the item in the request.
    ///
    /// # Errors
    /// `malformed`, naming the value.
    pub fn wanted<T: DeserializeOwned>(&self, item: &str) -> Result<T, Refusal> {
        T::deserialize(&self.value).map_err(|error| {
            Refusal::invalid(&format!("{item}.value"), "malformed", error.to_string())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PersonId;
    use crate::id::Uuid;

    #[test]
    fn ids_are_read_and_what_is_none_is_named() {
        let id = PersonId(Uuid::from_u128(7));
        let one = Aspect::new("person", id, "role");
        assert_eq!(one.alone(), Ok(id));
        assert_eq!(one.both::<PersonId, PersonId>(), Err(BadAspect::Of));
        let two = one.with(id);
        assert_eq!(two.both(), Ok((id, id)));
        assert_eq!(two.alone::<PersonId>(), Err(BadAspect::Of));
        let none = Aspect::new("person", "ann", "role").alone::<PersonId>();
        let refusal = none.unwrap_err().refusal("command.items[4]");
        assert_eq!(
            refusal.field.as_deref(),
            Some("command.items[4].aspect.object")
        );
    }
}
