use super::{Logins, PlannedCall, PlannedFlow, PlannedStep, SelectorTally, UsedNames};
use crate::openapi::{Contract, Operation, OperationIndex};
use crate::scenario::{Input, Named, Row, ScenarioFile};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// What will run.
#[derive(Debug)]
pub struct Plan {
    /// The apis that a case calls, in the order given.
    pub apis: Vec<PlannedApi>,
    /// The schema files that expectations name, as one document.
    pub schemas: Option<Arc<Contract>>,
    /// The cases that were selected, in the order of the files.
    pub cases: Vec<Case>,
    /// The flows of the scenario files that nothing calls.
    pub uncalled: Vec<PlannedFlow>,
    /// The flows that sign in for auth profiles.
    pub logins: Arc<Logins>,
    /// The ids and tags of all cases that there are to select from.
    pub available: Vec<(String, BTreeSet<String>)>,
    /// How many cases were selected before a shard took its share.
    pub n_selected: usize,
    /// What each selector fitted by itself.
    pub selectors: Vec<SelectorTally>,
}

/// One api with the compiled schemas of the operations that are called.
#[derive(Clone, Debug)]
pub struct PlannedApi {
    /// Its name in the project file, or the path of its document.
    pub name: String,
    /// Its document and schemas.
    pub contract: Arc<Contract>,
    /// Whether a case calls it, or sends to a URL below its base URL.
    pub is_used: bool,
}

/// One scenario with one row.
#[derive(Clone, Debug)]
pub struct Case {
    /// Stable and unique: `file::scenario[row]`.
    pub id: String,
    /// The scenario.
    pub scenario: Arc<PlannedScenario>,
    /// The index of its row.
    pub row: Option<usize>,
    /// The tags of file, scenario and row.
    pub tags: BTreeSet<String>,
    /// Its place among all cases of the files, from 0, whichever of them were selected.
    pub place: usize,
}

/// A scenario whose steps name real operations.
#[derive(Debug)]
pub struct PlannedScenario {
    /// The file it stands in.
    pub file: Arc<ScenarioFile>,
    /// Its place in the file.
    pub index: usize,
    /// What its file does once around all of its cases, where it does anything: equal for all of its
    /// scenarios.
    pub once: Option<Arc<PlannedOnce>>,
    /// The file's `setup`.
    pub file_setup: Vec<PlannedStep>,
    /// Its own `setup`.
    pub setup: Vec<PlannedStep>,
    /// Its `steps`.
    pub steps: Vec<PlannedStep>,
    /// Its own `teardown`.
    pub teardown: Vec<PlannedStep>,
    /// The file's `teardown`.
    pub file_teardown: Vec<PlannedStep>,
    /// The inputs that it reaches, the scenario's before the file's of the same name.
    pub inputs: Vec<Named<Input>>,
    /// The names that its expressions read.
    pub used: UsedNames,
    /// The longest a case may take, without its cleanup.
    pub timeout: Duration,
}

/// `setupOnce` and `teardownOnce` of a file.
#[derive(Debug)]
pub struct PlannedOnce {
    /// The file.
    pub file: Arc<ScenarioFile>,
    /// Its `setupOnce`.
    pub setup: Vec<PlannedStep>,
    /// Its `teardownOnce`.
    pub teardown: Vec<PlannedStep>,
    /// The inputs that they reach.
    pub inputs: Vec<Named<Input>>,
    /// The names that their expressions read.
    pub used: UsedNames,
    /// The longest that `setup` may take.
    pub timeout: Duration,
}

impl PlannedOnce {
    /// Every planned step, those of flows and cleanups included.
    pub fn all_steps(&self) -> impl Iterator<Item = &PlannedStep> {
        self.setup.iter().chain(&self.teardown).flat_map(PlannedStep::with_inner)
    }
}

impl PlannedScenario {
    /// The scenario as written.
    pub fn scenario(&self) -> &crate::scenario::Scenario {
        &self.file.scenarios[self.index]
    }

    /// Its title, or its name when it has none.
    pub fn title(&self) -> &str {
        let scenario = self.scenario();
        scenario.title.as_deref().unwrap_or(&scenario.name.value)
    }

    /// Whether what cleanup leaves behind makes a case errored.
    pub fn is_cleanup_strict(&self) -> bool {
        self.scenario().is_cleanup_strict.or(self.file.is_cleanup_strict).unwrap_or(false)
    }

    /// Every planned step: its own, those of its file, of the flows that are called, and of cleanups.
    pub fn all_steps(&self) -> impl Iterator<Item = &PlannedStep> {
        let once = self.once.as_deref();
        let own = [&self.file_setup, &self.setup, &self.steps, &self.teardown, &self.file_teardown];
        let setup = once.into_iter().flat_map(|once| &once.setup);
        let teardown = once.into_iter().flat_map(|once| &once.teardown);
        setup.chain(own.into_iter().flatten()).chain(teardown).flat_map(PlannedStep::with_inner)
    }

    /// Whether one of the sources that it is made of fits: its own file, or that of a flow.
    pub fn stands_in(&self, fits: impl Fn(&str) -> bool) -> bool {
        fits(self.file.source.name())
            || self
                .all_steps()
                .filter_map(PlannedStep::flow_call)
                .any(|call| fits(call.flow.file.source.name()))
    }

    /// The operations that it calls, setup and cleanup included, each once, in the order of the file:
    /// the index of the api in [`Plan::apis`], and the operation.
    pub fn calls(&self) -> Vec<(usize, OperationIndex)> {
        let mut seen = BTreeSet::new();
        let calls = self.all_steps().filter_map(PlannedStep::call).map(|call| (call.api, call.operation));
        calls.filter(|call| seen.insert(*call)).collect()
    }

    /// What it sends outside the documents, as written, setup and cleanup included, each once, in the
    /// order of the file.
    pub fn sends(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let sends = self.all_steps().filter_map(PlannedStep::send).map(|send| send.send.text.as_str());
        sends.filter(|text| seen.insert(*text)).collect()
    }
}

impl Case {
    /// The row as written.
    pub fn row(&self) -> Option<&Row> {
        self.scenario.scenario().rows.as_ref()?.get(self.row?)
    }

    /// `file › title [row]`, as people see it.
    pub fn name(&self) -> String {
        let file = &self.scenario.file.name;
        let title = self.scenario.title();
        match self.row() {
            Some(row) => format!("{file} › {title} [{}]", row.label),
            None => format!("{file} › {title}"),
        }
    }
}

impl Plan {
    /// The same plan with some of its cases, in the order given.
    #[must_use]
    pub fn only(&self, cases: &[usize]) -> Self {
        let cases = cases.iter().filter_map(|case| self.cases.get(*case).cloned()).collect();
        Self {
            apis: self.apis.clone(),
            schemas: self.schemas.clone(),
            cases,
            uncalled: Vec::new(),
            logins: Arc::clone(&self.logins),
            available: self.available.clone(),
            n_selected: self.n_selected,
            selectors: self.selectors.clone(),
        }
    }

    /// The case at a place in all rounds, in each of which every case has the place that it has here.
    ///
    /// # Panics
    /// When there are no cases.
    pub fn case_at(&self, index: usize) -> &Case {
        &self.cases[index % self.cases.len()]
    }

    /// The scenarios of its cases, each once: the cases of its rows share one.
    pub fn scenarios(&self) -> impl Iterator<Item = &PlannedScenario> {
        let mut seen = BTreeSet::new();
        let first = self.cases.iter().filter(move |case| seen.insert(Arc::as_ptr(&case.scenario)));
        first.map(|case| &*case.scenario)
    }

    /// The names that any expression of it reads, those of flows, of `setupOnce` and of what signs in
    /// included.
    pub fn used(&self) -> UsedNames {
        let mut used = UsedNames::default();
        for scenario in self.scenarios() {
            used.include(&scenario.used);
            scenario.once.iter().for_each(|once| used.include(&once.used));
        }
        let called = self.all_steps().filter_map(PlannedStep::flow_call).map(|call| &call.flow);
        let of_logins = self.logins.all().iter().map(|login| &login.flow);
        called.chain(of_logins).for_each(|flow| used.include(&flow.used));
        used
    }

    /// Every step that its cases may run, those of the flows that sign in for them included.
    pub fn all_steps(&self) -> impl Iterator<Item = &PlannedStep> {
        self.scenarios().flat_map(PlannedScenario::all_steps).chain(self.logins.steps_for(self.scenarios()))
    }

    /// The operation that a step calls.
    pub fn operation(&self, call: &PlannedCall) -> Operation<'_> {
        self.apis[call.api].contract.document().operation(call.operation)
    }
}
