use super::observed::{Observed, fits, place_in_answer, place_in_document, telling_member};
use crate::check::Fact;
use crate::clock::Date;
use crate::diagnostic::{Code, Known, Severity};
use crate::openapi::Operation;
use crate::scenario::{Baseline, KnownFinding, is_knowable};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// One answer that is judged.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// The name of the api.
    pub api: &'a str,
    /// The operation that was called.
    pub operation: Operation<'a>,
    /// The status of the answer.
    pub status: u16,
    /// The name of the case's file.
    pub file: &'a str,
    /// The name of the case's scenario.
    pub scenario: &'a str,
}

/// What one run makes of a baseline; shared by its workers.
#[derive(Debug)]
pub struct Ledger {
    baseline: Arc<Baseline>,
    /// The day of the run, in UTC.
    today: Date,
    /// Whether every case runs, so that what was not found is not there.
    is_whole: AtomicBool,
    is_strict: bool,
    uses: Vec<Use>,
    new: Mutex<BTreeSet<Observed>>,
}

/// What became of an entry.
#[derive(Debug)]
struct Use {
    known: Arc<Known>,
    /// How often it fitted, expired or not.
    found: AtomicUsize,
    /// Whether an answer was judged that it speaks of.
    is_exercised: AtomicBool,
}

impl Ledger {
    /// Opens the account of a run on a day, in UTC. `is_whole` says whether every case runs, so that what is not
    /// found is mended; `is_strict` whether that fails the run.
    pub fn new(baseline: Arc<Baseline>, today: Date, is_whole: bool, is_strict: bool) -> Self {
        let uses = baseline.entries.iter().map(|entry| Use {
            known: Arc::new(Known {
                reason: entry.reason.value.clone(),
                issue: entry.issue.clone(),
                file: baseline.source.name().to_owned(),
                line: u32::try_from(baseline.source.position(entry.span.start).line).unwrap_or(u32::MAX),
            }),
            found: AtomicUsize::new(0),
            is_exercised: AtomicBool::new(false),
        });
        Self {
            uses: uses.collect(),
            baseline,
            today,
            is_whole: AtomicBool::new(is_whole),
            is_strict,
            new: Mutex::default(),
        }
    }

    /// Whether an entry that fits nothing any more fails the run.
    pub fn is_strict(&self) -> bool {
        self.is_strict
    }

    /// The name of the baseline's file.
    pub fn file(&self) -> &str {
        self.baseline.source.name()
    }

    /// The line of the first entry that is mended, from 1; 0 where none is.
    pub fn mended_line(&self) -> u32 {
        let mut mended = self.uses.iter().zip(self.is_mended()).filter(|(_, is_mended)| *is_mended);
        mended.next().map_or(0, |(of_run, _)| of_run.known.line)
    }

    /// Whether every case ran, so that what was not found is not there.
    pub fn is_whole(&self) -> bool {
        self.is_whole.load(Ordering::Relaxed)
    }

    /// Takes note that something was not run, so that what is not found may be there all the same.
    pub fn leave_out(&self) {
        self.is_whole.store(false, Ordering::Relaxed);
    }

    /// Takes note that an answer was judged.
    pub fn exercise(&self, answer: &Answer<'_>) {
        for (entry, of_run) in self.baseline.entries.iter().zip(&self.uses) {
            // The status is what such a fault is about: mended, another one comes.
            let is_of_status =
                [Code::RESPONSE_STATUS, Code::HTTP_STATUS, Code::HTTP_METHOD, Code::HTTP_MEDIA_TYPE]
                    .contains(&entry.code);
            let has_status = is_of_status || speaks_of_status(entry, answer.status);
            if has_status && speaks_of(entry, answer) {
                of_run.is_exercised.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Whether a fact is known: then it is no more than a warning, and says who knows it. One whose entry has
    /// expired says so; one that nobody knows and that fails its step is remembered as new.
    pub fn know(&self, answer: &Answer<'_>, fact: &mut Fact) -> Option<Arc<Known>> {
        if !is_knowable(fact.code) || fact.severity == Severity::Off {
            return None;
        }
        let at = place_in_document(fact, answer.operation.document());
        let member = place_in_answer(fact);
        let (mut known, mut expired) = (None, None);
        for (entry, of_run) in self.baseline.entries.iter().zip(&self.uses) {
            let is_fitting = entry.code == fact.code
                && speaks_of_status(entry, answer.status)
                && speaks_of(entry, answer)
                && is_at(entry.at.as_deref(), at.as_deref())
                && is_at(entry.member.as_deref(), member.as_deref());
            if is_fitting {
                of_run.found.fetch_add(1, Ordering::Relaxed);
                match entry.expires.as_ref().filter(|last| last.value < self.today) {
                    None => known = known.or(Some(&of_run.known)),
                    Some(last) => expired = expired.or(Some((&of_run.known, last.value))),
                }
            }
        }
        match (known, expired) {
            (Some(known), _) => {
                fact.severity = Severity::Warn;
                fact.notes.push(format!("known: {}; {}", known.words(), known.place()));
                return Some(Arc::clone(known));
            }
            (None, Some((entry, last))) => {
                fact.notes.push(format!(
                    "its entry at {} expired on {last}: {}",
                    entry.place(),
                    entry.words()
                ));
            }
            (None, None) if fact.severity == Severity::Deny => {
                let member = telling_member(fact.code, at.as_deref(), member);
                let operation = answer.operation.name();
                let new = Observed { operation, code: fact.code, status: answer.status, at, member };
                self.new.lock().unwrap_or_else(PoisonError::into_inner).insert(new);
            }
            (None, None) => {}
        }
        None
    }

    /// Of each entry whether it fits nothing although answers were judged that it speaks of; never, where only
    /// a part of all cases runs.
    pub fn is_mended(&self) -> Vec<bool> {
        let is_mended = |of_run: &Use| {
            self.is_whole.load(Ordering::Relaxed)
                && of_run.found.load(Ordering::Relaxed) == 0
                && of_run.is_exercised.load(Ordering::Relaxed)
        };
        self.uses.iter().map(is_mended).collect()
    }

    /// The number of entries that fit something and have expired.
    pub fn n_expired(&self) -> usize {
        let entries = self.baseline.entries.iter().zip(&self.uses);
        let is_over = |(entry, of_run): &(&KnownFinding, &Use)| {
            let is_over = entry.expires.as_ref().is_some_and(|last| last.value < self.today);
            is_over && of_run.found.load(Ordering::Relaxed) > 0
        };
        entries.filter(is_over).count()
    }

    /// A sentence for each entry that is mended.
    pub fn mended(&self) -> impl Iterator<Item = String> {
        let entries = self.baseline.entries.iter().zip(&self.uses).zip(self.is_mended());
        entries.filter(|(_, is_mended)| *is_mended).map(|((entry, of_run), _)| {
            let of = entry.operation.as_ref().map(|it| format!(" of {}", it.value)).unwrap_or_default();
            format!("{}{of} ({}): remove it from {}", entry.code, of_run.known.words(), of_run.known.place())
        })
    }

    /// What was found and is not known, in a fixed order.
    pub fn new_findings(&self) -> Vec<Observed> {
        self.new.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

fn speaks_of_status(entry: &KnownFinding, status: u16) -> bool {
    entry.status.as_ref().is_none_or(|pattern| pattern.matches(status))
}

fn speaks_of(entry: &KnownFinding, answer: &Answer<'_>) -> bool {
    let is_named = |name: &Option<String>, found: &str| name.as_deref().is_none_or(|name| name == found);
    is_named(&entry.file, answer.file)
        && is_named(&entry.scenario, answer.scenario)
        && entry
            .operation
            .as_ref()
            .is_none_or(|name| is_operation(&name.value, answer.api, &answer.operation))
}

/// Whether a name is that of an operation: `getItem`, `shop.getItem` or `GET /items/{id}`.
pub fn is_operation(name: &str, api: &str, operation: &Operation<'_>) -> bool {
    let fits = |name: &str| operation.id() == Some(name) || operation.label() == name;
    fits(name) || name.strip_prefix(api).and_then(|rest| rest.strip_prefix('.')).is_some_and(fits)
}

fn is_at(written: Option<&str>, place: Option<&str>) -> bool {
    written.is_none_or(|written| place.is_some_and(|place| fits(written, place)))
}
