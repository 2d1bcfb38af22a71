use super::{Outcome, RunRecord};
use crate::engine::{Requirement, RequirementKind, RequirementOutcome};
use std::borrow::Cow;

/// What is to be said of a run beside its cases, in the four words that other tools have: everything that makes a
/// run fail whose cases all passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WholeFact {
    /// What kind of fact it is: `budget`, `coverage`, `baseline`, `file`, `shards`; of the run itself `incomplete`
    /// or `interrupted`.
    pub kind: &'static str,
    /// What the kind is about, in a sentence.
    pub about: &'static str,
    /// `budget p95=300ms`, `the run`.
    pub name: String,
    /// What it came to.
    pub outcome: Outcome,
    /// Sentences; none where all is well.
    pub words: Vec<String>,
    /// The file that it stands in, where there is one.
    pub path: Option<String>,
    /// Its line; 0 where only the file is known.
    pub line: u32,
}

impl WholeFact {
    fn of_run(kind: &'static str, words: String) -> Self {
        Self {
            kind,
            about: "The run came to its end.",
            name: "the run".to_owned(),
            outcome: Outcome::Errored,
            words: vec![words],
            path: None,
            line: 0,
        }
    }

    fn of(requirement: &Requirement) -> Self {
        let outcome = match (requirement.outcome, requirement.kind) {
            (RequirementOutcome::Met, _) => Outcome::Passed,
            (RequirementOutcome::NotChecked, _) => Outcome::Skipped,
            // The API is not to blame for these.
            (RequirementOutcome::Unmet, RequirementKind::File | RequirementKind::Shards) => Outcome::Errored,
            (RequirementOutcome::Unmet, _) => Outcome::Failed,
        };
        Self {
            kind: requirement.kind.word(),
            about: requirement.kind.about(),
            name: requirement.name(),
            outcome,
            words: requirement.words.clone(),
            path: requirement.path.clone(),
            line: requirement.line,
        }
    }

    /// Whether it makes the run fail.
    pub fn is_failure(&self) -> bool {
        matches!(self.outcome, Outcome::Failed | Outcome::Errored)
    }

    /// What it is called where findings have codes: `run.budget`.
    pub fn rule(&self) -> Cow<'static, str> {
        Cow::Owned(format!("run.{}", self.kind))
    }

    /// Its sentences in a line.
    pub fn message(&self) -> String {
        self.words.join("; ")
    }
}

impl RunRecord {
    /// Whether the run came to its end: where it did not, why.
    pub fn end(&self) -> Option<WholeFact> {
        let words = "the run was interrupted before its end; cleanup was run";
        let interrupted = || self.is_interrupted.then(|| WholeFact::of_run("interrupted", words.to_owned()));
        self.incomplete().map(|words| WholeFact::of_run("incomplete", words)).or_else(interrupted)
    }

    /// What was asked of it as a whole, met or not.
    pub fn asked(&self) -> impl Iterator<Item = WholeFact> {
        self.summary.requirements.iter().map(WholeFact::of)
    }

    /// Everything that is to be said of it beside its cases.
    pub fn whole(&self) -> Vec<WholeFact> {
        self.end().into_iter().chain(self.asked()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::report::Recorder;

    #[test]
    fn what_fails_a_run_is_a_fact_of_it() {
        let mut record = Recorder::new(Timestamp::UNIX_EPOCH, None).record().clone();
        let kinds =
            |record: &RunRecord| record.whole().iter().map(|it| (it.kind, it.outcome)).collect::<Vec<_>>();
        assert_eq!(kinds(&record), [("incomplete", Outcome::Errored)]);
        record.failure = Some("nobody answers".to_owned());
        assert_eq!(record.whole()[0].message(), "no case was run: nobody answers");
        record.is_complete = true;
        assert_eq!(kinds(&record), []);
        record.is_interrupted = true;
        let unmet = |kind| Requirement::new(kind, "x", vec!["y".to_owned()]);
        record.summary.requirements = vec![
            Requirement::new(RequirementKind::Budget, "x", Vec::new()),
            unmet(RequirementKind::Coverage),
            unmet(RequirementKind::Baseline),
            unmet(RequirementKind::File),
            Requirement::not_checked(RequirementKind::Budget, "z", "w"),
        ];
        assert_eq!(
            kinds(&record),
            [
                ("interrupted", Outcome::Errored),
                ("budget", Outcome::Passed),
                ("coverage", Outcome::Failed),
                ("baseline", Outcome::Failed),
                ("file", Outcome::Errored),
                ("budget", Outcome::Skipped),
            ]
        );
    }
}
