use super::facts::Facts;
use crate::json::{Map, Pointer, Value};
use crate::openapi::{Document, Types};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// As many values of an enumeration are offered.
const MAX_VALUES: usize = 500;

/// As many characters of what a document says of a part are shown.
const MAX_WORDS: usize = 200;

/// Which way a value travels, and so what else may stand in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Notation {
    /// A value to send: expressions may stand anywhere.
    Value,
    /// What is expected of a value: markers and operators besides.
    Matcher,
}

/// Definitions made from the schemas of documents.
#[derive(Default)]
pub(super) struct Values {
    pub(super) definitions: Map<String, Value>,
    names: BTreeMap<(usize, Notation, Vec<Pointer>), String>,
    taken: BTreeSet<String>,
    waiting: Vec<Waiting>,
    /// Bytes of the definitions, as JSON.
    pub(super) size: usize,
}

/// A definition that is referred to, and not made yet.
struct Waiting {
    name: String,
    api: usize,
    notation: Notation,
    facts: Facts,
}

impl Notation {
    fn prefix(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Matcher => "expected",
        }
    }

    /// The texts that stand for a value of any type.
    fn pattern(self) -> &'static str {
        match self {
            Self::Value => r"^\$",
            Self::Matcher => "^[$<]",
        }
    }
}

impl Values {
    /// The schema of a value that any of a document's schemas describes; `api` is the number of the
    /// document. [`Values::complete`] makes what it refers to.
    pub(super) fn of(
        &mut self,
        (api, document): (usize, &Document),
        notation: Notation,
        schemas: &[Pointer],
    ) -> Value {
        let mut ends: Vec<Pointer> = schemas
            .iter()
            .map(|schema| document.resolve(schema).map_or_else(|_| schema.clone(), |(at, _)| at))
            .collect();
        ends.sort();
        ends.dedup();
        let key = (api, notation, ends);
        if let Some(name) = self.names.get(&key) {
            return reference(name);
        }
        let facts = Facts::of(document, schemas);
        if let Some(plain) = self.plain(notation, &facts) {
            return plain;
        }
        let words = key.2.first().and_then(|end| end.tokens().last().cloned()).unwrap_or_default();
        let name = self.name(&format!("{}.{words}", notation.prefix()));
        self.names.insert(key, name.clone());
        self.waiting.push(Waiting { name: name.clone(), api, notation, facts });
        reference(&name)
    }

    /// Makes the definitions that are referred to, and those that these refer to: one after the other, for
    /// schemas may lead to one another in chains of any length.
    pub(super) fn complete(&mut self, documents: &[&Document]) {
        while let Some(Waiting { name, api, notation, facts }) = self.waiting.pop() {
            let made = self.make((api, documents[api]), notation, &facts);
            self.define(name, made);
        }
    }

    /// Keeps a definition, and refers to it.
    pub(super) fn define(&mut self, name: String, schema: Value) -> Value {
        self.size += schema.to_string().len() + name.len();
        let reference = reference(&name);
        self.definitions.insert(name, schema);
        reference
    }

    /// A name for a definition that no other has.
    pub(super) fn name(&mut self, wanted: &str) -> String {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        let plain: String = wanted.chars().take(80).map(|c| if is_plain(c) { c } else { '_' }).collect();
        let mut name = plain.clone();
        let mut number = 2;
        while !self.taken.insert(name.clone()) {
            name = format!("{plain}-{number}");
            number += 1;
        }
        name
    }

    /// The schema of a value without parts; `None` where it may have some that are described.
    fn plain(&mut self, notation: Notation, facts: &Facts) -> Option<Value> {
        if facts.is_anything() {
            return Some(json!({}));
        }
        if let Some(values) = facts.values.as_ref().filter(|values| values.len() <= MAX_VALUES) {
            return Some(json!({ "anyOf": [{ "enum": values }, self.other(notation)] }));
        }
        let has_parts = |types: Types, is_described: bool| facts.types.contains(types) && is_described;
        let is_made_of = has_parts(Types::OBJECT, !facts.members.is_empty())
            || has_parts(Types::ARRAY, !facts.elements.is_empty());
        (!is_made_of).then(|| self.scalar(notation, facts.types))
    }

    fn make(&mut self, at: (usize, &Document), notation: Notation, facts: &Facts) -> Value {
        let mut schema = Map::new();
        schema.extend(typed(notation, facts.types));
        if facts.types.contains(Types::OBJECT) && !facts.members.is_empty() {
            let mut properties = Map::new();
            for (name, schemas) in &facts.members {
                let words = schemas.iter().find_map(|schema| description(at.1, schema));
                properties.insert(name.clone(), described(words, self.of(at, notation, schemas)));
            }
            schema.insert("properties".to_owned(), Value::Object(properties));
            if !facts.is_open {
                schema.insert("patternProperties".to_owned(), json!({ r"^\$": {} }));
                schema.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        if facts.types.contains(Types::ARRAY) && !facts.elements.is_empty() {
            let element = self.of(at, notation, &facts.elements);
            if notation == Notation::Matcher {
                let several = json!({ "items": element.clone() });
                let operators = json!({ "$each": element.clone(), "$unordered": several });
                match schema.get_mut("properties").and_then(Value::as_object_mut) {
                    Some(properties) => properties.extend(operators.as_object().cloned().unwrap_or_default()),
                    None => drop(schema.insert("properties".to_owned(), operators)),
                }
            }
            schema.insert("items".to_owned(), element);
        }
        Value::Object(schema)
    }

    /// What may stand in the place of a value of any type.
    fn other(&mut self, notation: Notation) -> Value {
        let name = format!("{}-other", notation.prefix());
        if !self.definitions.contains_key(&name) {
            self.taken.insert(name.clone());
            // A text with expressions in it may come to anything.
            let pattern = format!(r"{}|\{{\$", notation.pattern());
            let schema = json!({
                "type": ["string", "object"],
                "pattern": pattern,
                "minProperties": 1,
                "propertyNames": { "pattern": r"^\$" },
            });
            self.define(name.clone(), schema);
        }
        reference(&name)
    }

    fn scalar(&mut self, notation: Notation, types: Types) -> Value {
        let words: Vec<&str> = names_of(types);
        let name = format!("{}-{}", notation.prefix(), words.join("-"));
        if !self.definitions.contains_key(&name) {
            self.taken.insert(name.clone());
            let mut schema = Map::new();
            schema.extend(typed(notation, types));
            self.define(name.clone(), Value::Object(schema));
        }
        reference(&name)
    }
}

/// The types of a value, and in which texts and maps something else may stand for it.
fn typed(notation: Notation, types: Types) -> Map<String, Value> {
    let mut schema = Map::new();
    if types == Types::ALL {
        return schema;
    }
    let mut names = names_of(types);
    if !types.contains(Types::STRING) {
        names.push("string");
        schema.insert("pattern".to_owned(), json!(notation.pattern()));
    }
    if !types.contains(Types::OBJECT) {
        names.push("object");
        schema.insert("minProperties".to_owned(), json!(1));
        schema.insert("propertyNames".to_owned(), json!({ "pattern": r"^\$" }));
    }
    schema.insert("type".to_owned(), json!(names));
    schema
}

fn names_of(types: Types) -> Vec<&'static str> {
    let all = [
        (Types::STRING, "string"),
        (Types::INTEGER, "integer"),
        (Types::NUMBER, "number"),
        (Types::BOOLEAN, "boolean"),
        (Types::OBJECT, "object"),
        (Types::ARRAY, "array"),
        (Types::NULL, "null"),
    ];
    let is_number = types.contains(Types::NUMBER);
    let of =
        all.into_iter().filter(|(each, name)| types.contains(*each) && !(is_number && *name == "integer"));
    of.map(|(_, name)| name).collect()
}

pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// A schema with words for people.
pub(super) fn described(words: Option<String>, schema: Value) -> Value {
    match (words, schema) {
        (Some(words), Value::Object(members)) => {
            let mut schema = Map::new();
            schema.insert("description".to_owned(), Value::from(words));
            schema.extend(members);
            Value::Object(schema)
        }
        (_, schema) => schema,
    }
}

/// The start of what a document says of a part.
pub(super) fn description(document: &Document, at: &Pointer) -> Option<String> {
    let own = document.get(at).and_then(|value| value.get("description")?.as_str());
    let behind = || document.resolve(at).ok().and_then(|(_, value)| value.get("description")?.as_str());
    let words = own.or_else(behind)?.trim().lines().next()?;
    let is_long = words.chars().count() > MAX_WORDS;
    let end = if is_long { "…" } else { "" };
    (!words.is_empty()).then(|| words.chars().take(MAX_WORDS).collect::<String>() + end)
}
