use super::fact::own_fact;
use super::scope::ExchangeScope;
use crate::check::matching::{Actual, Mismatch, UnresolvedMatcher, match_value};
use crate::check::{Fact, ResponsePart};
use crate::diagnostic::Code;
use crate::diagnostic::words::{count, shorten};
use crate::exchange::Exchange;
use crate::expression::Condition;
use crate::json::{Datum, Pointer};
use crate::openapi::{Header, Operation, decode_header};
use crate::scenario::{BytesExpectation, Expectation, MatcherKind, Member, Spanned};
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
        let text = match body.whole() {
            None if !body.is_empty() => Some(Datum::new(body.text_lossy().into_owned())),
            _ => None,
        };
        let whole = body.whole().or(text.as_ref());
        let actual = Actual { value: whole, at: &Pointer::root(), name: "the body", is_text: false };
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
            expected.selected(result, &name, pointers.is_empty(), ResponsePart::Body);
        } else {
            let all = Datum::array(pointers.iter().filter_map(|pointer| body.datum(pointer)));
            let name = format!("`{}`", each.selector.text());
            let actual = Actual { value: Some(&all), at: &Pointer::root(), name: &name, is_text: false };
            let result = match_value(&each.matcher, &actual, scope);
            // An index of the array of what was found stands for the place where it was found.
            expected.selected(result, &name, pointers.is_empty(), |at| {
                let place = at.tokens().split_first().and_then(|(first, rest)| {
                    let found = pointers.get(first.parse::<usize>().ok()?)?;
                    Some(found.join(&Pointer::of(rest.iter().cloned())))
                });
                ResponsePart::Body(place.unwrap_or_default())
            });
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
            let result = match_value(matcher, &actual, scope);
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
        Some(token) if crate::json::array_index(token).is_some() => format!("no element `{token}`"),
        Some(token) => format!("no member `{}`", shorten(token)),
        None => mismatch.actual.clone(),
    };
    let mut fact = own_fact(code, mismatch.headline, mismatch.span, &label)
        .response(part(mismatch.nearest), found)
        .compared(mismatch.expected, mismatch.actual);
    fact.notes = mismatch.notes;
    fact
}

fn check_condition(condition: &Condition, scope: &ExchangeScope<'_>) -> Option<Fact> {
    let headline = match condition.holds(scope) {
        Ok(true) => return None,
        Ok(false) => format!("`{}` is false", condition.text),
        Err(error) => format!("`{}` cannot be evaluated: {}", condition.text, error.0),
    };
    let mut fact = own_fact(Code::EXPECT_ASSERT, headline, condition.span, "must hold");
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
