use super::findings;

/// What is said of one schema `S`, each as `message (label / other label)`; other components may stand
/// beside it.
fn said(version: &str, schema: &str, others: &str) -> Vec<String> {
    let text = format!(
        "openapi: {version}\ninfo: {{ title: T, version: 1.0 }}\npaths:\n  /a: {{ get: {{ responses: {{ 200: {{ description: fine }} }} }} }}\n\
         components:\n  schemas:\n    S: {schema}\n{others}"
    );
    let all = findings(&text);
    let mine = all.iter().filter(|line| line.contains("document.impossible"));
    mine.map(|line| line.split_once("document.impossible ").map_or("", |(_, rest)| rest).to_owned()).collect()
}

fn check(schema: &str, expected: &[&str]) {
    for version in ["3.0.3", "3.1.0"] {
        assert_eq!(said(version, schema, ""), expected, "{version}: {schema}");
    }
}

fn check_fine(schema: &str) {
    check(schema, &[]);
}

#[test]
fn bounds_that_leave_nothing() {
    check(
        "{ type: integer, minimum: 5, maximum: 3 }",
        &["nothing can satisfy `S`: no number lies between `minimum` 5 and `maximum` 3 | from here"],
    );
    check(
        "{ type: integer, minimum: 1.2, maximum: 1.8 }",
        &["nothing can satisfy `S`: no integer lies between `minimum` 1.2 and `maximum` 1.8 | from here"],
    );
    check(
        "{ type: string, minLength: 4, maxLength: 3 }",
        &["nothing can satisfy `S`: `minLength` 4 is above `maxLength` 3, so no string fits | is above"],
    );
    check(
        "{ type: array, items: {}, minItems: 4, maxItems: 3 }",
        &["nothing can satisfy `S`: `minItems` 4 is above `maxItems` 3, so no array fits | is above"],
    );
    check(
        "{ type: object, minProperties: 4, maxProperties: 3 }",
        &[
            "nothing can satisfy `S`: `minProperties` 4 is above `maxProperties` 3, so no object fits | is above",
        ],
    );
    check(
        "{ type: object, required: [a, b], maxProperties: 1 }",
        &["nothing can satisfy `S`: it must have 2 members and may not | 2 members"],
    );
    for fine in [
        "{ type: number, minimum: 1.2, maximum: 1.8 }",
        "{ type: integer, minimum: 3, maximum: 3 }",
        "{ minimum: 5, maximum: 3 }",
        "{ type: string, minLength: 3, maxLength: 3 }",
    ] {
        check_fine(fine);
    }
}

#[test]
fn exclusive_bounds_are_flags_in_3_0_and_numbers_in_3_1() {
    let flagged = "{ type: number, minimum: 3, maximum: 3, exclusiveMinimum: true }";
    assert_eq!(said("3.0.3", flagged, "").len(), 1);
    assert_eq!(said("3.1.0", "{ type: integer, exclusiveMinimum: 3, exclusiveMaximum: 4 }", "").len(), 1);
    assert!(said("3.1.0", "{ type: integer, exclusiveMinimum: 3, exclusiveMaximum: 5 }", "").is_empty());
    assert!(said("3.1.0", "{ type: number, exclusiveMinimum: 3, exclusiveMaximum: 4 }", "").is_empty());
}

#[test]
fn types_and_values_that_exclude_one_another() {
    check(
        "{ type: string, enum: [1, 2] }",
        &["nothing can satisfy `S`: no value of `enum` is a string | holds an integer alone"],
    );
    check(
        "{ allOf: [ { type: string }, { type: object } ] }",
        &["nothing can satisfy `S`: `allOf` asks for a string and for an object at once | an object here"],
    );
    for fine in [
        "{ type: number, enum: [1, 2] }",
        "{ type: integer, enum: [1.0] }",
        "{ type: string, enum: [1, a] }",
        "{ allOf: [ { type: number }, { type: integer } ] }",
        "{ allOf: [ { type: string }, { description: more } ] }",
        "{ type: string, enum: [] }",
    ] {
        check_fine(fine);
    }
    assert!(said("3.1.0", "{ type: [string, 'null'], enum: [null] }", "").is_empty());
    assert!(said("3.0.3", "{ type: string, nullable: true, enum: [null] }", "").is_empty());
}

#[test]
fn members_that_are_required_and_forbidden() {
    let closed = "{ type: object, additionalProperties: false, properties: { a: {} } }";
    check(
        &format!("{{ allOf: [ {closed}, {{ type: object, required: [b] }} ] }}"),
        &["nothing can satisfy `S`: `b` is required and not allowed | is required"],
    );
    check(
        "{ type: object, required: [b], additionalProperties: false }",
        &["nothing can satisfy `S`: `b` is required and not allowed | is required"],
    );
    check_fine(&format!("{{ allOf: [ {closed}, {{ type: object, required: [a] }} ] }}"));
    check_fine("{ type: object, required: [b], additionalProperties: { type: string } }");
    assert!(
        said(
            "3.1.0",
            "{ type: object, required: [b], patternProperties: { b: {} }, additionalProperties: false }",
            ""
        )
        .is_empty()
    );
}

#[test]
fn what_needs_itself_without_end() {
    let reference = "{ $ref: '#/components/schemas/S' }";
    check(
        &format!("{{ type: object, required: [child], properties: {{ child: {reference} }} }}"),
        &[
            "nothing can satisfy `S`: every one needs another, without end | `child` is required (make a member on the way optional or nullable, or let its array be empty)",
        ],
    );
    check(
        &format!("{{ type: array, minItems: 1, items: {reference} }}"),
        &[
            "nothing can satisfy `S`: every one needs another, without end | `items` asks for it at least once (make a member on the way optional or nullable, or let its array be empty)",
        ],
    );
    for fine in [
        format!("{{ type: object, properties: {{ child: {reference} }} }}"),
        format!("{{ type: array, items: {reference} }}"),
        format!(
            "{{ type: object, required: [child], properties: {{ child: {{ oneOf: [ {reference}, {{ type: string }} ] }} }} }}"
        ),
        format!(
            "{{ type: object, required: [child], properties: {{ child: {{ type: array, items: {reference} }} }} }}"
        ),
    ] {
        check_fine(&fine);
    }
}

#[test]
fn what_depends_on_the_impossible_is_not_reported_again() {
    let others =
        "    T: { type: object, required: [s], properties: { s: { $ref: '#/components/schemas/S' } } }\n";
    assert_eq!(said("3.1.0", "{ type: string, minLength: 4, maxLength: 3 }", others).len(), 1);
    let circle = "{ type: object, required: [t], properties: { t: { $ref: '#/components/schemas/T' } } }";
    assert_eq!(said("3.1.0", circle, others).len(), 1);
}
