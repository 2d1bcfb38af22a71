//! `http.method` and `http.media-type`: the API does not refuse what its document declares.
//!
//! Only where the document does not name the very status: then the refusal is part of the contract.
//! A status that it does not document at all is `response.status` already.

use super::{Case, Check, Fact, ResponsePart};
use crate::diagnostic::words::quoted;
use crate::openapi::{ResponseKey, is_json, match_media_type};

/// Source: RFC 9110 §15.5.6 (405) and §15.6.2 (501).
pub(super) fn check_method(case: &Case<'_>) -> Option<Fact> {
    let words = match case.status() {
        405 => "is not supported here",
        501 => "is not implemented",
        _ => return None,
    };
    let key = range_of(case)?;
    let method = case.operation.method();
    let headline = format!("the API says that {method} {words}, and the document declares {}", case.name());
    Some(
        case.fact(Check::HttpMethod, headline)
            .compared(format!("{method} to be supported"), case.status().to_string())
            .document_key(case.operation.pointer().clone(), format!("is declared; {key} stands for this answer"))
            .response(ResponsePart::StatusLine, "")
            .help("is the base URL right, its path included? if the answer is meant, document it by its own key"),
    )
}

/// Source: RFC 9110 §15.5.7 (406) and §15.5.16 (415).
///
/// A 415 may also come of what the content holds; of JSON it cannot, for any JSON is JSON.
pub(super) fn check_media_type(case: &Case<'_>) -> Option<Fact> {
    let request = &case.exchange.request.headers;
    let (headline, place) = match case.status() {
        406 => {
            let accept = request.get("accept")?;
            (accept == case.operation.accept()).then_some(())?;
            let offered = quoted(&accept.into());
            let words = format!("the API has no content of {offered}, which the document offers");
            (words, case.operation.pointer().child("responses"))
        }
        415 => {
            let sent = request.get("content-type").filter(|sent| is_json(sent))?;
            let body = case.operation.request_body()?;
            (request.get("content-encoding").is_none()).then_some(())?;
            match_media_type(sent, body.media_types())?;
            let words = format!("the API does not take {}, which the document offers", quoted(&sent.into()));
            (words, body.pointer().child("content"))
        }
        _ => return None,
    };
    let key = range_of(case)?;
    Some(
        case.fact(Check::HttpMediaType, headline)
            .compared("a media type that is offered to be supported", case.status().to_string())
            .document_key(place, format!("offers it; {key} stands for this answer"))
            .response(ResponsePart::StatusLine, ""),
    )
}

/// The range or `default` that documents the status, where no key of its own does.
fn range_of(case: &Case<'_>) -> Option<String> {
    let key = case.operation.response_for(case.status())?.key();
    (!matches!(key, ResponseKey::Status(_))).then(|| key.to_string())
}
