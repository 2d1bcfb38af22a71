mod content;
mod deprecated;
mod extras;
mod request;
mod response;

use super::{Fact, Judgement, ResponsePart, Severities, check_response};
use crate::diagnostic::{Problems, Severity};
use crate::exchange::{Body, Exchange, Headers, Request, Response};
use crate::limits::Limits;
use crate::openapi::{Contract, Document};
use crate::source::Source;
use std::sync::Arc;
use std::time::Duration;

/// The document that every test of this room speaks of, with what the test adds to it.
pub(super) fn document(paths: &str, components: &str) -> Arc<Document> {
    let indent = |text: &str, by: usize| -> String {
        text.lines().map(|line| format!("{:by$}{line}\n", "")).collect()
    };
    let text = format!(
        "openapi: 3.0.3\ninfo: {{ title: t, version: '1' }}\npaths:\n{}components:\n  schemas:\n    Any: {{}}\n{}",
        indent(paths, 2),
        indent(components, 2)
    );
    let mut problems = Problems::new(&Source::new("t.yaml", text));
    let document = Document::load(&Limits::default(), &mut problems);
    let problems: Vec<String> = problems.into_list().into_iter().map(|each| each.message).collect();
    assert_eq!(problems, Vec::<String>::new());
    document.expect("it is a document")
}

/// A response as a test writes it: `200`, header lines, a blank line, the body.
pub(super) fn exchange(method: &str, text: &str) -> Exchange {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.trim().parse().ok()).expect("a status");
    let headers: Headers = lines.filter_map(|line| line.split_once(": ")).collect();
    let charset = headers.get("content-type").and_then(|value| value.split_once("charset="));
    let charset = charset.map(|(_, charset)| charset.to_owned());
    Exchange {
        request: Request {
            method: method.to_owned(),
            url: "http://127.0.0.1/x".to_owned(),
            headers: Headers::new(),
            body: None,
        },
        response: Response {
            version: "HTTP/1.1".to_owned(),
            status,
            reason: String::new(),
            headers,
            body: Body::new(body, charset),
        },
        latency: Duration::ZERO,
        notes: Vec::new(),
    }
}

pub(super) fn judge(document: &Arc<Document>, exchange: &Exchange, severities: &Severities) -> Judgement {
    let operation = document.operations().next().expect("an operation");
    let contract = Contract::compile(Arc::clone(document), &[operation.index()]);
    check_response(operation, &contract, exchange, severities, &Limits::default())
}

/// Everything that a judgement says, as a person would read it.
fn said(judgement: &Judgement) -> String {
    let mut lines: Vec<String> = judgement.facts.iter().flat_map(lines_of).collect();
    lines.extend(judgement.not_checked.iter().map(|reason| format!("not checked, because {reason}")));
    lines.join("\n")
}

fn lines_of(fact: &Fact) -> Vec<String> {
    let level = if fact.severity == Severity::Deny { "error" } else { "warning" };
    let mut lines = vec![format!("{level}[{}]: {}", fact.code, fact.headline)];
    if let (Some(expected), Some(actual)) = (&fact.expected, &fact.actual) {
        lines.push(format!("  expected {expected}; came {actual}"));
    }
    if let Some(place) = &fact.document {
        let key = if place.is_key { " (key)" } else { "" };
        let pointer = place.pointer.to_string().replace("/paths/~1x/", "…/").replace("/components/", "");
        lines.push(format!("  document {pointer}{key}: {}", place.label));
    }
    if let Some(place) = &fact.response {
        let at = match &place.at {
            ResponsePart::StatusLine => "status line".to_owned(),
            ResponsePart::Header(name) => format!("header {name}"),
            ResponsePart::Body(pointer) => format!("body at \"{pointer}\""),
            ResponsePart::BodyOffset(offset) => format!("body byte {offset}"),
            ResponsePart::BodySpan(range, words) => format!("body bytes {range:?}, {words}"),
            ResponsePart::BodyWhole => "body".to_owned(),
        };
        lines.push(format!("  response {at}: {}", place.label));
    }
    lines.extend(fact.notes.iter().map(|note| format!("  = {note}")));
    lines.extend(fact.help.iter().map(|help| format!("  = help: {help}")));
    lines
}
