use std::fmt;

/// The version of the specification that a document follows, as far as it matters for reading it.
///
/// Nothing but the dialect of schemas and this file may ask which it is: the views read what is
/// there, whatever the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// Swagger 2.0, which is read through an adapter: schemas are 3.0's with fewer keywords.
    V20,
    /// OpenAPI 3.0.x: schemas are a dialect of JSON Schema of their own.
    V30,
    /// OpenAPI 3.1.x: schemas are JSON Schema 2020-12.
    V31,
    /// OpenAPI 3.2.x: the dialect of 3.1, and new places for schemas and operations.
    V32,
}

/// What a document's `openapi` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Declared {
    /// A version that is read as what it is.
    Known(Version),
    /// A later version of the same line, read as the latest one that is known.
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
            (Some("3"), Some("2")) => Declared::Known(Self::V32),
            // Versions with the same first number add to one another (OpenAPI 3.2.0, "Versions and
            // Deprecation"), so what is known of 3.2 holds.
            (Some("3"), Some(minor)) if is_number(minor) => Declared::ReadAs(Self::V32),
            _ => Declared::Unknown,
        }
    }

    /// Reads the text of `swagger`.
    pub(super) fn declared_swagger(text: &str) -> Declared {
        if text.trim() == "2.0" { Declared::Known(Self::V20) } else { Declared::Unknown }
    }

    /// Name and number: `Swagger 2.0`, `OpenAPI 3.1`.
    pub fn name(self) -> String {
        let family = if self == Self::V20 { "Swagger" } else { "OpenAPI" };
        format!("{family} {self}")
    }

    /// Whether it is read through the adapter to the words of 3.0.
    pub(super) fn needs_adapter(self) -> bool {
        self == Self::V20
    }

    /// Whether a parameter may be `in: body` and `in: formData`, and how an array is written is a
    /// `collectionFormat`.
    pub(super) fn has_body_parameters(self) -> bool {
        self == Self::V20
    }

    /// Whether a parameter may be `in: querystring`.
    pub(super) fn has_query_strings(self) -> bool {
        self >= Self::V32
    }

    /// Whether schemas are the dialect of their own that OpenAPI had before 3.1: what stands beside
    /// `$ref` is ignored, `nullable` beside `type` accepts null, exclusive bounds are flags.
    pub(super) fn has_own_dialect(self) -> bool {
        self <= Self::V30
    }

    /// Where it keeps security schemes, as people write it.
    pub(super) fn security_schemes(self) -> &'static str {
        if self == Self::V20 { "securityDefinitions" } else { "components/securitySchemes" }
    }

    /// Whether the `openapiv3` crate, a model of 3.0 alone, can judge such a document.
    pub(super) fn has_structure_model(self) -> bool {
        self == Self::V30
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V20 => "2.0",
            Self::V30 => "3.0",
            Self::V31 => "3.1",
            Self::V32 => "3.2",
        })
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
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
            ("3.2.0", Declared::Known(Version::V32)),
            ("3.3.0", Declared::ReadAs(Version::V32)),
            ("3.10.0", Declared::ReadAs(Version::V32)),
            ("3.x.0", Declared::Unknown),
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
