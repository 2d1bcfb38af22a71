use super::{Condition, Reference, Unresolved};
use crate::clock::Timestamp;
use crate::json::{Datum, Value};
use std::borrow::Cow;

/// Where expressions get their values: the caller knows the steps, the row and the response, this
/// room does not.
pub trait Scope {
    /// The value of a runtime expression, its steps walked to the end; see [`Reference::walk`].
    ///
    /// # Errors
    /// [`Unresolved`] when there is no such value (yet).
    fn resolve(&self, reference: &Reference) -> Result<Datum, Unresolved>;

    /// The value of a CEL variable (`inputs`, `body`, `status`, …); `None` when there is none of
    /// that name. Asked at most once an evaluation, and only for names that the condition mentions.
    fn variable(&self, name: &str) -> Option<Cow<'_, Value>>;

    /// What stands for the value of a condition that cannot be known yet; `None` where it can.
    fn stand_in(&self, _condition: &Condition) -> Option<Datum> {
        None
    }

    /// The moment that CEL's `now()` gives.
    fn now(&self) -> Timestamp;
}
