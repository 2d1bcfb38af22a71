//! What is alike in facts that come of schemas.

use crate::diagnostic::words::quoted;
use crate::json::Value;
use crate::openapi::{Direction, Response, SchemaError};

/// The way from a response to a keyword: `via 200 › OrderEnvelope › Order`.
pub(super) fn via(response: &Response<'_>, names: &[String]) -> String {
    let mut way = format!("via {}", response.key());
    for name in names {
        way.push_str(" › ");
        way.push_str(name);
    }
    way
}

/// What stands under the keyword in the document.
pub(super) fn label_of(response: &Response<'_>, error: &SchemaError) -> String {
    let via = via(response, &error.via);
    if error.label.is_empty() { via } else { format!("{}, {via}", error.label) }
}

/// Says what a header's or a parameter's text is, where another type was meant: that it is a string
/// is true of every text.
pub(super) fn speak_of_text(error: &mut SchemaError, whole: &str, value: &Value, direction: Direction) {
    if error.name == "type" && error.instance.is_root() && value.is_string() {
        let promises = match direction {
            Direction::Request => "asks for",
            Direction::Response => "promises",
        };
        error.actual = quoted(value);
        error.headline =
            format!("{whole} is {} where the document {promises} {}", error.actual, error.expected);
    }
}
