//! Findings, cases and runs that the tests of several reports share.

use crate::diagnostic::{Code, Finding, Place, Severity};
use crate::engine::{
    BodyRecord, CaseReport, ExchangeRecord, ExchangeReport, Phase, RequestRecord, ResponseRecord, StepReport,
    Verdict,
};
use crate::source::{Source, Span};
use std::sync::Arc;
use std::time::Duration;

pub(super) const REPEAT: &str = "curl -X PUT 'http://127.0.0.1:4010/v2/orders/50ca1ec7-cb04-45f0-b7a9-3613ef7c23d3' \\\n  -H 'Authorization: Bearer ***' \\\n  -H 'Content-Type: application/json' \\\n  -d '{\"data\":{\"type\":\"order\"}}'";

/// A source whose text starts at a line of its file.
pub(super) fn source(name: &str, first_line: usize, text: &str) -> Arc<Source> {
    Source::new(name, "\n".repeat(first_line - 1) + text)
}

/// The place of the first `part` in a source.
pub(super) fn place(source: &Arc<Source>, part: &str, label: &str, at: Option<&str>) -> Option<Place> {
    let start = source.text().find(part).expect("the part stands in the source");
    Some(Place {
        source: Arc::clone(source),
        span: Span::new(start, start + part.len()),
        label: label.to_owned(),
        at: at.map(str::to_owned),
    })
}

pub(super) fn finding(code: Code, headline: &str) -> Finding {
    Finding {
        code,
        severity: Severity::Deny,
        headline: headline.to_owned(),
        expected: None,
        actual: None,
        scenario: None,
        document: None,
        response: None,
        notes: Vec::new(),
        help: Vec::new(),
        differences: Vec::new(),
        known: None,
    }
}

/// The contract is broken, with all three places.
pub(super) fn body_type() -> Finding {
    let scenario = source(
        "scenarios/marketplace/update.contest.yaml",
        14,
        "      - call: updateAnOrder\n        path: { orderID: $vars.id }\n",
    );
    let document = source("specs/marketplace-orders.yaml", 212, "              amount: { type: integer }\n");
    let response =
        source("response body", 31, "       \"amount\": \"237500\",\n       \"currency\": \"USD\"\n");
    Finding {
        expected: Some("an integer".to_owned()),
        actual: Some("a string".to_owned()),
        scenario: place(
            &scenario,
            "call: updateAnOrder",
            "step `update`: PUT /v2/orders/50ca1ec7… answered 200 in 3 ms",
            None,
        ),
        document: place(&document, "type: integer", "via 200 › OrderEnvelope › Order › Meta › Price", None),
        response: place(&response, "\"237500\"", "string", Some("/data/meta/display_price/with_tax/amount")),
        notes: vec![
            "also at 3 more places: /data/meta/display_price/{without_tax,tax,discount}/amount".into(),
        ],
        ..finding(Code::RESPONSE_BODY, "`amount` is a string where the document promises an integer")
    }
}

/// No answer, and so no place.
pub(super) fn refused() -> Finding {
    Finding {
        notes: vec![
            "the case was not judged; base URL from contest.yaml:14:24, environment staging".to_owned(),
        ],
        help: vec!["is the target up?".to_owned()],
        ..finding(Code::TRANSPORT_CONNECT, "nothing listens at http://127.0.0.1:4010 (connection refused)")
    }
}

pub(super) fn step(id: &str, verdict: Verdict) -> StepReport {
    StepReport {
        id: id.to_owned(),
        title: None,
        phase: Phase::Steps,
        action: "updateAnOrder".to_owned(),
        verdict,
        reason: None,
        at: None,
        started: None,
        elapsed: Duration::ZERO,
        findings: Vec::new(),
        earlier: 0,
        earlier_latencies: Vec::new(),
        exchange: (verdict == Verdict::Passed || verdict == Verdict::Failed).then(|| ExchangeReport {
            request: "PUT /v2/orders/50ca1ec7".to_owned(),
            status: 200,
            latency: Duration::from_millis(3),
            is_described: true,
            is_judged: true,
        }),
        exchanges: Vec::new(),
        repeat: None,
        waived: Vec::new(),
        off: Vec::new(),
        not_checked: Vec::new(),
        notes: Vec::new(),
        observed: None,
    }
}

pub(super) fn case(index: usize, verdict: Verdict, file: &str, title: &str) -> CaseReport {
    CaseReport {
        index,
        id: format!("{file}::{index}"),
        file: file.to_owned(),
        title: title.to_owned(),
        row: None,
        verdict,
        reason: None,
        is_tolerated: false,
        steps: vec![step("read", Verdict::Passed), step("update", verdict)],
        left_behind: Vec::new(),
        started: "2026-11-23T01:02:03.5Z".parse().expect("it is a time"),
        elapsed: Duration::from_millis(9),
        earlier: Vec::new(),
        is_flaky: false,
        worker: 0,
        about: None,
    }
}

/// An exchange in which the contract is broken.
pub(super) fn record() -> ExchangeRecord {
    let body = |text: &str| BodyRecord {
        media_type: "application/json".to_owned(),
        text: text.to_owned(),
        is_base64: false,
        size: text.len(),
        is_cut: false,
    };
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    ExchangeRecord {
        index: 0,
        case: "marketplace/update::0".to_owned(),
        step: "update".to_owned(),
        phase: Phase::Steps,
        operation: Some("updateAnOrder".to_owned()),
        attempt: 1,
        case_attempt: 1,
        started: "2026-11-23T01:02:03.5Z".parse().expect("it is a time"),
        request: RequestRecord {
            method: "PUT".to_owned(),
            url: "http://127.0.0.1:4010/v2/orders/50ca1ec7".to_owned(),
            headers: vec![header("Content-Type", "application/json"), header("Authorization", "Bearer ***")],
            body: Some(body(r#"{"data":{"type":"order"}}"#)),
        },
        response: Some(ResponseRecord {
            version: "HTTP/1.1".to_owned(),
            status: 200,
            reason: "OK".to_owned(),
            headers: vec![header("content-type", "application/json")],
            body: body(r#"{"data":{"amount":"237500"}}"#),
        }),
        error: None,
        latency: Duration::from_micros(3_214),
        notes: Vec::new(),
        verdict: Some(Verdict::Failed),
        codes: vec![Code::RESPONSE_BODY],
        repeat: Some("curl -X PUT 'http://127.0.0.1:4010/v2/orders/50ca1ec7'".to_owned()),
    }
}
