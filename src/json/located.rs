use super::{Pointer, pointer::array_index};
use crate::source::Span;

/// A JSON text with the place of every part; built only when a place is shown or digits are needed.
#[derive(Debug)]
pub struct Located<'t> {
    text: &'t str,
    root: Node,
}

/// One value of a located text.
#[derive(Debug)]
pub struct Node {
    /// Where the value stands.
    pub span: Span,
    /// What it is.
    pub part: Part,
}

/// What a located value is.
#[derive(Debug)]
pub enum Part {
    /// `null`, `true` or `false`.
    Literal,
    /// A number, to be read from the text.
    Number,
    /// A string, quotes within the span.
    String,
    /// Elements in order.
    Array(Vec<Node>),
    /// Members in order, with the span and unescaped text of each name.
    Object(Vec<(Span, String, Node)>),
}

/// As deep as `serde_json` reads.
const MAX_DEPTH: usize = 128;

impl Node {
    /// The value at a pointer; of members with equal names the last.
    pub fn at(&self, pointer: &Pointer) -> Option<&Self> {
        pointer.tokens().iter().try_fold(self, |node, token| match &node.part {
            Part::Array(elements) => elements.get(array_index(token)?),
            Part::Object(members) => {
                members.iter().rev().find(|(_, name, _)| name == token).map(|(_, _, node)| node)
            }
            _ => None,
        })
    }

    /// The span of the name of the member that a pointer leads to.
    pub fn name_span(&self, pointer: &Pointer) -> Option<Span> {
        let name = pointer.tokens().last()?;
        match &self.at(&pointer.parent())?.part {
            Part::Object(members) => {
                members.iter().rev().find(|(_, each, _)| each == name).map(|(span, _, _)| *span)
            }
            _ => None,
        }
    }
}

impl<'t> Located<'t> {
    /// Scans a text that [`super::parse`] takes; `None` for any other.
    pub fn parse(text: &'t str) -> Option<Self> {
        let mut scanner = Scanner { text, at: 0 };
        let root = scanner.value(0)?;
        scanner.space();
        (scanner.at == text.len()).then_some(Self { text, root })
    }

    /// The text.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// The outermost value.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Gives the outermost value away, for those who keep the text elsewhere.
    pub fn into_root(self) -> Node {
        self.root
    }

    /// The value at a pointer; of members with equal names the last.
    pub fn node(&self, pointer: &Pointer) -> Option<&Node> {
        self.root.at(pointer)
    }

    /// The span of a member's name.
    pub fn name_span(&self, pointer: &Pointer) -> Option<Span> {
        self.root.name_span(pointer)
    }

    /// The text of the value at a pointer.
    pub fn text_at(&self, pointer: &Pointer) -> Option<&'t str> {
        let span = self.node(pointer)?.span;
        self.text.get(span.start..span.end)
    }

    /// The same JSON, indented by two spaces, every number and string spelled as it is.
    pub fn indented(&self) -> String {
        let mut out = String::with_capacity(self.text.len() * 2);
        self.indent(&self.root, 0, &mut out);
        out
    }

    fn indent(&self, node: &Node, depth: usize, out: &mut String) {
        let new_line = |out: &mut String, depth: usize| {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        };
        match &node.part {
            Part::Array(elements) if !elements.is_empty() => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    new_line(out, depth + 1);
                    self.indent(element, depth + 1, out);
                }
                new_line(out, depth);
                out.push(']');
            }
            Part::Object(members) if !members.is_empty() => {
                out.push('{');
                for (index, (name, _, member)) in members.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    new_line(out, depth + 1);
                    out.push_str(&self.text[name.start..name.end]);
                    out.push_str(": ");
                    self.indent(member, depth + 1, out);
                }
                new_line(out, depth);
                out.push('}');
            }
            Part::Array(_) => out.push_str("[]"),
            Part::Object(_) => out.push_str("{}"),
            _ => out.push_str(&self.text[node.span.start..node.span.end]),
        }
    }
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        self.space();
        let start = self.at;
        let part = match self.peek()? {
            b'{' if depth < MAX_DEPTH => self.object(depth)?,
            b'[' if depth < MAX_DEPTH => self.array(depth)?,
            b'"' => {
                self.string()?;
                Part::String
            }
            b'-' | b'0'..=b'9' => {
                self.run(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
                Part::Number
            }
            b't' | b'f' | b'n' => {
                self.run(|byte| byte.is_ascii_lowercase());
                matches!(&self.text[start..self.at], "true" | "false" | "null").then_some(Part::Literal)?
            }
            _ => return None,
        };
        Some(Node { span: Span::new(start, self.at), part })
    }

    fn run(&mut self, belongs: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&belongs) {
            self.at += 1;
        }
    }

    fn string(&mut self) -> Option<Span> {
        let start = self.at;
        self.take(b'"')?;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(Span::new(start, self.at));
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<Part> {
        self.take(b'[')?;
        let mut elements = Vec::new();
        if self.take(b']').is_some() {
            return Some(Part::Array(elements));
        }
        loop {
            elements.push(self.value(depth + 1)?);
            if self.take(b',').is_none() {
                self.take(b']')?;
                return Some(Part::Array(elements));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<Part> {
        self.take(b'{')?;
        let mut members = Vec::new();
        if self.take(b'}').is_some() {
            return Some(Part::Object(members));
        }
        loop {
            self.space();
            let span = self.string()?;
            let name = serde_json::from_str(self.text.get(span.start..span.end)?).ok()?;
            self.take(b':')?;
            members.push((span, name, self.value(depth + 1)?));
            if self.take(b',').is_none() {
                self.take(b'}')?;
                return Some(Part::Object(members));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"{"a": [1, {"b\u0063": "x\"y"}], "n": -1.50e2, "a": true}"#;

    fn check(pointer: &str, expected: Option<&str>) {
        let located = Located::parse(TEXT).expect("it is JSON");
        let pointer = Pointer::parse(pointer).expect("it is a pointer");
        assert_eq!(located.text_at(&pointer), expected, "{pointer}");
    }

    #[test]
    fn places_are_found_by_pointer() {
        check("/n", Some("-1.50e2"));
        check("/a", Some("true"));
        check("/a/0", None);
        check("", Some(TEXT));
        let located = Located::parse(r#"[1, {"b\u0063": "x\"y"}]"#).expect("it is JSON");
        assert_eq!(located.text_at(&Pointer::of(["1", "bc"])), Some(r#""x\"y""#));
        assert_eq!(located.name_span(&Pointer::of(["1", "bc"])), Some(Span::new(5, 14)));
    }

    #[test]
    fn what_is_not_json_is_refused_without_a_panic() {
        for text in ["", "{", "[1,", "\"", "\"\\", "{\"a\"}", "nul", "[1]]", "é"] {
            assert!(Located::parse(text).is_none(), "{text}");
        }
        assert!(Located::parse(&"[".repeat(1_000_000)).is_none());
    }

    #[test]
    fn indenting_keeps_every_spelling() {
        let located = Located::parse(r#"{"a":[1.10,{}],"b":{"c":"\u0041"},"d":[]}"#).expect("it is JSON");
        let expected = "{\n  \"a\": [\n    1.10,\n    {}\n  ],\n  \"b\": {\n    \"c\": \"\\u0041\"\n  },\n  \"d\": []\n}";
        assert_eq!(located.indented(), expected);
    }
}
