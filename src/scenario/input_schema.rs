//! The JSON Schemas of inputs, and what is wrong with them or with a value, in words of our own.

use crate::diagnostic::words::quoted;
use crate::json::{Instance, Pointer, Validator, Value, brief, validation_options};
use jsonschema::{Draft, ValidationError};

/// Why a schema is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SchemaProblem {
    /// The part of the schema that is wrong; the root where it cannot be said.
    pub(super) at: Pointer,
    /// What is wrong, in one sentence.
    pub(super) reason: String,
}

/// Compiles the schema of an input; nothing is fetched.
///
/// Source: JSON Schema 2020-12, "Validation" §6.
pub(super) fn compile(schema: &Value) -> Result<Validator, SchemaProblem> {
    validation_options()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .build(schema)
        .map_err(|error| problem(schema, &error))
}

fn problem(schema: &Value, error: &ValidationError<'_>) -> SchemaProblem {
    if error.kind().keyword() == "$ref" {
        let reason = "its `$ref` leads nowhere: the schema of an input stands alone".to_owned();
        return SchemaProblem { at: Pointer::root(), reason };
    }
    let at = Pointer::parse(error.instance_path().as_str()).unwrap_or_default();
    // The innermost keyword on the way: behind it are its elements and members.
    let mut tokens = at.tokens();
    while let Some((name, rest)) = tokens.split_last() {
        if let Some(wanted) = operand(name) {
            let at = Pointer::of(tokens.iter().cloned());
            let found = at.get(schema).map(quoted).unwrap_or_default();
            return SchemaProblem { reason: format!("its `{name}` is {found}, and must be {wanted}"), at };
        }
        tokens = rest;
    }
    SchemaProblem { at, reason: "it is no JSON Schema (2020-12)".to_owned() }
}

/// What a keyword takes.
fn operand(keyword: &str) -> Option<&'static str> {
    Some(match keyword {
        "type" => "`string`, `number`, `integer`, `boolean`, `array`, `object` or `null`, or a list of these",
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => "a number",
        "multipleOf" => "a number above 0",
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties"
        | "minContains" | "maxContains" => "a whole number, 0 or more",
        "pattern" => "a regular expression",
        "enum" => "a list of values",
        "required" => "a list of names, each once",
        "uniqueItems" | "deprecated" | "readOnly" | "writeOnly" => "`true` or `false`",
        "properties" | "patternProperties" | "$defs" | "dependentSchemas" => "a map from names to schemas",
        "allOf" | "anyOf" | "oneOf" | "prefixItems" => "a list of schemas that is not empty",
        "items"
        | "contains"
        | "not"
        | "if"
        | "then"
        | "else"
        | "additionalProperties"
        | "propertyNames"
        | "unevaluatedItems"
        | "unevaluatedProperties" => "a schema, so a map, `true` or `false`",
        "format" | "title" | "description" | "$ref" | "$comment" => "a text",
        "examples" => "a list",
        _ => return None,
    })
}

/// Validates a value; the words do not show it, for it may be a secret.
///
/// # Errors
/// The keyword that the value breaks, with its operand.
pub(super) fn validate(schema: &Value, value: &Value) -> Result<(), String> {
    let validator = compile(schema).map_err(|problem| problem.reason)?;
    validator.validate(Instance::Value(value)).map_err(|error| {
        let keyword = Pointer::parse(error.schema_path().as_str()).unwrap_or_default();
        let name = keyword.tokens().last().cloned().unwrap_or_else(|| error.kind().keyword().into());
        let wanted = keyword.get(schema).map(|operand| format!(": {}", brief(operand))).unwrap_or_default();
        match error.instance_path().as_str() {
            "" => format!("its schema says `{name}{wanted}`"),
            at => format!("its schema says `{name}{wanted}` of {at}"),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check_schema(schema: Value, at: &str, reason: &str) {
        let problem = compile(&schema).expect_err("it is no schema");
        assert_eq!((problem.at.to_string().as_str(), problem.reason.as_str()), (at, reason), "{schema}");
    }

    #[test]
    fn a_schema_that_is_none_is_explained() {
        check_schema(
            json!({ "type": "strin" }),
            "/type",
            "its `type` is `strin`, and must be `string`, `number`, `integer`, `boolean`, `array`, `object` or \
             `null`, or a list of these",
        );
        check_schema(json!({ "minimum": "1" }), "/minimum", "its `minimum` is `1`, and must be a number");
        check_schema(
            json!({ "properties": { "a": { "maxLength": -1 } } }),
            "/properties/a/maxLength",
            "its `maxLength` is `-1`, and must be a whole number, 0 or more",
        );
        check_schema(
            json!({ "pattern": "(" }),
            "/pattern",
            "its `pattern` is `(`, and must be a regular expression",
        );
        check_schema(
            json!({ "$ref": "other.json" }),
            "",
            "its `$ref` leads nowhere: the schema of an input stands alone",
        );
    }

    #[test]
    fn a_value_that_does_not_fit_names_the_keyword_and_stays_hidden() {
        let check = |schema: Value, value: Value, reason: &str| {
            assert_eq!(validate(&schema, &value), Err(reason.to_owned()));
        };
        check(json!({ "type": "integer" }), json!("s3cret"), "its schema says `type: \"integer\"`");
        check(json!({ "minimum": 5 }), json!(4), "its schema says `minimum: 5`");
        check(json!({ "enum": ["a", "b"] }), json!("c"), "its schema says `enum: [\"a\",\"b\"]`");
        check(
            json!({ "properties": { "a": { "type": ["string", "null"] } } }),
            json!({ "a": 1 }),
            "its schema says `type: [\"string\",\"null\"]` of /a",
        );
        check(json!({ "required": ["a"] }), json!({}), "its schema says `required: [\"a\"]`");
    }
}
