use crate::json::Value;

/// Keywords that judge nothing.
const ANNOTATIONS: [&str; 10] = [
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "externalDocs",
    "readOnly",
    "title",
    "writeOnly",
    "xml",
];

/// Whether a text, a whole number or a boolean surely satisfies a schema, which is then so simple that no
/// validator is needed to tell. Most examples and defaults are such values of such schemas.
pub(super) fn is_plainly_valid(schema: &Value, value: &Value) -> bool {
    let Value::Object(schema) = schema else { return false };
    let is_plain = value.is_string() || value.is_i64() || value.is_boolean();
    is_plain && schema.iter().all(|(keyword, operand)| holds(keyword, operand, value))
}

fn holds(keyword: &str, operand: &Value, value: &Value) -> bool {
    let length = || value.as_str().map_or(0, |text| text.chars().count() as u64);
    match keyword {
        "type" => match operand.as_str() {
            Some("string") => value.is_string(),
            Some("boolean") => value.is_boolean(),
            Some("integer" | "number") => value.is_i64(),
            _ => false,
        },
        "enum" => operand.as_array().is_some_and(|values| value.is_string() && values.contains(value)),
        "minLength" => operand.as_u64().is_some_and(|least| !value.is_string() || length() >= least),
        "maxLength" => operand.as_u64().is_some_and(|most| !value.is_string() || length() <= most),
        "minimum" => operand.as_i64().is_some_and(|least| value.as_i64().is_none_or(|it| it >= least)),
        "maximum" => operand.as_i64().is_some_and(|most| value.as_i64().is_none_or(|it| it <= most)),
        "nullable" => operand.is_boolean(),
        _ => ANNOTATIONS.contains(&keyword) || keyword.starts_with("x-"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(schema: Value, value: Value, expected: bool) {
        assert_eq!(is_plainly_valid(&schema, &value), expected, "{value} for {schema}");
    }

    #[test]
    fn simple_values_of_simple_schemas_need_no_validator() {
        check(json!({ "type": "string", "description": "d", "maxLength": 3, "x-a": 1 }), json!("abc"), true);
        check(json!({ "type": "string", "maxLength": 3 }), json!("äöü"), true);
        check(json!({ "type": "integer", "minimum": 0, "maximum": 3 }), json!(3), true);
        check(json!({ "type": "number" }), json!(3), true);
        check(json!({ "type": "boolean", "nullable": true }), json!(false), true);
        check(json!({ "type": "string", "enum": ["a", "b"] }), json!("b"), true);
        check(json!({ "example": 1 }), json!(1), true);
    }

    #[test]
    fn what_is_not_sure_is_left_to_the_validator() {
        check(json!({ "type": "string", "maxLength": 2 }), json!("abc"), false);
        check(json!({ "type": "string" }), json!(1), false);
        check(json!({ "type": "integer" }), json!(1.0), false);
        check(json!({ "type": "integer", "minimum": 0.5 }), json!(1), false);
        check(json!({ "type": "integer", "maximum": 2 }), json!(3), false);
        check(json!({ "type": "string", "enum": ["a"] }), json!("b"), false);
        check(json!({ "type": "string", "format": "date" }), json!("2026-01-01"), false);
        check(json!({ "type": "string", "pattern": "a" }), json!("a"), false);
        check(json!({ "type": ["string"] }), json!("a"), false);
        check(json!({ "type": "text" }), json!("a"), false);
        check(json!({ "type": "array" }), json!([]), false);
        check(json!({ "type": "string", "nullable": true }), json!(null), false);
        check(json!({ "$ref": "#/a", "type": "string" }), json!("a"), false);
        check(json!(true), json!("a"), false);
    }
}
