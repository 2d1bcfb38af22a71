//! What is asked of a run as a whole, beside its budgets.

use super::Session;
use crate::coverage::Thresholds;
use crate::diagnostic::{Diagnostic, Level};
use crate::engine::{Demands, Requirement, RequirementKind};
use std::collections::BTreeMap;

impl Session {
    /// What is asked of the run: of coverage what the flags say, and where they say nothing the project file; and
    /// that every file can be used.
    pub(super) fn demands(&self) -> Demands {
        let mut of_project = Thresholds::default();
        for (dimension, percent) in self.project.iter().flat_map(|project| &project.fail_under) {
            // The keys of the file are the names of the dimensions.
            let _ = of_project.set(dimension, &percent.to_string());
        }
        let project = self.project.as_ref().map(|project| project.source.name().to_owned());
        Demands {
            coverage: self.settings.fail_under.clone().over(&of_project),
            shard: self.settings.selection.shard,
            unusable: unusable(&self.diagnostics),
            project,
        }
    }
}

/// The files with errors, each with what is wrong with it, at the first place.
fn unusable(diagnostics: &[Diagnostic]) -> Vec<Requirement> {
    let mut files: BTreeMap<&str, (u32, Vec<String>)> = BTreeMap::new();
    for diagnostic in diagnostics.iter().filter(|it| it.level == Level::Error) {
        let Some(label) = diagnostic.labels.first() else { continue };
        let line = u32::try_from(label.at.position().line).unwrap_or(u32::MAX);
        let (first, words) = files.entry(label.at.source.name()).or_insert((line, Vec::new()));
        *first = line.min(*first);
        words.push(format!("{} (line {line})", diagnostic.message));
    }
    let files = files.into_iter().map(|(name, (line, words))| {
        Requirement::new(RequirementKind::File, name, words).at(Some(name), line)
    });
    files.collect()
}
