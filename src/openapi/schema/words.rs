//! Types and places as parts of a sentence.

use crate::json::{Pointer, Value};
use jsonschema::JsonType;

/// A type with its article.
pub(super) fn type_phrase(name: JsonType) -> &'static str {
    match name {
        JsonType::Null => "null",
        JsonType::Boolean => "a boolean",
        JsonType::Integer => "an integer",
        JsonType::Number => "a number",
        JsonType::String => "a string",
        JsonType::Array => "an array",
        JsonType::Object => "an object",
    }
}

/// What a value is: "a string"; a number that is no integer is told by its value, since its type
/// alone would explain nothing.
pub(super) fn kind_of(value: &Value) -> String {
    match value {
        Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() != 0.0) => {
            format!("the number {number}")
        }
        other => crate::json::type_name(other).to_owned(),
    }
}

/// What the value at a pointer is called: its member name in backticks, with its index where it is
/// an element, or the name of the whole.
pub fn subject(root: &Value, whole: &str, at: &Pointer) -> String {
    let mut indices = String::new();
    let mut tokens = at.tokens();
    while let Some((last, rest)) = tokens.split_last() {
        let holder = Pointer::of(rest.iter().cloned());
        if !holder.get(root).is_some_and(Value::is_array) {
            return format!("`{last}{indices}`");
        }
        indices.insert_str(0, &format!("[{last}]"));
        tokens = rest;
    }
    match indices.is_empty() {
        true => whole.to_owned(),
        false => format!("element `{indices}` of {whole}"),
    }
}

/// Where a value stands among all others, for sorting: the position of each token in what holds it.
pub(super) fn position(root: &Value, at: &Pointer) -> Vec<usize> {
    let mut value = root;
    let mut path = Vec::with_capacity(at.tokens().len());
    for token in at.tokens() {
        let index = match value {
            Value::Array(_) => token.parse().ok(),
            Value::Object(members) => members.keys().position(|name| name == token),
            _ => None,
        };
        path.push(index.unwrap_or(usize::MAX));
        match Pointer::of([token.as_str()]).get(value) {
            Some(child) => value = child,
            None => break,
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn places_have_names() {
        let root = json!({"data": {"items": [[1], {"id": 2}]}, "7": {"a": 1}});
        for (at, name) in [
            ("", "the body"),
            ("/data", "`data`"),
            ("/data/items/0", "`items[0]`"),
            ("/data/items/0/0", "`items[0][0]`"),
            ("/data/items/1/id", "`id`"),
            ("/7/a", "`a`"),
            ("/7", "`7`"),
        ] {
            assert_eq!(subject(&root, "the body", &Pointer::parse(at).expect("a pointer")), name);
        }
        let list = json!([[1]]);
        assert_eq!(subject(&list, "the body", &Pointer::of(["0"])), "element `[0]` of the body");
    }
}
