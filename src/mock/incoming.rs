use super::problem::Problem;
use super::rules::Rules;
use crate::exchange::Request;
use crate::json::{Datum, Map, ParseError, Value, parse};
use crate::limits::Limits;
use crate::openapi::{
    ContentKind, Operation, ParameterIn, RawRequest, Route, Unread, content_kind, decode_parameter,
    match_media_type, read_content,
};
use std::borrow::Cow;
use std::cell::OnceCell;

/// A request as an operation's document reads it. Each part is read when something asks for it.
#[derive(Debug)]
pub(super) struct Incoming<'r> {
    pub(super) rules: &'r Rules,
    pub(super) operation: Operation<'r>,
    pub(super) request: &'r Request,
    path_values: PathValues,
    /// The query string, percent-encoded.
    query_text: &'r str,
    path: OnceCell<Value>,
    query: OnceCell<Value>,
    headers: OnceCell<Value>,
    body: OnceCell<Content>,
    problems: OnceCell<String>,
}

/// The names of a path template with their values, in the template's order.
#[derive(Debug, Default)]
pub(super) struct PathValues {
    pub(super) decoded: Vec<(String, String)>,
    /// As they came, percent-encoded: what styles with delimiters are read from.
    pub(super) encoded: Vec<(String, String)>,
}

/// A request's content, read by its media type.
#[derive(Debug)]
pub(super) struct Content {
    /// The value; an empty object where there is none, or none that can be read.
    pub(super) value: Value,
    pub(super) kind: BodyKind,
}

/// What the content was read as.
#[derive(Debug, PartialEq)]
pub(super) enum BodyKind {
    /// There is none.
    Absent,
    /// A value: of JSON what it is; of a form, parts, XML and sequences what the document makes of them,
    /// texts where it says nothing; text as a string.
    Value,
    /// Bytes of a media type that has no value.
    Opaque,
    /// It is not what its media type says, with the reason.
    Broken(String),
}

impl<'r> Incoming<'r> {
    /// The operation of a request, and the values in its path. `request.url` is path and query.
    ///
    /// # Errors
    /// When the document has no such path, or no such method there.
    pub(super) fn route(rules: &'r Rules, request: &Request) -> Result<(Operation<'r>, PathValues), Problem> {
        let path = request.url.split('?').next().unwrap_or_default();
        match rules.document.route(&request.method, path) {
            Route::Found { operation, path_values, encoded_values } => {
                Ok((operation, PathValues { decoded: path_values, encoded: encoded_values }))
            }
            Route::MethodNotAllowed { allowed } => Err(Problem::no_method(&request.method, path, &allowed)),
            Route::NotFound => Err(Problem::no_path(path)),
        }
    }

    pub(super) fn new(
        rules: &'r Rules,
        operation: Operation<'r>,
        path_values: PathValues,
        request: &'r Request,
    ) -> Self {
        Self {
            rules,
            operation,
            request,
            path_values,
            query_text: request.url.split_once('?').map_or("", |(_, query)| query),
            path: OnceCell::new(),
            query: OnceCell::new(),
            headers: OnceCell::new(),
            body: OnceCell::new(),
            problems: OnceCell::new(),
        }
    }

    /// What the codec of parameters reads from.
    pub(super) fn raw(&self) -> RawRequest<'_> {
        RawRequest { path: &self.path_values.encoded, query: self.query_text, headers: &self.request.headers }
    }

    /// The path's values by their names, as their schemas read them.
    pub(super) fn path(&self) -> &Value {
        self.path.get_or_init(|| {
            let plain = self
                .path_values
                .decoded
                .iter()
                .map(|(name, text)| (name.clone(), Value::from(text.as_str())));
            self.documented(ParameterIn::Path, plain.collect())
        })
    }

    /// The query's values by their names: documented ones as their schemas read them, others as texts.
    pub(super) fn query(&self) -> &Value {
        self.query.get_or_init(|| {
            let pairs = url::form_urlencoded::parse(self.query_text.as_bytes());
            self.documented(ParameterIn::Query, gather(pairs))
        })
    }

    /// The first line of each header, under its name in lower case.
    pub(super) fn headers(&self) -> &Value {
        self.headers.get_or_init(|| {
            let mut members = Map::new();
            for (name, value) in self.request.headers.iter() {
                members.entry(name.to_ascii_lowercase()).or_insert_with(|| value.into());
            }
            Value::Object(members)
        })
    }

    /// The content's value; an empty object where there is none.
    pub(super) fn body(&self) -> &Value {
        &self.content().value
    }

    /// The content.
    pub(super) fn content(&self) -> &Content {
        self.body.get_or_init(|| read(self.request, Some(self.operation), &self.rules.limits))
    }

    /// What in the request breaks the document, in one text; empty when nothing does.
    pub(super) fn problems(&self) -> &str {
        self.problems.get_or_init(|| super::shape::problems(self).join("; "))
    }

    fn documented(&self, location: ParameterIn, mut members: Map<String, Value>) -> Value {
        let raw = self.raw();
        for parameter in self.operation.parameters() {
            if parameter.location().section() == location
                && let Some(value) = decode_parameter(&parameter, &raw)
            {
                members.insert(parameter.name().to_owned(), value);
            }
        }
        Value::Object(members)
    }
}

/// Reads content by its `Content-Type`; without one it is taken for JSON, as clients that send none
/// mean it.
fn read(request: &Request, operation: Option<Operation<'_>>, limits: &Limits) -> Content {
    let nothing = |kind| Content { value: Value::Object(Map::new()), kind };
    let Some(bytes) = request.body.as_deref().filter(|bytes| !bytes.is_empty()) else {
        return nothing(BodyKind::Absent);
    };
    let broken = |reason: String| nothing(BodyKind::Broken(reason));
    if let Some(coding) = request.headers.get("content-encoding")
        && !coding.trim().eq_ignore_ascii_case("identity")
    {
        return broken(format!("the body is encoded as `{coding}`, which the mock does not undo"));
    }
    let content_type = request.headers.get("content-type").unwrap_or("application/json");
    let value = |value| Content { value, kind: BodyKind::Value };
    let text = || std::str::from_utf8(bytes).map_err(|_| broken("the body is not UTF-8".to_owned()));
    match content_kind(content_type) {
        ContentKind::Json => match text().map(|text| parse(text.trim_start_matches('\u{feff}'))) {
            Ok(Ok(parsed)) => value(parsed.value),
            Ok(Err(error)) if error.limit.is_some() => {
                broken(format!("the body cannot be read: {}", error.reason))
            }
            Ok(Err(ParseError { reason, offset, .. })) => {
                broken(format!("the body is not JSON: {reason}, at byte {offset}"))
            }
            Err(content) => content,
        },
        ContentKind::Text => text().map_or_else(|content| content, |text| value(Value::from(text))),
        ContentKind::Binary => nothing(BodyKind::Opaque),
        kind => {
            let offered = operation.and_then(|it| it.request_body()).map(|it| it.media_types());
            let documented = match_media_type(content_type, offered.unwrap_or_default());
            let reading = documented.map(|it| read_content(&it, content_type, bytes, limits));
            match reading {
                Some(Ok(reading)) if !reading.value.is_null() => value(reading.value),
                Some(Err(Unread::Broken(it))) => broken(it.headline),
                _ if kind == ContentKind::Form => {
                    value(Value::Object(gather(url::form_urlencoded::parse(bytes))))
                }
                _ => nothing(BodyKind::Opaque),
            }
        }
    }
}

/// Names with their texts; a name that stands more than once has them all.
fn gather<'t>(pairs: impl Iterator<Item = (Cow<'t, str>, Cow<'t, str>)>) -> Map<String, Value> {
    let mut members: Map<String, Value> = Map::new();
    for (name, text) in pairs {
        match members.get_mut(name.as_ref()) {
            None => {
                members.insert(name.into_owned(), Value::from(text));
            }
            Some(Value::Array(texts)) => texts.push(Value::from(text)),
            Some(first) => *first = Value::Array(vec![first.take(), Value::from(text)]),
        }
    }
    members
}

/// The text of a field of a form: of several the first.
pub(super) fn field(value: &Value) -> String {
    match value {
        Value::Array(texts) => texts.first().map(field).unwrap_or_default(),
        Value::Null => String::new(),
        other => Datum::new(other.clone()).to_text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Headers;
    use serde_json::json;

    fn check(content_type: Option<&str>, bytes: &[u8], value: Value, kind: BodyKind) {
        let headers: Headers = content_type.map(|it| ("content-type", it)).into_iter().collect();
        let body = Some(bytes.to_vec());
        let request = Request { method: "POST".to_owned(), url: "/".to_owned(), headers, body };
        let content = read(&request, None, &Limits::default());
        assert_eq!((content.value, content.kind), (value, kind), "{content_type:?} {bytes:?}");
    }

    #[test]
    fn content_is_read_by_its_media_type() {
        check(Some("application/json"), b"[1]", json!([1]), BodyKind::Value);
        check(Some("application/merge-patch+json"), b"{\"a\":1}", json!({"a": 1}), BodyKind::Value);
        check(None, b"{\"a\":1}", json!({"a": 1}), BodyKind::Value);
        check(Some("application/json"), b"", json!({}), BodyKind::Absent);
        check(Some("text/plain; charset=utf-8"), b"hi", json!("hi"), BodyKind::Value);
        check(Some("image/png"), b"hi", json!({}), BodyKind::Opaque);
        check(Some("image/png"), b"\xff", json!({}), BodyKind::Opaque);
        let form = Some("application/x-www-form-urlencoded");
        check(form, b"a=1&b=x+y%21&a=2", json!({"a": ["1", "2"], "b": "x y!"}), BodyKind::Value);
        check(Some("text/plain"), b"\xff", json!({}), BodyKind::Broken("the body is not UTF-8".to_owned()));
        check(
            Some("application/json"),
            b"{\"a\":}",
            json!({}),
            BodyKind::Broken("the body is not JSON: expected value, at byte 5".to_owned()),
        );
    }

    #[test]
    fn deep_content_is_refused() {
        let headers = Headers::new();
        let body = Some(vec![b'['; 100_000]);
        let request = Request { method: "POST".to_owned(), url: "/".to_owned(), headers, body };
        let content = read(&request, None, &Limits::default());
        assert!(matches!(content.kind, BodyKind::Broken(_)), "{:?}", content.kind);
    }
}
