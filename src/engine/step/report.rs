//! What is said of a step.

use super::{Sending, StepContext, StepOutcome};
use crate::check::Fact;
use crate::check::matching::Schemas;
use crate::diagnostic::{Code, Finding, Place, Severity};
use crate::engine::Verdict;
use crate::engine::auth::client_of;
use crate::engine::event::{ExchangeReport, StepReport};
use crate::engine::fact::own_fact;
use crate::engine::place::{Places, first_line};
use crate::engine::scope::CaseScope;
use crate::engine::target::Refusal;
use crate::exchange::{Exchange, Request};
use crate::plan::{PlannedAction, PlannedStep, PlannedTarget};
use crate::source::{Location, Source};
use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

impl StepContext<'_> {
    /// What a step does, in a word or two.
    fn action(&self, step: &PlannedStep) -> String {
        match &step.action {
            PlannedAction::Request(request) => match &request.target {
                PlannedTarget::Operation(call) => self.run.plan.operation(call).name(),
                PlannedTarget::Url(url) => url.send.text.clone(),
            },
            PlannedAction::Flow(call) => format!("flow {}", call.call.name()),
            PlannedAction::Pause(_) => {
                let time = step.source.slice(step.step.place());
                format!("pause {}", time.trim_matches(['"', '\'']))
            }
        }
    }

    /// Which step it is and what it does: step `pay`: payOrder.
    pub(in crate::engine) fn words(&self, step: &PlannedStep) -> String {
        format!("{} `{}`: {}", self.phase.word(), step.id, self.action(step))
    }

    /// A report of a step that has not run.
    pub(in crate::engine) fn blank(
        &self,
        step: &PlannedStep,
        verdict: Verdict,
        reason: Option<String>,
    ) -> StepReport {
        StepReport {
            title: step.step.title.clone(),
            action: self.action(step),
            reason,
            at: Some(Location::new(&step.source, step.step.place())),
            ..StepReport::blank(step.id.clone(), self.phase, verdict)
        }
    }

    /// A report of a step that could not be carried out.
    pub(super) fn errored(&self, step: &PlannedStep, fact: Fact) -> StepOutcome {
        let mut report = self.blank(step, Verdict::Errored, None);
        let places = self.places(step, None, String::new());
        let mut finding = places.finding(fact);
        let auth_at = step.request().and_then(|request| request.auth_at.as_ref());
        match (finding.code, auth_at) {
            // The profile may be chosen in the project file.
            (Code::AUTH_TOKEN, Some(at)) => {
                let (source, span) = (Arc::clone(&at.source), first_line(&at.source, at.span));
                let label = format!("step `{}` was not sent", step.id);
                finding.scenario = Some(Place { source, span, label, at: None });
            }
            (Code::MOCK_REFUSED, _) => {
                let refusal = step.call().and_then(|call| self.run.target.refusal(self.worker, call.api));
                finding.document = refusal.and_then(|refusal| self.rule_place(&refusal));
            }
            _ => {}
        }
        report.findings.push(finding);
        StepOutcome { report, was_sent: false }
    }

    /// The rule of a mock that answers for itself.
    fn rule_place(&self, refusal: &Refusal) -> Option<Place> {
        let place = refusal.place.as_ref()?;
        // Rules may hold a credential that they ask for.
        let text = self.run.settings.masker.mask_in_place(place.source.text());
        let source = Source::new(place.source.name(), text);
        let span = first_line(&source, place.span);
        Some(Place { source, span, label: "is the rule that answers".to_owned(), at: None })
    }

    /// What the `$schema`s of a step name.
    pub(super) fn schemas<'p>(&'p self, step: &'p PlannedStep) -> Schemas<'p> {
        let Some(request) = step.request() else { return Schemas::NONE };
        Schemas {
            document: step.call().map(|call| &*self.run.plan.apis[call.api].contract),
            files: self.run.plan.schemas.as_deref(),
            pointers: &request.attached.schemas,
        }
    }

    pub(in crate::engine) fn places<'p>(
        &'p self,
        step: &'p PlannedStep,
        exchange: Option<&'p Exchange>,
        label: String,
    ) -> Places<'p> {
        Places {
            scenario: &step.source,
            row: self.row,
            call: step.step.place(),
            call_label: label,
            schemas: self.run.plan.schemas.as_ref().map(|schemas| &**schemas.document()),
            document: step.call().map(|call| self.run.plan.apis[call.api].contract.document().as_ref()),
            exchange,
            masker: &self.run.settings.masker,
            head: OnceCell::new(),
            body: OnceCell::new(),
        }
    }

    /// The command that sends a request again, from the folder that the file's own name is seen from.
    pub(super) fn repeat(&self, sending: Sending<'_>, request: &Request, scope: &CaseScope) -> String {
        let client = client_of(&sending.request.auth, self.run, scope);
        client.curl(request, sending.body_file().as_deref().and_then(Path::to_str))
    }

    /// The target could not answer as the API: there is nothing to judge.
    pub(super) fn refused(&self, sending: Sending<'_>, exchange: &Exchange, refusal: Refusal) -> StepOutcome {
        let step = sending.step;
        let headline = format!("the mock cannot answer: {}", refusal.reason);
        let label = format!("{} {}: {}", self.phase.word(), sending.name(), request_line(&exchange.request));
        let document = self.rule_place(&refusal);
        let fact = own_fact(Code::MOCK_REFUSED, headline, step.step.place(), &label).help(refusal.help);
        let mut finding = self.places(step, None, String::new()).finding(fact);
        finding.document = document;
        let mut report = self.blank(step, Verdict::Errored, None);
        report.findings.push(finding);
        // No command: the mock ends with the run.
        report.exchange = Some(ExchangeReport {
            request: request_line(&exchange.request),
            status: exchange.response.status,
            latency: exchange.latency,
            is_described: step.call().is_some(),
            is_judged: false,
        });
        StepOutcome { report, was_sent: true }
    }

    /// The findings of an answer, with their places.
    pub(super) fn findings(
        &self,
        sending: Sending<'_>,
        exchange: &Exchange,
        request: &str,
        facts: Vec<Fact>,
    ) -> Vec<Finding> {
        if facts.is_empty() {
            return Vec::new();
        }
        let label = format!(
            "{} {}: {request} answered {} in {}",
            self.phase.word(),
            sending.name(),
            exchange.response.status,
            milliseconds(exchange.latency)
        );
        let places = self.places(sending.step, Some(exchange), label);
        let ledger = self.ledger(sending, exchange.response.status);
        let finding = |mut fact: Fact| {
            let is_left_behind = fact.code == Code::EXPECT_STATUS && self.is_cleanup_strict;
            if self.is_cleanup() && !is_left_behind {
                fact.severity = fact.severity.min(Severity::Warn);
            }
            let known = ledger.as_ref().and_then(|(ledger, answer)| ledger.know(answer, &mut fact));
            Finding { known, ..places.finding(fact) }
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
