use super::args::{ColorChoice, Output};
use crate::diagnostic::{Diagnostic, Level};
use crate::limits::Limits;
use crate::report::snippet::render_diagnostics;
use crate::report::{Links, Style, Verbosity, supports_links};
use std::io::{IsTerminal, Write};

/// How text for a stream is laid out: colours and width as the stream, the flags and the
/// environment say.
pub(super) fn style_of(output: &Output, stream: &impl IsTerminal) -> Style {
    let is_terminal = stream.is_terminal();
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let color = match output.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => is_terminal && !no_color && !is_dumb,
    };
    Style { color, width: columns(is_terminal), is_unicode: is_unicode() }
}

/// What makes places into links on the stream that people read, where that is a terminal which shows them.
pub(super) fn links_of(output: &Output, is_stderr: bool) -> Option<Links> {
    let is_terminal =
        if is_stderr { std::io::stderr().is_terminal() } else { std::io::stdout().is_terminal() };
    let is_wanted = is_terminal && output.color != ColorChoice::Never;
    let shows = is_wanted && supports_links(&|name| std::env::var(name).ok());
    shows.then(|| Links::new(std::env::current_dir().unwrap_or_default()))
}

/// The terminal's width; `COLUMNS` goes before it, and 100 stands for a file or a pipe.
fn columns(is_terminal: bool) -> usize {
    let written = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let measured = || terminal_size::terminal_size().filter(|_| is_terminal);
    written.or_else(|| measured().map(|(width, _)| usize::from(width.0))).unwrap_or(100)
}

/// Whether the locale's charset has the frames; where nothing is said, it mostly has.
fn is_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    locale.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf") || matches!(locale.as_str(), "c" | "posix")
    })
}

pub(super) fn verbosity(output: &Output, is_dry: bool, limits: &Limits) -> Verbosity {
    match (output.quiet, output.verbose) {
        (0, 0) if !is_dry => Verbosity::Normal,
        (0, 1) if !is_dry => Verbosity::Verbose,
        (0, _) => Verbosity::Exchanges { shown: usize::try_from(limits.shown).unwrap_or(usize::MAX) },
        _ => Verbosity::Quiet,
    }
}

/// Writes diagnostics to stderr.
pub(super) fn print_diagnostics(diagnostics: &[Diagnostic], output: &Output) {
    let style = style_of(output, &std::io::stderr());
    let text = render_diagnostics(&sort_diagnostics(diagnostics), &style);
    match links_of(output, true) {
        Some(mut links) => print_error(&links.link(&text)),
        None => print_error(&text),
    }
}

/// Puts errors last: what scrolls away matters less. Those of one file stand in the order of its lines,
/// files in the order in which they were read.
pub(super) fn sort_diagnostics(diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
    let place = |diagnostic: &Diagnostic| diagnostic.labels.first().map(|label| label.at.clone());
    let mut files: Vec<String> = Vec::new();
    for location in diagnostics.iter().filter_map(place) {
        if !files.iter().any(|name| name == location.source.name()) {
            files.push(location.source.name().to_owned());
        }
    }
    let mut sorted: Vec<Diagnostic> = diagnostics.to_vec();
    sorted.sort_by_key(|diagnostic| {
        let location = place(diagnostic);
        let file = location.as_ref().and_then(|it| files.iter().position(|name| name == it.source.name()));
        (diagnostic.level, file, location.map(|it| it.span.start))
    });
    sorted
}

/// `2 errors, 1 warning`; `None` when there is neither.
pub(super) fn count(diagnostics: &[Diagnostic]) -> Option<String> {
    let number = |level: Level| diagnostics.iter().filter(|it| it.level == level).count();
    let words = |count: usize, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{count} {word}s")),
    };
    let parts: Vec<String> = [words(number(Level::Error), "error"), words(number(Level::Warning), "warning")]
        .into_iter()
        .flatten()
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Writes to stderr; when that is gone there is nobody left to tell.
pub(super) fn print_error(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Writes to stdout; a reader that has gone away is no failure of the run.
pub(super) fn print(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
