use super::request::{StepRequest, read_path, read_request};
use super::sends::{Sends, read_sends};
use crate::expression::Template;
use crate::scenario::reader::{Named, Reader, Spanned};
use crate::scenario::settings::read_duration;
use crate::source::Span;
use crate::yaml::{MapReader, Node};
use std::sync::Arc;
use std::time::Duration;

/// What a step does.
#[derive(Clone, Debug)]
pub enum Action {
    /// `call`: a request to an operation of a document.
    Call(Arc<Call>),
    /// `send`: a request to a URL that no document describes.
    Send(Arc<Send>),
    /// `flow`: the steps of a flow.
    Flow(Arc<FlowCall>),
    /// `pause`: nothing, for that long.
    Pause(Spanned<Duration>),
}

/// A request to an operation.
#[derive(Clone, Debug)]
pub struct Call {
    /// The operation, as written: `operationId`, `api.operationId`, or `METHOD /template`.
    pub operation: Spanned<String>,
    /// The URL, where the server named it itself: absolute, or below the base URL. It fits the operation's
    /// path template, and takes the place of `path`.
    pub url: Option<Template>,
    /// Values of path parameters; none where there is a `url`.
    pub path: Vec<Named<Template>>,
    /// Values of query parameters.
    pub query: Vec<Named<Template>>,
    /// Whether the request keeps the document.
    pub sends: Sends,
    /// The rest of it.
    pub request: StepRequest,
}

/// A request to a URL outside the documents.
#[derive(Clone, Debug)]
pub struct Send {
    /// The method, in capitals.
    pub method: String,
    /// The URL; a relative one is resolved against the base URL of the file's api.
    pub url: Template,
    /// The whole of what is written: method and URL.
    pub text: String,
    /// Where it is written.
    pub span: Span,
    /// The rest of it.
    pub request: StepRequest,
}

impl Send {
    /// The origin that its URL is written with, as `https://files.example`: one that no value of an
    /// expression can change.
    pub fn written_origin(&self) -> Option<&str> {
        if self.may_be_relative() {
            return None;
        }
        let text = self.url.literal_prefix();
        let authority = text.find("://").map(|at| at + 3)?;
        let is_whole = self.url.as_literal().is_some();
        match text[authority..].find(['/', '?', '#']) {
            Some(end) => Some(&text[..authority + end]),
            // What follows might still belong to the host's name.
            None => is_whole.then_some(text),
        }
    }

    /// Whether its URL may turn out to be relative, and so needs a base URL.
    pub fn may_be_relative(&self) -> bool {
        !["http://", "https://"].iter().any(|scheme| self.url.literal_prefix().starts_with(scheme))
    }
}

/// A call of a flow.
#[derive(Clone, Debug)]
pub struct FlowCall {
    /// The flow: a name of the same file, or `file#name`.
    pub flow: Spanned<String>,
    /// What its inputs are given.
    pub with: Vec<Named<Template>>,
}

/// Reads `call` with the keys that belong to it.
pub(super) fn read_call(map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Option<Call> {
    let operation = map.take("call").and_then(|node| match node.as_str() {
        Some(text) => Some(Spanned::new(text.trim().to_owned(), node.span)),
        None => {
            reader.invalid(node.span, "`call` names an operation", format!("is {}", node.type_name()));
            None
        }
    });
    let url = read_url(map, reader);
    let path = read_path(map, reader);
    let query = reader.template_map(map, "query");
    let sends = map.take("sends").map(|node| read_sends(node, reader)).unwrap_or_default();
    let request = read_request(map, reader);
    map.not_yet(&["retry", "poll", "repeat"]);
    Some(Call { operation: operation?, url, path, query, sends, request })
}

/// `url: $vars.location`; the values that `path` would give are in it.
fn read_url(map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Option<Template> {
    let node = map.take("url")?;
    if let Some(path) = map.entry("path") {
        let message = "`url` holds the path already, with its values";
        reader.invalid(path.key_span, message, "is given twice");
    }
    Some(reader.text_template("url", node))
}

/// Reads `send` with the keys that belong to it.
pub(super) fn read_send(map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Option<Send> {
    let node = map.take("send");
    let target = node.and_then(|node| read_target(node, reader));
    let request = read_request(map, reader);
    map.not_yet(&["retry", "poll", "repeat"]);
    let (method, url) = target?;
    let text = node?.as_str().unwrap_or_default().trim().to_owned();
    Some(Send { method, url, text, span: node?.span, request })
}

/// The words for what `send` is.
const TARGET: &str = "`send` is a method and a URL, as in `send: \"PUT {$vars.uploadUrl}\"`";

/// `PUT {$vars.uploadUrl}`: a method, a space, and what gives a URL.
fn read_target(node: &Node, reader: &mut Reader<'_>) -> Option<(String, Template)> {
    let Some(text) = node.as_str() else {
        reader.invalid(node.span, TARGET, format!("is {}", node.type_name()));
        return None;
    };
    let (method, url) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
    // RFC 9110 §9.1: a method is a token; all that are registered are in capitals, and matter by case.
    let is_method =
        !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    if !is_method {
        let label = match text.contains("://") || text.starts_with(['/', '{', '$']) {
            true => format!("has no method: write `GET {}`", text.trim()),
            false => "does not start with a method".to_owned(),
        };
        reader.invalid(node.span, TARGET, label);
        return None;
    }
    if url.trim().is_empty() {
        reader.invalid(node.span, TARGET, "has no URL");
        return None;
    }
    let url = Template::of_text(url.trim(), node.span, &reader.syntax, reader.problems);
    Some((method.to_ascii_uppercase(), url))
}

/// Reads `flow` with the keys that belong to it.
pub(super) fn read_flow(map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Option<FlowCall> {
    let flow = map.take("flow").and_then(|node| match node.as_str().map(str::trim) {
        Some(text) if !text.is_empty() => Some(Spanned::new(text.to_owned(), node.span)),
        _ => {
            let message = "`flow` is the name of a flow of this file, or `\"FILE#NAME\"`";
            reader.invalid(node.span, message, format!("is {}", node.type_name()));
            None
        }
    });
    let with = reader.template_map(map, "with");
    Some(FlowCall { flow: flow?, with })
}

/// Reads `pause`.
pub(super) fn read_pause(map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Option<Spanned<Duration>> {
    map.take("pause").and_then(|node| read_duration("pause", node, reader))
}
