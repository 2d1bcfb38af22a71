//! Checks: pure functions from a request or a response to what is wrong with it.
//!
//! [`check_response`] judges an exchange by the document and by HTTP, [`check_request`] a request before it is
//! encoded; [`matching`] compares values with what a scenario expects. Checks give pointers; whoever
//! shows a [`Fact`] looks up its places.

mod body;
mod content;
mod content_type;
mod decode;
mod deprecated;
mod discriminator;
mod extras;
mod fact;
mod fold;
mod header;
mod http;
mod judgement;
pub mod matching;
mod request;
mod schema_fact;
mod severity;
mod status;

#[cfg(test)]
mod tests;

pub use crate::diagnostic::Check;
pub use deprecated::check_deprecated_use;
pub use fact::{DocumentPlace, Fact, ResponsePart, ResponsePlace, ScenarioPlace, Unlike};
pub use judgement::Judgement;
pub use request::{RequestContent, RequestJudgement, RequestValues, RequestViolation, check_request};
pub use severity::{Policy, Said, Severities};

use crate::exchange::Exchange;
use crate::limits::Limits;
use crate::openapi::{Contract, Operation, Response, ResponseKey};
use decode::Content;
use judgement::{Case, HttpCase};

/// Judges a response by the document: every contract check that is not off, in the order of
/// [`Check::ALL`].
///
/// At most `limits.findings` errors of one schema are looked for, and those that break the same
/// keyword at several places become one fact. What could not be checked is said in
/// [`Judgement::not_checked`]; a check that is off is said there too.
pub fn check_response(
    operation: Operation<'_>,
    contract: &Contract,
    exchange: &Exchange,
    severities: &Severities,
    limits: &Limits,
) -> Judgement {
    let case = Case { operation, contract, exchange, severities, limits };
    let mut judgement = Judgement::default();
    for check in severities.switched_off().filter(|check| !check.is_of_request()) {
        judgement.leave_off(check, severities);
    }
    if let Some(reason) = exchange.response.body.cut() {
        judgement.leave(reason);
    }
    let mut response = operation.response_for(case.status());
    // Another response must not stand in for one that is there and cannot be looked at.
    let is_exact = response.as_ref().is_some_and(|it| it.key() == ResponseKey::Status(case.status()));
    let lost = if is_exact { None } else { operation.lost_response(case.status()) };
    if let Some(reason) = &lost {
        judgement.leave(reason);
        response = None;
    }
    if case.runs(Check::Status) && lost.is_none() {
        judgement.facts.extend(status::check(&case));
    }
    let mut broken = Vec::new();
    let content = decode::check(&case, response.as_ref(), &mut broken);
    if case.runs(Check::Decode) {
        judgement.facts.extend(broken);
    }
    match &response {
        Some(response) => judge_content(&case, response, &content, &mut judgement),
        None if lost.is_some() => {}
        None => {
            if case.runs(Check::Body) {
                judgement.facts.extend(body::check_presence(&case, None));
            }
            judgement.leave(format!("a {} of {} is not documented", case.status(), case.name()));
        }
    }
    if case.runs(Check::DeprecatedOperation) {
        judgement.facts.extend(deprecated::check(&case));
    }
    judgement.facts.extend(http::check(&case));
    judgement
}

/// Judges a response that no document describes: by HTTP alone, and by whether it came whole.
pub fn check_http(exchange: &Exchange, severities: &Severities) -> Judgement {
    let case = HttpCase { exchange, severities };
    let mut judgement = Judgement::default();
    let is_of_http = |check: &Check| check.code().as_str().starts_with("http.");
    for check in severities.switched_off().filter(is_of_http) {
        judgement.leave_off(check, severities);
    }
    if case.runs(Check::Decode) {
        judgement.facts.extend(decode::check_transfer(&case));
    }
    judgement.facts.extend(http::check_alone(&case));
    judgement
}

fn judge_content(case: &Case<'_>, response: &Response<'_>, content: &Content<'_>, judgement: &mut Judgement) {
    let (media_type, misstated) = content_type::check(case, response);
    if let Some(fact) = misstated {
        if media_type.is_none() {
            judgement.leave("the body is of a media type that the document does not describe");
        }
        if case.runs(Check::ContentType) {
            judgement.facts.push(fact);
        }
    }
    if case.runs(Check::Header) {
        header::check(case, response, judgement);
    }
    match response.lost_content() {
        Some(reason) => judgement.leave(reason),
        None if case.runs(Check::Body) => {
            judgement.facts.extend(body::check_presence(case, Some(response)));
        }
        None => {}
    }
    let Some(media_type) = media_type else { return };
    let errors = match case.runs(Check::Body) || case.runs(Check::Format) {
        true => body::check(case, response, &media_type, content, judgement),
        false => Vec::new(),
    };
    if let (true, Content::Json(value), Some(schema)) =
        (case.runs(Check::Discriminator), content, media_type.schema())
    {
        judgement.facts.extend(discriminator::check(case, response, &schema, value, &errors));
    }
    if let (true, Content::Json(value), Some(schema)) =
        (case.runs(Check::Extras), content, media_type.schema())
    {
        judgement.facts.extend(extras::check(case, response, &schema, value));
    }
}
