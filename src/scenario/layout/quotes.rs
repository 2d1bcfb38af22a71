//! Quotes for expressions in flow style: `{ id: $gen.int(1, 9) }` and `{ url: {$vars.base}/x }` are what
//! people mean only when the values are quoted.
//!
//! Such a text is mostly no YAML, so that it is looked at without a tree: where flow collections start,
//! and what stands in them where a value may.

use crate::expression::{Reference, Syntax};
use crate::scenario::{CAPTURE_ROOTS, ROOTS};

/// The text with the quotes that its expressions lack; `None` when none lacks them.
pub(super) fn quote(text: &str) -> Option<String> {
    let roots = ROOTS.iter().chain(CAPTURE_ROOTS).map(|root| (*root).to_owned()).collect();
    let mut scanner =
        Scanner { text, at: 0, syntax: Syntax { roots, expression_limit: 0 }, found: Vec::new() };
    scanner.block();
    if scanner.found.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len() + scanner.found.len() * 2);
    let mut from = 0;
    for (start, end) in scanner.found {
        let value = &text[start..end];
        out.push_str(&text[from..start]);
        out.push_str(&match value.contains(['"', '\\']) {
            true => format!("'{}'", value.replace('\'', "''")),
            false => format!("\"{value}\""),
        });
        from = end;
    }
    out.push_str(&text[from..]);
    Some(out)
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    syntax: Syntax,
    /// Where values stand that need quotes.
    found: Vec<(usize, usize)>,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn next_line(&mut self) {
        self.at = self.rest().find('\n').map_or(self.text.len(), |at| self.at + at + 1);
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches(' ').len();
    }

    /// Lines outside of flow collections, to the end of the text.
    fn block(&mut self) {
        while self.at < self.text.len() {
            let line_start = self.at;
            self.skip_spaces();
            let mut start = self.at;
            while self.rest().starts_with("- ") {
                start = self.at;
                self.at += 2;
                self.skip_spaces();
            }
            let before_key = self.at;
            self.key();
            // A scalar is further in than its key, or than its dash where it has none.
            let indent = if self.at > before_key { before_key } else { start } - line_start;
            self.skip_spaces();
            match self.rest().chars().next() {
                Some('{' | '[') => self.flow(),
                Some('"' | '\'') => self.quoted(),
                Some('|' | '>') => {
                    self.next_line();
                    self.scalar(indent);
                    continue;
                }
                _ => {}
            }
            self.next_line();
        }
    }

    /// A key and its colon, where the line has one.
    fn key(&mut self) {
        let start = self.at;
        if self.rest().starts_with(['"', '\'']) {
            self.quoted();
            if self.rest().starts_with(':') {
                self.at += 1;
            } else {
                self.at = start;
            }
            return;
        }
        let line = self.rest().lines().next().unwrap_or_default();
        if line.starts_with(['#', '{', '[', '|', '>']) {
            return;
        }
        let colon = line.find(": ").or_else(|| line.ends_with(':').then(|| line.len() - 1));
        if let Some(colon) = colon.filter(|colon| !line[..*colon].contains(" #")) {
            self.at += colon + 1;
        }
    }

    /// The lines of a block scalar: those that are blank or further in than its key.
    fn scalar(&mut self, indent: usize) {
        while self.at < self.text.len() {
            let line = self.rest().lines().next().unwrap_or_default();
            let own = line.len() - line.trim_start_matches(' ').len();
            if own <= indent && !line.trim().is_empty() {
                return;
            }
            self.next_line();
        }
    }

    /// A quoted scalar, from its first quote to behind its last.
    fn quoted(&mut self) {
        let mut rest = self.rest().char_indices();
        let Some((_, quote)) = rest.next() else { return };
        let mut end = self.text.len();
        while let Some((at, c)) = rest.next() {
            if c == '\\' && quote == '"' {
                rest.next();
            } else if c == quote {
                end = self.at + at + 1;
                // `''` in a single-quoted text is one quote.
                if quote == '\'' && self.text[end..].starts_with('\'') {
                    rest.next();
                    continue;
                }
                break;
            }
        }
        self.at = end;
    }

    /// A flow collection, from its bracket to behind the bracket that closes it.
    fn flow(&mut self) {
        let mut depth = 0_usize;
        // Whether a value or a key may start here.
        let mut is_start = true;
        while let Some(c) = self.rest().chars().next() {
            if is_start
                && c != ' '
                && let Some(end) = self.expression()
            {
                self.at = end;
                is_start = false;
                continue;
            }
            match c {
                '{' | '[' => {
                    depth += 1;
                    is_start = true;
                }
                '}' | ']' => {
                    depth = depth.saturating_sub(1);
                    is_start = false;
                }
                ',' => is_start = true,
                ':' if self.rest()[1..].starts_with([' ', '\n']) => is_start = true,
                '"' | '\'' if is_start => {
                    self.quoted();
                    is_start = false;
                    continue;
                }
                '#' if self.text[..self.at].ends_with([' ', '\n']) => {
                    self.next_line();
                    continue;
                }
                ' ' | '\n' => {}
                _ => is_start = false,
            }
            self.at += c.len_utf8();
            if depth == 0 {
                return;
            }
        }
    }

    /// The end of the value that starts here, where it is one with expressions; noted where it needs quotes.
    fn expression(&mut self) -> Option<usize> {
        let line = self.rest().lines().next()?;
        let (mut length, mut opened) = (0, Vec::new());
        let mut has_template = false;
        for (at, c) in line.char_indices() {
            let is_plain_end = match c {
                '{' if self.template_at(&line[at..]) => {
                    has_template = true;
                    opened.push('}');
                    false
                }
                // Brackets belong to an expression only where they follow its words.
                '[' | '(' if at > 0 && !line[..at].ends_with(' ') => {
                    opened.push(if c == '[' { ']' } else { ')' });
                    false
                }
                _ if opened.last() == Some(&c) => {
                    opened.pop();
                    false
                }
                ',' | '}' | ']' | '{' | '[' | '"' | '\'' => opened.is_empty(),
                ':' => opened.is_empty() && line[at + 1..].starts_with(' '),
                '#' => opened.is_empty() && line[..at].ends_with(' '),
                _ => false,
            };
            if is_plain_end {
                break;
            }
            length = at + c.len_utf8();
        }
        let value = line[..length].trim_end();
        let is_whole = value.starts_with('$') && Reference::parse(value, &self.syntax).is_some();
        if !(is_whole || has_template) || !opened.is_empty() {
            return None;
        }
        let end = self.at + value.len();
        if value.contains(['{', '}', '[', ']', ',']) {
            self.found.push((self.at, end));
        }
        Some(end)
    }

    /// Whether a text starts with an expression in braces.
    fn template_at(&self, text: &str) -> bool {
        let inner = text[1..].find('}').map(|end| &text[1..=end]);
        inner.is_some_and(|inner| inner.starts_with('$') && Reference::parse(inner, &self.syntax).is_some())
    }
}
