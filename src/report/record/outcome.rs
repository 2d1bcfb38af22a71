use super::{CaseRecord, FindingRecord, StepRecord};
use crate::diagnostic::Severity;
use crate::engine::Verdict;

/// What a case came to, in the four words that other tools have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It passed, or passed unexpectedly and may.
    Passed,
    /// The API was found wrong, or what was said to fail passed.
    Failed,
    /// It could not be carried out, or was not run for what went wrong before it.
    Errored,
    /// Nothing was sent on purpose, or it failed as it was said to.
    Skipped,
}

/// How much a finding weighs in reports that know no verdicts of cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// It made its case fail.
    Error,
    /// It changed no verdict.
    Warning,
    /// It was said to be found: `xfail`.
    Known,
}

impl CaseRecord {
    /// What it came to, in four words.
    pub fn outcome(&self) -> Outcome {
        match self.verdict {
            Verdict::Passed => Outcome::Passed,
            Verdict::XPassed if self.is_tolerated => Outcome::Passed,
            Verdict::Failed | Verdict::XPassed => Outcome::Failed,
            Verdict::Errored | Verdict::NotRun => Outcome::Errored,
            Verdict::Skipped | Verdict::XFailed => Outcome::Skipped,
        }
    }

    /// Its findings with the step of each and what each weighs, in the order found.
    pub fn findings(&self) -> impl Iterator<Item = (&StepRecord, &FindingRecord, Weight)> {
        self.steps.iter().flat_map(move |step| {
            step.findings.iter().map(move |finding| (step, finding, self.weight(step, finding)))
        })
    }

    fn weight(&self, step: &StepRecord, finding: &FindingRecord) -> Weight {
        let is_known = step.verdict == Verdict::XFailed || self.verdict == Verdict::XFailed;
        match finding.severity {
            Severity::Deny if is_known => Weight::Known,
            // Cleanup decides about its case where it is said to be strict.
            Severity::Deny if step.phase.is_judged() || self.decides_by_cleanup() => Weight::Error,
            Severity::Deny | Severity::Warn | Severity::Off => Weight::Warning,
        }
    }

    /// Whether nothing but cleanup can have made it errored.
    fn decides_by_cleanup(&self) -> bool {
        let mut judged = self.steps.iter().filter(|step| step.phase.is_judged());
        let is_denied = |step: &StepRecord| step.findings.iter().any(|it| it.severity == Severity::Deny);
        self.verdict == Verdict::Errored && !judged.any(is_denied)
    }

    /// Why it is not as it should be, in one line; `None` of one that passed.
    pub fn message(&self) -> Option<String> {
        let reason = || self.reason.clone();
        let errors = || self.findings().filter(|(.., weight)| *weight == Weight::Error);
        match self.verdict {
            Verdict::Passed => None,
            Verdict::XPassed => Some(match reason() {
                Some(reason) => format!("it passed, and is marked `xfail`: {reason}"),
                None => "it passed, and is marked `xfail`".to_owned(),
            }),
            Verdict::XFailed => Some(match reason() {
                Some(reason) => format!("it failed as expected: {reason}"),
                None => "it failed as expected".to_owned(),
            }),
            Verdict::NotRun => Some(match reason() {
                Some(reason) => format!("not run: {reason}"),
                None => "not run".to_owned(),
            }),
            Verdict::Skipped => reason(),
            Verdict::Failed | Verdict::Errored => match (errors().next(), errors().count()) {
                (Some((_, finding, _)), 1) => Some(finding.headline.clone()),
                (Some((_, finding, _)), 2) => Some(format!("{} (and 1 more finding)", finding.headline)),
                (Some((_, finding, _)), count) => {
                    Some(format!("{} (and {} more findings)", finding.headline, count - 1))
                }
                (None, _) => reason(),
            },
        }
    }
}
