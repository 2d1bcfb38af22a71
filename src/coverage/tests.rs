use super::{ApiToCover, Coverage, CoverageSettings, Dimension, Observed, Tally, Thresholds, Universe};
use crate::check::{RequestContent, RequestValues};
use crate::diagnostic::Problems;
use crate::exchange::{Body, Exchange, Headers, Request, Response};
use crate::json::{Datum, Value};
use crate::limits::Limits;
use crate::openapi::{Contract, Document, Operation, OperationIndex};
use crate::source::Source;
use std::sync::Arc;
use std::time::Duration;

/// What is sent to the first operation, and what comes.
#[derive(Clone)]
struct Sent {
    query: &'static str,
    headers: &'static str,
    path: &'static str,
    body: Option<(&'static str, &'static str)>,
    status: u16,
    content_type: Option<&'static str>,
    answer: &'static str,
}

const SENT: Sent =
    Sent { query: "", headers: "", path: "", body: None, status: 200, content_type: None, answer: "" };

fn answered(answer: &'static str) -> Sent {
    Sent { content_type: Some("application/json"), answer, ..SENT }
}

fn posted(body: &'static str) -> Sent {
    Sent { body: Some(("application/json", body)), ..SENT }
}

pub(super) fn document(text: &str) -> Arc<Document> {
    let mut problems = Problems::new(&Source::new("t.yaml", text));
    Document::load(&Limits::default(), &mut problems).expect("it loads")
}

pub(super) fn universe(document: &Arc<Document>, limit: usize) -> Arc<Universe> {
    let all: Vec<OperationIndex> = document.operations().map(Operation::index).collect();
    let contract = Arc::new(Contract::compile(Arc::clone(document), &all));
    Arc::new(Universe::of(
        vec![ApiToCover { index: 0, name: "shop".to_owned(), contract, called: all }],
        limit,
    ))
}

impl Sent {
    fn observe(&self, universe: &Universe, document: &Document) -> Observed {
        // `a=1 b=[2]`: values as JSON, else as text.
        let section = |text: &str| {
            let pairs = text.split_whitespace().filter_map(|pair| pair.split_once('='));
            let value = |text: &str| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
            pairs.map(|(name, text)| (name.to_owned(), Datum::new(value(text)))).collect()
        };
        let values = RequestValues {
            path: section(self.path),
            query: section(self.query),
            headers: section(self.headers),
            cookies: Vec::new(),
            body: self.body.map(|(media_type, text)| RequestContent {
                media_type: media_type.to_owned(),
                value: None,
                bytes: text.as_bytes().to_vec(),
            }),
        };
        let operation = document.operations().next().expect("there is one");
        let headers: Headers = self.content_type.iter().map(|it| ("Content-Type", *it)).collect();
        let request = Request {
            method: operation.method().to_owned(),
            url: "http://localhost/".to_owned(),
            headers: Headers::new(),
            body: None,
        };
        let response = Response {
            version: "HTTP/1.1".to_owned(),
            status: self.status,
            reason: String::new(),
            headers,
            body: Body::new(self.answer, None),
        };
        let exchange = Exchange { request, response, latency: Duration::ZERO, notes: Vec::new() };
        universe.observe(0, operation.index(), &values, &exchange, &Limits::default())
    }
}

fn covered(text: &str, sent: &[Sent]) -> Coverage {
    let document = document(text);
    let universe = universe(&document, 10_000);
    let mut tally = Tally::new(Arc::clone(&universe));
    sent.iter().for_each(|sent| tally.add(&sent.observe(&universe, &document)));
    tally.finish()
}

const COMPONENTS: &str = "
components:
  schemas:
    Cat: { type: object, required: [kind], properties: { kind: { type: string }, lives: { type: integer } } }
    Dog: { type: object, required: [kind], properties: { kind: { type: string }, tail: { enum: [up, down] } } }
    Node: { type: object, properties: { name: { type: string }, next: { $ref: '#/components/schemas/Node' }, all: { type: array, items: { $ref: '#/components/schemas/Node' } } } }
    Base: { type: object, properties: { kind: { type: string } }, discriminator: { propertyName: kind, mapping: { a: '#/components/schemas/A', b: '#/components/schemas/B' } } }
    A: { allOf: [ { $ref: '#/components/schemas/Base' }, { properties: { one: { type: integer } } } ] }
    B: { allOf: [ { $ref: '#/components/schemas/Base' }, { properties: { two: { type: integer } } } ] }
";

/// One operation, what is covered of it and what is not, but for the operation itself.
fn check(operation: &str, sent: &[Sent], expected: &str, gaps: &str) {
    let text = format!(
        "openapi: 3.1.0\ninfo: {{ title: t, version: '1' }}\npaths:\n  /a: {{ {operation} }}\n{COMPONENTS}"
    );
    let coverage = covered(&text, sent);
    let document = &coverage.documents["shop"];
    let whole = document.operations.values().next().expect("there is one");
    let words = |items: &mut dyn Iterator<Item = &super::Item>| {
        let told = items.filter(|item| item.dimension != Dimension::Operation);
        told.map(super::Item::words).collect::<Vec<_>>().join(" | ")
    };
    let found = (words(&mut whole.covered.iter()), words(&mut whole.gaps.keys()));
    assert_eq!((found.0.as_str(), found.1.as_str()), (expected, gaps), "{operation}");
}

/// An operation whose 200 is JSON of a schema.
fn answers(schema: &str) -> String {
    format!(
        "get: {{ responses: {{ '200': {{ content: {{ application/json: {{ schema: {schema} }} }} }} }} }}"
    )
}

/// An operation whose body is JSON of a schema.
fn takes(schema: &str) -> String {
    format!(
        "post: {{ requestBody: {{ content: {{ application/json: {{ schema: {schema} }} }} }}, responses: {{ '200': {{}} }} }}"
    )
}

#[test]
fn statuses_and_media_types() {
    let operation = "get: { responses: { '200': { content: { application/json: {}, text/*: {} } }, 4XX: {}, '404': {}, default: {} } }";
    let status = |status: u16| Sent { status, ..SENT };
    check(
        operation,
        &[answered("{}"), status(404), status(409)],
        "200 | 404 | 4XX | application/json in 200",
        "default | text/* in 200",
    );
    let html = Sent { content_type: Some("text/html; charset=utf-8"), answer: "<p>", ..SENT };
    check(
        operation,
        &[html, status(503)],
        "200 | default | text/* in 200",
        "404 | 4XX | application/json in 200",
    );
    check(operation, &[], "", "200 | 404 | 4XX | default | application/json in 200 | text/* in 200");
}

#[test]
fn what_came_and_is_not_documented() {
    let text = "openapi: 3.1.0\npaths:\n  /a: { get: { responses: { '200': { content: { application/json: {} } } } } }\n";
    let html = Sent { content_type: Some("text/html; charset=utf-8"), answer: "<p>", ..SENT };
    let coverage = covered(text, &[html.clone(), html, Sent { status: 503, ..SENT }, SENT]);
    let operation = coverage.documents["shop"].operations.values().next().expect("there is one");
    let found: Vec<_> =
        operation.undocumented.iter().map(|it| (it.status, it.media_type.as_deref())).collect();
    assert_eq!(found, [(200, Some("text/html")), (503, None)]);
}

#[test]
fn parameters_and_their_values() {
    let operation = "get: { parameters: [ { name: sort, in: query, schema: { enum: [up, down] } }, { name: all, in: query, schema: { type: boolean } }, { name: in, in: query, schema: { type: array, items: { enum: [1, 2] } } }, { name: X-A, in: header, schema: { type: string } }, { name: free, in: query } ], responses: { '200': {} } }";
    check(
        operation,
        &[Sent { query: "sort=up all=true in=[2] other=1", headers: "x-a=1", ..SENT }],
        "200 | header X-A | query all | query in | query sort | true as query all | 2 as query in | \"up\" as query sort",
        "query free | false as query all | 1 as query in | \"down\" as query sort",
    );
    check(
        operation,
        &[Sent { query: "sort=null in=1", ..SENT }],
        "200 | query in | 1 as query in",
        "header X-A | query all | query free | query sort | false as query all | true as query all | 2 as query in | \"down\" as query sort | \"up\" as query sort",
    );
}

#[test]
fn members_of_answers() {
    let schema = "{ type: object, properties: { id: { type: string }, secret: { type: string, writeOnly: true }, items: { type: array, items: { allOf: [ { properties: { sku: {} } }, { properties: { n: {} } } ] } } }, additionalProperties: { type: integer } }";
    check(
        &answers(schema),
        &[answered(r#"{"id": 1, "items": [{}, {"sku": null}]}"#)],
        "200 | application/json in 200 | id in 200 | items in 200 | items[].sku in 200",
        "* in 200 | items[].n in 200",
    );
    check(
        &answers(schema),
        &[answered(r#"{"other": 1}"#), answered("[]"), answered("nothing")],
        "200 | application/json in 200 | * in 200",
        "id in 200 | items in 200 | items[].n in 200 | items[].sku in 200",
    );
    check(
        &answers("{ $ref: '#/components/schemas/Node' }"),
        &[answered(r#"{"next": {"name": 1, "next": {}}, "all": [{"name": 1}]}"#)],
        "200 | application/json in 200 | all in 200 | next in 200",
        "name in 200",
    );
}

#[test]
fn members_of_requests() {
    let schema =
        "{ type: object, properties: { id: { readOnly: true }, name: {}, kind: { enum: [a, null] } } }";
    check(
        &takes(schema),
        &[posted(r#"{"id": 1, "name": "x"}"#), posted(r#"{"kind": null}"#)],
        "200 | application/json in the request | kind in the request | name in the request | null as kind in the request",
        "\"a\" as kind in the request",
    );
    let form = "post: { requestBody: { content: { application/x-www-form-urlencoded: { schema: { properties: { n: { type: integer, enum: [1, 2] }, m: {} } } }, text/plain: {} } }, responses: { '200': {} } }";
    check(
        form,
        &[Sent { body: Some(("application/x-www-form-urlencoded", "n=2")), ..SENT }],
        "200 | application/x-www-form-urlencoded in the request | n in the request | 2 as n in the request",
        "text/plain in the request | m in the request | 1 as n in the request",
    );
}

#[test]
fn forms_of_choices() {
    let pets = "{ oneOf: [ { $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' } ], discriminator: { propertyName: kind } }";
    check(
        &answers(pets),
        &[answered(r#"{"kind": "Dog", "tail": "up", "lives": 3}"#)],
        "200 | application/json in 200 | kind in 200 | lives in 200 | tail in 200 | \"up\" as tail in 200 | Dog in 200",
        "\"down\" as tail in 200 | Cat in 200",
    );
    // Without a discriminator by what fits.
    let either = "{ anyOf: [ { type: string }, { type: 'null' }, { type: object, title: Some thing } ] }";
    check(
        &answers(&format!("{{ properties: {{ a: {either} }} }}")),
        &[answered(r#"{"a": null}"#), answered(r#"{"a": {}}"#)],
        "200 | application/json in 200 | a in 200 | Some thing as a in 200 | null as a in 200",
        "string as a in 200",
    );
    check(
        &answers("{ $ref: '#/components/schemas/Base' }"),
        &[answered(r#"{"kind": "b", "two": 2}"#)],
        "200 | application/json in 200 | kind in 200 | two in 200 | b in 200",
        "one in 200 | a in 200",
    );
    check(&answers("{ oneOf: [ { type: string } ] }"), &[], "", "200 | application/json in 200");
}

#[test]
fn the_limit_leaves_out_what_stands_deepest() {
    let text = "openapi: 3.1.0\npaths:\n  /a: { get: { responses: { '200': { content: { application/json: { schema: { properties: { a: { properties: { b: {} } } } } } } } } } }\n  /b: { get: { responses: { '200': {} } } }\n";
    let document = document(text);
    for (limit, expected) in [(6, (6, true)), (7, (7, true)), (5, (5, false)), (1, (1, false))] {
        let coverage = Tally::new(universe(&document, limit)).finish();
        let all = &coverage.documents["shop"];
        let total: usize = all.counts().values().map(|count| count.total).sum();
        let expected = (expected.0.min(7), if limit < 7 { false } else { expected.1 });
        assert_eq!((total, all.is_complete), expected, "{limit}");
    }
}

#[test]
fn a_large_document_is_counted_quickly() {
    let mut text = String::from("openapi: 3.1.0\ninfo: { title: t, version: '1' }\npaths:\n");
    for number in 0..1_000 {
        text.push_str(&format!(
            "  /things{number}/{{id}}: {{ get: {{ operationId: get{number}, parameters: [ {{ name: id, in: path, required: true, schema: {{ type: string }} }} ], responses: {{ '200': {{ content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/N0' }} }} }} }} }} }} }}\n"
        ));
    }
    text.push_str("components:\n  schemas:\n");
    // Each holds all others: the paths are as many as there are orders of them.
    for number in 0..30 {
        let members = (0..30).map(|other| format!("m{other}: {{ $ref: '#/components/schemas/N{other}' }}"));
        let members: Vec<String> = members.collect();
        text.push_str(&format!(
            "    N{number}: {{ type: object, properties: {{ {} }} }}\n",
            members.join(", ")
        ));
    }
    let document = document(&text);
    let started = std::time::Instant::now();
    let mut coverage = Tally::new(universe(&document, Limits::default().coverage)).finish();
    let universe = universe(&document, Limits::default().coverage);
    universe.draft_steps(&mut coverage, CoverageSettings { steps: 3 }.steps);
    let total: usize = coverage.counts().values().map(|count| count.total).sum();
    assert_eq!((total, coverage.documents["shop"].is_complete), (50_000, false));
    assert_eq!(coverage.counts()[&Dimension::Operation].total, 1_000);
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
}

#[test]
fn what_is_asked_for_is_held_against_all_documents() {
    let text = "openapi: 3.1.0\npaths:\n  /a: { get: { responses: { '200': {}, '404': {}, '409': {} } } }\n  /b: { get: { responses: { '200': {} } } }\n";
    let coverage = covered(text, &[SENT]);
    let check = |asked: &str, expected: &[&str]| {
        let found = Thresholds::parse(asked).expect("it is right").shortfalls(&coverage);
        let words = found.iter().map(|it| {
            format!(
                "{} {} {}/{}: {}",
                it.dimension,
                it.wanted,
                it.count.covered,
                it.count.total,
                it.gaps.join(", ")
            )
        });
        assert_eq!(words.collect::<Vec<_>>(), expected, "{asked}");
    };
    check("operation=50,status=25", &[]);
    check("operation=50.1", &["operation 50.1 1/2: GET /b"]);
    check("status=80", &["status 80 1/4: 404 of GET /a, 409 of GET /a, 200 of GET /b"]);
    // Where there is none nothing is missing.
    check("branch=100,parameter=100%", &[]);
    let nothing = Thresholds::parse("status=0").expect("it is right").shortfalls(&Coverage::default());
    assert_eq!(nothing.len(), 1, "nothing was measured at all");
}

#[test]
fn thresholds_are_percentages_of_dimensions() {
    for (text, expected) in [
        ("status", "write NAME=PERCENT, as in operation=100,status=80"),
        ("status=101", "`101` is no percentage: write a number from 0 to 100"),
        ("status=NaN", "`NaN` is no percentage: write a number from 0 to 100"),
        ("statu=1", "there is no dimension `statu`; did you mean `status`?"),
        (
            "zebra=1",
            "there is no dimension `zebra`: they are operation, status, mediaType, parameter, requestMember, responseMember, enumValue, branch",
        ),
    ] {
        assert_eq!(Thresholds::parse(text), Err(expected.to_owned()), "{text}");
    }
    let (near, far) = (Thresholds::parse("status=1"), Thresholds::parse("status=2,operation=3"));
    let both = near.expect("it is right").over(&far.expect("it is right"));
    assert_eq!(both, Thresholds::parse("status=1,operation=3").expect("it is right"));
}

mod merging {
    use super::super::{Coverage, Dimension, DocumentCoverage, Item, OperationCoverage, Undocumented};
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::sync::Arc;

    fn item(number: u8) -> Item {
        let dimension = if number == 0 { Dimension::Operation } else { Dimension::Status };
        Item { status: (number > 0).then(|| number.to_string()), ..Item::of(dimension) }
    }

    prop_compose! {
        fn operation()(
            id in proptest::option::of("[ab]"),
            items in proptest::collection::btree_map(0..6_u8, proptest::option::of(proptest::option::of("[ab]")), 0..6),
            undocumented in proptest::collection::btree_set(500..900_u16, 0..80),
        ) -> OperationCoverage {
            let mut operation = OperationCoverage { id, ..OperationCoverage::default() };
            for (number, gap) in items {
                match gap {
                    Some(step) => drop(operation.gaps.insert(item(number), step.map(Arc::from))),
                    None => drop(operation.covered.insert(item(number))),
                }
            }
            let answers = undocumented.into_iter().map(|status| Undocumented { status, media_type: None });
            operation.undocumented = answers.collect();
            operation
        }
    }

    prop_compose! {
        fn coverage()(
            documents in proptest::collection::btree_map(
                "[xy]",
                (any::<bool>(), "[st]", proptest::collection::btree_map("[klm]", (0..3_usize, operation()), 0..3)),
                0..3,
            ),
        ) -> Coverage {
            let documents = documents.into_iter().map(|(api, (is_complete, source, operations))| {
                let operations = operations.into_iter().map(|(label, (place, it))| ((place, label), it)).collect();
                (api, DocumentCoverage { source, is_complete, operations })
            });
            Coverage { documents: documents.collect() }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn neither_order_nor_grouping_matters(a in coverage(), b in coverage(), c in coverage()) {
            prop_assert_eq!(a.clone().merge(b.clone()), b.clone().merge(a.clone()));
            prop_assert_eq!(a.clone().merge(b.clone()).merge(c.clone()), a.clone().merge(b.merge(c)));
            prop_assert_eq!(a.clone().merge(Coverage::default()), a.clone());
            prop_assert_eq!(a.clone().merge(a.clone()), a);
        }

        #[test]
        fn what_is_written_is_read_again(a in coverage()) {
            let text = serde_json::to_string(&a).expect("it is written");
            let read: Coverage = serde_json::from_str(&text).expect("it is read");
            let again = serde_json::to_string(&read).expect("it is written");
            prop_assert_eq!(text, again);
            prop_assert_eq!(read.counts(), a.counts());
        }
    }

    #[test]
    fn what_one_share_covers_is_covered() {
        let one = |covered: &[u8], gaps: &[u8]| {
            let operation = OperationCoverage {
                covered: covered.iter().map(|it| item(*it)).collect(),
                gaps: gaps.iter().map(|it| (item(*it), None)).collect(),
                ..OperationCoverage::default()
            };
            let operations = BTreeMap::from([((0, "GET /a".to_owned()), operation)]);
            let document = DocumentCoverage { source: "s".to_owned(), is_complete: true, operations };
            Coverage { documents: BTreeMap::from([("a".to_owned(), document)]) }
        };
        assert_eq!(one(&[0, 1], &[2, 3]).merge(one(&[0, 2], &[1, 3])), one(&[0, 1, 2], &[3]));
    }
}
