use super::*;
use crate::openapi::{Contract, Direction, Document, Validity, check_structure};
use serde_json::json;
use std::cell::RefCell;

/// Texts by their names below `file:///p/` or by their URLs; what is not among them cannot be read.
pub(super) struct Texts {
    texts: Vec<(String, String)>,
    asked: RefCell<Vec<String>>,
}

impl Texts {
    fn of(texts: &[(&str, &str)]) -> Self {
        let texts = texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        Self { texts, asked: RefCell::default() }
    }

    fn document(&self, limits: &Limits) -> (Arc<Document>, Vec<String>) {
        let source = Source::new("main.yaml", self.texts[0].1.as_str());
        let mut problems = Problems::new(&source);
        let document = Document::load_with(self, limits, &mut problems).expect("it loads");
        (document, problems.into_list().iter().map(render).collect())
    }
}

impl Fetch for Texts {
    fn base(&self) -> Url {
        Url::parse("file:///p/main.yaml").expect("it is a URL")
    }

    fn fetch(&self, uri: &Url, _: &Url) -> Result<Arc<Source>, Refusal> {
        let name = uri.as_str().strip_prefix("file:///p/").unwrap_or(uri.as_str());
        self.asked.borrow_mut().push(name.to_owned());
        match self.texts.iter().find(|(each, _)| each == name) {
            Some((_, text)) => Ok(Source::new(name, text.as_str())),
            None => {
                Err(Refusal { reason: format!("there is no `{name}`"), help: Some("look again".to_owned()) })
            }
        }
    }
}

/// One diagnostic as `file:line:column code message`.
fn render(diagnostic: &Diagnostic) -> String {
    let place = diagnostic.labels.first().map_or_else(String::new, |label| {
        let position = label.at.position();
        format!("{}:{}:{} ", label.at.source.name(), position.line, position.column)
    });
    format!("{place}{} {}", diagnostic.code, diagnostic.message)
}

/// Judges a value by `#/components/schemas/T` of the first text; each error as its place and headline.
fn check_value(texts: &[(&str, &str)], value: Value, expected: &[&str]) {
    let texts = Texts::of(texts);
    let (document, problems) = texts.document(&Limits::default());
    assert_eq!(problems, Vec::<String>::new());
    let schema = Pointer::of(["components", "schemas", "T"]);
    let contract = Contract::of_schemas(Arc::clone(&document), [(schema.clone(), Direction::Response)]);
    let mut found: Vec<String> = match contract.validate(&schema, Direction::Response, &value, 10) {
        Validity::Valid => Vec::new(),
        Validity::NotChecked(reason) => vec![format!("not checked: {reason}")],
        Validity::Invalid(errors) => errors
            .iter()
            .map(|error| {
                let place = document.place_of(&error.keyword).map_or_else(
                    || "nowhere".to_owned(),
                    |at| format!("{}:{}", at.source.name(), at.position().line),
                );
                format!("{place} via {}: {}", error.via.join(" › "), error.headline)
            })
            .collect(),
    };
    found.extend(contract.left_out(&schema, Direction::Response).iter().map(|it| format!("left out: {it}")));
    assert_eq!(found, expected);
}

/// What `contest check` would say of a document.
fn check_lints(texts: &[(&str, &str)], expected: &[&str]) {
    let texts = Texts::of(texts);
    let (document, mut found) = texts.document(&Limits::default());
    found.extend(check_structure(&document, crate::openapi::Nullable::default()).iter().map(render));
    assert_eq!(found, expected);
}

fn main_with(schema: &str) -> String {
    format!(
        "openapi: 3.1.0\npaths:\n  /a: {{ get: {{ responses: {{ '200': {{ description: d }} }} }} }}\ncomponents: {{ schemas: {{ T: {schema} }} }}\n"
    )
}

#[test]
fn references_lead_through_files_of_both_formats() {
    let main = main_with("{ $ref: 'a/order.yaml' }");
    let order = "properties:\n  price: { $ref: '../money.json#/definitions/Money' }\n  next: { $ref: order.yaml }\n  own: { $ref: '#/$defs/own' }\n$defs:\n  own: { type: boolean }\n";
    let money = "{\"definitions\": {\n\"Money\": {\"type\": \"integer\"},\n\"Unused\": {\"$ref\": \"nothing.json\"}}}";
    let texts = [("main.yaml", main.as_str()), ("a/order.yaml", order), ("money.json", money)];
    check_value(&texts, json!({"price": 1, "next": {"own": true}}), &[]);
    check_value(
        &texts,
        json!({"price": "x", "next": {"own": 1}}),
        &[
            "money.json:2 via T › order › Money: `price` is a string where the document promises an integer",
            "a/order.yaml:6 via T › order › own: `own` is an integer where the document promises a boolean",
        ],
    );
    // What no reference leads to is not read, and not looked at.
    check_lints(&texts, &[]);
}

#[test]
fn path_items_operations_and_their_parts_may_stand_elsewhere() {
    let texts = Texts::of(&[
        (
            "main.yaml",
            "openapi: 3.0.3\npaths:\n  /a: { $ref: 'paths/a%20b.yaml' }\n  /c: { $ref: paths/a b.yaml#/x~1y }\n",
        ),
        (
            "paths/a%20b.yaml",
            "get: { operationId: getA, parameters: [ { $ref: '../parts.yaml#/parameters/Id' } ], responses: { '200': { $ref: '../parts.yaml#/responses/Ok' } } }\nx/y: { put: { operationId: putC, responses: {} } }\n",
        ),
        (
            "parts.yaml",
            "parameters: { Id: { name: id, in: query, schema: { type: integer } } }\nresponses: { Ok: { description: fine, content: { application/json: { schema: { type: string } } } } }\n",
        ),
    ]);
    let (document, problems) = texts.document(&Limits::default());
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(document.operations().map(|it| it.name()).collect::<Vec<_>>(), ["getA", "putC"]);
    let operation = document.find_operation("getA").expect("it is there");
    assert_eq!(operation.parameters()[0].name(), "id");
    let response = operation.response_for(200).expect("it is there");
    let schema = response.media_types()[0].schema().expect("it has one");
    let place = document.place_of(&schema).expect("it was written");
    assert_eq!((place.source.name(), place.position().line), ("parts.yaml", 2));
    assert_eq!(*texts.asked.borrow(), ["paths/a%20b.yaml", "parts.yaml"]);
}

#[test]
fn all_paths_may_stand_in_one_file() {
    let texts = Texts::of(&[
        ("main.yaml", "openapi: 3.0.3\npaths: { $ref: paths.yaml }\n"),
        ("paths.yaml", "/a: { $ref: 'a.yaml' }\n/b: { get: { operationId: getB, responses: {} } }\n"),
        ("a.yaml", "get: { operationId: getA, responses: {} }\n"),
    ]);
    let (document, problems) = texts.document(&Limits::default());
    assert_eq!(problems, Vec::<String>::new());
    let labels: Vec<String> = document.operations().map(|it| it.label()).collect();
    assert_eq!(labels, ["GET /a", "GET /b"]);
}

#[test]
fn circles_over_files_end() {
    let main = main_with("{ $ref: 'a.yaml#/A' }");
    let texts = [
        ("main.yaml", main.as_str()),
        ("a.yaml", "A: { $ref: 'b.yaml#/B' }\n"),
        ("b.yaml", "B: { $ref: 'a.yaml#/A' }\n"),
    ];
    check_lints(
        &texts,
        &[
            "a.yaml:1:12 document.reference `a.yaml#/A` leads in a circle: `a.yaml#/A` → `b.yaml#/B` → `a.yaml#/A`",
        ],
    );
    let back = "A: { properties: { t: { $ref: 'main.yaml#/components/schemas/T' }, n: { type: integer } } }";
    let texts = [("main.yaml", main.as_str()), ("a.yaml", back)];
    check_value(
        &texts,
        json!({"t": {"t": {"n": "x"}}}),
        &["a.yaml:1 via T › A › T › A › T › A: `n` is a string where the document promises an integer"],
    );
}

#[test]
fn a_fault_of_a_file_costs_what_leads_there() {
    let main = main_with(
        "{ properties: { gone: { $ref: gone.yaml }, broken: { $ref: 'broken.json#/A' }, typo: { $ref: 'good.yaml#/schemas/Ordr' }, good: { $ref: 'good.yaml#/schemas/Order' } } }",
    );
    let texts = [
        ("main.yaml", main.as_str()),
        ("broken.json", "{\"A\": nope}"),
        ("good.yaml", "schemas: { Order: { type: integer } }\n"),
    ];
    let texts_of = Texts::of(&texts);
    let (document, problems) = texts_of.document(&Limits::default());
    assert_eq!(problems, ["broken.json:1:8 document.syntax not JSON: expected ident"]);
    let schema = Pointer::of(["components", "schemas", "T"]);
    let contract = Contract::of_schemas(Arc::clone(&document), [(schema.clone(), Direction::Response)]);
    assert!(matches!(
        contract.validate(&schema, Direction::Response, &json!({"good": "x", "gone": 1}), 10),
        Validity::Invalid(errors) if errors.len() == 1
    ));
    assert_eq!(
        contract.left_out(&schema, Direction::Response),
        [
            "`gone.yaml` cannot be followed: there is no `gone.yaml` (`#/components/schemas/T/properties/gone/$ref`)",
            "`broken.json#/A` cannot be followed: `broken.json` cannot be read: not JSON: expected ident, at line 1 (`#/components/schemas/T/properties/broken/$ref`)",
            "`good.yaml#/schemas/Ordr` leads nowhere: `good.yaml#/schemas` has no `Ordr` (`#/components/schemas/T/properties/typo/$ref`)",
        ]
    );
}

#[test]
fn a_path_that_leads_nowhere_is_said_at_once() {
    check_lints(
        &[(
            "main.yaml",
            "openapi: 3.0.3\ninfo: { title: a, version: '1' }\npaths:\n  /a: { $ref: a.yaml }\n  /b: { get: { responses: { '200': { description: d } } } }\n",
        )],
        &[
            "main.yaml:4:15 document.reference `a.yaml` cannot be followed: there is no `a.yaml`",
            "main.yaml:4:15 document.reference `a.yaml` cannot be followed: there is no `a.yaml`",
        ],
    );
}

#[test]
fn an_id_is_where_references_start() {
    let main = main_with(
        "{ $id: 'https://example.com/s/t', properties: { a: { $ref: 'item' }, b: { $ref: '/s/other#/x' }, c: { $ref: 'near.yaml#here' } }, $defs: { i: { $id: item, type: integer } } }",
    );
    let texts = [
        ("main.yaml", main.as_str()),
        ("https://example.com/s/other", "x: { type: string }"),
        ("near.yaml", "$defs: { a: { $anchor: here, type: boolean } }\n"),
    ];
    check_value(&texts, json!({"a": 1, "b": "x", "c": true}), &[]);
    check_value(
        &texts,
        json!({"a": "x", "b": 1, "c": 1}),
        &[
            "main.yaml:4 via T: `a` is a string where the document promises an integer",
            "https://example.com/s/other:1 via T › x: `b` is an integer where the document promises a string",
            "near.yaml:1 via T › a: `c` is an integer where the document promises a boolean",
        ],
    );
}

#[test]
fn a_file_may_be_known_by_its_id() {
    let main =
        main_with("{ properties: { a: { $ref: 'schemas/a.json' }, b: { $ref: 'https://example.com/b' } } }");
    let a = "{\"$id\": \"https://example.com/a\", \"$ref\": \"b\", \"$defs\": {\"b\": {\"$id\": \"b\", \"type\": \"integer\"}}}";
    let texts = [("main.yaml", main.as_str()), ("schemas/a.json", a)];
    check_value(
        &texts,
        json!({"a": "x", "b": "y"}),
        &[
            "schemas/a.json:1 via T › a › b: `a` is a string where the document promises an integer",
            "schemas/a.json:1 via T › b: `b` is a string where the document promises an integer",
        ],
    );
}

#[test]
fn a_dynamic_reference_means_the_outermost_schema() {
    let page = "$id: https://example.com/page\nproperties:\n  items: { items: { $dynamicRef: '#item' } }\n$defs:\n  any: { $dynamicAnchor: item }\n";
    let schema = |item: &str| {
        main_with(&format!(
            "{{ properties: {{ plain: {{ $ref: page.yaml }}, of: {{ $id: 'https://example.com/of', $ref: page, $defs: {{ i: {{ $dynamicAnchor: item, {item} }} }} }} }} }}"
        ))
    };
    let main = schema("type: integer");
    let texts = [("main.yaml", main.as_str()), ("page.yaml", page)];
    check_value(&texts, json!({"plain": {"items": ["x"]}, "of": {"items": [1]}}), &[]);
    check_value(
        &texts,
        json!({"plain": {"items": ["x"]}, "of": {"items": ["x"]}}),
        &["main.yaml:4 via T › page: `items[0]` is a string where the document promises an integer"],
    );
}

#[test]
fn a_file_states_its_own_version_and_dialect() {
    let main = main_with(
        "{ properties: { old: { $ref: 'old.yaml#/components/schemas/N' }, seven: { $ref: seven.json } } }",
    );
    let texts = [
        ("main.yaml", main.as_str()),
        (
            "old.yaml",
            "openapi: 3.0.0\ncomponents: { schemas: { N: { type: integer, nullable: true, minimum: 1, exclusiveMinimum: true } } }\n",
        ),
        (
            "seven.json",
            "{\"$schema\": \"http://json-schema.org/draft-07/schema#\",\n\"properties\": {\"t\": {\n\"items\": [{\"type\": \"integer\"}],\n\"additionalItems\": false}},\n\"dependencies\": {\n\"a\": [\"b\"], \"c\": {\"required\": [\"d\"]}}}",
        ),
    ];
    check_value(&texts, json!({"old": null, "seven": {"t": [1]}}), &[]);
    check_value(
        &texts,
        json!({"old": 1, "seven": {"t": ["x", 2], "a": 1, "c": 1}}),
        &[
            "old.yaml:2 via T › N: `old` is 1 where the document promises more than 1",
            "seven.json:6 via T › seven: `seven` lacks `b`, which the document requires beside `a`",
            "seven.json:6 via T › seven: `seven` lacks `d`, which the document requires",
            "seven.json:3 via T › seven: `t[0]` is a string where the document promises an integer",
            "seven.json:4 via T › seven: `t[1]` is an element more than the document allows",
        ],
    );
}

#[test]
fn limits_are_kept_and_named() {
    let main = main_with("{ allOf: [ { $ref: a.yaml }, { $ref: b.yaml } ] }");
    let chain = [
        ("main.yaml", main.as_str()),
        ("a.yaml", "$ref: c.yaml\n"),
        ("b.yaml", "type: object\n"),
        ("c.yaml", "type: object\n"),
    ];
    let messages = |limits: &Limits| {
        let texts = Texts::of(&chain);
        let (document, _) = texts.document(limits);
        check_structure(&document, crate::openapi::Nullable::default())
            .iter()
            .map(|it| format!("{} ({})", render(it), it.help.join("")))
            .collect::<Vec<_>>()
    };
    assert_eq!(messages(&Limits::default()), Vec::<String>::new());
    assert_eq!(
        messages(&Limits { files: 2, ..Limits::default() }),
        [
            "a.yaml:1:7 document.reference `c.yaml` cannot be followed: the document has 2 other files already, which is the limit `files` (`--limit files=4` allows more)"
        ],
    );
    assert_eq!(
        messages(&Limits { chain: 1, ..Limits::default() }),
        [
            "a.yaml:1:7 document.reference `c.yaml` cannot be followed: the file stands behind 1 other, which is the limit `chain` (`--limit chain=2` allows more)"
        ],
    );
}

#[test]
fn a_large_document_refers_to_files_too() {
    let filler = "x".repeat(1 << 20);
    let main = format!(
        "{{\"openapi\": \"3.1.0\", \"info\": {{\"title\": \"{filler}\", \"version\": \"1\"}}, \"paths\": {{\"/a\": {{\"$ref\": \"a.json\"}}}}, \"components\": {{\"schemas\": {{\"T\": {{\"$ref\": \"t.yaml#/T\"}}}}}}}}"
    );
    let texts = [
        ("main.yaml", main.as_str()),
        ("a.json", "{\"get\": {\"operationId\": \"getA\", \"responses\": {}}}"),
        ("t.yaml", "T: { type: integer }\n"),
    ];
    check_value(
        &texts,
        json!("x"),
        &["t.yaml:1 via T: the body is a string where the document promises an integer"],
    );
    let of = Texts::of(&texts);
    let (document, _) = of.document(&Limits::default());
    assert!(document.find_operation("getA").is_some());
}

#[test]
fn a_document_may_say_what_it_is_called() {
    let main = format!(
        "$self: https://example.com/api/openapi.yaml\n{}",
        main_with(
            "{ properties: { a: { $ref: parts.yaml }, b: { $ref: 'https://example.com/api/openapi.yaml#/components/schemas/S' } } }, S: { type: integer }"
        )
    );
    let texts = [("main.yaml", main.as_str()), ("parts.yaml", "type: string\n")];
    check_value(
        &texts,
        json!({"a": 1, "b": "x"}),
        &[
            "parts.yaml:1 via T › parts: `a` is an integer where the document promises a string",
            "main.yaml:5 via T › S: `b` is a string where the document promises an integer",
        ],
    );
}

#[test]
fn a_broken_reference_is_said_once_however_it_is_reached() {
    let main = main_with("{ allOf: [ { $ref: 'a.yaml#/s/x/y' }, { $ref: 'a.yaml#/s' } ] }");
    let texts = [("main.yaml", main.as_str()), ("a.yaml", "s: { x: { y: { $ref: '#/gone' } } }\n")];
    check_lints(&texts, &["a.yaml:1:22 document.reference `#/gone` leads nowhere: `a.yaml` has no `gone`"]);
}

#[test]
fn all_files_together_have_a_size() {
    let main = main_with("{ allOf: [ { $ref: a.yaml }, { $ref: b.yaml } ] }");
    let large = format!("description: {}\n", "x".repeat(600));
    let texts = Texts::of(&[("main.yaml", main.as_str()), ("a.yaml", &large), ("b.yaml", &large)]);
    let (document, _) = texts.document(&Limits { document: 1000, ..Limits::default() });
    let found: Vec<String> =
        check_structure(&document, crate::openapi::Nullable::default()).iter().map(render).collect();
    assert_eq!(
        found,
        [
            "main.yaml:4:66 document.reference `b.yaml` cannot be followed: the other files are larger together than the limit `document` of 1000 bytes"
        ]
    );
}

#[test]
fn no_more_files_are_asked_for_than_may_be_read() {
    let each: Vec<String> = (0..2_000).map(|number| format!("{{ $ref: f{number}.yaml }}")).collect();
    let main = main_with(&format!("{{ allOf: [ {} ] }}", each.join(", ")));
    let texts = Texts::of(&[("main.yaml", main.as_str())]);
    let (document, problems) = texts.document(&Limits::default());
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(texts.asked.borrow().len(), 256);
    assert_eq!(check_structure(&document, crate::openapi::Nullable::default()).len(), 1_000);
}
