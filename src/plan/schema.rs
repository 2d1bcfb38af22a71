use super::PlanInput;
use crate::diagnostic::{Code, Problems};
use crate::json::{Pointer, Value};
use crate::openapi::{Contract, Document};
use crate::scenario::SchemaReference;
use crate::yaml::nearest;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The schema files that expectations name.
#[derive(Debug)]
pub struct SchemaFiles {
    /// The files as one document, with its schemas.
    pub contract: Arc<Contract>,
    /// Where each schema stands in it, by the path that [`FileReference::resolve`] gives, fragment
    /// included; one that cannot be used is missing, and was reported.
    ///
    /// [`FileReference::resolve`]: crate::scenario::FileReference::resolve
    pub pointers: BTreeMap<PathBuf, Pointer>,
}

/// Finds what the `$schema`s of a step name; one that is not there is reported.
pub(super) fn find_schemas(
    named: Vec<&SchemaReference>,
    path: &Path,
    api: Option<usize>,
    input: &PlanInput<'_>,
    problems: &mut Problems,
) -> Vec<(String, Pointer)> {
    let mut found = Vec::new();
    for reference in named {
        let pointer = match reference {
            SchemaReference::Document(_) => match api {
                Some(api) => {
                    let (name, document) = &input.apis[api];
                    find_in_document(reference, name, document, problems)
                }
                None => {
                    let message = format!("`send` has no document that could hold `{}`", reference.text());
                    let label = "name a file that holds it";
                    problems.error(Code::SCENARIO_UNKNOWN_REFERENCE, reference.span(), message, label);
                    None
                }
            },
            // What is wrong with a file was reported when it was read.
            SchemaReference::File(file) => {
                input.schemas.and_then(|schemas| schemas.pointers.get(&file.resolve(path)).cloned())
            }
        };
        found.extend(pointer.map(|pointer| (reference.text().to_owned(), pointer)));
    }
    found
}

fn find_in_document(
    reference: &SchemaReference,
    api: &str,
    document: &Document,
    problems: &mut Problems,
) -> Option<Pointer> {
    let text = reference.text();
    let wrong = match document.reference_target(text, &Pointer::root()) {
        Err(error) => Err(error.to_string()),
        Ok(pointer) => match document.resolve(&pointer) {
            Ok((_, Value::Object(_) | Value::Bool(_))) => Ok(pointer),
            Ok(_) => Err("is no schema".to_owned()),
            Err(_) => Err("is not in the document".to_owned()),
        },
    };
    let label = match wrong {
        Ok(pointer) => return Some(pointer),
        Err(label) => label,
    };
    let schemas = document.resolve(&Pointer::of(["components", "schemas"]));
    let names = schemas.ok().and_then(|(_, schemas)| Some(schemas.as_object()?.keys().map(String::as_str)));
    let wanted = text.rsplit('/').next().unwrap_or_default();
    let meant = names.and_then(|names| nearest(wanted, names));
    let label = meant.map_or(label, |meant| format!("did you mean `#/components/schemas/{meant}`?"));
    let message = format!("no schema `{text}` in api `{api}`");
    problems.error(Code::SCENARIO_UNKNOWN_REFERENCE, reference.span(), message, label);
    None
}
