use super::{EncodeError, Encoded, MediaType, ParameterIn, Serialization, Style, is_json};
use crate::json::{Datum, Pointer, Value};

/// Writes the members of an object as `application/x-www-form-urlencoded` content: `a=1&b=2`, in
/// their order.
///
/// A property with `style`, `explode` or `allowReserved` in the media type's `encoding` is written
/// by them as a query parameter is. Otherwise scalars are written as text, arrays one element
/// after the other under the same name, objects as JSON, and so is whatever `contentType` calls
/// JSON. Null is not sent, the empty string is.
///
/// # Errors
/// [`EncodeError`] when a stated style has no text for the value.
///
/// Source: OpenAPI 3.1.1, "Encoding Object" and "Encoding the `x-www-form-urlencoded` Media Type".
pub fn encode_form(media_type: Option<&MediaType<'_>>, fields: &Datum) -> Result<String, EncodeError> {
    let mut pairs: Vec<String> = Vec::new();
    for name in fields.value().as_object().into_iter().flat_map(|members| members.keys()) {
        let value = fields.at(&Pointer::of([name.as_str()])).unwrap_or_default();
        let (serialization, value) = field(media_type, name, value);
        if let Encoded::Query(encoded) = serialization.encode(&value)? {
            pairs.extend(encoded.into_iter().map(|(name, text)| format!("{name}={text}")));
        }
    }
    Ok(pairs.join("&"))
}

fn field<'n>(media_type: Option<&MediaType<'_>>, name: &'n str, value: Datum) -> (Serialization<'n>, Datum) {
    if let Some(style) = media_type.and_then(|media_type| stated_style(media_type, name)) {
        return (style, value);
    }
    let plain = Serialization::plain(ParameterIn::Query, name);
    let encoding = media_type.and_then(|media_type| media_type.encoding(name));
    let is_json = encoding.and_then(|encoding| encoding.text("contentType")).is_some_and(is_json);
    let value = match value.value() {
        Value::Null => value,
        _ if is_json => Datum::new(value.to_json()),
        Value::Array(elements) => Datum::array((0..elements.len()).map(|index| {
            let element = value.at(&Pointer::of([index.to_string()])).unwrap_or_default();
            if element.value().is_null() { element } else { Datum::new(element.to_text()) }
        })),
        _ => Datum::new(value.to_text()),
    };
    (plain, value)
}

/// How a property of a form or of parts is written whose `encoding` has a `style`, `explode` or
/// `allowReserved`; `None` where its `contentType` decides.
///
/// Source: OpenAPI 3.1.1, "Fixed Fields for RFC6570-style Serialization".
pub(super) fn stated_style<'n>(media_type: &MediaType<'_>, name: &'n str) -> Option<Serialization<'n>> {
    let encoding = media_type.encoding(name)?;
    if !["style", "explode", "allowReserved"].iter().any(|key| encoding.value.get(key).is_some()) {
        return None;
    }
    let plain = Serialization::plain(ParameterIn::Query, name);
    let stated = encoding.text("style").and_then(Style::parse);
    let style = stated.filter(|style| ParameterIn::Query.styles().contains(style)).unwrap_or(plain.style);
    let explode = encoding.boolean("explode").unwrap_or(style == Style::Form);
    let allow_reserved = encoding.boolean("allowReserved") == Some(true);
    Some(Serialization { style, explode, allow_reserved, ..plain })
}

/// Whether the `encoding` of a property lets one value become fields or parts of other names than its own.
pub fn has_stated_style(media_type: &MediaType<'_>, name: &str) -> bool {
    stated_style(media_type, name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::testing::load;
    use serde_json::json;

    fn check(encoding: &str, fields: Value, expected: &str) {
        let text = format!(
            "openapi: 3.0.3\npaths: {{ /a: {{ post: {{ requestBody: {{ content: {{ application/x-www-form-urlencoded: {{ encoding: {encoding} }} }} }} }} }} }}\n"
        );
        let document = load(&text).0.expect("it loads");
        let body = document.operations().next().and_then(|operation| operation.request_body());
        let media_types = body.expect("it is there").media_types();
        let found = encode_form(media_types.first(), &Datum::new(fields.clone()));
        assert_eq!(found.as_deref().map_err(ToString::to_string), Ok(expected), "{encoding} {fields}");
    }

    #[test]
    fn fields_are_written_in_their_order() {
        check("{}", json!({"b": "x y", "a": 1, "c": true, "n": null, "e": ""}), "b=x%20y&a=1&c=true&e=");
        check("{}", json!({"a&b": "c=d+e"}), "a%26b=c%3Dd%2Be");
        check(
            "{}",
            json!({"l": [1, "two", {"x": 3}, null], "o": {"a": [1]}}),
            "l=1&l=two&l=%7B%22x%22%3A3%7D&o=%7B%22a%22%3A%5B1%5D%7D",
        );
        check("{}", json!({}), "");
        check("{}", json!([1]), "");
        check("7", json!({"a": 1}), "a=1");
    }

    #[test]
    fn the_encoding_object_says_how() {
        check("{ l: { explode: false } }", json!({"l": [1, 2], "m": [3, 4]}), "l=1,2&m=3&m=4");
        check("{ l: { style: pipeDelimited } }", json!({"l": [1, 2]}), "l=1%7C2");
        check("{ o: { style: deepObject } }", json!({"o": {"a": {"b": 1}}}), "o%5Ba%5D%5Bb%5D=1");
        check("{ o: { style: form } }", json!({"o": {"a": 1, "b": 2}}), "a=1&b=2");
        check("{ t: { allowReserved: true } }", json!({"t": "a/b"}), "t=a/b");
        check("{ l: { contentType: application/json } }", json!({"l": [1], "s": "x"}), "l=%5B1%5D&s=x");
        check("{ l: { style: banana } }", json!({"l": [1, 2]}), "l=1&l=2");
    }
}
