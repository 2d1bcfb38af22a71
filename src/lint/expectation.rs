//! Expectations that no response which keeps the document can meet.
//!
//! Source: LANGUAGE §6 and §7; JSON Schema 2020-12, "Validation".

use super::At;
use super::answer::{answers, body_schemas, is_denied, severities};
use super::impossible::{Refusal, Walk, Wanted, common, is_absent, may_be_absent};
use super::place::{DocumentLine, with_line};
use crate::check::{Check, Severities};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::json::{Pointer, Token};
use crate::openapi::{Header, Response};
use crate::scenario::{Expectation, Matcher, MatcherKind, Member};

/// Finds what `expect` can never see.
pub(super) fn check(at: &At<'_>, found: &mut Vec<Diagnostic>) {
    let written = &at.call.request.expect;
    if written.body.is_none() && written.jsonpath.is_empty() && written.headers.is_empty() {
        return;
    }
    let of_row: Option<Expectation> = at.row.map(|row| {
        // What is wrong with the row was said when the plan was made.
        written.with_row(row, at.limits, &mut Problems::new(at.source))
    });
    let expect = of_row.as_ref().unwrap_or(written);
    let mut refusals = Vec::new();
    let Some(answers) = answers(at) else { return };
    let severities = severities(at, &answers);
    if let Some(schemas) = body_schemas(at, &answers) {
        if let Some(matcher) = &expect.body {
            refusals.extend(of_body(at, &severities, &schemas, &[], matcher, "the body"));
        }
        for each in &expect.jsonpath {
            let Some(pointer) = each.selector.as_pointer() else { continue };
            let name = format!("`{}`", each.selector.text());
            refusals.extend(of_body(at, &severities, &schemas, pointer.tokens(), &each.matcher, &name));
        }
    }
    if is_denied(at, &answers, Check::Header) {
        for member in &expect.headers {
            refusals.extend(common(answers.iter().map(|answer| of_header(at, answer, member, &severities))));
        }
    }
    let document = at.contract.document();
    for refusal in refusals {
        let message = format!("this can never be met: {}", refusal.headline);
        let of_row = at.row.and_then(|row| row.source.as_ref()).filter(|_| refusal.is_of_row);
        let diagnostic = Diagnostic::warning(Code::SCENARIO_IMPOSSIBLE_EXPECTATION, message).label(
            of_row.unwrap_or(at.source),
            refusal.span,
            refusal.expects,
        );
        found.push(with_line(diagnostic, document, &refusal.line));
    }
}

fn of_body(
    at: &At<'_>,
    severities: &Severities,
    schemas: &[Pointer],
    path: &[Token],
    matcher: &Matcher,
    whole: &str,
) -> Vec<Refusal> {
    let walk = Walk::new(at.contract, at.literals, severities, false);
    let wanted = Wanted { path, matcher };
    // What is not there at the end of a path may lack what holds it as well.
    if may_be_absent(matcher) && path.len() != 1 {
        return Vec::new();
    }
    let name = if path.is_empty() { whole } else { "the body" };
    common(schemas.iter().map(|schema| walk.refusals(schema, wanted, name)))
}

fn of_header(at: &At<'_>, answer: &Response<'_>, member: &Member, severities: &Severities) -> Vec<Refusal> {
    let documented = answer.headers().into_iter().find(|it| it.name().eq_ignore_ascii_case(&member.name));
    let Some(header) = documented else { return Vec::new() };
    let name = format!("`{}`", member.name);
    if is_absent(&member.matcher) {
        return absent_header(&header, member, &name);
    }
    // A list is matched with the lines, and text in a media type is not read here.
    let is_lines = matches!(member.matcher.kind, MatcherKind::List(_));
    let Some(schema) = header.schema().filter(|_| !is_lines && !may_be_absent(&member.matcher)) else {
        return Vec::new();
    };
    let walk = Walk::new(at.contract, at.literals, severities, true);
    walk.refusals(&schema, Wanted { path: &[], matcher: &member.matcher }, &name)
}

fn absent_header(header: &Header<'_>, member: &Member, name: &str) -> Vec<Refusal> {
    if !header.is_required() {
        return Vec::new();
    }
    let headline = format!("{name} is expected not to be there, and the document requires it");
    let line = DocumentLine::value(header.pointer().child("required"), "requires it");
    let expects = "expects `<absent>`".to_owned();
    let is_of_row = member.matcher.of_row.is_some();
    vec![Refusal { span: member.matcher.span, is_of_row, expects, headline, line }]
}
