//! Which cases of a plan run: by tags, names, files, operations, a condition, and a share of them.

mod condition;
mod pattern;
mod shard;
mod tags;
mod tally;

pub use shard::{Shard, ShardError};
pub use tags::{TagError, TagExpression};
pub use tally::SelectorTally;

use super::case::{Case, PlannedScenario};
use crate::diagnostic::Diagnostic;
use crate::limits::Limits;
use crate::openapi::{Document, Operation};
use condition::Chooser;
pub use pattern::matches_pattern;
use std::sync::Arc;

/// Which cases of a plan run: those that every kind of selector fits. In patterns `*` is any run of
/// characters and `?` any one.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Tags that must hold.
    pub tags: Option<TagExpression>,
    /// Patterns of which one must match the scenario's name, `file::name` or title; none means all.
    pub scenarios: Vec<String>,
    /// Patterns of which one must match the file's name below its root, its path as shown, or its
    /// path's last part; none means all.
    pub files: Vec<String>,
    /// Patterns of which one must match an operation that the case calls, setup and cleanup included:
    /// its `operationId`, `api.operationId`, or method and path template; none means all.
    pub operations: Vec<String>,
    /// A condition in CEL over `file`, `scenario`, `name`, `title`, `tags`, `operations`, `operation`,
    /// `row` and `api`.
    pub select: Option<String>,
    /// Exact case ids; none means all.
    pub ids: Vec<String>,
    /// The share of the selected cases that runs.
    pub shard: Option<Shard>,
}

/// What was chosen.
pub(super) struct Choice {
    /// The cases, in the order given.
    pub(super) cases: Vec<Case>,
    /// How many were selected before the shard took its share.
    pub(super) n_selected: usize,
    /// What each selector fitted.
    pub(super) selectors: Vec<SelectorTally>,
}

/// An operation that a scenario calls, with the name of its api.
#[derive(Clone, Copy)]
struct Called<'a> {
    api: &'a str,
    operation: Operation<'a>,
}

/// A case with what selectors ask of it.
struct Candidate<'a> {
    case: &'a Case,
    called: Vec<Called<'a>>,
}

/// Chooses among the cases. A condition that is no condition is reported, and chooses nothing.
pub(super) fn choose(
    cases: &[Case],
    selection: &Selection,
    apis: &[(String, Arc<Document>)],
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Choice {
    let mut candidates: Vec<Candidate<'_>> = Vec::with_capacity(cases.len());
    let mut last: Option<&Arc<PlannedScenario>> = None;
    for case in cases {
        // The cases of one scenario follow each other, and call the same.
        let called = match (last, candidates.last()) {
            (Some(scenario), Some(before)) if Arc::ptr_eq(scenario, &case.scenario) => before.called.clone(),
            _ => called_operations(&case.scenario, apis),
        };
        last = Some(&case.scenario);
        candidates.push(Candidate { case, called });
    }
    let chooser = selection.select.as_deref().map(|text| Chooser::compile(text, limits, diagnostics));
    let mut fits = Fits::new(selection, candidates.len());
    let mut chosen: Vec<&Case> = Vec::new();
    for candidate in &candidates {
        if fits.take(selection, chooser.as_ref(), candidate) {
            chosen.push(candidate.case);
        }
    }
    let n_selected = chosen.len();
    if let Some(shard) = selection.shard {
        chosen.retain(|case| shard.holds(&case.id));
    }
    let selectors = tally::tally(selection, &fits, &candidates, apis);
    Choice { cases: chosen.into_iter().cloned().collect(), n_selected, selectors }
}

/// How many cases each selector fits by itself.
struct Fits {
    tags: usize,
    scenarios: Vec<usize>,
    files: Vec<usize>,
    operations: Vec<usize>,
    select: usize,
    /// The first reason why the condition had no value for a case.
    unknown: Option<String>,
    candidates: usize,
}

impl Fits {
    fn new(selection: &Selection, candidates: usize) -> Self {
        Self {
            tags: 0,
            scenarios: vec![0; selection.scenarios.len()],
            files: vec![0; selection.files.len()],
            operations: vec![0; selection.operations.len()],
            select: 0,
            unknown: None,
            candidates,
        }
    }

    /// Whether the selection takes a case; every selector is asked, so that each has its count.
    fn take(&mut self, selection: &Selection, chooser: Option<&Chooser>, candidate: &Candidate<'_>) -> bool {
        let has_tags = selection.tags.as_ref().is_none_or(|tags| tags.holds(&candidate.case.tags));
        self.tags += usize::from(has_tags);
        let names = candidate.scenario_names();
        let has_name = fits_any(&selection.scenarios, &mut self.scenarios, &names);
        let has_file = fits_any(&selection.files, &mut self.files, &candidate.file_names());
        let has_operation = fits_any(&selection.operations, &mut self.operations, &candidate.call_names());
        let is_selected = match chooser.map(|chooser| chooser.holds(candidate)) {
            None | Some(Ok(true)) => true,
            Some(Ok(false)) => false,
            Some(Err(reason)) => {
                self.unknown.get_or_insert(reason);
                false
            }
        };
        self.select += usize::from(is_selected);
        let has_id = selection.ids.is_empty() || selection.ids.contains(&candidate.case.id);
        has_tags && has_name && has_file && has_operation && is_selected && has_id
    }
}

/// Whether one of the patterns, or there being none, fits one of the names; each that does is counted.
fn fits_any(patterns: &[String], counts: &mut [usize], names: &[String]) -> bool {
    let mut is_fitting = patterns.is_empty();
    for (pattern, count) in patterns.iter().zip(counts) {
        let fits = names.iter().any(|name| matches_pattern(pattern, name));
        *count += usize::from(fits);
        is_fitting |= fits;
    }
    is_fitting
}

fn called_operations<'a>(scenario: &PlannedScenario, apis: &'a [(String, Arc<Document>)]) -> Vec<Called<'a>> {
    let called = scenario.calls().into_iter();
    called
        .map(|(api, operation)| Called { api: &apis[api].0, operation: apis[api].1.operation(operation) })
        .collect()
}

impl Candidate<'_> {
    fn scenario_names(&self) -> Vec<String> {
        let scenario = &self.case.scenario;
        let name = &scenario.scenario().name.value;
        vec![name.clone(), format!("{}::{name}", scenario.file.name), scenario.title().to_owned()]
    }

    fn file_names(&self) -> Vec<String> {
        let file = &self.case.scenario.file;
        let last = |text: &str| text.rsplit('/').next().unwrap_or_default().to_owned();
        let shown = file.source.name();
        vec![file.name.clone(), last(&file.name), shown.to_owned(), last(shown)]
    }

    fn call_names(&self) -> Vec<String> {
        self.called.iter().flat_map(Called::names).collect()
    }
}

impl Called<'_> {
    /// What it can be called by: `operationId`, `api.operationId`, `METHOD /template`.
    fn names(&self) -> Vec<String> {
        let id = self.operation.id().into_iter();
        id.flat_map(|id| [id.to_owned(), format!("{}.{id}", self.api)])
            .chain([self.operation.label()])
            .collect()
    }
}
