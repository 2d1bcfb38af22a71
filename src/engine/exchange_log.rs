//! Keeps what goes over the wire for those who asked to see it; costs nothing where nobody did.

use super::event::{Event, Phase, StepReport};
use super::record::{ExchangeRecord, RequestRecord, ResponseRecord};
use super::scope::CaseScope;
use super::step::StepContext;
use crate::clock::Timestamp;
use crate::exchange::{Exchange, Request};
use crate::http::{Client, TransportError};
use crate::json::{Pointer, Value};
use crate::plan::PlannedStep;
use crate::secret::Masker;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The requests of one step. Each is told when the next one follows, the last when it was judged: by then
/// every secret of its response is known.
pub(super) struct ExchangeLog<'c> {
    context: &'c StepContext<'c>,
    step: &'c PlannedStep,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The request under way.
    sent: Option<Sent>,
    /// Whether a person said that it is not to be sent.
    is_skipped: bool,
    told: Vec<Arc<ExchangeRecord>>,
    /// How many were told in all rounds.
    n_told: usize,
}

struct Sent {
    request: Request,
    started: Timestamp,
    begun: Instant,
    /// What sends it, and the file that its body was read from; `None` of one that is not sent.
    sender: Option<(Client, Option<PathBuf>)>,
}

impl<'c> ExchangeLog<'c> {
    pub(super) fn new(context: &'c StepContext<'c>, step: &'c PlannedStep) -> Self {
        Self { context, step, state: Mutex::default() }
    }

    fn is_kept(&self) -> bool {
        self.context.run.settings.keeps_exchanges
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request is about to be sent by a client; its body was read from a file, or not.
    pub(super) fn begin(&self, request: &Request, client: &Client, body_file: Option<PathBuf>) {
        if self.is_kept() {
            self.state().sent = Some(self.sent(request, Some((client.clone(), body_file))));
        }
    }

    fn sent(&self, request: &Request, sender: Option<(Client, Option<PathBuf>)>) -> Sent {
        let started = self.context.run.settings.values.clock.now();
        Sent { request: request.clone(), started, begun: Instant::now(), sender }
    }

    /// An answer came, and another request follows it.
    pub(super) fn followed(&self, exchange: &Exchange) {
        self.end(Some(exchange), None, None);
    }

    /// No answer came, and another request follows.
    pub(super) fn lost(&self, error: &str) {
        self.end(None, Some(error), None);
    }

    /// The last answer was judged: the records go into the report.
    pub(super) fn judged(&self, exchange: &Exchange, report: &mut StepReport) {
        self.end(Some(exchange), None, Some(report));
    }

    /// The last request got no answer that could be judged.
    pub(super) fn unanswered(&self, error: &str, report: &mut StepReport) {
        self.end(None, Some(error), Some(report));
    }

    /// A request is shown and not sent; placeholders in it can be read.
    pub(super) fn withheld(&self, request: &Request, scope: &CaseScope, report: &mut StepReport) {
        if !self.is_kept() {
            return;
        }
        let mut record = self.record(&self.sent(request, None), None, None, Some(report), 1);
        record.latency = Duration::ZERO;
        let shown = &mut record.request;
        shown.url = scope.readable(&shown.url);
        if let Some(body) = &mut shown.body {
            body.text = scope.readable(&body.text);
        }
        report.exchanges.push(Arc::new(record));
    }

    /// A person said that a request is not to be sent.
    pub(super) fn skip(&self) {
        self.state().is_skipped = true;
    }

    pub(super) fn is_skipped(&self) -> bool {
        self.state().is_skipped
    }

    /// The request under way was not sent after all.
    pub(super) fn forget(&self) {
        if self.is_kept() {
            self.state().sent = None;
        }
    }

    fn end(&self, exchange: Option<&Exchange>, error: Option<&str>, report: Option<&mut StepReport>) {
        if !self.is_kept() {
            return;
        }
        let mut state = self.state();
        if let Some(sent) = state.sent.take() {
            let record = self.record(&sent, exchange, error, report.as_deref(), state.n_told + 1);
            let record = Arc::new(record);
            self.context.run.settings.stepper.iter().for_each(|stepper| stepper.told(&record));
            // The receiver lives as long as the workers.
            let _ = self.context.run.events.send(Event::Exchanged(Arc::clone(&record)));
            state.told.push(record);
            state.n_told += 1;
        }
        if let Some(report) = report {
            report.exchanges = std::mem::take(&mut state.told);
        }
    }

    fn record(
        &self,
        sent: &Sent,
        exchange: Option<&Exchange>,
        error: Option<&str>,
        report: Option<&StepReport>,
        attempt: usize,
    ) -> ExchangeRecord {
        let context = self.context;
        let settings = &context.run.settings;
        let masker = &settings.masker;
        let limit = usize::try_from(settings.limits.trace).unwrap_or(usize::MAX);
        let notes = exchange.map(|it| it.notes.as_slice()).unwrap_or_default();
        let mut codes = Vec::new();
        for finding in report.into_iter().flat_map(|report| &report.findings) {
            if !codes.contains(&finding.code) {
                codes.push(finding.code);
            }
        }
        // What was sent in the end: the transport may have been asked twice.
        let request = exchange.map_or(&sent.request, |it| &it.request);
        let repeat = sent.sender.as_ref().map(|(client, body_file)| {
            masker.mask_words(&client.curl(request, body_file.as_deref().and_then(Path::to_str)))
        });
        ExchangeRecord {
            index: context.index,
            case: masker.mask_words(&context.id),
            step: self.step.id.clone(),
            phase: context.phase,
            operation: self.step.call().map(|call| context.run.plan.operation(call).name()),
            attempt,
            case_attempt: context.attempt + 1,
            started: sent.started,
            request: RequestRecord::of(request, masker, limit),
            response: exchange.map(|it| ResponseRecord::of(&it.response, masker, limit)),
            error: error.map(|error| masker.mask_words(error)),
            latency: exchange.map_or_else(|| sent.begun.elapsed(), |it| it.latency),
            notes: notes.iter().map(|note| masker.mask_words(note)).collect(),
            verdict: report.map(|report| report.verdict),
            codes,
            repeat: repeat.filter(|command| command.len() <= limit),
        }
    }
}

impl StepContext<'_> {
    /// A token was asked for: told as a request of the profile, with every token in it masked.
    pub(super) fn tell_token(
        &self,
        profile: &str,
        pointer: &Pointer,
        request: &Request,
        exchange: Result<&Exchange, &TransportError>,
    ) {
        let settings = &self.run.settings;
        if !settings.keeps_exchanges {
            return;
        }
        let masker = &settings.masker;
        if let Some(body) = exchange.ok().and_then(|exchange| exchange.response.body.value()) {
            hide_tokens(body, pointer, masker);
        }
        let limit = usize::try_from(settings.limits.trace).unwrap_or(usize::MAX);
        let now = settings.values.clock.now();
        let latency = exchange.map_or_else(|error| error.latency, |exchange| exchange.latency);
        let record = Arc::new(ExchangeRecord {
            index: self.index,
            case: masker.mask_words(&self.id),
            step: profile.to_owned(),
            phase: Phase::Auth,
            operation: None,
            attempt: 1,
            case_attempt: self.attempt + 1,
            started: now.checked_sub(latency).unwrap_or(now),
            request: RequestRecord::of(request, masker, limit),
            response: exchange.ok().map(|it| ResponseRecord::of(&it.response, masker, limit)),
            error: exchange.err().map(|error| masker.mask_words(&error.message)),
            latency,
            notes: Vec::new(),
            verdict: None,
            codes: Vec::new(),
            repeat: None,
        });
        settings.stepper.iter().for_each(|stepper| stepper.told(&record));
        let _ = self.run.events.send(Event::Exchanged(record));
    }
}

/// The token of an answer, and what stands beside it: `refresh_token`, `id_token`.
fn hide_tokens(body: &Value, pointer: &Pointer, masker: &Masker) {
    let beside = body.as_object().into_iter().flatten().filter(|(name, _)| {
        let name = name.to_lowercase();
        (name.contains("token") || name.contains("secret")) && name != "token_type"
    });
    let found = beside.map(|(_, value)| value).chain(pointer.get(body));
    found.filter_map(Value::as_str).for_each(|text| masker.add(text));
}

/// A step is cut off by an interruption or the scenario's time-out: what was under way is told.
impl Drop for ExchangeLog<'_> {
    fn drop(&mut self) {
        if self.is_kept() && self.state().sent.is_some() {
            self.end(None, Some("the step was cut off before the answer came"), None);
        }
    }
}
