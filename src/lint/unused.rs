//! Names that are given a value and never read.

use crate::diagnostic::{Code, Diagnostic};
use crate::plan::{PlannedFlow, PlannedScenario, PlannedStep};
use crate::source::{Source, Span};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Finds unused saved values, variables, inputs and columns. What belongs to a file may be read by any of
/// its scenarios, and is passed over where not all of them are looked at. A flow is looked at where it is
/// called, and where nothing calls it.
pub(super) fn check(
    scenarios: &[&Arc<PlannedScenario>],
    uncalled: &[&PlannedFlow],
    broken: &BTreeSet<String>,
    found: &mut Vec<Diagnostic>,
) {
    for (index, scenario) in scenarios.iter().enumerate() {
        let is_first = index == 0 || !Arc::ptr_eq(&scenarios[index - 1].file, &scenario.file);
        if is_first {
            let of_file: Vec<&PlannedScenario> = scenarios[index..]
                .iter()
                .take_while(|each| Arc::ptr_eq(&each.file, &scenario.file))
                .map(|each| &***each)
                .collect();
            if of_file.len() == scenario.file.scenarios.len() {
                check_file(&of_file, found);
            }
        }
        check_scenario(scenario, found);
    }
    let called = scenarios.iter().flat_map(|scenario| scenario.all_steps());
    let called = called.filter_map(PlannedStep::flow_call).map(|call| &call.flow);
    let inner = uncalled.iter().flat_map(|flow| flow.steps.iter().flat_map(PlannedStep::with_inner));
    let inner = inner.filter_map(PlannedStep::flow_call).map(|call| &call.flow);
    let mut seen = BTreeSet::new();
    let whole = called.chain(inner).chain(uncalled.iter().copied());
    for flow in whole.filter(|flow| !broken.contains(flow.file.source.name())) {
        if seen.insert((flow.file.source.name(), flow.index)) {
            check_flow(flow, found);
        }
    }
}

fn check_flow(planned: &PlannedFlow, found: &mut Vec<Diagnostic>) {
    let is_used = |root: &str, name: &str| planned.used.contains(root, name);
    let mut list = List { source: &planned.file.source, is_used: &is_used, found };
    for input in &planned.flow().inputs {
        list.add("inputs", "the input", &input.name, input.name_span);
    }
    list.add_saved(&planned.steps);
}

fn check_file(scenarios: &[&PlannedScenario], found: &mut Vec<Diagnostic>) {
    let Some(first) = scenarios.first() else { return };
    let once = first.once.as_deref();
    let is_used = |root: &str, name: &str| {
        scenarios.iter().any(|it| it.used.contains(root, name))
            || once.is_some_and(|once| once.used.contains(root, name))
    };
    let mut list = List { source: &first.file.source, is_used: &is_used, found };
    for input in &first.file.inputs {
        list.add("inputs", "the input", &input.name, input.name_span);
    }
    for var in &first.file.vars {
        list.add("vars", "the variable", &var.name, var.name_span);
    }
    if let Some(once) = once {
        list.add_saved(&once.setup);
        list.add_saved(&once.teardown);
    }
    list.add_saved(&first.file_setup);
    list.add_saved(&first.file_teardown);
}

fn check_scenario(planned: &PlannedScenario, found: &mut Vec<Diagnostic>) {
    let scenario = planned.scenario();
    let is_used = |root: &str, name: &str| planned.used.contains(root, name);
    let mut list = List { source: &planned.file.source, is_used: &is_used, found };
    for input in &scenario.inputs {
        list.add("inputs", "the input", &input.name, input.name_span);
    }
    for var in &scenario.vars {
        list.add("vars", "the variable", &var.name, var.name_span);
    }
    if let Some(row) = scenario.rows.iter().flatten().next() {
        let mut list =
            List { source: row.source_in(&planned.file), is_used: &is_used, found: &mut *list.found };
        for cell in &row.values {
            list.add("row", "the column", &cell.column, cell.template.span);
        }
    }
    for steps in [&planned.setup, &planned.steps, &planned.teardown] {
        list.add_saved(steps);
    }
}

struct List<'l> {
    source: &'l Arc<Source>,
    is_used: &'l dyn Fn(&str, &str) -> bool,
    found: &'l mut Vec<Diagnostic>,
}

impl List<'_> {
    fn add(&mut self, root: &str, what: &str, name: &str, span: Span) {
        if (self.is_used)(root, name) {
            return;
        }
        let message = format!("{what} `{name}` is never read");
        let label = format!("no expression names `${root}.{name}`");
        let diagnostic =
            Diagnostic::warning(Code::SCENARIO_UNUSED_NAME, message).label(self.source, span, label);
        self.found.push(diagnostic);
    }

    fn add_saved(&mut self, steps: &[PlannedStep]) {
        for step in steps {
            // A secret is saved to be masked.
            for capture in step.step.save.iter().filter(|capture| !capture.value.is_secret) {
                self.add("vars", "the saved value", &capture.name, capture.name_span);
            }
            for capture in step.step.repeat().into_iter().flat_map(|repeat| &repeat.carry) {
                self.add("vars", "the carried value", &capture.name, capture.name_span);
            }
            for capture in step.step.repeat().into_iter().flat_map(|repeat| &repeat.collect) {
                self.add("vars", "the collected value", &capture.name, capture.name_span);
            }
            self.add_saved(&step.cleanup);
        }
    }
}
