//! Secured operations that are called without credentials.
//!
//! Source: OpenAPI 3.1.1, "Security Requirement Object".

use super::At;
use super::answer::expected_statuses;
use super::place::{DocumentLine, with_line};
use crate::diagnostic::words::any_of;
use crate::diagnostic::{Code, Diagnostic};
use crate::json::Pointer;
use crate::openapi::{ParameterIn, Security, SecurityKind};
use crate::plan::PlannedAuth;
use crate::scenario::StatusPattern;
use crate::source::Location;

/// Finds a call that the API must refuse, where the step does not expect it to.
pub(super) fn check(at: &At<'_>, found: &mut Vec<Diagnostic>) {
    let is_none = match at.request.auth {
        PlannedAuth::Unset => false,
        PlannedAuth::None => true,
        PlannedAuth::Profile(_) | PlannedAuth::Expression(_) | PlannedAuth::Caller => return,
    };
    let alternatives = at.operation.security();
    let is_carried = |all: &Vec<Security<'_>>| all.iter().all(|security| carries(at, security, is_none));
    if alternatives.is_empty() || alternatives.iter().any(is_carried) || expects_refusal(at, is_none) {
        return;
    }
    let names: Vec<String> = alternatives
        .iter()
        .map(|all| all.iter().map(|it| format!("`{}`", it.name)).collect::<Vec<_>>().join(" with "))
        .collect();
    let message =
        format!("`{}` asks for {}, and the step has no `auth`", at.operation.name(), any_of(&names));
    let label = if is_none { "is sent as nobody" } else { "is sent without credentials" };
    let diagnostic = Diagnostic::warning(Code::SCENARIO_MISSING_AUTH, message)
        .label_at(
            at.request.auth_at.clone().unwrap_or_else(|| Location::new(at.source, at.call.operation.span)),
            label,
        )
        .help("write `auth: PROFILE` in the step, the scenario or the file; a test of the refusal expects `status: 401`");
    let asks_for_certificate =
        alternatives.iter().flatten().any(|security| security.kind == SecurityKind::MutualTls);
    let diagnostic = match asks_for_certificate && !at.has_certificate {
        true => {
            diagnostic.help("a certificate comes from a profile `mtls`, or from `tls` of the environment")
        }
        false => diagnostic,
    };
    let own = at.operation.pointer().child("security");
    let document = at.contract.document();
    let pointer = if document.get(&own).is_some() { own } else { Pointer::of(["security"]) };
    found.push(with_line(diagnostic, document, &DocumentLine::key(pointer, "asks for it")));
}

/// Whether the step itself gives what a scheme asks for, or something else may.
fn carries(at: &At<'_>, security: &Security<'_>, is_none: bool) -> bool {
    // As nobody means without the credentials that stand around the file, too.
    let outer = at.request.outer_headers.iter().filter(|_| !is_none);
    let headers: Vec<&str> =
        at.request.headers.iter().chain(outer).map(|header| header.name.as_str()).collect();
    let has_header = |name: &str| headers.iter().any(|header| header.eq_ignore_ascii_case(name));
    match security.kind {
        SecurityKind::Bearer | SecurityKind::Basic | SecurityKind::OAuth2 | SecurityKind::OpenIdConnect => {
            has_header("authorization")
        }
        SecurityKind::ApiKey { location, name } => match location {
            ParameterIn::Header => has_header(name),
            ParameterIn::Query => at.call.query.iter().any(|it| it.name == name),
            // An earlier answer may have set it, unless the step leaves the jar aside.
            ParameterIn::Cookie => {
                !is_none || at.call.request.cookies.iter().any(|it| it.name == name) || has_header("cookie")
            }
            ParameterIn::Path | ParameterIn::QueryString => true,
        },
        SecurityKind::MutualTls => at.has_certificate,
        // Of others nothing is known.
        SecurityKind::Other => true,
    }
}

/// Whether the step is a test of the refusal: it accepts 401 or 403, or a status that is not known here.
/// Where `auth: none` is written, any error will do.
fn expects_refusal(at: &At<'_>, is_none: bool) -> bool {
    let Some(patterns) = expected_statuses(at) else { return true };
    patterns.iter().any(|pattern| {
        let is_error = match pattern {
            StatusPattern::Code(code) => *code >= 400,
            StatusPattern::Class(class) => *class >= 4,
            StatusPattern::Expression(_) => true,
        };
        pattern.matches(401) || pattern.matches(403) || (is_none && is_error)
    })
}
