use crate::report::record::{CaseRecord, FindingRecord, StepRecord};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// Tells findings apart, the same from run to run and when lines move: by code, case, step, document and the
/// place in the response, in which indices of arrays do not count. Equal ones are numbered.
#[derive(Default)]
pub(super) struct Fingerprints {
    seen: HashMap<String, usize>,
}

impl Fingerprints {
    /// The fingerprint of the next finding, as 32 hexadecimal digits.
    pub(super) fn of(&mut self, case: &CaseRecord, step: &StepRecord, finding: &FindingRecord) -> String {
        let response = finding.response.as_ref().and_then(|place| place.at.as_deref()).unwrap_or_default();
        let names = response.split('/').map(|name| match name.parse::<u64>() {
            Ok(_) => "*",
            Err(_) => name,
        });
        let document = finding.document.as_ref().map_or("", |place| place.path.as_str());
        let parts = [
            finding.code.as_str(),
            case.id.as_str(),
            step.phase.key(),
            step.id.as_str(),
            document,
            &names.collect::<Vec<_>>().join("/"),
        ];
        self.of_key(parts.join("\n"))
    }

    /// The fingerprint of something that is to be said of the run as a whole.
    pub(super) fn of_whole(&mut self, name: &str) -> String {
        self.of_key(format!("the run\n{name}"))
    }

    fn of_key(&mut self, key: String) -> String {
        let count = self.seen.entry(key.clone()).or_default();
        *count += 1;
        let digest = Sha256::digest(format!("{key}\n{count}"));
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Verdict;
    use crate::report::fixtures::{body_type, case, step};

    /// The fingerprints of a case with these findings.
    fn of(findings: Vec<crate::diagnostic::Finding>) -> Vec<String> {
        let mut report = case(0, Verdict::Failed, "a", "b");
        report.steps = vec![crate::engine::StepReport { findings, ..step("read", Verdict::Failed) }];
        let record = CaseRecord::of(&report);
        let mut fingerprints = Fingerprints::default();
        record.findings().map(|(step, finding, _)| fingerprints.of(&record, step, finding)).collect()
    }

    #[test]
    fn they_stay_when_lines_and_values_change() {
        let mut moved = body_type();
        moved.headline = "another value".to_owned();
        moved.scenario = None;
        let at = |at: &str| {
            let mut finding = body_type();
            finding.response.as_mut().expect("it has a place").at = Some(at.to_owned());
            finding
        };
        assert_eq!(of(vec![body_type()]), of(vec![moved]));
        assert_eq!(of(vec![at("/a/0/b")]), of(vec![at("/a/17/b")]));
        assert_ne!(of(vec![at("/a/b")]), of(vec![at("/a/c")]));
        let twice = of(vec![body_type(), body_type()]);
        assert_ne!(twice[0], twice[1]);
        assert!(twice.iter().all(|it| it.len() == 32));
    }
}
