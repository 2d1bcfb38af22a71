use crate::check::{Check, Policy};
use crate::diagnostic::{Code, Label, Problems, Severity};
use crate::openapi::Operation;
use crate::scenario::{Call, StatusPattern};

/// Whether the status that a step expects can be judged at all.
pub(super) fn check_status(call: &Call, operation: &Operation<'_>, policy: &Policy, problems: &mut Problems) {
    let is_judged =
        |status: u16| operation.documents(status) || policy.at(status).of(Check::Status) != Severity::Deny;
    match &call.request.expect.status {
        None if !documents_success(operation) => {
            problems
                .error(
                    Code::SCENARIO_MISSING_KEY,
                    call.operation.span,
                    format!(
                        "`{}` documents no 2xx, so the step must say which status it expects",
                        operation.name()
                    ),
                    "expects a documented 2xx, since it says nothing else",
                )
                .help
                .push(format!("write `expect: {{ status: … }}`; the document has {}", documented(operation)));
        }
        None => {}
        Some(expected) => {
            let is_known = |pattern: &&StatusPattern| match pattern {
                StatusPattern::Code(code) => is_judged(*code),
                StatusPattern::Class(class) => (class * 100..class * 100 + 100).any(is_judged),
                StatusPattern::Expression(_) => true,
            };
            // Of several, each must be one that the contract lets pass.
            let unknown = expected.value.iter().filter(|pattern| !is_known(pattern));
            let names: Vec<_> = unknown.map(ToString::to_string).collect();
            if let Some(last) = names.last() {
                let verb = if names.len() == 1 { "is" } else { "are" };
                let names = match names.len() {
                    1 => last.clone(),
                    count => format!("{} and {last}", names[..count - 1].join(", ")),
                };
                let diagnostic = problems.warning(
                    Code::SCENARIO_UNDOCUMENTED_STATUS,
                    expected.span,
                    format!("{names} {verb} not documented for `{}`", operation.name()),
                    format!("the document has {}", documented(operation)),
                );
                diagnostic.help.push(
                        "add the response to the document, or waive the check: `expect: { contract: { status: warn } }`"
                            .to_owned(),
                    );
                let document = operation.document();
                if let Some(at) = document.key_place_of(&operation.pointer().child("responses")) {
                    diagnostic.labels.push(Label { at, text: String::new() });
                }
            }
        }
    }
}

fn documents_success(operation: &Operation<'_>) -> bool {
    (200..300).any(|code| operation.documents(code))
}

fn documented(operation: &Operation<'_>) -> String {
    let keys: Vec<_> = operation.responses().iter().map(|response| response.key().to_string()).collect();
    if keys.is_empty() { "no responses".to_owned() } else { keys.join(", ") }
}
