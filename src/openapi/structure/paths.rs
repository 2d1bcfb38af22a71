use super::{Also, Lint};
use crate::diagnostic::Code;
use crate::json::Pointer;
use crate::openapi::Document;
use std::collections::{BTreeMap, HashMap};

/// Templates of one length are compared each with each; of more than this only the equal ones are found.
const MAX_COMPARED: usize = 1_000;

/// Names path templates that are one path, and those that match the same request though neither is the
/// more concrete.
///
/// Source: OpenAPI 3.1.1, "Paths Object" and "Path Templating Matching".
pub(super) fn lint(document: &Document) -> Vec<Lint> {
    let mut templates: Vec<Template<'_>> = Vec::new();
    for operation in document.operations() {
        match templates.last_mut().filter(|template| template.text == operation.template()) {
            Some(template) => template.methods.push(operation.method()),
            None => templates.push(Template::new(operation.template(), operation.method())),
        }
    }
    let mut lints = Vec::new();
    let mut shapes: HashMap<&[Segment<'_>], &Template<'_>> = HashMap::new();
    let mut by_length: BTreeMap<usize, Vec<&Template<'_>>> = BTreeMap::new();
    for template in &templates {
        match shapes.get(template.segments.as_slice()) {
            Some(first) => lints.push(template.is_the_same_as(first)),
            None => {
                shapes.insert(&template.segments, template);
                by_length.entry(template.segments.len()).or_default().push(template);
            }
        }
    }
    for alike in by_length.into_values().filter(|alike| alike.len() <= MAX_COMPARED) {
        for (index, later) in alike.iter().enumerate() {
            lints.extend(alike[..index].iter().filter_map(|earlier| later.is_ambiguous_with(earlier)));
        }
    }
    lints
}

struct Template<'d> {
    text: &'d str,
    methods: Vec<&'d str>,
    segments: Vec<Segment<'d>>,
}

/// One segment as far as it matters which requests match.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Segment<'d> {
    Literal(&'d str),
    Name,
    /// Texts and names in one segment: which requests two of them share is not worked out.
    Mixed(&'d str),
}

impl<'d> Template<'d> {
    fn new(text: &'d str, method: &'d str) -> Self {
        let segments = text.split('/').skip(1).map(Segment::new).collect();
        Self { text, methods: vec![method], segments }
    }

    fn pointer(&self) -> Pointer {
        Pointer::of(["paths", self.text])
    }

    fn is_the_same_as(&self, first: &Self) -> Lint {
        Lint {
            code: Code::DOCUMENT_AMBIGUOUS_PATH,
            pointer: self.pointer(),
            is_key: true,
            message: format!("`{}` is the same path as `{}`", self.text, first.text),
            label: "matches the same requests".to_owned(),
            also: Some(Also { pointer: first.pointer(), label: "is what they are taken for".to_owned() }),
            notes: Vec::new(),
            help: Some("describe all methods of a path under one template".to_owned()),
        }
    }

    fn is_ambiguous_with(&self, earlier: &Self) -> Option<Lint> {
        let pairs = || self.segments.iter().zip(&earlier.segments);
        // Most differ in the first segment.
        let shared: Vec<&str> =
            pairs().map(|(ours, theirs)| ours.shared_with(theirs)).collect::<Option<_>>()?;
        let is_looser = |(one, other): (&Segment<'_>, &Segment<'_>)| {
            matches!((one, other), (Segment::Name, Segment::Literal(_)))
        };
        let is_ours_looser = pairs().any(is_looser);
        let is_theirs_looser = pairs().any(|(ours, theirs)| is_looser((theirs, ours)));
        let method = self.methods.iter().find(|method| earlier.methods.contains(method))?;
        (is_ours_looser && is_theirs_looser).then(|| Lint {
            code: Code::DOCUMENT_AMBIGUOUS_PATH,
            pointer: self.pointer(),
            is_key: true,
            message: format!(
                "`{}` and `{}` both match {method} /{}",
                earlier.text,
                self.text,
                shared.join("/")
            ),
            label: "neither is the more concrete".to_owned(),
            also: Some(Also { pointer: earlier.pointer(), label: "matches it too".to_owned() }),
            notes: Vec::new(),
            help: None,
        })
    }
}

impl<'d> Segment<'d> {
    fn new(text: &'d str) -> Self {
        let inner = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match inner {
            Some(name) if !name.contains(['{', '}']) => Self::Name,
            _ if text.contains('{') => Self::Mixed(text),
            _ => Self::Literal(text),
        }
    }

    /// A text that both match; `None` where they match none, or it is not worked out.
    fn shared_with(&self, other: &Self) -> Option<&'d str> {
        match (self, other) {
            (Self::Name, Self::Name) => Some("x"),
            (Self::Name, Self::Literal(text)) | (Self::Literal(text), Self::Name) => Some(text),
            (Self::Literal(ours), Self::Literal(theirs)) if ours == theirs => Some(ours),
            _ => None,
        }
    }
}
