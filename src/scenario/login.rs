//! Auth profiles whose credentials a flow gives: `flow: login.contest.yaml#login`.

use super::auth::{AuthKind, read_output_headers, with_outputs};
use super::parse_duration;
use super::reader::{Named, Reader, Spanned};
use super::step::FlowCall;
use crate::expression::{Access, Template};
use crate::json::Value;
use crate::yaml::{MapReader, Node};
use std::sync::Arc;
use std::time::Duration;

/// A flow that signs in, by what it is called with and what its outputs make.
#[derive(Clone, Debug)]
pub struct AuthFlow {
    /// The flow, its file seen from the project file, with what its inputs are given.
    pub call: Arc<FlowCall>,
    /// The headers to send, made of `$outputs`, in place of `Authorization: Bearer {$outputs.token}`.
    pub headers: Vec<Named<Template>>,
    /// How long what it gives is good, as [`lifetime_of`] reads it; until it is refused when nothing is
    /// written.
    pub expires: Option<Template>,
}

/// The output that is sent where a profile names no headers.
pub const TOKEN_OUTPUT: &str = "token";

const FLOW: &str = "`flow` of an auth profile is a file and a flow in it, as in \
                    flows/login.contest.yaml#login";

/// Reads `flow` and the keys beside it.
pub(super) fn read_login(node: &Node, map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Option<AuthKind> {
    let with = reader.template_map(map, "with");
    let headers = read_output_headers(map, reader);
    let expires = map.take("expires").map(|node| {
        with_outputs(reader, |reader| {
            let template = reader.text_template("expires", node);
            let fixed = template.as_literal().map(|datum| lifetime_of(datum.value()).is_some());
            if fixed == Some(false) {
                let message = "`expires` is a time such as 15m, or a number of seconds";
                reader.invalid(node.span, message, "is neither");
            }
            template
        })
    });
    let text = node.as_str().map(str::trim);
    let is_complete = text
        .and_then(|text| text.split_once('#'))
        .is_some_and(|(file, name)| !file.trim().is_empty() && !name.trim().is_empty());
    let (Some(text), true) = (text, is_complete) else {
        let label = match text {
            Some(text) if text.contains('#') => "lacks one of them".to_owned(),
            Some(_) => "names no file: a project file has no flows".to_owned(),
            None => format!("is {}", node.type_name()),
        };
        reader.invalid(node.span, FLOW, label);
        return None;
    };
    let call = Arc::new(FlowCall { flow: Spanned::new(text.to_owned(), node.span), with });
    Some(AuthKind::Flow(Box::new(AuthFlow { call, headers, expires })))
}

impl AuthFlow {
    /// Every value that is written in it.
    pub(super) fn templates(&self) -> Vec<&Template> {
        let with = self.call.with.iter().chain(&self.headers).map(|named| &named.value);
        with.chain(&self.expires).collect()
    }

    /// Whether an output of the flow is part of what is sent.
    pub fn sends(&self, output: &str) -> bool {
        let is_named = |header: &Template| {
            header.references().into_iter().any(|(reference, _)| {
                reference.root == "outputs"
                    && matches!(reference.steps.first(), Some(Access::Member(name)) if name == output)
            })
        };
        match self.headers.as_slice() {
            [] => output == TOKEN_OUTPUT,
            headers => headers.iter().any(|header| is_named(&header.value)),
        }
    }
}

/// The lifetime that a value names: seconds as a number or its digits, or a time with a unit. `None` for
/// anything else.
pub fn lifetime_of(value: &Value) -> Option<Duration> {
    let of_seconds = |seconds: f64| Duration::try_from_secs_f64(seconds.max(0.0)).ok();
    match value {
        Value::Number(number) => of_seconds(number.as_f64()?),
        Value::String(text) => {
            let text = text.trim();
            let is_number =
                !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            if is_number { of_seconds(text.parse().ok()?) } else { parse_duration(text) }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Problems;
    use crate::limits::Limits;
    use crate::scenario::Project;
    use crate::source::Source;
    use serde_json::json;
    use std::path::Path;

    /// What is said of the profile `own`, and the headers that it sets where it can be read.
    fn check(profile: &str, expected: Result<&[&str], &[&str]>) {
        let source = Source::new("contest.yaml", format!("contest: 1\nauth: {{ own: {profile} }}\n"));
        let mut problems = Problems::new(&source);
        let project = Project::read(Path::new("contest.yaml"), &Limits::default(), &mut problems);
        let list = problems.into_list();
        let said: Vec<String> =
            list.iter().map(|it| format!("{} | {}", it.message, it.labels[0].text)).collect();
        match expected {
            Err(expected) => assert_eq!(said, expected, "{profile}"),
            Ok(headers) => {
                assert_eq!(said, [""; 0], "{profile}");
                let project = project.expect("it is YAML");
                assert_eq!(project.auth[0].value.headers(), headers, "{profile}");
            }
        }
    }

    #[test]
    fn profiles_name_a_flow_of_a_file() {
        check("{ flow: a.contest.yaml#login }", Ok(&["Authorization"]));
        check(
            "{ flow: \"a b.contest.yaml # login\", with: { user: x }, expires: 15m }",
            Ok(&["Authorization"]),
        );
        check(
            "{ flow: a#b, headers: { X-Session: $outputs.id }, expires: $outputs.ttl }",
            Ok(&["X-Session"]),
        );
        check("{ flow: a#b, expires: 900 }", Ok(&["Authorization"]));
    }

    #[test]
    fn what_is_no_flow_of_a_file_is_said() {
        check("{ flow: login }", Err(&[&format!("{FLOW} | names no file: a project file has no flows")]));
        check("{ flow: \"#login\" }", Err(&[&format!("{FLOW} | lacks one of them")]));
        check("{ flow: \"a#\" }", Err(&[&format!("{FLOW} | lacks one of them")]));
        check("{ flow: [a] }", Err(&[&format!("{FLOW} | is a list")]));
        let neither = "`expires` is a time such as 15m, or a number of seconds | is neither";
        check("{ flow: a#b, expires: soon }", Err(&[neither]));
        check("{ flow: a#b, expires: true }", Err(&[neither]));
        check(
            "{ flow: a#b, command: [./c] }",
            Err(&[
                "the auth profile `own` has exactly one of bearer, basic, apiKey, oauth2, mtls, flow, command, all \
                   | has several",
            ]),
        );
    }

    #[test]
    fn lifetimes_are_seconds_or_times() {
        let check = |value: Value, milliseconds: Option<u64>| {
            assert_eq!(lifetime_of(&value), milliseconds.map(Duration::from_millis), "{value}");
        };
        check(json!(60), Some(60_000));
        check(json!(1.5), Some(1500));
        check(json!(-1), Some(0));
        check(json!("3600"), Some(3_600_000));
        check(json!("250ms"), Some(250));
        check(json!(" 15m "), Some(900_000));
        check(json!(""), None);
        check(json!("tomorrow"), None);
        check(json!(null), None);
        check(json!(true), None);
        check(json!(1e300), None);
    }
}
