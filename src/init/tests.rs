use super::names::{camel, kebab, singular, unique, upper, with_article};
use super::{ApiToDraft, draft};
use crate::diagnostic::Problems;
use crate::limits::Limits;
use crate::openapi::Document;
use crate::source::Source;

#[test]
fn names_are_made_of_words() {
    for (text, kebab_case, camel_case) in [
        ("orderItems", "order-items", "orderItems"),
        ("Order_items", "order-items", "orderItems"),
        ("GET /v1/orders/{id}", "get-v1-orders-id", "getV1OrdersId"),
        ("APIKey", "api-key", "apiKey"),
        ("X-Stripe-ID", "x-stripe-id", "xStripeId"),
        ("\u{96ea}", "", ""),
    ] {
        assert_eq!((kebab(text).as_str(), camel(text).as_str()), (kebab_case, camel_case), "{text}");
    }
    assert_eq!(upper("bearerAuth"), "BEARER_AUTH");
}

#[test]
fn one_of_several_has_its_word() {
    for (many, one) in [
        ("orders", "an order"),
        ("categories", "a category"),
        ("boxes", "a box"),
        ("addresses", "an address"),
        ("status", "a status"),
        ("pet", "a pet"),
        ("s", "a s"),
    ] {
        assert_eq!(with_article(&singular(many)), one, "{many}");
    }
    let mut taken = vec!["a".to_owned()];
    assert_eq!(
        [unique("a", &mut taken), unique("a", &mut taken), unique("b", &mut taken)],
        ["a-2", "a-3", "b"]
    );
}

/// The scenario file of a document with these paths, from `scenarios:` on.
fn drafted(paths: &str) -> String {
    let text = format!("openapi: 3.1.0\ninfo: {{ title: t, version: '1' }}\npaths:\n{paths}");
    let document = Document::load(&Limits::default(), &mut Problems::new(&Source::new("t.yaml", text)));
    let api =
        ApiToDraft { name: "t".to_owned(), path: "t.yaml".to_owned(), document: document.expect("it loads") };
    let draft = draft(&[api], ("p.json", "s.json"));
    let text = draft.scenarios.first().map(|(_, text)| text.as_str()).unwrap_or_default();
    text.split_once("scenarios:\n").map(|(_, rest)| rest.to_owned()).unwrap_or_default()
}

/// One operation's steps, without their indents.
fn check(operation: &str, expected: &str) {
    let text = drafted(&format!("  /a/{{id}}: {{ {operation} }}\n"));
    let steps = text.split_once("- call: ").map(|(_, rest)| rest).unwrap_or_default();
    let steps: Vec<&str> = steps.lines().map(str::trim).collect();
    assert_eq!(steps.join(" | "), expected, "{operation}\n{text}");
}

#[test]
fn calls_are_made_from_what_the_document_shows() {
    let id = "parameters: [{ name: id, in: path, required: true, schema: { type: integer, example: 7 } }]";
    let ok = "responses: { '200': { description: d } }";
    check(&format!("{id}, get: {{ operationId: x, {ok} }}"), "x | path: { id: 7 } | expect: { status: 200 }");
    check(&format!("get: {{ {ok} }}"), "GET /a/{id} | path: { id: $inputs.aId } | expect: { status: 200 }");
    check(
        &format!(
            "{id}, get: {{ operationId: x, responses: {{ '200': {{ description: d }}, '202': {{ description: d }} }} }}"
        ),
        "x | path: { id: 7 }",
    );
    check(
        &format!("{id}, get: {{ operationId: x, responses: {{ '404': {{ description: d }} }} }}"),
        "x | path: { id: 7 } | expect: { status: 404 }",
    );
    let query = "parameters: [{ name: n, in: query, required: true, schema: { type: integer, minimum: 3 } }]";
    check(
        &format!("{id}, get: {{ operationId: x, {query}, {ok} }}"),
        "x | path: { id: 7 } | query: { n: 3 } | expect: { status: 200 }",
    );
    let body = |schema: &str| {
        format!("requestBody: {{ required: true, content: {{ application/json: {{ schema: {schema} }} }} }}")
    };
    check(
        &format!(
            "{id}, put: {{ operationId: x, {}, {ok} }}",
            body("{ type: object, required: [a], properties: { a: { type: string }, b: { type: string } } }")
        ),
        "x | path: { id: 7 } | body: { a: text } | expect: { status: 200 }",
    );
    check(
        &format!(
            "{id}, put: {{ operationId: x, {}, {ok} }}",
            body("{ type: object, properties: { a: { type: string }, b: { default: '$5' } } }")
        ),
        "x | path: { id: 7 } | body: { b: \"$$5\" } | expect: { status: 200 }",
    );
    check(
        &format!(
            "{id}, put: {{ operationId: x, {}, {ok} }}",
            body("{ type: string, minLength: 3, maxLength: 2 }")
        ),
        "x | path: { id: 7 } | rawBody: TODO | sends: unchecked | expect: { status: 200 }",
    );
}

#[test]
fn a_lifecycle_needs_an_identifier() {
    let paths = |answer: &str| {
        format!(
            "  /cats: {{ post: {{ operationId: create, responses: {{ '201': {{ description: d, {answer} }} }} }} }}\n  \
             /cats/{{catId}}: {{ get: {{ operationId: read, responses: {{ '200': {{ description: d }}, '404': {{ description: d }} }} }}, \
             delete: {{ operationId: remove, responses: {{ '204': {{ description: d }} }} }} }}\n"
        )
    };
    let json = |schema: &str| format!("content: {{ application/json: {{ schema: {schema} }} }}");
    for (answer, save) in [
        (json("{ type: object, properties: { id: { type: string } } }"), Some("save: { catId: \"$.id\" }")),
        (
            json("{ type: object, properties: { catId: { type: integer }, id: { type: string } } }"),
            Some("save: { catId: \"$.catId\" }"),
        ),
        (
            json(
                "{ type: object, properties: { cat: { type: object, properties: { uuid: { type: string } } } } }",
            ),
            Some("save: { catId: \"$.cat.uuid\" }"),
        ),
        (
            "headers: { Location: { schema: { type: string } } }".to_owned(),
            Some("save: { catId: { header: Location, regex: \"[^/]+$\" } }"),
        ),
        (json("{ type: object, properties: { name: { type: string } } }"), None),
    ] {
        let text = drafted(&paths(&answer));
        assert_eq!(text.contains("cat-lifecycle:"), save.is_some(), "{text}");
        if let Some(save) = save {
            assert!(
                text.contains(save) && text.contains("title: a cat can be created, read and deleted"),
                "{text}"
            );
            assert!(text.contains("title: It is gone") && text.contains("status: 404"), "{text}");
        }
    }
}

#[test]
fn values_of_documents_are_no_expressions() {
    let draft = drafted(
        "  /a: { post: { operationId: x, requestBody: { required: true, content: { application/json: { example: { a: '{$vars.x} $inputs.y' }, schema: { type: object } } } }, responses: { '200': { description: d } } } }\n",
    );
    assert!(draft.contains(r#"body: { a: "{$$vars.x} $$inputs.y" }"#), "{draft}");
}
