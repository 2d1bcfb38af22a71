use super::Document;
use super::reference::reference_of;
use crate::json::{Pointer, Value};
use std::collections::HashSet;

/// Whether anything in a schema, or in what it refers to, says `deprecated: true`.
///
/// Data is not told apart from keywords: the answer may be yes where only an example says so, and is
/// never no where a keyword does.
pub(super) fn mentions_deprecated(document: &Document, schema: &Pointer) -> bool {
    let mut seen = HashSet::new();
    let mut open = vec![schema.clone()];
    while let Some(pointer) = open.pop() {
        if !seen.insert(pointer.clone()) {
            continue;
        }
        // What cannot be resolved is looked at by nobody.
        let Ok((mut at, value)) = document.resolve(&pointer) else { continue };
        if visit(document, value, &mut at, &mut open) {
            return true;
        }
    }
    false
}

/// Looks through a value, and adds what its references lead to.
fn visit(document: &Document, value: &Value, at: &mut Pointer, open: &mut Vec<Pointer>) -> bool {
    match value {
        Value::Object(members) => {
            if members.get("deprecated") == Some(&Value::Bool(true)) {
                return true;
            }
            if let Some(reference) = reference_of(value) {
                open.extend(document.reference_target(reference, at));
            }
            members
                .iter()
                .any(|(name, member)| is_holder(member) && visit(document, member, &mut at.child(name), open))
        }
        Value::Array(elements) => elements.iter().enumerate().any(|(index, element)| {
            is_holder(element) && visit(document, element, &mut at.child(index.to_string()), open)
        }),
        _ => false,
    }
}

fn is_holder(value: &Value) -> bool {
    value.is_object() || value.is_array()
}
