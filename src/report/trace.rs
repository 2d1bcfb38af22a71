//! The trace: every exchange as one line of JSON, `schemas/trace.schema.json`, in the order in which
//! they end.

use super::record::milliseconds;
use crate::engine::{BodyRecord, Event, ExchangeRecord, RequestRecord, ResponseRecord};
use serde::Serialize;
use std::io::{self, Write};

/// Writes each exchange as a line of JSON when it is over, and flushes it: what a run that is killed
/// has done can be read.
///
/// Members have the names of HAR 1.2 where it has them: `startedDateTime`, `time` in milliseconds,
/// `request.postData`, `response.content`.
#[derive(Debug)]
pub struct Trace<W> {
    out: W,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line<'r> {
    case: &'r str,
    step: &'r str,
    phase: &'static str,
    operation: Option<&'r str>,
    attempt: usize,
    #[serde(skip_serializing_if = "is_first")]
    case_attempt: usize,
    started_date_time: String,
    time: f64,
    request: WrittenRequest<'r>,
    response: Option<WrittenResponse<'r>>,
    error: Option<&'r str>,
    notes: &'r [String],
    verdict: Option<&'static str>,
    codes: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat: Option<&'r str>,
}

/// A request as the trace and the JSON of `--dry-run` write it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WrittenRequest<'r> {
    method: &'r str,
    url: &'r str,
    headers: Vec<WrittenHeader<'r>>,
    post_data: Option<WrittenBody<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenResponse<'r> {
    http_version: &'r str,
    status: u16,
    status_text: &'r str,
    headers: Vec<WrittenHeader<'r>>,
    content: WrittenBody<'r>,
}

#[derive(Serialize)]
struct WrittenHeader<'r> {
    name: &'r str,
    value: &'r str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenBody<'r> {
    mime_type: &'r str,
    size: usize,
    text: &'r str,
    /// As in HAR: without it `text` is text.
    encoding: Option<&'static str>,
    truncated: bool,
}

impl<W: Write> Trace<W> {
    /// Makes a trace that holds nothing yet.
    pub fn new(out: W) -> Self {
        Self { out }
    }

    /// Takes the next event; writes a line when it is an exchange.
    ///
    /// # Errors
    /// What the writer answers.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        let Event::Exchanged(record) = event else { return Ok(()) };
        let mut line = serde_json::to_vec(&Line::of(record))?;
        line.push(b'\n');
        self.out.write_all(&line)?;
        self.out.flush()
    }

    /// Gives the writer back.
    pub fn into_inner(self) -> W {
        self.out
    }
}

/// Whether it is of a case's first run, as nearly all are.
fn is_first(case_attempt: &usize) -> bool {
    *case_attempt == 1
}

impl<'r> Line<'r> {
    pub(super) fn of(record: &'r ExchangeRecord) -> Self {
        Self {
            case: &record.case,
            step: &record.step,
            phase: record.phase.key(),
            operation: record.operation.as_deref(),
            attempt: record.attempt,
            case_attempt: record.case_attempt,
            started_date_time: record.started.to_string(),
            time: milliseconds(record.latency),
            request: WrittenRequest::of(&record.request),
            response: record.response.as_ref().map(WrittenResponse::of),
            error: record.error.as_deref(),
            notes: &record.notes,
            verdict: record.verdict.map(|verdict| verdict.as_str()),
            codes: record.codes.iter().map(|code| code.as_str()).collect(),
            repeat: record.repeat.as_deref(),
        }
    }
}

impl<'r> WrittenRequest<'r> {
    pub(super) fn of(request: &'r RequestRecord) -> Self {
        Self {
            method: &request.method,
            url: &request.url,
            headers: headers(&request.headers),
            post_data: request.body.as_ref().map(WrittenBody::of),
        }
    }
}

impl<'r> WrittenResponse<'r> {
    fn of(response: &'r ResponseRecord) -> Self {
        Self {
            http_version: &response.version,
            status: response.status,
            status_text: &response.reason,
            headers: headers(&response.headers),
            content: WrittenBody::of(&response.body),
        }
    }
}

impl<'r> WrittenBody<'r> {
    fn of(body: &'r BodyRecord) -> Self {
        Self {
            mime_type: &body.media_type,
            size: body.size,
            text: &body.text,
            encoding: body.is_base64.then_some("base64"),
            truncated: body.is_cut,
        }
    }
}

fn headers(lines: &[(String, String)]) -> Vec<WrittenHeader<'_>> {
    lines.iter().map(|(name, value)| WrittenHeader { name, value }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::record;
    use super::*;
    use serde_json::{Value, json};
    use std::sync::Arc;

    const SCHEMA: &str = include_str!("../../schemas/trace.schema.json");

    fn written(record: ExchangeRecord) -> Value {
        let mut trace = Trace::new(Vec::new());
        trace.event(&Event::Exchanged(Arc::new(record))).expect("memory can be written");
        let text = String::from_utf8(trace.into_inner()).expect("it is text");
        assert_eq!(text.matches('\n').count(), 1, "{text}");
        let line: Value = serde_json::from_str(&text).expect("it is JSON");
        let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
        let validator = jsonschema::draft202012::new(&schema).expect("the schema is a schema");
        let errors: Vec<String> = validator.iter_errors(&line).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{line:#}");
        line
    }

    #[test]
    fn an_exchange_is_one_line_in_the_words_of_har() {
        let line = written(record());
        assert_eq!(
            line,
            json!({
                "case": "marketplace/update::0", "step": "update", "phase": "steps", "operation": "updateAnOrder",
                "attempt": 1, "startedDateTime": "2026-11-23T01:02:03.5Z", "time": 3.214,
                "request": {
                    "method": "PUT", "url": "http://127.0.0.1:4010/v2/orders/50ca1ec7",
                    "headers": [
                        { "name": "Content-Type", "value": "application/json" },
                        { "name": "Authorization", "value": "Bearer ***" },
                    ],
                    "postData": {
                        "mimeType": "application/json", "size": 25, "text": "{\"data\":{\"type\":\"order\"}}",
                        "encoding": null, "truncated": false,
                    },
                },
                "response": {
                    "httpVersion": "HTTP/1.1", "status": 200, "statusText": "OK",
                    "headers": [{ "name": "content-type", "value": "application/json" }],
                    "content": {
                        "mimeType": "application/json", "size": 28, "text": "{\"data\":{\"amount\":\"237500\"}}",
                        "encoding": null, "truncated": false,
                    },
                },
                "error": null, "notes": [], "verdict": "failed", "codes": ["response.body"],
                "repeat": "curl -X PUT 'http://127.0.0.1:4010/v2/orders/50ca1ec7'",
            })
        );
    }

    #[test]
    fn what_was_not_answered_has_no_response_and_a_reason() {
        let error = Some("nothing listens at http://127.0.0.1:4010".to_owned());
        let line =
            written(ExchangeRecord { response: None, error, verdict: None, codes: Vec::new(), ..record() });
        assert_eq!(
            (&line["response"], &line["verdict"], &line["codes"]),
            (&json!(null), &json!(null), &json!([]))
        );
        assert_eq!(line["error"], "nothing listens at http://127.0.0.1:4010");
    }

    #[test]
    fn other_events_are_no_lines() {
        let mut trace = Trace::new(Vec::new());
        trace.event(&Event::CaseStarted { index: 0, name: "a".to_owned() }).expect("memory can be written");
        assert!(trace.into_inner().is_empty());
    }
}
