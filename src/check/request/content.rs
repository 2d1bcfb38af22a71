//! What is in a body, by what a server that follows the document would read out of it.

use super::{Check, DocumentPlace, RequestCheck, RequestContent, RequestViolation, place};
use crate::diagnostic::words::{count, quoted};
use crate::json::{Pointer, Value, parse};
use crate::openapi::{
    ContentKind, MediaType, Unread, check_length, content_kind, is_binary, read_content, read_text,
};

/// What messages call the body of a request.
const BODY: &str = "the request body";

impl RequestCheck<'_> {
    /// Judges content by what a server that follows the document would read out of it.
    pub(super) fn content(&mut self, media_type: &MediaType<'_>, sent: &RequestContent, pointer: &Pointer) {
        let schema = media_type.schema();
        let kind = content_kind(&sent.media_type);
        let document = self.contract.document();
        if let (Some(value), Some(schema)) = (&sent.value, &schema) {
            if !value.is_string() && is_binary(document, schema) {
                return;
            }
            return self.body_values(std::slice::from_ref(value), schema, BODY, pointer);
        }
        let is_whole = media_type.is_text()
            || matches!(kind, ContentKind::Json | ContentKind::Text | ContentKind::Binary);
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
                Ok(parsed) if !parsed.value.is_string() && is_binary(document, &schema) => {
                    self.bytes(sent, &schema, pointer);
                }
                Ok(parsed) => self.body_values(&[parsed.value], &schema, BODY, pointer),
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
                Some(value) => self.body_values(&[value], &schema, BODY, pointer),
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
                check: Check::RequestBody,
                pointer: pointer.join(&fault.at),
                headline: fault.headline.clone(),
                expected: fault.expected.clone(),
                actual: fault.actual.clone(),
                document: place(fault.document.clone(), ""),
                notes: Vec::new(),
                format: None,
            });
        }
        if let Some(schema) = media_type.schema() {
            self.body_values(std::slice::from_ref(&reading.value), &schema, BODY, pointer);
        }
        if let Some(schema) = media_type.item_schema() {
            for (index, item) in reading.value.as_array().into_iter().flatten().enumerate() {
                let whole = format!("item {}", index + 1);
                let at = pointer.child(index.to_string());
                self.body_values(std::slice::from_ref(item), &schema, &whole, &at);
            }
        }
        for inner in &reading.inner {
            let at = pointer.join(&inner.at);
            // One of several schemas is enough; with one alone its errors are told.
            match inner.schemas.as_slice() {
                [only] => self.body_values(std::slice::from_ref(&inner.value), only, &inner.whole, &at),
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
                    check: Check::RequestBody,
                    pointer: pointer.clone(),
                    headline: format!("{BODY} has {came} where the document asks for {}", fault.expected),
                    expected: fault.expected,
                    actual: came.clone(),
                    document: place(fault.keyword, ""),
                    notes: Vec::new(),
                    format: None,
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
            check: Check::RequestBody,
            pointer: pointer.clone(),
            headline,
            expected: expected.to_owned(),
            actual: "other content".to_owned(),
            document: DocumentPlace {
                pointer: media_type.pointer().clone(),
                is_key: true,
                is_of_file: false,
                label: format!("documents {}", media_type.range()),
            },
            notes: Vec::new(),
            format: None,
        });
    }

    fn body_values(&mut self, readings: &[Value], schema: &Pointer, whole: &str, pointer: &Pointer) {
        self.values(Check::RequestBody, readings, schema, whole, pointer);
    }
}
