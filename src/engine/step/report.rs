//! What is said of a step.

use super::{StepContext, StepOutcome};
use crate::check::Fact;
use crate::diagnostic::{Code, Finding, Place, Severity};
use crate::engine::Verdict;
use crate::engine::event::{ExchangeReport, StepReport};
use crate::engine::fact::own_fact;
use crate::engine::place::{Places, first_line};
use crate::engine::target::Refusal;
use crate::exchange::{Exchange, Request};
use crate::plan::{PlannedAction, PlannedStep, PlannedTarget};
use crate::source::Source;
use std::cell::OnceCell;
use std::time::Duration;

impl StepContext<'_> {
    /// What a step does, in a word or two.
    fn action(&self, step: &PlannedStep) -> String {
        match &step.action {
            PlannedAction::Request(request) => match &request.target {
                PlannedTarget::Operation(call) => self.run.plan.operation(call).name(),
                PlannedTarget::Url(url) => url.send.text.clone(),
            },
            PlannedAction::Pause(_) => {
                let time = self.scenario.file.source.slice(step.step.place());
                format!("pause {}", time.trim_matches(['"', '\'']))
            }
        }
    }

    /// A report of a step that has not run.
    pub(in crate::engine) fn blank(
        &self,
        step: &PlannedStep,
        verdict: Verdict,
        reason: Option<String>,
    ) -> StepReport {
        StepReport {
            id: step.id.clone(),
            title: step.step.title.clone(),
            phase: self.phase,
            action: self.action(step),
            verdict,
            reason,
            findings: Vec::new(),
            exchange: None,
            exchanges: Vec::new(),
            repeat: None,
            waived: Vec::new(),
            off: Vec::new(),
            not_checked: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// A report of a step that could not be carried out.
    pub(super) fn errored(&self, step: &PlannedStep, fact: Fact) -> StepOutcome {
        let mut report = self.blank(step, Verdict::Errored, None);
        let places = self.places(step, None, String::new());
        report.findings.push(places.finding(fact));
        StepOutcome { report, was_sent: false }
    }

    pub(super) fn places<'p>(
        &'p self,
        step: &'p PlannedStep,
        exchange: Option<&'p Exchange>,
        label: String,
    ) -> Places<'p> {
        Places {
            scenario: &self.scenario.file.source,
            call: step.step.place(),
            call_label: label,
            document: step.call().map(|call| self.run.plan.apis[call.api].contract.document().as_ref()),
            exchange,
            masker: &self.run.settings.masker,
            head: OnceCell::new(),
            body: OnceCell::new(),
        }
    }

    /// The target could not answer as the API: there is nothing to judge.
    pub(super) fn refused(&self, step: &PlannedStep, exchange: &Exchange, refusal: Refusal) -> StepOutcome {
        let headline = format!("the mock cannot answer: {}", refusal.reason);
        let label = format!("{} `{}`: {}", self.phase.word(), step.id, request_line(&exchange.request));
        let fact = own_fact(Code::MOCK_REFUSED, headline, step.step.place(), &label).help(refusal.help);
        let mut finding = self.places(step, None, String::new()).finding(fact);
        finding.document = refusal.place.map(|place| {
            // Rules may hold a credential that they ask for.
            let text = self.run.settings.masker.mask_in_place(place.source.text());
            let source = Source::new(place.source.name(), text);
            let span = first_line(&source, place.span);
            Place { source, span, label: "is the rule that answers".to_owned(), at: None }
        });
        let mut report = self.blank(step, Verdict::Errored, None);
        report.findings.push(finding);
        // No command: the mock ends with the run.
        report.exchange = Some(ExchangeReport {
            request: request_line(&exchange.request),
            status: exchange.response.status,
            latency: exchange.latency,
            is_judged: false,
        });
        StepOutcome { report, was_sent: true }
    }

    /// The findings of an answer, with their places.
    pub(super) fn findings(
        &self,
        step: &PlannedStep,
        exchange: &Exchange,
        request: &str,
        facts: Vec<Fact>,
    ) -> Vec<Finding> {
        if facts.is_empty() {
            return Vec::new();
        }
        let label = format!(
            "{} `{}`: {request} answered {} in {}",
            self.phase.word(),
            step.id,
            exchange.response.status,
            milliseconds(exchange.latency)
        );
        let places = self.places(step, Some(exchange), label);
        let finding = |mut fact: Fact| {
            if self.is_cleanup() {
                fact.severity = fact.severity.min(Severity::Warn);
            }
            places.finding(fact)
        };
        facts.into_iter().map(finding).collect()
    }
}

/// `3 ms`, and `<1 ms` for less than one.
fn milliseconds(time: Duration) -> String {
    match time.as_millis() {
        0 => "<1 ms".to_owned(),
        count => format!("{count} ms"),
    }
}

/// `PUT /v2/orders/50ca…`, without the origin.
pub(super) fn request_line(request: &Request) -> String {
    let target = request
        .url
        .split_once("://")
        .map_or(request.url.as_str(), |(_, rest)| rest.find('/').map_or("/", |at| &rest[at..]));
    let shown: String = if target.chars().count() > 60 {
        target.chars().take(59).chain(['…']).collect()
    } else {
        target.to_owned()
    };
    format!("{} {shown}", request.method)
}
