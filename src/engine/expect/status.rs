use crate::check::{Fact, ResponsePart, ScenarioPlace};
use crate::diagnostic::words::any_of;
use crate::diagnostic::{Code, Severity};
use crate::engine::fact::own_fact;
use crate::engine::step::Sending;
use crate::expression::{Scope, Unresolved};
use crate::json::{Datum, Value};
use crate::openapi::Operation;
use crate::scenario::StatusPattern;

/// As many consequences of one finding as help to understand it.
const SHOWN_CONSEQUENCES: usize = 3;

/// The statuses a step expects; expressions are resolved to patterns.
pub(in crate::engine) enum ExpectedStatus {
    /// Nothing is written: any 2xx that the document has, where there is one.
    Success,
    /// One of these.
    OneOf(Vec<StatusPattern>),
}

impl ExpectedStatus {
    pub(in crate::engine) fn resolve(sending: Sending<'_>, scope: &dyn Scope) -> Result<Self, Unresolved> {
        let Some(written) = &sending.written().expect.status else {
            return Ok(Self::Success);
        };
        let mut patterns = Vec::new();
        for pattern in &written.value {
            let StatusPattern::Expression(template) = pattern else {
                patterns.push(pattern.clone());
                continue;
            };
            let datum = template.resolve(scope)?;
            let elements = match datum.value() {
                Value::Array(elements) => elements.iter().map(|it| Datum::new(it.clone())).collect(),
                _ => vec![datum.clone()],
            };
            for element in elements {
                let text = element.to_text();
                patterns.push(StatusPattern::parse(&text).ok_or_else(|| Unresolved {
                    reference: "status".to_owned(),
                    reason: format!("`{text}` is no status"),
                })?);
            }
        }
        Ok(Self::OneOf(patterns))
    }

    /// Whether a status is expected, of an operation or of a URL that no document describes.
    pub(in crate::engine) fn accepts(&self, status: u16, operation: Option<Operation<'_>>) -> bool {
        match self {
            Self::Success => (200..300).contains(&status) && operation.is_none_or(|it| it.documents(status)),
            Self::OneOf(patterns) => patterns.iter().any(|pattern| pattern.matches(status)),
        }
    }

    /// What is expected, in words.
    fn words(&self, is_described: bool) -> String {
        match self {
            Self::Success if is_described => "a documented 2xx".to_owned(),
            Self::Success => "a 2xx".to_owned(),
            Self::OneOf(patterns) => {
                let names: Vec<_> = patterns.iter().map(ToString::to_string).collect();
                any_of(&names)
            }
        }
    }
}

/// Another status than the expected one: one finding says so, and what else the step expected of
/// that other answer stands beneath it in a line each.
pub(in crate::engine) fn fold_into_status(
    facts: &mut Vec<Fact>,
    unmet: Vec<Fact>,
    sending: Sending<'_>,
    expected: &ExpectedStatus,
    status: u16,
) {
    let words = expected.words(sending.described().is_some());
    let span =
        sending.written().expect.status.as_ref().map_or(sending.step.step.place(), |status| status.span);
    let is_undocumented = |fact: &Fact| fact.code == Code::RESPONSE_STATUS && fact.severity == Severity::Deny;
    let at = facts.iter().position(is_undocumented).unwrap_or_else(|| {
        let headline = format!("{status} came, expected {words}");
        let fact = own_fact(Code::EXPECT_STATUS, headline, span, "")
            .compared(words.clone(), status.to_string())
            .response(ResponsePart::StatusLine, "");
        facts.insert(0, fact);
        0
    });
    let fact = &mut facts[at];
    fact.scenario = Some(ScenarioPlace::new(span, format!("step {} expected {words}", sending.name())));
    add_consequences(fact, unmet);
}

/// The line of what follows from a finding.
pub(super) fn consequence(headline: &str) -> String {
    format!("so also: {headline}")
}

/// What follows from a finding, in a line each; many are counted.
pub(in crate::engine) fn add_consequences(fact: &mut Fact, consequences: Vec<Fact>) {
    let more = consequences.len().saturating_sub(SHOWN_CONSEQUENCES);
    let shown = consequences.into_iter().take(SHOWN_CONSEQUENCES);
    fact.notes.extend(shown.map(|other| consequence(&other.headline)));
    if more > 0 {
        fact.notes.push(format!("and {more} more that follow from it"));
    }
}
