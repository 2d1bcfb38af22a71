//! `request.body`: the body is of a documented media type, keeps its schema, and is there where it is
//! required.

use super::{Check, DocumentPlace, RequestCheck, RequestContent, RequestViolation, place};
use crate::diagnostic::words::{any_of, quoted};
use crate::json::Pointer;
use crate::openapi::{Operation, RequestBody, match_media_type};

impl RequestCheck<'_> {
    pub(super) fn body(&mut self, operation: Operation<'_>, sent: Option<&RequestContent>) {
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
                    check: Check::RequestBody,
                    pointer,
                    headline: format!("`{}` takes no body", operation.name()),
                    expected: "no body".to_owned(),
                    actual: "a body".to_owned(),
                    document: DocumentPlace {
                        pointer: operation.pointer().clone(),
                        is_key: true,
                        is_of_file: false,
                        label: "documents no request body".to_owned(),
                    },
                    notes: Vec::new(),
                    format: None,
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
                    check: Check::RequestBody,
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
                        is_of_file: false,
                        label: format!("documents {}", ranges.join(", ")),
                    },
                    notes: Vec::new(),
                    format: None,
                });
            }
            return;
        };
        self.content(&media_type, sent, &pointer);
    }
}

fn missing_body(body: &RequestBody<'_>, pointer: Pointer) -> RequestViolation {
    RequestViolation {
        check: Check::RequestBody,
        pointer,
        headline: "the request has no body, which the document requires".to_owned(),
        expected: "a body".to_owned(),
        actual: "none".to_owned(),
        document: place(body.pointer().child("required"), "required"),
        notes: Vec::new(),
        format: None,
    }
}
