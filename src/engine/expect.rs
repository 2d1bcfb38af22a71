use super::scope::ExchangeScope;
use crate::check::matching::{Actual, Mismatch, UnresolvedMatcher, match_value};
use crate::check::{Fact, ResponsePart, ResponsePlace, ScenarioPlace};
use crate::diagnostic::{Code, Severity};
use crate::exchange::Exchange;
use crate::expression::{Condition, Unresolved};
use crate::json::{Datum, Pointer};
use crate::openapi::{Operation, decode_header};
use crate::plan::PlannedStep;
use crate::scenario::{Expectation, MatcherKind, Member, Spanned, StatusPattern};
use std::time::Duration;

/// What the scenario's expectations say of an exchange.
#[derive(Default)]
pub(super) struct Expected {
    /// Everything that differs.
    pub(super) facts: Vec<Fact>,
    /// Values that the expectations need and that do not exist: the step is errored.
    pub(super) unresolved: Vec<UnresolvedMatcher>,
}

/// Checks every expectation but the status.
pub(super) fn check_expectations(
    expect: &Expectation,
    operation: &Operation<'_>,
    exchange: &Exchange,
    scope: &ExchangeScope<'_>,
) -> Expected {
    let mut expected = Expected::default();
    for member in &expect.headers {
        expected.header(member, operation, exchange, scope);
    }
    if let Some(matcher) = &expect.body {
        let body = &exchange.response.body;
        let whole = body
            .datum(&Pointer::root())
            .or_else(|| (!body.is_empty()).then(|| Datum::new(body.text_lossy().into_owned())));
        let actual = Actual { value: whole.as_ref(), at: &Pointer::root(), name: "the body", is_text: false };
        let result = match_value(matcher, &actual, scope);
        expected.add(result, Code::EXPECT_BODY, ResponsePart::Body);
    }
    for each in &expect.jsonpath {
        let body = &exchange.response.body;
        let found = body.value().map(|value| each.selector.select(value)).unwrap_or_default();
        let pointers: Vec<Pointer> = found.into_iter().map(|(pointer, _)| pointer).collect();
        if each.selector.is_singular() {
            let at = pointers.first().cloned().or_else(|| each.selector.as_pointer()).unwrap_or_default();
            let datum = pointers.first().and_then(|pointer| body.datum(pointer));
            let name = format!("`{}`", each.selector.text());
            let actual = Actual { value: datum.as_ref(), at: &at, name: &name, is_text: false };
            let result = match_value(&each.matcher, &actual, scope);
            expected.add(result, Code::EXPECT_JSONPATH, ResponsePart::Body);
        } else {
            let all = Datum::array(pointers.iter().filter_map(|pointer| body.datum(pointer)));
            let name = format!("`{}`", each.selector.text());
            let actual = Actual { value: Some(&all), at: &Pointer::root(), name: &name, is_text: false };
            let result = match_value(&each.matcher, &actual, scope);
            // An index of the array of what was found stands for the place where it was found.
            expected.add(result, Code::EXPECT_JSONPATH, |at| {
                let place = at.tokens().split_first().and_then(|(first, rest)| {
                    let found = pointers.get(first.parse::<usize>().ok()?)?;
                    Some(found.join(&Pointer::of(rest.iter().cloned())))
                });
                ResponsePart::Body(place.unwrap_or_default())
            });
        }
    }
    for condition in &expect.assert {
        expected.facts.extend(check_condition(condition, scope));
    }
    if let Some(within) = &expect.within {
        expected.facts.extend(check_within(within, exchange.latency));
    }
    expected
}

impl Expected {
    fn add(
        &mut self,
        result: Result<Vec<Mismatch>, UnresolvedMatcher>,
        code: Code,
        part: impl Fn(Pointer) -> ResponsePart,
    ) {
        match result {
            Ok(mismatches) => self.facts.extend(mismatches.into_iter().map(|it| fact_of(it, code, &part))),
            Err(unresolved) => self.unresolved.push(unresolved),
        }
    }

    fn header(
        &mut self,
        member: &Member,
        operation: &Operation<'_>,
        exchange: &Exchange,
        scope: &ExchangeScope<'_>,
    ) {
        let lines: Vec<&str> = exchange.response.headers.all(&member.name).collect();
        let wants_lines = matches!(member.matcher.kind, MatcherKind::List(_));
        let datum = match lines.as_slice() {
            [] => None,
            lines if wants_lines => Some(Datum::array(lines.iter().map(|line| Datum::new(line.trim())))),
            [line] => Some(header_datum(member, line.trim(), operation, exchange)),
            lines => {
                let headline =
                    format!("`{}` stands on {} lines, and one is expected", member.name, lines.len());
                let scenario =
                    ScenarioPlace { span: member.matcher.span, label: "expects one line".to_owned() };
                self.facts.push(expectation(
                    Code::EXPECT_HEADER,
                    headline,
                    scenario,
                    ResponsePart::Header(member.name.clone()),
                ));
                return;
            }
        };
        let name = format!("`{}`", member.name);
        let actual = Actual { value: datum.as_ref(), at: &Pointer::root(), name: &name, is_text: true };
        let result = match_value(&member.matcher, &actual, scope);
        let before = self.facts.len();
        self.add(result, Code::EXPECT_HEADER, |_| ResponsePart::Header(member.name.clone()));
        for place in self.facts[before..].iter_mut().filter_map(|fact| fact.response.as_mut()) {
            if lines.is_empty() {
                place.label = format!("comes without `{}`", member.name);
            }
        }
    }
}

/// A header as its documented schema says, otherwise its text.
fn header_datum(member: &Member, line: &str, operation: &Operation<'_>, exchange: &Exchange) -> Datum {
    let response = operation.response_for(exchange.response.status);
    let documented = response
        .into_iter()
        .flat_map(|response| response.headers())
        .find(|header| header.name().eq_ignore_ascii_case(&member.name));
    if let Some(header) = documented {
        return Datum::new(decode_header(&header, line));
    }
    Datum::new(line)
}

fn fact_of(mismatch: Mismatch, code: Code, part: &impl Fn(Pointer) -> ResponsePart) -> Fact {
    let scenario = ScenarioPlace { span: mismatch.span, label: format!("expected {}", mismatch.expected) };
    let mut fact = expectation(code, mismatch.headline, scenario, part(mismatch.nearest));
    if let Some(place) = &mut fact.response {
        place.label.clone_from(&mismatch.actual);
    }
    fact.expected = Some(mismatch.expected);
    fact.actual = Some(mismatch.actual);
    fact.notes = mismatch.notes;
    fact
}

fn expectation(code: Code, headline: String, scenario: ScenarioPlace, at: ResponsePart) -> Fact {
    Fact {
        code,
        severity: Severity::Deny,
        headline,
        expected: None,
        actual: None,
        scenario: Some(scenario),
        document: None,
        response: Some(ResponsePlace { at, label: String::new() }),
        notes: Vec::new(),
        help: Vec::new(),
    }
}

fn check_condition(condition: &Condition, scope: &ExchangeScope<'_>) -> Option<Fact> {
    let headline = match condition.holds(scope) {
        Ok(true) => return None,
        Ok(false) => format!("`{}` is false", condition.text),
        Err(error) => format!("`{}` cannot be evaluated: {}", condition.text, error.0),
    };
    let scenario = ScenarioPlace { span: condition.span, label: "must hold".to_owned() };
    let mut fact = expectation(Code::EXPECT_ASSERT, headline, scenario, ResponsePart::StatusLine);
    fact.response = None;
    let parts = condition.parts(scope);
    let width = parts.iter().map(|part| part.text.chars().count()).max().unwrap_or(0).min(48);
    let lines: Vec<String> = parts
        .into_iter()
        .filter_map(|part| {
            // Why a part has no value is the headline already.
            let value = part.value.ok()?;
            Some(format!("{:width$} = {}", part.text, shorten(&value.to_string())))
        })
        .collect();
    // One note of several lines, so that the values stand in one column.
    fact.notes.extend((!lines.is_empty()).then(|| lines.join("\n")));
    Some(fact)
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

fn check_within(within: &Spanned<Duration>, latency: Duration) -> Option<Fact> {
    if latency <= within.value {
        return None;
    }
    let headline = format!(
        "the answer took {} ms, and {} ms are allowed",
        latency.as_millis(),
        within.value.as_millis()
    );
    let scenario = ScenarioPlace { span: within.span, label: "allows no more".to_owned() };
    let mut fact = expectation(Code::EXPECT_WITHIN, headline, scenario, ResponsePart::StatusLine);
    fact.response = None;
    Some(fact)
}

/// The statuses a step expects; expressions are resolved to patterns.
pub(super) enum ExpectedStatus {
    /// Nothing is written: any 2xx that the document has.
    DocumentedSuccess,
    /// One of these.
    OneOf(Vec<StatusPattern>),
}

impl ExpectedStatus {
    pub(super) fn resolve(
        step: &PlannedStep,
        scope: &dyn crate::expression::Scope,
    ) -> Result<Self, Unresolved> {
        let Some(written) = &step.step.expect.status else {
            return Ok(Self::DocumentedSuccess);
        };
        let mut patterns = Vec::new();
        for pattern in &written.value {
            let StatusPattern::Expression(template) = pattern else {
                patterns.push(pattern.clone());
                continue;
            };
            let datum = template.resolve(scope)?;
            let elements = match datum.value() {
                crate::json::Value::Array(elements) => {
                    elements.iter().map(|it| Datum::new(it.clone())).collect()
                }
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

    pub(super) fn accepts(&self, status: u16, operation: &Operation<'_>) -> bool {
        match self {
            Self::DocumentedSuccess => {
                (200..300).contains(&status) && operation.response_for(status).is_some()
            }
            Self::OneOf(patterns) => patterns.iter().any(|pattern| pattern.matches(status)),
        }
    }

    pub(super) fn words(&self) -> String {
        match self {
            Self::DocumentedSuccess => "a documented 2xx".to_owned(),
            Self::OneOf(patterns) => {
                let names: Vec<_> = patterns.iter().map(ToString::to_string).collect();
                names.join(" or ")
            }
        }
    }
}
