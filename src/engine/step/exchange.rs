//! The request goes out with its credentials, and an answer comes back or none.

use super::origin::Carriage;
use super::prepare::BaseUrls;
use super::retry::{Fault, Retrying};
use super::{Ready, Sending, StepContext, StepOutcome};
use crate::check::Fact;
use crate::diagnostic::Code;
use crate::diagnostic::words::time;
use crate::engine::Verdict;
use crate::engine::auth::{
    AttachError, Attached, Credentials, Signing, attach, resolve_credentials, send_as_nobody,
};
use crate::engine::expect::status::ExpectedStatus;
use crate::engine::expect::structure::structure;
use crate::engine::fact::{transport_fact, verdict};
use crate::engine::request::BuiltRequest;
use crate::engine::scope::CaseScope;
use crate::exchange::{Exchange, Request};
use crate::expression::Scope;
use crate::http::{Client, CookieJar, TransportErrorKind, retry_after};
use std::time::Duration;
use tokio::time::Instant;

/// Why there is no exchange.
pub(super) struct NoExchange {
    pub(super) fact: Box<Fact>,
    /// The request, where one was made.
    request: Option<Request>,
    /// What kept it from being answered, where it was tried.
    kind: Option<TransportErrorKind>,
    /// Whether the reports of a flow that signs in say it already.
    is_told: bool,
}

impl NoExchange {
    /// Nothing was sent, for a reason of its own.
    pub(super) fn unsent(fact: Fact) -> Self {
        Self { fact: Box::new(fact), request: None, kind: None, is_told: false }
    }
}

/// Who a request was signed as.
pub(super) struct Signed {
    profile: Option<usize>,
    /// Whether the cookies of the jar went along.
    with_cookies: bool,
    pub(super) attached: Attached,
}

/// The first answer.
pub(super) struct First {
    pub(super) exchange: Exchange,
    /// Whether the jar's cookies went along.
    pub(super) with_jar: bool,
    /// The client that shows a certificate of a profile, in place of the run's.
    pub(super) client: Option<Client>,
}

/// What is noted about a request that a person changed.
const EDITED: &str = "the request was edited before it was sent, and not held to the document";

impl StepContext<'_> {
    /// Sends the request with its cookies and credentials, and sends it again as its `retry` says.
    pub(super) async fn exchange(
        &self,
        sending: Sending<'_>,
        ready: &Ready,
        scope: &CaseScope,
        jar: &mut CookieJar,
        on_send: &mut (dyn FnMut() + Send),
    ) -> Result<Exchange, Box<StepOutcome>> {
        let mut retrying = Retrying::new(sending.request.retry.as_ref(), &ready.built.request.method);
        loop {
            let result = self.attempt(sending, ready, scope, jar, on_send).await;
            let (fault, asked) = match &result {
                Ok(exchange) => {
                    let asked = retry_after(&exchange.response.headers, scope.now());
                    (Fault::of(exchange, &ready.expected, sending), asked)
                }
                Err(none) => (none.kind.map(Fault::NoAnswer), None),
            };
            let left = self.deadline.saturating_duration_since(Instant::now());
            match fault.and_then(|fault| retrying.next(fault, asked, left)) {
                Some(wait) => {
                    match &result {
                        Ok(exchange) => sending.log.followed(exchange),
                        Err(none) => sending.log.lost(&none.fact.headline),
                    }
                    self.wait(sending, wait, "before it is sent again").await;
                }
                None => return self.with_notes(sending, result, retrying.into_notes(), scope),
            }
        }
    }

    /// Waits, and says what for.
    pub(super) async fn wait(&self, sending: Sending<'_>, wait: Duration, what: &str) {
        if wait.is_zero() {
            return;
        }
        let waits = |wait| format!("{}, waits {} {what}", self.words(sending.step), time(wait));
        self.run.doing(self.index, || waits(wait));
        tokio::time::sleep(wait).await;
        self.run.doing(self.index, || self.words(sending.step));
    }

    fn with_notes(
        &self,
        sending: Sending<'_>,
        result: Result<Exchange, NoExchange>,
        notes: Vec<String>,
        scope: &CaseScope,
    ) -> Result<Exchange, Box<StepOutcome>> {
        match result {
            Ok(mut exchange) => {
                exchange.notes.splice(0..0, notes);
                Ok(exchange)
            }
            Err(none) => {
                if none.is_told {
                    let report = self.blank(sending.step, Verdict::Errored, Some(none.fact.headline));
                    return Err(Box::new(StepOutcome { report, was_sent: none.request.is_some() }));
                }
                let mut outcome = self.unanswered(sending, *none.fact, none.request.as_ref(), scope);
                outcome.report.notes.extend(notes);
                Err(Box::new(outcome))
            }
        }
    }

    /// Sends the request once, and follows where the answer leads.
    async fn attempt(
        &self,
        sending: Sending<'_>,
        ready: &Ready,
        scope: &CaseScope,
        jar: &mut CookieJar,
        on_send: &mut (dyn FnMut() + Send),
    ) -> Result<Exchange, NoExchange> {
        let first = self.send(sending, ready, scope, jar, on_send).await?;
        let mut exchange = self.follow(sending, first, jar).await?;
        structure(&mut exchange, sending.operation(), &self.run.settings.limits);
        Ok(exchange)
    }

    /// The first answer. A cached token that is refused is fetched anew once.
    async fn send(
        &self,
        sending: Sending<'_>,
        ready: &Ready,
        scope: &CaseScope,
        jar: &CookieJar,
        on_send: &mut (dyn FnMut() + Send),
    ) -> Result<First, NoExchange> {
        let mut built = ready.built.clone();
        let (base, expected) = (&ready.base, &ready.expected);
        let Signed { profile, with_cookies, mut attached } =
            self.sign(sending, &mut built, base, scope, jar).await?;
        let (request, is_edited) = self.consult(sending, built.request).await?;
        on_send();
        let again = (!attached.cached_tokens.is_empty()).then(|| request.clone());
        let mut exchange = self.transmit(sending, request, attached.client.as_ref()).await?;
        exchange.notes.append(&mut attached.notes);
        exchange.notes.extend(is_edited.then(|| EDITED.to_owned()));
        let is_refused = exchange.response.status == 401
            && !(matches!(expected, ExpectedStatus::OneOf(_)) && expected.accepts(401, sending.operation()));
        let (Some(mut again), Some(profile)) = (again.filter(|_| is_refused), profile) else {
            return Ok(First { exchange, with_jar: with_cookies, client: attached.client });
        };
        sending.log.followed(&exchange);
        for token in &attached.cached_tokens {
            self.run.settings.tokens.invalidate(token).await;
        }
        // What the profile attached makes room for what it attaches now.
        attached.take_back(&mut again);
        let signing = self.signing(sending, base, scope);
        let attached = attach(profile, &mut again, &signing).await;
        let mut attached = attached.map_err(|error| self.unsigned(sending, error))?;
        let mut exchange = self.transmit(sending, again, attached.client.as_ref()).await?;
        exchange.notes.append(&mut attached.notes);
        exchange.notes.push(
            "the cached token was refused with 401, so a new one was fetched and the request sent again"
                .to_owned(),
        );
        Ok(First { exchange, with_jar: with_cookies, client: attached.client })
    }

    /// One request, and its answer; by another client than the run's where one is given.
    pub(super) async fn transmit(
        &self,
        sending: Sending<'_>,
        request: Request,
        client: Option<&Client>,
    ) -> Result<Exchange, NoExchange> {
        let client = client.unwrap_or(&self.run.settings.client);
        sending.log.begin(&request, client, sending.body_file());
        let result = client.send_owned(request, sending.request.timeout).await;
        result.map_err(|(error, request)| {
            let mut fact = transport_fact(&error, sending);
            let is_unreached = matches!(error.kind, TransportErrorKind::Connect | TransportErrorKind::Dns);
            if let (true, Some(api)) = (is_unreached, self.api_at(sending, &request.url)) {
                let origin = self.run.target.base_url_origin(api);
                fact.notes.extend(origin.map(|origin| format!("the base URL is from {origin}")));
                if error.kind == TransportErrorKind::Connect {
                    fact = fact.help("`--wait-for 30s` waits for it to come up, `--base-url` names another");
                }
            }
            NoExchange {
                fact: Box::new(fact),
                request: Some(request),
                kind: Some(error.kind),
                is_told: false,
            }
        })
    }

    fn signing<'s>(&'s self, sending: Sending<'s>, base: &'s BaseUrls, scope: &'s CaseScope) -> Signing<'s> {
        Signing {
            run: self.run,
            context: self,
            scope,
            base_url: base.api.as_deref().unwrap_or_default(),
            timeout: sending.request.timeout,
            planned: sending.request,
        }
    }

    /// No credentials could be had; a mock that could not answer for the api is to blame for it.
    fn unsigned(&self, sending: Sending<'_>, error: AttachError) -> NoExchange {
        let api = sending.api().filter(|_| error.is_answered);
        if let Some(refusal) = api.and_then(|api| self.run.target.refusal(self.worker, api)) {
            let headline = format!("the mock cannot give a token: {}", refusal.reason);
            let fact = sending.unsent(Code::MOCK_REFUSED, headline, None).help(refusal.help);
            return NoExchange::unsent(fact);
        }
        let is_told = error.is_told;
        let mut fact = sending.unsent(Code::AUTH_TOKEN, error.message, None);
        fact.help.extend(error.help);
        NoExchange { is_told, ..NoExchange::unsent(fact) }
    }

    /// Adds the cookies and the credentials.
    pub(super) async fn sign(
        &self,
        sending: Sending<'_>,
        built: &mut BuiltRequest,
        base: &BaseUrls,
        scope: &CaseScope,
        jar: &CookieJar,
    ) -> Result<Signed, NoExchange> {
        let planned = sending.request;
        let credentials = resolve_credentials(&planned.auth, self.run, scope)
            .map_err(|reason| self.unsigned(sending, reason.into()))?;
        let with_cookies = !matches!(credentials, Credentials::None { with_cookies: false });
        if !with_cookies {
            send_as_nobody(&mut built.request, planned, sending.operation());
        }
        built.add_cookies(with_cookies.then_some(jar));
        let mut signed = Signed { profile: None, with_cookies, attached: Attached::default() };
        let Credentials::Profile(profile) = credentials else { return Ok(signed) };
        let name = &self.run.settings.profiles[profile].name;
        match self.carriage(sending, name, &built.request.url) {
            _ if scope.is_open_text(&built.request.url) => {}
            Carriage::Allowed => {}
            Carriage::Dropped(words) => {
                signed.attached.notes.push(words);
                return Ok(signed);
            }
            Carriage::Refused { reason, help } => {
                let error = AttachError { help: Some(help.to_owned()), ..AttachError::from(reason) };
                return Err(self.unsigned(sending, error));
            }
        }
        let signing = self.signing(sending, base, scope);
        let attached = attach(profile, &mut built.request, &signing).await;
        signed.attached = attached.map_err(|error| self.unsigned(sending, error))?;
        signed.profile = Some(profile);
        Ok(signed)
    }

    fn unanswered(
        &self,
        sending: Sending<'_>,
        fact: Fact,
        request: Option<&Request>,
        scope: &CaseScope,
    ) -> StepOutcome {
        if sending.log.is_skipped() {
            let report = self.blank(sending.step, Verdict::Skipped, Some(fact.headline));
            return StepOutcome { report, was_sent: false };
        }
        let Some(request) = request else { return self.errored(sending.step, fact) };
        let places = self.places(sending.step, None, super::report::request_line(request));
        let mut report = self.blank(sending.step, Verdict::Errored, None);
        let error = fact.headline.clone();
        report.findings.push(places.finding(fact));
        report.verdict = verdict(&report.findings);
        // What could not be built was not sent, and cannot be repeated.
        let was_sent = report.findings.iter().all(|finding| finding.code != Code::REQUEST_BUILD);
        report.repeat = was_sent.then(|| self.repeat(sending, request, scope));
        match was_sent {
            true => sending.log.unanswered(&error, &mut report),
            false => sending.log.forget(),
        }
        StepOutcome { report, was_sent }
    }
}
