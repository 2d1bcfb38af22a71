//! What the page shows of a run, in the form that its script reads.

use crate::coverage::{Counts, Dimension, Item, OperationCoverage, Undocumented};
use crate::diagnostic::Code;
use crate::engine::{BodyRecord, ExchangeRecord, Verdict};
use crate::report::record::{CaseRecord, RunRecord, StepRecord, SummaryRecord, WholeFact, milliseconds};
use crate::report::text::plural;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The most bytes of a body, and of a command, that a page holds: more than anybody reads in one.
const MOST_BYTES: usize = 64 << 10;

/// Everything that the page shows before a case is opened.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Overview<'r> {
    /// The run without its cases and its coverage.
    run: RunRecord,
    /// `2 of 7 cases failed`.
    headline: String,
    /// What makes the run fail beside its cases.
    faults: Vec<String>,
    rows: Vec<Row<'r>>,
    /// The page about each code that was found, in Markdown.
    pages: BTreeMap<&'static str, &'static str>,
}

/// What a list shows of a case, and finds it by.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'r> {
    id: &'r str,
    file: &'r str,
    title: &'r str,
    row: Option<&'r str>,
    verdict: Verdict,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    tolerated: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    flaky: bool,
    /// Milliseconds.
    time: f64,
    /// Milliseconds from the beginning of the run to that of the case.
    at: f64,
    worker: u32,
    #[serde(skip_serializing_if = "is_first")]
    round: u32,
    tags: &'r [String],
    operations: &'r [String],
    codes: BTreeSet<&'static str>,
    message: Option<String>,
    /// What else it is found by: its steps, its requests, what was found.
    words: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes members by reference")]
fn is_first(round: &u32) -> bool {
    *round <= 1
}

impl<'r> Overview<'r> {
    pub(super) fn of(run: &'r RunRecord) -> Self {
        let mut head = run.head();
        head.summary.coverage = None;
        let codes: BTreeSet<Code> = run.cases.iter().flat_map(codes).collect();
        Self {
            run: head,
            headline: headline(run),
            faults: faults(run),
            rows: run.cases.iter().map(|case| Row::of(case, run)).collect(),
            pages: codes.into_iter().map(|code| (code.as_str(), code.page())).collect(),
        }
    }
}

/// Sentences about the run as a whole: that it did not come to its end, what was asked of it and not met.
fn faults(run: &RunRecord) -> Vec<String> {
    let unmet = run.asked().filter(WholeFact::is_failure);
    let unmet = unmet.map(|fact| format!("{}: {}", fact.name, fact.message()));
    run.end().map(|end| end.message()).into_iter().chain(unmet).collect()
}

/// `2 of 7 cases failed, 1 errored`, in the words that the cases have, and what was asked of the run as a whole.
fn headline(run: &RunRecord) -> String {
    let cases = headline_of_cases(run);
    match run.asked().filter(WholeFact::is_failure).count() {
        0 => cases,
        unmet => format!("{cases}; {} not met", plural(unmet, "requirement")),
    }
}

fn headline_of_cases(run: &RunRecord) -> String {
    let SummaryRecord { cases, verdicts, tolerated, .. } = &run.summary;
    let counts = [
        ("failed", verdicts.failed),
        ("errored", verdicts.errored),
        ("xpassed", verdicts.xpassed.saturating_sub(*tolerated)),
        ("not run", verdicts.not_run),
    ];
    let cases = plural(*cases as usize, "case");
    let mut wrong = counts.into_iter().filter(|(_, count)| *count > 0);
    match wrong.next() {
        None if verdicts.passed == run.summary.cases && verdicts.passed > 0 => format!("{cases} passed"),
        None => format!("{cases}, none failed"),
        Some((word, count)) => {
            let others: String = wrong.map(|(word, count)| format!(", {count} {word}")).collect();
            format!("{count} of {cases} {word}{others}")
        }
    }
}

impl<'r> Row<'r> {
    fn of(case: &'r CaseRecord, run: &RunRecord) -> Self {
        Self {
            id: &case.id,
            file: &case.file,
            title: &case.title,
            row: case.row.as_deref(),
            verdict: case.verdict,
            tolerated: case.is_tolerated,
            flaky: case.is_flaky,
            time: milliseconds(case.elapsed),
            at: milliseconds(case.started.duration_since(run.started).try_into().unwrap_or_default()),
            worker: case.worker,
            round: case.round,
            tags: &case.tags,
            operations: &case.operations,
            codes: codes(case).map(Code::as_str).collect(),
            message: case.message(),
            words: words(case),
        }
    }
}

/// The codes of everything that was found in a case, in its earlier attempts too.
fn codes(case: &CaseRecord) -> impl Iterator<Item = Code> {
    let attempts = case.earlier.iter().chain([case]);
    let steps = attempts.flat_map(|attempt| &attempt.steps);
    steps.flat_map(|step| &step.findings).map(|finding| finding.code)
}

fn words(case: &CaseRecord) -> String {
    // Twice the same finds nothing more.
    let mut words = BTreeSet::from([case.path.as_str()]);
    for step in &case.steps {
        words.extend([step.id.as_str(), &step.action]);
        words.extend(step.title.as_deref());
        words.extend(step.exchange.as_ref().map(|exchange| exchange.request.as_str()));
        words.extend(step.findings.iter().map(|finding| finding.headline.as_str()));
    }
    words.into_iter().collect::<Vec<_>>().join("\n")
}

/// A case of which no body is longer than a page holds.
pub(super) fn bounded(case: &CaseRecord) -> Cow<'_, CaseRecord> {
    let has_long = |step: &StepRecord| {
        step.repeat.as_ref().is_some_and(|command| command.len() > MOST_BYTES)
            || step.exchanges.iter().any(|exchange| is_long(exchange))
    };
    if !case.steps.iter().chain(case.earlier.iter().flat_map(|it| &it.steps)).any(has_long) {
        return Cow::Borrowed(case);
    }
    let mut case = case.clone();
    for attempt in &mut case.earlier {
        *attempt = bounded(attempt).into_owned();
    }
    for step in &mut case.steps {
        step.repeat = step.repeat.take().filter(|command| command.len() <= MOST_BYTES);
        for exchange in step.exchanges.iter_mut().filter(|exchange| is_long(exchange)) {
            let exchange = Arc::make_mut(exchange);
            exchange.repeat = exchange.repeat.take().filter(|command| command.len() <= MOST_BYTES);
            exchange.request.body.iter_mut().for_each(cut);
            exchange.response.iter_mut().for_each(|response| cut(&mut response.body));
        }
    }
    Cow::Owned(case)
}

fn is_long(exchange: &ExchangeRecord) -> bool {
    let bodies = exchange.request.body.iter().chain(exchange.response.as_ref().map(|it| &it.body));
    let mut texts = bodies.map(|body| &body.text).chain(&exchange.repeat);
    texts.any(|text| text.len() > MOST_BYTES)
}

fn cut(body: &mut BodyRecord) {
    if body.text.len() > MOST_BYTES {
        // Of base64, too, whole groups of four characters stay.
        body.text.truncate(body.text.floor_char_boundary(MOST_BYTES));
        body.is_cut = true;
    }
}

/// The coverage map.
#[derive(Serialize)]
pub(super) struct Map<'r> {
    dimensions: Vec<Column>,
    documents: Vec<Document<'r>>,
}

#[derive(Serialize)]
struct Column {
    name: &'static str,
    plural: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'r> {
    api: &'r str,
    source: &'r str,
    is_complete: bool,
    counts: Counts,
    operations: Vec<Operation<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Operation<'r> {
    label: &'r str,
    id: Option<&'r str>,
    is_called: bool,
    counts: Counts,
    parts: Vec<Part<'r>>,
    undocumented: Vec<&'r Undocumented>,
    /// Each once, by their places.
    steps: Vec<&'r str>,
}

/// Something that can be covered.
#[derive(Serialize)]
struct Part<'r> {
    dimension: &'static str,
    /// `200`, `request`; nothing of what says it itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'r str>,
    words: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    covered: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<usize>,
}

/// The coverage of a run that measured it.
pub(super) fn coverage(run: &RunRecord) -> Option<Map<'_>> {
    let coverage = run.summary.coverage.as_ref()?;
    let column = |dimension: &Dimension| Column { name: dimension.name(), plural: dimension.plural() };
    let documents = coverage.documents.iter().map(|(api, document)| Document {
        api,
        source: &document.source,
        is_complete: document.is_complete,
        counts: document.counts(),
        operations: document.operations.iter().map(|((_, label), it)| Operation::of(label, it)).collect(),
    });
    Some(Map { dimensions: Dimension::ALL.iter().map(column).collect(), documents: documents.collect() })
}

impl<'r> Operation<'r> {
    fn of(label: &'r str, operation: &'r OperationCoverage) -> Self {
        let mut steps: Vec<&str> = Vec::new();
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        let mut parts: Vec<(&Item, bool, Option<usize>)> =
            operation.covered.iter().map(|item| (item, true, None)).collect();
        for (item, step) in &operation.gaps {
            let step = step.as_deref().map(|step| {
                *places.entry(step).or_insert_with(|| {
                    steps.push(step);
                    steps.len() - 1
                })
            });
            parts.push((item, false, step));
        }
        parts.sort();
        let part = |(item, covered, step): (&'r Item, bool, Option<usize>)| Part {
            dimension: item.dimension.name(),
            place: item.place(),
            words: item.short(),
            covered,
            step,
        };
        Self {
            label,
            id: operation.id.as_deref(),
            is_called: operation.is_called(),
            counts: operation.counts(),
            parts: parts.into_iter().map(part).collect(),
            undocumented: operation.undocumented.iter().collect(),
            steps,
        }
    }
}
