//! The report that people watch: a line for each case in the order of the plan, below a failed one
//! what was found, and at the end what a person should look at.

mod attempts;
mod links;
mod progress;
mod summary;
mod timing;
mod wire;

pub use links::{Links, supports_links};
pub use progress::Progress;
pub use wire::{render_answer, render_request};

use crate::diagnostic::{About, Finding, Severity};
use crate::engine::{CaseReport, Event, Phase, RunStarted, StepReport, Summary, Verdict};
use crate::report::snippet::{Trailer, render_finding};
use crate::report::text::{Part, cut, join, plural, short_time, width, wrap};
use crate::report::{Style, style};
use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};

/// On a wider terminal the eye loses the line between a title and its time.
const WIDEST_LINE: usize = 120;

/// More findings of one step than this are counted.
const MOST_FINDINGS: usize = 20;

/// `  pass  `: what stands before a case's name.
const LEAD: usize = 8;

/// How much is said of cases that need no attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Nothing, and the summary is what decides the exit code.
    Quiet,
    /// A line each.
    #[default]
    Normal,
    /// A line for each of their steps too, warnings where they were found, and request bodies to
    /// their end.
    Verbose,
    /// Every request and response too, where the run keeps them; of each body as many bytes as this.
    Exchanges {
        /// The limit `shown`.
        shown: usize,
    },
}

impl Verbosity {
    fn is_verbose(self) -> bool {
        self >= Self::Verbose
    }
}

/// Writes the report for people.
///
/// Cases are printed in the order of the plan: one that finishes before its turn is kept, as
/// rendered text, until the cases before it are done. A passed case costs one line. Nothing is
/// measured here: every time comes from the events, so the same events give the same text.
pub struct Terminal<W> {
    out: W,
    style: Style,
    verbosity: Verbosity,
    next: usize,
    waiting: BTreeMap<usize, Rendered>,
    /// Findings that were shown in full; the same again is folded.
    seen: HashSet<String>,
    is_after_blank: bool,
    /// Whether the last thing printed was the findings of a case.
    ends_with_findings: bool,
    /// Whether nothing is sent.
    is_dry: bool,
    /// Why the cases are left out that are not run for this reason.
    stopped: Option<String>,
    /// What makes places into links, where the terminal shows them.
    links: Option<Links>,
    /// Whether the operations are listed with how long they took.
    shows_durations: bool,
    /// The first lines, which a quiet report has only above what needs attention.
    header: Option<String>,
}

/// A case as text.
struct Rendered {
    line: String,
    blocks: Vec<Block>,
}

impl Rendered {
    /// A case of which nothing is said.
    fn nothing() -> Self {
        Self { line: String::new(), blocks: Vec::new() }
    }
}

/// A finding as text.
struct Block {
    text: String,
    fold: Option<Fold>,
}

/// What to recognise a finding by, and what stands for it the next time: when a target is down, or does one thing
/// wrong that every case asks for, every case says so.
struct Fold {
    key: String,
    short: String,
}

impl Fold {
    fn of(finding: &Finding, style: Style) -> Option<Self> {
        let about = match finding.about()? {
            About::Promise(place) => format!("{}:{}", place.source.name(), place.span.start),
            About::Target(_) => String::new(),
        };
        let words = format!("{}, as above: {}", finding.code, finding.headline);
        let words = style.visible(&words).replace('\n', " ");
        let words = cut(&words, style.columns().min(WIDEST_LINE) - LEAD, style.glyphs().ellipsis);
        let mut short = indented(&words, style);
        if let Some(asked) = &finding.scenario {
            let at = finding.response.iter().filter_map(|place| place.at.as_ref());
            let at: String = at.map(|at| format!(", at `{at}`")).collect();
            short += &indented(&format!("{}, {}{at}", asked.at_line(), asked.label), style);
        }
        Some(Self { key: format!("{}\n{about}\n{}", finding.code, finding.headline), short })
    }
}

impl<W: Write> Terminal<W> {
    /// Makes a report that has said nothing yet.
    pub fn new(out: W, style: Style, verbosity: Verbosity) -> Self {
        Self {
            out,
            style,
            verbosity,
            next: 0,
            waiting: BTreeMap::new(),
            seen: HashSet::new(),
            is_after_blank: false,
            ends_with_findings: false,
            header: None,
            is_dry: false,
            stopped: None,
            links: None,
            shows_durations: false,
        }
    }

    /// Lists in the end how long each operation took, where that is asked for.
    pub fn with_durations(self, shows_durations: bool) -> Self {
        Self { shows_durations, ..self }
    }

    /// Makes places into links, where there is something to make them with.
    pub fn with_links(self, links: Option<Links>) -> Self {
        Self { links, ..self }
    }

    /// Takes the next event and writes what can be written by now.
    ///
    /// # Errors
    /// What the writer answers.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        match event {
            Event::RunStarted(started) => self.start(started)?,
            Event::CaseStarted { .. } | Event::Exchanged(_) | Event::Doing { .. } | Event::Slow { .. } => {
                return Ok(());
            }
            Event::Stopped { reason } => {
                self.stopped = Some(reason.clone());
                return Ok(());
            }
            Event::CaseFinished(case) => {
                let is_left_out = self.stopped.as_ref().is_some_and(|reason| case.is_left_out(reason));
                // Many lines that say the same would push away what made the run stop.
                let rendered = match is_left_out && !self.verbosity.is_verbose() {
                    true => Rendered::nothing(),
                    false => render(case, self.verbosity, self.is_dry, self.style),
                };
                self.waiting.insert(case.index, rendered);
                while let Some(case) = self.waiting.remove(&self.next) {
                    self.case(&case)?;
                    self.next += 1;
                }
            }
            Event::RunFinished(summary) => self.finish(summary)?,
        }
        self.out.flush()
    }

    /// Gives the writer back.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.is_after_blank = text == "\n";
        match &mut self.links {
            Some(links) => self.out.write_all(links.link(text).as_bytes()),
            None => self.out.write_all(text.as_bytes()),
        }
    }

    fn blank(&mut self) -> io::Result<()> {
        if self.is_after_blank { Ok(()) } else { self.write("\n") }
    }

    fn start(&mut self, started: &RunStarted) -> io::Result<()> {
        self.is_dry = started.is_dry;
        let style = self.style;
        let mut parts = vec![format!("contest {}", style.visible(&started.version))];
        parts.extend(started.environment.iter().map(|name| format!("environment {}", style.visible(name))));
        parts.push(format!("target: {}", style.visible(&started.target)));
        let (cases, workers) = (plural(started.cases, "case"), plural(started.workers, "worker"));
        parts.push(format!("{cases}, {workers}"));
        parts.push(format!("seed {}", started.seed));
        parts.extend(started.is_dry.then(|| "dry run: nothing is sent".to_owned()));
        let parts: Vec<Part> = parts.into_iter().map(Part::from).collect();
        let mut header = join(&parts, style);
        header.push('\n');
        for banner in &started.banners {
            let lead = "warning: ";
            let lines = wrap(&style.visible(banner), style.columns() - lead.len());
            for (index, line) in lines.iter().enumerate() {
                let lead = if index == 0 { lead } else { "         " };
                header += &style.paint(style::WARNING, &format!("{lead}{line}"));
                header.push('\n');
            }
        }
        self.header = Some(header);
        if self.verbosity == Verbosity::Quiet { Ok(()) } else { self.open() }
    }

    /// Writes the first lines, once.
    fn open(&mut self) -> io::Result<()> {
        match self.header.take() {
            Some(header) => self.write(&header).and_then(|()| self.blank()),
            None => Ok(()),
        }
    }

    fn case(&mut self, case: &Rendered) -> io::Result<()> {
        if case.line.is_empty() {
            return Ok(());
        }
        self.open()?;
        self.ends_with_findings = !case.blocks.is_empty();
        let is_known = |block: &Block| block.fold.as_ref().is_some_and(|fold| self.seen.contains(&fold.key));
        let is_short = case.blocks.iter().all(is_known);
        if !is_short || matches!(self.verbosity, Verbosity::Exchanges { .. }) {
            self.blank()?;
        }
        self.write(&case.line)?;
        let mut is_below_short = true;
        for block in &case.blocks {
            let known = block.fold.as_ref().filter(|fold| self.seen.contains(&fold.key));
            if !(is_below_short && known.is_some()) {
                self.blank()?;
            }
            is_below_short = known.is_some();
            match known {
                Some(fold) => self.write(&fold.short)?,
                None => {
                    self.write(&block.text)?;
                    self.seen.extend(block.fold.iter().map(|fold| fold.key.clone()));
                }
            }
        }
        if is_short { Ok(()) } else { self.blank() }
    }

    fn finish(&mut self, summary: &Summary) -> io::Result<()> {
        // An interrupted run may have gaps; what is there is shown.
        for case in std::mem::take(&mut self.waiting).into_values() {
            self.case(&case)?;
        }
        if self.header.is_none() {
            self.blank()?;
        }
        // The list would repeat the lines right above it.
        let is_listed = summary.attention.len() != 1 || !self.ends_with_findings;
        let shown = summary::Shown {
            is_listed,
            is_quiet: self.verbosity == Verbosity::Quiet,
            has_durations: self.shows_durations,
        };
        let text = summary::render(summary, shown, self.style);
        self.write(&text)
    }
}

/// Renders one case as the terminal report shows it: its line and, unless it passed, its findings.
/// Ends with a line end.
pub fn render_case(case: &CaseReport, style: &Style) -> String {
    let case = render(case, Verbosity::Normal, false, *style);
    let blocks = case.blocks.into_iter().map(|block| block.text);
    std::iter::once(case.line).chain(blocks).collect::<Vec<_>>().join("\n")
}

fn render(case: &CaseReport, verbosity: Verbosity, is_dry: bool, style: Style) -> Rendered {
    let needs_attention = matches!(case.verdict, Verdict::Failed | Verdict::Errored | Verdict::XPassed);
    if !needs_attention && verbosity == Verbosity::Quiet {
        return Rendered::nothing();
    }
    let mut line = case_line(case, is_dry, style);
    let is_verbose = verbosity.is_verbose();
    for step in case.steps.iter().filter(|_| is_verbose) {
        line += &indented(&step_words(step, style), style);
        if let Verbosity::Exchanges { shown } = verbosity {
            line += &wire::render(&step.exchanges, shown, style);
            // Those of a step that was sent stand among what it exchanged.
            if is_dry {
                line += &wire::render_notes(&step.notes, style);
            }
        } else {
            // With a finding they stand below it.
            for note in step.notes.iter().filter(|_| step.findings.is_empty()) {
                line += &indented(&format!("note: {note}"), style);
            }
        }
    }
    let is_shown = |severity| match severity {
        Severity::Deny => needs_attention || is_verbose,
        Severity::Warn => is_verbose,
        Severity::Off => false,
    };
    let mut blocks: Vec<Block> = Vec::new();
    for (index, attempt) in case.earlier.iter().enumerate().filter(|_| case.is_flaky || is_verbose) {
        let is_shown = |severity| severity == Severity::Deny || is_shown(severity);
        blocks.push(Block { text: indented(&attempts::heading(index + 1, attempt), style), fold: None });
        blocks.extend(attempt.steps.iter().flat_map(|step| step_blocks(step, &is_shown, is_verbose, style)));
    }
    if !blocks.is_empty() && !case.is_flaky {
        let heading = format!("attempt {} {}", case.earlier.len() + 1, case.verdict);
        blocks.push(Block { text: indented(&heading, style), fold: None });
    }
    blocks.extend(case.steps.iter().flat_map(|step| step_blocks(step, &is_shown, is_verbose, style)));
    line += &attempts::words(case).iter().map(|words| indented(words, style)).collect::<String>();
    if case.verdict == Verdict::XPassed {
        line += &indented("it passed, and is marked `xfail`: remove the mark", style);
    }
    if let (Verdict::XFailed | Verdict::XPassed, Some(reason)) = (case.verdict, &case.reason) {
        line += &indented(reason, style);
    }
    if blocks.is_empty() && !case.is_flaky && matches!(case.verdict, Verdict::Failed | Verdict::Errored) {
        line += &case.reason.iter().map(|reason| indented(reason, style)).collect::<String>();
    }
    Rendered { line, blocks }
}

fn step_blocks(
    step: &StepReport,
    is_shown: &impl Fn(Severity) -> bool,
    is_whole: bool,
    style: Style,
) -> Vec<Block> {
    let mut findings: Vec<_> = step.findings.iter().filter(|finding| is_shown(finding.severity)).collect();
    // What decided the verdict stands last, next to the command that repeats it.
    findings.sort_by_key(|finding| finding.severity);
    let hidden = if is_whole { 0 } else { findings.len().saturating_sub(MOST_FINDINGS) };
    findings.truncate(findings.len() - hidden);
    let last = findings.len().saturating_sub(1);
    let blocks = findings.iter().enumerate().map(|(index, finding)| {
        let trailer = Trailer {
            notes: &step.notes,
            not_checked: &step.not_checked,
            repeat: step.repeat.as_deref(),
            is_whole,
        };
        let trailer = if index == last { trailer } else { Trailer::default() };
        let fold = if is_whole { None } else { Fold::of(finding, style) };
        Block { text: render_finding(finding, &trailer, &style), fold }
    });
    let mut blocks: Vec<Block> = blocks.collect();
    if hidden > 0 {
        let words = format!("{} of step `{}`; `-v` shows all", plural(hidden, "more finding"), step.id);
        blocks.push(Block { text: indented(&words, style), fold: None });
    }
    blocks
}

/// `  pass  file › title                    3 steps    9 ms`, the reason in place of the numbers
/// where nothing was sent.
fn case_line(case: &CaseReport, is_dry: bool, style: Style) -> String {
    let (word, ink) = match case.verdict {
        Verdict::Failed if case.is_flaky => ("FLAKY", style::ERROR),
        _ if case.is_flaky => ("flaky", style::WARNING),
        Verdict::Passed if is_dry => ("ready", style::PASS),
        Verdict::Passed => ("pass", style::PASS),
        Verdict::Failed => ("FAIL", style::ERROR),
        Verdict::Errored => ("ERROR", style::ERROR),
        Verdict::Skipped => ("skip", style::DIM),
        Verdict::NotRun => ("-", style::DIM),
        Verdict::XFailed => ("xfail", style::PASS),
        Verdict::XPassed => ("XPASS", style::UNEXPECTED),
    };
    let was_sent = !matches!(case.verdict, Verdict::Skipped | Verdict::NotRun);
    let right = match (&case.reason, case.verdict) {
        _ if was_sent && is_dry => steps(case),
        _ if was_sent => format!("{}  {:>6}", steps(case), short_time(case.elapsed)),
        (Some(reason), Verdict::NotRun) => format!("not run: {}", style.visible(reason).replace('\n', " ")),
        (Some(reason), _) => style.visible(reason).replace('\n', " "),
        (None, _) => case.verdict.to_string(),
    };
    let columns = style.columns().min(WIDEST_LINE);
    let name = style.visible(&case.name()).replace('\n', " ");
    let lead = format!("  {}{}", style.paint(ink, word), " ".repeat(LEAD - 2 - word.len()));
    let room = columns - LEAD;
    if !was_sent && width(&name) + 2 + width(&right) > room {
        // The reason is what the line is there for: it gets lines of its own.
        let name = cut_name(case, &name, room, style);
        return format!("{lead}{name}\n{}", indented(&right, style));
    }
    let name = cut_name(case, &name, room - 2 - width(&right), style);
    let gap = " ".repeat(room - width(&name) - width(&right));
    let right = style.paint(style::DIM, &right);
    format!("{lead}{name}{gap}{right}\n")
}

/// The name with its title cut, so that the file and the row still tell the cases apart.
fn cut_name(case: &CaseReport, name: &str, columns: usize, style: Style) -> String {
    let ellipsis = style.glyphs().ellipsis;
    let row = case.row.iter().map(|row| format!(" [{}]", style.visible(row).replace('\n', " ")));
    let row: String = row.collect();
    match columns.checked_sub(width(&row)).filter(|left| *left >= columns / 2) {
        Some(left) if width(name) > columns && name.ends_with(&row) => {
            cut(&name[..name.len() - row.len()], left, ellipsis) + &row
        }
        _ => cut(name, columns, ellipsis),
    }
}

/// `3 steps`, or `2 of 3 steps` when the rest was not run; setup and cleanup do not count.
fn steps(case: &CaseReport) -> String {
    let steps = case.steps.iter().filter(|step| step.phase == Phase::Steps);
    let all = steps.clone().count();
    let run = steps.filter(|step| !matches!(step.verdict, Verdict::Skipped | Verdict::NotRun)).count();
    match all {
        0 => "no steps".to_owned(),
        _ if run == all => plural(all, "step"),
        _ => format!("{run} of {}", plural(all, "step")),
    }
}

/// A step in a line: what it asked, what came, how it ended.
pub(super) fn step_words(step: &StepReport, style: Style) -> String {
    let phase = match step.phase {
        Phase::SetupOnce => "setupOnce ",
        Phase::Setup => "setup ",
        Phase::Auth => "auth ",
        Phase::Steps => "",
        Phase::Cleanup => "cleanup ",
        Phase::Teardown => "teardown ",
        Phase::TeardownOnce => "teardownOnce ",
    };
    let what = match &step.exchange {
        Some(exchange) => {
            let time = short_time(exchange.latency);
            let of = match step.earlier {
                0 => String::new(),
                earlier => format!(", the last of {}", earlier + 1),
            };
            format!("{} answered {} in {time}{of}", exchange.request, exchange.status)
        }
        None => step.action.clone(),
    };
    let verdict = match (step.verdict, &step.reason) {
        (Verdict::Passed, _) => String::new(),
        (verdict, None) => format!(", {verdict}"),
        (verdict, Some(reason)) => format!(", {verdict}: {reason}"),
    };
    style.visible(&format!("{phase}`{}`: {what}{verdict}", step.id))
}

/// Lines below a case's name.
fn indented(text: &str, style: Style) -> String {
    let lines = wrap(&style.visible(text), style.columns().min(WIDEST_LINE) - LEAD);
    let lead = " ".repeat(LEAD);
    lines.iter().map(|line| format!("{lead}{}\n", style.paint(style::DIM, line))).collect()
}

#[cfg(test)]
mod tests;
