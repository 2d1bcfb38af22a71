use super::files::{find_project, normalise, read_named_source, read_project, read_source};
use super::library::{Library, remote_url};
use super::overlays::OverlayPath;
use super::settings::Settings;
use crate::diagnostic::{Code, Diagnostic, Level, Problems};
use crate::engine::{Refusal, Target};
use crate::limits::Limits;
use crate::mock::{IssuedTokens, MockServer, Rules};
use crate::plan::Plan;
use crate::scenario::{Environment, Named, Project};
use crate::source::{Location, Source, Span, recorded};
use crate::yaml::{Dialect, load};
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The rules of every api that a case calls, by the api's index in the plan.
#[derive(Debug)]
pub(super) struct MockRules {
    rules: Vec<Option<Arc<Rules>>>,
    /// The files that were read for each.
    pub(super) read: Vec<BTreeSet<PathBuf>>,
}

/// Mocks in this process: a worker has one server an api, so that no case sees another's changes.
/// Issued tokens are shared, so that a token of one worker is good on all.
#[derive(Debug)]
pub(super) struct MockTarget {
    /// By worker, then by api.
    servers: Vec<Vec<Option<MockServer>>>,
}

impl Target for MockTarget {
    fn prepare(&self, worker: usize) -> Result<(), String> {
        let servers = self.servers.get(worker).ok_or("this worker has no mock")?;
        servers.iter().flatten().for_each(MockServer::reset);
        Ok(())
    }

    fn base_url(&self, worker: usize, api: usize) -> Option<String> {
        self.servers.get(worker)?.get(api)?.as_ref().map(MockServer::base_url)
    }

    fn refusal(&self, worker: usize, api: usize) -> Option<Refusal> {
        let server = self.servers.get(worker)?.get(api)?.as_ref()?;
        let entry = server.last_problem()?;
        let name = server.source().name();
        let help = match entry.at {
            Some(_) => format!("nothing is wrong with the API: mend the rule in {name}, or the document"),
            None => format!("nothing is wrong with the API: give {name} a rule that answers such a request"),
        };
        let place = entry.at.map(|span| Location::new(server.source(), span));
        Some(Refusal { reason: entry.problem?, place, help })
    }
}

/// Mocks that are not started, for a run that sends nothing: their ports are not known.
#[derive(Debug)]
pub(super) struct IdleMocks {
    /// The names of the apis.
    apis: Vec<String>,
}

impl IdleMocks {
    pub(super) fn new(plan: &Plan) -> Self {
        Self { apis: plan.apis.iter().map(|api| api.name.clone()).collect() }
    }
}

impl Target for IdleMocks {
    fn prepare(&self, _: usize) -> Result<(), String> {
        Ok(())
    }

    fn base_url(&self, _: usize, api: usize) -> Option<String> {
        // RFC 6761 §6.4: nothing answers there.
        self.apis.get(api).map(|name| format!("http://{name}.mock.invalid"))
    }
}

/// Reads the rules of an environment's mocks, each over its api's already loaded document.
pub(super) fn load_rules(
    environment: &Named<Environment>,
    project: &Project,
    plan: &Plan,
    folder: &Path,
    limits: &Limits,
    wants_target: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> MockRules {
    let (mut rules, mut read) = (Vec::new(), Vec::new());
    for api in &plan.apis {
        let written = environment.value.mocks.iter().find(|mock| mock.name == api.name);
        let Some(written) = written.filter(|_| api.is_used) else {
            if api.is_used && wants_target {
                let message =
                    format!("the environment `{}` has no mock for the api `{}`", environment.name, api.name);
                let help = match project.apis.iter().any(|it| it.name == api.name) {
                    true => format!("add it: `mocks: {{ {}: … }}`", api.name),
                    false => "say where it is: `--base-url https://api.example.com`".to_owned(),
                };
                diagnostics.push(
                    Diagnostic::error(Code::CONFIG_NO_BASE_URL, message)
                        .label(&project.source, environment.name_span, "mocks other apis")
                        .help(help),
                );
            }
            rules.push(None);
            read.push(BTreeSet::new());
            continue;
        };
        let path = normalise(&project.folder.join(&written.value));
        let named = (&project.source, written.name_span, "names the rules");
        let load = || {
            let source = read_named_source(&path, folder, limits, named, diagnostics)?;
            let mut problems = Problems::new(&source);
            check_document(&path, folder, api.contract.document().source().name(), limits, &mut problems);
            let loaded = Rules::load(
                &mut problems,
                Arc::clone(api.contract.document()),
                api.contract.nullable(),
                limits,
            );
            diagnostics.extend(problems.into_list());
            loaded
        };
        let (loaded, files) = recorded(load);
        rules.push(loaded);
        read.push(files);
    }
    MockRules { rules, read }
}

/// Rules that name another document than the api's would describe another API.
fn check_document(path: &Path, folder: &Path, expected: &str, limits: &Limits, problems: &mut Problems) {
    let Some((written, span)) = named_document(problems.source(), limits) else { return };
    let base = path.parent().unwrap_or(Path::new(""));
    let named = match remote_url(&written) {
        Some(url) => url.to_string(),
        None => super::files::shown(&base.join(written), folder),
    };
    if named != expected {
        problems.error(
            Code::MOCK_INVALID_VALUE,
            span,
            format!("the rules are for `{named}`, and the api's document is `{expected}`"),
            "is another document",
        );
    }
}

/// Starts one server an api for each worker, on free ports of the loopback interface.
pub(super) async fn start_mocks(rules: &MockRules, workers: usize) -> Result<MockTarget, String> {
    let tokens: Vec<Arc<IssuedTokens>> =
        rules.rules.iter().map(|_| Arc::new(IssuedTokens::default())).collect();
    let mut servers = Vec::new();
    for _ in 0..workers {
        let mut of_worker = Vec::new();
        for (rules, tokens) in rules.rules.iter().zip(&tokens) {
            of_worker.push(match rules {
                Some(rules) => {
                    let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                    let server = MockServer::start(Arc::clone(rules), Arc::clone(tokens), any_port).await;
                    Some(server.map_err(|error| format!("cannot start an embedded mock: {error}"))?)
                }
                None => None,
            });
        }
        servers.push(of_worker);
    }
    Ok(MockTarget { servers })
}

/// A mock that runs by itself, for `contest mock`.
#[derive(Debug)]
pub struct StandaloneMock {
    /// The running server.
    pub server: MockServer,
    /// Warnings about the rules and the document.
    pub diagnostics: Vec<Diagnostic>,
}

/// Why a mock did not start.
#[derive(Debug, thiserror::Error)]
pub enum MockError {
    /// The rules or the document cannot be used.
    #[error("the rules cannot be used")]
    Rules(Vec<Diagnostic>),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// The operating system's error.
        source: std::io::Error,
    },
}

/// Starts the mock of a rules file, over the document that the file names. Of the settings, the folder
/// counts, overlays, and what documents may refer to.
///
/// # Errors
/// [`MockError`] when a file cannot be used, or the address not be listened on.
pub async fn start_mock(
    rules: &Path,
    settings: &Settings,
    listen: SocketAddr,
) -> Result<StandaloneMock, MockError> {
    let mut diagnostics = Vec::new();
    let folder = &settings.folder;
    let path = folder.join(rules);
    let loaded = load_standalone(&path, settings, &mut diagnostics);
    let (Some(rules), false) = (loaded, diagnostics.iter().any(|it| it.level == Level::Error)) else {
        return Err(MockError::Rules(diagnostics));
    };
    let server = MockServer::start(rules, Arc::new(IssuedTokens::default()), listen)
        .await
        .map_err(|source| MockError::Listen { address: listen, source })?;
    Ok(StandaloneMock { server, diagnostics })
}

/// Reads a file of rules over the document that it names.
pub(super) fn load_standalone(
    path: &Path,
    settings: &Settings,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Arc<Rules>> {
    let (folder, limits) = (&settings.folder, &Limits::default());
    let source = read_source(path, folder, limits, diagnostics)?;
    let mut problems = Problems::new(&source);
    if load(Dialect::Ours, limits, &mut problems).is_none() && problems.has_errors() {
        diagnostics.extend(problems.into_list());
        return None;
    }
    let mut problems = Problems::new(&source);
    let rules = match named_document(&source, limits) {
        Some((written, _)) => {
            let base = path.parent().unwrap_or(Path::new(""));
            let project = find_project(&[path.to_owned()], folder)
                .and_then(|project| read_project(&project, folder, limits, &mut Vec::new()));
            let library = Library::new(folder, limits, settings.allowed());
            let of_project = project.as_ref().map(|it| Library::overlays_of(&written, base, it));
            let given =
                settings.overlays.iter().map(|it| OverlayPath::from(normalise(&folder.join(&it.path))));
            let overlays: Vec<OverlayPath> = of_project.into_iter().flatten().chain(given).collect();
            let document = library.load(&written, base, &overlays, project.as_ref(), diagnostics);
            let document = match document {
                Ok(document) => Some(document),
                Err(missing) => {
                    diagnostics.extend(missing.diagnostic());
                    None
                }
            };
            let nullable = Library::nullable_of(&written, base, project.as_ref());
            document.and_then(|document| Rules::load(&mut problems, document, nullable, limits))
        }
        None => {
            let is_document = ["openapi", "swagger"].iter().any(|key| {
                let start = source.text().trim_start().trim_start_matches(['{', '"', ' ', '\n', '\t']);
                start.starts_with(key)
            });
            let (message, label) = match is_document {
                true => (
                    "this is an OpenAPI document, and `contest mock` takes a rules file",
                    "write a file `*.mock.yaml` with `mock: 1`, `document: PATH` and `rules`",
                ),
                false => ("the rules name no document", "write `document: PATH`"),
            };
            problems.error(Code::MOCK_INVALID_VALUE, source.line(1), message, label);
            None
        }
    };
    diagnostics.extend(problems.into_list());
    rules
}

/// The document that a rules file names; what is wrong with the file is said when the rules are read.
fn named_document(source: &Arc<Source>, limits: &Limits) -> Option<(String, Span)> {
    let node = load(Dialect::Ours, limits, &mut Problems::new(source))?;
    let (path, span) = Rules::document_path(&node)?;
    Some((path.to_owned(), span))
}
