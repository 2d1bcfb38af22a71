//! `request.*`: a request by the document, before it is encoded and sent.
//!
//! One file a place: [`parameter`] for path, query, headers and cookies, [`body`] and [`content`] for
//! the content.

mod body;
mod content;
mod parameter;

use super::schema_fact::speak_of_text;
use super::{Check, DocumentPlace, Severities};
use crate::diagnostic::Severity;
use crate::json::{Datum, Pointer, Value};
use crate::limits::Limits;
use crate::openapi::{Contract, Direction, Operation, ParameterIn, SchemaError, Validity};

/// What a step is about to send, before parameters become text and the body becomes bytes.
#[derive(Clone, Debug, Default)]
pub struct RequestValues {
    /// The values of the path template's names.
    pub path: Vec<(String, Datum)>,
    /// The query parameters; null is not sent.
    pub query: Vec<(String, Datum)>,
    /// The header parameters; null is not sent.
    pub headers: Vec<(String, Datum)>,
    /// The cookies; null is not sent.
    pub cookies: Vec<(String, Datum)>,
    /// The body, where there is one.
    pub body: Option<RequestContent>,
}

/// A request body as it is sent.
#[derive(Clone, Debug, Default)]
pub struct RequestContent {
    /// The media type it is sent as, with the boundary of parts.
    pub media_type: String,
    /// The value of JSON, where it is known; otherwise the bytes are read.
    pub value: Option<Value>,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What the checks of a request found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestJudgement {
    /// Where the request breaks the document: path, query, headers, cookies, body.
    pub violations: Vec<RequestViolation>,
    /// What could not be checked; each stands behind "not checked, because".
    pub not_checked: Vec<String>,
}

/// One way in which a request breaks the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestViolation {
    /// The check that found it: the one of the place it is in.
    pub check: Check,
    /// Where, as `sends: { invalid: […] }` names it: `/body/data/status`, `/query/limit`,
    /// `/path/orderID`, `/headers/X-Trace`, `/cookies/session`. A missing member or parameter is
    /// named as if it were there.
    pub pointer: Pointer,
    /// What is wrong: "`status` is `open`, which is none of the documented values".
    pub headline: String,
    /// What the document asks for.
    pub expected: String,
    /// What would be sent.
    pub actual: String,
    /// The place in the document.
    pub document: DocumentPlace,
    /// Further facts.
    pub notes: Vec<String>,
    /// The format that is broken, when nothing else is.
    pub format: Option<String>,
}

impl RequestViolation {
    /// How much it weighs: as its check does, and a broken format no more than what is set for it by name.
    pub fn severity(&self, severities: &Severities) -> Severity {
        let own = severities.of(self.check);
        let named = self.format.as_deref().and_then(|format| severities.stated_of_format(format));
        named.map_or(own, |named| named.min(own))
    }
}

/// Judges a request by the operation it is for: parameters and body by their schemas, and whatever
/// is required. Security is not looked at.
///
/// A parameter is judged by what arrives, which is text: a number fits a schema for text, and the
/// text `5` one for integers.
pub fn check_request(
    operation: Operation<'_>,
    contract: &Contract,
    values: &RequestValues,
    limits: &Limits,
) -> RequestJudgement {
    let mut check = RequestCheck { contract, limits, judgement: RequestJudgement::default() };
    for parameter in operation.parameters() {
        let sent = match parameter.location() {
            ParameterIn::Path => &values.path,
            ParameterIn::Query | ParameterIn::QueryString => &values.query,
            ParameterIn::Header => &values.headers,
            ParameterIn::Cookie => &values.cookies,
        };
        check.parameter(&parameter, sent);
    }
    check.judgement.not_checked.extend(operation.lost_parameters().iter().cloned());
    match operation.lost_request_body() {
        Some(reason) => check.judgement.not_checked.push(reason),
        None => check.body(operation, values.body.as_ref()),
    }
    check.judgement
}

struct RequestCheck<'c> {
    contract: &'c Contract,
    limits: &'c Limits,
    judgement: RequestJudgement,
}

impl RequestCheck<'_> {
    /// Judges the readings of one value; one that fits is enough, and the first is the one that is
    /// spoken of.
    fn values(&mut self, check: Check, readings: &[Value], schema: &Pointer, whole: &str, pointer: &Pointer) {
        for reason in self.contract.left_out(schema, Direction::Request) {
            self.leave(reason);
        }
        let mut first: Option<Vec<SchemaError>> = None;
        for value in readings {
            match self.contract.validate_as(whole, schema, Direction::Request, value, self.limits.findings) {
                Validity::Valid => return,
                Validity::NotChecked(reason) => return self.leave(format!("{whole}: {reason}")),
                Validity::Invalid(errors) => first = first.or(Some(errors)),
            }
        }
        for mut error in first.unwrap_or_default() {
            if !pointer.tokens().starts_with(&["body".into()]) {
                speak_of_text(&mut error, whole, &readings[0], Direction::Request);
            }
            let violation = violation(check, error, pointer);
            self.judgement.violations.push(violation);
        }
    }

    fn leave(&mut self, reason: String) {
        if !self.judgement.not_checked.contains(&reason) {
            self.judgement.not_checked.push(reason);
        }
    }
}

/// An error of a schema as a violation at its place in the request.
fn violation(check: Check, error: SchemaError, pointer: &Pointer) -> RequestViolation {
    let mut at = pointer.join(&error.instance);
    if let (true, Some(name)) = (error.name.to_lowercase().ends_with("required"), &error.member) {
        at = at.child(name);
    }
    let via = error.via.join(" › ");
    let label = match (error.label.is_empty(), via.is_empty()) {
        (true, true) => String::new(),
        (false, true) => error.label,
        (true, false) => format!("via {via}"),
        (false, false) => format!("{}, via {via}", error.label),
    };
    RequestViolation {
        check,
        pointer: at,
        headline: error.headline,
        expected: error.expected,
        actual: error.actual,
        document: DocumentPlace { pointer: error.keyword, is_key: false, is_of_file: false, label },
        notes: error.notes,
        format: error.format,
    }
}

fn place(pointer: Pointer, label: &str) -> DocumentPlace {
    DocumentPlace { pointer, is_key: false, is_of_file: false, label: label.to_owned() }
}
