//! What a value of a schema may hold, through references, `allOf` and every form of a choice.

use crate::json::{Pointer, Value};
use crate::openapi::{Direction, Discriminator, Document, Types};
use std::collections::HashMap;
use std::sync::Arc;

/// As many schemas may speak of one value; more are a circle that only looks long.
const MAX_SCHEMAS: usize = 256;

/// The parts of the values that some schemas describe together.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// The members by name, with the schemas of each, in the order written.
    pub(super) members: Vec<(String, Vec<Pointer>)>,
    /// The schemas of elements; none where there are no elements.
    pub(super) elements: Vec<Pointer>,
    /// The schemas of members that are not described by name.
    pub(super) further: Vec<Pointer>,
    /// The values of every `enum`, each once.
    pub(super) values: Vec<Value>,
    /// Whether it is a boolean.
    pub(super) is_boolean: bool,
    pub(super) choices: Vec<Choice>,
}

/// A `oneOf` or `anyOf`, or the mapping of a discriminator.
#[derive(Debug)]
pub(super) struct Choice {
    /// The schema with the discriminator that decides, where there is one.
    pub(super) discriminator: Option<Pointer>,
    /// The names of the forms, each unlike the others, with where they stand behind their references.
    pub(super) branches: Vec<(String, Pointer)>,
}

/// Shapes, each worked out once.
pub(super) struct Shapes<'d> {
    document: &'d Document,
    known: HashMap<(Vec<Pointer>, Direction), usize>,
    pub(super) list: Vec<Arc<Shape>>,
}

impl<'d> Shapes<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        Self { document, known: HashMap::new(), list: Vec::new() }
    }

    /// The number of the shape that values have which satisfy all of some schemas.
    pub(super) fn of(&mut self, schemas: &[Pointer], direction: Direction) -> usize {
        let behind = |schema: &Pointer| self.document.resolve(schema).ok().map(|(at, _)| at);
        let mut starts: Vec<Pointer> = schemas.iter().filter_map(behind).collect();
        starts.sort();
        starts.dedup();
        let key = (starts, direction);
        if let Some(number) = self.known.get(&key) {
            return *number;
        }
        let shape = gather(self.document, schemas, direction);
        self.list.push(Arc::new(shape));
        self.known.insert(key, self.list.len() - 1);
        self.list.len() - 1
    }

    /// The number of the shape of arrays whose elements satisfy a schema.
    pub(super) fn of_elements(&mut self, schema: Pointer) -> usize {
        self.list.push(Arc::new(Shape { elements: vec![schema], ..Shape::default() }));
        self.list.len() - 1
    }
}

fn gather(document: &Document, starts: &[Pointer], direction: Direction) -> Shape {
    let mut shape = Shape::default();
    let mut seen: Vec<Pointer> = Vec::new();
    let mut waiting: Vec<Pointer> = starts.iter().rev().cloned().collect();
    while let Some(next) = waiting.pop() {
        let Ok((at, schema)) = document.resolve(&next) else { continue };
        if seen.len() >= MAX_SCHEMAS || seen.contains(&at) || !schema.is_object() {
            continue;
        }
        seen.push(at.clone());
        let mut inner = Vec::new();
        let list = |keyword: &str| {
            let count = schema.get(keyword).and_then(Value::as_array).map_or(0, Vec::len);
            let holder = at.child(keyword);
            (0..count).map(move |index| holder.child(index.to_string())).collect::<Vec<_>>()
        };
        let names = |keyword: &str| {
            let members = schema.get(keyword).and_then(Value::as_object);
            let holder = at.child(keyword);
            let names = members.into_iter().flat_map(|members| members.keys());
            names.map(move |name| (name.clone(), holder.child(name.as_str()))).collect::<Vec<_>>()
        };
        inner.extend(list("allOf"));
        for keyword in ["oneOf", "anyOf"] {
            let forms = list(keyword);
            if !forms.is_empty() {
                let discriminator = Discriminator::of(document, &at).map(|_| at.clone());
                shape.choices.extend(choice(
                    document,
                    discriminator,
                    forms.iter().map(|it| (None, it.clone())),
                ));
                inner.extend(forms);
            }
        }
        let has_forms = ["oneOf", "anyOf"].iter().any(|keyword| schema.get(keyword).is_some());
        if let (false, Some(discriminator)) = (has_forms, Discriminator::of(document, &at)) {
            let mapped = discriminator.mapped_schemas();
            inner.extend(mapped.iter().map(|(_, form)| form.clone()));
            let forms = mapped.into_iter().map(|(name, form)| (Some(name), form));
            shape.choices.extend(choice(document, Some(at.clone()), forms));
        }
        for keyword in ["if", "then", "else"] {
            inner.extend(schema.get(keyword).filter(|it| it.is_object()).map(|_| at.child(keyword)));
        }
        inner.extend(names("dependentSchemas").into_iter().map(|(_, schema)| schema));
        for (name, member) in names("properties") {
            if is_hidden(document, &member, direction) {
                continue;
            }
            match shape.members.iter_mut().find(|(known, _)| *known == name) {
                Some((_, schemas)) => schemas.push(member),
                None => shape.members.push((name, vec![member])),
            }
        }
        for keyword in ["items", "contains", "additionalItems", "unevaluatedItems"] {
            shape.elements.extend(schema.get(keyword).filter(|it| it.is_object()).map(|_| at.child(keyword)));
        }
        shape.elements.extend(list("prefixItems"));
        let says = |schema: &Value| schema.as_object().is_some_and(|keywords| !keywords.is_empty());
        let further = schema.get("additionalProperties").filter(|it| says(it));
        shape.further.extend(further.map(|_| at.child("additionalProperties")));
        shape.further.extend(names("patternProperties").into_iter().map(|(_, schema)| schema));
        for value in schema.get("enum").and_then(Value::as_array).into_iter().flatten() {
            if !shape.values.contains(value) {
                shape.values.push(value.clone());
            }
        }
        shape.is_boolean |= schema.get("type").is_some() && Types::of_schema(schema).contains(Types::BOOLEAN);
        waiting.extend(inner.into_iter().rev());
    }
    shape
}

/// Whether a member does not travel that way.
///
/// Source: OpenAPI 3.1.1, "Schema Object", `readOnly` and `writeOnly`.
fn is_hidden(document: &Document, schema: &Pointer, direction: Direction) -> bool {
    let keyword = match direction {
        Direction::Request => "readOnly",
        Direction::Response => "writeOnly",
    };
    let says = |schema: Option<&Value>| schema.and_then(|it| it.get(keyword)) == Some(&Value::Bool(true));
    says(document.get(schema)) || says(document.resolve(schema).ok().map(|(_, schema)| schema))
}

/// A choice of forms; `None` where there is only one, which is none.
fn choice(
    document: &Document,
    discriminator: Option<Pointer>,
    forms: impl Iterator<Item = (Option<String>, Pointer)>,
) -> Option<Choice> {
    let mut branches: Vec<(String, Pointer)> = Vec::new();
    for (index, (name, written)) in forms.enumerate() {
        let Ok((form, schema)) = document.resolve(&written) else { continue };
        let wanted = name.unwrap_or_else(|| label(&form, schema, index));
        let mut name = wanted.clone();
        let mut number = 2;
        while branches.iter().any(|(known, _)| *known == name) {
            name = format!("{wanted} ({number})");
            number += 1;
        }
        branches.push((name, form));
    }
    (branches.len() > 1).then_some(Choice { discriminator, branches })
}

/// What a form is called: its component, its title, its type, or its number.
fn label(form: &Pointer, schema: &Value, index: usize) -> String {
    if let [.., holder, name] = form.tokens()
        && matches!(holder.as_str(), "schemas" | "definitions" | "$defs")
    {
        return name.to_string();
    }
    let title = schema.get("title").and_then(Value::as_str).filter(|title| !title.is_empty());
    let kind = schema.get("type").and_then(Value::as_str);
    title.or(kind).map_or_else(|| format!("form {}", index + 1), str::to_owned)
}
