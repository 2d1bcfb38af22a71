use crate::json::{Members as _, Value};

/// A set of the types of JSON Schema.
///
/// Source: JSON Schema 2020-12, "Validation", §6.1.1; OpenAPI 3.0.4, "Schema Object", `nullable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Types(u8);

/// Each type with its name and its words.
const NAMES: [(Types, &str, &str); 7] = [
    (Types::NULL, "null", "null"),
    (Types::BOOLEAN, "boolean", "a boolean"),
    (Types::INTEGER, "integer", "an integer"),
    (Types::NUMBER, "number", "a number"),
    (Types::STRING, "string", "a string"),
    (Types::ARRAY, "array", "an array"),
    (Types::OBJECT, "object", "an object"),
];

impl Types {
    /// No value at all.
    pub const NONE: Self = Self(0);
    /// null.
    pub const NULL: Self = Self(1);
    /// true and false.
    pub const BOOLEAN: Self = Self(2);
    /// Numbers without a fraction, `1.0` too.
    pub const INTEGER: Self = Self(4);
    /// Numbers, integers too.
    pub const NUMBER: Self = Self(8);
    /// Texts.
    pub const STRING: Self = Self(16);
    /// Lists.
    pub const ARRAY: Self = Self(32);
    /// Maps.
    pub const OBJECT: Self = Self(64);
    /// Every value.
    pub const ALL: Self = Self(127);

    /// Whether no value has any of the types.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The types in either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether one of the types of `other` is in the set.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The types in both; `number` and `integer` share the integers.
    pub fn intersection(self, other: Self) -> Self {
        let mut both = Self(self.0 & other.0);
        let takes_integers = |types: Self| types.contains(Self::NUMBER) || types.contains(Self::INTEGER);
        if takes_integers(self) && takes_integers(other) {
            both = both.union(Self::INTEGER);
        }
        both
    }

    /// Each type of the set by itself.
    pub fn each(self) -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(each, _, _)| *each).filter(move |each| self.contains(*each))
    }

    /// The type of a value.
    pub fn of_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            // `1.0` is an integer in every version.
            Value::Number(number) if number.as_f64().is_some_and(|it| it.fract() == 0.0) => Self::INTEGER,
            Value::Number(_) => Self::NUMBER,
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }

    /// Whether a value has one of the types.
    pub fn admit(self, value: &Value) -> bool {
        !self.intersection(Self::of_value(value)).is_empty()
    }

    /// "a string or null".
    pub fn words(self) -> String {
        if self == Self::ALL {
            return "a value of any type".to_owned();
        }
        let words: Vec<&str> =
            NAMES.iter().filter(|(each, _, _)| self.contains(*each)).map(|(_, _, words)| *words).collect();
        words.join(" or ")
    }

    /// The types that a schema states; all where it states none, or one that does not exist.
    pub fn of_schema(schema: &Value) -> Self {
        let named = |name: &str| NAMES.iter().find(|(_, each, _)| *each == name).map(|(each, _, _)| *each);
        let stated = match schema.member("type") {
            Some(Value::String(name)) => named(name),
            Some(Value::Array(names)) => names
                .iter()
                .map(|name| name.as_str().and_then(named))
                .try_fold(Self(0), |all, each| Some(all.union(each?)))
                .filter(|all| !all.is_empty()),
            _ => None,
        };
        match stated {
            Some(types) if schema.member("nullable") == Some(&Value::Bool(true)) => types.union(Self::NULL),
            Some(types) => types,
            None => Self::ALL,
        }
    }
}
