//! A request made of what a step writes: its URL, its headers, its body.

pub(super) mod body;
pub(super) mod edit;
pub(super) mod sends;
pub(super) mod target_uri;
pub(super) mod url;

use crate::check::RequestValues;
use crate::engine::scope::CaseScope;
use crate::engine::step::{Aim, Sending};
use crate::exchange::{Headers, Request};
use crate::expression::{Template, Unresolved};
use crate::http::CookieJar;
use crate::json::Datum;
use crate::openapi::{
    EncodeError, Encoded, Operation, Parameter, ParameterIn, Serialization, encode_parameter,
};
use crate::plan::PlannedRequest;
use crate::scenario::Named;
use crate::source::Span;
use body::build_body;
use target_uri::{named_uri, operation_uri, written_uri};
use url::is_same_origin;

/// A request that is ready to be sent but for its credentials, and the values it was made of.
#[derive(Clone, Debug)]
pub(super) struct BuiltRequest {
    pub(super) request: Request,
    pub(super) values: RequestValues,
    /// Whether the jar's cookies belong to it.
    pub(super) cookies: Vec<(String, String)>,
}

/// Why a request cannot be built.
#[derive(Debug, thiserror::Error)]
pub(super) enum BuildError {
    #[error("{error}")]
    Unresolved { error: Unresolved, span: Span },
    #[error("{reason}")]
    Unsendable { reason: String, span: Option<Span> },
    #[error("{reason}")]
    Unfit { reason: String, notes: Vec<String>, span: Span },
    #[error("{error}")]
    Encode { error: EncodeError, span: Option<Span> },
}

/// The values of a part of the request, with the place of each.
pub(super) struct Values<'v> {
    pub(super) written: &'v [Named<Template>],
    pub(super) resolved: &'v [(String, Datum)],
}

impl Values<'_> {
    fn span(&self, name: &str) -> Option<Span> {
        self.written.iter().find(|value| value.name == name).map(|value| value.value.span)
    }

    pub(super) fn unsendable(&self, name: &str, reason: String) -> BuildError {
        BuildError::Unsendable { reason, span: self.span(name) }
    }

    pub(super) fn encode(
        &self,
        parameter: &Parameter<'_>,
        name: &str,
        datum: &Datum,
    ) -> Result<Encoded, BuildError> {
        encode_parameter(parameter, datum)
            .map_err(|error| BuildError::Encode { error, span: self.span(name) })
    }
}

/// Resolves the values of a step and puts them where the operation says, or where the URL does.
///
/// Source: OpenAPI 3.1.1, "Parameter Object"; LANGUAGE S2 and S7.
pub(super) fn build_request(
    sending: Sending<'_>,
    base_url: Option<&str>,
    scope: &CaseScope,
) -> Result<BuiltRequest, BuildError> {
    let (planned, written) = (sending.request, sending.written());
    let mut headers_given = resolve_outer(planned, scope)?;
    headers_given.extend(resolve_all(&planned.headers, scope)?);
    let stated = headers_given.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let stated = stated.map(|(_, datum)| datum.to_text());
    let content = build_body(sending, stated.as_deref(), scope)?;
    let mut values = RequestValues {
        headers: headers_given,
        cookies: resolve_all(&written.cookies, scope)?,
        body: content,
        ..RequestValues::default()
    };
    let url = match sending.aim {
        Aim::Operation(described) => {
            let call = &described.call.call;
            let given = resolve_all(&call.query, scope)?;
            match &call.url {
                Some(url) => match open_uri(url, scope)? {
                    Some(open) => {
                        // What it says of the parameters is as open as the URL.
                        let named = described.operation.parameters();
                        let of_path = named.iter().filter(|it| it.location() == ParameterIn::Path);
                        values.path =
                            of_path.map(|it| (it.name().to_owned(), Datum::new(open.as_str()))).collect();
                        values.query = given;
                        open
                    }
                    None => named_uri(described, url, base_url, given, &mut values, scope)?,
                },
                None => {
                    values.path = resolve_all(&call.path, scope)?;
                    values.query = given;
                    operation_uri(described, &values, base_url)?
                }
            }
        }
        Aim::Url(send) => match open_uri(&send.send.url, scope)? {
            Some(open) => open,
            None => written_uri(&send.send.url, base_url, scope)?.into(),
        },
    };
    let parameters = sending.operation().map(Operation::parameters).unwrap_or_default();
    let is_foreign =
        sending.described().is_some() && base_url.is_some_and(|base_url| !is_same_origin(base_url, &url));
    let is_foreign = is_foreign && !scope.is_open_text(&url);
    let headers = build_headers(sending, &parameters, &values, is_foreign)?;
    let of_cookies = Values { written: &written.cookies, resolved: &values.cookies };
    let cookies = build_cookies(&parameters, &of_cookies)?;
    let method = match sending.aim {
        Aim::Operation(described) => described.operation.method().to_owned(),
        Aim::Url(send) => send.send.method.clone(),
    };
    let body = values.body.as_ref().map(|content| content.bytes.clone());
    let request = Request { method, url, headers, body };
    Ok(BuiltRequest { request, values, cookies })
}

/// A URL of which only an answer says what it is, where nothing is sent: its placeholder.
fn open_uri(template: &Template, scope: &CaseScope) -> Result<Option<String>, BuildError> {
    let text = resolve(template, scope)?.to_text();
    Ok(scope.is_open_text(&text).then_some(text))
}

/// The headers that are given, and those that contest adds by itself. The defaults of a file or an
/// environment are made for its apis: to another origin goes what the step itself says.
fn build_headers(
    sending: Sending<'_>,
    parameters: &[Parameter<'_>],
    values: &RequestValues,
    is_foreign: bool,
) -> Result<Headers, BuildError> {
    let planned = sending.request;
    let mut headers = Headers::new();
    let of_headers = Values { written: &planned.headers, resolved: &values.headers };
    let is_own = |name: &str| sending.written().headers.iter().any(|it| it.name.eq_ignore_ascii_case(name));
    for (name, datum) in values.headers.iter().filter(|(name, _)| !is_foreign || is_own(name)) {
        if let Some(value) = header_value(parameters, &of_headers, name, datum)? {
            headers.push(name.clone(), value);
        }
    }
    // A null takes away what contest adds by itself. Without `Accept` any media type will do, which the
    // transport spells `*/*` (RFC 9110 §12.5.1).
    let is_named = |wanted: &str| {
        let mut names = values.headers.iter().map(|(name, _)| name).chain(&planned.removed_headers);
        names.any(|name| name.eq_ignore_ascii_case(wanted))
    };
    let content = values.body.as_ref().filter(|content| !content.media_type.is_empty());
    if let Some(content) = content.filter(|_| !is_named("content-type")) {
        headers.push("Content-Type", content.media_type.as_str());
    }
    if let Some(operation) = sending.operation().filter(|_| !is_named("accept")) {
        headers.push("Accept", operation.accept());
    }
    Ok(headers)
}

pub(super) fn resolve(template: &Template, scope: &CaseScope) -> Result<Datum, BuildError> {
    template.resolve(scope).map_err(|error| BuildError::Unresolved { error, span: template.span })
}

pub(super) fn resolve_all(
    values: &[Named<Template>],
    scope: &CaseScope,
) -> Result<Vec<(String, Datum)>, BuildError> {
    values.iter().map(|value| Ok((value.name.clone(), resolve(&value.value, scope)?))).collect()
}

/// The headers of the project file and of the command line. They were resolved before the run; what they
/// still lack has its place elsewhere.
fn resolve_outer(planned: &PlannedRequest, scope: &CaseScope) -> Result<Vec<(String, Datum)>, BuildError> {
    let resolve = |header: &Named<Template>| match header.value.resolve(scope) {
        Ok(datum) => Ok((header.name.clone(), datum)),
        Err(error) => {
            let reason = format!("the header `{}` of contest.yaml has no value: {error}", header.name);
            Err(BuildError::Unsendable { reason, span: None })
        }
    };
    planned.outer_headers.iter().map(resolve).collect()
}

pub(super) fn find<'p, 'd>(
    parameters: &'p [Parameter<'d>],
    location: ParameterIn,
    name: &str,
) -> Option<&'p Parameter<'d>> {
    parameters.iter().find(|parameter| {
        parameter.location().section() == location
            && (parameter.name() == name
                || (location == ParameterIn::Header && parameter.name().eq_ignore_ascii_case(name)))
    })
}

/// The value of a header; one that the document does not describe is sent in the style `simple`, as
/// headers of every document are.
fn header_value(
    parameters: &[Parameter<'_>],
    values: &Values<'_>,
    name: &str,
    datum: &Datum,
) -> Result<Option<String>, BuildError> {
    let encoded = match find(parameters, ParameterIn::Header, name) {
        Some(parameter) => values.encode(parameter, name, datum)?,
        None => Serialization::plain(ParameterIn::Header, name)
            .encode(datum)
            .map_err(|error| BuildError::Encode { error, span: values.span(name) })?,
    };
    let Encoded::Header(value) = encoded else { return Ok(None) };
    if value.contains(['\r', '\n', '\0']) {
        let reason = format!("the header `{name}` holds a line end or a NUL, which cannot be sent");
        return Err(values.unsendable(name, reason));
    }
    Ok(Some(value))
}

fn build_cookies(
    parameters: &[Parameter<'_>],
    values: &Values<'_>,
) -> Result<Vec<(String, String)>, BuildError> {
    let mut cookies = Vec::new();
    for (name, datum) in values.resolved {
        let pairs = match find(parameters, ParameterIn::Cookie, name) {
            Some(parameter) => match values.encode(parameter, name, datum)? {
                Encoded::Cookie(pairs) => pairs,
                _ => continue,
            },
            None if datum.value().is_null() => continue,
            None => vec![(name.clone(), datum.to_text())],
        };
        if pairs.iter().any(|(_, value)| value.contains(['\r', '\n', '\0', ';'])) {
            let reason = format!("the cookie `{name}` holds a line end, a NUL or `;`, which cannot be sent");
            return Err(values.unsendable(name, reason));
        }
        cookies.extend(pairs);
    }
    Ok(cookies)
}

impl BuiltRequest {
    /// Adds the cookies: those of the jar, then those that the step gives, which replace equal names.
    pub(super) fn add_cookies(&mut self, jar: Option<&CookieJar>) {
        let of_jar = jar.and_then(|jar| jar.header_for(&self.request.url)).unwrap_or_default();
        let mut pairs: Vec<String> = of_jar
            .split("; ")
            .filter(|pair| !pair.is_empty())
            .filter(|pair| {
                let name = pair.split('=').next().unwrap_or_default();
                self.cookies.iter().all(|(given, _)| given != name)
            })
            .map(ToOwned::to_owned)
            .collect();
        pairs.extend(self.cookies.iter().map(|(name, value)| format!("{name}={value}")));
        if !pairs.is_empty() {
            self.request.headers.set("Cookie", pairs.join("; "));
        }
    }
}
