//! Everything that is found in an answer.

use super::poll::Answer;
use super::report::request_line;
use super::{Described, Sending, StepContext, StepOutcome};
use crate::check::{
    Check, Fact, RequestValues, ResponsePart, Severities, check_deprecated_use, check_http, check_response,
};
use crate::diagnostic::{Code, Finding, Problems, Severity};
use crate::engine::auth::hide;
use crate::engine::event::ExchangeReport;
use crate::engine::expect::capture::evaluate_capture;
use crate::engine::expect::same_place::fold_same_places;
use crate::engine::expect::status::{ExpectedStatus, add_consequences, fold_into_status};
use crate::engine::expect::structure::place_in_content;
use crate::engine::expect::{Expected, check_expectations};
use crate::engine::fact::{own_fact, unresolved_fact, verdict};
use crate::engine::request::sends::SentAs;
use crate::engine::scope::{CaseScope, ExchangeScope};
use crate::engine::target::Refusal;
use crate::exchange::Exchange;
use crate::plan::PlannedStep;

impl StepContext<'_> {
    /// Everything that is found in an answer: the contract, the captures, the expectations.
    pub(super) fn judge(
        &self,
        sending: Sending<'_>,
        answer: Answer<'_>,
        (values, sent): (&RequestValues, SentAs),
        expected: &ExpectedStatus,
        scope: &mut CaseScope,
    ) -> StepOutcome {
        let (step, exchange, polled) = (sending.step, answer.exchange, answer.polled);
        if let Some(refusal) = self.refusal(sending, &exchange) {
            let mut outcome = self.refused(sending, &exchange, refusal);
            sending.log.judged(&exchange, &mut outcome.report);
            return outcome;
        }
        let severities = sending.request.policy.at(exchange.response.status);
        let severities = if self.is_cleanup() { severities.lenient() } else { severities };
        let limits = &self.run.settings.limits;
        let mut judgement = match sending.described() {
            Some(Described { operation, contract, .. }) => {
                let mut judgement = check_response(operation, contract, &exchange, &severities, limits);
                let deprecated = check_deprecated_use(operation, contract, values, &severities);
                judgement.facts.extend(deprecated);
                judgement
            }
            None => {
                let mut judgement = check_http(&exchange, &severities);
                judgement.not_checked.push("`send` is outside the document".to_owned());
                judgement
            }
        };
        let mut facts = std::mem::take(&mut judgement.facts);
        facts.extend(sent.tolerated);
        judgement.not_checked.extend(sent.not_checked);
        // Before anything is saved, as it was evaluated.
        let never_came = polled.as_ref().and_then(|polled| polled.fact(&exchange, scope));
        let mut unmet = self.capture(step, &exchange, scope);
        let checked = self.expectations(sending, &exchange, scope);
        unmet.extend(checked.facts);
        place_in_content(&mut unmet, &exchange, sending.operation(), limits);
        let status = exchange.response.status;
        if let Some(mut fact) = never_came {
            // What else is expected is what it was waited for.
            if expected.accepts(status, sending.operation()) {
                add_consequences(&mut fact, std::mem::take(&mut unmet));
            }
            unmet.insert(0, fact);
        }
        let undecodable = facts.iter_mut().find(|fact| {
            let is_unreadable = [Code::RESPONSE_DECODE, Code::TRANSPORT_LIMIT].contains(&fact.code);
            is_unreadable && fact.severity == Severity::Deny
        });
        if let (true, Some(fact)) = (expected.accepts(status, sending.operation()), undecodable) {
            add_consequences(fact, unmet);
        } else if expected.accepts(status, sending.operation()) {
            facts.extend(unmet);
        } else {
            fold_into_status(&mut facts, unmet, sending, expected, status);
        }
        if (300..400).contains(&status)
            && sending.written().follow == 0
            && exchange.response.headers.get("location").is_some()
        {
            let is_of_status =
                |fact: &&mut Fact| matches!(fact.code, Code::RESPONSE_STATUS | Code::EXPECT_STATUS);
            for fact in facts.iter_mut().filter(is_of_status) {
                let words = "redirects are not followed; `follow: 1` follows one";
                // Behind what an undocumented status mostly means.
                fact.help.insert(fact.help.len().min(1), words.to_owned());
            }
        }
        for error in checked.unresolved {
            facts.push(unresolved_fact(&error.unresolved, error.span, "is expected here"));
        }
        if let Some((ledger, answer)) = self.ledger(sending, status) {
            ledger.exercise(&answer);
        }
        let request = request_line(&exchange.request);
        let mut findings = self.findings(sending, &exchange, &request, facts);
        fold_same_places(&mut findings);
        let mut report = self.blank(step, verdict(&findings), None);
        report.repeat = (!findings.is_empty()).then(|| self.repeat(sending, &exchange.request, scope));
        report.waived = if self.is_cleanup() { Vec::new() } else { waived(&findings, &severities) };
        report.findings = findings;
        report.not_checked = judgement.not_checked;
        report.off = judgement.off;
        report.notes = exchange.notes.clone();
        report.observed = self.run.observe(sending, values, &exchange);
        if let Some(polled) = polled {
            polled.add_to(&mut report);
        }
        report.exchange = Some(ExchangeReport {
            request,
            status,
            latency: exchange.latency,
            is_described: sending.described().is_some(),
            is_judged: report.not_checked.is_empty(),
        });
        sending.log.judged(&exchange, &mut report);
        StepOutcome { report, was_sent: true }
    }

    /// What the step's own expectations say of an answer, those of its row included.
    pub(super) fn expectations(
        &self,
        sending: Sending<'_>,
        exchange: &Exchange,
        scope: &CaseScope,
    ) -> Expected {
        let written = sending.written();
        let of_row = self.row.filter(|_| self.has_row_matchers).map(|row| {
            // What is wrong with it was said when the plan was made.
            let mut problems = Problems::new(row.source.as_ref().unwrap_or(&sending.step.source));
            written.expect.with_row(row, &self.run.settings.limits, &mut problems)
        });
        check_expectations(
            of_row.as_ref().unwrap_or(&written.expect),
            sending.request.attached.expected.as_deref(),
            sending.operation(),
            exchange,
            &ExchangeScope { case: scope, exchange, schemas: self.schemas(sending.step) },
        )
    }

    /// Why the target could not answer as the API, if it could not.
    pub(super) fn refusal(&self, sending: Sending<'_>, exchange: &Exchange) -> Option<Refusal> {
        self.run.target.refusal(self.worker, self.api_at(sending, &exchange.request.url)?)
    }

    fn capture(&self, step: &PlannedStep, exchange: &Exchange, scope: &mut CaseScope) -> Vec<Fact> {
        let mut facts = Vec::new();
        for capture in &step.step.save {
            match evaluate_capture(capture, exchange, scope) {
                Ok(datum) => {
                    if capture.value.is_secret {
                        self.run.settings.masker.add(&datum.to_text());
                    }
                    scope.vars.insert(capture.name.clone(), datum);
                }
                Err(missing) => {
                    let headline = format!("nothing to save under `{}`: {}", capture.name, missing.reason);
                    let mut fact =
                        own_fact(Code::CAPTURE_MISSING, headline, capture.value.span, "finds nothing");
                    fact.help.extend(missing.help.map(str::to_owned));
                    if let Some(at) = missing.at {
                        fact = fact.response(ResponsePart::Body(at), "is the nearest part that exists");
                    }
                    facts.push(fact);
                }
            }
        }
        // Before the exchange is shown to anybody.
        for credential in &scope.credentials {
            if let Ok(datum) = credential.value.resolve(scope) {
                hide(datum.value(), credential.is_sent, &self.run.settings.masker);
            }
        }
        facts
    }
}

/// The codes of warnings whose check a setting has lowered.
fn waived(findings: &[Finding], severities: &Severities) -> Vec<Code> {
    let is_lowered = |code: Code| {
        Check::ALL.iter().any(|check| {
            check.code() == code
                && severities.of(*check) == Severity::Warn
                && check.default_severity() == Severity::Deny
        })
    };
    let is_warning = |finding: &&Finding| finding.severity == Severity::Warn && finding.known.is_none();
    let warnings = findings.iter().filter(is_warning);
    warnings.map(|finding| finding.code).filter(|code| is_lowered(*code)).collect()
}
