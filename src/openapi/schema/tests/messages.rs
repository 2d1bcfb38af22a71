//! The words for each kind of error; read them aloud.

use super::{check, check31};

#[test]
fn another_type() {
    check(
        "T: { properties: { amount: { type: integer } } }",
        r#"{"amount": "237500"}"#,
        "/amount T/properties/amount/type: `amount` is a string where the document promises an integer",
    );
    check("T: { type: object }", "[]", " T/type: the body is an array where the document promises an object");
    check(
        "T: { type: integer }",
        "2.5",
        " T/type: the body is the number 2.5 where the document promises an integer",
    );
    check31(
        "T: { items: { type: [string, 'null'] } }",
        "[true]",
        "/0 T/items/type: element `[0]` of the body is a boolean where the document promises a string or null",
    );
}

#[test]
fn a_type_error_stands_for_the_errors_that_follow_from_it() {
    check(
        "T: { properties: { status: { type: string, enum: [a, b] } } }",
        r#"{"status": 1}"#,
        "/status T/properties/status/type: `status` is an integer where the document promises a string",
    );
}

#[test]
fn a_name_that_is_demanded_twice() {
    check(
        "T: { type: object, required: [a, a, b], properties: { a: {} } }",
        r#"{"a": 1}"#,
        " T/required/2: the body lacks `b`, which the document requires",
    );
}

#[test]
fn values_that_are_not_listed() {
    let status = "T: { properties: { status: { type: string, enum: [incomplete, cancelled] } } }";
    check(
        status,
        r#"{"status": "Cancelled"}"#,
        "/status T/properties/status/enum: `status` is `Cancelled`, which is none of the documented values
  = `cancelled` is documented",
    );
    check(
        status,
        r#"{"status": ""}"#,
        "/status T/properties/status/enum: `status` is `\"\"`, which is none of the documented values",
    );
    check(
        "T: { properties: { type: { enum: [order] } } }",
        r#"{"type": "orders"}"#,
        "/type T/properties/type/enum: `type` is `orders` where the document promises `order`",
    );
    check(
        "T: { properties: { id: { enum: ['1'] } } }",
        r#"{"id": 1}"#,
        "/id T/properties/id/enum: `id` is `1` (an integer) where the document promises `1` (a string)",
    );
    check(
        "T: { properties: { id: { enum: ['1', '2'] } } }",
        r#"{"id": 1}"#,
        "/id T/properties/id/enum: `id` is `1`, which is none of the documented values
  = `1` is documented as a string",
    );
    check31(
        "T: { properties: { k: { const: 1 } } }",
        r#"{"k": 2}"#,
        "/k T/properties/k/const: `k` is `2` where the document promises `1`",
    );
}

#[test]
fn bounds_of_numbers() {
    for (schema, number, keyword, promise) in [
        ("minimum: 400", "200", "minimum", "at least 400"),
        ("maximum: 1.5", "2", "maximum", "at most 1.5"),
        ("minimum: 1, exclusiveMinimum: true", "1", "minimum", "more than 1"),
        ("maximum: 1, exclusiveMaximum: true", "1", "maximum", "less than 1"),
        ("exclusiveMaximum: 1", "1", "exclusiveMaximum", "less than 1"),
        ("multipleOf: 0.01", "0.015", "multipleOf", "a multiple of 0.01"),
    ] {
        let expected = format!(" T/{keyword}: the body is {number} where the document promises {promise}");
        check(&format!("T: {{ {schema} }}"), number, &expected);
    }
}

#[test]
fn sizes() {
    for (schema, instance, keyword, words) in [
        ("minLength: 2", "\"\"", "minLength", "is empty where the document promises at least 2 characters"),
        (
            "maxLength: 1",
            "\"éé\"",
            "maxLength",
            "has 2 characters where the document promises at most 1 character",
        ),
        ("minItems: 1", "[]", "minItems", "is empty where the document promises at least 1 element"),
        ("maxItems: 1", "[1,2]", "maxItems", "has 2 elements where the document promises at most 1 element"),
        ("minProperties: 1", "{}", "minProperties", "is empty where the document promises at least 1 member"),
        (
            "maxProperties: 0",
            "{\"a\":1}",
            "maxProperties",
            "has 1 member where the document promises at most no members",
        ),
    ] {
        check(&format!("T: {{ {schema} }}"), instance, &format!(" T/{keyword}: the body {words}"));
    }
}

#[test]
fn members_that_are_missing() {
    check(
        "T: { required: [data, order_number], properties: { order_number: {} } }",
        r#"{"data": 1, "orderNumber": 1}"#,
        " T/required/1: the body lacks `order_number`, which the document requires
  = it has `orderNumber`, which the document does not name",
    );
    check31(
        "T: { dependentRequired: { card: [cvc] } }",
        r#"{"card": 1}"#,
        " T/dependentRequired/card/0: the body lacks `cvc`, which the document requires beside `card`",
    );
}

#[test]
fn members_that_are_too_many() {
    check(
        "T: { additionalProperties: false, properties: { amount: {}, currency: {} } }",
        r#"{"amout": 1, "zebra": 2, "currency": 3}"#,
        "/amout T/additionalProperties: the body has a member `amout` that the document does not allow
  = the document has `amount`, which is not there
/zebra T/additionalProperties: the body has a member `zebra` that the document does not allow",
    );
    check(
        "T: { properties: { o: { additionalProperties: false } } }",
        r#"{"o": {"a": {}, "b": 1}}"#,
        "/o/a T/properties/o/additionalProperties: `o` has a member `a` that the document does not allow
/o/b T/properties/o/additionalProperties: `o` has a member `b` that the document does not allow",
    );
    check31(
        "T: { unevaluatedProperties: false, allOf: [ { properties: { a: {} } } ] }",
        r#"{"a": 1, "b": 2}"#,
        "/b T/unevaluatedProperties: the body has a member `b` that the document does not allow",
    );
    check31(
        "T: { propertyNames: { pattern: '^[a-z]+$', maxLength: 3 } }",
        r#"{"Kxyz": 1}"#,
        "/Kxyz T/propertyNames/maxLength: the member name `Kxyz` has 4 characters where the document promises at most 3 characters
/Kxyz T/propertyNames/pattern: the member name `Kxyz` does not match the documented pattern",
    );
    check31(
        "T: { propertyNames: { $ref: '#/components/schemas/Name' } }\nName: { pattern: '^[a-z]+$' }",
        r#"{"K": 1}"#,
        "/K Name/pattern: the member name `K` does not match the documented pattern",
    );
}

#[test]
fn patterns_and_formats() {
    check(
        "T: { properties: { a: { pattern: '^[A-Z]{3}$' }, d: { format: date-time }, n: { format: int32 }, b: { format: byte } } }",
        r#"{"a": "usd", "d": "2018-04-16 10:11", "n": 3000000000, "b": "?"}"#,
        "/a T/properties/a/pattern: `a` is `usd`, which does not match the documented pattern
/d T/properties/d/format [date-time]: `d` is `2018-04-16 10:11`, which is not a date-time
/n T/properties/n/format [int32]: `n` is `3000000000`, which is not a 32-bit integer
/b T/properties/b/format [byte]: `b` is `?`, which is not base64 text",
    );
}

#[test]
fn elements() {
    check(
        "T: { uniqueItems: true }",
        r#"[1, {"a": 1}, 1.0]"#,
        " T/uniqueItems: the body has equal elements at 0 and 2 where the document promises that all differ",
    );
    check31(
        "T: { prefixItems: [true], items: false, contains: { type: string } }",
        "[1, 2]",
        " T/contains: the body has no element that fits `contains`
/1 T/items: element `[1]` of the body is an element more than the document allows",
    );
    check31(
        "T: { contains: { type: string }, minContains: 2 }",
        r#"["a", 1]"#,
        " T/minContains: the body has fewer than 2 elements fitting `contains`",
    );
    check31(
        "T: { contains: { type: string }, maxContains: 1 }",
        r#"["a", "b"]"#,
        " T/maxContains: the body has more than 1 element fitting `contains`",
    );
    check31(
        "T: { prefixItems: [true], unevaluatedItems: false }",
        "[1, 2]",
        " T/unevaluatedItems: the body has elements that the document does not allow",
    );
}

#[test]
fn conditions() {
    check31(
        "T: { if: { properties: { kind: { const: a } } }, then: { required: [x] }, else: { required: [y] } }",
        r#"{"kind": "b"}"#,
        " T/else/required/0: the body lacks `y`, which the document requires
  = it is asked for because the condition in `if` does not hold",
    );
    check31(
        "T: { if: true, then: { $ref: '#/components/schemas/X' } }\nX: { required: [x] }",
        "{}",
        " X/required/0: the body lacks `x`, which the document requires
  = it is asked for because the condition in `if` holds",
    );
    check31(
        "T: { properties: { then: { type: string } } }",
        r#"{"then": 1}"#,
        "/then T/properties/then/type: `then` is an integer where the document promises a string",
    );
    check("T: { not: { type: string } }", "\"a\"", " T/not: the body is `a`, which the document rules out");
}

const PAYMENT: &str = "T: { properties: { p: { $ref: '#/components/schemas/Payment' } } }
Payment:
  oneOf: [ { $ref: '#/components/schemas/Card' }, { $ref: '#/components/schemas/Manual' } ]
  discriminator: { propertyName: gateway, mapping: { online: Card, manual: '#/components/schemas/Manual' } }
Card: { required: [card], properties: { gateway: { type: string } } }
Manual: { required: [gateway, paid_by], properties: { paid_by: { type: string } } }";

#[test]
fn the_discriminator_chooses_the_form() {
    check(
        PAYMENT,
        r#"{"p": {"gateway": "manual"}}"#,
        "/p Manual/required/1: `p` lacks `paid_by`, which the document requires
  = `p` says `gateway: manual`, so it is judged as Manual and not as Card",
    );
    check(
        PAYMENT,
        r#"{"p": {"gateway": "online"}}"#,
        "/p Card/required/0: `p` lacks `card`, which the document requires
  = `p` says `gateway: online`, so it is judged as Card and not as Manual",
    );
    // A value outside the mapping chooses nothing.
    check(
        PAYMENT,
        r#"{"p": {"gateway": "cash", "paid_by": 1}}"#,
        "/p/paid_by Manual/properties/paid_by/type: `paid_by` is an integer where the document promises a string
  = `p` fits neither Card nor Manual; Manual is nearest, for its fault lies deeper",
    );
}

#[test]
fn the_default_of_a_discriminator_chooses_the_form() {
    let schemas = PAYMENT.replace("mapping: {", "defaultMapping: Manual, mapping: {");
    check31(
        &schemas,
        r#"{"p": {"gateway": "cash"}}"#,
        "/p Manual/required/1: `p` lacks `paid_by`, which the document requires
  = `p` says `gateway: cash`, which is not mapped, so it is judged as Manual and not as Card",
    );
    check31(
        &schemas,
        r#"{"p": {"x": 1}}"#,
        "/p Manual/required/0: `p` lacks `gateway`, which the document requires
  = `p` has no `gateway`, so it is judged as Manual and not as Card
/p Manual/required/1: `p` lacks `paid_by`, which the document requires
  = `p` has no `gateway`, so it is judged as Manual and not as Card",
    );
}

#[test]
fn the_discriminator_of_a_parent_chooses_the_form() {
    let pets = "T: { oneOf: [ { $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' } ] }
Pet: { required: [kind], properties: { kind: { type: string } }, discriminator: { propertyName: kind, mapping: { dog: Dog } } }
Cat: { allOf: [ { $ref: '#/components/schemas/Pet' }, { required: [hunts] } ] }
Dog: { allOf: [ { $ref: '#/components/schemas/Pet' }, { required: [pack, size] } ] }";
    check(
        pets,
        r#"{"kind": "dog", "size": 1}"#,
        " Dog/allOf/1/required/0: the body lacks `pack`, which the document requires
  = the body says `kind: dog`, so it is judged as Dog and not as Cat",
    );
    check(
        pets,
        r#"{"kind": "Cat"}"#,
        " Cat/allOf/1/required/0: the body lacks `hunts`, which the document requires
  = the body says `kind: Cat`, so it is judged as Cat and not as Dog",
    );
}

#[test]
fn encodings_and_media_types_of_texts() {
    check31(
        "T: { properties: { a: { contentEncoding: base64 }, b: { contentEncoding: base64, contentMediaType: application/json }, c: { contentMediaType: application/json } } }",
        r#"{"a": "?", "b": "ew==", "c": "{"}"#,
        "/a T/properties/a/contentEncoding [base64]: `a` is `?`, which is not base64 text
/b T/properties/b/contentMediaType [application/json]: `b` is `ew==`, which is not JSON text
/c T/properties/c/contentMediaType [application/json]: `c` is `{`, which is not JSON text",
    );
}

#[test]
fn a_form_that_there_is_not_is_told_at_its_name() {
    let shape = "T: { properties: { form: { $ref: '#/components/schemas/Form' } } }
Form:
  oneOf: [ { $ref: '#/components/schemas/Circle' }, { $ref: '#/components/schemas/Square' } ]
  discriminator: { propertyName: type, mapping: { circle: Circle, square: Square } }
Circle: { required: [radius], properties: { type: { enum: [circle] } } }
Square: { required: [side], properties: { type: { enum: [square] } } }";
    check(
        shape,
        r#"{"form": {"type": "ellipse", "radius": 2}}"#,
        "/form/type Form/discriminator/mapping: `type` is `ellipse`, which the discriminator does not map",
    );
}

#[test]
fn a_name_of_no_form_is_told_where_no_form_is_nearer() {
    check(
        "T: { oneOf: [ { $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' } ], discriminator: { propertyName: kind } }
A: { required: [a] }
B: { required: [b] }",
        r#"{"kind": "C"}"#,
        " T/oneOf: the body fits neither A nor B
  = `kind` is `C`, which is the name of no form
  = not A: the body lacks `a`, which the document requires
  = not B: the body lacks `b`, which the document requires",
    );
}

#[test]
fn without_a_discriminator_the_nearest_form_is_told() {
    let tagged =
        "T: { oneOf: [ { $ref: '#/components/schemas/Card' }, { $ref: '#/components/schemas/Manual' } ] }
Card: { required: [card], properties: { gateway: { enum: [online] } } }
Manual: { required: [gateway, paid_by, paid_at], properties: { gateway: { enum: [manual] } } }";
    check(
        tagged,
        r#"{"gateway": "manual"}"#,
        " Manual/required/1: the body lacks `paid_by`, which the document requires
  = the body fits neither Card nor Manual; Manual is nearest, for what says the form fits it and not Card
 Manual/required/2: the body lacks `paid_at`, which the document requires
  = the body fits neither Card nor Manual; Manual is nearest, for what says the form fits it and not Card",
    );
    check31(
        "T: { anyOf: [ { $ref: '#/components/schemas/A' }, { type: 'null' } ] }\nA: { type: object, required: [x] }",
        "{}",
        " A/required/0: the body lacks `x`, which the document requires",
    );
    check31(
        "T: { anyOf: [ { type: string }, { type: 'null' } ] }",
        "5",
        " T/anyOf: the body is an integer where the document promises a string or null",
    );
}

#[test]
fn equally_near_forms_are_all_told() {
    check(
        "T: { oneOf: [ { $ref: '#/components/schemas/A' }, { title: b form, required: [b] } ] }\nA: { required: [a] }",
        "{}",
        " T/oneOf: the body fits neither A nor b form
  = not A: the body lacks `a`, which the document requires
  = not b form: the body lacks `b`, which the document requires",
    );
    check(
        "T: { anyOf: [ { type: string, format: date }, { type: string, format: date-time } ] }",
        "\"tomorrow\"",
        " T/anyOf [date]: the body fits neither a date nor a date-time
  = not a date: the body is `tomorrow`, which is not a date
  = not a date-time: the body is `tomorrow`, which is not a date-time",
    );
}

#[test]
fn more_than_one_form_fits() {
    check(
        "T: { oneOf: [ { $ref: '#/components/schemas/A' }, { required: [b] } ] }\nA: { required: [a] }",
        r#"{"a": 1, "b": 2}"#,
        " T/oneOf: the body fits both A and form 2 where the document promises exactly one",
    );
}

#[test]
fn a_choice_within_a_choice_is_followed() {
    let nested = "T: { oneOf: [ { type: object, properties: { p: { $ref: '#/components/schemas/P' } } }, { type: array } ] }
P: { anyOf: [ { type: object, required: [x] }, { type: string } ] }";
    check(nested, r#"{"p": {}}"#, "/p P/anyOf/0/required/0: `p` lacks `x`, which the document requires");
}

#[test]
fn errors_stand_in_the_order_of_the_value() {
    check(
        "T: { properties: { a: { type: string }, b: { type: string } } }",
        r#"{"b": 1, "a": 2}"#,
        "/b T/properties/b/type: `b` is an integer where the document promises a string
/a T/properties/a/type: `a` is an integer where the document promises a string",
    );
}
