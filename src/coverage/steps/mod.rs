//! Steps that would cover what was not, as a person would write them.
//!
//! A step keeps the document as far as one can be made that does; what only a person knows is marked
//! `# TODO`. It says what it is there for: the status, the member of the answer. Credentials are those of
//! the file that it is pasted into.

mod base;
mod body;
mod draft;
#[cfg(test)]
mod tests;

use super::item::{Dimension, Item, Segment, segments};
use super::result::Coverage;
use super::universe::{ApiParts, Universe};
use crate::json::Value;
use crate::openapi::{
    ContentKind, Contract, Direction, MediaType, OperationIndex, Parameter, ResponseKey, content_kind,
};
use crate::sample::draft::{Data, body_key, content, fits, is_body_of};
use crate::sample::sample;
use base::{Base, set};
use body::{Bodies, Wanted, node_at};
use draft::StepDraft;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// As many bodies of one operation are made to measure; the rest of them gets a `# TODO`.
const MAX_BODIES: usize = 200;

impl Universe {
    /// Drafts steps for the gaps of each document, in the order of reports, until there are `most`
    /// different ones; one step may serve several gaps.
    pub fn draft_steps(&self, coverage: &mut Coverage, most: usize) {
        for api in &self.apis {
            let Some(document) = coverage.documents.get_mut(&api.name).filter(|_| most > 0) else { continue };
            let numbers: HashMap<&str, usize> =
                document.operations.keys().map(|(number, label)| (label.as_str(), *number)).collect();
            // The first of them are those that are shown where there is room for a few.
            let gaps = document.gaps_by_turns(&api.name).into_iter();
            let others = document.all_gaps(&api.name).filter(|_| most == usize::MAX);
            let mut seen = HashSet::new();
            let wanted: Vec<(usize, Item)> = gaps
                .chain(others)
                .filter(|gap| seen.insert((gap.operation, gap.item)))
                .filter_map(|gap| Some((*numbers.get(gap.operation)?, gap.item.clone())))
                .collect();
            let mut drafter = Drafter::new(api, &wanted, most);
            let mut texts: HashSet<Arc<str>> = HashSet::new();
            let mut drafted: HashMap<(usize, Item), Arc<str>> = HashMap::new();
            for (number, item) in wanted {
                let Some(text) = drafter.step(number, &item) else { continue };
                let text = texts.get(text.as_str()).cloned().unwrap_or_else(|| Arc::from(text));
                if texts.len() >= most && !texts.contains(&text) {
                    break;
                }
                texts.insert(Arc::clone(&text));
                drafted.insert((number, item), text);
            }
            for ((number, _), operation) in &mut document.operations {
                for (item, step) in &mut operation.gaps {
                    *step = drafted.remove(&(*number, item.clone()));
                }
            }
        }
    }
}

struct Drafter<'u> {
    parts: &'u ApiParts,
    contract: Contract,
    operations: HashMap<usize, Drafts<'u>>,
}

/// What was made for the steps of one operation.
struct Drafts<'u> {
    base: Base<'u>,
    /// By media type a body with every member that can be made.
    whole: HashMap<String, Option<Value>>,
    n_bodies: usize,
}

impl<'u> Drafter<'u> {
    fn new(parts: &'u ApiParts, wanted: &[(usize, Item)], most: usize) -> Self {
        let document = parts.contract.document();
        // Of a large document a few steps need a few of its schemas.
        let numbers: HashSet<usize> = wanted.iter().take(most).map(|(number, _)| *number).collect();
        let numbered = document.operations().enumerate();
        let operations: Vec<OperationIndex> =
            numbered.filter(|(number, _)| numbers.contains(number)).map(|(_, it)| it.index()).collect();
        let contract = Contract::compile(Arc::clone(document), &operations);
        Self {
            parts,
            contract: contract.with_nullable(parts.contract.nullable()),
            operations: HashMap::new(),
        }
    }

    fn step(&mut self, number: usize, item: &Item) -> Option<String> {
        let operation = self.parts.contract.document().operations().nth(number)?;
        if ["TRACE", "CONNECT"].contains(&operation.method()) {
            return None;
        }
        let contract = &self.contract;
        let drafts = self.operations.entry(number).or_insert_with(|| Drafts {
            base: Base::new(contract, operation),
            whole: HashMap::new(),
            n_bodies: 0,
        });
        let step = match (&item.status, &item.parameter, item.dimension) {
            (Some(status), ..) => self.parts.answer(contract, number, &drafts.base, status, item)?,
            (None, Some(name), _) => parameter(contract, &drafts.base, name, item)?,
            (None, None, Dimension::Operation) => drafts.base.success()?,
            (None, None, _) => request_body(self.parts, contract, number, drafts, item)?,
        };
        Some(step.write())
    }
}

/// A step that sends a parameter, or a value of it.
fn parameter(contract: &Contract, base: &Base<'_>, name: &str, item: &Item) -> Option<StepDraft> {
    let is_it =
        |it: &&Parameter<'_>| it.name() == name && Some(it.location().as_str()) == item.location.as_deref();
    let parameter = base.parameters.iter().find(is_it)?;
    let mut step = base.success()?;
    let Some(value) = &item.value else { return Some(base.with_parameter(contract, step, parameter)) };
    let value: Value = serde_json::from_str(value).ok()?;
    let value = if item.path.is_some() { Value::Array(vec![value]) } else { value };
    let schema = parameter.schema()?;
    // Null is not sent.
    if value.is_null() || !fits(contract, &schema, &value) {
        return None;
    }
    set(&mut step, parameter, value);
    Some(step)
}

/// A step that sends a body of a media type, with a member, a value or a form in it.
fn request_body(
    parts: &ApiParts,
    contract: &Contract,
    number: usize,
    drafts: &mut Drafts<'_>,
    item: &Item,
) -> Option<StepDraft> {
    let range = item.media_type.as_deref()?;
    let base = &drafts.base;
    let media_type = base.media_types.iter().find(|it| it.range() == range)?;
    let mut step = base.success()?;
    if item.dimension == Dimension::MediaType {
        with_content(contract, base, media_type, &mut step);
        return Some(step);
    }
    let key = body_key(media_type).ok()?;
    let schema = media_type.schema()?.into_owned();
    let made = || Some(sample(contract, &schema, Direction::Request).ok()?.value);
    let whole = drafts.whole.entry(range.to_owned()).or_insert_with(made).clone();
    let content = parts.operations.get(number)?.bodies.iter().find(|it| it.range == range)?;
    let bodies = Bodies { parts, contract, schema: schema.clone(), root: content.root?, whole };
    let path = segments(item.path.as_deref().unwrap_or_default())?;
    let value: Option<Value> = item.value.as_ref().and_then(|value| serde_json::from_str(value).ok());
    drafts.n_bodies += 1;
    let wanted = Wanted { path: &path, value: value.as_ref(), branch: item.branch.as_deref() };
    let body = (drafts.n_bodies <= MAX_BODIES).then(|| bodies.holding(&wanted)).flatten();
    match body.filter(|body| is_body_of(key, body)) {
        Some(body) => step.body = Some(base.body_draft(key, Data::Value(body), range)),
        None => {
            with_content(contract, base, media_type, &mut step);
            let path = item.path.as_deref().unwrap_or("the body");
            step.todo(match (&item.value, &item.branch) {
                (Some(value), _) => format!("{value} as {path}."),
                (None, Some(branch)) => format!("{branch} as {path}."),
                (None, None) => format!("the member {path} of the body."),
            });
        }
    }
    Some(step)
}

fn with_content(contract: &Contract, base: &Base<'_>, media_type: &MediaType<'_>, step: &mut StepDraft) {
    let range = media_type.range();
    match content(contract, media_type) {
        Ok((key, data)) => step.body = Some(base.body_draft(key, data, range)),
        Err(reason) => {
            step.todo(format!("a body ({range}); {reason}."));
            step.body = Some(base.body_draft("rawBody", Data::Raw("TODO".to_owned()), range));
            step.is_unchecked = true;
        }
    }
}

impl ApiParts {
    /// A step that is answered with a status, a media type of it, and something in its body.
    fn answer(
        &self,
        contract: &Contract,
        number: usize,
        base: &Base<'_>,
        status: &str,
        item: &Item,
    ) -> Option<StepDraft> {
        let key = ResponseKey::parse(status)?;
        let response = base.operation.responses().into_iter().find(|it| it.key() == key)?;
        let mut step = base.answered(contract, key);
        let Some(range) = item.media_type.as_deref() else { return Some(step) };
        if response.media_types().len() > 1 && !range.contains('*') {
            step.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("accept"));
            step.headers.push(("Accept".to_owned(), Value::from(range)));
        }
        if item.dimension == Dimension::MediaType {
            return Some(step);
        }
        let path = segments(item.path.as_deref().unwrap_or_default())?;
        let is_json = content_kind(range) == ContentKind::Json;
        let leaf = match (&item.value, &item.branch) {
            _ if !is_json => None,
            (Some(value), _) => literal(&serde_json::from_str(value).ok()?),
            (None, Some(branch)) => self.form(number, key, range, &path, branch),
            (None, None) => Some(Data::Raw("<any>".to_owned())),
        };
        match leaf.and_then(|leaf| expectation(&path, leaf)) {
            Some(expected) => step.expected = Some(expected),
            None => step.todo(format!("what makes the answer hold {}.", item.words())),
        }
        Some(step)
    }

    /// A matcher for a form that is a component.
    fn form(
        &self,
        number: usize,
        key: ResponseKey,
        range: &str,
        path: &[Segment],
        branch: &str,
    ) -> Option<Data> {
        let responses = &self.operations.get(number)?.responses;
        let contents = &responses.iter().find(|it| it.key == key)?.contents;
        let root = contents.iter().find(|it| it.range == range)?.root?;
        let node = self.nodes.get(node_at(self, root, path)? as usize)?;
        let mut branches = self.shapes[node.shape as usize].choices.iter().flat_map(|it| &it.branches);
        let (_, form) = branches.find(|(name, _)| name == branch)?;
        let [components, schemas, _] = form.tokens() else { return None };
        let is_component = components == "components" && schemas == "schemas";
        let reference = Data::Value(Value::from(format!("#{form}")));
        is_component.then(|| Data::Map(vec![("$schema".to_owned(), reference)]))
    }
}

/// A value that is expected as it is.
fn literal(value: &Value) -> Option<Data> {
    let is_plain = match value {
        Value::String(text) => !text.starts_with('<'),
        Value::Object(_) | Value::Array(_) => false,
        _ => true,
    };
    match is_plain {
        true => Some(Data::Value(value.clone())),
        // Of such a value nothing is taken as an expression, so that nothing is to be escaped.
        false if value.to_string().contains('$') => None,
        false => Some(Data::Map(vec![("$literal".to_owned(), Data::Value(value.clone()))])),
    }
}

/// What is to be expected of the body so that something stands at a path; `None` where that cannot be said.
fn expectation(path: &[Segment], leaf: Data) -> Option<Data> {
    path.iter().rev().try_fold(leaf, |inner, segment| match segment {
        Segment::Name(name) if name.starts_with('$') => None,
        Segment::Name(name) => Some(Data::Map(vec![(name.clone(), inner)])),
        Segment::Element => Some(Data::Map(vec![("$contains".to_owned(), inner)])),
        Segment::Further => None,
    })
}
