//! Runs a case again when it failed, and tells which cases fail now and then.

use super::once::Once;
use super::run_case;
use crate::diagnostic::words::count;
use crate::engine::Verdict;
use crate::engine::event::CaseReport;
use crate::engine::run::Run;
use crate::plan::Case;

/// Which run of which case.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Turn {
    /// The place of the case in all rounds, from 0.
    pub(in crate::engine) index: usize,
    /// The round, from 0.
    pub(in crate::engine) round: usize,
    /// How often it ran before in this round.
    pub(in crate::engine) attempt: usize,
}

impl Turn {
    /// The name of the values that a case generates. An attempt makes values of its own: on a server that
    /// keeps what the one before it made, the same name would be taken.
    pub(in crate::engine) fn stream(self, case: &Case) -> String {
        match self.attempt {
            0 => format!("{}#{}", case.id, self.round),
            attempt => format!("{}#{}+{attempt}", case.id, self.round),
        }
    }
}

/// Runs a case, and at once again while it fails and may try.
///
/// Each attempt is whole: setup, steps and cleanup, on an embedded mock from its first state. A case of a
/// file with `setupOnce` starts, as ever, with what that made and other cases left; where `setupOnce`
/// itself failed, what it began is torn down and it runs again.
pub(in crate::engine) async fn run_attempts<'c>(
    run: &'c Run,
    case: &'c Case,
    mut turn: Turn,
    worker: usize,
    once: &mut Option<Once<'c>>,
) -> CaseReport {
    let settings = &run.settings;
    let retries = if settings.is_dry { 0 } else { settings.habits.retries };
    let mut earlier = Vec::new();
    loop {
        if let Some(planned) = &case.scenario.once {
            once.get_or_insert_with(|| Once::new(run, planned, worker, turn.attempt));
        }
        let mut report = run_case(run, case, turn, worker, once.as_mut()).await;
        let has_failed = matches!(report.verdict, Verdict::Failed | Verdict::Errored);
        if !has_failed || turn.attempt >= retries || settings.interrupt.is_cancelled() {
            return conclude(report, earlier, settings.habits.fails_flaky);
        }
        if let Some(mut broken) = once.take_if(|once| once.has_failed()) {
            report.left_behind.extend(broken.tear_down().await);
            report.steps.extend(broken.take_reports());
        }
        earlier.push(report);
        turn.attempt += 1;
    }
}

/// The report of the last attempt, with those before it.
fn conclude(mut last: CaseReport, mut earlier: Vec<CaseReport>, fails_flaky: bool) -> CaseReport {
    // An attempt that came to nothing, as in a run that is interrupted, takes nothing back.
    if matches!(last.verdict, Verdict::NotRun | Verdict::Skipped)
        && let Some(failed) = earlier.pop()
    {
        let left_behind = std::mem::replace(&mut last, failed);
        last.left_behind.extend(left_behind.left_behind);
    }
    let left_behind = earlier.iter_mut().flat_map(|report| std::mem::take(&mut report.left_behind));
    last.left_behind.splice(0..0, left_behind);
    last.is_flaky = !earlier.is_empty() && !matches!(last.verdict, Verdict::Failed | Verdict::Errored);
    if last.is_flaky && fails_flaky {
        let times = count(earlier.len(), "attempt", "attempts");
        last.verdict = Verdict::Failed;
        last.reason = Some(format!("it passed after {times} that failed, and `--flaky fail` fails it"));
        last.is_tolerated = false;
    }
    last.earlier = earlier;
    last
}
