//! What one exchange covers.

use super::shape::Choice;
use super::universe::{
    ApiParts, ContentParts, NONE, Node, OperationParts, ParameterParts, Universe, text_of,
};
use crate::check::{RequestContent, RequestValues};
use crate::exchange::Exchange;
use crate::json::{Pointer, Value, parse};
use crate::limits::Limits;
use crate::openapi::{
    ContentKind, Direction, Discriminated, Discriminator, Document, MediaType, Operation, OperationIndex,
    Parameter, ParameterIn, RequestBody, Validity, content_kind, match_media_type, read_content,
};
use std::collections::BTreeSet;

/// As many values of one exchange are held to the forms of a choice that no discriminator tells apart.
const MAX_JUDGED: usize = 1_000;

/// A media type of an answer may be any text: longer ones are cut.
const MAX_TYPE: usize = 200;

/// What some exchanges of one operation cover. Empty at first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// By the api's place in the universe.
    pub(super) items: BTreeSet<(usize, u32)>,
    /// By the api's place, and the operation's.
    pub(super) undocumented: BTreeSet<(usize, u32, Undocumented)>,
}

/// What came although the document does not say so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Undocumented {
    /// The status code.
    pub status: u16,
    /// The media type, where the document has the status and not the type: without parameters, at most
    /// 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
}

impl Observed {
    /// Adds what other exchanges cover.
    pub fn merge(&mut self, other: Self) {
        self.items.extend(other.items);
        self.undocumented.extend(other.undocumented);
    }
}

impl Universe {
    /// What an exchange covers: the operation, the key of its status and the media type of the answer, the
    /// parameters and the body as sent, the members that came.
    ///
    /// `values` are the request before it was encoded. What is wrong with it or with the answer is not
    /// asked: it was sent, and it came. Forms of a choice are covered by what the discriminator names, else
    /// by those whose schema takes the value.
    pub fn observe(
        &self,
        api: usize,
        operation: OperationIndex,
        values: &RequestValues,
        exchange: &Exchange,
        limits: &Limits,
    ) -> Observed {
        let mut observed = Observed::default();
        let Some((place, parts)) = self.api(api) else { return observed };
        let document = parts.contract.document();
        let Some((number, operation)) =
            document.operations().enumerate().find(|(_, it)| it.index() == operation)
        else {
            return observed;
        };
        let Some(of_operation) = parts.operations.get(number) else { return observed };
        let mut walk = Walk { parts, document, items: BTreeSet::new(), judged: 0 };
        walk.mark(of_operation.item);
        walk.parameters(operation, of_operation, values, exchange);
        if let Some(content) = &values.body {
            walk.request_body(operation, of_operation, content, limits);
        }
        let undocumented = walk.response(operation, of_operation, exchange, limits);
        observed.items.extend(walk.items.into_iter().map(|item| (place, item)));
        let number = u32::try_from(number).unwrap_or(NONE);
        observed.undocumented.extend(undocumented.map(|it| (place, number, it)));
        observed
    }
}

struct Walk<'u> {
    parts: &'u ApiParts,
    document: &'u Document,
    items: BTreeSet<u32>,
    /// How many values were held to forms.
    judged: usize,
}

impl<'u> Walk<'u> {
    fn mark(&mut self, item: u32) {
        if item != NONE {
            self.items.insert(item);
        }
    }

    fn parameters(
        &mut self,
        operation: Operation<'_>,
        of_operation: &OperationParts,
        values: &RequestValues,
        exchange: &Exchange,
    ) {
        for (parameter, parts) in operation.parameters().iter().zip(&of_operation.parameters) {
            let sent = sent(parameter, values);
            let is_attached = || match parameter.location() {
                // Credentials, and what contest adds by itself, are no values of the step.
                ParameterIn::Header => exchange.request.headers.get(parameter.name()).is_some(),
                ParameterIn::Cookie => {
                    let pairs = exchange.request.headers.get("cookie").unwrap_or_default().split(';');
                    pairs.filter_map(|pair| pair.split('=').next()).any(|it| it.trim() == parameter.name())
                }
                ParameterIn::Query => is_in_query(&exchange.request.url, parameter.name()),
                ParameterIn::Path | ParameterIn::QueryString => false,
            };
            if sent.is_some() || is_attached() {
                self.mark(parts.item);
            }
            self.values(parts, sent);
        }
    }

    /// A parameter arrives as text: `5` and `"5"` are one value.
    fn values(&mut self, parts: &ParameterParts, sent: Option<&Value>) {
        let Some(sent) = sent.filter(|_| !parts.values.is_empty()) else { return };
        let texts: Vec<String> = match sent {
            Value::Array(elements) => elements.iter().map(text_of).collect(),
            value => vec![text_of(value)],
        };
        for (text, item) in &parts.values {
            if texts.contains(text) {
                self.mark(*item);
            }
        }
    }

    fn request_body(
        &mut self,
        operation: Operation<'_>,
        of_operation: &OperationParts,
        sent: &RequestContent,
        limits: &Limits,
    ) {
        let media_types = operation.request_body().as_ref().map(RequestBody::media_types).unwrap_or_default();
        let Some((media_type, parts)) = pick(&sent.media_type, media_types, &of_operation.bodies) else {
            return;
        };
        self.mark(parts.item);
        let Some(root) = parts.root else { return };
        match (&sent.value, content_kind(&sent.media_type)) {
            (Some(value), _) => self.value(root, value, Direction::Request),
            (None, ContentKind::Json) => {
                let text = std::str::from_utf8(&sent.bytes).unwrap_or_default();
                if let Ok(parsed) = parse(text.trim_start_matches('\u{feff}')) {
                    self.value(root, &parsed.value, Direction::Request);
                }
            }
            (None, _) => self.other_content(
                root,
                &media_type,
                &sent.media_type,
                &sent.bytes,
                Direction::Request,
                limits,
            ),
        }
    }

    fn response(
        &mut self,
        operation: Operation<'_>,
        of_operation: &OperationParts,
        exchange: &Exchange,
        limits: &Limits,
    ) -> Option<Undocumented> {
        let received = &exchange.response;
        let status = received.status;
        let Some(response) = operation.response_for(status) else {
            // What cannot be looked at is documented all the same.
            let is_lost = operation.lost_response(status).is_some();
            return (!is_lost).then_some(Undocumented { status, media_type: None });
        };
        let parts = of_operation.responses.iter().find(|it| it.key == response.key())?;
        self.mark(parts.item);
        // RFC 9110 §6.4.1: what such a head says is of content that does not come.
        if exchange.request.method == "HEAD" || matches!(status, 100..=199 | 204 | 304) {
            return None;
        }
        let body = &received.body;
        let mut media_types = response.media_types();
        let stated = match (received.content_type(), media_types.as_slice()) {
            (Some(stated), _) => stated.to_owned(),
            (None, [only]) if !body.is_empty() => only.range().to_owned(),
            (None, _) => return None,
        };
        let only = media_types.pop().filter(|_| received.content_type().is_none());
        let picked = match only {
            Some(only) => Some((only, parts.contents.first()?)),
            None => pick(&stated, response.media_types(), &parts.contents),
        };
        let Some((media_type, content)) = picked else {
            let is_counted = parts.contents.len() == response.media_types().len();
            let has_come = is_counted && !body.is_empty();
            let essence = stated.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            let media_type = Some(essence.chars().take(MAX_TYPE).collect());
            return has_come.then_some(Undocumented { status, media_type });
        };
        self.mark(content.item);
        let root = content.root?;
        match content_kind(&stated) {
            ContentKind::Json => {
                body.value().into_iter().for_each(|it| self.value(root, it, Direction::Response))
            }
            _ => self.other_content(root, &media_type, &stated, body.bytes(), Direction::Response, limits),
        }
        None
    }

    /// Forms, parts, XML, sequences.
    fn other_content(
        &mut self,
        root: u32,
        media_type: &MediaType<'_>,
        stated: &str,
        bytes: &[u8],
        direction: Direction,
        limits: &Limits,
    ) {
        let is_whole = media_type.is_text()
            || matches!(content_kind(stated), ContentKind::Json | ContentKind::Text | ContentKind::Binary);
        if let (false, Ok(reading)) = (is_whole, read_content(media_type, stated, bytes, limits)) {
            self.value(root, &reading.value, direction);
        }
    }

    /// What a value holds of a node. Recursive as the node, not as the value.
    fn value(&mut self, node: u32, value: &Value, direction: Direction) {
        let Some(node) = self.parts.nodes.get(node as usize) else { return };
        let shape = &self.parts.shapes[node.shape as usize];
        for (item, listed) in node.values.iter().zip(&shape.values) {
            if listed == value {
                self.mark(*item);
            }
        }
        for (items, choice) in node.choices.iter().zip(&shape.choices) {
            self.choice(items, choice, value, direction);
        }
        match value {
            Value::Object(members) => self.members(node, members, direction),
            Value::Array(elements) => {
                if let Some(child) = node.elements {
                    elements.iter().for_each(|element| self.value(child, element, direction));
                }
            }
            _ => {}
        }
    }

    fn members(&mut self, node: &'u Node, members: &serde_json::Map<String, Value>, direction: Direction) {
        let shape = &self.parts.shapes[node.shape as usize];
        for ((item, child), (name, _)) in node.members.iter().zip(&shape.members) {
            if let Some(value) = members.get(name) {
                self.mark(*item);
                self.value(*child, value, direction);
            }
        }
        let Some((item, child)) = node.further else { return };
        for (name, value) in members {
            if !shape.members.iter().any(|(known, _)| known == name) {
                self.mark(item);
                self.value(child, value, direction);
            }
        }
    }

    fn choice(&mut self, items: &[u32], choice: &Choice, value: &Value, direction: Direction) {
        if items.iter().all(|item| self.items.contains(item)) {
            return;
        }
        let discriminator = choice.discriminator.as_ref();
        let discriminator = discriminator.and_then(|schema| Discriminator::of(self.document, schema));
        if let Some(discriminator) = discriminator
            && let Discriminated::Schema { pointer, .. } = discriminator.read(value)
        {
            let named = choice.branches.iter().position(|(_, form)| *form == pointer);
            named.into_iter().for_each(|index| self.mark(items[index]));
            return;
        }
        if self.judged >= MAX_JUDGED {
            return;
        }
        for (item, (_, form)) in items.iter().zip(&choice.branches) {
            if !self.items.contains(item) {
                self.judged += 1;
                if self.takes(form, value, direction) {
                    self.mark(*item);
                }
            }
        }
    }

    fn takes(&self, form: &Pointer, value: &Value, direction: Direction) -> bool {
        matches!(self.parts.forms.validate_as("the value", form, direction, value, 1), Validity::Valid)
    }
}

/// Whether a URL has a query parameter.
fn is_in_query(url: &str, name: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| url.query_pairs().any(|(known, _)| known == name))
}

/// The value that was sent for a parameter; null is not sent.
fn sent<'v>(parameter: &Parameter<'_>, values: &'v RequestValues) -> Option<&'v Value> {
    let section = match parameter.location() {
        ParameterIn::Path => &values.path,
        ParameterIn::Query | ParameterIn::QueryString => &values.query,
        ParameterIn::Header => &values.headers,
        ParameterIn::Cookie => &values.cookies,
    };
    let is_named = |name: &str| match parameter.location() {
        ParameterIn::Header => name.eq_ignore_ascii_case(parameter.name()),
        _ => name == parameter.name(),
    };
    let named = section.iter().find(|(name, _)| is_named(name));
    named.map(|(_, datum)| datum.value()).filter(|value| !value.is_null())
}

/// The documented media type of some content, with its parts.
fn pick<'d, 'p>(
    stated: &str,
    media_types: Vec<MediaType<'d>>,
    parts: &'p [ContentParts],
) -> Option<(MediaType<'d>, &'p ContentParts)> {
    let media_type = match_media_type(stated, media_types)?;
    let parts = parts.iter().find(|it| it.range == media_type.range())?;
    Some((media_type, parts))
}
