use crate::json::{Datum, Pointer, Value, type_name};
use crate::yaml::nearest;
use std::fmt;

/// What may stand behind `$` in a place, and how long a CEL expression may be there.
///
/// Anything else behind `$` is literal text.
#[derive(Clone, Debug)]
pub struct Syntax {
    /// The roots, without `$`: `vars`, `inputs`, `gen`, …, or the names of a mock's rules.
    pub roots: Vec<String>,
    /// The longest CEL expression in bytes: the limit `expression`.
    pub expression_limit: usize,
}

/// A runtime expression: `$vars.order.id`, `$response.body#/data/0`, `$gen.int(1, 5)`.
///
/// Source: Arazzo 1.0.1, "Runtime Expressions", with `[0]` and calls added.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// As written, `$` included.
    pub text: String,
    /// The first word, without `$`.
    pub root: String,
    /// What follows the root.
    pub steps: Vec<Access>,
}

/// One step behind a root.
#[derive(Clone, Debug, PartialEq)]
pub enum Access {
    /// `.name`
    Member(String),
    /// `[0]`
    Index(usize),
    /// `#/data/id`; always the last step.
    Pointer(Pointer),
    /// `.int(1, 5)`: a function with JSON numbers or strings.
    Call {
        /// The function's name.
        name: String,
        /// What stands between the parentheses.
        arguments: Vec<Datum>,
    },
}

/// A value that an expression names and that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{reference}` has no value: {reason}")]
pub struct Unresolved {
    /// The expression, as written.
    pub reference: String,
    /// Why: "nothing was saved under `orderId`".
    pub reason: String,
}

/// What a text holds at a `$`.
#[derive(Debug)]
pub(super) enum Scanned {
    /// No root that is known, and none that is nearly known: literal text.
    Literal,
    /// A root that is not known, and the one that was probably meant.
    Misspelt {
        /// The word behind `$`.
        root: String,
        /// The root that is near.
        meant: String,
    },
    /// A known root and as many steps as parse, with the length of both and what stopped the
    /// reader when it stopped within a step.
    Reference(Reference, usize, Option<&'static str>),
}

/// What is wrong with `$gen.int(1` before a comma that YAML has read as its own.
pub(super) const UNCLOSED_PARENTHESIS: &str = "the parenthesis is not closed";

impl Reference {
    /// Reads a text that is one reference from its first to its last character; `None` for any
    /// other.
    pub fn parse(text: &str, syntax: &Syntax) -> Option<Self> {
        match Self::scan(text, syntax, false) {
            Scanned::Reference(reference, length, None) if length == text.len() => Some(reference),
            _ => None,
        }
    }

    /// Reads the reference that a text starts with. Within braces a pointer ends at the brace.
    pub(super) fn scan(text: &str, syntax: &Syntax, is_embedded: bool) -> Scanned {
        let Some(rest) = text.strip_prefix('$') else {
            return Scanned::Literal;
        };
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let root = &rest[..rest.find(|c| !is_word(c)).unwrap_or(rest.len())];
        if root.is_empty() || root.starts_with(|c: char| c.is_ascii_digit()) {
            return Scanned::Literal;
        }
        if !syntax.roots.iter().any(|known| known == root) {
            let is_followed = rest[root.len()..].starts_with(['.', '[', '#']);
            let near = nearest(root, syntax.roots.iter().map(String::as_str)).filter(|_| is_followed);
            return match near {
                Some(meant) => Scanned::Misspelt { root: root.to_owned(), meant: meant.to_owned() },
                None => Scanned::Literal,
            };
        }
        let mut scanner = Scanner { text, at: 1 + root.len(), is_embedded };
        let mut steps = Vec::new();
        let broken = loop {
            match scanner.step() {
                Ok(Some(step)) => steps.push(step),
                Ok(None) => break None,
                Err(reason) => break Some(reason),
            }
        };
        let reference = Self { text: text[..scanner.at].to_owned(), root: root.to_owned(), steps };
        Scanned::Reference(reference, scanner.at, broken)
    }

    /// The function that the first step names, with or without parentheses: `$gen.uuid`,
    /// `$gen.int(1, 5)`.
    pub fn as_call(&self) -> Option<(&str, &[Datum])> {
        match self.steps.as_slice() {
            [Access::Member(name)] => Some((name, &[])),
            [Access::Call { name, arguments }] => Some((name, arguments)),
            _ => None,
        }
    }

    /// The name of the first step, where it is a member: the `id` of `$vars.id`.
    pub fn first_member(&self) -> Option<&str> {
        match self.steps.first() {
            Some(Access::Member(name)) => Some(name),
            _ => None,
        }
    }

    /// Says that this has no value.
    pub fn unresolved(&self, reason: impl Into<String>) -> Unresolved {
        Unresolved { reference: self.text.clone(), reason: reason.into() }
    }

    /// Walks the steps from number `from` on, starting at a value.
    ///
    /// # Errors
    /// [`Unresolved`] when a step leads nowhere. A member that is null is a value.
    pub fn walk(&self, from: usize, datum: Datum) -> Result<Datum, Unresolved> {
        match self.place(from, &datum)? {
            pointer if pointer.is_root() => Ok(datum),
            pointer => datum.at(&pointer).ok_or_else(|| self.unresolved("it leads nowhere")),
        }
    }

    /// Like [`Reference::walk`], copying no more than the part that is reached.
    ///
    /// # Errors
    /// Those of [`Reference::walk`].
    pub fn walk_within(&self, from: usize, datum: &Datum) -> Result<Datum, Unresolved> {
        let pointer = self.place(from, datum)?;
        datum.at(&pointer).ok_or_else(|| self.unresolved("it leads nowhere"))
    }

    /// Where the steps from number `from` on lead.
    fn place(&self, from: usize, datum: &Datum) -> Result<Pointer, Unresolved> {
        let mut pointer = Pointer::root();
        let mut here = datum.value();
        for (index, step) in self.steps.iter().enumerate().skip(from) {
            let place = || self.text_until(index);
            match (step, here) {
                (Access::Member(name), Value::Object(members)) => {
                    here = members.get(name).ok_or_else(|| {
                        let near = nearest(name, members.keys().map(String::as_str));
                        let hint = near.map(|near| format!(", but `{near}`")).unwrap_or_default();
                        self.unresolved(format!("`{}` has no member `{name}`{hint}", place()))
                    })?;
                    pointer = pointer.child(name.as_str());
                }
                (Access::Index(at), Value::Array(elements)) => {
                    here = elements.get(*at).ok_or_else(|| {
                        let count = elements.len();
                        self.unresolved(format!("`{}` has {count} elements, none at {at}", place()))
                    })?;
                    pointer = pointer.child(at.to_string());
                }
                (Access::Pointer(inner), _) => {
                    here = inner
                        .get(here)
                        .ok_or_else(|| self.unresolved(format!("`{}` has nothing at `{inner}`", place())))?;
                    pointer = pointer.join(inner);
                }
                (Access::Member(name), _) => {
                    let what = type_name(here);
                    return Err(
                        self.unresolved(format!("`{}` is {what} and has no member `{name}`", place()))
                    );
                }
                (Access::Index(at), _) => {
                    let what = type_name(here);
                    return Err(self.unresolved(format!("`{}` is {what} and has no element {at}", place())));
                }
                (Access::Call { name, .. }, _) => {
                    return Err(self.unresolved(format!("`{}` has no function `{name}`", place())));
                }
            }
        }
        Ok(pointer)
    }

    /// The text up to a step.
    fn text_until(&self, index: usize) -> String {
        let mut text = format!("${}", self.root);
        for step in &self.steps[..index] {
            text.push_str(&step.to_string());
        }
        text
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Member(name) => write!(f, ".{name}"),
            Self::Index(at) => write!(f, "[{at}]"),
            Self::Pointer(pointer) => write!(f, "#{pointer}"),
            Self::Call { name, arguments } => {
                let arguments: Vec<_> = arguments.iter().map(Datum::to_json).collect();
                write!(f, ".{name}({})", arguments.join(", "))
            }
        }
    }
}

/// Reads the steps of one reference; `at` stands behind the last whole one.
struct Scanner<'t> {
    text: &'t str,
    at: usize,
    is_embedded: bool,
}

impl Scanner<'_> {
    /// The next step; `None` where no step starts.
    fn step(&mut self) -> Result<Option<Access>, &'static str> {
        let rest = &self.text[self.at..];
        let (step, length) = match rest.as_bytes().first() {
            Some(b'.') => member(rest)?,
            Some(b'[') => index(rest)?,
            Some(b'#') => self.pointer(rest)?,
            _ => return Ok(None),
        };
        self.at += length;
        Ok(Some(step))
    }

    fn pointer(&self, rest: &str) -> Result<(Access, usize), &'static str> {
        let end = if self.is_embedded { rest.find('}').unwrap_or(rest.len()) } else { rest.len() };
        let pointer = Pointer::parse(&rest[1..end]).ok_or("behind `#` stands a JSON Pointer: `#/data/id`")?;
        Ok((Access::Pointer(pointer), end))
    }
}

fn member(rest: &str) -> Result<(Access, usize), &'static str> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let name = &rest[1..];
    let name = &name[..name.find(|c| !is_name(c)).unwrap_or(name.len())];
    if name.is_empty() {
        return Err("behind a point stands a name of letters, digits, `_` and `-`");
    }
    let end = 1 + name.len();
    if !rest[end..].starts_with('(') {
        return Ok((Access::Member(name.to_owned()), end));
    }
    let inner = &rest[end + 1..];
    let close = closing_parenthesis(inner).ok_or(UNCLOSED_PARENTHESIS)?;
    let list = format!("[{}]", &inner[..close]);
    let arguments: Vec<Value> =
        serde_json::from_str(&list).map_err(|_| "between parentheses stand JSON values: `int(1, 5)`")?;
    let arguments = arguments.into_iter().map(Datum::new).collect();
    Ok((Access::Call { name: name.to_owned(), arguments }, end + 1 + close + 1))
}

/// The offset of the parenthesis that closes an argument list, strings passed over.
fn closing_parenthesis(text: &str) -> Option<usize> {
    let mut is_string = false;
    let mut is_escaped = false;
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_string => is_escaped = true,
            b'"' => is_string = !is_string,
            b')' if !is_string => return Some(offset),
            _ => {}
        }
    }
    None
}

fn index(rest: &str) -> Result<(Access, usize), &'static str> {
    let reason = "between brackets stands a number: `[0]`";
    let close = rest.find(']').ok_or(reason)?;
    let digits = &rest[1..close];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(reason);
    }
    let at = digits.parse().map_err(|_| reason)?;
    Ok((Access::Index(at), close + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn syntax() -> Syntax {
        let roots = ["vars", "inputs", "gen", "response", "now"];
        Syntax { roots: roots.map(str::to_owned).to_vec(), expression_limit: 1024 }
    }

    fn check_parse(text: &str, expected: Option<&[Access]>) {
        let found = Reference::parse(text, &syntax());
        assert_eq!(found.as_ref().map(|it| it.steps.as_slice()), expected, "{text}");
    }

    fn member(name: &str) -> Access {
        Access::Member(name.to_owned())
    }

    #[test]
    fn a_reference_is_a_root_and_steps() {
        check_parse("$now", Some(&[]));
        check_parse("$vars.id", Some(&[member("id")]));
        check_parse("$vars.a-b.ç[10].c", Some(&[member("a-b"), member("ç"), Access::Index(10), member("c")]));
        check_parse(
            "$response.body#/a~1b/0",
            Some(&[member("body"), Access::Pointer(Pointer::of(["a/b", "0"]))]),
        );
        check_parse("$response.body#", Some(&[member("body"), Access::Pointer(Pointer::root())]));
        let call = |arguments| Access::Call { name: "int".to_owned(), arguments };
        check_parse("$gen.int(1, 5)", Some(&[call(vec![Datum::new(1), Datum::new(5)])]));
        check_parse("$gen.int()", Some(&[call(vec![])]));
        check_parse("$gen.int(\"a)\\\"\")", Some(&[call(vec![Datum::new("a)\"")])]));
    }

    #[test]
    fn anything_else_is_not_a_reference() {
        for text in [
            "",
            "$",
            "$$",
            "$5.00",
            "$order",
            "vars.id",
            "$vars.",
            "$vars.a b",
            "$vars[x]",
            "$vars[",
            "$vars[-1]",
            "$vars[99999999999999999999]",
            "$vars.a.",
            "$vars#a",
            "$vars#/~2",
            "$gen.int(1",
            "$gen.int(x)",
            " $now",
            "$now ",
            "$vars..a",
            "$Vars.x",
        ] {
            check_parse(text, None);
        }
    }

    fn check_walk(text: &str, expected: Result<Value, &str>) {
        let value = json!({"list": [{"id": 7, "nil": null}], "text": "x", "a/b": 1});
        let reference = Reference::parse(text, &syntax()).expect("it parses");
        let found = reference.walk(0, Datum::new(value)).map(Datum::into_value).map_err(|error| error.reason);
        assert_eq!(found, expected.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn steps_are_walked_and_say_where_they_end() {
        check_walk("$vars.list[0].id", Ok(json!(7)));
        check_walk("$vars.list[0].nil", Ok(json!(null)));
        check_walk("$vars#/list/0/id", Ok(json!(7)));
        check_walk("$vars#/a~1b", Ok(json!(1)));
        check_walk("$vars.list[3]", Err("`$vars.list` has 1 elements, none at 3"));
        check_walk("$vars.lst", Err("`$vars` has no member `lst`, but `list`"));
        check_walk("$vars.zebra", Err("`$vars` has no member `zebra`"));
        check_walk("$vars.list.id", Err("`$vars.list` is an array and has no member `id`"));
        check_walk("$vars.text[0]", Err("`$vars.text` is a string and has no element 0"));
        check_walk("$vars.list[0]#/no", Err("`$vars.list[0]` has nothing at `/no`"));
        check_walk("$vars.f(1)", Err("`$vars` has no function `f`"));
    }

    #[test]
    fn walking_keeps_digits() {
        let mut datum = Datum::object([]);
        datum.insert("price".to_owned(), Datum::number("1.10").expect("a number"));
        let reference = Reference::parse("$vars.price", &syntax()).expect("it parses");
        assert_eq!(reference.walk(0, datum).expect("it is there").to_text(), "1.10");
    }
}
