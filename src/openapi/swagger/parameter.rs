//! Parameters and headers: the keywords of their type as a `schema`, `collectionFormat` as a style.

use super::Adapter;
use crate::json::{Map, Pointer, Value};
use serde_json::json;

/// The keywords of a parameter, header or items object that a schema has too.
///
/// Source: Swagger 2.0, "Parameter Object", "Header Object" and "Items Object".
const KEYWORDS: [&str; 17] = [
    "type",
    "format",
    "items",
    "default",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "enum",
    "multipleOf",
    "x-nullable",
];

/// One parameter of an operation, behind its references.
pub(super) struct Found<'d> {
    pub(super) at: Pointer,
    pub(super) name: &'d str,
    pub(super) location: &'d str,
    pub(super) members: &'d Map<String, Value>,
}

impl<'d> Adapter<'_, 'd> {
    /// The parameters that holders list, the nearest first; of equal name and location the first.
    pub(super) fn parameters(&mut self, holders: &[Pointer]) -> Vec<Found<'d>> {
        let mut found: Vec<Found<'d>> = Vec::new();
        let mut known = std::collections::HashSet::new();
        for holder in holders {
            let list = holder.child("parameters");
            let n_elements = self.written(&list).and_then(Value::as_array).map_or(0, Vec::len);
            for index in 0..n_elements {
                let Some((at, members)) = self.behind_references(&list.child(index.to_string())) else {
                    continue;
                };
                let text = |key: &str| members.get(key).and_then(Value::as_str);
                let (Some(name), Some(location)) = (text("name"), text("in")) else { continue };
                // There is one body, whatever it is called.
                let key = if location == "body" { (location, "") } else { (location, name) };
                if known.insert(key) {
                    found.push(Found { at, name, location, members });
                }
            }
        }
        for parameter in &found {
            self.parameter(parameter);
        }
        found
    }

    fn parameter(&mut self, parameter: &Found<'d>) {
        let Found { at, name, location, members } = parameter;
        if !self.seen.insert(at.child("in")) {
            return;
        }
        if *location == "body" {
            self.schema(&at.child("schema"));
            return;
        }
        self.typed(at, members);
        if is_array(members) {
            self.collection_format(at, name, location, members);
        }
    }

    /// A header of a response.
    pub(super) fn header(&mut self, at: &Pointer) {
        let Some((at, members)) = self.behind_references(at) else { return };
        if !self.seen.insert(at.child("type")) {
            return;
        }
        self.typed(&at, members);
        let format = members.get("collectionFormat").and_then(Value::as_str);
        let Some(format) = format.filter(|_| is_array(members)) else { return };
        match style_of(format, "header") {
            Some((style, explode)) => self.put_style(&at, style, explode, true),
            None => self.remark(
                at.child("collectionFormat"),
                format!("a header cannot have the `collectionFormat` `{format}`"),
                "is read as `csv`",
            ),
        }
    }

    /// Puts the keywords of a type into a `schema` of their own.
    fn typed(&mut self, at: &Pointer, members: &Map<String, Value>) {
        // A `schema` that stands there is none of 2.0's and says more than nothing.
        if !members.contains_key("type") && members.contains_key("schema") {
            self.schema(&at.child("schema"));
            return;
        }
        let mut schema = Map::new();
        for keyword in KEYWORDS {
            let Some(value) = members.get(keyword) else { continue };
            let (name, value) = match keyword {
                "x-nullable" => ("nullable", value.clone()),
                "type" if value == "file" => {
                    schema.insert("format".to_owned(), "binary".into());
                    (keyword, "string".into())
                }
                "items" if is_array_of_arrays(value) => {
                    self.remark(
                        at.child("items"),
                        "an array within an array of a parameter is not checked",
                        "OpenAPI 3.0 has no style for it",
                    );
                    (keyword, json!({}))
                }
                "format" if schema.contains_key("format") => continue,
                _ => (keyword, value.clone()),
            };
            schema.insert(name.to_owned(), value);
        }
        self.put(at, "schema", Value::Object(schema));
        self.moved(at.child("schema"), at.clone());
        if members.contains_key("x-nullable") {
            self.moved(at.child("schema").child("nullable"), at.child("x-nullable"));
        }
    }

    /// Source: Swagger 2.0, "Parameter Object", `collectionFormat`.
    fn collection_format(&mut self, at: &Pointer, name: &str, location: &str, members: &Map<String, Value>) {
        let written = members.get("collectionFormat").and_then(Value::as_str);
        let Some((style, explode)) = style_of(written.unwrap_or("csv"), location) else {
            let format = written.unwrap_or_default();
            self.remark(
                at.child("collectionFormat"),
                format!("the {location} parameter `{name}` cannot have the `collectionFormat` `{format}`"),
                "is read as `csv`",
            );
            return self.put_style(at, "form", false, true);
        };
        self.put_style(at, style, explode, written.is_some());
    }

    fn put_style(&mut self, at: &Pointer, style: &str, explode: bool, is_written: bool) {
        let from = if is_written { at.child("collectionFormat") } else { at.child("type") };
        self.put(at, "style", style.into());
        self.put(at, "explode", explode.into());
        self.made(at.child("style"), from.clone());
        self.made(at.child("explode"), from);
    }
}

/// The style and `explode` that a `collectionFormat` means in a location.
pub(super) fn style_of(format: &str, location: &str) -> Option<(&'static str, bool)> {
    let is_pairs = matches!(location, "query" | "formData");
    Some(match format {
        "csv" if is_pairs => ("form", false),
        "csv" => ("simple", false),
        "multi" if is_pairs => ("form", true),
        "ssv" => ("spaceDelimited", false),
        "pipes" => ("pipeDelimited", false),
        "tsv" => ("tabDelimited", false),
        _ => return None,
    })
}

pub(super) fn is_array(members: &Map<String, Value>) -> bool {
    members.get("type").and_then(Value::as_str) == Some("array")
}

fn is_array_of_arrays(items: &Value) -> bool {
    items.as_object().is_some_and(is_array)
}
