//! The rules of `contract`: which operation one is about, and whether it can be about any.

use super::planner::Planner;
use super::select::matches_pattern;
use crate::diagnostic::{Check, Code, Diagnostic, Problems};
use crate::openapi::{Document, Operation};
use crate::scenario::{ContractRule, ContractSettings, Spanned, StatusPattern};
use crate::yaml::nearest;

/// Whether a rule is about an operation of an api; one that names none is about all.
pub(super) fn is_about(rule: &ContractRule, api: &str, operation: &Operation<'_>) -> bool {
    rule.operations.is_empty() || rule.operations.iter().any(|name| names(&name.value, api, operation))
}

/// `getItem`, `shop.getItem` or `GET /items/{id}`, with `*` for anything.
fn names(name: &str, api: &str, operation: &Operation<'_>) -> bool {
    let fits = |name: &str| {
        matches_pattern(name, &operation.label())
            || operation.id().is_some_and(|id| matches_pattern(name, id))
    };
    fits(name) || name.strip_prefix(api).and_then(|rest| rest.strip_prefix('.')).is_some_and(fits)
}

/// Reports the rules of the project file that can never fit.
pub(super) fn check_project_rules(planner: &Planner<'_>) -> Vec<Diagnostic> {
    let Some(project) = planner.input.project else { return Vec::new() };
    let mut problems = Problems::new(&project.source);
    let mut check = |settings: &ContractSettings, api| check_rules(planner, settings, api, &mut problems);
    check(&project.contract, None);
    for api in &project.apis {
        if let Some(index) = planner.api_index(&api.name) {
            check(&api.value.contract, Some(index));
        }
    }
    if let Some(environment) = planner.input.environment {
        check(&environment.contract, None);
    }
    problems.into_list()
}

/// Reports the rules that can never fit: an operation that no document has, a status that none of
/// the operations documents. Of a document that was not read nothing is known, and nothing is said.
pub(super) fn check_rules(
    planner: &Planner<'_>,
    settings: &ContractSettings,
    api: Option<usize>,
    problems: &mut Problems,
) {
    for rule in &settings.rules {
        let apis: Vec<usize> = match api {
            Some(api) => vec![api],
            None => (0..planner.input.apis.len()).collect(),
        };
        let is_whole = api.is_some() || planner.has_every_document();
        if !is_whole || apis.is_empty() {
            continue;
        }
        let found = |name: &Spanned<String>| -> Vec<Operation<'_>> {
            let all = planner.input.apis.iter();
            let all = all.flat_map(|(api, document)| document.operations().map(move |it| (api, it)));
            all.filter(|(api, operation)| names(&name.value, api, operation)).map(|(_, it)| it).collect()
        };
        let mut operations = Vec::new();
        for name in &rule.operations {
            let named = found(name);
            if named.is_empty() && !planner.is_of_unread_api(&name.value) {
                let documents: Vec<&Document> = apis.iter().map(|api| planner.document(*api)).collect();
                report_unknown(name, &documents, problems);
            }
            operations.extend(named);
        }
        if !operations.is_empty() {
            check_statuses(rule, &operations, problems);
        }
    }
}

fn report_unknown(name: &Spanned<String>, documents: &[&Document], problems: &mut Problems) {
    let operations = || documents.iter().flat_map(|document| document.operations());
    let known: Vec<String> = operations()
        .map(|operation| operation.name())
        .chain(operations().map(|operation| operation.label()))
        .collect();
    let bare = name.value.rsplit_once('.').map_or(name.value.as_str(), |(_, bare)| bare);
    let label = match nearest(&name.value, known.iter().map(String::as_str))
        .or_else(|| nearest(bare, known.iter().map(String::as_str)))
    {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "is in no document".to_owned(),
    };
    let message = match name.value.contains('*') {
        true => format!("no operation fits `{}`", name.value),
        false => format!("no operation `{}`", name.value),
    };
    problems.error(Code::SCENARIO_UNKNOWN_OPERATION, name.span, message, label);
}

/// A response of a status that is not documented is judged by little: its status, and what HTTP
/// itself says.
fn check_statuses(rule: &ContractRule, operations: &[Operation<'_>], problems: &mut Problems) {
    let needs_a_response = |check: &Check| {
        matches!(
            check,
            Check::ContentType | Check::Header | Check::Format | Check::Discriminator | Check::Extras
        )
    };
    if !rule.checks.iter().flat_map(|selector| selector.checks()).all(needs_a_response) {
        return;
    }
    for status in &rule.statuses {
        let is_documented = |code: u16| operations.iter().any(|each| each.documents(code));
        let is_any_documented = match status.value {
            StatusPattern::Code(code) => is_documented(code),
            StatusPattern::Class(class) => (class * 100..class * 100 + 100).any(is_documented),
            StatusPattern::Expression(_) => true,
        };
        if !is_any_documented {
            let mut known: Vec<String> = Vec::new();
            for key in operations.iter().flat_map(|each| each.responses()).map(|it| it.key().to_string()) {
                if !known.contains(&key) {
                    known.push(key);
                }
            }
            let of = match operations {
                [one] => format!("`{}`", one.name()),
                _ => "these operations".to_owned(),
            };
            let message = format!("the rule never fits: {} is not documented for {of}", status.value);
            let label = match known.is_empty() {
                true => "the document has no responses".to_owned(),
                false => format!("the document has {}", known.join(", ")),
            };
            problems.warning(Code::SCENARIO_IDLE_RULE, status.span, message, label);
        }
    }
}
