//! What the contract and the scenario both find at one place of a body is one fault, told once.

use super::status::consequence;
use crate::diagnostic::words::{NOT_ALLOWED, is_missing};
use crate::diagnostic::{Code, Finding, Severity};

/// Puts what a scenario expected of a place beneath the finding of the contract that is about the same place
/// and the same value, in a line.
///
/// A finding of the contract that weighs less than `deny`, as a known one does, takes nothing: it fails nothing,
/// and what was expected does.
pub(in crate::engine) fn fold_same_places(findings: &mut Vec<Finding>) {
    let mut index = 0;
    while index < findings.len() {
        let host = findings.iter().position(|host| is_same_fault(host, &findings[index]));
        match host {
            Some(host) => {
                let folded = findings.remove(index);
                let host = if host > index { host - 1 } else { host };
                findings[host].notes.push(consequence(&folded.headline));
            }
            None => index += 1,
        }
    }
}

/// Whether a finding of the contract and one of an expectation speak of one value, or of one that is missing.
fn is_same_fault(host: &Finding, of_expectation: &Finding) -> bool {
    const CONTRACT: [Code; 2] = [Code::RESPONSE_BODY, Code::RESPONSE_FORMAT];
    const EXPECTATION: [Code; 2] = [Code::EXPECT_BODY, Code::EXPECT_JSONPATH];
    if !CONTRACT.contains(&host.code) || host.severity != Severity::Deny {
        return false;
    }
    // One that shows several places has others beside this one.
    if !EXPECTATION.contains(&of_expectation.code) || of_expectation.differences.len() > 1 {
        return false;
    }
    let (Some(one), Some(other)) = (&host.response, &of_expectation.response) else { return false };
    if one.at.is_none() || one.at != other.at {
        return false;
    }
    // What is missing is told of what should hold it, which may lack several.
    match (is_missing(&one.label), is_missing(&other.label)) {
        (false, false) => one.label != NOT_ALLOWED,
        _ => one.label == other.label,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Place;
    use crate::source::{Source, Span};

    fn finding((code, at, label): (Code, &str, &str)) -> Finding {
        let source = Source::new("response body", String::new());
        let at = Some(at.to_owned());
        let response = Some(Place { source, span: Span::default(), label: label.to_owned(), at });
        Finding {
            code,
            severity: Severity::Deny,
            headline: format!("{at:?} {label}", at = response.as_ref().and_then(|it| it.at.as_deref())),
            expected: None,
            actual: None,
            scenario: None,
            document: None,
            response,
            notes: Vec::new(),
            help: Vec::new(),
            differences: Vec::new(),
            known: None,
        }
    }

    /// The codes that are left, each with the number of lines beneath it.
    fn check_of(mut findings: Vec<Finding>, expected: &[(Code, usize)]) {
        fold_same_places(&mut findings);
        let left: Vec<_> = findings.iter().map(|it| (it.code, it.notes.len())).collect();
        assert_eq!(left, expected);
    }

    fn check(findings: &[(Code, &str, &str)], expected: &[(Code, usize)]) {
        check_of(findings.iter().copied().map(finding).collect(), expected);
    }

    const BODY: Code = Code::RESPONSE_BODY;
    const EXPECTED: Code = Code::EXPECT_BODY;
    const SELECTED: Code = Code::EXPECT_JSONPATH;

    #[test]
    fn one_value_is_one_finding() {
        check(&[(BODY, "/a", "a string"), (EXPECTED, "/a", "`\"1\"`")], &[(BODY, 1)]);
        check(&[(EXPECTED, "/a", "`\"1\"`"), (BODY, "/a", "a string")], &[(BODY, 1)]);
        check(
            &[(Code::RESPONSE_FORMAT, "/a", "`x`"), (SELECTED, "/a", "`x`")],
            &[(Code::RESPONSE_FORMAT, 1)],
        );
        let both = [(BODY, "/a", "a string"), (EXPECTED, "/a", "`x`"), (SELECTED, "/a", "`x`")];
        check(&both, &[(BODY, 2)]);
        check(&[(BODY, "/a", "a string"), (EXPECTED, "/b", "`x`")], &[(BODY, 0), (EXPECTED, 0)]);
        check(&[(EXPECTED, "/a", "`x`"), (SELECTED, "/a", "`x`")], &[(EXPECTED, 0), (SELECTED, 0)]);
    }

    #[test]
    fn one_missing_member_is_one_finding() {
        check(&[(BODY, "/a", "no member `b`"), (EXPECTED, "/a", "no member `b`")], &[(BODY, 1)]);
        let two = [(BODY, "/a", "no member `b`"), (EXPECTED, "/a", "no member `c`")];
        check(&two, &[(BODY, 0), (EXPECTED, 0)]);
        let other = [(BODY, "/a", "no member `b`"), (EXPECTED, "/a", "an object")];
        check(&other, &[(BODY, 0), (EXPECTED, 0)]);
        let too_many = [(BODY, "/a", "not allowed"), (EXPECTED, "/a", "`1`")];
        check(&too_many, &[(BODY, 0), (EXPECTED, 0)]);
    }

    #[test]
    fn what_only_warns_takes_no_failure_along() {
        let mut findings = vec![finding((BODY, "/a", "a string")), finding((EXPECTED, "/a", "`x`"))];
        findings[0].severity = Severity::Warn;
        check_of(findings, &[(BODY, 0), (EXPECTED, 0)]);
    }
}
