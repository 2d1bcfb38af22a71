use super::Verdict;
use super::auth::{AttachError, Credentials, attach, resolve_credentials};
use super::capture::evaluate_capture;
use super::event::{ExchangeReport, Phase, StepReport};
use super::expect::check_expectations;
use super::fact::{call_fact, own_fact, transport_fact, unresolved_fact, verdict};
use super::place::{Places, first_line};
use super::request::{BuildError, BuiltRequest, build_request};
use super::run::Run;
use super::scope::{CaseScope, ExchangeScope};
use super::sends::{SentAs, check_sends};
use super::status::{ExpectedStatus, add_consequences, fold_into_status};
use super::target::Refusal;
use crate::check::{
    Check, Fact, RequestValues, ResponsePart, Severities, check_deprecated_use, check_response,
};
use crate::diagnostic::{Code, Finding, Place, Problems, Severity};
use crate::exchange::{Exchange, Request};
use crate::http::{CookieJar, curl};
use crate::openapi::Contract;
use crate::plan::{PlannedScenario, PlannedStep};
use crate::scenario::{Row, StatusPattern};
use crate::source::{Source, Span};
use std::cell::OnceCell;
use std::sync::Arc;

/// What a step left behind for those that follow.
pub(super) struct StepOutcome {
    pub(super) report: StepReport,
    /// Whether a request went out, so that its cleanup is due.
    pub(super) was_sent: bool,
}

/// Where and for whom a step runs.
pub(super) struct StepContext<'c> {
    pub(super) run: &'c Run,
    pub(super) scenario: &'c PlannedScenario,
    /// The row of the case, where it says more than plain values: what it expects.
    pub(super) row: Option<&'c Row>,
    pub(super) worker: usize,
    pub(super) phase: Phase,
}

/// Cleanup judges leniently: what it may meet there is gone already.
const CLEANUP_STATUSES: &[StatusPattern] =
    &[StatusPattern::Class(2), StatusPattern::Code(404), StatusPattern::Code(410)];

impl StepContext<'_> {
    fn is_cleanup(&self) -> bool {
        matches!(self.phase, Phase::Cleanup | Phase::Teardown)
    }

    fn contract(&self, step: &PlannedStep) -> &Contract {
        &self.run.plan.apis[step.api].contract
    }

    /// A report of a step that has not run.
    pub(super) fn blank(&self, step: &PlannedStep, verdict: Verdict, reason: Option<String>) -> StepReport {
        StepReport {
            id: step.id.clone(),
            title: step.step.title.clone(),
            phase: self.phase,
            operation: self.run.plan.operation(step).name(),
            verdict,
            reason,
            findings: Vec::new(),
            exchange: None,
            repeat: None,
            waived: Vec::new(),
            off: Vec::new(),
            not_checked: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// A report of a step that could not be carried out.
    fn errored(&self, step: &PlannedStep, fact: Fact) -> StepOutcome {
        let mut report = self.blank(step, Verdict::Errored, None);
        let places = self.places(step, None, String::new());
        report.findings.push(places.finding(fact));
        StepOutcome { report, was_sent: false }
    }

    fn places<'p>(
        &'p self,
        step: &'p PlannedStep,
        exchange: Option<&'p Exchange>,
        label: String,
    ) -> Places<'p> {
        Places {
            scenario: &self.scenario.file.source,
            call: step.step.call.span,
            call_label: label,
            document: self.contract(step).document(),
            exchange,
            masker: &self.run.settings.masker,
            head: OnceCell::new(),
            body: OnceCell::new(),
        }
    }

    /// Runs one step: condition, values, request, policy, credentials, exchange, judgement.
    ///
    /// `on_send` is called right before the request leaves, so that its cleanup is due even when the
    /// step is cut off.
    pub(super) async fn run_step(
        &self,
        step: &PlannedStep,
        scope: &mut CaseScope,
        jar: &mut CookieJar,
        on_send: &mut (dyn FnMut() + Send),
    ) -> StepOutcome {
        if let Some(when) = &step.step.when {
            match when.holds(scope) {
                Ok(true) => {}
                Ok(false) => {
                    let reason = Some(skip_reason(&when.text));
                    return StepOutcome {
                        report: self.blank(step, Verdict::Skipped, reason),
                        was_sent: false,
                    };
                }
                Err(error) => {
                    let headline = format!("`when` cannot be evaluated: {}", error.0);
                    return self.errored(
                        step,
                        own_fact(
                            Code::CONDITION_FAILED,
                            headline,
                            when.span,
                            "decides whether the step runs",
                        ),
                    );
                }
            }
        }
        let base_url = match self.run.target.operation_url(self.worker, step.api, step.operation) {
            Some(base_url) => base_url,
            None => {
                let api = &self.run.plan.apis[step.api].name;
                let headline = format!("the api `{api}` has no base URL");
                return self.errored(step, call_fact(Code::REQUEST_BUILD, headline, step));
            }
        };
        // A relative token endpoint belongs to the api, wherever one of its operations is served.
        let api_url = self.run.target.base_url(self.worker, step.api).unwrap_or_else(|| base_url.clone());
        let (mut built, sent) = match self.prepare(step, &base_url, scope) {
            Ok(prepared) => prepared,
            Err(fact) => return self.errored(step, *fact),
        };
        let expected = match ExpectedStatus::resolve(step, scope) {
            Ok(ExpectedStatus::DocumentedSuccess) if self.is_cleanup() => {
                ExpectedStatus::OneOf(CLEANUP_STATUSES.to_vec())
            }
            Ok(expected) => expected,
            Err(error) => {
                let span = step.step.expect.status.as_ref().map(|status| status.span);
                return self.errored(step, unsent(Code::VALUE_UNRESOLVED, error.to_string(), step, span));
            }
        };
        let values = std::mem::take(&mut built.values);
        match self.exchange(step, built, &api_url, scope, jar, &expected, on_send).await {
            Ok(exchange) => self.judge(step, exchange, (&values, sent), &expected, scope, jar),
            Err((fact, None)) => self.errored(step, *fact),
            Err((fact, Some(request))) => {
                let places = self.places(step, None, request_line(&request));
                let mut report = self.blank(step, Verdict::Errored, None);
                report.findings.push(places.finding(*fact));
                report.verdict = verdict(&report.findings);
                // What could not be built was not sent, and cannot be repeated.
                let was_sent = report.findings.iter().all(|finding| finding.code != Code::REQUEST_BUILD);
                report.repeat = was_sent.then(|| curl(&request));
                StepOutcome { report, was_sent }
            }
        }
    }

    /// The request as it will go out, but for credentials; held to the step's `sends` policy.
    fn prepare(
        &self,
        step: &PlannedStep,
        base_url: &str,
        scope: &CaseScope,
    ) -> Result<(BuiltRequest, SentAs), Box<Fact>> {
        let operation = self.run.plan.operation(step);
        let built = build_request(step, &operation, base_url, scope).map_err(|error| match error {
            BuildError::Unresolved { error, span } => {
                Box::new(unresolved_fact(&error, span, &format!("step `{}` was not sent", step.id)))
            }
            BuildError::Unsendable { reason, span } => {
                Box::new(unsent(Code::REQUEST_BUILD, reason, step, span))
            }
            BuildError::Encode { error, span } => {
                Box::new(unsent(Code::REQUEST_BUILD, error.to_string(), step, span).help(error.help()))
            }
        })?;
        let sends = step.step.sends.resolve(scope).map_err(|reason| {
            Box::new(unsent(Code::VALUE_UNRESOLVED, reason, step, step.step.sends.span()))
        })?;
        let limits = &self.run.settings.limits;
        let contract = self.contract(step);
        let sent = check_sends(step, &sends, operation, contract, &built.values, limits)?;
        Ok((built, sent))
    }

    /// Sends the request with its credentials; a cached token that is refused is fetched anew once.
    #[expect(clippy::too_many_arguments, reason = "the parts of one exchange, each of its own kind")]
    async fn exchange(
        &self,
        step: &PlannedStep,
        mut built: BuiltRequest,
        base_url: &str,
        scope: &CaseScope,
        jar: &mut CookieJar,
        expected: &ExpectedStatus,
        on_send: &mut (dyn FnMut() + Send),
    ) -> Result<Exchange, (Box<Fact>, Option<Request>)> {
        let failed = |error: AttachError| {
            let mut fact = unsent(Code::AUTH_TOKEN, error.message, step, step.auth_span);
            fact.help.extend(error.help);
            (Box::new(fact), None)
        };
        let credentials =
            resolve_credentials(&step.auth, self.run, scope).map_err(|reason| failed(reason.into()))?;
        let with_cookies = !matches!(credentials, Credentials::None { with_cookies: false });
        built.add_cookies(with_cookies.then_some(&*jar));
        let mut cached_token = None;
        let mut note = None;
        if let Credentials::Profile(profile) = credentials {
            let attached = attach(profile, &mut built.request, base_url, step.timeout, self.run, scope)
                .await
                .map_err(failed)?;
            cached_token = attached.cached_token;
            note = attached.note;
        }
        on_send();
        let client = &self.run.settings.client;
        let send = |request: Request| async move {
            let result = client.send_owned(request, step.timeout).await;
            result.map_err(|(error, request)| (Box::new(transport_fact(&error, step)), Some(request)))
        };
        let mut exchange = send(built.request).await?;
        exchange.notes.extend(note);
        let (401, Some(token)) = (exchange.response.status, cached_token) else {
            return Ok(exchange);
        };
        let operation = self.run.plan.operation(step);
        if matches!(expected, ExpectedStatus::OneOf(_)) && expected.accepts(401, &operation) {
            return Ok(exchange);
        }
        self.run.settings.tokens.invalidate(&token.0, &token.1).await;
        let mut again = exchange.request;
        if let Credentials::Profile(profile) = credentials {
            // A header that stands there is taken for the step's own.
            again.headers.remove("Authorization");
            attach(profile, &mut again, base_url, step.timeout, self.run, scope).await.map_err(failed)?;
        }
        let mut exchange = send(again).await?;
        exchange.notes.push(
            "the cached token was refused with 401, so a new one was fetched and the request sent again"
                .to_owned(),
        );
        Ok(exchange)
    }

    /// The target could not answer as the API: there is nothing to judge.
    fn refused(&self, step: &PlannedStep, exchange: &Exchange, refusal: Refusal) -> StepOutcome {
        let headline = format!("the mock cannot answer: {}", refusal.reason);
        let label = format!("{} `{}`: {}", self.phase.word(), step.id, request_line(&exchange.request));
        let fact = own_fact(Code::MOCK_REFUSED, headline, step.step.call.span, &label).help(refusal.help);
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

    /// Everything that is found in an answer: the contract, the captures, the expectations.
    fn judge(
        &self,
        step: &PlannedStep,
        exchange: Exchange,
        (values, sent): (&RequestValues, SentAs),
        expected: &ExpectedStatus,
        scope: &mut CaseScope,
        jar: &mut CookieJar,
    ) -> StepOutcome {
        let operation = self.run.plan.operation(step);
        jar.store(&exchange.request.url, &exchange.response.headers);
        let exchange = Arc::new(exchange);
        // A body takes up ten times its size, and most are not looked at again.
        if self.run.reads_exchange(self.scenario, step) {
            scope.exchanges.insert(step.id.clone(), Arc::clone(&exchange));
        }
        if let Some(refusal) = self.run.target.refusal(self.worker, step.api) {
            return self.refused(step, &exchange, refusal);
        }
        let severities = step.policy.at(exchange.response.status);
        let severities = if self.is_cleanup() { severities.lenient() } else { severities };
        let limits = &self.run.settings.limits;
        let mut judgement = check_response(operation, self.contract(step), &exchange, &severities, limits);
        let mut facts = judgement.facts;
        facts.extend(check_deprecated_use(operation, self.contract(step), values, &severities));
        facts.extend(sent.tolerated);
        judgement.not_checked.extend(sent.not_checked);
        let mut unmet = self.capture(step, &exchange, scope);
        let of_row = self.row.map(|row| {
            // What is wrong with it was said when the plan was made.
            let mut problems = Problems::new(&self.scenario.file.source);
            step.step.expect.with_row(row, limits, &mut problems)
        });
        let checked = check_expectations(
            of_row.as_ref().unwrap_or(&step.step.expect),
            step.attached.expected.as_deref(),
            &operation,
            &exchange,
            &ExchangeScope { case: scope, exchange: &exchange },
        );
        unmet.extend(checked.facts);
        let status = exchange.response.status;
        let undecodable = facts
            .iter_mut()
            .find(|fact| fact.code == Code::RESPONSE_DECODE && fact.severity == Severity::Deny);
        if let (true, Some(fact)) = (expected.accepts(status, &operation), undecodable) {
            add_consequences(fact, unmet);
        } else if expected.accepts(status, &operation) {
            facts.extend(unmet);
        } else {
            fold_into_status(&mut facts, unmet, step, expected, status);
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
        StepOutcome { report, was_sent: true }
    }

    /// The findings of an answer, with their places.
    fn findings(
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

/// Why a step was not run.
fn skip_reason(condition: &str) -> String {
    match condition {
        "false" => "switched off by `when: false`".to_owned(),
        condition => format!("its condition `{condition}` does not hold"),
    }
}

/// A step that was not sent, for the sake of a value; where that is not known, at its call.
fn unsent(code: Code, headline: impl Into<String>, step: &PlannedStep, span: Option<Span>) -> Fact {
    match span {
        Some(span) => own_fact(code, headline, span, &format!("step `{}` was not sent", step.id)),
        None => call_fact(code, headline, step),
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

/// `3 ms`, and `<1 ms` for less than one.
fn milliseconds(time: std::time::Duration) -> String {
    match time.as_millis() {
        0 => "<1 ms".to_owned(),
        count => format!("{count} ms"),
    }
}

/// `PUT /v2/orders/50ca…`, without the origin.
fn request_line(request: &Request) -> String {
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
