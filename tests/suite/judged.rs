//! The shipped scenarios against the judge: clean when it is right, red for each of its defects.

use crate::judge::{Defect, Judge};
use contest::engine::{CaseReport, Event, Target, Verdict};
use contest::report::{Style, render_case};
use contest::session::{Session, Settings};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;

/// A fresh judge for each case.
struct JudgeTarget {
    defects: Vec<Defect>,
    current: Mutex<Option<Judge>>,
}

impl Target for JudgeTarget {
    fn prepare(&self, _: usize) -> Result<(), String> {
        *self.current.lock().expect("no case panics") = Some(Judge::start(&self.defects));
        Ok(())
    }

    fn base_url(&self, _: usize, _: usize) -> Option<String> {
        self.current.lock().expect("no case panics").as_ref().map(Judge::base_url)
    }
}

fn session() -> Session {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let files = vec![Path::new("scenarios/elasticpath").to_owned()];
    let settings = Settings { files, folder, jobs: Some(1), seed: Some(1), ..Settings::default() };
    let session = Session::load(settings, true);
    assert!(!session.has_errors(), "{:?}", session.diagnostics);
    session
}

fn run(session: &Session, defects: &[Defect]) -> Vec<CaseReport> {
    let target = Arc::new(JudgeTarget { defects: defects.to_vec(), current: Mutex::new(None) });
    let mut reports = Vec::new();
    let mut emit = |event: &Event| {
        if let Event::CaseFinished(report) = event {
            reports.push((**report).clone());
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.expect("a runtime starts").block_on(session.run_on(target, CancellationToken::new(), &mut emit));
    reports
}

fn rendered(reports: &[CaseReport]) -> String {
    let red = reports.iter().filter(|report| report.verdict != Verdict::Passed);
    red.map(|report| render_case(report, &Style::plain(120))).collect()
}

#[test]
fn the_shipped_scenarios_pass_against_the_judge() {
    let reports = run(&session(), &[]);
    assert!(reports.len() >= 15, "only {} cases ran", reports.len());
    assert!(reports.iter().all(|report| report.verdict == Verdict::Passed), "{}", rendered(&reports));
}

#[test]
fn each_defect_of_the_judge_is_found() {
    let session = session();
    let mut missed = Vec::new();
    for defect in Defect::ALL {
        let reports = run(&session, &[*defect]);
        let has_failed = reports.iter().any(|report| report.verdict == Verdict::Failed);
        if !has_failed {
            missed.push(format!("{}: {}\n{}", defect.name(), defect.fact(), rendered(&reports)));
        }
    }
    assert!(missed.is_empty(), "not found:\n{}", missed.join("\n"));
}
