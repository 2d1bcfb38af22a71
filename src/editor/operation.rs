use super::values::{Notation, Values, described, description, reference};
use crate::json::{Map, Pointer, Value};
use crate::openapi::{
    ContentKind, Document, MediaType, Operation, Parameter, ParameterIn, Response, ResponseKey, content_kind,
};
use serde_json::json;

/// Writes what a step says that calls an operation: parameters, body, statuses.
pub(super) struct Steps<'v, 'd> {
    pub(super) values: &'v mut Values,
    /// The number of the document, and it.
    pub(super) document: (usize, &'d Document),
    /// Whether bodies are described.
    pub(super) has_bodies: bool,
}

impl Steps<'_, '_> {
    /// The schema of the steps that call an operation.
    pub(super) fn of(&mut self, operation: Operation<'_>) -> Value {
        let mut step = Map::new();
        let words = self.document.1.get(operation.pointer()).and_then(|it| it.get("summary")?.as_str());
        let words =
            words.map_or_else(|| operation.label(), |words| format!("{}: {words}", operation.label()));
        step.insert("description".to_owned(), json!(words));
        let mut properties = Map::new();
        let mut values = Map::new();
        for (key, location) in
            [("path", ParameterIn::Path), ("query", ParameterIn::Query), ("cookies", ParameterIn::Cookie)]
        {
            let (names, held) = self.parameters(operation, location);
            properties.insert(key.to_owned(), names);
            values.extend(held.map(|held| (key.to_owned(), held)));
        }
        let headers: Map<String, Value> = self.named(operation, ParameterIn::Header);
        if !headers.is_empty() {
            properties.insert("headers".to_owned(), json!({ "properties": headers }));
        }
        let body = operation.request_body();
        let media_types = body.as_ref().map(|body| body.media_types()).unwrap_or_default();
        if media_types.len() > 1 {
            let ranges: Vec<&str> = media_types.iter().map(MediaType::range).collect();
            properties.insert("contentType".to_owned(), json!({ "examples": ranges }));
        }
        values.extend(self.bodies(&media_types));
        properties.insert("expect".to_owned(), self.expect(operation));
        step.insert("properties".to_owned(), Value::Object(properties));
        if !operation.template_names().is_empty() {
            step.insert("required".to_owned(), json!(["path"]));
        }
        if !values.is_empty() {
            // Any other request may break the document.
            step.insert("if".to_owned(), json!({ "properties": { "sends": { "const": "valid" } } }));
            step.insert("then".to_owned(), json!({ "properties": values }));
        }
        Value::Object(step)
    }

    /// The parameters of a place: their names, and the values that they may have.
    fn parameters(&mut self, operation: Operation<'_>, location: ParameterIn) -> (Value, Option<Value>) {
        let mut names = self.named(operation, location);
        let mut required = Vec::new();
        if location == ParameterIn::Path {
            for name in operation.template_names() {
                names.entry(name).or_insert_with(|| json!({}));
                required.push(name);
            }
        }
        let enumerated = operation.parameters();
        let enumerated = enumerated.iter().filter(|it| it.location().section() == location);
        let values: Map<String, Value> =
            enumerated.filter_map(|it| Some((it.name().to_owned(), self.choice(it)?))).collect();
        let mut schema = json!({ "type": ["object", "null"], "properties": names });
        // What a broken reference hides may have any name.
        if operation.lost_parameters().is_empty() {
            schema["additionalProperties"] = json!(false);
        }
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        (schema, (!values.is_empty()).then(|| json!({ "properties": values })))
    }

    fn named(&self, operation: Operation<'_>, location: ParameterIn) -> Map<String, Value> {
        let of = |parameter: &Parameter<'_>| {
            let words = description(self.document.1, parameter.pointer());
            (parameter.name().to_owned(), described(words, json!({})))
        };
        let all = operation.parameters();
        all.iter().filter(|it| it.location().section() == location).map(of).collect()
    }

    /// The values of a parameter that has only some: a text is sent as it is, whatever the type.
    fn choice(&self, parameter: &Parameter<'_>) -> Option<Value> {
        let schema = parameter.schema()?;
        let facts = super::facts::Facts::of(self.document.1, &[schema.into_owned()]);
        let values = facts.values.filter(|values| values.len() <= 500)?;
        let mut spellings = values.clone();
        for value in values {
            let other = match &value {
                Value::String(text) => serde_json::from_str(text).ok(),
                Value::Number(_) | Value::Bool(_) => Some(Value::from(value.to_string())),
                _ => return None,
            };
            spellings.extend(other.filter(|other| !spellings.contains(other)));
        }
        let expression = json!({ "type": "string", "pattern": r"\$" });
        Some(json!({ "anyOf": [{ "enum": spellings }, expression, { "type": ["null", "object"] }] }))
    }

    /// `body` and `form`, where the document says what they hold.
    fn bodies(&mut self, media_types: &[MediaType<'_>]) -> Map<String, Value> {
        let mut bodies = Map::new();
        if !self.has_bodies {
            return bodies;
        }
        let Some(schemas) = self.schemas(media_types, &[ContentKind::Json, ContentKind::Form]) else {
            return bodies;
        };
        let all: Vec<Pointer> = schemas.iter().map(|(_, schema)| schema.clone()).collect();
        let forms = schemas.into_iter().filter(|(kind, _)| *kind == ContentKind::Form);
        let forms: Vec<Pointer> = forms.map(|(_, schema)| schema).collect();
        let body = self.values.of(self.document, Notation::Value, &all);
        bodies.insert("body".to_owned(), json!({ "anyOf": [body, reference("body-elsewhere")] }));
        if !forms.is_empty() {
            bodies.insert("form".to_owned(), self.values.of(self.document, Notation::Value, &forms));
        }
        bodies
    }

    /// The schemas of media types; none where one of them is of another kind or has no schema.
    fn schemas(
        &self,
        media_types: &[MediaType<'_>],
        kinds: &[ContentKind],
    ) -> Option<Vec<(ContentKind, Pointer)>> {
        let of = |media_type: &MediaType<'_>| {
            let kind = content_kind(media_type.range());
            let schema = media_type.schema().filter(|_| kinds.contains(&kind))?;
            Some((kind, schema.into_owned()))
        };
        media_types.iter().map(of).collect::<Option<Vec<_>>>().filter(|all| !all.is_empty())
    }

    fn expect(&mut self, operation: Operation<'_>) -> Value {
        let responses = operation.responses();
        let keys: Vec<ResponseKey> = responses.iter().map(Response::key).collect();
        let mut expect = Map::new();
        // With severities of its own a step may wait for what the document lacks.
        if !keys.is_empty() && !keys.contains(&ResponseKey::Default) {
            expect.insert("if".to_owned(), json!({ "not": { "required": ["contract"] } }));
            expect.insert("then".to_owned(), json!({ "properties": { "status": self.statuses(&keys) } }));
        }
        let mut bodies: Vec<(Value, Vec<u16>)> = Vec::new();
        let mut successes = Some(Vec::new());
        for response in responses.iter().filter(|_| self.has_bodies) {
            let schemas = self.schemas(&response.media_types(), &[ContentKind::Json]);
            let schemas: Option<Vec<Pointer>> =
                schemas.map(|schemas| schemas.into_iter().map(|(_, schema)| schema).collect());
            let has_content = !response.media_types().is_empty();
            let status = match response.key() {
                ResponseKey::Status(status) => status,
                // What it is of depends on what is documented besides.
                ResponseKey::Range(2) | ResponseKey::Default => {
                    successes = None;
                    continue;
                }
                ResponseKey::Range(_) => continue,
            };
            if (200..300).contains(&status) && has_content {
                match (&mut successes, &schemas) {
                    (Some(all), Some(schemas)) => all.extend(schemas.iter().cloned()),
                    _ => successes = None,
                }
            }
            let Some(schemas) = schemas else { continue };
            let body = self.values.of(self.document, Notation::Matcher, &schemas);
            match bodies.iter_mut().find(|(known, _)| *known == body) {
                Some((_, statuses)) => statuses.push(status),
                None => bodies.push((body, vec![status])),
            }
        }
        let mut forms: Vec<Value> = bodies.into_iter().map(form).collect();
        if let Some(schemas) = successes.filter(|schemas| !schemas.is_empty()) {
            let body = self.values.of(self.document, Notation::Matcher, &schemas);
            forms.push(json!({
                "if": { "not": { "required": ["status"] } },
                "then": { "properties": { "body": body } },
            }));
        }
        if !forms.is_empty() {
            expect.insert("allOf".to_owned(), Value::Array(forms));
        }
        Value::Object(expect)
    }

    /// The statuses that are documented, in every form in which a step names them.
    fn statuses(&mut self, keys: &[ResponseKey]) -> Value {
        let mut words: Vec<String> = keys.iter().map(ToString::to_string).collect();
        words.sort();
        let name = format!("status.{}", words.join("."));
        if self.values.definitions.contains_key(&name) {
            return reference(&name);
        }
        let mut codes = Vec::new();
        let mut classes = Vec::new();
        let mut forms = Vec::new();
        for key in keys {
            match key {
                ResponseKey::Status(status) => {
                    codes.push(json!(status));
                    classes.push(status / 100);
                }
                ResponseKey::Range(class) => {
                    let least = u16::from(*class) * 100;
                    forms.push(json!({ "type": "integer", "minimum": least, "maximum": least + 99 }));
                    forms.push(json!({ "type": "string", "pattern": format!("^{class}[0-9][0-9]$") }));
                    classes.push(u16::from(*class));
                }
                ResponseKey::Default => {}
            }
        }
        forms.insert(0, json!({ "enum": codes }));
        let digits: Vec<String> = codes.iter().map(|code| format!("^{code}$")).collect();
        classes.sort_unstable();
        classes.dedup();
        let classes = classes.iter().map(|class| format!("^{class}(xx|XX)$"));
        let texts: Vec<String> = digits.into_iter().chain(classes).chain([r"^\$".to_owned()]).collect();
        forms.push(json!({ "type": "string", "pattern": texts.join("|") }));
        let several = json!({ "type": "array", "items": { "anyOf": forms } });
        forms.push(several);
        self.values.define(name, json!({ "anyOf": forms }))
    }
}

/// What is expected of a body where one of these statuses is.
fn form((body, statuses): (Value, Vec<u16>)) -> Value {
    let texts = statuses.iter().map(|status| json!(status.to_string()));
    let all: Vec<Value> = statuses.iter().map(|status| json!(status)).chain(texts).collect();
    json!({
        "if": { "properties": { "status": { "enum": all } }, "required": ["status"] },
        "then": { "properties": { "body": body } },
    })
}
