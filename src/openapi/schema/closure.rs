//! The table of rewritten schemas.

use super::remark::Remark;
use crate::json::{Map, Pointer, Value};
use serde_json::json;

/// The rewritten schemas.
#[derive(Debug, Default)]
pub(super) struct Closure {
    pub(super) entries: Vec<Entry>,
    /// What was read leniently or left out, in the order met, each once.
    pub(super) remarks: Vec<Remark>,
    /// Whether a schema among them has a `discriminator`.
    pub(super) has_discriminators: bool,
}

/// One schema of the table.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where it stands in the document.
    pub(super) pointer: Pointer,
    pub(super) role: Role,
    pub(super) schema: Value,
    /// Indices into [`Closure::remarks`] of what was left out of it.
    pub(super) left_out: Vec<usize>,
}

/// What an entry is there for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A schema of the document, or what is left of it for a value that is not null.
    Schema,
    /// A `oneOf` or `anyOf`, to be asked whether it holds; its branches are entries too. It is
    /// kept apart so that a failure costs one question and no errors of every branch: nested
    /// choices would multiply them without bound.
    Choice { branches: Vec<usize>, is_exclusive: bool },
    /// The range of a number format.
    Range(&'static str),
}

impl Closure {
    /// The table as one schema resource.
    pub(super) fn resource(&self) -> Value {
        let entries = self.entries.iter().enumerate();
        let definitions: Map<String, Value> =
            entries.map(|(number, entry)| (number.to_string(), entry.schema.clone())).collect();
        json!({"$defs": definitions})
    }
}

/// The number of the entry that a link leads to.
pub(super) fn linked(schema: &Value) -> Option<usize> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")?.parse().ok()
}

/// The schema that stands for another entry.
pub(super) fn link(number: usize) -> Value {
    json!({"$ref": format!("#/$defs/{number}")})
}
