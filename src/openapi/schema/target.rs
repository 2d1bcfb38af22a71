//! What a reference within a schema leads to.

use crate::json::{Pointer, Value};
use crate::openapi::{Document, ReferenceError};
use percent_encoding::percent_decode_str;

/// The place that a reference written at `at` leads to; something stands there, and no circle of
/// references begins there.
///
/// A schema with an `$id` is a resource of its own, and `#/…` in it is meant from there (JSON Schema
/// 2020-12, "Core" §8.2.1). Most documents that write `$id` mean the document all the same, so that
/// is tried next.
pub(super) fn target(document: &Document, reference: &str, at: &Pointer) -> Result<Pointer, ReferenceError> {
    if let Some(fragment) = reference.strip_prefix('#')
        && let Some(resource) = resource_of(document, at)
        && let Ok(decoded) = percent_decode_str(fragment).decode_utf8()
        && let Some(within) = Pointer::parse(&decoded)
    {
        let target = resource.join(&within);
        if document.resolve(&target).is_ok() {
            return Ok(target);
        }
    }
    let target = document.reference_target(reference, at)?;
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

/// What a `$dynamicRef` leads to when only one schema can be meant.
///
/// Source: JSON Schema 2020-12, "Core" §8.2.3.2. With one `$dynamicAnchor` of the name the dynamic
/// scope has no choice.
pub(super) fn dynamic_target(document: &Document, reference: &str, at: &Pointer) -> Result<Pointer, String> {
    if let Some(name) = reference.strip_prefix('#').filter(|name| !name.starts_with('/'))
        && count_anchors(document.root(), name) > 1
    {
        return Err(format!("`{reference}` may mean several schemas, which is not supported"));
    }
    target(document, reference, at).map_err(|error| error.to_string())
}

/// Why a schema's `$schema`, or a document's `jsonSchemaDialect`, is worth a remark.
pub(super) fn foreign_dialect(stated: &Value) -> Option<String> {
    let name = stated.as_str()?;
    let is_known =
        name.contains("json-schema.org/draft/2020-12/") || name.contains("spec.openapis.org/oas/3.");
    (!is_known).then(|| format!("the dialect `{name}` is read as JSON Schema 2020-12"))
}

/// The innermost schema with an `$id` around a place.
fn resource_of(document: &Document, at: &Pointer) -> Option<Pointer> {
    let (mut value, entered) = document.tree().enter(at.tokens());
    let own = |value: &Value| value.get("$id").and_then(Value::as_str).is_some_and(|id| !id.starts_with('#'));
    let mut found = own(value).then_some(entered).filter(|depth| *depth > 0);
    for (depth, token) in at.tokens().iter().enumerate().skip(entered) {
        value = Pointer::of([token.as_str()]).get(value)?;
        if own(value) {
            found = Some(depth + 1);
        }
    }
    Some(Pointer::of(at.tokens()[..found?].iter().cloned()))
}

fn count_anchors(value: &Value, name: &str) -> usize {
    match value {
        Value::Array(elements) => elements.iter().map(|each| count_anchors(each, name)).sum(),
        Value::Object(members) => {
            let own = members.get("$dynamicAnchor").and_then(Value::as_str) == Some(name);
            usize::from(own) + members.values().map(|each| count_anchors(each, name)).sum::<usize>()
        }
        _ => 0,
    }
}
