use super::read::words;
use super::{Action, Change, Overlay};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::expression::Selector;
use crate::json::{Map, Pointer, Value};
use crate::limits::Limits;
use crate::openapi::origin::{Origins, TextIndex};
use crate::openapi::reference::child;
use crate::yaml::nearest;
use std::collections::{BTreeMap, HashSet};

/// More values than this are no change of one kind any more.
const MAX_TARGETS: usize = 100_000;

/// Comparing names costs time.
const MAX_CANDIDATES: usize = 5_000;

/// The tree of a document while overlays are applied to it.
pub(in crate::openapi) struct Layer<'l> {
    pub(in crate::openapi) root: &'l mut Value,
    pub(in crate::openapi) origins: &'l mut Origins,
    pub(in crate::openapi) limits: &'l Limits,
    pub(in crate::openapi) problems: &'l mut Problems,
    /// Values that overlays have added.
    pub(in crate::openapi) n_added: usize,
}

/// Where a value that is merged comes from.
#[derive(Clone)]
enum From {
    /// A place in an overlay.
    Overlay(TextIndex, Pointer),
    /// A place in the document.
    Document(Pointer),
}

/// A limit does not let a change through.
struct Exceeded(&'static str, usize);

impl Layer<'_> {
    /// Applies the actions of an overlay one after the other, each to what the one before has left.
    ///
    /// A target that selects nothing, or to which the change does not fit, is reported and left as it
    /// is. What goes beyond a limit is an error, and the rest of the overlay is not applied.
    ///
    /// Source: Overlay Specification 1.0.0, "Action Object".
    pub(in crate::openapi) fn apply(&mut self, overlay: &Overlay) {
        let text = self.origins.add(&overlay.source, overlay.format);
        for action in &overlay.actions {
            if let Err(Exceeded(limit, value)) = self.action(overlay, text, action) {
                let message =
                    format!("the document with its overlays is larger than the limit `{limit}` of {value}");
                let diagnostic = Diagnostic::error(Code::OVERLAY_INVALID, message);
                let diagnostic =
                    diagnostic.label_at(overlay.place(&action.at.child("target")), "adds too much");
                self.problems.push(match limit {
                    "nodes" => {
                        diagnostic.help(format!("`--limit nodes={}` allows it", value.saturating_mul(2)))
                    }
                    _ => diagnostic,
                });
                return;
            }
        }
    }

    fn action(&mut self, overlay: &Overlay, text: TextIndex, action: &Action) -> Result<(), Exceeded> {
        let targets = self.select(&action.target);
        if targets.len() > MAX_TARGETS {
            return Err(Exceeded("targets", MAX_TARGETS));
        }
        if targets.is_empty() {
            self.report_nothing(overlay, &action.at.child("target"), &action.target);
            return Ok(());
        }
        let (value, from) = match &action.change {
            Change::Remove => {
                self.remove(overlay, action, targets);
                return Ok(());
            }
            Change::Update(at) => {
                (at.get(&overlay.root).cloned().unwrap_or_default(), From::Overlay(text, at.clone()))
            }
            Change::Copy(query) => {
                let found = self.select(query);
                let [only] = &found[..] else {
                    self.report_copy(overlay, action, query, found.len());
                    return Ok(());
                };
                // What is copied may lie in what it is merged into: where it comes from is kept aside.
                self.origins.copied(&aside(), only);
                (only.get(self.root).cloned().unwrap_or_default(), From::Document(aside()))
            }
        };
        let mut misfits = Vec::new();
        for target in targets {
            match target.get(self.root) {
                Some(Value::Object(_)) if value.is_object() => self.merge(&target, &value, &from)?,
                // One entry is appended as it is, several in a list one after the other.
                Some(Value::Array(_)) => self.append(&target, &value, &from)?,
                Some(Value::Object(_)) => misfits.push((target, "a map")),
                // Overlay 1.1.0: a value that is neither a map nor a list is replaced by another.
                Some(_) if !value.is_object() && !value.is_array() => self.put(&target, &value, &from)?,
                Some(_) => misfits.push((target, "neither a map nor a list")),
                None => {}
            }
        }
        self.origins.forget(&aside());
        if let Some((target, what)) = misfits.first() {
            let target = path(self.root, target);
            let message = format!("{} cannot be merged into `{target}`, which is {what}", words(&value));
            let place = overlay.place(&action.at.child("target"));
            self.problems.push(
                Diagnostic::warning(Code::OVERLAY_TARGET, message).label_at(place, "selects something else"),
            );
        }
        Ok(())
    }

    fn select(&self, query: &Selector) -> Vec<Pointer> {
        query.select(self.root).into_iter().map(|(pointer, _)| pointer).collect()
    }

    fn merge(&mut self, at: &Pointer, value: &Value, from: &From) -> Result<(), Exceeded> {
        for (name, value) in value.as_object().into_iter().flatten() {
            let (at, from) = (at.child(name.as_str()), from.child(name));
            match (at.get(self.root), value) {
                (Some(Value::Object(_)), Value::Object(_)) => self.merge(&at, value, &from)?,
                (Some(Value::Array(_)), Value::Array(_)) => self.append(&at, value, &from)?,
                // The specification's own example names a part of the document and says nothing of it.
                (Some(Value::Object(_) | Value::Array(_)), Value::Null) => {}
                _ => self.put(&at, value, &from)?,
            }
        }
        Ok(())
    }

    fn append(&mut self, list: &Pointer, value: &Value, from: &From) -> Result<(), Exceeded> {
        let length = list.get(self.root).and_then(Value::as_array).map_or(0, Vec::len);
        match value {
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    let from = from.child(&index.to_string());
                    self.put(&list.child((length + index).to_string()), element, &from)?;
                }
            }
            one => self.put(&list.child(length.to_string()), one, from)?,
        }
        Ok(())
    }

    /// Puts a value in the place of another, or where nothing is: as a member, or at the end of a list.
    fn put(&mut self, at: &Pointer, value: &Value, from: &From) -> Result<(), Exceeded> {
        let (n_values, depth) = measure(value);
        if at.tokens().len() + depth > self.limits.depth {
            return Err(Exceeded("depth", self.limits.depth));
        }
        self.n_added = self.n_added.saturating_add(n_values);
        if self.n_added > self.limits.nodes {
            return Err(Exceeded("nodes", self.limits.nodes));
        }
        let name = at.tokens().last().cloned().unwrap_or_default();
        match at.parent().get_mut(self.root) {
            Some(Value::Object(members)) => {
                members.insert(name.into(), value.clone());
            }
            Some(Value::Array(elements)) => match name.parse::<usize>() {
                Ok(index) if index < elements.len() => elements[index] = value.clone(),
                _ => elements.push(value.clone()),
            },
            _ => return Ok(()),
        }
        match from {
            From::Overlay(text, pointer) => {
                self.origins.forget(at);
                self.origins.moved(at.clone(), *text, pointer.clone());
            }
            From::Document(pointer) => self.origins.copied(at, pointer),
        }
        Ok(())
    }

    fn remove(&mut self, overlay: &Overlay, action: &Action, targets: Vec<Pointer>) {
        let mut by_holder: BTreeMap<(usize, Pointer), HashSet<String>> = BTreeMap::new();
        for target in targets {
            let Some(name) = target.tokens().last() else {
                let place = overlay.place(&action.at.child("target"));
                let message = "the whole document cannot be removed";
                let diagnostic = Diagnostic::warning(Code::OVERLAY_TARGET, message);
                self.problems.push(diagnostic.label_at(place, "selects all of it"));
                continue;
            };
            let holder = target.parent();
            by_holder.entry((holder.tokens().len(), holder)).or_default().insert(name.to_string());
        }
        // What lies deepest first, so that the places of the others stay what they are.
        for ((_, holder), names) in by_holder.into_iter().rev() {
            match holder.get_mut(self.root) {
                Some(Value::Object(members)) => {
                    members.retain(|name, _| !names.contains(name));
                    names.iter().for_each(|name| self.origins.forget(&holder.child(name.as_str())));
                }
                Some(Value::Array(elements)) => {
                    let length = elements.len();
                    let kept: Vec<usize> =
                        (0..length).filter(|index| !names.contains(&index.to_string())).collect();
                    let mut old = std::mem::take(elements);
                    elements.extend(kept.iter().map(|index| old[*index].take()));
                    self.origins.kept(&holder, length, &kept);
                }
                _ => {}
            }
        }
    }

    fn report_nothing(&mut self, overlay: &Overlay, at: &Pointer, query: &Selector) {
        let message = format!("`{}` selects nothing in the document", query.text());
        let diagnostic = Diagnostic::warning(Code::OVERLAY_TARGET, message)
            .label_at(overlay.place(at), "the action changes nothing");
        self.problems.push(match query.as_pointer().and_then(|pointer| missing(self.root, &pointer)) {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
    }

    fn report_copy(&mut self, overlay: &Overlay, action: &Action, query: &Selector, n_found: usize) {
        let at = action.at.child("copy");
        if n_found == 0 {
            self.report_nothing(overlay, &at, query);
            return;
        }
        let message = format!("`{}` selects {n_found} values, and one is copied", query.text());
        let diagnostic = Diagnostic::warning(Code::OVERLAY_TARGET, message);
        self.problems.push(diagnostic.label_at(overlay.place(&at), "the action changes nothing"));
    }
}

/// A place that no document has, for what is said of a value while it is copied.
fn aside() -> Pointer {
    Pointer::of(["\0copied"])
}

impl From {
    fn child(&self, token: &str) -> Self {
        match self {
            Self::Overlay(text, pointer) => Self::Overlay(*text, pointer.child(token)),
            Self::Document(pointer) => Self::Document(pointer.child(token)),
        }
    }
}

/// A place in the words of overlays: a JSONPath with a name in brackets where it is no plain word.
///
/// Source: RFC 9535, "Shorthand" of "Child Segment" and "Name Selector".
fn path(root: &Value, pointer: &Pointer) -> String {
    let (mut path, mut holder) = ("$".to_owned(), Some(root));
    for token in pointer.tokens() {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let is_word =
            token.starts_with(|c: char| is_name(c) && !c.is_ascii_digit()) && token.chars().all(is_name);
        path.push_str(&match holder {
            Some(Value::Array(_)) => format!("[{token}]"),
            _ if is_word => format!(".{token}"),
            _ => format!("['{}']", token.replace('\\', r"\\").replace('\'', r"\'")),
        });
        holder = holder.and_then(|it| child(it, token));
    }
    path
}

/// The first step of a way that the document does not have, and the one that was probably meant.
fn missing(root: &Value, pointer: &Pointer) -> Option<String> {
    let mut value = root;
    for (depth, token) in pointer.tokens().iter().enumerate() {
        let Some(below) = child(value, token) else {
            let holder = Pointer::of(pointer.tokens()[..depth].iter().cloned());
            let place = if holder.is_root() {
                "the document".to_owned()
            } else {
                format!("`{}`", path(root, &holder))
            };
            let names = value.as_object().into_iter().flat_map(Map::keys).take(MAX_CANDIDATES);
            let meant = nearest(token, names.map(String::as_str));
            let advice = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
            if let Some(Value::String(reference)) = value.get("$ref") {
                let advice = match reference.starts_with('#') {
                    true => "target what it leads to",
                    false => "an overlay changes this document alone, before its references are followed",
                };
                return Some(format!("{place} is a `$ref` to `{reference}`: {advice}"));
            }
            return Some(format!("{place} has no `{token}`{advice}"));
        };
        value = below;
    }
    None
}

/// How many values there are, and how deep they lie in one another.
fn measure(value: &Value) -> (usize, usize) {
    let (mut n_values, mut deepest) = (0, 0);
    let mut open = vec![(value, 0)];
    while let Some((value, depth)) = open.pop() {
        n_values += 1;
        deepest = deepest.max(depth);
        match value {
            Value::Array(elements) => open.extend(elements.iter().map(|each| (each, depth + 1))),
            Value::Object(members) => open.extend(members.values().map(|each| (each, depth + 1))),
            _ => {}
        }
    }
    (n_values, deepest)
}
