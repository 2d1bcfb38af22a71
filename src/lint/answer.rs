//! The documented responses that could answer a step.

use super::At;
use crate::check::{Check, Severities};
use crate::diagnostic::Severity;
use crate::json::Pointer;
use crate::openapi::{Response, ResponseKey, is_json};
use crate::scenario::StatusPattern;
use std::collections::BTreeSet;

/// The responses that could answer a step as it expects, in the order written; `None` where that is not
/// known: the status is an expression, or one that the document lacks could come.
pub(super) fn answers<'a>(at: &At<'a>) -> Option<Vec<Response<'a>>> {
    let Some(expected) = &at.call.request.expect.status else {
        return of_class(at, 2);
    };
    let mut found: Vec<Response<'a>> = Vec::new();
    for pattern in &expected.value {
        let more = match resolve(at, pattern)? {
            StatusPattern::Code(code) => vec![at.operation.response_for(code)?],
            StatusPattern::Class(class) => of_class(at, class)?,
            StatusPattern::Expression(_) => return None,
        };
        for response in more {
            if !found.iter().any(|known| known.pointer() == response.pointer()) {
                found.push(response);
            }
        }
    }
    Some(found)
}

/// The schemas of all bodies that could answer; `None` where a body could come that no schema judges,
/// and where the contract of bodies is waived.
pub(super) fn body_schemas(at: &At<'_>, answers: &[Response<'_>]) -> Option<Vec<Pointer>> {
    if !is_denied(at, answers, Check::Body) {
        return None;
    }
    let mut schemas = Vec::new();
    for response in answers {
        let media_types = response.media_types();
        if media_types.is_empty() || media_types.iter().any(|it| !is_json(it.range())) {
            return None;
        }
        for media_type in media_types {
            schemas.push(media_type.schema()?.into_owned());
        }
    }
    Some(schemas)
}

/// Whether what breaks a check fails the step, whatever status an answer has that a response of the
/// document describes.
pub(super) fn is_denied(at: &At<'_>, answers: &[Response<'_>], check: Check) -> bool {
    let statuses = answers.iter().flat_map(|answer| match answer.key() {
        ResponseKey::Status(code) => code..=code,
        ResponseKey::Range(class) => u16::from(class) * 100..=u16::from(class) * 100 + 99,
        ResponseKey::Default => 100..=599,
    });
    let mut statuses = statuses.collect::<BTreeSet<u16>>().into_iter();
    statuses.all(|status| at.request.policy.at(status).of(check) == Severity::Deny)
}

/// How much each check weighs for the first of several answers, for what differs by the format alone.
pub(super) fn severities(at: &At<'_>, answers: &[Response<'_>]) -> Severities {
    match answers.first().map(Response::key) {
        Some(ResponseKey::Status(code)) => at.request.policy.at(code),
        Some(ResponseKey::Range(class)) => at.request.policy.at(u16::from(class) * 100),
        Some(ResponseKey::Default) | None => at.request.policy.before_sending(),
    }
}

/// The pattern, or the one that an expression is known to give.
fn resolve(at: &At<'_>, pattern: &StatusPattern) -> Option<StatusPattern> {
    match pattern {
        StatusPattern::Expression(template) => StatusPattern::parse(&at.literals.value(template)?.to_text()),
        known => Some(known.clone()),
    }
}

/// The statuses that a step accepts, expressions resolved; `None` where one is not known. Empty where the
/// step says nothing.
pub(super) fn expected_statuses(at: &At<'_>) -> Option<Vec<StatusPattern>> {
    let written = at.call.request.expect.status.iter().flat_map(|status| &status.value);
    written.map(|pattern| resolve(at, pattern)).collect()
}

/// `None` where the document has a response that cannot be read.
fn of_class<'a>(at: &At<'a>, class: u16) -> Option<Vec<Response<'a>>> {
    let is_broken = |code: u16| at.operation.documents(code) && at.operation.response_for(code).is_none();
    if (class * 100..class * 100 + 100).any(is_broken) {
        return None;
    }
    let answers = at.operation.responses().into_iter();
    let fits = |response: &Response<'_>| match response.key() {
        ResponseKey::Status(code) => code / 100 == class,
        ResponseKey::Range(range) => u16::from(range) == class,
        ResponseKey::Default => true,
    };
    Some(answers.filter(fits).collect())
}
