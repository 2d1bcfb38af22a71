use super::{Lint, MAX_LINTS};
use crate::diagnostic::Code;
use crate::json::{Pointer, Value};
use crate::openapi::reference::reference_of;
use crate::openapi::{Document, ReferenceError};

/// What the members of a map are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// Keywords and fields of the specification.
    Fields,
    /// Names that people chose: `example` is a property there.
    Names,
    /// The same with extensions among them: `default` is a response there, `x-default` is data.
    NamesAndExtensions,
    /// Example Objects: they may be references, and what is in them is data.
    Examples,
}

/// Fields whose value maps names to objects.
const NAME_MAPS: [&str; 15] = [
    "$defs",
    "content",
    "definitions",
    "dependentSchemas",
    "encoding",
    "headers",
    "links",
    "parameters",
    "pathItems",
    "patternProperties",
    "properties",
    "requestBodies",
    "schemas",
    "securitySchemes",
    "variables",
];

/// The same, where a name may be that of an extension.
const EXTENSIBLE_MAPS: [&str; 4] = ["callbacks", "paths", "responses", "webhooks"];

/// Fields whose value is data.
const DATA: [&str; 4] = ["const", "default", "enum", "example"];

/// Follows every reference of a document, whether an operation needs it or not.
pub(super) fn lint(document: &Document) -> Vec<Lint> {
    let mut lints = Vec::new();
    walk(document, &Pointer::root(), document.root(), Holds::Fields, &mut lints);
    lints
}

fn walk(document: &Document, at: &Pointer, value: &Value, holds: Holds, lints: &mut Vec<Lint>) {
    if lints.len() >= MAX_LINTS {
        return;
    }
    match value {
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                walk(document, &at.child(index.to_string()), element, Holds::Fields, lints);
            }
        }
        Value::Object(members) => {
            // Within a schema that has an `$id`, references start there; only the validator knows.
            if holds == Holds::Fields && members.contains_key("$id") && !at.is_root() {
                return;
            }
            if matches!(holds, Holds::Fields | Holds::Examples) && reference_of(value).is_some() {
                check(document, at, lints);
            }
            for (name, member) in members {
                if let Some(holds) = inside(holds, name, member) {
                    walk(document, &at.child(name.as_str()), member, holds, lints);
                }
            }
        }
        _ => {}
    }
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

fn check(document: &Document, at: &Pointer, lints: &mut Vec<Lint>) {
    let Err(error) = document.resolve(at) else { return };
    // A chain is broken in one place: there it is reported. A circle has no such place, so that the
    // first of its members stands for it.
    let is_there = match &error {
        ReferenceError::Circle { chain, .. } => chain.iter().min() == Some(at),
        _ => error.at() == at,
    };
    if !is_there {
        return;
    }
    let label = match &error {
        ReferenceError::External { .. } => "is not followed",
        _ => "cannot be followed",
    };
    lints.push(Lint {
        code: Code::DOCUMENT_REFERENCE,
        pointer: at.child("$ref"),
        is_key: false,
        message: error.to_string(),
        label: label.to_owned(),
        also: None,
        notes: Vec::new(),
        help: error.help(),
    });
}
