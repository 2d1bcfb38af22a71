//! The values that are known without sending: what is written out, in a row or under `vars`.

use crate::clock::Timestamp;
use crate::expression::{Reference, Scope, Template, Unresolved};
use crate::json::{Datum, Pointer, Value};
use crate::plan::PlannedScenario;
use crate::scenario::{Named, Row};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What stands for a value that is known only when it is sent.
const PLACEHOLDER: &str = "…";

/// The literal values of one case.
pub(super) struct Literals<'a> {
    row: Option<&'a Row>,
    vars: BTreeMap<&'a str, &'a Datum>,
}

/// A value of which some parts are not known.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) datum: Datum,
    /// The places that hold a placeholder.
    pub(super) unknown: Vec<Pointer>,
}

impl<'a> Literals<'a> {
    pub(super) fn of(scenario: &'a PlannedScenario, row: Option<&'a Row>) -> Self {
        let saved: BTreeSet<&str> = scenario
            .all_steps()
            .flat_map(|step| step.step.save.iter().map(|capture| capture.name.as_str()))
            .collect();
        let vars: &[Named<Template>] = &scenario.scenario().vars;
        let vars = scenario.file.vars.iter().chain(vars);
        let vars = vars.filter(|var| !saved.contains(var.name.as_str()));
        let vars = vars.filter_map(|var| Some((var.name.as_str(), var.value.as_literal()?))).collect();
        Self { row, vars }
    }

    /// The value of a template, where it is known.
    pub(super) fn value(&self, template: &Template) -> Option<Datum> {
        // `now()` and chance have no value before the step is sent.
        if !template.conditions().is_empty() {
            return None;
        }
        template.resolve(self).ok()
    }

    /// The value of a template with placeholders for what is not known.
    pub(super) fn partial(&self, template: &Template) -> Partial {
        let mut unknown = Vec::new();
        let datum = self.fill(template, &Pointer::root(), &mut unknown);
        Partial { datum, unknown }
    }

    /// The same of an object whose members are written one by one.
    pub(super) fn partial_members<'m>(
        &self,
        members: impl Iterator<Item = (&'m str, &'m Template)>,
    ) -> Partial {
        let mut unknown = Vec::new();
        let filled = members
            .map(|(name, value)| (name.to_owned(), self.fill(value, &Pointer::of([name]), &mut unknown)))
            .collect::<Vec<_>>();
        Partial { datum: Datum::object(filled), unknown }
    }

    fn fill(&self, template: &Template, at: &Pointer, unknown: &mut Vec<Pointer>) -> Datum {
        if let Some(datum) = self.value(template) {
            return datum;
        }
        if let Some(members) = template.members() {
            let filled =
                members.map(|(name, _, value)| (name.to_owned(), self.fill(value, &at.child(name), unknown)));
            return Datum::object(filled.collect::<Vec<_>>());
        }
        if let Some(elements) = template.elements() {
            let filled = elements
                .iter()
                .enumerate()
                .map(|(index, value)| self.fill(value, &at.child(index.to_string()), unknown));
            return Datum::array(filled.collect::<Vec<_>>());
        }
        unknown.push(at.clone());
        Datum::new(PLACEHOLDER)
    }
}

impl Scope for Literals<'_> {
    fn resolve(&self, reference: &Reference) -> Result<Datum, Unresolved> {
        let unknown = || reference.unresolved("it is known only when the step is sent");
        let name = reference.first_member().ok_or_else(unknown)?;
        let datum = match reference.root.as_str() {
            "row" => {
                let cells = self.row.map(|row| row.values.as_slice()).unwrap_or_default();
                cells.iter().find(|cell| cell.column == name).and_then(|cell| cell.template.as_literal())
            }
            "vars" => self.vars.get(name).copied(),
            _ => None,
        };
        reference.walk(1, datum.ok_or_else(unknown)?.clone())
    }

    fn variable(&self, _: &str) -> Option<Cow<'_, Value>> {
        None
    }

    fn now(&self) -> Timestamp {
        // Never asked: values with conditions are not resolved here.
        Timestamp::default()
    }
}
