use super::{DIALECT, named};
use crate::json::{Map, Value};
use crate::yaml::{Fields, Form, Presence, Shape};
use serde_json::json;

/// Writes the schema of a file: its keys, and a definition for every map and form within.
pub(super) fn write(root: &'static Fields) -> Value {
    let mut writer = Writer { definitions: Map::new() };
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!(DIALECT));
    let Value::Object(members) = writer.map(root) else { unreachable!("a map is written as an object") };
    schema.extend(members);
    schema.insert("definitions".to_owned(), Value::Object(writer.definitions));
    Value::Object(schema)
}

struct Writer {
    definitions: Map<String, Value>,
}

impl Writer {
    fn map(&mut self, fields: &'static Fields) -> Value {
        let mut properties = Map::new();
        for field in fields.known() {
            let mut schema = Map::new();
            schema.insert("description".to_owned(), json!(field.about));
            if let Value::Object(members) = self.shape(&field.shape) {
                for (key, value) in members {
                    schema.entry(key).or_insert(value);
                }
            }
            properties.insert(field.key.to_owned(), Value::Object(schema));
        }
        let of = |presence: Presence| fields.known().filter(move |field| field.presence == presence);
        let mut required: Vec<&str> = of(Presence::Required).map(|field| field.key).collect();
        let either: Vec<&str> = of(Presence::Either).map(|field| field.key).collect();
        if let [only] = either[..] {
            required.push(only);
        }
        // A map without a value is an empty one, as while it is being written.
        let types = if required.is_empty() && either.is_empty() {
            json!(["object", "null"])
        } else {
            json!("object")
        };
        let others = match &fields.others {
            Some(shape) => self.shape(shape),
            None => json!(false),
        };
        let mut schema = json!({ "description": fields.about, "type": types, "properties": properties });
        if others == json!(false) {
            schema["patternProperties"] = json!({ "^x-": {} });
        }
        schema["additionalProperties"] = others;
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        if either.len() > 1 {
            schema["oneOf"] = either.iter().map(|key| json!({ "required": [key] })).collect();
        }
        if !fields.forms.is_empty() {
            schema["allOf"] = fields.forms.iter().map(|form| without(fields, form)).collect();
        }
        schema
    }

    fn shape(&mut self, shape: &Shape) -> Value {
        match shape {
            Shape::Text => json!({ "type": "string" }),
            Shape::Words => json!({ "type": "string", "pattern": r"\S" }),
            Shape::Scalar => json!({ "type": ["string", "number"] }),
            Shape::TextValue => self.named("text-value"),
            Shape::Value => json!({}),
            Shape::Boolean => json!({ "type": "boolean" }),
            Shape::True => json!({ "const": true }),
            Shape::Integer(least, most) if i128::from(*least) == i128::from(*most) => {
                json!({ "const": least })
            }
            Shape::Integer(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
            Shape::OneOf(words) => json!({ "enum": words }),
            Shape::Pattern(pattern) => json!({ "type": "string", "pattern": pattern }),
            Shape::Null => json!({ "type": "null" }),
            Shape::List(element) => json!({ "type": "array", "items": self.shape(element) }),
            Shape::SomeOf(element) => json!({ "type": "array", "minItems": 1, "items": self.shape(element) }),
            Shape::OneOrMore(element) => {
                let one = self.shape(element);
                json!({ "anyOf": [one, { "type": "array", "minItems": 1, "items": one }] })
            }
            Shape::Names(value) => {
                let value = self.shape(value);
                json!({ "type": ["object", "null"], "propertyNames": { "pattern": named::NAME }, "additionalProperties": value })
            }
            Shape::Members(value) => {
                let value = self.shape(value);
                json!({ "type": ["object", "null"], "additionalProperties": value })
            }
            Shape::Map(fields) => self.define(fields.name, |writer| writer.map(fields)),
            Shape::Operators(fields) => self.define(fields.name, |writer| {
                let mut schema = writer.map(fields);
                schema["type"] = json!("object");
                schema["minProperties"] = json!(1);
                if let Some(members) = schema.as_object_mut() {
                    members.remove("patternProperties");
                }
                schema
            }),
            Shape::Any(forms) => {
                let forms: Vec<Value> = forms.iter().map(|form| self.shape(form)).collect();
                json!({ "anyOf": forms })
            }
            Shape::Named(name) => self.named(name),
        }
    }

    fn named(&mut self, name: &'static str) -> Value {
        self.define(name, |writer| named::form(name, &mut |shape| writer.shape(shape)))
    }

    /// Refers to a definition, which is made on first use; it may refer to itself.
    fn define(&mut self, name: &'static str, make: impl FnOnce(&mut Self) -> Value) -> Value {
        if !self.definitions.contains_key(name) {
            self.definitions.insert(name.to_owned(), Value::Null);
            let made = make(self);
            self.definitions.insert(name.to_owned(), made);
        }
        json!({ "$ref": format!("#/definitions/{name}") })
    }
}

/// Where the key of a form stands, these may not.
fn without(fields: &'static Fields, form: &Form) -> Value {
    let is_without = |key: &str| form.without.iter().any(|keys| keys.contains(&key));
    let refused = fields.known().filter(|field| is_without(field.key));
    let refused: Map<String, Value> = refused.map(|field| (field.key.to_owned(), json!(false))).collect();
    json!({ "if": { "required": [form.key] }, "then": { "properties": refused } })
}
