use super::auth::resolve_auth;
use super::case::{Case, Plan, PlannedApi, PlannedOnce, PlannedScenario};
use super::flow::FlowKey;
use super::once::saved_once;
use super::references::{Names, Place};
use super::rules::{check_project_rules, check_rules};
use super::schema::{SchemaFiles, find_schemas};
use super::select::choose;
use super::settings::{Surroundings, nullable_of};
use super::step::{Course, made_names};
use super::{PlannedAction, PlannedLogin, PlannedSend, PlannedStep, PlannedTarget, Selection};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::expression::Template;
use crate::limits::Limits;
use crate::openapi::{Contract, Document, OperationIndex};
use crate::scenario::{
    Attachments, AuthChoice, ContractSettings, Environment, FlowFiles, Input, Named, Project, Row, Scenario,
    ScenarioFile, Spanned,
};
use crate::yaml::nearest;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// Everything that a plan is made of.
#[derive(Debug)]
pub struct PlanInput<'i> {
    /// The project file, where there is one.
    pub project: Option<&'i Project>,
    /// The environment, where one is used.
    pub environment: Option<&'i Environment>,
    /// The apis with their documents: those of the project, then those that files name by a path.
    pub apis: Vec<(String, Arc<Document>)>,
    /// Apis that files name by a path, and whose document cannot be read; that is reported already.
    pub broken_apis: BTreeSet<String>,
    /// The names of the apis of files that name them by a path, by the paths of these files.
    pub api_names: BTreeMap<PathBuf, String>,
    /// The scenario files in order.
    pub files: Vec<Arc<ScenarioFile>>,
    /// The files whose flows steps call; one that is missing could not be read, which is reported.
    pub flow_files: &'i FlowFiles,
    /// The files that steps name.
    pub attachments: &'i Attachments,
    /// The schema files that expectations name, where there are some.
    pub schemas: Option<&'i SchemaFiles>,
    /// Which cases are wanted.
    pub selection: &'i Selection,
    /// The limits: the most cases, the longest expression.
    pub limits: &'i Limits,
    /// Severities that count before those of every file.
    pub overrides: &'i ContractSettings,
    /// Headers around every file, the nearest last: the project file's, the command line's.
    pub headers: &'i [Named<Option<Template>>],
}

/// Makes the plan, and reports every problem of every file; a scenario with an error has no cases.
pub fn plan(input: &PlanInput<'_>, diagnostics: &mut Vec<Diagnostic>) -> Plan {
    let planner = Planner { input, called: RefCell::default() };
    diagnostics.extend(check_project_rules(&planner));
    planner.check_circles(diagnostics);
    let mut scenarios = Vec::new();
    for file in &input.files {
        let mut problems = Problems::new(&file.source);
        planner.check_api(file, &mut problems);
        for settings in contracts_of(file) {
            check_rules(&planner, settings, planner.default_api(file), &mut problems);
        }
        let once = planner.once(file, &mut problems);
        for index in 0..file.scenarios.len() {
            scenarios.extend(planner.scenario(file, index, once.as_ref(), &mut problems));
        }
        diagnostics.extend(problems.into_list());
    }
    planner.check_flow_files(diagnostics);
    let logins = Arc::new(planner.logins(diagnostics));
    let uncalled = planner.uncalled(diagnostics);
    let mut cases = Vec::new();
    for scenario in scenarios {
        add_cases(&Arc::new(scenario), &mut cases);
    }
    let available = cases.iter().map(|case| (case.id.clone(), case.tags.clone())).collect();
    let choice = choose(&cases, input.selection, &input.apis, input.limits, diagnostics);
    let (mut cases, n_selected, selectors) = (choice.cases, choice.n_selected, choice.selectors);
    if cases.len() > input.limits.cases {
        diagnostics.push(
            Diagnostic::error(
                Code::YAML_LIMIT,
                format!("there are {} cases, and the limit `cases` is {}", cases.len(), input.limits.cases),
            )
            .help(format!("`--limit cases={}` allows them", cases.len())),
        );
        cases.clear();
    }
    let mut used: BTreeMap<usize, BTreeSet<OperationIndex>> = BTreeMap::new();
    let steps = cases.iter().flat_map(|case| case.scenario.all_steps());
    for step in steps.chain(logins.steps_for(cases.iter().map(|case| &*case.scenario))) {
        match step.request().map(|request| &request.target) {
            Some(PlannedTarget::Operation(call)) => {
                used.entry(call.api).or_default().insert(call.operation);
            }
            Some(PlannedTarget::Url(PlannedSend { send, api: Some(api) })) if send.may_be_relative() => {
                used.entry(*api).or_default();
            }
            Some(PlannedTarget::Url(_)) | None => {}
        }
    }
    let is_used: BTreeSet<usize> = used.keys().copied().collect();
    // What nothing calls is never sent, and held against its document all the same.
    let of_uncalled = uncalled.iter().flat_map(|flow| flow.steps.iter().flat_map(PlannedStep::with_inner));
    let of_logins = logins.all().iter().flat_map(PlannedLogin::all_steps);
    for call in of_uncalled.chain(of_logins).filter_map(PlannedStep::call) {
        used.entry(call.api).or_default().insert(call.operation);
    }
    let apis = input.apis.iter().enumerate().map(|(index, (name, document))| {
        let operations: Vec<_> = used.get(&index).into_iter().flatten().copied().collect();
        PlannedApi {
            name: name.clone(),
            is_used: is_used.contains(&index),
            contract: Arc::new(
                Contract::compile(Arc::clone(document), &operations)
                    .with_nullable(nullable_of(input.project, name)),
            ),
        }
    });
    let schemas = input.schemas.map(|schemas| Arc::clone(&schemas.contract));
    Plan { apis: apis.collect(), schemas, cases, uncalled, logins, available, n_selected, selectors }
}

fn add_cases(scenario: &Arc<PlannedScenario>, cases: &mut Vec<Case>) {
    let written = scenario.scenario();
    let id = format!("{}::{}", scenario.file.name, written.name.value);
    let tags = |row: Option<&Row>| -> BTreeSet<String> {
        let own = scenario.file.tags.iter().chain(&written.tags);
        own.chain(row.into_iter().flat_map(|row| &row.tags)).cloned().collect()
    };
    match &written.rows {
        None => {
            let place = cases.len();
            cases.push(Case { id, scenario: Arc::clone(scenario), row: None, tags: tags(None), place });
        }
        Some(rows) => {
            let first = cases.len();
            cases.extend(rows.iter().enumerate().map(|(index, row)| Case {
                id: format!("{id}[{}]", row.label),
                scenario: Arc::clone(scenario),
                row: Some(index),
                tags: tags(Some(row)),
                place: first + index,
            }));
        }
    }
}

/// Looks for problems in what a row says, which may stand in a file of its own.
fn within(row: &Row, problems: &mut Problems, look: impl FnOnce(&mut Problems)) {
    let Some(source) = &row.source else { return look(problems) };
    let mut own = Problems::new(source);
    look(&mut own);
    own.into_list().into_iter().for_each(|diagnostic| problems.push(diagnostic));
}

pub(super) struct Planner<'i> {
    pub(super) input: &'i PlanInput<'i>,
    /// The flows that a step calls.
    pub(super) called: RefCell<BTreeSet<FlowKey>>,
}

impl Planner<'_> {
    pub(super) fn api_index(&self, name: &str) -> Option<usize> {
        self.input.apis.iter().position(|(each, _)| each == name)
    }

    pub(super) fn api_name(&self, api: usize) -> &str {
        &self.input.apis[api].0
    }

    pub(super) fn api_names(&self) -> impl Iterator<Item = &str> {
        self.input.apis.iter().map(|(name, _)| name.as_str())
    }

    /// What the project file says of the checks of an api.
    pub(super) fn api_contract(&self, api: usize) -> Option<&ContractSettings> {
        let name = self.api_name(api);
        let apis = &self.input.project?.apis;
        apis.iter().find(|each| each.name == name).map(|api| &api.value.contract)
    }

    /// Whether a name speaks of an api of the project whose document was not read.
    pub(super) fn is_of_unread_api(&self, name: &str) -> bool {
        let api = name.split_once('.').map(|(api, _)| api);
        api.is_some_and(|api| self.is_in_project(api) && self.api_index(api).is_none())
    }

    /// Whether the document of every api of the project is at hand; one that nobody calls is not read.
    pub(super) fn has_every_document(&self) -> bool {
        let mut apis = self.input.project.into_iter().flat_map(|project| &project.apis);
        self.input.broken_apis.is_empty() && apis.all(|api| self.api_index(&api.name).is_some())
    }

    pub(super) fn document(&self, api: usize) -> &Document {
        &self.input.apis[api].1
    }

    /// The api a file names, or the only one there is.
    pub(super) fn default_api(&self, file: &ScenarioFile) -> Option<usize> {
        match &file.api {
            Some(api) => self.api_index(self.name_of_api(file, api)),
            None => (self.input.apis.len() == 1).then_some(0),
        }
    }

    /// What the api goes by that a file names.
    fn name_of_api<'n>(&'n self, file: &ScenarioFile, api: &'n Spanned<String>) -> &'n str {
        self.input.api_names.get(&file.path).unwrap_or(&api.value)
    }

    pub(super) fn check_api(&self, file: &ScenarioFile, problems: &mut Problems) {
        let Some(api) = &file.api else { return };
        let name = self.name_of_api(file, api);
        let is_broken = self.input.broken_apis.contains(name);
        if self.api_index(name).is_some() || self.is_in_project(name) || is_broken {
            return;
        }
        let label = match nearest(&api.value, self.api_names()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "is neither an api of `contest.yaml` nor the path of a document".to_owned(),
        };
        problems.error(
            Code::SCENARIO_UNKNOWN_API,
            api.span,
            format!("there is no api `{}`", api.value),
            label,
        );
    }

    /// Whether the project names it; its document may have failed to load, which is reported there.
    fn is_in_project(&self, name: &str) -> bool {
        self.input.project.is_some_and(|project| project.apis.iter().any(|api| api.name == name))
    }

    fn scenario(
        &self,
        file: &Arc<ScenarioFile>,
        index: usize,
        once: Option<&Arc<PlannedOnce>>,
        problems: &mut Problems,
    ) -> Option<PlannedScenario> {
        let scenario = &file.scenarios[index];
        let problems_before = problems.len();
        let mut course = self.course(file, scenario);
        for input in file.inputs.iter().chain(&scenario.inputs) {
            if let Some(default) = &input.value.default {
                course.names.check_template(default, Place::Values, problems);
            }
        }
        for choice in [&file.settings.auth, &scenario.settings.auth].into_iter().flatten() {
            resolve_auth(Some(choice), self.input.project, problems);
        }
        for row in scenario.rows.iter().flatten() {
            within(row, problems, |problems| {
                for cell in &row.values {
                    course.names.check_template(&cell.template, Place::Row, problems);
                }
                if let Some(when) = row.skip.as_ref().and_then(|skip| skip.when.as_ref()) {
                    course.names.check_skip(when, problems);
                }
            });
        }
        if let Some(when) = scenario.skip.as_ref().and_then(|skip| skip.when.as_ref()) {
            course.names.check_skip(when, problems);
        }
        let vars = || file.vars.iter().chain(&scenario.vars);
        course.names.computed_later = vars().map(|var| var.name.clone()).collect();
        let mut file_setup = self.steps(file, &file.setup, &mut course, problems);
        for var in vars() {
            course.names.check_template(&var.value, Place::Values, problems);
            course.check_read_only(&var.name, var.name_span, problems);
            course.names.computed_later.remove(&var.name);
            course.names.vars.insert(var.name.clone());
        }
        let mut setup = self.steps(file, &scenario.setup, &mut course, problems);
        let mut steps = self.steps(file, &scenario.steps, &mut course, problems);
        let mut teardown = self.steps(file, &scenario.teardown, &mut course, problems);
        let mut file_teardown = self.steps(file, &file.teardown, &mut course, problems);
        if steps.is_empty()
            && scenario.steps.is_empty()
            && problems.len() == problems_before
            && !scenario.has_written_steps
        {
            let message = format!("the scenario `{}` has no steps", scenario.name.value);
            problems.error(Code::SCENARIO_EMPTY, scenario.name.span, message, "would send nothing");
        }
        if !steps.is_empty() && steps.iter().all(|step| matches!(step.action, PlannedAction::Pause(_))) {
            let message = format!("the scenario `{}` only pauses", scenario.name.value);
            problems.error(Code::SCENARIO_EMPTY, scenario.name.span, message, "would send nothing");
        }
        let mut planned = [&mut file_setup, &mut setup, &mut steps, &mut teardown, &mut file_teardown];
        for row in scenario.rows.iter().flatten().filter(|row| !row.is_plain()) {
            within(row, problems, |problems| {
                for step in planned.iter_mut().flat_map(|steps| steps.iter_mut()) {
                    let api = step.call().map(|call| call.api);
                    let PlannedAction::Request(request) = &mut step.action else { continue };
                    let expect = request.written().expect.with_row(row, self.input.limits, problems);
                    let (named, known) = (expect.schemas(), &request.attached.schemas);
                    let named = named.into_iter().filter(|it| !known.contains_key(it.text())).collect();
                    let found = find_schemas(named, &file.path, api, self.input, problems);
                    request.attached.schemas.extend(found);
                }
            });
        }
        let inputs = reached_inputs(&[&scenario.inputs, &file.inputs], &course.names.used_inputs);
        Some(PlannedScenario {
            file: Arc::clone(file),
            index,
            once: once.map(Arc::clone),
            file_setup,
            setup,
            steps,
            teardown,
            file_teardown,
            inputs,
            used: course.names.used,
            timeout: course.surroundings.scenario_timeout(),
        })
    }

    /// The settings of project and environment, around every step.
    pub(super) fn surroundings(&self) -> Surroundings<'_> {
        let mut surroundings = Surroundings::default();
        if let Some(project) = self.input.project {
            surroundings.project = Some(&project.contract);
            surroundings.timeouts.push(project.timeouts);
            surroundings.retry.extend(&project.retry);
        }
        if let Some(environment) = self.input.environment {
            surroundings.contract.push(&environment.contract);
            surroundings.timeouts.push(environment.timeouts);
            surroundings.retry.extend(&environment.retry);
        }
        surroundings.outer_headers = self.input.headers;
        surroundings
    }

    /// The choice of the environment or the project file.
    pub(super) fn project_auth(&self) -> Option<&AuthChoice> {
        let of_environment = self.input.environment.and_then(|environment| environment.auth.as_ref());
        of_environment.or(self.input.project.and_then(|project| project.default_auth.as_ref()))
    }

    /// The names that the project file lists.
    pub(super) fn listed_names(&self) -> Names {
        let list = |names: Option<&Vec<String>>| names.into_iter().flatten().cloned().collect();
        Names {
            env: list(self.input.project.map(|project| &project.env)),
            secrets: list(self.input.project.map(|project| &project.secrets)),
            ..Names::default()
        }
    }

    fn course<'s>(&'s self, file: &'s ScenarioFile, scenario: &'s Scenario) -> Course<'s> {
        let mut surroundings = self.surroundings();
        surroundings.push(&file.settings);
        surroundings.push(&scenario.settings);
        let rows = scenario.rows.iter().flatten();
        let all_steps = [&file.setup, &scenario.setup, &scenario.steps, &scenario.teardown, &file.teardown];
        let later = all_steps.into_iter().flatten();
        let read_only = saved_once(file);
        let names = Names {
            inputs: file.inputs.iter().chain(&scenario.inputs).map(|input| input.name.clone()).collect(),
            vars: read_only.clone(),
            columns: rows.flat_map(|row| row.values.iter().map(|cell| cell.column.to_string())).collect(),
            has_broken_rows: scenario.rows.as_ref().is_some_and(Vec::is_empty),
            later: later.flat_map(|step| made_names(step)).collect(),
            ..self.listed_names()
        };
        Course {
            own_auth: scenario.settings.auth.as_ref().or(file.settings.auth.as_ref()),
            read_only,
            ..Course::new(surroundings, self.project_auth(), names)
        }
    }
}

/// Every `contract` of a file, those of its steps included.
pub(super) fn contracts_of(file: &ScenarioFile) -> Vec<&ContractSettings> {
    let mut found = vec![&file.settings.contract];
    found.extend(file.scenarios.iter().map(|scenario| &scenario.settings.contract));
    found.extend(file.all_steps().into_iter().filter_map(|step| step.contract()));
    found.retain(|settings| !settings.rules.is_empty());
    found
}

/// The inputs that are reached, of those of the same name the first.
pub(super) fn reached_inputs(declared: &[&Vec<Named<Input>>], used: &BTreeSet<String>) -> Vec<Named<Input>> {
    let find = |name: &String| declared.iter().flat_map(|inputs| inputs.iter()).find(|it| it.name == *name);
    used.iter().filter_map(find).cloned().collect()
}
