//! Bodies that hold what was not sent.

use crate::coverage::item::Segment;
use crate::coverage::shape::Choice;
use crate::coverage::universe::ApiParts;
use crate::json::{Pointer, Value};
use crate::openapi::{Contract, Direction, Discriminator};
use crate::sample::draft::fits;
use crate::sample::sample;

/// As many forms are tried for one body.
const MAX_TRIES: usize = 64;

/// What is to stand in a body.
pub(super) struct Wanted<'w> {
    pub(super) path: &'w [Segment],
    /// The value of an `enum`.
    pub(super) value: Option<&'w Value>,
    /// The form of a choice.
    pub(super) branch: Option<&'w str>,
}

/// The bodies of one media type.
pub(super) struct Bodies<'b> {
    pub(super) parts: &'b ApiParts,
    pub(super) contract: &'b Contract,
    pub(super) schema: Pointer,
    /// The node of the body.
    pub(super) root: u32,
    /// One with every member that could be made.
    pub(super) whole: Option<Value>,
}

impl Bodies<'_> {
    /// A body that the document takes and that holds something; `None` where none could be made.
    pub(super) fn holding(&self, wanted: &Wanted<'_>) -> Option<Value> {
        let whole = self.whole.as_ref()?;
        if wanted.branch.is_none()
            && let Some(body) = self.finished(whole.clone(), wanted)
        {
            return Some(body);
        }
        let grown = || match wanted.branch {
            None => self.grown(whole, wanted.path).and_then(|body| self.finished(body, wanted)),
            Some(_) => None,
        };
        self.of_forms(whole, wanted).or_else(grown)
    }

    /// A body of other forms along the way, of those the nearest to the end.
    fn of_forms(&self, whole: &Value, wanted: &Wanted<'_>) -> Option<Value> {
        let mut tries = 0;
        for depth in (0..=wanted.path.len()).rev() {
            let (prefix, _) = wanted.path.split_at(depth);
            let Some(node) = self.node(prefix) else { continue };
            let node = &self.parts.nodes[node as usize];
            for choice in &self.parts.shapes[node.shape as usize].choices {
                let is_last = depth == wanted.path.len();
                for (name, form) in &choice.branches {
                    let is_wanted = match wanted.branch {
                        Some(branch) if is_last => branch == name,
                        _ => true,
                    };
                    if !is_wanted {
                        continue;
                    }
                    tries += 1;
                    if tries > MAX_TRIES {
                        return None;
                    }
                    let made = self.form(choice, form).and_then(|form| replaced(whole, prefix, form));
                    if let Some(body) = made.and_then(|body| self.finished(body, wanted)) {
                        return Some(body);
                    }
                }
            }
            if wanted.branch.is_some() {
                return None;
            }
        }
        None
    }

    /// The body with what it lacks at a path, made for itself.
    fn grown(&self, whole: &Value, path: &[Segment]) -> Option<Value> {
        let mut body = whole.clone();
        for depth in 0..path.len() {
            let (prefix, rest) = path.split_at(depth);
            if below(&body, &path[..=depth]).is_some() {
                continue;
            }
            let node = &self.parts.nodes[self.node(prefix)? as usize];
            let shape = &self.parts.shapes[node.shape as usize];
            let schemas = match rest.first()? {
                Segment::Name(name) => &shape.members.iter().find(|(known, _)| known == name)?.1,
                Segment::Element => &shape.elements,
                Segment::Further => &shape.further,
            };
            let made = sample(self.contract, schemas.first()?, Direction::Request).ok()?.value;
            let mut holder = below(&body, prefix)?.clone();
            match (&mut holder, rest.first()?) {
                (Value::Object(members), Segment::Name(name)) => drop(members.insert(name.clone(), made)),
                (Value::Object(members), Segment::Further) => drop(members.insert("key1".to_owned(), made)),
                (Value::Array(elements), Segment::Element) => elements.push(made),
                _ => return None,
            }
            body = replaced(&body, prefix, holder)?;
        }
        Some(body)
    }

    /// The body with the value in its place, where it holds the path and the document takes it.
    fn finished(&self, mut body: Value, wanted: &Wanted<'_>) -> Option<Value> {
        if !holds(&body, wanted.path) {
            return None;
        }
        if let Some(value) = wanted.value {
            body = replaced(&body, wanted.path, value.clone())?;
        }
        fits(self.contract, &self.schema, &body).then_some(body)
    }

    /// A value of a form, with the member that a discriminator reads.
    fn form(&self, choice: &Choice, form: &Pointer) -> Option<Value> {
        let mut value = sample(self.contract, form, Direction::Request).ok()?.value;
        let document = self.contract.document();
        let discriminator = choice.discriminator.as_ref();
        if let Some(discriminator) = discriminator.and_then(|schema| Discriminator::of(document, schema))
            && let Value::Object(members) = &mut value
        {
            let mapped = discriminator.mapped_schemas().into_iter().find(|(_, to)| to == form);
            let name = form.tokens().last().map(ToString::to_string).unwrap_or_default();
            let tag = mapped.map_or(name, |(tag, _)| tag);
            members.insert(discriminator.property().to_owned(), Value::from(tag));
        }
        Some(value)
    }

    /// The node at a path.
    pub(super) fn node(&self, path: &[Segment]) -> Option<u32> {
        node_at(self.parts, self.root, path)
    }
}

/// The node at a path below another.
pub(super) fn node_at(parts: &ApiParts, root: u32, path: &[Segment]) -> Option<u32> {
    let mut at = root;
    for segment in path {
        let node = parts.nodes.get(at as usize)?;
        let shape = &parts.shapes[node.shape as usize];
        at = match segment {
            Segment::Name(name) => {
                let index = shape.members.iter().position(|(known, _)| known == name)?;
                node.members.get(index)?.1
            }
            Segment::Element => node.elements?,
            Segment::Further => node.further?.1,
        };
    }
    Some(at)
}

/// Whether a value holds something at a path: in its first elements, and its last members.
fn holds(value: &Value, path: &[Segment]) -> bool {
    below(value, path).is_some()
}

fn below<'v>(value: &'v Value, path: &[Segment]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, segment| match segment {
        Segment::Name(name) => value.get(name),
        Segment::Element => value.as_array()?.first(),
        Segment::Further => value.as_object()?.values().next_back(),
    })
}

/// The value with another one at a path that it holds.
fn replaced(value: &Value, path: &[Segment], new: Value) -> Option<Value> {
    let mut whole = value.clone();
    let mut at = &mut whole;
    for segment in path {
        at = match segment {
            Segment::Name(name) => at.get_mut(name)?,
            Segment::Element => at.as_array_mut()?.first_mut()?,
            Segment::Further => at.as_object_mut()?.values_mut().next_back()?,
        };
    }
    *at = new;
    Some(whole)
}
