use crate::engine::Event;
use crate::report::text::short_time;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// The line at the bottom of the screen while a run goes on: how many cases are done, and one that
/// is not.
///
/// Written to stderr, and only where that is a terminal; anywhere else nothing is ever written.
/// What is printed meanwhile to the same terminal goes through [`Progress::aside`], so that the
/// two do not mix.
#[derive(Debug)]
pub struct Progress {
    bar: Option<ProgressBar>,
    running: Vec<Running>,
    /// A case that has not started, and what it waits for.
    waiting: Option<(usize, String)>,
}

/// A case under way.
#[derive(Debug)]
struct Running {
    index: usize,
    name: String,
    /// The step that it is at, and what that waits for.
    doing: String,
    /// How long it has been running, once that is too long.
    slow: Option<Duration>,
}

impl Running {
    fn words(&self) -> String {
        let doing = if self.doing.is_empty() { String::new() } else { format!(", {}", self.doing) };
        let slow = self.slow.map(|time| format!("slow, {}: ", short_time(time))).unwrap_or_default();
        format!("{slow}{}{doing}", self.name)
    }
}

impl Progress {
    /// Makes a line on stderr where that is a terminal, nothing elsewhere.
    pub fn stderr() -> Self {
        Self::new(std::io::stderr().is_terminal().then(ProgressDrawTarget::stderr))
    }

    /// Makes a progress that never shows.
    pub fn hidden() -> Self {
        Self::new(None)
    }

    fn new(target: Option<ProgressDrawTarget>) -> Self {
        let bar = target.map(|target| {
            let bar = ProgressBar::with_draw_target(None, target);
            // `wide_msg` is cut to the terminal by the crate. A template that does not parse would
            // leave its default, which is no reason to fail.
            if let Ok(style) = ProgressStyle::with_template("  {pos}/{len} cases  {wide_msg}") {
                bar.set_style(style);
            }
            bar
        });
        Self { bar, running: Vec::new(), waiting: None }
    }

    /// Takes the next event and draws what changed.
    pub fn event(&mut self, event: &Event) {
        let Some(bar) = &self.bar else { return };
        match event {
            Event::RunStarted(started) => bar.set_length(started.cases as u64),
            Event::CaseStarted { index, name } => {
                let name = shown(name);
                self.waiting = self.waiting.take().filter(|(waiting, _)| waiting != index);
                self.running.push(Running { index: *index, name, doing: String::new(), slow: None });
                bar.set_message(self.message());
            }
            Event::Doing { index, what } => {
                match self.running.iter_mut().find(|case| case.index == *index) {
                    Some(case) => case.doing = shown(what),
                    None => self.waiting = Some((*index, shown(what))),
                }
                bar.set_message(self.message());
            }
            Event::Slow { index, elapsed } => {
                if let Some(case) = self.running.iter_mut().find(|case| case.index == *index) {
                    case.slow = Some(*elapsed);
                }
                bar.set_message(self.message());
            }
            Event::Exchanged(_) | Event::Stopped { .. } => {}
            Event::CaseFinished(case) => {
                self.running.retain(|other| other.index != case.index);
                self.waiting = self.waiting.take().filter(|(waiting, _)| *waiting != case.index);
                bar.set_message(self.message());
                bar.inc(1);
            }
            Event::RunFinished(_) => bar.finish_and_clear(),
        }
    }

    /// Does something that writes to the terminal, with the line out of the way.
    pub fn aside<R>(&self, write: impl FnOnce() -> R) -> R {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// The case that has been running longest: the one a person would wait for; and one that waits for it.
    fn message(&self) -> String {
        let running = match self.running.as_slice() {
            [] => String::new(),
            [case] => case.words(),
            [case, others @ ..] => format!("({} more) {}", others.len(), case.words()),
        };
        match &self.waiting {
            Some((_, words)) if !running.is_empty() => format!("{running}; {words}"),
            Some((_, words)) => words.clone(),
            None => running,
        }
    }
}

/// A text as it may be written into one line.
fn shown(text: &str) -> String {
    crate::report::Style::plain(80).visible(text).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Verdict;

    fn started(index: usize, name: &str) -> Event {
        Event::CaseStarted { index, name: name.to_owned() }
    }

    #[test]
    fn the_case_that_runs_longest_is_named() {
        let mut progress = Progress::new(Some(ProgressDrawTarget::hidden()));
        assert_eq!(progress.message(), "");
        progress.event(&started(0, "a › b"));
        assert_eq!(progress.message(), "a › b");
        progress.event(&started(1, "c › d\u{1b}"));
        assert_eq!(progress.message(), "(1 more) a › b");
        progress.event(&Event::Doing { index: 0, what: "step `pay`: payOrder".to_owned() });
        assert_eq!(progress.message(), "(1 more) a › b, step `pay`: payOrder");
        progress.event(&Event::Slow { index: 0, elapsed: Duration::from_secs(2) });
        assert_eq!(progress.message(), "(1 more) slow, 2.00 s: a › b, step `pay`: payOrder");
        progress.event(&Event::CaseFinished(Box::new(crate::report::fixtures::case(
            0,
            Verdict::Passed,
            "a",
            "b",
        ))));
        assert_eq!(progress.message(), "c › d␛");
        let waits = "e › f waits for lock `shop`".to_owned();
        progress.event(&Event::Doing { index: 2, what: waits });
        assert_eq!(progress.message(), "c › d␛; e › f waits for lock `shop`");
        progress.event(&started(2, "e › f"));
        assert_eq!(progress.message(), "(1 more) c › d␛");
    }

    #[test]
    fn nothing_is_drawn_where_nobody_looks() {
        let mut progress = Progress::hidden();
        progress.event(&started(0, "a"));
        assert_eq!(progress.aside(|| 7), 7);
        assert!(progress.bar.is_none() && progress.running.is_empty());
    }
}
