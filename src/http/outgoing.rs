//! Makes the request that goes out, or says why it cannot go out as it was built.

use super::error::{TransportError, TransportErrorKind};
use crate::exchange::Request;
use hyper::body::Bytes;
use reqwest::Method;
use reqwest::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use std::net::Ipv4Addr;
use url::{Position, Url};

/// A request whose parts go out as they are.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) method: Method,
    pub(super) is_secure: bool,
    /// Host and port, without the scheme's own.
    pub(super) authority: String,
    /// Path and query.
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    /// `None` when it is empty.
    pub(super) body: Option<Bytes>,
}

impl Outgoing {
    /// The URL without a fragment.
    pub(super) fn url(&self) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        format!("{scheme}://{}{}", self.authority, self.target)
    }

    /// The request as reqwest wants it.
    ///
    /// # Errors
    /// When the URL cannot be read, which it was before.
    pub(super) fn into_reqwest(self) -> Result<reqwest::Request, TransportError> {
        let url = check_url(&self.url())?;
        let mut request = reqwest::Request::new(self.method, url);
        *request.headers_mut() = self.headers;
        *request.body_mut() = self.body.map(Into::into);
        Ok(request)
    }
}

/// The request as it goes out.
///
/// # Errors
/// Of kind [`TransportErrorKind::Build`], when something of it would be altered, dropped or refused
/// on its way out.
pub(super) fn outgoing(request: &Request) -> Result<Outgoing, TransportError> {
    let method = check_method(&request.method)?;
    let (is_secure, authority, target) = address(&request.url)?;
    let mut headers = HeaderMap::new();
    for (name, value) in request.headers.iter() {
        let (name, value) = check_header(name, value).map_err(|error| error.about_header(name))?;
        if name != CONTENT_LENGTH {
            let appended = headers.try_append(name, value);
            appended.map_err(|_| refuse("there are more header lines than a request can hold"))?;
        } else if value.to_str().ok().and_then(|text| text.parse().ok()) != Some(length(request)) {
            let message = format!(
                "the header `{name}: {}` is not the length of the body, {} bytes",
                value.to_str().unwrap_or("…"),
                length(request)
            );
            let error = refuse(message).with_help("leave it out: contest sets it");
            return Err(error.about_header(name.as_str()));
        }
    }
    // RFC 9110 §8.6: a sender says `Content-Length: 0` where the method anticipates content. An
    // empty body is none for hyper, which would leave the line out.
    let anticipates = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
    if length(request) == 0 && (request.body.is_some() || anticipates) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    let body = request.body.as_ref().filter(|body| !body.is_empty()).map(|body| body.clone().into());
    Ok(Outgoing { method, is_secure, authority, target, headers, body })
}

/// Whether a URL is for TLS, its authority, and its target.
fn address(text: &str) -> Result<(bool, String, String), TransportError> {
    if let Some((authority, target)) = plain_address(text) {
        return Ok((false, authority.to_owned(), target.to_owned()));
    }
    let url = check_url(text)?;
    let authority = url[Position::BeforeHost..Position::AfterPort].to_owned();
    Ok((url.scheme() == "https", authority, url[Position::BeforePath..Position::AfterQuery].to_owned()))
}

/// The authority and the target of a URL for plain HTTP of which nothing can be altered; `None` for one
/// that has to be read to be sure. Reading every URL takes longer than all else that is done with it.
///
/// Source: URL Standard, "host parsing", "path state" and "query state".
fn plain_address(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("http://")?;
    let (authority, target) = rest.split_at(rest.find('/')?);
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let is_port =
        |port: &str| port.parse() != Ok(80_u16) && port.parse().is_ok_and(|it: u16| it.to_string() == port);
    if !port.is_none_or(is_port) || !is_plain_host(host) {
        return None;
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let is_segment = |segment: &str| !segment.starts_with('.') && segment.bytes().all(is_plain_in_path);
    (path.split('/').all(is_segment) && query.bytes().all(is_plain_in_query)).then_some((authority, target))
}

/// Whether a host is an IPv4 address as it prints, or a name that is not one in another spelling.
fn is_plain_host(host: &str) -> bool {
    if let Ok(address) = host.parse::<Ipv4Addr>() {
        return address.to_string() == host;
    }
    let is_plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    let last = host.rsplit('.').next().unwrap_or_default();
    host.bytes().all(is_plain)
        && last.starts_with(|first: char| first.is_ascii_lowercase())
        && !host.contains("xn--")
}

fn is_plain_in_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'-' | b'_' | b'~' | b'.' | b',' | b':' | b'@' | b'=' | b'+')
}

fn is_plain_in_query(byte: u8) -> bool {
    is_plain_in_path(byte) || matches!(byte, b'&' | b'%' | b'/')
}

fn length(request: &Request) -> usize {
    request.body.as_ref().map_or(0, Vec::len)
}

fn check_method(method: &str) -> Result<Method, TransportError> {
    if method.eq_ignore_ascii_case("CONNECT") {
        return Err(refuse("CONNECT asks a proxy for a tunnel; it has no response that could be judged"));
    }
    Method::from_bytes(method.as_bytes()).map_err(|_| refuse(format!("`{method}` is no HTTP method")))
}

fn check_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), TransportError> {
    let valid_name =
        HeaderName::from_bytes(name.as_bytes()).map_err(|_| refuse(format!("`{name}` is no header name")))?;
    // The inverse of how a received value is read, so that what was captured goes back as it came.
    let octets: Option<Vec<u8>> = value.chars().map(|character| u8::try_from(character).ok()).collect();
    let Some(octets) = octets else {
        let character = value.chars().find(|character| u8::try_from(*character).is_err()).unwrap_or_default();
        let message = format!("the value of the header `{name}` holds `{character}`, outside ISO 8859-1");
        return Err(refuse(message).with_help("percent-encode it, as RFC 8187 has it"));
    };
    let valid_value = HeaderValue::from_bytes(&octets).map_err(|_| {
        let octet = octets.iter().find(|octet| octet.is_ascii_control() && **octet != b'\t').copied();
        let named = match octet {
            Some(b'\r') => "a carriage return".to_owned(),
            Some(b'\n') => "a line feed".to_owned(),
            Some(octet) => format!("the control character 0x{octet:02x}"),
            None => "an octet".to_owned(),
        };
        refuse(format!("the value of the header `{name}` holds {named}, which no header may"))
    })?;
    Ok((valid_name, valid_value))
}

/// Reads the URL and compares what would go out with what was built.
fn check_url(text: &str) -> Result<Url, TransportError> {
    let shown = without_query(text);
    if let Some(bad) = text.chars().find(|character| character.is_whitespace() || character.is_control()) {
        let message =
            format!("the URL `{}` holds U+{:04X}, which no URL may", escaped(shown), u32::from(bad));
        return Err(refuse(message).with_help(ENCODE));
    }
    let url =
        Url::parse(text).map_err(|error| refuse(format!("the URL `{shown}` cannot be read: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse(format!("the URL `{shown}` begins neither with `http://` nor with `https://`")));
    }
    if !url.username().is_empty() || url.password().is_some() {
        let message =
            format!("the URL of {} holds a user name or a password", url.origin().ascii_serialization());
        return Err(refuse(message).with_help("sign in by an auth profile: `basic: { username, password }`"));
    }
    let (path, query) = target(text);
    let path = if path.is_empty() { "/" } else { path };
    if path != url.path() {
        return Err(refuse(format!("the path `{path}` would be sent as `{}`", url.path())).with_help(ENCODE));
    }
    if query != url.query() {
        let message = match altered_character(query.unwrap_or_default()) {
            Some(character) => {
                format!("`{character}` in the query of `{shown}` would be sent percent-encoded")
            }
            None => format!("the query of `{shown}` would be altered when it is sent"),
        };
        return Err(refuse(message).with_help(ENCODE));
    }
    Ok(url)
}

const ENCODE: &str = "a URL is sent as it was built or not at all: percent-encode what may not stand there";

/// The path and the query of an absolute URL as they are written.
fn target(url: &str) -> (&str, Option<&str>) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split('#').next().unwrap_or_default();
    let (before, query) = match rest.split_once('?') {
        Some((before, query)) => (before, Some(query)),
        None => (rest, None),
    };
    (before.find('/').map_or("", |slash| &before[slash..]), query)
}

/// The first character of a query that the URL Standard percent-encodes there.
///
/// Source: URL Standard, "special-query percent-encode set".
fn altered_character(query: &str) -> Option<char> {
    query.chars().find(|character| !character.is_ascii() || matches!(character, '"' | '#' | '<' | '>' | '\''))
}

/// A URL as far as it may be shown: neither its query nor who signs in.
fn without_query(url: &str) -> &str {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let shown = &url[..end];
    // A user name and a password stand before the last `@` of the authority.
    let authority =
        shown.split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default());
    if authority.contains('@') { "…" } else { shown }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            _ if character.is_control() => out.extend(character.escape_default()),
            _ => out.push(character),
        }
    }
    out
}

fn refuse(message: impl Into<String>) -> TransportError {
    TransportError::new(TransportErrorKind::Build, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::Headers;

    fn request(method: &str, url: &str, headers: &[(&str, &str)], body: Option<&str>) -> Request {
        Request {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: headers.iter().copied().collect::<Headers>(),
            body: body.map(|body| body.as_bytes().to_vec()),
        }
    }

    fn check_refused(request: &Request, expected: &str) {
        let error = outgoing(request).expect_err("it must be refused");
        assert_eq!(error.kind, TransportErrorKind::Build);
        assert_eq!(error.message, expected);
    }

    fn check_url_sent(url: &str) {
        let sent = outgoing(&request("GET", url, &[], None)).expect("it is sent as it is");
        assert_eq!(sent.url(), url);
    }

    #[test]
    fn urls_go_out_as_they_were_built() {
        check_url_sent("http://h/a%2Fb//c;d=%zz/%C3%A9?x=%20&y=a+b&z");
        check_url_sent("http://h/?");
        check_url_sent("http://[::1]:8080/a?b=[1]{2}|");
        check_url_sent("https://h/%E2%82%AC");
        let sent = outgoing(&request("GET", "http://h?a=1", &[], None)).expect("an empty path is `/`");
        assert_eq!(sent.url(), "http://h/?a=1");
    }

    #[test]
    fn what_is_not_read_would_not_be_altered() {
        for (url, is_plain) in [
            ("http://127.0.0.1:8080/v2/orders/a-b_c~d.e?filter=eq(a,b)", false),
            ("http://127.0.0.1:8080/v2/orders/a-b_c~d.e?page=1&x=%2f", true),
            ("http://api.example.com/", true),
            ("http://api.example.com:80/", false),
            ("http://h:08/", false),
            ("http://h:65536/", false),
            ("http://h:/", false),
            ("http://h", false),
            ("http://h?a", false),
            ("http://H/", false),
            ("http:///a", false),
            ("http://127.1/", false),
            ("http://a.0x7f/", false),
            ("http://xn--a/", false),
            ("http://me@h/", false),
            ("http://[::1]/", false),
            ("http://h/a/../b", false),
            ("http://h/.a", false),
            ("http://h/%2e", false),
            ("http://h/a#b", false),
            ("http://h/a?b#c", false),
            ("https://h/", false),
        ] {
            let found = plain_address(url);
            assert_eq!(found.is_some(), is_plain, "{url}");
            if let Some((authority, target)) = found {
                let read = check_url(url).expect("it can be sent");
                assert_eq!(read.as_str(), format!("http://{authority}{target}"));
            }
        }
    }

    fn check_url_refused(url: &str, expected: &str) {
        check_refused(&request("GET", url, &[], None), expected);
    }

    #[test]
    fn urls_that_would_be_altered_are_refused() {
        check_url_refused("http://h/a/../b?key=k", "the path `/a/../b` would be sent as `/b`");
        check_url_refused("http://h/%2e", "the path `/%2e` would be sent as `/`");
        check_url_refused("http://h/é", "the path `/é` would be sent as `/%C3%A9`");
        check_url_refused("http://h\\a", "the path `/` would be sent as `/a`");
        check_url_refused("http://h/a b?key=k", "the URL `http://h/a b` holds U+0020, which no URL may");
        check_url_refused("http://h/a\nb", "the URL `http://h/a\\nb` holds U+000A, which no URL may");
        check_url_refused(
            "http://h/a?key=k'",
            "`'` in the query of `http://h/a` would be sent percent-encoded",
        );
        check_url_refused(
            "ftp://h/a",
            "the URL `ftp://h/a` begins neither with `http://` nor with `https://`",
        );
        check_url_refused("/a?key=k", "the URL `/a` cannot be read: relative URL without a base");
        check_url_refused("http://me:secret@h/a", "the URL of http://h holds a user name or a password");
        check_url_refused("http://me:secret@h:x/a", "the URL `…` cannot be read: invalid port number");
    }

    #[test]
    fn header_lines_go_out_as_iso_8859_1_or_not_at_all() {
        let sent = outgoing(&request("GET", "http://h/", &[("X-A", "é"), ("x-a", "")], None)).expect("valid");
        let values: Vec<_> = sent.headers.get_all("x-a").iter().map(HeaderValue::as_bytes).collect();
        assert_eq!(values, [&b"\xE9"[..], b""]);
        let refused = |name: &str, value: &str, expected: &str| {
            check_refused(&request("GET", "http://h/", &[(name, value)], None), expected);
        };
        refused("X A", "1", "`X A` is no header name");
        refused("X-A", "€", "the value of the header `X-A` holds `€`, outside ISO 8859-1");
        refused(
            "X-A",
            "a\r\nb",
            "the value of the header `X-A` holds a carriage return, which no header may",
        );
        refused(
            "X-A",
            "\0",
            "the value of the header `X-A` holds the control character 0x00, which no header may",
        );
        refused(
            "Content-Length",
            "3",
            "the header `content-length: 3` is not the length of the body, 0 bytes",
        );
    }

    #[test]
    fn methods_are_checked() {
        check_refused(&request("GE T", "http://h/", &[], None), "`GE T` is no HTTP method");
        check_refused(
            &request("CONNECT", "http://h/", &[], None),
            "CONNECT asks a proxy for a tunnel; it has no response that could be judged",
        );
        assert!(outgoing(&request("PURGE", "http://h/", &[], None)).is_ok());
    }

    fn content_length(method: &str, body: Option<&str>) -> Option<String> {
        let sent = outgoing(&request(method, "http://h/", &[], body)).expect("valid");
        sent.headers.get(CONTENT_LENGTH).map(|value| value.to_str().expect("digits").to_owned())
    }

    #[test]
    fn an_empty_body_has_a_length() {
        assert_eq!(content_length("GET", None), None);
        assert_eq!(content_length("GET", Some("")), Some("0".to_owned()));
        assert_eq!(content_length("POST", None), Some("0".to_owned()));
        assert_eq!(content_length("DELETE", None), None);
        assert_eq!(content_length("PUT", Some("a")), None);
    }
}
