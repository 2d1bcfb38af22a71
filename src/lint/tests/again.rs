//! Steps that send more than once.

use super::{lint_file, words};

const DOCUMENT: &str = r##"
openapi: 3.1.0
info: { title: Jobs, version: "1" }
paths:
  /jobs:
    get:
      operationId: list
      responses: { "200": { description: Fine, content: { application/json: { schema: { $ref: "#/components/schemas/Page" } } } } }
  /jobs/{id}:
    get:
      operationId: read
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { "200": { description: Fine }, "404": { description: None } }
components:
  schemas:
    Page: { type: object, properties: { items: { type: array }, next: { type: string } } }
"##;

fn check(code: &str, steps: &str, expected: &[&str]) {
    let text = format!("contest: 1\nscenarios: {{ s: {{ steps: [{steps}] }} }}\n");
    assert_eq!(words(&lint_file(DOCUMENT, &text), code), expected, "{steps}");
}

#[test]
fn a_poll_waits_for_something() {
    let idle = "the poll waits for nothing: it has no `until`, the step expects nothing, and `list` documents no answer \
                but success";
    let code = "scenario.idle-poll";
    check(code, "{ call: list, poll: { for: 1s } }", &[idle]);
    check(code, "{ call: list, poll: { for: 1s }, expect: { contract: { body: warn } } }", &[idle]);
    check(code, "{ call: list, poll: { for: 1s, until: 'true' } }", &[]);
    check(code, "{ call: list, poll: { for: 1s }, expect: { body: { next: x } } }", &[]);
    check(code, "{ call: read, path: { id: a }, poll: { for: 1s } }", &[]);
}

#[test]
fn what_is_carried_and_collected_is_described_and_read() {
    let repeat = |carry: &str, collect: &str| {
        format!(
            "{{ call: list, repeat: {{ max: 2, carry: {{ c: {carry} }}, collect: {{ d: {collect} }} }} }}"
        )
    };
    let read = "{ call: read, path: { id: \"{$vars.c} {$vars.d}\" } }";
    check("scenario.unused-name", &format!("{}, {read}", repeat("$.next", "$.items")), &[]);
    check(
        "scenario.unused-name",
        &repeat("$.next", "$.items"),
        &["the carried value `c` is never read", "the collected value `d` is never read"],
    );
    let undescribed = "scenario.undescribed-capture";
    check(undescribed, &format!("{}, {read}", repeat("$.next", "$.items")), &[]);
    let found = "the document describes no `nxt` in what `list` answers, and `c` is to be saved from it";
    let text =
        format!("contest: 1\nscenarios: {{ s: {{ steps: [{}, {read}] }} }}\n", repeat("$.nxt", "$.items"));
    let first: Vec<String> = words(&lint_file(DOCUMENT, &text), undescribed)
        .iter()
        .map(|line| line.split(" @ ").next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(first, [found]);
    // That the last page lacks it is what it is there for.
    check("scenario.optional-capture", &format!("{}, {read}", repeat("$.next", "$.items")), &[]);
}
