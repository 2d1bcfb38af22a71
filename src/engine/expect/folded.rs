use crate::diagnostic::Finding;

/// Findings of several answers to one step: what is the same is kept once, and counted.
pub(in crate::engine) struct Folded {
    kept: Vec<(Finding, usize)>,
    /// The most that are kept; the number of others is all that is known of them.
    most: usize,
    others: usize,
}

impl Folded {
    pub(in crate::engine) fn new(most: usize) -> Self {
        Self { kept: Vec::new(), most, others: 0 }
    }

    /// Adds the findings of one answer.
    pub(in crate::engine) fn add(&mut self, findings: Vec<Finding>) {
        for finding in findings {
            match self.kept.iter().position(|(kept, _)| is_same(kept, &finding)) {
                Some(index) => self.kept[index].1 += 1,
                None if self.kept.len() < self.most => self.kept.push((finding, 1)),
                None => self.others += 1,
            }
        }
    }

    /// Each with a note that says how often; the last tells how many were not kept.
    pub(in crate::engine) fn into_findings(self, note: impl Fn(usize) -> String) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self
            .kept
            .into_iter()
            .map(|(mut finding, times)| {
                finding.notes.push(note(times));
                finding
            })
            .collect();
        if let (Some(last), true) = (findings.last_mut(), self.others > 0) {
            last.notes.push(format!("and {} more findings, beyond the limit `findings`", self.others));
        }
        findings
    }
}

/// Whether two findings say the same of two answers.
pub(in crate::engine) fn is_same(left: &Finding, right: &Finding) -> bool {
    let place =
        |finding: &Finding| finding.document.as_ref().map(|it| (it.source.name().to_owned(), it.span));
    left.code == right.code && left.headline == right.headline && place(left) == place(right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Fact;
    use crate::diagnostic::{Code, Severity};

    fn finding(headline: &str) -> Finding {
        let Fact { code, severity, headline, .. } = Fact::new(Code::RESPONSE_BODY, Severity::Warn, headline);
        let (notes, help) = (Vec::new(), Vec::new());
        let (expected, actual, scenario, document, response) = (None, None, None, None, None);
        Finding {
            code,
            severity,
            headline,
            expected,
            actual,
            scenario,
            document,
            response,
            notes,
            help,
            differences: Vec::new(),
            known: None,
        }
    }

    #[test]
    fn equal_findings_are_counted_and_no_more_than_the_limit_are_kept() {
        let mut folded = Folded::new(2);
        folded.add(vec![finding("a"), finding("b")]);
        folded.add(vec![finding("a"), finding("c")]);
        let found = folded.into_findings(|times| format!("{times} times"));
        let words: Vec<String> =
            found.iter().map(|it| format!("{}: {}", it.headline, it.notes.join(", "))).collect();
        assert_eq!(words, ["a: 2 times", "b: 1 times, and 1 more findings, beyond the limit `findings`"]);
    }
}
