use super::entries::Entries;
use super::node::{Entry, Kind, Node};
use super::places::Places;
use super::repeat::{Anchored, merge};
use super::scalar::{Plain, resolve};
use super::words;
use crate::diagnostic::{Code, Problems};
use crate::limits::Limits;
use crate::source::Span;
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::collections::{HashMap, HashSet};

/// Whose file it is, and so how strictly YAML is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// A file of ours: duplicate keys, tags, merge keys, keys that are no text, numbers with a
    /// leading zero and infinities are errors.
    Ours,
    /// A vendor's document: duplicate keys are a warning and the last wins, merge keys are expanded
    /// with a warning, keys keep their source text, what JSON cannot hold is a text.
    Document,
}

/// Reads a text as one YAML document; every problem is reported, and the tree is given when there
/// is one at all.
pub fn load(dialect: Dialect, limits: &Limits, problems: &mut Problems) -> Option<Node> {
    let source = std::sync::Arc::clone(problems.source());
    let mut loader = Loader {
        dialect,
        limits,
        problems,
        places: Places::new(&source),
        stack: Vec::new(),
        anchors: HashMap::new(),
        nodes: 0,
        root: None,
    };
    let mut parser = Parser::new_from_str(source.text());
    loop {
        match parser.next_event() {
            None => break,
            Some(Ok((event, span))) => {
                let span = loader.places.span(span.start, span.end);
                if loader.event(event, span).is_err() {
                    return None;
                }
            }
            Some(Err(error)) => {
                let at = loader.places.offset(*error.marker());
                if error.info().contains("recursion limit") {
                    // The parser looks ahead further than its events have come.
                    loader.too_deep(Span::new(at, at));
                } else {
                    words::syntax(&source, at, error.info(), loader.problems);
                }
                return None;
            }
        }
    }
    loader.root
}

/// The load stops here; the problem is already reported.
struct Stop;

struct Loader<'a> {
    dialect: Dialect,
    limits: &'a Limits,
    problems: &'a mut Problems,
    places: Places<'a>,
    stack: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    nodes: usize,
    root: Option<Node>,
}

/// A collection whose end has not come yet.
struct Open {
    start: usize,
    end: usize,
    anchor: usize,
    /// The node count before it, so that its own size is known when an alias repeats it.
    nodes_before: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map {
        entries: Entries,
        key: Option<(String, Span)>,
        /// Keys that came through `<<`: one that is written out replaces them.
        merged: HashSet<String>,
    },
}

impl Loader<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => {
                self.problems.error(
                    Code::YAML_UNSUPPORTED,
                    span,
                    "a file holds one YAML document",
                    "a second one starts here",
                );
                Err(Stop)
            }
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.map(|tag| tag.suffix.clone());
                self.scalar(&text, style, anchor, tag.as_deref(), span)
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_tag(tag.map(|tag| tag.to_string()).as_deref(), span);
                self.open(span, anchor, Content::List(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                self.check_tag(tag.map(|tag| tag.to_string()).as_deref(), span);
                let content = Content::Map { entries: Entries::default(), key: None, merged: HashSet::new() };
                self.open(span, anchor, content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => {
                let Some(anchored) = self.anchors.get(&anchor) else {
                    self.problems.error(
                        Code::YAML_SYNTAX,
                        span,
                        "an alias stands within its own anchor",
                        "names a value that is not finished",
                    );
                    return Err(Stop);
                };
                let (weight, depth) = (anchored.weight, anchored.depth);
                self.count(weight, span)?;
                if self.stack.len() + depth > self.limits.depth {
                    self.too_deep(span);
                    return Err(Stop);
                }
                let node = self.anchors.get(&anchor).map_or_else(|| node_null(span), |it| it.node.clone());
                self.add(node)
            }
            _ => Ok(()),
        }
    }

    /// Counts nodes, those that aliases repeat included, before they are made.
    fn count(&mut self, more: usize, span: Span) -> Result<(), Stop> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes <= self.limits.nodes {
            return Ok(());
        }
        let limit = self.limits.nodes;
        self.problems
            .error(
                Code::YAML_LIMIT,
                span,
                format!("the file holds more than {limit} values, those that aliases repeat included"),
                "the limit `nodes` is reached here",
            )
            .help
            .push(format!("`--limit nodes={}` allows more", limit.saturating_mul(2)));
        Err(Stop)
    }

    fn too_deep(&mut self, span: Span) {
        let limit = self.limits.depth;
        self.problems.error(
            Code::YAML_LIMIT,
            span,
            format!("the file nests deeper than {limit} levels"),
            "the limit `depth` is reached here",
        );
    }

    fn open(&mut self, span: Span, anchor: usize, content: Content) -> Result<(), Stop> {
        if self.stack.len() >= self.limits.depth {
            self.too_deep(span);
            return Err(Stop);
        }
        self.check_key_is_scalar(span)?;
        let nodes_before = self.nodes;
        self.count(1, span)?;
        self.stack.push(Open { start: span.start, end: span.end, anchor, nodes_before, content });
        Ok(())
    }

    /// A collection as a key (`[a, b]: c`) has no place in JSON.
    fn check_key_is_scalar(&mut self, span: Span) -> Result<(), Stop> {
        if let Some(Open { content: Content::Map { key: None, .. }, .. }) = self.stack.last() {
            self.problems
                .error(
                    Code::YAML_UNSUPPORTED,
                    span,
                    "a key is a text, not a collection",
                    "stands where a key is expected",
                )
                .help
                .push("quote a text that holds `{`, `}`, `[`, `]` or `,`".to_owned());
            return Err(Stop);
        }
        Ok(())
    }

    fn close(&mut self, span: Span) -> Result<(), Stop> {
        let Some(open) = self.stack.pop() else {
            return Ok(());
        };
        // The end of a block collection is an empty span at the next token, lines further down.
        // That of a flow collection starts at its bracket, and may run on over a comment behind it.
        let end = if span.end > span.start { span.start + 1 } else { open.end };
        let (start, kind) = match open.content {
            Content::List(elements) => (open.start, Kind::List(elements)),
            Content::Map { entries, .. } => {
                let first = entries.get(0).map_or(open.start, |entry| entry.key_span.start);
                (open.start.min(first), Kind::Map(entries.into_vec()))
            }
        };
        let node = Node { span: Span::new(start, end.max(start)), kind };
        if open.anchor > 0 {
            self.count(self.nodes - open.nodes_before, node.span)?;
            self.anchors.insert(open.anchor, Anchored::new(node.clone()));
        }
        self.add(node)
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&str>,
        span: Span,
    ) -> Result<(), Stop> {
        self.count(1, span)?;
        self.check_tag(tag, span);
        // The parser gives `~` for a value that is not there at all.
        let is_empty = span.start == span.end;
        let is_plain = style == ScalarStyle::Plain && tag != Some("str");
        let span = match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => self.quoted(span),
            _ if is_empty => span,
            _ => self.trimmed(span),
        };
        let kind = match (is_plain, is_empty) {
            (true, true) => Kind::Null,
            (false, _) => Kind::String(text.to_owned()),
            (true, false) => self.plain(text, span),
        };
        let node = Node { span, kind };
        if anchor > 0 {
            self.anchors.insert(anchor, Anchored::new(node.clone()));
        }
        let wants_key =
            matches!(self.stack.last(), Some(Open { content: Content::Map { key: None, .. }, .. }));
        if wants_key {
            self.key(text, node);
            Ok(())
        } else {
            self.add(node)
        }
    }

    /// A quoted scalar to its closing quote: its span may run on over a comment behind it.
    fn quoted(&self, span: Span) -> Span {
        let text = self.problems.source().slice(span);
        let mut characters = text.char_indices().skip_while(|(_, c)| !matches!(c, '\'' | '"'));
        let Some((_, quote)) = characters.next() else { return self.trimmed(span) };
        let mut characters = characters.peekable();
        while let Some((at, c)) = characters.next() {
            if c == '\\' && quote == '"' {
                characters.next();
            } else if c == quote && (quote == '"' || characters.next_if(|(_, next)| *next == quote).is_none())
            {
                return Span::new(span.start, span.start + at + 1);
            }
        }
        self.trimmed(span)
    }

    fn trimmed(&self, span: Span) -> Span {
        let text = self.problems.source().slice(span);
        Span::new(span.start, span.start + text.trim_end().len().max(1).min(text.len()))
    }

    fn plain(&mut self, text: &str, span: Span) -> Kind {
        let is_key = matches!(self.stack.last(), Some(Open { content: Content::Map { key: None, .. }, .. }));
        match (resolve(text), self.dialect) {
            (Plain::Is(kind), _) => kind,
            (_, Dialect::Document) => Kind::String(text.to_owned()),
            (_, Dialect::Ours) if is_key => Kind::String(text.to_owned()),
            (Plain::LeadingZero, Dialect::Ours) => {
                self.problems
                    .error(
                        Code::YAML_AMBIGUOUS_NUMBER,
                        span,
                        format!("`{text}` could be a number or a text"),
                        "starts with a zero",
                    )
                    .help
                    .push(format!(
                        "write `\"{text}\"` for the text, `{}` for the number",
                        words::strip_zeros(text)
                    ));
                Kind::String(text.to_owned())
            }
            (Plain::NotFinite, Dialect::Ours) => {
                self.problems
                    .error(
                        Code::YAML_UNSUPPORTED,
                        span,
                        format!("JSON has no number `{text}`"),
                        "is infinite or no number",
                    )
                    .help
                    .push(format!("write `\"{text}\"` for the text"));
                Kind::String(text.to_owned())
            }
        }
    }

    fn key(&mut self, text: &str, node: Node) {
        if self.dialect == Dialect::Ours && node.as_str().is_none() {
            self.problems
                .error(
                    Code::YAML_UNSUPPORTED,
                    node.span,
                    format!("the key `{text}` is {}, and keys are texts", node.type_name()),
                    "is not a text",
                )
                .help
                .push(format!("write `\"{text}\":`"));
        }
        if let Some(Open { content: Content::Map { key, .. }, .. }) = self.stack.last_mut() {
            let name = match node.kind {
                Kind::String(name) => name,
                _ => text.to_owned(),
            };
            *key = Some((name, node.span));
        }
    }

    fn add(&mut self, node: Node) -> Result<(), Stop> {
        let Some(open) = self.stack.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.content {
            Content::List(elements) => {
                open.start = open.start.min(node.span.start);
                open.end = open.end.max(node.span.end);
                elements.push(node);
                Ok(())
            }
            Content::Map { entries, key, merged } => {
                let Some((name, key_span)) = key.take() else {
                    // Only an alias comes here: scalars and collections were looked at before.
                    self.problems.error(
                        Code::YAML_UNSUPPORTED,
                        node.span,
                        "a key is a text, not an alias",
                        "is named as a key",
                    );
                    return Err(Stop);
                };
                open.end = open.end.max(key_span.end + 1).max(node.span.end);
                let entry = Entry { key: name, key_span, value: node };
                if entry.key == "<<" && self.dialect == Dialect::Document {
                    merge(entry, entries, merged, self.problems);
                    return Ok(());
                }
                if entry.key == "<<" {
                    self.problems
                        .error(
                            Code::YAML_UNSUPPORTED,
                            key_span,
                            "merge keys are not part of YAML 1.2",
                            "merges another map",
                        )
                        .help
                        .push("write the keys out".to_owned());
                    return Ok(());
                }
                let Some(at) = entries.position(&entry.key) else {
                    entries.push(entry);
                    return Ok(());
                };
                if merged.remove(&entry.key) {
                    entries.replace(at, entry);
                    return Ok(());
                }
                let first = entries.get(at).map(|first| first.key_span);
                words::duplicate(self.dialect, self.problems, first, &entry);
                if self.dialect == Dialect::Document {
                    entries.replace(at, entry);
                }
                Ok(())
            }
        }
    }

    fn check_tag(&mut self, tag: Option<&str>, span: Span) {
        let Some(tag) = tag else { return };
        if self.dialect == Dialect::Ours {
            self.problems.error(
                Code::YAML_UNSUPPORTED,
                span,
                format!("the tag `{tag}` has no meaning here"),
                "carries a tag",
            );
        }
    }
}

fn node_null(span: Span) -> Node {
    Node { span, kind: Kind::Null }
}

#[cfg(test)]
mod tests;
