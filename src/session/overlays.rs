use super::files::{normalise, read_named_source, read_source};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::limits::Limits;
use crate::openapi::Overlay;
use crate::source::Location;
use crate::yaml::nearest;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// An overlay for the document of one api, or of the only one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverlayFile {
    /// The api's name, or the path that a file gives as its `api`.
    pub api: Option<String>,
    /// The overlay, below the folder of the run.
    pub path: PathBuf,
}

impl OverlayFile {
    /// Reads `FILE` or `API=FILE`.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (api, path) = match text.split_once('=') {
            Some((api, path)) => (Some(api.to_owned()), path),
            None => (None, text),
        };
        match path.is_empty() || api.as_deref() == Some("") {
            true => Err("write FILE or API=FILE".to_owned()),
            false => Ok(Self { api, path: PathBuf::from(path) }),
        }
    }
}

impl OverlayFile {
    /// One for the only document there is.
    pub fn of_only(path: &Path) -> Self {
        Self { api: None, path: path.to_owned() }
    }
}

/// An overlay that is to be read, and where a file names it.
#[derive(Clone, Debug)]
pub(super) struct OverlayPath {
    pub(super) path: PathBuf,
    pub(super) named_at: Option<Location>,
}

impl From<PathBuf> for OverlayPath {
    fn from(path: PathBuf) -> Self {
        Self { path, named_at: None }
    }
}

/// The overlays of each of some documents, by the names these go by; one without a name is for the
/// only document, and is reported where there are several.
pub(super) fn choose(
    overlays: &[OverlayFile],
    names: &[String],
    folder: &Path,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Vec<PathBuf>> {
    let mut chosen = vec![Vec::new(); names.len()];
    for overlay in overlays {
        let index = match &overlay.api {
            Some(api) => names.iter().position(|name| name == api),
            None if names.len() == 1 => Some(0),
            None => None,
        };
        match (index, &overlay.api) {
            (Some(index), _) => chosen[index].push(normalise(&folder.join(&overlay.path))),
            // Nothing is loaded that it could change, which is said elsewhere.
            (None, _) if names.is_empty() => {}
            (None, None) => {
                let message = format!("`--overlay {}` does not say for which api", overlay.path.display());
                let help = format!("write `--overlay {}={}`", names[0], overlay.path.display());
                diagnostics.push(Diagnostic::error(Code::CONFIG_INVALID_VALUE, message).help(help));
            }
            (None, Some(api)) => {
                let message = format!("`--overlay` is for `{api}`, which no file calls");
                let help = match nearest(api, names.iter().map(String::as_str)) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("what is called is {}", names.join(", ")),
                };
                diagnostics.push(Diagnostic::error(Code::CONFIG_INVALID_VALUE, message).help(help));
            }
        }
    }
    chosen
}

/// Reads overlays in order; `None` when one of them cannot be used, which is reported.
pub(super) fn read_overlays(
    paths: &[OverlayPath],
    folder: &Path,
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<Arc<Overlay>>> {
    let mut read = |overlay: &OverlayPath| {
        let source = match &overlay.named_at {
            Some(at) => {
                let named = (&at.source, at.span, "is named here");
                read_named_source(&overlay.path, folder, limits, named, diagnostics)
            }
            None => read_source(&overlay.path, folder, limits, diagnostics),
        }?;
        let mut problems = Problems::new(&source);
        let overlay = Overlay::load(limits, &mut problems);
        diagnostics.extend(problems.into_list());
        overlay
    };
    // Every one is read, so that the problems of all are reported.
    let overlays: Vec<Option<Arc<Overlay>>> = paths.iter().map(&mut read).collect();
    overlays.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlays_may_name_their_api() {
        let parsed = |text| OverlayFile::parse(text).map(|it| (it.api, it.path));
        assert_eq!(parsed("a/o.yaml"), Ok((None, "a/o.yaml".into())));
        assert_eq!(parsed("shop=o.yaml"), Ok((Some("shop".into()), "o.yaml".into())));
        for text in ["", "shop=", "=o.yaml"] {
            assert!(OverlayFile::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_overlay_without_a_name_is_for_the_only_document() {
        let check = |overlay: &str, names: &[&str], expected: &[&[&str]], problem: Option<&str>| {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let overlay = OverlayFile::parse(overlay).expect("it is one");
            let mut diagnostics = Vec::new();
            let chosen = choose(&[overlay], &names, Path::new("/w"), &mut diagnostics);
            let expected: Vec<Vec<PathBuf>> =
                expected.iter().map(|paths| paths.iter().map(PathBuf::from).collect()).collect();
            assert_eq!(chosen, expected);
            assert_eq!(diagnostics.first().map(|it| it.message.as_str()), problem);
        };
        check("o.yaml", &["a"], &[&["/w/o.yaml"]], None);
        check("b=o.yaml", &["a", "b"], &[&[], &["/w/o.yaml"]], None);
        check("o.yaml", &["a", "b"], &[&[], &[]], Some("`--overlay o.yaml` does not say for which api"));
        check("c=o.yaml", &["a"], &[&[]], Some("`--overlay` is for `c`, which no file calls"));
        check("o.yaml", &[], &[], None);
    }
}
