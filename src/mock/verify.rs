//! The mock's own contract: every reply keeps the document, or is not sent.

use super::outgoing::Outgoing;
use super::rules::Rules;
use crate::exchange::Request;
use crate::json::Value;
use crate::openapi::{Direction, Operation, Validity, decode_header, is_json, match_media_type};

/// Judges a reply by the document.
///
/// # Errors
/// What it breaks.
pub(super) fn reply(
    rules: &Rules,
    operation: Operation<'_>,
    outgoing: &Outgoing,
    _request: &Request,
) -> Result<(), Vec<String>> {
    let mut broken = Vec::new();
    let Some(response) = operation.response_for(outgoing.status) else {
        return Err(vec![format!("{} is not documented", outgoing.status)]);
    };
    for header in response.headers() {
        match (outgoing.headers.get(header.name()), header.schema()) {
            (None, _) if header.is_required() => {
                broken.push(format!("the header `{}` is missing", header.name()))
            }
            (Some(text), Some(schema)) => {
                let value = decode_header(&header, text);
                if let Validity::Invalid(errors) =
                    rules.contract.validate_as("the header", &schema, Direction::Response, &value, 3)
                {
                    broken.extend(errors.into_iter().map(|error| error.headline));
                }
            }
            _ => {}
        }
    }
    if let Some(media_type) = outgoing.headers.get("content-type") {
        match match_media_type(media_type, response.media_types()) {
            None if response.media_types().is_empty() => {}
            None => broken.push(format!("`{media_type}` is not offered")),
            Some(matched) => {
                if let Some(schema) = matched.schema() {
                    let value = if is_json(media_type) {
                        serde_json::from_slice(&outgoing.body).unwrap_or(Value::Null)
                    } else {
                        Value::from(String::from_utf8_lossy(&outgoing.body))
                    };
                    if let Validity::Invalid(errors) =
                        rules.contract.validate(&schema, Direction::Response, &value, 3)
                    {
                        broken.extend(errors.into_iter().map(|error| error.headline));
                    }
                }
            }
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(broken) }
}
