//! The policy for requests that break the document: `sends: valid`, `unchecked`, `{ invalid: […] }`.

use super::fact::{call_fact, own_fact};
use crate::check::{Fact, RequestValues, RequestViolation, ScenarioPlace, check_request};
use crate::diagnostic::Code;
use crate::expression::Template;
use crate::json::Pointer;
use crate::limits::Limits;
use crate::openapi::{Contract, Operation};
use crate::plan::PlannedStep;
use crate::scenario::{Named, Sends};

/// Holds a request to the policy; gives what of it could not be checked.
pub(super) fn check_sends(
    step: &PlannedStep,
    sends: &Sends,
    operation: Operation<'_>,
    contract: &Contract,
    values: &RequestValues,
    limits: &Limits,
) -> Result<Vec<String>, Box<Fact>> {
    if matches!(sends, Sends::Unchecked) {
        return Ok(Vec::new());
    }
    let judgement = check_request(operation, contract, values, limits);
    let places: Vec<String> = judgement.violations.iter().map(|it| it.pointer.to_string()).collect();
    let Sends::Invalid(wanted) = sends else {
        return match judgement.violations.as_slice() {
            [] => Ok(judgement.not_checked),
            violations => Err(Box::new(unwanted(step, violations, &places))),
        };
    };
    if let Some(place) = wanted.iter().find(|place| !places.contains(&place.value)) {
        let headline =
            format!("the request keeps the document at {}, where the step says it does not", place.value);
        let mut fact = own_fact(Code::REQUEST_VALID, headline, place.span, "is not broken");
        let broken =
            judgement.violations.iter().map(|it| format!("broken at {}: {}", it.pointer, it.headline));
        fact.notes = broken.collect();
        return Err(Box::new(fact));
    }
    let is_wanted = |it: &RequestViolation| wanted.iter().any(|place| place.value == it.pointer.to_string());
    let extra: Vec<RequestViolation> = judgement.violations.into_iter().filter(|it| !is_wanted(it)).collect();
    match extra.as_slice() {
        [] => Ok(judgement.not_checked),
        extra => Err(Box::new(unwanted(step, extra, &places))),
    }
}

/// The request breaks the document where the step does not say so.
fn unwanted(step: &PlannedStep, violations: &[RequestViolation], all_places: &[String]) -> Fact {
    let first = &violations[0];
    let headline = format!("the request breaks the document: {}", first.headline);
    let mut fact = call_fact(Code::REQUEST_INVALID, headline, step)
        .compared(first.expected.clone(), first.actual.clone())
        .help(format!(
            "the step was not sent; if the API is meant to refuse it, write `sends: {{ invalid: [{}] }}`",
            all_places.join(", ")
        ));
    fact.document = Some(first.document.clone());
    fact.scenario = Some(place_of_violation(step, &first.pointer));
    fact.notes = first.notes.clone();
    fact.notes.extend(violations[1..].iter().map(|it| format!("also at {}: {}", it.pointer, it.headline)));
    fact
}

/// The place in the scenario of a request's violation: the value that was written there.
fn place_of_violation(step: &PlannedStep, pointer: &Pointer) -> ScenarioPlace {
    let label = "breaks the document".to_owned();
    let named = |values: &[Named<Template>], name: &str| {
        values.iter().find(|value| value.name.eq_ignore_ascii_case(name)).map(|value| value.value.span)
    };
    let tokens = pointer.tokens();
    let name = tokens.get(1).map_or("", String::as_str);
    let span = match tokens.first().map(String::as_str) {
        Some("path") => named(&step.step.path, name),
        Some("query") => named(&step.step.query, name),
        Some("headers") => named(&step.headers, name),
        Some("cookies") => named(&step.step.cookies, name),
        Some("body") => step.step.body.as_ref().map(|body| {
            let inner = Pointer::of(tokens[1..].iter().cloned());
            body.at(&inner).map_or(body.span, |part| part.span)
        }),
        _ => None,
    };
    ScenarioPlace { span: span.unwrap_or(step.step.call.span), label }
}
