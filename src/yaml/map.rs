use super::{Entry, Kind, Node, nearest};
use crate::diagnostic::{Code, Problems};
use crate::source::Span;

/// Reads a map whose keys are fixed: every key is taken by name, and what nobody took is reported
/// with the key that was probably meant. `x-…` keys are let through.
#[derive(Debug)]
pub struct MapReader<'n> {
    what: &'static str,
    node: &'n Node,
    entries: &'n [Entry],
    known: Vec<&'static str>,
    later: Vec<&'static str>,
    codes: Codes,
}

/// The codes under which a reader reports.
#[derive(Clone, Copy, Debug)]
struct Codes {
    unknown: Code,
    not_supported: Code,
    missing: Code,
    invalid: Code,
}

impl<'n> MapReader<'n> {
    /// Starts reading a node that must be a map; `what` names it in messages, with its article:
    /// `a step`. Any other node is reported, and null counts as the empty map.
    pub fn new(what: &'static str, node: &'n Node, problems: &mut Problems) -> Option<Self> {
        Self::with_codes(
            what,
            node,
            problems,
            Codes {
                unknown: Code::SCENARIO_UNKNOWN_KEY,
                not_supported: Code::SCENARIO_NOT_SUPPORTED,
                missing: Code::SCENARIO_MISSING_KEY,
                invalid: Code::SCENARIO_INVALID_VALUE,
            },
        )
    }

    /// The same for the project file, under `config.*` codes.
    pub fn config(what: &'static str, node: &'n Node, problems: &mut Problems) -> Option<Self> {
        Self::with_codes(
            what,
            node,
            problems,
            Codes {
                unknown: Code::CONFIG_UNKNOWN_KEY,
                not_supported: Code::SCENARIO_NOT_SUPPORTED,
                missing: Code::CONFIG_INVALID_VALUE,
                invalid: Code::CONFIG_INVALID_VALUE,
            },
        )
    }

    /// The same for a mock's rules, under `mock.*` codes.
    pub fn mock(what: &'static str, node: &'n Node, problems: &mut Problems) -> Option<Self> {
        Self::with_codes(
            what,
            node,
            problems,
            Codes {
                unknown: Code::MOCK_UNKNOWN_KEY,
                not_supported: Code::MOCK_NOT_SUPPORTED,
                missing: Code::MOCK_INVALID_VALUE,
                invalid: Code::MOCK_INVALID_VALUE,
            },
        )
    }

    fn with_codes(what: &'static str, node: &'n Node, problems: &mut Problems, codes: Codes) -> Option<Self> {
        let entries: &[Entry] = match &node.kind {
            Kind::Map(entries) => entries,
            Kind::Null => &[],
            _ => {
                problems.error(
                    codes.invalid,
                    node.span,
                    format!("{what} is a map, not {}", node.type_name()),
                    format!("is {}", node.type_name()),
                );
                return None;
            }
        };
        Some(Self { what, node, entries, known: Vec::new(), later: Vec::new(), codes })
    }

    /// The span of the whole map.
    pub fn span(&self) -> Span {
        self.node.span
    }

    /// The entry of a key, if the map has it.
    pub fn entry(&mut self, key: &'static str) -> Option<&'n Entry> {
        self.known.push(key);
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// The value of a key, if the map has it; null is a value.
    pub fn take(&mut self, key: &'static str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value of a key that must be there; its absence is reported.
    pub fn require(&mut self, key: &'static str, problems: &mut Problems) -> Option<&'n Node> {
        let found = self.take(key);
        if found.is_none() {
            let start = self.node.span.start;
            let first_line = problems.source().slice(self.node.span).lines().next().unwrap_or_default().len();
            problems.error(
                self.codes.missing,
                Span::new(start, start + first_line),
                format!("{} needs the key `{key}`", self.what),
                format!("lacks `{key}`"),
            );
        }
        found
    }

    /// The text of a key; a value that is no text is reported.
    pub fn text(&mut self, key: &'static str, problems: &mut Problems) -> Option<&'n str> {
        let node = self.take(key)?;
        if let Some(text) = node.as_str() {
            return Some(text);
        }
        self.wrong_type(key, "a text", node, problems);
        None
    }

    /// The boolean of a key; any other value is reported.
    pub fn boolean(&mut self, key: &'static str, problems: &mut Problems) -> Option<bool> {
        let node = self.take(key)?;
        if let Kind::Bool(value) = node.kind {
            return Some(value);
        }
        self.wrong_type(key, "`true` or `false`", node, problems);
        None
    }

    /// The texts of a key that is a list of texts; anything else is reported.
    pub fn texts(&mut self, key: &'static str, problems: &mut Problems) -> Vec<(&'n str, Span)> {
        let Some(node) = self.take(key) else {
            return Vec::new();
        };
        let Some(elements) = node.as_list() else {
            self.wrong_type(key, "a list of texts", node, problems);
            return Vec::new();
        };
        let mut texts = Vec::new();
        for element in elements {
            match element.as_str() {
                Some(text) => texts.push((text, element.span)),
                None => self.wrong_type(key, "a list of texts", element, problems),
            }
        }
        texts
    }

    /// The entries of a key that is a map from names to values; anything else is reported.
    pub fn map(&mut self, key: &'static str, problems: &mut Problems) -> &'n [Entry] {
        match self.take(key) {
            None => &[],
            Some(Node { kind: Kind::Map(entries), .. }) => entries,
            Some(Node { kind: Kind::Null, .. }) => &[],
            Some(node) => {
                self.wrong_type(key, "a map", node, problems);
                &[]
            }
        }
    }

    /// The elements of a key that is a list; anything else is reported.
    pub fn list(&mut self, key: &'static str, problems: &mut Problems) -> &'n [Node] {
        match self.take(key) {
            None => &[],
            Some(Node { kind: Kind::List(elements), .. }) => elements,
            Some(node) => {
                self.wrong_type(key, "a list", node, problems);
                &[]
            }
        }
    }

    /// Reports a value of the wrong type.
    pub fn wrong_type(&self, key: &str, wanted: &str, node: &Node, problems: &mut Problems) {
        problems.error(
            self.codes.invalid,
            node.span,
            format!("`{key}` is {wanted}, not {}", node.type_name()),
            format!("is {}", node.type_name()),
        );
    }

    /// Names keys that are part of the language and not of this version: each that is there is
    /// reported as such.
    pub fn not_yet(&mut self, keys: &[&'static str]) {
        self.later.extend_from_slice(keys);
    }

    /// Reports every key that nobody took. `elsewhere` are keys with a meaning in another place,
    /// with the words that say where.
    pub fn finish(self, elsewhere: &[(&str, &str)], problems: &mut Problems) {
        for entry in self.entries {
            let key = entry.key.as_str();
            if self.known.contains(&key) || key.starts_with("x-") {
                continue;
            }
            if self.later.contains(&key) {
                problems.error(
                    self.codes.not_supported,
                    entry.key_span,
                    format!("`{key}` is part of the language, but not of this version of contest"),
                    "not supported yet",
                );
                continue;
            }
            let candidates = self.known.iter().chain(&self.later).copied();
            if let Some((_, place)) = elsewhere.iter().find(|(name, _)| *name == key) {
                problems.error(
                    Code::SCENARIO_MISPLACED_KEY,
                    entry.key_span,
                    format!("`{key}` does not belong in {}; {place}", self.what),
                    "does not belong here",
                );
            } else if let Some(meant) = nearest(key, candidates) {
                problems.error(
                    self.codes.unknown,
                    entry.key_span,
                    format!("{} has no key `{key}`", self.what),
                    format!("did you mean `{meant}`?"),
                );
            } else {
                let mut known: Vec<&str> = self.known.clone();
                known.sort_unstable();
                known.dedup();
                problems
                    .error(
                        self.codes.unknown,
                        entry.key_span,
                        format!("{} has no key `{key}`", self.what),
                        "is not known",
                    )
                    .help
                    .push(format!("its keys are {}", known.join(", ")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, load};
    use super::*;
    use crate::limits::Limits;
    use crate::source::Source;

    fn check(text: &str, expected: &[&str]) {
        let source = Source::new("t.yaml", text);
        let mut problems = Problems::new(&source);
        let node = load(Dialect::Ours, &Limits::default(), &mut problems).expect("it is YAML");
        if let Some(mut map) = MapReader::new("a step", &node, &mut problems) {
            map.require("call", &mut problems);
            map.text("title", &mut problems);
            map.not_yet(&["poll"]);
            map.finish(&[("status", "it belongs under `expect`")], &mut problems);
        }
        let list = problems.into_list();
        let found: Vec<_> =
            list.iter().map(|each| format!("{} | {}", each.message, each.labels[0].text)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn every_unknown_key_is_reported_with_what_was_meant() {
        check("{call: x, x-note: 1}", &[]);
        check("{call: x, titel: y}", &["a step has no key `titel` | did you mean `title`?"]);
        check(
            "{call: x, status: 2}",
            &["`status` does not belong in a step; it belongs under `expect` | does not belong here"],
        );
        check(
            "{call: x, poll: 2}",
            &["`poll` is part of the language, but not of this version of contest | not supported yet"],
        );
        check("{call: x, zebra: 2}", &["a step has no key `zebra` | is not known"]);
        check(
            "{title: 1}",
            &["a step needs the key `call` | lacks `call`", "`title` is a text, not a number | is a number"],
        );
        check("[1]", &["a step is a map, not a list | is a list"]);
    }
}
