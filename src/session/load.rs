use super::base_url::{UrlTarget, resolve_urls};
use super::check::forget_repeated;
use super::files::{find_project, normalise, read_attachments, read_project, read_scenarios};
use super::library::Library;
use super::mask::mask_diagnostics;
use super::mocks::{IdleMocks, MockRules, load_rules, start_mocks};
use super::overlays::choose;
use super::runtime::runtime_of_one_thread;
use super::settings::Settings;
use super::values::{check_profiles_in_use, gather_values};
use super::watched::SessionFiles;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::engine::{Event, RunSettings, Summary, Target, Values, run};
use crate::http::{Client, ClientSettings, Tokens};
use crate::limits::Limits;
use crate::lint::{LintInput, lint};
use crate::openapi::Document;
use crate::plan::{Plan, PlanInput, Selection, plan};
use crate::scenario::{Action, Environment, Named, Project, ScenarioFile};
use crate::secret::Masker;
use crate::source::{Source, Span, recorded};
use crate::yaml::nearest;
use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

/// LANGUAGE: a connection is made within 5 s.
const CONNECT: Duration = Duration::from_secs(5);

/// Everything that is read and planned, and nothing sent yet.
#[derive(Debug)]
pub struct Session {
    /// Every problem of every file, in the order of the files.
    pub diagnostics: Vec<Diagnostic>,
    /// The documents that were loaded.
    pub documents: Vec<Arc<Document>>,
    /// What will run.
    pub plan: Arc<Plan>,
    settings: Settings,
    project: Option<Project>,
    environment: Option<Named<Environment>>,
    destination: Destination,
    values: Arc<Values>,
    masker: Arc<Masker>,
    limits: Limits,
    /// Scenario files that are left out for their errors.
    broken: BTreeSet<String>,
    pub(super) files: SessionFiles,
}

/// Where the requests will go.
#[derive(Debug)]
enum Destination {
    Urls(UrlTarget),
    Mocks(MockRules),
}

/// The documents of the apis, and the names they go by.
struct Documents {
    apis: Vec<(String, Arc<Document>)>,
    /// Paths that files give and that cannot be loaded.
    broken: BTreeSet<String>,
}

impl Session {
    /// Reads every file and makes the plan. All problems are in [`Session::diagnostics`]; when one is
    /// an error, nothing may be sent.
    ///
    /// `wants_target` is false for a check of files alone: then no base URL and no rules are needed.
    pub fn load(settings: Settings, wants_target: bool) -> Self {
        let (mut session, read) = recorded(|| Self::read(settings, wants_target));
        session.files.of_all(read);
        session
    }

    fn read(settings: Settings, wants_target: bool) -> Self {
        let mut diagnostics = Vec::new();
        let mut limits = Limits::default();
        let project_path = find_project(&settings.files, &settings.folder);
        let project = project_path
            .as_ref()
            .and_then(|path| read_project(path, &settings.folder, &limits, &mut diagnostics));
        let environment = choose_environment(&settings, project.as_ref(), wants_target, &mut diagnostics);
        set_limits(&settings, project.as_ref(), environment.as_ref(), &mut limits, &mut diagnostics);
        if settings.files.is_empty() && project_path.is_none() {
            diagnostics.push(no_project("run"));
        }
        let scenarios =
            read_scenarios(&settings.files, project.as_ref(), &settings.folder, &limits, &mut diagnostics);
        let mut watched = SessionFiles::default();
        watched.of_roots(&settings, project.as_ref());
        watched.of_scenarios(&scenarios);
        let files = scenarios.files;
        let attachments = read_attachments(&files, &settings.folder, &limits, &mut diagnostics);
        let documents =
            load_documents(&settings, project.as_ref(), &files, &limits, &mut watched, &mut diagnostics);
        let masker = Arc::new(Masker::new());
        let values = gather_values(
            &settings,
            project.as_ref(),
            environment.as_ref().map(|it| &it.value),
            &files,
            &limits,
            &masker,
            &mut diagnostics,
        );
        let selection: &Selection = &settings.selection;
        let mut plan = plan(
            &PlanInput {
                project: project.as_ref(),
                environment: environment.as_ref().map(|it| &it.value),
                apis: documents.apis.clone(),
                broken_apis: documents.broken,
                files,
                attachments: &attachments,
                selection,
                limits: &limits,
                overrides: &settings.contract,
            },
            &mut diagnostics,
        );
        // With `--keep-going` the errors of a scenario file cost that file only.
        let mut broken = broken_files(&diagnostics, &scenarios.names);
        if settings.keep_going {
            plan.cases.retain(|case| !broken.contains(case.scenario.file.source.name()));
        } else {
            broken.clear();
        }
        let n_runs = plan.cases.len().saturating_mul(settings.repeat.unwrap_or(1));
        if n_runs > limits.cases {
            let message = format!(
                "`--repeat` makes {n_runs} cases of {}, and the limit `cases` is {}",
                plan.cases.len(),
                limits.cases
            );
            diagnostics.push(
                Diagnostic::error(Code::YAML_LIMIT, message)
                    .help(format!("`--limit cases={n_runs}` allows them")),
            );
        }
        // Without the environment that was meant, nobody knows where its secrets come from.
        let has_environment = diagnostics.iter().all(|it| it.code != Code::CONFIG_UNKNOWN_ENVIRONMENT);
        if let (Some(project), true) = (&project, wants_target && has_environment) {
            check_profiles_in_use(&plan, project, environment.as_ref(), &values, &mut diagnostics);
        }
        let has_mocks = environment.as_ref().is_some_and(|it| !it.value.mocks.is_empty());
        let is_broken = has_errors_outside(&diagnostics, &broken);
        let destination = match (&environment, &project) {
            (Some(environment), Some(project))
                if has_mocks && settings.base_urls.is_empty() && !settings.use_servers =>
            {
                let rules = load_rules(
                    environment,
                    project,
                    &plan,
                    &settings.folder,
                    &limits,
                    wants_target,
                    &mut diagnostics,
                );
                let read = plan.apis.iter().zip(&rules.read);
                read.for_each(|(api, read)| watched.of_api(&api.name, read.clone()));
                Destination::Mocks(rules)
            }
            // Which api lacks a URL is known only when it is known which are called.
            _ if !wants_target || is_broken => Destination::Urls(UrlTarget::none()),
            _ => Destination::Urls(resolve_urls(
                &settings,
                &plan,
                project.as_ref(),
                environment.as_ref(),
                &values,
                &mut diagnostics,
            )),
        };
        forget_repeated(&mut diagnostics);
        mask_diagnostics(&mut diagnostics, &masker);
        Self {
            diagnostics,
            documents: documents.apis.into_iter().map(|(_, document)| document).collect(),
            plan: Arc::new(plan),
            settings,
            project,
            environment,
            destination,
            values: Arc::new(values),
            masker,
            limits,
            broken,
            files: watched,
        }
    }

    /// Whether a problem keeps anything from being sent.
    pub fn is_refused(&self) -> bool {
        has_errors_outside(&self.diagnostics, &self.broken)
    }

    /// Whether any file has an error; with `keep_going` the others run all the same.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|it| it.level == Level::Error)
    }

    /// What was asked to be chosen.
    pub fn selection(&self) -> &Selection {
        &self.settings.selection
    }

    /// What the scenarios expect, send and save, held against their documents: warnings, and hints of the
    /// level `Note`. Files with errors are passed over.
    pub fn lint(&self) -> Vec<Diagnostic> {
        let errors = self.diagnostics.iter().filter(|it| it.level == Level::Error);
        let broken = errors.filter_map(|it| Some(it.labels.first()?.at.source.name().to_owned())).collect();
        let mut found = lint(&LintInput { plan: &self.plan, limits: &self.limits, broken: &broken });
        mask_diagnostics(&mut found, &self.masker);
        found
    }

    /// Replaces every secret of the run in a text.
    pub fn mask(&self, text: &str) -> String {
        self.masker.mask(text)
    }

    /// Whether nothing will be sent.
    pub fn is_dry(&self) -> bool {
        self.settings.is_dry
    }

    /// The limits of the run.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A runtime that suits the run, to be waited on by the thread that asks for it: of one thread for
    /// one worker that talks to servers elsewhere, otherwise [`runtime`](super::runtime).
    ///
    /// # Errors
    /// When the system gives no threads or no event queue.
    pub fn runtime(&self) -> io::Result<Runtime> {
        let is_alone = matches!(self.destination, Destination::Urls(_)) && self.n_workers() == 1;
        match is_alone.then(runtime_of_one_thread).flatten() {
            Some(runtime) => runtime,
            None => super::runtime(),
        }
    }

    /// Runs the plan and says what happens; `interrupt` stops it, with cleanup.
    ///
    /// # Errors
    /// A sentence that says why an embedded mock could not be started.
    pub async fn run(
        &self,
        interrupt: CancellationToken,
        emit: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<Summary, String> {
        self.run_plan(Arc::clone(&self.plan), self.run_settings(interrupt), emit).await
    }

    async fn run_plan(
        &self,
        plan: Arc<Plan>,
        settings: RunSettings,
        emit: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<Summary, String> {
        let target: Arc<dyn Target> = match &self.destination {
            Destination::Urls(target) => Arc::new(target.clone()),
            Destination::Mocks(_) if settings.is_dry => Arc::new(IdleMocks::new(&plan)),
            Destination::Mocks(rules) => {
                let n_cases = plan.cases.len() * settings.repeat.max(1);
                Arc::new(start_mocks(rules, settings.workers.clamp(1, n_cases.max(1))).await?)
            }
        };
        Ok(run(plan, Arc::new(settings), target, emit).await)
    }

    /// Runs some cases of the plan, as [`Session::run`] runs all.
    ///
    /// # Errors
    /// A sentence that says why an embedded mock could not be started.
    pub async fn run_some(
        &self,
        cases: &[usize],
        interrupt: CancellationToken,
        emit: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<Summary, String> {
        self.run_plan(Arc::new(self.plan.only(cases)), self.run_settings(interrupt), emit).await
    }

    /// Runs one case of the plan, on a target of its own.
    ///
    /// # Errors
    /// A sentence that says why an embedded mock could not be started.
    pub async fn run_only(
        &self,
        case: usize,
        interrupt: CancellationToken,
        emit: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<Summary, String> {
        let settings = RunSettings { workers: 1, repeat: 1, ..self.run_settings(interrupt) };
        self.run_plan(Arc::new(self.plan.only(&[case])), settings, emit).await
    }

    /// Runs the plan against a target of the caller's, for tests of servers in the same process.
    pub async fn run_on(
        &self,
        target: Arc<dyn Target>,
        interrupt: CancellationToken,
        emit: &mut (dyn FnMut(&Event) + Send),
    ) -> Summary {
        run(Arc::clone(&self.plan), Arc::new(self.run_settings(interrupt)), target, emit).await
    }

    /// How many cases run at a time.
    fn n_workers(&self) -> usize {
        let of_environment = self.environment.as_ref().and_then(|it| it.value.jobs);
        let written = of_environment.or(self.project.as_ref().and_then(|it| it.jobs));
        let default = match &self.destination {
            Destination::Mocks(_) => std::thread::available_parallelism().map_or(1, usize::from),
            Destination::Urls(_) => 1,
        };
        let n_cases = self.plan.cases.len() * self.settings.repeat.unwrap_or(1);
        self.settings.jobs.or(written).unwrap_or(default).clamp(1, n_cases.max(1))
    }

    fn run_settings(&self, interrupt: CancellationToken) -> RunSettings {
        let environment = self.environment.as_ref();
        let project = self.project.as_ref();
        let connect = environment
            .map(|it| it.value.timeouts)
            .unwrap_or_default()
            .over(project.map(|it| it.timeouts).unwrap_or_default())
            .connect;
        RunSettings {
            environment: environment.map(|it| it.name.clone()),
            target: match &self.destination {
                Destination::Urls(target) => target.words(),
                Destination::Mocks(_) => "embedded mock".to_owned(),
            },
            banners: Vec::new(),
            workers: self.n_workers(),
            repeat: self.settings.repeat.unwrap_or(1),
            order: self.settings.order,
            values: Arc::clone(&self.values),
            profiles: project.map(|it| it.auth.clone()).unwrap_or_default(),
            client: Client::new(ClientSettings {
                connect_timeout: connect.unwrap_or(CONNECT),
                limits: self.limits.clone(),
                ..ClientSettings::default()
            }),
            tokens: Arc::new(Tokens::default()),
            masker: Arc::clone(&self.masker),
            limits: self.limits.clone(),
            keeps_exchanges: self.settings.keeps_exchanges || self.settings.is_dry,
            is_dry: self.settings.is_dry,
            interrupt,
        }
    }
}

/// Neither files nor a project file say what to look at.
pub(super) fn no_project(command: &str) -> Diagnostic {
    Diagnostic::error(Code::CONFIG_MISSING, "there is no `contest.yaml` here or in a folder above")
        .help(format!("name scenario files: `contest {command} FILE…`, or write a `contest.yaml`"))
}

/// The scenario files that have an error.
fn broken_files(diagnostics: &[Diagnostic], scenarios: &BTreeSet<String>) -> BTreeSet<String> {
    let errors = diagnostics.iter().filter(|it| it.level == Level::Error);
    let names = errors.filter_map(|it| Some(it.labels.first()?.at.source.name().to_owned()));
    names.filter(|name| scenarios.contains(name)).collect()
}

/// Whether there is an error elsewhere than in these files.
fn has_errors_outside(diagnostics: &[Diagnostic], files: &BTreeSet<String>) -> bool {
    diagnostics.iter().filter(|it| it.level == Level::Error).any(|it| {
        let place = it.labels.first().map(|label| label.at.source.name());
        place.is_none_or(|name| !files.contains(name))
    })
}

/// The environment that was asked for, the project's default, or the only one.
fn choose_environment(
    settings: &Settings,
    project: Option<&Project>,
    wants_target: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Named<Environment>> {
    let names = || project.into_iter().flat_map(|it| &it.environments).map(|it| it.name.as_str());
    if let Some(wanted) = &settings.environment {
        let found = project.and_then(|project| project.environment(wanted)).cloned();
        if found.is_none() {
            let message = format!("there is no environment `{wanted}`");
            let mut diagnostic = Diagnostic::error(Code::CONFIG_UNKNOWN_ENVIRONMENT, message);
            diagnostic = match (nearest(wanted, names()), names().next()) {
                (Some(meant), _) => diagnostic.help(format!("did you mean `{meant}`?")),
                (None, Some(_)) => {
                    diagnostic.help(format!("`contest.yaml` has {}", names().collect::<Vec<_>>().join(", ")))
                }
                (None, None) if project.is_none() => diagnostic
                    .help("there is no `contest.yaml` here or in a folder above, which would name it"),
                (None, None) => diagnostic.help("`contest.yaml` names them under `environments`"),
            };
            diagnostics.push(diagnostic);
        }
        return found;
    }
    let project = project?;
    if let Some(default) = &project.default_environment {
        return project.environment(&default.value).cloned();
    }
    match project.environments.as_slice() {
        [] => None,
        [only] => Some(only.clone()),
        _ if !settings.base_urls.is_empty() || settings.use_servers || !wants_target => None,
        _ => {
            let list = names().collect::<Vec<_>>().join(", ");
            let message = "there are several environments, and none is the default";
            diagnostics.push(
                Diagnostic::error(Code::CONFIG_UNKNOWN_ENVIRONMENT, message)
                    .help(format!("choose one of {list} with `--env`")),
            );
            None
        }
    }
}

fn set_limits(
    settings: &Settings,
    project: Option<&Project>,
    environment: Option<&Named<Environment>>,
    limits: &mut Limits,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let written = project.into_iter().flat_map(|it| it.limits.iter());
    let of_environment = environment.into_iter().flat_map(|it| it.value.limits.iter());
    for limit in written.chain(of_environment) {
        if let (Err(error), Some(project)) = (limits.set(&limit.name, &limit.value), project) {
            let diagnostic = Diagnostic::error(Code::CONFIG_INVALID_VALUE, error.to_string());
            diagnostics.push(diagnostic.label(&project.source, limit.name_span, "is set here"));
        }
    }
    for (name, value) in &settings.limits {
        if let Err(error) = limits.set(name, value) {
            diagnostics.push(Diagnostic::error(Code::CONFIG_INVALID_VALUE, format!("`--limit`: {error}")));
        }
    }
}

/// Loads the documents that the files may call: those of the project that a file names, and those
/// that a file gives by a path. A document that nobody names costs nothing.
fn load_documents(
    settings: &Settings,
    project: Option<&Project>,
    files: &[Arc<ScenarioFile>],
    limits: &Limits,
    watched: &mut SessionFiles,
    diagnostics: &mut Vec<Diagnostic>,
) -> Documents {
    let library = Library::new(&settings.folder, limits, settings.allowed());
    let mut documents = Documents { apis: Vec::new(), broken: BTreeSet::new() };
    let wanted = wanted_documents(project, files);
    let names: Vec<String> = wanted.iter().map(|it| it.name.clone()).collect();
    let given = choose(&settings.overlays, &names, &settings.folder, diagnostics);
    for (document, given) in wanted.into_iter().zip(given) {
        let overlays: Vec<PathBuf> = document.overlays.into_iter().chain(given).collect();
        let load = || library.load(&document.written, &document.base, &overlays, project, diagnostics);
        let (loaded, read) = recorded(load);
        watched.of_api(&document.name, read);
        match loaded {
            Ok(loaded) => documents.apis.push((document.name, loaded)),
            Err(missing) => {
                let diagnostic = missing.diagnostic();
                let place = (document.named_in, document.span);
                diagnostics.extend(diagnostic.map(|it| it.label(place.0, place.1, document.label)));
                documents.broken.insert(document.name);
            }
        }
    }
    documents
}

/// One document that is to be loaded.
struct WantedDocument<'w> {
    /// The name it goes by.
    name: String,
    /// Its path or URL as it is written, and the folder that a path starts from.
    written: String,
    base: PathBuf,
    /// Where it is named, and the words for that place.
    named_in: &'w Arc<Source>,
    span: Span,
    label: String,
    overlays: Vec<PathBuf>,
}

/// Those of the project that a file names, and those that a file gives by a path.
fn wanted_documents<'w>(
    project: Option<&'w Project>,
    files: &'w [Arc<ScenarioFile>],
) -> Vec<WantedDocument<'w>> {
    let apis = project.map(|project| project.apis.as_slice()).unwrap_or_default();
    let names = wanted_apis(files);
    let mut found: Vec<WantedDocument<'w>> = Vec::new();
    for api in apis {
        // A file that names no api means the only one.
        let is_only = apis.len() == 1 && files.iter().any(|file| file.api.is_none());
        let Some(project) = project.filter(|_| is_only || names.contains(&api.name)) else { continue };
        let overlays = api.value.overlays.iter().map(|it| normalise(&project.folder.join(&it.value)));
        found.push(WantedDocument {
            name: api.name.clone(),
            written: api.value.document.value.clone(),
            base: project.folder.clone(),
            named_in: &project.source,
            span: api.value.document.span,
            label: format!("the document of `{}`", api.name),
            overlays: overlays.collect(),
        });
    }
    for file in files {
        let Some(api) = &file.api else { continue };
        let is_known =
            found.iter().any(|it| it.name == api.value) || apis.iter().any(|it| it.name == api.value);
        if is_known || !looks_like_path(&api.value) {
            continue;
        }
        found.push(WantedDocument {
            name: api.value.clone(),
            written: api.value.clone(),
            base: file.path.parent().map(PathBuf::from).unwrap_or_default(),
            named_in: &file.source,
            span: api.span,
            label: "is named here".to_owned(),
            overlays: Vec::new(),
        });
    }
    found
}

/// The names that files and calls use for apis.
fn wanted_apis(files: &[Arc<ScenarioFile>]) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    for file in files {
        wanted.extend(file.api.iter().map(|api| api.value.clone()));
        let scenarios = file.scenarios.iter().flat_map(|it| [&it.setup, &it.steps, &it.teardown]);
        let mut steps: Vec<_> = scenarios.chain([&file.setup, &file.teardown]).flatten().collect();
        while let Some(step) = steps.pop() {
            if let Action::Call(call) = &step.action
                && let Some((api, _)) = call.operation.value.split_once('.')
            {
                wanted.insert(api.to_owned());
            }
            steps.extend(&step.cleanup);
        }
    }
    wanted
}

/// `api: ep` is a name, `api: specs/x.yaml` and `api: ../x.json` are paths.
fn looks_like_path(text: &str) -> bool {
    text.contains('/')
        || text.contains('\\')
        || [".yaml", ".yml", ".json"].iter().any(|it| text.ends_with(it))
}
