//! The target URI of a request: from the operation and its parameters, from a URL that a server named, or
//! from one that stands in the scenario.
//!
//! Source: RFC 9110 §7.1; LANGUAGE S7.

use super::url::{is_same_origin, resolve_url};
use super::{BuildError, Values, find, resolve};
use crate::check::RequestValues;
use crate::engine::scope::CaseScope;
use crate::engine::step::Described;
use crate::exchange::Headers;
use crate::expression::Template;
use crate::json::Datum;
use crate::openapi::{Encoded, Operation, Parameter, ParameterIn, RawRequest, Route, decode_parameter};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

/// RFC 3986 §2.3: everything but the unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The URL that a value gives.
pub(in crate::engine) fn written_uri(
    template: &Template,
    base_url: Option<&str>,
    scope: &CaseScope,
) -> Result<Url, BuildError> {
    resolve_url(&resolve(template, scope)?.to_text(), base_url)
        .map_err(|reason| BuildError::Unsendable { reason, span: Some(template.span) })
}

/// The URL that a server gave for an operation. It must be one of the operation, whose parameters are read
/// from it; `given` is added to its query.
pub(in crate::engine) fn named_uri(
    described: Described<'_>,
    template: &Template,
    base_url: Option<&str>,
    given: Vec<(String, Datum)>,
    values: &mut RequestValues,
    scope: &CaseScope,
) -> Result<String, BuildError> {
    let url = written_uri(template, base_url, scope)?;
    let template_span = template.span;
    let path = path_of(described, &url, base_url).map_err(|other| {
        let operation = &described.operation;
        let base_url = base_url.unwrap_or_default().trim_end_matches('/');
        let (method, template) = (operation.method(), operation.template());
        let mut notes = vec![format!("`{}` is {method} {base_url}{template}", operation.name())];
        notes.extend(other.map(|name| format!("the URL is one of `{name}`")));
        let reason = format!("`{url}` is no URL of `{}`", operation.name());
        BuildError::Unfit { reason, notes, span: template_span }
    })?;
    let none = Headers::new();
    let raw = RawRequest { path: &path, query: url.query().unwrap_or_default(), headers: &none };
    let parameters = described.operation.parameters();
    for parameter in &parameters {
        let read =
            decode_parameter(parameter, &raw).map(|value| (parameter.name().to_owned(), Datum::new(value)));
        match parameter.location().section() {
            ParameterIn::Path => values.path.extend(read),
            ParameterIn::Query => values.query.extend(read),
            _ => {}
        }
    }
    let query = build_query(&parameters, &Values { written: &described.call.call.query, resolved: &given })?;
    values.query.extend(given);
    let mut uri = String::from(url);
    add_query(&mut uri, &query);
    Ok(uri)
}

/// The values of the path parameters in a URL of the operation, percent-encoded; otherwise the name of
/// the operation that it is one of, if it is one of any.
///
/// Below the base URL its path counts from there. At another origin, where nobody says how long the base
/// URL's own path is, any end of it may be the operation's.
fn path_of(
    described: Described<'_>,
    url: &Url,
    base_url: Option<&str>,
) -> Result<Vec<(String, String)>, Option<String>> {
    let operation = &described.operation;
    let path = url.path();
    let base = base_url.filter(|base_url| is_same_origin(base_url, url.as_str()));
    let prefix =
        base.and_then(|base| Url::parse(base).ok()).map(|base| base.path().trim_end_matches('/').to_owned());
    let ends: Vec<&str> = match &prefix {
        Some(prefix) => {
            path.strip_prefix(prefix.as_str()).filter(|rest| rest.starts_with('/')).into_iter().collect()
        }
        None => path.match_indices('/').map(|(at, _)| &path[at..]).collect(),
    };
    let mut other = None;
    for end in ends {
        match operation.document().route(operation.method(), end) {
            Route::Found { operation: found, encoded_values, .. } if found.index() == operation.index() => {
                return Ok(encoded_values);
            }
            Route::Found { operation: found, .. } => other = other.or(Some(found.name())),
            Route::MethodNotAllowed { .. } | Route::NotFound => {}
        }
    }
    Err(other)
}

/// The base URL, with its path, then the operation's path and query.
pub(in crate::engine) fn operation_uri(
    described: Described<'_>,
    values: &RequestValues,
    base_url: Option<&str>,
) -> Result<String, BuildError> {
    let call = &described.call.call;
    let parameters = described.operation.parameters();
    let mut url = base_url.unwrap_or_default().trim_end_matches('/').to_owned();
    let of_path = Values { written: &call.path, resolved: &values.path };
    url.push_str(&build_path(&described.operation, &parameters, &of_path)?);
    let query = build_query(&parameters, &Values { written: &call.query, resolved: &values.query })?;
    add_query(&mut url, &query);
    Ok(url)
}

fn add_query(uri: &mut String, query: &str) {
    if !query.is_empty() {
        uri.push(if uri.contains('?') { '&' } else { '?' });
        uri.push_str(query);
    }
}

fn build_path(
    operation: &Operation<'_>,
    parameters: &[Parameter<'_>],
    values: &Values<'_>,
) -> Result<String, BuildError> {
    let mut path = String::new();
    let mut rest = operation.template();
    while let Some((before, behind)) = rest.split_once('{') {
        let Some((name, after)) = behind.split_once('}') else { break };
        path.push_str(&literal(before));
        rest = after;
        let unsendable =
            |reason: String| values.unsendable(name, format!("the path parameter `{name}` {reason}"));
        let datum = values
            .resolved
            .iter()
            .find(|(each, _)| each == name)
            .map(|(_, datum)| datum)
            .ok_or_else(|| unsendable("has no value".to_owned()))?;
        match find(parameters, ParameterIn::Path, name) {
            Some(parameter) => match values.encode(parameter, name, datum)? {
                Encoded::Path(text) => path.push_str(&text),
                _ => return Err(unsendable(format!("is `{}`, which {CANNOT}", datum.to_text()))),
            },
            None => path.push_str(&plain_segment(datum).map_err(unsendable)?),
        }
    }
    path.push_str(&literal(rest));
    Ok(path)
}

/// What no URL may hold, as RFC 3986, Appendix A, has it; a template may have a query, and escapes.
const NOT_IN_URL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// What a path template says between its names.
fn literal(text: &str) -> String {
    utf8_percent_encode(text, NOT_IN_URL).to_string()
}

const CANNOT: &str = "cannot be sent in a URL path";

/// A parameter that the document forgot to declare goes by its text.
fn plain_segment(datum: &Datum) -> Result<String, String> {
    let text = datum.to_text();
    if datum.value().is_null() || matches!(text.as_str(), "" | "." | "..") {
        return Err(format!("is `{text}`, which {CANNOT}"));
    }
    Ok(utf8_percent_encode(&text, RESERVED).to_string())
}

fn build_query(parameters: &[Parameter<'_>], values: &Values<'_>) -> Result<String, BuildError> {
    let mut pairs: Vec<String> = Vec::new();
    for (name, datum) in values.resolved {
        let Some(parameter) = find(parameters, ParameterIn::Query, name) else {
            // The plan lets one through only where the document lost what it says of it.
            let plain = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
            if !datum.value().is_null() {
                pairs.push(format!("{}={}", plain(name), plain(&datum.to_text())));
            }
            continue;
        };
        match values.encode(parameter, name, datum)? {
            Encoded::Query(encoded) => {
                pairs.extend(encoded.into_iter().map(|(name, value)| format!("{name}={value}")));
            }
            Encoded::QueryString(text) => pairs.push(text),
            _ => {}
        }
    }
    Ok(pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn templates_are_written_as_urls_have_it() {
        for (template, expected) in [
            ("/orders/mine", "/orders/mine"),
            ("/a b/é", "/a%20b/%C3%A9"),
            ("/a%20b?c=d&e=[f]", "/a%20b?c=d&e=[f]"),
            ("/{odd", "/%7Bodd"),
        ] {
            assert_eq!(literal(template), expected);
        }
    }
}
