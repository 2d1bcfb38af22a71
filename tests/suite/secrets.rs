//! No output shows a secret: one sent in a header, the body, the query, the path or a cookie, and
//! echoed by the server in every encoding and every place, through each kind of finding.

use crate::server::{Server, wire};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use contest::engine::Event;
use contest::report::{Style, Terminal, Verbosity, render_case};
use contest::session::{BaseUrl, Session, Settings, Variables};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tokio_util::sync::CancellationToken;

/// The secrets and what each is: what a header, a cookie or a URL must escape is in those that go
/// there.
const SECRETS: [(&str, &str); 9] = [
    ("BEARER", r#"b34r"er/Zürich+Q%9 it's-x_y~z.Kv7"#),
    ("ENV_HEADER", r"eh:Zt5/\Qp-9+Lm2=xV&7$aB"),
    ("HEADER_KEY", r"hk:Wq8/\pL+2=mN&4$rT6"),
    ("QUERY_KEY", r#"qk "Jd7/üF+5=gH%20&8?sT#9-bV_c.X~"#),
    ("COOKIE_KEY", "ckP0o9+I8u/7y=T6%r5E4w3"),
    ("CLIENT", r#"cl"ient/Sëcret+with %41 sp aces'n=x"#),
    ("BODY", "bd\"L1ne/Ünïcode+{\"k7\":\"b\\\\c\"} %2F end-Zt4"),
    ("PATH", "pt/Xc5 vB+6%nM7ö8,k;L9'j"),
    // Longer than any line and any cut.
    (
        "LONG",
        "lg0A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1v2W3x4Y5z6.A7b8C9d0E1f2G3h4I5j6K7l8M9n0O1p2Q3r4S5t6U7v8W9x0-/+äé\"Zz9",
    ),
];

/// What the server makes up and a capture keeps secret.
const CAPTURED: &str = "cp\"T0ken/9ä+Hh8%Gg7 Ff6-Ee5";
/// What a command prints.
const PRINTED: &str = "pr.0Jx7/Wq+4Kc9-Tn2Vb";
/// What the token endpoint gives.
const TOKEN: &str = "tk.eyJhbGciOi/JIUzI1+NiIsInR5cCI6-IkpXVCJ9";

fn secret(name: &str) -> &'static str {
    SECRETS.iter().find(|(each, _)| *each == name).expect("the name is in the table").1
}

fn all_secrets() -> Vec<&'static str> {
    SECRETS.iter().map(|(_, value)| *value).chain([CAPTURED, TOKEN, PRINTED]).collect()
}

const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The spellings that a server may echo, made without any code of the tool.
fn encodings(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let ascii: String = json
        .chars()
        .map(|it| if it.is_ascii() { it.to_string() } else { format!("\\u{:04x}", u32::from(it)) })
        .collect();
    let percent = utf8_percent_encode(secret, RESERVED).to_string();
    let lower = percent.split('%').enumerate().map(|(index, part)| match index {
        0 => part.to_owned(),
        _ => format!("%{}{}", part[..2].to_lowercase(), &part[2..]),
    });
    let bytes = secret.as_bytes();
    vec![
        secret.to_owned(),
        json,
        ascii.replace('/', "\\/"),
        lower.collect::<String>(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
        percent,
        url::form_urlencoded::byte_serialize(bytes).collect(),
        STANDARD.encode(bytes),
        STANDARD_NO_PAD.encode(bytes),
        URL_SAFE.encode(bytes),
        URL_SAFE_NO_PAD.encode(bytes),
        STANDARD.encode(format!("client:{secret} and more")),
        format!("before{secret}behind"),
    ]
}

/// Characters in a row of a secret, or of its encoding, that would be recognised.
const RECOGNISABLE: usize = 8;

/// The output without what a layout may put into the midst of a value.
fn unwrapped(output: &str) -> String {
    output.chars().filter(|it| !it.is_whitespace() && !"│╭╰├╴▸┌─".contains(*it)).collect()
}

/// What no output may hold, each with its secret, and what finds all of it in one pass.
fn forbidden() -> &'static (Vec<(String, &'static str)>, aho_corasick::AhoCorasick) {
    static FORBIDDEN: OnceLock<(Vec<(String, &str)>, aho_corasick::AhoCorasick)> = OnceLock::new();
    FORBIDDEN.get_or_init(|| {
        let mut parts = Vec::new();
        for secret in all_secrets() {
            for encoded in encodings(secret) {
                let text: Vec<char> = encoded.chars().collect();
                let windows = text.windows(RECOGNISABLE).map(|part| part.iter().collect::<String>());
                parts.extend(
                    windows.filter(|part| !is_of_the_test(part, &encoded)).map(|part| (part, secret)),
                );
            }
        }
        let search = aho_corasick::AhoCorasick::new(parts.iter().map(|(part, _)| part));
        (parts, search.expect("so few parts fit"))
    })
}

/// The words around a secret are the test's own.
fn is_of_the_test(part: &str, encoded: &str) -> bool {
    let own = STANDARD.encode("client:") + &STANDARD.encode(" and more");
    "before".contains(part)
        || encoded.starts_with(&STANDARD.encode("client:")[..8])
            && (own.contains(part) || encoded.find(part).is_some_and(|at| at < 8 || at + 20 > encoded.len()))
}

fn check_output(what: &str, output: &str) {
    let (parts, search) = forbidden();
    let flat = unwrapped(output);
    for shown in [output, flat.as_str()] {
        let Some(found) = search.find(shown) else { continue };
        let (part, secret) = &parts[found.pattern().as_usize()];
        let start = shown.floor_char_boundary(found.start().saturating_sub(300));
        let end = shown.ceil_char_boundary((found.end() + 300).min(shown.len()));
        panic!("{what}: `{part}` of `{secret}` is shown:\n{}", &shown[start..end]);
    }
}

/// A folder with the project, and the server that it talks to.
struct Shop {
    folder: PathBuf,
    server: Server,
}

fn json_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A header line can hold what is left of a text without line ends.
fn echo_line(secrets: &[&str]) -> String {
    secrets.iter().copied().flat_map(encodings).collect::<Vec<_>>().join(" ")
}

fn echo_json(secrets: &[&str]) -> String {
    let all = secrets.iter().copied().flat_map(encodings);
    all.map(|text| json_text(&text)).collect::<Vec<_>>().join(", ")
}

/// What the client has learnt to be secret by the time that a path is answered.
fn known(path: &str) -> Vec<&'static str> {
    let mut known: Vec<&str> = SECRETS.iter().map(|(_, value)| *value).collect();
    if path.contains("captured") {
        known.push(CAPTURED);
    }
    if path.contains("printed") {
        known.push(PRINTED);
    }
    if path.contains("token") {
        known.push(TOKEN);
    }
    known
}

fn answer(line: &str) -> Vec<u8> {
    let json = "HTTP/1.1 200 OK\ncontent-type: application/json";
    let path = line.split_once(' ').map_or("", |(_, target)| target.split('?').next().unwrap_or(target));
    let known = known(path);
    let (echo, echo_json) = (echo_line(&known), echo_json(&known));
    let long = secret("LONG");
    let text = match path {
        "/token" => {
            format!("{json}\n\n{{\"access_token\": {}, \"token_type\": \"Bearer\"}}", json_text(TOKEN))
        }
        "/token-refused" => format!(
            "HTTP/1.1 401 Unauthorized\ncontent-type: application/json\n\n{{\"error\": \"invalid_client\", \
             \"error_description\": {}}}",
            json_text(&format!("no client {} {echo}", secret("CLIENT")))
        ),
        "/token-html" => format!("HTTP/1.1 200 OK\ncontent-type: text/html\n\n<p>{echo}</p>"),
        "/status" => format!(
            "HTTP/1.1 409 Conflict with {}\ncontent-type: application/json\nx-echo: {echo}\n\n[{}]",
            secret("BEARER"),
            echo_json
        ),
        "/type" => {
            format!("HTTP/1.1 200 OK\ncontent-type: text/x-{}; a=\"{echo}\"\n\n{echo}", secret("COOKIE_KEY"))
        }
        "/decode" => format!("{json}\nx-echo: {echo}\n\n{{\"a\": {}}} {echo}", json_text(long)),
        "/cookie" => {
            format!("{json}\nset-cookie: id={echo}; Path=/\nset-cookie: b={}\n\n{{}}", secret("LONG"))
        }
        _ if path.starts_with("/slow") => {
            std::thread::sleep(std::time::Duration::from_secs(2));
            format!("{json}\n\n{{}}")
        }
        "/header" => format!("{json}\nx-echo: {echo}\n\n{{}}"),
        _ if path.starts_with("/gone") => {
            format!("HTTP/1.1 503 Gone\ncontent-type: application/json\n\n{{\"m\": [{}]}}", echo_json)
        }
        _ => format!(
            "{json}\nx-echo: {echo}\nset-cookie: s={}\n\n{{\"kind\": {}, \"when\": {}, \"code\": {}, \"token\": {}, \
             \"long\": {}, {}: 1, \"all\": [{}], \"line\": {}}}",
            secret("COOKIE_KEY"),
            json_text(secret("BODY")),
            json_text(secret("PATH")),
            json_text(long),
            json_text(if path.contains("captured") { CAPTURED } else { "" }),
            json_text(&format!("{long}x")),
            json_text(secret("QUERY_KEY")),
            echo_json,
            json_text(&echo),
        ),
    };
    wire(&text)
}

const DOCUMENT: &str = r##"
openapi: 3.0.3
info: { title: Echo, version: "1" }
paths:
  /things/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    get: { operationId: getThing, responses: { "200": { $ref: "#/components/responses/Thing" } } }
    post:
      operationId: makeThing
      parameters: [{ name: q, in: query, schema: { type: string } }, { name: c, in: cookie, schema: { type: string } }]
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Given" } } } }
      responses: { "200": { $ref: "#/components/responses/Thing" } }
  /strict:
    post:
      operationId: makeStrict
      requestBody:
        required: true
        content:
          application/json:
            schema: { type: object, properties: { a: { type: string, maxLength: 3 }, b: { enum: [x, y] }, c: { type: integer } }, additionalProperties: false }
      responses: { "200": { description: ok } }
  /status: { get: { operationId: getStatus, responses: { "200": { description: ok } } } }
  /type: { get: { operationId: getType, responses: { "200": { $ref: "#/components/responses/Thing" } } } }
  /decode: { get: { operationId: getDecode, responses: { "200": { $ref: "#/components/responses/Thing" } } } }
  /header: { get: { operationId: getHeader, responses: { "200": { description: ok, headers: { X-Echo: { schema: { type: string, format: uuid, maxLength: 5 } } } } } } }
  /slow/{id}: { parameters: [{ name: id, in: path, required: true, schema: { type: string } }], get: { operationId: getSlow, responses: { "200": { description: ok } } } }
  /cookie: { get: { operationId: getCookie, responses: { "200": { description: ok, headers: { Set-Cookie: { schema: { type: string, maxLength: 5 } } } } } } }
  /gone/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    delete: { operationId: removeThing, responses: { "204": { description: gone } } }
components:
  responses:
    Thing:
      description: A thing
      content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } }
  schemas:
    Given: { type: object, properties: { text: { type: string } } }
    Thing:
      type: object
      additionalProperties: false
      properties:
        kind: { enum: [a, b] }
        when: { type: string, format: date-time }
        code: { type: string, maxLength: 5 }
        token: { type: integer }
        long: { type: string, pattern: "^[a-z]$" }
        all: { type: array, items: { type: string, maxLength: 1 } }
        line: { type: string, maxLength: 9, format: uuid }
"##;

const SCENARIOS: &str = r##"
contest: 1
api: echo
inputs:
  path: { type: string, format: password }
  body: { type: string, format: password }
vars: { long: $secrets.LONG, bearer: $secrets.BEARER, cookie: $secrets.COOKIE_KEY }
scenarios:
  contract:
    steps:
      - call: makeThing
        auth: bearer
        path: { id: $inputs.path }
        query: { q: "a {$inputs.body} b" }
        cookies: { c: $vars.cookie }
        body: { text: "before {$inputs.body} behind" }
  query-key: { steps: [ { call: getThing, auth: query, path: { id: $inputs.path }, expect: { status: 200 } } ] }
  header-key: { steps: [ { call: getThing, auth: header, path: { id: $inputs.path } } ] }
  cookie-key: { steps: [ { call: getThing, auth: cookie, path: { id: $inputs.path } } ] }
  token: { steps: [ { call: getThing, auth: client, path: { id: token } } ] }
  token-in-body: { steps: [ { call: getThing, auth: client-in-body, path: { id: token } } ] }
  refused: { steps: [ { call: getThing, auth: refused, path: { id: x } } ] }
  page: { steps: [ { call: getThing, auth: page, path: { id: x } } ] }
  printed: { steps: [ { call: getThing, auth: robot, path: { id: printed } } ] }
  printed-headers: { steps: [ { call: getThing, auth: desk, path: { id: printed } } ] }
  printed-badly: { steps: [ { call: getThing, auth: broken, path: { id: x } } ] }
  not-printed: { steps: [ { call: getThing, auth: angry, path: { id: x } } ] }
  status: { steps: [ { call: getStatus, auth: query } ] }
  type: { steps: [ { call: getType, auth: bearer } ] }
  decode: { steps: [ { call: getDecode, auth: header } ] }
  header: { steps: [ { call: getHeader, auth: cookie } ] }
  expectations:
    steps:
      - call: getThing
        auth: query
        path: { id: "captured {$inputs.path}" }
        save:
          token: { jsonpath: "$.token", secret: true }
          none: "$.nothing.here"
        expect:
          contract: { body: warn, format: off }
          status: 200
          headers: { x-echo: $vars.bearer, set-cookie: { $match: "^{$inputs.body}$" } }
          body:
            kind: $vars.long
            long: $vars.long
            when: { $ne: $inputs.path }
            code: { $in: [ $vars.bearer, "{$inputs.body} more" ] }
            all: { $each: $inputs.path }
            line: { $contains: "{$vars.long} more" }
            token: { $sameAs: { value: { a: $vars.long } } }
          jsonpath: { "$.all[*]": { $each: $inputs.body }, "$.when": { $length: 3 } }
          assert:
            - body.token == vars.long && body.line == inputs.path
            - body.line.startsWith(vars.bearer + vars.long)
            - 'body.all.exists(it, it == vars.bearer + "x")'
            - base64(vars.bearer) == body.kind
            - body[inputs.body] == 1
  captured:
    steps:
      - call: getThing
        path: { id: captured }
        save: { token: { jsonpath: "$.token", secret: true } }
        expect: { contract: { body: off, format: off } }
      - call: makeThing
        path: { id: "captured {$vars.token}" }
        body: { text: $vars.token }
        headers: { X-Token: "{$vars.token}" }
        expect: { body: { kind: $vars.token } }
  request: { steps: [ { call: makeStrict, body: { a: $inputs.body, b: $vars.long, c: $vars.bearer, d: $inputs.path } } ] }
  unsendable: { steps: [ { call: getThing, path: { id: x }, headers: { X-A: "{$inputs.body}\n" } } ] }
  condition: { steps: [ { call: getThing, when: 'vars.long > 1', path: { id: x } } ] }
  left-behind:
    steps:
      - call: getThing
        path: { id: x }
        expect: { contract: { body: warn, format: warn } }
        cleanup: [ { call: removeThing, auth: query, path: { id: $inputs.path } } ]
  slow: { steps: [ { call: getSlow, auth: query, path: { id: $inputs.path }, timeout: 300ms } ] }
  no-tls: { steps: [ { call: locked.getThing, auth: query-locked, path: { id: $inputs.path } } ] }
  cookie-set: { steps: [ { call: getCookie, auth: header, expect: { headers: { set-cookie: { $match: "^{$inputs.path}$" } } } } ] }
  unreachable: { steps: [ { call: nowhere.getThing, auth: query-nowhere, path: { id: $inputs.path } } ] }
"##;

impl Shop {
    fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("secrets-{name}"));
        std::fs::create_dir_all(&folder).expect("a folder can be made");
        let server = Server::start(answer);
        // Below 1024, where no test listens.
        let closed = "http://127.0.0.1:1";
        // It answers a handshake of TLS in plain HTTP.
        let locked = Server::raw(|mut stream| {
            let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
            let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n");
        });
        let locked = locked.base_url.replace("http:", "https:");
        let names = SECRETS.map(|(name, _)| name).join(", ");
        let values = SECRETS.map(|(name, value)| format!("      {name}: {{ value: {} }}", json_text(value)));
        let oauth = |url: &str, auth: &str| {
            format!(
                "{{ oauth2: {{ grant: client_credentials, tokenUrl: {url}, clientId: me, clientSecret: \
                 $secrets.CLIENT, clientAuth: {auth} }} }}"
            )
        };
        let key = |place: &str, secret: &str| {
            format!("{{ apiKey: {{ in: {place}, name: key, value: $secrets.{secret} }} }}")
        };
        let project = format!(
            "contest: 1\napis: {{ echo: openapi.yaml, nowhere: openapi.yaml, locked: openapi.yaml }}\nsecrets: [{names}]\nauth:\n  robot: {{ command: [cat, printed.json] }}\n  desk: {{ command: [cat, printed.json], headers: {{ X-Desk: \"Desk {{$outputs.access_token}}\" }} }}\n  broken: {{ command: [cat, printed.txt] }}\n  angry: {{ command: [sh, angry.sh, $secrets.LONG] }}\n  bearer: \
             {{ bearer: $secrets.BEARER }}\n  query: {}\n  query-nowhere: {}\n  query-locked: {}\n  header: {}\n  cookie: {}\n  client: \
             {}\n  client-in-body: {}\n  refused: {}\n  page: {}\nenvironments:\n  test:\n    baseUrls: {{ echo: \
             \"{}\", nowhere: \"{closed}\", locked: \"{locked}\" }}\n    inputsFile: inputs.yaml\n    headers: {{ X-Surroundings: \"is {{$secrets.ENV_HEADER}}\" }}\n    secrets:\n{}\ndefaultEnvironment: test\n",
            key("query", "QUERY_KEY"),
            key("query", "LONG"),
            key("query", "QUERY_KEY"),
            key("header", "HEADER_KEY"),
            key("cookie", "COOKIE_KEY"),
            oauth("/token", "basic"),
            oauth("/token", "body"),
            oauth("/token-refused", "basic"),
            oauth("/token-html", "body"),
            server.base_url,
            values.join("\n"),
        );
        let write =
            |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("a file can be written");
        write("contest.yaml", &project);
        write("printed.json", &format!("{{\"access_token\": {}}}", json_text(PRINTED)));
        write("printed.txt", &format!("{PRINTED}\n"));
        write(
            "angry.sh",
            "echo \"not with $1, and not with it cut short\" >&2; cat openapi.yaml >&2; exit 1\n",
        );
        write("openapi.yaml", DOCUMENT);
        write("echo.contest.yaml", SCENARIOS);
        let inputs = format!("path: {}\nbody: {}\n", json_text(secret("PATH")), json_text(secret("BODY")));
        write("inputs.yaml", &inputs);
        Self { folder, server }
    }

    fn run(&self, arguments: &[&str], columns: &str) -> String {
        let is_run = arguments.first() == Some(&"run");
        let output = Command::new(env!("CARGO_BIN_EXE_contest"))
            .args(arguments)
            .args(is_run.then_some("--allow-commands"))
            .current_dir(&self.folder)
            .env_clear()
            .envs([("COLUMNS", columns), ("LANG", "C.UTF-8"), ("NO_COLOR", "1")])
            .output()
            .expect("the command runs");
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat()
    }
}

/// Every code that a run can show here.
const SHOWN: [&str; 18] = [
    "response.body",
    "response.status",
    "response.content-type",
    "response.header",
    "response.format",
    "response.decode",
    "expect.header",
    "expect.body",
    "expect.jsonpath",
    "expect.assert",
    "capture.missing",
    "auth.token",
    "request.body",
    "request.build",
    "transport.connect",
    "transport.timeout",
    "transport.tls",
    "value.condition",
];

#[test]
fn no_finding_shows_a_secret_at_any_width() {
    let shop = Shop::new("findings");
    for columns in ["40", "80", "120", "400"] {
        for flags in [&["run", "echo.contest.yaml"][..], &["run", "echo.contest.yaml", "-v"]] {
            let output = shop.run(flags, columns);
            for code in SHOWN.iter().filter(|_| flags.contains(&"-v")) {
                assert!(output.contains(&format!("error[{code}]")), "{code} is not among\n{output}");
            }
            assert!(output.contains("left behind:") && output.contains("***"), "{output}");
            check_output(&format!("{flags:?} at {columns}"), &output);
        }
    }
    assert!(shop.server.requests().len() > 50, "the scenarios reach the server");
}

/// What is traced and shown of exchanges: every request and every response, whole.
#[test]
fn no_exchange_that_is_shown_or_traced_shows_a_secret() {
    let shop = Shop::new("exchanges");
    let output = shop.run(&["run", "echo.contest.yaml", "-vv", "--trace", "trace.jsonl"], "120");
    assert!(output.contains("          > POST http://") && output.contains("          < HTTP/1.1 200 OK"));
    check_output("-vv", &output);
    let trace = std::fs::read_to_string(shop.folder.join("trace.jsonl")).expect("it was written");
    assert!(trace.lines().count() > 15 && trace.contains("***"), "{trace}");
    check_output("--trace", &trace);
    // Cut in the midst of a secret.
    for limit in ["trace=100", "trace=117", "trace=140"] {
        shop.run(&["run", "echo.contest.yaml", "--trace", "trace.jsonl", "--limit", limit], "120");
        let trace = std::fs::read_to_string(shop.folder.join("trace.jsonl")).expect("it was written");
        assert!(trace.contains("\"truncated\":true"), "{trace}");
        check_output(limit, &trace);
    }
}

#[test]
fn no_report_shows_a_secret() {
    let shop = Shop::new("reports");
    let formats = contest::report::Format::ALL.iter().map(|format| format.as_str());
    let reports: Vec<String> = formats.clone().map(|word| format!("--report={word}=out/{word}")).collect();
    let arguments = ["run", "echo.contest.yaml"].into_iter().chain(reports.iter().map(String::as_str));
    check_output("what is printed beside reports", &shop.run(&arguments.collect::<Vec<_>>(), "120"));
    for format in formats {
        let report = std::fs::read_to_string(shop.folder.join("out").join(format)).expect("it was written");
        assert!(report.contains("***") && report.len() > 1_000, "{format}: {report}");
        // As the page's own script reads it.
        let report = [("\\u003c", "<"), ("\\u003e", ">"), ("\\u0026", "&")]
            .iter()
            .fold(report, |report, (escaped, character)| report.replace(escaped, character));
        check_output(format, &report);
    }
}

#[test]
fn no_dry_run_shows_a_secret_or_sends_anything() {
    let shop = Shop::new("dry");
    for flags in [&["--dry-run"][..], &["--dry-run", "--format", "json"]] {
        let output = shop.run(&[&["run", "echo.contest.yaml"], flags].concat(), "120");
        assert!(output.contains("***") && output.contains("‹$vars.token›"), "{output}");
        check_output(&format!("{flags:?}"), &output);
    }
    assert_eq!(shop.server.requests(), Vec::<String>::new());
}

#[test]
fn no_report_of_the_library_and_no_failure_of_a_test_shows_a_secret() {
    let shop = Shop::new("library");
    let settings = Settings {
        files: vec!["echo.contest.yaml".into()],
        folder: shop.folder.clone(),
        variables: Variables::Given(Default::default()),
        allow_commands: true,
        keeps_exchanges: true,
        ..Settings::default()
    };
    let session = Session::load(settings, true);
    assert!(!session.has_errors(), "{:?}", session.diagnostics);
    check_output("the session", &format!("{:?}", session.diagnostics));
    let mut output = String::new();
    let mut terminal = Terminal::new(Vec::new(), Style::plain(100), Verbosity::Verbose);
    let mut emit = |event: &Event| {
        output += &format!("{event:?}");
        terminal.event(event).expect("memory can be written");
        if let Event::CaseFinished(report) = event {
            output += &render_case(report, &Style::plain(100));
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(session.run(CancellationToken::new(), &mut emit)).expect("there is no mock to start");
    check_output("events and failures", &output);
    check_output("the report", &String::from_utf8_lossy(&terminal.into_inner()));
    assert!(output.contains("error[response.body]"), "{output}");
}

/// A fault in `contest.yaml` beside a secret: its line is shown, the secret is not.
#[test]
fn no_diagnostic_shows_a_secret_of_the_project_file() {
    let shop = Shop::new("diagnostics");
    let path = shop.folder.join("contest.yaml");
    let project = std::fs::read_to_string(&path).expect("it was written");
    let body = json_text(secret("BODY"));
    let faults = [
        (format!("BODY: {{ value: {body} }}"), format!("BODY: {{ value: {body}, extra: 1 }}")),
        (format!("BODY: {{ value: {body} }}"), format!("BODY: {{ value: {body}")),
        (format!("BODY: {{ value: {body} }}"), format!("BODY: {{ value: {body}, value: {body} }}")),
        (format!("BODY: {{ value: {body} }}"), format!("BODY: {{ value: [{body}] }}")),
        ("bearer: $secrets.BEARER".to_owned(), format!("bearer: {body}, barer: x")),
        ("secrets: [".to_owned(), "secrets: [MISSING, ".to_owned()),
        ("baseUrls: {".to_owned(), "baseUrls: { other: $secrets.LONG, ".to_owned()),
        ("secrets: [".to_owned(), format!("secrets: [] # {}\nold: [", "x".repeat(2 << 20))),
        ("echo: \"http".to_owned(), format!("echo: \"{}http", secret("PATH"))),
    ];
    for (from, to) in faults {
        assert!(project.contains(&from), "{from}");
        std::fs::write(&path, project.replace(&from, &to)).expect("it can be written");
        for arguments in [&["run", "echo.contest.yaml"][..], &["check", "echo.contest.yaml"]] {
            let output = shop.run(arguments, "120");
            check_output(&format!("{arguments:?} with {to}"), &output);
        }
    }
    let url = BaseUrl::parse(&format!("echo={}", shop.server.base_url));
    assert!(url.is_ok());
}

/// A secret that somebody wrote into a scenario or an inputs file shows in no excerpt of it.
#[test]
fn no_excerpt_of_a_file_shows_a_secret() {
    let shop = Shop::new("excerpts");
    let path = shop.folder.join("echo.contest.yaml");
    let scenarios = SCENARIOS.replace(
        "  status: { steps: [ { call: getStatus, auth: query } ] }",
        &format!(
            "  status: {{ steps: [ {{ call: getStatus, auth: query, headers: {{ X-A: {} }} }} ] }}",
            json_text(secret("LONG"))
        ),
    );
    assert_ne!(scenarios, SCENARIOS);
    std::fs::write(&path, &scenarios).expect("it can be written");
    let output = shop.run(&["run", "echo.contest.yaml", "-v"], "400");
    assert!(output.contains("call: getStatus, auth: query, headers: { X-A: \"****"), "{output}");
    check_output("a finding's excerpt", &output);
    let inputs = format!("path: {}\nbody: [{}\n", json_text(secret("PATH")), json_text(secret("BODY")));
    std::fs::write(shop.folder.join("inputs.yaml"), inputs).expect("it can be written");
    let faulty = scenarios.replace("auth: query, headers:", "auth: quary, headers:");
    std::fs::write(&path, faulty).expect("it can be written");
    let output = shop.run(&["check", "echo.contest.yaml"], "400");
    let large = format!("{scenarios}\n# {}\n", "x".repeat(2 << 20))
        .replace("auth: query, headers:", "auth: quary, headers:");
    std::fs::write(&path, large).expect("it can be written");
    let large = shop.run(&["check", "echo.contest.yaml"], "400");
    for (what, output) in [("a diagnostic's excerpt", output), ("an excerpt of a large file", large)] {
        assert!(output.contains("quary"), "{output}");
        let shown = output.replace(&json_text(secret("BODY")), "").replace(&json_text(secret("PATH")), "");
        assert!(!shown.contains(&secret("LONG")[..RECOGNISABLE]), "{what}: {output}");
    }
}

/// What cannot be masked is said, once, with its place.
#[test]
fn a_secret_too_short_to_be_masked_is_said() {
    let shop = Shop::new("short");
    let path = shop.folder.join("contest.yaml");
    let project = std::fs::read_to_string(&path).expect("it was written");
    let project = project
        .replace("secrets: [", "secrets: [PIN, ")
        .replace("      BODY:", "      PIN: { value: a1b }\n      BODY:");
    std::fs::write(&path, project).expect("it can be written");
    let output = shop.run(&["check", "echo.contest.yaml"], "120");
    let words = "warning[config.short-secret]: the secret `PIN` has fewer than 4 bytes, and is not masked";
    assert_eq!(output.matches(words).count(), 1, "{output}");
    assert!(output.contains("contest.yaml:"), "{output}");
}

/// What a connection is made with shows nowhere: the password of a proxy, the key of a certificate, a
/// header of the command line.
#[test]
fn no_connection_shows_its_credentials() {
    const PASSWORD: &str = "pX7q/Zw9+Rt2";
    let shop = Shop::new("connection");
    let certificates = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/certificates");
    let key = std::fs::read_to_string(certificates.join("server.key.pem")).expect("it is kept there");
    let encoded = utf8_percent_encode(PASSWORD, RESERVED).to_string();
    let pair = STANDARD.encode(format!("me:{PASSWORD}"));
    let right = certificates.join("right.pem").display().to_string();
    let other = certificates.join("ca.pem").display().to_string();
    let key_path = certificates.join("server.key.pem").display().to_string();
    let proxies = ["http", "socks5", "http://x"].map(|scheme| format!("{scheme}://me:{encoded}@127.0.0.1:1"));
    let header = format!("X-Token: {PASSWORD}");
    let rows: [&[&str]; 6] = [
        &["--proxy", &proxies[0]],
        &["--proxy", &proxies[1]],
        &["--proxy", &proxies[2]],
        &["--header", &header],
        &["--cert", &right, "--key", &key_path],
        &["--cert", &other, "--key", &other],
    ];
    for row in rows {
        let arguments: Vec<&str> = ["run", "echo.contest.yaml"].iter().chain(row).copied().collect();
        let output = shop.run(&arguments, "400");
        let mut secrets = vec![PASSWORD, &encoded, &pair];
        secrets.extend(key.lines().filter(|line| !line.starts_with('-')));
        for secret in secrets {
            assert!(
                !output.contains(&secret[..secret.len().min(RECOGNISABLE)]),
                "{row:?} shows {secret}: {output}"
            );
        }
        check_output(&format!("{row:?}"), &output);
    }
}
