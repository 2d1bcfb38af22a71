//! Which schema a discriminator names for a value.
//!
//! A discriminator decides no verdict: it tells which form was meant. One place reads it, for the words of
//! a `oneOf` that does not hold and for the check of its own.

use super::target::target;
use crate::json::{Map, Pointer, Value};
use crate::openapi::Document;
use std::collections::HashSet;

/// Schemas that are looked through for the parents of one; more are a circle that only looks long.
const MAX_SCHEMAS: usize = 64;

/// The `discriminator` of a schema.
///
/// Source: OpenAPI 3.0.4, 3.1.1 and 3.2.0, "Discriminator Object".
#[derive(Clone, Debug)]
pub struct Discriminator<'d> {
    document: &'d Document,
    /// The schema that has it.
    schema: Pointer,
    property: &'d str,
    mapping: Option<&'d Map<String, Value>>,
    default: Option<&'d str>,
}

/// What a discriminator makes of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Discriminated {
    /// It names a schema.
    Schema {
        /// Where that stands, behind its references.
        pointer: Pointer,
        /// What names it, as the end of "the body says …": "`type: card`".
        because: String,
        /// Whether `mapping` or `defaultMapping` says so, not the name of a schema alone.
        is_mapped: bool,
    },
    /// The member is there and names no schema.
    Unknown {
        /// The text of the member.
        tag: String,
    },
    /// The value is no object, or has no such member, or the member is no text.
    Nothing,
}

impl<'d> Discriminator<'d> {
    /// The discriminator of the schema at a pointer, where it has one that can be read.
    pub fn of(document: &'d Document, schema: &Pointer) -> Option<Self> {
        let object = document.get(schema)?.get("discriminator")?;
        Some(Self {
            document,
            schema: schema.clone(),
            property: object.get("propertyName")?.as_str()?,
            mapping: object.get("mapping").and_then(Value::as_object),
            default: object.get("defaultMapping").and_then(Value::as_str),
        })
    }

    /// The name of the discriminating member.
    pub fn property(&self) -> &'d str {
        self.property
    }

    /// The values that `mapping` lists, in its order.
    pub fn mapped(&self) -> impl Iterator<Item = &'d str> + use<'d> {
        self.mapping.into_iter().flat_map(Map::keys).map(String::as_str)
    }

    /// The values that `mapping` lists, in its order, with the schema that each leads to, behind its
    /// references; those that lead nowhere are left out.
    pub fn mapped_schemas(&self) -> Vec<(String, Pointer)> {
        let mapping = self.mapping.into_iter().flatten();
        let led = mapping.filter_map(|(tag, to)| Some((tag.clone(), self.place(to.as_str()?)?)));
        led.collect()
    }

    /// The keyword that lists the values: `mapping`, or `propertyName` where there is none.
    pub fn keyword(&self) -> Pointer {
        let keyword = if self.mapping.is_some() { "mapping" } else { "propertyName" };
        self.schema.child("discriminator").child(keyword)
    }

    /// Which schema it names for a value.
    pub fn read(&self, value: &Value) -> Discriminated {
        let Value::Object(members) = value else { return Discriminated::Nothing };
        let Some(tag) = members.get(self.property) else {
            return self.fall_back(format!("has no `{}`", self.property)).unwrap_or(Discriminated::Nothing);
        };
        let Some(tag) = tag.as_str() else { return Discriminated::Nothing };
        let mapped = self.mapping.and_then(|mapping| mapping.get(tag)).and_then(Value::as_str);
        let because = format!("says `{}: {}`", self.property, crate::diagnostic::words::shorten(tag));
        match self.place(mapped.unwrap_or(tag)) {
            Some(pointer) => Discriminated::Schema { pointer, because, is_mapped: mapped.is_some() },
            None => self
                .fall_back(format!("{because}, which is not mapped"))
                .unwrap_or_else(|| Discriminated::Unknown { tag: tag.to_owned() }),
        }
    }

    /// OpenAPI 3.2: `defaultMapping` is for a value without the member, or with one that is not mapped.
    fn fall_back(&self, because: String) -> Option<Discriminated> {
        let pointer = self.place(self.default?)?;
        Some(Discriminated::Schema { pointer, because, is_mapped: true })
    }

    /// What a name or a reference in `mapping`, or the value itself, leads to. What can be the name of a
    /// schema is one.
    fn place(&self, wanted: &str) -> Option<Pointer> {
        // Swagger 2.0, "Schema Object", `discriminator`: the value is a name in `definitions`.
        let named = [Pointer::of(["components", "schemas", wanted]), Pointer::of(["definitions", wanted])];
        let place = match named.into_iter().find(|named| self.document.get(named).is_some()) {
            Some(named) => named,
            None if wanted.is_empty() => return None,
            None => target(self.document, wanted, &self.schema).ok()?,
        };
        self.document.resolve(&place).ok().map(|(place, _)| place)
    }
}

/// The form that a value means, among those of a `oneOf` or `anyOf` at `choice`: by the discriminator
/// beside them, or by that of a schema which a form takes in; with the words for why.
pub(super) fn chosen(document: &Document, choice: &Pointer, value: &Value) -> Option<(usize, String)> {
    let count = document.get(choice)?.as_array()?.len();
    let forms: Vec<Option<Pointer>> = (0..count)
        .map(|index| document.resolve(&choice.child(index.to_string())).ok().map(|(form, _)| form))
        .collect();
    if let Some(discriminator) = Discriminator::of(document, &choice.parent()) {
        let Discriminated::Schema { pointer, because, .. } = discriminator.read(value) else { return None };
        let index = forms.iter().position(|form| form.as_ref() == Some(&pointer))?;
        return Some((index, because));
    }
    forms.iter().enumerate().find_map(|(index, form)| {
        let form = form.as_ref()?;
        parents(document, form).iter().find_map(|parent| {
            match Discriminator::of(document, parent)?.read(value) {
                Discriminated::Schema { pointer, because, .. } if pointer == *form => Some((index, because)),
                _ => None,
            }
        })
    })
}

/// A schema and those that it takes in through `$ref` and `allOf`, itself first.
pub(super) fn parents(document: &Document, schema: &Pointer) -> Vec<Pointer> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut queue = std::collections::VecDeque::from([schema.clone()]);
    while let Some(at) = queue.pop_front() {
        let Ok((at, schema)) = document.resolve(&at) else { continue };
        if found.len() >= MAX_SCHEMAS || !seen.insert(at.clone()) {
            continue;
        }
        let n_parts = schema.get("allOf").and_then(Value::as_array).map_or(0, Vec::len);
        queue.extend((0..n_parts).map(|index| at.child("allOf").child(index.to_string())));
        found.push(at);
    }
    found
}

/// Whether a schema takes in another through `$ref` and `allOf`, as one that inherits from it does.
pub fn takes_in(document: &Document, schema: &Pointer, parent: &Pointer) -> bool {
    parents(document, schema).contains(parent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::testing::load;

    const SCHEMAS: &str = "
    Card: { type: object }
    Manual: { type: object }
    Dotted.Name: { type: object }
    Alias: { $ref: '#/components/schemas/Manual' }
    Plain: { discriminator: { propertyName: kind } }
    Mapped:
      discriminator:
        propertyName: kind
        mapping: { card: Card, manual: '#/components/schemas/Manual', alias: Alias, dot: Dotted.Name, lost: Nothing, Card: Manual }
    Default: { discriminator: { propertyName: kind, mapping: { card: Card }, defaultMapping: '#/components/schemas/Manual' } }
    Broken: { discriminator: { mapping: { card: Card } } }
    Parent: { discriminator: { propertyName: kind } }
    Child: { allOf: [ { $ref: '#/components/schemas/Parent' } ] }
    Grandchild: { allOf: [ { $ref: '#/components/schemas/Child' } ] }
    Circle: { allOf: [ { $ref: '#/components/schemas/Circle' } ] }";

    fn with<T>(work: impl FnOnce(&Document) -> T) -> T {
        let text = format!(
            "openapi: 3.2.0\ninfo: {{ title: t, version: '1' }}\npaths: {{}}\ncomponents:\n  schemas:{SCHEMAS}\n"
        );
        let (document, _) = load(&text);
        work(&document.expect("it loads"))
    }

    fn schema(name: &str) -> Pointer {
        Pointer::of(["components", "schemas", name])
    }

    fn check(name: &str, value: &str, expected: &str) {
        let value: Value = serde_json::from_str(value).expect("it is JSON");
        let found =
            with(|document| match Discriminator::of(document, &schema(name)).map(|it| it.read(&value)) {
                None => "none".to_owned(),
                Some(Discriminated::Schema { pointer, because, .. }) => {
                    format!("{} {because}", pointer.tokens().last().expect("it has a name"))
                }
                Some(Discriminated::Unknown { tag }) => format!("unknown {tag}"),
                Some(Discriminated::Nothing) => "nothing".to_owned(),
            });
        assert_eq!(found, expected, "{name} {value}");
    }

    #[test]
    fn names_of_schemas_map_by_themselves() {
        check("Plain", r#"{"kind": "Card"}"#, "Card says `kind: Card`");
        check("Plain", r#"{"kind": "card"}"#, "unknown card");
        check("Plain", r#"{"kind": ""}"#, "unknown ");
        check("Plain", r#"{"kind": 1}"#, "nothing");
        check("Plain", "{}", "nothing");
        check("Plain", "[]", "nothing");
        check("Broken", "{}", "none");
        check("Card", "{}", "none");
    }

    #[test]
    fn mappings_are_names_or_references() {
        check("Mapped", r#"{"kind": "card"}"#, "Card says `kind: card`");
        check("Mapped", r#"{"kind": "manual"}"#, "Manual says `kind: manual`");
        check("Mapped", r#"{"kind": "alias"}"#, "Manual says `kind: alias`");
        check("Mapped", r#"{"kind": "dot"}"#, "Dotted.Name says `kind: dot`");
        check("Mapped", r#"{"kind": "lost"}"#, "unknown lost");
        // A mapping comes before the name of a schema; what it does not list is a name still.
        check("Mapped", r#"{"kind": "Card"}"#, "Manual says `kind: Card`");
        check("Mapped", r#"{"kind": "Manual"}"#, "Manual says `kind: Manual`");
    }

    #[test]
    fn a_default_stands_in_for_what_is_not_mapped() {
        check("Default", r#"{"kind": "card"}"#, "Card says `kind: card`");
        check("Default", r#"{"kind": "x"}"#, "Manual says `kind: x`, which is not mapped");
        check("Default", "{}", "Manual has no `kind`");
        check("Default", "3", "nothing");
    }

    #[test]
    fn what_inherits_takes_its_parent_in() {
        with(|document| {
            assert!(takes_in(document, &schema("Grandchild"), &schema("Parent")));
            assert!(!takes_in(document, &schema("Parent"), &schema("Child")));
            assert!(!takes_in(document, &schema("Circle"), &schema("Parent")));
        });
    }
}
