use super::operation::Steps;
use super::values::{Values, reference};
use super::{FileKind, schema};
use crate::json::{Map, Value};
use crate::openapi::{Document, Operation};
use crate::scenario::Project;
use serde_json::json;
use std::sync::Arc;

/// A schema that knows the documents of a project.
#[derive(Clone, Debug, PartialEq)]
pub struct Specialised {
    /// The schema.
    pub schema: Value,
    /// Whether bodies are left out, because with them the schema would be larger than asked for.
    pub is_without_bodies: bool,
}

/// The JSON Schema of a kind of files for one project: with the names of its apis, environments, secrets
/// and auth profiles, and for scenarios what each operation of its documents takes and gives.
///
/// `apis` are the documents that could be loaded, by name. What would make it larger than `limit` bytes is
/// left out: the bodies of requests and responses, never names.
pub fn project_schema(
    kind: FileKind,
    project: &Project,
    apis: &[(String, Arc<Document>)],
    limit: u64,
) -> Specialised {
    let make = |has_bodies: bool| {
        let mut schema = schema(kind);
        let values = specialise(kind, &mut schema, project, apis, has_bodies);
        (schema, values)
    };
    let (schema, size) = make(true);
    if u64::try_from(size).unwrap_or(u64::MAX) <= limit {
        return Specialised { schema, is_without_bodies: false };
    }
    Specialised { schema: make(false).0, is_without_bodies: true }
}

/// Gives the bytes of what was added.
fn specialise(
    kind: FileKind,
    schema: &mut Value,
    project: &Project,
    apis: &[(String, Arc<Document>)],
    has_bodies: bool,
) -> usize {
    let names: Vec<&str> = project.apis.iter().map(|api| api.name.as_str()).collect();
    let profiles = project.auth.iter().map(|profile| profile.name.as_str());
    let profiles = profiles.chain(project.broken_auth.iter().map(String::as_str));
    let mut choices: Vec<Value> = profiles.map(Value::from).collect();
    choices.extend([json!("none"), Value::Null]);
    let auth = json!({ "anyOf": [{ "enum": choices }, { "type": "string", "pattern": r"^\$" }] });
    set(schema, "/definitions/auth", auth);
    let known = |names: &[&str]| match names {
        [] => json!({}),
        _ => json!({ "enum": names }),
    };
    match kind {
        FileKind::Project => {
            let environments: Vec<&str> = project.environments.iter().map(|it| it.name.as_str()).collect();
            let secrets: Vec<&str> = project.secrets.iter().map(String::as_str).collect();
            set(schema, "/definitions/environment-name", json!({ "enum": environments }));
            for (key, names) in [("mocks", &names), ("baseUrls", &names), ("secrets", &secrets)] {
                let at = format!("/definitions/environment/properties/{key}");
                if let Some(Value::Object(members)) = schema.pointer_mut(&at) {
                    members.insert("propertyNames".to_owned(), known(names));
                }
            }
            0
        }
        FileKind::Scenario => {
            // A name, or the path or URL of a document.
            let api = json!({ "anyOf": [{ "enum": names }, { "type": "string", "pattern": "[./]" }] });
            set(schema, "/definitions/api", api);
            scenario(schema, &names, apis, has_bodies)
        }
        FileKind::Mock => {
            let every: Vec<String> =
                apis.iter().flat_map(|(_, document)| document.operations().flat_map(spellings)).collect();
            let call = json!({ "anyOf": [{ "enum": every }, { "type": "string" }] });
            set(schema, "/definitions/call", call);
            0
        }
        FileKind::Overlay | FileKind::Baseline => 0,
    }
}

fn set(schema: &mut Value, at: &str, value: Value) {
    if let Some(place) = schema.pointer_mut(at) {
        *place = value;
    }
}

/// How a step names an operation, the shortest first.
fn spellings(operation: Operation<'_>) -> Vec<String> {
    let document = operation.document();
    let is_found = |id: &&str| document.find_operation(id).is_some_and(|it| it.index() == operation.index());
    operation.id().filter(is_found).map(str::to_owned).into_iter().chain([operation.label()]).collect()
}

fn scenario(schema: &mut Value, names: &[&str], apis: &[(String, Arc<Document>)], has_bodies: bool) -> usize {
    let mut values = Values::default();
    if has_bodies {
        let name = values.name("body-elsewhere");
        let keys = ["$file", "$example", "$cel"];
        let elsewhere = json!({ "type": "object", "maxProperties": 1, "minProperties": 1, "propertyNames": { "enum": keys } });
        values.define(name, elsewhere);
    }
    let known = schema.get("definitions").and_then(Value::as_object);
    let known: Vec<String> = known.into_iter().flat_map(|it| it.keys().cloned()).collect();
    for name in known {
        values.name(&name);
    }
    let mut forms = Vec::new();
    for (index, (api, document)) in apis.iter().enumerate() {
        let mut steps = Steps { values: &mut values, document: (index, document), has_bodies };
        let mut of_operations = Vec::new();
        for operation in document.operations() {
            let step = steps.of(operation);
            let name = steps.values.name(&format!("{api}.{}", operation.name()));
            let step = steps.values.define(name, step);
            let calls = spellings(operation);
            of_operations.push((calls, step));
        }
        forms.push((api.as_str(), of_operations));
    }
    let documents: Vec<&Document> = apis.iter().map(|(_, document)| &**document).collect();
    values.complete(&documents);
    let mut roots = Vec::new();
    for (api, own) in &forms {
        let mut calls: Vec<String> = own.iter().flat_map(|(calls, _)| calls.clone()).collect();
        let mut conditions: Vec<Value> =
            own.iter().map(|(calls, step)| condition(calls.clone(), step)).collect();
        for (other, operations) in &forms {
            for (spellings, step) in operations {
                let qualified: Vec<String> = spellings
                    .iter()
                    .map(|call| format!("{other}.{call}"))
                    .filter(|call| !calls.contains(call))
                    .collect();
                conditions.push(condition(qualified, step));
            }
        }
        let qualified = forms.iter().flat_map(|(other, operations)| {
            operations
                .iter()
                .flat_map(move |(calls, _)| calls.iter().map(move |call| format!("{other}.{call}")))
        });
        calls.extend(qualified);
        calls.dedup();
        let steps = values.name(&format!("{api}.steps"));
        let step = values.name(&format!("{api}.step"));
        let list = json!({ "items": reference(&step) });
        values.define(
            step.clone(),
            json!({ "properties": { "call": { "enum": calls }, "cleanup": reference(&steps) }, "allOf": conditions }),
        );
        values.define(steps.clone(), list);
        let lists = |keys: &[&str]| -> Map<String, Value> {
            keys.iter().map(|key| ((*key).to_owned(), reference(&steps))).collect()
        };
        let scenario =
            json!({ "additionalProperties": { "properties": lists(&["setup", "steps", "teardown"]) } });
        let flows = json!({ "additionalProperties": { "properties": lists(&["steps"]) } });
        let mut file = lists(&["setup", "teardown", "setupOnce", "teardownOnce"]);
        file.insert("scenarios".to_owned(), scenario);
        file.insert("flows".to_owned(), flows);
        let file_name = values.name(&format!("{api}.file"));
        let then = values.define(file_name, json!({ "properties": file }));
        let mut meant = json!({ "properties": { "api": { "const": api } } });
        // The only api is meant where none is named.
        if names.len() > 1 {
            meant["required"] = json!(["api"]);
        }
        roots.push(json!({ "if": meant, "then": then }));
    }
    if let Some(definitions) = schema.get_mut("definitions").and_then(Value::as_object_mut) {
        definitions.extend(values.definitions);
    }
    if let (false, Value::Object(members)) = (roots.is_empty(), schema) {
        members.insert("allOf".to_owned(), Value::Array(roots));
    }
    values.size
}

fn condition(calls: Vec<String>, step: &Value) -> Value {
    json!({ "if": { "properties": { "call": { "enum": calls } }, "required": ["call"] }, "then": step })
}
