//! What a wrong scenario or project file says: code, message, the words under the place, advice.

mod again;

use super::*;
use crate::diagnostic::Problems;
use crate::limits::Limits;
use crate::source::Source;
use std::path::Path;

fn problems_of(text: &str, read: impl FnOnce(&mut Problems)) -> Vec<String> {
    let source = Source::new("x.contest.yaml", text);
    let mut problems = Problems::new(&source);
    read(&mut problems);
    let list = problems.into_list();
    let words = list.iter().map(|each| {
        let label = &each.labels[0];
        let position = label.at.position();
        format!("{} {}:{} {} | {}", each.code, position.line, position.column, each.message, label.text)
    });
    words.collect()
}

fn check_file(text: &str, expected: &[&str]) {
    let found = problems_of(text, |problems| {
        ScenarioFile::read(Path::new("x.contest.yaml"), "x".to_owned(), &Limits::default(), problems);
    });
    assert_eq!(found, expected, "{text}");
}

fn check_project(text: &str, expected: &[&str]) {
    let found = problems_of(text, |problems| {
        Project::read(Path::new("contest.yaml"), &Limits::default(), problems);
    });
    assert_eq!(found, expected, "{text}");
}

/// One step in an otherwise right file.
fn check_step(step: &str, expected: &[&str]) {
    check_file(&format!("contest: 1\nscenarios:\n  s:\n    steps:\n      - {step}\n"), expected);
}

/// One expectation of the body in an otherwise right file.
fn check_body(matcher: &str, expected: &[&str]) {
    check_step(&format!("{{ call: x, expect: {{ body: {matcher} }} }}"), expected);
}

#[test]
fn a_right_step_says_nothing() {
    check_step(
        "{ call: x, path: { id: $inputs.a }, headers: { A: \"x-{$run.id}\", B: null }, sends: unchecked }",
        &[],
    );
    check_step("{ call: x, expect: { status: [200, 404], within: 800ms, assert: ['body.a == 1'] } }", &[]);
    check_step(
        "{ call: x, save: { a: \"$.data.id\", b: { header: X, regex: 'id=(.*)', take: first, default: 1 } } }",
        &[],
    );
    check_body("{ a: 1, b: <uuid|null>, c: [1, { $gt: 2 }], d: { $each: item, $length: { $gte: 1 } } }", &[]);
    check_body("{ $sameAs: { value: $vars.before, except: [/a, /b/c] } }", &[]);
}

#[test]
fn headers_of_parts_are_headers() {
    let part =
        |headers: &str| format!("{{ call: x, multipart: {{ f: {{ $text: a, headers: {headers} }} }} }}");
    check_step(&part("{ X-Size: $vars.n, B: null }"), &[]);
    check_step(
        &part("{ content-type: a/b }"),
        &[
            "scenario.invalid-value 5:59 `content-type` of a part has keys of its own | write `contentType` and `filename` beside `headers`",
        ],
    );
    check_step(
        &part("{ 'a b': c }"),
        &["scenario.invalid-value 5:59 `a b` is no header name | cannot be sent"],
    );
}

#[test]
fn unknown_and_misplaced_keys_say_where_they_belong() {
    check_step(
        "{ call: x, status: 200 }",
        &[
            "scenario.misplaced-key 5:20 `status` does not belong in a step; it belongs under `expect` | does not belong here",
        ],
    );
    check_step(
        "{ call: x, validate: 1 }",
        &[
            "scenario.misplaced-key 5:20 `validate` does not belong in a step; write `expect` | does not belong here",
        ],
    );
    check_step(
        "{ call: x, expct: {} }",
        &["scenario.unknown-key 5:20 a step has no key `expct` | did you mean `expect`?"],
    );
    check_step(
        "{ call: x, expect: { status_code: 200 } }",
        &[
            "scenario.misplaced-key 5:30 `status_code` does not belong in `expect`; write `status` | does not belong here",
        ],
    );
    check_file(
        "contest: 1\nsteps: []\nscenarios: { s: { steps: [] } }\n",
        &[
            "scenario.misplaced-key 2:1 `steps` does not belong in a scenario file; steps belong in a scenario: `scenarios: { name: { steps: [ … ] } }` | does not belong here",
        ],
    );
    check_file(
        "contest: 1\nscenarios: { s: { steps: [], matrix: x } }\n",
        &[
            "scenario.not-supported 2:30 `matrix` is part of the language, but not of this version of contest | not supported yet",
        ],
    );
}

#[test]
fn a_step_does_exactly_one_thing() {
    for step in
        ["{ call: x }", "{ send: \"GET https://h/\" }", "{ flow: f, with: { a: 1 } }", "{ pause: 500ms }"]
    {
        check_step(step, &[]);
    }
    let none = "scenario.missing-key 5:9 a step needs one of the keys `call`, `send`, `flow` and `pause` | has none of them";
    check_step("{ path: {} }", &[none]);
    check_step("~", &[none]);
    check_step("{ cal: x }", &["scenario.unknown-key 5:11 a step has no key `cal` | did you mean `call`?"]);
    check_step(
        "{ operationId: x }",
        &[
            "scenario.misplaced-key 5:11 `operationId` does not belong in a step; write `call` | does not belong here",
        ],
    );
    check_step(
        "{ pause: 1s, call: x }",
        &[
            "scenario.invalid-value 5:22 `pause` and `call` are two things, and a step does one | the second of them",
        ],
    );
}

/// The origin that a `send` is written with, which no value of an expression can change.
fn check_origin(url: &str, expected: Option<&str>) {
    let text = format!("contest: 1\nscenarios: {{ s: {{ steps: [ {{ send: \"GET {url}\" }} ] }} }}\n");
    let mut problems = Problems::new(&Source::new("x.contest.yaml", &text));
    let file =
        ScenarioFile::read(Path::new("x.contest.yaml"), "x".to_owned(), &Limits::default(), &mut problems);
    let file = file.expect("it reads");
    let Action::Send(send) = &file.scenarios[0].steps[0].action else { panic!("{url} is sent") };
    assert_eq!(send.written_origin(), expected, "{url}");
}

#[test]
fn an_origin_is_written_where_no_value_can_change_it() {
    check_origin("https://files.example", Some("https://files.example"));
    check_origin("https://files.example/{$vars.path}", Some("https://files.example"));
    check_origin("https://files.example?a={$vars.path}", Some("https://files.example"));
    for url in [
        "/a",
        "/a?to=https://files.example/",
        "$vars.url",
        "{$vars.url}/a",
        "https://{$vars.host}/a",
        "https://files.example{$vars.rest}/a",
        "https://files.example:80{$vars.rest}/a",
        "https://me@{$vars.host}/a",
        "https:///{$vars.host}/a",
        "https:///files.example/a",
    ] {
        check_origin(url, None);
    }
}

#[test]
fn a_step_takes_the_keys_of_what_it_does() {
    check_step(
        "{ pause: 1s, body: {} }",
        &[
            "scenario.misplaced-key 5:22 `body` does not belong in a step with `pause`; it belongs in a step that sends a request | does not belong here",
        ],
    );
    check_step(
        "{ pause: 1s, save: {} }",
        &[
            "scenario.misplaced-key 5:22 `save` does not belong in a step with `pause`; a pause makes nothing, and cannot fail | does not belong here",
        ],
    );
    check_step(
        "{ send: \"GET https://h/\", query: {} }",
        &[
            "scenario.misplaced-key 5:35 `query` does not belong in a step with `send`; write it in the URL | does not belong here",
        ],
    );
    check_step(
        "{ flow: f, expect: {} }",
        &[
            "scenario.misplaced-key 5:20 `expect` does not belong in a step with `flow`; it belongs in a step of the flow, which is given values under `with` | does not belong here",
        ],
    );
    check_step(
        "{ flow: f, save: { a: $.b } }",
        &[
            "scenario.invalid-value 5:31 what a flow gives is its outputs: `$outputs.name` | is found in an answer, and a flow has none",
        ],
    );
    check_step(
        "{ call: x, with: {} }",
        &[
            "scenario.misplaced-key 5:20 `with` does not belong in a step; it gives a flow its inputs: `flow: NAME` | does not belong here",
        ],
    );
    check_step(
        "{ pause: 500 }",
        &["scenario.invalid-value 5:18 `pause` is a duration such as 250ms, 10s or 5m | is no duration"],
    );
    check_step(
        "{ send: https://h/ }",
        &[
            "scenario.invalid-value 5:17 `send` is a method and a URL, as in `send: \"PUT {$vars.uploadUrl}\"` | has no method: write `GET https://h/`",
        ],
    );
    check_step(
        "{ send: GET }",
        &[
            "scenario.invalid-value 5:17 `send` is a method and a URL, as in `send: \"PUT {$vars.uploadUrl}\"` | has no URL",
        ],
    );
}

#[test]
fn values_of_the_wrong_form_say_what_is_wanted() {
    check_step(
        "{ call: x, path: /v2/orders/1 }",
        &[
            "scenario.invalid-value 5:26 `path` gives the values of path parameters; the operation has its own path | is a path",
        ],
    );
    check_step(
        "{ call: x, timeout: 10 }",
        &["scenario.invalid-value 5:29 `timeout` is a duration such as 250ms, 10s or 5m | is no duration"],
    );
    check_step(
        "{ call: x, sends: sometimes }",
        &[
            "scenario.invalid-value 5:27 `sends` is valid, unchecked, or `{ invalid: [/body/…] }` | is none of them",
        ],
    );
    check_step(
        "{ call: x, sends: { invalid: [status] } }",
        &[
            "scenario.invalid-value 5:39 a place is `/body/…`, `/query/name`, `/path/name`, `/headers/name` or `/cookies/name` | is none of them",
        ],
    );
    check_step(
        "{ call: x, expect: { status: 99 } }",
        &[
            "scenario.invalid-value 5:38 a status is a code such as 200, a class such as 2xx, or a list of them | is none of them",
        ],
    );
    check_step(
        "{ call: x, expect: { status: 2xx } }",
        &["scenario.vague-status 5:38 `2xx` accepts every status of its class | name the status"],
    );
    check_step(
        "{ call: x, expect: { contract: { headr: warn } } }",
        &["scenario.unknown-check 5:42 there is no contract check `headr` | did you mean `header`?"],
    );
    check_step("{ call: x, expect: { contract: { formats: { date-time: warn, uuid: off } } } }", &[]);
    check_step(
        "{ call: x, expect: { contract: { formats: { datetime: warn, uuid: none } } } }",
        &[
            "scenario.unknown-key 5:53 the format `datetime` is never checked | did you mean `date-time`?",
            "scenario.invalid-value 5:75 a severity is deny, warn or off | is none of them",
        ],
    );
    check_step(
        "{ call: x, expect: { contract: { formats: warn } } }",
        &[
            "scenario.invalid-value 5:51 `formats` is a map, as in `{ date-time: warn, uuid: off }` | is a text",
        ],
    );
    check_step(
        "{ call: x, save: { a: data.id } }",
        &[
            "scenario.invalid-selector 5:31 `data.id` is neither a JSONPath nor an expression | starts with no `$`",
        ],
    );
    check_step(
        "{ call: x, save: { a: { header: X, regex: '(' } } }",
        &["scenario.invalid-value 5:51 not a regular expression: unclosed group | does not compile"],
    );
    check_step(
        "{ call: x, id: a b }",
        &[
            "scenario.invalid-name 5:24 `a b` is no name for a step | has other characters than letters, digits, `_` and `-`",
        ],
    );
}

#[test]
fn matchers_that_do_not_exist_name_the_one_meant() {
    check_body(
        "<int>",
        &["scenario.unknown-matcher 5:36 there is no marker `<int>` | did you mean `<integer>`?"],
    );
    check_body(
        "<uuid|nul>",
        &["scenario.unknown-matcher 5:36 there is no marker `<nul>` | did you mean `<null>`?"],
    );
    check_body(
        "{ $eq: 1 }",
        &["scenario.unknown-matcher 5:38 there is no operator `$eq` | write the value itself"],
    );
    check_body(
        "{ $lenght: 1 }",
        &["scenario.unknown-matcher 5:38 there is no operator `$lenght` | did you mean `$length`?"],
    );
    check_body("{ a: { $schema: '#/components/schemas/A' }, b: { $schema: a/b.yaml#/c } }", &[]);
    let schema = "`$schema` takes a schema of the document, as `#/components/schemas/Name`, or the path of a JSON or YAML file";
    for (operand, label) in [
        ("Order", "`#/components/schemas/Order`?"),
        ("order.txt", "`#/components/schemas/order.txt`?"),
        ("/a/b.txt", "is neither"),
        ("$row.schema", "is neither"),
        ("{ type: string }", "is a map"),
    ] {
        let said = format!("scenario.invalid-matcher 5:47 {schema} | {label}");
        check_body(&format!("{{ $schema: {operand} }}"), &[&said]);
    }
    check_body("[{ $sorted: asc }, { $sorted: { by: /a/b } }, { $unique: true }, { $unique: /id }]", &[]);
    let sorted = "`$sorted` takes asc, desc or `{ by: /price, order: desc }`";
    for (operand, said) in [
        ("up", format!("5:47 {sorted} | is a text")),
        ("[asc]", format!("5:47 {sorted} | is a list")),
        ("{ by: /a, order: up }", format!("5:64 {sorted} | is a text")),
        (
            "{ by: a }",
            "5:53 `by` takes a JSON pointer into each element such as /id | is no pointer".to_owned(),
        ),
    ] {
        check_body(&format!("{{ $sorted: {operand} }}"), &[&format!("scenario.invalid-matcher {said}")]);
    }
    check_body(
        "{ $unique: false }",
        &[
            "scenario.invalid-matcher 5:47 `$unique` takes true, or a JSON pointer into each element such as /id | is a boolean",
        ],
    );
    check_body(
        "{ $gt: 1, a: 2 }",
        &[
            "scenario.invalid-matcher 5:46 a map holds either operators or members, not both | stands among operators",
        ],
    );
    check_body(
        "{ $match: '(' }",
        &["scenario.invalid-matcher 5:46 not a regular expression: unclosed group | does not compile"],
    );
    check_body(
        "{ $unordered: 1 }",
        &["scenario.invalid-matcher 5:50 `$unordered` takes a list | is a number"],
    );
}

#[test]
fn text_that_looks_like_an_expression_is_refused() {
    check_step(
        "{ call: x, headers: { A: Bearer $vars.t } }",
        &[
            "scenario.text-looks-like-expression 5:41 `Bearer $vars.t` would be sent as text | `$vars.t` is only read where it is the whole value, or in braces",
        ],
    );
}

#[test]
fn files_without_content_say_so() {
    check_file("", &["scenario.empty 1:1 the file is empty | holds nothing"]);
    check_file("contest: 1\nscenarios: {}\n", &["scenario.empty 2:12 the file has no scenario | holds none"]);
    check_file(
        "contest: 2\nscenarios: { s: { steps: [] } }\n",
        &["scenario.kind 1:10 this version of contest reads `contest: 1` | is another version"],
    );
    check_file(
        "openapi: 3.0.3\npaths: {}\n",
        &["scenario.kind 1:1 this is an OpenAPI document, not a scenario file | says so"],
    );
    check_file("[1, 2]\n", &["scenario.invalid-value 1:1 a scenario file is a map, not a list | is a list"]);
}

#[test]
fn rows_have_the_same_columns_and_names_of_their_own() {
    let rows = |rows: &str| format!("contest: 1\nscenarios:\n  s: {{ steps: [], rows: {rows} }}\n");
    check_file(&rows("[{ a: 1 }, { a: 2 }]"), &[]);
    check_file(&rows("{ columns: [a, b], rows: [[1, 2]] }"), &[]);
    check_file(
        &rows("[{ a: 1 }, { b: 2 }]"),
        &["scenario.invalid-value 3:36 every row of a scenario has the same columns | lacks `a`"],
    );
    check_file(
        &rows("[{ name: x, a: 1 }, { name: x, a: 2 }]"),
        &["scenario.duplicate-name 3:45 two rows have the name `x` | the second of them"],
    );
    check_file(&rows("[]"), &["scenario.empty 3:25 `rows` has no row, so nothing would run | is empty"]);
    check_file(
        &rows("{ columns: [a], rows: [[1, 2]] }"),
        &["scenario.invalid-value 3:48 there is 1 column | has 2 cells"],
    );
    check_file(
        &rows("{ columns: [a], rows: [] }"),
        &["scenario.empty 3:25 `rows` has no row, so nothing would run | is empty"],
    );
    check_file(
        &rows("{ columns: [a, a], rows: [[1, 2]] }"),
        &["scenario.duplicate-name 3:40 two columns have the name `a` | the second of them"],
    );
    check_file(
        &rows("[{ a: 1, tags: smoke }, { a: 2, name: '' }]"),
        &[
            "scenario.invalid-value 3:40 `tags` is a list of texts | is a text",
            "scenario.invalid-value 3:63 a row's `name` is not empty | is empty",
        ],
    );
    check_file(&rows("{ file: cases.csv }"), &[]);
    let wanted = "`file` is the path of a .csv, .yaml or .json file";
    check_file(
        &rows("{ file: cases.txt }"),
        &[&format!("scenario.invalid-value 3:33 {wanted} | has another ending")],
    );
    check_file(
        &rows("{ file: [cases.csv] }"),
        &[&format!("scenario.invalid-value 3:33 {wanted} | is a list")],
    );
    check_file(
        &rows("{ file: cases.csv, columns: [a] }"),
        &[
            "scenario.misplaced-key 3:44 `columns` does not belong in `rows`; a file has columns of its own | does not belong here",
        ],
    );
}

#[test]
fn project_files_name_what_exists() {
    check_project(
        "contest: 1\napis: { a: a.yaml }\nenvironments: { x: { baseUrls: { b: http://x } } }\n",
        &["scenario.unknown-api 3:34 there is no api `b` | did you mean `a`?"],
    );
    check_project(
        "contest: 1\ndefaultEnvironment: stagin\nenvironments: { staging: {} }\n",
        &["config.unknown-environment 2:21 there is no environment `stagin` | did you mean `staging`?"],
    );
    check_project(
        "contest: 1\nenvironment: {}\n",
        &["config.unknown-key 2:1 a project file has no key `environment` | did you mean `environments`?"],
    );
    check_project(
        "contest: 1\nauth: { a: {} }\n",
        &[
            "scenario.invalid-value 2:9 the auth profile `a` has exactly one of bearer, basic, apiKey, oauth2, mtls, flow, command, all | has none",
        ],
    );
    check_project(
        "contest: 1\napis: { a: { document: a.yaml, nullable: strict } }\ndefaults: { nullable: lenient, contract: { formats: { uuid: off } } }\n",
        &[],
    );
    check_project(
        "contest: 1\nauth: { a: { command: ./token.sh }, b: { mtls: { cert: c } }, c: { all: x }, d: { command: [] } }\n",
        &[
            "scenario.invalid-value 2:23 `command` is a list of a program and its arguments, as in [./token.sh, --quiet] | is a text: no shell reads it",
            "scenario.missing-key 2:48 an mtls profile needs the key `key` | lacks `key`",
            "scenario.invalid-value 2:73 `all` is a list of the names of auth profiles | is a text",
            "scenario.invalid-value 2:92 `command` is a list of a program and its arguments, as in [./token.sh, --quiet] | is empty",
        ],
    );
    check_project(
        "contest: 1\nenvironments: { a: { rate: 20, allow: GET, tls: { cert: c }, headers: { A: 1 } }, b: { allow: [get, 'a b'] } }\n",
        &[
            "config.invalid-value 2:28 a rate is a text, as in 20/s | is no rate",
            "config.invalid-value 2:49 `cert` is of no use without `key` | lacks `key`",
            "config.invalid-value 2:39 `allow` is a list of the methods that may be sent, as in [GET, HEAD] | is a text",
            "config.invalid-value 2:101 `allow` is a list of the methods that may be sent, as in [GET, HEAD] | is no method",
        ],
    );
    check_project(
        "contest: 1\napis: { a: { document: a.yaml, nullable: true } }\n",
        &["scenario.invalid-value 2:42 `nullable` is strict or lenient | is neither"],
    );
    check_project(
        "contest: 1\nsecrets: [A]\nenvironments: { x: { secrets: { B: { value: c } } } }\n",
        &["config.invalid-value 3:33 `B` is not listed under `secrets` | did you mean `A`?"],
    );
}

#[test]
fn locks_are_names() {
    let lock = |keys: &str| format!("contest: 1\nscenarios:\n  s: {{ steps: [], {keys} }}\n");
    check_file(&lock("lock: stock, exclusive: false"), &[]);
    check_file(&lock("lock: [stock, mail]"), &[]);
    check_file(
        &lock("lock: 1"),
        &["scenario.invalid-value 3:25 `lock` is a name or a list of names, not a number | is a number"],
    );
    check_file(
        &lock("lock: [a b]"),
        &[
            "scenario.invalid-name 3:26 `a b` is no name for a lock | has other characters than letters, digits, `_` and `-`",
        ],
    );
    check_file(
        &lock("exclusive: yes"),
        &["scenario.invalid-value 3:30 `exclusive` is `true` or `false`, not a text | is a text"],
    );
    check_file(
        &lock("locks: [a]"),
        &[
            "scenario.misplaced-key 3:19 `locks` does not belong in a scenario; write `lock`, a name or a list of them | does not belong here",
        ],
    );
}

#[test]
fn teardown_is_a_list_and_strict_elsewhere() {
    check_file(
        "contest: 1\nstrictCleanup: true\nscenarios: { s: { strictCleanup: false, steps: [] } }\n",
        &[],
    );
    check_file(
        "contest: 1\nteardown: strict\nscenarios: { s: { strictCleanup: 1, steps: [] } }\n",
        &[
            "scenario.invalid-value 2:11 `teardown` is a list of steps | write `strictCleanup: true` beside it",
            "scenario.invalid-value 3:34 `strictCleanup` is `true` or `false`, not a number | is a number",
        ],
    );
}
