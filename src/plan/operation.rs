use super::planner::Planner;
use crate::diagnostic::{Code, Problems};
use crate::openapi::{Document, Operation, OperationIndex};
use crate::scenario::{ScenarioFile, Spanned};
use crate::yaml::nearest;

/// Finds the operation a step calls: an exact operation id of the file's api, then
/// `api.operationId`, then `METHOD /template`, with or without the api before it.
pub(super) fn resolve_operation(
    planner: &Planner<'_>,
    file: &ScenarioFile,
    call: &Spanned<String>,
    problems: &mut Problems,
) -> Option<(usize, OperationIndex)> {
    let default_api = planner.default_api(file);
    if let Some(api) = default_api
        && let Some(operation) = find(planner.document(api), &call.value)
    {
        return Some((api, operation.index()));
    }
    let (named_api, rest) = match call.value.split_once('.') {
        Some((name, rest)) => (planner.api_index(name), rest),
        None => (None, call.value.as_str()),
    };
    if let Some(api) = named_api {
        return match find(planner.document(api), rest) {
            Some(operation) => Some((api, operation.index())),
            None => {
                report_unknown(planner, api, rest, call, problems);
                None
            }
        };
    }
    match default_api {
        Some(api) => report_unknown(planner, api, &call.value, call, problems),
        None if file.api.is_some() => {} // The api itself is unknown, and already reported.
        None => {
            let names: Vec<_> = planner.api_names().collect();
            let message = format!("`{}` does not say which api it is of", call.value);
            let label = match names.as_slice() {
                [] => "no api is known".to_owned(),
                _ => format!("write `api: {}` at the top of the file", names.join("` or `api: ")),
            };
            problems.error(Code::SCENARIO_UNKNOWN_API, call.span, message, label);
        }
    }
    None
}

fn find<'d>(document: &'d Document, call: &str) -> Option<Operation<'d>> {
    if let Some(operation) = document.find_operation(call) {
        return Some(operation);
    }
    let (method, template) = call.split_once(' ')?;
    document.find_template(&method.to_uppercase(), template.trim())
}

/// The operation of another api of exactly this name, or of an api of nearly that name.
fn of_other_api(planner: &Planner<'_>, api: usize, wanted: &str) -> Option<String> {
    let names: Vec<String> = planner.api_names().map(str::to_owned).collect();
    let is_there = |name: &str, operation: &str| {
        let index = planner.api_index(name);
        index.is_some_and(|index| find(planner.document(index), operation).is_some())
    };
    let elsewhere = names.iter().find(|name| *name != planner.api_name(api) && is_there(name, wanted));
    if let Some(name) = elsewhere {
        return Some(format!("{name}.{wanted}"));
    }
    let (head, rest) = wanted.split_once('.')?;
    let meant = nearest(head, names.iter().map(String::as_str))?;
    is_there(meant, rest).then(|| format!("{meant}.{rest}"))
}

fn report_unknown(
    planner: &Planner<'_>,
    api: usize,
    wanted: &str,
    call: &Spanned<String>,
    problems: &mut Problems,
) {
    let document = planner.document(api);
    let names: Vec<String> = document.operations().map(|operation| operation.name()).collect();
    let labels: Vec<String> = document.operations().map(|operation| operation.label()).collect();
    let candidates = names.iter().chain(&labels).map(String::as_str);
    let label = match nearest(wanted, candidates) {
        _ if let Some(meant) = of_other_api(planner, api, wanted) => format!("did you mean `{meant}`?"),
        Some(meant) => {
            let operation = document
                .operations()
                .find(|operation| operation.name() == meant || operation.label() == meant);
            match operation {
                Some(operation) if operation.name() == meant && operation.id().is_some() => {
                    format!("did you mean `{meant}`? ({})", operation.label())
                }
                _ => format!("did you mean `{meant}`?"),
            }
        }
        None => "is not in the document".to_owned(),
    };
    let message = format!("no operation `{wanted}` in api `{}`", planner.api_name(api));
    let diagnostic = problems.error(Code::SCENARIO_UNKNOWN_OPERATION, call.span, message, label);
    if names.is_empty() {
        diagnostic.help.push(format!("{} has no operations", document.source().name()));
    } else if names.len() <= 12 {
        diagnostic.help.push(format!("{} has {}", document.source().name(), names.join(", ")));
    }
}
