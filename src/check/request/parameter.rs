//! `request.path`, `request.query`, `request.header`, `request.cookie`: parameters keep their schemas,
//! and those that are required are there.

use super::{Check, RequestCheck, RequestViolation, place};
use crate::json::{Datum, Pointer, Value};
use crate::openapi::{Parameter, ParameterIn};

impl RequestCheck<'_> {
    pub(super) fn parameter(&mut self, parameter: &Parameter<'_>, sent: &[(String, Datum)]) {
        let name = parameter.name();
        let (check, section, words) = match parameter.location() {
            ParameterIn::Path => (Check::RequestPath, "path", "path parameter"),
            ParameterIn::Query => (Check::RequestQuery, "query", "query parameter"),
            ParameterIn::Header => (Check::RequestHeader, "headers", "header"),
            ParameterIn::Cookie => (Check::RequestCookie, "cookies", "cookie"),
            ParameterIn::QueryString => (Check::RequestQuery, "query", "query string"),
        };
        let pointer = Pointer::of([section, name]);
        let whole = format!("the {words} `{name}`");
        let is_named = |each: &&(String, Datum)| match parameter.location() {
            ParameterIn::Header => each.0.eq_ignore_ascii_case(name),
            _ => each.0 == name,
        };
        let Some((_, datum)) = sent.iter().find(is_named).filter(|(_, datum)| !datum.value().is_null())
        else {
            if parameter.is_required() {
                self.judgement.violations.push(RequestViolation {
                    check,
                    pointer,
                    headline: format!("{whole} is missing, which the document requires"),
                    expected: format!("a {words} `{name}`"),
                    actual: "none".to_owned(),
                    document: place(parameter.pointer().child("required"), "required"),
                    notes: Vec::new(),
                    format: None,
                });
            }
            return;
        };
        if parameter.allows_empty_value() && datum.value() == "" {
            return;
        }
        match (parameter.schema(), parameter.content().and_then(|content| content.schema())) {
            (Some(schema), _) => self.values(check, &readings(datum), &schema, &whole, &pointer),
            (None, Some(schema)) => self.values(check, &[datum.value().clone()], &schema, &whole, &pointer),
            (None, None) => {}
        }
    }
}

/// What a server may read out of a parameter's text: the value itself, everything in it as text,
/// and every text in it that spells a number or a boolean as that.
fn readings(datum: &Datum) -> Vec<Value> {
    let mut all = vec![datum.value().clone()];
    for reading in [as_text(datum, datum.value(), &Pointer::root()), as_scalars(datum.value())] {
        if !all.contains(&reading) {
            all.push(reading);
        }
    }
    all
}

fn as_text(datum: &Datum, value: &Value, at: &Pointer) -> Value {
    match value {
        Value::Number(number) => Value::from(datum.digits_at(at).unwrap_or_else(|| number.to_string())),
        Value::Bool(flag) => Value::from(flag.to_string()),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .map(|(index, each)| as_text(datum, each, &at.child(index.to_string())))
            .collect(),
        Value::Object(members) => {
            members.iter().map(|(name, each)| (name.clone(), as_text(datum, each, &at.child(name)))).collect()
        }
        other => other.clone(),
    }
}

fn as_scalars(value: &Value) -> Value {
    match value {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(scalar @ (Value::Number(_) | Value::Bool(_))) => scalar,
            _ => value.clone(),
        },
        Value::Array(elements) => elements.iter().map(as_scalars).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, each)| (name.clone(), as_scalars(each))).collect()
        }
        other => other.clone(),
    }
}
