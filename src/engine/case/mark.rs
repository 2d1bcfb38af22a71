//! What `skip` and `xfail` make of a case and of a step.

use crate::clock::{Clock, day_of};
use crate::diagnostic::{Code, Finding, Severity};
use crate::engine::Verdict;
use crate::engine::event::StepReport;
use crate::engine::fact::value_finding;
use crate::expression::Scope;
use crate::plan::Case;
use crate::scenario::{ExpectedFailure, Skip};

/// What a mark says of something that ran.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::engine) struct Marked {
    pub(in crate::engine) verdict: Verdict,
    /// The words of the mark, where it decided.
    pub(in crate::engine) reason: Option<String>,
}

/// The marks of a case: its row's, or its scenario's.
pub(in crate::engine) fn skip_of(case: &Case) -> Option<&Skip> {
    case.row().and_then(|row| row.skip.as_ref()).or(case.scenario.scenario().skip.as_ref())
}

/// As [`skip_of`].
pub(in crate::engine) fn xfail_of(case: &Case) -> Option<&ExpectedFailure> {
    case.row().and_then(|row| row.xfail.as_ref()).or(case.scenario.scenario().xfail.as_ref())
}

/// Whether a case is skipped for a condition; one that cannot be evaluated makes the case errored.
pub(in crate::engine) fn is_skipped(
    skip: &Skip,
    case: &Case,
    scope: &dyn Scope,
) -> Result<bool, Box<Finding>> {
    let Some(when) = &skip.when else {
        return Ok(true);
    };
    when.holds(scope).map_err(|error| {
        let headline = format!("`skip.when` cannot be evaluated: {}", error.0);
        let label = "decides whether the case runs";
        let row = case.row().filter(|row| row.skip.is_some());
        let file = &case.scenario.file;
        Box::new(value_finding(
            row.map_or(&file.source, |row| row.source_in(file)),
            when.span,
            Code::CONDITION_FAILED,
            headline,
            label,
            None,
        ))
    })
}

/// What a mark makes of a verdict and the findings that led to it.
///
/// A fault is the known one when every denied finding has one of the codes of the mark; one more
/// finding is one more fault. What could not be carried out says nothing about the fault.
pub(in crate::engine) fn judge<'f>(
    mark: &ExpectedFailure,
    verdict: Verdict,
    findings: impl Iterator<Item = &'f mut Finding>,
    clock: Clock,
) -> Marked {
    let unchanged = Marked { verdict, reason: None };
    let has_expired = mark.expires.is_some_and(|last| day_of(clock.now()) > last);
    match verdict {
        Verdict::Passed if has_expired => unchanged,
        Verdict::Passed => Marked { verdict: Verdict::XPassed, reason: Some(mark.words()) },
        Verdict::Failed => {
            let is_known = |finding: &Finding| mark.codes.is_empty() || mark.codes.contains(&finding.code);
            let mut denied = findings.filter(|finding| finding.severity == Severity::Deny);
            let other = match has_expired {
                true => denied.next(),
                false => denied.find(|finding| !is_known(finding)),
            };
            match (other, mark.expires.filter(|_| has_expired)) {
                (None, None) => return Marked { verdict: Verdict::XFailed, reason: Some(mark.words()) },
                (None, Some(_)) => {}
                (Some(finding), Some(last)) => {
                    finding.notes.push(format!("its `xfail` expired on {last}: {}", mark.words()));
                }
                (Some(finding), None) => {
                    let codes: Vec<String> = mark.codes.iter().map(|code| format!("`{code}`")).collect();
                    let known = crate::diagnostic::words::any_of(&codes);
                    finding.notes.push(format!("its `xfail` is for {known}: {}", mark.words()));
                }
            }
            unchanged
        }
        Verdict::XFailed | Verdict::XPassed => Marked { verdict, reason: Some(mark.words()) },
        Verdict::Errored | Verdict::Skipped | Verdict::NotRun => unchanged,
    }
}

/// The findings that make a case failed: not those of cleanup, and not those that a step's own mark
/// knows.
pub(in crate::engine) fn deciding(reports: &mut [StepReport]) -> impl Iterator<Item = &mut Finding> {
    let steps = reports.iter_mut().filter(|step| step.phase.is_judged());
    steps.filter(|step| step.verdict == Verdict::Failed).flat_map(|step| &mut step.findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Date, Timestamp};
    use crate::source::Span;

    fn finding(code: Code, severity: Severity) -> Finding {
        Finding {
            code,
            severity,
            headline: String::new(),
            expected: None,
            actual: None,
            scenario: None,
            document: None,
            response: None,
            notes: Vec::new(),
            help: Vec::new(),
            differences: Vec::new(),
            known: None,
        }
    }

    fn mark(codes: &[Code], expires: Option<&str>) -> ExpectedFailure {
        ExpectedFailure {
            reason: "rounds down".to_owned(),
            issue: Some("#12".to_owned()),
            codes: codes.to_vec(),
            expires: expires.map(|day| day.parse::<Date>().expect("the tests write days")),
            is_strict: true,
            span: Span::default(),
        }
    }

    /// On the last moment of 2027-01-31.
    fn check(mark: &ExpectedFailure, verdict: Verdict, codes: &[Code], expected: Verdict, note: &str) {
        let now: Timestamp = "2027-01-31T23:59:59Z".parse().expect("it is a moment");
        let mut findings: Vec<_> = codes.iter().map(|code| finding(*code, Severity::Deny)).collect();
        findings.push(finding(Code::OPERATION_DEPRECATED, Severity::Warn));
        let marked = judge(mark, verdict, findings.iter_mut(), Clock::Fixed(now));
        assert_eq!(marked.verdict, expected);
        let decided = matches!(expected, Verdict::XFailed | Verdict::XPassed);
        assert_eq!(marked.reason, decided.then(|| "rounds down (#12)".to_owned()));
        let notes: Vec<_> = findings.iter().flat_map(|finding| &finding.notes).cloned().collect();
        assert_eq!(notes.join("|"), note);
    }

    #[test]
    fn a_mark_knows_a_fault_by_its_codes() {
        let (body, status) = (Code::RESPONSE_BODY, Code::EXPECT_STATUS);
        let (any, one) = (mark(&[], None), mark(&[body], None));
        check(&any, Verdict::Failed, &[body, status], Verdict::XFailed, "");
        check(&one, Verdict::Failed, &[body, body], Verdict::XFailed, "");
        let other = "its `xfail` is for `response.body`: rounds down (#12)";
        check(&one, Verdict::Failed, &[body, status], Verdict::Failed, other);
        check(&mark(&[body, status], None), Verdict::Failed, &[body, status], Verdict::XFailed, "");
    }

    #[test]
    fn what_passes_or_was_not_carried_out() {
        check(&mark(&[], None), Verdict::Passed, &[], Verdict::XPassed, "");
        for verdict in [Verdict::Errored, Verdict::NotRun, Verdict::Skipped] {
            check(&mark(&[], None), verdict, &[Code::VALUE_UNRESOLVED], verdict, "");
        }
    }

    #[test]
    fn a_mark_counts_through_its_last_day() {
        let (today, yesterday) = (mark(&[], Some("2027-01-31")), mark(&[], Some("2027-01-30")));
        check(&today, Verdict::Failed, &[Code::RESPONSE_BODY], Verdict::XFailed, "");
        check(&today, Verdict::Passed, &[], Verdict::XPassed, "");
        check(&yesterday, Verdict::Passed, &[], Verdict::Passed, "");
        let note = "its `xfail` expired on 2027-01-30: rounds down (#12)";
        check(&yesterday, Verdict::Failed, &[Code::RESPONSE_BODY], Verdict::Failed, note);
    }
}
