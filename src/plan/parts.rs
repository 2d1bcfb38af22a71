use crate::expression::Template;
use crate::json::Datum;
use crate::openapi::{
    ContentKind, EncodeError, Encoded, MediaType, OutgoingPart, ParameterIn, Serialization, content_kind,
    documented_type, parts_of,
};
use crate::scenario::{BodyPart, Named, PartContent};
use crate::source::Span;
use std::sync::Arc;

/// Why the parts of a body cannot be made.
#[derive(Debug)]
pub enum PartsError<E> {
    /// A value cannot be resolved.
    Value(E),
    /// A stated style has no text for the value that is written at the span.
    Encode(EncodeError, Span),
}

/// The parts of a `multipart` body in the order written: of a file one, of a list one for each element.
///
/// `files` are the bytes of the files that it names, in that order; `resolve` gives the values of a part and of
/// its headers, and is asked for each once, with the part's index.
///
/// # Errors
/// [`PartsError`] for the first part that cannot be made.
///
/// Source: OpenAPI 3.1.1, "Encoding Object": a part's media type is the one that is written, else the one
/// documented, else that of its content.
pub fn outgoing_parts<E>(
    parts: &[Named<BodyPart>],
    files: &[Arc<[u8]>],
    media_type: Option<&MediaType<'_>>,
    mut resolve: impl FnMut(usize, &Template) -> Result<Datum, E>,
) -> Result<Vec<OutgoingPart>, PartsError<E>> {
    let mut files = files.iter();
    let mut built = Vec::new();
    for (index, Named { name, value: part, .. }) in parts.iter().enumerate() {
        let documented = media_type.and_then(|media_type| documented_type(media_type, name));
        let mut headers = Vec::new();
        for header in &part.headers {
            let value = resolve(index, &header.value).map_err(PartsError::Value)?;
            headers.extend(header_line(header, &value)?);
        }
        let one = |content_type: Option<String>, bytes: Vec<u8>| OutgoingPart {
            name: Some(name.clone()),
            file_name: part.file_name.clone(),
            content_type: part.content_type.clone().or(content_type),
            headers: headers.clone(),
            bytes,
        };
        match &part.content {
            PartContent::Json(template) => {
                let json = resolve(index, template).map_err(PartsError::Value)?.to_json();
                let content_type = documented.filter(|it| content_kind(it) == ContentKind::Json);
                let content_type = content_type.or_else(|| Some("application/json".to_owned()));
                built.push(one(content_type, json.into_bytes()));
            }
            PartContent::File(file) => {
                let bytes = files.next().map(|bytes| bytes.to_vec()).unwrap_or_default();
                let content_type = documented.or_else(|| Some("application/octet-stream".to_owned()));
                let mut part = one(content_type, bytes);
                part.file_name.get_or_insert_with(|| file.file_name().to_owned());
                built.push(part);
            }
            PartContent::Value(template) => {
                let value = resolve(index, template).map_err(PartsError::Value)?;
                let made = parts_of(media_type, name, &value)
                    .map_err(|error| PartsError::Encode(error, part.span))?;
                built.extend(made.into_iter().map(|made| OutgoingPart {
                    file_name: part.file_name.clone(),
                    content_type: part.content_type.clone().or(made.content_type.clone()),
                    headers: headers.clone(),
                    ..made
                }));
            }
        }
    }
    Ok(built)
}

/// A header line of a part; none for null, and for an empty list. Lists are `a,b`.
fn header_line<E>(
    header: &Named<Template>,
    value: &Datum,
) -> Result<Option<(String, String)>, PartsError<E>> {
    let encoded = Serialization::plain(ParameterIn::Header, &header.name).encode(value);
    match encoded.map_err(|error| PartsError::Encode(error, header.value.span))? {
        Encoded::Header(value) => Ok(Some((header.name.clone(), value))),
        _ => Ok(None),
    }
}
