//! The drafts of JSON Schema that a schema may say it follows.

use crate::json::{Members as _, Pointer, Value};
use crate::openapi::Document;
use crate::openapi::tree::MOUNT;

/// A version of JSON Schema that is read as what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Draft {
    V4,
    V6,
    V7,
    V2019,
    /// And the dialects of OpenAPI 3.1 and 3.2, which add annotations to it.
    V2020,
}

impl Draft {
    /// The draft of a `$schema` or `jsonSchemaDialect`; `None` for one that is not known.
    pub(super) fn named(uri: &str) -> Option<Self> {
        let name = uri.trim_end_matches('#').trim_end_matches('/');
        let name = name.strip_prefix("https://").or_else(|| name.strip_prefix("http://"))?;
        Some(match name {
            "json-schema.org/draft-04/schema" | "json-schema.org/draft-04/hyper-schema" => Self::V4,
            "json-schema.org/draft-06/schema" | "json-schema.org/draft-06/hyper-schema" => Self::V6,
            "json-schema.org/draft-07/schema" | "json-schema.org/draft-07/hyper-schema" => Self::V7,
            _ if name.starts_with("json-schema.org/draft/2019-09/") => Self::V2019,
            _ if name.starts_with("json-schema.org/draft/2020-12/") => Self::V2020,
            _ if name.starts_with("spec.openapis.org/oas/3.") => Self::V2020,
            _ => return None,
        })
    }

    /// The draft that a schema says it follows: by the innermost `$schema` around it, else by the
    /// `jsonSchemaDialect` of its text; `None` for that of the document's version.
    ///
    /// Source: OpenAPI 3.1.1, "Specifying Schema Dialects"; JSON Schema 2020-12, "Core" §8.1.1.
    pub(super) fn at(document: &Document, at: &Pointer) -> Option<Self> {
        let tokens = at.tokens();
        let mut stated = match tokens.first().filter(|first| first.starts_with(MOUNT)) {
            Some(key) => document.get(&Pointer::of([key.as_str(), "jsonSchemaDialect"])),
            None => document.member("jsonSchemaDialect"),
        };
        let (mut value, entered) = document.tree().enter(tokens);
        let own = |value: &'_ Value| value.member("$schema").is_some_and(Value::is_string);
        for token in &tokens[entered..] {
            stated = value.member("$schema").filter(|_| own(value)).or(stated);
            let Some(inner) = crate::openapi::reference::child(value, token) else { break };
            value = inner;
        }
        stated = value.member("$schema").filter(|_| own(value)).or(stated);
        stated.and_then(Value::as_str).and_then(Self::named)
    }

    /// Whether what stands beside a `$ref` is ignored.
    ///
    /// Source: JSON Schema Draft 7, "Core" §8.3.
    pub(super) fn ignores_siblings(self) -> bool {
        self <= Self::V7
    }

    /// Whether the draft has a keyword that decides something.
    pub(super) fn has(self, keyword: &str) -> bool {
        let (first, last) = match keyword {
            "const" | "contains" | "propertyNames" => (Self::V6, Self::V2020),
            "if" | "then" | "else" => (Self::V7, Self::V2020),
            "dependentRequired"
            | "dependentSchemas"
            | "minContains"
            | "maxContains"
            | "unevaluatedItems"
            | "unevaluatedProperties" => (Self::V2019, Self::V2020),
            "prefixItems" | "$dynamicRef" => (Self::V2020, Self::V2020),
            // 2019-09 took `dependencies` out and left it to implementations to go on with it.
            "additionalItems" | "dependencies" => (Self::V4, Self::V2019),
            "$recursiveRef" => (Self::V2019, Self::V2019),
            _ => return true,
        };
        (first..=last).contains(&self)
    }

    /// Its name, for messages.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::V4 => "Draft 4",
            Self::V6 => "Draft 6",
            Self::V7 => "Draft 7",
            Self::V2019 => "2019-09",
            Self::V2020 => "2020-12",
        }
    }
}

/// Why a schema's `$schema`, or a document's `jsonSchemaDialect`, is worth a remark.
pub(super) fn foreign_dialect(stated: &Value) -> Option<String> {
    let name = stated.as_str()?;
    Draft::named(name).is_none().then(|| format!("the dialect `{name}` is read as JSON Schema 2020-12"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialects_are_known_by_their_uris() {
        for (uri, expected) in [
            ("http://json-schema.org/draft-04/schema#", Some(Draft::V4)),
            ("http://json-schema.org/draft-06/schema", Some(Draft::V6)),
            ("https://json-schema.org/draft-07/schema#", Some(Draft::V7)),
            ("https://json-schema.org/draft/2019-09/schema", Some(Draft::V2019)),
            ("https://json-schema.org/draft/2020-12/schema", Some(Draft::V2020)),
            ("https://spec.openapis.org/oas/3.1/dialect/base", Some(Draft::V2020)),
            ("https://spec.openapis.org/oas/3.2/dialect/2025-09-17", Some(Draft::V2020)),
            ("http://json-schema.org/draft-03/schema#", None),
            ("https://example.com/my-dialect", None),
            ("", None),
        ] {
            assert_eq!(Draft::named(uri), expected, "{uri}");
        }
    }
}
