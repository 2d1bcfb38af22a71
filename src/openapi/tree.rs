use super::outline::{Outline, outline};
use super::reference::{child, reference_of};
use super::side_by_side::side_by_side;
use crate::hash::HashMap;
use crate::json::{Map, Members as _, Pointer, Token, Value};
use crate::source::Source;
use memchr::memmem;
use serde::Deserialize as _;
use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

/// Below this a document is read at once: it takes less time than the first connection.
const LARGE: usize = 1 << 20;

/// The tree of a document with the files that it refers to.
///
/// A file is mounted under a key of its own, which is the first token of every pointer into it. The
/// key starts with [`MOUNT`], and no member of the document's own root does.
pub(super) struct Tree {
    own: Own,
    mounted: HashMap<String, Value>,
    /// Whether a schema may have an `$id`, once it was asked.
    may_have_ids: OnceLock<bool>,
}

/// What the key of a mounted file starts with; its name follows.
pub(super) const MOUNT: char = '\0';

/// A pointer as people see it: `#/components/schemas/Order`, `common.yaml#/Order`, `order.yaml`.
pub(super) fn shown(pointer: &Pointer) -> String {
    match pointer.tokens().split_first().and_then(|(first, rest)| Some((first.strip_prefix(MOUNT)?, rest))) {
        Some((name, [])) => name.to_owned(),
        Some((name, rest)) => format!("{name}#{}", Pointer::of(rest.iter().cloned())),
        None => format!("#{pointer}"),
    }
}

/// The document's own tree: whole, or in parts that are read when they are first asked for.
///
/// The parts of a large JSON text are the members of the root, those of `paths`, and those of every
/// map of `components`. The text was read to its end before, so that a part is never found broken.
enum Own {
    Whole(Value),
    Parts(Parts),
}

struct Parts {
    source: Arc<Source>,
    root: Members,
    paths: Vec<PathItem>,
    /// Whether a reference in it names another file, a URL or an `$id`.
    refers_elsewhere: bool,
    whole: OnceLock<Value>,
}

/// A value that is read as one, or a map whose members are read one by one.
enum Member {
    Part(Part),
    Map(Members),
}

/// A map whose members are read one by one.
struct Members {
    behind_key: usize,
    by_name: HashMap<String, Member>,
}

struct Part {
    /// Byte offset behind the key's closing quote.
    behind_key: usize,
    value: OnceLock<Value>,
}

/// What the first reading of a text tells of a path item.
pub(super) struct PathItem {
    pub(super) template: String,
    /// The keys of its members that are objects, each with the `operationId` there; `None` when
    /// references stand in the way, so that the item itself has to be looked at.
    pub(super) members: Option<Vec<(String, Option<String>)>>,
}

impl Tree {
    fn new(own: Own, mounted: HashMap<String, Value>) -> Self {
        Self { own, mounted, may_have_ids: OnceLock::new() }
    }

    /// The tree of a value that was read, or made, whole.
    pub(super) fn of_value(mut root: Value) -> Self {
        if let Some(members) = root.as_object_mut() {
            members.retain(|name, _| !name.starts_with(MOUNT));
        }
        Self::new(Own::Whole(root), HashMap::default())
    }

    /// Outlines a JSON text that is large enough; `None` when it is not, or has anything about it
    /// that reading it whole would report or resolve otherwise: an error, a key that stands twice, a
    /// name that could be a keyword, an escaped name of a part.
    pub(super) fn of_large(source: &Arc<Source>) -> Option<Self> {
        if source.text().len() < LARGE {
            return None;
        }
        Self::of_parts(source)
    }

    fn of_parts(source: &Arc<Source>) -> Option<Self> {
        let (outline, refers_elsewhere) = outline(source.text())?;
        let Outline::Map(members) = outline else { return None };
        let mut paths = Vec::new();
        if let Some((_, _, Outline::Map(items))) = members.iter().find(|(name, ..)| name == "paths") {
            paths.extend(items.iter().map(|(template, _, item)| PathItem {
                template: template.to_string(),
                members: item.operations(),
            }));
        }
        let mut by_name = HashMap::default();
        for (name, behind_key, member) in members {
            let depth = match &*name {
                "paths" => 1,
                "components" => 2,
                _ => 0,
            };
            by_name.insert(name.into_owned(), Member::new(behind_key, member, depth));
        }
        let root = Members { behind_key: 0, by_name };
        let (source, whole) = (Arc::clone(source), OnceLock::new());
        let own = Own::Parts(Parts { source, root, paths, refers_elsewhere, whole });
        Some(Self::new(own, HashMap::default()))
    }

    /// The document's own tree, without what is mounted. Of a document in parts it is made by the
    /// first call.
    pub(super) fn whole(&self) -> &Value {
        match &self.own {
            Own::Whole(root) => root,
            Own::Parts(parts) => parts.whole.get_or_init(|| parts.read_all()),
        }
    }

    /// The document's own tree and what is mounted in it as one value, to be changed; the keys of the
    /// files are members of the root.
    pub(super) fn to_value(&self) -> Value {
        let mut root = self.whole().clone();
        if let Value::Object(members) = &mut root {
            members.extend(self.mounted.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
        root
    }

    /// The tree of such a value.
    pub(super) fn of_combined(mut root: Value) -> Self {
        let mut mounted = HashMap::default();
        if let Value::Object(members) = &mut root {
            let keys: Vec<String> = members.keys().filter(|key| key.starts_with(MOUNT)).cloned().collect();
            mounted.extend(keys.into_iter().filter_map(|key| members.shift_remove_entry(&key)));
        }
        Self::new(Own::Whole(root), mounted)
    }

    /// Whether its own text may refer to anything else; what is not known counts as yes.
    pub(super) fn may_refer_elsewhere(&self) -> bool {
        match &self.own {
            Own::Whole(_) => true,
            Own::Parts(parts) => parts.refers_elsewhere,
        }
    }

    /// Whether it is read in parts.
    #[cfg(test)]
    pub(super) fn is_in_parts(&self) -> bool {
        matches!(self.own, Own::Parts(_))
    }

    /// Mounts a file under a key.
    pub(super) fn mount(&mut self, key: &str, value: Value) {
        self.mounted.insert(key.to_owned(), value);
        self.may_have_ids.take();
    }

    /// Whether a schema somewhere in it may have an `$id`, or draft 4's `id`; most documents have none, and then
    /// nothing around a reference has to be looked at.
    pub(super) fn may_have_ids(&self) -> bool {
        *self.may_have_ids.get_or_init(|| {
            let own = match &self.own {
                Own::Whole(root) => has_id(root),
                // An escape could spell a `$`.
                Own::Parts(parts) => {
                    let text = parts.source.text().as_bytes();
                    [&b"\"$id\""[..], b"\"$schema\"", b"\\u00"]
                        .iter()
                        .any(|name| memmem::find(text, name).is_some())
                }
            };
            own || self.mounted.values().any(has_id)
        })
    }

    /// The mounted files with their keys, in no order.
    pub(super) fn mounted(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.mounted.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// A member of the root.
    pub(super) fn member(&self, name: &str) -> Option<&Value> {
        match &self.own {
            Own::Whole(root) => root.member(name),
            Own::Parts(parts) => match parts.root.by_name.get(name)? {
                Member::Part(part) => Some(part.value(&parts.source)),
                Member::Map(_) => self.whole().get(name),
            },
        }
    }

    /// The value from which to walk along some tokens, and how many of them lead to it: in a whole
    /// tree the root and none. What is passed over holds no reference and no `$id`.
    pub(super) fn enter(&self, tokens: &[Token]) -> (&Value, usize) {
        if let Some(first) = tokens.first().filter(|first| first.starts_with(MOUNT))
            && let Some(file) = self.mounted.get(first.as_str())
        {
            return (file, 1);
        }
        // What was read whole is not read in parts as well.
        if let Own::Parts(parts) = &self.own
            && parts.whole.get().is_none()
            && let Some(found) = parts.enter(tokens)
        {
            return found;
        }
        (self.whole(), 0)
    }

    /// The value at some tokens, no reference followed.
    pub(super) fn get(&self, tokens: &[Token]) -> Option<&Value> {
        let (value, depth) = self.enter(tokens);
        tokens[depth..].iter().try_fold(value, |value, token| child(value, token))
    }

    /// Whether a value may be an object with a `$ref`, told without reading a part of the document.
    pub(super) fn may_be_reference(&self, pointer: &Pointer) -> bool {
        match (&self.own, pointer.tokens()) {
            (Own::Parts(_), [paths]) if paths == "paths" => false,
            (_, tokens) => self.get(tokens).is_some_and(|value| reference_of(value).is_some()),
        }
    }

    /// The path templates in the order written, with what is known of their path items.
    pub(super) fn path_items(&self) -> Vec<(&str, Option<&PathItem>)> {
        match &self.own {
            Own::Whole(root) => {
                let paths = root.get("paths").and_then(Value::as_object);
                paths.into_iter().flat_map(Map::keys).map(|template| (template.as_str(), None)).collect()
            }
            Own::Parts(parts) => {
                parts.paths.iter().map(|item| (item.template.as_str(), Some(item))).collect()
            }
        }
    }
}

impl Parts {
    fn enter(&self, tokens: &[Token]) -> Option<(&Value, usize)> {
        let mut map = &self.root;
        for (depth, token) in tokens.iter().enumerate() {
            match map.by_name.get(token.as_str())? {
                Member::Part(part) => return Some((part.value(&self.source), depth + 1)),
                Member::Map(members) => map = members,
            }
        }
        None
    }

    /// Reads all parts, half of the text on a thread of its own, and puts them together.
    fn read_all(&self) -> Value {
        let mut places = Vec::new();
        self.root.places(&mut places);
        places.sort_unstable();
        let half = places.partition_point(|place| *place < self.source.text().len() / 2);
        let read = |places: &[usize]| -> HashMap<usize, Value> {
            places.iter().map(|place| (*place, read_behind(*place, &self.source))).collect()
        };
        let (mut values, others) = side_by_side(true, || read(&places[..half]), || read(&places[half..]));
        values.extend(others);
        Value::Object(self.root.put_together(&mut values))
    }
}

impl Members {
    /// Where each part begins.
    fn places(&self, found: &mut Vec<usize>) {
        for member in self.by_name.values() {
            match member {
                Member::Part(part) => found.push(part.behind_key),
                Member::Map(members) => members.places(found),
            }
        }
    }

    /// The map with the values of its parts, in the order written.
    fn put_together(&self, values: &mut HashMap<usize, Value>) -> Map<String, Value> {
        let mut members: Vec<_> = self.by_name.iter().collect();
        members.sort_unstable_by_key(|(_, member)| member.behind_key());
        let mut value = |member: &Member| match member {
            Member::Part(part) => values.remove(&part.behind_key).expect("every part was read"),
            Member::Map(members) => Value::Object(members.put_together(values)),
        };
        members.into_iter().map(|(name, member)| (name.clone(), value(member))).collect()
    }
}

impl Member {
    fn new(behind_key: usize, outline: Outline<'_>, depth: usize) -> Self {
        match outline {
            Outline::Map(members) if depth > 0 => {
                let member = |(name, at, member): (Cow<'_, str>, usize, Outline<'_>)| {
                    (name.into_owned(), Self::new(at, member, depth - 1))
                };
                Self::Map(Members { behind_key, by_name: members.into_iter().map(member).collect() })
            }
            _ => Self::Part(Part { behind_key, value: OnceLock::new() }),
        }
    }

    fn behind_key(&self) -> usize {
        match self {
            Self::Part(part) => part.behind_key,
            Self::Map(members) => members.behind_key,
        }
    }
}

impl Part {
    fn value(&self, source: &Source) -> &Value {
        self.value.get_or_init(|| read_behind(self.behind_key, source))
    }
}

/// Whether an object in a value has an `$id`, or the `$schema` beside which an `id` is one.
fn has_id(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            members.iter().any(|(name, value)| matches!(name.as_str(), "$id" | "$schema") || has_id(value))
        }
        Value::Array(elements) => elements.iter().any(has_id),
        _ => false,
    }
}

/// The value behind a key.
fn read_behind(key: usize, source: &Source) -> Value {
    let text = source.text()[key..].trim_start();
    read(text.strip_prefix(':').unwrap_or(text))
}

/// The first value of a text that was read before.
fn read(text: &str) -> Value {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Value::deserialize(&mut deserializer).expect("the outline has read the same text")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r##"{ "openapi" : "3.1.0", "info": {"title": "a\u0062", "version": "1"},
        "paths": {
            "/b/{x}": {"parameters": [{"name": "x"}], "put": {"operationId": "p\u0075t", "x": [1.5, -2, true, null]}, "get": {}},
            "/a": {"$ref": "#/components/pathItems/A"}, "/c": 5 },
        "components": { "schemas": {"S": {"type": "object", "properties": {"$ref": {"type": "string"}}}, "T": true},
            "responses": [], "x-y": {} },
        "security": [] }"##;

    fn parts(text: &str) -> Option<Tree> {
        Tree::of_parts(&Source::new("t.json", text))
    }

    fn check_all(parts: &Tree, whole: &Value, at: &mut Vec<Token>) {
        assert_eq!(parts.get(at), Some(whole), "{at:?}");
        let members: Vec<(Token, &Value)> = match whole {
            Value::Object(members) => members.iter().map(|(name, value)| (name.into(), value)).collect(),
            Value::Array(elements) => {
                elements.iter().enumerate().map(|(n, it)| (n.to_string().into(), it)).collect()
            }
            _ => return,
        };
        for (token, value) in members {
            at.push(token);
            check_all(parts, value, at);
            at.pop();
        }
    }

    #[test]
    fn every_part_is_what_stands_in_the_whole() {
        let parts = parts(TEXT).expect("it is outlined");
        let whole: Value = serde_json::from_str(TEXT).expect("it is JSON");
        check_all(&parts, &whole, &mut Vec::new());
        // In the same order, too.
        assert_eq!(parts.whole().to_string(), whole.to_string());
        assert_eq!(parts.member("security"), whole.get("security"));
        assert_eq!(parts.get(&["components", "schemas", "U"].map(Token::new)), None);
    }

    #[test]
    fn a_part_is_read_without_the_rest() {
        let parts = parts(TEXT).expect("it is outlined");
        let tokens = ["components", "schemas", "S", "type"].map(Token::new);
        assert_eq!(parts.get(&tokens), Some(&Value::from("object")));
        assert!(matches!(parts.own, Own::Parts(Parts { whole, .. }) if whole.get().is_none()));
    }

    #[test]
    fn operations_are_known_from_the_outline() {
        let parts = parts(TEXT).expect("it is outlined");
        let known: Vec<_> = parts
            .path_items()
            .into_iter()
            .map(|(path, item)| (path, item.and_then(|it| it.members.clone())))
            .collect();
        let operations = vec![("put".to_owned(), Some("put".to_owned())), ("get".to_owned(), None)];
        assert_eq!(known, [("/b/{x}", Some(operations)), ("/a", None), ("/c", None)]);
    }

    #[test]
    fn references_to_elsewhere_are_known_from_the_outline() {
        let refers = |text: &str| parts(text).expect("it is outlined").may_refer_elsewhere();
        assert!(!refers(TEXT));
        for (reference, expected) in
            [("#/a", false), ("x.yaml", true), ("x.yaml#/a", true), ("https://a/b", true), ("", true)]
        {
            assert_eq!(refers(&format!(r#"{{"a": [{{"$ref": "{reference}"}}]}}"#)), expected, "{reference}");
        }
    }

    #[test]
    fn a_mounted_file_is_reached_by_its_key_alone() {
        let mut tree = Tree::of_value(serde_json::json!({"a": 1, "\0b": 2}));
        let at = |tree: &Tree, tokens: &[&str]| {
            let tokens: Vec<Token> = tokens.iter().map(Token::new).collect();
            tree.get(&tokens).cloned()
        };
        assert_eq!(at(&tree, &["\0b"]), None);
        tree.mount("\0b", serde_json::json!({"c": 3}));
        assert_eq!(at(&tree, &["\0b", "c"]), Some(Value::from(3)));
        assert_eq!(at(&tree, &["a"]), Some(Value::from(1)));
        assert_eq!(tree.whole(), &serde_json::json!({"a": 1}));
    }

    #[test]
    fn whether_a_schema_may_have_an_id_is_known() {
        for (schema, expected) in [
            (r#"{"type": "string", "properties": {"id": {"const": "$id"}}}"#, false),
            (r#"{"$id": "a"}"#, true),
            (r#"{"items": [{"properties": {"x": {"$id": "a"}}}]}"#, true),
            (r#"{"\u0024id": "a"}"#, true),
            (r#"{"$schema": "http://json-schema.org/draft-04/schema#", "id": "a"}"#, true),
        ] {
            let text = format!(r#"{{"paths": {{}}, "components": {{"schemas": {{"S": {schema}}}}}}}"#);
            let value: Value = serde_json::from_str(&text).expect("it is JSON");
            assert_eq!(Tree::of_value(value.clone()).may_have_ids(), expected, "{schema}");
            if let Some(parts) = parts(&text) {
                // Nothing is read to know it; what is not known counts as yes.
                assert!(parts.may_have_ids() >= expected, "{schema}");
            }
            let mut tree = Tree::of_value(Value::Object(Map::new()));
            assert!(!tree.may_have_ids());
            tree.mount("\0a.json", value);
            assert_eq!(tree.may_have_ids(), expected, "mounted {schema}");
        }
        assert!(
            !parts(r#"{"paths": {}, "components": {"schemas": {"S": {}}}}"#).expect("parts").may_have_ids()
        );
    }

    #[test]
    fn what_must_be_reported_or_resolved_is_read_whole() {
        for text in [
            "",
            "[]",
            "{\"a\": 1} x",
            "{\"a\": 1e999}",
            "{\"a\": \"\\ud800\"}",
            "{\"a\": {\"b\": 1, \"b\": 2}}",
            "{\"a\": 1, \"a\": 2}",
            "{\"\\u0061\": 1}",
            "{\"$ref\": \"#/a\"}",
            "{\"components\": {\"schemas\": {\"$id\": \"x\"}}}",
        ] {
            assert!(parts(text).is_none(), "{text}");
        }
    }
}
