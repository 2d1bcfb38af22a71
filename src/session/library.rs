//! The documents of a run, with the files and URLs that they refer to: what may be read, and reading it.

use super::files::{normalise, shown, unreadable};
use super::overlays::{OverlayPath, read_overlays};
use super::remote::{Remote, host_of};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::limits::Limits;
use crate::openapi::{Document, Fetch, Nullable, Refusal};
use crate::plan::nullable_of;
use crate::scenario::{Api, Named, Project, Spanned};
use crate::source::{Location, ReadError, Source};
use crate::yaml::nearest;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use url::Url;

/// Reads documents; a URL is fetched once.
#[derive(Debug)]
pub(super) struct Library {
    /// The folder that names are shown below.
    folder: PathBuf,
    limits: Limits,
    remote: Remote,
    allowed: Allowed,
}

/// What the references of a document may lead to.
#[derive(Clone, Debug, Default)]
pub(super) struct Allowed {
    /// Folders beside that of the project, or without one, of the document.
    pub(super) folders: Vec<PathBuf>,
    /// Hosts that may be asked: `example.com`, `localhost:8080`.
    pub(super) hosts: Vec<String>,
}

/// Why a document could not be loaded.
pub(super) enum Missing {
    /// Its text cannot be had; where it is named is for the caller to say.
    Unreadable(Diagnostic),
    /// What is wrong with it was reported.
    Reported,
}

impl Library {
    /// `allowed` is what the command line allows for every document.
    pub(super) fn new(folder: &Path, limits: &Limits, allowed: Allowed) -> Self {
        Self { folder: folder.to_owned(), limits: limits.clone(), remote: Remote::new(limits), allowed }
    }

    /// Loads a document by its path, relative to `base`, or by its URL, and applies overlays to it in
    /// order. With a project, everything in
    /// its folder may be referred to, and what it allows for the document.
    pub(super) fn load(
        &self,
        written: &str,
        base: &Path,
        overlays: &[OverlayPath],
        project: Option<&Project>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Result<Arc<Document>, Missing> {
        let mut allowed = self.allowed.clone();
        for api in project.into_iter().flat_map(|project| &project.apis) {
            if let Some(project) = project
                && is_same(&project.folder, &api.value.document.value, base, written)
            {
                let folders = api.value.folders.iter();
                allowed.folders.extend(folders.map(|it| normalise(&project.folder.join(&it.value))));
                allowed.hosts.extend(api.value.remote.iter().map(|it| it.value.clone()));
            }
        }
        let (source, shelf) = match remote_url(written) {
            Some(url) => {
                let shelf = Shelf { library: self, base: url.clone(), root: None, allowed };
                let source =
                    shelf.get(&url).map_err(|refusal| Missing::Unreadable(refused(written, refusal)))?;
                (source, shelf)
            }
            None => {
                let path = absolute(&base.join(written));
                let source = Source::read(&path, shown(&path, &self.folder), self.limits.document)
                    .map_err(|error| Missing::Unreadable(unreadable(&error, &self.folder)))?;
                let own = path.parent().map(Path::to_owned).unwrap_or_default();
                let project = project.map(|project| absolute(&project.folder));
                let root = project.filter(|project| own.starts_with(project)).unwrap_or(own);
                let url = Url::from_file_path(&path);
                let base = url.unwrap_or_else(|()| Url::parse("file:///").expect("it is a URL"));
                (source, Shelf { library: self, base, root: Some(root), allowed })
            }
        };
        let mut problems = Problems::new(&source);
        // Without what an overlay was to bring in, the document would be judged for what it is not.
        let overlays =
            read_overlays(overlays, &self.folder, &self.limits, diagnostics).ok_or(Missing::Reported)?;
        let document = Document::load_overlaid(&overlays, Some(&shelf), &self.limits, &mut problems);
        diagnostics.extend(problems.into_list());
        document.ok_or(Missing::Reported)
    }

    /// Loads a document that no file holds; its references lead to files in the folder of the project and in
    /// those given.
    pub(super) fn load_made(
        &self,
        source: &Arc<Source>,
        folders: Vec<PathBuf>,
        project: Option<&Project>,
        problems: &mut Problems,
    ) -> Option<Arc<Document>> {
        let mut allowed = self.allowed.clone();
        allowed.folders.extend(folders);
        let root = absolute(project.map_or(&self.folder, |project| &project.folder));
        let path = root.join(source.name());
        let base =
            Url::from_file_path(&path).unwrap_or_else(|()| Url::parse("file:///").expect("it is a URL"));
        Document::load_with(&Shelf { library: self, base, root: Some(root), allowed }, &self.limits, problems)
    }

    /// The overlays that a project has for a document that is named by its path or URL: those of the
    /// first api with that document.
    pub(super) fn overlays_of(written: &str, base: &Path, project: &Project) -> Vec<OverlayPath> {
        Self::api_of(written, base, project)
            .map(|api| Self::overlays_in(project, &api.value))
            .unwrap_or_default()
    }

    /// The overlays of an api of a project.
    pub(super) fn overlays_in(project: &Project, api: &Api) -> Vec<OverlayPath> {
        let path = |it: &Spanned<String>| OverlayPath {
            path: normalise(&project.folder.join(&it.value)),
            named_at: Some(Location::new(&project.source, it.span)),
        };
        api.overlays.iter().map(path).collect()
    }

    /// How a project has `nullable` read in a document that is named by its path or URL.
    pub(super) fn nullable_of(written: &str, base: &Path, project: Option<&Project>) -> Nullable {
        let api = project.and_then(|project| Self::api_of(written, base, project));
        api.map(|api| nullable_of(project, &api.name)).unwrap_or_default()
    }

    /// The first api of a project with a document that is named by its path or URL.
    fn api_of<'p>(written: &str, base: &Path, project: &'p Project) -> Option<&'p Named<Api>> {
        let is_meant = |document: &str| is_same(&project.folder, document, base, written);
        project.apis.iter().find(|api| is_meant(&api.value.document.value))
    }

    /// Loads a document that nothing names but the command line.
    pub(super) fn load_given(
        &self,
        path: &Path,
        overlays: &[OverlayPath],
        project: Option<&Project>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Arc<Document>> {
        match self.load(&path.to_string_lossy(), &self.folder, overlays, project, diagnostics) {
            Ok(document) => Some(document),
            Err(missing) => {
                diagnostics.extend(missing.diagnostic());
                None
            }
        }
    }
}

impl Missing {
    /// What is still to be reported.
    pub(super) fn diagnostic(self) -> Option<Diagnostic> {
        match self {
            Self::Unreadable(diagnostic) => Some(diagnostic),
            Self::Reported => None,
        }
    }
}

fn refused(written: &str, refusal: Refusal) -> Diagnostic {
    let reason = refusal.reason.replacen(&format!("`{written}` "), "it ", 1);
    let message = format!("cannot read `{written}`: {reason}");
    let diagnostic = Diagnostic::error(Code::FILE_UNREADABLE, message);
    match refusal.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The URL of a document that is written as one.
pub(super) fn remote_url(written: &str) -> Option<Url> {
    let is_remote = ["http://", "https://"].iter().any(|scheme| written.starts_with(scheme));
    is_remote.then(|| Url::parse(written).ok()).flatten()
}

pub(super) fn is_same(folder: &Path, written: &str, base: &Path, other: &str) -> bool {
    match (remote_url(written), remote_url(other)) {
        (None, None) => absolute(&folder.join(written)) == absolute(&base.join(other)),
        (own, other) => own == other,
    }
}

fn absolute(path: &Path) -> PathBuf {
    normalise(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

/// What one document may take from a library.
struct Shelf<'l> {
    library: &'l Library,
    base: Url,
    /// The folder in and below which files are read; none for a document from a URL.
    root: Option<PathBuf>,
    allowed: Allowed,
}

impl Fetch for Shelf<'_> {
    fn base(&self) -> Url {
        self.base.clone()
    }

    fn fetch(&self, uri: &Url, from: &Url) -> Result<Arc<Source>, Refusal> {
        match uri.scheme() {
            "file" => self.read(uri, from),
            "http" | "https" => self.get(uri),
            scheme => Err(Refusal {
                reason: format!("what starts with `{scheme}:` is neither a file nor an http or https URL"),
                help: None,
            }),
        }
    }
}

impl Shelf<'_> {
    fn read(&self, uri: &Url, from: &Url) -> Result<Arc<Source>, Refusal> {
        let refuse = |reason: String, help: Option<String>| Err(Refusal { reason, help });
        let (Some(root), "file") = (&self.root, from.scheme()) else {
            return refuse("a document that was read from a URL may not name files".to_owned(), None);
        };
        let Ok(path) = uri.to_file_path() else {
            return refuse(format!("`{uri}` is no path of this machine"), None);
        };
        let path = normalise(&path);
        let name = shown(&path, &self.library.folder);
        let folders: Vec<&Path> =
            std::iter::once(root).chain(&self.allowed.folders).map(PathBuf::as_path).collect();
        let outside = |what: String| {
            let folder_name = |folder: &Path| match shown(folder, &self.library.folder).trim_end_matches('/')
            {
                "" => ".".to_owned(),
                name => name.to_owned(),
            };
            let of = match folder_name(root).as_str() {
                "." => "the folder of the run".to_owned(),
                folder => format!("the folder `{folder}`"),
            };
            let parent = folder_name(path.parent().unwrap_or(root));
            let help = format!(
                "`--allow-folder {parent}` allows it, and so does `folders` of the api in `contest.yaml`"
            );
            refuse(format!("{what} outside of {of}"), Some(help))
        };
        if !folders.iter().any(|folder| path.starts_with(absolute(folder))) {
            return outside(format!("`{name}` lies"));
        }
        // A link may lead anywhere, so that the file itself is asked for as well.
        if let Ok(real) = path.canonicalize()
            && !folders.iter().filter_map(|it| it.canonicalize().ok()).any(|folder| real.starts_with(folder))
        {
            return outside(format!("`{name}` is a link that leads"));
        }
        match Source::read(&path, name.as_str(), self.library.limits.document) {
            Ok(source) => Ok(source),
            Err(error) => {
                let help = match &error {
                    ReadError::Io { .. } => self.neighbour(&path),
                    ReadError::TooLarge { limit, .. } => {
                        Some(format!("`--limit document={}` allows it", limit.saturating_mul(2)))
                    }
                    ReadError::NotUtf8 { .. } => Some("save it as UTF-8".to_owned()),
                };
                match error {
                    ReadError::Io { reason, .. } if reason == "there is no such file" => {
                        refuse(format!("there is no file `{name}`"), help)
                    }
                    _ => refuse(unreadable(&error, &self.library.folder).message, help),
                }
            }
        }
    }

    /// A file that may be meant instead of one that is not there.
    fn neighbour(&self, path: &Path) -> Option<String> {
        /// Comparing names costs time.
        const MAX_NAMES: usize = 1_000;
        let wanted = path.file_name()?.to_string_lossy();
        let entries = std::fs::read_dir(path.parent()?).ok()?.take(MAX_NAMES).filter_map(Result::ok);
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        let near = nearest(&wanted, names.iter().map(String::as_str))?;
        Some(format!("did you mean `{}`?", shown(&path.with_file_name(near), &self.library.folder)))
    }

    fn get(&self, url: &Url) -> Result<Arc<Source>, Refusal> {
        let host = host_of(url);
        if !self.allowed.hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(&host)) {
            return Err(Refusal {
                reason: format!("nothing is read from `{host}` without `--allow-remote {host}`"),
                help: Some(format!(
                    "`remote: [\"{host}\"]` of the api in `contest.yaml` allows it for every run"
                )),
            });
        }
        self.library.remote.get(url)
    }
}
