//! The questions that one value would be asked.

use super::SAME;
use crate::json::{Map, Value};
use crate::openapi::schema::closure::{Closure, LINK};
use regex::Regex;
use std::collections::HashMap;

/// A question within a question, and so on: each is some levels of the stack.
const MAX_DEPTH: usize = 5_000;

/// Goes the way of the validator without a look at what it finds: as if every question were asked.
pub(super) struct Count<'c> {
    closure: &'c Closure,
    left: u64,
    depth: usize,
    patterns: HashMap<&'c str, Option<Regex>>,
}

impl<'c> Count<'c> {
    /// Up to `most` questions.
    pub(super) fn new(closure: &'c Closure, most: u64) -> Self {
        Self { closure, left: most, depth: 0, patterns: HashMap::new() }
    }

    /// `None` once more is asked than may be.
    pub(super) fn entry(&mut self, number: usize, value: &Value, is_told: bool) -> Option<()> {
        match number < self.closure.entries.len() {
            true => self.schema(self.closure.schema(number), value, is_told),
            false => Some(()),
        }
    }

    fn schema(&mut self, schema: &'c Value, value: &Value, is_told: bool) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        let Value::Object(keywords) = schema else { return Some(()) };
        // Whether a value fits at all is answered by the cheap keywords first.
        if self.depth > MAX_DEPTH || (!is_told && refutes(keywords, value)) {
            return (self.depth <= MAX_DEPTH).then_some(());
        }
        self.depth += 1;
        let counted = stacker::maybe_grow(64 << 10, 1 << 20, || self.keywords(keywords, value, is_told));
        self.depth -= 1;
        counted
    }

    fn keywords(&mut self, keywords: &'c Map<String, Value>, value: &Value, is_told: bool) -> Option<()> {
        let rereads =
            keywords.contains_key("unevaluatedProperties") || keywords.contains_key("unevaluatedItems");
        for _ in 0..=usize::from(rereads) {
            if let Some(number) = keywords.get("$ref").and_then(link_number) {
                self.entry(number, value, is_told)?;
            }
            for (name, operand) in keywords {
                match (name.as_str(), operand) {
                    ("dependentSchemas", Value::Object(schemas)) => {
                        for schema in schemas.values() {
                            self.schema(schema, value, is_told)?;
                        }
                    }
                    (name, operand) if SAME.contains(&name) => {
                        // The forms of a choice are asked, and where it fails, told.
                        let is_choice = matches!(name, "anyOf" | "oneOf");
                        let is_asked = matches!(name, "not" | "if");
                        let one = std::slice::from_ref(operand);
                        for schema in operand.as_array().map_or(one, Vec::as_slice) {
                            if is_choice && is_told {
                                self.schema(schema, value, false)?;
                            }
                            self.schema(schema, value, is_told && !is_asked)?;
                        }
                    }
                    _ => {}
                }
            }
        }
        match value {
            Value::Object(members) => self.members(keywords, members, is_told),
            Value::Array(elements) => self.elements(keywords, elements, is_told),
            _ => Some(()),
        }
    }

    fn members(
        &mut self,
        keywords: &'c Map<String, Value>,
        members: &Map<String, Value>,
        is_told: bool,
    ) -> Option<()> {
        for (name, operand) in keywords {
            match (name.as_str(), operand) {
                ("properties", Value::Object(schemas)) => {
                    for (name, member) in members {
                        if let Some(schema) = schemas.get(name) {
                            self.schema(schema, member, is_told)?;
                        }
                    }
                }
                ("additionalProperties" | "unevaluatedProperties", schema) => {
                    for (_, member) in members.iter().filter(|(name, _)| !is_named(keywords, name)) {
                        self.schema(schema, member, is_told)?;
                    }
                }
                ("patternProperties", Value::Object(schemas)) => {
                    for (pattern, schema) in schemas {
                        for (name, member) in members {
                            if self.matches(pattern, name) {
                                self.schema(schema, member, is_told)?;
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        Some(())
    }

    fn elements(
        &mut self,
        keywords: &'c Map<String, Value>,
        elements: &[Value],
        is_told: bool,
    ) -> Option<()> {
        let prefix = keywords.get("prefixItems").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for (schema, element) in prefix.iter().zip(elements) {
            self.schema(schema, element, is_told)?;
        }
        for (name, schema) in keywords {
            let skipped = match name.as_str() {
                "items" => prefix.len(),
                "contains" | "unevaluatedItems" => 0,
                _ => continue,
            };
            for element in elements.iter().skip(skipped) {
                self.schema(schema, element, is_told && name != "contains")?;
            }
        }
        Some(())
    }

    /// A pattern of another language of patterns is taken to match.
    fn matches(&mut self, pattern: &'c str, name: &str) -> bool {
        let compiled = self.patterns.entry(pattern).or_insert_with(|| Regex::new(pattern).ok());
        compiled.as_ref().is_none_or(|pattern| pattern.is_match(name))
    }
}

fn link_number(reference: &Value) -> Option<usize> {
    reference.as_str()?.strip_prefix(LINK)?.parse().ok()
}

/// Whether a value fails keywords that the validator looks at before any that leads on.
fn refutes(keywords: &Map<String, Value>, value: &Value) -> bool {
    let is_type = |name: &str| match value {
        Value::Null => name == "null",
        Value::Bool(_) => name == "boolean",
        // Which numbers are integers is not decided here.
        Value::Number(_) => matches!(name, "number" | "integer"),
        Value::String(_) => name == "string",
        Value::Array(_) => name == "array",
        Value::Object(_) => name == "object",
    };
    let is_other_type = match keywords.get("type") {
        Some(Value::String(name)) => !is_type(name),
        Some(Value::Array(names)) => !names.iter().filter_map(Value::as_str).any(is_type),
        _ => false,
    };
    let is_other = |wanted: &Value| match (wanted, value) {
        (Value::String(wanted), Value::String(value)) => wanted != value,
        (Value::String(_), _) | (_, Value::String(_)) => true,
        _ => false,
    };
    let is_unlisted = keywords.get("const").is_some_and(is_other)
        || keywords.get("enum").and_then(Value::as_array).is_some_and(|list| list.iter().all(is_other));
    // With a few names, or a closed object, the validator looks at the members at the same time.
    let lacks = match (keywords.get("required"), value) {
        (Some(Value::Array(names)), Value::Object(members))
            if !keywords.contains_key("additionalProperties") && !matches!(names.len(), 2 | 3) =>
        {
            names.iter().filter_map(Value::as_str).any(|name| !members.contains_key(name))
        }
        _ => false,
    };
    is_other_type || is_unlisted || lacks
}

fn is_named(keywords: &Map<String, Value>, name: &str) -> bool {
    keywords.get("properties").and_then(|properties| properties.get(name)).is_some()
}
