use super::servers::{Asked, server_urls};
use super::settings::{Settings, check_url};
use super::values::{ProjectScope, unresolved};
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::{Target, Values};
use crate::openapi::OperationIndex;
use crate::plan::Plan;
use crate::scenario::{Environment, Named, Project, ServerChoice};
use crate::source::Span;
use crate::yaml::nearest;
use std::collections::BTreeMap;

/// Servers that run elsewhere: one URL an api, the same for every worker.
#[derive(Clone, Debug)]
pub(super) struct UrlTarget {
    urls: Vec<Option<String>>,
    /// By api, the place of the project file that gives the URL.
    origins: Vec<Option<String>>,
    /// Of operations that have servers of their own, by api.
    operations: BTreeMap<(usize, OperationIndex), String>,
    /// Whether the servers of the documents were asked for, and something else gives every base URL.
    has_idle_servers: bool,
}

impl Target for UrlTarget {
    fn prepare(&self, _: usize) -> Result<(), String> {
        Ok(())
    }

    fn base_url(&self, _: usize, api: usize) -> Option<String> {
        self.urls.get(api)?.clone()
    }

    fn operation_url(&self, worker: usize, api: usize, operation: OperationIndex) -> Option<String> {
        self.operations.get(&(api, operation)).cloned().or_else(|| self.base_url(worker, api))
    }

    fn base_url_origin(&self, api: usize) -> Option<String> {
        self.origins.get(api)?.clone()
    }
}

impl UrlTarget {
    /// No server at all, for a session that only checks.
    pub(super) fn none() -> Self {
        Self { urls: Vec::new(), origins: Vec::new(), operations: BTreeMap::new(), has_idle_servers: false }
    }

    /// What people should know first of where it is.
    pub(super) fn banner(&self) -> Option<&'static str> {
        self.has_idle_servers.then_some(
            "`--use-servers` changes nothing: `baseUrls` of the environment, or `--base-url`, says where every API is",
        )
    }

    /// The target in words: its origins, each once.
    pub(super) fn words(&self) -> String {
        self.urls().join(", ")
    }

    /// Its base URLs, each once.
    pub(super) fn urls(&self) -> Vec<&str> {
        let mut urls: Vec<&str> = Vec::new();
        for url in self.urls.iter().flatten().chain(self.operations.values()) {
            if !urls.contains(&url.as_str()) {
                urls.push(url);
            }
        }
        urls
    }
}

/// The base URL of every api that a case calls; an api without one is reported.
pub(super) fn resolve_urls(
    settings: &Settings,
    plan: &Plan,
    project: Option<&Project>,
    environment: Option<&Named<Environment>>,
    values: &Values,
    diagnostics: &mut Vec<Diagnostic>,
) -> UrlTarget {
    let mut used: Vec<usize> = (0..plan.apis.len()).filter(|index| plan.apis[*index].is_used).collect();
    let mut urls = vec![None; plan.apis.len()];
    let mut origins = vec![None; plan.apis.len()];
    for index in &used {
        let written = environment
            .and_then(|it| it.value.base_urls.iter().find(|url| url.name == plan.apis[*index].name))
            .filter(|_| !is_given(settings, plan, *index, used.len()));
        if let (Some(template), Some(project)) = (written, project) {
            let scope = ProjectScope::new(&values.env, &values.secrets);
            match template.value.resolve(&scope) {
                Ok(datum) => {
                    let text = datum.to_text();
                    match check_url(&text) {
                        Ok(()) => {
                            urls[*index] = Some(text);
                            origins[*index] = origin(project, template.value.span, environment);
                        }
                        Err(reason) => {
                            let meant = nearest(&text, ["servers"]);
                            let label = match meant {
                                Some(_) => "did you mean `servers`, those of the document?",
                                None => "gives the base URL",
                            };
                            let diagnostic = Diagnostic::error(Code::CONFIG_INVALID_VALUE, reason);
                            diagnostics.push(diagnostic.label(&project.source, template.value.span, label));
                        }
                    }
                }
                Err(error) => diagnostics.push(unresolved(project, &template.value, &error)),
            }
        }
    }
    let has_url = |index: &usize| urls[*index].is_some() || is_given(settings, plan, *index, used.len());
    let has_idle_servers = settings.use_servers && !used.is_empty() && used.iter().all(has_url);
    let mut operations = BTreeMap::new();
    for index in &used {
        if urls[*index].is_some() || is_given(settings, plan, *index, used.len()) {
            continue;
        }
        let chosen = environment
            .and_then(|it| it.value.servers.iter().find(|choice| choice.name == plan.apis[*index].name))
            .and_then(|choice| Some((&choice.value, project?)));
        if chosen.is_none() && !settings.use_servers {
            continue;
        }
        let Some(variables) = server_variables(chosen, values, diagnostics) else { continue };
        let found = server_urls(plan, *index, &Asked { choice: chosen, variables }, diagnostics);
        urls[*index] = found.api;
        origins[*index] = chosen.and_then(|(choice, project)| origin(project, choice.span, environment));
        operations.extend(found.operations.into_iter().map(|(operation, url)| ((*index, operation), url)));
    }
    for given in &settings.base_urls {
        let index = match &given.api {
            Some(name) => plan.apis.iter().position(|api| api.name == *name),
            None if used.len() == 1 => Some(used[0]),
            None => None,
        };
        match (index, &given.api) {
            (Some(index), _) => urls[index] = Some(given.url.clone()),
            (None, Some(name)) if project.is_some_and(|it| it.apis.iter().any(|api| api.name == *name)) => {}
            (None, Some(name)) => {
                let names = plan.apis.iter().map(|api| api.name.as_str());
                let mut diagnostic = Diagnostic::error(
                    Code::SCENARIO_UNKNOWN_API,
                    format!("`--base-url`: there is no api `{name}`"),
                );
                diagnostic = diagnostic.help(match nearest(name, names.clone()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("the apis are {}", names.collect::<Vec<_>>().join(", ")),
                });
                diagnostics.push(diagnostic);
            }
            (None, None) if used.is_empty() => {}
            (None, None) => {
                let names: Vec<_> = used.iter().map(|index| plan.apis[*index].name.as_str()).collect();
                diagnostics.push(
                    Diagnostic::error(
                        Code::CONFIG_NO_BASE_URL,
                        format!(
                            "`--base-url {}` does not say which of the apis {} it is for",
                            given.url,
                            names.join(", ")
                        ),
                    )
                    .help(format!("write `--base-url {}={}`", names[0], given.url)),
                );
            }
        }
    }
    if !diagnostics.iter().any(|it| it.level == crate::diagnostic::Level::Error) {
        let covered: Vec<usize> = operations.keys().map(|(api, _)| *api).collect();
        used.retain(|index| !covered.contains(index));
        report_missing(&urls, &used, plan, environment, diagnostics);
    }
    UrlTarget { urls, origins, operations, has_idle_servers }
}

/// `contest.yaml:14, environment `staging``: where a base URL is written.
fn origin(project: &Project, span: Span, environment: Option<&Named<Environment>>) -> Option<String> {
    let line = project.source.position(span.start).line;
    Some(format!("{}:{line}, environment `{}`", project.source.name(), environment?.name))
}

/// The values of a server's variables; `None` where one cannot be had, which is reported.
fn server_variables(
    chosen: Option<(&ServerChoice, &Project)>,
    values: &Values,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<(String, String)>> {
    let Some((choice, project)) = chosen else { return Some(Vec::new()) };
    let scope = ProjectScope::new(&values.env, &values.secrets);
    let mut list = Vec::new();
    for variable in &choice.variables {
        match variable.value.resolve(&scope) {
            Ok(datum) => list.push((variable.name.clone(), datum.to_text())),
            Err(error) => {
                diagnostics.push(unresolved(project, &variable.value, &error));
                return None;
            }
        }
    }
    Some(list)
}

fn is_given(settings: &Settings, plan: &Plan, index: usize, n_used: usize) -> bool {
    settings.base_urls.iter().any(|given| match &given.api {
        Some(name) => *name == plan.apis[index].name,
        None => n_used == 1,
    })
}

fn report_missing(
    urls: &[Option<String>],
    used: &[usize],
    plan: &Plan,
    environment: Option<&Named<Environment>>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for index in used.iter().filter(|index| urls[**index].is_none()) {
        let api = &plan.apis[*index];
        let message = match environment {
            Some(environment) => {
                format!("the environment `{}` has no base URL for the api `{}`", environment.name, api.name)
            }
            None => format!("nothing says where the api `{}` is", api.name),
        };
        let mut diagnostic = Diagnostic::error(Code::CONFIG_NO_BASE_URL, message);
        let name = if used.len() == 1 { String::new() } else { format!("{}=", api.name) };
        let servers = api.contract.document().servers();
        let mut urls = servers.iter().filter_map(|server| server.resolve(&[]).ok());
        diagnostic = diagnostic.help(match urls.find(|url| check_url(url).is_ok()) {
            Some(url) => {
                format!("give `--base-url {name}{url}`, or `--use-servers` for the servers of the document")
            }
            None => format!("give `--base-url {name}https://api.example.com`"),
        });
        diagnostics.push(diagnostic);
    }
}
