//! No input makes a reader panic, and what is printed reads back as what it was.
//!
//! Mostly input that is almost right: real files with a line taken out, doubled, cut, or with a value
//! of another kind, for those come further than noise.

use contest::check::matching::{Actual, match_value};
use contest::clock::Timestamp;
use contest::diagnostic::Problems;
use contest::exchange::Headers;
use contest::expression::{Condition, Reference, Scope, Selector, Syntax, Template, Unresolved};
use contest::json::{Datum, Located, Pointer, Value, parse};
use contest::limits::Limits;
use contest::mock::Rules;
use contest::openapi::Nullable;
use contest::openapi::{
    Contract, Direction, Document, Fetch, ParameterIn, RawRequest, Refusal, check_structure,
    decode_parameter, is_json, read_content, read_content_with_places, write_content,
};
use contest::scenario::{Project, ROOTS, ScenarioFile};
use contest::secret::Masker;
use contest::source::{Source, Span};
use contest::yaml::{Dialect, load};
use proptest::prelude::*;
use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use url::Url;

const SHOP: &str = include_str!("../cases/shop.yaml");
const PROJECT: &str = include_str!("../../contest.yaml");
const SCENARIO: &str = include_str!("../../scenarios/elasticpath/update.contest.yaml");
const RULES: &str = include_str!("../../specs/ecartapi-orders.mock.yaml");
const RULED: &str = include_str!("../../specs/ecartapi-orders.yaml");

/// What takes the place of a value.
const VALUES: &[&str] = &[
    "null",
    "[]",
    "{}",
    "7",
    "-1e400",
    "''",
    "\"\\u0000\"",
    "*x",
    "&x y",
    "!!str 1",
    "{ $ref: '#/a' }",
    "[[",
    "- -",
    "$vars.x",
    "{$vars.",
    "<any|",
    "{ $match: '(' }",
    "{ $each: { $each: 1 } }",
    "😀\u{301}\u{202e}",
    "0123",
    "|\n  x",
    "~",
];

/// References that lead somewhere, nowhere and in circles, over files that may not be there.
const REFERENCES: &[&str] = &[
    "#/s0",
    "#/s1",
    "#/s2",
    "#",
    "#a",
    "#b",
    "",
    "f0.yaml",
    "f1.yaml#/s0",
    "f1.yaml#/s1",
    "f2.yaml#/s2",
    "f2.yaml#a",
    "f9.yaml",
    "f1.yaml#/s0/$ref/x",
    "#/s0/properties/p",
    "openapi.yaml#/components/schemas/T",
    "i0",
    "i1#/s0",
    "../f0.yaml",
    "https://example.com/x",
    "f0.yaml#%FF",
    "#/~",
    "::",
    "f0.yaml?x#/s1",
    "a b.yaml#/«»",
    "//host/x",
    "file:///f0.yaml#/s0",
];

/// A schema of a kind, with a reference.
fn schema(kind: usize, reference: &str) -> String {
    match kind % 9 {
        0 => format!("{{ $ref: '{reference}' }}"),
        1 => format!("{{ properties: {{ p: {{ $ref: '{reference}' }} }}, required: [p] }}"),
        2 => format!("{{ allOf: [ {{ $ref: '{reference}' }}, {{ $ref: '#/s1' }} ] }}"),
        3 => format!(
            "{{ $id: i0, items: {{ $ref: '{reference}' }}, $defs: {{ d: {{ $dynamicAnchor: a }} }} }}"
        ),
        4 => format!("{{ $anchor: b, oneOf: [ {{ $ref: '{reference}' }}, {{ $dynamicRef: '#a' }} ] }}"),
        5 => format!("{{ $dynamicAnchor: a, not: {{ $ref: '{reference}' }} }}"),
        6 => {
            format!("{{ $id: '{reference}', $ref: i1, $schema: 'http://json-schema.org/draft-07/schema#' }}")
        }
        7 => {
            format!("{{ $dynamicRef: '{reference}', discriminator: {{ mapping: {{ x: '{reference}' }} }} }}")
        }
        _ => format!("{{ $recursiveAnchor: true, items: {{ $recursiveRef: '{reference}' }} }}"),
    }
}

/// Files in memory.
struct Files(Vec<String>);

impl Fetch for Files {
    fn base(&self) -> Url {
        Url::parse("file:///openapi.yaml").expect("it is a URL")
    }

    fn fetch(&self, uri: &Url, _: &Url) -> Result<Arc<Source>, Refusal> {
        let index = uri.path().strip_prefix("/f").and_then(|rest| rest.strip_suffix(".yaml")?.parse().ok());
        match index.and_then(|index: usize| self.0.get(index)) {
            Some(text) => Ok(Source::new(uri.path(), text.as_str())),
            None => Err(Refusal { reason: "there is no such file".to_owned(), help: None }),
        }
    }
}

/// One change of a line of a text.
fn mutate(text: &str, line: prop::sample::Index, change: usize, value: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = line.index(lines.len());
    let written = lines[at].clone();
    match change {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, written),
        2 => lines.truncate(at),
        3 => lines[at] = written.chars().take(written.chars().count() / 2).collect(),
        4 => lines[at].insert_str(written.len() - written.trim_start().len(), "  "),
        5 => lines[at] = written.replace([' ', ','], "\u{a0}"),
        6 => lines[at].push_str(value),
        7 => lines[at] = written.trim_start().to_owned(),
        _ => {
            let key = written.split_inclusive(':').next().unwrap_or_default();
            lines[at] = format!("{key} {value}");
        }
    }
    lines.join("\n")
}

/// A text with up to three of its lines changed.
fn almost(text: &'static str) -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), 0..12_usize, prop::sample::select(VALUES));
    prop::collection::vec(change, 1..4).prop_map(move |changes| {
        changes.into_iter().fold(text.to_owned(), |text, (line, change, value)| {
            if text.is_empty() { text } else { mutate(&text, line, change, value) }
        })
    })
}

/// A text with some of its bytes taken out, doubled, moved or changed; what is no UTF-8 then is replaced.
fn nearly(text: &'static str) -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..5_usize, any::<u8>());
    prop::collection::vec(change, 1..6).prop_map(move |changes| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, other, change, byte) in changes {
            let (at, other) = (at.index(bytes.len()), other.index(bytes.len()));
            match change {
                0 => drop(bytes.remove(at)),
                1 => bytes.insert(at, byte),
                2 => bytes[at] = byte,
                3 => bytes.swap(at, other),
                _ => {
                    let end = (other + 40).min(bytes.len());
                    let copied = bytes[other..end].to_vec();
                    bytes.splice(at..at, copied);
                }
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Conditions as they are written, to be changed a little.
const CONDITIONS: &[&str] = &[
    "body.data.all(i, i.price > 0 && i.sku.matches('^[A-Z]+$'))",
    "size(body.a.split(',').map(x, x.trim()).filter(x, x != '')) == 3",
    "parseTime(body.at) + duration('1h') > now() - duration('24h')",
    "has(body.a.b) ? body.a.?b.orValue(1) in [1, 2, 3] : get(body, 'a.b.0', null) == null",
    "base64(hmacSha256('k', body.a.replace('a', 'bb', 2).lowerAscii())) == '%s %d'.format([vars.x, 7])",
    "math.greatest(1, 2.5) >= int(string(body.n)) && [1, [2, 3]].flatten().sort().distinct() == [3]",
];

/// Selectors as they are written.
const SELECTORS: &[&str] = &[
    "$.data[*].items[?@.price > 10 && @.name == 'x'].id",
    "$..a[0:9:2]",
    "$['a'][-1]",
    "$[?length(@.a) > 2]",
];

/// One of some texts, with signs put in.
fn altered(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    (prop::sample::select(texts), any::<prop::sample::Index>(), any::<prop::sample::Index>(), signs())
        .prop_map(|(text, from, to, signs)| {
            let (from, to) = (from.index(text.len()), to.index(text.len()));
            format!("{}{signs}{}", &text[..from.min(to)], &text[from.max(to)..])
        })
}

/// Text made of the signs that the languages give a meaning to.
fn signs() -> impl Strategy<Value = String> {
    let sign = prop::sample::select(vec![
        "$", "{", "}", "[", "]", "(", ")", ".", "..", "*", "?", "@", "'", "\"", "\\", "/", "~", "#", ":",
        ",", "|", "<", ">", "=", "==", "&&", "!", "-", "+", "%", "0", "9", "1e9", "a", "vars", "steps",
        "gen", "int", "body", "true", "é", "😀", "\u{0}", "\n", " ", "size", "map", "all", "any", "uuid",
        "_",
    ]);
    prop::collection::vec(sign, 0..24).prop_map(|signs| signs.concat())
}

/// Any JSON value, small.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".{0,4}", inner), 0..4).prop_map(|it| it.into_iter().collect()),
        ]
    })
}

/// Gives one value for everything.
struct Everything(Value);

impl Scope for Everything {
    fn resolve(&self, reference: &Reference) -> Result<Datum, Unresolved> {
        reference.walk(0, Datum::new(self.0.clone()))
    }

    fn variable(&self, _: &str) -> Option<Cow<'_, Value>> {
        Some(Cow::Borrowed(&self.0))
    }

    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }
}

fn document(text: &str) -> Option<Arc<Document>> {
    Document::load(&Limits::default(), &mut Problems::new(&Source::new("d", text)))
}

/// A media type of each kind that is read by its parts, all of one schema.
const MEDIA: &str = r##"
openapi: 3.1.0
paths:
  /a:
    post:
      requestBody:
        content:
          application/x-www-form-urlencoded: &c
            schema: { $ref: '#/components/schemas/Node' }
            encoding: { l: { style: pipeDelimited }, o: { style: deepObject }, b: { contentType: image/png } }
          multipart/form-data: *c
          multipart/mixed: { itemSchema: { $ref: '#/components/schemas/Node' } }
          application/xml: *c
          application/x-ndjson: &i { itemSchema: { $ref: '#/components/schemas/Node' } }
          application/json-seq: *i
          text/event-stream: *i
components:
  schemas:
    Node:
      type: object
      xml: { name: n }
      properties:
        n: { type: integer, xml: { attribute: true } }
        s: { type: string }
        l: { type: array, items: { type: number } }
        w: { type: array, items: { $ref: '#/components/schemas/Node' }, xml: { wrapped: true } }
        o: { $ref: '#/components/schemas/Node' }
        b: { type: string, format: binary }
        data: { contentSchema: { $ref: '#/components/schemas/Node' } }
"##;

static MEDIA_DOCUMENT: LazyLock<Arc<Document>> = LazyLock::new(|| document(MEDIA).expect("it loads"));

/// Content that is nearly of one of the kinds.
fn content() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "--b",
        "--b--",
        "\r\n",
        "\n",
        "\r\n\r\n",
        "Content-Disposition: form-data; name=\"",
        "\"",
        "l",
        "o[s]",
        "o",
        "n",
        "=",
        "&",
        "|",
        "%7C",
        "%ff",
        "+",
        "1",
        "[1,2]",
        "{\"n\":1}",
        "{",
        "<n>",
        "</n>",
        "<n n='1'>",
        "<w>",
        "</w>",
        "<!DOCTYPE n [",
        "<!ENTITY a 'b'>",
        "]>",
        "&a;",
        "<![CDATA[",
        "]]>",
        "<?xml version='1.0'?>",
        "xmlns:x='urn:x'",
        "xsi:nil='true'",
        "data:",
        "event: x",
        "id",
        "retry: 5",
        ":",
        "\u{1e}",
        "\u{feff}",
        "Content-Type: application/json",
        "é",
        "\0",
        " ",
    ]);
    let text = prop::collection::vec(piece, 0..32).prop_map(|pieces| pieces.concat().into_bytes());
    prop_oneof![text, prop::collection::vec(any::<u8>(), 0..64)]
}

/// Asks every view of a document for what it shows.
fn look_at(document: &Arc<Document>) {
    let _ = (
        document.title(),
        document.version(),
        check_structure(document, Nullable::default()),
        document.route("GET", "/items/7"),
    );
    let mut operations = Vec::new();
    for operation in document.operations() {
        operations.push(operation.index());
        let _ =
            (operation.name(), operation.template(), operation.request_body().map(|body| body.media_types()));
        for response in operation.responses() {
            let _ = (response.headers().len(), response.media_types().len());
        }
        let _ = operation.response_for(200);
        let path = [("id".to_owned(), "7,8;a=%zz".to_owned())];
        let request = RawRequest { path: &path, query: "a[b]=1&c=%ff&&=&d", headers: &Headers::default() };
        for parameter in operation.parameters() {
            let _ = (parameter.location() == ParameterIn::Path, decode_parameter(&parameter, &request));
        }
    }
    let contract = Contract::compile(Arc::clone(document), &operations);
    let _ = contract.diagnostics();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_document_panics(text in prop_oneof![almost(SHOP), nearly(SHOP), nearly(SHOP_JSON.as_str())]) {
        if let Some(document) = document(&text) {
            look_at(&document);
        }
    }

    #[test]
    fn no_scenario_and_no_project_panics(scenario in prop_oneof![almost(SCENARIO), nearly(SCENARIO)], project in prop_oneof![almost(PROJECT), nearly(PROJECT)]) {
        let (limits, path) = (Limits::default(), Path::new("/x/s.contest.yaml"));
        let source = Source::new("s", scenario.as_str());
        let _ = ScenarioFile::read(path, "s".to_owned(), &limits, &mut Problems::new(&source));
        let source = Source::new("p", project.as_str());
        let _ = Project::read(Path::new("/x/contest.yaml"), &limits, &mut Problems::new(&source));
    }

    #[test]
    fn no_yaml_panics(text in prop_oneof![signs(), almost(SHOP), ".{0,40}"]) {
        for dialect in [Dialect::Ours, Dialect::Document] {
            let source = Source::new("y", text.as_str());
            let _ = load(dialect, &Limits::default(), &mut Problems::new(&source));
        }
    }

    #[test]
    fn no_json_and_no_pointer_panics(text in prop_oneof![signs(), ".{0,40}"], value in json()) {
        let _ = (parse(&text), Located::parse(&text), Datum::number(&text), is_json(&text));
        if let Some(pointer) = Pointer::parse(&text) {
            prop_assert_eq!(pointer.to_string(), text);
            let _ = pointer.get(&value);
        }
    }

    #[test]
    fn no_expression_panics(text in prop_oneof![signs(), altered(CONDITIONS), altered(SELECTORS)], value in json()) {
        let (source, span) = (Source::new("e", text.as_str()), Span::new(0, text.len()));
        let mut problems = Problems::new(&source);
        let scope = Everything(value.clone());
        let syntax = Syntax { roots: ROOTS.iter().map(|root| (*root).to_owned()).collect(), expression_limit: 1024 };
        let _ = Template::of_text(&text, span, &syntax, &mut problems).resolve(&scope);
        if let Some(selector) = Selector::compile(&format!("${}", text.trim_start_matches('$')), span, &mut problems) {
            let _ = selector.select(&value);
        }
        if let Some(condition) = Condition::compile(&text, span, 1024, &mut problems) {
            let _ = (condition.evaluate(&scope), condition.parts(&scope));
        }
    }

    #[test]
    fn pointers_print_as_they_are_read(tokens in prop::collection::vec(".{0,6}", 0..5)) {
        let pointer = Pointer::of(tokens);
        prop_assert_eq!(Pointer::parse(&pointer.to_string()), Some(pointer));
    }

    #[test]
    fn numbers_keep_their_text(text in "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?") {
        let datum = Datum::number(&text).expect("it is a JSON number");
        prop_assert!(Datum::number(&datum.to_json()).expect("it prints a number").compare_numbers(&datum).is_some_and(|it| it.is_eq()));
    }

    #[test]
    fn located_text_is_the_text(value in json()) {
        let text = value.to_string();
        let located = Located::parse(&text).expect("it is JSON");
        prop_assert_eq!(located.text_at(&Pointer::root()), Some(text.as_str()));
        let indented: Value = serde_json::from_str(&located.indented()).expect("it stays JSON");
        let parsed = parse(&text).expect("it is JSON").value;
        prop_assert_eq!(indented, parsed);
    }

    #[test]
    fn no_encoding_of_a_secret_is_left(secret in "[ -~é\u{4e00}]{6,5000}", around in "[a-z ]{0,5}") {
        let masker = Masker::new();
        masker.add(&secret);
        let json = Value::from(secret.as_str()).to_string();
        let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &secret);
        for encoded in [secret.as_str(), &json[1..json.len() - 1], &form, &base64] {
            let masked = masker.mask(&format!("{around}\u{1}{encoded}\u{1}{around}"));
            prop_assert_eq!(masked, format!("{around}\u{1}***\u{1}{around}"));
        }
    }
}

/// The same document, as JSON.
static SHOP_JSON: LazyLock<String> =
    LazyLock::new(|| document(SHOP).map(|it| it.root().to_string()).unwrap_or_default());

/// Compiled once: rules need their document.
static RULED_DOCUMENT: LazyLock<Option<Arc<Document>>> = LazyLock::new(|| document(RULED));

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_rules_panic(text in prop_oneof![almost(RULES), nearly(RULES)]) {
        let document = RULED_DOCUMENT.clone().expect("the shipped document loads");
        let source = Source::new("r", text.as_str());
        let _ = Rules::load(&mut Problems::new(&source), document, Nullable::default(), &Limits::default());
    }

    #[test]
    fn no_matcher_panics(changes in almost("contest: 1\napi: a\nscenarios:\n  s:\n    steps:\n      - call: a\n        expect:\n          body:\n            a: <uuid|null>\n            b: { $each: { c: <nonempty> } }\n            d: { $unordered: [1, { $gte: 1.0 }] }\n            e: { $match: '^a+$' }\n            f: { $anyOf: [<absent>, { $length: 2 }] }\n            g: { $sameAs: $vars.x, except: [/a] }\n            h: { $not: { $contains: 3 } }\n"), value in json()) {
        let source = Source::new("s", changes.as_str());
        let mut problems = Problems::new(&source);
        let file = ScenarioFile::read(Path::new("/x/s.contest.yaml"), "s".to_owned(), &Limits::default(), &mut problems);
        let steps = file.iter().flat_map(|file| &file.scenarios).flat_map(|scenario| &scenario.steps);
        for matcher in steps.filter_map(|step| step.request()?.expect.body.as_ref()) {
            let (datum, root) = (Datum::new(value.clone()), Pointer::root());
            let actual = Actual { value: Some(&datum), at: &root, name: "the body", is_text: false };
            let _ = match_value(matcher, &actual, &Everything(value.clone()));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever comes, reading it ends, and places lie within it.
    #[test]
    fn no_content_panics(bytes in content()) {
        let operation = MEDIA_DOCUMENT.operations().next().expect("it has one");
        let body = operation.request_body().expect("it is there");
        for media_type in body.media_types() {
            let stated = format!("{}; boundary=b", media_type.range());
            let plain = read_content(&media_type, &stated, &bytes, &Limits::default());
            let placed = read_content_with_places(&media_type, &stated, &bytes, &Limits::default());
            prop_assert_eq!(plain.is_ok(), placed.is_ok());
            if let (Ok(plain), Ok(placed)) = (plain, placed) {
                prop_assert_eq!(&plain.value, &placed.value);
                for pointer in ["/o/s", "/0/data", "/l/0", "/w/0/n", ""] {
                    let place = placed.place(&Pointer::parse(pointer).expect("a pointer"), &bytes);
                    prop_assert!(place.range.start <= place.range.end && place.range.end <= bytes.len());
                }
            }
        }
    }

    /// What is written is read as what it was, where the media type can say it.
    #[test]
    fn written_content_reads_as_it_was(n in any::<i32>(), s in "\\PC{1,12}", l in prop::collection::vec(-9..9i32, 1..4)) {
        let operation = MEDIA_DOCUMENT.operations().next().expect("it has one");
        let body = operation.request_body().expect("it is there");
        let value = serde_json::json!({"n": n, "s": s, "l": l, "o": {"s": s}});
        for media_type in body.media_types().into_iter().take(2) {
            let datum = Datum::new(value.clone());
            let written = write_content(Some(&media_type), media_type.range(), &datum, "bound").expect("it has a notation");
            let read = read_content(&media_type, &written.content_type, &written.bytes, &Limits::default());
            prop_assert_eq!(read.map(|reading| reading.value), Ok(value.clone()), "{}", media_type.range());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn any_graph_of_references_is_walked_to_its_end(
        choices in prop::collection::vec((0..9_usize, prop::sample::select(REFERENCES)), 10),
    ) {
        let file = |from: usize| {
            let each = choices[from..from + 3].iter().enumerate();
            each.map(|(index, (kind, reference))| format!("s{index}: {}\n", schema(*kind, reference))).collect()
        };
        let files = Files(vec![file(1), file(4), file(7)]);
        let (kind, reference) = &choices[0];
        let text = format!(
            "openapi: 3.1.0\npaths: {{ /a: {{ $ref: 'f0.yaml#/s0' }}, /b: {{ get: {{ responses: {{}} }} }} }}\ncomponents: {{ schemas: {{ T: {}, U: {{ $ref: 'f0.yaml#/s0' }} }} }}\n",
            schema(*kind, reference)
        );
        let source = Source::new("openapi.yaml", text);
        let document = Document::load_with(&files, &Limits::default(), &mut Problems::new(&source));
        let document = document.expect("the document itself is well formed");
        check_structure(&document, Nullable::default());
        let targets = ["T", "U"].map(|name| Pointer::of(["components", "schemas", name]));
        let both = targets.iter().map(|target| (target.clone(), Direction::Response));
        let contract = Contract::of_schemas(Arc::clone(&document), both);
        contract.diagnostics();
        for target in &targets {
            let value = serde_json::json!({"p": {"p": [1, {"items": []}]}});
            let _ = contract.validate(target, Direction::Response, &value, 10);
            let _ = contract.left_out(target, Direction::Response);
        }
    }
}
