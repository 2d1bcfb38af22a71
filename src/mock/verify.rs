//! The mock's own contract: every reply keeps the document, or is not sent. The judge is the same that
//! judges the responses of a real API.

use super::outgoing::Outgoing;
use super::problem::sentence;
use super::rules::Rules;
use crate::check::{Fact, ResponsePart, Severities, check_response};
use crate::diagnostic::Severity;
use crate::exchange::{Body, Exchange, Headers, Request, Response};
use crate::openapi::Operation;
use std::time::Duration;

/// Judges a reply by the document.
///
/// # Errors
/// What it breaks, in the words of the checks.
pub(super) fn reply(rules: &Rules, operation: Operation<'_>, outgoing: &Outgoing) -> Result<(), Vec<String>> {
    let response = Response {
        version: "HTTP/1.1".to_owned(),
        status: outgoing.status,
        reason: String::new(),
        headers: outgoing.headers.clone(),
        // Content is UTF-8, whatever a media type of the rules says: that is then a finding.
        body: Body::new(outgoing.body.clone(), None),
    };
    // What came is judged elsewhere; that a response to HEAD has no content is the method's matter.
    let method = operation.method().to_owned();
    let request = Request { method, url: String::new(), headers: Headers::new(), body: None };
    let exchange = Exchange { request, response, latency: Duration::ZERO, notes: Vec::new() };
    let severities = Severities::default();
    let judgement = check_response(operation, &rules.contract, &exchange, &severities, &rules.limits);
    let broken: Vec<String> =
        judgement.facts.iter().filter(|fact| fact.severity == Severity::Deny).map(told).collect();
    if broken.is_empty() { Ok(()) } else { Err(broken) }
}

fn told(fact: &Fact) -> String {
    match fact.response.as_ref().map(|place| &place.at) {
        Some(ResponsePart::Body(pointer)) => sentence(&fact.headline, pointer, pointer.tokens().len()),
        Some(ResponsePart::BodySpan(_, words)) if !words.is_empty() && !fact.headline.contains(words) => {
            format!("{}, at {words}", fact.headline)
        }
        _ => fact.headline.clone(),
    }
}
