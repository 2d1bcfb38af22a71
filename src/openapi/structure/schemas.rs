use crate::json::{Pointer, Value};
use crate::openapi::schema::{Shape, shape};
use crate::openapi::{Direction, Document, Header, MediaType, Operation, RequestBody};
use std::borrow::Cow;
use std::collections::HashSet;

/// A schema of a document behind its references, and the way its values travel.
pub(super) type Target = (Pointer, Direction);

/// Every schema that judges a part of a request or response, or has a name, with all that it is made
/// of and refers to; each once, in the order it is met. One that is reached both ways counts for the
/// way it is met first.
pub(super) fn all(document: &Document) -> Vec<Target> {
    let mut walk = Walk { document, seen: HashSet::new(), found: Vec::new() };
    for operation in document.operations() {
        walk.operation(operation);
    }
    for holder in [Pointer::of(["components", "schemas"]), Pointer::of(["definitions"])] {
        let named = document.get(&holder).and_then(Value::as_object);
        for name in named.into_iter().flat_map(|members| members.keys()) {
            walk.add(holder.child(name.as_str()), Direction::Response);
        }
    }
    walk.found
}

/// The pointers to the schemas that a schema holds, each with the keyword that holds it.
pub(super) fn held<'v>(at: &Pointer, schema: &'v Value) -> Vec<(&'v str, Pointer)> {
    let mut found = Vec::new();
    for (keyword, value) in schema.as_object().into_iter().flatten() {
        let inside = || at.child(keyword.as_str());
        match (shape(keyword), value) {
            (Some(Shape::Schema(_)), _) => found.push((keyword.as_str(), inside())),
            (Some(Shape::Schemas(_) | Shape::Choice), Value::Array(elements)) => {
                found.extend(listed(&inside(), elements).map(|at| (keyword.as_str(), at)));
            }
            (Some(Shape::SchemasByName(_) | Shape::SchemasByPattern), Value::Object(members)) => {
                let at = inside();
                found.extend(members.keys().map(|name| (keyword.as_str(), at.child(name.as_str()))));
            }
            _ => {}
        }
    }
    found
}

/// The pointers to the schemas in the list of one keyword: `allOf`, `oneOf`, `anyOf`.
pub(super) fn held_in_list(at: &Pointer, schema: &Value, keyword: &str) -> Vec<Pointer> {
    match schema.get(keyword) {
        Some(Value::Array(elements)) => listed(&at.child(keyword), elements).collect(),
        _ => Vec::new(),
    }
}

fn listed(at: &Pointer, elements: &[Value]) -> impl Iterator<Item = Pointer> {
    (0..elements.len()).map(|index| at.child(index.to_string()))
}

struct Walk<'d> {
    document: &'d Document,
    seen: HashSet<Pointer>,
    found: Vec<Target>,
}

impl Walk<'_> {
    fn operation(&mut self, operation: Operation<'_>) {
        for parameter in operation.parameters() {
            self.extend(parameter.schema(), Direction::Request);
            self.extend(parameter.content().and_then(|content| content.schema()), Direction::Request);
        }
        for media_type in operation.request_body().iter().flat_map(RequestBody::media_types) {
            self.extend(MediaType::schema(&media_type), Direction::Request);
            self.extend(media_type.item_schema().map(Cow::Owned), Direction::Request);
        }
        for response in operation.responses() {
            for media_type in response.media_types() {
                self.extend(media_type.schema(), Direction::Response);
                self.extend(media_type.item_schema().map(Cow::Owned), Direction::Response);
            }
            for header in response.headers() {
                self.extend(Header::schema(&header), Direction::Response);
                self.extend(header.content().and_then(|content| content.schema()), Direction::Response);
            }
        }
    }

    fn extend(&mut self, schema: Option<Cow<'_, Pointer>>, direction: Direction) {
        if let Some(schema) = schema {
            self.add(schema.into_owned(), direction);
        }
    }

    fn add(&mut self, schema: Pointer, direction: Direction) {
        let mut waiting = vec![schema];
        while let Some(at) = waiting.pop() {
            let Ok((at, value)) = self.document.resolve(&at) else { continue };
            if !(value.is_object() || value.is_boolean()) || !self.seen.insert(at.clone()) {
                continue;
            }
            let inner = held(&at, value);
            waiting.extend(inner.into_iter().rev().map(|(_, at)| at));
            self.found.push((at, direction));
        }
    }
}
