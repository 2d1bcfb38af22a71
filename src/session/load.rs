use super::base_url::{UrlTarget, resolve_urls};
use super::baseline::{BaselineFile, UpdatedBaseline, check_baseline, read_baseline};
use super::check::forget_repeated;
use super::connection::{Surroundings, connect, outer_headers};
use super::documents::{load_documents, with_flow_files};
use super::env_file::read_variables;
use super::files::{find_project, read_attachments, read_project, read_scenarios};
use super::flows::read_flow_files;
use super::last_run::{Rerun, choose};
use super::mask::mask_diagnostics;
use super::mocks::{MockRules, load_rules};
use super::profiles::{check_commands, check_profiles_in_use, read_identities};
use super::schemas::load_schemas;
use super::settings::Settings;
use super::values::gather_values;
use super::watched::SessionFiles;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::engine::{Gate, Identity, Values};
use crate::http::ClientSettings;
use crate::limits::Limits;
use crate::lint::{LintInput, lint};
use crate::openapi::Document;
use crate::plan::{Plan, PlanInput, Selection, check_allowed, plan};
use crate::scenario::{Environment, Named, Project};
use crate::secret::Masker;
use crate::source::recorded;
use crate::yaml::nearest;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// Everything that is read and planned, and nothing sent yet.
#[derive(Debug)]
pub struct Session {
    /// Every problem of every file, in the order of the files.
    pub diagnostics: Vec<Diagnostic>,
    /// The documents that were loaded.
    pub documents: Vec<Arc<Document>>,
    /// What will run.
    pub plan: Arc<Plan>,
    pub(super) settings: Settings,
    pub(super) project: Option<Project>,
    pub(super) environment: Option<Named<Environment>>,
    pub(super) destination: Destination,
    pub(super) values: Arc<Values>,
    pub(super) masker: Arc<Masker>,
    pub(super) limits: Limits,
    /// How servers are reached.
    pub(super) client: ClientSettings,
    /// The findings that are known.
    pub(super) baseline: Option<BaselineFile>,
    /// What became of the file, where it was to be brought up to date.
    pub(super) updated_baseline: OnceLock<Result<UpdatedBaseline, String>>,
    /// The certificates of auth profiles, by profile.
    pub(super) identities: Vec<Option<Identity>>,
    /// Scenario files that are left out for their errors.
    pub(super) broken: BTreeSet<String>,
    /// Which cases `--rerun-failed` chose.
    pub(super) rerun: Option<Rerun>,
    /// Where cases that are run one by one wait for locks.
    pub(super) gate: OnceLock<Option<Gate>>,
    pub(super) files: SessionFiles,
}

/// Where the requests will go.
#[derive(Debug)]
pub(super) enum Destination {
    Urls(UrlTarget),
    Mocks(MockRules),
}

impl Session {
    /// What the session was asked for.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Reads every file and makes the plan. All problems are in [`Session::diagnostics`]; when one is
    /// an error, nothing may be sent.
    ///
    /// `wants_target` is false for a check of files alone: then no base URL and no rules are needed.
    pub fn load(settings: Settings, wants_target: bool) -> Self {
        let (mut session, read) = recorded(|| Self::read(settings, wants_target));
        session.files.of_all(read);
        session
    }

    fn read(mut settings: Settings, wants_target: bool) -> Self {
        let mut diagnostics = Vec::new();
        let mut limits = Limits::default();
        settings.variables = read_variables(&settings, &limits, &mut diagnostics);
        let project_path = find_project(&settings.files, &settings.folder);
        let project = project_path
            .as_ref()
            .and_then(|path| read_project(path, &settings.folder, &limits, &mut diagnostics));
        let environment = choose_environment(&settings, project.as_ref(), wants_target, &mut diagnostics);
        set_limits(&settings, project.as_ref(), environment.as_ref(), &mut limits, &mut diagnostics);
        if settings.files.is_empty() && project_path.is_none() {
            diagnostics.push(no_project(wants_target.then_some("run")));
        }
        let mut scenarios =
            read_scenarios(&settings.files, project.as_ref(), &settings.folder, &limits, &mut diagnostics);
        let flow_files =
            read_flow_files(&mut scenarios, project.as_ref(), &settings.folder, &limits, &mut diagnostics);
        let mut watched = SessionFiles::default();
        watched.of_roots(&settings, project.as_ref());
        watched.of_scenarios(&scenarios);
        let files = scenarios.files;
        let reached = with_flow_files(&files, &flow_files);
        let attachments = read_attachments(&reached, &settings.folder, &limits, &mut diagnostics);
        let documents =
            load_documents(&settings, project.as_ref(), &reached, &limits, &mut watched, &mut diagnostics);
        let schemas = load_schemas(&reached, project.as_ref(), &settings, &limits, &mut diagnostics);
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
        let headers = outer_headers(&settings, project.as_ref(), environment.as_ref());
        let mut plan = plan(
            &PlanInput {
                project: project.as_ref(),
                environment: environment.as_ref().map(|it| &it.value),
                apis: documents.apis.clone(),
                broken_apis: documents.broken,
                api_names: documents.of_files,
                files,
                flow_files: &flow_files,
                attachments: &attachments,
                schemas: schemas.as_ref(),
                selection,
                limits: &limits,
                overrides: &settings.contract,
                headers: &headers,
            },
            &mut diagnostics,
        );
        if let (Some(project), Some(environment), true) = (&project, &environment, wants_target) {
            diagnostics.extend(check_allowed(&plan, environment, project));
        }
        let baseline = read_baseline(&settings, project.as_ref(), &limits, &mut diagnostics);
        if let Some(file) = &baseline {
            check_baseline(file, &plan, project.as_ref(), values.clock, &mut diagnostics);
        }
        // With `--keep-going` the errors of a scenario file cost that file only.
        let mut broken = broken_files(&diagnostics, &scenarios.names, &scenarios.row_files);
        if settings.keep_going {
            plan.cases.retain(|case| !case.scenario.stands_in(|source| broken.contains(source)));
        } else {
            broken.clear();
        }
        let rerun = settings.rerun_failed.then(|| {
            let folder = project.as_ref().map_or(settings.folder.as_path(), |it| it.folder.as_path());
            let is_whole = settings.files.is_empty();
            choose(&mut plan, folder, &settings.folder, is_whole, &masker, &mut diagnostics)
        });
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
            // A dry run signs in nowhere.
            if !settings.allow_commands && !settings.is_dry {
                check_commands(&plan, project, &mut diagnostics);
            }
        }
        let has_mocks = environment.as_ref().is_some_and(|it| !it.value.mocks.is_empty())
            && settings.base_urls.is_empty()
            && !settings.use_servers;
        let around = Surroundings {
            settings: &settings,
            project: project.as_ref(),
            environment: environment.as_ref(),
            values: &values,
            limits: &limits,
            masker: &masker,
            is_mocked: has_mocks,
        };
        let (mut client, mut identities) = (ClientSettings::default(), Vec::new());
        if wants_target {
            client = connect(&around, &mut diagnostics);
            if let Some(project) = &project {
                identities = read_identities(&plan, project, &around, &mut diagnostics);
            }
        }
        let is_broken = has_errors_outside(&diagnostics, &broken);
        let destination = match (&environment, &project) {
            (Some(environment), Some(project)) if has_mocks => {
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
            client,
            baseline,
            updated_baseline: OnceLock::new(),
            identities,
            broken,
            rerun,
            gate: OnceLock::new(),
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
        let mut found = lint(&LintInput {
            plan: &self.plan,
            limits: &self.limits,
            has_certificate: self.may_show_certificate(),
            broken: &broken,
        });
        mask_diagnostics(&mut found, &self.masker);
        found
    }

    /// Whether the command or the environment has a certificate; where none is chosen, whether any has.
    fn may_show_certificate(&self) -> bool {
        let has = |environment: &Named<Environment>| environment.value.tls.cert.is_some();
        match (&self.environment, &self.project) {
            _ if self.settings.connection.cert.is_some() => true,
            (Some(environment), _) => has(environment),
            (None, Some(project)) => project.environments.iter().any(has),
            (None, None) => false,
        }
    }

    /// Replaces every secret of the run in a text.
    pub fn mask(&self, text: &str) -> String {
        self.masker.mask(text)
    }

    /// Whether nothing will be sent.
    pub fn is_dry(&self) -> bool {
        self.settings.is_dry
    }

    /// Whether somebody is asked before each request.
    pub fn is_stepping(&self) -> bool {
        self.settings.stepper.is_some()
    }

    /// The limits of the run.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}

/// Neither files nor a project file say what to look at.
pub(super) fn no_project(command: Option<&str>) -> Diagnostic {
    let how =
        command.map_or(" behind the command".to_owned(), |command| format!(": `contest {command} FILE…`"));
    Diagnostic::error(Code::CONFIG_MISSING, "there is no `contest.yaml` here or in a folder above")
        .help(format!("name scenario files{how}, or write a `contest.yaml`"))
}

/// The scenario files that have an error, and the files of rows that cost them theirs.
fn broken_files(
    diagnostics: &[Diagnostic],
    scenarios: &BTreeSet<String>,
    row_files: &BTreeMap<String, BTreeSet<String>>,
) -> BTreeSet<String> {
    let errors = diagnostics.iter().filter(|it| it.level == Level::Error);
    let mut broken = BTreeSet::new();
    for name in errors.filter_map(|it| Some(it.labels.first()?.at.source.name())) {
        if let Some(owners) = row_files.get(name) {
            broken.extend(owners.iter().cloned());
        } else if !scenarios.contains(name) {
            continue;
        }
        broken.insert(name.to_owned());
    }
    broken
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
