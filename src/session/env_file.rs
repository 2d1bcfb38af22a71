//! Files of variables that `--env-file` names.

use super::files::read_source;
use super::settings::{Settings, Variables};
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::limits::Limits;
use crate::source::{Source, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The variables of the process, and behind them those of the files.
pub(super) fn read_variables(
    settings: &Settings,
    limits: &Limits,
    diagnostics: &mut Vec<Diagnostic>,
) -> Variables {
    if settings.env_files.is_empty() {
        return settings.variables.clone();
    }
    let mut found = BTreeMap::new();
    for file in &settings.env_files {
        let path = settings.folder.join(file);
        if let Some(source) = read_source(&path, &settings.folder, limits, diagnostics) {
            read(&source, &mut found, diagnostics);
        }
    }
    Variables::Above(Box::new(settings.variables.clone()), found)
}

/// Reads `NAME=value` lines, as the `.env` files of other tools have them: comments, `export`, values in
/// quotes over several lines. Between `"` the escapes `\n`, `\r`, `\t`, `\"`, `\\` and `\$` are read; a `$`
/// means nothing, for it stands in passwords. Of two lines of one name the later counts, with a warning.
fn read(source: &Arc<Source>, found: &mut BTreeMap<String, String>, diagnostics: &mut Vec<Diagnostic>) {
    let mut reader = Reader { text: source.text(), at: 0, values: Vec::new(), problems: Vec::new() };
    let mut seen = BTreeSet::new();
    while let Some((name, span, value)) = reader.line() {
        if !seen.insert(name) {
            let message = format!("`{name}` stands twice, and this value counts");
            reader.problems.push((Level::Warning, message, span, "stands above too"));
        }
        found.insert(name.to_owned(), value);
    }
    if reader.problems.is_empty() {
        return;
    }
    let starred = Source::new(source.name(), with_stars(source.text(), &reader.values));
    diagnostics.extend(reader.problems.into_iter().map(|(level, message, span, label)| {
        let diagnostic = Diagnostic::error(Code::CONFIG_INVALID_VALUE, message).label(&starred, span, label);
        Diagnostic { level, ..diagnostic }
    }));
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Where values stand, which may be secrets.
    values: Vec<Span>,
    problems: Vec<(Level, String, Span, &'static str)>,
}

impl<'t> Reader<'t> {
    /// The next variable, with the place of its name; what is none is reported.
    fn line(&mut self) -> Option<(&'t str, Span, String)> {
        loop {
            // A byte order mark is no white space, and part of no name.
            self.skip(|c| c.is_whitespace() || c == '\u{feff}');
            if self.rest().is_empty() {
                return None;
            }
            let line = Span::new(self.at, self.at + self.line_length());
            if self.rest().starts_with('#') {
                self.at = line.end;
                continue;
            }
            if let Some(rest) = self.rest().strip_prefix("export").filter(|it| it.starts_with([' ', '\t'])) {
                self.at = self.text.len() - rest.len();
                self.skip(is_blank);
            }
            let start = self.at;
            self.skip(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
            let name = &self.text[start..self.at];
            let span = Span::new(start, self.at);
            self.skip(is_blank);
            let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
            match self.rest().strip_prefix('=') {
                Some(_) if is_name => self.at += 1,
                _ => {
                    self.no_variable(line, is_name);
                    continue;
                }
            }
            self.skip(is_blank);
            if let Some(value) = self.value() {
                return Some((name, span, value));
            }
        }
    }

    fn no_variable(&mut self, line: Span, is_name: bool) {
        let text = &self.text[line.start..line.end];
        // What stands before a `=` is no secret, nor is a word alone.
        let value = match text.find('=') {
            Some(equals) => Some(line.start + equals + 1),
            None if is_name && self.at == line.end => None,
            None => Some(line.start),
        };
        self.values.extend(value.map(|start| Span::new(start, line.end)));
        let label = if text.contains('=') { "begins with no name" } else { "has no `=`" };
        let message = "a line of variables is `NAME=value`".to_owned();
        self.problems.push((Level::Error, message, line, label));
        self.at = line.end;
    }

    /// A value from its first character on, and the line to its end.
    fn value(&mut self) -> Option<String> {
        let start = self.at;
        let quote = self.rest().chars().next().filter(|c| matches!(c, '\'' | '"'));
        let Some(quote) = quote else {
            let end = start + self.line_length();
            let line = &self.text[start..end];
            let comment = line.match_indices('#').find(|(at, _)| line[..*at].ends_with(is_blank) || *at == 0);
            let value = comment.map_or(line, |(at, _)| &line[..at]).trim_end();
            self.values.push(Span::new(start, start + value.len()));
            self.at = end;
            return Some(value.to_owned());
        };
        let mut value = String::new();
        let mut characters = self.text[start + 1..].char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                c if c == quote => {
                    self.at = start + at + 2;
                    self.values.push(Span::new(start, self.at));
                    return self.behind_quotes(start, value);
                }
                '\\' if quote == '"' => match characters.next().map(|(_, c)| c) {
                    Some('n') => value.push('\n'),
                    Some('r') => value.push('\r'),
                    Some('t') => value.push('\t'),
                    Some(c @ ('"' | '\\' | '$')) => value.push(c),
                    Some(other) => value.extend(['\\', other]),
                    None => {}
                },
                c => value.push(c),
            }
        }
        let first_line = Span::new(start, start + self.line_length());
        self.values.push(Span::new(start, self.text.len()));
        let message = "the quotes of a value do not end".to_owned();
        self.problems.push((Level::Error, message, first_line, "begins here"));
        self.at = self.text.len();
        None
    }

    fn behind_quotes(&mut self, start: usize, value: String) -> Option<String> {
        let end = self.at + self.line_length();
        let rest = self.text[self.at..end].trim();
        if rest.is_empty() || rest.starts_with('#') {
            self.at = end;
            return Some(value);
        }
        self.values.push(Span::new(self.at, end));
        let message = "a value ends with its quotes".to_owned();
        self.problems.push((Level::Error, message, Span::new(start, end), "goes on behind them"));
        self.at = end;
        None
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn line_length(&self) -> usize {
        self.rest().find(['\n', '\r']).unwrap_or(self.rest().len())
    }

    fn skip(&mut self, is_skipped: impl Fn(char) -> bool) {
        self.at = self.text.len() - self.rest().trim_start_matches(is_skipped).len();
    }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

/// The text with a star for every byte of a value, so that places stay.
fn with_stars(text: &str, values: &[Span]) -> String {
    let is_value = |at: usize| values.iter().any(|span| span.start <= at && at < span.end);
    let mut starred = String::with_capacity(text.len());
    for (at, character) in text.char_indices() {
        match character {
            '\n' | '\r' => starred.push(character),
            _ if is_value(at) => starred.extend(std::iter::repeat_n('*', character.len_utf8())),
            _ => starred.push(character),
        }
    }
    starred
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The variables that a file has, and what is said of it: `line: message | excerpt`.
    fn check(text: &str, variables: &[(&str, &str)], said: &[&str]) {
        let source = Source::new(".env", text);
        let (mut found, mut diagnostics) = (BTreeMap::new(), Vec::new());
        read(&source, &mut found, &mut diagnostics);
        let found: Vec<(&str, &str)> =
            found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let shown = diagnostics.iter().map(|each| {
            let at = &each.labels[0].at;
            format!("{}: {} | {}", at.position().line, each.message, at.source.slice(at.span))
        });
        assert_eq!(found, variables, "{text}");
        assert_eq!(shown.collect::<Vec<_>>(), said, "{text}");
    }

    #[test]
    fn variables_are_read_as_other_tools_do() {
        check("A=1\nB = two words \n", &[("A", "1"), ("B", "two words")], &[]);
        check("# c\n\nexport A='x y' # z\r\nB=\r\n", &[("A", "x y"), ("B", "")], &[]);
        check(
            "A=x # y\nB=x#y\nC=# y\nD='x # y'",
            &[("A", "x"), ("B", "x#y"), ("C", ""), ("D", "x # y")],
            &[],
        );
        check(
            r#"A="x\n\"y\" \z"
B='x\n'
C=x\n"#,
            &[("A", "x\n\"y\" \\z"), ("B", "x\\n"), ("C", "x\\n")],
            &[],
        );
        check("A=p$B$$\nB=\"p$A\"", &[("A", "p$B$$"), ("B", "p$A")], &[]);
        check("A=\"one\ntwo\"\nB='\n'\n", &[("A", "one\ntwo"), ("B", "\n")], &[]);
        check("\u{feff}A=é\nexport=1\nA.b_C1=2", &[("A", "é"), ("A.b_C1", "2"), ("export", "1")], &[]);
        check("", &[], &[]);
        check("#", &[], &[]);
    }

    #[test]
    fn problems_have_a_place_and_show_no_value() {
        check(
            "A=1\nHIDDEN\nB=2",
            &[("A", "1"), ("B", "2")],
            &["2: a line of variables is `NAME=value` | HIDDEN"],
        );
        check("A hidden word", &[], &["1: a line of variables is `NAME=value` | *************"]);
        check("1A=hidden\n", &[], &["1: a line of variables is `NAME=value` | 1A=******"]);
        check("=hidden\n", &[], &["1: a line of variables is `NAME=value` | =******"]);
        check("A='hid\nden", &[], &["1: the quotes of a value do not end | ****"]);
        check("A='hid'den\nB=1", &[("B", "1")], &["1: a value ends with its quotes | ********"]);
        check("A=hidden\nA=other", &[("A", "other")], &["2: `A` stands twice, and this value counts | A"]);
    }

    proptest::proptest! {
        /// Whatever stands in a file, reading it ends, and what is said of it lies within it.
        #[test]
        fn no_file_panics(text in "([A-Z=#'\"$\\\\ \n\r\té\u{feff}]|export |\\PC){0,40}") {
            let source = Source::new(".env", text);
            let (mut found, mut diagnostics) = (BTreeMap::new(), Vec::new());
            read(&source, &mut found, &mut diagnostics);
            for label in diagnostics.iter().flat_map(|it| &it.labels) {
                proptest::prop_assert!(label.at.span.end <= source.text().len());
            }
        }
    }
}
