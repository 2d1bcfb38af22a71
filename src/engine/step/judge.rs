//! Everything that is found in an answer.

use super::report::request_line;
use super::{Described, Sending, StepContext, StepOutcome};
use crate::check::{
    Check, Fact, RequestValues, ResponsePart, Severities, check_deprecated_use, check_http, check_response,
};
use crate::diagnostic::{Code, Finding, Problems, Severity};
use crate::engine::capture::evaluate_capture;
use crate::engine::event::ExchangeReport;
use crate::engine::expect::check_expectations;
use crate::engine::fact::{own_fact, unresolved_fact, verdict};
use crate::engine::scope::{CaseScope, ExchangeScope};
use crate::engine::sends::SentAs;
use crate::engine::status::{ExpectedStatus, add_consequences, fold_into_status};
use crate::exchange::Exchange;
use crate::http::{CookieJar, curl};
use crate::plan::PlannedStep;
use std::sync::Arc;

impl StepContext<'_> {
    /// Everything that is found in an answer: the contract, the captures, the expectations.
    pub(super) fn judge(
        &self,
        sending: Sending<'_>,
        exchange: Exchange,
        (values, sent): (&RequestValues, SentAs),
        expected: &ExpectedStatus,
        scope: &mut CaseScope,
        jar: &mut CookieJar,
    ) -> StepOutcome {
        let (step, written) = (sending.step, sending.written());
        jar.store(&exchange.request.url, &exchange.response.headers);
        let exchange = Arc::new(exchange);
        // A body takes up ten times its size, and most are not looked at again.
        if self.run.reads_exchange(self.scenario, step) {
            scope.exchanges.insert(step.id.clone(), Arc::clone(&exchange));
        }
        let api = self.api_at(sending, &exchange.request.url);
        if let Some(refusal) = api.and_then(|api| self.run.target.refusal(self.worker, api)) {
            let mut outcome = self.refused(step, &exchange, refusal);
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
        let mut unmet = self.capture(step, &exchange, scope);
        let of_row = self.row.map(|row| {
            // What is wrong with it was said when the plan was made.
            let mut problems = Problems::new(&self.scenario.file.source);
            written.expect.with_row(row, limits, &mut problems)
        });
        let checked = check_expectations(
            of_row.as_ref().unwrap_or(&written.expect),
            sending.request.attached.expected.as_deref(),
            sending.operation(),
            &exchange,
            &ExchangeScope { case: scope, exchange: &exchange },
        );
        unmet.extend(checked.facts);
        let status = exchange.response.status;
        let undecodable = facts
            .iter_mut()
            .find(|fact| fact.code == Code::RESPONSE_DECODE && fact.severity == Severity::Deny);
        if let (true, Some(fact)) = (expected.accepts(status, sending.operation()), undecodable) {
            add_consequences(fact, unmet);
        } else if expected.accepts(status, sending.operation()) {
            facts.extend(unmet);
        } else {
            fold_into_status(&mut facts, unmet, sending, expected, status);
        }
        if (300..400).contains(&status)
            && written.follow == 0
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
        let request = request_line(&exchange.request);
        let findings = self.findings(step, &exchange, &request, facts);
        let mut report = self.blank(step, verdict(&findings), None);
        report.repeat = (!findings.is_empty()).then(|| curl(&exchange.request));
        report.waived = if self.is_cleanup() { Vec::new() } else { waived(&findings, &severities) };
        report.findings = findings;
        report.not_checked = judgement.not_checked;
        report.off = judgement.off;
        report.notes = exchange.notes.clone();
        report.exchange = Some(ExchangeReport {
            request,
            status,
            latency: exchange.latency,
            is_judged: report.not_checked.is_empty(),
        });
        sending.log.judged(&exchange, &mut report);
        StepOutcome { report, was_sent: true }
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
                    if let Some(at) = missing.at {
                        fact = fact.response(ResponsePart::Body(at), "is the nearest part that exists");
                    }
                    facts.push(fact);
                }
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
    let warnings = findings.iter().filter(|finding| finding.severity == Severity::Warn);
    warnings.map(|finding| finding.code).filter(|code| is_lowered(*code)).collect()
}
