//! `formats` of `contract`: how much each broken format weighs.

use super::contract::read_severity;
use super::reader::Reader;
use crate::diagnostic::{Code, Severity};
use crate::yaml::{Entry, nearest};

/// The formats that settings name: those that are checked, and what `contentEncoding` and
/// `contentMediaType` ask of a text.
pub const FORMATS: &[&str] = &[
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
    "base64",
    "base32",
    "base16",
    "application/json",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float",
];

/// Reads names of formats, each with what it weighs when it is broken.
pub(super) fn read_formats(entry: &Entry, reader: &mut Reader<'_>) -> Vec<(&'static str, Severity)> {
    let Some(entries) = entry.value.as_map() else {
        reader.invalid(
            entry.value.span,
            "`formats` is a map, as in `{ date-time: warn, uuid: off }`",
            format!("is {}", entry.value.type_name()),
        );
        return Vec::new();
    };
    let mut formats = Vec::new();
    for each in entries {
        let Some(name) = FORMATS.iter().find(|name| **name == each.key) else {
            let label = match nearest(&each.key, FORMATS.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "is no format that is checked".to_owned(),
            };
            let message = format!("the format `{}` is never checked", each.key);
            reader.problems.error(Code::SCENARIO_UNKNOWN_KEY, each.key_span, message, label);
            continue;
        };
        formats.extend(read_severity(&each.value, reader).map(|severity| (*name, severity)));
    }
    formats
}
