//! The forms that are no maps with fixed keys, by the names under which the tables speak of them.

use crate::diagnostic::{Check, Code};
use crate::json::{Map, Value};
use crate::limits::Limits;
use crate::scenario::{CONTRACT_RULE, FORMATS, Marker, OPERATORS, SCENARIO, is_knowable};
use crate::yaml::Shape;
use serde_json::json;

/// A name of ours.
pub(super) const NAME: &str = "^[A-Za-z0-9_-]+$";

const CLASS: &str = "^[1-5](xx|XX)$";
const CODE: &str = "^[1-5][0-9][0-9]$";

/// The schema of a named form; `shape` writes what the tables describe.
pub(super) fn form(name: &str, shape: &mut dyn FnMut(&Shape) -> Value) -> Value {
    match name {
        "name" => json!({ "type": "string", "pattern": NAME }),
        "duration" => json!({
            "description": "A time with its unit: 250ms, 1.5s, 5m, 1h.",
            "type": "string",
            "pattern": r"^[0-9]*\.?[0-9]+(ms|s|m|h)$",
        }),
        "date" => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        "condition" => json!({ "description": "A condition in CEL.", "type": ["string", "boolean"] }),
        "expression" => json!({
            "description": "An expression, as $vars.name.",
            "type": "string",
            "pattern": r"^\$",
        }),
        "seconds" => json!({ "type": "number", "minimum": 0, "maximum": 3600 }),
        "source" => json!({
            "description": "A JSONPath into the body, as $.data.id, or an expression.",
            "type": "string",
            "pattern": r"\$",
        }),
        "plain" => json!({ "type": ["string", "number", "boolean", "array", "null"] }),
        "text-value" => json!({
            "description": "A text, or an expression that gives one, as $secrets.NAME.",
            "type": ["string", "number", "boolean", "object"],
            "properties": { "$cel": { "type": "string" } },
            "required": ["$cel"],
        }),
        "auth" => json!({
            "description": "The name of an auth profile, none, or an expression.",
            "type": ["string", "null"],
        }),
        "api" | "call" | "environment-name" => json!({ "type": "string" }),
        "overlay-version" => json!({ "type": ["string", "number"], "pattern": r"^\s*1\." }),
        "body" => json!({
            "properties": {
                "$file": { "description": "A file with the body: the value in it where it is YAML or JSON, its bytes otherwise." },
                "$example": { "description": "The name of an example of the operation." },
            },
        }),
        "pointers" => json!({ "type": ["object", "null"], "propertyNames": { "pattern": "^/" } }),
        "scenarios" => {
            let scenario = shape(&Shape::Map(&SCENARIO));
            json!({ "type": "object", "minProperties": 1, "propertyNames": { "pattern": NAME }, "additionalProperties": scenario })
        }
        "code" => json!({ "enum": codes() }),
        "known-code" => json!({ "enum": known_codes() }),
        "check" => json!({ "anyOf": [{ "enum": Check::names() }, { "type": "string", "pattern": r"\*" }] }),
        "contract" => contract(shape),
        "limits" => limits(),
        "status-pattern" => json!({ "anyOf": status_forms() }),
        "status" => {
            let expression = shape(&Shape::Named("expression"));
            let one: Vec<Value> = status_forms().into_iter().chain([expression]).collect();
            let several = json!({ "type": "array", "minItems": 1, "items": { "anyOf": one } });
            json!({ "anyOf": one.iter().cloned().chain([several]).collect::<Vec<_>>() })
        }
        "matcher" => {
            let operators = shape(&Shape::Operators(&OPERATORS));
            let matcher = json!({ "$ref": "#/definitions/matcher" });
            json!({
                "description": "What is expected: a value, a marker such as <uuid>, members, a list, or operators.",
                "type": ["string", "number", "boolean", "null", "array", "object"],
                "anyOf": [
                    { "type": "string", "enum": markers() },
                    { "type": ["number", "boolean", "null"] },
                    { "type": "string", "not": { "pattern": "^<[A-Za-z0-9_|*-]+>$" } },
                    { "type": "string", "pattern": unions() },
                    { "type": "array", "items": matcher },
                    operators,
                    { "type": "object", "propertyNames": { "not": { "pattern": r"^\$" } }, "additionalProperties": matcher },
                ],
            })
        }
        "bound" => json!({ "type": ["number", "string", "object"] }),
        "values" => json!({ "anyOf": [{ "type": "array" }, shape(&Shape::Named("expression"))] }),
        "length" => {
            let operators = shape(&Shape::Operators(&OPERATORS));
            let keys = ["$gt", "$gte", "$lt", "$lte", "$ne", "$in", "$notIn", "$not", "$anyOf", "$cel"];
            json!({ "anyOf": [
                { "type": "integer", "minimum": 0 },
                shape(&Shape::Named("expression")),
                { "allOf": [operators, { "propertyNames": { "enum": keys } }] },
            ] })
        }
        _ => unreachable!("the tables name no form `{name}`: a test writes every schema"),
    }
}

fn status_forms() -> Vec<Value> {
    vec![
        json!({ "type": "integer", "minimum": 100, "maximum": 599 }),
        json!({ "type": "string", "pattern": format!("{CODE}|{CLASS}") }),
    ]
}

/// Markers by themselves, for completion.
fn markers() -> Vec<String> {
    Marker::ALL.iter().map(|(word, _)| format!("<{word}>")).collect()
}

/// One marker, or several with bars between them.
fn unions() -> String {
    let words: Vec<&str> = Marker::ALL.iter().map(|(word, _)| *word).collect();
    let words = words.join("|");
    format!(r"^<({words})(\|({words}))*>$")
}

fn codes() -> Vec<&'static str> {
    Code::ALL.iter().map(|code| code.as_str()).collect()
}

fn known_codes() -> Vec<&'static str> {
    Code::ALL.iter().filter(|code| is_knowable(**code)).map(|code| code.as_str()).collect()
}

fn contract(shape: &mut dyn FnMut(&Shape) -> Value) -> Value {
    let severity = json!({ "enum": ["deny", "warn", "off"] });
    let checks = Check::names().into_iter().map(|name| (name.to_owned(), severity.clone()));
    let mut properties: Map<String, Value> = checks.collect();
    let formats: Map<String, Value> =
        FORMATS.iter().map(|name| ((*name).to_owned(), severity.clone())).collect();
    properties.insert(
        "formats".to_owned(),
        json!({
            "description": "How much each broken format weighs.",
            "type": "object",
            "properties": formats,
            "additionalProperties": false,
        }),
    );
    let rule = shape(&Shape::Map(&CONTRACT_RULE));
    properties.insert(
        "rules".to_owned(),
        json!({ "description": "Severities for some operations or statuses.", "type": "array", "items": rule }),
    );
    json!({
        "description": "deny, warn or off, for all contract checks or by check.",
        "anyOf": [
            severity,
            { "type": "object", "properties": properties, "patternProperties": { r"\*": severity }, "additionalProperties": false },
        ],
    })
}

fn limits() -> Value {
    let of = |limit: &crate::limits::Limit| {
        let pattern = if limit.is_size { "^[0-9]+ *(KiB|MiB|GiB|B)?$" } else { "^[0-9]+$" };
        let about = format!("{}{}.", limit.what[..1].to_uppercase(), &limit.what[1..]);
        (
            limit.name.to_owned(),
            json!({ "description": about, "type": ["integer", "string"], "pattern": pattern }),
        )
    };
    let properties: Map<String, Value> = Limits::TABLE.iter().map(of).collect();
    json!({ "type": ["object", "null"], "properties": properties, "additionalProperties": false })
}
