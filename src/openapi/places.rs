use crate::diagnostic::Problems;
use crate::json::{self, Located, Pointer};
use crate::limits::Limits;
use crate::source::{Source, Span};
use crate::yaml;
use std::sync::Arc;

/// Where every value of a document stands; made by reading the text a second time, and only when
/// a place is shown.
#[derive(Debug)]
pub(super) enum Places {
    Json(json::Node),
    Yaml(yaml::Node),
}

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    Yaml,
}

impl Format {
    /// Tells JSON from YAML by the first two characters: a YAML flow map may start with a brace
    /// too, but its first key mostly has no quotes.
    pub(super) fn of(text: &str) -> Self {
        let inner = text.trim_start().strip_prefix('{').map(str::trim_start);
        match inner.and_then(|inner| inner.bytes().next()) {
            Some(b'"' | b'}') => Self::Json,
            _ => Self::Yaml,
        }
    }
}

impl Places {
    pub(super) fn find(format: Format, source: &Arc<Source>, limits: &Limits) -> Option<Self> {
        match format {
            Format::Json => Located::parse(source.text()).map(|located| Self::Json(located.into_root())),
            Format::Yaml => {
                // What there is to say about the text was said when it was loaded.
                let mut said_already = Problems::new(source);
                yaml::load(yaml::Dialect::Document, limits, &mut said_already).map(Self::Yaml)
            }
        }
    }

    pub(super) fn span(&self, pointer: &Pointer) -> Option<Span> {
        match self {
            Self::Json(root) => root.at(pointer).map(|node| node.span),
            Self::Yaml(root) => root.at(pointer).map(|node| node.span),
        }
    }

    pub(super) fn key_span(&self, pointer: &Pointer) -> Option<Span> {
        match self {
            Self::Json(root) => root.name_span(pointer),
            Self::Yaml(root) => root.key_span(pointer),
        }
    }
}
