//! Calls of one operation that do what the document asks for, and no more.

use super::draft::{BodyDraft, StepDraft};
use crate::check::check_request;
use crate::json::{Pointer, Value};
use crate::limits::Limits;
use crate::openapi::{
    Contract, Direction, MediaType, Operation, Parameter, ParameterIn, RequestBody, ResponseKey,
};
use crate::sample::draft::{
    Data, call_name, content, expected_status, fits, is_writable, made, ranked, shown,
};
use crate::sample::sample;

/// As many requests that break the document are tried for one step.
const MAX_TRIES: usize = 40;

/// What the steps of one operation have in common.
pub(super) struct Base<'d> {
    pub(super) operation: Operation<'d>,
    pub(super) parameters: Vec<Parameter<'d>>,
    pub(super) media_types: Vec<MediaType<'d>>,
    step: StepDraft,
    /// The path parameters of which nobody knows whether there is such a thing.
    made_up: Vec<String>,
}

impl<'d> Base<'d> {
    pub(super) fn new(contract: &Contract, operation: Operation<'d>) -> Self {
        let parameters = operation.parameters();
        let body = operation.request_body();
        let media_types = body.as_ref().map(RequestBody::media_types).unwrap_or_default();
        let step = StepDraft { call: call_name(operation), ..StepDraft::default() };
        let mut base = Self { operation, parameters, media_types, step, made_up: Vec::new() };
        for name in operation.template_names() {
            if !base.step.path.iter().any(|(known, _)| known == name) {
                base.path_value(contract, name);
            }
        }
        for parameter in base.parameters.clone() {
            if parameter.is_required() && parameter.location() != ParameterIn::Path {
                base.step = base.with_parameter(contract, base.step.clone(), &parameter);
            }
        }
        // RFC 9110 §9.3.1: content has no meaning there.
        let is_meant = |body: &RequestBody<'_>| {
            body.is_required() || !["GET", "HEAD", "DELETE"].contains(&operation.method())
        };
        if let Some(body) = body.filter(is_meant) {
            base.first_body(contract, body.is_required());
        }
        base
    }

    fn path_value(&mut self, contract: &Contract, name: &str) {
        let is_it = |it: &&Parameter<'_>| it.location() == ParameterIn::Path && it.name() == name;
        let parameter = self.parameters.iter().find(is_it);
        let usable = |value: &Value| is_writable(value);
        if let Some(value) = parameter.and_then(|it| shown(contract, it)).filter(usable) {
            self.step.path.push((name.to_owned(), value));
            return;
        }
        self.made_up.push(name.to_owned());
        let value = parameter.and_then(|it| made(contract, it).or_else(|| of_content(contract, it)));
        self.step.is_unchecked |= value.is_none() && parameter.is_some();
        let value = value.filter(usable).unwrap_or_else(|| Value::from("text"));
        self.step.path.push((name.to_owned(), value));
    }

    fn first_body(&mut self, contract: &Contract, is_required: bool) {
        let mut reason = None;
        for media_type in ranked(&self.media_types) {
            match content(contract, media_type) {
                Ok((key, data)) => {
                    self.step.body = Some(self.body_draft(key, data, media_type.range()));
                    return;
                }
                Err(because) => reason = reason.or(Some(because)),
            }
        }
        if is_required {
            let first =
                ranked(&self.media_types).first().map_or("application/json", |it| it.range()).to_owned();
            let reason = reason.unwrap_or_else(|| "the document does not say what it is".to_owned());
            self.step.todo(format!("a body ({first}); {reason}."));
            self.step.body = Some(self.body_draft("rawBody", Data::Raw("TODO".to_owned()), &first));
            self.step.is_unchecked = true;
        }
    }

    /// A body, with its media type where the document leaves a choice.
    pub(super) fn body_draft(&self, key: &'static str, data: Data, range: &str) -> BodyDraft {
        let media_type = if range.contains('*') { "application/json" } else { range }.to_owned();
        let is_said = self.media_types.len() > 1 || range.contains('*');
        BodyDraft { key, data, content_type: is_said.then(|| media_type.clone()), media_type }
    }

    /// The step with a value for a parameter.
    pub(super) fn with_parameter(
        &self,
        contract: &Contract,
        mut step: StepDraft,
        parameter: &Parameter<'_>,
    ) -> StepDraft {
        let value = match parameter.content() {
            Some(_) => of_content(contract, parameter),
            None => shown(contract, parameter).or_else(|| made(contract, parameter)),
        };
        match value.filter(is_writable) {
            Some(value) => set(&mut step, parameter, value),
            None => {
                step.todo(format!("the {} parameter `{}`.", parameter.location(), parameter.name()));
                step.is_unchecked = true;
                set(&mut step, parameter, Value::from("TODO"));
            }
        }
        step
    }

    /// The step that is to succeed; `None` where the document says of no status that it may answer with it.
    pub(super) fn success(&self) -> Option<StepDraft> {
        let mut step = self.step.clone();
        step.status = expected_status(self.operation)?.map(|status| Data::Value(Value::from(status)));
        self.ask_for_existing(&mut step);
        Some(step)
    }

    fn ask_for_existing(&self, step: &mut StepDraft) {
        if !self.made_up.is_empty() {
            let names: Vec<String> = self.made_up.iter().map(|name| format!("`{name}`")).collect();
            step.todo(format!("{} of something that exists.", names.join(" and ")));
        }
    }

    /// The step that is to be answered with a key of the document's responses.
    pub(super) fn answered(&self, contract: &Contract, key: ResponseKey) -> StepDraft {
        let mut step = self.step.clone();
        let keys: Vec<ResponseKey> = self.operation.responses().iter().map(|it| it.key()).collect();
        let success = |key: &ResponseKey| match key {
            ResponseKey::Status(code) => (200..300).contains(code),
            ResponseKey::Range(class) => *class == 2,
            ResponseKey::Default => false,
        };
        let has_success = keys.iter().any(success);
        let status = status_for(key, &keys, has_success);
        step.status = status.map(|status| Data::Value(Value::from(status)));
        let is_first = keys.iter().filter(|it| success(it)).min() == Some(&key);
        if is_first || (key == ResponseKey::Default && !has_success) {
            self.ask_for_existing(&mut step);
            return step;
        }
        let is_closed = {
            let alternatives = self.operation.security();
            !alternatives.is_empty() && alternatives.iter().all(|all| !all.is_empty())
        };
        match key {
            ResponseKey::Status(401) if is_closed => step.is_anonymous = true,
            ResponseKey::Status(404) if !step.path.is_empty() => self.point_at_nothing(contract, &mut step),
            ResponseKey::Status(400 | 422) => match self.broken(contract, &step) {
                Some(broken) => step = broken,
                None => step.todo(format!("what makes the API answer {key}.")),
            },
            ResponseKey::Status(403) => step.todo("as somebody who may not: an `auth` profile."),
            ResponseKey::Range(_) => step.todo(format!("what makes the API answer {key}, and which it is.")),
            ResponseKey::Default => step.todo("what makes the API answer with another status, and which."),
            _ => step.todo(format!("what makes the API answer {key}.")),
        }
        step
    }

    /// Puts values into the path that name nothing, as far as its schemas let it.
    fn point_at_nothing(&self, contract: &Contract, step: &mut StepDraft) {
        for (name, value) in &mut step.path {
            let is_it = |it: &&Parameter<'_>| it.location() == ParameterIn::Path && it.name() == name;
            let schema = self.parameters.iter().find(is_it).and_then(Parameter::schema);
            let candidates = [
                Value::from("no-such-thing"),
                Value::from("00000000-0000-4000-8000-000000000000"),
                Value::from(999_999_999),
            ];
            let fitting = candidates.into_iter().find(|candidate| match &schema {
                // What no schema describes is a text.
                None => candidate.is_string(),
                Some(schema) => fits(contract, schema, candidate),
            });
            if let Some(fitting) = fitting {
                *value = fitting;
            }
        }
    }

    /// The step with a request that breaks the document, and says where.
    fn broken(&self, contract: &Contract, step: &StepDraft) -> Option<StepDraft> {
        if step.is_unchecked {
            return None;
        }
        self.breaking(step).into_iter().take(MAX_TRIES).find_map(|mut candidate| {
            let values = candidate.values()?;
            let judgement = check_request(self.operation, contract, &values, &Limits::default());
            let mut places: Vec<String> =
                judgement.violations.iter().map(|it| it.pointer.to_string()).collect();
            places.sort();
            places.dedup();
            if places.is_empty() || places.len() > 3 || !judgement.not_checked.is_empty() {
                return None;
            }
            candidate.invalid = places;
            Some(candidate)
        })
    }

    /// Requests that may break the document: without a member, without a parameter, with a value of
    /// another kind.
    fn breaking(&self, step: &StepDraft) -> Vec<StepDraft> {
        let mut found = Vec::new();
        if let Some(BodyDraft { key: "body", data: Data::Value(body), .. }) = &step.body {
            let with = |value: Value| {
                let mut changed = step.clone();
                changed.body.iter_mut().for_each(|body| body.data = Data::Value(value.clone()));
                changed
            };
            let mut holders = vec![Pointer::root()];
            if let Value::Object(members) = body {
                holders.extend(members.keys().map(|name| Pointer::of([name.as_str()])));
            }
            let mut others = Vec::new();
            for holder in holders {
                let Some(Value::Object(members)) = holder.get(body) else { continue };
                for (name, member) in members {
                    let mut without = body.clone();
                    if let Some(Value::Object(members)) = holder.get_mut(&mut without) {
                        members.shift_remove(name);
                    }
                    found.push(with(without));
                    let mut other = body.clone();
                    let wrong =
                        if member.is_array() { Value::from("text") } else { Value::Array(Vec::new()) };
                    if let Some(place) = holder.child(name.as_str()).get_mut(&mut other) {
                        *place = wrong;
                    }
                    others.push(with(other));
                }
            }
            found.extend(others);
        }
        for parameter in self.parameters.iter().filter(|it| it.location() != ParameterIn::Path) {
            let mut wrong = step.clone();
            set(&mut wrong, parameter, Value::from("no-such-value"));
            found.push(wrong);
            let mut without = step.clone();
            let values = section(&mut without, parameter.location());
            values.retain(|(name, _)| name != parameter.name());
            found.push(without);
        }
        found
    }
}

/// A status that a key of the document's responses stands for, and no other key.
fn status_for(key: ResponseKey, keys: &[ResponseKey], has_success: bool) -> Option<u16> {
    let candidates = match key {
        ResponseKey::Status(code) => return Some(code),
        ResponseKey::Range(class) => u16::from(class) * 100..u16::from(class) * 100 + 100,
        ResponseKey::Default if has_success => 500..600,
        ResponseKey::Default => 200..300,
    };
    let is_free = |status: &u16| {
        let nearer = keys.iter().filter(|other| **other != key && key != ResponseKey::Status(*status));
        !nearer.into_iter().any(|other| match other {
            ResponseKey::Status(code) => code == status,
            ResponseKey::Range(class) => key == ResponseKey::Default && u16::from(*class) == status / 100,
            ResponseKey::Default => false,
        })
    };
    candidates.chain(400..500).find(is_free)
}

/// The value of a parameter that is written in a media type.
fn of_content(contract: &Contract, parameter: &Parameter<'_>) -> Option<Value> {
    let content = parameter.content()?;
    let schema = content.schema()?;
    let examples = content.examples().into_iter().map(|(_, _, value)| value.clone());
    let mut examples = examples.filter(|value| fits(contract, &schema, value));
    examples.next().or_else(|| Some(sample(contract, &schema, Direction::Request).ok()?.value))
}

/// Gives a parameter a value.
pub(super) fn set(step: &mut StepDraft, parameter: &Parameter<'_>, value: Value) {
    let values = section(step, parameter.location());
    values.retain(|(name, _)| name != parameter.name());
    values.push((parameter.name().to_owned(), value));
}

fn section(step: &mut StepDraft, location: ParameterIn) -> &mut Vec<(String, Value)> {
    match location {
        ParameterIn::Path => &mut step.path,
        ParameterIn::Query | ParameterIn::QueryString => &mut step.query,
        ParameterIn::Header => &mut step.headers,
        ParameterIn::Cookie => &mut step.cookies,
    }
}
