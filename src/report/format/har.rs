//! HAR 1.2, the HTTP Archive: a page a case, an entry a request.

use crate::engine::{BodyRecord, ExchangeRecord, RequestRecord, ResponseRecord};
use crate::report::record::{CaseRecord, RunRecord, StepRecord, milliseconds};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Writes every exchange of the run. What the archive has no name for begins with `_`, as it says.
pub(super) fn write(run: &RunRecord, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"{\n  \"log\": {\n    \"version\": \"1.2\",\n    \"creator\": ")?;
    serde_json::to_writer(&mut *out, &json!({ "name": "contest", "version": run.contest }))?;
    out.write_all(b",\n    \"comment\": ")?;
    let comment = run.incomplete().unwrap_or_else(|| format!("target: {}", run.target));
    serde_json::to_writer(&mut *out, &comment)?;
    let sent = || run.cases.iter().filter(|case| case.steps.iter().any(|step| !step.exchanges.is_empty()));
    list(out, "pages", sent().map(page))?;
    let entries = sent().flat_map(|case| {
        let steps = case.steps.iter();
        steps.flat_map(move |step| step.exchanges.iter().map(move |exchange| entry(case, step, exchange)))
    });
    list(out, "entries", entries)?;
    out.write_all(b"\n  }\n}\n")
}

/// A member of the log, an item a line: what is written is never held as a whole.
fn list(out: &mut dyn Write, name: &str, items: impl Iterator<Item = Value>) -> io::Result<()> {
    write!(out, ",\n    \"{name}\": [")?;
    for (index, item) in items.enumerate() {
        out.write_all(if index > 0 { b",\n      " } else { b"\n      " })?;
        serde_json::to_writer(&mut *out, &item)?;
    }
    out.write_all(b"\n    ]")
}

fn page(case: &CaseRecord) -> Value {
    json!({
        "startedDateTime": case.started.to_string(),
        "id": case.id,
        "title": case.name(),
        "pageTimings": { "onContentLoad": -1, "onLoad": milliseconds(case.elapsed) },
        "_verdict": case.verdict,
        "_file": case.path,
        "_line": case.line,
        "_tags": case.tags,
    })
}

fn entry(case: &CaseRecord, step: &StepRecord, exchange: &ExchangeRecord) -> Value {
    let time = milliseconds(exchange.latency);
    let version = exchange.response.as_ref().map_or("HTTP/1.1", |response| response.version.as_str());
    json!({
        "pageref": case.id,
        "startedDateTime": exchange.started.to_string(),
        "time": time,
        "request": request(&exchange.request, version),
        "response": match &exchange.response {
            Some(response) => self::response(response),
            // As browsers write what got no answer.
            None => json!({
                "status": 0, "statusText": "", "httpVersion": version, "cookies": [], "headers": [],
                "content": { "size": 0, "mimeType": "x-unknown" }, "redirectURL": "",
                "headersSize": -1, "bodySize": -1,
            }),
        },
        "cache": {},
        // One time is measured: from sending to the last byte.
        "timings": { "send": 0, "wait": time, "receive": 0 },
        "comment": format!("{}, step {}", case.name(), step.id),
        "_step": step.id,
        "_phase": step.phase,
        "_operation": exchange.operation,
        "_attempt": exchange.attempt,
        "_error": exchange.error,
        "_notes": exchange.notes,
        "_verdict": exchange.verdict,
        "_codes": exchange.codes,
    })
}

fn request(request: &RequestRecord, version: &str) -> Value {
    // A masked URL need not be one; then its query is found by its sign.
    let query = request.url.split_once('?').map_or("", |(_, query)| query.split('#').next().unwrap_or(query));
    let query = url::form_urlencoded::parse(query.as_bytes());
    let query: Vec<Value> = query.map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let mut written = json!({
        "method": request.method,
        "url": request.url,
        "httpVersion": version,
        "cookies": cookies(&request.headers),
        "headers": headers(&request.headers),
        "queryString": query,
        "headersSize": -1,
        "bodySize": request.body.as_ref().map_or(0, |body| body.size),
    });
    if let Some(body) = &request.body {
        written["postData"] = json!({ "mimeType": body.media_type, "text": body.text });
        if body.is_base64 {
            written["postData"]["_encoding"] = json!("base64");
        }
        if body.is_cut {
            written["postData"]["comment"] = json!("cut by the limit `trace`");
        }
    }
    written
}

fn response(response: &ResponseRecord) -> Value {
    let location = response.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("location"));
    json!({
        "status": response.status,
        "statusText": response.reason,
        "httpVersion": response.version,
        "cookies": set_cookies(&response.headers),
        "headers": headers(&response.headers),
        "content": content(&response.body),
        "redirectURL": location.map_or("", |(_, value)| value),
        "headersSize": -1,
        "bodySize": -1,
    })
}

fn content(body: &BodyRecord) -> Value {
    let mut written = json!({ "size": body.size, "mimeType": body.media_type, "text": body.text });
    if body.is_base64 {
        written["encoding"] = json!("base64");
    }
    if body.is_cut {
        written["comment"] = json!("cut by the limit `trace`");
    }
    written
}

fn headers(headers: &[(String, String)]) -> Vec<Value> {
    headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

/// The pairs of `Cookie` (RFC 6265 §4.2.1).
fn cookies(headers: &[(String, String)]) -> Vec<Value> {
    let lines = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("cookie"));
    let pairs = lines.flat_map(|(_, value)| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

/// The first pair of each `Set-Cookie` (RFC 6265 §4.1.1).
fn set_cookies(headers: &[(String, String)]) -> Vec<Value> {
    let lines = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
    let pairs = lines.filter_map(|(_, value)| value.split(';').next()?.trim().split_once('='));
    pairs.map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_read_from_their_lines() {
        let line = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let pair = |name: &str, value: &str| json!({ "name": name, "value": value });
        assert_eq!(cookies(&line("Cookie", "a=1; b=x=y; c")), [pair("a", "1"), pair("b", "x=y")]);
        assert_eq!(set_cookies(&line("set-cookie", "a=1; Path=/; Secure")), [pair("a", "1")]);
        assert!(cookies(&line("Accept", "a=1")).is_empty());
    }

    #[test]
    fn a_query_is_taken_apart() {
        let sent = RequestRecord {
            method: "GET".to_owned(),
            url: "http://x/a?b=1%202&c#d=e".to_owned(),
            headers: Vec::new(),
            body: None,
        };
        let pair = |name: &str, value: &str| json!({ "name": name, "value": value });
        assert_eq!(request(&sent, "HTTP/1.1")["queryString"], json!([pair("b", "1 2"), pair("c", "")]));
    }
}
