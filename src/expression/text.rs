//! Reading the `$` in a text: which parts are expressions, which are escapes, and which only look
//! like expressions.

use super::generator::Generator;
use super::reference::{Access, Reference, Scanned, Syntax, UNCLOSED_PARENTHESIS};
use crate::diagnostic::{Code, Problems};
use crate::source::Span;

/// A part of a text.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// Sent as it is.
    Text(String),
    /// The whole text is this expression; its value keeps its type.
    Whole(Reference, Span),
    /// `{$…}`: replaced by its value as text.
    Embedded(Reference, Span),
}

/// Splits a text into its pieces; adjacent literal parts are one piece. What is wrong is reported
/// and kept as text.
pub(super) fn read(text: &str, span: Span, syntax: &Syntax, problems: &mut Problems) -> Vec<Piece> {
    let mut reader = Reader { text, span, syntax, problems, pieces: Vec::new(), literal: String::new() };
    if let Some(reference) = Reference::parse(text, syntax) {
        let place = reader.place(text);
        reader.check(&reference, place);
        return vec![Piece::Whole(reference, place)];
    }
    reader.read();
    reader.pieces
}

struct Reader<'r> {
    text: &'r str,
    span: Span,
    syntax: &'r Syntax,
    problems: &'r mut Problems,
    pieces: Vec<Piece>,
    literal: String,
}

impl Reader<'_> {
    fn read(&mut self) {
        let mut rest = self.text;
        while let Some(at) = rest.find('$') {
            let is_braced = rest[..at].ends_with('{');
            let behind = &rest[at..];
            self.literal.push_str(&rest[..at]);
            let taken = if behind.starts_with("$$") {
                self.literal.push('$');
                2
            } else if is_braced {
                self.embedded(behind)
            } else {
                self.bare(behind)
            };
            rest = &behind[taken..];
        }
        self.literal.push_str(rest);
        self.flush();
    }

    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.pieces.push(Piece::Text(std::mem::take(&mut self.literal)));
        }
    }

    /// Reads what follows a `{`, which is the literal's last character; says how much was taken.
    fn embedded(&mut self, behind: &str) -> usize {
        let (reference, length, broken) = match Reference::scan(behind, self.syntax, true) {
            Scanned::Reference(reference, length, broken) => (reference, length, broken),
            Scanned::Misspelt { root, meant } => return self.misspelt(&root, &meant),
            Scanned::Literal => return self.dollar(),
        };
        if broken.is_none() && behind[length..].starts_with('}') {
            self.literal.pop();
            self.flush();
            let place = self.place(&behind[..length]);
            self.check(&reference, place);
            self.pieces.push(Piece::Embedded(reference, place));
            return length + 1;
        }
        let end = behind.find('}').map_or(behind.len(), |at| at + 1);
        let written = format!("{{{}", &behind[..end]);
        let reason = match broken {
            Some(reason) => reason,
            None if !behind.contains('}') => "the brace is not closed",
            None => "something follows it before the brace is closed",
        };
        let place = self.place(&written);
        self.problems.error(
            Code::SCENARIO_INVALID_EXPRESSION,
            place,
            format!("`{written}` is not an expression: {reason}"),
            format!("reads as an expression up to `{}`", reference.text),
        );
        self.dollar()
    }

    /// Reads a `$` outside braces; says how much was taken.
    fn bare(&mut self, behind: &str) -> usize {
        let (reference, length, broken) = match Reference::scan(behind, self.syntax, false) {
            Scanned::Reference(reference, length, broken) => (reference, length, broken),
            Scanned::Misspelt { root, meant } => return self.misspelt(&root, &meant),
            Scanned::Literal => return self.dollar(),
        };
        let next = &behind[1 + reference.root.len()..];
        let looks_like_one = next.starts_with('.') || next.starts_with("#/") || starts_with_index(next);
        if !looks_like_one {
            return self.dollar();
        }
        let place = self.place(&behind[..length]);
        let diagnostic = self.problems.error(
            Code::SCENARIO_TEXT_LOOKS_LIKE_EXPRESSION,
            place,
            format!("`{}` would be sent as text", self.text),
            format!("`{}` is only read where it is the whole value, or in braces", reference.text),
        );
        if let Some(reason) = broken.filter(|_| reference.steps.is_empty()) {
            diagnostic.notes.push(reason.to_owned());
        }
        if broken == Some(UNCLOSED_PARENTHESIS) {
            let help = "a comma ends a value within `{ }` and `[ ]`: put the whole expression in quotes";
            diagnostic.help.push(help.to_owned());
            return self.dollar();
        }
        let braced = match reference.steps.is_empty() {
            false => self.text.replacen(&reference.text, &format!("{{{}}}", reference.text), 1),
            true => format!("{{${}.…}}", reference.root),
        };
        diagnostic.help.push(format!("write `{braced}`, or `$$` for a literal dollar"));
        self.dollar()
    }

    fn misspelt(&mut self, root: &str, meant: &str) -> usize {
        let place = self.place(&format!("${root}"));
        self.problems
            .error(
                Code::SCENARIO_INVALID_EXPRESSION,
                place,
                format!("no value is called `${root}` here"),
                format!("did you mean `${meant}`?"),
            )
            .help
            .push("write `$$` for a literal dollar".to_owned());
        self.dollar()
    }

    fn dollar(&mut self) -> usize {
        self.literal.push('$');
        1
    }

    /// The place of a part of the text, where it is written as it is read; the whole value else.
    fn place(&self, part: &str) -> Span {
        self.problems.source().find(part, self.span).unwrap_or(self.span)
    }

    /// Functions are checked where they are written: `gen` has them, nothing else does.
    fn check(&mut self, reference: &Reference, place: Span) {
        let mut report = |reason: String| {
            self.problems.error(
                Code::SCENARIO_INVALID_EXPRESSION,
                place,
                format!("`{}` cannot be used", reference.text),
                reason,
            );
        };
        if reference.root == "gen" {
            let checked = match reference.as_call() {
                Some((name, arguments)) => Generator::check_call(name, arguments),
                None => Err(format!("behind `$gen` stands one of {}", Generator::FUNCTIONS.join(", "))),
            };
            if let Err(reason) = checked {
                report(reason);
            }
        } else if let Some(Access::Call { name, .. }) =
            reference.steps.iter().find(|step| matches!(step, Access::Call { .. }))
        {
            report(format!("`${}` has no function `{name}`; only `$gen` has functions", reference.root));
        }
    }
}

fn starts_with_index(text: &str) -> bool {
    let digits = text.strip_prefix('[').unwrap_or_default();
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
    end > 0 && digits[end..].starts_with(']')
}
