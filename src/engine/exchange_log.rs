//! Keeps what goes over the wire for those who asked to see it; costs nothing where nobody did.

use super::event::{Event, StepReport};
use super::record::{ExchangeRecord, RequestRecord, ResponseRecord};
use super::run::Run;
use super::step::StepContext;
use crate::clock::Timestamp;
use crate::exchange::{Exchange, Request};
use crate::plan::PlannedStep;
use std::sync::Arc;
use std::time::Instant;

/// The requests of one step. Each is told when the next one follows, the last when it was judged: by then
/// every secret of its response is known.
pub(super) struct ExchangeLog<'c> {
    context: &'c StepContext<'c>,
    step: &'c PlannedStep,
    /// When the request under way was sent; `None` where nothing is kept.
    begun: Option<(Timestamp, Instant)>,
    records: Vec<Arc<ExchangeRecord>>,
}

impl<'c> ExchangeLog<'c> {
    pub(super) fn new(context: &'c StepContext<'c>, step: &'c PlannedStep) -> Self {
        Self { context, step, begun: None, records: Vec::new() }
    }

    fn run(&self) -> &Run {
        self.context.run
    }

    /// A request is about to be sent.
    pub(super) fn begin(&mut self) {
        if self.run().settings.keeps_exchanges {
            self.begun = Some((self.run().settings.values.clock.now(), Instant::now()));
        }
    }

    /// An answer came, and another request follows it.
    pub(super) fn followed(&mut self, exchange: &Exchange) {
        if let Some(record) = self.record(&exchange.request, Some(exchange)) {
            self.tell(record);
        }
    }

    /// The last answer was judged: its records go into the report.
    pub(super) fn judged(mut self, exchange: &Exchange, report: &mut StepReport) {
        if let Some(record) = self.record(&exchange.request, Some(exchange)) {
            self.finish(record, report);
        }
    }

    /// The last request got no answer that could be judged.
    pub(super) fn unanswered(mut self, request: &Request, error: &str, report: &mut StepReport) {
        if let Some(record) = self.record(request, None) {
            let error = Some(self.run().settings.masker.mask_words(error));
            self.finish(ExchangeRecord { error, ..record }, report);
        }
    }

    fn finish(&mut self, mut record: ExchangeRecord, report: &mut StepReport) {
        record.verdict = Some(report.verdict);
        for finding in &report.findings {
            if !record.codes.contains(&finding.code) {
                record.codes.push(finding.code);
            }
        }
        self.tell(record);
        report.exchanges = std::mem::take(&mut self.records);
    }

    fn tell(&mut self, record: ExchangeRecord) {
        let record = Arc::new(record);
        // The receiver lives as long as the workers.
        let _ = self.run().events.send(Event::Exchanged(Arc::clone(&record)));
        self.records.push(record);
    }

    /// The request under way as a record; `None` where nothing is kept.
    fn record(&mut self, request: &Request, exchange: Option<&Exchange>) -> Option<ExchangeRecord> {
        let (started, sent) = self.begun.take()?;
        let settings = &self.run().settings;
        let masker = &settings.masker;
        let limit = usize::try_from(settings.limits.trace).unwrap_or(usize::MAX);
        let notes = exchange.map(|it| it.notes.as_slice()).unwrap_or_default();
        Some(ExchangeRecord {
            index: self.context.index,
            case: masker.mask_words(self.context.id),
            step: self.step.id.clone(),
            phase: self.context.phase,
            operation: self.run().plan.operation(self.step).name(),
            attempt: self.records.len() + 1,
            started,
            request: RequestRecord::of(request, masker, limit),
            response: exchange.map(|it| ResponseRecord::of(&it.response, masker, limit)),
            error: None,
            latency: exchange.map_or_else(|| sent.elapsed(), |it| it.latency),
            notes: notes.iter().map(|note| masker.mask_words(note)).collect(),
            verdict: None,
            codes: Vec::new(),
        })
    }
}
