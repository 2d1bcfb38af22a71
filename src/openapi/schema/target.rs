//! What a reference within a schema leads to.

use crate::json::{Pointer, Value};
use crate::openapi::reference::reference_of;
use crate::openapi::{Document, ReferenceError};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The place that a reference written at `at` leads to; something stands there, and no circle of
/// references begins there.
pub(super) fn target(document: &Document, reference: &str, at: &Pointer) -> Result<Pointer, ReferenceError> {
    let target = document.reference_target(reference, at)?;
    if document.get(&target).is_some_and(|value| reference_of(value).is_none()) {
        return Ok(target);
    }
    match document.resolve(&target) {
        // The name that was written is kept where it can be: it is what people know.
        Ok((resolved, _)) => Ok(if document.get(&target).is_some() { target } else { resolved }),
        Err(ReferenceError::Nothing { .. }) => match document.resolve(at) {
            Err(error) => Err(error),
            Ok(_) => Err(ReferenceError::Nothing { pointer: target }),
        },
        Err(error) => Err(error),
    }
}

/// The dynamic anchors that the schemas on the way to a schema have set, by name: the first one counts.
pub(super) type DynamicScope = Rc<BTreeMap<String, Pointer>>;

/// A scope behind the entry into the resource that a schema belongs to.
///
/// Source: JSON Schema 2020-12, "Core" §7.1.
pub(super) fn entered(document: &Document, scope: &DynamicScope, at: &Pointer) -> DynamicScope {
    let anchors = document.dynamic_anchors_around(at);
    if anchors.iter().all(|(name, _)| scope.contains_key(name)) {
        return Rc::clone(scope);
    }
    let mut wider = BTreeMap::clone(scope);
    for (name, at) in anchors {
        wider.entry(name.clone()).or_insert_with(|| at.clone());
    }
    Rc::new(wider)
}

/// What a `$dynamicRef`, or a `$recursiveRef` of 2019-09, leads to.
///
/// Where it first leads to a dynamic anchor, the outermost schema on the way here with such an anchor
/// is meant instead.
///
/// Source: JSON Schema 2020-12, "Core" §8.2.3.2; 2019-09, "Core" §8.2.4.2.
pub(super) fn dynamic_target(
    document: &Document,
    reference: &str,
    at: &Pointer,
    scope: &DynamicScope,
) -> Result<Pointer, String> {
    let (_, name) = reference.split_once('#').unwrap_or((reference, ""));
    let target = target(document, reference, at).map_err(|error| error.to_string())?;
    let anchor = document.get(&target).and_then(|schema| match name {
        "" => (schema.get("$recursiveAnchor")? == &Value::Bool(true)).then_some(""),
        _ => schema.get("$dynamicAnchor")?.as_str(),
    });
    if anchor != Some(name) {
        return Ok(target);
    }
    if document.has_ambiguous_anchor(name) {
        return Err(format!("`{reference}` may mean several schemas, which is not supported"));
    }
    Ok(scope.get(name).cloned().unwrap_or(target))
}
