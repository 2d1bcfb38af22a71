use super::{Kind, Strength, measure};
use crate::diagnostic::Problems;
use crate::limits::Limits;
use crate::openapi::Document;
use crate::source::Source;

fn measured(schema: &str) -> Strength {
    let text = format!(
        "openapi: 3.1.0\npaths:\n  /a: {{ get: {{ operationId: getA, responses: {{ 200: {{ description: '', content: {{ application/json: {{ schema: {schema} }} }} }} }} }} }}\n"
    );
    let mut problems = Problems::new(&Source::new("t.yaml", text));
    measure(&Document::load(&Limits::default(), &mut problems).expect("it loads"))
}

/// `noticed/tried`, then each weakness as `kind × missed`.
fn check(schema: &str, expected: &str) {
    let strength = measured(schema);
    let said = match strength.operations.first() {
        Some(operation) => {
            let weak = operation.weaknesses.iter().map(|weak| format!(", {:?} × {}", weak.kind, weak.missed));
            format!("{}/{}{}", operation.noticed, operation.tried, weak.collect::<String>())
        }
        None => strength.unmeasured.first().map_or_else(String::new, |each| each.reason.clone()),
    };
    assert_eq!(said, expected, "{schema}");
}

#[test]
fn a_schema_that_says_nothing_notices_nothing() {
    check("{}", "0/2, Type × 1");
    check("{ type: object }", "2/2");
    check("{ properties: { a: {} } }", "0/5, Missing × 1, Type × 1, Type × 1");
}

#[test]
fn what_is_required_and_typed_is_noticed() {
    check("{ type: object, properties: { a: { type: string }, b: { type: integer } } }", "6/8, Missing × 2");
    check(
        "{ type: object, required: [a], properties: { a: { type: string }, b: { type: integer } } }",
        "7/8, Missing × 1",
    );
    check("{ type: object, required: [a], properties: { a: { type: string } } }", "5/5");
}

#[test]
fn null_where_it_is_asked_for_is_right() {
    check("{ type: [string, 'null'] }", "1/1");
    check("{ enum: [a, null] }", "2/2");
    check("{ anyOf: [ { type: integer }, { type: 'null' } ] }", "1/1");
    check("{ type: string }", "2/2");
}

#[test]
fn what_restricts_a_text_or_number_is_tried() {
    check("{ type: string, enum: [a, b] }", "3/3");
    check("{ type: string, format: uuid }", "3/3");
    check("{ type: string, format: phone }", "2/3, Text × 1");
    check("{ type: string, pattern: '^[a-z]$' }", "3/3");
    check("{ type: string, pattern: '^(?!foo)' }", "2/2");
    check("{ type: string, minLength: 1, maxLength: 5 }", "4/4");
    check("{ type: integer, minimum: 1, maximum: 5 }", "4/4");
    check("{ type: array, items: { type: integer }, minItems: 1, maxItems: 2 }", "6/6");
}

#[test]
fn what_cannot_be_made_is_said() {
    check(
        "{ type: string, not: { type: string } }",
        "no answer could be made up: the nearest that could be made is wrong: the value is `text`, which the document rules out",
    );
}

#[test]
fn the_laxest_come_first() {
    let operation = |name: &str, schema: &str| {
        format!(
            "  /{name}: {{ get: {{ operationId: {name}, responses: {{ 200: {{ description: '', content: {{ application/json: {{ schema: {schema} }} }} }} }} }} }}\n"
        )
    };
    let text = format!(
        "openapi: 3.1.0\npaths:\n{}{}{}",
        operation("tight", "{ type: string }"),
        operation("half", "{ type: object, properties: { a: { type: string } } }"),
        operation("lax", "{}")
    );
    let mut problems = Problems::new(&Source::new("t.yaml", text));
    let strength = measure(&Document::load(&Limits::default(), &mut problems).expect("it loads"));
    let names: Vec<&str> = strength.laxest().iter().map(|each| each.name.as_str()).collect();
    assert_eq!(names, ["lax", "half"]);
    assert_eq!(strength.total(), (9, 6));
    let half = &strength.laxest()[1].weaknesses[0];
    assert_eq!(
        (half.kind, half.schema.to_string().as_str()),
        (Kind::Missing, "/paths/~1half/get/responses/200/content/application~1json/schema")
    );
}

#[test]
fn what_is_left_out_is_said_of_its_answer() {
    let check = |content: &str, expected: &[&str]| {
        let text = format!(
            "openapi: 3.1.0\npaths:\n  /a: {{ get: {{ operationId: getA, responses: {{ 4XX: {{ description: '', content: {content} }} }} }} }}\n"
        );
        let mut problems = Problems::new(&Source::new("t.yaml", text));
        let strength = measure(&Document::load(&Limits::default(), &mut problems).expect("it loads"));
        let said = strength.unmeasured.iter().map(|each| format!("{}: {}", each.what(), each.reason));
        assert_eq!(said.collect::<Vec<_>>(), expected, "{content}");
    };
    check("{ image/png: {} }", &["the 4XX of getA: `image/png` is no JSON, which alone is measured"]);
    check("{ application/json: {} }", &["the 4XX of getA: `application/json` has no schema"]);
    let lost = "the 4XX of getA: the media type `application/json` is not a map in the document";
    check("{ application/json: true }", &[lost]);
    check(
        "{ application/json: { schema: false } }",
        &["the 4XX of getA: no answer could be made up: it allows nothing"],
    );
    let members: String = (0..310).map(|number| format!("m{number}: {{ type: integer }}, ")).collect();
    check(
        &format!("{{ application/json: {{ schema: {{ type: object, properties: {{ {members} }} }} }} }}"),
        &["a part of the 4XX of getA: 300 of its 311 parts are changed"],
    );
    let deep = (0..20).fold("{ type: string }".to_owned(), |inner, _| {
        format!("{{ type: object, properties: {{ a: {inner} }} }}")
    });
    check(
        &format!("{{ application/json: {{ schema: {deep} }} }}"),
        &["a part of the 4XX of getA: no more than 12 levels of an answer are made up"],
    );
}
