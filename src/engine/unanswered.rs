//! What stands for values that only an answer would give, where nothing is sent: `‹$vars.orderId›`.

use crate::check::RequestValues;
use crate::expression::{Access, Condition, Reference};
use crate::json::{Datum, Pointer, Value};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// RFC 3986 §2.3: everything but the unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is left by now of the answers that a case would have got.
#[derive(Debug, Default)]
pub(super) struct Unanswered {
    /// The names that steps would have saved.
    vars: BTreeSet<String>,
    /// The steps that were not sent.
    steps: BTreeSet<String>,
    /// Every placeholder that was given for a value.
    placeholders: Mutex<BTreeSet<String>>,
}

impl Unanswered {
    /// A step was made ready, and not sent.
    pub(super) fn add<'n>(&mut self, step: &str, saved: impl IntoIterator<Item = &'n str>) {
        self.steps.insert(step.to_owned());
        self.vars.extend(saved.into_iter().map(ToOwned::to_owned));
    }

    /// The placeholder of a reference that an answer would give a value.
    pub(super) fn of_reference(&self, reference: &Reference) -> Option<Datum> {
        let name = reference.first_member()?;
        let is_unknown = match reference.root.as_str() {
            "vars" => self.vars.contains(name),
            "steps" => {
                let is_request =
                    matches!(reference.steps.get(1), Some(Access::Member(it)) if it == "request");
                self.steps.contains(name) && !is_request
            }
            _ => false,
        };
        is_unknown.then(|| self.placeholder(&reference.text))
    }

    /// The placeholder of a condition that an answer would give a value.
    pub(super) fn of_condition(
        &self,
        condition: &Condition,
        vars: &BTreeMap<String, Datum>,
    ) -> Option<Datum> {
        let is_unknown = condition.mentions().iter().any(|mention| {
            let first = mention.members.first().map(String::as_str);
            match (mention.root.as_str(), first) {
                ("vars", Some(name)) => {
                    self.vars.contains(name) || vars.get(name).is_some_and(|datum| self.is_in(datum.value()))
                }
                ("vars", None) => {
                    !self.vars.is_empty() || vars.values().any(|datum| self.is_in(datum.value()))
                }
                ("steps", Some(id)) => {
                    self.steps.contains(id) && mention.members.get(1).is_none_or(|part| part != "request")
                }
                ("steps", None) => !self.steps.is_empty(),
                _ => false,
            }
        });
        is_unknown.then(|| self.placeholder(&format!("$cel: {}", condition.text)))
    }

    fn placeholder(&self, text: &str) -> Datum {
        let placeholder = format!("‹{text}›");
        let mut placeholders = self.placeholders.lock().unwrap_or_else(PoisonError::into_inner);
        placeholders.insert(placeholder.clone());
        Datum::new(placeholder)
    }

    fn all(&self) -> BTreeSet<String> {
        self.placeholders.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a placeholder stands in a value.
    pub(super) fn is_in(&self, value: &Value) -> bool {
        let mut found = Vec::new();
        find(value, &Pointer::root(), &self.all(), &mut found);
        !found.is_empty()
    }

    /// A text of a request in which placeholders can be read although they were escaped.
    pub(super) fn readable(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for placeholder in self.all() {
            for escaped in [RESERVED, CONTROLS].map(|set| utf8_percent_encode(&placeholder, set).to_string())
            {
                text = text.replace(&escaped, &placeholder);
            }
        }
        text
    }

    /// Where placeholders stand in a request, in the pointers of `sends`.
    pub(super) fn places(&self, values: &RequestValues) -> Vec<Pointer> {
        let placeholders = self.all();
        let mut found = Vec::new();
        let parts = [
            ("path", &values.path),
            ("query", &values.query),
            ("headers", &values.headers),
            ("cookies", &values.cookies),
        ];
        for (part, named) in parts {
            for (name, datum) in named {
                let at = Pointer::of([part, name.as_str()]);
                let before = found.len();
                find(datum.value(), &at, &placeholders, &mut found);
                // A parameter is judged as a whole: its parts have places of their own only in a body.
                if found.len() > before {
                    found.push(at);
                }
            }
        }
        if let Some(content) = &values.body {
            let at = Pointer::of(["body"]);
            match &content.value {
                Some(value) => find(value, &at, &placeholders, &mut found),
                None => {
                    let text = self.readable(&String::from_utf8_lossy(&content.bytes));
                    if placeholders.iter().any(|placeholder| text.contains(placeholder.as_str())) {
                        found.push(at);
                    }
                }
            }
        }
        found
    }
}

/// Whether what is wrong at a place may be so only because of a placeholder: one stands there, within,
/// or around.
pub(super) fn is_touched(at: &Pointer, places: &[Pointer]) -> bool {
    places.iter().any(|place| place.contains(at) || at.contains(place))
}

fn find(value: &Value, at: &Pointer, placeholders: &BTreeSet<String>, found: &mut Vec<Pointer>) {
    match value {
        Value::String(text) if placeholders.iter().any(|it| text.contains(it.as_str())) => {
            found.push(at.clone());
        }
        Value::Array(elements) => {
            let elements = elements.iter().enumerate();
            elements.for_each(|(index, it)| find(it, &at.child(index.to_string()), placeholders, found));
        }
        Value::Object(members) => {
            members.iter().for_each(|(name, it)| find(it, &at.child(name.as_str()), placeholders, found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Problems;
    use crate::expression::Syntax;
    use crate::source::{Source, Span};
    use serde_json::json;

    fn unanswered() -> Unanswered {
        let mut unanswered = Unanswered::default();
        unanswered.add("create", ["id"]);
        unanswered
    }

    fn check(reference: &str, expected: Option<&str>) {
        let syntax = Syntax { roots: vec!["vars".to_owned(), "steps".to_owned()], expression_limit: 1000 };
        let reference = Reference::parse(reference, &syntax).expect("it is a reference");
        let found = unanswered().of_reference(&reference);
        assert_eq!(found.map(|datum| datum.to_text()).as_deref(), expected, "{}", reference.text);
    }

    #[test]
    fn what_an_answer_gives_has_a_placeholder() {
        check("$vars.id", Some("‹$vars.id›"));
        check("$vars.id.inner", Some("‹$vars.id.inner›"));
        check("$vars.other", None);
        check("$steps.create.response.body.id", Some("‹$steps.create.response.body.id›"));
        check("$steps.create.request.body", None);
        check("$steps.before.response.status", None);
    }

    #[test]
    fn a_condition_over_it_has_one_too() {
        let source = Source::new("x", "");
        let condition = |text: &str| {
            let mut problems = Problems::new(&source);
            Condition::compile(text, Span::default(), 1000, &mut problems).expect("it compiles")
        };
        let known = BTreeMap::from([("plain".to_owned(), Datum::new("a"))]);
        let of =
            |text: &str| unanswered().of_condition(&condition(text), &known).map(|datum| datum.to_text());
        assert_eq!(of("vars.id + 1").as_deref(), Some("‹$cel: vars.id + 1›"));
        assert_eq!(of("vars.plain == 'a'"), None);
        assert_eq!(
            of("steps.create.response.status == 200").as_deref(),
            Some("‹$cel: steps.create.response.status == 200›")
        );
    }

    #[test]
    fn placeholders_are_found_and_read_wherever_they_stand() {
        let unanswered = unanswered();
        unanswered.placeholder("$vars.id");
        assert_eq!(
            unanswered.readable("/a/%E2%80%B9%24vars.id%E2%80%BA?b=%E2%80%B9$vars.id%E2%80%BA"),
            "/a/‹$vars.id›?b=‹$vars.id›"
        );
        let values = RequestValues {
            path: vec![("orderID".to_owned(), Datum::new("‹$vars.id›"))],
            query: vec![("limit".to_owned(), Datum::new(5))],
            body: Some(crate::check::RequestContent {
                value: Some(json!({ "data": [{ "id": "x-‹$vars.id›", "name": "a" }] })),
                ..Default::default()
            }),
            ..RequestValues::default()
        };
        let places = unanswered.places(&values);
        let touched = |text: &str| is_touched(&Pointer::parse(text).expect("a pointer"), &places);
        for (pointer, expected) in [
            ("/path/orderID", true),
            ("/query/limit", false),
            ("/body/data/0/id", true),
            ("/body/data", true),
            ("/body", true),
            ("/body/data/0/name", false),
            ("/body/other", false),
        ] {
            assert_eq!(touched(pointer), expected, "{pointer}");
        }
    }
}
