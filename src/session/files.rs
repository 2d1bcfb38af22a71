use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::limits::Limits;
use crate::scenario::{Attachment, Attachments, Project, ScenarioFile};
use crate::source::{ReadError, Source, Span, read_bytes, recorded};
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

const PROJECT_FILE: &str = "contest.yaml";
const ENDING: &str = ".contest.yaml";

/// `../../../x` is still read more easily than an absolute path; more steps are not.
const MAX_STEPS_UP: usize = 3;

/// A deeper tree of folders is a link that leads in a circle.
const MAX_DEPTH: usize = 32;

/// A path as people see it: relative to `folder` where it lies in it or near it, without detours.
pub(super) fn shown(path: &Path, folder: &Path) -> String {
    let (path, folder) = (normalise(path), normalise(folder));
    for (steps_up, ancestor) in folder.ancestors().take(MAX_STEPS_UP + 1).enumerate() {
        if let Ok(below) = path.strip_prefix(ancestor)
            && ancestor.parent().is_some()
        {
            let up: PathBuf = std::iter::repeat_n("..", steps_up).collect();
            return up.join(below).display().to_string();
        }
    }
    path.display().to_string()
}

/// The path without `.`, and without `..` behind a name.
pub(super) fn normalise(path: &Path) -> PathBuf {
    let mut result = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if result.file_name().is_some() => {
                result.pop();
            }
            other => result.push(other),
        }
    }
    result
}

/// Reads a source, or says why it cannot be read.
pub(super) fn read_source(
    path: &Path,
    folder: &Path,
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Arc<Source>> {
    match Source::read(path, shown(path, folder), limits.document) {
        Ok(source) => Some(source),
        Err(error) => {
            diagnostics.push(unreadable(&error, folder));
            None
        }
    }
}

/// Reads a source that another file names; what cannot be read is shown where it is named.
pub(super) fn read_named_source(
    path: &Path,
    folder: &Path,
    limits: &Limits,
    (source, span, label): (&Arc<Source>, Span, &str),
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Arc<Source>> {
    let mut own = Vec::new();
    let read = read_source(path, folder, limits, &mut own);
    diagnostics.extend(own.into_iter().map(|diagnostic| diagnostic.label(source, span, label)));
    read
}

pub(super) fn unreadable(error: &ReadError, folder: &Path) -> Diagnostic {
    let diagnostic = match error {
        ReadError::Io { path, reason } => Diagnostic::error(
            Code::FILE_UNREADABLE,
            format!("cannot read `{}`: {reason}", shown(path, folder)),
        ),
        ReadError::TooLarge { path, limit } => Diagnostic::error(
            Code::FILE_UNREADABLE,
            format!("`{}` is larger than the limit `document` of {limit} bytes", shown(path, folder)),
        ),
        ReadError::NotUtf8 { path, offset } => Diagnostic::error(
            Code::FILE_UNREADABLE,
            format!(
                "`{}` is not UTF-8: the byte at offset {offset} starts no character",
                shown(path, folder)
            ),
        )
        .help("save it as UTF-8; an editor that wrote UTF-16 or Latin-1 offers that"),
    };
    match error {
        ReadError::TooLarge { limit, .. } => {
            diagnostic.help(format!("`--limit document={}` allows it", limit.saturating_mul(2)))
        }
        _ => diagnostic,
    }
}

/// The project file: found by walking up from the first file, or from the folder of the run.
pub(super) fn find_project(files: &[PathBuf], folder: &Path) -> Option<PathBuf> {
    let start = match files.first() {
        Some(file) => {
            let file = folder.join(file);
            if file.is_dir() { file } else { file.parent().map(Path::to_owned).unwrap_or_default() }
        }
        None => folder.to_owned(),
    };
    let start = std::path::absolute(&start).unwrap_or(start);
    normalise(&start).ancestors().map(|folder| folder.join(PROJECT_FILE)).find(|path| path.is_file())
}

/// Reads the project file.
pub(super) fn read_project(
    path: &Path,
    folder: &Path,
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Project> {
    let source = read_source(path, folder, limits, diagnostics)?;
    let mut problems = Problems::new(&source);
    let project = Project::read(path, limits, &mut problems);
    diagnostics.extend(problems.into_list());
    project
}

/// The scenario files of a run.
pub(super) struct ScenarioFiles {
    /// Those that are YAML, in order.
    pub(super) files: Vec<Arc<ScenarioFile>>,
    /// The names of all sources that were read, those that are no YAML too.
    pub(super) names: BTreeSet<String>,
    /// What was read for each, itself included, by its path.
    pub(super) read: Vec<(PathBuf, BTreeSet<PathBuf>)>,
}

/// A scenario file that was found, and its name below its root.
pub(super) struct Found {
    pub(super) path: PathBuf,
    name: String,
}

/// Reads every scenario file that was asked for, in order: folders by the names of their files.
pub(super) fn read_scenarios(
    files: &[PathBuf],
    project: Option<&Project>,
    folder: &Path,
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> ScenarioFiles {
    let found = find_scenarios(files, project, folder, diagnostics);
    let mut names = BTreeSet::new();
    let mut read_for = Vec::new();
    let mut read = |found: &Found| {
        let source = read_source(&found.path, folder, limits, diagnostics)?;
        names.insert(source.name().to_owned());
        let mut problems = Problems::new(&source);
        let file = ScenarioFile::read(&found.path, found.name.clone(), limits, &mut problems);
        diagnostics.extend(problems.into_list());
        file.map(Arc::new)
    };
    let mut files = Vec::new();
    for found in found {
        let (file, read) = recorded(|| read(&found));
        files.extend(file);
        read_for.push((found.path, read));
    }
    ScenarioFiles { files, names, read: read_for }
}

/// Finds every scenario file that was asked for, each once, in the order in which they run.
pub(super) fn find_scenarios(
    files: &[PathBuf],
    project: Option<&Project>,
    folder: &Path,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Found> {
    let roots: Vec<PathBuf> = project
        .map(|project| {
            project.scenarios.iter().map(|it| normalise(&project.folder.join(&it.value))).collect()
        })
        .unwrap_or_default();
    let mut found: Vec<Found> = Vec::new();
    if files.is_empty() {
        for (root, written) in roots.iter().zip(project.map(|it| it.scenarios.as_slice()).unwrap_or_default())
        {
            if let (false, Some(project)) = (root.exists(), project) {
                let message = format!("there is no `{}`", written.value);
                let diagnostic = Diagnostic::error(Code::FILE_UNREADABLE, message);
                diagnostics.push(diagnostic.label(&project.source, written.span, "is named here"));
            }
            collect(root, root, 0, &mut found);
        }
    }
    for file in files {
        let path = normalise(&std::path::absolute(folder.join(file)).unwrap_or_else(|_| folder.join(file)));
        if !path.exists() {
            let reason = "there is no such file or folder";
            let message = format!("cannot read `{}`: {reason}", file.display());
            diagnostics.push(Diagnostic::error(Code::FILE_UNREADABLE, message));
            continue;
        }
        let given_root =
            if path.is_dir() { path.clone() } else { path.parent().map(Path::to_owned).unwrap_or_default() };
        let root = roots.iter().find(|root| path.starts_with(root) && path != **root).unwrap_or(&given_root);
        let before = found.len();
        collect(&path, root, 0, &mut found);
        if path.is_dir() && found.len() == before {
            let message = format!("`{}` holds no `*{ENDING}`", file.display());
            diagnostics.push(Diagnostic::error(Code::SCENARIO_EMPTY, message));
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|each| seen.insert(each.path.clone()));
    found
}

/// Reads the files that steps name; one that cannot be read is reported where it is named.
pub(super) fn read_attachments(
    files: &[Arc<ScenarioFile>],
    folder: &Path,
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Attachments {
    let mut attachments = Attachments::new();
    for file in files {
        for reference in file.attachments() {
            let path = reference.resolve(&file.path);
            let is_value = reference.is_value && reference.is_yaml();
            if attachments.get(&path).is_some_and(|known| !is_value || known.value.is_some()) {
                continue;
            }
            let read = if is_value {
                read_value(&path, folder, limits, diagnostics)
            } else {
                read_bytes(&path, limits.document).map(Attachment::of_bytes)
            };
            match read {
                Ok(attachment) => {
                    attachments.insert(path, attachment);
                }
                Err(error) => diagnostics.push(unreadable(&error, folder).label(
                    &file.source,
                    reference.span,
                    "is named here",
                )),
            }
        }
    }
    attachments
}

fn read_value(
    path: &Path,
    folder: &Path,
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Attachment, ReadError> {
    let source = Source::read(path, shown(path, folder), limits.document)?;
    let mut problems = Problems::new(&source);
    let attachment = Attachment::of_value(source.text().as_bytes(), limits, &mut problems);
    diagnostics.extend(problems.into_list());
    Ok(attachment)
}

fn collect(path: &Path, root: &Path, depth: usize, found: &mut Vec<Found>) {
    if !path.is_dir() {
        if path.exists() {
            found.push(Found { path: path.to_owned(), name: name_below(path, root) });
        }
        return;
    }
    let Ok(entries) = std::fs::read_dir(path) else { return };
    let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() && depth < MAX_DEPTH && !name.starts_with('.') {
            collect(&path, root, depth + 1, found);
        } else if name.ends_with(ENDING) && path.is_file() {
            collect(&path, root, depth, found);
        }
    }
}

/// `marketplace/cancel` of `scenarios/marketplace/cancel.contest.yaml`, with slashes everywhere.
fn name_below(path: &Path, root: &Path) -> String {
    let below = path.strip_prefix(root).ok().filter(|below| !below.as_os_str().is_empty());
    let file_name = path.file_name().map(Path::new);
    let parts: Vec<String> = below
        .or(file_name)
        .unwrap_or(path)
        .components()
        .map(|component| component.as_os_str().to_string_lossy().into_owned())
        .collect();
    let name = parts.join("/");
    let stripped = name
        .strip_suffix(ENDING)
        .or_else(|| name.strip_suffix(".yaml"))
        .or_else(|| name.strip_suffix(".yml"));
    stripped.unwrap_or(&name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_below_their_root() {
        let check = |path: &str, root: &str, expected: &str| {
            assert_eq!(name_below(Path::new(path), Path::new(root)), expected);
        };
        check("/p/scenarios/a/b.contest.yaml", "/p/scenarios", "a/b");
        check("/p/x.contest.yaml", "/p", "x");
        check("/p/x.yaml", "/p/x.yaml", "x");
        check("/p/x.contest.yaml", "/q", "x");
    }

    #[test]
    fn paths_lose_their_detours() {
        assert_eq!(normalise(Path::new("a/./b/../c")), PathBuf::from("a/c"));
        assert_eq!(normalise(Path::new("../a")), PathBuf::from("../a"));
        let shown = |path: &str| shown(Path::new(path), Path::new("/w/p/a/b"));
        assert_eq!(shown("/w/p/a/b/./specs/x.yaml"), "specs/x.yaml");
        assert_eq!(shown("/w/p/x.yaml"), "../../x.yaml");
        assert_eq!(shown("/etc/x.yaml"), "/etc/x.yaml");
    }
}
