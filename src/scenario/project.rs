use super::auth::{AuthProfile, read_profile};
use super::budget::{Budget, read_budgets};
use super::connection::{Rate, read_rate};
use super::contract::{ContractSettings, read_contract};
use super::coverage::read_coverage;
use super::environment::{Environment, read_environment, read_jobs, scalars};
use super::file::check_version;
use super::joint::check_joint;
use super::reader::{Named, Reader, Spanned};
use super::report::read_reports;
use super::retry::{Retry, read_retry};
use super::settings::{Timeouts, read_headers, read_timeouts};
use super::{AuthChoice, PROJECT_ROOTS, auth};
use crate::diagnostic::{Code, Problems};
use crate::expression::Template;
use crate::limits::Limits;
use crate::source::Source;
use crate::yaml::{Dialect, Entry, MapReader, Node, load, nearest};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One `contest.yaml`.
#[derive(Debug)]
pub struct Project {
    /// Its text.
    pub source: Arc<Source>,
    /// The folder it lies in; paths written in it are relative to it.
    pub folder: PathBuf,
    /// The apis.
    pub apis: Vec<Named<Api>>,
    /// The environments.
    pub environments: Vec<Named<Environment>>,
    /// The environment that is used when none is asked for.
    pub default_environment: Option<Spanned<String>>,
    /// Files and folders of scenarios that a bare run takes.
    pub scenarios: Vec<Spanned<String>>,
    /// Process variables that may be read.
    pub env: Vec<String>,
    /// Names of secrets.
    pub secrets: Vec<String>,
    /// Auth profiles.
    pub auth: Vec<Named<AuthProfile>>,
    /// The names of auth profiles that cannot be used; what is wrong with them is reported.
    pub broken_auth: Vec<String>,
    /// The auth profile of every step that names none.
    pub default_auth: Option<AuthChoice>,
    /// Headers of every request of a step in any environment; `None` is a written `null`.
    pub headers: Vec<Named<Option<Template>>>,
    /// How often requests leave at most where an environment does not say.
    pub rate: Option<Rate>,
    /// How long judged exchanges may take; an environment's count before them.
    pub budgets: Vec<Budget>,
    /// Time-outs.
    pub timeouts: Timeouts,
    /// When a request is sent again.
    pub retry: Option<Retry>,
    /// The severities of contract checks.
    pub contract: ContractSettings,
    /// Limits, as written, by name.
    pub limits: Vec<Named<String>>,
    /// The number of workers.
    pub jobs: Option<usize>,
    /// How `nullable` of OpenAPI 3.0 is read where an api does not say.
    pub nullable: NullableReading,
    /// How much a run that measures coverage has to cover: dimensions with percentages.
    pub fail_under: Vec<(&'static str, u8)>,
    /// The reports that a run writes, by format: a path, or `None` for one that is not to be written.
    pub reports: Vec<Named<Option<String>>>,
    /// The path of the baseline, where another than `contest.baseline.yaml` beside this file is meant.
    pub baseline: Option<Spanned<String>>,
}

/// How `nullable` of OpenAPI 3.0 is read: `nullable: strict`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NullableReading {
    /// Null is accepted wherever it is written.
    #[default]
    Lenient,
    /// Only where OpenAPI 3.0 gives it an effect, beside `type`.
    Strict,
}

/// One api.
#[derive(Clone, Debug)]
pub struct Api {
    /// The path or the URL of its document.
    pub document: Spanned<String>,
    /// The paths of overlays, in the order they are applied.
    pub overlays: Vec<Spanned<String>>,
    /// Hosts that the document and what it refers to may be read from: `example.com`, `localhost:8080`.
    pub remote: Vec<Spanned<String>>,
    /// Folders beside the project's that the document may refer to.
    pub folders: Vec<Spanned<String>>,
    /// How `nullable` in it is read, where that is said.
    pub nullable: Option<NullableReading>,
    /// The severities of contract checks.
    pub contract: ContractSettings,
}

impl Api {
    /// An api of which nothing but its document is said.
    fn of(document: Spanned<String>) -> Self {
        let (overlays, remote, folders) = (Vec::new(), Vec::new(), Vec::new());
        Self { document, overlays, remote, folders, nullable: None, contract: ContractSettings::default() }
    }
}

/// Whether a text is a host, or a host and a port, and nothing else of a URL.
pub fn is_host(text: &str) -> bool {
    let is_name = !text.is_empty() && !text.contains(['/', '?', '#', '@', ' ', '*', '\\', '%']);
    is_name && url::Url::parse(&format!("http://{text}/")).is_ok()
}

impl Project {
    /// Reads a project file; every problem is reported, and the model is given when the text is YAML
    /// at all.
    pub fn read(path: &Path, limits: &Limits, problems: &mut Problems) -> Option<Self> {
        let source = Arc::clone(problems.source());
        let node = load(Dialect::Ours, limits, problems)?;
        let mut map = MapReader::config("a project file", &node, problems)?;
        check_version(&mut map, problems);
        let mut reader = Reader::new(problems, limits, PROJECT_ROOTS);
        let mut project = Self {
            source,
            folder: path.parent().map(Path::to_owned).unwrap_or_default(),
            apis: read_apis(map.map("apis", reader.problems), &mut reader),
            environments: map
                .map("environments", reader.problems)
                .iter()
                .filter_map(|entry| read_environment(entry, &mut reader))
                .collect(),
            default_environment: map.take("defaultEnvironment").and_then(|node| {
                let name = node.as_str()?;
                Some(Spanned::new(name.to_owned(), node.span))
            }),
            scenarios: spanned_texts(map.texts("scenarios", reader.problems)),
            env: names(map.texts("env", reader.problems)),
            secrets: names(map.texts("secrets", reader.problems)),
            auth: map
                .map("auth", reader.problems)
                .iter()
                .filter_map(|entry| read_profile(entry, &mut reader))
                .collect(),
            broken_auth: Vec::new(),
            default_auth: None,
            headers: Vec::new(),
            rate: None,
            budgets: Vec::new(),
            timeouts: Timeouts::default(),
            retry: None,
            contract: ContractSettings::default(),
            limits: Vec::new(),
            jobs: None,
            nullable: NullableReading::default(),
            fail_under: Vec::new(),
            reports: map.take("reports").map(|node| read_reports(node, &mut reader)).unwrap_or_default(),
            baseline: read_path("baseline", &mut map, reader.problems),
        };
        let written = map.map("auth", reader.problems).iter().map(|entry| entry.key.clone());
        let is_read = |name: &String| project.auth.iter().any(|profile| profile.name == *name);
        project.broken_auth = written.filter(|name| !is_read(name)).collect();
        if let Some(node) = map.take("defaults") {
            project.read_defaults(node, &mut reader);
        }
        if let Some(node) = map.take("coverage") {
            project.fail_under = read_coverage(node, &mut reader);
        }
        map.finish(
            &[
                ("scenario", "write `scenarios`, a list of files and folders"),
                ("api", "write `apis`, a map from names to documents"),
                ("steps", "it belongs in a scenario file, `*.contest.yaml`"),
                ("baseUrl", "write `baseUrls` in an environment"),
            ],
            reader.problems,
        );
        project.check_names(reader.problems);
        check_joint(&project.auth, &project.broken_auth, reader.problems);
        Some(project)
    }

    fn read_defaults(&mut self, node: &Node, reader: &mut Reader<'_>) {
        let Some(mut map) = MapReader::config("`defaults`", node, reader.problems) else {
            return;
        };
        self.timeouts = map.take("timeouts").map(|node| read_timeouts(node, reader)).unwrap_or_default();
        self.retry = map.take("retry").and_then(|node| read_retry(node, reader));
        self.contract = map.take("contract").map(|node| read_contract(node, reader)).unwrap_or_default();
        self.limits = scalars(map.map("limits", reader.problems));
        self.jobs = map.take("jobs").and_then(|node| read_jobs(node, reader));
        let nullable = map.take("nullable").and_then(|node| read_nullable(node, reader));
        self.nullable = nullable.unwrap_or_default();
        self.default_auth = map.take("auth").map(|node| auth::read_choice(node, reader));
        self.headers = read_headers(map.map("headers", reader.problems), reader);
        self.budgets = read_budgets(map.map("budgets", reader.problems), reader);
        self.rate = map.take("rate").and_then(|node| read_rate(node, reader));
        map.finish(&[], reader.problems);
    }

    /// Names within the file that lead nowhere.
    fn check_names(&self, problems: &mut Problems) {
        if let Some(default) = &self.default_environment
            && self.environment(&default.value).is_none()
        {
            let names = self.environments.iter().map(|each| each.name.as_str());
            let label = match nearest(&default.value, names) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "is not among `environments`".to_owned(),
            };
            let message = format!("there is no environment `{}`", default.value);
            problems.error(Code::CONFIG_UNKNOWN_ENVIRONMENT, default.span, message, label);
        }
        for environment in &self.environments {
            let apis = environment.value.mocks.iter().map(|it| (&it.name, it.name_span));
            let servers = environment.value.servers.iter().map(|it| (&it.name, it.name_span));
            let urls = environment.value.base_urls.iter().map(|it| (&it.name, it.name_span));
            for (api, span) in apis.chain(urls).chain(servers) {
                if self.apis.iter().any(|each| each.name == *api) {
                    continue;
                }
                let label = match nearest(api, self.apis.iter().map(|each| each.name.as_str())) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "is not among `apis`".to_owned(),
                };
                problems.error(Code::SCENARIO_UNKNOWN_API, span, format!("there is no api `{api}`"), label);
            }
            for secret in &environment.value.secrets {
                if !self.secrets.contains(&secret.name) {
                    let label = match nearest(&secret.name, self.secrets.iter().map(String::as_str)) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => "add it to `secrets` at the top of the file".to_owned(),
                    };
                    let message = format!("`{}` is not listed under `secrets`", secret.name);
                    problems.error(Code::CONFIG_INVALID_VALUE, secret.name_span, message, label);
                }
            }
        }
    }

    /// How `nullable` in the document of an api is read.
    pub fn nullable_of(&self, api: &str) -> NullableReading {
        let own = self.apis.iter().find(|each| each.name == api).and_then(|each| each.value.nullable);
        own.unwrap_or(self.nullable)
    }

    /// The environment of a name.
    pub fn environment(&self, name: &str) -> Option<&Named<Environment>> {
        self.environments.iter().find(|each| each.name == name)
    }
}

fn read_apis(entries: &[Entry], reader: &mut Reader<'_>) -> Vec<Named<Api>> {
    let mut apis = Vec::new();
    for entry in entries {
        reader.check_name("an api", &entry.key, entry.key_span);
        // `ep: specs/x.yaml` is as clear as `ep: { document: specs/x.yaml }`.
        if let Some(path) = entry.value.as_str() {
            let document = Spanned::new(path.to_owned(), entry.value.span);
            apis.push(entry.named(Api::of(document)));
            continue;
        }
        let Some(mut map) = MapReader::config("an api", &entry.value, reader.problems) else {
            continue;
        };
        let node = map.require("document", reader.problems);
        let path = map.text("document", reader.problems);
        let overlays = spanned_texts(map.texts("overlays", reader.problems));
        let remote = spanned_texts(map.texts("remote", reader.problems));
        let folders = spanned_texts(map.texts("folders", reader.problems));
        let nullable = map.take("nullable").and_then(|node| read_nullable(node, reader));
        let contract = map.take("contract").map(|node| read_contract(node, reader)).unwrap_or_default();
        map.finish(&[("baseUrl", "write `baseUrls` in an environment")], reader.problems);
        for host in remote.iter().filter(|host| !is_host(&host.value)) {
            let message = format!("`{}` is no host", host.value);
            let label = "write a host, as in `example.com` or `localhost:8080`";
            reader.problems.error(Code::CONFIG_INVALID_VALUE, host.span, message, label);
        }
        if let (Some(node), Some(path)) = (node, path) {
            let document = Spanned::new(path.to_owned(), node.span);
            apis.push(entry.named(Api { document, overlays, remote, folders, nullable, contract }));
        }
    }
    apis
}

fn read_nullable(node: &Node, reader: &mut Reader<'_>) -> Option<NullableReading> {
    let reading = match node.as_str() {
        Some("lenient") => Some(NullableReading::Lenient),
        Some("strict") => Some(NullableReading::Strict),
        _ => None,
    };
    if reading.is_none() {
        reader.invalid(node.span, "`nullable` is strict or lenient", "is neither");
    }
    reading
}

/// A text that is not empty, with its place.
fn read_path(key: &'static str, map: &mut MapReader<'_>, problems: &mut Problems) -> Option<Spanned<String>> {
    let span = map.take(key)?.span;
    map.text(key, problems).map(|text| Spanned::new(text.to_owned(), span))
}

fn spanned_texts(texts: Vec<(&str, crate::source::Span)>) -> Vec<Spanned<String>> {
    texts.into_iter().map(|(text, span)| Spanned::new(text.to_owned(), span)).collect()
}

fn names(texts: Vec<(&str, crate::source::Span)>) -> Vec<String> {
    texts.into_iter().map(|(text, _)| text.to_owned()).collect()
}
