//! Documents and parts of documents from URLs and behind links, through the real command and a real server.

use crate::process::Folder;
use crate::server::{Server, wire};
use std::time::Duration;

const HEAD: &str = "openapi: 3.0.3\ninfo: { title: a, version: '1' }\n";

/// An operation with a schema, which may be a reference.
fn document(schema: &str) -> String {
    format!(
        "{HEAD}paths:\n  /a:\n    get:\n      operationId: getA\n      responses:\n        '200': {{ description: d, content: {{ application/json: {{ schema: {schema} }} }} }}\n"
    )
}

/// A server of two schemas, a document, and answers that are of no use.
fn server() -> Server {
    let elsewhere = Server::start(|_| wire("HTTP/1.1 200 OK\n\ntype: object\n")).base_url;
    Server::start(move |line| {
        let text = |body: &str| wire(&format!("HTTP/1.1 200 OK\ncontent-type: application/yaml\n\n{body}"));
        match line {
            "GET /item.yaml" => text("properties: { price: { $ref: 'money.yaml#/Money' } }\n"),
            "GET /money.yaml" => text("Money: { type: integer }\nUnused: { $ref: nothing.yaml }\n"),
            "GET /openapi.yaml" => text(&document("{ $ref: item.yaml }")),
            "GET /curious.yaml" => text("$ref: 'file:///etc/hostname'\n"),
            "GET /moved" => wire("HTTP/1.1 302 Found\nlocation: /item.yaml\n\n"),
            "GET /away" => wire(&format!("HTTP/1.1 302 Found\nlocation: {elsewhere}/x\n\n")),
            "GET /loop" => wire("HTTP/1.1 302 Found\nlocation: /loop\n\n"),
            "GET /large" => text(&format!("a: {}\n", "x".repeat(5000))),
            "GET /bytes" => {
                let mut bytes = wire("HTTP/1.1 200 OK\ncontent-length: 2\n\n");
                bytes.extend([b'a', 0xff]);
                bytes
            }
            _ => wire("HTTP/1.1 404 Not Found\n\n"),
        }
    })
}

/// What `contest check` says, in one line, with the server's host as `HOST`.
fn check(folder: &Folder, server: &Server, arguments: &[&str]) -> (Option<i32>, String) {
    let mut process = folder.start(&[&["check"], arguments].concat());
    let status = process.wait(Duration::from_secs(60)).expect("it ends");
    let output = format!("{}{}", folder.read("stdout"), folder.read("stderr"));
    let host = server.base_url.trim_start_matches("http://");
    let words = output.replace(host, "HOST").split_whitespace().collect::<Vec<_>>().join(" ");
    (status.code(), words)
}

fn check_reference(path: &str, further: &[&str], says: &str) {
    let (folder, server) = (Folder::new(), server());
    folder.write("openapi.yaml", document(&format!("{{ $ref: '{}{path}' }}", server.base_url)).as_bytes());
    let host = server.base_url.trim_start_matches("http://").to_owned();
    let arguments = [&["openapi.yaml", "--allow-remote", &host], further].concat();
    let (code, output) = check(&folder, &server, &arguments);
    assert_eq!(code, Some(0), "{path}: {output}");
    assert!(output.contains(says), "{path}: {output}");
}

#[test]
fn what_is_allowed_is_read_once() {
    let (folder, server) = (Folder::new(), server());
    let url = &server.base_url;
    let schema = format!(
        "{{ allOf: [{{ $ref: '{url}/item.yaml' }}, {{ $ref: '{url}/item.yaml#/properties/price' }}] }}"
    );
    folder.write("openapi.yaml", document(&schema).as_bytes());
    folder.write("again.yaml", document(&schema).as_bytes());
    let host = url.trim_start_matches("http://");
    let (code, output) = check(&folder, &server, &["openapi.yaml", "again.yaml", "--allow-remote", host]);
    assert_eq!((code, output.as_str()), (Some(0), "checked 2 documents, no cases: nothing to report"));
    assert_eq!(server.requests(), ["GET /item.yaml", "GET /money.yaml"]);
}

#[test]
fn nothing_is_asked_that_was_not_allowed() {
    let (folder, server) = (Folder::new(), server());
    folder
        .write("openapi.yaml", document(&format!("{{ $ref: '{}/item.yaml' }}", server.base_url)).as_bytes());
    for arguments in [&["openapi.yaml"][..], &["openapi.yaml", "--allow-remote", "127.0.0.1"]] {
        let (code, output) = check(&folder, &server, arguments);
        assert_eq!(code, Some(0), "{output}");
        assert!(output.contains("nothing is read from `HOST` without `--allow-remote HOST`"), "{output}");
        assert!(output.contains("of the api in `contest.yaml` allows it for every run"), "{output}");
    }
    assert_eq!(server.requests(), Vec::<String>::new());
}

#[test]
fn the_project_allows_what_it_names() {
    let (folder, server) = (Folder::new(), server());
    let host = server.base_url.trim_start_matches("http://");
    let project = format!(
        "contest: 1\napis: {{ a: {{ document: '{}/openapi.yaml', remote: ['{host}'] }} }}\nscenarios: [a.contest.yaml]\n",
        server.base_url
    );
    folder.write("contest.yaml", project.as_bytes());
    folder.write("a.contest.yaml", b"contest: 1\napi: a\nscenarios: { s: { steps: [ { call: getA } ] } }\n");
    let (code, output) = check(&folder, &server, &[]);
    assert_eq!((code, output.as_str()), (Some(0), "checked 1 document, 1 case: nothing to report"));
    folder.write("contest.yaml", project.replace(&format!(", remote: ['{host}']"), "").as_bytes());
    let (code, output) = check(&folder, &server, &[]);
    assert_eq!(code, Some(2), "{output}");
    let sentence =
        "cannot read `http://HOST/openapi.yaml`: nothing is read from `HOST` without `--allow-remote HOST`";
    assert!(output.contains(sentence), "{output}");
}

#[test]
fn what_a_server_answers_wrongly_costs_the_reference() {
    check_reference("/moved", &[], "nothing to report");
    check_reference("/nothing", &[], "cannot be followed: `http://HOST/nothing` answers 404 Not Found");
    check_reference("/away", &[], "and no other host is followed to");
    check_reference("/loop", &[], "redirects more than 5 times");
    check_reference("/bytes", &[], "the byte at offset 1 starts no character");
    check_reference("/large", &["--limit", "document=4KiB"], "limit");
    check_reference("/curious.yaml", &[], "a document that was read from a URL may not name files");
}

#[cfg(unix)]
#[test]
fn a_link_leads_no_further_than_a_path() {
    let (folder, outside) = (Folder::new(), Folder::new());
    outside.write("item.yaml", b"type: object\n");
    std::os::unix::fs::symlink(outside.path.join("item.yaml"), folder.path.join("item.yaml"))
        .expect("a link is made");
    folder.write("openapi.yaml", document("{ $ref: item.yaml }").as_bytes());
    let server = server();
    let (code, output) = check(&folder, &server, &["openapi.yaml"]);
    assert_eq!(code, Some(0), "{output}");
    assert!(output.contains("`item.yaml` is a link that leads outside of the folder of the run"), "{output}");
    let allowed = outside.path.to_string_lossy().into_owned();
    let (code, output) = check(&folder, &server, &["openapi.yaml", "--allow-folder", &allowed]);
    assert_eq!((code, output.as_str()), (Some(0), "checked 1 document, no cases: nothing to report"));
}

/// A document of a server of its own, and what is asked of that server when a step is sent to its `servers`.
fn check_servers(servers: &'static str, asked: &str) {
    let server = Server::start(move |line| match line {
        "GET /docs/openapi.yaml" => wire(&format!(
            "HTTP/1.1 200 OK\n\n{}",
            document("{}").replacen("paths:", &format!("{servers}paths:"), 1)
        )),
        _ => wire("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}"),
    });
    let folder = Folder::new();
    let file = format!(
        "contest: 1\napi: {}/docs/openapi.yaml\nscenarios: {{ a: {{ steps: [ {{ call: getA }} ] }} }}\n",
        server.base_url
    );
    folder.write("a.contest.yaml", file.as_bytes());
    let host = server.base_url.trim_start_matches("http://").to_owned();
    let arguments = ["run", "a.contest.yaml", "--use-servers", "--allow-remote", &host];
    let status = folder.start(&arguments).wait(Duration::from_secs(60)).expect("it ends");
    assert_eq!(status.code(), Some(0), "{servers}: {}", folder.read("stderr"));
    assert_eq!(server.requests(), ["GET /docs/openapi.yaml", asked], "{servers}");
}

#[test]
fn servers_of_a_fetched_document_are_relative_to_it() {
    check_servers("", "GET /a");
    check_servers("servers: [ { url: /v1 } ]\n", "GET /v1/a");
    check_servers("servers: [ { url: ../v2 } ]\n", "GET /v2/a");
    check_servers("servers: [ { url: api/ } ]\n", "GET /docs/api/a");
}
