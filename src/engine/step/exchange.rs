//! The request goes out with its credentials, and an answer comes back or none.

use super::origin::Carriage;
use super::prepare::BaseUrls;
use super::{Sending, StepContext, StepOutcome};
use crate::check::Fact;
use crate::diagnostic::Code;
use crate::engine::Verdict;
use crate::engine::auth::{AttachError, Attached, Credentials, attach, resolve_credentials};
use crate::engine::fact::{transport_fact, verdict};
use crate::engine::request::BuiltRequest;
use crate::engine::scope::CaseScope;
use crate::engine::status::ExpectedStatus;
use crate::exchange::{Exchange, Request};
use crate::http::{CookieJar, Token, TokenRequest, curl};
use std::sync::Arc;

/// Why there is no exchange, and the request where one was made.
pub(super) type NoExchange = (Box<Fact>, Option<Request>);

/// Who a request was signed as.
pub(super) struct Signed {
    profile: Option<usize>,
    /// Whether the cookies of the jar went along.
    with_cookies: bool,
    /// The token that was sent, when it came from the cache and may be stale.
    cached_token: Option<(Arc<TokenRequest>, Token)>,
    /// What the reader should know.
    pub(super) note: Option<String>,
}

fn unsigned(sending: Sending<'_>, error: AttachError) -> NoExchange {
    let mut fact = sending.unsent(Code::AUTH_TOKEN, error.message, sending.request.auth_span);
    fact.help.extend(error.help);
    (Box::new(fact), None)
}

impl StepContext<'_> {
    /// Sends the request with its cookies and credentials.
    #[expect(clippy::too_many_arguments, reason = "the parts of one exchange, each of its own kind")]
    pub(super) async fn exchange(
        &self,
        sending: Sending<'_>,
        built: BuiltRequest,
        base: &BaseUrls,
        scope: &CaseScope,
        jar: &mut CookieJar,
        expected: &ExpectedStatus,
        on_send: &mut (dyn FnMut() + Send),
    ) -> Result<Exchange, Box<StepOutcome>> {
        let exchange = async {
            let (first, with_jar) = self.send(sending, built, base, scope, jar, expected, on_send).await?;
            self.follow(sending, first, with_jar, jar).await
        };
        exchange.await.map_err(|(fact, request)| Box::new(self.unanswered(sending, *fact, request.as_ref())))
    }

    /// The first answer, and whether the jar's cookies went along. A cached token that is refused is fetched
    /// anew once.
    #[expect(clippy::too_many_arguments, reason = "the parts of one exchange, each of its own kind")]
    async fn send(
        &self,
        sending: Sending<'_>,
        mut built: BuiltRequest,
        base: &BaseUrls,
        scope: &CaseScope,
        jar: &mut CookieJar,
        expected: &ExpectedStatus,
        on_send: &mut (dyn FnMut() + Send),
    ) -> Result<(Exchange, bool), NoExchange> {
        let planned = sending.request;
        let signed = self.sign(sending, &mut built, base, scope, jar).await?;
        let Signed { profile, with_cookies, cached_token, note } = signed;
        on_send();
        let send = |request: Request| self.transmit(sending, request);
        let mut exchange = send(built.request).await?;
        exchange.notes.extend(note);
        let (401, Some(token)) = (exchange.response.status, cached_token) else {
            return Ok((exchange, with_cookies));
        };
        if matches!(expected, ExpectedStatus::OneOf(_)) && expected.accepts(401, sending.operation()) {
            return Ok((exchange, with_cookies));
        }
        sending.log.followed(&exchange);
        self.run.settings.tokens.invalidate(&token.0, &token.1).await;
        let mut again = exchange.request;
        if let Some(profile) = profile {
            // A header that stands there is taken for the step's own.
            again.headers.remove("Authorization");
            let base_url = base.api.as_deref().unwrap_or_default();
            let attached = attach(profile, &mut again, base_url, planned.timeout, self.run, scope).await;
            attached.map_err(|error| unsigned(sending, error))?;
        }
        let mut exchange = send(again).await?;
        exchange.notes.push(
            "the cached token was refused with 401, so a new one was fetched and the request sent again"
                .to_owned(),
        );
        Ok((exchange, with_cookies))
    }

    /// One request, and its answer.
    pub(super) async fn transmit(
        &self,
        sending: Sending<'_>,
        request: Request,
    ) -> Result<Exchange, NoExchange> {
        sending.log.begin(&request);
        let result = self.run.settings.client.send_owned(request, sending.request.timeout).await;
        result.map_err(|(error, request)| (Box::new(transport_fact(&error, sending)), Some(request)))
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
            .map_err(|reason| unsigned(sending, reason.into()))?;
        let with_cookies = !matches!(credentials, Credentials::None { with_cookies: false });
        built.add_cookies(with_cookies.then_some(jar));
        let mut signed = Signed { profile: None, with_cookies, cached_token: None, note: None };
        let Credentials::Profile(profile) = credentials else { return Ok(signed) };
        let name = &self.run.settings.profiles[profile].name;
        match self.carriage(sending, name, &built.request.url) {
            _ if scope.is_open_text(&built.request.url) => {}
            Carriage::Allowed => {}
            Carriage::Dropped(words) => return Ok(Signed { note: Some(words), ..signed }),
            Carriage::Refused { reason, help } => {
                let error = AttachError { message: reason, help: Some(help.to_owned()) };
                return Err(unsigned(sending, error));
            }
        }
        let base_url = base.api.as_deref().unwrap_or_default();
        let attached = attach(profile, &mut built.request, base_url, planned.timeout, self.run, scope).await;
        let Attached { cached_token, note } = attached.map_err(|error| unsigned(sending, error))?;
        signed = Signed { profile: Some(profile), cached_token, note, ..signed };
        Ok(signed)
    }

    fn unanswered(&self, sending: Sending<'_>, fact: Fact, request: Option<&Request>) -> StepOutcome {
        let Some(request) = request else { return self.errored(sending.step, fact) };
        let places = self.places(sending.step, None, super::report::request_line(request));
        let mut report = self.blank(sending.step, Verdict::Errored, None);
        let error = fact.headline.clone();
        report.findings.push(places.finding(fact));
        report.verdict = verdict(&report.findings);
        // What could not be built was not sent, and cannot be repeated.
        let was_sent = report.findings.iter().all(|finding| finding.code != Code::REQUEST_BUILD);
        report.repeat = was_sent.then(|| curl(request));
        match was_sent {
            true => sending.log.unanswered(&error, &mut report),
            false => sending.log.forget(),
        }
        StepOutcome { report, was_sent }
    }
}
