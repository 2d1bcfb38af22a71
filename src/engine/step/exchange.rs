//! The request goes out with its credentials, and an answer comes back or none.

use super::prepare::BaseUrls;
use super::{Sending, StepContext, StepOutcome};
use crate::check::Fact;
use crate::diagnostic::Code;
use crate::engine::Verdict;
use crate::engine::auth::{AttachError, Credentials, attach, resolve_credentials};
use crate::engine::fact::{transport_fact, verdict};
use crate::engine::request::BuiltRequest;
use crate::engine::scope::CaseScope;
use crate::engine::status::ExpectedStatus;
use crate::exchange::{Exchange, Request};
use crate::http::{CookieJar, curl};

/// Why there is no exchange, and the request where one was made.
type NoExchange = (Box<Fact>, Option<Request>);

impl StepContext<'_> {
    /// Sends the request with its cookies and credentials.
    #[expect(clippy::too_many_arguments, reason = "the parts of one exchange, each of its own kind")]
    pub(super) async fn exchange(
        &self,
        sending: Sending<'_>,
        built: BuiltRequest,
        base: &BaseUrls,
        scope: &CaseScope,
        jar: &CookieJar,
        expected: &ExpectedStatus,
        on_send: &mut (dyn FnMut() + Send),
    ) -> Result<Exchange, Box<StepOutcome>> {
        let exchange = self.send(sending, built, base, scope, jar, expected, on_send).await;
        exchange.map_err(|(fact, request)| Box::new(self.unanswered(sending, *fact, request.as_ref())))
    }

    /// A cached token that is refused is fetched anew once.
    #[expect(clippy::too_many_arguments, reason = "the parts of one exchange, each of its own kind")]
    async fn send(
        &self,
        sending: Sending<'_>,
        mut built: BuiltRequest,
        base: &BaseUrls,
        scope: &CaseScope,
        jar: &CookieJar,
        expected: &ExpectedStatus,
        on_send: &mut (dyn FnMut() + Send),
    ) -> Result<Exchange, NoExchange> {
        let planned = sending.request;
        let base_url = base.api.as_deref().unwrap_or_default();
        let failed = |error: AttachError| {
            let mut fact = sending.unsent(Code::AUTH_TOKEN, error.message, planned.auth_span);
            fact.help.extend(error.help);
            (Box::new(fact), None)
        };
        let credentials =
            resolve_credentials(&planned.auth, self.run, scope).map_err(|reason| failed(reason.into()))?;
        let with_cookies = !matches!(credentials, Credentials::None { with_cookies: false });
        built.add_cookies(with_cookies.then_some(jar));
        let mut cached_token = None;
        let mut note = None;
        if let Credentials::Profile(profile) = credentials {
            let attached = attach(profile, &mut built.request, base_url, planned.timeout, self.run, scope)
                .await
                .map_err(failed)?;
            cached_token = attached.cached_token;
            note = attached.note;
        }
        on_send();
        let client = &self.run.settings.client;
        let send = |request: Request| async move {
            let result = client.send_owned(request, planned.timeout).await;
            result.map_err(|(error, request)| (Box::new(transport_fact(&error, sending)), Some(request)))
        };
        let again = cached_token.is_some().then(|| built.request.clone());
        let mut exchange = send(built.request).await?;
        exchange.notes.extend(note);
        let (401, Some(token), Some(mut again)) = (exchange.response.status, cached_token, again) else {
            return Ok(exchange);
        };
        if matches!(expected, ExpectedStatus::OneOf(_)) && expected.accepts(401, sending.operation()) {
            return Ok(exchange);
        }
        self.run.settings.tokens.invalidate(&token.0, &token.1).await;
        if let Credentials::Profile(profile) = credentials {
            attach(profile, &mut again, base_url, planned.timeout, self.run, scope).await.map_err(failed)?;
        }
        let mut exchange = send(again).await?;
        exchange.notes.push(
            "the cached token was refused with 401, so a new one was fetched and the request sent again"
                .to_owned(),
        );
        Ok(exchange)
    }

    fn unanswered(&self, sending: Sending<'_>, fact: Fact, request: Option<&Request>) -> StepOutcome {
        let Some(request) = request else { return self.errored(sending.step, fact) };
        let places = self.places(sending.step, None, super::report::request_line(request));
        let mut report = self.blank(sending.step, Verdict::Errored, None);
        report.findings.push(places.finding(fact));
        report.verdict = verdict(&report.findings);
        // What could not be built was not sent, and cannot be repeated.
        let was_sent = report.findings.iter().all(|finding| finding.code != Code::REQUEST_BUILD);
        report.repeat = was_sent.then(|| curl(request));
        StepOutcome { report, was_sent }
    }
}
