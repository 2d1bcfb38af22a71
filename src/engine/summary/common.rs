//! What makes more than one case fail: a target that is down, one thing that an API does wrong wherever it is asked.

use crate::diagnostic::{About, Code, Finding};
use crate::engine::event::CommonFinding;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Adds up the findings that decided cases; the order of the cases does not matter.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct CommonFindings {
    /// By code and by what they are about: the place in the document, or words.
    all: BTreeMap<(Code, (String, usize)), Common>,
}

#[derive(Clone, Debug)]
struct Common {
    place: Option<String>,
    /// Of the first case in the order of the plan.
    headline: String,
    cases: BTreeSet<usize>,
    /// Hashes of all headlines: the words may differ in a value.
    headlines: BTreeSet<u64>,
}

impl CommonFindings {
    /// Takes what decided a case.
    pub(in crate::engine) fn add(&mut self, index: usize, findings: Vec<&Finding>) {
        for finding in findings {
            let (place, key) = match finding.about() {
                Some(About::Promise(place)) => {
                    (Some(place.at_line()), (place.source.name().to_owned(), place.span.start))
                }
                Some(About::Target(words)) => (None, (words.to_owned(), 0)),
                None => continue,
            };
            let headline = || finding.headline.clone();
            let common = self.all.entry((finding.code, key)).or_insert_with(|| Common {
                place,
                headline: headline(),
                cases: BTreeSet::new(),
                headlines: BTreeSet::new(),
            });
            if common.cases.first().is_some_and(|first| index < *first) {
                common.headline = headline();
            }
            common.cases.insert(index);
            let mut hasher = DefaultHasher::new();
            finding.headline.hash(&mut hasher);
            common.headlines.insert(hasher.finish());
        }
    }

    /// Those of more than one case, the most frequent first.
    pub(in crate::engine) fn finish(self) -> Vec<CommonFinding> {
        let common = self.all.into_iter().filter(|(_, it)| it.cases.len() > 1);
        let common = common.map(|((code, _), it)| CommonFinding {
            code,
            headline: it.headline,
            others: it.headlines.len() - 1,
            place: it.place,
            cases: it.cases.len(),
        });
        let mut common: Vec<_> = common.collect();
        common.sort_by_key(|it| Reverse(it.cases));
        common
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Place, Severity};
    use crate::source::{Source, Span};

    /// Each finding as its case, its line in the document and its words; expected are the first headline, the
    /// number of others and the number of cases.
    fn check(findings: &[(usize, Option<usize>, &str)], expected: &[(&str, usize, usize)]) {
        let source = Source::new("a.yaml", "\n".repeat(9));
        let finding = |line: Option<usize>, headline: &str| Finding {
            code: Code::RESPONSE_BODY,
            severity: Severity::Deny,
            headline: headline.to_owned(),
            expected: None,
            actual: None,
            scenario: None,
            document: line.map(|line| {
                let at = source.line(line).start;
                Place { source: source.clone(), span: Span::new(at, at), label: String::new(), at: None }
            }),
            response: None,
            notes: Vec::new(),
            help: Vec::new(),
            differences: Vec::new(),
            known: None,
        };
        let mut reverse = findings.to_vec();
        reverse.reverse();
        for findings in [findings, &reverse] {
            let mut common = CommonFindings::default();
            for (index, line, headline) in findings {
                common.add(*index, vec![&finding(*line, headline)]);
            }
            let found = common.finish();
            let found: Vec<_> = found.iter().map(|it| (it.headline.as_str(), it.others, it.cases)).collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_more_than_one_case_fails_by_is_counted_by_case() {
        check(&[(0, Some(3), "a"), (0, Some(3), "a")], &[]);
        check(&[(0, Some(3), "a"), (1, Some(4), "a")], &[]);
        check(&[(0, Some(3), "a"), (1, Some(3), "b"), (2, Some(3), "a")], &[("a", 1, 3)]);
        check(&[(0, None, "down"), (1, None, "down"), (2, None, "gone")], &[("down", 0, 2)]);
        let two = [(0, Some(3), "a"), (1, Some(3), "a"), (2, None, "b"), (3, None, "b"), (4, None, "b")];
        check(&two, &[("b", 0, 3), ("a", 0, 2)]);
    }

    #[test]
    fn what_is_about_a_line_of_the_scenario_is_each_time_another_fact() {
        let source = Source::new("a.contest.yaml", "a");
        let place = Place { source, span: Span::new(0, 1), label: String::new(), at: None };
        let mut common = CommonFindings::default();
        for index in 0..2 {
            let finding = Finding {
                code: Code::EXPECT_BODY,
                severity: Severity::Deny,
                headline: "`a` is not as expected".to_owned(),
                expected: None,
                actual: None,
                scenario: Some(place.clone()),
                document: None,
                response: None,
                notes: Vec::new(),
                help: Vec::new(),
                differences: Vec::new(),
                known: None,
            };
            common.add(index, vec![&finding]);
        }
        assert_eq!(common.finish(), []);
    }
}
