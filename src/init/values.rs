//! Values for requests: those that the document shows, else those that are made from its schemas.

use crate::json::{Pointer, Value};
use crate::openapi::{Contract, Direction, Parameter, Validity};
use crate::sample::sample;

/// Larger values are not written into a scenario.
const MAX_TEXT: usize = 8_000;

/// What the document itself shows for a parameter: an example, a default, the first of few values.
pub(super) fn shown(contract: &Contract, parameter: &Parameter<'_>) -> Option<Value> {
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
    candidates.filter(|value| !value.is_null() && **value != Value::from("")).find(fits).cloned()
}

/// A value made for a parameter.
pub(super) fn made(contract: &Contract, parameter: &Parameter<'_>) -> Option<Value> {
    let schema = parameter.schema()?;
    let value = sample(contract, &schema, Direction::Request).ok()?.value;
    (!value.is_null() && value != Value::from("")).then_some(value)
}

/// Whether the document takes a value.
pub(super) fn fits(contract: &Contract, schema: &Pointer, value: &Value) -> bool {
    matches!(contract.validate_as("the value", schema, Direction::Request, value, 1), Validity::Valid)
}

/// Whether a value can be written into a scenario: it is not too large, and no key of it would be read as
/// an operator.
pub(super) fn is_writable(value: &Value) -> bool {
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
