//! Base URLs from a document's `servers`: used only when somebody asks for them.

use crate::process::Folder;
use crate::server::{Server, wire};
use std::time::Duration;

const SCENARIO: &str = "
contest: 1
api: shop
scenarios:
  all:
    steps:
      - { call: ofDocument, expect: { status: 204 } }
      - { call: ofPath, expect: { status: 204 } }
      - { call: ofOperation, expect: { status: 204 } }
";

fn document(base_url: &str) -> String {
    let none = "responses: { '204': { description: Done } }";
    format!(
        "
openapi: 3.0.3
info: {{ title: Shop, version: '1' }}
servers:
  - url: '{base_url}/{{stage}}'
    variables: {{ stage: {{ default: live, enum: [live, test] }} }}
  - {{ url: '{base_url}/second', description: The second }}
paths:
  /a: {{ get: {{ operationId: ofDocument, {none} }} }}
  /b:
    servers: [{{ url: '{base_url}/path' }}]
    get: {{ operationId: ofPath, {none} }}
    put: {{ operationId: ofOperation, servers: [{{ url: '{base_url}/operation' }}], {none} }}
"
    )
}

/// Runs the scenario with what an environment says of its base URLs; gives the lines that the server got,
/// or what was printed when nothing was sent.
fn check(base_urls: &str, arguments: &[&str], expected: &str) {
    let server = Server::start(|_| wire("HTTP/1.1 204 No Content\n\n"));
    let folder = Folder::new();
    let environments = match base_urls {
        "" => String::new(),
        _ => format!("environments: {{ here: {{ baseUrls: {{ shop: {base_urls} }} }} }}\n"),
    };
    folder.write(
        "contest.yaml",
        format!("contest: 1\napis: {{ shop: {{ document: shop.yaml }} }}\n{environments}").as_bytes(),
    );
    folder.write("shop.yaml", document(&server.base_url).as_bytes());
    folder.write("all.contest.yaml", SCENARIO.as_bytes());
    let arguments: Vec<&str> = ["run", "all.contest.yaml"].iter().chain(arguments).copied().collect();
    folder.start(&arguments).wait(Duration::from_secs(60)).expect("the command ends");
    let requests = server.requests();
    let lines: Vec<&str> = requests.iter().map(String::as_str).collect();
    let found = match lines.as_slice() {
        [] => folder.read("stderr").lines().next().unwrap_or_default().to_owned(),
        lines => lines.join(", "),
    };
    assert_eq!(found, expected, "{base_urls} {arguments:?}\n{}", folder.read("stderr"));
}

#[test]
fn servers_are_used_when_they_are_asked_for() {
    let first = "GET /live/a, GET /path/b, PUT /operation/b";
    check("servers", &[], first);
    check("", &["--use-servers"], first);
    check("{ variables: { stage: test } }", &[], "GET /test/a, GET /path/b, PUT /operation/b");
    check("{ server: The second }", &[], "GET /second/a, GET /path/b, PUT /operation/b");
}

#[test]
fn nothing_is_sent_to_servers_that_nobody_named() {
    check("", &[], "error[config.no-base-url]: nothing says where the api `shop` is");
    check(
        "{ variables: { stgae: test } }",
        &[],
        "error[config.invalid-value]: the servers have no variable `stgae`",
    );
    check("{ server: The scond }", &[], "error[config.no-base-url]: shop.yaml has no server `The scond`");
    check(
        "{ variables: { stage: tset } }",
        &[],
        "error[config.no-base-url]: the server's variable `stage` is `tset`, and the document allows live,",
    );
}
