use super::tree::Tree;
use crate::json::{Map, Pointer, Value, array_index};
use percent_encoding::percent_decode_str;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Deeper chains of references than this are circles in every document seen so far.
pub(super) const MAX_CHAIN: usize = 32;

/// Comparing names costs time, and a document may hold as many broken references as it likes.
const MAX_CANDIDATES: usize = 5_000;

/// Why a reference, or a pointer through references, leads to no value of the document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// The reference names another file or a URL.
    #[error("`{reference}` leads out of the document")]
    External {
        /// The text of the `$ref`.
        reference: String,
        /// Where the object with the `$ref` stands.
        at: Pointer,
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
    #[error("the document has nothing at `{pointer}`")]
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

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::External { .. } => {
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

/// Follows references within one tree.
///
/// Source: OpenAPI 3.1.1, "Reference Object"; RFC 6901 §6, "URI Fragment Identifier
/// Representation"; JSON Schema 2020-12 §8.2.2 for `$anchor`.
#[derive(Clone, Copy)]
pub(super) struct Resolver<'d> {
    pub(super) tree: &'d Tree,
    /// The name of the document's own file, by which it may refer to itself.
    pub(super) file_name: &'d str,
    /// What schemas call themselves; collected when the first reference asks for it.
    pub(super) anchors: &'d OnceLock<HashMap<String, Pointer>>,
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
        let (file, fragment) = match reference.split_once('#') {
            Some((file, fragment)) => (file, fragment),
            None => (reference, ""),
        };
        let own_file = file.strip_prefix("./").unwrap_or(file);
        if !file.is_empty() && own_file != self.file_name && !self.is_self(file) {
            // A schema may be named by its `$id` alone, wherever it stands.
            return match self.anchors().get(reference) {
                Some(found) => Ok(found.clone()),
                None => Err(ReferenceError::External { reference: reference.to_owned(), at: at.clone() }),
            };
        }
        if reference.is_empty() {
            return Err(malformed("it is empty"));
        }
        let decoded = percent_decode_str(fragment)
            .decode_utf8()
            .map_err(|_| malformed("its percent-encoded bytes are not UTF-8"))?;
        if decoded.is_empty() || decoded.starts_with('/') {
            return Pointer::parse(&decoded)
                .ok_or_else(|| malformed("a `~` stands for itself as `~0`, for `/` as `~1`"));
        }
        match self.anchors().get(&format!("#{decoded}")) {
            Some(found) => Ok(found.clone()),
            None => Err(ReferenceError::Missing {
                reference: reference.to_owned(),
                at: at.clone(),
                missing: format!("no schema has the `$anchor` `{decoded}`"),
                nearest: None,
            }),
        }
    }

    /// Whether a reference without its fragment is the document's own URI, as it is or relative to it.
    ///
    /// Source: OpenAPI 3.2.0, "OpenAPI Object", `$self`; RFC 3986 §5.1.1.
    fn is_self(self, file: &str) -> bool {
        let Some(own) = self.tree.member("$self").and_then(Value::as_str) else { return false };
        let own = own.split('#').next().unwrap_or_default();
        if file == own {
            return true;
        }
        // A path alone is held against an address that nothing else has.
        let nowhere = url::Url::parse("https://document.invalid/").ok();
        let own = nowhere.and_then(|nowhere| nowhere.join(own).ok());
        own.is_some_and(|own| own.join(file).is_ok_and(|meant| meant == own))
    }

    fn anchors(self) -> &'d HashMap<String, Pointer> {
        self.anchors.get_or_init(|| collect_anchors(self.tree.whole()))
    }

    fn walk<'p>(self, pointer: &'p Pointer) -> Walk<'d> {
        let tokens: &'p [String] = pointer.tokens();
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
        let name = target.tokens().get(depth).map(String::as_str).unwrap_or_default();
        let place = if holder.is_root() { "the document".to_owned() } else { format!("`{holder}`") };
        let names = holder.get(self.tree.whole()).and_then(Value::as_object).map(Map::keys);
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
    value.as_object()?.get("$ref")?.as_str()
}

/// The member or element of a value.
pub(super) fn child<'v>(value: &'v Value, token: &str) -> Option<&'v Value> {
    match value {
        Value::Object(members) => members.get(token),
        Value::Array(elements) => elements.get(array_index(token)?),
        _ => None,
    }
}

/// Collects what schemas call themselves: `#name` of every `$anchor`, and every `$id`; of equal
/// names the first.
fn collect_anchors(root: &Value) -> HashMap<String, Pointer> {
    let mut found = HashMap::new();
    collect(root, &mut Vec::new(), &mut found);
    found
}

fn collect(value: &Value, path: &mut Vec<String>, found: &mut HashMap<String, Pointer>) {
    let mut descend = |token: &str, child: &Value, path: &mut Vec<String>| {
        path.push(token.to_owned());
        collect(child, path, found);
        path.pop();
    };
    match value {
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                descend(&index.to_string(), element, path);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                descend(name, member, path);
            }
            for keyword in ["$anchor", "$dynamicAnchor"] {
                if let Some(name) = members.get(keyword).and_then(Value::as_str) {
                    found.entry(format!("#{name}")).or_insert_with(|| Pointer::of(path.iter().cloned()));
                }
            }
            if let Some(id) = members.get("$id").and_then(Value::as_str) {
                found.entry(id.to_owned()).or_insert_with(|| Pointer::of(path.iter().cloned()));
            }
        }
        _ => {}
    }
}

fn circle(chain: &[Pointer]) -> String {
    chain.iter().map(|pointer| format!("`#{pointer}`")).collect::<Vec<_>>().join(" → ")
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
