use super::coverage::COVERAGE;
use super::settings::{AUTH, CONTRACT, TIMEOUTS};
use crate::yaml::{Field, Fields, Form, Shape};

const BUDGETS: Shape = Shape::Members(&Shape::Pattern(r"^[0-9]+(\.[0-9]+)?(ms|s|m|h)$"));
const LIMITS: Shape = Shape::Named("limits");
const JOBS: Shape = Shape::Integer(1, 1024);
const TEXTS: Shape = Shape::List(&Shape::Text);
const NULLABLE: Shape = Shape::OneOf(&["lenient", "strict"]);
const HOSTS: Shape = Shape::List(&Shape::Pattern(r"^[^/?#@ *\\%]+$"));

/// The project file.
pub static PROJECT: Fields = Fields {
    name: "project",
    about: "The project file: which APIs there are, where they run, and how to sign in.",
    keys: &[
        Field::required("contest", Shape::Integer(1, 1), "The version of the format, 1."),
        Field::new(
            "apis",
            Shape::Names(&Shape::Any(&[Shape::Text, Shape::Map(&API)])),
            "The apis by their names: the path or URL of a document, or a map.",
        ),
        Field::new(
            "environments",
            Shape::Names(&Shape::Map(&ENVIRONMENT)),
            "Where the apis are, by the names of environments.",
        ),
        Field::new(
            "defaultEnvironment",
            Shape::Named("environment-name"),
            "The environment that is used when none is asked for.",
        ),
        Field::new("scenarios", TEXTS, "The files and folders that a bare `contest run` takes."),
        Field::new("env", TEXTS, "The process variables that may be read as `$env.NAME`."),
        Field::new(
            "secrets",
            TEXTS,
            "The names of secrets, read as `$secrets.NAME` and masked in every output.",
        ),
        Field::new("auth", Shape::Members(&Shape::Map(&PROFILE)), "Auth profiles by their names."),
        Field::new("defaults", Shape::Map(&DEFAULTS), "What holds for every file."),
        Field::new(
            "coverage",
            Shape::Map(&COVERAGE),
            "How much of the documents a run with `--coverage` has to cover.",
        ),
        Field::new("reports", Shape::Map(&REPORTS), "The reports that every run writes: paths by format."),
        Field::new(
            "baseline",
            Shape::Text,
            "The path of the file of known findings; contest.baseline.yaml when nothing is written.",
        ),
    ],
    others: None,
    forms: &[],
};

/// The reports of a run: a key a format.
pub static REPORTS: Fields = Fields {
    name: "reports",
    about: "The reports that every run writes: paths by format.",
    keys: &[
        Field::new("json", Shape::Text, "One JSON document, which `contest report` reads again."),
        Field::new("ndjson", Shape::Text, "A line of JSON an event, written while it runs."),
        Field::new(
            "junit",
            Shape::Text,
            "JUnit XML: a test case a case, for Jenkins, GitLab and most others.",
        ),
        Field::new("tap", Shape::Text, "TAP 14, the Test Anything Protocol."),
        Field::new("sarif", Shape::Text, "SARIF 2.1.0: a result a finding, for code scanning."),
        Field::new(
            "github",
            Shape::Any(&[Shape::Text, Shape::Boolean]),
            "Annotations of GitHub Actions; `false` leaves out those that a job gets by itself.",
        ),
        Field::new("markdown", Shape::Text, "A summary in Markdown."),
        Field::new("gitlab", Shape::Text, "The code quality report of GitLab."),
        Field::new("har", Shape::Text, "HAR 1.2: every request and response, for browsers and proxies."),
        Field::new(
            "html",
            Shape::Text,
            "One page that needs no network: cases, findings, exchanges, timings, coverage.",
        ),
    ],
    others: None,
    forms: &[],
};

static API: Fields = Fields {
    name: "api",
    about: "One api.",
    keys: &[
        Field::required("document", Shape::Text, "The path or the URL of its OpenAPI document."),
        Field::new("overlays", TEXTS, "The paths of overlays, applied in this order."),
        Field::new("remote", HOSTS, "Hosts that the document, and what it refers to, may be read from."),
        Field::new("folders", TEXTS, "Folders beside that of the project that the document may refer to."),
        Field::new(
            "nullable",
            NULLABLE,
            "How `nullable` of OpenAPI 3.0 is read: lenient, or strict (only beside `type`).",
        ),
        Field::new("contract", CONTRACT, "How much the findings of contract checks weigh for this api."),
    ],
    others: None,
    forms: &[],
};

static ENVIRONMENT: Fields = Fields {
    name: "environment",
    about: "Where the apis are, and the values that differ from place to place.",
    keys: &[
        Field::new(
            "mocks",
            Shape::Names(&Shape::Text),
            "Rules files of mocks that are started in this process, by api.",
        ),
        Field::new(
            "baseUrls",
            Shape::Names(&Shape::Any(&[Shape::Text, Shape::Map(&SERVER_CHOICE)])),
            "Base URLs by api, the word `servers` for those of the document, or a choice among them.",
        ),
        Field::new(
            "env",
            Shape::Members(&Shape::Value),
            "Values for `$env`, which count before the process's variables.",
        ),
        Field::new(
            "secrets",
            Shape::Members(&Shape::Map(&SECRET)),
            "Where secrets come from; the process variable of the same name when nothing is written.",
        ),
        Field::new("inputsFile", Shape::Text, "The path of a YAML map from names of inputs to values."),
        Field::new("headers", Shape::Members(&Shape::Value), "Headers of every request."),
        Field::new("auth", AUTH, "The auth profile of every step that names none."),
        Field::new("timeouts", Shape::Map(&TIMEOUTS), "Time-outs for this environment."),
        Field::new("retry", Shape::Value, "How often requests are repeated on faults of the transport."),
        Field::new("jobs", JOBS, "How many cases run at the same time."),
        Field::new("rate", Shape::Pattern("^[0-9]+/(s|m|h)$"), "The most requests in a time, as 20/s."),
        Field::new(
            "budgets",
            BUDGETS,
            "How long judged exchanges may take, as `{ p95: 300ms, \"tag:smoke:p95\": 100ms }`.",
        ),
        Field::new("limits", LIMITS, "Limits by name, as `{ body: 64MiB }`."),
        Field::new("proxy", Shape::TextValue, "The URL of the proxy that everything goes through."),
        Field::new("tls", Shape::Map(&TLS), "Certificates, and whether those of the server are looked at."),
        Field::new("allow", Shape::List(&Shape::Text), "The methods that may be sent at all."),
        Field::new(
            "contract",
            CONTRACT,
            "How much the findings of contract checks weigh for this environment.",
        ),
    ],
    others: None,
    forms: &[],
};

/// A choice among the servers of a document.
static SERVER_CHOICE: Fields = Fields {
    name: "server-choice",
    about: "A choice among the servers of the document.",
    keys: &[
        Field::new(
            "server",
            Shape::Text,
            "The `url` or the `description` of the server; the first when nothing is written.",
        ),
        Field::new("variables", Shape::Members(&Shape::Value), "Values of the variables of the server."),
    ],
    others: None,
    forms: &[],
};

static SECRET: Fields = Fields {
    name: "secret",
    about: "Where a secret comes from: one of these.",
    keys: &[
        Field::either("env", Shape::Text, "The process variable that holds it."),
        Field::either("file", Shape::Text, "The file that holds it."),
        Field::either("value", Shape::Text, "The value itself, for mocks."),
    ],
    others: None,
    forms: &[],
};

/// What belongs to a flow alone.
const OF_FLOWS: &[&str] = &["with", "expires"];

/// What says how the output of a command is read.
const OF_COMMANDS: &[&str] = &["tokenPointer", "expiresPointer"];

const HEADERS: &[&str] = &["headers"];

const OF_OTHERS: &[&[&str]] = &[OF_FLOWS, OF_COMMANDS, HEADERS];

static PROFILE: Fields = Fields {
    name: "auth-profile",
    about: "A way to sign in: one of these kinds.",
    keys: &[
        Field::either("bearer", Shape::TextValue, "A token that is sent as `Authorization: Bearer …`."),
        Field::either("basic", Shape::Map(&BASIC), "A name and a password (RFC 7617)."),
        Field::either("apiKey", Shape::Map(&API_KEY), "A value in a header, a query parameter or a cookie."),
        Field::either("oauth2", Shape::Map(&OAUTH2), "A token of an OAuth 2.0 token endpoint."),
        Field::either("mtls", Shape::Map(&MTLS), "A certificate of the client's."),
        Field::either(
            "flow",
            Shape::Pattern("^[^#]+#[^#]+$"),
            "A flow that signs in, as `file.contest.yaml#name`.",
        ),
        Field::new("with", Shape::Names(&Shape::Value), "What the flow is given as its inputs."),
        Field::new(
            "headers",
            Shape::Members(&Shape::Value),
            "The headers that carry what a command prints or a flow gives, made of `$outputs`.",
        ),
        Field::new(
            "expires",
            Shape::TextValue,
            "How long what the flow gives is good: seconds, or a time such as `15m`.",
        ),
        Field::either(
            "command",
            Shape::List(&Shape::TextValue),
            "A program and its arguments, which prints JSON; it runs with `--allow-commands` only.",
        ),
        Field::new(
            "tokenPointer",
            POINTER,
            "Where the token stands in what a command prints; /access_token when nothing is written.",
        ),
        Field::new(
            "expiresPointer",
            POINTER,
            "Where its lifetime in seconds stands; /expires_in when nothing is written.",
        ),
        Field::either("all", Shape::List(&Shape::Text), "Several profiles at once."),
    ],
    others: None,
    forms: &[
        Form { key: "bearer", without: OF_OTHERS },
        Form { key: "basic", without: OF_OTHERS },
        Form { key: "apiKey", without: OF_OTHERS },
        Form { key: "oauth2", without: OF_OTHERS },
        Form { key: "mtls", without: OF_OTHERS },
        Form { key: "flow", without: &[OF_COMMANDS] },
        Form { key: "command", without: &[OF_FLOWS] },
        Form { key: "all", without: OF_OTHERS },
    ],
};

static TLS: Fields = Fields {
    name: "tls",
    about: "Whom to trust, and who connects: paths of PEM files, or PEM itself.",
    keys: &[
        Field::new("ca", Shape::TextValue, "Authorities that are trusted beside those of the system."),
        Field::new("cert", Shape::TextValue, "The certificate to connect with."),
        Field::new("key", Shape::TextValue, "The key of that certificate."),
        Field::new(
            "insecure",
            Shape::Boolean,
            "Whether every certificate is trusted: for test systems only.",
        ),
    ],
    others: None,
    forms: &[],
};

static MTLS: Fields = Fields {
    name: "mtls",
    about: "A certificate that is shown while connecting: paths of PEM files, or PEM itself.",
    keys: &[
        Field::required("cert", Shape::TextValue, "The certificate."),
        Field::required("key", Shape::TextValue, "Its key."),
    ],
    others: None,
    forms: &[],
};

static BASIC: Fields = Fields {
    name: "basic",
    about: "A name and a password.",
    keys: &[
        Field::required("username", Shape::TextValue, "The name, which has no colon."),
        Field::required("password", Shape::TextValue, "The password, as `$secrets.NAME`."),
    ],
    others: None,
    forms: &[],
};

static API_KEY: Fields = Fields {
    name: "api-key",
    about: "A value in a header, a query parameter or a cookie.",
    keys: &[
        Field::required("in", Shape::OneOf(&["header", "query", "cookie"]), "Where it travels."),
        Field::required("name", Shape::Text, "The name of the header, the parameter or the cookie."),
        Field::required("value", Shape::TextValue, "The value, as `$secrets.NAME`."),
    ],
    others: None,
    forms: &[],
};

static OAUTH2: Fields = Fields {
    name: "oauth2",
    about: "How a token is asked for (RFC 6749).",
    keys: &[
        Field::required("grant", Shape::TextValue, "What is sent as `grant_type`."),
        Field::required(
            "tokenUrl",
            Shape::TextValue,
            "The token endpoint; a relative one is below the base URL of the api.",
        ),
        Field::required("clientId", Shape::TextValue, "The id of the client."),
        Field::new("clientSecret", Shape::TextValue, "The secret of the client, as `$secrets.NAME`."),
        Field::new(
            "clientAuth",
            Shape::OneOf(&["basic", "body"]),
            "Where id and secret go; basic when nothing is written.",
        ),
        Field::new("scope", Shape::TextValue, "The scope that is asked for."),
        Field::new("params", Shape::Members(&Shape::Value), "Further fields of the form."),
        Field::new(
            "tokenPointer",
            POINTER,
            "Where the token stands in the reply; /access_token when nothing is written.",
        ),
        Field::new(
            "expiresPointer",
            POINTER,
            "Where its lifetime in seconds stands; /expires_in when nothing is written.",
        ),
    ],
    others: None,
    forms: &[],
};

const POINTER: Shape = Shape::Pattern("^(/|$)");

static DEFAULTS: Fields = Fields {
    name: "defaults",
    about: "What holds for every file, unless something nearer says otherwise.",
    keys: &[
        Field::new("headers", Shape::Members(&Shape::Value), "Headers of every request."),
        Field::new("auth", AUTH, "The auth profile of every step that names none."),
        Field::new(
            "contract",
            CONTRACT,
            "How much the findings of contract checks weigh: deny, warn or off.",
        ),
        Field::new("timeouts", Shape::Map(&TIMEOUTS), "Time-outs."),
        Field::new("retry", Shape::Value, "How often requests are repeated on faults of the transport."),
        Field::new("jobs", JOBS, "How many cases run at the same time."),
        Field::new("rate", Shape::Pattern("^[0-9]+/(s|m|h)$"), "The most requests in a time, as 20/s."),
        Field::new(
            "budgets",
            BUDGETS,
            "How long judged exchanges may take, as `{ p95: 300ms, \"tag:smoke:p95\": 100ms }`.",
        ),
        Field::new("limits", LIMITS, "Limits by name, as `{ body: 64MiB }`."),
        Field::new("nullable", NULLABLE, "How `nullable` of OpenAPI 3.0 is read where an api does not say."),
    ],
    others: None,
    forms: &[],
};
