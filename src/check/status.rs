//! `response.status`: the status is among the documented ones.

use super::judgement::Case;
use super::{Check, Fact, ResponsePart};
use crate::diagnostic::words::{any_of, quoted};
use crate::openapi::{ParameterIn, SecurityKind};

/// The finding for a status that the operation does not document.
///
/// Source: OpenAPI 3.1.1, "Responses Object".
pub(super) fn check(case: &Case<'_>) -> Option<Fact> {
    let status = case.status();
    if case.operation.response_for(status).is_some() {
        return None;
    }
    let response = &case.exchange.response;
    let documented: Vec<String> =
        case.operation.responses().iter().map(|response| response.key().to_string()).collect();
    let (label, expected) = match documented.is_empty() {
        true => ("documents no response".to_owned(), "no response at all".to_owned()),
        false => (format!("documents {}", documented.join(", ")), any_of(&documented)),
    };
    let headline = match response.headers.get("location").filter(|_| (300..400).contains(&status)) {
        Some(location) => {
            format!(
                "{status} is not documented for {}: it leads to {}",
                case.name(),
                quoted(&location.into())
            )
        }
        None => format!("{status} is not documented for {}", case.name()),
    };
    let mut fact = case
        .fact(Check::Status, headline)
        .compared(expected, status.to_string())
        .document_key(case.operation.pointer().child("responses"), label)
        .response(ResponsePart::StatusLine, format!("{status} {}", response.reason).trim_end());
    fact.help.extend(advice(case));
    Some(fact.help(format!(
        "if {status} is right, add it to the document; \
         `expect: {{ contract: {{ status: warn }} }}` waives it for this step"
    )))
}

/// What an undocumented status mostly means, other than a gap in the document.
fn advice(case: &Case<'_>) -> Option<String> {
    Some(match case.status() {
        300..=303 | 305..=399 => "wrong base URL, or not signed in?".to_owned(),
        401 | 403 if !carries_credentials(case) => {
            "the request carried no credentials: does the step need `auth`?".to_owned()
        }
        401 | 403 => {
            "the credentials were refused: are they for this environment and this operation?".to_owned()
        }
        404 | 405 => "is the base URL right, its path included?".to_owned(),
        500..=599 => "the server failed, or a gateway before it: its log says why".to_owned(),
        _ => return None,
    })
}

fn carries_credentials(case: &Case<'_>) -> bool {
    let request = &case.exchange.request;
    if request.headers.get("authorization").is_some() || request.headers.get("cookie").is_some() {
        return true;
    }
    case.operation.security().iter().flatten().any(|security| match security.kind {
        SecurityKind::ApiKey { location: ParameterIn::Header, name } => request.headers.get(name).is_some(),
        SecurityKind::ApiKey { location: ParameterIn::Query, name } => {
            let query = request.url.split_once('?').map(|(_, query)| query).unwrap_or_default();
            query.split('&').any(|pair| pair.split('=').next() == Some(name))
        }
        _ => false,
    })
}
