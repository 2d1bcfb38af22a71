//! From the path that a validation took through the rewritten schemas back to the document.

use super::closure::{Closure, Role, linked, only_null};
use crate::json::{Pointer, Token, Value};
use crate::openapi::Document;
use crate::openapi::tree::MOUNT;

/// Where an error comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    /// The keyword in the document.
    pub(super) keyword: Pointer,
    /// The component schemas that were walked through, outermost first.
    pub(super) via: Vec<String>,
    /// The format that is broken, where the rewriting wrote its assertion apart.
    pub(super) format: Option<&'static str>,
    /// The entry of the `oneOf` or `anyOf` that does not hold.
    pub(super) choice: Option<usize>,
    /// Whether the innermost `if` on the way holds.
    pub(super) condition: Option<bool>,
}

/// Follows an evaluation path, in which every `$ref` appears, from an entry on.
pub(super) fn trace(document: &Document, closure: &Closure, start: usize, path: &[Token]) -> Trace {
    let mut entry = start;
    let mut via: Vec<String> = component_name(&closure.entries[start].pointer).into_iter().collect();
    let mut value = closure.schema(start);
    let mut holder = value;
    let mut within: Vec<&str> = Vec::new();
    let mut condition = None;
    for token in path {
        if token == "$ref"
            && let Some(next) = linked(value)
        {
            let Some(target) = closure.entries.get(next) else { break };
            if let Role::Format { keyword, name } = target.role {
                // The link stands in `allOf`, at an index that the document does not have.
                let within = &within[..within.len().saturating_sub(2)];
                let keyword = place(closure, entry, within).child(keyword);
                return Trace { keyword, via, format: Some(name), choice: None, condition };
            }
            entry = next;
            value = closure.schema(next);
            within.clear();
            let name = component_name(&target.pointer);
            via.extend(name.filter(|name| via.last() != Some(name)));
            continue;
        }
        if let ("then" | "else", Some(asked)) = (token.as_str(), value.get("if")) {
            // The conditions that the rewriting adds are no conditions of the document.
            let is_written = || document.get(&place(closure, entry, &within).child("if")).is_some();
            if *asked != only_null() && is_written() {
                condition = Some(token == "then");
            }
        }
        within.push(token);
        holder = value;
        value = Pointer::of([token.as_str()]).get(value).unwrap_or(&Value::Null);
    }
    if within.last() == Some(&"else")
        && let Some(number) = holder.get("if").and_then(linked)
        && is_choice(closure, number)
    {
        let keyword = closure.entries[number].pointer.clone();
        return Trace { keyword, via, format: None, choice: Some(number), condition };
    }
    Trace { keyword: place(closure, entry, &within), via, format: None, choice: None, condition }
}

fn is_choice(closure: &Closure, number: usize) -> bool {
    closure.entries.get(number).is_some_and(|entry| matches!(entry.role, Role::Choice { .. }))
}

/// The name under which a schema is known: `Price` for `#/components/schemas/Price`, for the
/// `#/definitions/Price` of Swagger 2.0, for `common.yaml#/Price`, and for `schemas/Price.yaml`.
pub(super) fn component_name(pointer: &Pointer) -> Option<String> {
    let (file, within) = match pointer.tokens() {
        [first, rest @ ..] if first.starts_with(MOUNT) => (first.strip_prefix(MOUNT), rest),
        all => (None, all),
    };
    match (file, within) {
        (_, [components, schemas, name]) if components == "components" && schemas == "schemas" => {
            Some(name.to_string())
        }
        (_, [definitions, name]) if definitions == "definitions" => Some(name.to_string()),
        // The number of an element is no name.
        (Some(_), [name]) => (!name.bytes().all(|byte| byte.is_ascii_digit())).then(|| name.to_string()),
        (Some(_), [group, name]) if ["$defs", "schemas"].contains(&group.as_str()) => Some(name.to_string()),
        (Some(file), []) => {
            let last = file.rsplit(['/', '\\']).next().unwrap_or(file);
            Some(last.split('.').next().unwrap_or(last).to_owned())
        }
        _ => None,
    }
}

fn place(closure: &Closure, entry: usize, within: &[&str]) -> Pointer {
    let within = if closure.entries[entry].role == Role::Needed { &[] } else { within };
    closure.entries[entry].pointer.join(&Pointer::of(within.iter().copied()))
}
