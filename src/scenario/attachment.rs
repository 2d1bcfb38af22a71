use super::ROOTS;
use super::reader::Reader;
use crate::diagnostic::Problems;
use crate::expression::Template;
use crate::limits::Limits;
use crate::source::{Source, Span};
use crate::yaml::{Dialect, load};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that a scenario names, as it is written there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileReference {
    /// Relative to the scenario file.
    pub path: String,
    /// Where it is named.
    pub span: Span,
    /// Whether it is read as a value, when it is YAML or JSON; its bytes are wanted otherwise.
    pub is_value: bool,
}

/// The files that scenarios name, by the path that [`FileReference::resolve`] gives.
pub type Attachments = BTreeMap<PathBuf, Attachment>;

/// A file that a scenario names, read.
#[derive(Clone, Debug)]
pub struct Attachment {
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// Its value with the expressions in it, and its text: where it is YAML or JSON that was asked for
    /// as a value.
    pub value: Option<(Template, Arc<Source>)>,
}

impl FileReference {
    /// Where the file is, seen from the scenario file that names it.
    pub fn resolve(&self, scenario: &Path) -> PathBuf {
        scenario.parent().unwrap_or(Path::new("")).join(&self.path)
    }

    /// The file itself, and the part of it that the path names behind `#`.
    pub fn without_fragment(&self) -> (Self, Option<&str>) {
        match self.path.split_once('#') {
            Some((path, fragment)) => (Self { path: path.to_owned(), ..self.clone() }, Some(fragment)),
            None => (self.clone(), None),
        }
    }

    /// Whether its name says that it is YAML or JSON.
    pub fn is_yaml(&self) -> bool {
        let path = self.path.to_ascii_lowercase();
        [".yaml", ".yml", ".json"].iter().any(|ending| path.ends_with(ending))
    }

    /// The last part of its path.
    pub fn file_name(&self) -> &str {
        self.path.rsplit(['/', '\\']).next().unwrap_or(&self.path)
    }
}

impl Attachment {
    /// Takes a file as its bytes.
    pub fn of_bytes(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { bytes: bytes.into(), value: None }
    }

    /// Reads a file as YAML or JSON in which expressions stand; what is wrong in it is reported.
    pub fn of_value(bytes: impl Into<Arc<[u8]>>, limits: &Limits, problems: &mut Problems) -> Self {
        let source = Arc::clone(problems.source());
        let node = load(Dialect::Ours, limits, problems);
        let value = node.map(|node| (Reader::new(problems, limits, ROOTS).template(&node), source));
        Self { bytes: bytes.into(), value }
    }
}
