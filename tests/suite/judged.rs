//! The shipped scenarios, and those of the judge's own shapes, against the judge: clean when it is right, silent when it
//! is odd, and for each of its defects red with the right code at the right three places.

mod ecart;
mod table;

use crate::judge::{Defect, Judge, Oddity};
use contest::diagnostic::{Finding, Place};
use contest::engine::{CaseReport, Event, Target, Verdict};
use contest::report::{Style, render_case};
use contest::session::{BaseUrl, Session, Settings};
use contest::source::Span;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;

/// A fresh judge for each case.
struct JudgeTarget {
    start: Box<dyn Fn() -> Judge + Send + Sync>,
    current: Mutex<Option<Judge>>,
}

impl Target for JudgeTarget {
    fn prepare(&self, _: usize) -> Result<(), String> {
        *self.current.lock().expect("no case panics") = Some((self.start)());
        Ok(())
    }

    fn base_url(&self, _: usize, _: usize) -> Option<String> {
        self.current.lock().expect("no case panics").as_ref().map(Judge::base_url)
    }
}

/// The scenarios of the orders and those of the shapes, loaded once.
struct Suite {
    sessions: [Session; 2],
}

impl Suite {
    fn load() -> Self {
        Self {
            sessions: [session("tests/judge", "shapes.contest.yaml"), session("", "scenarios/elasticpath")],
        }
    }

    /// Runs until a case is enough.
    fn run(
        &self,
        defects: &[Defect],
        oddities: &[Oddity],
        is_enough: impl Fn(&CaseReport) -> bool + Sync,
    ) -> Vec<CaseReport> {
        let mut reports = Vec::new();
        for session in &self.sessions {
            let (defects, oddities) = (defects.to_vec(), oddities.to_vec());
            reports.extend(run(session, move || Judge::start(&defects, &oddities), &is_enough));
            if reports.iter().any(&is_enough) {
                break;
            }
        }
        reports
    }
}

fn session(folder: &str, file: &str) -> Session {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    // The shapes have no project file that names one; the target decides anyway.
    let base_urls = match file.ends_with(".yaml") {
        true => vec![BaseUrl::parse("http://127.0.0.1:1").expect("it is a URL")],
        false => Vec::new(),
    };
    let files = vec![Path::new(file).to_owned()];
    let settings = Settings { files, folder, base_urls, jobs: Some(1), seed: Some(1), ..Settings::default() };
    let session = Session::load(settings, true);
    assert!(!session.has_errors(), "{:?}", session.diagnostics);
    session
}

fn run(
    session: &Session,
    start: impl Fn() -> Judge + Send + Sync + 'static,
    is_enough: &(impl Fn(&CaseReport) -> bool + Sync),
) -> Vec<CaseReport> {
    let target = Arc::new(JudgeTarget { start: Box::new(start), current: Mutex::new(None) });
    let mut reports = Vec::new();
    let interrupt = CancellationToken::new();
    let mut emit = |event: &Event| {
        if let Event::CaseFinished(report) = event {
            if is_enough(report) {
                interrupt.cancel();
            }
            reports.push((**report).clone());
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.expect("a runtime starts").block_on(session.run_on(target, interrupt.clone(), &mut emit));
    reports
}

fn rendered(reports: &[CaseReport]) -> String {
    let red = reports.iter().filter(|report| is_loud(report));
    red.map(|report| render_case(report, &Style::plain(120))).collect()
}

/// Whether a person is told anything: a verdict, a warning, a check that was left out.
fn is_loud(report: &CaseReport) -> bool {
    let steps = &report.steps;
    report.verdict != Verdict::Passed
        || !report.left_behind.is_empty()
        || steps.iter().any(|step| !step.findings.is_empty() || !step.not_checked.is_empty())
}

/// Asks `problem` about each item, four at a time, for the time goes into waiting; gives what it says, in order.
fn problems<T: Sync>(items: &[T], problem: impl Fn(&T) -> Option<String> + Sync) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((index, item)) = {
                    let index = next.fetch_add(1, Ordering::SeqCst);
                    items.get(index).map(|item| (index, item))
                } {
                    if let Some(text) = problem(item) {
                        found.lock().expect("no thread panics with it").push((index, text));
                    }
                }
            });
        }
    });
    let mut found = found.into_inner().expect("no thread panics with it");
    found.sort();
    found.into_iter().map(|(_, text)| text).collect()
}

#[test]
fn the_shipped_scenarios_pass_against_the_judge() {
    let reports = Suite::load().run(&[], &[], |_| false);
    assert!(reports.len() >= 40, "only {} cases ran", reports.len());
    assert!(!reports.iter().any(is_loud), "{}", rendered(&reports));
}

#[test]
fn what_is_odd_and_legal_is_not_reported() {
    assert!(Oddity::ALL.len() >= 20, "there are only {}", Oddity::ALL.len());
    let suite = Suite::load();
    let false_alarms = problems(Oddity::ALL, |oddity| {
        let reports = suite.run(&[], &[*oddity], is_loud);
        reports.iter().any(is_loud).then(|| format!("{oddity:?}: {}\n{}", oddity.fact(), rendered(&reports)))
    });
    assert!(false_alarms.is_empty(), "false alarms:\n{}", false_alarms.join("\n"));
}

#[test]
fn each_defect_is_found_with_its_code_and_its_places() {
    let names = |rows: &mut dyn Iterator<Item = Defect>| {
        let mut names: Vec<_> = rows.map(Defect::name).collect();
        names.sort_unstable();
        names
    };
    let tabled = names(&mut table::ROWS.iter().map(|row| row.0).chain(table::UNSEEN.iter().copied()));
    assert_eq!(tabled, names(&mut Defect::ALL.iter().copied()), "one row of the table for each defect");
    let suite = Suite::load();
    let missed = problems(table::ROWS, |row| {
        let is_found = |report: &CaseReport| is_found(report, row);
        let reports = suite.run(&[row.0], &[], is_found);
        let is_found = reports.iter().any(is_found);
        (!is_found).then(|| format!("{row:?}: {}\n{}", row.0.fact(), rendered(&reports)))
    });
    assert!(missed.is_empty(), "not found as the table says:\n{}", missed.join("\n"));
}

/// Bytes behind the end of a response are no part of it (RFC 9112 §6.3): nobody is told of them, and the next
/// response on the connection is not taken for one that begins with them.
#[test]
fn bytes_where_http_has_no_content_are_nobodys() {
    let suite = Suite::load();
    let wrong = problems(table::UNSEEN, |defect| {
        let reports = suite.run(&[*defect], &[], is_loud);
        reports.iter().any(is_loud).then(|| format!("{defect:?}: {}\n{}", defect.fact(), rendered(&reports)))
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether the case failed, with a finding as a row says.
fn is_found<D>(report: &CaseReport, row: &table::Row<D>) -> bool {
    let mut findings = report.steps.iter().flat_map(|step| &step.findings);
    // What HTTP itself says, and no document, is a warning.
    let is_told = report.verdict == Verdict::Failed || row.1.starts_with("http.");
    is_told && findings.any(|finding| is_as_tabled(finding, row))
}

fn is_as_tabled<D>(finding: &Finding, (_, code, scenario, document, response): &table::Row<D>) -> bool {
    finding.code.as_str() == *code
        && places_of(finding).iter().zip([scenario, document, response]).all(|(found, wanted)| {
            // Nothing to point at: nothing is pointed at.
            if wanted.is_empty() { found.is_empty() } else { found.contains(*wanted) }
        })
}

/// The scenario's line, the document's, and the place in the response, with what is marked in «»; empty where a
/// finding has none.
fn places_of(finding: &Finding) -> [String; 3] {
    let line = |place: &Place| {
        let line = place.source.line(place.source.position(place.span.start).line);
        let part = |start, end| place.source.slice(Span::new(start, end));
        let (before, behind) = (part(line.start, place.span.start), part(place.span.end, line.end));
        let name = place.source.name();
        format!("{name}: {}«{}»{}", before.trim_start(), place.source.slice(place.span), behind.trim_end())
    };
    let response = |place: &Place| match &place.at {
        Some(at) => at.clone(),
        None if place.label.is_empty() => place.source.name().to_owned(),
        None => line(place),
    };
    [
        finding.scenario.as_ref().map(line).unwrap_or_default(),
        finding.document.as_ref().map(line).unwrap_or_default(),
        finding.response.as_ref().map(response).unwrap_or_default(),
    ]
}
