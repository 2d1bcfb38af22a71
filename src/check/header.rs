//! `response.header`: required documented headers are there, and all documented ones keep their
//! schemas.

use super::judgement::{Case, Judgement};
use super::schema_fact::{label_of, speak_of_text, via};
use super::{Check, Fact, ResponsePart};
use crate::diagnostic::Severity;
use crate::openapi::{Direction, Header, Response, Validity, decode_header};

/// Checks every documented header of a response.
///
/// Source: OpenAPI 3.1.1, "Response Object", `headers`, and "Header Object".
pub(super) fn check(case: &Case<'_>, response: &Response<'_>, judgement: &mut Judgement) {
    for header in response.headers() {
        let lines: Vec<&str> = case.exchange.response.headers.all(header.name()).map(str::trim).collect();
        if lines.is_empty() {
            judgement.facts.extend(missing(case, response, &header));
            continue;
        }
        // RFC 6265 §3: the lines of `Set-Cookie` cannot be joined.
        let texts = match header.name().eq_ignore_ascii_case("set-cookie") {
            true => lines.iter().map(|line| (*line).to_owned()).collect(),
            false => vec![lines.join(", ")],
        };
        for text in texts {
            check_value(case, response, &header, &text, judgement);
        }
    }
}

fn missing(case: &Case<'_>, response: &Response<'_>, header: &Header<'_>) -> Option<Fact> {
    if !header.is_required() {
        return None;
    }
    let name = header.name();
    Some(
        case.fact(Check::Header, format!("the header `{name}` is missing, which the document requires"))
            .compared(format!("a header `{name}`"), "no such header")
            .document(header.pointer().child("required"), via(response, &[]))
            .response(ResponsePart::Header(name.to_owned()), format!("comes without `{name}`")),
    )
}

fn check_value(
    case: &Case<'_>,
    response: &Response<'_>,
    header: &Header<'_>,
    text: &str,
    judgement: &mut Judgement,
) {
    let schema = header.schema().or_else(|| header.content()?.schema());
    let Some(schema) = schema else { return };
    let value = decode_header(header, text);
    let name = header.name();
    let whole = format!("the header `{name}`");
    for reason in case.contract.left_out(&schema, Direction::Response) {
        judgement.leave(reason);
    }
    let errors =
        match case.contract.validate_as(&whole, &schema, Direction::Response, &value, case.limits.findings) {
            Validity::Valid => return,
            Validity::NotChecked(reason) => return judgement.leave(format!("{whole}: {reason}")),
            Validity::Invalid(errors) => errors,
        };
    judgement.facts.extend(errors.into_iter().filter_map(|mut error| {
        let own = case.severities.of(Check::Header);
        let of_format = error.format.as_ref().and_then(|format| case.severities.stated_of_format(format));
        let severity = of_format.map_or(own, |format| own.min(format));
        if severity == Severity::Off {
            return None;
        }
        speak_of_text(&mut error, &whole, &value, Direction::Response);
        let mut fact = case
            .fact(Check::Header, error.headline.clone())
            .compared(error.expected.clone(), error.actual.clone())
            .document(error.keyword.clone(), label_of(response, &error))
            .response(ResponsePart::Header(name.to_owned()), error.actual);
        fact.severity = severity;
        fact.notes.splice(0..0, error.notes);
        Some(fact)
    }));
}
