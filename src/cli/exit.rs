use crate::engine::{Requirement, Summary, Verdict};
use std::process::ExitCode;

/// Bad usage, or a file that cannot be loaded; nothing was sent.
pub(super) const REFUSED: u8 = 2;

/// None failed, and something could not be carried out.
pub(super) const ERRORED: u8 = 3;

/// Nothing was selected.
pub(super) const NOTHING_SELECTED: u8 = 4;

/// Interrupted; cleanup was run.
pub(super) const INTERRUPTED: u8 = 130;

/// The exit code of a run.
pub(super) fn of_summary(summary: &Summary) -> ExitCode {
    let has = |wanted: &[Verdict]| summary.verdicts.iter().any(|(verdict, _)| wanted.contains(verdict));
    let unexpected = summary.verdicts.iter().filter(|(verdict, _)| *verdict == Verdict::XPassed);
    let unexpected: usize = unexpected.map(|(_, count)| count).sum();
    let code = if summary.is_interrupted {
        INTERRUPTED
    } else if has(&[Verdict::Failed])
        || unexpected > summary.tolerated
        || summary.requirements.iter().any(Requirement::is_unmet)
    {
        1
    } else if has(&[Verdict::Errored, Verdict::NotRun]) {
        ERRORED
    } else {
        0
    };
    ExitCode::from(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(verdicts: &[Verdict], is_interrupted: bool, expected: u8) {
        let summary = Summary {
            verdicts: verdicts.iter().map(|verdict| (*verdict, 1)).collect(),
            is_interrupted,
            ..Summary::default()
        };
        assert_eq!(of_summary(&summary), ExitCode::from(expected), "{verdicts:?}");
    }

    #[test]
    fn the_worst_verdict_decides() {
        use Verdict::{Errored, Failed, NotRun, Passed, Skipped, XFailed, XPassed};
        check(&[Passed, Skipped, XFailed], false, 0);
        check(&[], false, 0);
        check(&[Passed, Failed, Errored], false, 1);
        check(&[XPassed], false, 1);
        check(&[Passed, Errored], false, 3);
        check(&[Passed, NotRun], false, 3);
        check(&[Failed], true, 130);
    }

    #[test]
    fn an_xpassed_that_is_not_strict_fails_nothing() {
        let of =
            |tolerated| Summary { verdicts: vec![(Verdict::XPassed, 2)], tolerated, ..Summary::default() };
        assert_eq!(of_summary(&of(1)), ExitCode::from(1));
        assert_eq!(of_summary(&of(2)), ExitCode::from(0));
    }
}
