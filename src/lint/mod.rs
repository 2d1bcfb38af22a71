//! Scenarios held against their document, without sending: what can never pass, is never read, or
//! would be refused.
//!
//! Nothing here keeps a run from happening: [`lint`] gives warnings and, on request, hints. Where the
//! document or an expression leaves something open it counts as possible, so that no right scenario is
//! spoken of. Start with [`lint`].

mod answer;
mod auth;
mod body;
mod capture;
mod described;
mod expectation;
mod impossible;
mod literal;
mod place;
mod request;
mod schema;
mod types;
mod unused;

#[cfg(test)]
mod tests;

use crate::diagnostic::Diagnostic;
use crate::limits::Limits;
use crate::openapi::{Contract, Operation};
use crate::plan::{Plan, PlannedRequest, PlannedScenario, PlannedStep};
use crate::scenario::{Call, Row};
use crate::source::Source;
use literal::Literals;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a scenario is held against.
#[derive(Clone, Copy, Debug)]
pub struct LintInput<'i> {
    /// The cases; scenarios of which none is selected are not looked at.
    pub plan: &'i Plan,
    /// The limits: the most findings of one request.
    pub limits: &'i Limits,
    /// Names of scenario files that are passed over: what follows from their errors helps nobody.
    pub broken: &'i BTreeSet<String>,
}

/// Finds what scenarios expect, send and save against their document, in the order of the files:
/// warnings, and hints of the level `Note`. The same may be found for several rows.
pub fn lint(input: &LintInput<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let scenarios = scenarios_of(input);
    for scenario in &scenarios {
        let rows: Vec<Option<&Row>> = match &scenario.scenario().rows {
            Some(rows) => rows.iter().map(Some).collect(),
            None => vec![None],
        };
        for row in rows {
            let literals = Literals::of(scenario, row);
            for (step, is_cleanup) in steps_of(scenario) {
                // Of a URL outside the documents, and of a pause, nothing is known.
                let (Some(request), Some(planned)) = (step.request(), step.call()) else { continue };
                let at = At {
                    source: &scenario.file.source,
                    step,
                    request,
                    call: &planned.call,
                    is_cleanup,
                    operation: input.plan.operation(planned),
                    contract: &input.plan.apis[planned.api].contract,
                    literals: &literals,
                    row,
                    limits: input.limits,
                };
                auth::check(&at, &mut found);
                request::check(&at, &mut found);
                capture::check(&at, &mut found);
                // Cleanup takes what it finds: the contract warns there, and so nothing is impossible.
                if !is_cleanup {
                    expectation::check(&at, &mut found);
                }
            }
        }
    }
    unused::check(&scenarios, &mut found);
    found
}

/// A step with one row, and what it is held against.
struct At<'a> {
    source: &'a Arc<Source>,
    step: &'a PlannedStep,
    request: &'a PlannedRequest,
    call: &'a Call,
    is_cleanup: bool,
    operation: Operation<'a>,
    contract: &'a Contract,
    literals: &'a Literals<'a>,
    row: Option<&'a Row>,
    limits: &'a Limits,
}

/// The scenarios of the cases, each once.
fn scenarios_of<'i>(input: &LintInput<'i>) -> Vec<&'i Arc<PlannedScenario>> {
    let mut found: Vec<&Arc<PlannedScenario>> = Vec::new();
    for case in &input.plan.cases {
        let is_known = found.last().is_some_and(|last| Arc::ptr_eq(last, &case.scenario));
        if !is_known && !input.broken.contains(case.scenario.file.source.name()) {
            found.push(&case.scenario);
        }
    }
    found
}

/// The steps of a scenario with those of its file, and whether each runs at the end, when cleanup judges
/// leniently.
fn steps_of(scenario: &PlannedScenario) -> Vec<(&PlannedStep, bool)> {
    fn add<'s>(step: &'s PlannedStep, is_cleanup: bool, into: &mut Vec<(&'s PlannedStep, bool)>) {
        into.push((step, is_cleanup));
        step.cleanup.iter().for_each(|each| add(each, true, into));
    }
    let mut all = Vec::new();
    for step in scenario.file_setup.iter().chain(&scenario.setup).chain(&scenario.steps) {
        add(step, false, &mut all);
    }
    for step in scenario.teardown.iter().chain(&scenario.file_teardown) {
        add(step, true, &mut all);
    }
    all
}
