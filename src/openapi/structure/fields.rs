//! Names of fields: what no version knows is probably misspelt, what another version knows is read by
//! nobody who keeps to this one.

use super::model::found_words;
use super::table::{Holds, Object};
use super::{Lint, MAX_LINTS};
use crate::diagnostic::Code;
use crate::json::{Map, Pointer, Token, Value};
use crate::openapi::reference::reference_of;
use crate::openapi::{Document, Version};
use crate::yaml::nearest;

/// Shorter keywords are not taken for misspelt ones.
const MIN_KEYWORD: usize = 5;

/// Looks at the names of all fields of a document.
pub(super) fn lint(document: &Document) -> Vec<Lint> {
    let mut walker = Walker { document, version: document.version(), at: Pointer::root(), lints: Vec::new() };
    walker.object(Object::Document, document.root());
    walker.lints
}

struct Walker<'d> {
    document: &'d Document,
    version: Version,
    /// Where the walk has come to.
    at: Pointer,
    lints: Vec<Lint>,
}

impl Walker<'_> {
    fn object(&mut self, object: Object, value: &Value) {
        let Some(members) = value.as_object().filter(|_| self.lints.len() < MAX_LINTS) else { return };
        // What stands beside a reference is another thing in every version.
        if object != Object::PathItem && reference_of(value).is_some() {
            return;
        }
        if object == Object::Callback {
            self.map(Object::PathItem, members);
            return;
        }
        for (name, member) in members.iter().filter(|(name, _)| !name.starts_with("x-")) {
            self.within(name.as_str(), |walker| walker.named(object, name, member));
        }
    }

    /// Looks at something one step further on.
    fn within(&mut self, token: impl Into<Token>, look: impl FnOnce(&mut Self)) {
        self.at.push(token);
        look(self);
        self.at.pop();
    }

    fn named(&mut self, object: Object, name: &str, member: &Value) {
        if self.document.is_added(&self.at) {
            return;
        }
        match object.field(name) {
            Some(field) if field.is_of(self.version) => {
                self.shape(object, name, field.holds, member);
                self.field(field.holds, member);
            }
            Some(field) if object != Object::Schema => {
                let message = format!("`{name}` is no field of {} in {}", object.name(), self.version.name());
                let label = match self.version < field.since {
                    true => format!("came with {}", field.since.name()),
                    false => format!("belongs to {}", Version::V20.name()),
                };
                self.report(message, label);
            }
            Some(_) => {}
            None => self.unknown(object, name),
        }
    }

    fn unknown(&mut self, object: Object, name: &str) {
        // Anybody may have keywords of their own, and short ones are near to others by chance.
        if object == Object::Schema && name.len() < MIN_KEYWORD {
            return;
        }
        let known = object.fields().iter().filter(|field| field.is_of(self.version)).map(|field| field.name);
        let label = match nearest(name, known) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if object == Object::Schema => return,
            None => "is passed over; the name of an extension starts with `x-`".to_owned(),
        };
        self.report(format!("`{name}` is no field of {}", object.name()), label);
    }

    /// Names a list or text in the place of a map, and what is no list. Of schemas it is said where they
    /// are compiled; 3.0 has a model of its own.
    fn shape(&mut self, object: Object, name: &str, holds: Holds, value: &Value) {
        let wanted = match (holds, value) {
            // An empty list is what some languages write for an empty map.
            (Holds::Map(_) | Holds::ExtensibleMap(_), Value::Array(elements)) if elements.is_empty() => {
                return;
            }
            (Holds::Map(_) | Holds::ExtensibleMap(_), value) if !value.is_object() => "a map",
            (Holds::List(_), Value::Object(_)) if reference_of(value).is_some() => return,
            (Holds::List(_), value) if !value.is_array() => "a list",
            _ => return,
        };
        if object != Object::Schema && !self.version.has_structure_model() && !value.is_null() {
            let found = found_words(value);
            let message = format!("`{name}` of {} is {wanted}, not {found}", object.name());
            self.report(message, "is passed over".to_owned());
        }
    }

    fn field(&mut self, holds: Holds, value: &Value) {
        match (holds, value) {
            (Holds::One(object), Value::Object(_)) => self.object(object, value),
            (Holds::One(object) | Holds::List(object), Value::Array(elements)) => {
                for (index, element) in elements.iter().enumerate() {
                    self.within(index.to_string(), |walker| walker.object(object, element));
                }
            }
            (Holds::Map(object), Value::Object(members)) => {
                for (name, member) in members {
                    self.within(name.as_str(), |walker| walker.object(object, member));
                }
            }
            (Holds::ExtensibleMap(object), Value::Object(members)) => self.map(object, members),
            _ => {}
        }
    }

    fn map(&mut self, object: Object, members: &Map<String, Value>) {
        for (name, member) in members.iter().filter(|(name, _)| !name.starts_with("x-")) {
            self.within(name.as_str(), |walker| walker.object(object, member));
        }
    }

    fn report(&mut self, message: String, label: String) {
        self.lints.push(Lint {
            code: Code::DOCUMENT_STRUCTURE,
            pointer: self.at.clone(),
            is_key: true,
            message,
            label,
            also: None,
            notes: Vec::new(),
            help: None,
        });
    }
}
