//! Responses: `schema` and `examples` as the `content` of what is produced.

use super::{Adapter, MediaTypes};
use crate::json::{Map, Pointer, Token, Value};
use crate::openapi::reference::reference_of;
use serde_json::json;

impl Adapter<'_, '_> {
    /// The response under a status of an operation, which produces these media types.
    ///
    /// What is referred to may be produced as one media type here and as another there: then the
    /// operation refers to a response of its own.
    ///
    /// Source: Swagger 2.0, "Response Object" and "Operation Object", `produces`.
    pub(super) fn response(&mut self, at: &Pointer, produces: &MediaTypes) {
        if self.written(at).and_then(reference_of).is_none() {
            if self.seen.insert(at.clone()) {
                let members = self.adapted(at, at, produces);
                self.add_members(at, members);
            }
            return;
        }
        let Some((target, _)) = self.behind_references(at) else { return };
        let key = (target.clone(), produces.clone());
        let adapted = match self.responses.get(&key) {
            Some(adapted) => adapted.clone(),
            None => {
                let adapted = match self.seen.insert(target.clone()) {
                    true => {
                        let members = self.adapted(&target, &target, produces);
                        self.add_members(&target, members);
                        target.clone()
                    }
                    false => self.another(&target, produces),
                };
                self.responses.insert(key, adapted.clone());
                adapted
            }
        };
        if adapted != target {
            let reference = self.reference_to(at, &adapted);
            self.put(at, "$ref", reference);
        }
    }

    /// A response for other media types than those it has where it stands.
    fn another(&mut self, target: &Pointer, produces: &MediaTypes) -> Pointer {
        let components = self.components(target);
        let holder = components.child("responses");
        if !matches!(holder.get(&self.out), Some(Value::Object(_))) {
            self.put(&components, "responses", json!({}));
            self.made(holder.clone(), target.clone());
        }
        let name = target.tokens().last().map(Token::as_str).unwrap_or_default();
        let number = self.responses.len();
        let name = format!("{name} {number}");
        let at = holder.child(&name);
        self.moved(at.clone(), target.clone());
        let mut members = Map::new();
        let written = self.written_map(target);
        if let Some(description) = written.and_then(|written| written.get("description")) {
            members.insert("description".to_owned(), description.clone());
        }
        // One reference for all of them: a document may refer to a response as often as it likes.
        if written.is_some_and(|written| written.contains_key("headers")) {
            let headers = self.reference_object(&at, &target.child("headers"));
            members.insert("headers".to_owned(), headers);
        }
        self.put(&holder, &name, Value::Object(members));
        let members = self.adapted(&at, target, produces);
        self.add_members(&at, members);
        at
    }

    fn add_members(&mut self, at: &Pointer, members: Map<String, Value>) {
        for (name, value) in members {
            self.put(at, &name, value);
        }
    }

    /// What is to be added at `at` to the response that was written at `from`.
    fn adapted(&mut self, at: &Pointer, from: &Pointer, produces: &MediaTypes) -> Map<String, Value> {
        let mut added = Map::new();
        let Some(written) = self.written_map(from) else { return added };
        for name in written.get("headers").and_then(Value::as_object).into_iter().flat_map(|it| it.keys()) {
            self.header(&from.child("headers").child(name));
        }
        let examples = written.get("examples").and_then(Value::as_object);
        let schema = written.get("schema");
        let is_file = schema.and_then(|schema| schema.get("type")) == Some(&Value::from("file"));
        let media_types = match (schema, examples) {
            (Some(_), _) if is_file && produces.0.is_empty() => MediaTypes(vec![("*/*".to_owned(), None)]),
            (Some(_), _) => produces.clone().or_any(),
            (None, Some(examples)) => MediaTypes(
                examples
                    .keys()
                    .filter(|name| !name.starts_with("x-"))
                    .map(|name| (name.clone(), Some(from.child("examples").child(name))))
                    .collect(),
            ),
            (None, None) => return added,
        };
        if schema.is_some() {
            self.schema(&from.child("schema"));
        }
        let content = at.child("content");
        let whole = from.child(if schema.is_some() { "schema" } else { "examples" });
        self.made(content.clone(), media_types.list().unwrap_or_else(|| whole.clone()));
        let mut written_content = Map::new();
        for (media_type, place) in media_types.0 {
            let at = content.child(&media_type);
            self.made(at.clone(), place.unwrap_or_else(|| whole.clone()));
            let mut members = Map::new();
            if schema.is_some() {
                let value = match is_file {
                    true => json!({"type": "string", "format": "binary"}),
                    false => self.reference_object(&at, &from.child("schema")),
                };
                members.insert("schema".to_owned(), value);
                self.moved(at.child("schema"), from.child("schema"));
            }
            if let Some(example) = examples.and_then(|examples| examples.get(&media_type)) {
                members.insert("example".to_owned(), example.clone());
                self.moved(at.child("example"), from.child("examples").child(&media_type));
            }
            written_content.insert(media_type, Value::Object(members));
        }
        added.insert("content".to_owned(), Value::Object(written_content));
        added
    }
}
