//! The baseline of a run: which file it is, what is wrong with it, and the run that brings it up to date.

use super::Session;
use super::files::{read_named_source, read_source, shown};
use super::settings::Settings;
use super::write::write_file;
use crate::baseline::{Ledger, edit};
use crate::clock::{Clock, day_of};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::engine::Summary;
use crate::limits::Limits;
use crate::plan::{Plan, Selection};
use crate::scenario::{Baseline, KnownFinding, Project, REASON_TO_GIVE};
use crate::source::Source;
use crate::yaml::nearest;
use std::path::PathBuf;
use std::sync::Arc;

const BASELINE_FILE: &str = "contest.baseline.yaml";

/// Which baseline counts, and how.
#[derive(Clone, Debug, Default)]
pub struct BaselineSettings {
    /// The file, in place of the project's.
    pub file: Option<PathBuf>,
    /// Whether nothing is known.
    pub is_off: bool,
    /// Whether an entry that fits nothing any more fails the run.
    pub is_strict: bool,
    /// Whether the file will be written, and need not be there.
    pub is_updated: bool,
}

/// A baseline with its path.
#[derive(Debug)]
pub(super) struct BaselineFile {
    path: PathBuf,
    baseline: Arc<Baseline>,
}

/// What an update came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdatedBaseline {
    /// The file as people know it.
    pub file: String,
    /// The number of new entries.
    pub added: usize,
    /// The number of entries that were dropped, for what they know is mended.
    pub dropped: usize,
    /// The number of entries that stay.
    pub kept: usize,
    /// The number of entries that stay and have expired: what they know fails the run.
    pub expired: usize,
}

/// Reads the baseline that counts; `None` where there is none, and where it cannot be read.
pub(super) fn read_baseline(
    settings: &Settings,
    project: Option<&Project>,
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<BaselineFile> {
    let BaselineSettings { file, is_off, is_updated, .. } = &settings.baseline;
    if *is_off {
        return None;
    }
    let written = project.and_then(|project| Some((project, project.baseline.as_ref()?)));
    let path = match (file, written) {
        (Some(file), _) => settings.folder.join(file),
        (None, Some((project, path))) => project.folder.join(&path.value),
        (None, None) => project.map_or(&settings.folder, |project| &project.folder).join(BASELINE_FILE),
    };
    let name = shown(&path, &settings.folder);
    if !path.exists() {
        if *is_updated {
            let baseline = Arc::new(Baseline::empty(Source::new(name, "")));
            return Some(BaselineFile { path, baseline });
        }
        if file.is_none() && written.is_none() {
            return None;
        }
    }
    let source = match (file, written) {
        (None, Some((project, written))) => {
            let place = (&project.source, written.span, "is named here");
            read_named_source(&path, &settings.folder, limits, place, diagnostics)?
        }
        _ => read_source(&path, &settings.folder, limits, diagnostics)?,
    };
    let mut problems = Problems::new(&source);
    let baseline = Baseline::read(limits, &mut problems);
    diagnostics.extend(problems.into_list());
    Some(BaselineFile { path, baseline: Arc::new(baseline?) })
}

/// What is wrong with entries that can be read: operations that are in no document, reasons that are still to be
/// given, days that are over.
pub(super) fn check_baseline(
    file: &BaselineFile,
    plan: &Plan,
    project: Option<&Project>,
    clock: Clock,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let source = &file.baseline.source;
    let mut problems = Problems::new(source);
    // Of a document that was not read nothing is known.
    let is_read = |name: &str| plan.apis.iter().any(|api| api.name == name);
    let has_all = project.is_none_or(|project| project.apis.iter().all(|api| is_read(&api.name)));
    let today = day_of(clock.now());
    for entry in &file.baseline.entries {
        if has_all && !plan.apis.is_empty() {
            check_operation(entry, plan, &mut problems);
        }
        if entry.reason.value.trim() == REASON_TO_GIVE {
            let message = format!("`{}` is known, and nobody has said why", entry.code);
            let label = "say what the fault is, and why it is known";
            problems.warning(Code::CONFIG_INVALID_VALUE, entry.reason.span, message, label);
        }
        if let Some(last) = entry.expires.as_ref().filter(|last| last.value < today) {
            let message = format!("the entry expired on {}: what it knows counts again", last.value);
            let label = "is over: mend the fault, or say for how long it may stay";
            problems.warning(Code::CONFIG_INVALID_VALUE, last.span, message, label);
        }
    }
    diagnostics.extend(problems.into_list());
}

fn check_operation(entry: &KnownFinding, plan: &Plan, problems: &mut Problems) {
    let Some(written) = &entry.operation else { return };
    let apis = || plan.apis.iter().map(|api| (api.name.as_str(), api.contract.document()));
    let mut all = apis().flat_map(|(api, document)| document.operations().map(move |it| (api, it)));
    if all.any(|(api, operation)| crate::baseline::is_operation(&written.value, api, &operation)) {
        return;
    }
    let operations = || apis().flat_map(|(_, document)| document.operations());
    let names: Vec<String> =
        operations().map(|it| it.name()).chain(operations().map(|it| it.label())).collect();
    let label = match nearest(&written.value, names.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "is in no document".to_owned(),
    };
    let message = format!("no operation `{}`", written.value);
    problems.error(Code::SCENARIO_UNKNOWN_OPERATION, written.span, message, label);
}

impl Session {
    /// The account of a run of all cases of the plan, or of some.
    pub(super) fn ledger(&self, is_all: bool) -> Option<Arc<Ledger>> {
        let file = self.baseline.as_ref().filter(|_| !self.settings.is_dry)?;
        let today = day_of(self.values.clock.now());
        let is_whole = is_all && self.is_whole();
        let ledger =
            Ledger::new(Arc::clone(&file.baseline), today, is_whole, self.settings.baseline.is_strict);
        Some(Arc::new(ledger))
    }

    /// Whether the plan holds every case there is.
    fn is_whole(&self) -> bool {
        let Selection { tags, scenarios, files, operations, select, ids, shard } = &self.settings.selection;
        let are_all = [scenarios, files, operations, ids].into_iter().all(|patterns| patterns.is_empty());
        let has_more = self.project.as_ref().is_some_and(|project| !project.scenarios.is_empty());
        tags.is_none()
            && are_all
            && select.is_none()
            && shard.is_none()
            && self.broken.is_empty()
            && (self.settings.files.is_empty() || !has_more)
    }

    /// What became of the baseline, where it was to be brought up to date and the run has come to its end: why
    /// it is left as it is, where it could not be written.
    pub fn updated_baseline(&self) -> Option<&Result<UpdatedBaseline, String>> {
        self.updated_baseline.get()
    }

    /// Writes the baseline so that everything found is known. Entries stay as they are written; those that are
    /// mended go.
    pub(super) fn update_baseline(&self, ledger: &Ledger, summary: &Summary) {
        let Some(file) = self.baseline.as_ref().filter(|_| self.settings.baseline.is_updated) else { return };
        let name = file.baseline.source.name();
        let (is_dropped, new) = (ledger.is_mended(), ledger.new_findings());
        let text = edit(&file.baseline, &is_dropped, &new);
        let outcome = if summary.is_interrupted {
            Err(format!("the run was interrupted, and `{name}` is left as it is"))
        } else if text == file.baseline.source.text() {
            Ok(())
        } else {
            let written = write_file(&file.path, text.as_bytes());
            written.map_err(|error| format!("cannot write `{name}`: {error}"))
        };
        let dropped = is_dropped.iter().filter(|dropped| **dropped).count();
        let updated = outcome.map(|()| UpdatedBaseline {
            file: name.to_owned(),
            added: new.len(),
            dropped,
            kept: is_dropped.len() - dropped,
            expired: ledger.n_expired(),
        });
        // A session is run once to its end where something is written.
        let _ = self.updated_baseline.set(updated);
    }
}
