//! Reads a response: its head, its body to the last byte or to a limit, and what the body is.

use super::deadline::timeout_at;
use super::decode::{TooLarge, codings, decode};
use super::error::{Context, TransportError, cause, find};
use crate::exchange::{Body, BodyProblem, Headers, Response};
use hyper::body::{Body as _, Bytes, Incoming};
use reqwest::header::HeaderMap;
use reqwest::{StatusCode, Version};
use std::error::Error;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::Instant;

/// A response of which the head has come.
pub(super) enum Arriving {
    Bare(hyper::Response<Incoming>),
    Layered(reqwest::Response),
}

/// What came of a response.
pub(super) struct Answer {
    status: StatusCode,
    version: Version,
    headers: Headers,
    received: Received,
}

/// The bytes of a body as they came.
struct Received {
    bytes: Vec<u8>,
    problem: Option<BodyProblem>,
    /// Why no more was read of a stream without end.
    cut: Option<String>,
}

impl Answer {
    /// Whether the body was read to its end.
    pub(super) fn is_whole(&self) -> bool {
        self.received.problem.is_none() && self.received.cut.is_none()
    }
}

impl Arriving {
    /// Reads the header lines, and the body to its end.
    ///
    /// # Errors
    /// When the header lines are larger than the limit `headers`, and those of [`receive`].
    pub(super) async fn receive(
        mut self,
        context: &Context<'_>,
        deadline: Instant,
        timeout: Duration,
    ) -> Result<Answer, TransportError> {
        let (status, version, lines) = match &self {
            Self::Bare(response) => (response.status(), response.version(), response.headers()),
            Self::Layered(response) => (response.status(), response.version(), response.headers()),
        };
        let headers = headers(lines, context.limits.headers)?;
        let received = receive(&mut self, &headers, context, deadline, timeout).await?;
        Ok(Answer { status, version, headers, received })
    }

    /// The next bytes of the body; `None` at its end.
    async fn chunk(&mut self) -> Result<Option<Bytes>, Box<dyn Error + Send + Sync>> {
        let response = match self {
            Self::Bare(response) => response,
            Self::Layered(response) => return Ok(response.chunk().await?),
        };
        loop {
            let body = response.body_mut();
            match poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await.transpose()? {
                None => return Ok(None),
                Some(frame) => match frame.into_data() {
                    Ok(bytes) => return Ok(Some(bytes)),
                    // Trailers.
                    Err(_) => continue,
                },
            }
        }
    }
}

/// The header lines, their octets read as ISO 8859-1.
///
/// # Errors
/// Of kind [`TransportErrorKind::Limit`](super::TransportErrorKind::Limit) when they are larger
/// than the limit `headers`: names, values and four bytes a line for `: ` and the line's end.
fn headers(lines: &HeaderMap, limit: u64) -> Result<Headers, TransportError> {
    let bytes: usize = lines.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    if bytes > limit {
        return Err(TransportError::headers_limit(limit, Some(bytes)));
    }
    Ok(lines
        .iter()
        .map(|(name, value)| {
            let value: String = value.as_bytes().iter().copied().map(char::from).collect();
            (name.as_str(), value)
        })
        .collect())
}

/// Reads the body to its end. One that is cut short, or whose framing breaks, is what came of it
/// and a problem. Server-sent events need not end: they are read for `limits.stream` seconds, or until
/// `limits.items` events came, and what came then is the body.
///
/// # Errors
/// When the deadline passes, or more bytes come than `limits.body` of content can be encoded in.
async fn receive(
    response: &mut Arriving,
    headers: &Headers,
    context: &Context<'_>,
    deadline: Instant,
    timeout: Duration,
) -> Result<Received, TransportError> {
    let limit = context.limits.body;
    // Content that cannot be compressed grows when it is: by 5 bytes for each 16 KiB at most.
    let most = if codings(headers).is_empty() { limit } else { limit.saturating_add(limit / 64 + 1024) };
    let mut received = Received { bytes: Vec::new(), problem: None, cut: None };
    // Compressed events cannot be counted, and half of their bytes cannot be decoded.
    let is_stream = headers.get("content-type").map(essence).as_deref() == Some("text/event-stream")
        && codings(headers).is_empty();
    let seconds = u64::try_from(context.limits.stream).unwrap_or(u64::MAX).min(86_400);
    let stream_end = Instant::now() + Duration::from_secs(seconds);
    let mut n_events = 0;
    loop {
        let until = if is_stream { deadline.min(stream_end) } else { deadline };
        let Ok(next) = timeout_at(until, response.chunk()).await else {
            if !is_stream || deadline <= stream_end {
                return Err(context.body_timeout(timeout, received.length()));
            }
            received.cut = Some(format!(
                "the event stream goes on, and was read for {seconds} s, which is the limit `stream`"
            ));
            return Ok(received);
        };
        match next {
            Ok(Some(chunk)) => {
                let known = received.bytes.len();
                received.bytes.extend_from_slice(&chunk);
                if received.length() > most {
                    return Err(TransportError::body_limit(limit));
                }
                if is_stream {
                    n_events += empty_lines(&received.bytes, known);
                    if n_events >= context.limits.items {
                        received.cut = Some(format!(
                            "only the first {} items are read, which is the limit `items`; `--limit items={}` reads more",
                            context.limits.items,
                            context.limits.items.saturating_mul(2)
                        ));
                        return Ok(received);
                    }
                }
            }
            Ok(None) => return Ok(received),
            Err(error) => {
                received.problem = Some(received.explain(&*error));
                return Ok(received);
            }
        }
    }
}

/// How many empty lines end behind an offset: each ends an event.
fn empty_lines(bytes: &[u8], from: usize) -> usize {
    let is_end = |at: &usize| {
        let before = &bytes[..*at];
        bytes[*at] == b'\n' && (before.ends_with(b"\n") || before.ends_with(b"\n\r"))
    };
    (from..bytes.len()).filter(is_end).count()
}

/// A media type without its parameters, in lower case.
fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// What XML says of its own charset, where its media type says nothing.
///
/// Source: RFC 7303 §3; XML 1.0, Appendix F.
fn xml_charset(content_type: &str, bytes: &[u8]) -> Option<String> {
    let essence = essence(content_type);
    if !essence.ends_with("+xml") && !essence.ends_with("/xml") {
        return None;
    }
    match bytes {
        [0xFE, 0xFF, ..] => return Some("utf-16be".to_owned()),
        [0xFF, 0xFE, ..] => return Some("utf-16le".to_owned()),
        _ => {}
    }
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
    let declaration = head.strip_prefix("<?xml")?.split("?>").next()?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value[1..].split(quote).next().map(str::to_owned).filter(|value| !value.is_empty())
}

impl Received {
    fn length(&self) -> u64 {
        u64::try_from(self.bytes.len()).unwrap_or(u64::MAX)
    }

    /// The end of the connection cuts a body short; anything else that breaks it is its framing:
    /// a chunk size that is no number.
    fn explain(&self, error: &(dyn Error + 'static)) -> BodyProblem {
        let is_framing = find::<io::Error>(error).is_some_and(|error| {
            matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
        });
        if is_framing {
            BodyProblem::Encoding { encoding: "chunked".to_owned(), reason: cause(error) }
        } else {
            BodyProblem::Truncated { received: self.length() }
        }
    }
}

/// Undoes the content encoding and puts the response together; what was odd and harmless goes into
/// `notes`.
///
/// # Errors
/// Of kind [`TransportErrorKind::Limit`](super::TransportErrorKind::Limit) when the content is
/// larger than the limit `body`.
pub(super) async fn finish(
    answer: Answer,
    limit: u64,
    notes: &mut Vec<String>,
) -> Result<Response, TransportError> {
    let Answer { status, version, headers, received } = answer;
    let decoded = decode(received.bytes, &codings(&headers), limit).await;
    let decoded = decoded.map_err(|TooLarge| TransportError::body_limit(limit))?;
    notes.extend(decoded.note);
    let content_type = headers.get("content-type").unwrap_or_default();
    let charset = charset(content_type).or_else(|| xml_charset(content_type, &decoded.bytes));
    let mut body = Body::new(decoded.bytes, charset);
    if let Some(reason) = received.cut {
        body = body.with_cut(reason);
    }
    // What cut the bytes short explains why they cannot be decoded, not the other way round.
    if let Some(problem) = received.problem.or(decoded.problem) {
        body = body.with_problem(problem);
    }
    Ok(Response {
        version: format!("{version:?}"),
        status: status.as_u16(),
        reason: status.canonical_reason().unwrap_or_default().to_owned(),
        headers,
        body,
    })
}

/// The parameter `charset` of a media type.
///
/// Source: RFC 9110 §8.3.1, §5.6.6: names without case, values as tokens or quoted.
fn charset(content_type: &str) -> Option<String> {
    let mut rest = content_type;
    while let Some(start) = next_semicolon(rest) {
        rest = rest[start + 1..].trim_start();
        let end = next_semicolon(rest).unwrap_or(rest.len());
        if let Some((name, value)) = rest[..end].split_once('=')
            && name.trim().eq_ignore_ascii_case("charset")
        {
            return Some(unquote(value.trim())).filter(|value| !value.is_empty());
        }
    }
    None
}

/// Where the next `;` is that stands in no quoted string.
fn next_semicolon(text: &str) -> Option<usize> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.char_indices().find_map(|(index, character)| {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            ';' if !is_quoted => return Some(index),
            _ => {}
        }
        None
    })
}

fn unquote(value: &str) -> String {
    match value.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"').unwrap_or(quoted).replace('\\', ""),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{charset, empty_lines, xml_charset};

    fn check(content_type: &str, expected: Option<&str>) {
        assert_eq!(charset(content_type).as_deref(), expected, "{content_type}");
    }

    #[test]
    fn the_charset_is_a_parameter() {
        check("application/json", None);
        check("application/json; charset=utf-8", Some("utf-8"));
        check("text/html;Charset=\"ISO-8859-1\"", Some("ISO-8859-1"));
        check("text/plain; a=\"; charset=no\"; charset=yes", Some("yes"));
        check("text/plain; a=\"\\\"; charset=no\";charset = yes ; b", Some("yes"));
        check("text/plain; charset=", None);
        check("text/plain; charset", None);
        check("text/plain; xcharset=utf-8;", None);
        check(";", None);
        check("", None);
    }

    #[test]
    fn xml_says_its_own_charset() {
        let check = |content_type: &str, bytes: &[u8], expected: Option<&str>| {
            assert_eq!(xml_charset(content_type, bytes).as_deref(), expected, "{bytes:?}");
        };
        let latin: &[u8] = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>";
        check("application/xml", latin, Some("ISO-8859-1"));
        check("image/svg+xml", b"<?xml encoding = \"utf-8\" ?>", Some("utf-8"));
        check("text/xml", b"\xff\xfe<\0", Some("utf-16le"));
        check("application/json", latin, None);
        check("text/xml", b"<a encoding='x'/>", None);
        check("text/xml", b"<?xml version='1.0'?><a encoding='x'/>", None);
        check("text/xml", b"<?xml encoding=", None);
        check("text/xml", b"", None);
    }

    #[test]
    fn empty_lines_end_events() {
        for (text, from, expected) in [
            ("data: a\n\n", 0, 1),
            ("data: a\n\n", 8, 1),
            ("a\r\n\r\nb\n\n", 0, 2),
            ("a\n", 0, 0),
            ("", 0, 0),
        ] {
            assert_eq!(empty_lines(text.as_bytes(), from), expected, "{text:?} from {from}");
        }
    }
}
