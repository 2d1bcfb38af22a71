//! Renders findings and diagnostics as text: the headline, the places in the order scenario,
//! document, response, then facts, advice, and the command that repeats the request.
//!
//! Excerpts are drawn by `annotate-snippets`, rustc's renderer. What it draws is thinned
//! afterwards: lines that hold only its frame are dropped, and the lines that name a place are
//! written here, since the renderer can neither add where in the data a place is, nor know the
//! column of a line that was cut.

mod excerpt;
mod picture;
mod window;

pub(super) use excerpt::UNMARKED_LINES;
pub(super) use window::REACH;

use crate::diagnostic::{Code, Diagnostic, Difference, Finding, Level, Severity};
use crate::report::text::{width, wrap, wrap_after};
use crate::report::{Style, curl, style};
use annotate_snippets as renderer;
use excerpt::{Excerpt, Site, group};
use window::{Continued, MORE};

/// Marks the lines of the renderer that name a place; a character of the kind of [`MORE`].
const PLACE_MARK: char = '\u{fdd0}';

/// How the renderer ends its frame.
const CLOSED_FRAME: &str = "╰╴";

/// Columns between the number of a line and the line: a space, the frame, a space.
const FRAME: usize = 3;

/// A headline is indented to its first word only up to here.
const DEEPEST_INDENT: usize = 28;

/// What is said below the last finding of a step, once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trailer<'t> {
    /// What the reader should know about the step: a token fetched anew, a resend.
    pub notes: &'t [String],
    /// What could not be checked, without "not checked: ".
    pub not_checked: &'t [String],
    /// The command that repeats the request, masked, with or without line continuations.
    pub repeat: Option<&'t str>,
    /// Whether a long body in it is shown to its end.
    pub is_whole: bool,
}

/// Renders diagnostics, one block each with an empty line between; ends with a line end unless
/// there is none.
pub fn render_diagnostics(diagnostics: &[Diagnostic], style: &Style) -> String {
    let blocks: Vec<String> = diagnostics.iter().map(|each| render_diagnostic(each, style)).collect();
    blocks.join("\n")
}

/// Renders one diagnostic: its places share an excerpt where they are close to each other.
pub fn render_diagnostic(diagnostic: &Diagnostic, style: &Style) -> String {
    let sites = diagnostic
        .labels
        .iter()
        .enumerate()
        .map(|(index, label)| Site::new(&label.at.source, label.at.span, &label.text, None, index == 0));
    let mut remarks: Vec<Remark<'_>> = diagnostic.notes.iter().map(|note| Remark::fact("", note)).collect();
    remarks.extend(diagnostic.help.iter().map(|help| Remark::help(help)));
    let block = Block {
        kind: match diagnostic.level {
            Level::Error => Kind::Error,
            Level::Warning => Kind::Warning,
            Level::Note => Kind::Note,
        },
        code: diagnostic.code,
        headline: &diagnostic.message,
        groups: group(sites.collect()),
        differences: &[],
        remarks,
    };
    block.render(*style)
}

/// Renders one finding with its up to three places, and below it what the trailer holds.
///
/// What was expected and what came is said by the headline and below the places; a finding
/// without any place says it in a line of its own. A place with an empty span and no label shows
/// its source from the beginning, nothing marked: for a status line, whose source's name says all.
/// Time and memory do not depend on the length of the sources beyond one pass over each.
pub fn render_finding(finding: &Finding, trailer: &Trailer<'_>, style: &Style) -> String {
    let places = [&finding.scenario, &finding.document, &finding.response];
    // The heavy underline is for what is wrong, the light ones for what asked and promised.
    let wrong = finding.response.as_ref().or(finding.scenario.as_ref()).or(finding.document.as_ref());
    let sites = places.into_iter().flatten().map(|place| {
        let is_primary = wrong.is_some_and(|wrong| std::ptr::eq(wrong, place));
        Site::new(&place.source, place.span, &place.label, place.at.as_deref(), is_primary)
    });
    let groups: Vec<Vec<Site<'_>>> = sites.map(|site| vec![site]).collect();
    let said = match (&finding.expected, &finding.actual) {
        _ if !groups.is_empty() => None,
        (Some(expected), Some(actual)) => Some(format!("expected {expected}, got {actual}")),
        (Some(expected), None) => Some(format!("expected {expected}")),
        (None, Some(actual)) => Some(format!("got {actual}")),
        (None, None) => None,
    };
    let mut remarks: Vec<Remark<'_>> = said.iter().map(|said| Remark::fact("", said)).collect();
    remarks.extend(finding.notes.iter().map(|note| Remark::fact("", note)));
    remarks.extend(trailer.notes.iter().map(|note| Remark::fact("", note)));
    remarks.extend(trailer.not_checked.iter().map(|reason| Remark::fact("not checked", reason)));
    remarks.extend(finding.help.iter().map(|help| Remark::help(help)));
    remarks.extend(trailer.repeat.map(|command| Remark::Repeat { command, is_whole: trailer.is_whole }));
    let kind = match finding.severity {
        Severity::Deny => Kind::Error,
        Severity::Warn => Kind::Warning,
        Severity::Off => Kind::Note,
    };
    Block {
        kind,
        code: finding.code,
        headline: &finding.headline,
        groups,
        differences: &finding.differences,
        remarks,
    }
    .render(*style)
}

#[derive(Clone, Copy)]
enum Kind {
    Error,
    Warning,
    Note,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }

    fn ink(self) -> anstyle::Style {
        match self {
            Self::Error => style::ERROR,
            Self::Warning => style::WARNING.bold(),
            Self::Note => style::BOLD,
        }
    }

    fn level(self) -> renderer::Level<'static> {
        match self {
            Self::Error => renderer::Level::ERROR,
            Self::Warning => renderer::Level::WARNING,
            Self::Note => renderer::Level::NOTE,
        }
    }
}

/// A line below the excerpts.
enum Remark<'r> {
    Text { label: &'static str, text: String, is_help: bool },
    Repeat { command: &'r str, is_whole: bool },
}

impl Remark<'_> {
    fn fact(label: &'static str, text: &str) -> Self {
        Self::Text { label, text: text.to_owned(), is_help: false }
    }

    fn help(text: &str) -> Self {
        Self::Text { label: "help", text: text.to_owned(), is_help: true }
    }
}

struct Block<'b> {
    kind: Kind,
    code: Code,
    headline: &'b str,
    groups: Vec<Vec<Site<'b>>>,
    differences: &'b [Difference],
    remarks: Vec<Remark<'b>>,
}

impl Block<'_> {
    fn render(self, style: Style) -> String {
        let last_line = self.groups.iter().flatten().map(Site::last_line).max();
        let number_width = last_line.map_or(0, |line| line.to_string().len());
        let columns = style.columns() - number_width - FRAME;
        let excerpts: Vec<Excerpt> =
            self.groups.iter().map(|group| Excerpt::cut(group, columns, style)).collect();

        let mut elements: Vec<renderer::Element<'_>> = excerpts.iter().map(element).collect();
        for excerpt in excerpts.iter().filter(|excerpt| excerpt.hidden_lines > 0) {
            let hidden = crate::report::text::plural(excerpt.hidden_lines, "more line");
            elements.push(message("", vec![format!("{hidden} not shown")], false));
        }
        if !self.differences.is_empty() {
            elements.push(message("", picture::lay_out(self.differences, columns, style), false));
        }
        for remark in &self.remarks {
            remark.render(columns, style, &mut elements);
        }
        let mut out = headline(self.kind, self.code, self.headline, style);
        if elements.is_empty() {
            return out;
        }
        let group = renderer::Group::with_level(self.kind.level()).elements(elements);
        let drawn = style.renderer().render(&[group]);
        thin(&drawn, &excerpts, number_width, self.kind, style, &mut out);
        out
    }
}

/// `error[response.body]: …` in lines of the width.
fn headline(kind: Kind, code: Code, text: &str, style: Style) -> String {
    let label = format!("{}[{code}]: ", kind.word());
    let indent = if label.len() <= DEEPEST_INDENT { label.len() } else { 4 };
    let columns = style.columns();
    // A label that leaves no room for words at all stands alone on its line.
    let first = columns.saturating_sub(label.len()).max(12);
    let lines = wrap_after(&style.visible(text), first, columns - indent);
    let mut out = style.paint(kind.ink(), label.trim_end_matches(": "));
    out.push_str(&style.paint(style::BOLD, ": "));
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(&style.paint(style::BOLD, line));
        out.push('\n');
    }
    out
}

fn element(excerpt: &Excerpt) -> renderer::Element<'_> {
    let mark = String::from(PLACE_MARK);
    if excerpt.text.trim().is_empty() && excerpt.marks.is_empty() {
        return renderer::Origin::path(mark).into();
    }
    let mut snippet = renderer::Snippet::source(&excerpt.text).path(mark).line_start(excerpt.first_line);
    if excerpt.marks.is_empty() {
        let all = 0..excerpt.text.len();
        snippet = snippet.annotation(renderer::AnnotationKind::Visible.span(all));
    }
    for mark in &excerpt.marks {
        let kind = match mark.is_primary {
            true => renderer::AnnotationKind::Primary,
            false => renderer::AnnotationKind::Context,
        };
        // Several annotations of one span are drawn below each other: the lines of the label.
        for line in &mark.label {
            let label = Some(line.as_str()).filter(|line| !line.is_empty());
            snippet = snippet.annotation(kind.span(mark.range.clone()).label(label));
        }
    }
    snippet.into()
}

fn message(label: &'static str, lines: Vec<String>, is_help: bool) -> renderer::Element<'static> {
    let level = if is_help { renderer::Level::HELP } else { renderer::Level::NOTE };
    let level = if label.is_empty() { level.no_name() } else { level.with_name(label) };
    level.message(lines.join("\n")).into()
}

impl Remark<'_> {
    fn render(&self, columns: usize, style: Style, elements: &mut Vec<renderer::Element<'_>>) {
        let room = |label: &str| match label {
            "" => columns,
            _ => columns.saturating_sub(width(label) + 2),
        };
        match self {
            Self::Text { label, text, is_help } => {
                elements.push(message(label, wrap(&style.visible(text), room(label)), *is_help));
            }
            Self::Repeat { command, is_whole } => {
                let (lines, cut) = curl::lay_out(command, room("repeat"), *is_whole, style);
                if let Some(cut) = cut {
                    elements.push(message("", wrap(&cut, columns), false));
                }
                elements.push(message("repeat", lines, false));
            }
        }
    }
}

/// Takes over what the renderer drew, without the lines that hold only its frame, with the places
/// named and with the lines that it could not set.
fn thin(drawn: &str, excerpts: &[Excerpt], number_width: usize, kind: Kind, style: Style, out: &mut String) {
    let gutter = style.glyphs().gutter;
    let mut places = excerpts.iter().enumerate();
    let mut continuations = excerpts.iter().flat_map(|excerpt| &excerpt.continuations);
    for line in drawn.lines() {
        let plain = anstream::adapter::strip_str(line).to_string();
        let plain = plain.trim();
        if plain.contains(PLACE_MARK) {
            if let Some((index, excerpt)) = places.next() {
                place_line(excerpt, index == 0, number_width, style, out);
            }
        } else if let Some((frame, text, ink)) = picture::split(line) {
            out.push_str(frame);
            out.push_str(&style.paint(ink, anstream::adapter::strip_str(text).to_string().trim_end()));
            out.push('\n');
        } else if plain.contains(MORE) {
            // The frame is closed at the last line of what goes on.
            let is_closed = plain.starts_with(CLOSED_FRAME);
            let open = format!("{gutter} ");
            let line = line.replace(MORE, "");
            out.push_str(&if is_closed { line.replacen(CLOSED_FRAME, &open, 1) } else { line });
            out.push('\n');
            let Some(continuation) = continuations.next() else { continue };
            let ink = match continuation.kind {
                Continued::Text => anstyle::Style::new(),
                Continued::Primary => kind.ink(),
                Continued::Context => style::FRAME,
            };
            for (index, more) in continuation.lines.iter().enumerate() {
                let is_last = index + 1 == continuation.lines.len();
                let frame = if is_closed && is_last { CLOSED_FRAME } else { &open };
                out.push_str(&" ".repeat(number_width + 1));
                out.push_str(&style.paint(style::FRAME, frame));
                out.push_str(&" ".repeat(continuation.column));
                out.push_str(&style.paint(ink, more));
                out.push('\n');
            }
        } else if plain == CLOSED_FRAME {
            // Below a label whose second line was blank, or below a line of the source.
            let last = out.trim_end().rfind('\n').map_or(0, |end| end + 1);
            if anstream::adapter::strip_str(&out[last..]).to_string().trim_start().starts_with(gutter) {
                let closed = out[last..].replacen(gutter, "╰", 1);
                out.replace_range(last.., &closed);
            }
        } else if plain != gutter {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
}

fn place_line(excerpt: &Excerpt, is_first: bool, number_width: usize, style: Style, out: &mut String) {
    let glyphs = style.glyphs();
    let arrow = if is_first { glyphs.first_place } else { glyphs.next_place };
    let indent = " ".repeat(number_width);
    out.push_str(&indent);
    out.push_str(&style.paint(style::FRAME, arrow));
    out.push_str(&style.paint(style::DIM, &excerpt.place));
    if let Some(at) = &excerpt.at {
        let taken = number_width + width(arrow) + width(&excerpt.place);
        if taken + 5 + width(at) > style.columns() {
            let gutter = style.paint(style::FRAME, glyphs.gutter);
            out.push_str(&style.paint(style::DIM, ","));
            out.push_str(&format!("\n{indent} {gutter}  "));
            out.push_str(&style.paint(style::DIM, &format!("at {at}")));
        } else {
            out.push_str(&style.paint(style::DIM, &format!(", at {at}")));
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests;
