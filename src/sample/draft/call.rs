use super::data::{Data, Entry};
use super::values::{first_body, fits, is_writable};
use crate::json::{Pointer, Value};
use crate::openapi::{ContentKind, Contract, MediaType, Operation, ResponseKey, content_kind};

/// The longest example that is written out; a longer one is named.
const MAX_EXAMPLE: usize = 400;

/// How a step names an operation: by its `operationId` where that leads to it, else by its label.
pub fn call_name(operation: Operation<'_>) -> String {
    let document = operation.document();
    let is_first = |id: &&str| document.find_operation(id).is_some_and(|it| it.index() == operation.index());
    let name = operation.id().filter(is_first).filter(|id| !id.contains(['\n', '\r']) && id.trim() == *id);
    name.map_or_else(|| operation.label(), str::to_owned)
}

/// Media types, those first that a body is drafted for most easily.
pub fn ranked<'m, 'd>(media_types: &'m [MediaType<'d>]) -> Vec<&'m MediaType<'d>> {
    let rank = |media_type: &MediaType<'_>| match content_kind(media_type.range()) {
        ContentKind::Json => 0,
        ContentKind::Form => 1,
        ContentKind::Multipart => 2,
        ContentKind::Xml | ContentKind::Text => 3,
        _ if media_type.range().contains('*') => 3,
        _ => 4,
    };
    let mut ranked: Vec<&MediaType<'_>> = media_types.iter().collect();
    ranked.sort_by_key(|media_type| rank(media_type));
    ranked
}

/// The key of a body of a media type in a step: `body`, `form`, `multipart` or `rawBody`.
///
/// # Errors
/// Why nothing can be drafted for it.
pub fn body_key(media_type: &MediaType<'_>) -> Result<&'static str, String> {
    Ok(match content_kind(media_type.range()) {
        ContentKind::Json | ContentKind::Xml => "body",
        _ if media_type.range().contains('*') => "body",
        ContentKind::Form => "form",
        ContentKind::Multipart => "multipart",
        ContentKind::Text => "rawBody",
        _ => return Err("its bytes cannot be made up".to_owned()),
    })
}

/// Whether a value can stand behind such a key.
pub fn is_body_of(key: &str, value: &Value) -> bool {
    let is_right = match key {
        "form" | "multipart" => value.is_object(),
        "rawBody" => value.is_string(),
        _ => true,
    };
    is_right && is_writable(value)
}

/// The key of a body, and what stands behind it: what the document shows, else what can be made.
///
/// # Errors
/// Why there is nothing.
pub fn content(contract: &Contract, media_type: &MediaType<'_>) -> Result<(&'static str, Data), String> {
    let schema = media_type.schema().ok_or("the document does not say what it holds")?;
    let key = body_key(media_type)?;
    let value = match example(contract, media_type, &schema) {
        Some((Some(name), value)) if key == "body" && value.to_string().len() > MAX_EXAMPLE => {
            return Ok((key, Data::Map(vec![("$example".to_owned(), Data::Value(Value::from(name)))])));
        }
        Some((_, value)) => value,
        None => first_body(contract, &schema)?,
    };
    match is_body_of(key, &value) {
        true => Ok((key, Data::Value(value))),
        false => Err("what could be made cannot be written out".to_owned()),
    }
}

/// The first example of a media type that its schema takes, with its name.
fn example(
    contract: &Contract,
    media_type: &MediaType<'_>,
    schema: &Pointer,
) -> Option<(Option<String>, Value)> {
    let examples = media_type.examples().into_iter();
    let mut examples = examples.filter(|(_, _, value)| fits(contract, schema, value));
    examples.next().map(|(name, _, value)| (name, value.clone()))
}

/// The status that a call is to expect; an outer `None` where the document lets it expect nothing.
pub fn expected_status(operation: Operation<'_>) -> Option<Option<u16>> {
    let keys: Vec<ResponseKey> = operation.responses().iter().map(|response| response.key()).collect();
    let codes = |is_success: bool| {
        let mut codes: Vec<u16> = keys
            .iter()
            .filter_map(|key| match key {
                ResponseKey::Status(code) if (200..300).contains(code) == is_success && *code >= 200 => {
                    Some(*code)
                }
                _ => None,
            })
            .collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    };
    let successes = codes(true);
    let is_open = keys.iter().any(|key| matches!(key, ResponseKey::Range(2) | ResponseKey::Default));
    match successes.as_slice() {
        [only] if !keys.contains(&ResponseKey::Range(2)) => Some(Some(*only)),
        [] if !is_open => codes(false).first().map(|code| Some(*code)),
        _ => Some(None),
    }
}

/// The keys of `expect` for a status.
pub fn expect(status: Option<u16>, body: Option<Data>) -> Option<Entry> {
    let mut members = Vec::new();
    members.extend(status.map(|status| ("status".to_owned(), Data::Value(Value::from(status)))));
    members.extend(body.map(|body| ("body".to_owned(), body)));
    (!members.is_empty()).then(|| Entry::data("expect", Data::Map(members)))
}
