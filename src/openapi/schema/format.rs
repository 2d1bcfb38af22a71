//! The formats that are asserted beside those of JSON Schema: the ones OpenAPI names for numbers,
//! and `byte`.

use super::content;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde_json::{Value, json};

/// How a format is treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    /// The validator knows it, or a check of ours does.
    Asserted,
    /// It bounds a number.
    Range(&'static str),
    /// It is known and says nothing that could be broken.
    Free,
    /// Nobody knows it.
    Unknown,
}

/// The formats of JSON Schema 2020-12, "Validation" §7.3, and `byte`.
const ASSERTED: &[&str] = &[
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uuid",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
    "byte",
    "base64url",
];

/// OpenAPI Format Registry: the numbers with a range, and what people call them.
const RANGES: &[(&str, &str)] = &[
    ("int8", "an 8-bit integer"),
    ("int16", "a 16-bit integer"),
    ("int32", "a 32-bit integer"),
    ("int64", "a 64-bit integer"),
    ("uint8", "an unsigned 8-bit integer"),
    ("uint16", "an unsigned 16-bit integer"),
    ("uint32", "an unsigned 32-bit integer"),
    ("uint64", "an unsigned 64-bit integer"),
    ("float", "a single-precision number"),
];

/// Every finite JSON number that can be read is a `double`; the others describe bytes or a field of
/// a form.
const FREE: &[&str] = &["double", "binary", "password"];

/// The names of the formats that are checked, and of what `contentEncoding` and `contentMediaType` ask.
pub fn checked_formats() -> impl Iterator<Item = &'static str> {
    ASSERTED.iter().chain(content::NAMES).copied().chain(RANGES.iter().map(|(name, _)| *name))
}

pub(super) fn treatment(name: &str) -> Treatment {
    if ASSERTED.contains(&name) {
        return Treatment::Asserted;
    }
    if let Some((name, _)) = RANGES.iter().find(|(each, _)| *each == name) {
        return Treatment::Range(name);
    }
    if FREE.contains(&name) { Treatment::Free } else { Treatment::Unknown }
}

/// The known format that was probably meant.
pub(super) fn nearest_known(name: &str) -> Option<&'static str> {
    let ranges = RANGES.iter().map(|(name, _)| *name);
    crate::yaml::nearest(name, ASSERTED.iter().chain(FREE).copied().chain(ranges))
}

/// The schema that asserts a range.
pub(super) fn range(name: &str) -> Value {
    let (minimum, maximum) = match name {
        "int8" => (json!(i8::MIN), json!(i8::MAX)),
        "int16" => (json!(i16::MIN), json!(i16::MAX)),
        "int32" => (json!(i32::MIN), json!(i32::MAX)),
        "int64" => (json!(i64::MIN), json!(i64::MAX)),
        "uint8" => (json!(0), json!(u8::MAX)),
        "uint16" => (json!(0), json!(u16::MAX)),
        "uint32" => (json!(0), json!(u32::MAX)),
        "uint64" => (json!(0), json!(u64::MAX)),
        _ => (json!(f64::from(f32::MIN)), json!(f64::from(f32::MAX))),
    };
    json!({"minimum": minimum, "maximum": maximum})
}

/// What a value of the format is called, with an example where a person may not know its form.
pub(super) fn describe(name: &str) -> String {
    let example = match name {
        "date-time" => "2026-01-31T23:59:59Z",
        "date" => "2026-01-31",
        "time" => "23:59:59Z",
        "duration" => "P3DT4H",
        "uuid" => "50ca1ec7-cb04-45f0-b7a9-3613ef7c23d3",
        "email" | "idn-email" => "name@example.com",
        "uri" | "iri" => "https://example.com/a",
        "byte" | "base64" => return "base64 text".to_owned(),
        "base64url" | "base32" | "base16" => return format!("{name} text"),
        "application/json" => return "JSON text".to_owned(),
        "json-pointer" => return "a JSON pointer such as /items/0".to_owned(),
        "relative-json-pointer" => return "a relative JSON pointer such as 1/name".to_owned(),
        "uri-reference" | "iri-reference" => "/a?b=c",
        "uri-template" => "/items/{id}",
        "ipv4" => return "an IPv4 address".to_owned(),
        "ipv6" => return "an IPv6 address".to_owned(),
        "hostname" | "idn-hostname" => return "a host name".to_owned(),
        "regex" => return "a regular expression".to_owned(),
        other => {
            let range = RANGES.iter().find(|(each, _)| *each == other);
            return range
                .map_or_else(|| format!("{} {other}", article(other)), |(_, words)| (*words).to_owned());
        }
    };
    format!("{} {name} such as {example}", article(name))
}

fn article(word: &str) -> &'static str {
    match word.as_bytes().first() {
        // A "uuid", a "uri": the `u` of these is spoken as a consonant.
        Some(b'a' | b'e' | b'i' | b'o' | b'A' | b'E' | b'I' | b'O') => "an",
        _ => "a",
    }
}

/// Base64 with or without padding, in lines or not: RFC 4648 §4, and MIME's lines, which several
/// producers of `byte` write.
pub(super) fn is_base64(text: &str) -> bool {
    let plain: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    STANDARD.decode(&plain).is_ok() || STANDARD_NO_PAD.decode(&plain).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_as_asserted_is_known_to_the_validator() {
        let options = super::super::build::options();
        for name in ASSERTED {
            assert!(options.is_known_format(jsonschema::Draft::Draft202012, name), "{name}");
        }
    }

    #[test]
    fn every_name_has_one_treatment() {
        assert_eq!(treatment("uuid"), Treatment::Asserted);
        assert_eq!(treatment("int32"), Treatment::Range("int32"));
        assert_eq!(treatment("password"), Treatment::Free);
        assert_eq!(treatment("phone"), Treatment::Unknown);
        assert_eq!(nearest_known("dateTime"), Some("date-time"));
        assert_eq!(nearest_known("int_64"), Some("int64"));
        assert_eq!(nearest_known("phone"), None);
    }

    #[test]
    fn base64_is_padded_or_not() {
        for text in ["", "YQ==", "YQ", "YWJj", "YWJj\r\nYWJj"] {
            assert!(is_base64(text), "{text}");
        }
        for text in ["Y", "a-_b", "Y Q", "é"] {
            assert!(!is_base64(text), "{text}");
        }
    }

    #[test]
    fn descriptions_read_as_english() {
        for (name, words) in [
            ("uuid", "a uuid such as 50ca1ec7-cb04-45f0-b7a9-3613ef7c23d3"),
            ("email", "an email such as name@example.com"),
            ("int32", "a 32-bit integer"),
            ("json-pointer", "a JSON pointer such as /items/0"),
            ("iri-reference", "an iri-reference such as /a?b=c"),
            ("uri-template", "a uri-template such as /items/{id}"),
            ("base64url", "base64url text"),
            ("application/json", "JSON text"),
        ] {
            assert_eq!(describe(name), words);
        }
    }
}
