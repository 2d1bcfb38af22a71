mod bounds;
mod dialect;
mod keywords;
mod messages;

use super::{Contract, Direction, Validity};
use crate::json::Pointer;
use crate::openapi::testing::load;
use serde_json::Value;

/// A contract over `components.schemas`, written as the lines below that key.
fn contract(version: &str, schemas: &str, direction: Direction) -> Contract {
    let indented: String = schemas.lines().map(|line| format!("    {line}\n")).collect();
    let text = format!(
        "openapi: {version}\ninfo: {{ title: t, version: '1' }}\npaths: {{}}\ncomponents:\n  schemas:\n{indented}"
    );
    let (document, problems) = load(&text);
    assert_eq!(problems, Vec::<String>::new());
    Contract::of_schemas(document.expect("it is a document"), [(schema("T"), direction)])
}

fn schema(name: &str) -> Pointer {
    Pointer::of(["components", "schemas", name])
}

/// What is said of an instance: one error a line with its notes below, `valid`, or why it was not
/// checked. Keywords are shown from the name of the component on.
fn said(contract: &Contract, direction: Direction, instance: &str) -> String {
    let instance: Value = serde_json::from_str(instance).expect("the instance is JSON");
    match contract.validate(&schema("T"), direction, &instance, 100) {
        Validity::Valid => "valid".to_owned(),
        Validity::NotChecked(reason) => format!("not checked, because {reason}"),
        Validity::Invalid(errors) => {
            let mut lines = Vec::new();
            for error in errors {
                let keyword = error.keyword.to_string().replacen("/components/schemas/", "", 1);
                let format = error.format.map(|format| format!(" [{format}]")).unwrap_or_default();
                lines.push(format!("{} {keyword}{format}: {}", error.instance, error.headline));
                lines.extend(error.notes.into_iter().map(|note| format!("  = {note}")));
            }
            lines.join("\n")
        }
    }
}

fn check_in(version: &str, direction: Direction, schemas: &str, instance: &str, expected: &str) {
    let contract = contract(version, schemas, direction);
    let said = said(&contract, direction, instance);
    let expected: Vec<&str> = expected.lines().collect();
    assert_eq!(said.lines().collect::<Vec<_>>(), expected, "{schemas}\n{instance}\n{said}");
}

fn check(schemas: &str, instance: &str, expected: &str) {
    check_in("3.0.3", Direction::Response, schemas, instance, expected);
}

fn check31(schemas: &str, instance: &str, expected: &str) {
    check_in("3.1.0", Direction::Response, schemas, instance, expected);
}
