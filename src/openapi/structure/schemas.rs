use crate::hash::HashSet;
use crate::json::{Members as _, Pointer, Value};
use crate::openapi::reference::reference_of;
use crate::openapi::schema::{Shape, shape};
use crate::openapi::{Document, Header, MediaType, Operation, RequestBody};
use std::borrow::Cow;

/// A schema of a document behind its references.
pub(super) struct Target<'d> {
    pub(super) at: Pointer,
    pub(super) value: &'d Value,
}

/// Every schema that judges a part of a request or response, or has a name, with all that it is made
/// of and refers to; each once, in the order it is met.
pub(super) fn all(document: &Document) -> Vec<Target<'_>> {
    let mut walk = Walk { document, seen: HashSet::default(), found: Vec::new() };
    for operation in document.operations() {
        walk.operation(operation);
    }
    for holder in [Pointer::of(["components", "schemas"]), Pointer::of(["definitions"])] {
        let named = document.get(&holder).and_then(Value::as_object);
        for name in named.into_iter().flat_map(|members| members.keys()) {
            walk.add(holder.child(name.as_str()));
        }
    }
    walk.found
}

/// The schemas that a schema holds, with their places.
fn held<'v>(at: &Pointer, schema: &'v Value) -> Vec<(Pointer, &'v Value)> {
    let mut found = Vec::new();
    for (keyword, value) in schema.as_object().into_iter().flatten() {
        let inside = || at.child(keyword.as_str());
        match (shape(keyword), value) {
            (Some(Shape::Schema(_)), _) => found.push((inside(), value)),
            (Some(Shape::Schemas(_) | Shape::Choice), Value::Array(elements)) => {
                found.extend(listed(&inside(), elements).zip(elements));
            }
            (Some(Shape::SchemasByName(_) | Shape::SchemasByPattern), Value::Object(members)) => {
                let at = inside();
                found.extend(members.iter().map(|(name, schema)| (at.child(name.as_str()), schema)));
            }
            _ => {}
        }
    }
    found
}

/// The pointers to the schemas in the list of one keyword: `allOf`, `oneOf`, `anyOf`.
pub(super) fn held_in_list(at: &Pointer, schema: &Value, keyword: &str) -> Vec<Pointer> {
    match schema.member(keyword) {
        Some(Value::Array(elements)) => listed(&at.child(keyword), elements).collect(),
        _ => Vec::new(),
    }
}

fn listed(at: &Pointer, elements: &[Value]) -> impl Iterator<Item = Pointer> {
    (0..elements.len()).map(|index| at.child(index.to_string()))
}

struct Walk<'d> {
    document: &'d Document,
    /// The values that were met: each stands in one place, and an address is hashed sooner than that.
    seen: HashSet<*const Value>,
    found: Vec<Target<'d>>,
}

impl<'d> Walk<'d> {
    fn operation(&mut self, operation: Operation<'_>) {
        for parameter in operation.parameters() {
            self.extend(parameter.schema());
            self.extend(parameter.content().and_then(|content| content.schema()));
        }
        for media_type in operation.request_body().iter().flat_map(RequestBody::media_types) {
            self.extend(MediaType::schema(&media_type));
            self.extend(media_type.item_schema().map(Cow::Owned));
        }
        for response in operation.responses() {
            for media_type in response.media_types() {
                self.extend(media_type.schema());
                self.extend(media_type.item_schema().map(Cow::Owned));
            }
            for header in response.headers() {
                self.extend(Header::schema(&header));
                self.extend(header.content().and_then(|content| content.schema()));
            }
        }
    }

    fn extend(&mut self, schema: Option<Cow<'_, Pointer>>) {
        if let Some(schema) = schema {
            self.add(schema.into_owned());
        }
    }

    fn add(&mut self, schema: Pointer) {
        let value = self.document.get(&schema).unwrap_or(&Value::Null);
        let mut waiting = vec![(schema, value)];
        while let Some((mut at, mut value)) = waiting.pop() {
            // What holds no reference stands where it is.
            if value.is_null() || reference_of(value).is_some() {
                let Ok(found) = self.document.resolve(&at) else { continue };
                (at, value) = found;
            }
            if !(value.is_object() || value.is_boolean()) || !self.seen.insert(std::ptr::from_ref(value)) {
                continue;
            }
            let inner = held(&at, value);
            waiting.extend(inner.into_iter().rev());
            self.found.push(Target { at, value });
        }
    }
}
