//! How schemas of OpenAPI 3.0 and 3.1 are read.

use super::{check, check_in, check31, contract, said, schema};
use crate::openapi::Direction::{self, Request, Response};
use crate::openapi::Nullable;
use crate::openapi::testing::render;

/// Checks what is remarked on, each as `line:column code message`, and what is not checked.
fn check_remarks(version: &str, schemas: &str, expected: &[&str], not_checked: &[&str]) {
    let contract = contract(version, schemas, Response);
    let remarks: Vec<String> = contract.diagnostics().iter().map(render).collect();
    assert_eq!(remarks, expected, "{schemas}");
    assert_eq!(contract.left_out(&schema("T"), Response), not_checked, "{schemas}");
}

#[test]
fn null_is_accepted_wherever_nullable_means_it() {
    let schemas = "T:
  properties:
    plain: { type: string, nullable: true }
    listed: { type: string, nullable: true, enum: [x] }
    all: { nullable: true, allOf: [ { type: string } ] }
    one: { nullable: true, oneOf: [ { type: string }, { type: integer } ] }
    referred: { nullable: true, $ref: '#/components/schemas/S' }
    ranged: { type: integer, format: int32, nullable: true }
    never: { type: string }
S: { type: string }";
    check(
        schemas,
        r#"{"plain": null, "listed": null, "all": null, "one": null, "referred": null, "ranged": null, "never": null}"#,
        "/never T/properties/never/type: `never` is null where the document promises a string",
    );
    check(
        schemas,
        r#"{"plain": 1, "listed": "y", "all": 1, "one": true, "referred": 1, "ranged": 1e10}"#,
        "/plain T/properties/plain/type: `plain` is an integer where the document promises a string or null
/listed T/properties/listed/enum: `listed` is `y` where the document promises `x`
/all T/properties/all/allOf/0/type: `all` is an integer where the document promises a string
/one T/properties/one/oneOf: `one` is a boolean where the document promises a string or an integer
/referred S/type: `referred` is an integer where the document promises a string
/ranged T/properties/ranged/format [int32]: `ranged` is `10000000000.0`, which is not a 32-bit integer",
    );
    check_remarks(
        "3.0.3",
        schemas,
        &[
            "9:43 document.lenient the `enum` beside `nullable` does not list null; null is accepted all the same",
            "10:26 document.lenient `nullable` beside `allOf` has no effect by the letter of OpenAPI 3.0; null is accepted all the same",
            "11:26 document.lenient `nullable` beside `oneOf` has no effect by the letter of OpenAPI 3.0; null is accepted all the same",
            "12:31 document.lenient `nullable` beside `$ref` has no effect by the letter of OpenAPI 3.0; null is accepted all the same",
        ],
        &[],
    );
}

#[test]
fn nullable_reaches_no_further_than_asked() {
    let schemas = "T:
  properties:
    plain: { type: string, nullable: true }
    listed: { type: string, nullable: true, enum: [x] }
    all: { nullable: true, allOf: [ { type: string } ] }
    referred: { nullable: true, $ref: '#/components/schemas/S' }
S: { type: string }";
    let contract = contract("3.0.3", schemas, Response).with_nullable(Nullable::Strict);
    assert_eq!(
        said(&contract, Response, r#"{"plain": null, "listed": null, "all": null, "referred": null}"#),
        "/listed T/properties/listed/enum: `listed` is `null` where the document promises `x`
/all T/properties/all/allOf/0/type: `all` is null where the document promises a string
/referred S/type: `referred` is null where the document promises a string"
    );
    assert!(contract.diagnostics().is_empty());
}

#[test]
fn remarks_that_are_alike_are_one() {
    let schemas = "T:
  properties:
    a: { nullable: true, allOf: [ {} ] }
    b: { nullable: true, allOf: [ {} ] }
    c: { nullable: true, allOf: [ {} ] }";
    let diagnostics = contract("3.0.3", schemas, Response).diagnostics();
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(
        diagnostics[0].notes,
        [
            "also at 2 more places: `#/components/schemas/T/properties/b/nullable`, `#/components/schemas/T/properties/c/nullable`"
        ]
    );
}

#[test]
fn nullable_in_3_1_is_read_as_meant() {
    check31("T: { type: string, nullable: true }", "null", "valid");
    check_remarks(
        "3.1.0",
        "T: { type: string, nullable: true }",
        &["6:34 document.lenient `nullable` is not part of OpenAPI 3.1; null is accepted all the same"],
        &[],
    );
}

#[test]
fn siblings_of_a_reference_count_since_3_1() {
    let schemas = "T: { $ref: '#/components/schemas/S', maxLength: 1 }\nS: { type: string }";
    check(schemas, "\"ab\"", "valid");
    check31(
        schemas,
        "\"ab\"",
        " T/maxLength: the body has 2 characters where the document promises at most 1 character",
    );
}

#[test]
fn members_may_be_called_like_keywords() {
    check(
        "T: { properties: { $ref: { type: string }, type: { type: integer }, nullable: { type: string }, required: {} } }",
        r#"{"$ref": 1, "type": "x", "nullable": null}"#,
        "/$ref T/properties/$ref/type: `$ref` is an integer where the document promises a string
/type T/properties/type/type: `type` is a string where the document promises an integer
/nullable T/properties/nullable/type: `nullable` is null where the document promises a string",
    );
}

#[test]
fn integers_are_integral_by_value() {
    for instance in ["1", "1.0", "1e2"] {
        check("T: { type: integer }", instance, "valid");
        check31("T: { type: integer }", instance, "valid");
    }
}

#[test]
fn recursion_ends() {
    let tree = "T: { type: object, required: [name], properties: { name: { type: string }, children: { type: array, items: { $ref: '#/components/schemas/T' } } } }";
    check(tree, r#"{"name": "a", "children": [{"name": "b", "children": []}]}"#, "valid");
    check(
        tree,
        r#"{"name": "a", "children": [{"name": "b", "children": [{}]}]}"#,
        "/children/0/children/0 T/required/0: `children[0]` lacks `name`, which the document requires",
    );
    check(
        "T: { allOf: [ { $ref: '#/components/schemas/T' }, { type: string } ] }",
        "1",
        " T/allOf/1/type: the body is an integer where the document promises a string",
    );
}

#[test]
fn references_need_not_be_encoded() {
    let schemas = "T: { $ref: '#/components/schemas/List«Item a»' }\n\"List«Item a»\": { type: array, items: { $ref: '#/components/schemas/a%20b~1c' } }\n\"a b/c\": { type: string }";
    check(
        schemas,
        "[1]",
        "/0 a b~1c/type: element `[0]` of the body is an integer where the document promises a string",
    );
}

#[test]
fn references_lead_into_schemas_and_through_references() {
    let schemas = "T: { $ref: '#/components/schemas/A/properties/x/properties/y' }
A: { properties: { x: { $ref: '#/components/schemas/B' } } }
B: { properties: { y: { type: string } } }";
    check(schemas, "1", " B/properties/y/type: the body is an integer where the document promises a string");
}

#[test]
fn broken_references_cost_only_themselves() {
    let schemas =
        "T: { properties: { a: { $ref: '#/components/schemas/Prise' }, b: { type: string } } }\nPrice: {}";
    check(
        schemas,
        r#"{"a": 1, "b": 1}"#,
        "/b T/properties/b/type: `b` is an integer where the document promises a string",
    );
    check_remarks(
        "3.0.3",
        schemas,
        &[
            "6:35 document.reference `#/components/schemas/Prise` leads nowhere: `/components/schemas` has no `Prise`",
        ],
        &[
            "`#/components/schemas/Prise` leads nowhere: `/components/schemas` has no `Prise` (`#/components/schemas/T/properties/a/$ref`)",
        ],
    );
    let external = "T: { properties: { a: { $ref: 'other.yaml#/A' } } }";
    check_remarks(
        "3.0.3",
        external,
        &["6:35 document.reference `other.yaml#/A` leads out of the document"],
        &["`other.yaml#/A` leads out of the document (`#/components/schemas/T/properties/a/$ref`)"],
    );
}

#[test]
fn circles_of_references_are_left_out() {
    let schemas = "T: { $ref: '#/components/schemas/U' }\nU: { $ref: '#/components/schemas/T' }";
    check(schemas, "1", "valid");
    let contract = contract("3.0.3", schemas, Response);
    assert!(contract.left_out(&schema("T"), Response)[0].contains("leads in a circle"));
}

#[test]
fn keywords_of_a_wrong_shape_cost_only_themselves() {
    for (keyword, reason) in [
        ("type: strin", "`strin` is no type"),
        ("type: 5", "`type` is the name of a type, not 5"),
        ("minLength: -1", "`minLength` is a count from zero, not -1"),
        ("minLength: 1.5", "`minLength` is a count from zero, not 1.5"),
        ("minimum: '1'", "`minimum` is a number, not a text"),
        ("multipleOf: 0", "`multipleOf` is a number above zero, not 0"),
        ("enum: x", "`enum` is a list of values, not a text"),
        ("enum: []", "`enum` lists nothing"),
        ("allOf: []", "`allOf` lists nothing"),
        ("oneOf: {}", "`oneOf` is a list of schemas, not a map"),
        ("items: [ { type: string } ]", "`items` is a schema, not a list"),
        ("properties: []", "`properties` is a map from names to schemas, not a list"),
        ("uniqueItems: 'yes'", "`uniqueItems` is true or false, not a text"),
        (
            "required: true",
            "`required` is a list of names in the schema of the object, not a flag of a member",
        ),
        ("pattern: '('", "the pattern `(` does not compile"),
        ("dependencies: {}", "`dependencies` belongs to another version of JSON Schema"),
    ] {
        let name = keyword.split(':').next().expect("a keyword");
        let schemas = format!("T: {{ maxLength: 1, {keyword} }}");
        let column = 4 + schemas.find(keyword).expect("it is in there") + name.len() + 3;
        check31(
            &schemas,
            "\"ab\"",
            " T/maxLength: the body has 2 characters where the document promises at most 1 character",
        );
        check_remarks(
            "3.1.0",
            &schemas,
            &[&format!("6:{column} document.schema {reason}")],
            &[&format!("{reason} (`#/components/schemas/T/{name}`)")],
        );
    }
    check_remarks(
        "3.0.3",
        "T: { properties: { a: 5 } }",
        &["6:27 document.schema a schema is a map, and this is an integer"],
        &["a schema is a map, and this is an integer (`#/components/schemas/T/properties/a`)"],
    );
}

#[test]
fn what_is_left_out_raises_no_false_alarm() {
    let schemas = "T: { oneOf: [ { pattern: '\\p{LD}' }, { maxLength: 5 } ] }";
    check(
        schemas,
        "\"ab\"",
        "not checked, because form 1 and form 2 fit, and a part of the schema that tells them apart cannot be used",
    );
    check(
        "T: { not: { pattern: '\\p{LD}' } }",
        "\"a\"",
        "not checked, because a part of the schema behind `not` cannot be used",
    );
}

#[test]
fn a_condition_that_cannot_be_judged_decides_nothing() {
    let unusable = "{ properties: { a: { pattern: '\\p{LD}' } } }";
    check31(
        &format!("T: {{ if: {unusable}, then: {{ required: [b] }} }}"),
        r#"{"a": "x"}"#,
        "not checked, because a part of the schema behind `if` cannot be used",
    );
    check31(
        "T: { contains: { pattern: '\\p{LD}' }, maxContains: 1 }",
        r#"["a", "b"]"#,
        "not checked, because a part of the schema behind `contains` cannot be used",
    );
    check31(
        &format!(
            "T: {{ allOf: [ {{ patternProperties: {{ '\\p{{LD}}': {{}} }} }}, {unusable} ], unevaluatedProperties: false }}"
        ),
        r#"{"b": "x"}"#,
        "not checked, because a part of the schema behind `unevaluatedProperties` cannot be used",
    );
    // What is wrong all the same is said.
    check31(
        &format!("T: {{ if: {unusable}, then: {{ required: [b] }}, maxProperties: 1 }}"),
        r#"{"a": "x", "c": 1}"#,
        " T/maxProperties: the body has 2 members where the document promises at most 1 member",
    );
}

#[test]
fn a_pattern_that_cannot_be_used_costs_its_members_only() {
    let schemas = "T: { patternProperties: { '(': { type: string }, ^x: { type: string } }, additionalProperties: false }";
    check31(
        schemas,
        r#"{"xa": 1, "(": 1, "b": 1}"#,
        "/xa T/patternProperties/^x/type: `xa` is an integer where the document promises a string",
    );
    check_remarks(
        "3.1.0",
        schemas,
        &[
            "6:36 document.schema the pattern `(` does not compile",
            "6:100 document.schema what `additionalProperties` speaks of is not known without `patternProperties`",
        ],
        &[
            "the pattern `(` does not compile (`#/components/schemas/T/patternProperties/(`)",
            "what `additionalProperties` speaks of is not known without `patternProperties` (`#/components/schemas/T/additionalProperties`)",
        ],
    );
}

#[test]
fn patterns_of_other_languages_are_read_as_meant() {
    let schemas = r"T: { pattern: '^\p{Alnum}+\Z' }";
    check(schemas, "\"a1\"", "valid");
    check(schemas, "\"?\"", " T/pattern: the body is `?`, which does not match the documented pattern");
    check_remarks(
        "3.0.3",
        schemas,
        &[
            r"6:19 document.lenient the pattern `^\p{Alnum}+\Z` is no ECMA-262; it is read as `^[a-zA-Z0-9]+\n?$`",
        ],
        &[],
    );
}

#[test]
fn the_schema_of_a_content_is_not_held_to() {
    let schemas = "T: { contentMediaType: application/json, contentSchema: { type: integer } }";
    check31(schemas, "\"{}\"", "valid");
    check_remarks(
        "3.1.0",
        schemas,
        &["6:61 document.schema the content of a text is not held to `contentSchema`"],
        &["the content of a text is not held to `contentSchema` (`#/components/schemas/T/contentSchema`)"],
    );
}

#[test]
fn unknown_formats_are_noted_once() {
    let schemas =
        "T: { properties: { a: { format: phone }, b: { format: phone }, c: { format: password } } }";
    check(schemas, r#"{"a": "x", "b": "y", "c": "z"}"#, "valid");
    check_remarks("3.0.3", schemas, &["6:37 document.schema the format `phone` is not known"], &[]);
    check_remarks(
        "3.0.3",
        "T: { properties: { a: { format: phone }, b: { format: money }, c: { format: datetime } } }",
        &[
            "6:81 document.schema the format `datetime` is not known",
            "6:37 document.schema the formats `phone` and `money` are not known",
        ],
        &[],
    );
}

#[test]
fn keywords_of_2020_12_in_3_0_are_read_as_meant() {
    let schemas = "T: { properties: { a: { const: 1 }, b: { type: [string, 'null'] } } }";
    check(
        schemas,
        r#"{"a": 2, "b": null}"#,
        "/a T/properties/a/const: `a` is `2` where the document promises `1`",
    );
    check_remarks(
        "3.0.3",
        schemas,
        &[
            "6:36 document.lenient `const` is no keyword of OpenAPI 3.0; it is read as JSON Schema defines it",
            "6:52 document.lenient a list of types is not part of OpenAPI 3.0; it is read as OpenAPI 3.1 does",
        ],
        &[],
    );
}

#[test]
fn null_without_quotes_is_a_type() {
    check31("T: { type: [string, null] }", "null", "valid");
    check_remarks(
        "3.1.0",
        "T: { type: [string, null] }",
        &["6:16 document.lenient `type` is written as null without quotes; it is read as \"null\""],
        &[],
    );
}

#[test]
fn boolean_schemas_and_exclusive_flags_of_3_0_are_read_in_3_1() {
    check31("T: { properties: { a: false, b: true } }", r#"{"b": 1}"#, "valid");
    check31(
        "T: { properties: { a: false } }",
        r#"{"a": 1}"#,
        "/a T/properties/a: `a` is something that the document does not allow",
    );
    check31(
        "T: { minimum: 1, exclusiveMinimum: true }",
        "1",
        " T/minimum: the body is 1 where the document promises more than 1",
    );
    check("T: { minimum: 1, exclusiveMinimum: false }", "1", "valid");
}

#[test]
fn resources_within_the_document() {
    let schemas = "T: { $ref: '#/components/schemas/R' }
R: { $id: 'https://example.com/r', properties: { a: { $ref: '#/$defs/x' }, b: { $ref: '#/components/schemas/S' }, c: { $ref: '#here' } }, $defs: { x: { type: string }, y: { $anchor: here, type: boolean } } }
S: { type: integer }";
    check31(
        schemas,
        r#"{"a": 1, "b": "x", "c": 1}"#,
        "/a R/$defs/x/type: `a` is an integer where the document promises a string
/b S/type: `b` is a string where the document promises an integer
/c R/$defs/y/type: `c` is an integer where the document promises a boolean",
    );
}

#[test]
fn a_dynamic_reference_is_followed_when_it_can_mean_one_schema() {
    let tree = "T: { $dynamicAnchor: node, required: [name], properties: { children: { items: { $dynamicRef: '#node' } } } }";
    check31(
        tree,
        r#"{"name": 1, "children": [{}]}"#,
        "/children/0 T/required/0: `children[0]` lacks `name`, which the document requires",
    );
    let two = format!("{tree}\nU: {{ $dynamicAnchor: node }}");
    check31(&two, r#"{"name": 1, "children": [{}]}"#, "valid");
    check_remarks(
        "3.1.0",
        &two,
        &["6:98 document.schema `#node` may mean several schemas, which is not supported"],
        &[
            "`#node` may mean several schemas, which is not supported (`#/components/schemas/T/properties/children/items/$dynamicRef`)",
        ],
    );
}

#[test]
fn other_dialects_are_remarked_on() {
    check_remarks("3.1.0", "T: { $schema: 'https://json-schema.org/draft/2020-12/schema' }", &[], &[]);
    check_remarks(
        "3.1.0",
        "T: { $schema: 'http://json-schema.org/draft-03/schema#' }",
        &[
            "6:19 document.lenient the dialect `http://json-schema.org/draft-03/schema#` is read as JSON Schema 2020-12",
        ],
        &[],
    );
}

fn check_direction(direction: Direction, schemas: &str, instance: &str, expected: &str) {
    check_in("3.0.3", direction, schemas, instance, expected);
    check_in("3.1.0", direction, schemas, instance, expected);
}

const ACCOUNT: &str = "T:
  required: [id, password]
  properties:
    id: { type: string, readOnly: true }
    password: { $ref: '#/components/schemas/Secret' }
Secret: { type: string, writeOnly: true }";

#[test]
fn what_the_server_sets_is_not_demanded_of_a_request() {
    check_direction(Request, ACCOUNT, r#"{"password": "x"}"#, "valid");
    check_direction(Request, ACCOUNT, r#"{"id": "1", "password": "x"}"#, "valid");
    check_direction(
        Request,
        ACCOUNT,
        "{}",
        " T/required/1: the request body lacks `password`, which the document requires",
    );
}

#[test]
fn what_the_client_sets_is_not_in_a_response() {
    check_direction(Response, ACCOUNT, r#"{"id": "1"}"#, "valid");
    check_direction(
        Response,
        ACCOUNT,
        r#"{"id": "1", "password": "x"}"#,
        "/password Secret/writeOnly: `password` is write-only and must not be in a response",
    );
    check_direction(
        Response,
        ACCOUNT,
        "{}",
        " T/required/0: the body lacks `id`, which the document requires",
    );
}

#[test]
fn visibility_reaches_through_what_judges_the_same_object() {
    for schemas in [
        "T: { allOf: [ { $ref: '#/components/schemas/B' }, { required: [p] } ] }\nB: { properties: { p: { writeOnly: true } } }",
        "T: { allOf: [ { $ref: '#/components/schemas/B' } ], properties: { p: { writeOnly: true } } }\nB: { required: [p] }",
        "T: { properties: { p: { writeOnly: true } }, anyOf: [ { required: [p] }, { $ref: '#/components/schemas/B' } ] }\nB: { required: [p] }",
        "T: { properties: { p: { writeOnly: true } }, required: [p], not: { required: [p] } }",
    ] {
        check_direction(Response, schemas, "{}", "valid");
    }
}

#[test]
fn a_flag_beside_a_reference_of_3_0_only_relaxes() {
    let schemas =
        "T: { required: [p], properties: { p: { $ref: '#/components/schemas/S', writeOnly: true } } }\nS: {}";
    check(schemas, "{}", "valid");
    check(schemas, r#"{"p": 1}"#, "valid");
    check31(
        schemas,
        r#"{"p": 1}"#,
        "/p T/properties/p/writeOnly: `p` is write-only and must not be in a response",
    );
    check_direction(
        Response,
        "T: { items: { properties: { p: { allOf: [ { $ref: '#/components/schemas/S' } ] } } } }\nS: { writeOnly: true }",
        r#"[{"p": 1}]"#,
        "/0/p S/writeOnly: `p` is write-only and must not be in a response",
    );
    // A member that is `false` for another reason says so.
    check31(
        "T: { properties: { p: false } }",
        r#"{"p": 1}"#,
        "/p T/properties/p: `p` is something that the document does not allow",
    );
}

#[test]
fn closed_schemas_stay_closed() {
    let schemas = "T: { allOf: [ { $ref: '#/components/schemas/B' }, { properties: { b: {} } } ] }\nB: { additionalProperties: false, properties: { a: {} } }";
    check(
        schemas,
        r#"{"a": 1, "b": 1}"#,
        "/b B/additionalProperties: the body has a member `b` that the document does not allow",
    );
}

#[test]
fn schemas_that_were_not_asked_for_can_be_used() {
    let contract = contract("3.0.3", "T: { type: string }", Response);
    assert_eq!(
        said(&contract, Request, "1"),
        " T/type: the request body is an integer where the document asks for a string"
    );
}
