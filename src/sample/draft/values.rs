//! Values for requests: those that the document shows, else those that are made from its schemas.

use crate::json::{Pointer, Value};
use crate::openapi::{Contract, Direction, Parameter, Validity};
use crate::sample::sample;

/// Larger values are not written into a scenario.
const MAX_TEXT: usize = 8_000;

/// What the document itself shows for a parameter: an example, a default, the first of few values.
pub fn shown(contract: &Contract, parameter: &Parameter<'_>) -> Option<Value> {
    let document = contract.document();
    let own = document.get(parameter.pointer())?;
    let schema = parameter.schema().map(std::borrow::Cow::into_owned);
    let behind = schema.as_ref().and_then(|at| document.resolve(at).ok()).map(|(_, value)| value);
    let examples = own.get("examples").and_then(Value::as_object).into_iter().flat_map(|it| it.keys());
    let named = examples.filter_map(|name| {
        let at = parameter.pointer().child("examples").child(name.as_str());
        document.resolve(&at).ok().and_then(|(_, example)| example.get("value"))
    });
    let of_schema = ["example", "default", "const"].into_iter().filter_map(|keyword| behind?.get(keyword));
    let first = |keyword: &str| behind?.get(keyword)?.as_array()?.first();
    let candidates = own.get("example").into_iter().chain(named).chain(of_schema);
    let candidates = candidates.chain(first("examples")).chain(first("enum"));
    let fits = |value: &&Value| match &schema {
        Some(schema) => fits(contract, schema, value),
        None => true,
    };
    candidates.filter(|value| !value.is_null() && value.as_str() != Some("")).find(fits).cloned()
}

/// A value made for a parameter.
pub fn made(contract: &Contract, parameter: &Parameter<'_>) -> Option<Value> {
    let schema = parameter.schema()?;
    let value = sample(contract, &schema, Direction::Request).ok()?.value;
    (!value.is_null() && value.as_str() != Some("")).then_some(value)
}

/// Whether the document takes a value.
pub fn fits(contract: &Contract, schema: &Pointer, value: &Value) -> bool {
    matches!(contract.validate_as("the value", schema, Direction::Request, value, 1), Validity::Valid)
}

/// Whether a value can be written into a scenario: it is not too large, and no key of it would be read as
/// an operator.
pub fn is_writable(value: &Value) -> bool {
    fn has_plain_keys(value: &Value) -> bool {
        match value {
            Value::Object(members) => {
                members.iter().all(|(key, value)| !key.starts_with('$') && has_plain_keys(value))
            }
            Value::Array(elements) => elements.iter().all(has_plain_keys),
            _ => true,
        }
    }
    has_plain_keys(value) && value.to_string().len() <= MAX_TEXT
}

/// A value without the maps and lists that stand deeper than somebody wants to read at first, where the
/// document takes it without them.
fn short(contract: &Contract, schema: &Pointer, value: Value) -> Value {
    let is_deep = |value: &Value| depth(value) > MAX_DEPTH;
    if !is_deep(&value) {
        return value;
    }
    let shorter = cut(&value, MAX_DEPTH);
    if fits(contract, schema, &shorter) { shorter } else { value }
}

/// A value made for a schema, with the members that it needs and those for which the document shows values:
/// what is made up beyond that is refused by most servers, and is in the way. Where it needs none, all of
/// them, as far as they stand near the top.
pub fn first_body(contract: &Contract, schema: &Pointer) -> Result<Value, String> {
    let made = sample(contract, schema, Direction::Request)?;
    let is_shown = |at: &Pointer| {
        let schema = made.schemas.get(at).and_then(|schema| contract.document().resolve(schema).ok());
        let keywords = ["example", "examples", "default", "enum", "const"];
        schema.is_some_and(|(_, schema)| keywords.iter().any(|keyword| schema.get(keyword).is_some()))
    };
    let mut value = made.value.clone();
    let mut n_tries = 0;
    let mut waiting = vec![Pointer::root()];
    while let Some(at) = waiting.pop() {
        let names: Vec<String> = match at.get(&value) {
            Some(Value::Object(members)) => members.keys().cloned().collect(),
            _ => continue,
        };
        for name in names {
            let member = at.child(name.as_str());
            let has_shown = made.schemas.keys().any(|part| member.contains(part) && is_shown(part));
            n_tries += 1;
            if !has_shown && n_tries <= MAX_TRIES {
                let mut without = value.clone();
                if let Some(Value::Object(members)) = without.pointer_mut(&at.to_string()) {
                    members.shift_remove(&name);
                }
                if fits(contract, schema, &without) {
                    value = without;
                    continue;
                }
            }
            waiting.push(member);
        }
    }
    let is_empty = value.as_object().is_some_and(serde_json::Map::is_empty);
    Ok(short(contract, schema, if is_empty { made.value } else { value }))
}

/// As many members are tried to be left out of one body.
const MAX_TRIES: usize = 200;

/// `{ order: { address: { lines: [] } } }` is as deep.
const MAX_DEPTH: usize = 3;

fn depth(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        Value::Array(elements) => 1 + elements.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn cut(value: &Value, levels: usize) -> Value {
    let is_kept = |value: &&Value| levels > 1 || !(value.is_object() || value.is_array());
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(_, value)| is_kept(value));
            Value::Object(kept.map(|(name, value)| (name.clone(), cut(value, levels - 1))).collect())
        }
        Value::Array(elements) => {
            Value::Array(elements.iter().filter(is_kept).map(|value| cut(value, levels - 1)).collect())
        }
        scalar => scalar.clone(),
    }
}
