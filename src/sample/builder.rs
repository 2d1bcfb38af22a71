use super::conjunction::Conjunction;
use super::{Sample, number, text};
use crate::json::{Pointer, Value};
use crate::openapi::{Direction, Document, Types};
use std::collections::HashMap;

/// As many parts of one value are made.
const MAX_PARTS: usize = 2_000;

/// As deep is a value made.
const MAX_DEPTH: usize = 12;

/// From this turn on no `example` is trusted.
const WITHOUT_EXAMPLES: usize = 2;

/// From this turn on only what is required is made.
const REQUIRED_ONLY: usize = 4;

/// Makes one value.
pub(super) struct Builder<'d> {
    document: &'d Document,
    direction: Direction,
    turn: usize,
    schemas: HashMap<Pointer, Pointer>,
    /// The schemas that are being made, the outermost first.
    open: Vec<Pointer>,
    parts: usize,
    cut: Option<String>,
}

impl<'d> Builder<'d> {
    pub(super) fn new(document: &'d Document, direction: Direction, turn: usize) -> Self {
        Self { document, direction, turn, schemas: HashMap::new(), open: Vec::new(), parts: 0, cut: None }
    }

    /// `None` when the schema asks for itself without end, or for more than is made.
    pub(super) fn build(mut self, schema: &Pointer) -> Option<Sample> {
        let value = self.value(std::slice::from_ref(schema), &Pointer::root())?;
        Some(Sample { value, schemas: self.schemas, cut: self.cut })
    }

    fn value(&mut self, schemas: &[Pointer], at: &Pointer) -> Option<Value> {
        self.parts += 1;
        let all = Conjunction::gather(self.document, schemas, self.turn);
        let (own, _) = all.schemas.first()?;
        let is_again = self.open.iter().filter(|open| *open == own).count() > 1;
        if all.is_broken || is_again {
            return None;
        }
        if self.parts > MAX_PARTS || self.open.len() > MAX_DEPTH {
            self.cut = Some(match self.parts > MAX_PARTS {
                true => format!("no more than {MAX_PARTS} parts of an answer are made up"),
                false => format!("no more than {MAX_DEPTH} levels of an answer are made up"),
            });
            return None;
        }
        self.schemas.insert(at.clone(), own.clone());
        self.open.push(own.clone());
        let made = self.shown(&all).or_else(|| self.make(&all, at));
        self.open.pop();
        made
    }

    /// A value that the document shows: `const`, one of `enum`, a scalar example or default.
    fn shown(&self, all: &Conjunction<'_>) -> Option<Value> {
        if let Some(value) = all.first("const") {
            return Some(value.clone());
        }
        if let Some(values) = all.first("enum").and_then(Value::as_array) {
            return values.iter().find(|value| !value.is_null()).or_else(|| values.first()).cloned();
        }
        if self.turn >= WITHOUT_EXAMPLES {
            return None;
        }
        let examples = all.all("examples").filter_map(|(_, list)| list.as_array()?.first());
        let single =
            ["example", "default"].into_iter().flat_map(|keyword| all.all(keyword)).map(|(_, value)| value);
        let types = all.types();
        let is_scalar = |value: &&Value| !value.is_object() && !value.is_array() && !value.is_null();
        examples.chain(single).find(|value| is_scalar(value) && types.admit(value)).cloned()
    }

    fn make(&mut self, all: &Conjunction<'d>, at: &Pointer) -> Option<Value> {
        Some(match kind(all) {
            Types::OBJECT => Value::Object(self.object(all, at)?),
            Types::ARRAY => Value::Array(self.array(all, at)?),
            Types::STRING => Value::String(text::make(all)),
            Types::INTEGER => number::make(all, true),
            Types::NUMBER => number::make(all, false),
            Types::BOOLEAN => Value::Bool(true),
            _ => Value::Null,
        })
    }

    fn object(&mut self, all: &Conjunction<'d>, at: &Pointer) -> Option<serde_json::Map<String, Value>> {
        let required: Vec<&str> = all
            .all("required")
            .filter_map(|(_, names)| names.as_array())
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let described =
            all.all("properties").filter_map(|(holder, members)| Some((holder, members.as_object()?)));
        let mut names: Vec<(&str, Vec<Pointer>)> = Vec::new();
        for (holder, members) in described {
            for name in members.keys() {
                let schema = holder.child("properties").child(name.as_str());
                match names.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, schemas)) => schemas.push(schema),
                    None => names.push((name, vec![schema])),
                }
            }
        }
        for name in &required {
            if !names.iter().any(|(known, _)| known == name) {
                names.push((name, further(all)));
            }
        }
        let mut made = serde_json::Map::new();
        for (name, schemas) in names {
            let is_required = required.contains(&name);
            if self.is_hidden(&schemas) || (!is_required && self.turn >= REQUIRED_ONLY) {
                continue;
            }
            if let Some((_, value)) = all.fixed.iter().find(|(fixed, _)| fixed == name) {
                made.insert(name.to_owned(), value.clone());
                continue;
            }
            match self.member(&schemas, &at.child(name)) {
                Some(value) => {
                    made.insert(name.to_owned(), value);
                }
                // What asks for itself ends where it need not be.
                None if is_required => return None,
                None => {}
            }
        }
        for (name, value) in &all.fixed {
            made.entry(name.clone()).or_insert_with(|| value.clone());
        }
        let least = all.largest("minProperties").unwrap_or(0).min(64) as usize;
        let is_map = made.is_empty() && all.all("additionalProperties").any(|(_, schema)| schema.is_object());
        let wanted = if is_map && self.turn < REQUIRED_ONLY { least.max(1) } else { least };
        let mut number = 1;
        while made.len() < wanted && number <= wanted {
            let name = format!("key{number}");
            let value = self.member(&further(all), &at.child(&name))?;
            made.insert(name, value);
            number += 1;
        }
        Some(made)
    }

    /// A member; one that nothing describes is a text.
    fn member(&mut self, schemas: &[Pointer], at: &Pointer) -> Option<Value> {
        if schemas.is_empty() { Some(Value::from("text")) } else { self.value(schemas, at) }
    }

    /// Whether a member does not travel this way.
    fn is_hidden(&self, schemas: &[Pointer]) -> bool {
        let keyword = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        schemas.iter().any(|schema| {
            let own = self.document.get(schema).and_then(|value| value.get(keyword));
            let behind = || self.document.resolve(schema).ok().and_then(|(_, value)| value.get(keyword));
            own.or_else(behind) == Some(&Value::Bool(true))
        })
    }

    fn array(&mut self, all: &Conjunction<'d>, at: &Pointer) -> Option<Vec<Value>> {
        let least = all.largest("minItems").unwrap_or(0).min(64) as usize;
        let most = all.smallest("maxItems").unwrap_or(64) as usize;
        let is_short = self.turn >= REQUIRED_ONLY;
        let mut made = Vec::new();
        for index in 0..least.max(usize::from(!is_short)).min(most.max(least)) {
            let place = at.child(index.to_string());
            let schemas = element(all, index);
            if schemas.is_empty() && all.first("contains").is_none() && index >= least {
                break;
            }
            let value = match self.member(&schemas, &place) {
                Some(value) => value,
                None if index < least => return None,
                None => break,
            };
            made.push(distinct(value, &made));
        }
        Some(made)
    }
}

/// The schemas of an element.
fn element(all: &Conjunction<'_>, index: usize) -> Vec<Pointer> {
    let mut schemas = Vec::new();
    for (at, schema) in &all.schemas {
        let prefix = schema.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
        if index < prefix {
            schemas.push(at.child("prefixItems").child(index.to_string()));
        } else if schema.get("items").is_some_and(|items| items.is_object()) {
            schemas.push(at.child("items"));
        }
        if index == prefix && schema.get("contains").is_some() {
            schemas.push(at.child("contains"));
        }
    }
    schemas
}

/// The schemas of a member that is not described by name.
fn further(all: &Conjunction<'_>) -> Vec<Pointer> {
    let schemas = all.all("additionalProperties").filter(|(_, schema)| schema.is_object());
    schemas.map(|(at, _)| at.child("additionalProperties")).collect()
}

/// A value unlike those before, where that is easy: `uniqueItems` may ask for it.
fn distinct(value: Value, before: &[Value]) -> Value {
    match &value {
        _ if !before.contains(&value) => value,
        Value::String(text) => Value::from(format!("{text}{}", before.len() + 1)),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Value::from(number.saturating_add(before.len() as i64)),
            None => value,
        },
        _ => value,
    }
}

/// The type to make: the one that the keywords speak of, of those that are admitted.
fn kind(all: &Conjunction<'_>) -> Types {
    let types = all.types();
    let speaks = |keywords: &[&str]| keywords.iter().any(|keyword| all.first(keyword).is_some());
    let hinted = [
        (Types::OBJECT, speaks(&["properties", "required", "additionalProperties", "minProperties"])),
        (Types::ARRAY, speaks(&["items", "prefixItems", "contains", "minItems"])),
        (Types::STRING, speaks(&["pattern", "minLength", "maxLength"])),
        (Types::NUMBER, speaks(&["minimum", "maximum", "multipleOf", "exclusiveMinimum"])),
    ];
    let hint = hinted.into_iter().find(|(kind, is_spoken_of)| *is_spoken_of && types.contains(*kind));
    let order = [
        Types::STRING,
        Types::INTEGER,
        Types::NUMBER,
        Types::BOOLEAN,
        Types::OBJECT,
        Types::ARRAY,
        Types::NULL,
    ];
    let fallback = || order.into_iter().find(|kind| types.contains(*kind)).unwrap_or(Types::NULL);
    hint.map_or_else(fallback, |(kind, _)| kind)
}
