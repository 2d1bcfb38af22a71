//! The policy for requests that break the document: `sends: valid`, `unchecked`, `{ invalid: […] }`.

use crate::check::{Fact, RequestValues, RequestViolation, ScenarioPlace, check_request};
use crate::diagnostic::{Code, Severity};
use crate::engine::fact::own_fact;
use crate::engine::step::{Described, Sending};
use crate::engine::unanswered::is_touched;
use crate::expression::Template;
use crate::json::{Pointer, Token};
use crate::limits::Limits;
use crate::scenario::{Named, Sends, Spanned};

/// A request that may be sent, as far as the document was asked.
#[derive(Default)]
pub(in crate::engine) struct SentAs {
    /// Where it breaks the document, and the settings let it.
    pub(in crate::engine) tolerated: Vec<Fact>,
    /// What of it could not be checked.
    pub(in crate::engine) not_checked: Vec<String>,
}

/// Holds a request to the policy. What breaks the document at or around an open place is passed over:
/// only an answer says what stands there.
///
/// # Errors
/// The fact for a request that breaks the document where it must not, or keeps it where it must not.
pub(in crate::engine) fn check_sends(
    sending: Sending<'_>,
    described: Described<'_>,
    sends: &Sends,
    values: &RequestValues,
    open: &[Pointer],
    limits: &Limits,
) -> Result<SentAs, Box<Fact>> {
    let mut sent = SentAs::default();
    if matches!(sends, Sends::Unchecked) {
        return Ok(sent);
    }
    let mut judgement = check_request(described.operation, described.contract, values, limits);
    judgement.violations.retain(|violation| !is_touched(&violation.pointer, open));
    let mut places: Vec<String> = Vec::new();
    for place in judgement.violations.iter().map(|it| it.pointer.to_string()) {
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let mut unmeant = judgement.violations;
    if let Sends::Invalid(wanted) = sends {
        let is_open = |place: &str| Pointer::parse(place).is_some_and(|at| is_touched(&at, open));
        let is_unbroken = |place: &&Spanned<String>| !places.contains(&place.value) && !is_open(&place.value);
        if let Some(place) = wanted.iter().find(is_unbroken) {
            return Err(Box::new(unbroken(place, &unmeant)));
        }
        unmeant.retain(|it| !wanted.iter().any(|place| place.value == it.pointer.to_string()));
    }
    let severities = sending.request.policy.before_sending();
    let denied: Vec<RequestViolation> =
        unmeant.iter().filter(|it| it.severity(&severities) == Severity::Deny).cloned().collect();
    if !denied.is_empty() {
        return Err(Box::new(unwanted(sending, described, &denied, &places)));
    }
    sent.not_checked = judgement.not_checked;
    for check in severities.switched_off().filter(|check| check.is_of_request()) {
        sent.not_checked.push(format!("the check `{}` is off", check.name()));
    }
    for violation in unmeant.iter().filter(|it| it.severity(&severities) == Severity::Warn) {
        let mut fact = fact_of(sending, described, violation);
        fact.severity = Severity::Warn;
        sent.tolerated.push(fact);
    }
    Ok(sent)
}

/// The request keeps the document where the step says that it does not.
fn unbroken(place: &Spanned<String>, violations: &[RequestViolation]) -> Fact {
    let headline =
        format!("the request keeps the document at {}, where the step says it does not", place.value);
    let mut fact = own_fact(Code::REQUEST_VALID, headline, place.span, "is not broken");
    let broken = violations.iter().map(|it| format!("broken at {}: {}", it.pointer, it.headline));
    fact.notes = broken.collect();
    fact
}

/// The request breaks the document where the step does not say so.
fn unwanted(
    sending: Sending<'_>,
    described: Described<'_>,
    violations: &[RequestViolation],
    all_places: &[String],
) -> Fact {
    let mut fact = fact_of(sending, described, &violations[0]).help(format!(
        "the step was not sent; if the API is meant to refuse it, write `sends: {{ invalid: [{}] }}`",
        all_places.join(", ")
    ));
    fact.notes.extend(violations[1..].iter().map(|it| format!("also at {}: {}", it.pointer, it.headline)));
    fact
}

fn fact_of(sending: Sending<'_>, described: Described<'_>, violation: &RequestViolation) -> Fact {
    let headline = format!("the request breaks the document: {}", violation.headline);
    let mut fact = sending
        .unsent(violation.check.code(), headline, None)
        .compared(violation.expected.clone(), violation.actual.clone());
    fact.document = Some(violation.document.clone());
    fact.scenario = Some(place_of_violation(sending, described, &violation.pointer));
    fact.notes = violation.notes.clone();
    fact
}

/// The place in the scenario of a request's violation: the value that was written there.
fn place_of_violation(sending: Sending<'_>, described: Described<'_>, pointer: &Pointer) -> ScenarioPlace {
    let call = &described.call.call;
    let label = "breaks the document".to_owned();
    let named = |values: &[Named<Template>], name: &str| {
        values.iter().find(|value| value.name.eq_ignore_ascii_case(name)).map(|value| value.value.span)
    };
    let tokens = pointer.tokens();
    let name = tokens.get(1).map_or("", Token::as_str);
    let span = match tokens.first().map(Token::as_str) {
        Some("path") => named(&call.path, name),
        Some("query") => named(&call.query, name),
        Some("headers") => named(&sending.request.headers, name),
        Some("cookies") => named(&call.request.cookies, name),
        Some("body") => {
            let inner = Pointer::of(tokens[1..].iter().cloned());
            call.request.body.as_ref().map(|body| body.span_at(&inner))
        }
        _ => None,
    };
    ScenarioPlace::new(span.unwrap_or(call.operation.span), label)
}
