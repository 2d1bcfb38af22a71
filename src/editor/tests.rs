use super::{FileKind, schema};
use crate::diagnostic::{Code, Problems};
use crate::json::Value;
use crate::limits::Limits;
use crate::mock::Rules;
use crate::openapi::{Document, Nullable};
use crate::scenario::{Baseline, OPERATORS, Project, ScenarioFile};
use crate::source::Source;
use crate::yaml::{Dialect, Fields, Shape, load};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;

/// A key that is like no other.
const BOGUS: &str = "qqqqqqqqqqqqqqqqqqqq";

/// Maps that have other keys besides, or whose reader does not say which it knows.
const OPEN: [&str; 6] = ["row", "input", "reply-use", "rows-table", "operators", "file-reference"];

const SHOP: &str = "
openapi: 3.1.0
info: { title: t, version: '1' }
paths:
  /items/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get: { operationId: getItem, responses: { 200: { description: d, content: { application/json: {} } } } }
";

/// What the reader of a kind of files says about a text: codes, and messages with their help.
fn read(kind: FileKind, text: &str) -> Vec<(Code, String)> {
    let limits = Limits::default();
    let mut problems = Problems::new(&Source::new("x.yaml", text));
    let path = Path::new("x.yaml");
    match kind {
        FileKind::Scenario => drop(ScenarioFile::read(path, "x".to_owned(), &limits, &mut problems)),
        FileKind::Project => drop(Project::read(path, &limits, &mut problems)),
        FileKind::Mock => {
            let document = Document::load(&limits, &mut Problems::new(&Source::new("shop.yaml", SHOP)));
            drop(Rules::load(
                &mut problems,
                document.expect("it is a document"),
                Nullable::default(),
                &limits,
            ));
        }
        FileKind::Baseline => drop(Baseline::read(&limits, &mut problems)),
        // It knows the keys by the table itself.
        FileKind::Overlay => {}
    }
    let list = problems.into_list().into_iter();
    list.map(|each| (each.code, format!("{} {}", each.message, each.help.join(" ")))).collect()
}

/// A file in which a value stands where the shapes lead.
type Wrap = Box<dyn Fn(Value) -> Value>;

/// Every map below a map, each with a way to put something into its place.
fn collect(fields: &'static Fields, wrap: &dyn Fn() -> Wrap, found: &mut Vec<(&'static Fields, Wrap)>) {
    if found.iter().any(|(known, _)| known.name == fields.name) {
        return;
    }
    found.push((fields, wrap()));
    for field in fields.known() {
        let put = || -> Wrap {
            let outer = wrap();
            Box::new(move |value| outer(json!({ field.key: value })))
        };
        below(&field.shape, &put, found);
    }
}

fn below(shape: &Shape, wrap: &dyn Fn() -> Wrap, found: &mut Vec<(&'static Fields, Wrap)>) {
    let around = |make: fn(Value) -> Value| -> Wrap {
        let outer = wrap();
        Box::new(move |value| outer(make(value)))
    };
    match shape {
        Shape::Map(fields) | Shape::Operators(fields) => collect(fields, wrap, found),
        Shape::List(element) | Shape::SomeOf(element) | Shape::OneOrMore(element) => {
            below(element, &|| around(|value| json!([value])), found);
        }
        Shape::Names(value) | Shape::Members(value) => {
            below(value, &|| around(|value| json!({ "n": value })), found);
        }
        Shape::Any(forms) => forms.iter().for_each(|form| below(form, wrap, found)),
        Shape::Named("matcher") => collect(&OPERATORS, wrap, found),
        Shape::Named("scenarios") => {
            const SCENARIO: Shape = Shape::Map(&crate::scenario::SCENARIO);
            below(&Shape::Names(&SCENARIO), wrap, found);
        }
        Shape::Named("contract") => {
            let rule = Shape::Map(&crate::scenario::CONTRACT_RULE);
            below(&rule, &|| around(|value| json!({ "rules": [value] })), found);
        }
        _ => {}
    }
}

fn maps(kind: FileKind) -> Vec<(&'static Fields, Wrap)> {
    let mut found = Vec::new();
    collect(kind.fields(), &|| Box::new(|value| value), &mut found);
    found
}

#[test]
fn the_tables_have_exactly_the_keys_that_the_readers_accept() {
    for kind in [FileKind::Project, FileKind::Scenario, FileKind::Mock] {
        for (fields, wrap) in maps(kind) {
            if OPEN.contains(&fields.name) {
                continue;
            }
            // Where a reader decides by a key what a map is, it has to be there.
            if fields.forms.is_empty() {
                let first = if fields.name == "part" { Some("$file") } else { None };
                check_keys(kind, fields.name, &wrap, first, fields.known().map(|field| field.key).collect());
            }
            for form in fields.forms {
                let known = fields.known_of(form).map(|field| field.key);
                // That two of them do not go together is said by itself.
                let keys = known.chain(fields.forms.iter().map(|form| form.key)).collect();
                check_keys(kind, fields.name, &wrap, Some(form.key), keys);
            }
        }
    }
}

/// Asks a reader for the keys it knows, by a key that it cannot know.
fn check_keys(kind: FileKind, name: &str, wrap: &Wrap, first: Option<&str>, known: BTreeSet<&str>) {
    let mut value = json!({ (BOGUS): 1 });
    if let Some(first) = first {
        value[first] = json!("1s");
    }
    let said = read(kind, &wrap(value).to_string());
    let keys = said.iter().find_map(|(_, text)| {
        let (_, behind) = text.split_once(&format!("has no key `{BOGUS}`"))?;
        Some(behind.split_once("its keys are ")?.1.split(", ").collect::<BTreeSet<_>>())
    });
    let keys = keys.unwrap_or_else(|| panic!("no reader of `{name}` was reached: {said:?}"));
    let missing: Vec<_> = keys.difference(&known).collect();
    let extra: Vec<_> = known.difference(&keys).collect();
    assert!(
        missing.is_empty() && extra.is_empty(),
        "the table `{name}` lacks {missing:?} (write a line, or take `.later()` from it), and has {extra:?} that its \
         reader does not accept ({first:?})"
    );
}

#[test]
fn operators_are_those_of_the_reader() {
    for field in OPERATORS.keys {
        let matcher = json!({ "contest": 1, "scenarios": { "s": { "steps": [
            { "call": "x", "expect": { "body": { (field.key): 1 } } },
        ] } } });
        let said = read(FileKind::Scenario, &matcher.to_string());
        let is_later = said.iter().any(|(code, _)| *code == Code::SCENARIO_NOT_SUPPORTED);
        let is_unknown = said.iter().any(|(code, _)| *code == Code::SCENARIO_UNKNOWN_MATCHER);
        assert_eq!((is_later, is_unknown), (field.is_later, false), "{}", field.key);
    }
}

#[test]
fn every_key_is_described_in_one_sentence() {
    let mut seen = BTreeSet::new();
    for kind in FileKind::ALL {
        for (fields, _) in maps(kind) {
            assert!(fields.about.ends_with('.'), "{}", fields.name);
            for field in fields.keys {
                let is_sentence = field.about.ends_with('.')
                    && field.about.starts_with(|c: char| c.is_uppercase() || "`a".contains(c))
                    && !field.about.trim_end_matches('.').contains(". ");
                assert!(is_sentence, "{} {}: {}", fields.name, field.key, field.about);
                seen.insert((fields.name, field.key));
            }
        }
    }
    assert!(seen.len() > 150, "{}", seen.len());
}

/// A validator of a schema that is itself valid.
fn validator(schema: &Value) -> jsonschema::Validator {
    jsonschema::meta::validate(schema).expect("the schema is a schema");
    jsonschema::options().with_draft(jsonschema::Draft::Draft7).build(schema).expect("the schema is a schema")
}

fn value(text: &str) -> Value {
    let mut problems = Problems::new(&Source::new("t.yaml", text));
    load(Dialect::Ours, &Limits::default(), &mut problems).expect("it is YAML").to_value()
}

/// Whether a schema takes a text; each is also read, and both have to agree.
fn check(kind: FileKind, text: &str, is_right: bool) {
    let said = read(kind, text);
    let errors: Vec<_> = said.iter().filter(|(code, _)| *code != Code::SCENARIO_VAGUE_STATUS).collect();
    assert_eq!(errors.is_empty(), is_right, "the reader says of {text}: {errors:?}");
    let found: Vec<String> =
        validator(&schema(kind)).iter_errors(&value(text)).map(|error| error.to_string()).collect();
    assert_eq!(found.is_empty(), is_right, "{text}: {found:?}");
}

fn check_step(step: &str, is_right: bool) {
    check_any_step(&format!("call: x, {step}"), is_right);
}

fn check_any_step(step: &str, is_right: bool) {
    let text = format!("{{ contest: 1, scenarios: {{ s: {{ steps: [{{ {step} }}] }} }} }}");
    check(FileKind::Scenario, &text, is_right);
}

#[test]
fn a_step_is_of_one_kind() {
    for (step, is_right) in [
        ("pause: 1s, when: vars.x", true),
        ("flow: f, with: { a: 1 }, save: { x: $outputs.x }", true),
        ("send: GET https://files.example/u, headers: { A: b }, expect: { status: 200 }", true),
        ("title: x", false),
        ("call: x, pause: 1s", false),
        ("call: x, with: {}", false),
        ("pause: 1s, body: {}", false),
        ("pause: 1", false),
        ("flow: f, expect: { status: 200 }", false),
        ("send: GET https://files.example/u, path: { a: 1 }", false),
    ] {
        check_any_step(step, is_right);
    }
}

#[test]
fn right_steps_are_taken() {
    for step in [
        "x-note: 1",
        "path: { id: $vars.x }, query: { a: [1, 2] }, headers: { A: null }, cookies: { c: 1 }",
        "body: { $file: x.yaml }, replace: { /a: 1 }",
        "body: null",
        "multipart: { a: { $file: x.png, contentType: image/png }, b: [1, { $json: {} }], c: text }",
        "rawBody: text",
        "rawBody: { $file: x }",
        "auth: none",
        "auth: null",
        "sends: unchecked",
        "sends: { invalid: [/body/a, /query/b] }",
        "timeout: 1.5s, always: true, when: true",
        "url: $vars.x, follow: 3",
        "save: { a: $.id, b: { header: ETag, regex: x, take: first, default: null }, c: \"{$statusCode}\" }",
        "expect: { status: 200 }",
        "expect: { status: '404' }",
        "expect: { status: [200, 2xx, $vars.x] }",
        "expect: { body: { a: <uuid|null>, b: { $gte: 1, $lt: 5 }, c: [1, { $each: <any> }], d: text, e: { $length: { $gte: 1 } } } }",
        "expect: { body: { $sorted: { by: /price } } }",
        "expect: { body: { $sameAs: { value: $vars.before, except: [/a] } } }",
        "expect: { headers: { a: 1 }, jsonpath: { $.a: <string> }, assert: status == 200, within: 1s }",
        "expect: { bytes: { length: { $gt: 1 }, sha256: <string> } }",
        "expect: { contract: { header: warn, http.*: off, formats: { uuid: warn } } }",
        "expect: { contract: { rules: [{ code: body, severity: off, operation: 'get*', status: [4xx, 500] }] } }",
        "cleanup: [{ call: y }]",
        "xfail: { reason: r, code: [response.body], expires: 2027-01-31 }",
        "expect: null",
    ] {
        check_step(step, true);
    }
}

#[test]
fn wrong_steps_are_refused() {
    for step in [
        "titel: x",
        "status: 200",
        "id: two words",
        "title: 1",
        "path: /items/1",
        "query: [1]",
        "headers: text",
        "rawBody: []",
        "replace: { a: 1 }, body: {}",
        "auth: [a]",
        "sends: invalid",
        "sends: { invalid: [] }",
        "sends: { invalid: [/bdy/a] }",
        "sends: { valid: [/body/a] }",
        "timeout: 5",
        "timeout: 5 seconds",
        "always: 'yes'",
        "follow: -1",
        "follow: 1000",
        "url: [a]",
        "when: 1",
        "save: { a: 5 }",
        "save: { a: id }",
        "save: { a: { heder: x } }",
        "save: { a: { header: x, take: some } }",
        "expect: { stats: 200 }",
        "expect: { status: 99 }",
        "expect: { status: [] }",
        "expect: { status: ok }",
        "expect: { body: <uid> }",
        "expect: { body: { $gtt: 1 } }",
        "expect: { body: { $gt: 1, a: 2 } }",
        "expect: { body: { a: [{ $anyOf: [] }] } }",
        "expect: { body: { $length: -1 } }",
        "expect: { body: { $sorted: up } }",
        "expect: { body: { $sorted: { by: /a, odrer: asc } } }",
        "expect: { body: { $unique: false } }",
        "expect: { assert: [1] }",
        "expect: { within: soon }",
        "expect: { bytes: { size: 1 } }",
        "expect: { contract: { haeder: warn } }",
        "expect: { contract: { header: error } }",
        "expect: { contract: { formats: { uid: warn } } }",
        "expect: { contract: { rules: [{ severity: off }] } }",
        "cleanup: { call: y }",
        "cleanup: [{ cal: y }]",
        "xfail: { issue: 1 }",
        "xfail: { reason: r, code: response.bdy }",
        "retries: 3",
    ] {
        check_step(step, false);
    }
}

#[test]
fn wrong_files_are_refused() {
    let step = "steps: [{ call: x }]";
    for (file, is_right) in [
        (format!("contest: 1, scenarios: {{ s: {{ {step} }} }}"), true),
        (format!("contest: 1, x-a: 1, tags: [a], scenarios: {{ s: {{ x-b: 1, skip: why, {step} }} }}"), true),
        (
            format!(
                "contest: 1, inputs: {{ a: {{ type: string, optional: true }}, b: }}, scenarios: {{ s: {{ {step} }} }}"
            ),
            true,
        ),
        (
            format!(
                "contest: 1, scenarios: {{ s: {{ rows: [{{ name: a, x: 1 }}, {{ name: b, x: 2, skip: null }}], {step} }} }}"
            ),
            true,
        ),
        (
            format!("contest: 1, scenarios: {{ s: {{ rows: {{ columns: [a], rows: [[1]] }}, {step} }} }}"),
            true,
        ),
        (format!("contest: 2, scenarios: {{ s: {{ {step} }} }}"), false),
        (format!("scenarios: {{ s: {{ {step} }} }}"), false),
        ("contest: 1".to_owned(), false),
        ("contest: 1, scenarios: {}".to_owned(), false),
        ("contest: 1, scenarios: [a]".to_owned(), false),
        ("contest: 1, scenarios: { s: {} }".to_owned(), false),
        (format!("contest: 1, scenarios: {{ s s: {{ {step} }} }}"), false),
        (format!("contest: 1, tag: [a], scenarios: {{ s: {{ {step} }} }}"), false),
        (format!("contest: 1, tags: [a b], scenarios: {{ s: {{ {step} }} }}"), false),
        (format!("contest: 1, timeouts: {{ request: 5 }}, scenarios: {{ s: {{ {step} }} }}"), false),
        (format!("contest: 1, inputs: {{ a: text }}, scenarios: {{ s: {{ {step} }} }}"), false),
        (format!("contest: 1, inputs: {{ a: {{ optional: 1 }} }}, scenarios: {{ s: {{ {step} }} }}"), false),
        (format!("contest: 1, scenarios: {{ s: {{ skip: true, {step} }} }}"), false),
        (format!("contest: 1, scenarios: {{ s: {{ rows: [], {step} }} }}"), false),
        (format!("contest: 1, scenarios: {{ s: {{ rows: [{{ name: 1 }}], {step} }} }}"), false),
        (format!("contest: 1, vars: [a], scenarios: {{ s: {{ {step} }} }}"), false),
    ] {
        check(FileKind::Scenario, &format!("{{ {file} }}"), is_right);
    }
}

#[test]
fn wrong_projects_are_refused() {
    for (file, is_right) in [
        ("contest: 1", true),
        (
            "contest: 1, apis: { a: x.yaml, b: { document: y.yaml, overlays: [z.yaml], nullable: strict } }",
            true,
        ),
        (
            "contest: 1, secrets: [T], auth: { a: { bearer: $secrets.T }, b: { basic: { username: u, password: p } } }",
            true,
        ),
        (
            "contest: 1, auth: { a: { apiKey: { in: header, name: X, value: v } } }, defaults: { auth: a, jobs: 4 }",
            true,
        ),
        (
            "contest: 1, apis: { a: x }, environments: { e: { baseUrls: { a: servers }, limits: { body: 64MiB, files: 5 } } }",
            true,
        ),
        (
            "contest: 1, apis: { a: x }, environments: { e: { baseUrls: { a: { server: s, variables: { v: 1 } } } } }",
            true,
        ),
        ("apis: { a: x }", false),
        ("contest: 1, api: x", false),
        ("contest: 1, apis: { a: { overlays: [x] } }", false),
        ("contest: 1, apis: { a: { document: x, nullable: yes } }", false),
        ("contest: 1, apis: { a a: x }", false),
        ("contest: 1, auth: { a: { berer: x } }", false),
        ("contest: 1, auth: { a: { bearer: x, basic: { username: u, password: p } } }", false),
        ("contest: 1, auth: { a: { basic: { username: u } } }", false),
        ("contest: 1, auth: { a: { apiKey: { in: head, name: X, value: v } } }", false),
        ("contest: 1, auth: { a: { oauth2: { grant: g, tokenUrl: /t } } }", false),
        ("contest: 1, environments: { e: { jobs: 0 } }", false),
        ("contest: 1, environments: { e: { baseUrl: x } }", false),
        ("contest: 1, environments: { e: { timeouts: { read: 5s } } }", false),
        ("contest: 1, secrets: [T], environments: { e: { secrets: { T: { env: a, file: b } } } }", false),
        ("contest: 1, secrets: [T], environments: { e: { secrets: { T: text } } }", false),
        ("contest: 1, defaults: { timeout: 5s }", false),
        ("contest: 1, scenarios: scenarios/", false),
    ] {
        check(FileKind::Project, &format!("{{ {file} }}"), is_right);
    }
}

#[test]
fn wrong_rules_are_refused() {
    let reply = "reply: { status: 200, body: { a: 1 } }";
    for (rest, is_right) in [
        (format!("rules: [{{ on: getItem, when: 'true', {reply} }}]"), true),
        (format!("seed: 7, clock: {{ tick: 1s }}, state: {{ c: {{ items: [{{ id: '1' }}] }} }}, rules: [{{ on: [getItem], {reply} }}]"), true),
        ("replies: { r: { status: 200, body: {} } }, rules: [{ on: getItem, when: 'true', reply: r }, { on: getItem, reply: { use: r } }]".to_owned(), true),
        ("rules: {}".to_owned(), false),
        (format!("rules: [{{ {reply} }}]"), false),
        (format!("rules: [{{ on: [], {reply} }}]"), false),
        (format!("rules: [{{ on: getItem, whn: 'true', {reply} }}]"), false),
        ("rules: [{ on: getItem, reply: { status: 99 } }]".to_owned(), false),
        ("rules: [{ on: getItem, reply: { body: {} } }]".to_owned(), false),
        (format!("seed: -1, rules: [{{ on: getItem, {reply} }}]"), false),
        (format!("clock: {{ tick: 1 }}, rules: [{{ on: getItem, {reply} }}]"), false),
        (format!("stat: {{}}, rules: [{{ on: getItem, {reply} }}]"), false),
    ] {
        check(FileKind::Mock, &format!("{{ mock: 1, document: shop.yaml, {rest} }}"), is_right);
    }
}

#[test]
fn overlays_are_held_to_their_specification() {
    let validator = validator(&schema(FileKind::Overlay));
    for (text, is_right) in [
        (
            "{ overlay: 1.0.0, info: { title: t, version: v }, actions: [{ target: $.info, update: { a: 1 } }] }",
            true,
        ),
        ("{ overlay: 1.0, actions: [{ target: $.a, remove: true, x-a: 1 }] }", true),
        ("{ overlay: 1.0.0, actions: [] }", false),
        ("{ overlay: 2.0.0, actions: [{ target: $.a, remove: true }] }", false),
        ("{ overlay: 1.0.0, actions: [{ update: {} }] }", false),
        ("{ overlay: 1.0.0, actions: [{ target: paths, remove: true }] }", false),
        ("{ overlay: 1.0.0, actions: [{ target: $.a, removed: true }] }", false),
    ] {
        assert_eq!(validator.is_valid(&value(text)), is_right, "{text}");
    }
}
