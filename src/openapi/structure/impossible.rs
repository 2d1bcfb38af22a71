//! Schemas that no value satisfies, as far as it can be told for sure.
//!
//! A schema is satisfiable when a finite value of it can be built from satisfiable parts: the least
//! fixed point of [`Graph::judge`], which is monotone because what negates (`not`, `if`) counts as
//! satisfiable. What is unknown counts as satisfiable too, so that nothing legal is reported.

use super::examples::title;
use super::schemas::{Target, held_in_list};
use super::{Also, Lint};
use crate::diagnostic::{Code, words};
use crate::hash::HashMap;
use crate::json::{Members as _, Pointer, Value};
use crate::openapi::reference::reference_of;
use crate::openapi::{Document, Types};
use std::cell::Cell;
use std::collections::BTreeSet;

/// So many endless schemas are told apart; each costs a further pass.
const MAX_ENDLESS: usize = 20;

/// As deep are the members of `allOf` gathered.
const MAX_DEPTH: usize = 16;

/// Names the schemas that nothing can satisfy, each where the reason stands.
pub(super) fn lint(document: &Document, schemas: &[Target<'_>]) -> Vec<Lint> {
    let graph = Graph::new(document, schemas);
    // What counts as satisfiable, whatever becomes of the others.
    let mut settled = vec![false; graph.nodes.len()];
    let mut lints = Vec::new();
    // What contradicts itself whatever its parts are. It counts as satisfiable from here on, so that what
    // it makes impossible is not reported once more.
    for (index, node) in graph.nodes.iter().enumerate() {
        let asks = Cell::new(false);
        let is_satisfiable = |_| {
            asks.set(true);
            true
        };
        match graph.judge(index, &is_satisfiable) {
            Err(Obstacle::Own(reason)) => {
                lints.push(reason.into_lint(document, &node.at));
                settled[index] = true;
            }
            // What asks for no other schema is judged already; most are such.
            Ok(()) if !asks.get() => settled[index] = true,
            _ => {}
        }
    }
    for _ in 0..MAX_ENDLESS {
        let satisfiable = graph.fixed_point(&settled);
        let Some(start) = satisfiable.iter().position(|is_satisfiable| !is_satisfiable) else { break };
        let Some((endless, through)) = graph.circle(start, &satisfiable) else { break };
        lints.push(graph.endless(endless, through));
        settled[endless] = true;
    }
    lints
}

struct Graph<'d> {
    document: &'d Document,
    nodes: &'d [Target<'d>],
    numbers: HashMap<&'d Pointer, usize>,
}

/// Why no value satisfies a schema.
enum Obstacle {
    /// It contradicts itself.
    Own(Reason),
    /// A part that every value must have is impossible: its number, and what asks for it.
    Part(usize, String),
}

/// A contradiction, with the keywords that take part.
struct Reason {
    message: String,
    keyword: Pointer,
    label: String,
    also: Option<Also>,
}

impl Reason {
    fn into_lint(self, document: &Document, at: &Pointer) -> Lint {
        Lint {
            code: Code::DOCUMENT_IMPOSSIBLE,
            pointer: self.keyword,
            is_key: false,
            message: format!("nothing can satisfy {}: {}", title(document, at), self.message),
            label: self.label,
            also: self.also,
            notes: Vec::new(),
            help: None,
        }
    }
}

type Judged = Result<(), Obstacle>;

impl<'d> Graph<'d> {
    fn new(document: &'d Document, schemas: &'d [Target<'d>]) -> Self {
        let numbers = schemas.iter().enumerate().map(|(index, schema)| (&schema.at, index)).collect();
        Self { document, nodes: schemas, numbers }
    }

    /// The number of the schema at a pointer; `None` for one that is not known, which counts as
    /// satisfiable.
    fn number(&self, at: &Pointer) -> Option<usize> {
        if let Some(number) = self.numbers.get(at) {
            return Some(*number);
        }
        let (at, _) = self.document.resolve(at).ok()?;
        self.numbers.get(&at).copied()
    }

    fn fixed_point(&self, settled: &[bool]) -> Vec<bool> {
        let mut satisfiable = settled.to_vec();
        loop {
            let mut has_changed = false;
            // Parts mostly stand behind what they are part of.
            for index in (0..self.nodes.len()).rev() {
                if !satisfiable[index] && self.judge(index, &|part| satisfiable[part]).is_ok() {
                    satisfiable[index] = true;
                    has_changed = true;
                }
            }
            if !has_changed {
                return satisfiable;
            }
        }
    }

    /// Follows what makes a schema impossible until it comes back: a schema that needs itself, and the
    /// words for how.
    fn circle(&self, start: usize, satisfiable: &[bool]) -> Option<(usize, String)> {
        let mut seen = BTreeSet::new();
        let mut index = start;
        loop {
            let Err(Obstacle::Part(part, through)) = self.judge(index, &|part| satisfiable[part]) else {
                return None;
            };
            if !seen.insert(index) {
                return Some((index, through));
            }
            index = part;
        }
    }

    fn endless(&self, index: usize, through: String) -> Lint {
        let at = &self.nodes[index].at;
        Lint {
            code: Code::DOCUMENT_IMPOSSIBLE,
            pointer: at.clone(),
            is_key: true,
            message: format!(
                "nothing can satisfy {}: every one needs another, without end",
                title(self.document, at)
            ),
            label: through,
            also: None,
            notes: Vec::new(),
            help: Some("make a member on the way optional or nullable, or let its array be empty".to_owned()),
        }
    }

    fn judge(&self, index: usize, is_satisfiable: &dyn Fn(usize) -> bool) -> Judged {
        let Target { at, value } = &self.nodes[index];
        let Value::Object(schema) = value else {
            // `false` is meant to be satisfied by nothing.
            return Ok(());
        };
        let part = |at: &Pointer, through: &dyn Fn() -> String| match self.number(at) {
            Some(part) if !is_satisfiable(part) => Err(Obstacle::Part(part, through())),
            _ => Ok(()),
        };
        for inner in held_in_list(at, value, "allOf") {
            part(&inner, &|| "`allOf` asks for it".to_owned())?;
        }
        for keyword in ["oneOf", "anyOf"] {
            let judged: Vec<Judged> = held_in_list(at, value, keyword)
                .iter()
                .map(|inner| part(inner, &|| format!("every form of `{keyword}` asks for it")))
                .collect();
            if !judged.is_empty() && judged.iter().all(Result::is_err) {
                return judged.into_iter().next().unwrap_or(Ok(()));
            }
        }
        let types = self.types(at, value)?;
        self.values(at, schema, types)?;
        // A schema is satisfied by a value of any type that it lets through; what it says of one type binds
        // values of that type alone. Without `type`, what describes members is meant for objects.
        let meant = match schema.member("type") {
            None if schema.has_member("properties") || schema.has_member("required") => Types::OBJECT,
            None if schema.has_member("items") => Types::ARRAY,
            _ => types,
        };
        let mut first = None;
        for kind in meant.each() {
            let judged = match kind {
                Types::NUMBER | Types::INTEGER => number(at, schema, kind),
                Types::STRING => counts(at, schema, "minLength", "maxLength", "string"),
                Types::ARRAY => counts(at, schema, "minItems", "maxItems", "array")
                    .and_then(|()| self.array(at, schema, is_satisfiable)),
                Types::OBJECT => counts(at, schema, "minProperties", "maxProperties", "object")
                    .and_then(|()| self.object(at, value, is_satisfiable)),
                _ => Ok(()),
            };
            match judged {
                Ok(()) => return Ok(()),
                Err(obstacle) => first = first.or(Some(obstacle)),
            }
        }
        first.map_or(Ok(()), Err)
    }

    /// The types that a schema and the members of its `allOf` agree on.
    fn types(&self, at: &Pointer, value: &Value) -> Result<Types, Obstacle> {
        let mut all = Types::of_schema(value);
        if value.member("allOf").is_none() {
            return Ok(all);
        }
        let mut first: Option<(Pointer, Types)> = value.member("type").map(|_| (at.child("type"), all));
        for (member, schema) in self.conjuncts(at, value).into_iter().skip(1) {
            let types = Types::of_schema(schema);
            if schema.member("type").is_none() {
                continue;
            }
            let both = all.intersection(types);
            if let (true, Some((other, theirs))) = (both.is_empty() && !all.is_empty(), &first) {
                return Err(Obstacle::Own(Reason {
                    message: format!("`allOf` asks for {} and for {} at once", theirs.words(), types.words()),
                    keyword: member.child("type"),
                    label: format!("{} here", types.words()),
                    also: Some(Also { pointer: other.clone(), label: format!("{} here", theirs.words()) }),
                }));
            }
            first.get_or_insert((member.child("type"), types));
            all = both;
        }
        Ok(all)
    }

    /// A schema and, through references, all that its `allOf` adds to it.
    fn conjuncts<'s>(&self, at: &Pointer, value: &'s Value) -> Vec<(Pointer, &'s Value)>
    where
        'd: 's,
    {
        let mut found = vec![(at.clone(), value)];
        let mut next = 0;
        while let Some((at, value)) = found.get(next).cloned() {
            next += 1;
            if next > MAX_DEPTH {
                break;
            }
            for inner in held_in_list(&at, value, "allOf") {
                if let Ok((at, value)) = self.document.resolve(&inner)
                    && !found.iter().any(|(known, _)| *known == at)
                {
                    found.push((at, value));
                }
            }
        }
        found
    }

    /// `enum` and `const` against the types.
    fn values(&self, at: &Pointer, schema: &serde_json::Map<String, Value>, types: Types) -> Judged {
        let listed = match (schema.member("enum"), schema.member("const")) {
            (Some(Value::Array(values)), _) => values.iter().collect::<Vec<_>>(),
            (_, Some(value)) => vec![value],
            _ => return Ok(()),
        };
        let keyword = if schema.has_member("enum") { "enum" } else { "const" };
        if listed.is_empty() || listed.iter().any(|value| types.admit(value)) {
            return Ok(());
        }
        Err(Obstacle::Own(Reason {
            message: format!("no value of `{keyword}` is {}", types.words()),
            keyword: at.child(keyword),
            label: format!("holds {} alone", Types::of_value(listed[0]).words()),
            also: schema.member("type").map(|_| Also { pointer: at.child("type"), label: types.words() }),
        }))
    }

    fn array(
        &self,
        at: &Pointer,
        schema: &serde_json::Map<String, Value>,
        is_satisfiable: &dyn Fn(usize) -> bool,
    ) -> Judged {
        let least = schema.member("minItems").and_then(Value::as_u64).unwrap_or(0);
        let prefix = schema.member("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
        let mut needed = Vec::new();
        if least > prefix as u64 {
            needed.push(("items", at.child("items")));
        }
        if schema.has_member("contains") && schema.member("minContains").and_then(Value::as_u64) != Some(0) {
            needed.push(("contains", at.child("contains")));
        }
        for (keyword, inner) in needed {
            if let Some(part) = schema.member(keyword).and_then(|_| self.number(&inner))
                && !is_satisfiable(part)
            {
                return Err(Obstacle::Part(part, format!("`{keyword}` asks for it at least once")));
            }
        }
        Ok(())
    }

    /// Required members against what describes or forbids them, over all that `allOf` adds.
    fn object(&self, at: &Pointer, value: &Value, is_satisfiable: &dyn Fn(usize) -> bool) -> Judged {
        if value.member("required").is_none() && value.member("allOf").is_none() {
            return Ok(());
        }
        let conjuncts = self.conjuncts(at, value);
        for (holder, schema) in &conjuncts {
            let required = schema.member("required").and_then(Value::as_array);
            for (index, name) in required.into_iter().flatten().enumerate() {
                let Some(name) = name.as_str() else { continue };
                let place = holder.child("required").child(index.to_string());
                for (closed, other) in &conjuncts {
                    if forbids(other, name) {
                        return Err(Obstacle::Own(Reason {
                            message: format!("`{name}` is required and not allowed"),
                            keyword: place,
                            label: "is required".to_owned(),
                            also: Some(Also {
                                pointer: closed.child("additionalProperties"),
                                label: format!("forbids `{name}`"),
                            }),
                        }));
                    }
                    let member = closed.child("properties").child(name);
                    let is_described = other.member("properties").and_then(|all| all.member(name)).is_some();
                    if is_described
                        && let Some(part) = self.number(&member)
                        && !is_satisfiable(part)
                    {
                        return Err(Obstacle::Part(part, format!("`{name}` is required")));
                    }
                }
            }
        }
        let most = value.member("maxProperties").and_then(Value::as_u64);
        let required = value.member("required").and_then(Value::as_array);
        let names: BTreeSet<&str> = required.into_iter().flatten().filter_map(Value::as_str).collect();
        if most.is_some_and(|most| (names.len() as u64) > most) {
            return Err(Obstacle::Own(Reason {
                message: format!(
                    "it must have {} and may not",
                    words::count(names.len(), "member", "members")
                ),
                keyword: at.child("required"),
                label: words::count(names.len(), "member", "members"),
                also: Some(Also { pointer: at.child("maxProperties"), label: "fewer here".to_owned() }),
            }));
        }
        Ok(())
    }
}

/// Whether an object schema forbids a member by `additionalProperties: false`.
fn forbids(schema: &Value, name: &str) -> bool {
    let is_closed = schema.member("additionalProperties") == Some(&Value::Bool(false));
    let described = schema.member("properties").and_then(|members| members.member(name));
    let is_open = schema.member("patternProperties").is_some() || reference_of(schema).is_some();
    is_closed && described.is_none() && !is_open
}

fn counts(
    at: &Pointer,
    schema: &serde_json::Map<String, Value>,
    least: &str,
    most: &str,
    what: &str,
) -> Judged {
    let count = |keyword: &str| schema.member(keyword).and_then(Value::as_f64);
    match (count(least), count(most)) {
        (Some(low), Some(high)) if low > high => Err(Obstacle::Own(Reason {
            message: format!("`{least}` {low} is above `{most}` {high}, so no {what} fits"),
            keyword: at.child(least),
            label: "is above".to_owned(),
            also: Some(Also { pointer: at.child(most), label: "this".to_owned() }),
        })),
        _ => Ok(()),
    }
}

/// The bounds of numbers; `exclusive…` is a number, or in OpenAPI 3.0 a flag that belongs to the bound.
fn number(at: &Pointer, schema: &serde_json::Map<String, Value>, kind: Types) -> Judged {
    let bound = |inclusive: &'static str, exclusive: &'static str, is_lower: bool| {
        let plain = schema.member(inclusive).and_then(Value::as_f64);
        let (number, flag) = match schema.member(exclusive) {
            Some(Value::Bool(flag)) => (None, *flag),
            Some(value) => (value.as_f64(), false),
            None => (None, false),
        };
        match (plain, number) {
            (Some(plain), Some(number)) if (number >= plain) == is_lower || number == plain => {
                Some((number, true, exclusive))
            }
            (Some(plain), _) => Some((plain, flag, inclusive)),
            (None, Some(number)) => Some((number, true, exclusive)),
            (None, None) => None,
        }
    };
    let low = bound("minimum", "exclusiveMinimum", true);
    let high = bound("maximum", "exclusiveMaximum", false);
    let (Some((low, is_low_out, low_keyword)), Some((high, is_high_out, high_keyword))) = (low, high) else {
        return Ok(());
    };
    let message = if low > high || (low == high && (is_low_out || is_high_out)) {
        format!("no number lies between `{low_keyword}` {low} and `{high_keyword}` {high}")
    } else if kind == Types::INTEGER && smallest_integer(low, is_low_out) > largest_integer(high, is_high_out)
    {
        format!("no integer lies between `{low_keyword}` {low} and `{high_keyword}` {high}")
    } else {
        return Ok(());
    };
    Err(Obstacle::Own(Reason {
        message,
        keyword: at.child(low_keyword),
        label: "from here".to_owned(),
        also: Some(Also { pointer: at.child(high_keyword), label: "to here".to_owned() }),
    }))
}

fn smallest_integer(low: f64, is_out: bool) -> f64 {
    if is_out { low.floor() + 1.0 } else { low.ceil() }
}

fn largest_integer(high: f64, is_out: bool) -> f64 {
    if is_out { high.ceil() - 1.0 } else { high.floor() }
}
