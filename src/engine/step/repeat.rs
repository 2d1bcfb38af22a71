//! Goes through a step several times, and judges each round as if it were the only one.
//!
//! Source: LANGUAGE §10.

use super::report::request_line;
use super::{OnSend, Round, Saved, Sending, StepContext, StepOutcome};
use crate::check::Fact;
use crate::check::matching::Schemas;
use crate::diagnostic::words::count;
use crate::diagnostic::{Code, Severity};
use crate::engine::Verdict;
use crate::engine::coverage::join;
use crate::engine::event::StepReport;
use crate::engine::expect::capture::evaluate_capture;
use crate::engine::expect::folded::Folded;
use crate::engine::expect::values_of_parts;
use crate::engine::fact::{own_fact, verdict};
use crate::engine::scope::{CaseScope, ExchangeScope};
use crate::exchange::Exchange;
use crate::http::CookieJar;
use crate::json::{Datum, Value};
use crate::scenario::{Capture, Named, Repeat};
use std::sync::Arc;

impl StepContext<'_> {
    /// Goes through the step until its rounds are over, its condition is false, or a round fails.
    pub(super) async fn rounds(
        &self,
        sending: Sending<'_>,
        repeat: &Repeat,
        scope: &mut CaseScope,
        jar: &mut CookieJar,
        on_send: &mut OnSend<'_>,
    ) -> StepOutcome {
        let step = sending.step;
        for carried in &repeat.carry {
            scope.vars.entry(carried.name.clone()).or_insert_with(|| Datum::new(Value::Null));
        }
        let generated = scope.generator();
        let limits = &self.run.settings.limits;
        let mut collected = Collected::new(&repeat.collect, limits.body);
        let mut all = Unfinished {
            context: self,
            repeat,
            rounds: Some(Rounds::new(self.blank(step, Verdict::Passed, None), limits.findings)),
        };
        let mut of_last_round: Option<Saved> = None;
        for number in 1..=repeat.max.value {
            let of = repeat.condition.is_none().then_some(repeat.max.value);
            let sending = Sending { round: Some(Round { number, of }), ..sending };
            // What is generated is fixed for the step: every round draws the same values.
            scope.draw_again(&generated);
            scope.exchanges.remove(&step.name);
            let mut outcome = self.request(sending, scope, jar, &mut || on_send(of_last_round.take())).await;
            if self.run.settings.is_dry {
                // What the next round sends, an answer decides.
                all.rounds = None;
                return outcome;
            }
            name_round(sending, &mut outcome.report);
            let exchange = scope.exchanges.get(&step.name).cloned();
            let is_last = match (&exchange, is_over(outcome.report.verdict)) {
                (Some(exchange), false) => {
                    let next = self.carry_on(sending, repeat, exchange, scope, &mut collected);
                    let goes_on = matches!(next, Ok(true));
                    self.add_fact(sending, exchange, next.err(), scope, &mut outcome.report);
                    !goes_on
                }
                _ => true,
            };
            if let Some(rounds) = &mut all.rounds {
                rounds.add(number, outcome);
            }
            if is_last {
                break;
            }
            if !step.cleanup.is_empty() {
                let saved = step.step.save.iter().map(|capture| capture.name.clone());
                of_last_round = Some(
                    saved.filter_map(|name| Some((name.clone(), scope.vars.get(&name)?.clone()))).collect(),
                );
            }
        }
        collected.save(scope);
        match all.rounds.take() {
            Some(rounds) => rounds.finish(repeat),
            None => StepOutcome { report: self.blank(step, Verdict::NotRun, None), was_sent: false },
        }
    }

    /// Takes what the next round and those behind the step need, and tells whether there is another;
    /// the error is a fact that ends the step.
    fn carry_on(
        &self,
        sending: Sending<'_>,
        repeat: &Repeat,
        exchange: &Exchange,
        scope: &mut CaseScope,
        collected: &mut Collected<'_>,
    ) -> Result<bool, Box<Fact>> {
        let number = sending.round.map_or(1, |round| round.number);
        for carried in &repeat.carry {
            let found = evaluate_capture(carried, exchange, scope).ok();
            let datum = found.unwrap_or_else(|| Datum::new(Value::Null));
            self.hide(&carried.value, &datum);
            scope.vars.insert(carried.name.clone(), datum);
        }
        collected.add(exchange, scope, |capture, datum| self.hide(capture, datum))?;
        let Some(condition) = &repeat.condition else { return Ok(number < repeat.max.value) };
        if condition.mentions().iter().any(|mention| mention.root == "vars") {
            collected.save(scope);
        }
        let in_round = ExchangeScope { case: scope, exchange, schemas: Schemas::NONE };
        match condition.holds(&in_round) {
            Ok(holds) if !holds || number < repeat.max.value => Ok(holds),
            Ok(_) => {
                let rounds = count(number, "round", "rounds");
                let headline = format!("`{}` still holds after {rounds}", condition.text);
                let mut fact = own_fact(Code::EXPECT_REPEAT, headline, repeat.max.span, "allows no more");
                fact.notes.extend(values_of_parts(condition, &in_round));
                Err(Box::new(fact.help("either `max` is too small, or the API never comes to an end")))
            }
            Err(error) => {
                let headline = format!("`while` cannot be evaluated: {}", error.0);
                let label = format!("decides whether there is a round {}", number + 1);
                let fact = own_fact(Code::CONDITION_FAILED, headline, condition.span, &label);
                Err(Box::new(fact.help("`has(body.x)` asks whether a member is there")))
            }
        }
    }

    fn hide(&self, capture: &Capture, datum: &Datum) {
        if capture.is_secret {
            self.run.settings.masker.add(&datum.to_text());
        }
    }

    /// Adds what ends the step to the report of its last round.
    fn add_fact(
        &self,
        sending: Sending<'_>,
        exchange: &Arc<Exchange>,
        fact: Option<Box<Fact>>,
        scope: &CaseScope,
        report: &mut StepReport,
    ) {
        let Some(fact) = fact else { return };
        let request = request_line(&exchange.request);
        report.findings.extend(self.findings(sending, exchange, &request, vec![*fact]));
        report.verdict = verdict(&report.findings);
        report.repeat = Some(self.repeat(sending, &exchange.request, scope));
    }
}

/// A finding that is told of a place of its own tells the round beside.
fn name_round(sending: Sending<'_>, report: &mut StepReport) {
    let name = sending.name();
    let denied = report.findings.iter_mut().filter(|finding| finding.severity == Severity::Deny);
    for finding in denied {
        if !finding.scenario.as_ref().is_some_and(|place| place.label.contains(&name)) {
            finding.notes.push(format!("found in step {name}"));
        }
    }
}

fn is_over(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Failed | Verdict::Errored)
}

/// What is gathered over the rounds.
struct Collected<'r> {
    lists: Vec<(&'r Named<Capture>, Vec<Datum>)>,
    /// The bytes of all of it as text, and the most there may be.
    size: u64,
    most: u64,
}

impl<'r> Collected<'r> {
    fn new(captures: &'r [Named<Capture>], most: u64) -> Self {
        Self { lists: captures.iter().map(|capture| (capture, Vec::new())).collect(), size: 0, most }
    }

    /// Adds what an answer holds: the elements of an array, any other value itself; nothing where nothing
    /// is found.
    fn add(
        &mut self,
        exchange: &Exchange,
        scope: &CaseScope,
        hide: impl Fn(&Capture, &Datum),
    ) -> Result<(), Box<Fact>> {
        for (capture, list) in &mut self.lists {
            let Ok(found) = evaluate_capture(capture, exchange, scope) else { continue };
            hide(&capture.value, &found);
            self.size += found.to_text().len() as u64;
            if self.size > self.most {
                let headline =
                    format!("what `collect` gathers is more than the limit `body`, {} bytes", self.most);
                let fact = own_fact(Code::TRANSPORT_LIMIT, headline, capture.value.span, "gathers too much");
                let help = "`--limit body=…`, or `limits: { body: … }`, allows more";
                return Err(Box::new(fact.help(help)));
            }
            match found.into_elements() {
                Ok(elements) => list.extend(elements),
                Err(found) => list.push(found),
            }
        }
        Ok(())
    }

    fn save(&self, scope: &mut CaseScope) {
        for (capture, list) in &self.lists {
            scope.vars.insert(capture.name.clone(), Datum::array(list.iter().cloned()));
        }
    }
}

/// Rounds under way: where the case is cut off in one of them, those before it are reported all the same.
struct Unfinished<'r> {
    context: &'r StepContext<'r>,
    repeat: &'r Repeat,
    /// `None` once they are reported.
    rounds: Option<Rounds>,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        let Some(rounds) = self.rounds.take().filter(|rounds| rounds.rounds > 0) else { return };
        let behind = count(rounds.rounds, "round", "rounds");
        let mut report = rounds.finish(self.repeat).report;
        if report.verdict == Verdict::Passed {
            report.verdict = Verdict::NotRun;
        }
        report.reason = Some(format!("cut off after {behind}"));
        self.context.leave_report(report);
    }
}

/// The reports of all rounds, as that of one step.
struct Rounds {
    report: StepReport,
    warnings: Folded,
    rounds: usize,
    exchanges: usize,
    was_sent: bool,
    /// What the reader should know, with the first round of it and how many there were.
    notes: Vec<(String, usize, usize)>,
}

/// More notes than these of one step help nobody.
const MOST_NOTES: usize = 20;

impl Rounds {
    fn new(report: StepReport, most_findings: usize) -> Self {
        let (warnings, notes) = (Folded::new(most_findings), Vec::new());
        Self { report, warnings, rounds: 0, exchanges: 0, was_sent: false, notes }
    }

    fn add(&mut self, number: usize, outcome: StepOutcome) {
        let StepOutcome { report, was_sent } = outcome;
        let whole = &mut self.report;
        self.rounds = number;
        self.was_sent |= was_sent;
        self.exchanges += report.earlier + usize::from(report.exchange.is_some());
        whole.verdict = report.verdict;
        let (denied, warnings): (Vec<_>, Vec<_>) =
            report.findings.into_iter().partition(|finding| finding.severity == Severity::Deny);
        self.warnings.add(warnings);
        whole.findings.extend(denied);
        whole.repeat = report.repeat.or(whole.repeat.take());
        whole.exchanges.extend(report.exchanges);
        whole.earlier_latencies.extend(report.earlier_latencies);
        join(&mut whole.observed, report.observed);
        if let Some(exchange) = report.exchange {
            let before = whole.exchange.replace(exchange);
            let was_judged = before.as_ref().is_none_or(|earlier| earlier.is_judged);
            let described = before.filter(|earlier| earlier.is_described);
            whole.earlier_latencies.extend(described.map(|earlier| earlier.latency));
            if let (Some(exchange), false) = (&mut whole.exchange, was_judged) {
                exchange.is_judged = false;
            }
        }
        whole.waived.extend(report.waived);
        whole.off.extend(report.off);
        for reason in report.not_checked {
            if !whole.not_checked.contains(&reason) {
                whole.not_checked.push(reason);
            }
        }
        for note in report.notes {
            match self.notes.iter().position(|(known, ..)| *known == note) {
                Some(index) => self.notes[index].2 += 1,
                None if self.notes.len() < MOST_NOTES => self.notes.push((note, number, 1)),
                None => {}
            }
        }
    }

    fn finish(self, repeat: &Repeat) -> StepOutcome {
        let mut report = self.report;
        let rounds = self.rounds;
        let in_rounds = |times: usize| format!("found in {times} of {}", count(rounds, "round", "rounds"));
        let warnings = self.warnings.into_findings(in_rounds);
        report.findings.splice(0..0, warnings);
        report.earlier = self.exchanges.saturating_sub(usize::from(report.exchange.is_some()));
        report.notes.extend(self.notes.into_iter().map(|(note, first, times)| match times {
            1 => format!("round {first}: {note}"),
            _ => format!("in {times} rounds: {note}"),
        }));
        let missing = repeat.max.value - rounds;
        if repeat.condition.is_none() && missing > 0 {
            report.notes.push(format!(
                "{} not run",
                if missing == 1 { "1 round was".to_owned() } else { format!("{missing} rounds were") }
            ));
        }
        StepOutcome { report, was_sent: self.was_sent }
    }
}
