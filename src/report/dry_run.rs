//! What a dry run would have sent, as one JSON document: `schemas/dry-run.schema.json`.

use super::trace::WrittenRequest;
use crate::diagnostic::{Finding, Severity};
use crate::engine::{CaseReport, Event, RunStarted, StepReport, Verdict};
use serde::Serialize;

/// The version of the document's form; it grows when a member changes its meaning or goes away.
const VERSION: u32 = 1;

/// Collects the events of a dry run.
#[derive(Debug, Default)]
pub struct DryRun {
    started: Option<RunStarted>,
    cases: Vec<CaseReport>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'r> {
    version: u32,
    environment: Option<&'r str>,
    target: &'r str,
    seed: u64,
    run_id: &'r str,
    cases: Vec<WrittenCase<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenCase<'r> {
    id: &'r str,
    title: &'r str,
    row: Option<&'r str>,
    state: &'static str,
    reason: Option<&'r str>,
    steps: Vec<WrittenStep<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenStep<'r> {
    id: &'r str,
    phase: &'static str,
    action: &'r str,
    state: &'static str,
    reason: Option<&'r str>,
    request: Option<WrittenRequest<'r>>,
    notes: &'r [String],
    problems: Vec<WrittenProblem<'r>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenProblem<'r> {
    code: &'static str,
    level: &'static str,
    message: &'r str,
}

impl DryRun {
    /// Takes the next event.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::RunStarted(started) => self.started = Some(started.clone()),
            Event::CaseFinished(case) => self.cases.push(CaseReport::clone(case)),
            _ => {}
        }
    }

    /// The document, indented, cases in the order of the plan; ends with a line end.
    pub fn to_json(mut self) -> String {
        self.cases.sort_by_key(|case| case.index);
        let started = self.started.as_ref();
        let document = Document {
            version: VERSION,
            environment: started.and_then(|it| it.environment.as_deref()),
            target: started.map_or("", |it| &it.target),
            seed: started.map_or(0, |it| it.seed),
            run_id: started.map_or("", |it| &it.run_id),
            cases: self.cases.iter().map(case).collect(),
        };
        let text = serde_json::to_string_pretty(&document).expect("texts and numbers can be written");
        text + "\n"
    }
}

fn case(case: &CaseReport) -> WrittenCase<'_> {
    WrittenCase {
        id: &case.id,
        title: &case.title,
        row: case.row.as_deref(),
        state: state(case.verdict),
        reason: case.reason.as_deref(),
        steps: case.steps.iter().map(step).collect(),
    }
}

fn step(step: &StepReport) -> WrittenStep<'_> {
    WrittenStep {
        id: &step.id,
        phase: step.phase.key(),
        action: &step.action,
        state: state(step.verdict),
        reason: step.reason.as_deref(),
        request: step.exchanges.first().map(|record| WrittenRequest::of(&record.request)),
        notes: &step.notes,
        problems: step.findings.iter().map(problem).collect(),
    }
}

fn problem(finding: &Finding) -> WrittenProblem<'_> {
    let level = if finding.severity == Severity::Deny { "error" } else { "warning" };
    WrittenProblem { code: finding.code.as_str(), level, message: &finding.headline }
}

/// What becomes of a case or step of which nothing is sent.
pub(super) fn state(verdict: Verdict) -> &'static str {
    if verdict == Verdict::Passed { "ready" } else { verdict.as_str() }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{case, finding, record, step};
    use super::*;
    use crate::diagnostic::Code;
    use crate::engine::ExchangeRecord;
    use serde_json::{Value, json};
    use std::sync::Arc;

    #[test]
    fn the_schema_describes_what_is_written() {
        let mut dry = DryRun::default();
        let record = ExchangeRecord { response: None, verdict: Some(Verdict::Passed), ..record() };
        let mut ready = case(1, Verdict::Passed, "a", "b");
        ready.steps =
            vec![StepReport { exchanges: vec![Arc::new(record)], ..step("update", Verdict::Passed) }];
        let mut errored = case(0, Verdict::Errored, "a", "c");
        errored.steps = vec![StepReport {
            findings: vec![finding(Code::VALUE_UNRESOLVED, "it has no value")],
            ..step("update", Verdict::Errored)
        }];
        dry.event(&Event::CaseFinished(Box::new(ready)));
        dry.event(&Event::CaseFinished(Box::new(errored)));
        let document: Value = serde_json::from_str(&dry.to_json()).expect("it is JSON");
        let schema: Value =
            serde_json::from_str(include_str!("../../schemas/dry-run.schema.json")).expect("it is JSON");
        let validator = jsonschema::draft202012::new(&schema).expect("the schema is a schema");
        let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{document:#}");
        let states: Vec<&Value> = (0..2).map(|index| &document["cases"][index]["state"]).collect();
        assert_eq!(states, ["errored", "ready"]);
        let problem = json!([{ "code": "value.unresolved", "level": "error", "message": "it has no value" }]);
        assert_eq!(document["cases"][0]["steps"][0]["problems"], problem);
        assert_eq!(document["cases"][1]["steps"][0]["request"]["method"], "PUT");
    }
}
