use crate::json::{Pointer, Value};
use crate::openapi::Document;
use crate::openapi::declared::Declared;

/// A bound on the number of bytes that content does not keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LengthFault {
    /// The keyword in the document.
    pub keyword: Pointer,
    /// "at least 10 bytes".
    pub expected: String,
}

/// Whether a schema describes text or bytes as a whole: `type: string` with any format.
pub(in crate::openapi) fn is_text_schema(document: &Document, schema: &Pointer) -> bool {
    document.resolve(schema).is_ok_and(|(_, schema)| match schema.get("type") {
        Some(Value::String(name)) => name == "string",
        Some(Value::Array(names)) => names.iter().any(|name| name == "string"),
        _ => false,
    })
}

/// Whether a schema describes bytes as they are: `type: string` with `format: binary`.
///
/// JSON text has no notation for them, so that under a media type of JSON a file of JSON is meant.
///
/// Source: OpenAPI 3.0.4, "Data Types": `binary` is "any sequence of octets"; Swagger 2.0, "Response
/// Object", `schema` with `type: file`.
pub fn is_binary(document: &Document, schema: &Pointer) -> bool {
    let is = |schema: &Value, key: &str, wanted: &str| schema.get(key).is_some_and(|it| it == wanted);
    document.resolve(schema).is_ok_and(|(_, it)| is(it, "type", "string") && is(it, "format", "binary"))
}

/// Holds the length of bytes to `minLength` and `maxLength` of a schema and of its `allOf`; `None`
/// when the schema describes something that bytes cannot be: an array, an object, a number.
///
/// Source: OpenAPI 3.1.1, "Working with Binary Data": "For unencoded binary, the length is the number
/// of octets".
pub fn check_length(document: &Document, schema: &Pointer, length: usize) -> Option<Vec<LengthFault>> {
    let declared = Declared::of(document, Some(schema.clone()));
    if declared.states_a_type() && !declared.has_type("string") {
        return None;
    }
    if !declared.states_a_type() && (declared.is_array() || declared.is_object()) {
        return None;
    }
    let length = u64::try_from(length).unwrap_or(u64::MAX);
    let mut faults = Vec::new();
    for (pointer, schema) in declared.demanded() {
        let bound = |name: &str| schema.get(name).and_then(Value::as_u64);
        let words = |bound: u64| if bound == 1 { "1 byte".to_owned() } else { format!("{bound} bytes") };
        if let Some(least) = bound("minLength").filter(|least| length < *least) {
            let expected = format!("at least {}", words(least));
            faults.push(LengthFault { keyword: pointer.child("minLength"), expected });
        }
        if let Some(most) = bound("maxLength").filter(|most| length > *most) {
            let expected = format!("at most {}", words(most));
            faults.push(LengthFault { keyword: pointer.child("maxLength"), expected });
        }
    }
    Some(faults)
}
