//! The table of rewritten schemas.

use super::remark::Remark;
use crate::json::{Map, Pointer, Value};
use serde_json::json;

/// The rewritten schemas.
#[derive(Debug, Default)]
pub(super) struct Closure {
    pub(super) entries: Vec<Entry>,
    /// The schemas of the entries as one schema resource; made by [`Closure::seal`].
    resource: Value,
    /// What was read leniently or left out, in the order met, each once.
    pub(super) remarks: Vec<Remark>,
    /// Whether a schema among them has a `discriminator`.
    pub(super) has_discriminators: bool,
}

/// One schema of the table.
#[derive(Debug)]
pub(super) struct Entry {
    /// Where it stands in the document.
    pub(super) pointer: Pointer,
    pub(super) role: Role,
    /// While it is written; [`Closure::schema`] has it afterwards.
    pub(super) schema: Value,
    /// Indices into [`Closure::remarks`] of what was left out of it.
    pub(super) left_out: Vec<usize>,
}

/// What an entry is there for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A schema of the document, or what is left of it for a value that is not null.
    Schema,
    /// A `oneOf` or `anyOf`, to be asked whether it holds; its branches are entries too. It is
    /// kept apart so that a failure costs one question and no errors of every branch: nested
    /// choices would multiply them without bound.
    Choice { branches: Vec<usize>, is_exclusive: bool },
    /// A list of names under `dependencies`, as the `required` that it stands for.
    Needed,
    /// What a keyword such as `format` asks of a value: its name in settings and messages.
    Format { keyword: &'static str, name: &'static str },
}

impl Closure {
    /// Makes the table a schema resource. A large document has a hundred thousand schemas, so that they
    /// are there once.
    pub(super) fn seal(mut self) -> Self {
        self.resource = table(self.entries.iter_mut().map(|entry| entry.schema.take()).collect());
        self
    }

    /// The table as one schema resource.
    pub(super) fn resource(&self) -> &Value {
        &self.resource
    }

    /// The schema of an entry.
    pub(super) fn schema(&self, number: usize) -> &Value {
        &self.resource[TABLE][number]
    }
}

/// A schema resource of which the given schemas are the entries.
pub(super) fn table(schemas: Vec<Value>) -> Value {
    let table: Map<String, Value> = [(TABLE.to_owned(), Value::Array(schemas))].into_iter().collect();
    Value::Object(table)
}

/// The name of the table in the resource; no keyword, so that nothing in it is looked for before it is
/// referred to.
const TABLE: &str = "table";

/// How every link into the table begins.
pub(super) const LINK: &str = "#/table/";

/// The most schemas that one value may be held to by one schema: through references, `allOf`,
/// choices and conditions. Real documents need some thousands; schemas that name the next one twice
/// double with each, so that forty of them would never end.
pub(super) const MAX_QUESTIONS: u64 = 1_000_000;

/// The longest chain of such schemas: each is a level of the stack when one is compiled and asked.
const MAX_CHAIN: usize = 500;

/// Keywords whose schemas judge the value that their own schema judges.
const IN_PLACE: &[&str] = &["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];

impl Closure {
    /// The entries that are [`endless`](Self::endless) or lead to one that is.
    pub(super) fn reaches_endless(&self) -> Vec<bool> {
        self.reaching(self.endless())
    }

    /// The entries of which a part is left out, or that lead to such a one.
    pub(super) fn leaves_out(&self) -> Vec<bool> {
        self.reaching(self.entries.iter().map(|entry| !entry.left_out.is_empty()).collect())
    }

    fn reaching(&self, mut found: Vec<bool>) -> Vec<bool> {
        if !found.contains(&true) {
            return found;
        }
        let mut leads_from: Vec<Vec<usize>> = vec![Vec::new(); self.entries.len()];
        for (number, entry) in self.entries.iter().enumerate() {
            let mut links = Vec::new();
            all_links(self.schema(number), &mut links);
            if let Role::Choice { branches, .. } = &entry.role {
                links.extend(branches);
            }
            for link in links {
                if let Some(sources) = leads_from.get_mut(link) {
                    sources.push(number);
                }
            }
        }
        let mut pending: Vec<usize> = (0..found.len()).filter(|number| found[*number]).collect();
        while let Some(number) = pending.pop() {
            for source in std::mem::take(&mut leads_from[number]) {
                if !std::mem::replace(&mut found[source], true) {
                    pending.push(source);
                }
            }
        }
        found
    }

    /// The entries that hold one value to more than [`MAX_QUESTIONS`] schemas, or follow one another
    /// deeper than [`MAX_CHAIN`].
    pub(super) fn endless(&self) -> Vec<bool> {
        let mut counts: Vec<Option<(u64, usize)>> = vec![None; self.entries.len()];
        let mut is_open = vec![false; self.entries.len()];
        for start in 0..self.entries.len() {
            let mut stack = vec![start];
            is_open[start] = true;
            while let Some(&number) = stack.last() {
                if counts[number].is_some() {
                    stack.pop();
                    continue;
                }
                let mut links = Vec::new();
                in_place_links(self.schema(number), &mut links);
                if let Role::Choice { branches, .. } = &self.entries[number].role {
                    links.extend(branches);
                }
                let missing = links.iter().find(|link| {
                    self.entries.get(**link).is_some() && counts[**link].is_none() && !is_open[**link]
                });
                match missing {
                    Some(link) => {
                        is_open[*link] = true;
                        stack.push(*link);
                    }
                    None => {
                        // A link back to one under way is a circle, which the validator ends by itself.
                        let known = links.iter().filter_map(|link| *counts.get(*link)?);
                        let (count, depth) = known.fold((1_u64, 0), |(count, depth), link| {
                            (count.saturating_add(link.0), depth.max(link.1 + 1))
                        });
                        counts[number] = Some((count, depth));
                        stack.pop();
                    }
                }
            }
        }
        let is_endless =
            |count: &Option<(u64, usize)>| count.is_some_and(|it| it.0 > MAX_QUESTIONS || it.1 > MAX_CHAIN);
        counts.iter().map(is_endless).collect()
    }
}

fn in_place_links(schema: &Value, into: &mut Vec<usize>) {
    into.extend(linked(schema));
    let Value::Object(members) = schema else { return };
    for (name, member) in members.iter().filter(|(name, _)| IN_PLACE.contains(&name.as_str())) {
        match member {
            Value::Array(schemas) => schemas.iter().for_each(|schema| in_place_links(schema, into)),
            Value::Object(schemas) if name == "dependentSchemas" => {
                schemas.values().for_each(|schema| in_place_links(schema, into));
            }
            schema => in_place_links(schema, into),
        }
    }
}

/// The number of the entry that a link leads to.
pub(super) fn linked(schema: &Value) -> Option<usize> {
    schema.get("$ref")?.as_str()?.strip_prefix(LINK)?.parse().ok()
}

/// The schema that stands for another entry.
pub(super) fn link(number: usize) -> Value {
    let members: Map<String, Value> = [("$ref".to_owned(), place(number).into())].into_iter().collect();
    Value::Object(members)
}

/// Where an entry stands in the resource, as a fragment.
pub(super) fn place(number: usize) -> String {
    format!("{LINK}{number}")
}

/// The condition for null that the rewriting adds; no schema of a document is rewritten to this, since a
/// list of one type becomes the type.
pub(super) fn only_null() -> Value {
    json!({"type": ["null"]})
}

/// The numbers of all entries that a schema links to.
pub(super) fn all_links(schema: &Value, into: &mut Vec<usize>) {
    into.extend(linked(schema));
    match schema {
        Value::Array(elements) => elements.iter().for_each(|element| all_links(element, into)),
        Value::Object(members) => members.values().for_each(|member| all_links(member, into)),
        _ => {}
    }
}
