//! Scenarios held against their document, without sending: what can never pass, is never read, or
//! would be refused.
//!
//! Nothing here keeps a run from happening: [`lint`] gives warnings and, on request, hints. Where the
//! document or an expression leaves something open it counts as possible, so that no right scenario is
//! spoken of. Start with [`lint`].

mod again;
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
use crate::plan::{Plan, PlannedFlow, PlannedRequest, PlannedScenario, PlannedStep};
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
    /// Whether the connection shows a certificate whatever a step says, or may.
    pub has_certificate: bool,
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
            for listed in steps_of(scenario) {
                check_step(input, &listed, &literals, row, &mut found);
            }
        }
    }
    let logins = input.plan.logins.all().iter().map(|login| &login.flow);
    let uncalled = input.plan.uncalled.iter().chain(logins);
    let uncalled: Vec<&PlannedFlow> = uncalled.filter(|it| !input.is_broken(&it.file.source)).collect();
    for flow in &uncalled {
        let mut steps = Vec::new();
        flow.steps.iter().for_each(|step| add(step, false, true, &mut steps));
        for listed in steps {
            check_step(input, &listed, &Literals::default(), None, &mut found);
        }
    }
    unused::check(&scenarios, &uncalled, input.broken, &mut found);
    found
}

fn check_step<'a>(
    input: &LintInput<'a>,
    listed: &Listed<'a>,
    literals: &Literals<'a>,
    row: Option<&'a Row>,
    found: &mut Vec<Diagnostic>,
) {
    let step = listed.step;
    // Of a URL outside the documents, of a pause, and of a flow as a whole, nothing is known.
    let (Some(request), Some(planned)) = (step.request(), step.call()) else { return };
    if input.is_broken(&step.source) {
        return;
    }
    let nothing = Literals::default();
    let at = At {
        source: &step.source,
        step,
        request,
        call: &planned.call,
        is_cleanup: listed.is_cleanup,
        operation: input.plan.operation(planned),
        contract: &input.plan.apis[planned.api].contract,
        // A flow sees nothing of the scenario.
        literals: if listed.is_in_flow { &nothing } else { literals },
        row: row.filter(|_| !listed.is_in_flow),
        limits: input.limits,
        has_certificate: input.has_certificate,
    };
    auth::check(&at, found);
    again::check(&at, found);
    request::check(&at, found);
    capture::check(&at, found);
    // Cleanup takes what it finds: the contract warns there, and so nothing is impossible.
    if !listed.is_cleanup {
        expectation::check(&at, found);
    }
}

impl LintInput<'_> {
    fn is_broken(&self, source: &Source) -> bool {
        self.broken.contains(source.name())
    }
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
    has_certificate: bool,
}

/// The scenarios of the cases, each once.
fn scenarios_of<'i>(input: &LintInput<'i>) -> Vec<&'i Arc<PlannedScenario>> {
    let mut found: Vec<&Arc<PlannedScenario>> = Vec::new();
    for case in &input.plan.cases {
        let is_known = found.last().is_some_and(|last| Arc::ptr_eq(last, &case.scenario));
        if !is_known && !input.is_broken(&case.scenario.file.source) {
            found.push(&case.scenario);
        }
    }
    found
}

/// A step of a scenario, its file, or a flow.
struct Listed<'s> {
    step: &'s PlannedStep,
    /// Whether it runs at the end, when cleanup judges leniently.
    is_cleanup: bool,
    is_in_flow: bool,
}

/// The steps of a scenario with those of its file and of the flows that are called.
fn steps_of(scenario: &PlannedScenario) -> Vec<Listed<'_>> {
    let mut all = Vec::new();
    let once = scenario.once.as_deref();
    let setup = once.into_iter().flat_map(|once| &once.setup);
    for step in setup.chain(&scenario.file_setup).chain(&scenario.setup).chain(&scenario.steps) {
        add(step, false, false, &mut all);
    }
    let teardown = once.into_iter().flat_map(|once| &once.teardown);
    for step in scenario.teardown.iter().chain(&scenario.file_teardown).chain(teardown) {
        add(step, true, false, &mut all);
    }
    all
}

fn add<'s>(step: &'s PlannedStep, is_cleanup: bool, is_in_flow: bool, into: &mut Vec<Listed<'s>>) {
    into.push(Listed { step, is_cleanup, is_in_flow });
    for inner in step.flow_call().into_iter().flat_map(|call| &call.flow.steps) {
        add(inner, is_cleanup, true, into);
    }
    step.cleanup.iter().for_each(|each| add(each, true, is_in_flow, into));
}
