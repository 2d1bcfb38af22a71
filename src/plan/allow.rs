use super::{Plan, PlannedTarget};
use crate::diagnostic::{Code, Diagnostic};
use crate::scenario::{Environment, Named, Project};
use std::collections::BTreeSet;

/// Steps of the selected cases whose method the environment does not let be sent, each once: said
/// before anything is sent, at the step and at `allow`.
pub fn check_allowed(plan: &Plan, environment: &Named<Environment>, project: &Project) -> Vec<Diagnostic> {
    let Some(allow) = &environment.value.allow else { return Vec::new() };
    let mut said = BTreeSet::new();
    let mut found = Vec::new();
    for step in plan.all_steps() {
        let source = &step.source;
        let (name, method, span) = match step.request().map(|request| &request.target) {
            Some(PlannedTarget::Operation(call)) => {
                let operation = plan.operation(call);
                (operation.name(), operation.method().to_owned(), call.call.operation.span)
            }
            Some(PlannedTarget::Url(url)) => {
                (source.slice(url.send.span).to_owned(), url.send.method.clone(), url.send.span)
            }
            None => continue,
        };
        if allow.value.contains(&method) || !said.insert((source.name().to_owned(), span)) {
            continue;
        }
        let message = format!(
            "`{name}` is a {method}, which may not be sent in the environment `{}`",
            environment.name
        );
        found.push(
            Diagnostic::error(Code::CONFIG_NOT_ALLOWED, message)
                .label(source, span, "would be sent")
                .label(&project.source, allow.span, "lets nothing else be sent")
                .help(
                    "choose cases that send nothing else, with `--tags` or `--scenario`, or another `--env`",
                ),
        );
    }
    found
}
