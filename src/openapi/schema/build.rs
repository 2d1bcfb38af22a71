//! The one place where schemas are handed to the validator: one build for many targets, and a way
//! on when one of them is refused.

use super::closure::{place, table};
use super::content;
use super::format::is_base64;
use crate::json::{ValidationOptions, Validator, validation_options};
use jsonschema::{Draft, PatternOptions, Registry};
use serde_json::{Map, Value, json};

/// The name under which the rewritten schemas are registered; nothing is ever fetched.
const BASE: &str = "https://contract.invalid/";

/// Steps that one match of one pattern may take.
const BACKTRACK_LIMIT: usize = 100_000;

/// A compile of densely linked schemas recurses deeply, and workers have small stacks.
const STACK: usize = 64 << 20;

/// How every schema is compiled: 2020-12, formats asserted, nothing retrieved.
pub(super) fn options<'i>() -> ValidationOptions<'i> {
    let options = validation_options()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(BACKTRACK_LIMIT))
        .with_format("byte", is_base64);
    content::CHECKS.iter().fold(options, |options, (name, holds)| options.with_format(*name, *holds))
}

/// What came of a joint build.
pub(super) struct Joint {
    /// Judges `{"17": instance}` by target 17; `None` when there is no target left.
    pub(super) validator: Option<Validator>,
    /// The targets that were refused, with the reason.
    pub(super) refused: Vec<(usize, String)>,
}

/// Compiles the entries of a resource of these numbers in one build. When it is refused, those that
/// are refused alone are left out.
pub(super) fn joint(resource: &Value, targets: &[usize]) -> Joint {
    stacker::maybe_grow(STACK / 2, STACK, || {
        if targets.is_empty() {
            return Joint { validator: None, refused: Vec::new() };
        }
        if let Ok(validator) = build(resource, targets) {
            return Joint { validator: Some(validator), refused: Vec::new() };
        }
        let mut refused = Vec::new();
        let mut rest = Vec::new();
        for target in targets {
            match build(resource, &[*target]) {
                Ok(_) => rest.push(*target),
                Err(reason) => refused.push((*target, reason)),
            }
        }
        if rest.is_empty() {
            return Joint { validator: None, refused };
        }
        match build(resource, &rest) {
            Ok(validator) => Joint { validator: Some(validator), refused },
            Err(reason) => {
                refused.extend(rest.into_iter().map(|target| (target, reason.clone())));
                Joint { validator: None, refused }
            }
        }
    })
}

/// Whether the entries of a resource of these numbers can be compiled in one build.
pub(super) fn compiles(resource: &Value, targets: &[usize]) -> bool {
    stacker::maybe_grow(STACK / 2, STACK, || build(resource, targets).is_ok())
}

/// Whether a pattern is a regular expression that the validator can run.
pub(super) fn is_pattern(pattern: &str) -> bool {
    compile(&table(vec![json!({"pattern": pattern})]), &link(0)).is_ok()
}

/// Runs something that descends as deep as the instance does.
pub(super) fn with_stack<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK / 16, STACK / 4, work)
}

fn build(resource: &Value, targets: &[usize]) -> Result<Validator, String> {
    let properties: Map<String, Value> =
        targets.iter().map(|target| (target.to_string(), link(*target))).collect();
    compile(resource, &json!({"properties": properties}))
}

fn link(target: usize) -> Value {
    json!({"$ref": format!("{BASE}{}", place(target))})
}

fn compile(resource: &Value, schema: &Value) -> Result<Validator, String> {
    let reason = |error: &dyn std::fmt::Display| error.to_string();
    let registry = Registry::new()
        .draft(Draft::Draft202012)
        .add(BASE, Draft::Draft202012.create_resource_ref(resource))
        .and_then(jsonschema::RegistryBuilder::prepare)
        .map_err(|error| reason(&error))?;
    // What is handed over is held to the meta-schema of its draft, which is made for that: one document
    // for draft 4, and eight for 2020-12. `properties` and `$ref` mean the same in both, and the entries
    // that they lead to are of the draft of their resource.
    let options = options().with_draft(Draft::Draft4).with_registry(&registry);
    options.build(schema).map_err(|error| reason(&error.masked()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Instance;

    #[test]
    fn a_refused_target_costs_only_itself() {
        let resource = json!({"table": [
            {"type": "string"},
            {"pattern": "("},
            {"$ref": "#/table/1"},
            {"$ref": "#/table/0"},
        ]});
        let joint = joint(&resource, &[0, 2, 3]);
        let refused: Vec<_> = joint.refused.iter().map(|(target, _)| *target).collect();
        assert_eq!(refused, [2]);
        let validator = joint.validator.expect("two are left");
        assert!(!validator.is_valid(Instance::Value(&json!({"3": 1}))));
        assert!(validator.is_valid(Instance::Value(&json!({"3": "a"}))));
    }

    #[test]
    fn no_target_needs_no_validator() {
        assert!(joint(&json!({"table": []}), &[]).validator.is_none());
    }

    #[test]
    fn patterns_of_other_languages_are_told_apart() {
        assert!(is_pattern("^[A-Z]{3}$"));
        assert!(is_pattern("^(?!x)\\d+$"));
        for pattern in ["(", "\\p{XDigit}", "[z-a]"] {
            assert!(!is_pattern(pattern), "{pattern}");
        }
    }
}
