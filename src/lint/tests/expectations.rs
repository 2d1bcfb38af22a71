//! What can never be met, and what is saved from nowhere.

use super::{lint_file, words};

/// A document whose 200 has a body and a header `X-Page` of these schemas.
fn document(version: &str, schema: &str) -> String {
    format!(
        r##"
openapi: {version}
info: {{ title: Shop, version: "1" }}
paths:
  /items:
    get:
      operationId: getItem
      responses:
        "200":
          description: Fine
          headers:
            X-Page: {{ required: true, schema: {{ type: integer, maximum: 9 }} }}
          content:
            application/json:
              schema: {schema}
        "404":
          description: None
          content: {{ application/json: {{ schema: {{ type: object, required: [title], properties: {{ title: {{ type: string }} }} }} }} }}
        5XX: {{ description: Broken }}
components:
  schemas:
    Item:
      type: object
      required: [id]
      properties:
        id: {{ type: string, format: uuid }}
        status: {{ type: string, enum: [open, closed] }}
        amount: {{ type: integer, minimum: 1 }}
        note: {{ type: string, nullable: true }}
        tags: {{ type: array, maxItems: 2, items: {{ type: string }} }}
        price:
          type: object
          additionalProperties: false
          required: [amount]
          properties: {{ amount: {{ type: integer }} }}
        secret: {{ type: string, writeOnly: true }}
    Cat: {{ type: object, required: [kind], properties: {{ kind: {{ type: string, enum: [cat] }}, lives: {{ type: integer }} }} }}
    Dog: {{ type: object, required: [kind], properties: {{ kind: {{ type: string, enum: [dog] }}, barks: {{ type: boolean }} }} }}
"##
    )
}

const ITEM: &str = r##"{ $ref: "#/components/schemas/Item" }"##;

fn file(step: &str) -> String {
    format!("contest: 1\nscenarios: {{ s: {{ steps: [{{ call: getItem, {step} }}] }} }}\n")
}

fn check_of(schema: &str, expect: &str, expected: &[&str]) {
    let found = lint_file(&document("3.0.3", schema), &file(&format!("expect: {{ {expect} }}")));
    let found: Vec<String> = words(&found, "scenario.impossible-expectation")
        .into_iter()
        .map(|it| it.trim_start_matches("this can never be met: ").to_owned())
        .collect();
    assert_eq!(found, expected, "{expect}");
}

fn check(body: &str, expected: &[&str]) {
    check_of(ITEM, &format!("body: {body}"), expected);
}

#[test]
fn what_keeps_the_schema_is_possible() {
    for body in [
        "{ id: <uuid>, status: open, amount: 1, note: null, tags: [a, b], price: { amount: 3 } }",
        "{ id: <string>, status: <nonempty>, amount: <number>, note: <string|null>, other: <any> }",
        "{ id: <any>, status: { $in: [open, gone] }, tags: { $each: <string>, $length: 2 } }",
        "{ id: $run.id, status: { $ne: open }, amount: { $gt: 0 }, tags: <absent>, price: <absent> }",
        "{ id: { $match: '^a' }, status: { $not: closed }, tags: { $contains: a }, secret: <absent> }",
        "{ $anyOf: [ { status: gone }, { status: open } ] }",
        "{ amount: 1.0, status: { $cel: 'this == \"x\"' } }",
    ] {
        check(body, &[]);
    }
}

#[test]
fn a_literal_is_judged_by_the_whole_schema() {
    check(
        "{ status: opne }",
        &[
            "`status` is `opne`, which is none of the documented values @ status: { type: string, enum: [open, closed] }",
        ],
    );
    check(
        "{ amount: 0 }",
        &["`amount` is 0 where the document promises at least 1 @ amount: { type: integer, minimum: 1 }"],
    );
    check(
        "{ amount: \"1\" }",
        &[
            "`amount` is a string where the document promises an integer @ amount: { type: integer, minimum: 1 }",
        ],
    );
    check("{ id: x }", &["`id` is `x`, which is not a uuid @ id: { type: string, format: uuid }"]);
    check(
        "{ status: { $in: [gone, lost] } }",
        &[
            "`status` is one of `open` or `closed` in the document, and none of them is expected @ status: { type: string, enum: [open, closed] }",
        ],
    );
}

#[test]
fn markers_and_operators_are_of_a_documented_type() {
    check(
        "{ amount: <uuid> }",
        &[
            "`amount` is expected to be `<uuid>`, and the document promises an integer @ amount: { type: integer, minimum: 1 }",
        ],
    );
    check(
        "{ id: <date> }",
        &[
            "`id` is expected to be `<date>`, and the document promises the format `uuid` @ id: { type: string, format: uuid }",
        ],
    );
    check(
        "{ price: [1] }",
        &["`price` is expected to be an array, and the document promises an object @ type: object"],
    );
    check(
        "{ tags: { a: 1 } }",
        &[
            "`tags` is expected to be an object, and the document promises an array @ tags: { type: array, maxItems: 2, items: { type: string } }",
        ],
    );
    check(
        "{ amount: { $match: a } }",
        &[
            "`amount` is expected to be a string, and the document promises an integer @ amount: { type: integer, minimum: 1 }",
        ],
    );
    check(
        "{ status: { $match: '^x' } }",
        &[
            "`status` is one of `open` or `closed` in the document, and none of them is expected @ status: { type: string, enum: [open, closed] }",
        ],
    );
    check(
        "{ status: { $literal: gone } }",
        &[
            "`status` is one of `open` or `closed` in the document, and none of them is expected @ status: { type: string, enum: [open, closed] }",
        ],
    );
}

#[test]
fn lists_have_a_documented_length_and_documented_elements() {
    check(
        "{ tags: [a, b, c] }",
        &[
            "`tags` is expected to have 3 elements, and the document promises at most 2 @ tags: { type: array, maxItems: 2, items: { type: string } }",
        ],
    );
    check(
        "{ tags: [a, 1] }",
        &[
            "`tags[1]` is an integer where the document promises a string @ tags: { type: array, maxItems: 2, items: { type: string } }",
        ],
    );
    check(
        "{ tags: { $each: <integer> } }",
        &[
            "`tags[0]` is expected to be `<integer>`, and the document promises a string @ tags: { type: array, maxItems: 2, items: { type: string } }",
        ],
    );
    check("{ tags: { $each: <integer>, $length: 0 } }", &[]);
    check(
        "{ tags: { $length: 5 } }",
        &[
            "`tags` is expected to have 5 elements, and the document promises at most 2 @ tags: { type: array, maxItems: 2, items: { type: string } }",
        ],
    );
    check(
        "{ tags: { $contains: 1 } }",
        &[
            "`tags[0]` is an integer where the document promises a string @ tags: { type: array, maxItems: 2, items: { type: string } }",
        ],
    );
}

#[test]
fn members_are_allowed_and_required_as_documented() {
    check(
        "{ price: { amuont: 1 } }",
        &[
            "`amuont` is expected, and the document allows no such member; did you mean `amount`? @ additionalProperties: false",
        ],
    );
    check("{ price: { tax: <absent> } }", &[]);
    check(
        "{ price: { amount: <absent> } }",
        &["`amount` is expected not to be there, and the document requires it @ required: [amount]"],
    );
    check(
        "{ id: <absent> }",
        &["`id` is expected not to be there, and the document requires it @ required: [id]"],
    );
    check(
        "{ id: <integer|absent> }",
        &[
            "`id` is expected to be `<integer|absent>`, and the document promises a string @ id: { type: string, format: uuid }",
        ],
    );
}

#[test]
fn one_form_of_a_choice_is_enough() {
    let pet = r##"{ oneOf: [{ $ref: "#/components/schemas/Cat" }, { $ref: "#/components/schemas/Dog" }] }"##;
    check_of(pet, "body: { kind: dog, barks: true }", &[]);
    check_of(pet, "body: { kind: dog, lives: <any> }", &[]);
    check_of(
        pet,
        "body: { lives: <string>, barks: <string> }",
        &[
            "`lives` is expected to be `<string>`, and the document promises an integer @ Cat: { type: object, required: [kind], properties: { kind: { type: string, enum: [cat] }, lives: { type: integer } } }",
        ],
    );
    check_of(
        pet,
        "body: { kind: cow }",
        &[
            "`kind` is `cow` where the document promises `cat` @ Cat: { type: object, required: [kind], properties: { kind: { type: string, enum: [cat] }, lives: { type: integer } } }",
        ],
    );
    let all = r##"{ allOf: [{ $ref: "#/components/schemas/Item" }, { properties: { extra: { type: boolean } } }] }"##;
    check_of(
        all,
        "body: { extra: 1 }",
        &[
            "`extra` is an integer where the document promises a boolean @ schema: { allOf: [{ $ref: \"#/components/schemas/Item\" }, { properties: { extra: { type: boolean } } }] }",
        ],
    );
}

#[test]
fn circles_and_broken_references_leave_everything_possible() {
    check_of(r##"{ $ref: "#/components/schemas/None" }"##, "body: [1]", &[]);
    check_of(
        "{ anyOf: [{ $ref: \"#/paths/~1items/get/responses/200/content/application~1json/schema\" }] }",
        "body: [1]",
        &[],
    );
    check_of("{}", "body: [1]", &[]);
}

#[test]
fn every_documented_answer_must_refuse() {
    check_of(ITEM, "status: [200, 404], body: { title: 1 }", &[]);
    check_of(
        ITEM,
        "status: 404, body: { title: 1 }",
        &[
            "`title` is an integer where the document promises a string @ content: { application/json: { schema: { type: object, required: [title], properties: { title: { type: string } } } } }",
        ],
    );
    check_of(ITEM, "status: 503, body: { title: 1 }", &[]);
    check_of(ITEM, "status: 200, body: { amount: a }, contract: { body: warn }", &[]);
    check_of(ITEM, "status: 200, body: { amount: a }, contract: off", &[]);
}

#[test]
fn headers_and_json_paths_are_held_to_their_schemas_too() {
    check_of(ITEM, "headers: { x-page: 3 }", &[]);
    check_of(ITEM, "headers: { x-page: <integer> }", &[]);
    check_of(
        ITEM,
        "headers: { x-page: 10, x-other: <uuid> }",
        &[
            "`x-page` is 10 where the document promises at most 9 @ X-Page: { required: true, schema: { type: integer, maximum: 9 } }",
        ],
    );
    check_of(
        ITEM,
        "headers: { x-page: <absent> }",
        &[
            "`x-page` is expected not to be there, and the document requires it @ X-Page: { required: true, schema: { type: integer, maximum: 9 } }",
        ],
    );
    check_of(
        ITEM,
        "jsonpath: { $.price.amount: <integer>, '$.tags[0]': a, '$.tags[*]': 1, $.other.x: 1 }",
        &[],
    );
    check_of(
        ITEM,
        "jsonpath: { $.price.amount: <string> }",
        &[
            "`amount` is expected to be `<string>`, and the document promises an integer @ properties: { amount: { type: integer } }",
        ],
    );
    check_of(
        ITEM,
        "jsonpath: { $.id: <absent> }",
        &["`id` is expected not to be there, and the document requires it @ required: [id]"],
    );
    check_of(
        ITEM,
        "jsonpath: { '$.tags[1]': 7 }",
        &[
            "`tags[1]` is an integer where the document promises a string @ tags: { type: array, maxItems: 2, items: { type: string } }",
        ],
    );
    check_of(
        ITEM,
        "jsonpath: { $.tags.first: a }",
        &[
            "`tags` is expected to have `first`, and the document promises an array @ tags: { type: array, maxItems: 2, items: { type: string } }",
        ],
    );
}

#[test]
fn rows_and_literal_variables_are_known() {
    let text = "contest: 1\nvars: { v: gone }\nscenarios: { s: { rows: [{ e: open }, { e: lost }, { e: <integer> }], steps: [{ call: getItem, expect: { body: { status: $row.e } } }, { call: getItem, expect: { body: { status: $vars.v } } }] } }\n";
    let found = words(&lint_file(&document("3.0.3", ITEM), text), "scenario.impossible-expectation");
    let short: Vec<&str> = found.iter().filter_map(|it| it.split(" @ ").next()?.split(": ").nth(1)).collect();
    let gone = "`status` is `gone`, which is none of the documented values";
    assert_eq!(
        short,
        [
            gone,
            "`status` is `lost`, which is none of the documented values",
            gone,
            "`status` is expected to be `<integer>`, and the document promises a string",
            gone,
        ]
    );
}

#[test]
fn schemas_of_3_1_have_siblings_consts_and_lists_of_types() {
    let check = |schema: &str, body: &str, expected: usize| {
        let text = file(&format!("expect: {{ body: {body} }}"));
        let found = lint_file(&document("3.1.0", schema), &text);
        assert_eq!(words(&found, "scenario.impossible-expectation").len(), expected, "{schema} {body}");
    };
    check("{ type: [string, 'null'] }", "null", 0);
    check("{ type: [string, 'null'] }", "<integer>", 1);
    check("{ const: [1] }", "{ $length: 1 }", 0);
    check("{ const: [1] }", "{ $length: 2 }", 1);
    check("{ $ref: '#/components/schemas/Item', required: [amount] }", "{ amount: <absent> }", 1);
    check("{ type: array, prefixItems: [{ type: integer }], items: { type: string } }", "[1, a]", 0);
    check("{ type: array, prefixItems: [{ type: integer }], items: false }", "[1, <any>]", 1);
}

fn check_saved(save: &str, code: &str, expected: &[&str]) {
    let found = lint_file(&document("3.0.3", ITEM), &file(&format!("save: {{ x: {save} }}")));
    assert_eq!(words(&found, code), expected, "{save}");
}

#[test]
fn captures_are_of_described_members() {
    let code = "scenario.undescribed-capture";
    for save in
        ["$.id", "$.price.amount", "'$.tags[0]'", "'$.tags[*]'", "{ pointer: /id }", "{ header: X-Page }"]
    {
        check_saved(save, code, &[]);
    }
    check_saved(
        "$.idd",
        code,
        &[
            "the document describes no `idd` in what `getItem` answers, and `x` is to be saved from it @ properties:",
        ],
    );
    check_saved(
        "$.price.tax",
        code,
        &[
            "the document describes no `tax` in what `getItem` answers, and `x` is to be saved from it @ properties: { amount: { type: integer } }",
        ],
    );
    check_saved(
        "$.tags.first",
        code,
        &[
            "the document describes no `first` in what `getItem` answers, and `x` is to be saved from it @ tags: { type: array, maxItems: 2, items: { type: string } }",
        ],
    );
}

#[test]
fn optional_captures_are_hints() {
    let code = "scenario.optional-capture";
    check_saved("$.id", code, &[]);
    check_saved("{ jsonpath: $.status, default: open }", code, &[]);
    check_saved(
        "$.price.amount",
        code,
        &["`x` is saved from `price`, which the document does not promise @ price:"],
    );
}
