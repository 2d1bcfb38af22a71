//! What the last runs left undone, for `--rerun-failed`: `.contest/last-run.json` beside the project file.

use super::Session;
use super::files::shown;
use super::write::write_file;
use crate::diagnostic::{Code, Diagnostic};
use crate::engine::{CaseReport, Verdict};
use crate::plan::Plan;
use crate::secret::Masker;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

const FOLDER: &str = ".contest";
const FILE: &str = "last-run.json";

/// The version of the record's form.
const VERSION: u32 = 1;

/// A record of a million cases is smaller; a larger file is none of ours.
const MOST_BYTES: u64 = 256 << 20;

/// What git is told of the folder: the record is nobody else's business. Schemas for editors, which may
/// stand beside it, are not touched.
const IGNORED: &str = "/.gitignore\n/last-run.json\n";

/// The file, as it is written.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    version: u32,
    /// The ids of the cases that did not pass when they last ran, sorted.
    #[serde(rename = "notPassed")]
    not_passed: BTreeSet<String>,
}

/// Which cases `--rerun-failed` chose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rerun {
    /// Whether a run has left a record.
    pub has_record: bool,
    /// How many cases did not pass when they last ran.
    pub not_passed: usize,
    /// Those of them that there are no longer.
    pub missing: Vec<String>,
}

/// The record of a run under way.
#[derive(Debug)]
pub struct LastRun {
    path: PathBuf,
    /// How it is named in messages.
    shown: String,
    not_passed: BTreeSet<String>,
    /// What ran: of several rounds, one that did not pass counts.
    ran: BTreeSet<String>,
    failed: BTreeSet<String>,
    /// Whether ids end with their round.
    has_rounds: bool,
}

/// Where the record of a project is.
fn record_path(folder: &Path) -> PathBuf {
    folder.join(FOLDER).join(FILE)
}

/// The ids that a record holds; `None` where there is no record.
fn read(path: &Path) -> Result<Option<BTreeSet<String>>, String> {
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let mut text = String::new();
    file.take(MOST_BYTES).read_to_string(&mut text).map_err(|error| error.to_string())?;
    let record: Record = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    match record.version {
        VERSION => Ok(Some(record.not_passed)),
        other => Err(format!("it has version {other}, and this is for version {VERSION}")),
    }
}

/// Keeps of a plan the cases that did not pass when they last ran. A record that cannot be used is reported.
pub(super) fn choose(
    plan: &mut Plan,
    folder: &Path,
    shown_from: &Path,
    is_whole: bool,
    masker: &Masker,
    diagnostics: &mut Vec<Diagnostic>,
) -> Rerun {
    let path = record_path(folder);
    let recorded = read(&path).unwrap_or_else(|reason| {
        let name = shown(&path, shown_from);
        let message = format!("the record of the last run, `{name}`, cannot be used: {reason}");
        let help = "remove it; a run without `--rerun-failed` writes it anew";
        diagnostics.push(Diagnostic::error(Code::FILE_UNREADABLE, message).help(help));
        None
    });
    let has_record = recorded.is_some();
    let ids = recorded.unwrap_or_default();
    plan.cases.retain(|case| ids.contains(&masker.mask_words(&case.id)));
    let missing = missing(&ids, plan, is_whole, masker);
    Rerun { has_record, not_passed: ids.len(), missing: missing.into_iter().collect() }
}

/// The ids of cases that there are no longer. Where not all files were read, only those of the files that
/// were can be told.
fn missing(ids: &BTreeSet<String>, plan: &Plan, is_whole: bool, masker: &Masker) -> BTreeSet<String> {
    let file_of = |id: &str| id.split("::").next().unwrap_or_default().to_owned();
    let there: BTreeSet<String> = plan.available.iter().map(|(id, _)| masker.mask_words(id)).collect();
    let files: BTreeSet<String> = there.iter().map(|id| file_of(id)).collect();
    ids.iter()
        .filter(|id| !there.contains(*id) && (is_whole || files.contains(&file_of(id))))
        .cloned()
        .collect()
}

impl Session {
    /// Which cases `--rerun-failed` chose; `None` where it was not asked for.
    pub fn rerun(&self) -> Option<&Rerun> {
        self.rerun.as_ref()
    }

    /// The record that this run leaves, with what the runs before it left; `None` of a dry run.
    pub fn last_run(&self) -> Option<LastRun> {
        if self.is_dry() {
            return None;
        }
        let folder = self.project.as_ref().map_or(self.settings.folder.as_path(), |it| it.folder.as_path());
        let path = record_path(folder);
        // What cannot be read is written anew.
        let mut not_passed = read(&path).ok().flatten().unwrap_or_default();
        // The cases of a file that is broken are not gone.
        if !self.has_errors() {
            let gone = missing(&not_passed, &self.plan, self.settings.files.is_empty(), &self.masker);
            not_passed.retain(|id| !gone.contains(id));
        }
        Some(LastRun {
            shown: shown(&path, &self.settings.folder),
            path,
            not_passed,
            ran: BTreeSet::new(),
            failed: BTreeSet::new(),
            has_rounds: self.settings.repeat.unwrap_or(1) > 1,
        })
    }
}

impl LastRun {
    /// Notes how a case ended.
    pub fn note(&mut self, report: &CaseReport) {
        let id = match report.id.rsplit_once('#') {
            Some((id, round)) if self.has_rounds && round.parse::<usize>().is_ok() => id,
            _ => &report.id,
        };
        if report.is_failure() || report.verdict == Verdict::NotRun {
            self.failed.insert(id.to_owned());
        }
        self.ran.insert(id.to_owned());
    }

    /// Writes the record, wholly or not at all; what earlier runs left of cases that did not run now stays.
    ///
    /// # Errors
    /// A sentence that says why it could not be written.
    pub fn write(self) -> Result<(), String> {
        let Self { path, shown, mut not_passed, ran, failed, .. } = self;
        not_passed.retain(|id| !ran.contains(id));
        not_passed.extend(failed);
        let record = Record { version: VERSION, not_passed };
        let write = || -> io::Result<()> {
            let mut text = serde_json::to_vec_pretty(&record)?;
            text.push(b'\n');
            // Most runs leave what the one before them left.
            if fs::read(&path).is_ok_and(|known| known == text) {
                return Ok(());
            }
            let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
            fs::create_dir_all(folder)?;
            let ignore = folder.join(".gitignore");
            if !ignore.exists() {
                write_file(&ignore, IGNORED.as_bytes())?;
            }
            write_file(&path, &text)
        };
        write()
            .map_err(|error| format!("the record for `--rerun-failed`, `{shown}`, was not written: {error}"))
    }
}
