//! What went over the wire, as texts without secrets: for traces, and for people who ask to see it.

use super::Verdict;
use super::event::Phase;
use crate::clock::Timestamp;
use crate::diagnostic::Code;
use crate::exchange::{Body, Headers, Request, Response};
use crate::secret::Masker;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::time::Duration;

/// One request that went out and what came back, masked. Made only where
/// [`RunSettings::keeps_exchanges`](super::RunSettings::keeps_exchanges) asks for it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExchangeRecord {
    /// The case's place in the plan, from 0.
    pub index: usize,
    /// The case: `file::scenario[row]`.
    pub case: String,
    /// The step's `id`, or `step1`, `step2`, ….
    pub step: String,
    /// Where the step stands.
    pub phase: Phase,
    /// The operation: `updateAnOrder`; `None` for a URL outside the documents.
    pub operation: Option<String>,
    /// Which request of the step it is, from 1.
    pub attempt: usize,
    /// Which run of the case it is of, from 1: a case that failed may run again.
    pub case_attempt: usize,
    /// When it was sent.
    pub started: Timestamp,
    /// What was sent.
    pub request: RequestRecord,
    /// What came back; `None` when nothing did that could be judged.
    pub response: Option<ResponseRecord>,
    /// Why nothing came back.
    pub error: Option<String>,
    /// From sending to the last body byte, or to the error.
    pub latency: Duration,
    /// What happened on the way: a token fetched anew, a resend.
    pub notes: Vec<String>,
    /// How the step ended, whatever its `xfail` makes of it; `None` for a request that another one followed.
    pub verdict: Option<Verdict>,
    /// The codes of what was found, denied and warned, each once.
    pub codes: Vec<Code>,
    /// The command that sends the request again, as [`curl`](crate::http::curl()) writes it; `None` where it
    /// would be longer than the limit `trace`, and of a request for a token.
    pub repeat: Option<String>,
}

/// A request in texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRecord {
    /// The method.
    pub method: String,
    /// The target URI.
    pub url: String,
    /// The header lines that contest set.
    pub headers: Vec<(String, String)>,
    /// The content, where there is one.
    pub body: Option<BodyRecord>,
}

/// A response in texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseRecord {
    /// `HTTP/1.1` or `HTTP/2.0`.
    pub version: String,
    /// The status code.
    pub status: u16,
    /// The reason phrase.
    pub reason: String,
    /// The header lines as received.
    pub headers: Vec<(String, String)>,
    /// The content, its content encoding undone.
    pub body: BodyRecord,
}

/// A content as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyRecord {
    /// Its `Content-Type`; empty where none is stated.
    pub media_type: String,
    /// The text, or base64 of the bytes where they are none; up to the limit `trace`.
    pub text: String,
    /// Whether it is base64.
    pub is_base64: bool,
    /// How many bytes the content has.
    pub size: usize,
    /// Whether the limit cut it.
    pub is_cut: bool,
}

impl ExchangeRecord {
    /// Whether the request was made ready and not sent.
    pub fn is_withheld(&self) -> bool {
        self.response.is_none() && self.error.is_none()
    }
}

impl RequestRecord {
    pub(super) fn of(request: &Request, masker: &Masker, limit: usize) -> Self {
        let media_type = request.headers.get("content-type").unwrap_or_default();
        let body = request.body.as_deref().map(|bytes| {
            let text = std::str::from_utf8(bytes).ok();
            BodyRecord::of(bytes, text, media_type, masker, limit)
        });
        Self {
            method: request.method.clone(),
            url: masker.mask(&request.url),
            headers: masked(&request.headers, masker),
            body,
        }
    }
}

impl ResponseRecord {
    pub(super) fn of(response: &Response, masker: &Masker, limit: usize) -> Self {
        let media_type = response.content_type().unwrap_or_default();
        let body: &Body = &response.body;
        Self {
            version: response.version.clone(),
            status: response.status,
            reason: masker.mask(&response.reason),
            headers: masked(&response.headers, masker),
            body: BodyRecord::of(body.bytes(), body.text().ok(), media_type, masker, limit),
        }
    }
}

impl BodyRecord {
    /// The whole is masked before it is cut, so that no secret is cut in two and half of it shown.
    fn of(bytes: &[u8], text: Option<&str>, media_type: &str, masker: &Masker, limit: usize) -> Self {
        let is_base64 = text.is_none();
        let mut shown = match text {
            Some(text) => masker.mask(text),
            None => masker.mask(&STANDARD.encode(bytes)),
        };
        let is_cut = shown.len() > limit;
        if is_cut {
            // Four characters of base64 are three bytes.
            let end = if is_base64 { limit / 4 * 4 } else { shown.floor_char_boundary(limit) };
            shown.truncate(end);
        }
        Self { media_type: masker.mask(media_type), text: shown, is_base64, size: bytes.len(), is_cut }
    }
}

fn masked(headers: &Headers, masker: &Masker) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (masker.mask(name), masker.mask(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], limit: usize, expected: &str, is_base64: bool, is_cut: bool) {
        let masker = Masker::new();
        masker.add("correct-horse");
        let text = std::str::from_utf8(bytes).ok();
        let body = BodyRecord::of(bytes, text, "text/plain", &masker, limit);
        assert_eq!((body.text.as_str(), body.is_base64, body.is_cut), (expected, is_base64, is_cut));
        assert_eq!(body.size, bytes.len());
    }

    #[test]
    fn a_body_is_masked_and_then_cut() {
        check(b"", 10, "", false, false);
        check("zwölf".as_bytes(), 10, "zwölf", false, false);
        check("zwölf".as_bytes(), 3, "zw", false, true);
        check(b"a correct-horse b", 9, "a *** b", false, false);
        check(b"a correct-horse b", 6, "a *** ", false, true);
        check(&[0xff, 0, 1, 2], 100, "/wABAg==", true, false);
        check(&[0xff, 0, 1, 2], 7, "/wAB", true, true);
        let binary = [b"\xff\xfe".as_slice(), b"correct-horse", b"\xff"].concat();
        let masker = Masker::new();
        masker.add("correct-horse");
        let body = BodyRecord::of(&binary, None, "", &masker, 100);
        assert!(body.text.contains("***"), "{}", body.text);
    }
}
