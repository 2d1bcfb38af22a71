use super::{SelectorTally, UsedNames};
use crate::check::Policy;
use crate::expression::Template;
use crate::json::Pointer;
use crate::openapi::{Contract, Operation, OperationIndex};
use crate::scenario::{Input, Named, Row, ScenarioFile, Step};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};
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
    /// Whether a case calls it.
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

/// A step that names a real operation.
#[derive(Debug)]
pub struct PlannedStep {
    /// Its `id`, or `step1`, `step2`, ….
    pub id: String,
    /// The step as written.
    pub step: Arc<Step>,
    /// The index of its api in [`Plan::apis`].
    pub api: usize,
    /// Its operation in the api's document.
    pub operation: OperationIndex,
    /// Who it is sent as.
    pub auth: PlannedAuth,
    /// Where the scenario file says so; `None` where the project file or nothing does.
    pub auth_span: Option<Span>,
    /// What the settings around it say of every check.
    pub policy: Policy,
    /// Header values to send, defaults included.
    pub headers: Vec<Named<Template>>,
    /// Names of headers that are not to be sent, though contest would add them by itself.
    pub removed_headers: Vec<String>,
    /// The media type of its body, as the document writes it.
    pub media_type: Option<String>,
    /// The files and examples that it names.
    pub attached: Attached,
    /// From sending to the last body byte.
    pub timeout: Duration,
    /// Steps to run at the end of the case once this one was sent.
    pub cleanup: Vec<PlannedStep>,
}

/// What a step names and does not hold itself.
#[derive(Clone, Debug, Default)]
pub struct Attached {
    /// The value of a body that stands in a file or among the document's examples.
    pub value: Option<Template>,
    /// The bytes of the files of the body, in the order of [`StepBody::files`].
    ///
    /// [`StepBody::files`]: crate::scenario::StepBody::files
    pub files: Vec<Arc<[u8]>>,
    /// The bytes that are expected.
    pub expected: Option<Arc<[u8]>>,
    /// Where the schemas stand that its expectations name, by the text of each reference.
    pub schemas: BTreeMap<String, Pointer>,
}

/// Who a step is sent as.
#[derive(Clone, Debug)]
pub enum PlannedAuth {
    /// No profile is written: no credentials.
    Unset,
    /// `auth: none`: no credentials, and no cookies of the jar either.
    None,
    /// The index of a profile of the project file.
    Profile(usize),
    /// An expression that gives a profile's name.
    Expression(Template),
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
        let calls = self.all_steps().map(|step| (step.api, step.operation));
        calls.filter(|call| seen.insert(*call)).collect()
    }
}

impl PlannedStep {
    fn with_cleanup(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        Box::new(std::iter::once(self).chain(self.cleanup.iter().flat_map(Self::with_cleanup)))
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
    /// The same plan with one of its cases.
    #[must_use]
    pub fn only(&self, case: usize) -> Self {
        let cases = self.cases.get(case).cloned().into_iter().collect();
        Self {
            apis: self.apis.clone(),
            schemas: self.schemas.clone(),
            cases,
            available: self.available.clone(),
            n_selected: self.n_selected,
            selectors: self.selectors.clone(),
        }
    }

    /// The operation of a step.
    pub fn operation(&self, step: &PlannedStep) -> Operation<'_> {
        self.apis[step.api].contract.document().operation(step.operation)
    }
}
