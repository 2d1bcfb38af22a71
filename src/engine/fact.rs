//! Facts that the engine itself finds: about a step, not about a response.

use super::Verdict;
use super::place::first_line;
use super::step::Sending;
use crate::check::{Fact, ScenarioPlace};
use crate::diagnostic::{Code, Finding, Place, Severity};
use crate::expression::Unresolved;
use crate::http::{TransportError, TransportErrorKind};
use crate::source::{Source, Span};
use std::sync::Arc;

/// A fact about the step itself, at a place of its own in the scenario.
pub(super) fn own_fact(code: Code, headline: impl Into<String>, span: Span, label: &str) -> Fact {
    let mut fact = Fact::new(code, Severity::Deny, headline);
    fact.scenario = Some(ScenarioPlace::new(span, label));
    fact
}

/// A value that the step needs does not exist.
pub(super) fn unresolved_fact(error: &Unresolved, span: Span, label: &str) -> Fact {
    own_fact(Code::VALUE_UNRESOLVED, unresolved_headline(error), span, label)
}

pub(super) fn unresolved_headline(error: &Unresolved) -> String {
    format!("`{}` has no value: {}", error.reference, error.reason)
}

/// There is no response to judge.
pub(super) fn transport_fact(error: &TransportError, sending: Sending<'_>) -> Fact {
    let name = sending.name();
    let label = match error.kind {
        TransportErrorKind::Build => format!("step {name} was not sent"),
        TransportErrorKind::Limit => format!("the answer to step {name} was not read to its end"),
        _ => format!("step {name} was not answered"),
    };
    let written = error.header.as_ref().and_then(|name| {
        let mut headers = sending.request.headers.iter();
        headers.find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value.span)
    });
    let span = written.unwrap_or(sending.step.step.place());
    let mut fact = own_fact(error.kind.code(), error.message.clone(), span, &label);
    fact.help.extend(error.help.clone());
    fact
}

/// A finding about a value of a file that belongs to no request: an input, a variable, an output.
pub(super) fn value_finding(
    source: &Arc<Source>,
    span: Span,
    code: Code,
    headline: String,
    label: &str,
    help: Option<String>,
) -> Finding {
    let span = first_line(source, span);
    let source = Arc::clone(source);
    Finding {
        code,
        severity: Severity::Deny,
        headline,
        expected: None,
        actual: None,
        scenario: Some(Place { source, span, label: label.to_owned(), at: None }),
        document: None,
        response: None,
        notes: Vec::new(),
        help: help.into_iter().collect(),
        differences: Vec::new(),
        known: None,
    }
}

/// The verdict that findings lead to: those that say that the test could not be carried out make it
/// errored, any other that is denied makes it failed.
pub(super) fn verdict(findings: &[Finding]) -> Verdict {
    const ERRORS: &[Code] = &[
        Code::VALUE_UNRESOLVED,
        Code::CONDITION_FAILED,
        Code::REQUEST_BUILD,
        Code::REQUEST_PATH,
        Code::REQUEST_QUERY,
        Code::REQUEST_HEADER,
        Code::REQUEST_COOKIE,
        Code::REQUEST_BODY,
        Code::REQUEST_VALID,
        Code::AUTH_TOKEN,
        Code::MOCK_REFUSED,
        Code::CONFIG_INPUT,
        Code::TRANSPORT_CONNECT,
        Code::TRANSPORT_DNS,
        Code::TRANSPORT_TLS,
        Code::TRANSPORT_LIMIT,
    ];
    findings
        .iter()
        .filter(|finding| finding.severity == Severity::Deny)
        .map(|finding| if ERRORS.contains(&finding.code) { Verdict::Errored } else { Verdict::Failed })
        .max()
        .unwrap_or(Verdict::Passed)
}
