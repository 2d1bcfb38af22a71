use crate::diagnostic::{Code, Problems};
use crate::openapi::Operation;
use crate::scenario::{StatusPattern, Step};

/// Whether the status that a step expects can be judged at all.
pub(super) fn check_status(step: &Step, operation: &Operation<'_>, is_waived: bool, problems: &mut Problems) {
    match &step.expect.status {
        None if !documents_success(operation) => {
            problems
                .error(
                    Code::SCENARIO_MISSING_KEY,
                    step.call.span,
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
            let is_judged = expected.value.iter().any(|pattern| match pattern {
                StatusPattern::Code(code) => operation.documents(*code),
                StatusPattern::Class(class) => {
                    (class * 100..class * 100 + 100).any(|code| operation.documents(code))
                }
                StatusPattern::Expression(_) => true,
            });
            if !is_judged && !is_waived {
                let names: Vec<_> = expected.value.iter().map(ToString::to_string).collect();
                problems
                    .warning(
                        Code::SCENARIO_UNDOCUMENTED_STATUS,
                        expected.span,
                        format!("{} is not documented for `{}`", names.join(", "), operation.name()),
                        format!("the document has {}", documented(operation)),
                    )
                    .help
                    .push(
                        "add the response to the document, or waive the check: `expect: { contract: { status: warn } }`"
                            .to_owned(),
                    );
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
