//! What `contentEncoding` and `contentMediaType` ask of a text.
//!
//! JSON Schema leaves it open whether they are asserted; they are here, as formats are: OpenAPI 3.1 has
//! them in the place of `format: byte`. A text is looked at in the encodings of RFC 4648 and as JSON;
//! other media types promise nothing that could be looked at.

use super::format::is_base64;
use crate::openapi::is_json;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// One thing that is asked of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Assertion {
    /// The name under which the validator knows it.
    pub(super) format: &'static str,
    /// The name in settings and messages.
    pub(super) name: &'static str,
}

/// A name and the check that it stands for.
type Check = (&'static str, fn(&str) -> bool);

/// The checks, by the names under which the validator knows them.
pub(super) const CHECKS: &[Check] = &[
    ("base64", is_base64),
    ("base64url", is_base64url),
    ("base32", is_base32),
    ("base16", is_base16),
    ("json", |text| is_json_text(text.as_bytes())),
    ("base64 json", |text| from_base64(text).is_none_or(|bytes| is_json_text(&bytes))),
    ("base64url json", |text| from_base64url(text).is_none_or(|bytes| is_json_text(&bytes))),
];

/// The names of what can be broken, as settings have them; `base64url` is a format besides.
pub(super) const NAMES: &[&str] = &["base64", "base32", "base16", "application/json"];

/// What an encoding asks; `None` for one that any text keeps.
///
/// Source: JSON Schema 2020-12, "Validation" §8.3; RFC 4648; RFC 2045 §6.1 for the others.
pub(super) fn encoding(name: &str) -> Option<Assertion> {
    let name = match name.to_ascii_lowercase().as_str() {
        "base64" => "base64",
        "base64url" => "base64url",
        "base32" => "base32",
        "base16" | "hex" => "base16",
        _ => return None,
    };
    Some(Assertion { format: name, name })
}

/// What a media type asks of a text in an encoding.
///
/// Source: JSON Schema 2020-12, "Validation" §8.4.
pub(super) fn media_type(media_type: &str, encoding: Option<&str>) -> Option<Assertion> {
    if !is_json(media_type) {
        return None;
    }
    let format = match encoding.map(str::to_ascii_lowercase).as_deref() {
        None | Some("7bit" | "8bit" | "binary") => "json",
        Some("base64") => "base64 json",
        Some("base64url") => "base64url json",
        Some(_) => return None,
    };
    Some(Assertion { format, name: "application/json" })
}

fn is_json_text(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let plain: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
    STANDARD.decode(&plain).or_else(|_| STANDARD_NO_PAD.decode(&plain)).ok()
}

fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok()
}

/// RFC 4648 §5, with or without padding.
pub(super) fn is_base64url(text: &str) -> bool {
    from_base64url(text).is_some()
}

/// RFC 4648 §6, with or without padding.
fn is_base32(text: &str) -> bool {
    let plain = text.trim_end_matches('=');
    let is_padded_right = plain.len() == text.len() || text.len().is_multiple_of(8);
    is_padded_right
        && matches!(plain.len() % 8, 0 | 2 | 4 | 5 | 7)
        && plain.bytes().all(|byte| matches!(byte, b'A'..=b'Z' | b'2'..=b'7'))
}

/// RFC 4648 §8, in upper or lower case.
fn is_base16(text: &str) -> bool {
    text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, fits: &[&str], not: &[&str]) {
        let (_, holds) = CHECKS.iter().find(|(each, _)| *each == name).expect("it is a check");
        for text in fits {
            assert!(holds(text), "{name} {text}");
        }
        for text in not {
            assert!(!holds(text), "{name} {text}");
        }
    }

    #[test]
    fn encodings_are_those_of_rfc_4648() {
        check("base64", &["", "YQ==", "YQ", "YWJj\r\nYWJj"], &["Y", "a-_b", "é"]);
        check("base64url", &["", "YQ==", "YQ", "a-_b"], &["Y", "a+/b"]);
        check("base32", &["", "MY======", "MY", "MZXW6YTBOI======"], &["M", "my======", "MY=", "M1======"]);
        check("base16", &["", "00", "666F6f"], &["0", "0g", "é"]);
    }

    #[test]
    fn content_is_decoded_before_it_is_read() {
        check("json", &["{}", " 1 ", "\"a\""], &["", "{", "{} {}", "NaN"]);
        // What is not in the encoding breaks that, and is said once.
        check("base64 json", &["e30=", "?"], &["ew=="]);
        check("base64url json", &["e30", "+"], &["ew"]);
    }

    #[test]
    fn what_promises_nothing_is_not_asked() {
        assert_eq!(encoding("quoted-printable"), None);
        assert_eq!(encoding("BASE64").map(|it| it.name), Some("base64"));
        assert_eq!(media_type("image/png", None), None);
        assert_eq!(
            media_type("application/vnd.x+json", Some("base64")).map(|it| it.format),
            Some("base64 json")
        );
        assert_eq!(media_type("application/json", Some("base32")), None);
        for name in [encoding("hex"), encoding("base64"), media_type("application/json", None)] {
            assert!(NAMES.contains(&name.expect("it is asked").name));
        }
    }
}
