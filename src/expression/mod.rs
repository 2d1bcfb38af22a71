//! Expressions: runtime expressions (`$vars.id`), CEL conditions, JSONPath and pointers, and the
//! seeded values behind `$gen`.
//!
//! Values come through a [`Scope`] that the caller implements; nothing here knows steps or HTTP.
//! Start with [`Template`] for values as written and [`Condition`] for CEL.

mod condition;
mod generator;
mod reference;
mod scope;
mod selector;
mod template;
#[cfg(test)]
mod tests;
mod text;

pub use condition::{Condition, EvaluationError, Mention, Part};
pub(crate) use condition::{is_uuid, on_one_stack};
pub use generator::Generator;
pub use reference::{Access, Reference, Syntax, Unresolved};
pub use scope::Scope;
pub use selector::Selector;
pub use template::Template;
