//! Who may do what: a thin façade over Cedar, and the only crate that names it.
//!
//! A module keeps its policies in a text file, parses them once and asks with facts from its own
//! view:
//!
//! ```
//! use authorization::{Kind, Policies, Thing};
//! use std::sync::LazyLock;
//!
//! static POLICIES: LazyLock<Policies> = LazyLock::new(|| {
//!     Policies::parse(r#"
//!         permit (principal is Person, action == Action::"post", resource is Room)
//!         when { resource.members.contains(principal) && !context.is_archived };
//!     "#).expect("the policies parse; a test asks them")
//! });
//! static PERSON: Kind = Kind::new("Person");
//! static ROOM: Kind = Kind::new("Room");
//!
//! let ann = Thing::new(&PERSON, "ann");
//! let room = Thing::new(&ROOM, "tea").things("members", [(&PERSON, "ann"), (&PERSON, "ben")]);
//! let open = [("is_archived", false.into())];
//! assert!(POLICIES.permits(&ann, "post", &room, open)?);
//! assert!(!POLICIES.permits(&Thing::new(&PERSON, "cyd"), "post", &room, [("is_archived", false.into())])?);
//! # Ok::<(), authorization::Error>(())
//! ```
//!
//! What is not permitted by a policy is denied, and a policy that cannot be evaluated denies with
//! an [`Error`] even where another one permits: a `forbid` that reads a missing attribute must not
//! be passed over.
//!
//! Cost: building the things is most of a decision. Give a thing only the attributes its policies
//! read; ask about membership with a flag the view computed (`context.is_member`) rather than by
//! handing over the whole member list; check cheap refusals (does it exist?) first.
//! `cargo test -p authorization --release -- --ignored --nocapture` prints the cost of one decision.

mod thing;

use cedar_policy::{Authorizer, Context, Decision, Entities, PolicySet, Request};
use kernel::Refusal;
use std::str::FromStr;
use std::sync::LazyLock;

pub use thing::{Fact, Kind, Thing};

static ACTION: Kind = Kind::new("Action");
static AUTHORIZER: LazyLock<Authorizer> = LazyLock::new(Authorizer::new);

/// A module's policies, parsed once.
#[derive(Debug)]
pub struct Policies(PolicySet);

/// Why there is no decision.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The text is not a set of policies.
    #[error("the policies do not parse: {0}")]
    Syntax(String),
    /// The facts handed over cannot be used.
    #[error("the facts cannot be used: {0}")]
    Facts(String),
    /// A policy could not be evaluated; it reads an attribute the thing does not have, or compares
    /// unlike values.
    #[error("a policy cannot be evaluated: {0}")]
    Evaluation(String),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::failed("authorization_failed", error.to_string())
    }
}

impl Policies {
    /// Parses policies written in Cedar.
    ///
    /// # Errors
    /// [`Error::Syntax`] with the place and what was expected there.
    pub fn parse(text: &str) -> Result<Self, Error> {
        PolicySet::from_str(text)
            .map(Self)
            .map_err(|e| Error::Syntax(e.to_string()))
    }

    /// Whether `principal` may do `action` to `resource`, given facts about the request itself.
    /// Where both are the same thing, the principal's facts describe it.
    ///
    /// # Errors
    /// When the facts cannot be used or a policy cannot be evaluated; treat it as denied.
    pub fn permits<'a>(
        &self,
        principal: &Thing,
        action: &str,
        resource: &Thing,
        context: impl IntoIterator<Item = (&'a str, Fact)>,
    ) -> Result<bool, Error> {
        let facts = |e: &dyn std::error::Error| Error::Facts(e.to_string());
        let context = Context::from_pairs(
            context
                .into_iter()
                .map(|(name, fact)| (name.to_owned(), fact.0)),
        )
        .map_err(|e| facts(&e))?;
        let request = Request::new(
            principal.uid.clone(),
            ACTION.uid(action),
            resource.uid.clone(),
            context,
            None,
        )
        .map_err(|e| facts(&e))?;
        let mut things = vec![principal.entity()?];
        if resource.uid != principal.uid {
            things.push(resource.entity()?);
        }
        let entities = Entities::from_entities(things, None).map_err(|e| facts(&e))?;
        let response = AUTHORIZER.is_authorized(&request, &self.0, &entities);
        if let Some(error) = response.diagnostics().errors().next() {
            return Err(Error::Evaluation(error.to_string()));
        }
        Ok(response.decision() == Decision::Allow)
    }

    /// Nothing, where [`Policies::permits`] says yes.
    ///
    /// # Errors
    /// The refusal `not_permitted` where it says no, `authorization_failed` where there is no
    /// decision.
    pub fn require<'a>(
        &self,
        principal: &Thing,
        action: &str,
        resource: &Thing,
        context: impl IntoIterator<Item = (&'a str, Fact)>,
    ) -> Result<(), Refusal> {
        if self.permits(principal, action, resource, context)? {
            Ok(())
        } else {
            Err(Refusal::forbidden(
                "not_permitted",
                "You do not have the permission this needs.",
            ))
        }
    }
}
