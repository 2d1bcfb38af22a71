use crate::diagnostic::{Code, Problems};
use crate::expression::{Condition, Syntax, Template};
use crate::limits::Limits;
use crate::source::Span;
use crate::yaml::{Entry, Kind, MapReader, Node};

/// A value with the place it was written at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it is written.
    pub span: Span,
}

/// A name and what is written behind it.
#[derive(Clone, Debug)]
pub struct Named<T> {
    /// The name.
    pub name: String,
    /// Where the name is written.
    pub name_span: Span,
    /// What stands behind it.
    pub value: T,
}

/// What every reader of a file of ours needs: the notation of values and the list of problems.
pub(super) struct Reader<'p> {
    pub(super) problems: &'p mut Problems,
    pub(super) limits: &'p Limits,
    /// Values of steps and expectations.
    pub(super) syntax: Syntax,
    /// Values of captures, which also see the exchange.
    pub(super) capture_syntax: Syntax,
}

impl<'p> Reader<'p> {
    pub(super) fn new(problems: &'p mut Problems, limits: &'p Limits, roots: &[&str]) -> Self {
        let syntax = |roots: &mut dyn Iterator<Item = &&str>| Syntax {
            roots: roots.map(|root| (*root).to_owned()).collect(),
            expression_limit: limits.expression,
        };
        Self {
            syntax: syntax(&mut roots.iter()),
            capture_syntax: syntax(&mut roots.iter().chain(super::CAPTURE_ROOTS)),
            problems,
            limits,
        }
    }

    pub(super) fn template(&mut self, node: &Node) -> Template {
        Template::compile(node, &self.syntax, self.problems)
    }

    /// A value that ends up as text: a text or an expression; a collection is reported.
    pub(super) fn text_template(&mut self, key: &str, node: &Node) -> Template {
        if matches!(node.kind, Kind::List(_) | Kind::Map(_) | Kind::Null) && node.get("$cel").is_none() {
            self.invalid(
                node.span,
                format!("`{key}` is a text, as in `{key}: $secrets.NAME`, not {}", node.type_name()),
                format!("is {}", node.type_name()),
            );
        }
        self.template(node)
    }

    /// `name: value` pairs, each value a template.
    pub(super) fn templates(&mut self, entries: &[Entry]) -> Vec<Named<Template>> {
        entries.iter().map(|entry| entry.named(self.template(&entry.value))).collect()
    }

    /// The `name: value` pairs of a key.
    pub(super) fn template_map(
        &mut self,
        map: &mut MapReader<'_>,
        key: &'static str,
    ) -> Vec<Named<Template>> {
        let entries = map.map(key, self.problems);
        self.templates(entries)
    }

    /// A CEL condition; anything but a text is reported.
    pub(super) fn condition(&mut self, key: &str, node: &Node) -> Option<Condition> {
        match &node.kind {
            Kind::String(text) => {
                Condition::compile(text, node.span, self.syntax.expression_limit, self.problems)
            }
            // `when: true` is CEL as well.
            Kind::Bool(value) => {
                Condition::compile(&value.to_string(), node.span, self.limits.expression, self.problems)
            }
            _ => {
                self.invalid(
                    node.span,
                    format!("`{key}` is a condition in CEL, not {}", node.type_name()),
                    "is no condition",
                );
                None
            }
        }
    }

    /// The first line of what stands at a span, for what is missing in it.
    pub(super) fn first_line(&self, span: Span) -> Span {
        let line = self.problems.source().slice(span).lines().next().unwrap_or_default().len();
        Span::new(span.start, span.start + line)
    }

    /// Reports a value of the wrong type or form.
    pub(super) fn invalid(&mut self, span: Span, message: impl Into<String>, label: impl Into<String>) {
        self.problems.error(Code::SCENARIO_INVALID_VALUE, span, message, label);
    }

    /// Checks a name of ours: letters, digits, `_` and `-`.
    pub(super) fn check_name(&mut self, what: &str, name: &str, span: Span) {
        let is_valid =
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        if !is_valid {
            self.problems
                .error(
                    Code::SCENARIO_INVALID_NAME,
                    span,
                    format!("`{name}` is no name for {what}"),
                    "has other characters than letters, digits, `_` and `-`",
                )
                .help
                .push("give the words for people under `title`".to_owned());
        }
    }
}

impl Entry {
    /// The entry's key with a value read from the entry.
    pub(super) fn named<T>(&self, value: T) -> Named<T> {
        Named { name: self.key.clone(), name_span: self.key_span, value }
    }
}

impl<T> Spanned<T> {
    /// Puts a value at its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}
