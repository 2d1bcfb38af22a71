use super::auth::Credentials;
use super::unanswered::Unanswered;
use super::values::Values;
use crate::check::RequestValues;
use crate::check::matching::Schemas;
use crate::clock::Timestamp;
use crate::exchange::Exchange;
use crate::expression::{Access, Condition, Generator, Reference, Scope, Template, Unresolved};
use crate::json::{Datum, Map, Pointer, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The names of one case: what was given, what was computed, what was saved, what was exchanged.
pub(super) struct CaseScope {
    pub(super) inputs: BTreeMap<String, Datum>,
    pub(super) vars: BTreeMap<String, Datum>,
    pub(super) row: BTreeMap<String, Datum>,
    pub(super) exchanges: BTreeMap<String, Arc<Exchange>>,
    /// What the flows gave that steps called, by the names of the steps.
    pub(super) outputs: BTreeMap<String, BTreeMap<String, Datum>>,
    /// In a flow that signs in: what it gives.
    pub(super) credentials: Vec<Credential>,
    /// In a flow: who its caller is sent as, where only the caller knows.
    pub(super) caller: Option<Credentials>,
    pub(super) values: Arc<Values>,
    /// What answers would have given, where nothing is sent.
    unanswered: Option<Unanswered>,
    generator: Mutex<Generator>,
}

/// An output of a flow that signs in.
pub(super) struct Credential {
    pub(super) value: Template,
    /// Whether it is sent, and not only looked at.
    pub(super) is_sent: bool,
}

impl CaseScope {
    pub(super) fn new(values: &Arc<Values>, stream: &str) -> Self {
        Self {
            inputs: BTreeMap::new(),
            vars: BTreeMap::new(),
            row: BTreeMap::new(),
            exchanges: BTreeMap::new(),
            outputs: BTreeMap::new(),
            credentials: Vec::new(),
            caller: None,
            values: Arc::clone(values),
            unanswered: None,
            generator: Mutex::new(Generator::new(values.seed, stream)),
        }
    }

    /// The same for a case of which nothing is sent.
    pub(super) fn of_dry_run(values: &Arc<Values>, stream: &str) -> Self {
        Self { unanswered: Some(Unanswered::default()), ..Self::new(values, stream) }
    }

    /// Takes over what the steps around the file made, of which nothing was used yet.
    pub(super) fn start_with(&mut self, vars: BTreeMap<String, Datum>, unanswered: Option<Unanswered>) {
        self.vars = vars;
        self.unanswered = unanswered.or(self.unanswered.take());
    }

    /// The names that would have been saved, without the steps that would have.
    pub(super) fn unanswered_vars(&self) -> Option<Unanswered> {
        self.unanswered.as_ref().map(Unanswered::of_vars)
    }

    /// In a flow: what its caller gives may hold placeholders.
    pub(super) fn share_placeholders(&mut self, caller: &Self) {
        if let (Some(own), Some(caller)) = (&mut self.unanswered, &caller.unanswered) {
            own.share_placeholders(caller);
        }
    }

    /// Whether a placeholder stands in a value.
    pub(super) fn is_open_value(&self, value: &Value) -> bool {
        self.unanswered.as_ref().is_some_and(|it| it.is_in(value))
    }

    /// A step was not sent: what it would have saved and been answered stays open.
    pub(super) fn leave_open<'n>(&mut self, step: &str, saved: impl IntoIterator<Item = &'n str>) {
        if let Some(unanswered) = &mut self.unanswered {
            unanswered.add(step, saved);
        }
    }

    /// Whether only an answer decides a condition.
    pub(super) fn is_open(&self, condition: &Condition) -> bool {
        self.unanswered
            .as_ref()
            .is_some_and(|it| it.of_condition(condition, &self.vars, &self.inputs).is_some())
    }

    /// Whether a placeholder stands in a text.
    pub(super) fn is_open_text(&self, text: &str) -> bool {
        self.unanswered.as_ref().is_some_and(|it| it.is_in(&Value::from(text)))
    }

    /// Where in a request a placeholder stands for what is open.
    pub(super) fn open_places(&self, values: &RequestValues) -> Vec<Pointer> {
        self.unanswered.as_ref().map(|it| it.places(values)).unwrap_or_default()
    }

    /// A text of a request whose placeholders can be read.
    pub(super) fn readable(&self, text: &str) -> String {
        self.unanswered.as_ref().map_or_else(|| text.to_owned(), |it| it.readable(text))
    }
}

impl CaseScope {
    /// The generator as it stands: what is drawn from it again is the same again.
    pub(super) fn generator(&self) -> Generator {
        self.generator.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has everything be drawn from here on that was drawn since `generator` was taken.
    pub(super) fn draw_again(&self, generator: &Generator) {
        self.generator.lock().unwrap_or_else(PoisonError::into_inner).clone_from(generator);
    }
}

impl Scope for CaseScope {
    fn resolve(&self, reference: &Reference) -> Result<Datum, Unresolved> {
        self.resolve_with(reference, None)
    }

    fn variable(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.variable_with(name, None)
    }

    fn stand_in(&self, condition: &Condition) -> Option<Datum> {
        self.unanswered.as_ref()?.of_condition(condition, &self.vars, &self.inputs)
    }

    fn now(&self) -> Timestamp {
        self.values.clock.now()
    }
}

/// The names of a case, and those of the exchange that was just made.
pub(super) struct ExchangeScope<'s> {
    pub(super) case: &'s CaseScope,
    pub(super) exchange: &'s Exchange,
    /// What the step's `$schema`s name.
    pub(super) schemas: Schemas<'s>,
}

/// The names of a case, and what the flow gave that a step has just called.
pub(super) struct OutputScope<'s> {
    pub(super) case: &'s CaseScope,
    pub(super) outputs: &'s BTreeMap<String, Datum>,
}

impl Scope for OutputScope<'_> {
    fn resolve(&self, reference: &Reference) -> Result<Datum, Unresolved> {
        match reference.root.as_str() {
            "outputs" => of_outputs(reference, 0, self.outputs),
            _ => self.case.resolve(reference),
        }
    }

    fn variable(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.case.variable(name)
    }

    fn now(&self) -> Timestamp {
        self.case.now()
    }
}

impl Scope for ExchangeScope<'_> {
    fn resolve(&self, reference: &Reference) -> Result<Datum, Unresolved> {
        self.case.resolve_with(reference, Some(self.exchange))
    }

    fn variable(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.case.variable_with(name, Some(self.exchange))
    }

    fn now(&self) -> Timestamp {
        self.case.now()
    }
}

impl CaseScope {
    fn resolve_with(&self, reference: &Reference, exchange: Option<&Exchange>) -> Result<Datum, Unresolved> {
        if let Some(placeholder) = self.unanswered.as_ref().and_then(|it| it.of_reference(reference)) {
            return Ok(placeholder);
        }
        let fail = |reason: String| Err(Unresolved { reference: reference.text.clone(), reason });
        let named = |map: &BTreeMap<String, Datum>, missing: &str| match reference.steps.first() {
            Some(Access::Member(name)) => match map.get(name) {
                Some(datum) => reference.walk_within(1, datum),
                None => fail(missing.replace("{name}", name)),
            },
            _ => fail("it names nothing".to_owned()),
        };
        match reference.root.as_str() {
            "inputs" => named(&self.inputs, "the input `{name}` has no value"),
            "vars" => named(&self.vars, "nothing was saved under `{name}`"),
            "row" => named(&self.row, "the row has no column `{name}`"),
            "env" => named(&self.values.env, "the variable `{name}` is not set"),
            "secrets" => named(&self.values.secrets, "the secret `{name}` has no value"),
            "run" => reference.walk(1, Datum::new(self.values.run_id.as_str())),
            "gen" => self.generate(reference),
            "steps" => self.of_step(reference),
            _ => match exchange {
                Some(exchange) => of_exchange(reference, 0, exchange),
                None => fail("there is no response yet".to_owned()),
            },
        }
    }

    fn generate(&self, reference: &Reference) -> Result<Datum, Unresolved> {
        let (name, arguments) = match reference.steps.first() {
            Some(Access::Call { name, arguments }) => (name.as_str(), arguments.as_slice()),
            Some(Access::Member(name)) => (name.as_str(), [].as_slice()),
            _ => ("", [].as_slice()),
        };
        let generated = self
            .generator
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .call(name, arguments)
            .map_err(|reason| Unresolved { reference: reference.text.clone(), reason })?;
        reference.walk(1, generated)
    }

    /// `$steps.<id>.request…`, `$steps.<id>.response…`, and `$steps.<id>.outputs…` of a flow.
    fn of_step(&self, reference: &Reference) -> Result<Datum, Unresolved> {
        let Some(Access::Member(id)) = reference.steps.first() else {
            return unresolved(reference, "it names no step");
        };
        if let Some(outputs) = self.outputs.get(id) {
            return of_outputs(reference, 2, outputs);
        }
        match self.exchanges.get(id) {
            Some(exchange) => of_exchange(reference, 1, exchange),
            None => unresolved(reference, &format!("the step `{id}` was not answered")),
        }
    }

    fn variable_with<'s>(&'s self, name: &str, exchange: Option<&'s Exchange>) -> Option<Cow<'s, Value>> {
        let object = |map: &BTreeMap<String, Datum>| {
            Value::Object(map.iter().map(|(name, datum)| (name.clone(), datum.value().clone())).collect())
        };
        let value = match (name, exchange) {
            ("inputs", _) => object(&self.inputs),
            ("vars", _) => object(&self.vars),
            ("row", _) => object(&self.row),
            ("steps", _) => {
                let exchanges = self.exchanges.iter().map(|(id, exchange)| (id, step_value(exchange)));
                let outputs = self.outputs.iter().map(|(id, outputs)| {
                    (id, Value::Object([("outputs".to_owned(), object(outputs))].into_iter().collect()))
                });
                Value::Object(exchanges.chain(outputs).map(|(id, value)| (id.clone(), value)).collect())
            }
            ("status", Some(exchange)) => Value::from(exchange.response.status),
            ("headers", Some(exchange)) => first_lines(&exchange.response.headers),
            ("headerLines", Some(exchange)) => all_lines(&exchange.response.headers),
            ("body", Some(exchange)) => return Some(body_value(exchange)),
            ("request", Some(exchange)) => request_value(exchange),
            ("latencyMs", Some(exchange)) => {
                Value::from(u64::try_from(exchange.latency.as_millis()).unwrap_or(u64::MAX))
            }
            _ => return None,
        };
        Some(Cow::Owned(value))
    }
}

/// An output, or all of them as an object, its name being the step behind the root at `at`.
fn of_outputs(
    reference: &Reference,
    at: usize,
    outputs: &BTreeMap<String, Datum>,
) -> Result<Datum, Unresolved> {
    match reference.steps.get(at) {
        Some(Access::Member(name)) => match outputs.get(name) {
            Some(datum) => reference.walk_within(at + 1, datum),
            None => unresolved(reference, &format!("the flow gave no `{name}`")),
        },
        Some(_) | None => {
            let all = outputs.iter().map(|(name, datum)| (name.clone(), datum.clone()));
            reference.walk(at, Datum::object(all.collect::<Vec<_>>()))
        }
    }
}

fn unresolved(reference: &Reference, reason: &str) -> Result<Datum, Unresolved> {
    Err(Unresolved { reference: reference.text.clone(), reason: reason.to_owned() })
}

/// The members of an exchange behind `$steps.<id>` (from 1), or as roots of a capture (from 0).
fn of_exchange(reference: &Reference, from: usize, exchange: &Exchange) -> Result<Datum, Unresolved> {
    let part = match from {
        0 => Some(reference.root.as_str()),
        _ => member(reference, from),
    };
    // Behind the part's own name: `$response.body` has it as the root, `$steps.x.response.body` not.
    let next = from + usize::from(from > 0);
    let response = &exchange.response;
    let request = &exchange.request;
    match (part, member(reference, next)) {
        (Some("statusCode"), _) => reference.walk(next, Datum::new(response.status)),
        (Some("url"), _) => reference.walk(next, Datum::new(request.url.as_str())),
        (Some("method"), _) => reference.walk(next, Datum::new(request.method.as_str())),
        (Some("response"), Some("status" | "statusCode")) => {
            reference.walk(next + 1, Datum::new(response.status))
        }
        (Some("response"), Some("body")) => body_part(reference, next + 1, exchange),
        (Some("response"), Some("headers" | "header")) => header(reference, next + 1, &response.headers),
        (Some("request"), Some("headers" | "header")) => header(reference, next + 1, &request.headers),
        (Some("request"), Some("method")) => reference.walk(next + 1, Datum::new(request.method.as_str())),
        (Some("request"), Some("url")) => reference.walk(next + 1, Datum::new(request.url.as_str())),
        (Some("request"), Some("body")) => reference.walk(next + 1, Datum::new(request_body(exchange))),
        (Some("response"), _) => unresolved(reference, "a response has `status`, `headers` and `body`"),
        (Some("request"), _) => unresolved(reference, "a request has `method`, `url`, `headers` and `body`"),
        _ => unresolved(reference, "a step has `request` and `response`"),
    }
}

fn member(reference: &Reference, at: usize) -> Option<&str> {
    match reference.steps.get(at) {
        Some(Access::Member(name)) => Some(name),
        _ => None,
    }
}

fn body_part(reference: &Reference, from: usize, exchange: &Exchange) -> Result<Datum, Unresolved> {
    let body = &exchange.response.body;
    let is_whole = from == reference.steps.len();
    match body.whole() {
        // All of a form or of XML is its text, which a regex reads and another step sends on.
        Some(_) if is_whole && body.structure().is_some() => Ok(Datum::new(body.text_lossy().into_owned())),
        Some(datum) => reference.walk_within(from, datum),
        None if is_whole => Ok(Datum::new(body.text_lossy().into_owned())),
        None => unresolved(reference, "the body is neither JSON nor anything else with parts"),
    }
}

fn header(reference: &Reference, at: usize, headers: &crate::exchange::Headers) -> Result<Datum, Unresolved> {
    match member(reference, at) {
        Some(name) => match headers.get(name) {
            Some(value) => reference.walk(at + 1, Datum::new(value)),
            None => unresolved(reference, &format!("there is no header `{name}`")),
        },
        None => unresolved(reference, "it names no header"),
    }
}

fn body_value(exchange: &Exchange) -> Cow<'_, Value> {
    let body = &exchange.response.body;
    match body.value() {
        Some(value) => Cow::Borrowed(value),
        None if body.is_empty() => Cow::Owned(Value::Null),
        None => Cow::Owned(Value::from(body.text_lossy().into_owned())),
    }
}

fn step_value(exchange: &Exchange) -> Value {
    let members =
        [("request".to_owned(), request_value(exchange)), ("response".to_owned(), response_value(exchange))];
    Value::Object(members.into_iter().collect())
}

fn request_body(exchange: &Exchange) -> Value {
    let bytes = exchange.request.body.as_deref().unwrap_or_default();
    serde_json::from_slice(bytes).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(bytes).into_owned()))
}

fn request_value(exchange: &Exchange) -> Value {
    let mut members = Map::new();
    members.insert("method".to_owned(), Value::from(exchange.request.method.as_str()));
    members.insert("url".to_owned(), Value::from(exchange.request.url.as_str()));
    members.insert("headers".to_owned(), first_lines(&exchange.request.headers));
    members.insert("body".to_owned(), request_body(exchange));
    Value::Object(members)
}

fn response_value(exchange: &Exchange) -> Value {
    let mut members = Map::new();
    members.insert("status".to_owned(), Value::from(exchange.response.status));
    members.insert("headers".to_owned(), first_lines(&exchange.response.headers));
    members.insert("body".to_owned(), body_value(exchange).into_owned());
    Value::Object(members)
}

fn first_lines(headers: &crate::exchange::Headers) -> Value {
    let mut members = Map::new();
    for (name, value) in headers.iter() {
        members.entry(name.to_ascii_lowercase()).or_insert_with(|| Value::from(value));
    }
    Value::Object(members)
}

fn all_lines(headers: &crate::exchange::Headers) -> Value {
    let mut members = Map::new();
    for (name, value) in headers.iter() {
        let lines = members.entry(name.to_ascii_lowercase()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(lines) = lines {
            lines.push(Value::from(value));
        }
    }
    Value::Object(members)
}
