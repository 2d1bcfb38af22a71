//! Patterns as ECMA-262 has them, and those of other languages that can be said in it.

use super::build;
use std::iter::Peekable;
use std::str::Chars;

/// What the validator runs for a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    /// It is run as it is written.
    AsWritten,
    /// The same in words that the validator knows.
    ReadAs {
        /// What is run.
        pattern: String,
        /// Whether it was no ECMA-262, and can only mean this.
        is_foreign: bool,
    },
    /// It cannot be run.
    Unusable,
}

/// Classes by names that Java has and ECMA-262 has not, as the inside of a class of ECMA-262. The
/// validator knows some of them too, as Unicode has them: `$` would be no `Punct`.
///
/// Source: Java SE 21, `java.util.regex.Pattern`, "POSIX character classes (US-ASCII only)"; ECMA-262,
/// "Binary Unicode property aliases", for those that it has.
const CLASSES: &[(&str, &str)] = &[
    ("Digit", "0-9"),
    ("Alnum", "a-zA-Z0-9"),
    ("Punct", r"!-\/:-@\[-`{-~"),
    ("Graph", "!-~"),
    ("Print", r"\x20-~"),
    ("Blank", r" \t"),
    ("Cntrl", r"\x00-\x1F\x7F"),
    ("XDigit", "0-9a-fA-F"),
    ("Space", r" \t\n\x0B\f\r"),
];

/// Reads a pattern. What is no ECMA-262 is translated when that leaves no doubt.
///
/// Source: JSON Schema 2020-12, "Core" §6.4; ECMA-262, "Patterns".
pub(super) fn read(pattern: &str) -> Pattern {
    let mut translation = Translation::default();
    let is_whole = translation.translate(pattern).is_some();
    let Translation { out, is_foreign, .. } = translation;
    if is_whole && out != pattern && build::is_pattern(&out) {
        return Pattern::ReadAs { pattern: out, is_foreign };
    }
    if build::is_pattern(pattern) { Pattern::AsWritten } else { Pattern::Unusable }
}

/// A pattern while it is written anew.
#[derive(Default)]
struct Translation {
    out: String,
    is_foreign: bool,
    is_in_class: bool,
    /// The groups so far; those without a name have an empty one.
    groups: Vec<String>,
}

impl Translation {
    /// Says in the validator's words what ECMA-262, Java or Perl say otherwise; `None` where that takes
    /// more than writing it differently.
    fn translate(&mut self, pattern: &str) -> Option<()> {
        let mut chars = pattern.chars().peekable();
        // A hyphen behind a class within a class is meant as a hyphen.
        let mut is_behind_class = false;
        while let Some(c) = chars.next() {
            let was_behind_class = std::mem::take(&mut is_behind_class);
            match c {
                '\\' => is_behind_class = self.escape(&mut chars)?,
                '[' if !self.is_in_class => {
                    self.is_in_class = true;
                    self.out.push(c);
                }
                ']' if self.is_in_class => {
                    self.is_in_class = false;
                    self.out.push(c);
                }
                '-' if self.is_in_class && was_behind_class && chars.peek() != Some(&']') => {
                    self.out.push_str(r"\-");
                }
                '(' if !self.is_in_class => {
                    let name = group_name(chars.clone());
                    self.groups.extend(name);
                    self.out.push(c);
                }
                _ => self.out.push(c),
            }
        }
        Some(())
    }

    /// What stands behind a backslash; gives whether it is a class.
    fn escape(&mut self, chars: &mut Peekable<Chars<'_>>) -> Option<bool> {
        let escaped = chars.next()?;
        match escaped {
            // A line end may follow in Java, and may not in Python.
            'Z' if !self.is_in_class && chars.peek().is_none() => self.foreign(r"\n?$"),
            'h' if self.is_in_class => self.foreign(r" \t\xA0"),
            'h' => self.foreign(r"[ \t\xA0]"),
            'Q' if !self.is_in_class => self.quote(chars),
            'k' if !self.is_in_class && chars.peek() == Some(&'<') => {
                let name = enclosed(chars, '<', '>')?;
                let index = self.groups.iter().position(|group| *group == name)?;
                self.out.push_str(&format!(r"(?:\{})", index + 1));
            }
            'p' | 'P' => {
                let name = enclosed(chars, '{', '}')?;
                match CLASSES.iter().find(|(each, _)| *each == name) {
                    Some((_, inside)) => self.class(escaped == 'P', inside)?,
                    None => self.out.push_str(&format!(r"\{escaped}{{{name}}}")),
                }
                return Some(true);
            }
            _ => {
                self.out.extend(['\\', escaped]);
                return Some(matches!(escaped, 'd' | 'D' | 's' | 'S' | 'w' | 'W'));
            }
        }
        Some(escaped == 'h')
    }

    fn foreign(&mut self, text: &str) {
        self.out.push_str(text);
        self.is_foreign = true;
    }

    /// Writes a class of Java; one that is the complement of it only where it stands by itself.
    fn class(&mut self, is_complement: bool, inside: &str) -> Option<()> {
        match (self.is_in_class, is_complement) {
            (true, true) => return None,
            (true, false) => self.foreign(inside),
            (false, true) => self.foreign(&format!("[^{inside}]")),
            (false, false) => self.foreign(&format!("[{inside}]")),
        }
        Some(())
    }

    /// Writes the text up to `\E` or the end literally.
    fn quote(&mut self, chars: &mut Peekable<Chars<'_>>) {
        self.is_foreign = true;
        while let Some(c) = chars.next() {
            if c == '\\' && chars.next_if_eq(&'E').is_some() {
                return;
            }
            if r"\^$.*+?()[]{}|/".contains(c) {
                self.out.push('\\');
            }
            self.out.push(c);
        }
    }
}

/// The name of the group that opens before these characters, empty where it has none; `None` for what is
/// no group that counts.
fn group_name(mut chars: Peekable<Chars<'_>>) -> Option<String> {
    if chars.next_if_eq(&'?').is_none() {
        return Some(String::new());
    }
    chars.next_if_eq(&'P');
    let is_name = chars.clone().nth(1).is_some_and(|c| c != '=' && c != '!');
    is_name.then(|| enclosed(&mut chars, '<', '>')).flatten()
}

/// The text between two characters.
fn enclosed(chars: &mut Peekable<Chars<'_>>, open: char, close: char) -> Option<String> {
    chars.next_if_eq(&open)?;
    let mut name = String::new();
    loop {
        match chars.next()? {
            c if c == close => return Some(name),
            c => name.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Instance, Value};

    fn check(pattern: &str, expected: &str) {
        let found = match read(pattern) {
            Pattern::AsWritten => "as written".to_owned(),
            Pattern::ReadAs { pattern, is_foreign: true } => pattern,
            Pattern::ReadAs { pattern, is_foreign: false } => format!("the same as {pattern}"),
            Pattern::Unusable => "unusable".to_owned(),
        };
        assert_eq!(found, expected, "{pattern}");
    }

    #[test]
    fn what_ecma_262_knows_stays() {
        for pattern in [
            "",
            "^a$",
            r"^\d{3}-\d{4}$",
            r"^(?!x)\w+(?=y)",
            r"(?<=a)b",
            r"(a)\1",
            r"(?<n>a)",
            r"\p{L}\p{Alpha}+",
            r"\u00e9",
            r"[\w.-]+",
            r"[\w-]",
            r"^\S+@\S+\.\S+$",
            r"\cA",
            r"[^\]]",
        ] {
            check(pattern, "as written");
        }
        check(r"(?<n>a)\k<n>", r"the same as (?<n>a)(?:\1)");
        check(r"(x)(?:y)(?<=z)(?<n>a)\k<n>", r"the same as (x)(?:y)(?<=z)(?<n>a)(?:\2)");
        check(r"[\w-.]+", r"the same as [\w\-.]+");
    }

    #[test]
    fn other_languages_are_translated_where_there_is_no_doubt() {
        for (pattern, expected) in [
            (r"^[a-z]+\Z", r"^[a-z]+\n?$"),
            (r"^\p{Alnum}+$", "^[a-zA-Z0-9]+$"),
            (r"^[\p{XDigit}:]+$", "^[0-9a-fA-F:]+$"),
            (r"^\P{Digit}$", "^[^0-9]$"),
            (r"^\Qa.b\E$", r"^a\.b$"),
            (r"a\hb[\h]", r"a[ \t\xA0]b[ \t\xA0]"),
        ] {
            check(pattern, expected);
        }
        check(r"\A[a-z]+\z", "as written");
    }

    #[test]
    fn what_is_in_doubt_cannot_be_used() {
        for pattern in
            ["(", "[z-a]", r"\p{LD}", "(?>a)", "a{,3}", r"\Ga", r"\k<n>(?<n>a)", "[a", r"\p{", r"\", r"\R"]
        {
            check(pattern, "unusable");
        }
    }

    #[test]
    fn java_classes_are_what_java_says() {
        for (name, fits, not) in [
            ("Punct", "!/:@[`{~$", "aA0 "),
            ("Space", " \t\n\u{b}\r", "a"),
            ("XDigit", "0afAF9", "gG"),
            ("Graph", "!~a", " \t"),
            ("Print", " ~", "\t\u{7f}"),
            ("Cntrl", "\0\u{7f}", " a"),
            ("Blank", " \t", "\n"),
            ("Digit", "09", "\u{663}"),
        ] {
            let Pattern::ReadAs { pattern, .. } = read(&format!(r"^\p{{{name}}}$")) else { panic!("{name}") };
            let schema = serde_json::json!({ "pattern": pattern });
            let validator = build::options().build(&schema).expect("it compiles");
            let holds = |c: char| validator.is_valid(Instance::Value(&Value::from(c.to_string())));
            assert!(fits.chars().all(holds), "{name} {fits}");
            assert!(!not.chars().any(holds), "{name} {not}");
        }
    }
}
