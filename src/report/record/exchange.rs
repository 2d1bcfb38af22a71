//! Exchanges of a step as JSON, with the members that a line of a trace has: those of HAR 1.2.

use super::words;
use crate::clock::Timestamp;
use crate::diagnostic::Code;
use crate::engine::{BodyRecord, ExchangeRecord, Phase, RequestRecord, ResponseRecord, Verdict};
use crate::report::trace::Line;
use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serializer};
use std::sync::Arc;
use std::time::Duration;

pub(in crate::report) fn serialize<S: Serializer>(
    records: &[Arc<ExchangeRecord>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(records.len()))?;
    for record in records {
        list.serialize_element(&Line::of(record))?;
    }
    list.end()
}

pub(in crate::report) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Arc<ExchangeRecord>>, D::Error> {
    let read = Vec::<Exchange>::deserialize(deserializer)?;
    Ok(read.into_iter().map(|exchange| Arc::new(exchange.into_record())).collect())
}

/// The run of a case of which nothing is said.
fn first() -> u32 {
    1
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Exchange {
    case: String,
    step: String,
    phase: Phase,
    operation: Option<String>,
    attempt: u32,
    #[serde(default = "first")]
    case_attempt: u32,
    #[serde(with = "words::moment")]
    started_date_time: Timestamp,
    #[serde(with = "words::time")]
    time: Duration,
    request: Request,
    response: Option<Response>,
    error: Option<String>,
    notes: Vec<String>,
    verdict: Option<Verdict>,
    codes: Vec<Code>,
    #[serde(default)]
    repeat: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    method: String,
    url: String,
    headers: Vec<Header>,
    post_data: Option<Body>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    http_version: String,
    status: u16,
    status_text: String,
    headers: Vec<Header>,
    content: Body,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    mime_type: String,
    size: u64,
    text: String,
    encoding: Option<Encoding>,
    truncated: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    Base64,
}

impl Exchange {
    fn into_record(self) -> ExchangeRecord {
        ExchangeRecord {
            index: 0,
            case: self.case,
            step: self.step,
            phase: self.phase,
            operation: self.operation,
            attempt: self.attempt as usize,
            case_attempt: self.case_attempt as usize,
            started: self.started_date_time,
            request: RequestRecord {
                method: self.request.method,
                url: self.request.url,
                headers: headers(self.request.headers),
                body: self.request.post_data.map(Body::into_record),
            },
            response: self.response.map(Response::into_record),
            error: self.error,
            latency: self.time,
            notes: self.notes,
            verdict: self.verdict,
            codes: self.codes,
            repeat: self.repeat,
        }
    }
}

impl Response {
    fn into_record(self) -> ResponseRecord {
        ResponseRecord {
            version: self.http_version,
            status: self.status,
            reason: self.status_text,
            headers: headers(self.headers),
            body: self.content.into_record(),
        }
    }
}

impl Body {
    fn into_record(self) -> BodyRecord {
        BodyRecord {
            media_type: self.mime_type,
            text: self.text,
            is_base64: self.encoding.is_some(),
            size: usize::try_from(self.size).unwrap_or(usize::MAX),
            is_cut: self.truncated,
        }
    }
}

fn headers(headers: Vec<Header>) -> Vec<(String, String)> {
    headers.into_iter().map(|header| (header.name, header.value)).collect()
}
