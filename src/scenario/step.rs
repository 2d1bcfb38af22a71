use super::attachment::FileReference;
use super::body::{StepBody, read_body};
use super::capture::{Capture, read_captures};
use super::contract::ContractSettings;
use super::expectation::{Expectation, read_expectation};
use super::mark::{ExpectedFailure, read_xfail};
use super::reader::{Named, Reader, Spanned};
use super::settings::{read_duration, read_headers};
use super::{AuthChoice, auth};
use crate::expression::{Condition, Scope, Template};
use crate::json::Value;
use crate::source::Span;
use crate::yaml::{Kind, MapReader, Node};
use std::sync::Arc;
use std::time::Duration;

/// One request and what is expected of its answer.
#[derive(Clone, Debug)]
pub struct Step {
    /// The whole step.
    pub span: Span,
    /// Its `id`, where it has one.
    pub id: Option<Spanned<String>>,
    /// Its `title`.
    pub title: Option<String>,
    /// Whether it runs at all.
    pub when: Option<Condition>,
    /// The operation, as written.
    pub call: Spanned<String>,
    /// Values of path parameters.
    pub path: Vec<Named<Template>>,
    /// Values of query parameters.
    pub query: Vec<Named<Template>>,
    /// Header values; `None` removes a default.
    pub headers: Vec<Named<Option<Template>>>,
    /// Cookie values.
    pub cookies: Vec<Named<Template>>,
    /// The body.
    pub body: Option<StepBody>,
    /// The body's media type, where the operation offers several.
    pub content_type: Option<Spanned<String>>,
    /// The auth profile.
    pub auth: Option<AuthChoice>,
    /// Whether the request keeps the document.
    pub sends: Sends,
    /// The time-out of the request.
    pub timeout: Option<Duration>,
    /// Whether it runs after an earlier step failed.
    pub is_always: bool,
    /// The fault that it is known to have.
    pub xfail: Option<ExpectedFailure>,
    /// What is kept of the exchange.
    pub save: Vec<Named<Capture>>,
    /// What is expected.
    pub expect: Expectation,
    /// Steps to run at the end of the case, once this one was sent.
    pub cleanup: Vec<Arc<Step>>,
}

/// The policy for requests that break the document.
#[derive(Clone, Debug, Default)]
pub enum Sends {
    /// The request keeps the document; otherwise the test is wrong.
    #[default]
    Valid,
    /// Anything may be sent.
    Unchecked,
    /// The request breaks the document at these places, and nowhere else.
    Invalid(Vec<Spanned<String>>),
    /// An expression that gives one of these.
    Expression(Template),
}

impl Sends {
    /// Where an expression that gives it is written.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Expression(template) => Some(template.span),
            Self::Valid | Self::Unchecked | Self::Invalid(_) => None,
        }
    }

    /// The policy itself, an expression resolved.
    ///
    /// # Errors
    /// A sentence that says why the expression gives none.
    pub fn resolve(&self, scope: &dyn Scope) -> Result<Self, String> {
        let Self::Expression(template) = self else {
            return Ok(self.clone());
        };
        let datum = template.resolve(scope).map_err(|error| error.to_string())?;
        match datum.value() {
            Value::String(text) if text == "valid" => Ok(Self::Valid),
            Value::String(text) if text == "unchecked" => Ok(Self::Unchecked),
            Value::Object(members) => {
                let places =
                    members.get("invalid").and_then(Value::as_array).ok_or("`sends` names no places")?;
                let places = places.iter().filter_map(Value::as_str);
                Ok(Self::Invalid(places.map(|it| Spanned::new(it.to_owned(), template.span)).collect()))
            }
            _ => Err(format!("`{}` is neither valid, unchecked nor invalid places", datum.to_text())),
        }
    }
}

/// Keys that other tools use, or that belong elsewhere.
const ELSEWHERE: &[(&str, &str)] = &[
    ("status", "it belongs under `expect`"),
    ("jsonpath", "it belongs under `expect`"),
    ("assert", "it belongs under `expect`"),
    ("within", "it belongs under `expect`"),
    ("contract", "it belongs under `expect`"),
    ("steps", "it belongs in a scenario"),
    ("rows", "it belongs in a scenario"),
    ("skip", "it belongs in a scenario or a row; a step has `when`"),
    ("tags", "it belongs in a scenario or a file"),
    ("vars", "it belongs in a scenario or a file"),
    ("inputs", "it belongs in a scenario or a file"),
    ("timeouts", "write `timeout`"),
    ("name", "write `title`, or `id` for a name to refer to"),
    ("given", "write `call`"),
    ("when_", "write `when`"),
    ("then", "write `expect`"),
    ("validate", "write `expect`"),
    ("check", "write `expect`"),
    ("response", "write `expect`"),
    ("asserts", "write `assert` under `expect`"),
    ("capture", "write `save`"),
    ("captures", "write `save`"),
    ("extract", "write `save`"),
    ("outputs", "write `save`"),
    ("status_code", "write `status` under `expect`"),
    ("json", "write `body`"),
    ("data", "write `body`"),
    ("params", "write `query` or `path`"),
    ("parameters", "write `path`, `query`, `headers` or `cookies`"),
    ("operationId", "write `call`"),
    ("request", "write `call`"),
    ("method", "`call` names the operation, which has its method"),
    ("use", "write `call`"),
];

/// Reads a list of steps.
pub(super) fn read_steps(nodes: &[Node], reader: &mut Reader<'_>) -> Vec<Arc<Step>> {
    nodes.iter().filter_map(|node| read_step(node, reader)).map(Arc::new).collect()
}

/// Reads the steps of a cleanup or a teardown.
pub(super) fn read_cleanup(nodes: &[Node], reader: &mut Reader<'_>) -> Vec<Arc<Step>> {
    let steps = read_steps(nodes, reader);
    for mark in steps.iter().filter_map(|step| step.xfail.as_ref()) {
        let message = "a step of a cleanup or a teardown has no `xfail`: it does not decide about its case";
        reader.invalid(mark.span, message, "would change nothing");
    }
    steps
}

fn read_step(node: &Node, reader: &mut Reader<'_>) -> Option<Step> {
    let mut map = MapReader::new("a step", node, reader.problems)?;
    let is_later_kind = ["send", "flow", "pause"].iter().any(|kind| node.get(kind).is_some());
    let call = if is_later_kind { map.take("call") } else { map.require("call", reader.problems) };
    let call = call.and_then(|node| match node.as_str() {
        Some(text) => Some(Spanned::new(text.trim().to_owned(), node.span)),
        None => {
            reader.invalid(node.span, "`call` names an operation", format!("is {}", node.type_name()));
            None
        }
    });
    let id = map.take("id").and_then(|node| match node.as_str() {
        Some(text) => {
            reader.check_name("a step", text, node.span);
            Some(Spanned::new(text.to_owned(), node.span))
        }
        None => {
            reader.invalid(node.span, "`id` is a name", format!("is {}", node.type_name()));
            None
        }
    });
    let step = Step {
        span: node.span,
        id,
        title: map.text("title", reader.problems).map(ToOwned::to_owned),
        when: map.take("when").and_then(|node| reader.condition("when", node)),
        call: call.clone().unwrap_or_else(|| Spanned::new(String::new(), node.span)),
        path: read_path(&mut map, reader),
        query: reader.template_map(&mut map, "query"),
        headers: read_headers(map.map("headers", reader.problems), reader),
        cookies: reader.template_map(&mut map, "cookies"),
        body: read_body(&mut map, reader),
        content_type: map.take("contentType").and_then(|node| {
            let text = node.as_str().map(|text| Spanned::new(text.to_owned(), node.span));
            if text.is_none() {
                reader.invalid(
                    node.span,
                    "`contentType` is a media type",
                    format!("is {}", node.type_name()),
                );
            }
            text
        }),
        auth: map.take("auth").map(|node| auth::read_choice(node, reader)),
        sends: map.take("sends").map(|node| read_sends(node, reader)).unwrap_or_default(),
        timeout: map
            .take("timeout")
            .and_then(|node| read_duration("timeout", node, reader))
            .map(|duration| duration.value),
        is_always: map.boolean("always", reader.problems).unwrap_or(false),
        xfail: map.take("xfail").and_then(|node| read_xfail(node, reader)),
        save: read_captures(map.map("save", reader.problems), reader),
        expect: map.take("expect").map(|node| read_expectation(node, reader)).unwrap_or_default(),
        cleanup: read_cleanup(map.list("cleanup", reader.problems), reader),
    };
    map.not_yet(&["send", "flow", "with", "pause", "retry", "poll", "follow", "url", "repeat"]);
    map.finish(ELSEWHERE, reader.problems);
    call.is_some().then_some(step)
}

/// `path` holds the values of path parameters; a path itself is a frequent mistake.
fn read_path(map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Vec<Named<Template>> {
    let Some(node) = map.take("path") else {
        return Vec::new();
    };
    match &node.kind {
        Kind::Map(entries) => reader.templates(entries),
        Kind::String(text) => {
            let message = "`path` gives the values of path parameters; the operation has its own path";
            reader
                .problems
                .error(crate::diagnostic::Code::SCENARIO_INVALID_VALUE, node.span, message, "is a path")
                .help
                .push(format!("for `{text}`, write `call: GET /…/{{id}}` and `path: {{ id: … }}`"));
            Vec::new()
        }
        _ => {
            map.wrong_type("path", "a map from parameters to values", node, reader.problems);
            Vec::new()
        }
    }
}

fn read_sends(node: &Node, reader: &mut Reader<'_>) -> Sends {
    match &node.kind {
        Kind::String(text) if text == "valid" => Sends::Valid,
        Kind::String(text) if text == "unchecked" => Sends::Unchecked,
        Kind::String(text) if text.starts_with('$') => Sends::Expression(reader.template(node)),
        Kind::Map(_) => {
            let Some(mut map) = MapReader::new("`sends`", node, reader.problems) else {
                return Sends::Valid;
            };
            let places = map.texts("invalid", reader.problems);
            map.finish(&[], reader.problems);
            let mut list = Vec::new();
            for (text, span) in places {
                if !["/body", "/query/", "/path/", "/headers/", "/cookies/"]
                    .iter()
                    .any(|it| text.starts_with(it))
                {
                    reader.invalid(
                        span,
                        "a place is `/body/…`, `/query/name`, `/path/name`, `/headers/name` or `/cookies/name`",
                        "is none of them",
                    );
                }
                list.push(Spanned::new(text.to_owned(), span));
            }
            if list.is_empty() {
                reader.invalid(node.span, "`invalid` names at least one place", "names none");
            }
            Sends::Invalid(list)
        }
        _ => {
            reader.invalid(
                node.span,
                "`sends` is valid, unchecked, or `{ invalid: [/body/…] }`",
                "is none of them",
            );
            Sends::Valid
        }
    }
}

impl Step {
    /// Every file that the step and its cleanup name.
    pub fn files(&self) -> Vec<&FileReference> {
        let mut files: Vec<&FileReference> = self.body.iter().flat_map(StepBody::files).collect();
        files.extend(self.expect.bytes.iter().filter_map(|bytes| bytes.file.as_ref()));
        files.extend(self.cleanup.iter().flat_map(|step| step.files()));
        files
    }

    /// The contract severities written under `expect`.
    pub fn contract(&self) -> &ContractSettings {
        &self.expect.contract
    }
}
