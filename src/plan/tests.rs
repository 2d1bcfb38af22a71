//! What is found without sending: operations, parameters, bodies, statuses, names.

mod again;

use super::{PlanInput, Selection, SelectorTally, TagExpression, plan};
use crate::diagnostic::Problems;
use crate::limits::Limits;
use crate::openapi::Document;
use crate::scenario::{FlowFiles, Project, ScenarioFile};
use crate::source::Source;
use std::path::Path;
use std::sync::Arc;

const DOCUMENT: &str = r#"
openapi: 3.0.3
info: { title: Shop, version: "1" }
security: [{ key: [] }]
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Key }
    query: { type: apiKey, in: query, name: api_key }
paths:
  /items/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get:
      operationId: getItem
      parameters:
        - { name: fields, in: query, schema: { type: string } }
        - { name: tenant, in: query, required: true, schema: { type: string } }
      responses: { "200": { description: Fine }, 4XX: { description: Not fine } }
    put:
      operationId: putItem
      requestBody: { required: true, content: { application/json: {}, text/plain: {} } }
      responses: { "404": { description: None } }
    post: { operationId: postItem, security: [{ query: [] }], responses: { default: { description: Any } } }
    delete: { operationId: shop.deleteItem, responses: { default: { description: Any } } }
"#;

const PROJECT: &str = r#"
contest: 1
apis: { shop: shop.yaml }
env: [HOST]
secrets: [KEY]
auth: { key: { apiKey: { in: header, name: x-key, value: $secrets.KEY } }, token: { bearer: $secrets.KEY } }
"#;

struct Planned {
    problems: Vec<String>,
    ids: Vec<String>,
    selectors: Vec<SelectorTally>,
}

fn plan_file(text: &str, selection: &Selection) -> Planned {
    let limits = Limits::default();
    let source = Source::new("shop.yaml", DOCUMENT);
    let document = Document::load(&limits, &mut Problems::new(&source)).expect("the document loads");
    let project_source = Source::new("contest.yaml", PROJECT);
    let project = Project::read(Path::new("contest.yaml"), &limits, &mut Problems::new(&project_source));
    let source = Source::new("x.contest.yaml", text);
    let mut problems = Problems::new(&source);
    let file = ScenarioFile::read(Path::new("x.contest.yaml"), "x".to_owned(), &limits, &mut problems);
    let mut diagnostics = problems.into_list();
    let input = PlanInput {
        project: project.as_ref(),
        environment: None,
        apis: vec![("shop".to_owned(), document)],
        broken_apis: Default::default(),
        api_names: Default::default(),
        files: file.into_iter().map(Arc::new).collect(),
        flow_files: &FlowFiles::new(),
        attachments: &Default::default(),
        schemas: None,
        selection,
        limits: &limits,
        overrides: &Default::default(),
        headers: &[],
    };
    let plan = plan(&input, &mut diagnostics);
    let words = diagnostics.iter().map(|each| {
        let label = each.labels.first().map(|label| format!(" | {}", label.text)).unwrap_or_default();
        format!("{} {}{label}", each.code, each.message)
    });
    Planned {
        problems: words.collect(),
        ids: plan.cases.iter().map(|case| case.id.clone()).collect(),
        selectors: plan.selectors,
    }
}

/// Steps in an otherwise right scenario.
fn check_steps(steps: &str, expected: &[&str]) {
    let text = format!(
        "contest: 1\ninputs: {{ a: {{ type: string }} }}\nvars: {{ v: x }}\nscenarios: {{ s: {{ steps: [{steps}] }} }}\n"
    );
    assert_eq!(plan_file(&text, &Selection::default()).problems, expected, "{steps}");
}

const GET: &str = "call: getItem, path: { id: x }, query: { tenant: t }";

#[test]
fn operations_are_found_by_id_by_api_and_by_template() {
    check_steps("{ call: getItem, path: { id: x }, query: { tenant: t } }", &[]);
    check_steps("{ call: shop.getItem, path: { id: x }, query: { tenant: t } }", &[]);
    check_steps("{ call: \"get /items/{id}\", path: { id: x }, query: { tenant: t } }", &[]);
    check_steps("{ call: shop.deleteItem, path: { id: x } }", &[]);
    check_steps("{ call: shop.shop.deleteItem, path: { id: x } }", &[]);
    check_steps(
        "{ call: getItems }",
        &[
            "scenario.unknown-operation no operation `getItems` in api `shop` | did you mean `getItem`? (GET /items/{id})",
        ],
    );
    check_steps(
        "{ call: shop.getItems }",
        &[
            "scenario.unknown-operation no operation `getItems` in api `shop` | did you mean `getItem`? (GET /items/{id})",
        ],
    );
    check_steps(
        "{ call: zebra }",
        &["scenario.unknown-operation no operation `zebra` in api `shop` | is not in the document"],
    );
}

#[test]
fn parameters_are_those_of_the_operation() {
    check_steps("{ call: postItem, path: { id: x }, query: { api_key: a }, expect: { status: 200 } }", &[]);
    check_steps(
        "{ call: getItem, path: { id: x }, query: { tenant: t, api_key: a } }",
        &[
            "scenario.unknown-parameter `getItem` has no query parameter `api_key` | its query parameters are fields, tenant",
        ],
    );
    check_steps(
        "{ call: getItem, path: { id: x }, query: { tenant: t, field: a } }",
        &["scenario.unknown-parameter `getItem` has no query parameter `field` | did you mean `fields`?"],
    );
    check_steps(
        "{ call: getItem, path: { id: x, fields: a }, query: { tenant: t } }",
        &["scenario.unknown-parameter `getItem` has no path parameter `fields` | it is a query parameter"],
    );
    check_steps(
        "{ call: getItem, path: { id: x } }",
        &["scenario.missing-parameter `getItem` needs the query parameter `tenant` | is called without"],
    );
    check_steps("{ call: getItem, path: { id: x }, sends: unchecked }", &[]);
    check_steps(
        "{ call: getItem, query: { tenant: t }, sends: unchecked }",
        &["scenario.missing-parameter `getItem` needs the path parameter `id` | is called without"],
    );
    check_steps(&format!("{{ {GET}, headers: {{ X-Any: a, Accept: b }} }}"), &[]);
    check_steps(
        &format!("{{ {GET}, headers: {{ Any: a }} }}"),
        &["scenario.unknown-parameter `getItem` has no header parameter `Any` | it has no header parameters"],
    );
}

#[test]
fn bodies_need_an_operation_that_takes_them() {
    check_steps(
        &format!("{{ {GET}, body: {{}} }}"),
        &["scenario.request-body `getItem` takes no body | would be sent"],
    );
    let put = "call: putItem, path: { id: x }, expect: { status: 404 }";
    check_steps(&format!("{{ {put}, body: {{}} }}"), &[]);
    check_steps(&format!("{{ {put}, body: x, contentType: text/plain }}"), &[]);
    check_steps(
        &format!("{{ {put}, body: x, contentType: text/html }}"),
        &[
            "scenario.request-body `putItem` does not take `text/html` | it takes application/json, text/plain",
        ],
    );
    check_steps(
        &format!("{{ {put} }}"),
        &["scenario.missing-parameter `putItem` needs the request body | is called without"],
    );
}

#[test]
fn statuses_are_documented() {
    check_steps(&format!("{{ {GET}, expect: {{ status: 200 }} }}"), &[]);
    check_steps(&format!("{{ {GET}, expect: {{ status: 418 }} }}"), &[]);
    check_steps(
        &format!("{{ {GET}, expect: {{ status: 500 }} }}"),
        &["scenario.undocumented-status 500 is not documented for `getItem` | the document has 200, 4XX"],
    );
    check_steps(&format!("{{ {GET}, expect: {{ status: [200, 404] }} }}"), &[]);
    check_steps(
        &format!("{{ {GET}, expect: {{ status: [200, 202, 500] }} }}"),
        &[
            "scenario.undocumented-status 202 and 500 are not documented for `getItem` | the document has 200, 4XX",
        ],
    );
    check_steps("{ call: shop.deleteItem, path: { id: x }, expect: { status: 503 } }", &[]);
    check_steps(
        "{ call: putItem, path: { id: x }, body: {} }",
        &[
            "scenario.missing-key `putItem` documents no 2xx, so the step must say which status it expects | expects a documented 2xx, since it says nothing else",
        ],
    );
}

#[test]
fn variables_are_known_behind_the_files_setup_in_the_order_written() {
    let later = "is computed later: `vars` come behind the file's `setup`, in the order written";
    let item = |id: &str| format!("{{ call: getItem, path: {{ id: {id} }}, query: {{ tenant: t }} }}");
    let text = format!(
        "contest: 1\nsetup: [{}]\nvars: {{ a: $vars.b, b: x }}\nscenarios: {{ s: {{ steps: [{}] }} }}\n",
        item("$vars.a"),
        item("$vars.a")
    );
    let expected = ["a", "b"]
        .map(|name| format!("scenario.unknown-reference `$vars.{name}` is not known yet | {later}"));
    assert_eq!(plan_file(&text, &Selection::default()).problems, expected);
}

#[test]
fn names_exist_when_they_are_used() {
    let with = |id: &str| format!("{{ call: getItem, path: {{ id: {id} }}, query: {{ tenant: t }} }}");
    check_steps(&with("$inputs.a"), &[]);
    check_steps(&with("$vars.v"), &[]);
    check_steps(&with("$run.id"), &[]);
    check_steps(&with("\"{$gen.alnum(8)}\""), &[]);
    check_steps(
        &with("$inputs.b"),
        &["scenario.unknown-reference there is no `$inputs.b` | did you mean `$inputs.a`?"],
    );
    check_steps(
        &with("$vars.zebra"),
        &[
            "scenario.unknown-reference there is no `$vars.zebra` | nothing saves it, and `vars` has no such name",
        ],
    );
    check_steps(
        &with("$row.x"),
        &[
            "scenario.unknown-reference there is no `$row.x` | the scenario has no rows, or rows without columns",
        ],
    );
    check_steps(
        &with("$row.name"),
        &[
            "scenario.unknown-reference there is no `$row.name` | is of the row itself and no value; give the value a column of its own",
        ],
    );
    check_steps(
        &with("$run.ip"),
        &["scenario.unknown-reference there is no `$run.ip` | the only member of `$run` is `$run.id`"],
    );
    check_steps(
        &with("$secrets.KEY"),
        &[
            "scenario.unknown-reference `$secrets.KEY` is read only in `contest.yaml`, `vars` and `inputs` | write it under `vars`, and `$vars.…` here",
        ],
    );
    let saves = format!("{{ {GET}, id: one, save: {{ n: \"$.a\" }} }}");
    check_steps(&format!("{saves}, {}", with("$vars.n")), &[]);
    check_steps(
        &format!("{}, {saves}", with("$vars.n")),
        &["scenario.unknown-reference `$vars.n` is not known yet | is made by a step further down"],
    );
    check_steps(&format!("{saves}, {}", with("$steps.one.response.body.a")), &[]);
    check_steps(
        &format!("{saves}, {{ {GET}, save: {{ n: \"$.b\" }} }}"),
        &["scenario.duplicate-name `n` is saved twice | has a value already"],
    );
    check_steps(
        &format!("{saves}, {{ {GET}, id: one }}"),
        &["scenario.duplicate-name two steps have the id `one` | the second of them"],
    );
}

#[test]
fn braces_of_other_tools_are_noticed() {
    let with = |id: &str| format!("{{ call: getItem, path: {{ id: \"{id}\" }}, query: {{ tenant: t }} }}");
    check_steps(&with("{{b}}"), &[]);
    let expected =
        "scenario.text-looks-like-expression `{{ a }}` is sent as text | for the value, write `{$inputs.a}`";
    check_steps(&with("x-{{ a }}"), &[expected]);
}

#[test]
fn conditions_see_what_exists() {
    check_steps(
        &format!(
            "{{ {GET}, when: 'inputs.a == \"x\"', expect: {{ assert: ['status == 200 && body.a == vars.v'] }} }}"
        ),
        &[],
    );
    check_steps(
        &format!("{{ {GET}, when: 'status == 200' }}"),
        &[
            "scenario.unknown-reference `status` is not known before the request is sent | belongs to a response",
        ],
    );
    check_steps(
        &format!("{{ {GET}, expect: {{ assert: ['bdy.a == 1'] }} }}"),
        &["scenario.unknown-reference there is no variable `bdy` | did you mean `body`?"],
    );
    check_steps(
        &format!("{{ {GET}, expect: {{ assert: ['inputs.b == 1'] }} }}"),
        &["scenario.unknown-reference there is no `inputs.b` | did you mean `inputs.a`?"],
    );
    check_steps(
        &format!("{{ {GET}, expect: {{ assert: ['this == 1'] }} }}"),
        &["scenario.unknown-reference there is no variable `this` | is no variable"],
    );
    check_steps(&format!("{{ {GET}, expect: {{ body: {{ a: {{ $cel: 'this > 1' }} }} }} }}"), &[]);
}

#[test]
fn auth_profiles_exist_and_are_of_the_operations_kind() {
    check_steps(&format!("{{ {GET}, auth: key }}"), &[]);
    check_steps(&format!("{{ {GET}, auth: none }}"), &[]);
    check_steps(
        &format!("{{ {GET}, auth: kye }}"),
        &["scenario.unknown-auth there is no auth profile `kye` | did you mean `key`?"],
    );
    check_steps(
        &format!("{{ {GET}, auth: token }}"),
        &[
            "scenario.auth-mismatch `getItem` asks for `key`, and the auth profile `token` is of another kind | is sent as `token`",
        ],
    );
}

fn check_ids(selection: &Selection, expected: &[&str]) {
    let text = format!(
        "contest: 1\ntags: [all]\nscenarios:\n  a: {{ tags: [smoke], steps: [{{ {GET} }}] }}\n  b: {{ rows: [{{ name: x, c: 1 }}, {{ c: 2, tags: [slow] }}], steps: [{{ {GET} }}] }}\n"
    );
    let planned = plan_file(&text, selection);
    assert_eq!(planned.problems, Vec::<String>::new());
    assert_eq!(planned.ids, expected);
}

#[test]
fn cases_are_scenarios_and_rows_and_can_be_selected() {
    let tags = |text: &str| Selection {
        tags: Some(TagExpression::parse(text).expect("tags")),
        ..Selection::default()
    };
    let named = |name: &str| Selection { scenarios: vec![name.to_owned()], ..Selection::default() };
    check_ids(&Selection::default(), &["x::a", "x::b[x]", "x::b[1]"]);
    check_ids(&tags("smoke"), &["x::a"]);
    check_ids(&tags("all and not smoke and not slow"), &["x::b[x]"]);
    check_ids(&tags("none"), &[]);
    check_ids(&named("b"), &["x::b[x]", "x::b[1]"]);
    check_ids(&named("x::*"), &["x::a", "x::b[x]", "x::b[1]"]);
    check_ids(&Selection { ids: vec!["x::b[1]".to_owned()], ..Selection::default() }, &["x::b[1]"]);
    let file = |name: &str| Selection { files: vec![name.to_owned()], ..Selection::default() };
    check_ids(&file("x.contest.yaml"), &["x::a", "x::b[x]", "x::b[1]"]);
    check_ids(&file("y*"), &[]);
    let select = |text: &str| Selection { select: Some(text.to_owned()), ..Selection::default() };
    check_ids(&select("has(row.c) && row.c == 2"), &["x::b[1]"]);
    check_ids(&select("row.name == 'x'"), &["x::b[x]"]);
    check_ids(&select("name == 'x::a' && file == 'x' && scenario == 'a' && title == 'a'"), &["x::a"]);
    check_ids(&select("'slow' in tags || 'smoke' in tags"), &["x::a", "x::b[1]"]);
    check_ids(&select("api == 'shop' && operation == 'getItem'"), &["x::a", "x::b[x]", "x::b[1]"]);
}

const TWO: &str = r#"
contest: 1
scenarios:
  get: { steps: [{ call: getItem, path: { id: "1" }, query: { tenant: a }, expect: { status: 200 } }] }
  both:
    tags: [smoke]
    steps:
      - { call: getItem, path: { id: "1" }, query: { tenant: a }, expect: { status: 200 } }
      - call: PUT /items/{id}
        path: { id: "1" }
        body: 1
        contentType: application/json
        expect: { status: 404 }
        cleanup: [{ call: shop.deleteItem, path: { id: "1" } }]
"#;

fn check_two(selection: &Selection, expected: &[&str]) {
    let planned = plan_file(TWO, selection);
    assert_eq!(planned.problems, Vec::<String>::new());
    assert_eq!(planned.ids, expected, "{selection:?}");
}

#[test]
fn cases_can_be_selected_by_the_operations_they_call() {
    let calls = |name: &str| Selection { operations: vec![name.to_owned()], ..Selection::default() };
    check_two(&calls("getItem"), &["x::get", "x::both"]);
    check_two(&calls("putItem"), &["x::both"]);
    check_two(&calls("shop.putItem"), &["x::both"]);
    check_two(&calls("PUT /items/{id}"), &["x::both"]);
    check_two(&calls("shop.delete*"), &["x::both"]);
    check_two(&calls("put"), &[]);
    let select = |text: &str| Selection { select: Some(text.to_owned()), ..Selection::default() };
    check_two(&select(r#""smoke" in tags && operation == "putItem""#), &["x::both"]);
    check_two(&select(r#"operation != "getItem""#), &["x::both"]);
    check_two(&select(r#"operations.all(it, it == "getItem")"#), &["x::get"]);
    check_two(&select(r#"row.region == "eu""#), &[]);
}

#[test]
fn a_selector_that_fits_nothing_says_what_may_have_been_meant() {
    let check = |selection: Selection, expected: &[(&str, usize, &[&str])]| {
        let found = plan_file(TWO, &selection).selectors;
        let found: Vec<_> =
            found.iter().map(|it| (it.text.as_str(), it.cases, it.advice.join("; "))).collect();
        let expected: Vec<_> = expected.iter().map(|it| (it.0, it.1, it.2.join("; "))).collect();
        assert_eq!(found, expected);
    };
    check(
        Selection {
            operations: ["getItems", "GET /items/{id}", "zebra", "get?tem", "x*"].map(String::from).into(),
            tags: TagExpression::parse("smok or (slow and smoke)").ok(),
            ..Selection::default()
        },
        &[
            (
                "--tags 'smok or slow and smoke'",
                0,
                &["no tag `slow`", "no tag `smok`; did you mean `smoke`?"],
            ),
            ("--operation getItems", 0, &["no operation `getItems`; did you mean `getItem`?"]),
            ("--operation 'GET /items/{id}'", 2, &[]),
            ("--operation zebra", 0, &["no operation `zebra`"]),
            ("--operation 'get?tem'", 2, &[]),
            ("--operation 'x*'", 0, &["no operation fits `x*`"]),
        ],
    );
    check(
        Selection {
            scenarios: vec!["bth".to_owned()],
            files: vec!["y".to_owned()],
            select: Some("row.x == 1".to_owned()),
            ..Selection::default()
        },
        &[
            ("--scenario bth", 0, &["no scenario `bth`; did you mean `both`?"]),
            ("--file y", 0, &["no file `y`; did you mean `x`?"]),
            ("--select 'row.x == 1'", 0, &["it has no value for some: no key `x` in `row`"]),
        ],
    );
}

#[test]
fn a_condition_over_cases_names_what_a_case_has() {
    let check = |text: &str, expected: &[&str]| {
        let selection = Selection { select: Some(text.to_owned()), ..Selection::default() };
        let planned = plan_file(TWO, &selection);
        assert_eq!(planned.problems, expected);
        assert_eq!(planned.ids, Vec::<String>::new());
    };
    check(
        "'smoke' in tag",
        &["scenario.unknown-reference there is no variable `tag` | did you mean `tags`?"],
    );
    check(
        "now() == now()",
        &["scenario.invalid-condition the time chooses no cases | would choose others tomorrow"],
    );
    check(
        "operation = 'x'",
        &["scenario.invalid-condition `operation = 'x'` is not a CEL expression | `=` has no meaning here"],
    );
}

/// A `contract` in an otherwise right file.
fn check_contract(contract: &str, expected: &[&str]) {
    let text = format!(
        "contest: 1\ncontract: {contract}\nscenarios: {{ s: {{ steps: [{{ call: getItem, path: {{ id: a }}, query: {{ tenant: t }} }}] }} }}\n"
    );
    assert_eq!(plan_file(&text, &Selection::default()).problems, expected, "{contract}");
}

#[test]
fn rules_of_the_contract_name_what_there_is() {
    let rule = |operation: &str, rest: &str| {
        format!("{{ rules: [{{ code: header, operation: {operation}, severity: off{rest} }}] }}")
    };
    check_contract(&rule("getItem", ", status: 200"), &[]);
    check_contract(&rule("shop.getItem", ""), &[]);
    check_contract(&rule("'get*'", ""), &[]);
    check_contract(&rule("'GET /items/*'", ""), &[]);
    check_contract(
        &rule("getItme", ""),
        &["scenario.unknown-operation no operation `getItme` | did you mean `getItem`?"],
    );
    check_contract(
        &rule("'zebra*'", ""),
        &["scenario.unknown-operation no operation fits `zebra*` | is in no document"],
    );
    check_contract(
        &rule("getItem", ", status: [200, 299]"),
        &[
            "scenario.idle-rule the rule never fits: 299 is not documented for `getItem` | the document has 200, 4XX",
        ],
    );
    // A status that is not documented is what such a rule is for.
    check_contract("{ rules: [{ code: status, operation: getItem, status: 299, severity: warn }] }", &[]);
}

/// Flows in a file whose scenario has these steps.
fn check_flows(flows: &str, steps: &str, expected: &[&str]) {
    let text = format!(
        "contest: 1\nsetupOnce: [{{ {GET}, save: {{ once: $.id }} }}]\nflows: {{ {flows} }}\nscenarios: {{ s: {{ steps: [{steps}] }} }}\n"
    );
    assert_eq!(plan_file(&text, &Selection::default()).problems, expected, "{flows} {steps}");
}

const FLOW: &str = "f: { inputs: { a: { type: string }, b: { type: integer, default: 1 } }, steps: [{ call: getItem, path: { id: $inputs.a }, query: { tenant: t }, save: { made: $.id } }], outputs: { id: $vars.made } }";

#[test]
fn flows_are_found_and_given_what_they_take() {
    check_flows(FLOW, "{ flow: f, with: { a: x } }", &[]);
    check_flows(FLOW, "{ flow: '#f', with: { a: $vars.once, b: 2 } }", &[]);
    check_flows(FLOW, "{ flow: g }", &["scenario.unknown-flow the file has no flow `g` | did you mean `f`?"]);
    check_flows(
        FLOW,
        "{ flow: lend }",
        &["scenario.unknown-flow the file has no flow `lend` | its only flow is f"],
    );
    check_flows(
        FLOW,
        "{ flow: f }",
        &["scenario.flow-inputs the flow `f` needs the input `a` | is called without it"],
    );
    check_flows(
        FLOW,
        "{ flow: f, with: { a: x, c: 1 } }",
        &["scenario.flow-inputs the flow `f` has no input `c` | did you mean `a`?"],
    );
    check_flows(
        FLOW,
        "{ flow: f, with: { a: 1 } }",
        &[
            "scenario.invalid-value the input `a` of the flow `f` does not fit: its schema says `type: \"string\"` | is given here",
        ],
    );
}

#[test]
fn a_flow_sees_its_inputs_alone_and_its_caller_its_outputs_alone() {
    let get = |id: &str| format!("{{ call: getItem, path: {{ id: {id} }}, query: {{ tenant: t }} }}");
    check_flows(
        FLOW,
        &format!("{{ id: o, flow: f, with: {{ a: x }}, save: {{ n: $outputs.id }} }}, {}", get("$vars.n")),
        &[],
    );
    check_flows(
        FLOW,
        &format!("{{ id: o, flow: f, with: {{ a: x }} }}, {}", get("$steps.o.outputs.id")),
        &[],
    );
    check_flows(
        FLOW,
        &format!("{{ id: o, flow: f, with: {{ a: x }} }}, {}", get("$vars.made")),
        &[
            "scenario.unknown-reference there is no `$vars.made` | nothing saves it, and `vars` has no such name",
        ],
    );
    check_flows(
        FLOW,
        &format!("{{ id: o, flow: f, with: {{ a: x }} }}, {{ when: steps.o.outputs.ix == 1, {GET} }}"),
        &["scenario.unknown-reference there is no `steps.o.outputs.ix` | did you mean `steps.o.outputs.id`?"],
    );
    check_flows(
        FLOW,
        &format!("{}, {}", get("x"), get("$steps.step1.outputs.id")),
        &[
            "scenario.unknown-reference `step1` calls no flow, and so has no `outputs` | a request has `request` and `response`",
        ],
    );
    check_flows(
        &format!("f: {{ steps: [{}] }}", get("$vars.once")),
        "{ flow: f }",
        &[
            "scenario.unknown-reference there is no `$vars.once` | nothing saves it, and `vars` has no such name",
        ],
    );
    check_flows(
        &format!("f: {{ steps: [{}], outputs: {{ x: $vars.made }} }}", get("x")),
        "{ flow: f, with: {} }",
        &[
            "scenario.unknown-reference there is no `$vars.made` | nothing saves it, and `vars` has no such name",
        ],
    );
}

#[test]
fn what_setup_once_saves_is_read_only() {
    let expected = "scenario.duplicate-name `once` is saved by `setupOnce`, and no scenario may change it | has a value already";
    check_flows("", &format!("{{ {GET}, save: {{ once: $.x }} }}"), &[expected]);
    check_flows(
        "",
        &format!("{{ {GET}, save: {{ once: {{ jsonpath: $.x, overwrite: true }} }} }}"),
        &[expected],
    );
    // A flow has names of its own.
    check_flows(&format!("f: {{ steps: [{{ {GET}, save: {{ once: $.x }} }}] }}"), "{ flow: f }", &[]);
}

#[test]
fn flows_end() {
    let call = |name: &str, called: &str| format!("{name}: {{ steps: [{{ flow: {called} }}] }}");
    check_flows(
        &call("a", "a"),
        "{ flow: a }",
        &["scenario.flow-circle the flow `a` calls itself | closes the circle"],
    );
    check_flows(
        &[call("a", "b"), call("b", "c"), call("c", "a")].join(", "),
        "{ flow: b }, { flow: c }",
        &["scenario.flow-circle flows call one another in a circle: a → b → c → a | closes the circle"],
    );
    // Twenty flows, each within the one before.
    let mut chain: Vec<String> = (0..20).map(|n| call(&format!("f{n}"), &format!("f{}", n + 1))).collect();
    chain.push(format!("f20: {{ steps: [{{ {GET} }}] }}"));
    let expected =
        "yaml.limit more than 16 flows call one another, and the limit `flows` is 16 | would be one too many";
    check_flows(&chain.join(", "), "{ flow: f0 }", &[expected]);
    // Fourteen flows that call the next one twice: 2^14 requests.
    let twice =
        |n: usize| format!("f{n}: {{ steps: [{{ flow: f{next} }}, {{ flow: f{next} }}] }}", next = n + 1);
    let mut many: Vec<String> = (0..14).map(twice).collect();
    many.push(format!("f14: {{ steps: [{{ {GET} }}] }}"));
    let expected = "yaml.limit a case has more than 10000 steps with those of its flows, and the limit `steps` is 10000 | is one too many";
    check_flows(&many.join(", "), "{ flow: f0 }", &[expected]);
}

#[test]
fn what_nothing_calls_is_checked_too() {
    check_flows(
        "f: { steps: [{ call: getItems }] }",
        &format!("{{ {GET} }}"),
        &[
            "scenario.unknown-operation no operation `getItems` in api `shop` | did you mean `getItem`? (GET /items/{id})",
        ],
    );
    let text = format!("contest: 1\nflows: {{ f: {{ steps: [{{ {GET} }}] }} }}\n");
    let planned = plan_file(&text, &Selection::default());
    assert_eq!((planned.problems, planned.ids), (Vec::new(), Vec::new()));
}
