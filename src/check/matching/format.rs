//! The formats behind markers as `<date-time>`, judged by the schema validator's own rules so that
//! a marker and a documented format never disagree.

use crate::expression::is_uuid;
use crate::json::{Instance, Validator, Value, validation_options};
use crate::scenario::Marker;
use jsonschema::Draft;
use serde_json::json;
use std::sync::LazyLock;

/// Whether a text has a marker's format; `None` for markers that name no format.
pub(super) fn has_format(marker: Marker, value: &Value) -> Option<bool> {
    static DATE: LazyLock<Option<Validator>> = LazyLock::new(|| validator("date"));
    static DATE_TIME: LazyLock<Option<Validator>> = LazyLock::new(|| validator("date-time"));
    static TIME: LazyLock<Option<Validator>> = LazyLock::new(|| validator("time"));
    static EMAIL: LazyLock<Option<Validator>> = LazyLock::new(|| validator("email"));
    static URI: LazyLock<Option<Validator>> = LazyLock::new(|| validator("uri"));
    static IPV4: LazyLock<Option<Validator>> = LazyLock::new(|| validator("ipv4"));
    static HOSTNAME: LazyLock<Option<Validator>> = LazyLock::new(|| validator("hostname"));
    let validator = match marker {
        Marker::Uuid => return Some(value.as_str().is_some_and(is_uuid)),
        Marker::Date => &DATE,
        Marker::DateTime => &DATE_TIME,
        Marker::Time => &TIME,
        Marker::Email => &EMAIL,
        Marker::Uri => &URI,
        Marker::Ipv4 => &IPV4,
        Marker::Hostname => &HOSTNAME,
        _ => return None,
    };
    Some(
        value.is_string()
            && validator.as_ref().is_some_and(|validator| validator.is_valid(Instance::Value(value))),
    )
}

fn validator(format: &str) -> Option<Validator> {
    validation_options()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .build(&json!({"type": "string", "format": format}))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(marker: Marker, good: &[&str], bad: &[&str]) {
        for (texts, expected) in [(good, true), (bad, false)] {
            for text in texts {
                assert_eq!(has_format(marker, &json!(text)), Some(expected), "{marker:?} {text}");
            }
        }
        assert_eq!(has_format(marker, &json!(1)), Some(false));
    }

    #[test]
    fn formats_are_those_of_the_validator() {
        let uuid = "50CA1EC7-cb04-45f0-b7a9-3613ef7c23d3";
        check(Marker::Uuid, &[uuid], &["", "50ca1ec7cb0445f0b7a93613ef7c23d3", "x"]);
        check(Marker::Date, &["2026-01-31"], &["2026-02-30", "2026-1-1", "2026-01-31T00:00:00Z"]);
        check(
            Marker::DateTime,
            &["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.5+01:00"],
            &["2026-01-31", "2026-01-31T12:00:00"],
        );
        check(Marker::Time, &["12:00:00Z"], &["12:00", "25:00:00Z"]);
        check(Marker::Email, &["a@example.com"], &["a", "a@", "@example.com"]);
        check(Marker::Uri, &["https://example.com/a?b#c", "urn:a:b"], &["/a", "a b", ""]);
        check(Marker::Ipv4, &["127.0.0.1"], &["127.0.0", "256.1.1.1", "::1"]);
        check(Marker::Hostname, &["example.com", "a"], &["", "-a.com", "a b"]);
        assert_eq!(has_format(Marker::String, &json!("x")), None);
    }
}
