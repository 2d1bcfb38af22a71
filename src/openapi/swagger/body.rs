//! `in: body` and `in: formData` as a request body.

use super::parameter::{Found, is_array, style_of};
use super::{Adapter, MediaTypes};
use crate::json::{Map, Pointer, Value};
use serde_json::json;

const URLENCODED: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

impl<'d> Adapter<'_, 'd> {
    /// Source: Swagger 2.0, "Parameter Object" and "Operation Object", `consumes`.
    pub(super) fn request_body(&mut self, operation: &Pointer, parameters: &[Found<'d>]) {
        let consumes = self.media_types(operation, "consumes");
        let fields: Vec<&Found<'d>> = parameters.iter().filter(|each| each.location == "formData").collect();
        match (parameters.iter().find(|each| each.location == "body"), fields.first()) {
            (Some(body), field) => {
                if let Some(field) = field {
                    self.remark(
                        field.at.clone(),
                        format!(
                            "`{}` is `in: formData`, and there is a parameter `in: body` too",
                            field.name
                        ),
                        "is passed over: a request has one body",
                    );
                }
                self.whole_body(operation, body, consumes.or_any());
            }
            (None, Some(_)) => self.form(operation, &fields, &consumes),
            (None, None) => {}
        }
    }

    fn whole_body(&mut self, operation: &Pointer, body: &Found<'d>, consumes: MediaTypes) {
        let at = operation.child("requestBody");
        let content = at.child("content");
        let mut media_types = Map::new();
        self.moved(at.clone(), body.at.clone());
        self.made(content.clone(), consumes.list().unwrap_or_else(|| body.at.child("in")));
        let schema = body.members.get("schema").map(|_| body.at.child("schema"));
        for (media_type, from) in consumes.0 {
            let mut members = Map::new();
            let at = content.child(&media_type);
            if let Some(schema) = &schema {
                members.insert("schema".to_owned(), self.reference_object(operation, schema));
            }
            self.made(at.clone(), from.unwrap_or_else(|| body.at.clone()));
            if let Some(schema) = &schema {
                self.moved(at.child("schema"), schema.clone());
            }
            let one = (body.members.get("x-example"), body.at.child("x-example"));
            let named = body.members.get("x-examples").and_then(|examples| examples.get(&media_type));
            let named = (named, body.at.child("x-examples").child(&media_type));
            if let Some((example, from)) = [named, one].into_iter().find_map(|(it, from)| Some((it?, from))) {
                members.insert("example".to_owned(), example.clone());
                self.moved(at.child("example"), from);
            }
            media_types.insert(media_type, Value::Object(members));
        }
        let mut members = Map::new();
        for key in ["description", "required"] {
            members.extend(body.members.get(key).map(|value| (key.to_owned(), value.clone())));
        }
        members.insert("content".to_owned(), Value::Object(media_types));
        self.put(operation, "requestBody", Value::Object(members));
    }

    fn form(&mut self, operation: &Pointer, fields: &[&Found<'d>], consumes: &MediaTypes) {
        let Some(first) = fields.first() else { return };
        let is_file = |field: &&Found<'d>| field.members.get("type").and_then(Value::as_str) == Some("file");
        let is_form = |media_type: &str| {
            let essence = media_type.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case(URLENCODED) || essence.eq_ignore_ascii_case(MULTIPART)
        };
        let mut media_types: Vec<(String, Option<Pointer>)> =
            consumes.0.iter().filter(|(media_type, _)| is_form(media_type)).cloned().collect();
        if media_types.is_empty() {
            let has_file = fields.iter().any(is_file);
            media_types.push(((if has_file { MULTIPART } else { URLENCODED }).to_owned(), None));
        }
        let at = operation.child("requestBody");
        let content = at.child("content");
        self.made(at.clone(), first.at.clone());
        let mut properties = Map::new();
        let mut required = Vec::new();
        let mut encoding = Map::new();
        for field in fields {
            let schema = self.reference_object(operation, &field.at.child("schema"));
            properties.insert(field.name.to_owned(), schema);
            if is_required_field(&field) {
                required.push(Value::from(field.name));
            }
            let format = field.members.get("collectionFormat").and_then(Value::as_str).unwrap_or("csv");
            if is_array(field.members)
                && let Some((style, explode)) = style_of(format, field.location)
            {
                encoding.insert(field.name.to_owned(), json!({"style": style, "explode": explode}));
            }
        }
        let is_required = !required.is_empty();
        let mut schema = json!({"type": "object", "properties": properties});
        if is_required {
            schema["required"] = Value::Array(required);
        }
        // The fields are listed once, however many media types there are.
        let mut listed: Option<Pointer> = None;
        let mut written = Map::new();
        for (media_type, from) in media_types {
            let at = content.child(&media_type);
            let from = from.unwrap_or_else(|| first.at.clone());
            self.made(at.clone(), from);
            self.made(at.child("schema"), first.at.clone());
            let members = match &listed {
                Some(listed) => json!({"schema": self.reference_object(operation, &listed.child("schema"))}),
                None => {
                    let schema_at = at.child("schema");
                    for field in fields {
                        self.moved(schema_at.child("properties").child(field.name), field.at.clone());
                    }
                    let names = schema_at.child("required");
                    for (index, field) in fields.iter().filter(is_required_field).enumerate() {
                        self.made(names.child(index.to_string()), field.at.child("required"));
                    }
                    json!({"schema": schema})
                }
            };
            listed.get_or_insert(at);
            let mut members = members;
            if !encoding.is_empty() {
                members["encoding"] = Value::Object(encoding.clone());
            }
            written.insert(media_type, members);
        }
        let body = json!({"required": is_required, "content": written});
        self.put(operation, "requestBody", body);
    }
}

fn is_required_field(field: &&&Found<'_>) -> bool {
    field.members.get("required") == Some(&Value::Bool(true))
}
