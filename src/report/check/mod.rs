//! What `contest check` found, as one JSON document: `schemas/check.schema.json`.

mod strength;
mod strength_json;

pub use strength::render_strength;

use crate::diagnostic::{Diagnostic, Label, Level};
use crate::openapi::Document;
use crate::source::Position;
use crate::strength::Strength;
use serde::Serialize;
use strength_json::{WrittenStrength, written};

/// The version of the document's form; it grows when a member changes its meaning or goes away.
const VERSION: u32 = 1;

/// How much was looked at, and how much was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckCounts {
    /// Documents.
    pub documents: usize,
    /// Cases that would run.
    pub cases: usize,
    /// Diagnostics of the level `error`.
    pub errors: usize,
    /// Diagnostics of the level `warning`.
    pub warnings: usize,
    /// Hints, shown or not.
    pub hints: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CheckDocument<'d> {
    version: u32,
    counts: CheckCounts,
    diagnostics: Vec<WrittenDiagnostic<'d>>,
    strength: Vec<WrittenStrength>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenDiagnostic<'d> {
    code: &'static str,
    level: &'static str,
    message: &'d str,
    labels: Vec<WrittenLabel<'d>>,
    notes: &'d [String],
    help: &'d [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenLabel<'d> {
    file: &'d str,
    line: usize,
    column: usize,
    end: WrittenPosition,
    text: &'d str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WrittenPosition {
    line: usize,
    column: usize,
}

/// Writes diagnostics, in the order given, as one JSON document that ends with a line end.
///
/// Lines and columns count from 1, columns in Unicode scalar values; `end` is behind the last character.
/// `strengths` are the documents whose strength was asked for.
pub fn render_check(
    diagnostics: &[Diagnostic],
    counts: CheckCounts,
    strengths: &[(&Document, Strength)],
) -> String {
    let diagnostics = diagnostics.iter().map(|each| WrittenDiagnostic {
        code: each.code.as_str(),
        level: level(each.level),
        message: &each.message,
        labels: each.labels.iter().map(label).collect(),
        notes: &each.notes,
        help: &each.help,
    });
    let strength = strengths.iter().map(|(document, strength)| written(document, strength)).collect();
    let document = CheckDocument { version: VERSION, counts, diagnostics: diagnostics.collect(), strength };
    let text = serde_json::to_string_pretty(&document).expect("texts and numbers can be written");
    text + "\n"
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "hint",
    }
}

fn label(label: &Label) -> WrittenLabel<'_> {
    let source = &label.at.source;
    let Position { line, column } = source.position(label.at.span.start);
    let end = source.position(label.at.span.end);
    let end = WrittenPosition { line: end.line, column: end.column };
    WrittenLabel { file: source.name(), line, column, end, text: &label.text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Problems};
    use crate::limits::Limits;
    use crate::source::{Source, Span};
    use crate::strength::measure;
    use serde_json::{Value, json};

    const SCHEMA: &str = include_str!("../../../schemas/check.schema.json");

    fn found() -> Value {
        let source = Source::new("a.yaml", "one\ntwö three\n");
        let diagnostics = [
            Diagnostic::error(Code::CONFIG_MISSING, "there is none").help("write one"),
            Diagnostic { level: Level::Note, ..Diagnostic::error(Code::SCENARIO_EMPTY, "is empty") }
                .label(&source, Span::new(9, 14), "here")
                .note("a fact"),
        ];
        let counts = CheckCounts { documents: 1, cases: 2, errors: 1, warnings: 0, hints: 1 };
        let text = "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      responses:\n        200:\n          content:\n            application/json: { schema: { properties: { a: {} } } }\n            image/png: {}\n";
        let mut problems = Problems::new(&Source::new("a.yaml", text));
        let document = Document::load(&Limits::default(), &mut problems).expect("it loads");
        let strengths = [(&*document, measure(&document))];
        serde_json::from_str(&render_check(&diagnostics, counts, &strengths)).expect("it is JSON")
    }

    #[test]
    fn places_count_from_one_in_characters() {
        let expected = json!({ "file": "a.yaml", "line": 2, "column": 5, "end": { "line": 2, "column": 10 }, "text": "here" });
        assert_eq!(found()["diagnostics"][1]["labels"], json!([expected]));
    }

    #[test]
    fn strength_names_the_lines_to_tighten() {
        let strength = &found()["strength"][0];
        assert_eq!(strength["tried"], json!(5));
        let schema = "/paths/~1a/get/responses/200/content/application~1json/schema";
        let expected = json!({ "kind": "missing", "missed": 1, "schema": schema, "file": "a.yaml", "line": 8, "column": 41 });
        assert_eq!(strength["operations"][0]["weaknesses"][0], expected);
        let expected = json!([{ "operation": "GET /a", "response": "200", "partly": false, "reason": "`image/png` is no JSON, which alone is measured" }]);
        assert_eq!(strength["notMeasured"], expected);
    }

    #[test]
    fn the_schema_describes_what_is_written() {
        let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
        let validator = jsonschema::draft202012::new(&schema).expect("the schema is a schema");
        let errors: Vec<String> = validator.iter_errors(&found()).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
    }

    /// Every member that the schema knows is written, and none that it does not: it is closed everywhere
    /// and requires everything.
    #[test]
    fn the_schema_is_closed_and_requires_everything() {
        fn check(schema: &Value, at: &str) {
            if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
                let names: Vec<&String> = properties.keys().collect();
                assert_eq!(schema["additionalProperties"], json!(false), "{at}");
                assert_eq!(schema["required"], json!(names), "{at}");
            }
            match schema {
                Value::Object(members) => {
                    members.iter().for_each(|(name, member)| check(member, &format!("{at}/{name}")));
                }
                Value::Array(elements) => elements.iter().for_each(|element| check(element, at)),
                _ => {}
            }
        }
        check(&serde_json::from_str(SCHEMA).expect("the schema is JSON"), "");
    }
}
