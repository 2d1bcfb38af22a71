use super::files::{Files, Refusal, without_fragment};
use super::names::{Names, id_of};
use super::tree::{MOUNT, Tree, shown};
use crate::json::{Map, Members as _, Pointer, Token, Value, array_index};
use percent_encoding::percent_decode_str;
use std::sync::OnceLock;
use url::Url;

/// Deeper chains of references than this are circles in every document seen so far.
pub(super) const MAX_CHAIN: usize = 32;

/// Comparing names costs time, and a document may hold as many broken references as it likes.
const MAX_CANDIDATES: usize = 5_000;

/// Why a reference, or a pointer through references, leads to no value of the document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// The reference names another file or a URL, which was not read.
    #[error("`{reference}` {}", external(.refusal.as_ref()))]
    External {
        /// The text of the `$ref`.
        reference: String,
        /// Where the object with the `$ref` stands.
        at: Pointer,
        /// Why it was not read; `None` where nobody reads other files.
        refusal: Option<Refusal>,
    },
    /// The reference leads to something that is not there.
    #[error("`{reference}` leads nowhere: {missing}")]
    Missing {
        /// The text of the `$ref`.
        reference: String,
        /// Where the object with the `$ref` stands.
        at: Pointer,
        /// What is not there: `/components/schemas` has no `Oder`.
        missing: String,
        /// The name that was probably meant.
        nearest: Option<String>,
    },
    /// The references lead back to where they began.
    #[error("`{reference}` leads in a circle: {}", circle(.chain))]
    Circle {
        /// The text of the `$ref` that closes the circle.
        reference: String,
        /// Where the object with that `$ref` stands.
        at: Pointer,
        /// The places walked, the first one again at the end.
        chain: Vec<Pointer>,
    },
    /// More references follow one another than any document needs.
    #[error("`{reference}` stands behind more than {MAX_CHAIN} other references")]
    TooLong {
        /// The text of the first `$ref` that was not followed.
        reference: String,
        /// Where the object with that `$ref` stands.
        at: Pointer,
    },
    /// The text is no reference at all.
    #[error("`{reference}` is no reference: {reason}")]
    Malformed {
        /// The text of the `$ref`.
        reference: String,
        /// Where the object with the `$ref` stands.
        at: Pointer,
        /// What is wrong with it.
        reason: String,
    },
    /// The pointer itself leads nowhere; no reference is to blame.
    #[error("the document has nothing at `{}`", nothing(.pointer))]
    Nothing {
        /// The pointer asked for.
        pointer: Pointer,
    },
}

impl ReferenceError {
    /// Where the object with the offending `$ref` stands.
    pub fn at(&self) -> &Pointer {
        match self {
            Self::External { at, .. }
            | Self::Missing { at, .. }
            | Self::Circle { at, .. }
            | Self::TooLong { at, .. }
            | Self::Malformed { at, .. } => at,
            Self::Nothing { pointer } => pointer,
        }
    }

    /// What is said of the place of the `$ref`.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::External { .. } => "is not followed",
            _ => "cannot be followed",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::External { refusal: Some(refusal), .. } => refusal.help.clone(),
            Self::External { refusal: None, .. } => {
                Some("bundle the document into one file first; references are followed within it only".into())
            }
            Self::Missing { nearest: Some(nearest), .. } => Some(format!("did you mean `{nearest}`?")),
            Self::Malformed { .. } => {
                Some("a reference within the document looks like `#/components/schemas/Name`".into())
            }
            _ => None,
        }
    }
}

/// Follows references within one tree, the files mounted in it included.
///
/// A relative reference is meant from the `$id` of the schema around it, else from the file it stands
/// in. Documents write `$id` for its own sake, so that what is not found from there is looked for from
/// the file next, and `#/…` from the file's root.
///
/// Source: OpenAPI 3.1.1, "Reference Object" and "Relative References in URIs"; RFC 6901 §6, "URI
/// Fragment Identifier Representation"; JSON Schema 2020-12, "Core" §8.2.
#[derive(Clone, Copy)]
pub(super) struct Resolver<'d> {
    pub(super) tree: &'d Tree,
    pub(super) files: &'d Files,
    /// What schemas call themselves; collected when the first reference asks for it.
    pub(super) names: &'d OnceLock<Names>,
}

/// What surrounds a place.
struct Around<'d> {
    /// The root of its text.
    text: Pointer,
    /// The innermost schema with an `$id`, else the root of the text.
    resource: Pointer,
    /// The `$id`s around it, the outermost first, without that of the text itself.
    ids: Vec<&'d str>,
}

impl<'d> Resolver<'d> {
    /// Walks a pointer, through every `$ref` on its way and behind its end.
    pub(super) fn resolve(self, pointer: &Pointer) -> Result<(Pointer, &'d Value), ReferenceError> {
        let mut walked = Vec::new();
        let mut current = pointer.clone();
        let mut last_reference = None;
        loop {
            let (at, reference, rest) = match (self.walk(&current), last_reference) {
                (Walk::Arrived(value), _) => return Ok((current, value)),
                (Walk::Nowhere { .. }, None) => return Err(ReferenceError::Nothing { pointer: current }),
                (Walk::Nowhere { depth }, Some((reference, at))) => {
                    return Err(self.missing(&current, depth, reference, at));
                }
                (Walk::Reference { at, reference, rest }, _) => (at, reference, rest),
            };
            walked.push(current);
            let target = self.target(reference, &at)?.join(&rest);
            if let Some(first) = walked.iter().position(|each| *each == target) {
                let mut chain = walked.split_off(first);
                chain.push(target);
                return Err(ReferenceError::Circle { reference: reference.to_owned(), at, chain });
            }
            if walked.len() > MAX_CHAIN {
                return Err(ReferenceError::TooLong { reference: reference.to_owned(), at });
            }
            current = target;
            last_reference = Some((reference, at));
        }
    }

    /// What one `$ref` points at, before anything is looked up there.
    pub(super) fn target(self, reference: &str, at: &Pointer) -> Result<Pointer, ReferenceError> {
        let malformed = |reason: &str| ReferenceError::Malformed {
            reference: reference.to_owned(),
            at: at.clone(),
            reason: reason.to_owned(),
        };
        if reference.is_empty() {
            return Err(malformed("it is empty"));
        }
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let roots = match file.is_empty() {
            true => {
                let around = self.around(at);
                match around.resource == around.text {
                    true => vec![around.text],
                    false => vec![around.resource, around.text],
                }
            }
            false => self.roots(file, reference, at)?,
        };
        let decoded = percent_decode_str(fragment)
            .decode_utf8()
            .map_err(|_| malformed("its percent-encoded bytes are not UTF-8"))?;
        if decoded.is_empty() || decoded.starts_with('/') {
            let within = Pointer::parse(&decoded)
                .ok_or_else(|| malformed("a `~` stands for itself as `~0`, for `/` as `~1`"))?;
            let mut targets: Vec<Pointer> = roots.iter().map(|root| root.join(&within)).collect();
            let last = targets.pop().unwrap_or_default();
            let leads_somewhere = |target: &Pointer| !matches!(self.walk(target), Walk::Nowhere { .. });
            return Ok(targets.into_iter().find(leads_somewhere).unwrap_or(last));
        }
        let names = self.names();
        match roots.iter().find_map(|root| names.by_anchor(root, &decoded)) {
            Some(found) => Ok(found.clone()),
            None => Err(ReferenceError::Missing {
                reference: reference.to_owned(),
                at: at.clone(),
                missing: format!("no schema has the `$anchor` `{decoded}`"),
                nearest: None,
            }),
        }
    }

    /// The URIs that the file part of a reference may mean at a place, the likeliest first.
    pub(super) fn candidates(self, file: &str, at: &Pointer) -> Vec<Url> {
        let around = self.around(at);
        let mut base = self.files.uri_at(at).clone();
        for id in &around.ids {
            base = base.join(id).unwrap_or(base);
        }
        let mut found: Vec<Url> = Vec::new();
        for base in [&base, self.files.uri_at(at), self.files.read_at(at)] {
            if let Ok(mut uri) = base.join(file) {
                uri.set_fragment(None);
                if !found.contains(&uri) {
                    found.push(uri);
                }
            }
        }
        found
    }

    /// The innermost schema with an `$id` around a place, or the root of its text.
    pub(super) fn resource(self, at: &Pointer) -> Pointer {
        self.around(at).resource
    }

    pub(super) fn names(self) -> &'d Names {
        self.names.get_or_init(|| Names::collect(self.tree, self.files))
    }

    /// The root of the text, or the schema, that the file part of a reference names.
    fn roots(self, file: &str, reference: &str, at: &Pointer) -> Result<Vec<Pointer>, ReferenceError> {
        let candidates = self.candidates(file, at);
        let mut refusal = None;
        for uri in &candidates {
            match self.files.find(uri) {
                Some(Ok(root)) => return Ok(vec![root]),
                Some(Err(reason)) => refusal = refusal.or(Some(reason)),
                None => {}
            }
        }
        let names = self.names();
        let by_id = candidates.iter().find_map(|uri| names.by_id(&without_fragment(uri)));
        match by_id.or_else(|| names.by_id(file)) {
            Some(found) => Ok(vec![found.clone()]),
            None => Err(ReferenceError::External {
                reference: reference.to_owned(),
                at: at.clone(),
                refusal: refusal.cloned(),
            }),
        }
    }

    fn around(self, at: &Pointer) -> Around<'d> {
        let tokens = at.tokens();
        let text = usize::from(tokens.first().is_some_and(|first| first.starts_with(MOUNT)));
        let prefix = |depth: usize| Pointer::of(tokens[..depth].iter().cloned());
        if !self.tree.may_have_ids() {
            return Around { text: prefix(text), resource: prefix(text), ids: Vec::new() };
        }
        let (mut value, entered) = self.tree.enter(tokens);
        let (mut resource, mut ids) = (text, Vec::new());
        for depth in entered..=tokens.len() {
            if depth > text
                && let Some(id) = id_of(value)
            {
                resource = depth;
                ids.push(id);
            }
            let Some(inner) = tokens.get(depth).and_then(|token| child(value, token)) else { break };
            value = inner;
        }
        Around { text: prefix(text), resource: prefix(resource), ids }
    }

    fn walk<'p>(self, pointer: &'p Pointer) -> Walk<'d> {
        let tokens: &'p [Token] = pointer.tokens();
        let (mut value, entered) = self.tree.enter(tokens);
        for (depth, token) in tokens.iter().enumerate().skip(entered) {
            match child(value, token) {
                Some(child) => value = child,
                None => {
                    let Some(reference) = reference_of(value) else {
                        return Walk::Nowhere { depth };
                    };
                    let at = Pointer::of(tokens[..depth].iter().cloned());
                    let rest = Pointer::of(tokens[depth..].iter().cloned());
                    return Walk::Reference { at, reference, rest };
                }
            }
        }
        match reference_of(value) {
            Some(reference) => Walk::Reference { at: pointer.clone(), reference, rest: Pointer::root() },
            None => Walk::Arrived(value),
        }
    }

    fn missing(self, target: &Pointer, depth: usize, reference: &str, at: Pointer) -> ReferenceError {
        let holder = Pointer::of(target.tokens()[..depth].iter().cloned());
        let name = target.tokens().get(depth).map(Token::as_str).unwrap_or_default();
        let place = match holder.tokens() {
            [] => "the document".to_owned(),
            [first, ..] if first.starts_with(MOUNT) => format!("`{}`", shown(&holder)),
            _ => format!("`{holder}`"),
        };
        let names = self.tree.get(holder.tokens()).and_then(Value::as_object).map(Map::keys);
        let names = names.map(|names| names.take(MAX_CANDIDATES).map(String::as_str));
        let nearest = names.and_then(|names| crate::yaml::nearest(name, names));
        ReferenceError::Missing {
            reference: reference.to_owned(),
            at,
            missing: format!("{place} has no `{name}`"),
            nearest: nearest.map(str::to_owned),
        }
    }
}

enum Walk<'d> {
    Arrived(&'d Value),
    Nowhere { depth: usize },
    Reference { at: Pointer, reference: &'d str, rest: Pointer },
}

/// The text of a `$ref`, where a value is an object with one. A property may be called `$ref`, but
/// then its value is a schema and no text.
pub(super) fn reference_of(value: &Value) -> Option<&str> {
    value.member("$ref")?.as_str()
}

/// The member or element of a value.
pub(super) fn child<'v>(value: &'v Value, token: &str) -> Option<&'v Value> {
    match value {
        Value::Object(members) => members.member(token),
        Value::Array(elements) => elements.get(array_index(token)?),
        _ => None,
    }
}

fn external(refusal: Option<&Refusal>) -> String {
    match refusal {
        Some(refusal) => format!("cannot be followed: {refusal}"),
        None => "leads out of the document".to_owned(),
    }
}

fn nothing(pointer: &Pointer) -> String {
    match pointer.tokens().first() {
        Some(first) if first.starts_with(MOUNT) => shown(pointer),
        _ => pointer.to_string(),
    }
}

fn circle(chain: &[Pointer]) -> String {
    chain.iter().map(|pointer| format!("`{}`", shown(pointer))).collect::<Vec<_>>().join(" → ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::Document;
    use crate::openapi::testing::load;

    const DOCUMENT: &str = r##"
openapi: 3.1.0
paths:
  /a: { $ref: "#/components/pathItems/A" }
components:
  pathItems:
    A: { get: { responses: { "200": { $ref: "#/components/responses/Ok%20then" } } } }
  responses:
    Ok then: { description: fine, content: { a/b~c: { schema: {} } } }
  schemas:
    Order: { $anchor: order, properties: { $ref: { type: string } } }
    ByAnchor: { $ref: "#order" }
    ById: { $ref: "https://example.com/money" }
    Money: { $id: "https://example.com/money", type: string }
    OwnFile: { $ref: "./t.yaml#/components/schemas/Order" }
    Typo: { $ref: "#/components/schemas/Ordr" }
    Deeper: { $ref: "#/components/schemas/Order/properties/id" }
    External: { $ref: "other.yaml#/Order" }
    Url: { $ref: "https://example.com/x.json" }
    Short: { $ref: "#Order" }
    Empty: { $ref: "" }
    Tilde: { $ref: "#/a~b" }
    Bytes: { $ref: "#/%FF" }
    Self: { $ref: "#/components/schemas/Self" }
    Ping: { $ref: "#/components/schemas/Pong" }
    Pong: { $ref: "#/components/schemas/Ping" }
    Grows: { $ref: "#/components/schemas/Grows/x" }
    Root: { $ref: "#" }
    NoText: { $ref: 7 }
"##;

    fn check(pointer: &str, expected: &str) {
        let (document, problems) = load(DOCUMENT);
        assert_eq!(problems, Vec::<String>::new());
        let document: &Document = &document.expect("it loads");
        let found = match document.resolve(&Pointer::parse(pointer).expect("a pointer")) {
            Ok((at, _)) => at.to_string(),
            Err(error) => match error.help() {
                Some(help) => format!("{error} | {help}"),
                None => error.to_string(),
            },
        };
        assert_eq!(found, expected, "{pointer}");
    }

    #[test]
    fn references_are_followed_on_the_way_and_behind_the_end() {
        check("/paths/~1a", "/components/pathItems/A");
        check("/paths/~1a/get/responses/200", "/components/responses/Ok then");
        check(
            "/paths/~1a/get/responses/200/content/a~1b~0c/schema",
            "/components/responses/Ok then/content/a~1b~0c/schema",
        );
        check("/components/schemas/ByAnchor", "/components/schemas/Order");
        check("/components/schemas/ById", "/components/schemas/Money");
        check("/components/schemas/OwnFile", "/components/schemas/Order");
        check("/components/schemas/Order/properties/$ref", "/components/schemas/Order/properties/$ref");
        check("/components/schemas/NoText", "/components/schemas/NoText");
        check("/components/schemas/Root", "");
        check("", "");
    }

    #[test]
    fn what_leads_nowhere_is_said_with_the_place_that_ends_the_way() {
        let bundle = "bundle the document into one file first; references are followed within it only";
        let shape = "a reference within the document looks like `#/components/schemas/Name`";
        check(
            "/components/schemas/Typo",
            "`#/components/schemas/Ordr` leads nowhere: `/components/schemas` has no `Ordr` | did you mean `Order`?",
        );
        check(
            "/components/schemas/Deeper",
            "`#/components/schemas/Order/properties/id` leads nowhere: `/components/schemas/Order/properties` has no `id`",
        );
        check(
            "/components/schemas/External",
            &format!("`other.yaml#/Order` leads out of the document | {bundle}"),
        );
        check(
            "/components/schemas/Url",
            &format!("`https://example.com/x.json` leads out of the document | {bundle}"),
        );
        check("/components/schemas/Short", "`#Order` leads nowhere: no schema has the `$anchor` `Order`");
        check("/components/schemas/Empty", &format!("`` is no reference: it is empty | {shape}"));
        check(
            "/components/schemas/Tilde",
            &format!("`#/a~b` is no reference: a `~` stands for itself as `~0`, for `/` as `~1` | {shape}"),
        );
        check(
            "/components/schemas/Bytes",
            &format!("`#/%FF` is no reference: its percent-encoded bytes are not UTF-8 | {shape}"),
        );
        check("/components/schemas/Zebra", "the document has nothing at `/components/schemas/Zebra`");
    }

    #[test]
    fn circles_end() {
        check(
            "/components/schemas/Self",
            "`#/components/schemas/Self` leads in a circle: `#/components/schemas/Self` → `#/components/schemas/Self`",
        );
        check(
            "/components/schemas/Ping",
            "`#/components/schemas/Ping` leads in a circle: \
             `#/components/schemas/Ping` → `#/components/schemas/Pong` → `#/components/schemas/Ping`",
        );
        check(
            "/components/schemas/Grows",
            "`#/components/schemas/Grows/x` stands behind more than 32 other references",
        );
    }
}
