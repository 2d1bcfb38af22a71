//! Names that nothing reads, and calls without credentials.

use super::{lint_file, words};

const DOCUMENT: &str = r#"
openapi: 3.0.3
info: { title: Shop, version: "1" }
security: [{ key: [] }]
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Key }
    token: { type: http, scheme: bearer }
    session: { type: apiKey, in: cookie, name: sid }
    certificate: { type: mutualTLS }
paths:
  /a: { get: { operationId: keyed, responses: { 2XX: { description: Fine }, 4XX: { description: No } } } }
  /b: { get: { operationId: anonymous, security: [{ key: [] }, {}], responses: { 2XX: { description: Fine } } } }
  /c: { get: { operationId: both, security: [{ key: [], token: [] }], responses: { 2XX: { description: Fine } } } }
  /d: { get: { operationId: cookie, security: [{ session: [] }], responses: { 2XX: { description: Fine } } } }
  /e: { get: { operationId: certificate, security: [{ certificate: [] }], responses: { 2XX: { description: Fine } } } }
  /f: { get: { operationId: open, security: [], responses: { 2XX: { description: Fine } } } }
"#;

fn check_auth(step: &str, expected: &[&str]) {
    let text = format!("contest: 1\nscenarios: {{ s: {{ steps: [{{ {step} }}] }} }}\n");
    assert_eq!(words(&lint_file(DOCUMENT, &text), "scenario.missing-auth"), expected, "{step}");
}

#[test]
fn secured_operations_need_credentials() {
    let keyed = "`keyed` asks for `key`, and the step has no `auth` @ security: [{ key: [] }]";
    check_auth("call: keyed", &[keyed]);
    check_auth("call: keyed, auth: key", &[]);
    check_auth("call: keyed, headers: { x-key: a }", &[]);
    check_auth("call: keyed, expect: { status: 401 }", &[]);
    check_auth("call: keyed, expect: { status: [200, 403] }", &[]);
    check_auth("call: keyed, expect: { status: 404 }", &[keyed]);
    check_auth("call: keyed, auth: none, expect: { status: 404 }", &[]);
    check_auth("call: keyed, auth: none", &[keyed]);
    check_auth("call: anonymous", &[]);
    check_auth("call: open", &[]);
    check_auth(
        "call: certificate, auth: none",
        &[
            "`certificate` asks for `certificate`, and the step has no `auth` @ /e: { get: { operationId: certificate, security: [{ certificate: [] }], responses: { 2XX: { description: Fine } } } }",
        ],
    );
    check_auth("call: certificate, auth: none, expect: { status: 403 }", &[]);
    check_auth("call: cookie", &[]);
    check_auth(
        "call: both, headers: { X-Key: a }",
        &[
            "`both` asks for `key` with `token`, and the step has no `auth` @ /c: { get: { operationId: both, security: [{ key: [], token: [] }], responses: { 2XX: { description: Fine } } } }",
        ],
    );
    check_auth("call: both, headers: { X-Key: a, Authorization: b }", &[]);
}

fn check_unused(text: &str, expected: &[&str]) {
    let text = format!("contest: 1\nauth: key\n{text}\n");
    assert_eq!(words(&lint_file(DOCUMENT, &text), "scenario.unused-name"), expected, "{text}");
}

#[test]
fn names_are_read() {
    check_unused(
        "inputs: { a: { type: string }, b: { type: string } }\nvars: { c: $inputs.a, d: x }\nscenarios: { s: { steps: [{ call: keyed, headers: { X-A: $vars.c } }] } }",
        &["the input `b` is never read", "the variable `d` is never read"],
    );
    check_unused(
        "inputs: { a: { type: string } }\nscenarios: { s: { steps: [{ call: keyed }] }, t: { steps: [{ call: keyed, when: 'inputs.a == \"x\"' }] } }",
        &[],
    );
    check_unused(
        "scenarios: { s: { vars: { v: 1 }, rows: [{ a: 1, b: 2 }, { a: 2, b: 3 }], steps: [{ call: keyed, expect: { status: $row.a } }] } }",
        &["the variable `v` is never read", "the column `b` is never read"],
    );
    check_unused(
        "scenarios: { s: { vars: { v: 1 }, steps: [{ call: keyed, when: 'vars.size() > 0' }] } }",
        &[],
    );
}

#[test]
fn saved_values_are_read() {
    let file = |save: &str, later: &str| {
        format!(
            "scenarios: {{ s: {{ steps: [{{ call: keyed, save: {save} }}, {{ call: keyed {later} }}] }} }}"
        )
    };
    let unused = ["the saved value `x` is never read"];
    check_unused(&file("{ x: $.a }", ""), &unused);
    check_unused(&file("{ x: { jsonpath: $.a, secret: true } }", ""), &[]);
    check_unused(&file("{ x: $.a }", ", headers: { X-A: $vars.x }"), &[]);
    check_unused(&file("{ x: $.a }", ", expect: { body: $vars.x }"), &[]);
    check_unused(&file("{ x: $.a }", ", expect: { assert: ['body.a == vars.x'] }"), &[]);
    check_unused(&file("{ x: $.a }", ", cleanup: [{ call: keyed, headers: { X-A: $vars.x } }]"), &[]);
    check_unused(
        "setup: [{ call: keyed, save: { x: $.a } }]\nscenarios: { s: { steps: [{ call: keyed }] }, t: { steps: [{ call: keyed, headers: { X-A: $vars.x } }] } }",
        &[],
    );
}
