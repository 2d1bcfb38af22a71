use super::load::Loader;
use super::names::{BuiltIn, Site, is_name, unknown};
use super::{ReplyPlan, ReplyUse};
use crate::diagnostic::Code;
use crate::expression::Template;
use crate::openapi::OperationIndex;
use crate::source::Span;
use crate::yaml::{Entry, Kind, MapReader, Node};

/// A reply under `replies`, and the names that each of its uses must give it.
pub(super) struct NamedReply {
    name: String,
    needs: Vec<String>,
}

impl Loader<'_> {
    /// Reads `replies`. `uses` are the values of every `reply`, from which it is known which names a
    /// reply is given.
    pub(super) fn named_replies(&mut self, entries: &[Entry], uses: &[&Node], operations: &[OperationIndex]) {
        for entry in entries {
            let given = given_to(&entry.key, uses);
            let site = Site { extra: &given, operations, is_sent: true };
            let reply = self.reply("a reply", &entry.value, site);
            let needs = reply.as_ref().map_or_else(Vec::new, |reply| needs(reply, &given));
            self.named_replies.push(NamedReply { name: entry.key.clone(), needs });
            // A reply that cannot be read keeps its place, so that those behind it keep theirs.
            self.replies.push(reply.unwrap_or(ReplyPlan { status: 500, headers: Vec::new(), body: None }));
        }
    }

    /// Reads the value of `reply`: a name, `{ use: name, … }`, or a reply written out.
    pub(super) fn reply_use(&mut self, node: &Node, operations: &[OperationIndex]) -> Option<ReplyUse> {
        let site = Site { extra: &[], operations, is_sent: true };
        let (reply, given, span) = match &node.kind {
            Kind::String(name) => (self.find_reply(name, node.span)?, Vec::new(), node.span),
            Kind::Map(entries) if node.get("use").is_some() => {
                let target = node.entry("use")?;
                let Some(name) = target.value.as_str() else {
                    let message = "`use` is the name of a reply";
                    let label = format!("is {}", target.value.type_name());
                    self.problems.error(Code::MOCK_INVALID_VALUE, target.value.span, message, label);
                    return None;
                };
                let given = entries.iter().filter(|entry| entry.key != "use");
                let given = given.filter_map(|entry| self.given(entry, site)).collect();
                (self.find_reply(name, target.value.span)?, given, target.value.span)
            }
            _ => {
                let reply = self.reply("a reply", node, site)?;
                self.replies.push(reply);
                (self.replies.len() - 1, Vec::new(), node.get("status").map_or(node.span, |it| it.span))
            }
        };
        self.check_given(reply, &given, span);
        self.check_documented(self.replies[reply].status, operations, span);
        Some(ReplyUse { reply, given })
    }

    fn find_reply(&mut self, name: &str, span: Span) -> Option<usize> {
        let found = self.named_replies.iter().position(|reply| reply.name == name);
        if found.is_none() {
            let names: Vec<String> = self.named_replies.iter().map(|reply| reply.name.clone()).collect();
            unknown(name, "`replies` has no reply", &names, span, self.problems);
        }
        found
    }

    /// One name that a use gives to its reply.
    fn given(&mut self, entry: &Entry, site: Site<'_>) -> Option<(String, Template)> {
        let name = entry.key.as_str();
        let is_part = matches!(name, "status" | "headers" | "body");
        let is_taken = BuiltIn::of(name).is_some()
            || self.names.entities.iter().chain(&self.names.lets).any(|each| each == name);
        if is_part || is_taken || !is_name(name) {
            let label = match (is_part, is_taken) {
                (true, _) => "belongs to the reply itself",
                (_, true) => "already means something else",
                _ => "is not a name",
            };
            let message = format!("`{name}` cannot be given to a reply");
            let diagnostic = self.problems.error(Code::MOCK_INVALID_VALUE, entry.key_span, message, label);
            if is_part {
                diagnostic.help.push("write the reply out, or make another one under `replies`".to_owned());
            }
            return None;
        }
        Some((entry.key.clone(), self.template(&entry.value, site)))
    }

    fn check_given(&mut self, reply: usize, given: &[(String, Template)], span: Span) {
        let Some(named) = self.named_replies.get(reply) else { return };
        let lacking: Vec<String> = named
            .needs
            .iter()
            .filter(|name| !given.iter().any(|(each, _)| each == *name))
            .map(|name| format!("`{name}`"))
            .collect();
        if !lacking.is_empty() {
            let lacking = lacking.join(" and ");
            self.problems.error(
                Code::MOCK_UNKNOWN_REFERENCE,
                span,
                format!("the reply `{}` needs {lacking}", named.name),
                format!("is given no {lacking}"),
            );
        }
    }

    /// A reply that the document lacks would always be a 500: the mock keeps its own contract.
    pub(super) fn check_documented(&mut self, status: u16, operations: &[OperationIndex], span: Span) {
        for index in operations {
            let operation = self.document.operation(*index);
            if operation.documents(status) {
                continue;
            }
            let known: Vec<String> =
                operation.responses().iter().map(|response| response.key().to_string()).collect();
            let message = format!("{status} is not documented for `{}`", operation.name());
            let known = match known.as_slice() {
                [] => "the document has no response for it".to_owned(),
                _ => format!("the document has {}", known.join(", ")),
            };
            let diagnostic = self.problems.error(Code::MOCK_UNDOCUMENTED_STATUS, span, message, known);
            diagnostic.help.push(format!("if {status} is right, add it to the document, or to an overlay"));
        }
    }

    fn reply(&mut self, what: &'static str, node: &Node, site: Site<'_>) -> Option<ReplyPlan> {
        let mut map = MapReader::mock(what, node, self.problems)?;
        map.not_yet(&["fault", "faults"]);
        let status = map.require("status", self.problems).and_then(|node| self.status(node));
        let mut headers = Vec::new();
        for entry in map.map("headers", self.problems) {
            if axum::http::HeaderName::from_bytes(entry.key.as_bytes()).is_err() {
                let message = format!("`{}` cannot be the name of a header", entry.key);
                self.problems.error(Code::MOCK_INVALID_VALUE, entry.key_span, message, "is no token of HTTP");
                continue;
            }
            headers.push((entry.key.clone(), self.template(&entry.value, site)));
        }
        let body = map.take("body").map(|node| self.template(node, site));
        map.finish(&[], self.problems);
        Some(ReplyPlan { status: status?, headers, body })
    }

    fn status(&mut self, node: &Node) -> Option<u16> {
        let status = match &node.kind {
            Kind::Number(text) => text.parse().ok().filter(|status| (200..=599).contains(status)),
            _ => None,
        };
        if status.is_none() {
            let message = "`status` is a final status code, from 200 to 599";
            self.problems.error(Code::MOCK_INVALID_VALUE, node.span, message, "is none");
        }
        status
    }
}

/// The names that any use gives to a reply.
fn given_to(reply: &str, uses: &[&Node]) -> Vec<String> {
    let mut given: Vec<String> = Vec::new();
    for entries in uses.iter().filter(|node| node.get("use").and_then(Node::as_str) == Some(reply)) {
        for entry in entries.as_map().into_iter().flatten().filter(|entry| entry.key != "use") {
            if is_name(&entry.key) && BuiltIn::of(&entry.key).is_none() && !given.contains(&entry.key) {
                given.push(entry.key.clone());
            }
        }
    }
    given
}

/// Those of the given names that a reply uses, and so needs from every use.
fn needs(reply: &ReplyPlan, given: &[String]) -> Vec<String> {
    let templates = || reply.headers.iter().map(|(_, template)| template).chain(&reply.body);
    let is_used = |name: &&String| {
        templates().any(|template| {
            template.references().iter().any(|(reference, _)| reference.root == **name)
                || template
                    .conditions()
                    .iter()
                    .any(|condition| condition.mentions().iter().any(|mention| mention.root == **name))
        })
    };
    given.iter().filter(is_used).cloned().collect()
}
