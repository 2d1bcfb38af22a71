//! A request that is made ready and not sent.

use super::{Sending, StepContext, StepOutcome};
use crate::engine::Verdict;
use crate::engine::fact::verdict;
use crate::engine::request::BuiltRequest;
use crate::engine::request::sends::SentAs;
use crate::engine::scope::CaseScope;
use crate::engine::step::prepare::BaseUrls;
use crate::exchange::{Body, Exchange, Headers, Response};
use crate::http::CookieJar;
use std::sync::Arc;
use std::time::Duration;

impl StepContext<'_> {
    /// Shows the request of a dry run; for those that follow, what its answer would have given stands
    /// open.
    pub(super) async fn withhold(
        &self,
        sending: Sending<'_>,
        mut built: BuiltRequest,
        sent_as: SentAs,
        base: &BaseUrls,
        (scope, jar): (&mut CaseScope, &CookieJar),
        on_send: &mut (dyn FnMut() + Send),
    ) -> Result<StepOutcome, Box<StepOutcome>> {
        let attached = self.sign(sending, &mut built, base, scope, jar).await;
        let signed = attached.map_err(|none| Box::new(self.errored(sending.step, *none.fact)))?;
        on_send();
        let step = sending.step;
        let mut report = self.blank(step, Verdict::Passed, None);
        let places = self.places(step, None, format!("step {} is not sent", sending.name()));
        report.findings = sent_as.tolerated.into_iter().map(|fact| places.finding(fact)).collect();
        report.verdict = verdict(&report.findings);
        report.not_checked = sent_as.not_checked;
        report.notes.extend(signed.attached.notes);
        if let Some(when) = step.step.when.as_ref().filter(|when| scope.is_open(when)) {
            report.notes.push(format!("whether it runs, an answer decides: `{}`", when.text));
        }
        sending.log.withheld(&built.request, scope, &mut report);
        let response = Response {
            version: String::new(),
            status: 0,
            reason: String::new(),
            headers: Headers::new(),
            body: Body::default(),
        };
        let exchange =
            Exchange { request: built.request, response, latency: Duration::ZERO, notes: Vec::new() };
        scope.exchanges.insert(step.name.clone(), Arc::new(exchange));
        scope.leave_open(&step.name, step.step.named().map(|capture| capture.name.as_str()));
        Ok(StepOutcome { report, was_sent: true })
    }
}
