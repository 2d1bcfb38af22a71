//! Where in a tree references stand, and where there is only data that looks like one.

use super::reference::reference_of;
use crate::json::{Members as _, Token, Value};
use std::ops::ControlFlow;

/// What the members of a map are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Keywords and fields of the specification.
    Fields,
    /// Names that people chose: `example` is a property there.
    Names,
    /// The same with extensions among them: `default` is a response there, `x-default` is data.
    NamesAndExtensions,
    /// Example Objects: they may be references, and what is in them is data.
    Examples,
}

/// A text that leads elsewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site<'v> {
    /// The text.
    pub(super) reference: &'v str,
    /// What the object with the text holds; so does what it leads to.
    pub(super) holds: Holds,
    pub(super) kind: SiteKind,
}

/// What a text that leads elsewhere is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SiteKind {
    /// A `$ref`.
    Reference,
    /// A `$dynamicRef` or `$recursiveRef`.
    Dynamic,
    /// A value of a discriminator's `mapping`, which may be a name as well.
    Mapping,
}

/// Fields whose value maps names to objects.
const NAME_MAPS: [&str; 18] = [
    "$defs",
    "additionalOperations",
    "content",
    "definitions",
    "dependentSchemas",
    "encoding",
    "headers",
    "links",
    "mediaTypes",
    "parameters",
    "pathItems",
    "patternProperties",
    "properties",
    "requestBodies",
    "schemas",
    "securityDefinitions",
    "securitySchemes",
    "variables",
];

/// The same, where a name may be that of an extension.
const EXTENSIBLE_MAPS: [&str; 4] = ["callbacks", "paths", "responses", "webhooks"];

/// Fields whose value is data, or a text that no tool needs to follow.
const DATA: [&str; 6] = ["const", "default", "description", "enum", "example", "summary"];

/// Calls back for every text in a value that leads elsewhere, with the tokens of the object that it
/// stands in, in the order written; the tokens of the value itself are given.
pub(super) fn walk<'v>(
    value: &'v Value,
    at: &mut Vec<Token>,
    holds: Holds,
    visit: &mut dyn FnMut(&[Token], Site<'v>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    match value {
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                at.push(index.to_string().into());
                walk(element, at, Holds::Fields, visit)?;
                at.pop();
            }
        }
        Value::Object(members) => {
            if let Some(reference) = reference_of(value) {
                visit(at, Site { reference, holds, kind: SiteKind::Reference })?;
            }
            if holds == Holds::Fields {
                let mapping =
                    members.member("discriminator").and_then(|it| it.member("mapping")?.as_object());
                let mapped = mapping.into_iter().flat_map(|names| names.values()).filter_map(Value::as_str);
                for reference in mapped {
                    visit(at, Site { reference, holds, kind: SiteKind::Mapping })?;
                }
                for keyword in ["$dynamicRef", "$recursiveRef"] {
                    if let Some(reference) = members.member(keyword).and_then(Value::as_str) {
                        visit(at, Site { reference, holds, kind: SiteKind::Dynamic })?;
                    }
                }
            }
            for (name, member) in members {
                if let Some(holds) = inside(holds, name, member) {
                    at.push(name.into());
                    walk(member, at, holds, visit)?;
                    at.pop();
                }
            }
        }
        _ => {}
    }
    ControlFlow::Continue(())
}

/// What a member holds; `None` for data.
fn inside(holds: Holds, name: &str, member: &Value) -> Option<Holds> {
    match holds {
        _ if !member.is_object() && !member.is_array() => None,
        Holds::NamesAndExtensions if name.starts_with("x-") => None,
        Holds::Names | Holds::NamesAndExtensions => Some(Holds::Fields),
        // The Example Objects themselves are looked at, and nothing within them.
        Holds::Examples => reference_of(member).map(|_| Holds::Examples),
        Holds::Fields if name.starts_with("x-") || DATA.contains(&name) => None,
        Holds::Fields if name == "examples" => member.is_object().then_some(Holds::Examples),
        Holds::Fields if NAME_MAPS.contains(&name) && member.is_object() => Some(Holds::Names),
        Holds::Fields if EXTENSIBLE_MAPS.contains(&name) && member.is_object() => {
            Some(Holds::NamesAndExtensions)
        }
        Holds::Fields => Some(Holds::Fields),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let value: Value = serde_json::from_str(text).expect("it is JSON");
        let mut found = Vec::new();
        let end = walk(&value, &mut Vec::new(), Holds::Fields, &mut |at, site| {
            found.push(format!("{} {}", at.join("/"), site.reference));
            ControlFlow::Continue(())
        });
        assert!(end.is_continue());
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn data_holds_no_references() {
        check(r#"{"example": {"$ref": "a"}, "x-y": {"$ref": "a"}, "enum": [{"$ref": "a"}]}"#, &[]);
        check(r#"{"examples": {"e": {"value": {"$ref": "a"}}, "f": {"$ref": "b"}}}"#, &["examples/f b"]);
        check(
            r#"{"properties": {"example": {"$ref": "a"}, "x-y": {"$ref": "b"}}}"#,
            &["properties/example a", "properties/x-y b"],
        );
        check(r#"{"paths": {"/a": {"$ref": "a"}, "x-y": {"$ref": "b"}}}"#, &["paths//a a"]);
        check(r#"{"allOf": [{"$ref": "a"}, {"$dynamicRef": "b"}]}"#, &["allOf/0 a", "allOf/1 b"]);
        check(r#"{"discriminator": {"mapping": {"a": "b", "c": 1}}}"#, &[" b"]);
        check(r#"{"$ref": 7, "properties": {"$ref": {"type": "string"}}}"#, &[]);
    }
}
