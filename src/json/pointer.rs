use serde_json::Value;
use smol_str::SmolStr;
use std::borrow::Borrow;
use std::fmt;

/// A reference token, unescaped: the name of a member or the index of an element.
pub type Token = SmolStr;

/// A JSON Pointer: the reference tokens, unescaped. A token is copied without being allocated: most are
/// short, and the others are shared.
///
/// Source: RFC 6901.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(Vec<Token>);

impl Pointer {
    /// The pointer to the whole value.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// Reads `/a/b~1c`; `None` when it neither is empty nor starts with a slash, or holds a `~`
    /// that escapes nothing.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::root());
        }
        text.strip_prefix('/')?
            .split('/')
            .map(|token| {
                let escapes = token.matches("~0").count() + token.matches("~1").count();
                (token.matches('~').count() == escapes).then(|| unescape(token))
            })
            .collect::<Option<_>>()
            .map(Self)
    }

    /// Makes a pointer of tokens that are not escaped.
    pub fn of<T: Into<Token>>(tokens: impl IntoIterator<Item = T>) -> Self {
        Self(tokens.into_iter().map(Into::into).collect())
    }

    /// The tokens, unescaped.
    pub fn tokens(&self) -> &[Token] {
        &self.0
    }

    /// Whether it points at the whole value.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The pointer to a member or element of what this one points at.
    #[must_use]
    pub fn child(&self, token: impl Into<Token>) -> Self {
        let mut tokens = Vec::with_capacity(self.0.len() + 1);
        tokens.extend_from_slice(&self.0);
        tokens.push(token.into());
        Self(tokens)
    }

    /// Goes on to a member or element.
    pub(crate) fn push(&mut self, token: impl Into<Token>) {
        self.0.push(token.into());
    }

    /// Goes back to what holds the value; the root stays the root.
    pub(crate) fn pop(&mut self) {
        self.0.pop();
    }

    /// The pointer to what holds the value this one points at; the root's parent is the root.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.0[..self.0.len().saturating_sub(1)].to_vec())
    }

    /// This pointer followed by another.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        Self(self.0.iter().chain(&other.0).cloned().collect())
    }

    /// Whether `other` points at this value or into it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// What it points at in a value.
    pub fn get<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(value, |value, token| match value {
            Value::Object(members) => members.get(token.as_str()),
            Value::Array(elements) => elements.get(array_index(token)?),
            _ => None,
        })
    }

    /// The value it points at, to be changed.
    pub fn get_mut<'v>(&self, value: &'v mut Value) -> Option<&'v mut Value> {
        self.0.iter().try_fold(value, |value, token| match value {
            Value::Object(members) => members.get_mut(token.as_str()),
            Value::Array(elements) => elements.get_mut(array_index(token)?),
            _ => None,
        })
    }
}

fn unescape(token: &str) -> Token {
    match token.contains('~') {
        true => token.replace("~1", "/").replace("~0", "~").into(),
        false => token.into(),
    }
}

/// RFC 6901 §4: digits without a leading zero.
pub(crate) fn array_index(token: &str) -> Option<usize> {
    let is_plain = token == "0" || !token.starts_with(['0', '+']);
    is_plain.then(|| token.parse().ok()).flatten()
}

impl Borrow<[Token]> for Pointer {
    /// So that maps by pointer can be asked with the tokens alone.
    fn borrow(&self) -> &[Token] {
        &self.0
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|token| match token.contains(['~', '/']) {
            true => write!(f, "/{}", token.replace('~', "~0").replace('/', "~1")),
            false => write!(f, "/{token}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check_get(pointer: &str, expected: Option<Value>) {
        let value = json!({"a": [1, {"b/c": 2, "d~e": 3}], "": 4, "01": 5});
        let found = Pointer::parse(pointer).and_then(|it| it.get(&value).cloned());
        assert_eq!(found, expected, "{pointer}");
    }

    #[test]
    fn pointers_follow_rfc_6901() {
        check_get("/a/0", Some(json!(1)));
        check_get("/a/1/b~1c", Some(json!(2)));
        check_get("/a/1/d~0e", Some(json!(3)));
        check_get("/", Some(json!(4)));
        check_get("/01", Some(json!(5)));
        check_get("/a/01", None);
        check_get("/a/+1", None);
        check_get("/a/-", None);
        check_get("/a/9", None);
        check_get("a", None);
        check_get("/a~2", None);
    }

    #[test]
    fn printing_is_the_inverse_of_parsing() {
        for text in ["", "/", "/a/b~1c/d~0e", "/a//0"] {
            assert_eq!(Pointer::parse(text).expect("it is valid").to_string(), text);
        }
    }
}
