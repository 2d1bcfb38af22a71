use super::content::Offer;
use crate::diagnostic::{Code, Problems};
use crate::expression::Template;
use crate::openapi::{Operation, ParameterIn, SecurityKind};
use crate::scenario::{Call, Named, Sends};
use crate::source::Span;
use crate::yaml::nearest;

/// Headers that may be sent without being declared: OpenAPI leaves the first three to other parts of
/// the document, the rest is for proxies and tracing.
fn is_exempt(header: &str) -> bool {
    let name = header.to_ascii_lowercase();
    let exempt = [
        "accept",
        "accept-language",
        "content-type",
        "authorization",
        "traceparent",
        "tracestate",
        "baggage",
        "b3",
        // RFC 9110 §13.1 and §14.2: conditions and ranges, which any resource may be asked for.
        "if-match",
        "if-none-match",
        "if-modified-since",
        "if-unmodified-since",
        "if-range",
        "range",
    ];
    exempt.contains(&name.as_str()) || name.starts_with("x-")
}

/// Checks the names of parameters against the operation, and chooses the body's media type.
pub(super) fn check_request(
    offer: &Offer<'_>,
    call: &Call,
    headers: &[Named<Template>],
    operation: &Operation<'_>,
    problems: &mut Problems,
) -> Option<String> {
    let names = |values: &[Named<Template>]| -> Vec<(String, Span)> {
        values.iter().map(|value| (value.name.clone(), value.name_span)).collect()
    };
    let own_headers: Vec<(String, Span)> = call
        .request
        .headers
        .iter()
        .filter(|header| header.value.is_some())
        .map(|header| (header.name.clone(), header.name_span))
        .collect();
    for (location, given) in [
        (ParameterIn::Path, names(&call.path)),
        (ParameterIn::Query, names(&call.query)),
        (ParameterIn::Header, own_headers),
        (ParameterIn::Cookie, names(&call.request.cookies)),
    ] {
        check_declared(location, &given, operation, problems);
    }
    check_required(call, headers, operation, problems);
    super::content::choose_media_type(offer, &call.sends, operation, problems)
}

fn is_same(location: ParameterIn, left: &str, right: &str) -> bool {
    if location == ParameterIn::Header { left.eq_ignore_ascii_case(right) } else { left == right }
}

/// Whether a name is that of an API key that the operation asks for: a step may give it by itself.
///
/// Source: OpenAPI 3.1.1, "Security Scheme Object", `name` and `in` of `apiKey`.
fn is_key(location: ParameterIn, name: &str, operation: &Operation<'_>) -> bool {
    let is_it = |kind: SecurityKind<'_>| match kind {
        SecurityKind::ApiKey { location: at, name: key } => at == location && is_same(location, key, name),
        _ => false,
    };
    operation.security().iter().flatten().any(|security| is_it(security.kind))
}

fn check_declared(
    location: ParameterIn,
    given: &[(String, Span)],
    operation: &Operation<'_>,
    problems: &mut Problems,
) {
    let parameters = operation.parameters();
    let declared: Vec<&str> =
        parameters.iter().filter(|it| it.location().section() == location).map(|it| it.name()).collect();
    for (name, span) in given {
        let is_declared = declared.iter().any(|each| is_same(location, each, name));
        // What the document forgot to declare has its place in the path all the same.
        let is_in_path = location == ParameterIn::Path && operation.template_names().contains(&name.as_str());
        let is_of_header = location == ParameterIn::Header && is_exempt(name);
        if is_declared || is_in_path || is_of_header || is_key(location, name, operation) {
            continue;
        }
        if let Some(reason) = operation.lost_parameters().first() {
            let words = location.as_str();
            let message = format!("nothing is known of the {words} parameter `{name}`: {reason}");
            problems.warning(Code::SCENARIO_UNKNOWN_PARAMETER, *span, message, "is sent as its text");
            continue;
        }
        let elsewhere = parameters.iter().find(|it| it.name() == name && it.location().section() != location);
        let label = match (nearest(name, declared.iter().copied()), elsewhere) {
            (_, Some(parameter)) => format!("it is a {} parameter", parameter.location().as_str()),
            (Some(meant), None) => format!("did you mean `{meant}`?"),
            (None, None) if declared.is_empty() => format!("it has no {} parameters", location.as_str()),
            (None, None) => format!("its {} parameters are {}", location.as_str(), declared.join(", ")),
        };
        let message = format!("`{}` has no {} parameter `{name}`", operation.name(), location.as_str());
        problems.error(Code::SCENARIO_UNKNOWN_PARAMETER, *span, message, label);
    }
}

/// A request that is to keep the document has everything that the document requires; a path without
/// its values cannot be sent at all.
fn check_required(
    call: &Call,
    headers: &[Named<Template>],
    operation: &Operation<'_>,
    problems: &mut Problems,
) {
    let must_be_valid = matches!(call.sends, Sends::Valid);
    let mut missing = Vec::new();
    for parameter in operation.parameters() {
        let location = parameter.location();
        let has = |values: &[Named<Template>]| {
            values.iter().any(|it| is_same(location, &it.name, parameter.name()))
        };
        let is_given = match location {
            ParameterIn::Path => has(&call.path) || call.url.is_some(),
            ParameterIn::Query | ParameterIn::QueryString => has(&call.query) || call.url.is_some(),
            ParameterIn::Header => has(headers),
            ParameterIn::Cookie => has(&call.request.cookies),
        };
        let is_needed = location == ParameterIn::Path || (parameter.is_required() && must_be_valid);
        if is_needed && !is_given {
            missing.push(format!("{} parameter `{}`", location.as_str(), parameter.name()));
        }
    }
    if must_be_valid
        && call.request.body.is_none()
        && operation.request_body().is_some_and(|body| body.is_required())
    {
        missing.push("request body".to_owned());
    }
    if missing.is_empty() {
        return;
    }
    let message = format!("`{}` needs the {}", operation.name(), missing.join(" and the "));
    let diagnostic =
        problems.error(Code::SCENARIO_MISSING_PARAMETER, call.operation.span, message, "is called without");
    if !missing.iter().any(|each| each.starts_with("path")) {
        diagnostic.help.push("`sends: unchecked` sends a request that breaks the document".to_owned());
    }
}
