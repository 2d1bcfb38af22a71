use super::Document;
use crate::diagnostic::Problems;
use crate::limits::Limits;
use crate::source::Source;
use std::sync::Arc;

/// Loads a text as `t.yaml`; each diagnostic as `line:column code message`.
pub(crate) fn load(text: &str) -> (Option<Arc<Document>>, Vec<String>) {
    let source = Source::new("t.yaml", text);
    let mut problems = Problems::new(&source);
    let document = Document::load(&Limits::default(), &mut problems);
    let list = problems.into_list().iter().map(render).collect();
    (document, list)
}

/// One diagnostic as `line:column code message`.
pub(crate) fn render(diagnostic: &crate::diagnostic::Diagnostic) -> String {
    let place = diagnostic.labels.first().map_or_else(String::new, |label| {
        let position = label.at.position();
        format!("{}:{} ", position.line, position.column)
    });
    format!("{place}{} {}", diagnostic.code, diagnostic.message)
}
