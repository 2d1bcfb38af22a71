//! What is said of a case that ran more than once.

use crate::diagnostic::{Code, Severity};
use crate::engine::{CaseReport, Verdict};
use crate::report::text::plural;

/// One sentence about the attempts; `None` where there was one only.
pub(super) fn words(case: &CaseReport) -> Option<String> {
    let failures = case.earlier.len();
    match (failures, case.is_flaky) {
        (0, _) => None,
        (_, true) if case.verdict == Verdict::Failed => case.reason.clone(),
        (1, true) => Some("flaky: it passed on attempt 2, after one that failed".to_owned()),
        (_, true) => {
            Some(format!("flaky: it passed on attempt {}, after {failures} that failed", failures + 1))
        }
        (_, false) => {
            let last = codes(case);
            let mut others: Vec<Code> = Vec::new();
            for code in case.earlier.iter().flat_map(codes) {
                if !last.contains(&code) && !others.contains(&code) {
                    others.push(code);
                }
            }
            let others: Vec<&str> = others.iter().map(|code| code.as_str()).collect();
            let rest = match others.is_empty() {
                true => String::new(),
                false => format!("; others found {}", others.join(", ")),
            };
            Some(format!("none of {} passed, the last is shown{rest}", plural(failures + 1, "attempt")))
        }
    }
}

/// What stands above the findings of an attempt.
pub(super) fn heading(number: usize, attempt: &CaseReport) -> String {
    let reason = attempt.reason.iter().map(|reason| format!(": {reason}")).collect::<String>();
    format!("attempt {number} {}{reason}", attempt.verdict)
}

fn codes(case: &CaseReport) -> Vec<Code> {
    let findings = case.steps.iter().flat_map(|step| &step.findings);
    findings.filter(|finding| finding.severity == Severity::Deny).map(|finding| finding.code).collect()
}
