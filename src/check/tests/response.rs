use super::*;
use crate::check::{Check, Policy};
use crate::diagnostic::CheckSelector;
use crate::exchange::BodyProblem;
use crate::scenario::ContractSettings;

/// Judges a response to `getX` whose documented responses are given.
fn check_all(
    responses: &str,
    schemas: &str,
    method: &str,
    text: &str,
    severities: &Severities,
    expected: &str,
) {
    let indented: String = responses.lines().map(|line| format!("      {line}\n")).collect();
    let method_key = method.to_lowercase();
    let path = format!("/x:\n  {method_key}:\n    operationId: getX\n    responses:\n{indented}");
    let components: String = schemas.lines().map(|line| format!("  {line}\n")).collect();
    let judgement = judge(&document(&path, &components), &exchange(method, text), severities);
    assert_eq!(said(&judgement), expected, "{responses}\n{schemas}\n{text}\n{}", said(&judgement));
}

fn check(responses: &str, schemas: &str, text: &str, expected: &str) {
    check_all(responses, schemas, "GET", text, &Severities::default(), expected);
}

const JSON: &str = "'200': { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/T' } } } }";

#[test]
fn what_keeps_the_document_is_not_reported() {
    check(JSON, "T: { type: object }", "200\nContent-Type: application/json; charset=utf-8\n\n{}", "");
    check("'204': { description: d }", "", "204", "");
    check("2XX: { description: d }", "", "201", "");
    check("default: { description: d }", "", "503", "");
}

#[test]
fn an_undocumented_status_names_the_documented_ones() {
    check(
        "'200': { description: d }\n'404': { description: d }\n5XX: { description: d }",
        "",
        "409",
        "error[response.status]: 409 is not documented for `getX`
  expected 200, 404 or 5XX; came 409
  document …/get/responses (key): documents 200, 404, 5XX
  response status line: 409
  = help: if 409 is right, add it to the document; `expect: { contract: { status: warn } }` waives it for this step
not checked, because a 409 of `getX` is not documented",
    );
}

#[test]
fn an_undocumented_status_comes_with_what_it_mostly_means() {
    for (text, advice) in [
        ("302\nLocation: https://sso.example.com/login", "wrong base URL, or not signed in?"),
        ("401", "the request carried no credentials: does the step need `auth`?"),
        ("404", "is the base URL right, its path included?"),
        ("500", "the server failed: its log says why"),
        ("503", "a gateway mostly says this: is the API up behind it?"),
    ] {
        let path = "/x:\n  get:\n    operationId: getX\n    responses:\n      '200': { description: d }";
        let judgement = judge(&document(path, ""), &exchange("GET", text), &Severities::default());
        assert_eq!(judgement.facts[0].help[0], advice, "{text}");
    }
    let path = "/x:\n  get:\n    responses:\n      '200': { description: d }";
    let redirect = exchange("GET", "302\nLocation: https://sso.example.com/login");
    assert_eq!(
        judge(&document(path, ""), &redirect, &Severities::default()).facts[0].headline,
        "302 is not documented for `GET /x`: it leads to `https://sso.example.com/login`"
    );
    let mut refused = exchange("GET", "403");
    refused.request.headers.set("Authorization", "Bearer t");
    assert_eq!(
        judge(&document(path, ""), &refused, &Severities::default()).facts[0].help[0],
        "the credentials were refused: are they for this environment and this operation?"
    );
}

#[test]
fn a_broken_schema_has_three_places_and_equal_errors_are_one() {
    check(
        JSON,
        "T: { properties: { data: { items: { $ref: '#/components/schemas/Price' } } } }
Price: { properties: { amount: { type: integer }, id: { format: uuid } } }",
        "200\nContent-Type: application/json\n\n{\"data\": [{\"amount\": \"1\"}, {\"amount\": \"2\"}, {\"id\": \"x\"}, {\"amount\": \"2\"}]}",
        "error[response.body]: `amount` is a string where the document promises an integer
  expected an integer; came a string
  document schemas/Price/properties/amount/type: via 200 › T › Price
  response body at \"/data/0/amount\": a string
  = also at 2 more places: /data/{1,3}/amount
error[response.format]: `id` is `x`, which is not a uuid
  expected a uuid such as 50ca1ec7-cb04-45f0-b7a9-3613ef7c23d3; came `x`
  document schemas/Price/properties/id/format: via 200 › T › Price
  response body at \"/data/2/id\": `x`",
    );
    check(
        JSON,
        "T: { additionalProperties: false }",
        "200\nContent-Type: application/json\n\n{\"a\": 1}",
        "error[response.body]: the body has a member `a` that the document does not allow
  expected no such member; came a member `a`
  document schemas/T/additionalProperties: allows no other members, via 200 › T
  response body at \"/a\": not allowed",
    );
}

#[test]
fn what_one_object_lacks_is_told_at_once() {
    check(
        JSON,
        "T: { items: { required: [a, b, c] } }",
        "200\nContent-Type: application/json\n\n[{\"c\": 1}, {\"c\": 1}]",
        "error[response.body]: element `[0]` of the body lacks `a` and `b`, which the document requires
  expected the members `a` and `b`; came none of these 2
  document schemas/T/items/required/0: via 200 › T
  response body at \"/0\": none of these 2
  = also at 1 more place: /1",
    );
    check(
        JSON,
        "T: { required: [a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11] }",
        "200\nContent-Type: application/json\n\n{}",
        "error[response.body]: the body lacks `a1`, `a2`, `a3`, `a4`, `a5`, `a6`, `a7`, `a8` and 3 more, which the document requires
  expected the members `a1`, `a2`, `a3`, `a4`, `a5`, `a6`, `a7`, `a8` and 3 more; came none of these 11
  document schemas/T/required/0: via 200 › T
  response body at \"\": none of these 11
  = it lacks `a1`, `a2`, `a3`, `a4`, `a5`, `a6`, `a7`, `a8`, `a9`, `a10`, `a11`",
    );
}

#[test]
fn severities_are_those_of_the_settings() {
    let mut severities = Severities::default();
    severities.set(Check::Body, Severity::Warn);
    severities.set_format("uuid", Severity::Off);
    severities.set_format("date", Severity::Warn);
    check_all(
        JSON,
        "T: { properties: { a: { format: uuid }, b: { format: date }, c: { type: string } } }",
        "GET",
        "200\nContent-Type: application/json\n\n{\"a\": \"x\", \"b\": \"x\", \"c\": 1}",
        &severities,
        "warning[response.format]: `b` is `x`, which is not a date
  expected a date such as 2026-01-31; came `x`
  document schemas/T/properties/b/format: via 200 › T
  response body at \"/b\": `x`
warning[response.body]: `c` is an integer where the document promises a string
  expected a string; came an integer
  document schemas/T/properties/c/type: via 200 › T
  response body at \"/c\": an integer",
    );
    check_all(
        "'200': { description: d, headers: { A: { schema: { format: uuid } }, B: { schema: { format: date } } } }",
        "",
        "GET",
        "200\nA: x\nB: x",
        &severities,
        "warning[response.header]: the header `B` is `x`, which is not a date
  expected a date such as 2026-01-31; came `x`
  document …/get/responses/200/headers/B/schema/format: via 200
  response header B: `x`",
    );
}

#[test]
fn a_check_that_is_off_is_not_run_and_said() {
    let mut severities = Severities::default();
    for check in Check::ALL {
        severities.set(*check, Severity::Off);
    }
    check_all(
        JSON,
        "T: { type: object }",
        "GET",
        "409\nContent-Type: text/html\n\n[",
        &severities,
        "not checked, because the check `status` is off
not checked, because the check `decode` is off
not checked, because the check `content-type` is off
not checked, because the check `header` is off
not checked, because the check `body` is off
not checked, because the check `format` is off
not checked, because a 409 of `getX` is not documented",
    );
}

#[test]
fn a_warning_that_is_off_is_named_by_the_setting_that_says_so() {
    let checks = |text: &str| CheckSelector::parse(text).expect("it selects");
    let mut policy = Policy::default();
    let settings = ContractSettings::of([
        (checks("http.*"), Severity::Off),
        (checks("http.date"), Severity::Warn),
        (checks("discriminator"), Severity::Off),
    ]);
    policy.push(&settings, |_| true);
    let path = "/x:\n  get:\n    responses:\n      '401': { description: d }";
    let judgement = judge(&document(path, ""), &exchange("GET", "401\nDate: 0\nETag: 0"), &policy.at(401));
    let codes: Vec<&str> = judgement.facts.iter().map(|fact| fact.code.as_str()).collect();
    assert_eq!(codes, ["http.date"]);
    assert_eq!(judgement.off, ["discriminator", "http.*"]);
    assert_eq!(judgement.not_checked, Vec::<String>::new());
}

#[test]
fn media_types_are_those_of_the_document() {
    check(
        JSON,
        "T: {}",
        "200\nContent-Type: text/html\n\n<html>",
        "error[response.content-type]: `text/html` is not documented for a 200 of `getX`
  expected application/json; came text/html
  document …/get/responses/200/content (key): documents application/json
  response header Content-Type: not documented
  = help: an HTML page in its place mostly comes from a proxy, a login or an error page before the API
not checked, because the body is of a media type that the document does not describe",
    );
    check(
        JSON,
        "T: {}",
        "200\nContent-Type: text/html\n\n {}",
        "error[response.content-type]: `text/html` is not documented for a 200 of `getX`
  expected application/json; came text/html
  document …/get/responses/200/content (key): documents application/json
  response header Content-Type: not documented
  = help: the body looks like JSON: the server may only name it wrongly
not checked, because the body is of a media type that the document does not describe",
    );
    check(
        JSON,
        "T: { type: object }",
        "200\n\n[]",
        "error[response.content-type]: the response has a body and no `Content-Type`
  expected application/json; came none
  document …/get/responses/200/content (key): documents application/json
  response header Content-Type: comes without `Content-Type`
error[response.body]: the body is an array where the document promises an object
  expected an object; came an array
  document schemas/T/type: via 200 › T
  response body at \"\": an array",
    );
    check(
        JSON,
        "T: {}",
        "200\nContent-Type: application/json\nContent-Type: text/plain\n\n{}",
        "error[response.content-type]: `Content-Type` stands 2 times
  expected application/json; came application/json and text/plain
  document …/get/responses/200/content (key): documents application/json
  response header Content-Type: more than once
not checked, because the body is of a media type that the document does not describe",
    );
    check(
        "'200': { description: d, content: { 'application/*': { schema: { type: object } } } }",
        "",
        "200\nContent-Type: application/problem+json\n\n{}",
        "",
    );
}

#[test]
fn headers_keep_the_document() {
    let headers = "'200': { description: d, headers: { X-Id: { required: true, schema: { type: string, format: uuid } }, X-N: { schema: { type: integer, maximum: 3 } }, X-L: { schema: { type: array, items: { type: integer } } } } }";
    check(
        headers,
        "",
        "200\nX-N: 5",
        "error[response.header]: the header `X-Id` is missing, which the document requires
  expected a header `X-Id`; came no such header
  document …/get/responses/200/headers/X-Id/required: via 200
  response header X-Id: comes without `X-Id`
error[response.header]: the header `X-N` is 5 where the document promises at most 3
  expected at most 3; came 5
  document …/get/responses/200/headers/X-N/schema/maximum: via 200
  response header X-N: 5",
    );
    check(
        headers,
        "",
        "200\nx-id: 7\nX-N: a\nX-L: 1, 2\nX-L: 3",
        "error[response.header]: the header `X-Id` is `7`, which is not a uuid
  expected a uuid such as 50ca1ec7-cb04-45f0-b7a9-3613ef7c23d3; came `7`
  document …/get/responses/200/headers/X-Id/schema/format: via 200
  response header X-Id: `7`
error[response.header]: the header `X-N` is `a` where the document promises an integer
  expected an integer; came `a`
  document …/get/responses/200/headers/X-N/schema/type: via 200
  response header X-N: `a`",
    );
    check(
        "'200': { description: d, headers: { Set-Cookie: { schema: { type: string, maxLength: 4 } } } }",
        "",
        "200\nSet-Cookie: a=1\nSet-Cookie: b=22222",
        "error[response.header]: the header `Set-Cookie` has 7 characters where the document promises at most 4 characters
  expected at most 4 characters; came 7 characters
  document …/get/responses/200/headers/Set-Cookie/schema/maxLength: via 200
  response header Set-Cookie: 7 characters",
    );
}

/// Checks the first fact's headline and where in the response it points.
#[test]
fn headers_are_read_as_their_schema_says() {
    let document = |header: &str| format!("'200': {{ description: d, headers: {{ X-A: {header} }} }}");
    let object = "schema: { type: object, properties: { r: { type: integer }, g: { type: integer } } }";
    let list = "schema: { type: array, maxItems: 3, items: { type: integer } }";
    for (header, lines) in [
        (format!("{{ {object} }}"), "X-A: r,100,g,200"),
        (format!("{{ {object}, explode: true }}"), "X-A: r=100,g=200"),
        (format!("{{ {list} }}"), "X-A: 1, 2\nx-a: 3"),
        ("{ schema: { type: boolean } }".to_owned(), "X-A: true"),
        ("{ schema: { type: string } }".to_owned(), "X-A: 7"),
        ("{ content: { application/json: { schema: { type: array } } } }".to_owned(), "X-A: [1, 2]"),
        ("{ schema: { type: integer } }".to_owned(), "X-B: absent"),
    ] {
        check(&document(&header), "", &format!("200\n{lines}"), "");
    }
    let headline = |header: &str, lines: &str| {
        let path = format!("/x:\n  get:\n    responses:\n      {}", document(header));
        let exchange = exchange("GET", &format!("200\n{lines}"));
        let found = judge(&super::document(&path, ""), &exchange, &Severities::default()).facts;
        found.into_iter().map(|fact| fact.headline).collect::<Vec<_>>().join("; ")
    };
    for (header, lines, expected) in [
        (
            format!("{{ {object} }}"),
            "X-A: r,many,g,200",
            "`r` is a string where the document promises an integer",
        ),
        (
            format!("{{ {list} }}"),
            "X-A: 1,2\nX-A: 3,4",
            "the header `X-A` has 4 elements where the document promises at most 3 elements",
        ),
        (
            "{ content: { application/json: { schema: { type: array } } } }".to_owned(),
            "X-A: {}",
            "the header `X-A` is an object where the document promises an array",
        ),
    ] {
        assert_eq!(headline(&header, lines), expected, "{header} {lines}");
    }
    // OpenAPI 3.1.1, "Response Object", `headers`: `Content-Type` is described elsewhere.
    let content_type =
        "'200': { description: d, headers: { Content-Type: { required: true, schema: { maxLength: 1 } } } }";
    check(content_type, "", "200", "");
}

fn check_decode(text: &str, headline: &str, place: &str) {
    let path = format!("/x:\n  get:\n    operationId: getX\n    responses:\n      {JSON}");
    let document = document(&path, "  T: {}");
    let judgement = judge(&document, &exchange("GET", text), &Severities::default());
    let fact = judgement.facts.first().expect("a fact");
    assert_eq!(fact.code, Check::Decode.code());
    assert_eq!(fact.headline, headline);
    let response = lines_of(fact).into_iter().find(|line| line.starts_with("  response")).expect("a place");
    assert_eq!(response.trim(), place);
}

#[test]
fn bodies_are_what_they_say() {
    for (text, headline, place) in [
        (
            "<html>",
            "the body is not JSON, as `Content-Type` says (application/json), but looks like HTML or XML",
            "response body byte 0: is no JSON",
        ),
        (
            "{\"a\": NaN}",
            "the body is not JSON: `NaN` is no JSON number",
            "response body byte 6: stops being JSON here",
        ),
        (
            "[-Infinity]",
            "the body is not JSON: `Infinity` is no JSON number",
            "response body byte 2: stops being JSON here",
        ),
        (
            "{\"a\": 1} x",
            "the body is not JSON: something follows the JSON value",
            "response body byte 9: not expected",
        ),
        (
            "{\"a\": ",
            "the body is not JSON: it ends too early",
            "response body byte 5: stops being JSON here",
        ),
        (
            "{\"a\": 1, \"a\": 2, \"b\": {\"a\": 1, \"a\": 2}}",
            "the member `a` stands twice in one object",
            "response body at \"/a\": this one counts here",
        ),
        (
            "",
            "the body is empty, and `Content-Type` says `application/json`",
            "response status line: no body",
        ),
    ] {
        check_decode(&format!("200\nContent-Type: application/json\n\n{text}"), headline, place);
    }
    check_decode(
        "200",
        "the body is empty where the document promises JSON",
        "response status line: no body",
    );
    check_decode(
        "200\nContent-Type: application/json; charset=klingon\n\n{}",
        "the charset `klingon` is not known",
        "response header Content-Type: not known",
    );
}

#[test]
fn what_the_transport_could_not_decode_is_told() {
    let document = document("/x:\n  get:\n    responses:\n      '200': { description: d }", "");
    for (problem, headline, place) in [
        (
            BodyProblem::Truncated { received: 7 },
            "the body ends after 7 bytes, before its declared end",
            "response body: cut short",
        ),
        (
            BodyProblem::UnknownEncoding { encoding: "zip".to_owned() },
            "the content encoding `zip` is not known",
            "response header Content-Encoding: not known",
        ),
    ] {
        let mut exchange = exchange("GET", "200\nContent-Type: text/plain\n\nabc");
        exchange.response.body = Body::new("abc", None).with_problem(problem);
        let judgement = judge(&document, &exchange, &Severities::default());
        let lines = lines_of(&judgement.facts[0]);
        assert_eq!(judgement.facts[0].headline, headline);
        assert!(lines.iter().any(|line| line.trim() == place), "{lines:?}");
    }
}

#[test]
fn a_body_stands_only_where_one_may() {
    check(
        "'204': { description: d }",
        "",
        "204\n\nx",
        "error[response.body]: a 204 has a body, which HTTP does not allow
  expected no body; came 1 byte
  response body: not allowed",
    );
    check_all(
        "'200': { description: d, content: { application/json: {} } }",
        "",
        "HEAD",
        "200\nContent-Type: application/json\n\nxy",
        &Severities::default(),
        "error[response.body]: a response to HEAD has a body, which HTTP does not allow
  expected no body; came 2 bytes
  response body: not allowed",
    );
    check_all(
        "'200': { description: d, content: { application/json: {} } }",
        "",
        "HEAD",
        "200\nContent-Type: application/json",
        &Severities::default(),
        "",
    );
    check("'204': { description: d }", "", "204\nContent-Length: 0", "");
    check(
        "'204': { description: d }",
        "",
        "204\nContent-Length: 17",
        "warning[http.content]: a 204 announces a body by `Content-Length`, which HTTP does not allow
  expected no body; came Content-Length: 17
  response header Content-Length: announces a body
  = help: a 204 has no body: answer 200 where there is something to say",
    );
    check_all(
        "'200': { description: d, content: { application/json: {} } }",
        "",
        "HEAD",
        "200\nContent-Type: application/json\nContent-Length: 17",
        &Severities::default(),
        "",
    );
    check(
        "'205': { description: d }",
        "",
        "205\nContent-Type: text/plain\n\nok",
        "warning[http.content]: a 205 has a body, which HTTP does not allow
  expected no body; came 2 bytes
  response body: not allowed",
    );
    check(
        "'202': { description: d }",
        "",
        "202\nContent-Type: text/plain\n\nok",
        "warning[response.body]: a 202 of `getX` has a body that the document does not describe
  expected no body; came 2 bytes
  document …/get/responses/202: documents no content
  response body: not documented",
    );
}

#[test]
fn text_is_judged_as_a_string_and_the_rest_is_said_not_to_be() {
    check(
        "'200': { description: d, content: { text/plain: { schema: { type: string, maxLength: 2 } } } }",
        "",
        "200\nContent-Type: text/plain\n\nabc",
        "error[response.body]: the body has 3 characters where the document promises at most 2 characters
  expected at most 2 characters; came 3 characters
  document …/get/responses/200/content/text~1plain/schema/maxLength: via 200
  response body: 3 characters",
    );
    check(
        "'200': { description: d, content: { application/pdf: { schema: { type: string, format: binary } } } }",
        "",
        "200\nContent-Type: application/pdf\n\n%PDF",
        "",
    );
    let file = "'200': { description: d, content: { '*/*': { schema: { type: string, format: binary, maxLength: 7 } } } }";
    check(file, "", "200\nContent-Type: application/json\n\n[1, 2]", "");
    check(file, "", "200\nContent-Type: application/json\n\n\"12\"", "");
    check(
        file,
        "",
        "200\nContent-Type: application/json\n\n[1, 2, 3]",
        "error[response.body]: the body has 9 bytes where the document promises at most 7 bytes
  expected at most 7 bytes; came 9 bytes
  document …/get/responses/200/content/*~1*/schema/maxLength: via 200
  response body: 9 bytes",
    );
    check(
        "'200': { description: d, content: { application/pdf: { schema: { type: object } } } }",
        "",
        "200\nContent-Type: application/pdf\n\n%PDF",
        "not checked, because bytes of `application/pdf` are no value of the kind that their schema describes",
    );
    check(
        "'200': { description: d, content: { application/json: {} } }",
        "",
        "200\nContent-Type: application/json\n\n{}",
        "not checked, because the document gives no schema for `application/json` of a 200",
    );
    let json = "200\nContent-Type: application/json\n\n{}";
    for (content, reason) in [
        ("{ application/json: true }", "the media type `application/json` is not a map in the document"),
        (
            "{ application/json: { schema: object } }",
            "the schema of `application/json` is not a map in the document",
        ),
        ("true", "the `content` of the response `200` is not a map in the document"),
    ] {
        let responses = format!("'200': {{ description: d, content: {content} }}");
        check(&responses, "", json, &format!("not checked, because {reason}"));
    }
}

#[test]
fn what_of_a_schema_cannot_be_used_is_said() {
    check(
        JSON,
        "T: { properties: { a: { type: string, pattern: '(' } } }",
        "200\nContent-Type: application/json\n\n{\"a\": 1}",
        "error[response.body]: `a` is an integer where the document promises a string
  expected a string; came an integer
  document schemas/T/properties/a/type: via 200 › T
  response body at \"/a\": an integer
not checked, because the pattern `(` does not compile (`#/components/schemas/T/properties/a/pattern`)",
    );
}

const PETS: &str = "T: { properties: { pets: { items: { $ref: '#/components/schemas/Pet' } } } }
Pet: { oneOf: [ { $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' } ], discriminator: { propertyName: kind, mapping: { cat: Cat, dog: '#/components/schemas/Dog' } } }
Cat: { required: [purr] }
Dog: { required: [bark], properties: { puppy: { $ref: '#/components/schemas/Pet' } } }";

#[test]
fn a_discriminator_outside_its_mapping_is_a_warning() {
    check(
        JSON,
        PETS,
        "200\nContent-Type: application/json\n\n{\"pets\": [{\"kind\": \"cat\", \"purr\": 1}, {\"kind\": \"bird\", \"purr\": 1}]}",
        "warning[response.discriminator]: `kind` is `bird`, which the discriminator does not map
  expected `cat` or `dog`; came `bird`
  document schemas/Pet/discriminator/mapping: names `cat` or `dog`, via 200
  response body at \"/pets/1/kind\": not mapped",
    );
    // Names of components need no mapping; what hangs on the chosen form is looked at too.
    check(
        JSON,
        PETS,
        "200\nContent-Type: application/json\n\n{\"pets\": [{\"kind\": \"Dog\", \"bark\": 1, \"puppy\": {\"kind\": \"fox\", \"bark\": 1}}]}",
        "warning[response.discriminator]: `kind` is `fox`, which the discriminator does not map
  expected `cat` or `dog`; came `fox`
  document schemas/Pet/discriminator/mapping: names `cat` or `dog`, via 200
  response body at \"/pets/0/puppy/kind\": not mapped",
    );
    // What is wrong with the value itself is said once.
    check(
        JSON,
        PETS,
        "200\nContent-Type: application/json\n\n{\"pets\": [{\"kind\": \"bird\"}]}",
        "error[response.body]: `pets[0]` fits neither Cat nor Dog
  expected one of Cat and Dog; came an object that fits neither
  document schemas/Pet/oneOf: via 200 › T › Pet
  response body at \"/pets/0\": an object that fits neither
  = `kind` is `bird`, which is the name of no form
  = not Cat: `pets[0]` lacks `purr`, which the document requires
  = not Dog: `pets[0]` lacks `bark`, which the document requires",
    );
}

const SHAPES: &str = "T: { $ref: '#/components/schemas/Shape' }
Shape: { required: [kind], properties: { kind: { type: string } }, discriminator: { propertyName: kind, mapping: { round: Circle } } }
Circle: { allOf: [ { $ref: '#/components/schemas/Shape' }, { required: [radius] } ] }
Square: { allOf: [ { $ref: '#/components/schemas/Shape' }, { properties: { side: { type: integer } } } ] }
Colour: { required: [red] }";

#[test]
fn a_value_that_names_an_heir_is_held_to_it_with_a_warning() {
    let check_shape = |body: &str, expected: &str| {
        check(JSON, SHAPES, &format!("200\nContent-Type: application/json\n\n{body}"), expected);
    };
    check_shape(r#"{"kind": "round", "radius": 1}"#, "");
    check_shape(
        r#"{"kind": "round"}"#,
        "warning[response.discriminator]: the body lacks `radius`, which the document requires
  expected a member `radius`; came no member `radius`
  document schemas/Circle/allOf/1/required/0: via 200 › Circle
  response body at \"\": no member `radius`
  = the body says `kind: round`, and `Circle` inherits from the documented schema",
    );
    // The name of a schema needs no mapping, but it must be one that inherits.
    check_shape(
        r#"{"kind": "Square", "side": "x"}"#,
        "warning[response.discriminator]: `side` is a string where the document promises an integer
  expected an integer; came a string
  document schemas/Square/allOf/1/properties/side/type: via 200 › Square
  response body at \"/side\": a string
  = the body says `kind: Square`, and `Square` inherits from the documented schema",
    );
    check_shape(
        r#"{"kind": "Colour"}"#,
        "warning[response.discriminator]: `kind` is `Colour`, which the discriminator does not map
  expected `round`; came `Colour`
  document schemas/Shape/discriminator/mapping: names `round`, via 200
  response body at \"/kind\": not mapped",
    );
    // The schema itself is no heir of its own, and is no wrong name either.
    check_shape(r#"{"kind": "Shape"}"#, "");
    check_shape(
        "{}",
        "error[response.body]: the body lacks `kind`, which the document requires
  expected a member `kind`; came no member `kind`
  document schemas/Shape/required/0: via 200 › T › Shape
  response body at \"\": no member `kind`",
    );
}

#[test]
fn a_deprecated_operation_is_a_warning() {
    let path = "/x:\n  get:\n    deprecated: true\n    responses:\n      '200': { description: d }";
    let judgement = judge(&document(path, ""), &exchange("GET", "200"), &Severities::default());
    assert_eq!(
        said(&judgement),
        "warning[operation.deprecated]: `GET /x` is deprecated\n  document …/get/deprecated: GET /x"
    );
}
