//! The reports of a run: written beside it on a thread of its own, so that the run waits for no file.

use super::Session;
use super::report_request::{ReportRequest, ReportTarget, chosen, of_job};
use super::write::write_file_with;
use crate::engine::Event;
use crate::report::{Format, Recorder};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What a run that is killed may lose of a report that is written as a whole.
const INTERVAL: Duration = Duration::from_secs(1);

/// Writing reports takes at most one part in so many of the time, however long they have grown.
const SHARE: u32 = 20;

/// Writes the reports of a run while it goes on: those that are lines as they come, the others whole, once a
/// second at most and when the run is over. Each is valid at any moment, and says whether it is complete.
#[derive(Debug)]
pub struct Reports {
    news: Sender<News>,
    writer: JoinHandle<Vec<String>>,
    takes_stdout: bool,
    files: Vec<PathBuf>,
}

/// What the thread of the reports is told.
enum News {
    Event(Event),
    /// The run could not begin, for this reason.
    Failure(String),
}

/// One report under way.
struct Report {
    format: Format,
    to: Sink,
    /// Why it is written no further.
    failure: Option<String>,
}

enum Sink {
    /// Written anew as a whole.
    File(PathBuf),
    /// Written line by line.
    Lines(File, PathBuf),
    Stdout,
    /// Written behind what is there, at the end.
    Behind(PathBuf),
    /// Written at the end to stdout, or to stderr where stdout holds something else.
    Log {
        is_stderr: bool,
    },
}

impl Session {
    /// The reports that the run writes.
    ///
    /// # Errors
    /// A sentence that names two that would go to the same place.
    pub(super) fn report_requests(&self) -> Result<Vec<ReportRequest>, String> {
        let settings = &self.settings;
        let mut all = chosen(&settings.reports, &settings.folder, self.project.as_ref())?;
        if settings.reports.takes_defaults {
            all.extend(of_job(&settings.variables, self.project.as_ref()));
        }
        Ok(all)
    }

    /// Opens the reports of the run: from now on each says that nothing has run. `None` when there are none.
    ///
    /// # Errors
    /// A sentence that says which cannot be written.
    pub fn open_reports(&self) -> Result<Option<Reports>, String> {
        let requests = self.report_requests()?;
        if requests.is_empty() {
            return Ok(None);
        }
        let mut recorder =
            Recorder::new(self.values.clock.now(), folder_in_repository(&self.settings.folder));
        let takes_stdout = requests.iter().any(|request| request.to == ReportTarget::Stdout);
        let open = |request| Report::open(request, takes_stdout);
        let mut reports = requests.into_iter().map(open).collect::<Result<Vec<Report>, String>>()?;
        write_all(&mut reports, &mut recorder, false);
        if let Some(reason) = reports.iter_mut().find_map(|report| report.failure.take()) {
            return Err(reason);
        }
        let files = reports.iter().filter_map(Report::file).collect();
        let (news, receiver) = mpsc::channel();
        let writer = std::thread::Builder::new().name("reports".to_owned());
        let writer = writer.spawn(move || follow(&receiver, reports, recorder));
        let writer = writer.map_err(|error| format!("the reports cannot be written: {error}"))?;
        Ok(Some(Reports { news, writer, takes_stdout, files }))
    }
}

impl Reports {
    /// Whether one of them goes to stdout, which then holds nothing else.
    pub fn takes_stdout(&self) -> bool {
        self.takes_stdout
    }

    /// Takes the next event.
    pub fn event(&self, event: &Event) {
        // Exchanges come with the steps of their case.
        if !matches!(event, Event::Exchanged(_)) {
            // The thread ends with the sender and not before.
            let _ = self.news.send(News::Event(event.clone()));
        }
    }

    /// Takes note that the run could not begin: who reads a report alone must not take it for a success.
    pub fn fail(&self, reason: &str) {
        let _ = self.news.send(News::Failure(reason.to_owned()));
    }

    /// Writes what is left; gives the files that hold a report each, in the order asked for.
    ///
    /// # Errors
    /// A sentence for each report that could not be written.
    pub fn finish(self) -> Result<Vec<PathBuf>, String> {
        drop(self.news);
        let failures = self.writer.join().unwrap_or_else(|_| vec!["the reports are incomplete".to_owned()]);
        if failures.is_empty() { Ok(self.files) } else { Err(failures.join("\n")) }
    }
}

/// Takes events until there are no more.
fn follow(news: &Receiver<News>, mut reports: Vec<Report>, mut recorder: Recorder) -> Vec<String> {
    let folder = recorder.record().folder.clone();
    let mut next = Instant::now();
    let mut has_news = false;
    loop {
        let wait = if has_news { next.saturating_duration_since(Instant::now()) } else { INTERVAL };
        match news.recv_timeout(wait) {
            Ok(News::Failure(reason)) => {
                recorder.fail(&reason);
                has_news = true;
            }
            Ok(News::Event(event)) => {
                reports.iter_mut().for_each(|report| report.line(&event, folder.as_deref()));
                recorder.event(&event);
                has_news = true;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        let begun = Instant::now();
        if has_news && begun >= next {
            write_all(&mut reports, &mut recorder, false);
            next = Instant::now() + INTERVAL.max(begun.elapsed() * SHARE);
            has_news = false;
        }
    }
    write_all(&mut reports, &mut recorder, true);
    reports.into_iter().filter_map(|report| report.failure).collect()
}

/// Writes the reports that are written as a whole; those on stdout at the end alone.
fn write_all(reports: &mut [Report], recorder: &mut Recorder, is_end: bool) {
    let record = recorder.record();
    for report in reports {
        report.attempt(|format, sink| match sink {
            Sink::File(path) => write_file_with(path, &mut |out| format.write(record, out)),
            Sink::Stdout if is_end && !format.is_live() => {
                let mut text = Vec::new();
                format.write(record, &mut text)?;
                write_stdout(&text)
            }
            Sink::Behind(path) if is_end => {
                let mut text = Vec::new();
                format.write(record, &mut text)?;
                File::options().create(true).append(true).open(path)?.write_all(&text)
            }
            Sink::Log { is_stderr } if is_end => {
                let mut text = Vec::new();
                format.write(record, &mut text)?;
                if *is_stderr { io::stderr().lock().write_all(&text) } else { write_stdout(&text) }
            }
            Sink::Stdout | Sink::Lines(..) | Sink::Behind(_) | Sink::Log { .. } => Ok(()),
        });
    }
}

/// A reader that has gone away (`| head`) is no failure.
fn write_stdout(text: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}

impl Report {
    fn open(request: ReportRequest, takes_stdout: bool) -> Result<Self, String> {
        let to = match request.to {
            ReportTarget::Stdout => Sink::Stdout,
            ReportTarget::Log => Sink::Log { is_stderr: takes_stdout },
            ReportTarget::Behind(path) => {
                let opened = File::options().create(true).append(true).open(&path);
                opened.map_err(|error| unwritable(request.format, &path, &error))?;
                Sink::Behind(path)
            }
            ReportTarget::File(path) => {
                let opened = make_folder(&path).and_then(|()| match request.format.is_live() {
                    true => File::create(&path).map(|file| Sink::Lines(file, path.clone())),
                    false => Ok(Sink::File(path.clone())),
                });
                opened.map_err(|error| unwritable(request.format, &path, &error))?
            }
        };
        Ok(Self { format: request.format, to, failure: None })
    }

    /// The file that holds nothing else.
    fn file(&self) -> Option<PathBuf> {
        match &self.to {
            Sink::File(path) | Sink::Lines(_, path) => Some(path.clone()),
            Sink::Stdout | Sink::Behind(_) | Sink::Log { .. } => None,
        }
    }

    fn line(&mut self, event: &Event, folder: Option<&str>) {
        self.attempt(|format, sink| {
            let Some(line) = format.line(event, folder)? else { return Ok(()) };
            match sink {
                Sink::Lines(file, _) => file.write_all(&line),
                Sink::Stdout => write_stdout(&line),
                Sink::File(_) | Sink::Behind(_) | Sink::Log { .. } => Ok(()),
            }
        });
    }

    /// Writes, unless that has failed before.
    fn attempt(&mut self, write: impl FnOnce(Format, &mut Sink) -> io::Result<()>) {
        if self.failure.is_none()
            && let Err(error) = write(self.format, &mut self.to)
        {
            self.failure = Some(match &self.to {
                Sink::File(path) | Sink::Lines(_, path) | Sink::Behind(path) => {
                    unwritable(self.format, path, &error)
                }
                Sink::Stdout | Sink::Log { .. } => {
                    format!("the report {} cannot be written: {error}", self.format.as_str())
                }
            });
        }
    }
}

/// Where a folder lies in its repository; `None` for its root, and outside of one.
fn folder_in_repository(folder: &Path) -> Option<String> {
    let root = folder.ancestors().find(|folder| folder.join(".git").exists())?;
    let names = folder.strip_prefix(root).ok()?.components();
    let names: Vec<_> = names.map(|name| name.as_os_str().to_string_lossy()).collect();
    (!names.is_empty()).then(|| names.join("/"))
}

pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder),
        _ => Ok(()),
    }
}

fn unwritable(format: Format, path: &Path, error: &io::Error) -> String {
    format!("the report {} cannot be written to `{}`: {error}", format.as_str(), path.display())
}
