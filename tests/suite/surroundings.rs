//! Environments and signing in, over the whole: what leaves, with which headers, over which connection,
//! and how often a token is asked for.

use crate::attempt::{Attempt, in_parallel};
use crate::server::{Server, wire};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, Stream};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Instant;

const DOCUMENT: &str = r##"
openapi: 3.1.0
info: { title: T, version: "1" }
components:
  responses:
    Ok: { description: fine, content: { application/json: { schema: { type: object } } } }
    No: { description: who are you?, headers: { WWW-Authenticate: { schema: { type: string } } } }
paths:
  /a:
    get: { operationId: getA, responses: { "200": { $ref: "#/components/responses/Ok" }, "401": { $ref: "#/components/responses/No" } } }
    post: { operationId: postA, responses: { "200": { $ref: "#/components/responses/Ok" } } }
  /b: { get: { operationId: getB, responses: { "200": { $ref: "#/components/responses/Ok" }, "401": { $ref: "#/components/responses/No" } } } }
  /c: { get: { operationId: getC, responses: { "200": { $ref: "#/components/responses/Ok" }, "401": { $ref: "#/components/responses/No" } } } }
"##;

const OK: &str = "HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}";

/// The heads of requests, in small letters, and when they came.
type Heard = Arc<Mutex<Vec<(Instant, String)>>>;

/// A server that remembers the heads it was sent, and when.
fn server(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> (Server, Heard) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&heard);
    let server = Server::raw(move |mut stream| {
        let (mut received, mut buffer) = (Vec::new(), [0; 4096]);
        let head = loop {
            let text = String::from_utf8_lossy(&received).to_lowercase();
            if let Some((head, body)) = text.split_once("\r\n\r\n") {
                let length =
                    head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
                if body.len() >= length.unwrap_or(0) {
                    break head.to_owned();
                }
            }
            match stream.read(&mut buffer) {
                Ok(0) | Err(_) => return,
                Ok(length) => received.extend_from_slice(&buffer[..length]),
            }
        };
        let answer = answer(&head);
        log.lock().expect("no thread panics with it").push((Instant::now(), head));
        let _ = stream.write_all(&wire(&answer));
    });
    (server, heard)
}

/// A run of steps in a project of these texts; `{url}` in the project is the server's.
fn attempt(name: &'static str, url: &str, project: &str, steps: &str, command: &str) -> Attempt {
    let project = format!("contest: 1\napis: {{ t: doc.yaml }}\n{}\n", project.replace("{url}", url));
    let steps = format!("contest: 1\napi: t\nscenarios:\n  s: {{ steps: {steps} }}\n");
    Attempt::new(name, format!("run s.contest.yaml {command}").trim())
        .file("contest.yaml", project)
        .file("doc.yaml", DOCUMENT)
        .file("s.contest.yaml", steps)
}

#[test]
fn tokens_are_asked_for_as_seldom_as_may_be() {
    // What the token endpoint says (`TOKEN` is another one each time), the steps, what the server sees:
    // requests for tokens, and each path with its token and the answer. `/b` refuses the first token, and
    // `/c` every one.
    let token = r#"200 {"access_token": "TOKEN", "expires_in": 3600}"#;
    let rows = [
        ("one serves all", token, "[{ call: getA }, { call: getA }]", "token a:t1:200 a:t1:200", 0),
        (
            "a lifetime in text",
            r#"200 {"access_token": "TOKEN", "expires_in": "3600"}"#,
            "[{ call: getA }, { call: getA }]",
            "token a:t1:200 a:t1:200",
            0,
        ),
        (
            "no lifetime",
            r#"200 {"access_token": "TOKEN"}"#,
            "[{ call: getA }, { call: getA }]",
            "token a:t1:200 a:t1:200",
            0,
        ),
        (
            "a lifetime of nothing",
            r#"200 {"access_token": "TOKEN", "expires_in": 0}"#,
            "[{ call: getA }, { call: getA }]",
            "token a:t1:200 token a:t2:200",
            0,
        ),
        (
            "a lifetime that is over",
            r#"200 {"access_token": "TOKEN", "expires_in": -5}"#,
            "[{ call: getA }, { call: getA }]",
            "token a:t1:200 token a:t2:200",
            0,
        ),
        ("a new one that is refused", token, "[{ call: getB }]", "token b:t1:401", 1),
        (
            "a kept one that is refused",
            token,
            "[{ call: getA }, { call: getB }]",
            "token a:t1:200 b:t1:401 token b:t2:200",
            0,
        ),
        (
            "it is refused again",
            token,
            "[{ call: getA }, { call: getC }]",
            "token a:t1:200 c:t1:401 token c:t2:401",
            1,
        ),
        (
            "the refusal is expected",
            token,
            "[{ call: getA }, { call: getB, expect: { status: 401 } }]",
            "token a:t1:200 b:t1:401",
            0,
        ),
        (
            "it is one of a list",
            token,
            "[{ call: getA }, { call: getB, expect: { status: [200, 401] } }]",
            "token a:t1:200 b:t1:401",
            0,
        ),
        (
            "it is of a class",
            token,
            "[{ call: getA }, { call: getB, expect: { status: 4xx } }]",
            "token a:t1:200 b:t1:401",
            0,
        ),
        (
            "another status is expected",
            token,
            "[{ call: getA }, { call: getB, expect: { status: 200 } }]",
            "token a:t1:200 b:t1:401 token b:t2:200",
            0,
        ),
        ("the endpoint refuses", r#"400 {"access_token": "TOKEN"}"#, "[{ call: getA }]", "token", 3),
        ("it has no token", r#"200 {"token": "TOKEN"}"#, "[{ call: getA }]", "token", 3),
        ("nobody needs one", token, "[{ call: getA, auth: none }]", "a::200", 0),
    ];
    in_parallel(&rows, |(name, says, steps, expected, code)| {
        let (status, body) = says.split_once(' ').expect("a status and a body");
        let (status, body) = (status.to_owned(), body.to_owned());
        let issued = Mutex::new(0);
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&seen);
        let (server, _) = server(move |head| {
            let mut log = log.lock().expect("no thread panics with it");
            if head.starts_with("post /token ") {
                let mut issued = issued.lock().expect("no thread panics with it");
                *issued += 1;
                log.push("token".to_owned());
                let body = body.replace("TOKEN", &format!("t{issued}"));
                return format!("HTTP/1.1 {status} Token\ncontent-type: application/json\n\n{body}");
            }
            let path = head.split(['/', ' ']).nth(2).unwrap_or_default().to_owned();
            let token =
                head.lines().find_map(|line| line.strip_prefix("authorization: bearer ")).unwrap_or_default();
            let is_refused = path == "c" || (path == "b" && token == "t1");
            log.push(format!("{path}:{token}:{}", if is_refused { 401 } else { 200 }));
            match is_refused {
                true => "HTTP/1.1 401 Unauthorized\nwww-authenticate: Bearer\n\n".to_owned(),
                false => OK.to_owned(),
            }
        });
        let project = "secrets: [S]\nauth: { me: { oauth2: { grant: client_credentials, tokenUrl: /token, clientId: \
                       me, clientSecret: $secrets.S } } }\nenvironments: { e: { baseUrls: { t: \"{url}\" }, auth: me, \
                       secrets: { S: { value: hunter22 } } } }";
        attempt(name, &server.base_url, project, steps, "").check(*code, "exchange");
        assert_eq!(seen.lock().expect("no thread panics with it").join(" "), *expected, "{name}");
    });
}

#[test]
fn headers_and_profiles_come_from_the_nearest() {
    // The environment and what else the project has, the step's keys, flags, and the lines that the server sees of
    // `x-a`, `x-b` and `authorization`.
    let auth = "auth: { one: { bearer: tok1 }, two: { bearer: tok2 } }";
    let rows = [
        ("the environment's", "headers: { X-A: env }", "", "", "", "x-a: env"),
        ("the project's", "", "defaults: { headers: { X-A: all } }", "", "", "x-a: all"),
        (
            "the environment's before the project's",
            "headers: { X-A: env }",
            "defaults: { headers: { X-A: all, X-B: b } }",
            "",
            "",
            "x-a: env, x-b: b",
        ),
        ("a null removes", "headers: { X-A: null }", "defaults: { headers: { X-A: all } }", "", "", ""),
        ("the flag's before the environment's", "headers: { X-A: env }", "", "", "-H X-A:flag", "x-a: flag"),
        ("a flag without a value", "headers: { X-A: env, X-B: b }", "", "", "-H X-A:", "x-b: b"),
        (
            "the step's before all",
            "headers: { X-A: env }",
            "",
            "headers: { x-a: step }",
            "-H X-A:flag",
            "x-a: step",
        ),
        ("the step removes", "headers: { X-A: env }", "", "headers: { x-a: null }", "", ""),
        (
            "variables",
            "env: { V: v }, headers: { X-A: \"{$env.V}-{$run.id}\" }",
            "",
            "",
            "--run-id r",
            "x-a: v-r",
        ),
        ("the environment's profile", "auth: one", auth, "", "", "authorization: bearer tok1"),
        (
            "it counts before the project's",
            "auth: one",
            &format!("{auth}\ndefaults: {{ auth: two }}"),
            "",
            "",
            "authorization: bearer tok1",
        ),
        ("the step's counts before it", "auth: one", auth, "auth: two", "", "authorization: bearer tok2"),
        (
            "a header counts before a profile",
            "auth: one, headers: { Authorization: own }",
            auth,
            "",
            "",
            "authorization: own",
        ),
        (
            "nobody has no credentials",
            "auth: one, headers: { Authorization: own, X-A: a }",
            auth,
            "auth: none",
            "",
            "x-a: a",
        ),
        (
            "nobody with a header of its own",
            "headers: { Authorization: own }",
            auth,
            "auth: none, headers: { Authorization: step }",
            "",
            "authorization: step",
        ),
        (
            "several profiles",
            "auth: all",
            "auth: { one: { bearer: tok1 }, key: { apiKey: { in: header, name: X-A, value: k } }, all: { all: [one, key] } }",
            "",
            "",
            "x-a: k, authorization: bearer tok1",
        ),
    ];
    in_parallel(&rows, |(name, environment, project, keys, flags, expected)| {
        let (server, heard) = server(|_| OK.to_owned());
        let environment = if environment.is_empty() { String::new() } else { format!(", {environment}") };
        let project = format!(
            "{project}\nenv: [V]\nenvironments: {{ e: {{ baseUrls: {{ t: \"{{url}}\" }}{environment} }} }}"
        );
        let keys = if keys.is_empty() { String::new() } else { format!(", {keys}") };
        let steps = format!("[{{ call: getA{keys} }}]");
        attempt(name, &server.base_url, &project, &steps, flags).check(0, "1 case: 1 passed");
        let heard = heard.lock().expect("no thread panics with it");
        let lines = heard.iter().flat_map(|(_, head)| head.lines());
        let mut found: Vec<&str> = lines
            .filter(|line| ["x-a: ", "x-b: ", "authorization: "].iter().any(|name| line.starts_with(name)))
            .collect();
        let mut expected: Vec<&str> = expected.split(", ").filter(|line| !line.is_empty()).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{name}");
    });
}

#[test]
fn what_the_surroundings_do_not_let_be_sent_is_not() {
    let command = "auth: { robot: { command: [./token.sh] } }";
    let environment =
        |keys: &str| format!("environments: {{ e: {{ baseUrls: {{ t: \"{{url}}\" }}{keys} }} }}");
    let rows = [
        ("a method that may be sent", environment(", allow: [get]"), "[{ call: getA }]", "", 0, "1 passed"),
        (
            "one that may not",
            environment(", allow: [GET]"),
            "[{ call: getA }, { call: postA }]",
            "",
            2,
            "`postA` is a POST, which may not be sent in the environment `e`",
        ),
        (
            "cleanup counts",
            environment(", allow: [GET]"),
            "[{ call: getA, cleanup: [{ call: postA }] }]",
            "",
            2,
            "nothing was sent",
        ),
        (
            "a command",
            format!("{command}\n{}", environment("")),
            "[{ call: getA, auth: robot }]",
            "",
            2,
            "the auth profile `robot` runs a command, which nothing allows",
        ),
        (
            "a command by an expression",
            format!("{command}\n{}", environment(", auth: $run.id")),
            "[{ call: getA }]",
            "--run-id robot",
            3,
            "the auth profile runs a command, which nothing allows",
        ),
        (
            "a command that is not there",
            format!("{command}\n{}", environment("")),
            "[{ call: getA, auth: robot }]",
            "--allow-commands",
            3,
            "`./token.sh` cannot be run (no such file or directory)",
        ),
        (
            "a missing value",
            format!("env: [V]\n{}", environment(", headers: { X-A: $env.V }")),
            "[{ call: getA }]",
            "",
            2,
            "`$env.V` has no value",
        ),
        (
            "an input",
            environment(", headers: { X-A: $inputs.x }"),
            "[{ call: getA }]",
            "",
            2,
            "`$inputs.x` is not known here",
        ),
        (
            "a variable that is not listed",
            environment(", proxy: $env.P"),
            "[{ call: getA }]",
            "",
            2,
            "`P` is not listed under `env`",
        ),
        (
            "a proxy that is none",
            environment(", proxy: 'proxy:8080'"),
            "[{ call: getA }]",
            "",
            2,
            "it begins with http:// or https://",
        ),
        (
            "a missing certificate",
            environment(", tls: { ca: ca.pem }"),
            "[{ call: getA }]",
            "",
            2,
            "cannot read `ca.pem`",
        ),
        (
            "a certificate that is none",
            environment(", tls: { ca: doc.yaml }"),
            "[{ call: getA }]",
            "",
            2,
            "`tls.ca` holds no certificate in PEM form",
        ),
        ("a rate that is none", environment(""), "[{ call: getA }]", "--rate 20", 2, "20/s"),
        (
            "several environments in CI",
            "environments: { e: {}, f: {} }".to_owned(),
            "[{ call: getA }]",
            "",
            2,
            "choose one of e, f with `--env`",
        ),
        (
            "an unknown profile",
            environment(", auth: nobody"),
            "[{ call: getA }]",
            "",
            2,
            "there is no auth profile `nobody`",
        ),
    ];
    in_parallel(&rows, |(name, project, steps, flags, code, says)| {
        let (server, heard) = server(|_| OK.to_owned());
        attempt(name, &server.base_url, project, steps, flags).variable("CI", "true").check(*code, says);
        let n_heard = heard.lock().expect("no thread panics with it").len();
        assert_eq!(n_heard > 0, *code == 0, "{name}");
    });
}

#[test]
fn variables_come_from_a_file_that_is_named() {
    let project = "env: [V]\nsecrets: [S]\nauth: { me: { bearer: $secrets.S } }\nenvironments: { e: { baseUrls: { t: \
                   \"{url}\" }, auth: me, headers: { X-A: $env.V } } }";
    let rows = [
        ("of one file", "--env-file dev.env", "", "x-a: dev", 0),
        ("the process counts before it", "--env-file dev.env", "mine", "x-a: mine", 0),
        ("the later of two files", "--env-file dev.env --env-file more.env", "", "x-a: more", 0),
        ("none is read by itself", "", "", "", 2),
    ];
    in_parallel(&rows, |(name, flags, variable, expected, code)| {
        let (server, heard) = server(|_| OK.to_owned());
        let mut attempt = attempt(name, &server.base_url, project, "[{ call: getA }]", flags)
            .file("dev.env", "# variables\nV=dev\nS='hunter22'\n")
            .file("more.env", "export V=more\n")
            .file(".env", "V=dot\nS=dot\n");
        if !variable.is_empty() {
            attempt = attempt.variable("V", *variable);
        }
        attempt.check(*code, "1");
        let heard = heard.lock().expect("no thread panics with it");
        let line = heard.iter().flat_map(|(_, head)| head.lines()).find(|line| line.starts_with("x-a: "));
        assert_eq!(line.unwrap_or_default(), *expected, "{name}");
    });
}

#[test]
fn requests_leave_at_the_rate_that_is_asked_for() {
    let (server, heard) = server(|_| OK.to_owned());
    let project = "environments: { e: { baseUrls: { t: \"{url}\" }, rate: 1000/s } }";
    let steps = "[{ call: getA }]\n    rows: [{ name: a }, { name: b }, { name: c }, { name: d }, { name: e }, { name: f }]";
    // The flag counts before the environment's, and for all workers together.
    let attempt = attempt("a rate", &server.base_url, project, "STEPS", "--rate 20/s --jobs 3");
    let text = format!("contest: 1\napi: t\nscenarios:\n  s:\n    steps: {steps}\n");
    attempt.file("s.contest.yaml", text).check(0, "6 cases: 6 passed");
    let heard = heard.lock().expect("no thread panics with it");
    // 250 ms but for what delays the first on its way; the environment's rate would let them through in 5 ms.
    let (first, last) = (heard.first().expect("six"), heard.last().expect("six"));
    let taken = last.0.duration_since(first.0);
    assert!(taken.as_millis() >= 150, "6 requests at 20/s came within {taken:?}");
}

#[test]
fn everything_goes_through_the_proxy() {
    let (server, heard) = server(|_| OK.to_owned());
    let proxy = server.base_url.replace("http://", "http://me:s3cr3tpw@");
    let project = "secrets: [PROXY]\nenvironments: { e: { baseUrls: { t: \"http://api.example\" }, proxy: $secrets.PROXY } }";
    let attempt = attempt("a proxy", "", project, "[{ call: getA }]", "").variable("PROXY", proxy);
    attempt.check(0, "target: http://api.example");
    let heard = heard.lock().expect("no thread panics with it");
    assert!(heard[0].1.starts_with("get http://api.example/a http/1.1"), "{heard:?}");
    assert!(heard[0].1.contains("proxy-authorization: basic "), "{heard:?}");
}

fn certificate(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/certificates").join(name)
}

/// A server of HTTPS that asks for a certificate of the authority `ca.pem`.
fn guarded_server() -> Server {
    let read = |name: &str| CertificateDer::from_pem_file(certificate(name)).expect("it is kept there");
    let key = PrivateKeyDer::from_pem_file(certificate("server.key.pem")).expect("it is kept there");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(read("ca.pem")).expect("it is an authority");
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows the versions")
        .with_client_cert_verifier(verifier.build().expect("there is an authority"))
        .with_single_cert(vec![read("right.pem")], key)
        .expect("the key is the certificate's");
    let config = Arc::new(config);
    let mut server = Server::raw(move |mut stream| {
        let mut connection = ServerConnection::new(Arc::clone(&config)).expect("the settings are complete");
        let mut stream = Stream::new(&mut connection, &mut stream);
        if stream.read(&mut [0; 4096]).is_ok() {
            let _ = stream.write_all(&wire(OK));
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    server.base_url = server.base_url.replace("http:", "https:");
    server
}

#[test]
fn certificates_are_shown_and_asked_for() {
    let environment =
        |keys: &str| format!("environments: {{ e: {{ baseUrls: {{ t: \"{{url}}\" }}{keys} }} }}");
    let profile = "secrets: [KEY]\nauth: { card: { mtls: { cert: right.pem, key: $secrets.KEY } } }\n";
    let rows = [
        (
            "of the environment",
            environment(", tls: { ca: ca.pem, cert: right.pem, key: key.pem }"),
            "",
            0,
            "1 passed",
        ),
        ("of flags", environment(""), "--cacert ca.pem --cert right.pem --key key.pem", 0, "1 passed"),
        (
            "of a profile, with a secret",
            format!(
                "{profile}{}",
                environment(", tls: { ca: ca.pem }, auth: card, secrets: { KEY: { file: key.pem } }")
            ),
            "",
            0,
            "1 passed",
        ),
        (
            "of a profile that a row names",
            format!(
                "{profile}{}",
                environment(", tls: { ca: ca.pem }, auth: $run.id, secrets: { KEY: { file: key.pem } }")
            ),
            "--run-id card",
            0,
            "1 passed",
        ),
        (
            "none",
            environment(", tls: { ca: ca.pem }"),
            "",
            3,
            "does the server ask for a client certificate?",
        ),
        (
            "an unknown authority",
            environment(", tls: { cert: right.pem, key: key.pem }"),
            "",
            3,
            "is signed by no trusted authority",
        ),
        (
            "anybody",
            environment(", tls: { insecure: true, cert: right.pem, key: key.pem }"),
            "",
            0,
            "certificates are not checked, and anybody may answer for the servers: `tls: { insecure: true }` of the environment `e`",
        ),
        (
            "anybody by a flag",
            environment(", tls: { cert: right.pem, key: key.pem }"),
            "-k",
            0,
            "may answer for the servers: `--insecure`",
        ),
        (
            "a key of no certificate",
            environment(", tls: { cert: right.pem, key: ca.pem }"),
            "",
            2,
            "`tls.cert` and `tls.key` cannot be used",
        ),
        (
            "a profile without its file",
            format!("{profile}{}", environment(", auth: card, secrets: { KEY: { value: gone.pem } }")),
            "",
            2,
            "cannot read `***`: there is no such file",
        ),
        ("one flag of two", environment(""), "--cert right.pem", 2, "--key <FILE>"),
    ];
    in_parallel(&rows, |(name, project, flags, code, says)| {
        let server = guarded_server();
        let read = |name: &str| std::fs::read(certificate(name)).expect("it is kept there");
        attempt(name, &server.base_url, project, "[{ call: getA }]", flags)
            .file("ca.pem", read("ca.pem"))
            .file("right.pem", read("right.pem"))
            .file("key.pem", read("server.key.pem"))
            .check(*code, says);
    });
}
