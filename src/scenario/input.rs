use super::Named;
use super::input_schema::{compile, validate};
use super::reader::Reader;
use crate::expression::Template;
use crate::json::{Map, Value};
use crate::yaml::{Entry, Kind};

/// A value that a run is given from outside.
#[derive(Clone, Debug)]
pub struct Input {
    /// The JSON Schema (2020-12) of the value, without contest's own members.
    pub schema: Value,
    /// What it is when nothing else gives it.
    pub default: Option<Template>,
    /// Whether it may be missing.
    pub is_optional: bool,
}

/// Reads `inputs:`: names and JSON Schemas with `default` and `optional`.
pub(super) fn read_inputs(entries: &[Entry], reader: &mut Reader<'_>) -> Vec<Named<Input>> {
    entries.iter().filter_map(|entry| Some(entry.named(read_input(entry, reader)?))).collect()
}

fn read_input(entry: &Entry, reader: &mut Reader<'_>) -> Option<Input> {
    reader.check_name("an input", &entry.key, entry.key_span);
    let members = match &entry.value.kind {
        Kind::Map(members) => members.as_slice(),
        Kind::Null => &[],
        _ => {
            reader.invalid(
                entry.value.span,
                format!("the input `{}` is a JSON Schema, so a map", entry.key),
                format!("is {}", entry.value.type_name()),
            );
            return None;
        }
    };
    let mut schema = Map::new();
    let mut input = Input { schema: Value::Null, default: None, is_optional: false };
    for member in members {
        match member.key.as_str() {
            "default" => input.default = Some(reader.template(&member.value)),
            "optional" => match member.value.kind {
                Kind::Bool(value) => input.is_optional = value,
                _ => reader.invalid(member.value.span, "`optional` is true or false", "is neither"),
            },
            _ => {
                schema.insert(member.key.clone(), member.value.to_value());
            }
        }
    }
    input.schema = Value::Object(schema);
    check_schema(&input.schema, entry, reader);
    if let Some(default) = &input.default
        && let Some(literal) = default.as_literal()
        && let Err(reason) = input.validate(literal.value())
    {
        let message = format!("the default of the input `{}` does not fit: {reason}", entry.key);
        reader.invalid(default.span, message, "is not allowed by the schema");
    }
    Some(input)
}

/// A schema that is none would let every value through.
fn check_schema(schema: &Value, entry: &Entry, reader: &mut Reader<'_>) {
    if let Err(problem) = compile(schema) {
        let span = entry.value.at(&problem.at).filter(|_| !problem.at.is_root());
        let span = span.map_or(entry.value.span, |node| node.span);
        let message = format!("the schema of the input `{}` cannot be used: {}", entry.key, problem.reason);
        reader.invalid(span, message, "is not allowed in a JSON Schema");
    }
}

impl Input {
    /// The JSON types the schema names; empty when it names none.
    pub fn types(&self) -> Vec<&str> {
        match self.schema.get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether the schema says that the value is a password, and so a secret.
    pub fn is_secret(&self) -> bool {
        self.schema.get("format").and_then(Value::as_str) == Some("password")
    }

    /// Reads a text of the command line or the environment: a string when the schema allows one,
    /// JSON of another type otherwise.
    ///
    /// # Errors
    /// A sentence that says what was expected.
    pub fn read_text(&self, text: &str) -> Result<Value, String> {
        let types = self.types();
        if types.is_empty() || types.contains(&"string") {
            return Ok(Value::from(text));
        }
        let wanted = types.join(" or ");
        serde_json::from_str(text).map_err(|_| format!("`{text}` is not JSON of type {wanted}"))
    }

    /// Validates a value against the schema.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn validate(&self, value: &Value) -> Result<(), String> {
        validate(&self.schema, value)
    }
}
