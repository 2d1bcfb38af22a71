//! One call of an operation, as the keys of a step.

use super::ApiToDraft;
use super::auth::Profiles;
use super::names::{camel, kebab, singular};
use crate::json::Value;
use crate::openapi::{Contract, Direction, MediaType, Operation, Parameter, ParameterIn};
use crate::sample::draft::{Data, Entry, call_name, content, fits, is_writable, made, ranked, shown};
use crate::sample::sample;
use std::sync::Arc;

/// What the calls of one api have in common.
pub(super) struct Caller<'a> {
    pub(super) api: &'a ApiToDraft,
    pub(super) profiles: &'a Profiles,
    pub(super) contract: Contract,
    /// The profile of the file.
    pub(super) auth: Option<String>,
}

/// A value that a person has to give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) json_type: &'static str,
    pub(super) description: String,
}

/// A call.
#[derive(Clone, Debug, Default)]
pub(super) struct Call {
    /// The keys of the step, in canonical order.
    pub(super) entries: Vec<Entry>,
    /// The inputs that it reads.
    pub(super) inputs: Vec<Input>,
    /// What a person has to decide before it can be sent.
    pub(super) todo: Option<String>,
}

impl<'a> Caller<'a> {
    pub(super) fn new(api: &'a ApiToDraft, profiles: &'a Profiles) -> Self {
        let document = &api.document;
        let all: Vec<_> = document.operations().map(|operation| operation.index()).collect();
        let contract = Contract::compile(Arc::clone(document), &all);
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for name in document.operations().filter_map(|operation| profiles.choose(&api.name, operation)) {
            match counts.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => *count += 1,
                None => counts.push((name, 1)),
            }
        }
        // Of equals the first.
        let most = counts.iter().rev().max_by_key(|(_, count)| *count);
        Self { api, profiles, contract, auth: most.map(|(name, _)| (*name).to_owned()) }
    }

    /// Calls an operation; `given` are values of path parameters that an earlier step has saved. What is to
    /// be expected is not part of it.
    pub(super) fn call(&self, operation: Operation<'_>, given: &[(&str, Data)]) -> Call {
        let mut call = Call::default();
        call.entries.push(Entry::text("call", call_name(operation)));
        let parameters = operation.parameters();
        for (key, location) in [
            ("path", ParameterIn::Path),
            ("query", ParameterIn::Query),
            ("headers", ParameterIn::Header),
            ("cookies", ParameterIn::Cookie),
        ] {
            let mut members = Vec::new();
            let mut names: Vec<&str> = Vec::new();
            if location == ParameterIn::Path {
                names = operation.template_names();
            }
            let needed =
                parameters.iter().filter(|it| it.location().section() == location && it.is_required());
            names.extend(needed.map(Parameter::name));
            let mut seen: Vec<&str> = Vec::new();
            for name in names {
                if seen.contains(&name) {
                    continue;
                }
                seen.push(name);
                let parameter =
                    parameters.iter().find(|it| it.name() == name && it.location().section() == location);
                let saved = given.iter().find(|(it, _)| *it == name && location == ParameterIn::Path);
                let data = match (saved, parameter) {
                    (Some((_, data)), _) => data.clone(),
                    (None, parameter) => self.value(operation, (name, parameter), &mut call.inputs),
                };
                members.push((name.to_owned(), data));
            }
            if !members.is_empty() {
                call.entries.push(Entry::data(key, Data::Map(members)));
            }
        }
        self.body(operation, &mut call);
        let profile = self.profiles.choose(&self.api.name, operation);
        if profile != self.auth.as_deref() {
            call.entries.push(Entry::text("auth", profile.unwrap_or("none")));
        }
        if call.todo.is_some() {
            call.entries.push(Entry::text("sends", "unchecked"));
        }
        call
    }

    /// What the document shows, what can be made where anything will do, or an input.
    fn value(
        &self,
        operation: Operation<'_>,
        (name, parameter): (&str, Option<&Parameter<'_>>),
        inputs: &mut Vec<Input>,
    ) -> Data {
        let location = parameter.map_or(ParameterIn::Path, Parameter::location);
        if let Some(parameter) = parameter {
            let value = match parameter.content() {
                Some(content) => self.content_value(&content),
                // What is in a path has to be there: nothing that is made up is.
                None if location == ParameterIn::Path => shown(&self.contract, parameter),
                None => shown(&self.contract, parameter).or_else(|| made(&self.contract, parameter)),
            };
            if let Some(value) = value.filter(is_writable) {
                return Data::Value(value);
            }
        }
        let input = Input {
            name: input_name(operation, name, location),
            json_type: self.json_type(parameter),
            description: match location {
                ParameterIn::Path => {
                    format!("The {name} of {}, of something that exists.", operation.template())
                }
                _ => format!("The {} parameter {name} of {}.", location.as_str(), operation.name()),
            },
        };
        let data = Data::Raw(format!("$inputs.{}", input.name));
        inputs.push(input);
        data
    }

    fn content_value(&self, content: &MediaType<'_>) -> Option<Value> {
        let schema = content.schema()?;
        let examples = content.examples().into_iter().map(|(_, _, value)| value.clone());
        let mut examples = examples.filter(|value| fits(&self.contract, &schema, value));
        examples.next().or_else(|| Some(sample(&self.contract, &schema, Direction::Request).ok()?.value))
    }

    fn json_type(&self, parameter: Option<&Parameter<'_>>) -> &'static str {
        let schema = parameter.and_then(Parameter::schema);
        let stated = schema.and_then(|at| self.api.document.resolve(&at).ok());
        let stated = stated.and_then(|(_, schema)| schema.get("type")?.as_str());
        ["integer", "number", "boolean"].into_iter().find(|known| stated == Some(known)).unwrap_or("string")
    }

    fn body(&self, operation: Operation<'_>, call: &mut Call) {
        let Some(body) = operation.request_body() else { return };
        // RFC 9110 §9.3.1: content has no meaning there.
        if !body.is_required() && ["GET", "HEAD", "DELETE"].contains(&operation.method()) {
            return;
        }
        let media_types = body.media_types();
        let ranked = ranked(&media_types);
        let mut reason = None;
        for media_type in &ranked {
            match content(&self.contract, media_type) {
                Ok((key, data)) => {
                    call.entries.push(Entry::data(key, data));
                    let range = media_type.range();
                    let sent = if range.contains('*') { "application/json" } else { range };
                    if media_types.len() > 1 || range.contains('*') {
                        call.entries.push(Entry::text("contentType", sent));
                    }
                    return;
                }
                Err(because) => reason = reason.or(Some(because)),
            }
        }
        if body.is_required() {
            let first = ranked.first().map_or("application/json", |media_type| media_type.range());
            let reason = reason.unwrap_or_else(|| "the document does not say what it is".to_owned());
            call.todo = Some(format!("a body ({first}); {reason}"));
            call.entries.push(Entry::text("rawBody", "TODO"));
            if !first.contains('*') && media_types.len() > 1 {
                call.entries.push(Entry::text("contentType", first));
            }
        }
    }
}

/// The name of an input: that of the parameter, with what it belongs to where it says nothing by itself.
fn input_name(operation: Operation<'_>, name: &str, location: ParameterIn) -> String {
    let own = camel(name);
    let is_general =
        ["id", "uuid", "guid", "key", "name", "slug", "code", "type", ""].contains(&own.as_str());
    if location != ParameterIn::Path || !is_general {
        return if own.is_empty() { "value".to_owned() } else { own };
    }
    let segments: Vec<&str> = operation.template().split('/').collect();
    let at = segments.iter().position(|segment| segment.contains(&format!("{{{name}}}"))).unwrap_or(0);
    let before =
        segments[..at].iter().rev().find(|segment| !segment.contains('{') && !kebab(segment).is_empty());
    let owner = before.map(|segment| singular(&kebab(segment))).unwrap_or_default();
    camel(&format!("{owner}-{}", if own.is_empty() { "value" } else { &own }))
}
