//! `application/x-www-form-urlencoded`.

use super::{Reading, Unread, declared, grouped, too_many};
use crate::json::{Map, Pointer, Value};
use crate::limits::Limits;
use crate::openapi::declared::Declared;
use crate::openapi::decode::{decode_content, decode_pairs, form_decoded};
use crate::openapi::form::stated_style;
use crate::openapi::{MediaType, Serialization, is_json};
use std::ops::Range;

/// One `name=value`.
struct Field<'t> {
    name: String,
    /// Name and value, still encoded.
    pair: (&'t str, &'t str),
    range: Range<usize>,
    is_taken: bool,
}

/// Reads a form: the inverse of [`encode_form`](super::super::encode_form).
///
/// A property with `style`, `explode` or `allowReserved` is read by them. Otherwise a name that stands
/// several times, or whose schema is an array, makes an array; what `contentType` calls JSON, and what
/// can only be an object, is read as JSON; all else by the spelling that the schema asks for, so that
/// a text which spells no number is the text it is.
///
/// Source: OpenAPI 3.1.1, "Encoding the `x-www-form-urlencoded` Media Type"; the WHATWG URL standard,
/// "`application/x-www-form-urlencoded` parsing".
pub(super) fn read(
    media_type: &MediaType<'_>,
    text: &str,
    limits: &Limits,
    mut reading: Reading,
) -> Result<Reading, Unread> {
    let declared = declared(media_type);
    let n_fields = text.split('&').count();
    if n_fields > limits.parts {
        return Err(too_many("fields", limits));
    }
    let mut fields = fields(text);
    let mut members = Map::new();
    for name in declared.names() {
        if members.contains_key(name) {
            continue;
        }
        let property = declared.property(name);
        if let Some(style) = stated_style(media_type, name) {
            styled(&style, &property, &mut fields, &mut members, &mut reading);
        }
    }
    let open = fields.iter().enumerate().filter(|(_, field)| !field.is_taken);
    for (name, indices) in grouped(open.map(|(index, field)| (field.name.clone(), index))) {
        let own: Vec<&Field<'_>> = indices.iter().map(|index| &fields[*index]).collect();
        let property = declared.property(&name);
        let encoding = media_type.encoding(&name);
        let says_json = encoding.and_then(|it| it.text("contentType")).is_some_and(is_json);
        let value = plain(&property, says_json, &own);
        let pointer = Pointer::of([name.as_str()]);
        reading.mark(&pointer, own[0].range.clone(), || format!("the field `{name}`"), false);
        if value.is_array() && own.len() > 1 {
            for (index, field) in own.iter().enumerate() {
                let words = || format!("the field `{name}`, number {}", index + 1);
                reading.mark(&pointer.child(index.to_string()), field.range.clone(), words, false);
            }
        }
        members.insert(name, value);
    }
    reading.value = Value::Object(members);
    Ok(reading)
}

fn styled(
    serialization: &Serialization<'_>,
    property: &Declared<'_>,
    fields: &mut [Field<'_>],
    members: &mut Map<String, Value>,
    reading: &mut Reading,
) {
    let name = serialization.name;
    let pairs: Vec<(&str, &str)> = fields.iter().map(|field| field.pair).collect();
    let Some(value) = decode_pairs(serialization, property, &form_decoded, &pairs) else { return };
    let deep = format!("{name}[");
    let own_names: Vec<String> =
        value.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default();
    for field in fields.iter_mut() {
        let is_member = serialization.explode && own_names.contains(&field.name);
        if field.name == name || field.name.starts_with(&deep) || is_member {
            if !field.is_taken {
                let words = || format!("the field `{}`", field.name);
                reading.mark(&Pointer::of([name]), field.range.clone(), words, false);
            }
            field.is_taken = true;
        }
    }
    members.insert(name.to_owned(), value);
}

fn plain(property: &Declared<'_>, says_json: bool, own: &[&Field<'_>]) -> Value {
    let text = |field: &&Field<'_>| form_decoded(field.pair.1);
    let one = |declared: &Declared<'_>, text: String| {
        if says_json || (declared.is_object() && !declared.is_scalar()) {
            return decode_content("application/json", &text);
        }
        declared.scalar(&text)
    };
    let is_list = property.is_array() && !(says_json && own.len() == 1);
    match own {
        [single] if !is_list || (property.is_scalar() && !says_json) => one(property, text(single)),
        several => {
            let element = if property.is_array() { property.items() } else { property.clone() };
            Value::Array(several.iter().map(|field| one(&element, text(field))).collect())
        }
    }
}

fn fields(text: &str) -> Vec<Field<'_>> {
    let mut fields = Vec::new();
    let mut start = 0;
    for piece in text.split('&') {
        let range = start..start + piece.len();
        start = range.end + 1;
        if piece.is_empty() {
            continue;
        }
        let pair = piece.split_once('=').unwrap_or((piece, ""));
        fields.push(Field { name: form_decoded(pair.0), pair, range, is_taken: false });
    }
    fields
}
