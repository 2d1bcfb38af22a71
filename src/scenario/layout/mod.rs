//! The canonical layout of a scenario file: two spaces an indent, lists below their key indented too,
//! keys in the order of the reference, one blank line at most, no space at the end of a line.
//!
//! Whole lines are moved and indented; what stands in them (values, quotes, flow collections, comments)
//! is kept as it is written. The result is read again: a file of which it would say anything else, or
//! lose a comment, is left untouched.

mod order;
mod quotes;
#[cfg(test)]
mod tests;
mod verify;
mod writer;

use super::ScenarioFile;
use crate::diagnostic::{Level, Problems};
use crate::limits::Limits;
use crate::source::Source;
use crate::yaml::{Dialect, Node, load};
use std::path::Path;
use std::sync::Arc;

/// A file as `contest fmt` would write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// In canonical layout: this text, which may be the one there is.
    Canonical(String),
    /// As it is: it holds something that cannot be moved without changing what the file says.
    Kept,
}

/// Lays out a scenario file. `None` when it is no YAML, which is reported. Where a file has problems and
/// has fewer of them once its expressions in flow style are quoted, they are.
pub fn lay_out(limits: &Limits, problems: &mut Problems) -> Option<Layout> {
    let source = Arc::clone(problems.source());
    if let Some(quoted) = with_quotes(&source, limits) {
        let node = parse(&quoted, limits)?;
        return Some(match canonical(quoted.text(), &node, &quoted, limits) {
            Layout::Kept => Layout::Canonical(quoted.text().to_owned()),
            layout => layout,
        });
    }
    let node = load(Dialect::Ours, limits, problems)?;
    (!problems.has_errors()).then(|| canonical(source.text(), &node, &source, limits))
}

/// The source with the quotes that it lacks, where that mends it.
fn with_quotes(source: &Arc<Source>, limits: &Limits) -> Option<Arc<Source>> {
    let n_problems = n_problems(source, limits);
    if n_problems == 0 {
        return None;
    }
    let quoted = Source::new(source.name(), quotes::quote(source.text())?);
    parse(&quoted, limits)?;
    let is_yaml = parse(source, limits).is_some();
    // What is no YAML stops at its first problem, and says nothing of the others.
    (!is_yaml || self::n_problems(&quoted, limits) < n_problems).then_some(quoted)
}

fn n_problems(source: &Arc<Source>, limits: &Limits) -> usize {
    let mut problems = Problems::new(source);
    ScenarioFile::read(Path::new(source.name()), source.name().to_owned(), limits, &mut problems);
    problems.into_list().iter().filter(|problem| problem.level == Level::Error).count()
}

fn canonical(text: &str, node: &Node, source: &Source, limits: &Limits) -> Layout {
    for is_reordering in [true, false] {
        let Ok(written) = writer::write(text, node, is_reordering) else { return Layout::Kept };
        let laid = Source::new(source.name(), written);
        let is_same =
            parse(&laid, limits).is_some_and(|again| verify::is_same((text, node), (laid.text(), &again)));
        if is_same {
            return Layout::Canonical(laid.text().to_owned());
        }
    }
    Layout::Kept
}

fn parse(source: &Arc<Source>, limits: &Limits) -> Option<Node> {
    let mut problems = Problems::new(source);
    load(Dialect::Ours, limits, &mut problems).filter(|_| !problems.has_errors())
}
