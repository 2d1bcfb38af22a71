//! Values from outside, before anything is sent.

use super::fact::value_finding;
use super::run::Run;
use super::scope::CaseScope;
use crate::diagnostic::{Code, Finding};
use crate::scenario::{Input, Named};
use crate::source::Source;
use std::sync::Arc;

/// Puts the values of inputs into a scope; those that are missing or wrong are found.
pub(super) fn resolve_inputs(
    inputs: &[Named<Input>],
    source: &Arc<Source>,
    run: &Run,
    scope: &mut CaseScope,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for input in inputs {
        let given = run.settings.values.inputs.get(&input.name);
        let resolved = match (given, &input.value.default) {
            (Some(given), _) => given.read(&input.value).map(Some),
            (None, Some(default)) => default.resolve(scope).map(Some).map_err(|error| error.to_string()),
            (None, None) if input.value.is_optional => Ok(None),
            (None, None) => Err(String::new()),
        };
        match resolved {
            Ok(Some(datum)) => {
                if input.value.is_secret() {
                    run.settings.masker.add(&datum.to_text());
                }
                scope.inputs.insert(input.name.clone(), datum);
            }
            Ok(None) => {}
            Err(reason) => {
                let name = &input.name;
                let (headline, help) = match given {
                    Some(given) => (
                        format!("the input `{name}`, given by {}, does not fit: {reason}", given.from()),
                        None,
                    ),
                    None => (
                        match reason.as_str() {
                            "" => format!("nothing gives the input `{name}` a value"),
                            reason => format!("the default of the input `{name}` has no value: {reason}"),
                        },
                        Some(format!(
                            "give `--input {name}=…`, or name it in the environment's `inputsFile`"
                        )),
                    ),
                };
                let (span, code) = (input.name_span, Code::CONFIG_INPUT);
                findings.push(value_finding(source, span, code, headline, "is declared here", help));
            }
        }
    }
    findings
}
