use crate::diagnostic::Code;
use crate::scenario::reader::Reader;
use crate::yaml::{Node, nearest};

/// The key that says what a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepKind {
    Call,
    Send,
    Flow,
    Pause,
}

impl StepKind {
    pub(super) const ALL: [Self; 4] = [Self::Call, Self::Send, Self::Flow, Self::Pause];

    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Send => "send",
            Self::Flow => "flow",
            Self::Pause => "pause",
        }
    }

    /// What a step of this kind is called where one of its keys is wrong.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Call => "a step",
            Self::Send => "a step with `send`",
            Self::Flow => "a step with `flow`",
            Self::Pause => "a step with `pause`",
        }
    }

    /// The keys that belong to other kinds, and what to say of each.
    pub(super) fn elsewhere(self) -> Vec<(&'static str, &'static str)> {
        let others: &[(&[&str], &str)] = match self {
            Self::Call => &[(&["with"], "it gives a flow its inputs: `flow: NAME`")],
            Self::Send => &[
                (&["path", "query"], "write it in the URL"),
                (&["sends"], "no document says what the request should be"),
                (&["url"], "the URL stands behind the method: `send: \"GET https://…\"`"),
                (&["with"], "it gives a flow its inputs: `flow: NAME`"),
            ],
            Self::Flow => &[
                (OF_CALLS, "it belongs in a step of the flow, which is given values under `with`"),
                (OF_REQUESTS, "it belongs in a step of the flow, which is given values under `with`"),
            ],
            Self::Pause => &[
                (&["with"], "it gives a flow its inputs: `flow: NAME`"),
                (OF_CALLS, "it belongs in a step that sends a request"),
                (OF_REQUESTS, "it belongs in a step that sends a request"),
                (&["save", "cleanup", "xfail"], "a pause makes nothing, and cannot fail"),
            ],
        };
        let others = others.iter().flat_map(|(keys, words)| keys.iter().map(|key| (*key, *words)));
        others.chain(ELSEWHERE.iter().copied()).collect()
    }
}

/// The keys of a call that other requests do not have.
pub(in crate::scenario) const OF_CALLS: &[&str] = &["path", "query", "sends", "url"];

/// The keys of every request.
pub(in crate::scenario) const OF_REQUESTS: &[&str] = &[
    "headers",
    "cookies",
    "body",
    "form",
    "multipart",
    "rawBody",
    "replace",
    "contentType",
    "auth",
    "retry",
    "poll",
    "repeat",
    "follow",
    "timeout",
    "expect",
];

/// Keys that other tools use, or that belong elsewhere.
const ELSEWHERE: &[(&str, &str)] = &[
    ("status", "it belongs under `expect`"),
    ("jsonpath", "it belongs under `expect`"),
    ("assert", "it belongs under `expect`"),
    ("within", "it belongs under `expect`"),
    ("contract", "it belongs under `expect`"),
    ("steps", "it belongs in a scenario"),
    ("rows", "it belongs in a scenario"),
    ("skip", "it belongs in a scenario or a row; a step has `when`"),
    ("tags", "it belongs in a scenario or a file"),
    ("vars", "it belongs in a scenario or a file"),
    ("inputs", "it belongs in a scenario or a file"),
    ("timeouts", "write `timeout`"),
    ("name", "write `title`, or `id` for a name to refer to"),
    ("given", "write `call`"),
    ("when_", "write `when`"),
    ("then", "write `expect`"),
    ("validate", "write `expect`"),
    ("check", "write `expect`"),
    ("response", "write `expect`"),
    ("asserts", "write `assert` under `expect`"),
    ("capture", "write `save`"),
    ("captures", "write `save`"),
    ("extract", "write `save`"),
    ("outputs", "write `save`"),
    ("status_code", "write `status` under `expect`"),
    ("json", "write `body`"),
    ("data", "write `body`"),
    ("params", "write `query` or `path`"),
    ("parameters", "write `path`, `query`, `headers` or `cookies`"),
    ("operationId", "write `call`"),
    ("request", "write `call`"),
    ("method", "`call` names the operation, which has its method"),
    ("use", "write `call`"),
];

/// What a step does; more than one thing is reported, and so is none.
pub(super) fn kind_of(node: &Node, reader: &mut Reader<'_>) -> Option<StepKind> {
    let entries = node.as_map().unwrap_or_default();
    let mut found = entries
        .iter()
        .filter_map(|entry| Some((StepKind::ALL.into_iter().find(|kind| kind.key() == entry.key)?, entry)));
    let Some((kind, first)) = found.next() else {
        report_none(node, reader);
        return None;
    };
    for (_, second) in found {
        let message = format!("`{}` and `{}` are two things, and a step does one", first.key, second.key);
        reader
            .problems
            .error(Code::SCENARIO_INVALID_VALUE, second.key_span, message, "the second of them")
            .help
            .push("make it a step of its own".to_owned());
    }
    Some(kind)
}

fn report_none(node: &Node, reader: &mut Reader<'_>) {
    let entries = node.as_map().unwrap_or_default();
    let keys = StepKind::ALL.map(StepKind::key);
    // A key that is meant to be one of them says so itself.
    let is_explained = entries.iter().any(|entry| {
        let foreign = ELSEWHERE.iter().find(|(key, _)| *key == entry.key);
        foreign.is_some_and(|(_, words)| words.contains("`call`"))
            || (foreign.is_none() && nearest(&entry.key, keys).is_some())
    });
    if !is_explained {
        let first_line = reader.first_line(node.span);
        reader.problems.error(
            Code::SCENARIO_MISSING_KEY,
            first_line,
            "a step needs one of the keys `call`, `send`, `flow` and `pause`",
            "has none of them",
        );
    }
}
