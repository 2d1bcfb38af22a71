use crate::json::{Pointer, Value};
use crate::openapi::Types;
use serde_json::json;

/// In which way an answer is made wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A member is missing.
    Missing,
    /// A value has another type.
    Type,
    /// A value is null.
    Null,
    /// A text that is restricted (`enum`, `const`, `format`, `pattern`) is another.
    Text,
    /// A number or a length is beyond its bound.
    Bound,
}

impl Kind {
    /// The word for it, as programs read it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Type => "type",
            Self::Null => "null",
            Self::Text => "text",
            Self::Bound => "bound",
        }
    }
}

/// One wrong answer.
pub(super) struct Change {
    pub(super) kind: Kind,
    /// The value that was changed; of a missing member the object.
    pub(super) at: Pointer,
    pub(super) value: Value,
}

/// All changes of the value at a pointer that its schema could notice; `whole` is what it is part of.
///
/// A null that the schema asks for and a text that may be any text are no wrong answers.
pub(super) fn changes(whole: &Value, at: &Pointer, schema: &Value) -> Vec<Change> {
    let Some(value) = at.get(whole) else { return Vec::new() };
    let mut found = Vec::new();
    let mut change = |kind, at: &Pointer, new: Value| {
        let mut changed = whole.clone();
        if let Some(place) = at.get_mut(&mut changed) {
            *place = new;
            found.push(Change { kind, at: at.clone(), value: changed });
        }
    };
    if let Value::Object(members) = value {
        for name in members.keys() {
            let mut fewer = members.clone();
            fewer.shift_remove(name);
            change(Kind::Missing, at, Value::Object(fewer));
        }
    }
    change(Kind::Type, at, of_another_type(value));
    if !value.is_null() && !asks_for_null(schema) {
        change(Kind::Null, at, Value::Null);
    }
    let is_restricted =
        ["enum", "const", "format", "pattern"].iter().any(|keyword| schema.get(keyword).is_some());
    if value.is_string() && is_restricted {
        change(Kind::Text, at, json!("\u{fffd} no such text"));
    }
    for beyond in beyond_bounds(value, schema) {
        change(Kind::Bound, at, beyond);
    }
    found
}

/// Whether a schema names null: by its type, among its values, or as a form of its own.
fn asks_for_null(schema: &Value) -> bool {
    let by_type =
        |schema: &Value| Types::of_schema(schema).contains(Types::NULL) && schema.get("type").is_some();
    let list = |keyword: &str| schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
    by_type(schema)
        || list("enum").any(Value::is_null)
        || ["anyOf", "oneOf"].into_iter().flat_map(list).any(by_type)
}

fn of_another_type(value: &Value) -> Value {
    match value {
        Value::Null => json!(42),
        Value::Bool(value) => json!(value.to_string()),
        Value::Number(number) => json!(number.to_string()),
        Value::String(_) => json!(42),
        Value::Array(_) => json!({}),
        Value::Object(_) => json!([]),
    }
}

/// The value made smaller and larger than its schema allows, where it states bounds.
fn beyond_bounds(value: &Value, schema: &Value) -> Vec<Value> {
    /// Longer texts and lists than this are not made.
    const MAX_LENGTH: u64 = 10_000;
    let number = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
    let count =
        |keyword: &str| schema.get(keyword).and_then(Value::as_u64).filter(|count| *count < MAX_LENGTH);
    let mut found = Vec::new();
    match value {
        Value::Number(_) => {
            found.extend(
                number("minimum").or(number("exclusiveMinimum")).map(|bound| json!((bound - 1.0).floor())),
            );
            found.extend(
                number("maximum").or(number("exclusiveMaximum")).map(|bound| json!((bound + 1.0).ceil())),
            );
        }
        Value::String(text) => {
            found.extend(count("minLength").filter(|least| *least > 0).map(|_| json!("")));
            let padding = |most: u64| text.chars().cycle().take(most as usize + 1).collect::<String>();
            found.extend(count("maxLength").filter(|_| !text.is_empty()).map(|most| json!(padding(most))));
        }
        Value::Array(elements) => {
            found.extend(count("minItems").filter(|least| *least > 0).map(|_| json!([])));
            let more =
                |most: u64| elements.iter().cycle().take(most as usize + 1).cloned().collect::<Vec<_>>();
            found.extend(count("maxItems").filter(|_| !elements.is_empty()).map(|most| json!(more(most))));
        }
        Value::Null | Value::Bool(_) | Value::Object(_) => {}
    }
    found
}
