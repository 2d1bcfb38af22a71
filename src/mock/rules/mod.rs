//! The rules of a mock, read and checked: vendor behaviour as data.
//!
//! [`Rules::load`] reads a file in one go and reports every problem in it. What it gives is immutable
//! and shared by all instances; it holds no state and knows no request.

mod effect;
mod fields;
mod load;
mod names;
mod reply;
mod state;
#[cfg(test)]
mod tests;
mod tokens;

pub(super) use names::BuiltIn;

pub use fields::RULES;

use super::clock::DataClock;
use super::state::{CollectionPlan, State};
use crate::expression::{Condition, Template};
use crate::json::{Pointer, Value};
use crate::limits::Limits;
use crate::openapi::{Contract, Document, OperationIndex};
use crate::source::{Location, Source, Span};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// Everything that a rules file says, compiled against its document.
#[derive(Debug)]
pub struct Rules {
    pub(super) source: Arc<Source>,
    pub(super) document: Arc<Document>,
    /// The schemas of the operations that rules or tokens answer.
    pub(super) contract: Contract,
    pub(super) seed: u64,
    pub(super) clock: DataClock,
    pub(super) tokens: Option<TokenPlan>,
    pub(super) collections: Vec<CollectionPlan>,
    /// The state that every instance starts with, and gets back by a reset.
    pub(super) initial: State,
    pub(super) entities: Vec<EntityPlan>,
    pub(super) lets: Vec<LetPlan>,
    pub(super) replies: Vec<ReplyPlan>,
    pub(super) rules: Vec<Rule>,
    pub(super) by_operation: HashMap<OperationIndex, Vec<usize>>,
    pub(super) limits: Limits,
}

/// One entity that requests are about: `order: { from: orders, id: path.orderID }`.
#[derive(Debug)]
pub(super) struct EntityPlan {
    pub(super) name: String,
    /// The index of its collection.
    pub(super) from: usize,
    pub(super) id: Condition,
}

/// One name for a computed value.
#[derive(Debug)]
pub(super) struct LetPlan {
    pub(super) name: String,
    pub(super) value: Condition,
}

/// How tokens are issued.
#[derive(Debug)]
pub(super) struct TokenPlan {
    pub(super) operation: OperationIndex,
    pub(super) grants: Vec<Grant>,
    pub(super) ttl: Duration,
    /// The body of a reply that issues one.
    pub(super) reply: Template,
    /// The reply to a request that gets none; without it, the body of RFC 6749 §5.2.
    pub(super) refused: Option<ReplyUse>,
}

/// One grant type.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) name: String,
    /// The fields that must be there and not be empty.
    pub(super) require: Vec<String>,
    pub(super) claims: Arc<Value>,
}

/// One rule: the first whose `on` and `when` hold answers the request.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: Option<String>,
    pub(super) span: Span,
    pub(super) operations: Vec<OperationIndex>,
    pub(super) when: Option<Condition>,
    pub(super) effects: Vec<Effect>,
    pub(super) reply: ReplyUse,
}

/// One entry of `do`.
#[derive(Debug)]
pub(super) struct Effect {
    pub(super) when: Option<Condition>,
    /// In the order written.
    pub(super) changes: Vec<Change>,
}

/// One change of the state.
#[derive(Debug)]
pub(super) enum Change {
    Set(Target, Template),
    Merge(Target, Template),
    Unset(Target),
    /// Appends to the array at a place of an entity.
    Append(Target, Template),
    /// Makes an entity in a collection; requests see it under the name of the load, if one is given.
    Create {
        collection: usize,
        entity: Option<usize>,
        value: Template,
    },
    /// Removes an entity; its name is null from then on.
    Remove {
        entity: usize,
    },
    /// Puts effects off.
    Later(Arc<Later>),
}

/// Effects that are put off: what a server does by and by.
#[derive(Debug)]
pub(super) struct Later {
    pub(super) after: After,
    pub(super) effects: Vec<Effect>,
}

/// When effects that were put off are carried out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum After {
    /// When so many further requests have been answered.
    Requests(u64),
    /// With the first request behind so much time.
    Time(Duration),
}

/// A place in an entity: `order.meta.timestamps.updated_at`.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The index of the entity.
    pub(super) entity: usize,
    pub(super) at: Pointer,
}

/// A reply that is used: which one, and the names it is given.
#[derive(Debug)]
pub(super) struct ReplyUse {
    /// The index among [`Rules::replies`].
    pub(super) reply: usize,
    pub(super) given: Vec<(String, Template)>,
}

/// One reply as written, under `replies` or in a rule.
#[derive(Debug)]
pub(super) struct ReplyPlan {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, Template)>,
    /// `None` sends no content, which is not the same as null.
    pub(super) body: Option<Template>,
}

impl Rules {
    /// Where a rule stands: `specs/orders.mock.yaml:14`.
    pub(super) fn place_of(&self, rule: &Rule) -> String {
        let line = Location::new(&self.source, rule.span).position().line;
        format!("{}:{line}", self.source.name())
    }

    /// What people call a rule: its name, or its place.
    pub(super) fn name_of(&self, rule: &Rule) -> String {
        rule.name.clone().unwrap_or_else(|| self.place_of(rule))
    }

    /// The rules of an operation, in the order of the file.
    pub(super) fn rules_of(&self, operation: OperationIndex) -> impl Iterator<Item = &Rule> {
        self.by_operation.get(&operation).into_iter().flatten().map(|index| &self.rules[*index])
    }
}
