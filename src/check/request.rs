//! Judges a request by the document before it is encoded.

use super::DocumentPlace;
use super::schema_fact::speak_of_text;
use crate::diagnostic::words::{any_of, count, quoted};
use crate::json::{Datum, Pointer, Value, parse};
use crate::limits::Limits;
use crate::openapi::{
    ContentKind, Contract, Direction, MediaType, Operation, Parameter, ParameterIn, RequestBody, SchemaError,
    Unread, Validity, check_length, content_kind, is_text_schema, match_media_type, read_content, read_text,
};

/// What messages call the body of a request.
const BODY: &str = "the request body";

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
    check.judgement.not_checked.extend(operation.lost_parameters());
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
    fn parameter(&mut self, parameter: &Parameter<'_>, sent: &[(String, Datum)]) {
        let name = parameter.name();
        let (section, words) = match parameter.location() {
            ParameterIn::Path => ("path", "path parameter"),
            ParameterIn::Query => ("query", "query parameter"),
            ParameterIn::Header => ("headers", "header"),
            ParameterIn::Cookie => ("cookies", "cookie"),
            ParameterIn::QueryString => ("query", "query string"),
        };
        let pointer = Pointer::of([section, name]);
        let whole = format!("the {words} `{name}`");
        let is_named = |each: &&(String, Datum)| match parameter.location() {
            ParameterIn::Header => each.0.eq_ignore_ascii_case(name),
            _ => each.0 == name,
        };
        let Some((_, datum)) = sent.iter().find(is_named).filter(|(_, datum)| !datum.value().is_null())
        else {
            if parameter.is_required() {
                self.judgement.violations.push(RequestViolation {
                    pointer,
                    headline: format!("{whole} is missing, which the document requires"),
                    expected: format!("a {words} `{name}`"),
                    actual: "none".to_owned(),
                    document: place(parameter.pointer().child("required"), "required"),
                    notes: Vec::new(),
                });
            }
            return;
        };
        if parameter.allows_empty_value() && datum.value() == "" {
            return;
        }
        match (parameter.schema(), parameter.content().and_then(|content| content.schema())) {
            (Some(schema), _) => self.values(&readings(datum), &schema, &whole, &pointer),
            (None, Some(schema)) => self.values(&[datum.value().clone()], &schema, &whole, &pointer),
            (None, None) => {}
        }
    }

    fn body(&mut self, operation: Operation<'_>, sent: Option<&RequestContent>) {
        let pointer = Pointer::of(["body"]);
        let (documented, sent) = match (operation.request_body(), sent) {
            (None, None) => return,
            (Some(body), None) => {
                if body.is_required() {
                    self.judgement.violations.push(missing_body(&body, pointer));
                }
                return;
            }
            (None, Some(_)) => {
                self.judgement.violations.push(RequestViolation {
                    pointer,
                    headline: format!("`{}` takes no body", operation.name()),
                    expected: "no body".to_owned(),
                    actual: "a body".to_owned(),
                    document: DocumentPlace {
                        pointer: operation.pointer().clone(),
                        is_key: true,
                        label: "documents no request body".to_owned(),
                    },
                    notes: Vec::new(),
                });
                return;
            }
            (Some(body), Some(sent)) => (body, sent),
        };
        let offered = documented.media_types();
        let ranges: Vec<String> = offered.iter().map(|each| each.range().to_owned()).collect();
        let Some(media_type) = match_media_type(&sent.media_type, offered) else {
            if !ranges.is_empty() {
                self.judgement.violations.push(RequestViolation {
                    pointer: Pointer::of(["headers", "Content-Type"]),
                    headline: format!(
                        "`{}` takes no body of the media type {}",
                        operation.name(),
                        quoted(&sent.media_type.as_str().into())
                    ),
                    expected: any_of(&ranges),
                    actual: sent.media_type.clone(),
                    document: DocumentPlace {
                        pointer: documented.pointer().child("content"),
                        is_key: true,
                        label: format!("documents {}", ranges.join(", ")),
                    },
                    notes: Vec::new(),
                });
            }
            return;
        };
        self.content(&media_type, sent, &pointer);
    }

    /// Judges content by what a server that follows the document would read out of it.
    fn content(&mut self, media_type: &MediaType<'_>, sent: &RequestContent, pointer: &Pointer) {
        let schema = media_type.schema();
        let kind = content_kind(&sent.media_type);
        let document = self.contract.document();
        if let (Some(value), Some(schema)) = (&sent.value, &schema) {
            return self.values(std::slice::from_ref(value), schema, BODY, pointer);
        }
        let is_text = schema.as_ref().is_some_and(|schema| is_text_schema(document, schema));
        let is_whole = is_text || matches!(kind, ContentKind::Json | ContentKind::Text | ContentKind::Binary);
        if !is_whole {
            if schema.is_some() || media_type.item_schema().is_some() {
                self.structured(media_type, sent, pointer);
            }
            return;
        }
        let Some(schema) = schema else { return };
        let text = std::str::from_utf8(&sent.bytes);
        match (kind, text) {
            (ContentKind::Json, Ok(text)) => match parse(text.trim_start_matches('\u{feff}')) {
                Ok(parsed) => self.values(&[parsed.value], &schema, BODY, pointer),
                Err(error) => {
                    let headline = format!("{BODY} is not JSON: {}", error.reason);
                    self.unreadable(media_type, headline, "JSON", pointer);
                }
            },
            (ContentKind::Json, Err(_)) => {
                self.unreadable(media_type, format!("{BODY} is not UTF-8"), "JSON", pointer);
            }
            (ContentKind::Binary | ContentKind::Multipart, _) | (_, Err(_)) => {
                self.bytes(sent, &schema, pointer)
            }
            (_, Ok(text)) => match read_text(document, &schema, text) {
                Some(value) => self.values(&[value], &schema, BODY, pointer),
                None => self.leave(format!(
                    "bodies of {} are not compared with their schema",
                    quoted(&media_type.range().into())
                )),
            },
        }
    }

    /// Forms, parts, XML, sequences.
    fn structured(&mut self, media_type: &MediaType<'_>, sent: &RequestContent, pointer: &Pointer) {
        let reading = match read_content(media_type, &sent.media_type, &sent.bytes, self.limits) {
            Ok(reading) => reading,
            Err(Unread::NotChecked(reason)) => return self.leave(reason),
            Err(Unread::Broken(broken)) => {
                let headline = broken.headline.replacen("the body", BODY, 1);
                return self.unreadable(media_type, headline, &broken.expected, pointer);
            }
        };
        reading.left.iter().for_each(|reason| self.leave(reason.clone()));
        for fault in &reading.faults {
            self.judgement.violations.push(RequestViolation {
                pointer: pointer.join(&fault.at),
                headline: fault.headline.clone(),
                expected: fault.expected.clone(),
                actual: fault.actual.clone(),
                document: place(fault.document.clone(), ""),
                notes: Vec::new(),
            });
        }
        if let Some(schema) = media_type.schema() {
            self.values(std::slice::from_ref(&reading.value), &schema, BODY, pointer);
        }
        if let Some(schema) = media_type.item_schema() {
            for (index, item) in reading.value.as_array().into_iter().flatten().enumerate() {
                let whole = format!("item {}", index + 1);
                let at = pointer.child(index.to_string());
                self.values(std::slice::from_ref(item), &schema, &whole, &at);
            }
        }
        for inner in &reading.inner {
            let at = pointer.join(&inner.at);
            // One of several schemas is enough; with one alone its errors are told.
            match inner.schemas.as_slice() {
                [only] => self.values(std::slice::from_ref(&inner.value), only, &inner.whole, &at),
                _ => self.leave(format!("{} has several schemas", inner.whole)),
            }
        }
    }

    fn bytes(&mut self, sent: &RequestContent, schema: &Pointer, pointer: &Pointer) {
        let length = sent.bytes.len();
        match check_length(self.contract.document(), schema, length) {
            None => self.leave(format!(
                "the request body is sent as bytes of {}, which no schema judges",
                quoted(&sent.media_type.as_str().into())
            )),
            Some(faults) => {
                let came = count(length, "byte", "bytes");
                self.judgement.violations.extend(faults.into_iter().map(|fault| RequestViolation {
                    pointer: pointer.clone(),
                    headline: format!("{BODY} has {came} where the document asks for {}", fault.expected),
                    expected: fault.expected,
                    actual: came.clone(),
                    document: place(fault.keyword, ""),
                    notes: Vec::new(),
                }));
            }
        }
    }

    fn unreadable(
        &mut self,
        media_type: &MediaType<'_>,
        headline: String,
        expected: &str,
        pointer: &Pointer,
    ) {
        self.judgement.violations.push(RequestViolation {
            pointer: pointer.clone(),
            headline,
            expected: expected.to_owned(),
            actual: "other content".to_owned(),
            document: DocumentPlace {
                pointer: media_type.pointer().clone(),
                is_key: true,
                label: format!("documents {}", media_type.range()),
            },
            notes: Vec::new(),
        });
    }

    /// Judges the readings of one value; one that fits is enough, and the first is the one that is
    /// spoken of.
    fn values(&mut self, readings: &[Value], schema: &Pointer, whole: &str, pointer: &Pointer) {
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
            if !pointer.tokens().starts_with(&["body".to_owned()]) {
                speak_of_text(&mut error, whole, &readings[0], Direction::Request);
            }
            let violation = self.violation(error, pointer);
            self.judgement.violations.push(violation);
        }
    }

    fn violation(&self, error: SchemaError, pointer: &Pointer) -> RequestViolation {
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
            pointer: at,
            headline: error.headline,
            expected: error.expected,
            actual: error.actual,
            document: DocumentPlace { pointer: error.keyword, is_key: false, label },
            notes: error.notes,
        }
    }

    fn leave(&mut self, reason: String) {
        if !self.judgement.not_checked.contains(&reason) {
            self.judgement.not_checked.push(reason);
        }
    }
}

fn missing_body(body: &RequestBody<'_>, pointer: Pointer) -> RequestViolation {
    RequestViolation {
        pointer,
        headline: "the request has no body, which the document requires".to_owned(),
        expected: "a body".to_owned(),
        actual: "none".to_owned(),
        document: place(body.pointer().child("required"), "required"),
        notes: Vec::new(),
    }
}

fn place(pointer: Pointer, label: &str) -> DocumentPlace {
    DocumentPlace { pointer, is_key: false, label: label.to_owned() }
}

/// What a server may read out of a parameter's text: the value itself, everything in it as text,
/// and every text in it that spells a number or a boolean as that.
fn readings(datum: &Datum) -> Vec<Value> {
    let mut all = vec![datum.value().clone()];
    for reading in [as_text(datum, datum.value(), &Pointer::root()), as_scalars(datum.value())] {
        if !all.contains(&reading) {
            all.push(reading);
        }
    }
    all
}

fn as_text(datum: &Datum, value: &Value, at: &Pointer) -> Value {
    match value {
        Value::Number(number) => Value::from(datum.digits_at(at).unwrap_or_else(|| number.to_string())),
        Value::Bool(flag) => Value::from(flag.to_string()),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .map(|(index, each)| as_text(datum, each, &at.child(index.to_string())))
            .collect(),
        Value::Object(members) => {
            members.iter().map(|(name, each)| (name.clone(), as_text(datum, each, &at.child(name)))).collect()
        }
        other => other.clone(),
    }
}

fn as_scalars(value: &Value) -> Value {
    match value {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(scalar @ (Value::Number(_) | Value::Bool(_))) => scalar,
            _ => value.clone(),
        },
        Value::Array(elements) => elements.iter().map(as_scalars).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, each)| (name.clone(), as_scalars(each))).collect()
        }
        other => other.clone(),
    }
}
