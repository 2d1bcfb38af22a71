//! No overlay, table of rows, parameter, duration or date makes a reader panic or hang, and parameters
//! read back as what they were. The readers of whole files are in `properties`.

use contest::diagnostic::Problems;
use contest::exchange::Headers;
use contest::json::{Datum, Value};
use contest::limits::Limits;
use contest::openapi::{
    Contract, Direction, Document, Encoded, Operation, Overlay, ParameterIn, RawRequest, checked_formats,
    content_kind, decode_parameter, encode_parameter, header_parameter, read_structure,
    read_structure_with_places,
};
use contest::scenario::{ScenarioFile, parse_duration};
use contest::source::Source;
use proptest::prelude::*;
use std::path::Path;
use std::sync::{Arc, LazyLock};

const DOCUMENT: &str = r##"
openapi: 3.1.0
info: { title: T, version: '1' }
paths:
  /a/{p}:
    get:
      operationId: a
      parameters:
        - { name: p, in: path, required: true, schema: { type: string } }
        - { name: q, in: query, schema: { type: array, items: { type: string } } }
        - { name: c, in: query, explode: false, schema: { type: array, items: { type: string } } }
        - { name: s, in: query, style: spaceDelimited, explode: false, schema: { type: array, items: { type: string } } }
        - { name: i, in: query, style: pipeDelimited, explode: false, schema: { type: array, items: { type: string } } }
        - { name: d, in: query, style: deepObject, schema: { type: object, additionalProperties: { type: string } } }
        - { name: j, in: query, content: { application/json: { schema: {} } } }
      responses: { '200': { description: d } }
"##;

static LOADED: LazyLock<Arc<Document>> = LazyLock::new(|| load(DOCUMENT).expect("it loads"));

fn load(text: &str) -> Option<Arc<Document>> {
    Document::load(&Limits::default(), &mut Problems::new(&Source::new("d", text)))
}

/// Pieces of what a reader looks for, in any order.
fn pieces(of: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(of), 0..most).prop_map(|pieces| pieces.concat())
}

const TARGETS: &[&str] = &[
    "$",
    ".paths",
    ".*",
    "..",
    "[?",
    "@.get",
    "]",
    "['/a/{p}']",
    "[0]",
    "[-1]",
    "[::0]",
    ".get.parameters",
    "[?(@.name=='p')]",
    "[?match(@, '(')]",
    "*",
    " ",
    "'",
    "$..*",
    ".responses",
    "[1:9999999999]",
];

const UPDATES: &[&str] = &[
    "{ get: { summary: x } }",
    "[1]",
    "null",
    "{ parameters: [ { $ref: '#/x' } ] }",
    "7",
    "{}",
    "{ get: { get: { get: {} } } }",
    "&a [*a]",
    "{ '/b': { get: null } }",
];

const ROWS: &[&str] = &[
    "a,b",
    ",",
    "\n",
    "\r\n",
    "\"",
    "\"\"",
    "name",
    "tags",
    "skip",
    "x",
    "<uuid>",
    "$vars.x",
    "'",
    "\u{feff}",
    "é",
    "\0",
    "[1,2]",
    "{",
    " ",
    "#",
    "a: 1\n",
    "- ",
    "columns: [a]\nrows: [[1]]\n",
];

const MOMENTS: &[&str] = &[
    "2024",
    "-02-30",
    "-",
    "T",
    "t",
    " ",
    "23:59:60",
    ":",
    "24:00:00",
    "Z",
    "+24:00",
    "-00:00",
    ".",
    "999999999999",
    "P",
    "1Y",
    "PT",
    "0.5S",
    "1s",
    "500",
    "ms",
    "1h",
    "h",
    "m",
    "∞",
    "٣",
    "W",
    "+",
];

const HEADS: &[&str] = &[
    "multipart/",
    "form-data",
    ";",
    "boundary=",
    "\"",
    "\\",
    "x",
    "application/",
    "+json",
    "json-seq",
    "text/",
    "charset",
    "=",
    " ",
    "*",
    "é",
    "event-stream",
    "xml",
    "\t",
    "x-www-form-urlencoded",
    "x-ndjson",
];

/// The operation that [`DOCUMENT`] has.
fn operation() -> Operation<'static> {
    LOADED.operations().next().expect("it has one")
}

/// What a parameter's value reads as once it was sent.
fn there_and_back(name: &str, value: Value) -> Option<Value> {
    let parameters = operation().parameters();
    let parameter = parameters.iter().find(|it| it.name() == name).expect("it is documented");
    let encoded = encode_parameter(parameter, &Datum::new(value)).ok()?;
    let (mut path, mut query) = (Vec::new(), String::new());
    match encoded {
        Encoded::Path(text) => path.push((name.to_owned(), text)),
        Encoded::Query(pairs) => {
            let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            query = pairs.join("&");
        }
        _ => return None,
    }
    let headers = Headers::default();
    decode_parameter(parameter, &RawRequest { path: &path, query: &query, headers: &headers })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_overlay_panics(target in pieces(TARGETS, 6), update in prop::sample::select(UPDATES), is_removal in any::<bool>()) {
        let target = target.replace('\'', "''");
        let action = if is_removal { "remove: true".to_owned() } else { format!("update: {update}") };
        let text = format!(
            "overlay: 1.0.0\ninfo: {{ title: o, version: '1' }}\nactions:\n  - target: '${target}'\n    {action}\n"
        );
        let limits = Limits::default();
        let overlay = Overlay::load(&limits, &mut Problems::new(&Source::new("o", text)));
        if let Some(overlay) = overlay {
            let source = Source::new("d", DOCUMENT);
            let document = Document::load_overlaid(&[overlay], None, &limits, &mut Problems::new(&source));
            if let Some(document) = document {
                let _ = document.operations().map(|it| it.parameters().len()).sum::<usize>();
            }
        }
    }

    #[test]
    fn no_rows_panic(text in prop_oneof![pieces(ROWS, 24), ".{0,60}"], name in prop::sample::select(vec!["r.csv", "r.yaml", "r.json"])) {
        let scenario = format!("contest: 1\nscenarios: {{ s: {{ rows: {{ file: {name} }}, steps: [] }} }}\n");
        let (limits, source) = (Limits::default(), Source::new("x", scenario));
        let file = ScenarioFile::read(Path::new("x"), "x".to_owned(), &limits, &mut Problems::new(&source));
        let mut file = file.expect("it is right");
        let named = file.row_files();
        let source = Source::new(name, text);
        let mut problems = Problems::new(&source);
        file.read_rows_of(&named[0], &limits, &mut problems);
        for diagnostic in problems.into_list() {
            for label in &diagnostic.labels {
                prop_assert!(label.at.span.end <= label.at.source.text().len());
            }
        }
    }

    #[test]
    fn no_duration_and_no_moment_panics(text in prop_oneof![pieces(MOMENTS, 6), ".{0,30}"]) {
        let _ = parse_duration(&text);
        let schemas: String = checked_formats().map(|format| format!("{format}: {{ format: {format} }}, ")).collect();
        static FORMATS: LazyLock<std::sync::Mutex<Option<Contract>>> = LazyLock::new(Default::default);
        let mut known = FORMATS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let contract = known.get_or_insert_with(|| {
            let text = format!("openapi: 3.1.0\npaths: {{}}\ncomponents: {{ schemas: {{ F: {{ properties: {{ {schemas} }} }} }} }}\n");
            let schema = contest::json::Pointer::of(["components", "schemas", "F"]);
            Contract::of_schemas(load(&text).expect("it loads"), [(schema, Direction::Response)])
        });
        let value: Value = checked_formats().map(|format| (format.to_string(), Value::from(text.as_str()))).collect();
        let schema = contest::json::Pointer::of(["components", "schemas", "F"]);
        let _ = contract.validate(&schema, Direction::Response, &value, 100);
    }

    #[test]
    fn no_media_type_panics(text in prop_oneof![pieces(HEADS, 10), ".{0,40}"], body in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = (content_kind(&text), header_parameter(&text, "boundary"));
        let limits = Limits::default();
        let plain = read_structure(None, &text, &body, &limits).map(|reading| reading.value);
        let placed = read_structure_with_places(None, &text, &body, &limits).map(|reading| reading.value);
        prop_assert_eq!(plain, placed);
    }

    #[test]
    fn parameters_read_back_as_they_were(texts in prop::collection::vec("\\PC{1,8}", 1..4), name in "[a-z]{1,5}") {
        // A dot alone cannot stand in a path.
        if !matches!(texts[0].as_str(), "." | "..") {
            prop_assert_eq!(there_and_back("p", Value::from(texts[0].as_str())), Some(Value::from(texts[0].as_str())));
        }
        let array = Value::from(texts.clone());
        // OpenAPI 3.1.1, "Percent-Encoding and Form Media Types": what these styles put between elements cannot
        // stand in one.
        let holds = |delimiter: char| texts.iter().any(|text| text.contains(delimiter));
        for parameter in ["q", "c", "s", "i", "j"] {
            if (parameter == "s" && holds(' ')) || (parameter == "i" && holds('|')) {
                continue;
            }
            if let Some(value) = there_and_back(parameter, array.clone()) {
                prop_assert_eq!(&value, &array, "{}", parameter);
            }
        }
        let object: Value = [(name, Value::from(texts[0].as_str()))].into_iter().collect();
        for parameter in ["d", "j"] {
            if let Some(value) = there_and_back(parameter, object.clone()) {
                prop_assert_eq!(&value, &object, "{}", parameter);
            }
        }
    }

    #[test]
    fn no_text_of_a_parameter_panics(path in ".{0,20}", query in pieces(&["q", "c", "d[", "]", "=", "&", "%", "%7C", "%ff", "|", "+", " ", "a", "j={", "é"], 16)) {
        let values = [("p".to_owned(), path)];
        let headers = Headers::default();
        for parameter in operation().parameters() {
            let _ = parameter.location() == ParameterIn::Query;
            let _ = decode_parameter(&parameter, &RawRequest { path: &values, query: &query, headers: &headers });
        }
    }
}
