//! The record and the reports of a run with many cases: time and memory by the number of cases, which are to grow with it
//! and not faster.
//!
//! The cases are those of `tests/reports/`, one of every verdict, with their findings and exchanges, over and over with
//! other ids, a hundred to a file. Each measurement is a process of its own, whose peak of memory is its own.

use crate::usage::{cpu_of_thread, peak, reset_peak, resident};
use contest::engine::Event;
use contest::report::record::{CaseRecord, Recorder, merge};
use contest::report::{Format, RunRecord};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::process::Command;
use std::time::Duration;

/// What makes this program the measurement of one piece of work: behind it stand its name and the number of cases.
pub(crate) const ARGUMENT: &str = "report-cost";

const FEW: usize = 1_000;
const MANY: usize = 10_000;

/// The run that every verdict is in.
const RUN: &str = include_str!("../../tests/reports/expected/json");

/// How often 10,000 cases are worked on, the first time for the memory alone.
const ROUNDS: usize = 3;

const CASES_OF_A_FILE: usize = 100;

/// What is measured beside the formats.
const WORK: [&str; 3] = ["record", "read", "merge"];

/// A table: what a case costs among 10,000, and how much more that is than among 1,000.
pub(crate) fn compare() -> io::Result<String> {
    let mut out = format!(
        "reports of {MANY} cases\n  {:9} {:>9} {:>9} {:>9} {:>9} {:>9}\n",
        "", "ms", "ratio", "MB", "ratio", "MB text"
    );
    let names = WORK.into_iter().chain(Format::ALL.iter().map(|format| format.as_str()));
    for name in names {
        let (few, many) = (measure(name, FEW)?, measure(name, MANY)?);
        let ratio = |few: f64, many: f64| many / MANY as f64 / (few / FEW as f64);
        let memory = match many.memory {
            // A few buffers, and what was freed before: there is nothing to compare.
            memory if memory < 5.0 => "-".to_owned(),
            memory => format!("{:.2}", ratio(few.memory, memory)),
        };
        out += &format!(
            "  {name:9} {:9.1} {:9.2} {:9.1} {memory:>9} {:9.1}\n",
            many.time,
            ratio(few.time, many.time),
            many.memory,
            many.length
        );
    }
    Ok(out + "  ratio: a case of 10,000 against a case of 1,000; 1 is linear; the best of three\n")
}

/// What a piece of work took.
struct Cost {
    /// Milliseconds of processor time.
    time: f64,
    /// MB of RAM beyond what was there before.
    memory: f64,
    /// MB that were written.
    length: f64,
}

/// The best of three processes.
fn measure(name: &str, cases: usize) -> io::Result<Cost> {
    let mut best: Option<Cost> = None;
    for _ in 0..3 {
        let output =
            Command::new(std::env::current_exe()?).args([ARGUMENT, name, &cases.to_string()]).output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut numbers = text.split_whitespace().filter_map(|number| number.parse::<f64>().ok());
        let (Some(time), Some(memory), Some(length)) = (numbers.next(), numbers.next(), numbers.next())
        else {
            return Err(io::Error::other(format!(
                "{name}: {text}{}",
                String::from_utf8_lossy(&output.stderr)
            )));
        };
        if best.as_ref().is_none_or(|best| time < best.time) {
            best = Some(Cost { time, memory, length });
        }
    }
    best.ok_or_else(|| io::Error::other("nothing was measured"))
}

/// Does one piece of work, and prints milliseconds, MB of memory and MB of text.
pub(crate) fn cost(name: &str, cases: usize) -> io::Result<()> {
    let run = run_of(cases).map_err(io::Error::other)?;
    // Little work is done several times, so that its time is more than the clock's step.
    let rounds = u32::try_from(ROUNDS * (MANY / cases).max(1)).map_err(io::Error::other)?;
    let (time, memory, length) = match (name, Format::parse(name)) {
        ("record", _) => {
            let mut events: Vec<Event> = Vec::new();
            run.replay(&mut |event| events.push(event.clone()));
            let record = |()| {
                let mut recorder = Recorder::new(run.started, None);
                events.iter().for_each(|event| recorder.event(event));
                std::hint::black_box(recorder.record().cases.len());
                Ok((recorder, 0))
            };
            around(rounds, || (), record)?
        }
        ("read", _) => {
            let mut text = Vec::new();
            Format::Json.write(&run, &mut text)?;
            let text = String::from_utf8(text).map_err(io::Error::other)?;
            let read = |()| RunRecord::read(&text).map(|run| (run, text.len())).map_err(io::Error::other);
            around(rounds, || (), read)?
        }
        ("merge", _) => {
            let halves = || {
                let (mut first, mut second) = (run.clone(), run.clone());
                first.cases.truncate(run.cases.len() / 2);
                second.cases.drain(..run.cases.len() / 2);
                vec![("a".to_owned(), first), ("b".to_owned(), second)]
            };
            around(rounds, halves, |runs| Ok((merge(runs), 0)))?
        }
        (_, Some(format)) => {
            let write = |()| {
                let mut out = Counted { out: BufWriter::new(File::create("/dev/null")?), length: 0 };
                format.write(&run, &mut out)?;
                out.flush()?;
                Ok(((), out.length))
            };
            around(rounds, || (), write)?
        }
        (_, None) => return Err(io::Error::other(format!("there is no `{name}` to measure"))),
    };
    let mb = |bytes: f64| bytes / 1e6;
    writeln!(io::stdout(), "{} {} {}", time.as_secs_f64() * 1e3, mb(memory * 1024.0), mb(length as f64))
}

/// The processor time that some work takes, and the memory of the first time; what it makes is there until both
/// are known.
fn around<I, T>(
    rounds: u32,
    make: impl Fn() -> I,
    work: impl Fn(I) -> io::Result<(T, usize)>,
) -> io::Result<(Duration, f64, usize)> {
    let (mut time, mut memory, mut length) = (Duration::ZERO, 0.0, 0);
    for round in 0..rounds {
        let input = make();
        let before = resident();
        reset_peak()?;
        let begun = cpu_of_thread();
        let (made, written) = work(input)?;
        // The first time the system has to give memory, which differs more than the work.
        match round {
            0 => memory = peak(std::process::id()).unwrap_or_default().saturating_sub(before) as f64,
            _ => time += cpu_of_thread().saturating_sub(begun),
        }
        length = written;
        drop(made);
    }
    Ok((time / (rounds - 1), memory, length))
}

/// A run of so many cases.
fn run_of(count: usize) -> Result<RunRecord, String> {
    let mut run = RunRecord::read(RUN).map_err(|error| error.to_string())?;
    let kinds = std::mem::take(&mut run.cases);
    let cases = (0..count).map(|index| {
        let kind = &kinds[index % kinds.len()];
        let file = format!("file-{}", index / CASES_OF_A_FILE);
        let path = format!("scenarios/{file}.contest.yaml");
        let place = u32::try_from(index).unwrap_or(u32::MAX);
        CaseRecord { index, place, id: format!("{file}::case-{index}"), file, path, ..kind.clone() }
    });
    run.cases = cases.collect();
    run.planned = u32::try_from(count).unwrap_or(u32::MAX);
    Ok(run)
}

/// Counts what is written.
struct Counted<W> {
    out: W,
    length: usize,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.length += written;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
