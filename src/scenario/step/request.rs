use crate::diagnostic::Code;
use crate::expression::Template;
use crate::scenario::attachment::FileReference;
use crate::scenario::body::{StepBody, read_body};
use crate::scenario::expectation::{Expectation, read_expectation};
use crate::scenario::reader::{Named, Reader, Spanned};
use crate::scenario::settings::{read_duration, read_headers};
use crate::scenario::{AuthChoice, auth};
use crate::yaml::{Kind, MapReader, Node};
use std::time::Duration;

/// What every request has, whatever it is sent to, and what is expected of its answer.
#[derive(Clone, Debug)]
pub struct StepRequest {
    /// Header values; `None` removes a default.
    pub headers: Vec<Named<Option<Template>>>,
    /// Cookie values.
    pub cookies: Vec<Named<Template>>,
    /// The body.
    pub body: Option<StepBody>,
    /// The body's media type, where the operation offers several or no document says.
    pub content_type: Option<Spanned<String>>,
    /// The auth profile.
    pub auth: Option<AuthChoice>,
    /// The most redirects to follow; 0 when nothing is written.
    pub follow: usize,
    /// The time-out of the request, of each where redirects are followed.
    pub timeout: Option<Duration>,
    /// What is expected.
    pub expect: Expectation,
}

impl StepRequest {
    /// Every file that it names.
    pub fn files(&self) -> Vec<&FileReference> {
        let mut files: Vec<&FileReference> = self.body.iter().flat_map(StepBody::files).collect();
        files.extend(self.expect.bytes.iter().filter_map(|bytes| bytes.file.as_ref()));
        files
    }
}

/// Reads the keys of a request.
pub(super) fn read_request(map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> StepRequest {
    StepRequest {
        headers: read_headers(map.map("headers", reader.problems), reader),
        cookies: reader.template_map(map, "cookies"),
        body: read_body(map, reader),
        content_type: map.take("contentType").and_then(|node| {
            let text = node.as_str().map(|text| Spanned::new(text.to_owned(), node.span));
            if text.is_none() {
                let label = format!("is {}", node.type_name());
                reader.invalid(node.span, "`contentType` is a media type", label);
            }
            text
        }),
        auth: map.take("auth").map(|node| auth::read_choice(node, reader)),
        follow: map.take("follow").map_or(0, |node| read_follow(node, reader)),
        timeout: map
            .take("timeout")
            .and_then(|node| read_duration("timeout", node, reader))
            .map(|duration| duration.value),
        expect: map.take("expect").map(|node| read_expectation(node, reader)).unwrap_or_default(),
    }
}

/// As many redirects as a browser follows: Fetch Standard, "HTTP-redirect fetch".
const MOST_REDIRECTS: usize = 20;

fn read_follow(node: &Node, reader: &mut Reader<'_>) -> usize {
    let count = match &node.kind {
        Kind::Number(digits) => digits.parse().ok().filter(|count| *count <= MOST_REDIRECTS),
        _ => None,
    };
    count.unwrap_or_else(|| {
        let message = format!("`follow` is the most redirects to follow, from 0 to {MOST_REDIRECTS}");
        reader.invalid(node.span, message, "is no such number");
        0
    })
}

/// `path` holds the values of path parameters; a path itself is a frequent mistake.
pub(super) fn read_path(map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Vec<Named<Template>> {
    let Some(node) = map.take("path") else {
        return Vec::new();
    };
    match &node.kind {
        Kind::Map(entries) => reader.templates(entries),
        Kind::String(text) => {
            let message = "`path` gives the values of path parameters; the operation has its own path";
            reader
                .problems
                .error(Code::SCENARIO_INVALID_VALUE, node.span, message, "is a path")
                .help
                .push(format!("for `{text}`, write `call: GET /…/{{id}}` and `path: {{ id: … }}`"));
            Vec::new()
        }
        _ => {
            map.wrong_type("path", "a map from parameters to values", node, reader.problems);
            Vec::new()
        }
    }
}
