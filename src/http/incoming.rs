//! Reads a response: its head, its body to the last byte or to a limit, and what the body is.

use super::deadline::timeout_at;
use super::decode::{TooLarge, codings, decode};
use super::error::{Context, TransportError, cause, find};
use crate::exchange::{Body, BodyProblem, Headers, Response};
use std::io;
use std::time::Duration;
use tokio::time::Instant;

/// The bytes of a body as they came.
pub(super) struct Received {
    bytes: Vec<u8>,
    problem: Option<BodyProblem>,
}

/// The header lines, their octets read as ISO 8859-1.
///
/// # Errors
/// Of kind [`TransportErrorKind::Limit`](super::TransportErrorKind::Limit) when they are larger
/// than the limit `headers`: names, values and four bytes a line for `: ` and the line's end.
pub(super) fn headers(response: &reqwest::Response, limit: u64) -> Result<Headers, TransportError> {
    let lines = response.headers();
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
/// and a problem.
///
/// # Errors
/// When the deadline passes, or more bytes come than `limits.body` of content can be encoded in.
pub(super) async fn receive(
    response: &mut reqwest::Response,
    headers: &Headers,
    context: &Context<'_>,
    deadline: Instant,
    timeout: Duration,
) -> Result<Received, TransportError> {
    let limit = context.limits.body;
    // Content that cannot be compressed grows when it is: by 5 bytes for each 16 KiB at most.
    let most = if codings(headers).is_empty() { limit } else { limit.saturating_add(limit / 64 + 1024) };
    let mut received = Received { bytes: Vec::new(), problem: None };
    loop {
        let Ok(next) = timeout_at(deadline, response.chunk()).await else {
            return Err(context.body_timeout(timeout, received.length()));
        };
        match next {
            Ok(Some(chunk)) => {
                received.bytes.extend_from_slice(&chunk);
                if received.length() > most {
                    return Err(TransportError::body_limit(limit));
                }
            }
            Ok(None) => return Ok(received),
            Err(error) => {
                received.problem = Some(received.explain(&error));
                return Ok(received);
            }
        }
    }
}

impl Received {
    fn length(&self) -> u64 {
        u64::try_from(self.bytes.len()).unwrap_or(u64::MAX)
    }

    /// The end of the connection cuts a body short; anything else that breaks it is its framing:
    /// a chunk size that is no number.
    fn explain(&self, error: &reqwest::Error) -> BodyProblem {
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
    response: &reqwest::Response,
    headers: Headers,
    received: Received,
    limit: u64,
    notes: &mut Vec<String>,
) -> Result<Response, TransportError> {
    let decoded = decode(received.bytes, &codings(&headers), limit).await;
    let decoded = decoded.map_err(|TooLarge| TransportError::body_limit(limit))?;
    notes.extend(decoded.note);
    let mut body = Body::new(decoded.bytes, headers.get("content-type").and_then(charset));
    // What cut the bytes short explains why they cannot be decoded, not the other way round.
    if let Some(problem) = received.problem.or(decoded.problem) {
        body = body.with_problem(problem);
    }
    let status = response.status();
    Ok(Response {
        version: format!("{:?}", response.version()),
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
    use super::charset;

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
}
