//! Whether a request keeps the document: parameters, media type, content. What it finds becomes
//! `requestProblems`; which status that means is for the rules to say.

use super::incoming::{ContentKind, Incoming, field};
use crate::json::{Pointer, Value};
use crate::openapi::{
    Contract, Direction, MediaType, Parameter, ParameterIn, SchemaError, Validity, decode_parameter, is_json,
    match_media_type,
};

/// So many problems of one request are told; the first is mostly the one that matters.
const MAX_TOLD: usize = 8;

/// What in a request breaks the document, in the order path, query, headers, cookies, content.
///
/// Source: OpenAPI 3.1.1, "Parameter Object" and "Request Body Object".
pub(super) fn problems(incoming: &Incoming<'_>) -> Vec<String> {
    let mut found = Vec::new();
    let mut parameters = incoming.operation.parameters();
    parameters.sort_by_key(Parameter::location);
    for parameter in &parameters {
        check_parameter(parameter, incoming, &mut found);
    }
    check_content(incoming, &mut found);
    found.truncate(MAX_TOLD);
    found
}

fn check_parameter(parameter: &Parameter<'_>, incoming: &Incoming<'_>, found: &mut Vec<String>) {
    let (location, name) = (parameter.location(), parameter.name());
    let place = match location {
        ParameterIn::Path => format!("the path parameter `{name}`"),
        ParameterIn::Query => format!("the query parameter `{name}`"),
        ParameterIn::Header => format!("the header `{name}`"),
        ParameterIn::Cookie => format!("the cookie `{name}`"),
    };
    let Some(value) = decode_parameter(parameter, &incoming.raw()) else {
        if parameter.is_required() {
            found.push(format!("{place} is missing"));
        }
        return;
    };
    let schema = parameter.schema().or_else(|| parameter.content().and_then(|content| content.schema()));
    if let Some(schema) = schema {
        let contract = &incoming.rules.contract;
        found.extend(judge(contract, &place, &schema, &value).iter().map(told));
    }
}

fn check_content(incoming: &Incoming<'_>, found: &mut Vec<String>) {
    let Some(documented) = incoming.operation.request_body() else {
        // Content that the document does not mention has no defined meaning (RFC 9110 §9.3.1 for
        // GET); servers pass over it.
        return;
    };
    let content = incoming.content();
    let media_type = match &content.kind {
        ContentKind::Absent => {
            if documented.is_required() {
                found.push("the body is missing".to_owned());
            }
            return;
        }
        ContentKind::Broken(reason) => {
            found.push(reason.clone());
            return;
        }
        _ => incoming.request.headers.get("content-type"),
    };
    let offered = documented.media_types();
    let Some(matched) = matched(media_type, &offered) else {
        let known: Vec<&str> = offered.iter().map(MediaType::range).collect();
        let came = media_type.map_or_else(|| "none".to_owned(), |it| format!("`{it}`"));
        found.push(format!(
            "the media type of the body is {came}, and the document offers {}",
            known.join(", ")
        ));
        return;
    };
    let Some(schema) = matched.schema() else { return };
    let contract = &incoming.rules.contract;
    let errors = match content.kind {
        ContentKind::Json | ContentKind::Text => judge(contract, "the body", &schema, &content.value),
        ContentKind::Form => judge_form(contract, &schema, &content.value),
        _ => return,
    };
    found.extend(errors.iter().map(told));
}

/// The documented media type of the content; content without one is taken for the only one, or JSON.
fn matched<'d>(media_type: Option<&str>, offered: &[MediaType<'d>]) -> Option<MediaType<'d>> {
    match media_type {
        Some(media_type) => match_media_type(media_type, offered.iter().cloned()),
        None => {
            let json = offered.iter().find(|each| is_json(each.range()));
            json.or_else(|| offered.first().filter(|_| offered.len() == 1)).cloned()
        }
    }
}

fn judge(contract: &Contract, whole: &str, schema: &Pointer, value: &Value) -> Vec<SchemaError> {
    match contract.validate_as(whole, schema, Direction::Request, value, MAX_TOLD) {
        Validity::Invalid(errors) => errors,
        // A schema that cannot be used judges nothing; loading the document says so.
        Validity::Valid | Validity::NotChecked(_) => Vec::new(),
    }
}

/// Fields of a form are texts. Where the schema wants another type, a text that spells such a value
/// in JSON is one, and a single text is an array of one.
///
/// Source: OpenAPI 3.1.1, "Encoding the x-www-form-urlencoded Media Type".
fn judge_form(contract: &Contract, schema: &Pointer, value: &Value) -> Vec<SchemaError> {
    let errors = judge(contract, "the body", schema, value);
    let mut typed = value.clone();
    let mut is_changed = false;
    for error in errors.iter().filter(|error| error.name == "type" && error.instance.tokens().len() == 1) {
        if let Some(text) = error.instance.get_mut(&mut typed) {
            let wants_array = error.expected.contains("array");
            let spelled = serde_json::from_str::<Value>(&field(text)).ok();
            let meant =
                match spelled.filter(|value| value.is_number() || value.is_boolean() || value.is_null()) {
                    _ if wants_array => Value::Array(vec![text.take()]),
                    Some(meant) => meant,
                    None => continue,
                };
            *text = meant;
            is_changed = true;
        }
    }
    if is_changed { judge(contract, "the body", schema, &typed) } else { errors }
}

fn told(error: &SchemaError) -> String {
    match error.instance.is_root() {
        true => error.headline.clone(),
        false => format!("{} (at {})", error.headline, error.instance),
    }
}
