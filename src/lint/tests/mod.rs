//! Scenarios held against a small document, one table a concern.

mod again;
mod bodies;
mod expectations;
mod requests;
mod surroundings;

use super::{LintInput, lint};
use crate::diagnostic::{Diagnostic, Level, Problems};
use crate::limits::Limits;
use crate::openapi::Document;
use crate::plan::{PlanInput, Selection, plan};
use crate::scenario::{Attachments, FlowFiles, Project, ScenarioFile};
use crate::source::Source;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

const PROJECT: &str = "
contest: 1
apis: { shop: shop.yaml }
secrets: [KEY]
auth: { key: { apiKey: { in: header, name: X-Key, value: $secrets.KEY } } }
";

/// Plans a file without errors and holds it against a document.
fn lint_file(document: &str, text: &str) -> Vec<Diagnostic> {
    lint_with(document, text, &Attachments::new())
}

/// The same with files that it names.
fn lint_with(document: &str, text: &str, attachments: &Attachments) -> Vec<Diagnostic> {
    let limits = Limits::default();
    let source = Source::new("shop.yaml", document);
    let document = Document::load(&limits, &mut Problems::new(&source)).expect("the document loads");
    let source = Source::new("contest.yaml", PROJECT);
    let project = Project::read(Path::new("contest.yaml"), &limits, &mut Problems::new(&source));
    let source = Source::new("x.contest.yaml", text);
    let mut problems = Problems::new(&source);
    let file = ScenarioFile::read(Path::new("x.contest.yaml"), "x".to_owned(), &limits, &mut problems);
    let mut diagnostics = problems.into_list();
    let input = PlanInput {
        project: project.as_ref(),
        environment: None,
        apis: vec![("shop".to_owned(), document)],
        broken_apis: Default::default(),
        api_names: Default::default(),
        files: file.into_iter().map(Arc::new).collect(),
        flow_files: &FlowFiles::new(),
        attachments,
        schemas: None,
        selection: &Selection::default(),
        overrides: &Default::default(),
        headers: &[],
        limits: &limits,
    };
    let plan = plan(&input, &mut diagnostics);
    let errors: Vec<&String> =
        diagnostics.iter().filter(|it| it.level == Level::Error).map(|it| &it.message).collect();
    assert_eq!(errors, Vec::<&String>::new(), "{text}");
    lint(&LintInput { plan: &plan, limits: &limits, has_certificate: false, broken: &BTreeSet::new() })
}

/// `message @ line of the scenario, line of the document: what stands there`.
fn words(diagnostics: &[Diagnostic], code: &str) -> Vec<String> {
    let wanted = diagnostics.iter().filter(|it| it.code.as_str() == code);
    let words = wanted.map(|it| {
        let mut text = it.message.clone();
        for label in it.labels.iter().skip(1) {
            let line = label.at.source.line(label.at.position().line);
            text.push_str(&format!(" @ {}", label.at.source.slice(line).trim()));
        }
        text
    });
    words.collect()
}
