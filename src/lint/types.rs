//! The JSON types that a matcher and a schema leave open.

use super::literal::Literals;
use crate::expression::Template;
use crate::json::{Datum, Map, Pointer, Value, is_integer};
use crate::scenario::{Marker, Matcher, MatcherKind, OperatorKind};
use std::ops::{BitAnd, BitOr};

/// A set of JSON types; integers and other numbers are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Types(u8);

impl Types {
    pub(super) const NONE: Self = Self(0);
    pub(super) const NULL: Self = Self(1);
    pub(super) const BOOLEAN: Self = Self(2);
    pub(super) const FRACTION: Self = Self(4);
    pub(super) const INTEGER: Self = Self(8);
    pub(super) const STRING: Self = Self(16);
    pub(super) const ARRAY: Self = Self(32);
    pub(super) const OBJECT: Self = Self(64);
    pub(super) const NUMBER: Self = Self(4 | 8);
    pub(super) const ALL: Self = Self(127);

    pub(super) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn holds(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What a schema's `type` allows, with null where `nullable` stands beside it; `None` where it says
    /// nothing that is understood.
    pub(super) fn of_schema(members: &Map<String, Value>) -> Option<Self> {
        let one = |name: &Value| {
            Some(match name.as_str()? {
                "null" => Self::NULL,
                "boolean" => Self::BOOLEAN,
                "integer" => Self::INTEGER,
                "number" => Self::NUMBER,
                "string" => Self::STRING,
                "array" => Self::ARRAY,
                "object" => Self::OBJECT,
                _ => return None,
            })
        };
        let types = match members.get("type")? {
            Value::Array(names) => {
                names.iter().try_fold(Self::NONE, |types, name| Some(types | one(name)?))?
            }
            name => one(name)?,
        };
        let is_nullable = members.get("nullable") == Some(&Value::Bool(true));
        Some(if is_nullable { types | Self::NULL } else { types })
    }

    /// The type of a value.
    pub(super) fn of_datum(datum: &Datum) -> Self {
        match datum.value() {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(_) => {
                let digits = datum.digits_at(&Pointer::root()).unwrap_or_default();
                if is_integer(&digits) { Self::INTEGER } else { Self::FRACTION }
            }
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }

    /// The types of the values that a matcher can accept.
    pub(super) fn of_matcher(matcher: &Matcher, literals: &Literals<'_>) -> Self {
        match &matcher.kind {
            MatcherKind::Equal(template) => Self::of_template(template, literals),
            MatcherKind::Object(_) => Self::OBJECT,
            MatcherKind::List(_) => Self::ARRAY,
            MatcherKind::Markers(markers) => {
                markers.iter().fold(Self::NONE, |types, marker| types | Self::of_marker(*marker))
            }
            MatcherKind::Operators(operators) => operators
                .iter()
                .fold(Self::ALL, |types, operator| types & Self::of_operator(&operator.kind, literals)),
        }
    }

    fn of_template(template: &Template, literals: &Literals<'_>) -> Self {
        literals.value(template).map_or(Self::ALL, |datum| Self::of_datum(&datum))
    }

    fn of_operator(kind: &OperatorKind, literals: &Literals<'_>) -> Self {
        match kind {
            OperatorKind::Literal(template) => Self::of_template(template, literals),
            OperatorKind::Order(_, template) => match Self::of_template(template, literals) {
                types if Self::NUMBER.holds(types) => Self::NUMBER,
                Self::STRING => Self::STRING,
                _ => Self::NUMBER | Self::STRING,
            },
            OperatorKind::In(template) => match literals.value(template) {
                Some(datum) => {
                    elements(&datum).iter().fold(Self::NONE, |types, element| types | Self::of_datum(element))
                }
                None => Self::ALL,
            },
            OperatorKind::Match(_) => Self::STRING,
            OperatorKind::Contains(_) => Self::STRING | Self::ARRAY,
            OperatorKind::Unordered(_)
            | OperatorKind::Each(_)
            | OperatorKind::Sorted(_)
            | OperatorKind::Unique(_) => Self::ARRAY,
            OperatorKind::Exact(_) => Self::OBJECT,
            OperatorKind::Length(_) => Self::STRING | Self::ARRAY | Self::OBJECT,
            OperatorKind::AnyOf(matchers) => {
                matchers.iter().fold(Self::NONE, |types, matcher| types | Self::of_matcher(matcher, literals))
            }
            // What is unequal to one value, or judged by an expression, may be of any type.
            _ => Self::ALL,
        }
    }

    fn of_marker(marker: Marker) -> Self {
        match marker {
            Marker::Any => Self::ALL,
            Marker::NonEmpty => Self::STRING | Self::ARRAY | Self::OBJECT,
            Marker::Number => Self::NUMBER,
            Marker::Integer => Self::INTEGER,
            Marker::Boolean => Self::BOOLEAN,
            Marker::Array => Self::ARRAY,
            Marker::Object => Self::OBJECT,
            Marker::Null => Self::NULL,
            Marker::Absent => Self::NONE,
            Marker::String
            | Marker::Uuid
            | Marker::Date
            | Marker::DateTime
            | Marker::Time
            | Marker::Email
            | Marker::Uri
            | Marker::Ipv4
            | Marker::Hostname => Self::STRING,
        }
    }

    /// The set in words: "a string or null".
    pub(super) fn words(self) -> String {
        let number = if self.holds(Self::NUMBER) { "a number" } else { "an integer" };
        let all = [
            (Self::BOOLEAN, "a boolean"),
            (Self::INTEGER, number),
            (Self::STRING, "a string"),
            (Self::ARRAY, "an array"),
            (Self::OBJECT, "an object"),
            (Self::NULL, "null"),
        ];
        let words: Vec<&str> =
            all.into_iter().filter(|(each, _)| self.holds(*each)).map(|(_, word)| word).collect();
        crate::diagnostic::words::any_of(&words)
    }
}

/// The elements of a datum that is an array.
pub(super) fn elements(datum: &Datum) -> Vec<Datum> {
    let count = datum.value().as_array().map_or(0, Vec::len);
    (0..count).filter_map(|index| datum.at(&Pointer::of([index.to_string()]))).collect()
}

impl BitAnd for Types {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for Types {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
