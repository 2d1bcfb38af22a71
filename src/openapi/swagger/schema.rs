//! What schemas of 2.0 say otherwise: `x-nullable`, and a `discriminator` that is a name.

use super::Adapter;
use crate::json::{Pointer, Token, Value};
use serde_json::json;

/// Keywords whose value is a schema.
const ONE: [&str; 3] = ["items", "additionalProperties", "not"];

/// Keywords whose value is a list of schemas; `items` may be one, and the last two are none of 2.0's
/// and read all the same.
const LISTS: [&str; 4] = ["items", "allOf", "oneOf", "anyOf"];

/// Keywords whose value maps names to schemas.
const MAPS: [&str; 2] = ["properties", "patternProperties"];

impl Adapter<'_, '_> {
    /// Every schema of `definitions`.
    pub(super) fn definitions(&mut self) {
        let at = Pointer::of(["definitions"]);
        for name in self.written_map(&at).into_iter().flat_map(|members| members.keys()) {
            self.schema(&at.child(name));
        }
    }

    /// The schema at a pointer, with all that is in it and that it refers to outside `definitions`.
    pub(super) fn schema(&mut self, at: &Pointer) {
        let mut open = vec![at.clone()];
        while let Some(at) = open.pop() {
            let Some(members) = self.written_map(&at) else { continue };
            if !self.seen.insert(at.clone()) {
                continue;
            }
            // Beside `$ref` too: what is made of it there is the same for all versions.
            if members.get("x-nullable") == Some(&Value::Bool(true)) && !members.contains_key("nullable") {
                self.put(&at, "nullable", Value::Bool(true));
                self.moved(at.child("nullable"), at.child("x-nullable"));
            }
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                if let Ok(target) = self.resolver.target(reference, &at)
                    && target.tokens().first().map(Token::as_str) != Some("definitions")
                {
                    open.push(target);
                }
                continue;
            }
            if let Some(Value::String(property)) = members.get("discriminator") {
                let name = at.child("discriminator");
                self.put(&at, "discriminator", json!({"propertyName": property}));
                self.made(name.clone(), name);
            }
            for keyword in ONE.iter().filter(|keyword| members.contains_key(**keyword)) {
                open.push(at.child(*keyword));
            }
            for keyword in LISTS {
                let n_schemas = members.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
                open.extend((0..n_schemas).map(|index| at.child(keyword).child(index.to_string())));
            }
            for keyword in MAPS {
                let named = members.get(keyword).and_then(Value::as_object);
                open.extend(
                    named
                        .into_iter()
                        .flat_map(|named| named.keys())
                        .map(|name| at.child(keyword).child(name)),
                );
            }
        }
    }
}
