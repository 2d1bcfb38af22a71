//! XML, read by the `xml` objects of a schema.

use super::{BrokenContent, ContentFault, ContentPlace, Reading, Unread};
use crate::json::{Map, Pointer, Value};
use crate::limits::Limits;
use crate::openapi::MediaType;
use crate::openapi::declared::Declared;
use roxmltree::{Document, Node, NodeId, ParsingOptions};
use std::collections::HashSet;
use std::ops::Range;

/// As deep as JSON is read.
const MAX_DEPTH: usize = 128;

/// The namespace of `xsi:nil` and `xsi:type`.
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Reads XML into the value that its schema describes.
///
/// A property is the child element of its name, or the attribute where `xml` says so; an array is
/// every such element, or the children of one where it is wrapped; text is read by the spelling that
/// the schema asks for. Prefixes are not compared, namespaces are, where the document states one. What
/// no property describes becomes a member under its own name, so that `additionalProperties` is asked.
/// Attributes that belong to a namespace, `xsi:type` among them, are passed over; `xsi:nil` is null.
///
/// A document type declaration is not read, so that no entity can grow.
///
/// Source: OpenAPI 3.1.1, "XML Object" and "XML Object Examples"; OpenAPI 3.2.0, "XML Node Types".
pub(super) fn read(
    media_type: &MediaType<'_>,
    text: &str,
    limits: &Limits,
    reading: Reading,
) -> Result<Reading, Unread> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: u32::try_from(limits.nodes).unwrap_or(u32::MAX),
        ..ParsingOptions::default()
    };
    let start = text.len() - text.trim_start_matches('\u{feff}').len();
    let document = match Document::parse_with_options(&text[start..], options) {
        Ok(document) => document,
        Err(error) => return Err(explain(&error, &text[start..], start, limits)),
    };
    if is_deeper(&document, MAX_DEPTH) {
        return Err(Unread::NotChecked(format!(
            "the XML nests deeper than {MAX_DEPTH} levels, which is as deep as contest reads"
        )));
    }
    let declared = Declared::of(media_type.document(), media_type.schema());
    let mut reader = Reader { reading, start };
    let root = document.root_element();
    let xml = Xml::of(&declared);
    let name = xml.name.or_else(|| declared.component_name());
    // Without a stated name the name of a component is only what tools use.
    if let Some((wanted, keyword)) = xml.name_with_keyword()
        && wanted != root.tag_name().name()
    {
        reader.misnamed(root, &Pointer::root(), wanted, keyword);
    }
    reader.check_namespace(root, &xml, &Pointer::root());
    let path = format!("/{}", root.tag_name().name());
    let value = reader.element(root, &declared, &Pointer::root(), &path, name);
    reader.reading.value = value;
    Ok(reader.reading)
}

/// What `xml` objects say of a schema.
#[derive(Clone, Default)]
struct Xml<'d> {
    name: Option<&'d str>,
    name_at: Option<Pointer>,
    namespace: Option<(&'d str, Pointer)>,
    is_attribute: bool,
    is_wrapped: bool,
    /// `text` or `cdata`: the element's own text. `none`: no element of its own.
    node_type: Option<&'d str>,
}

impl<'d> Xml<'d> {
    fn of(declared: &Declared<'d>) -> Self {
        let mut found = Self::default();
        for (pointer, schema) in declared.demanded() {
            let Some(xml) = schema.get("xml").and_then(Value::as_object) else { continue };
            let at = pointer.child("xml");
            let text = |key: &str| xml.get(key).and_then(Value::as_str);
            if found.name.is_none() {
                found.name = text("name");
                found.name_at = found.name.map(|_| at.child("name"));
            }
            if found.namespace.is_none() {
                found.namespace = text("namespace").map(|namespace| (namespace, at.child("namespace")));
            }
            found.node_type = found.node_type.or(text("nodeType"));
            found.is_attribute |= xml.get("attribute") == Some(&Value::Bool(true));
            found.is_wrapped |= xml.get("wrapped") == Some(&Value::Bool(true));
        }
        found.is_attribute |= found.node_type == Some("attribute");
        found.is_wrapped |= found.node_type == Some("element");
        found
    }

    fn name_with_keyword(&self) -> Option<(&'d str, Pointer)> {
        Some((self.name?, self.name_at.clone()?))
    }

    fn is_text(&self) -> bool {
        matches!(self.node_type, Some("text" | "cdata"))
    }
}

struct Reader {
    reading: Reading,
    /// Where the text that was parsed starts.
    start: usize,
}

impl Reader {
    /// The value of an element by its schema. `own_name` is what the items of a wrapped array are called
    /// that say nothing themselves.
    fn element(
        &mut self,
        node: Node<'_, '_>,
        declared: &Declared<'_>,
        at: &Pointer,
        path: &str,
        own_name: Option<&str>,
    ) -> Value {
        self.mark(at, node.range(), || path.to_owned());
        if node.attribute((XSI, "nil")).is_some_and(|nil| matches!(nil.trim(), "true" | "1")) {
            return Value::Null;
        }
        let has_elements = node.children().any(|child| child.is_element());
        if declared.is_array() && (has_elements || !declared.is_scalar()) {
            return self.wrapped(node, declared, at, path, own_name);
        }
        let is_composed = declared.is_object() && (has_elements || !declared.is_scalar());
        if is_composed || has_elements {
            return self.object(node, declared, at, path);
        }
        scalar(declared, &text_of(node))
    }

    /// An array whose items are the children of one element.
    fn wrapped(
        &mut self,
        node: Node<'_, '_>,
        declared: &Declared<'_>,
        at: &Pointer,
        path: &str,
        own_name: Option<&str>,
    ) -> Value {
        let items = declared.items();
        let xml = Xml::of(&items);
        let name = node.tag_name().name();
        let mut values = Vec::new();
        for (index, child) in node.children().filter(Node::is_element).enumerate() {
            let found = child.tag_name().name();
            let at = self.at(at, || index.to_string());
            // OpenAPI 3.1.1, "XML Arrays": items without a name of their own have the wrapper's.
            let is_named = match xml.name {
                Some(wanted) => wanted == found,
                None => [Some(name), own_name, items.component_name()].contains(&Some(found)),
            };
            if !is_named {
                let keyword = xml.name_at.clone().or_else(|| Some(items.schemas().first()?.0.clone()));
                self.misnamed(child, &at, xml.name.unwrap_or(name), keyword.unwrap_or_default());
            }
            self.check_namespace(child, &xml, &at);
            let path = self.path(|| format!("{path}/{found}[{}]", index + 1));
            values.push(self.element(child, &items, &at, &path, None));
        }
        Value::Array(values)
    }

    fn object(&mut self, node: Node<'_, '_>, declared: &Declared<'_>, at: &Pointer, path: &str) -> Value {
        let mut members = Map::new();
        let mut taken: HashSet<NodeId> = HashSet::new();
        self.properties(node, declared, at, path, &mut members, &mut taken, 0);
        for child in node.children().filter(|child| child.is_element() && !taken.contains(&child.id())) {
            let name = child.tag_name().name().to_owned();
            let at = self.at(at, || name.clone());
            let path = self.path(|| format!("{path}/{name}"));
            let value = self.element(child, &declared.property(&name), &at, &path, None);
            match members.get_mut(&name) {
                None => {
                    members.insert(name, value);
                }
                Some(Value::Array(values)) => values.push(value),
                Some(first) => *first = Value::Array(vec![first.take(), value]),
            }
        }
        let described = declared.attributes();
        for attribute in node.attributes().filter(|attribute| attribute.namespace().is_none()) {
            let name = attribute.name();
            if !described.iter().any(|each| each == name) && !members.contains_key(name) {
                let at = self.at(at, || name.to_owned());
                self.mark(&at, attribute.range(), || format!("{path}/@{name}"));
                members.insert(name.to_owned(), scalar(&declared.property(name), attribute.value()));
            }
        }
        Value::Object(members)
    }

    #[expect(clippy::too_many_arguments, reason = "one element, its schema, and what was made of it so far")]
    fn properties(
        &mut self,
        node: Node<'_, '_>,
        declared: &Declared<'_>,
        at: &Pointer,
        path: &str,
        members: &mut Map<String, Value>,
        taken: &mut HashSet<NodeId>,
        depth: usize,
    ) {
        for name in declared.names() {
            if members.contains_key(name) {
                continue;
            }
            let property = declared.property(name);
            let xml = Xml::of(&property);
            let at = self.at(at, || name.to_owned());
            let wanted = xml.name.unwrap_or(name);
            if xml.is_attribute {
                let namespace = xml.namespace.as_ref().map(|(namespace, _)| *namespace);
                let found = node.attributes().find(|attribute| {
                    attribute.name() == wanted && (namespace.is_none() || attribute.namespace() == namespace)
                });
                if let Some(attribute) = found {
                    self.mark(&at, attribute.range(), || format!("{path}/@{wanted}"));
                    members.insert(name.to_owned(), scalar(&property, attribute.value()));
                }
                continue;
            }
            if xml.is_text() {
                self.mark(&at, node.range(), || format!("{path}/text()"));
                members.insert(name.to_owned(), scalar(&property, &text_of(node)));
                continue;
            }
            if xml.node_type == Some("none") && property.is_object() && depth < MAX_DEPTH {
                let mut inner = Map::new();
                self.properties(node, &property, &at, path, &mut inner, taken, depth + 1);
                if !inner.is_empty() {
                    members.insert(name.to_owned(), Value::Object(inner));
                }
                continue;
            }
            let is_unwrapped = property.is_array() && !xml.is_wrapped;
            if is_unwrapped {
                self.unwrapped(node, name, &property, &xml, (&at, path), members, taken);
                continue;
            }
            let found: Vec<Node<'_, '_>> = node
                .children()
                .filter(|child| child.is_element() && child.tag_name().name() == wanted)
                .collect();
            taken.extend(found.iter().map(Node::id));
            let mut values = Vec::new();
            for (index, child) in found.iter().enumerate() {
                let (at, path) = match found.len() {
                    1 => (at.clone(), self.path(|| format!("{path}/{wanted}"))),
                    _ => (
                        self.at(&at, || index.to_string()),
                        self.path(|| format!("{path}/{wanted}[{}]", index + 1)),
                    ),
                };
                self.check_namespace(*child, &xml, &at);
                values.push(self.element(*child, &property, &at, &path, Some(name)));
            }
            match values.len() {
                0 => {}
                1 => {
                    members.insert(name.to_owned(), values.swap_remove(0));
                }
                // More elements than the schema has room for are a list where it promises one value.
                _ => {
                    self.mark(&at, found[0].range(), || format!("{path}/{wanted}"));
                    members.insert(name.to_owned(), Value::Array(values));
                }
            }
        }
    }

    /// An array whose items stand among the other children.
    #[expect(clippy::too_many_arguments, reason = "one property, and what was made of the element so far")]
    fn unwrapped(
        &mut self,
        node: Node<'_, '_>,
        name: &str,
        property: &Declared<'_>,
        xml: &Xml<'_>,
        (at, path): (&Pointer, &str),
        members: &mut Map<String, Value>,
        taken: &mut HashSet<NodeId>,
    ) {
        let items = property.items();
        let of_items = Xml::of(&items);
        // A name of the array itself has no effect by the letter; those who write one mean it.
        let names: Vec<&str> = match of_items.name {
            Some(wanted) => vec![wanted],
            None => [Some(name), xml.name].into_iter().flatten().collect(),
        };
        let found: Vec<Node<'_, '_>> = node
            .children()
            .filter(|child| child.is_element() && names.contains(&child.tag_name().name()))
            .collect();
        taken.extend(found.iter().map(Node::id));
        let mut values = Vec::new();
        for (index, child) in found.iter().enumerate() {
            let at = self.at(at, || index.to_string());
            let path = self.path(|| format!("{path}/{}[{}]", child.tag_name().name(), index + 1));
            self.check_namespace(*child, &of_items, &at);
            values.push(self.element(*child, &items, &at, &path, None));
        }
        if let Some(first) = found.first() {
            self.mark(at, first.range(), || format!("{path}/{}", first.tag_name().name()));
            members.insert(name.to_owned(), Value::Array(values));
        }
    }

    /// Pointers and paths are made only where places are wanted: they cost more than the values.
    fn at(&self, at: &Pointer, token: impl FnOnce() -> String) -> Pointer {
        if self.reading.keeps_places { at.child(token()) } else { Pointer::root() }
    }

    fn path(&self, path: impl FnOnce() -> String) -> String {
        if self.reading.keeps_places { path() } else { String::new() }
    }

    fn mark(&mut self, at: &Pointer, range: Range<usize>, path: impl FnOnce() -> String) {
        let range = self.start + range.start..self.start + range.end;
        self.reading.mark(at, range, path, false);
    }

    fn place(&self, node: Node<'_, '_>) -> ContentPlace {
        let range = node.range();
        let mut path: Vec<&str> =
            node.ancestors().filter(Node::is_element).map(|each| each.tag_name().name()).collect();
        path.reverse();
        ContentPlace {
            range: self.start + range.start..self.start + range.end,
            words: format!("/{}", path.join("/")),
        }
    }

    fn misnamed(&mut self, node: Node<'_, '_>, at: &Pointer, wanted: &str, document: Pointer) {
        let found = node.tag_name().name();
        let fault = ContentFault {
            at: at.clone(),
            place: self.place(node),
            headline: format!("the element `{found}` stands where the document names `{wanted}`"),
            expected: format!("`{wanted}`"),
            actual: format!("`{found}`"),
            document,
            is_header: false,
        };
        self.reading.faults.push(fault);
    }

    fn check_namespace(&mut self, node: Node<'_, '_>, xml: &Xml<'_>, at: &Pointer) {
        let Some((wanted, keyword)) = &xml.namespace else { return };
        let found = node.tag_name().namespace();
        if found == Some(*wanted) {
            return;
        }
        let name = node.tag_name().name();
        let (actual, words) = match found {
            Some(found) => (format!("`{found}`"), format!("in the namespace `{found}`")),
            None => ("no namespace".to_owned(), "in no namespace".to_owned()),
        };
        let fault = ContentFault {
            at: at.clone(),
            place: self.place(node),
            headline: format!("the element `{name}` is {words} where the document names `{wanted}`"),
            expected: format!("`{wanted}`"),
            actual,
            document: keyword.clone(),
            is_header: false,
        };
        self.reading.faults.push(fault);
    }
}

/// Text and character data of an element itself.
fn text_of(node: Node<'_, '_>) -> String {
    node.children().filter(Node::is_text).filter_map(|child| child.text()).collect()
}

/// The value of text: XML Schema writes booleans as `1` and `0` too, and space around what is no string
/// means nothing.
fn scalar(declared: &Declared<'_>, text: &str) -> Value {
    let trimmed = text.trim();
    match trimmed {
        "1" if declared.has_type("boolean") && !declared.is_number() => Value::Bool(true),
        "0" if declared.has_type("boolean") && !declared.is_number() => Value::Bool(false),
        _ if declared.has_type("string") => declared.scalar(text),
        _ => match declared.scalar(trimmed) {
            Value::String(_) => Value::from(text),
            value => value,
        },
    }
}

fn is_deeper(document: &Document<'_>, most: usize) -> bool {
    let mut node = document.root_element();
    let mut depth = 1;
    // Without recursion: what is to be found out is whether that would be too deep.
    loop {
        if depth > most {
            return true;
        }
        if let Some(child) = node.first_element_child() {
            node = child;
            depth += 1;
            continue;
        }
        loop {
            if let Some(next) = node.next_sibling_element() {
                node = next;
                break;
            }
            match node.parent_element() {
                Some(parent) => node = parent,
                None => return false,
            }
            depth -= 1;
        }
    }
}

fn explain(error: &roxmltree::Error, text: &str, start: usize, limits: &Limits) -> Unread {
    match error {
        roxmltree::Error::DtdDetected => {
            return Unread::NotChecked("XML with a document type declaration is not read".to_owned());
        }
        roxmltree::Error::NodesLimitReached => {
            return Unread::NotChecked(format!(
                "the XML has more nodes than the limit `nodes` of {}; `--limit nodes={}` reads more",
                limits.nodes,
                limits.nodes.saturating_mul(2)
            ));
        }
        _ => {}
    }
    let position = error.pos();
    let message = error.to_string();
    let reason = message.rsplit_once(" at ").map_or(message.as_str(), |(reason, _)| reason);
    let (reason, offset) = match error {
        roxmltree::Error::UnclosedRootNode | roxmltree::Error::UnexpectedEndOfStream => {
            ("it ends too early", text.len())
        }
        roxmltree::Error::NoRootNode => ("it has no element", 0),
        _ => (reason, offset_of(text, position.row, position.col)),
    };
    Unread::Broken(BrokenContent {
        headline: format!("the body is not XML: {}", reason.replace('\'', "`")),
        expected: "XML".to_owned(),
        place: ContentPlace::at(start + offset),
        label: "stops being XML here".to_owned(),
    })
}

/// The byte at a line and a column, both from 1, the column in characters.
fn offset_of(text: &str, row: u32, column: u32) -> usize {
    let (row, column) = (usize::try_from(row).unwrap_or(1), usize::try_from(column).unwrap_or(1));
    let line_start: usize = text.split_inclusive('\n').take(row.saturating_sub(1)).map(str::len).sum();
    let line = text[line_start..].lines().next().unwrap_or_default();
    let within = line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
    line_start + within
}
