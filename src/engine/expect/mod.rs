//! What a scenario expects of an exchange, and what it takes out of one.

pub(super) mod capture;
pub(super) mod folded;
pub(super) mod same_place;
pub(super) mod status;
pub(super) mod structure;

use crate::check::matching::{Actual, Mismatch, UnresolvedMatcher, match_value};
use crate::check::{Fact, ResponsePart, ScenarioPlace, Unlike};
use crate::diagnostic::words::{count, no_element, no_member, shorten, some_of};
use crate::diagnostic::{Change, Code};
use crate::engine::fact::own_fact;
use crate::engine::scope::ExchangeScope;
use crate::exchange::Exchange;
use crate::expression::Condition;
use crate::json::{Datum, Pointer};
use crate::openapi::{Header, Operation, decode_header};
use crate::scenario::{
    BytesExpectation, Expectation, Matcher, MatcherKind, Member, Operator, OperatorKind, Spanned,
};
use capture::no_json;
use sha2::{Digest, Sha256};
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
    expected_bytes: Option<&[u8]>,
    operation: Option<Operation<'_>>,
    exchange: &Exchange,
    scope: &ExchangeScope<'_>,
) -> Expected {
    let mut expected = Expected::default();
    for member in &expect.headers {
        expected.header(member, operation, exchange, scope);
    }
    if let Some(matcher) = &expect.body {
        let body = &exchange.response.body;
        let text = || Datum::new(body.text_lossy().into_owned());
        let match_one = |datum: Option<&Datum>| {
            let actual = Actual { value: datum, at: &Pointer::root(), name: "the body", is_text: false };
            match_value(matcher, &actual, scope, scope.schemas)
        };
        let result = match (body.structure(), body.whole()) {
            // Such content is the text that came as well as what is read out of it.
            (Some(structure), _) => match text_of(matcher) {
                TextIs::Meant => match_one(Some(&text())),
                TextIs::Possible => {
                    let of_structure = match_one(Some(structure));
                    let is_met = |result: &Result<Vec<Mismatch>, _>| result.as_ref().is_ok_and(Vec::is_empty);
                    let of_text = (!is_met(&of_structure)).then(|| match_one(Some(&text())));
                    of_text.filter(is_met).unwrap_or(of_structure)
                }
                TextIs::Nothing => match_one(Some(structure)),
            },
            (None, None) if !body.is_empty() => match_one(Some(&text())),
            (None, whole) => match_one(whole),
        };
        expected.add_body(result);
    }
    for each in &expect.jsonpath {
        let body = &exchange.response.body;
        let found = body.value().map(|value| each.selector.select(value)).unwrap_or_default();
        let pointers: Vec<Pointer> = found.into_iter().map(|(pointer, _)| pointer).collect();
        let before = expected.facts.len();
        if each.selector.is_singular() {
            let at = pointers.first().cloned().or_else(|| each.selector.as_pointer()).unwrap_or_default();
            let datum = pointers.first().and_then(|pointer| body.datum(pointer));
            let name = format!("`{}`", each.selector.text());
            let actual = Actual { value: datum.as_ref(), at: &at, name: &name, is_text: false };
            let result = match_value(&each.matcher, &actual, scope, scope.schemas);
            expected.selected(result, &name, pointers.is_empty(), ResponsePart::Body);
        } else {
            let all = Datum::array(pointers.iter().filter_map(|pointer| body.datum(pointer)));
            let name = format!("`{}`", each.selector.text());
            let actual = Actual { value: Some(&all), at: &Pointer::root(), name: &name, is_text: false };
            let result = match_value(&each.matcher, &actual, scope, scope.schemas);
            // An index of the array of what was found stands for the place where it was found.
            expected.selected(result, &name, pointers.is_empty(), |at| {
                let place = at.tokens().split_first().and_then(|(first, rest)| {
                    let found = pointers.get(first.parse::<usize>().ok()?)?;
                    Some(found.join(&Pointer::of(rest.iter().cloned())))
                });
                ResponsePart::Body(place.unwrap_or_default())
            });
        }
        if body.value().is_none() && !body.is_empty() {
            let words = no_json(exchange, &each.selector);
            expected.facts[before..].iter_mut().for_each(|fact| fact.notes.push(words.clone()));
        }
    }
    if let Some(bytes) = &expect.bytes {
        expected.bytes(bytes, expected_bytes, exchange, scope);
    }
    for condition in &expect.assert {
        expected.facts.extend(check_condition(condition, scope));
    }
    if let Some(within) = &expect.within {
        expected.facts.extend(check_within(within, exchange.latency));
    }
    expected
}

/// Whether a matcher of a body is one of its text, where the body has a structure too.
enum TextIs {
    Meant,
    Possible,
    Nothing,
}

fn text_of(matcher: &Matcher) -> TextIs {
    let is_of_text = |operator: &Operator| match &operator.kind {
        OperatorKind::Match(_) => true,
        OperatorKind::Contains(wanted) => wanted.iter().all(|each| matches!(text_of(each), TextIs::Meant)),
        OperatorKind::Not(inner) => matches!(text_of(inner), TextIs::Meant),
        _ => false,
    };
    match &matcher.kind {
        MatcherKind::Equal(template) => match template.as_literal() {
            Some(literal) if literal.value().is_string() => TextIs::Meant,
            Some(_) => TextIs::Nothing,
            None => TextIs::Possible,
        },
        MatcherKind::Markers(_) => TextIs::Possible,
        MatcherKind::Operators(operators) if operators.iter().all(is_of_text) => TextIs::Meant,
        MatcherKind::Object(_) | MatcherKind::List(_) | MatcherKind::Operators(_) => TextIs::Nothing,
    }
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

    /// What differs in a body is one picture where it is more than one value in one line. What breaks a
    /// schema has a place of its own in it.
    fn add_body(&mut self, result: Result<Vec<Mismatch>, UnresolvedMatcher>) {
        let is_pictured = |mismatches: &[Mismatch]| {
            mismatches.len() > 1 || mismatches.iter().any(|mismatch| !mismatch.lines.is_empty())
        };
        let result = result.map(|mismatches| {
            let (of_schema, rest): (Vec<_>, Vec<_>) =
                mismatches.into_iter().partition(|mismatch| mismatch.promise.is_some());
            if !is_pictured(&rest) {
                return rest.into_iter().chain(of_schema).collect();
            }
            self.facts.extend(picture(rest));
            of_schema
        });
        self.add(result, Code::EXPECT_BODY, ResponsePart::Body);
    }

    fn bytes(
        &mut self,
        bytes: &BytesExpectation,
        wanted: Option<&[u8]>,
        exchange: &Exchange,
        scope: &ExchangeScope<'_>,
    ) {
        let body = exchange.response.body.bytes();
        let digest = || Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let length = bytes.length.as_ref().map(|it| (it, Datum::new(body.len()), "the number of bytes"));
        let sha256 = bytes.sha256.as_ref().map(|it| (it, Datum::new(digest()), "the SHA-256 of the body"));
        for (matcher, datum, name) in length.into_iter().chain(sha256) {
            let actual = Actual { value: Some(&datum), at: &Pointer::root(), name, is_text: false };
            let result = match_value(matcher, &actual, scope, scope.schemas);
            self.add(result, Code::EXPECT_BYTES, |_| ResponsePart::BodyWhole);
        }
        let (Some(file), Some(wanted)) = (&bytes.file, wanted) else { return };
        if wanted == body {
            return;
        }
        let first = body.iter().zip(wanted).position(|(left, right)| left != right);
        let offset = first.unwrap_or(body.len().min(wanted.len()));
        let headline = match first {
            Some(_) => format!("the body differs from `{}` from the byte at offset {offset} on", file.path),
            None => format!(
                "the body has {} where `{}` has {}",
                count(body.len(), "byte", "bytes"),
                file.path,
                count(wanted.len(), "byte", "bytes")
            ),
        };
        let fact = own_fact(Code::EXPECT_BYTES, headline, file.span, "expects these bytes")
            .response(ResponsePart::BodySpan(offset..offset, String::new()), "differs here")
            .compared(count(wanted.len(), "byte", "bytes"), count(body.len(), "byte", "bytes"));
        self.facts.push(fact);
    }

    /// What a JSONPath selects; where that is nothing, the place says so and not what happens to stand
    /// there.
    fn selected(
        &mut self,
        result: Result<Vec<Mismatch>, UnresolvedMatcher>,
        name: &str,
        is_nothing: bool,
        part: impl Fn(Pointer) -> ResponsePart,
    ) {
        let before = self.facts.len();
        self.add(result, Code::EXPECT_JSONPATH, part);
        for place in self.facts[before..].iter_mut().filter_map(|fact| fact.response.as_mut()) {
            if is_nothing {
                place.label = format!("{name} selects nothing");
            }
        }
    }

    fn header(
        &mut self,
        member: &Member,
        operation: Option<Operation<'_>>,
        exchange: &Exchange,
        scope: &ExchangeScope<'_>,
    ) {
        let lines: Vec<&str> = exchange.response.headers.all(&member.name).collect();
        let wants_lines = matches!(member.matcher.kind, MatcherKind::List(_));
        let listed = documented_list(member, &lines, operation, exchange);
        let datum = match lines.as_slice() {
            [] => None,
            _ if listed.is_some() => listed,
            lines if wants_lines => Some(Datum::array(lines.iter().map(|line| Datum::new(line.trim())))),
            [line] => Some(header_datum(member, line.trim(), operation, exchange)),
            lines => {
                let headline =
                    format!("`{}` stands on {} lines, and one is expected", member.name, lines.len());
                let fact = own_fact(Code::EXPECT_HEADER, headline, member.matcher.span, "expects one line");
                self.facts
                    .push(fact.response(ResponsePart::Header(member.name.clone()), "is the first of them"));
                return;
            }
        };
        let name = format!("`{}`", member.name);
        let actual = Actual { value: datum.as_ref(), at: &Pointer::root(), name: &name, is_text: true };
        let result = match_value(&member.matcher, &actual, scope, scope.schemas);
        let before = self.facts.len();
        self.add(result, Code::EXPECT_HEADER, |_| ResponsePart::Header(member.name.clone()));
        for place in self.facts[before..].iter_mut().filter_map(|fact| fact.response.as_mut()) {
            if lines.is_empty() {
                place.label = format!("comes without `{}`", member.name);
            }
        }
    }
}

/// What the document says of a header of a response.
fn documented<'d>(
    member: &Member,
    operation: Option<Operation<'d>>,
    exchange: &Exchange,
) -> Option<Header<'d>> {
    let response = operation?.response_for(exchange.response.status)?;
    response.headers().into_iter().find(|header| header.name().eq_ignore_ascii_case(&member.name))
}

/// A header as its documented schema says, otherwise its text.
fn header_datum(member: &Member, line: &str, operation: Option<Operation<'_>>, exchange: &Exchange) -> Datum {
    match documented(member, operation, exchange) {
        Some(header) => Datum::new(decode_header(&header, line)),
        None => Datum::new(line),
    }
}

/// The elements of a header that the document describes as an array, however many lines they stand on.
///
/// Source: RFC 9110 §5.3; of `Set-Cookie` the lines cannot be joined (RFC 6265 §3).
fn documented_list(
    member: &Member,
    lines: &[&str],
    operation: Option<Operation<'_>>,
    exchange: &Exchange,
) -> Option<Datum> {
    if lines.is_empty() || member.name.eq_ignore_ascii_case("set-cookie") {
        return None;
    }
    let header = documented(member, operation, exchange)?;
    let text = lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(", ");
    let value = decode_header(&header, &text);
    value.is_array().then(|| Datum::new(value))
}

fn fact_of(mismatch: Mismatch, code: Code, part: &impl Fn(Pointer) -> ResponsePart) -> Fact {
    let label = format!("expected {}", mismatch.expected);
    // What is missing is told of what should hold it.
    let found = match mismatch.at.tokens().get(mismatch.nearest.tokens().len()) {
        Some(token) if crate::json::array_index(token).is_some() => no_element(token),
        Some(token) => no_member(token),
        None => mismatch.actual.clone(),
    };
    let mut fact = own_fact(code, mismatch.headline, mismatch.span, &label)
        .response(part(mismatch.nearest), found)
        .compared(mismatch.expected, mismatch.actual);
    fact.notes = mismatch.notes;
    fact.document = mismatch.promise;
    if let Some(place) = &mut fact.scenario {
        place.of_row = mismatch.of_row;
    }
    fact
}

/// One fact of several mismatches, at the places of the first.
fn picture(mismatches: Vec<Mismatch>) -> Option<Fact> {
    let mut names: Vec<String> = Vec::new();
    for mismatch in &mismatches {
        let name = name_of(&mismatch.at);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let unlike = mismatches.iter().map(|mismatch| Unlike {
        expectation: ScenarioPlace { of_row: mismatch.of_row, ..ScenarioPlace::new(mismatch.span, "") },
        path: mismatch.at.tokens().iter().map(|token| step_of(token)).collect(),
        changes: match mismatch.lines.is_empty() {
            true => {
                vec![Change::Expected(mismatch.expected.clone()), Change::Actual(mismatch.actual.clone())]
            }
            false => mismatch.lines.clone(),
        },
        notes: if mismatch.lines.is_empty() { mismatch.notes.clone() } else { Vec::new() },
    });
    let differences: Vec<Unlike> = unlike.collect();
    let n_differences = differences.len();
    let mut fact = fact_of(mismatches.into_iter().next()?, Code::EXPECT_BODY, &ResponsePart::Body);
    let verb = if names.len() == 1 { "is" } else { "are" };
    fact.headline = format!("{} {verb} not as expected", some_of(&names, "and"));
    fact.notes.clear();
    if n_differences > 1 {
        (fact.expected, fact.actual) = (None, None);
    } else if let (Some(expected), Some(actual)) = (&mut fact.scenario, &mut fact.response) {
        // The picture shows the lines.
        (expected.label, actual.label) = ("expected this text".to_owned(), "another text".to_owned());
    }
    fact.differences = differences;
    Some(fact)
}

/// A step of a place as people write it.
fn step_of(token: &str) -> String {
    match crate::json::array_index(token) {
        Some(index) => format!("[{index}]"),
        None => shorten(token),
    }
}

/// The last member on the way to a place, with the indexes behind it.
fn name_of(at: &Pointer) -> String {
    let steps: Vec<String> = at.tokens().iter().map(|token| step_of(token)).collect();
    let start = steps.iter().rposition(|step| !step.starts_with('[')).unwrap_or(0);
    match steps[start..].concat() {
        name if name.is_empty() => "the body".to_owned(),
        name => format!("`{name}`"),
    }
}

fn check_condition(condition: &Condition, scope: &ExchangeScope<'_>) -> Option<Fact> {
    let headline = match condition.holds(scope) {
        Ok(true) => return None,
        Ok(false) => format!("`{}` is false", condition.text),
        Err(error) => format!("`{}` cannot be evaluated: {}", condition.text, error.0),
    };
    let mut fact = own_fact(Code::EXPECT_ASSERT, headline, condition.span, "must hold");
    fact.notes.extend(values_of_parts(condition, scope));
    Some(fact)
}

/// The parts of a condition with their values, one a line: one note, so that they stand in one column.
pub(super) fn values_of_parts(condition: &Condition, scope: &ExchangeScope<'_>) -> Option<String> {
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
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn check_within(within: &Spanned<Duration>, latency: Duration) -> Option<Fact> {
    if latency <= within.value {
        return None;
    }
    let headline =
        format!("the answer took {}, and {} are allowed", took(latency, within.value), exact(within.value));
    Some(own_fact(Code::EXPECT_WITHIN, headline, within.span, "allows no more"))
}

/// A time that is longer than `allowed`, in as many digits as show it.
fn took(time: Duration, allowed: Duration) -> String {
    match time.as_millis() > allowed.as_millis() && allowed.subsec_micros().is_multiple_of(1000) {
        true => format!("{} ms", time.as_millis()),
        // Rounded up: what took 300 ns took longer than nothing.
        false => {
            exact(Duration::from_micros(u64::try_from(time.as_nanos().div_ceil(1000)).unwrap_or(u64::MAX)))
        }
    }
}

/// `250 ms`, `0.5 ms`: milliseconds with the digits that are needed.
fn exact(time: Duration) -> String {
    let microseconds = time.as_micros();
    let fraction = format!("{:03}", microseconds % 1000);
    match fraction.trim_end_matches('0') {
        "" => format!("{} ms", microseconds / 1000),
        digits => format!("{}.{digits} ms", microseconds / 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_shows_that_it_is_longer_than_what_is_allowed() {
        let check = |took: Duration, allowed: Duration, expected: &str| {
            let fact = check_within(&Spanned::new(allowed, Default::default()), took);
            let found = fact.map(|fact| fact.headline);
            assert_eq!(found.as_deref().unwrap_or_default(), expected);
        };
        let (micro, milli) = (Duration::from_micros, Duration::from_millis);
        check(milli(3), milli(3), "");
        check(milli(1200), milli(1000), "the answer took 1200 ms, and 1000 ms are allowed");
        check(micro(400), milli(0), "the answer took 0.4 ms, and 0 ms are allowed");
        check(Duration::from_nanos(1), milli(0), "the answer took 0.001 ms, and 0 ms are allowed");
        check(micro(1_000_040), milli(1000), "the answer took 1000.04 ms, and 1000 ms are allowed");
        check(micro(3100), micro(500), "the answer took 3.1 ms, and 0.5 ms are allowed");
    }
}
