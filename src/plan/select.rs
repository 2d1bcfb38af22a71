use super::Case;
use std::collections::BTreeSet;

/// Which cases of a plan run.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Tags that must hold.
    pub tags: Option<TagExpression>,
    /// Patterns of which one must match the scenario's name, `file::name` or title; none means all.
    pub scenarios: Vec<String>,
    /// Exact case ids; none means all.
    pub ids: Vec<String>,
}

/// `smoke and not (slow or destructive)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagExpression {
    /// The tag is there.
    Tag(String),
    /// Not so.
    Not(Box<Self>),
    /// Both.
    And(Box<Self>, Box<Self>),
    /// Either.
    Or(Box<Self>, Box<Self>),
}

/// Why a tag expression cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no expression over tags: {reason}; write for example 'smoke and not slow'")]
pub struct TagError {
    text: String,
    reason: String,
}

/// Deeper nesting than any person writes; the reader recurses.
const MAX_DEPTH: usize = 64;

impl Selection {
    /// Whether a case runs.
    pub fn selects(&self, case: &Case) -> bool {
        let name = case.scenario.scenario().name.value.as_str();
        let full = format!("{}::{name}", case.scenario.file.name);
        let title = case.scenario.title();
        self.tags.as_ref().is_none_or(|tags| tags.holds(&case.tags))
            && (self.scenarios.is_empty()
                || self
                    .scenarios
                    .iter()
                    .any(|it| [name, &full, title].iter().any(|text| matches_pattern(it, text))))
            && (self.ids.is_empty() || self.ids.contains(&case.id))
    }
}

impl TagExpression {
    /// Reads an expression; `not` binds closest, then `and`, then `or`.
    ///
    /// # Errors
    /// [`TagError`] when the text is no such expression.
    pub fn parse(text: &str) -> Result<Self, TagError> {
        let spaced = text.replace('(', " ( ").replace(')', " ) ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let mut parser = Parser { words: &words, at: 0 };
        let fail = |reason: String| TagError { text: text.to_owned(), reason };
        let expression = parser.or(0).map_err(fail)?;
        match parser.peek() {
            None => Ok(expression),
            Some(word) => Err(fail(format!("`{word}` is not expected there"))),
        }
    }

    /// Whether it holds for a set of tags.
    pub fn holds(&self, tags: &BTreeSet<String>) -> bool {
        match self {
            Self::Tag(tag) => tags.contains(tag),
            Self::Not(inner) => !inner.holds(tags),
            Self::And(left, right) => left.holds(tags) && right.holds(tags),
            Self::Or(left, right) => left.holds(tags) || right.holds(tags),
        }
    }
}

struct Parser<'w> {
    words: &'w [&'w str],
    at: usize,
}

impl<'w> Parser<'w> {
    fn peek(&self) -> Option<&'w str> {
        self.words.get(self.at).copied()
    }

    fn take(&mut self, word: &str) -> bool {
        let is_there = self.peek() == Some(word);
        self.at += usize::from(is_there);
        is_there
    }

    fn or(&mut self, depth: usize) -> Result<TagExpression, String> {
        let mut left = self.and(depth)?;
        while self.take("or") {
            left = TagExpression::Or(Box::new(left), Box::new(self.and(depth)?));
        }
        Ok(left)
    }

    fn and(&mut self, depth: usize) -> Result<TagExpression, String> {
        let mut left = self.not(depth)?;
        while self.take("and") {
            left = TagExpression::And(Box::new(left), Box::new(self.not(depth)?));
        }
        Ok(left)
    }

    fn not(&mut self, depth: usize) -> Result<TagExpression, String> {
        if depth > MAX_DEPTH {
            return Err("it nests too deeply".to_owned());
        }
        if self.take("not") {
            return Ok(TagExpression::Not(Box::new(self.not(depth + 1)?)));
        }
        if self.take("(") {
            let inner = self.or(depth + 1)?;
            return if self.take(")") { Ok(inner) } else { Err("a `)` is missing".to_owned()) };
        }
        match self.peek() {
            None => Err("it ends where a tag is expected".to_owned()),
            Some(word @ ("and" | "or" | ")")) => Err(format!("`{word}` stands where a tag is expected")),
            Some(word) => {
                self.at += 1;
                Ok(TagExpression::Tag(word.to_owned()))
            }
        }
    }
}

/// `*` is any run of characters, `?` any one; linear but for one step back per star.
pub(super) fn matches_pattern(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(c) if *c == '?' || *c == text[from] => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some((star_at, star_from)) => {
                    star = Some((star_at, star_from + 1));
                    at = star_at + 1;
                    from = star_from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_tags(expression: &str, tags: &str, expected: bool) {
        let tags = tags.split_whitespace().map(ToOwned::to_owned).collect();
        assert_eq!(TagExpression::parse(expression).map(|it| it.holds(&tags)), Ok(expected), "{expression}");
    }

    #[test]
    fn tag_expressions_follow_precedence() {
        check_tags("smoke", "smoke slow", true);
        check_tags("smoke and not slow", "smoke slow", false);
        check_tags("a or b and c", "a", true);
        check_tags("(a or b) and c", "a", false);
        check_tags("not not a", "a", true);
        for text in ["", "and", "a b", "(a", "a)", "not", "a and"] {
            assert!(TagExpression::parse(text).is_err(), "{text}");
        }
        assert!(TagExpression::parse(&"(".repeat(100_000)).is_err());
        assert!(TagExpression::parse(&"not ".repeat(100_000)).is_err());
    }

    #[test]
    fn patterns_match_whole_names() {
        for (pattern, text, expected) in [
            ("cancel-*", "cancel-it", true),
            ("cancel", "cancel-it", false),
            ("*it", "cancel-it", true),
            ("c?ncel*", "cancel", true),
            ("*", "", true),
            ("?", "", false),
            ("a*b*c", "aXXbYYbc", true),
        ] {
            assert_eq!(matches_pattern(pattern, text), expected, "{pattern} {text}");
        }
        assert!(!matches_pattern(&"*a".repeat(50), &"a".repeat(49)));
    }
}
