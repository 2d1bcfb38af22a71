use super::baseline::BaselineSettings;
use super::library::Allowed;
use super::overlays::OverlayFile;
use super::report_request::ReportSettings;
use crate::coverage::{CoverageSettings, Thresholds};
use crate::engine::{Habits, Order, Stepper};
use crate::plan::Selection;
use crate::scenario::{ContractSettings, Rate};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// What a run is asked for; every field may stay at its default.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Scenario files and folders; none means what the project file names.
    pub files: Vec<PathBuf>,
    /// The folder that relative paths start from and names are shown below.
    pub folder: PathBuf,
    /// The environment; none means the project's default.
    pub environment: Option<String>,
    /// Base URLs in place of the environment's.
    pub base_urls: Vec<BaseUrl>,
    /// Overlays beside those of the project file, applied after them.
    pub overlays: Vec<OverlayFile>,
    /// Whether an api without a base URL takes it from its document's `servers`.
    pub use_servers: bool,
    /// Values of inputs, as texts.
    pub inputs: Vec<(String, String)>,
    /// The number of workers.
    pub jobs: Option<usize>,
    /// Which cases run.
    pub selection: Selection,
    /// The order in which they are started.
    pub order: Order,
    /// Whether of the selected cases only those run that did not pass when they last ran.
    pub rerun_failed: bool,
    /// How the run is gone about.
    pub habits: Habits,
    /// How often they run.
    pub repeat: Option<usize>,
    /// The seed of `$gen`; random when none is given.
    pub seed: Option<u64>,
    /// `$run.id`; made anew when none is given.
    pub run_id: Option<String>,
    /// Limits by name.
    pub limits: Vec<(String, String)>,
    /// Hosts that documents may be read from, beside those that the project file allows.
    pub allow_remote: Vec<String>,
    /// Folders that documents may refer to, beside those that the project file allows.
    pub allow_folders: Vec<PathBuf>,
    /// Whether the files without errors run although others have some.
    pub keep_going: bool,
    /// Whether every exchange is told, for a trace or for people who ask to see it.
    pub keeps_exchanges: bool,
    /// Which findings are known.
    pub baseline: BaselineSettings,
    /// Which reports [`Session::open_reports`](super::Session::open_reports) opens.
    pub reports: ReportSettings,
    /// Whether everything is resolved and nothing sent.
    pub is_dry: bool,
    /// Who is asked before each request; then one worker runs.
    pub stepper: Option<Arc<dyn Stepper>>,
    /// How coverage of the documents is measured; `None` where it is not.
    pub coverage: Option<CoverageSettings>,
    /// How much is to be covered, before what the project file says.
    pub fail_under: Thresholds,
    /// Severities that count before those of every file.
    pub contract: ContractSettings,
    /// The process's variables.
    pub variables: Variables,
    /// Files of further variables, `NAME=value` a line; those of the process count before them, and of
    /// two files the later.
    pub env_files: Vec<PathBuf>,
    /// Whether auth profiles may run commands.
    pub allow_commands: bool,
    /// How the servers are reached, in place of what the environment says.
    pub connection: ConnectionSettings,
}

/// How servers are reached; what is not set is as the environment says.
#[derive(Clone, Debug, Default)]
pub struct ConnectionSettings {
    /// Headers of every request of a step; `None` removes one of the project file.
    pub headers: Vec<(String, Option<String>)>,
    /// The URL of the proxy.
    pub proxy: Option<String>,
    /// Whether any certificate of a server is trusted.
    pub is_insecure: bool,
    /// A file of certificates of authorities that are trusted beside the platform's, PEM.
    pub ca: Option<PathBuf>,
    /// A file of the client's certificate, PEM.
    pub cert: Option<PathBuf>,
    /// A file of its key, PEM.
    pub key: Option<PathBuf>,
    /// How often requests leave at most.
    pub rate: Option<Rate>,
}

impl Settings {
    /// What the references of every document may lead to.
    pub(super) fn allowed(&self) -> Allowed {
        Allowed {
            folders: self.allow_folders.iter().map(|folder| self.folder.join(folder)).collect(),
            hosts: self.allow_remote.clone(),
        }
    }
}

/// A base URL for one api, or for the only one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl {
    /// The api's name.
    pub api: Option<String>,
    /// The URL.
    pub url: String,
}

/// The process's variables, or what stands for them in a test.
#[derive(Clone, Debug, Default)]
pub enum Variables {
    /// Those of this process.
    #[default]
    Process,
    /// These.
    Given(BTreeMap<String, String>),
    /// The first ones, and where these lack a name the second.
    Above(Box<Self>, BTreeMap<String, String>),
}

impl Variables {
    /// The value of a variable; one that is not UTF-8 counts as not set.
    pub fn get(&self, name: &str) -> Option<String> {
        match self {
            Self::Process => std::env::var(name).ok(),
            Self::Given(map) => map.get(name).cloned(),
            Self::Above(first, second) => first.get(name).or_else(|| second.get(name).cloned()),
        }
    }
}

impl BaseUrl {
    /// Reads `URL` or `API=URL`.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        // A URL may hold `=`, but not before its `://`.
        let (api, url) = match text.split_once('=') {
            Some((api, url)) if !api.contains("://") => (Some(api.to_owned()), url),
            _ => (None, text),
        };
        check_url(url)?;
        Ok(Self { api, url: url.to_owned() })
    }
}

/// Whether a text is a base URL: absolute, http or https, without query, fragment or credentials.
pub(super) fn check_url(text: &str) -> Result<(), String> {
    let url = match url::Url::parse(text) {
        Ok(url) => url,
        Err(_) if !text.contains("://") => {
            return Err(format!("`{text}` needs http:// or https:// in front"));
        }
        Err(error) => {
            return Err(format!("`{text}` is no URL: {error}; write for example https://api.example.com"));
        }
    };
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(format!("`{text}` is no http or https URL; write for example https://api.example.com"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("`{text}` has a query or a fragment, which a base URL cannot have"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a base URL holds no credentials; use an auth profile".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_may_name_their_api() {
        let parsed = |text| BaseUrl::parse(text).map(|it| (it.api, it.url));
        assert_eq!(parsed("http://x:1/a"), Ok((None, "http://x:1/a".into())));
        assert_eq!(parsed("ep=https://x"), Ok((Some("ep".into()), "https://x".into())));
        for text in ["", "x", "ep=", "ftp://x", "http://x?a=b", "http://u:p@x", "ep=/v2"] {
            assert!(BaseUrl::parse(text).is_err(), "{text}");
        }
    }
}
