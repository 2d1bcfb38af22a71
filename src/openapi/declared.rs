use super::Document;
use crate::json::{Pointer, Value};
use std::borrow::Borrow;
use std::collections::HashSet;

/// What a schema says about the text of a value: its types, elements and members, looked up behind
/// references and in the branches of `allOf`, `anyOf` and `oneOf`.
///
/// It reads text and judges nothing: whether the value keeps the schema is asked afterwards.
#[derive(Clone, Debug)]
pub(super) struct Declared<'d> {
    document: &'d Document,
    /// The schema and all its branches, each once.
    schemas: Vec<(Pointer, &'d Value)>,
    /// Where the schema is written, before its references.
    root: Option<Pointer>,
}

/// The keywords whose elements are held against the same value.
const BRANCHES: [&str; 3] = ["oneOf", "anyOf", "allOf"];

fn has_branches(schema: &Value) -> bool {
    BRANCHES.iter().any(|keyword| schema.get(keyword).is_some())
}

impl<'d> Declared<'d> {
    /// Looks at the schema that a pointer leads to; without one, everything is a string.
    pub(super) fn of(document: &'d Document, schema: Option<impl Borrow<Pointer>>) -> Self {
        let mut schemas: Vec<(Pointer, &'d Value)> = Vec::new();
        // A branch may lead back to where it hangs.
        let mut seen = HashSet::new();
        let root = schema.map(|schema| schema.borrow().clone());
        let mut open: Vec<Pointer> = root.iter().cloned().collect();
        while let Some(pointer) = open.pop() {
            let Ok((pointer, value)) = document.resolve(&pointer) else { continue };
            let is_last = open.is_empty() && seen.is_empty() && !has_branches(value);
            if !is_last && !seen.insert(pointer.clone()) {
                continue;
            }
            for keyword in BRANCHES {
                let branches = value.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
                if branches == 0 {
                    continue;
                }
                let holder = pointer.child(keyword);
                open.extend((0..branches).rev().map(|index| holder.child(index.to_string())));
            }
            schemas.push((pointer, value));
        }
        Self { document, schemas, root }
    }

    /// The document it is of.
    pub(super) fn document(&self) -> &'d Document {
        self.document
    }

    /// The schema and the branches of its `allOf`, `anyOf` and `oneOf`, behind their references.
    pub(super) fn schemas(&self) -> &[(Pointer, &'d Value)] {
        &self.schemas
    }

    /// The schema and those of its `allOf`: what holds whatever is chosen elsewhere.
    pub(super) fn demanded(&self) -> Vec<(Pointer, &'d Value)> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        let mut open: Vec<Pointer> = self.root.iter().cloned().collect();
        while let Some(pointer) = open.pop() {
            // From 3.1 on, keywords beside a reference count as well.
            if let Some(value) = self.document.get(&pointer).filter(|value| value.get("$ref").is_some())
                && self.document.version() != super::Version::V30
                && seen.insert(pointer.clone())
            {
                found.push((pointer.clone(), value));
            }
            let Ok((pointer, value)) = self.document.resolve(&pointer) else { continue };
            if !seen.insert(pointer.clone()) {
                continue;
            }
            let branches = value.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
            let holder = pointer.child("allOf");
            open.extend((0..branches).rev().map(|index| holder.child(index.to_string())));
            found.push((pointer, value));
        }
        found
    }

    /// The name of the component that the schema is, behind its references.
    pub(super) fn component_name(&self) -> Option<&str> {
        match self.schemas.first()?.0.tokens() {
            [components, schemas, name] if components == "components" && schemas == "schemas" => Some(name),
            _ => None,
        }
    }

    /// The names of the properties that `xml` calls attributes.
    pub(super) fn attributes(&self) -> Vec<String> {
        let is_attribute = |property: &Self| {
            property.demanded().iter().any(|(_, schema)| {
                let xml = schema.get("xml");
                xml.and_then(|xml| xml.get("attribute")) == Some(&Value::Bool(true))
                    || xml.and_then(|xml| xml.get("nodeType")) == Some(&Value::from("attribute"))
            })
        };
        let name_in_xml = |name: &str, property: &Self| {
            let stated = property
                .demanded()
                .into_iter()
                .find_map(|(_, schema)| schema.get("xml")?.get("name")?.as_str().map(str::to_owned));
            stated.unwrap_or_else(|| name.to_owned())
        };
        let names = self.names().into_iter().map(|name| (name, self.property(name)));
        names
            .filter(|(_, property)| is_attribute(property))
            .map(|(name, it)| name_in_xml(name, &it))
            .collect()
    }

    /// Whether a number may be meant.
    pub(super) fn is_number(&self) -> bool {
        self.has_type("integer") || self.has_type("number")
    }

    /// Whether a type is named.
    pub(super) fn has_type(&self, name: &str) -> bool {
        self.schemas.iter().any(|(_, schema)| match schema.get("type") {
            Some(Value::String(only)) => only == name,
            Some(Value::Array(several)) => several.iter().any(|each| each == name),
            _ => false,
        })
    }

    fn has_keyword(&self, keyword: &str) -> bool {
        self.schemas.iter().any(|(_, schema)| schema.get(keyword).is_some())
    }

    /// Whether any type is named at all.
    pub(super) fn states_a_type(&self) -> bool {
        self.has_keyword("type")
    }

    /// Whether an array may be meant.
    pub(super) fn is_array(&self) -> bool {
        self.has_type("array") || (!self.states_a_type() && self.has_keyword("items"))
    }

    /// Whether an object may be meant.
    pub(super) fn is_object(&self) -> bool {
        self.has_type("object") || (!self.states_a_type() && self.has_keyword("properties"))
    }

    /// Whether a value that is neither may be meant.
    pub(super) fn is_scalar(&self) -> bool {
        ["string", "number", "integer", "boolean"].iter().any(|name| self.has_type(name))
            || !(self.is_array() || self.is_object())
    }

    /// What an array's elements are.
    pub(super) fn items(&self) -> Self {
        let holder = self.schemas.iter().find(|(_, schema)| schema.get("items").is_some());
        Self::of(self.document, holder.map(|(pointer, _)| pointer.child("items")))
    }

    /// What an object's member is: under `properties`, else under `additionalProperties`.
    pub(super) fn property(&self, name: &str) -> Self {
        let known = self.schemas.iter().find_map(|(pointer, schema)| {
            schema.get("properties")?.get(name).map(|_| pointer.child("properties").child(name))
        });
        let other = || {
            self.schemas.iter().find_map(|(pointer, schema)| {
                schema.get("additionalProperties").map(|_| pointer.child("additionalProperties"))
            })
        };
        Self::of(self.document, known.or_else(other))
    }

    /// The names under `properties`.
    pub(super) fn names(&self) -> Vec<&'d str> {
        let properties = self.schemas.iter().filter_map(|(_, schema)| schema.get("properties")?.as_object());
        properties.flat_map(|members| members.keys().map(String::as_str)).collect()
    }

    /// The value that a text stands for: the enumerated one that is written so, else a boolean, a
    /// number or null where one is asked for and the text spells one, else the string.
    pub(super) fn scalar(&self, text: &str) -> Value {
        let stated = self.schemas.iter().flat_map(|(_, schema)| {
            schema
                .get("const")
                .into_iter()
                .chain(schema.get("enum").and_then(Value::as_array).into_iter().flatten())
        });
        for value in stated {
            let is_meant = match value {
                Value::String(stated) => stated == text,
                Value::Number(_) | Value::Bool(_) => {
                    serde_json::from_str(text).is_ok_and(|read: Value| read == *value)
                }
                _ => false,
            };
            if is_meant {
                return value.clone();
            }
        }
        let is_number = self.has_type("integer") || self.has_type("number");
        match text {
            "true" if self.has_type("boolean") => Value::Bool(true),
            "false" if self.has_type("boolean") => Value::Bool(false),
            "" | "null" if self.is_nullable() && !self.has_type("string") => Value::Null,
            _ if is_number => match serde_json::from_str(text) {
                Ok(Value::Number(number)) => Value::Number(number),
                _ => Value::String(text.to_owned()),
            },
            _ => Value::String(text.to_owned()),
        }
    }

    /// Whether [`Declared::scalar`] gives every text back as the string it is, and nothing else is meant.
    pub(super) fn is_literal(&self) -> bool {
        let is_text = |value: &Value| value.is_string();
        let states_texts = self.schemas.iter().all(|(_, schema)| {
            let listed = schema.get("enum").and_then(Value::as_array);
            schema.get("const").is_none_or(is_text) && listed.is_none_or(|all| all.iter().all(is_text))
        });
        let is_other = self.is_array() || self.is_object() || self.is_number() || self.has_type("boolean");
        states_texts && !is_other && (!self.is_nullable() || self.has_type("string"))
    }

    fn is_nullable(&self) -> bool {
        self.has_type("null")
            || self.schemas.iter().any(|(_, schema)| schema.get("nullable") == Some(&Value::Bool(true)))
    }
}
