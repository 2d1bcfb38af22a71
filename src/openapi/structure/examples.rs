use super::plain::is_plainly_valid;
use super::schemas::Target;
use super::{Also, Lint, MAX_LINTS};
use crate::diagnostic::{Code, words};
use crate::hash::HashSet;
use crate::json::{Members as _, Pointer, Value};
use crate::openapi::view::View;
use crate::openapi::{
    Contract, Direction, Document, MediaType, Nullable, Operation, RequestBody, Validity, is_json,
};
use std::sync::Arc;

/// Judges the examples and defaults of a document by their own schemas.
///
/// Source: OpenAPI 3.1.1, "Working with Examples": an example should match its schema. JSON Schema
/// 2020-12, "Validation", §9.2: so should a default.
pub(super) fn lint(document: &Arc<Document>, nullable: Nullable, schemas: &[Target<'_>]) -> Vec<Lint> {
    let mut collector = Collector { samples: Vec::new(), seen: HashSet::default() };
    for operation in document.operations() {
        collector.operation(operation);
    }
    for Target { at, value } in schemas {
        collector.schema(document, at, value);
    }
    let is_judged = |sample: &Sample<'_>| {
        let schema = document.get(&sample.schema);
        !schema.is_some_and(|schema| is_plainly_valid(schema, sample.value))
    };
    let samples: Vec<Sample<'_>> = collector.samples.into_iter().filter(is_judged).collect();
    let wanted = samples
        .iter()
        .flat_map(|sample| sample.directions.iter().map(|direction| (sample.schema.clone(), *direction)));
    let contract = Contract::of_schemas(Arc::clone(document), wanted).with_nullable(nullable);
    samples.iter().filter_map(|sample| sample.judge(&contract)).take(MAX_LINTS).collect()
}

const REQUEST: &[Direction] = &[Direction::Request];
const RESPONSE: &[Direction] = &[Direction::Response];
const EITHER: &[Direction] = &[Direction::Request, Direction::Response];

/// So many faults of one value are counted.
const MAX_FAULTS: usize = 20;

/// One value that a document shows as an instance of a schema.
struct Sample<'d> {
    /// What it is: "the example `One` of the 200 of getItem".
    name: String,
    at: Pointer,
    value: &'d Value,
    schema: Pointer,
    /// Which way it travels; a value within a schema that is used both ways may travel either.
    directions: &'static [Direction],
}

impl Sample<'_> {
    fn judge(&self, contract: &Contract) -> Option<Lint> {
        let mut errors = Vec::new();
        for direction in self.directions {
            match contract.validate_as("the value", &self.schema, *direction, self.value, MAX_FAULTS) {
                Validity::Invalid(found) => errors = found,
                Validity::Valid | Validity::NotChecked(_) => return None,
            }
        }
        let first = errors.first()?;
        let notes = match errors.len() - 1 {
            0 => Vec::new(),
            rest => vec![format!("and {}", words::count(rest, "further fault", "further faults"))],
        };
        let what =
            if first.label.is_empty() { format!("promises {}", first.expected) } else { first.label.clone() };
        Some(Lint {
            code: Code::DOCUMENT_EXAMPLE,
            pointer: self.at.join(&first.instance),
            is_key: false,
            message: format!("{} breaks its own schema: {}", self.name, first.headline),
            label: first.actual.clone(),
            also: Some(Also { pointer: first.keyword.clone(), label: what }),
            notes,
            help: None,
        })
    }
}

struct Collector<'d> {
    samples: Vec<Sample<'d>>,
    seen: HashSet<(Pointer, Pointer)>,
}

impl<'d> Collector<'d> {
    fn operation(&mut self, operation: Operation<'d>) {
        let name = operation.name();
        for parameter in operation.parameters() {
            let of = format!("the {} parameter `{}`", parameter.location(), parameter.name());
            if let Some(schema) = parameter.schema() {
                self.holder(&of, parameter.view(), &schema, REQUEST);
            }
            if let Some(content) = parameter.content() {
                self.content(&of, &content, REQUEST);
            }
        }
        for content in operation.request_body().iter().flat_map(RequestBody::media_types) {
            self.content(&format!("the request of {name}"), &content, REQUEST);
        }
        for response in operation.responses() {
            let of = format!("the {} of {name}", response.key());
            for content in response.media_types() {
                self.content(&of, &content, RESPONSE);
            }
            for header in response.headers() {
                let of = format!("the header `{}`", header.name());
                if let Some(schema) = header.schema() {
                    self.holder(&of, header.view(), &schema, RESPONSE);
                }
            }
        }
    }

    fn content(&mut self, of: &str, content: &MediaType<'d>, directions: &'static [Direction]) {
        let Some(schema) = content.schema() else { return };
        for (name, at, value) in content.examples() {
            // What is no JSON is often shown as the text that is sent.
            if is_json(content.range()) || !value.is_string() {
                self.add(named(name.as_deref(), of), at, value, &schema, directions);
            }
        }
    }

    /// The examples of a parameter or header.
    fn holder(&mut self, of: &str, view: &View<'d>, schema: &Pointer, directions: &'static [Direction]) {
        if let Some(value) = view.value.get("example") {
            self.add(named(None, of), view.pointer.child("example"), value, schema, directions);
        }
        for (name, example) in view.objects("examples") {
            if let Some(value) = example.value.get("value") {
                self.add(named(Some(name), of), example.pointer.child("value"), value, schema, directions);
            }
        }
    }

    /// The examples and the default within a schema.
    fn schema(&mut self, document: &'d Document, at: &Pointer, schema: &'d Value) {
        if !["example", "default", "examples"].iter().any(|keyword| schema.has_member(keyword)) {
            return;
        }
        let of = title(document, at);
        for keyword in ["example", "default"] {
            let Some(value) = schema.member(keyword) else { continue };
            let name = format!("the {keyword} of {of}");
            self.add(name, at.child(keyword), value, at, EITHER);
        }
        let examples = schema.member("examples").and_then(Value::as_array);
        for (index, value) in examples.into_iter().flatten().enumerate() {
            let name = format!("example {} of {of}", index + 1);
            self.add(name, at.child("examples").child(index.to_string()), value, at, EITHER);
        }
    }

    fn add(
        &mut self,
        name: String,
        at: Pointer,
        value: &'d Value,
        schema: &Pointer,
        directions: &'static [Direction],
    ) {
        if self.seen.insert((at.clone(), schema.clone())) {
            self.samples.push(Sample { name, at, value, schema: schema.clone(), directions });
        }
    }
}

fn named(name: Option<&str>, of: &str) -> String {
    match name {
        Some(name) => format!("the example `{name}` of {of}"),
        None => format!("the example of {of}"),
    }
}

/// What a schema is called: its name among the components, or that of the property, parameter or header
/// it describes.
pub(super) fn title(document: &Document, at: &Pointer) -> String {
    match at.tokens() {
        [.., holder, name] if holder == "schemas" || holder == "properties" || holder == "$defs" => {
            format!("`{name}`")
        }
        [.., keyword] if keyword == "items" => format!("the elements of {}", title(document, &at.parent())),
        [.., holder, keyword] if keyword == "schema" => match holder.as_str() {
            media_type if media_type.contains('/') => format!("the schema of `{media_type}`"),
            _ => match described(document, &at.parent()) {
                Some(name) => name,
                None => "the schema".to_owned(),
            },
        },
        _ => "a schema".to_owned(),
    }
}

/// The parameter or header that stands at a pointer, if one does.
fn described(document: &Document, at: &Pointer) -> Option<String> {
    let text = |key: &str| document.get(at)?.get(key)?.as_str();
    match (text("in"), text("name"), at.tokens()) {
        (Some("formData"), Some(name), _) => Some(format!("the form field `{name}`")),
        (Some("body"), Some(_), _) => None,
        (Some(location), Some(name), _) => Some(format!("the {location} parameter `{name}`")),
        (.., [.., holder, name]) if holder == "headers" => Some(format!("the header `{name}`")),
        _ => None,
    }
}
