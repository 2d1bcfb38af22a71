//! What the rewriting has to say about a document.

use super::format;
use crate::diagnostic::words::{count, some_of};
use crate::diagnostic::{Code, Diagnostic};
use crate::json::Pointer;
use crate::openapi::tree::shown;
use crate::openapi::{Document, ReferenceError};
use std::collections::HashMap;

/// One thing that was read leniently or could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Remark {
    /// Where it stands; the keyword's value.
    pub(super) at: Pointer,
    /// What it is, in one sentence without a full stop.
    pub(super) message: String,
    code: Code,
    label: &'static str,
    help: Option<String>,
    /// A format that is not known and near to none that is: all of them are said at once.
    format: Option<String>,
}

impl Remark {
    pub(super) fn lenient(at: &Pointer, message: String) -> Self {
        Self {
            at: at.clone(),
            message,
            code: Code::DOCUMENT_LENIENT,
            label: "read leniently",
            help: None,
            format: None,
        }
    }

    pub(super) fn left_out(at: &Pointer, reason: String) -> Self {
        let code = Code::DOCUMENT_SCHEMA;
        Self { at: at.clone(), message: reason, code, label: "not checked", help: None, format: None }
    }

    pub(super) fn broken_reference(at: &Pointer, error: &ReferenceError) -> Self {
        let help = error.help();
        Self { code: Code::DOCUMENT_REFERENCE, help, ..Self::left_out(at, error.to_string()) }
    }

    pub(super) fn unknown_format(at: &Pointer, name: &str) -> Self {
        let near = format::nearest_known(name);
        Self {
            label: "not checked, here and elsewhere",
            help: near.map(|near| format!("did you mean `{near}`?")),
            format: near.is_none().then(|| name.to_owned()),
            ..Self::left_out(at, format!("the format `{name}` is not known"))
        }
    }

    fn diagnostic(&self, document: &Document) -> Diagnostic {
        let mut diagnostic = Diagnostic::warning(self.code, self.message.clone());
        diagnostic.help.extend(self.help.clone());
        match document.place_of(&self.at).or_else(|| document.place_of(&self.at.parent())) {
            Some(place) => diagnostic.label_at(place, self.label),
            None => diagnostic.note(format!("at `{}`", shown(&document.written_pointer(&self.at)))),
        }
    }

    /// What stands behind "not checked, because".
    pub(super) fn reason(&self, document: &Document) -> String {
        format!("{} (`{}`)", self.message, shown(&document.written_pointer(&self.at)))
    }
}

/// The remarks as what a reader of the document sees, equal ones as one.
pub(super) fn diagnostics(remarks: &[Remark], document: &Document) -> Vec<Diagnostic> {
    /// More places are counted, not named.
    const NAMED: usize = 8;
    let mut groups: Vec<(&Remark, Vec<&Pointer>)> = Vec::new();
    let mut by_message: HashMap<&str, usize> = HashMap::new();
    let formats: Vec<&Remark> = remarks.iter().filter(|remark| remark.format.is_some()).collect();
    for remark in remarks.iter().filter(|remark| remark.format.is_none()) {
        match by_message.get(remark.message.as_str()) {
            Some(group) => groups[*group].1.push(&remark.at),
            None => {
                by_message.insert(&remark.message, groups.len());
                groups.push((remark, Vec::new()));
            }
        }
    }
    let with_others = |(remark, others): (&Remark, Vec<&Pointer>)| {
        let diagnostic = remark.diagnostic(document);
        if others.is_empty() {
            return diagnostic;
        }
        let mut named: Vec<String> = others
            .iter()
            .take(NAMED)
            .map(|at| format!("`{}`", shown(&document.written_pointer(at))))
            .collect();
        if others.len() > NAMED {
            named.push("…".to_owned());
        }
        diagnostic.note(format!(
            "also at {}: {}",
            count(others.len(), "more place", "more places"),
            named.join(", ")
        ))
    };
    let mut all: Vec<Diagnostic> = groups.into_iter().map(with_others).collect();
    if let Some(first) = formats.first() {
        let mut diagnostic = first.diagnostic(document);
        if formats.len() > 1 {
            let names: Vec<String> =
                formats.iter().filter_map(|it| it.format.as_ref()).map(|name| format!("`{name}`")).collect();
            diagnostic.message = format!("the formats {} are not known", some_of(&names, "and"));
        }
        all.push(diagnostic);
    }
    all
}
