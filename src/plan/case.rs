use super::{PlannedCall, PlannedStep, SelectorTally, UsedNames};
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
    /// The cases that were selected, in the order of the files.
    pub cases: Vec<Case>,
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
}

/// A scenario whose steps name real operations.
#[derive(Debug)]
pub struct PlannedScenario {
    /// The file it stands in.
    pub file: Arc<ScenarioFile>,
    /// Its place in the file.
    pub index: usize,
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

    /// Every planned step, cleanups included, in the order of the file.
    pub fn all_steps(&self) -> impl Iterator<Item = &PlannedStep> {
        [&self.file_setup, &self.setup, &self.steps, &self.teardown, &self.file_teardown]
            .into_iter()
            .flatten()
            .flat_map(PlannedStep::with_cleanup)
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
            cases,
            available: self.available.clone(),
            n_selected: self.n_selected,
            selectors: self.selectors.clone(),
        }
    }

    /// The operation that a step calls.
    pub fn operation(&self, call: &PlannedCall) -> Operation<'_> {
        self.apis[call.api].contract.document().operation(call.operation)
    }
}
