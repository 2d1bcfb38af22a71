use std::fmt;

/// The version of the specification that a document follows, as far as it matters for reading it.
///
/// Nothing but the dialect of schemas and this file may ask which it is: the views read what is
/// there, whatever the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// OpenAPI 3.0.x: schemas are a dialect of JSON Schema of their own.
    V30,
    /// OpenAPI 3.1.x: schemas are JSON Schema 2020-12.
    V31,
}

/// What a document's `openapi` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Declared {
    /// A version that is read as what it is.
    Known(Version),
    /// A later version of the same line, read as an earlier one.
    ReadAs(Version),
    /// None of those.
    Unknown,
}

impl Version {
    /// Reads the text of `openapi`: `3.0.3`, `3.1.0`, `3.1.0-rc1`, and `3.1` as people shorten it.
    pub(super) fn declared(text: &str) -> Declared {
        let mut numbers = text.trim().split(['.', '-', '+']);
        match (numbers.next(), numbers.next()) {
            // OpenAPI 3.1.1, "Versions and Deprecation": the patch version does not matter to tools.
            (Some("3"), Some("0")) => Declared::Known(Self::V30),
            (Some("3"), Some("1")) => Declared::Known(Self::V31),
            // 3.2 keeps the dialect of 3.1 and adds places that the views pass over.
            (Some("3"), Some("2")) => Declared::ReadAs(Self::V31),
            _ => Declared::Unknown,
        }
    }

    /// Whether the `openapiv3` crate, a model of 3.0 alone, can judge such a document.
    pub(super) fn has_structure_model(self) -> bool {
        self == Self::V30
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V30 => "3.0",
            Self::V31 => "3.1",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_two_numbers_count() {
        for (text, expected) in [
            ("3.0.0", Declared::Known(Version::V30)),
            ("3.0.3", Declared::Known(Version::V30)),
            ("3.0", Declared::Known(Version::V30)),
            ("3.0.4-rc0", Declared::Known(Version::V30)),
            ("3.1.0", Declared::Known(Version::V31)),
            (" 3.1.1 ", Declared::Known(Version::V31)),
            ("3.2.0", Declared::ReadAs(Version::V31)),
            ("3.10.0", Declared::Unknown),
            ("3", Declared::Unknown),
            ("2.0", Declared::Unknown),
            ("4.0.0", Declared::Unknown),
            ("", Declared::Unknown),
            ("banana", Declared::Unknown),
        ] {
            assert_eq!(Version::declared(text), expected, "{text}");
        }
    }
}
