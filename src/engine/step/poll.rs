//! Sends a request until its answer is the one that is waited for, and judges the answers before it
//! leniently: what is not there yet is no fault.
//!
//! Source: LANGUAGE §10.

use super::report::request_line;
use super::{Described, Ready, Saved, Sending, StepContext, StepOutcome};
use crate::check::matching::Schemas;
use crate::check::{Fact, ResponsePart, check_http, check_response};
use crate::coverage::Observed;
use crate::diagnostic::words::{count, time};
use crate::diagnostic::{Code, Finding};
use crate::engine::coverage::join;
use crate::engine::event::StepReport;
use crate::engine::expect::capture::evaluate_capture;
use crate::engine::expect::folded::{Folded, is_same};
use crate::engine::expect::values_of_parts;
use crate::engine::fact::own_fact;
use crate::engine::scope::{CaseScope, ExchangeScope};
use crate::exchange::Exchange;
use crate::http::CookieJar;
use crate::scenario::Poll;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The answer that is judged in full.
pub(super) struct Answer<'p> {
    pub(super) exchange: Arc<Exchange>,
    /// What came before it, where it was polled for.
    pub(super) polled: Option<Polled<'p>>,
}

/// A poll that is over.
pub(super) struct Polled<'p> {
    poll: &'p Poll,
    /// How many answers there were, the last included.
    tries: usize,
    /// Of how many of them the condition could not be evaluated.
    unevaluated: usize,
    /// Why it could not be of the latest of those.
    reason: String,
    elapsed: Duration,
    /// Whether what was waited for has come.
    has_come: bool,
    /// Whether the scenario's own time was up before that of the poll.
    is_cut: bool,
    /// What the contract says of the answers before the last.
    earlier: Folded,
    /// How long the answers before the last took.
    latencies: Vec<Duration>,
    /// What those cover of the document.
    observed: Option<Box<Observed>>,
}

impl StepContext<'_> {
    /// Sends a request, again and again where it polls, and keeps the cookies of every answer.
    pub(super) async fn answer<'p>(
        &self,
        sending: Sending<'p>,
        ready: &Ready,
        scope: &mut CaseScope,
        jar: &mut CookieJar,
        on_send: &mut (dyn FnMut() + Send),
    ) -> Result<Answer<'p>, Box<StepOutcome>> {
        let Some(poll) = &sending.written().poll else {
            let exchange = self.exchange(sending, ready, scope, jar, on_send).await?;
            return Ok(Answer { exchange: self.keep(sending, exchange, scope, jar), polled: None });
        };
        let begun = Instant::now();
        let mut polled = Polled::new(poll, self.run.settings.limits.findings);
        loop {
            // The last try is one that begins when the time is over, however long those before it took.
            let is_last = begun.elapsed() >= poll.limit.value;
            let exchange = self.exchange(sending, ready, scope, jar, on_send).await;
            let exchange = exchange.map_err(|mut outcome| {
                let note =
                    format!("this was try {} of the poll, after {}", polled.tries + 1, time(polled.elapsed));
                outcome.report.notes.extend((polled.tries > 0).then_some(note));
                outcome.report.earlier = polled.tries;
                outcome.report.earlier_latencies = std::mem::take(&mut polled.latencies);
                outcome
            })?;
            let exchange = self.keep(sending, exchange, scope, jar);
            let has_come = self.has_come(sending, ready, &exchange, scope, &mut polled);
            polled.elapsed = begun.elapsed();
            let left = poll.limit.value.saturating_sub(polled.elapsed);
            let wait = poll.every.after(polled.tries).min(left);
            polled.has_come = has_come;
            polled.is_cut = self.deadline.saturating_duration_since(Instant::now()) <= wait;
            if has_come || is_last || polled.is_cut || self.refusal(sending, &exchange).is_some() {
                return Ok(Answer { exchange, polled: Some(polled) });
            }
            polled.earlier.add(self.seen_early(sending, &exchange));
            polled.latencies.extend(sending.described().map(|_| exchange.latency));
            join(&mut polled.observed, self.run.observe(sending, &ready.values, &exchange));
            sending.log.followed(&exchange);
            self.wait(sending, wait, &format!("for try {} of its poll", polled.tries + 1)).await;
        }
    }

    /// What could be saved of an answer.
    fn try_captures(&self, sending: Sending<'_>, exchange: &Exchange, scope: &CaseScope) -> Saved {
        let captured = sending.step.step.save.iter().filter_map(|capture| {
            let datum = evaluate_capture(capture, exchange, scope).ok()?;
            if capture.value.is_secret {
                self.run.settings.masker.add(&datum.to_text());
            }
            Some((capture.name.clone(), datum))
        });
        captured.collect()
    }

    /// Whether an answer is the one that is waited for.
    fn has_come(
        &self,
        sending: Sending<'_>,
        ready: &Ready,
        exchange: &Exchange,
        scope: &mut CaseScope,
        polled: &mut Polled<'_>,
    ) -> bool {
        polled.tries += 1;
        // A secret of an answer that nothing is saved of is one all the same.
        let saved = self.try_captures(sending, exchange, scope);
        let Some(until) = &polled.poll.until else {
            // S1: what is expected may read what is saved.
            let before = scope.vars.clone();
            let n_saved = saved.len();
            scope.vars.extend(saved);
            let checked = self.expectations(sending, exchange, scope);
            scope.vars = before;
            // What has no value now, though all is saved, will have none later.
            let is_saved = n_saved == sending.step.step.save.len();
            let is_met = is_saved && (checked.facts.is_empty() || !checked.unresolved.is_empty());
            return is_met && ready.expected.accepts(exchange.response.status, sending.operation());
        };
        match until.holds(&ExchangeScope { case: scope, exchange, schemas: Schemas::NONE }) {
            Ok(holds) => holds,
            Err(error) => {
                polled.unevaluated += 1;
                polled.reason = error.0;
                false
            }
        }
    }

    /// What the contract says of an answer that is not the last.
    fn seen_early(&self, sending: Sending<'_>, exchange: &Exchange) -> Vec<Finding> {
        let severities = sending.request.policy.at(exchange.response.status).lenient();
        let limits = &self.run.settings.limits;
        let judgement = match sending.described() {
            Some(Described { operation, contract, .. }) => {
                check_response(operation, contract, exchange, &severities, limits)
            }
            None => check_http(exchange, &severities),
        };
        self.findings(sending, exchange, &request_line(&exchange.request), judgement.facts)
    }
}

impl StepContext<'_> {
    /// Keeps an answer for what reads it later, and its cookies.
    fn keep(
        &self,
        sending: Sending<'_>,
        exchange: Exchange,
        scope: &mut CaseScope,
        jar: &mut CookieJar,
    ) -> Arc<Exchange> {
        jar.store(&exchange.request.url, &exchange.response.headers);
        let exchange = Arc::new(exchange);
        // A body takes up ten times its size, and most are not looked at again.
        if sending.request.written().repeat.is_some() || self.run.reads_exchange(sending.step) {
            scope.exchanges.insert(sending.step.name.clone(), Arc::clone(&exchange));
        }
        exchange
    }
}

impl<'p> Polled<'p> {
    fn new(poll: &'p Poll, most: usize) -> Self {
        Self {
            poll,
            tries: 0,
            unevaluated: 0,
            reason: String::new(),
            elapsed: Duration::ZERO,
            has_come: false,
            is_cut: false,
            earlier: Folded::new(most),
            latencies: Vec::new(),
            observed: None,
        }
    }

    /// What is found where the condition has not become true; a poll without one waits for what the step
    /// expects, and that says itself what is missing.
    pub(super) fn fact(&self, last: &Exchange, scope: &CaseScope) -> Option<Fact> {
        let until = self.poll.until.as_ref().filter(|_| !self.has_come)?;
        let (tries, elapsed) = (count(self.tries, "try", "tries"), time(self.elapsed));
        let headline = match self.unevaluated == self.tries {
            true => format!(
                "`{}` was never evaluated: {}, {} of {tries} in {elapsed}",
                until.text, self.reason, self.unevaluated
            ),
            false => format!("`{}` did not become true: {tries} in {elapsed}", until.text),
        };
        let mut fact = own_fact(Code::EXPECT_POLL, headline, until.span, "was waited for");
        fact.notes.extend(values_of_parts(
            until,
            &ExchangeScope { case: scope, exchange: last, schemas: Schemas::NONE },
        ));
        if self.unevaluated > 0 && self.unevaluated < self.tries {
            fact.notes
                .push(format!("{} of {tries} could not evaluate it: {}", self.unevaluated, self.reason));
        }
        if fact.notes.is_empty() {
            // There are no values to show: the answer itself says what it has.
            fact = fact.response(ResponsePart::StatusLine, "");
        }
        if self.is_cut {
            fact.notes.push("the scenario's time-out left no time for another try".to_owned());
        }
        Some(fact)
    }

    /// Tells which of the answers was judged, and what the contract says of those before it.
    pub(super) fn add_to(self, report: &mut StepReport) {
        if self.tries > 1 && self.poll.until.is_none() && !self.has_come {
            report.notes.push(format!(
                "polled: {} in {}, and no answer was as expected",
                count(self.tries, "try", "tries"),
                time(self.elapsed)
            ));
        } else if self.tries > 1 && self.has_come {
            report.notes.push(format!("polled: this is answer {}, after {}", self.tries, time(self.elapsed)));
        }
        report.earlier += self.tries - 1;
        report.earlier_latencies.extend(self.latencies);
        join(&mut report.observed, self.observed);
        let last = &report.findings;
        let earlier = self
            .earlier
            .into_findings(|times| format!("seen in {} before the last", count(times, "answer", "answers")));
        let earlier: Vec<Finding> =
            earlier.into_iter().filter(|finding| !last.iter().any(|each| is_same(each, finding))).collect();
        report.findings.splice(0..0, earlier);
    }
}
