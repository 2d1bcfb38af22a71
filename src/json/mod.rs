//! JSON as it was received: values with their digits, pointers, exact comparison, and places.
//!
//! [`Datum`] is the value that flows through contest: a `serde_json` value plus the digits of those
//! numbers that a 64-bit float cannot repeat. [`parse`] reads a body and reports what a plain parser
//! passes over; [`Located`] finds the place of a pointer, and is built only when one is shown.

mod brief;
mod datum;
mod instance;
mod located;
mod members;
mod number;
mod numeral;
mod parse;
mod pointer;

pub use brief::{brief, cut};
pub use datum::Datum;
pub(crate) use instance::{Instance, Member, ValidationOptions, Validator, validation_options};
pub use located::{Located, Node, Part};
pub(crate) use members::Members;
pub use number::{compare_decimals, is_integer};
pub use numeral::Numeral;
pub use parse::{ParseError, Parsed, ReadLimit, parse};
pub(crate) use pointer::array_index;
pub use pointer::{Pointer, Token};
pub use serde_json::{Map, Number, Value};

/// The word for a value's JSON type.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
