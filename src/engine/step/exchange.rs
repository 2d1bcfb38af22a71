//! The request goes out with its credentials, and an answer comes back or none.

use super::origin::Carriage;
use super::prepare::BaseUrls;
use super::{Sending, StepContext, StepOutcome};
use crate::check::Fact;
use crate::diagnostic::Code;
use crate::engine::Verdict;
use crate::engine::auth::{
    AttachError, Attached, Credentials, Signing, attach, client_of, resolve_credentials, send_as_nobody,
};
use crate::engine::fact::{transport_fact, verdict};
use crate::engine::request::BuiltRequest;
use crate::engine::scope::CaseScope;
use crate::engine::status::ExpectedStatus;
use crate::exchange::{Exchange, Request};
use crate::http::{Client, CookieJar};

/// Why there is no exchange, and the request where one was made.
pub(super) type NoExchange = (Box<Fact>, Option<Request>);

/// The first answer.
pub(super) struct First {
    pub(super) exchange: Exchange,
    /// Whether the jar's cookies went along.
    pub(super) with_jar: bool,
    /// The client that shows a certificate of a profile, in place of the run's.
    pub(super) client: Option<Client>,
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
            let first = self.send(sending, built, base, scope, jar, expected, on_send).await?;
            self.follow(sending, first, jar).await
        };
        exchange.await.map_err(|(fact, request)| {
            let client = client_of(&sending.request.auth, self.run, scope);
            Box::new(self.unanswered(sending, *fact, request.as_ref(), &client))
        })
    }

    /// The first answer. A cached token that is refused is fetched anew once.
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
    ) -> Result<First, NoExchange> {
        let planned = sending.request;
        let base_url = base.api.as_deref().unwrap_or_default();
        let failed = |error: AttachError| (Box::new(self.unsigned(sending, error)), None);
        let mut credentials =
            resolve_credentials(&planned.auth, self.run, scope).map_err(|reason| failed(reason.into()))?;
        let with_jar = !matches!(credentials, Credentials::None { with_cookies: false });
        if !with_jar {
            send_as_nobody(&mut built.request, planned, sending.operation());
        }
        built.add_cookies(with_jar.then_some(&*jar));
        let mut attached = Attached::default();
        if let Credentials::Profile(profile) = credentials {
            let name = &self.run.settings.profiles[profile].name;
            match self.carriage(sending, name, &built.request.url) {
                Carriage::Allowed => {}
                Carriage::Dropped(words) => {
                    credentials = Credentials::None { with_cookies: with_jar };
                    attached.notes.push(words);
                }
                Carriage::Refused { reason, help } => {
                    let help = Some(help.to_owned());
                    return Err(failed(AttachError { help, ..AttachError::from(reason) }));
                }
            }
        }
        let signing = Signing { run: self.run, scope, base_url, timeout: planned.timeout, planned };
        let mut again = None;
        if let Credentials::Profile(profile) = credentials {
            // Without the credentials, which are other ones the second time.
            let bare = built.request.clone();
            attached = attach(profile, &mut built.request, &signing).await.map_err(failed)?;
            again = (!attached.cached_tokens.is_empty()).then_some((profile, bare));
        }
        on_send();
        let mut exchange = self.transmit(sending, built.request, attached.client.as_ref()).await?;
        exchange.notes.append(&mut attached.notes);
        let is_refused = exchange.response.status == 401
            && !(matches!(expected, ExpectedStatus::OneOf(_)) && expected.accepts(401, sending.operation()));
        let Some((profile, mut again)) = again.filter(|_| is_refused) else {
            return Ok(First { exchange, with_jar, client: attached.client });
        };
        for token in &attached.cached_tokens {
            self.run.settings.tokens.invalidate(token).await;
        }
        let mut attached = attach(profile, &mut again, &signing).await.map_err(failed)?;
        let mut exchange = self.transmit(sending, again, attached.client.as_ref()).await?;
        exchange.notes.append(&mut attached.notes);
        exchange.notes.push(
            "the cached token was refused with 401, so a new one was fetched and the request sent again"
                .to_owned(),
        );
        Ok(First { exchange, with_jar, client: attached.client })
    }

    /// One request, and its answer; by another client than the run's where one is given.
    pub(super) async fn transmit(
        &self,
        sending: Sending<'_>,
        request: Request,
        client: Option<&Client>,
    ) -> Result<Exchange, NoExchange> {
        let client = client.unwrap_or(&self.run.settings.client);
        let result = client.send_owned(request, sending.request.timeout).await;
        result.map_err(|(error, request)| (Box::new(transport_fact(&error, sending)), Some(request)))
    }

    /// No credentials could be had; a mock that could not answer for the api is to blame for it.
    fn unsigned(&self, sending: Sending<'_>, error: AttachError) -> Fact {
        let api = sending.api().filter(|_| error.is_answered);
        if let Some(refusal) = api.and_then(|api| self.run.target.refusal(self.worker, api)) {
            let headline = format!("the mock cannot give a token: {}", refusal.reason);
            return sending.unsent(Code::MOCK_REFUSED, headline, None).help(refusal.help);
        }
        let mut fact = sending.unsent(Code::AUTH_TOKEN, error.message, None);
        fact.help.extend(error.help);
        fact
    }

    fn unanswered(
        &self,
        sending: Sending<'_>,
        fact: Fact,
        request: Option<&Request>,
        client: &Client,
    ) -> StepOutcome {
        let Some(request) = request else { return self.errored(sending.step, fact) };
        let places = self.places(sending.step, None, super::report::request_line(request));
        let mut report = self.blank(sending.step, Verdict::Errored, None);
        report.findings.push(places.finding(fact));
        report.verdict = verdict(&report.findings);
        // What could not be built was not sent, and cannot be repeated.
        let was_sent = report.findings.iter().all(|finding| finding.code != Code::REQUEST_BUILD);
        report.repeat = was_sent.then(|| client.curl(request));
        StepOutcome { report, was_sent }
    }
}
