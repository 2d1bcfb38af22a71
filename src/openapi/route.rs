use super::{Document, Operation};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use std::collections::BTreeSet;

/// What a request's method and path lead to.
#[derive(Clone, Debug)]
pub enum Route<'d> {
    /// An operation.
    Found {
        /// The operation.
        operation: Operation<'d>,
        /// The names of its path template with the values found, percent-decoded.
        path_values: Vec<(String, String)>,
        /// The same as they came, percent-encoded: what styles with delimiters are decoded from.
        encoded_values: Vec<(String, String)>,
    },
    /// The path is documented, the method is not.
    MethodNotAllowed {
        /// The documented methods, in upper case and alphabetical order: the value of `Allow`.
        allowed: Vec<String>,
    },
    /// No path template matches.
    NotFound,
}

/// The path templates of a document, ready to be matched, the most concrete first.
#[derive(Debug)]
pub(super) struct Router {
    templates: Vec<Template>,
}

#[derive(Debug)]
struct Template {
    segments: Vec<Segment>,
    /// The operations of this template, by method.
    operations: Vec<(String, usize)>,
}

/// One segment: literal texts with names between them. Literals are percent-decoded.
#[derive(Debug)]
struct Segment {
    /// The text before the first name.
    prefix: String,
    /// The names, each with the text behind it.
    names: Vec<(String, String)>,
}

/// What RFC 3986 §3.3 does not let stand in a path; `%` stands for a triple that is written out.
const NOT_IN_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

impl Router {
    pub(super) fn new(document: &Document) -> Self {
        let mut templates: Vec<(&str, Template)> = Vec::new();
        for (index, entry) in document.entries().iter().enumerate() {
            match templates.last_mut().filter(|(text, _)| *text == entry.template) {
                Some((_, template)) => template.operations.push((entry.method.to_string(), index)),
                None => templates.push((
                    &entry.template,
                    Template {
                        segments: segments(&entry.template).map(Segment::parse).collect(),
                        operations: vec![(entry.method.to_string(), index)],
                    },
                )),
            }
        }
        let mut templates: Vec<_> = templates.into_iter().map(|(_, template)| template).collect();
        // Stable: of templates that are alike the first written wins.
        templates.sort_by_cached_key(|template| {
            template.segments.iter().map(Segment::looseness).collect::<Vec<_>>()
        });
        Self { templates }
    }

    /// Finds the operation of a method and a percent-encoded path.
    ///
    /// OpenAPI 3.1.1, "Path Templating Matching": concrete paths are matched before templated
    /// ones. A template that lacks the method gives way to a looser one that has it.
    pub(super) fn route<'d>(&self, document: &'d Document, method: &str, path: &str) -> Route<'d> {
        let path: Vec<EncodedText<'_>> = segments(path).map(EncodedText::new).collect();
        let mut allowed = BTreeSet::new();
        for template in &self.templates {
            let Some(encoded_values) = template.matches(&path) else {
                continue;
            };
            let found = template.operations.iter().find(|(each, _)| each.eq_ignore_ascii_case(method));
            if let Some(operation) = found.and_then(|(_, index)| Operation::new(document, *index)) {
                let decoded = encoded_values.iter().map(|(name, value)| (name.clone(), decode(value)));
                return Route::Found { operation, path_values: decoded.collect(), encoded_values };
            }
            allowed.extend(template.operations.iter().map(|(method, _)| method.clone()));
        }
        match allowed.is_empty() {
            true => Route::NotFound,
            false => Route::MethodNotAllowed { allowed: allowed.into_iter().collect() },
        }
    }
}

impl Template {
    fn matches(&self, path: &[EncodedText<'_>]) -> Option<Vec<(String, String)>> {
        if self.segments.len() != path.len() {
            return None;
        }
        let mut values = Vec::new();
        for (segment, text) in self.segments.iter().zip(path) {
            segment.matches(text, &mut values)?;
        }
        Some(values)
    }
}

impl Segment {
    fn parse(text: &str) -> Self {
        let (prefix, names) = split_template(text);
        let names = names.into_iter().map(|(name, behind)| (name.to_owned(), decode(&behind)));
        Self { prefix: decode(&prefix), names: names.collect() }
    }

    /// Literal segments before those with some text, and these before those that are a name alone.
    fn looseness(&self) -> u8 {
        let has_text = !self.prefix.is_empty() || self.names.iter().any(|(_, behind)| !behind.is_empty());
        match (self.names.is_empty(), has_text) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        }
    }

    /// Each name but the last takes as little as it can, and at least one character: whether the
    /// segment matches does not depend on that, and nothing has to be tried twice.
    fn matches(&self, text: &EncodedText<'_>, values: &mut Vec<(String, String)>) -> Option<()> {
        let mut at = text.decoded.starts_with(self.prefix.as_bytes()).then_some(self.prefix.len())?;
        for (index, (name, behind)) in self.names.iter().enumerate() {
            let rest = &text.decoded[at..];
            let length = match index + 1 == self.names.len() {
                true => rest.strip_suffix(behind.as_bytes())?.len(),
                false => (1..rest.len()).find(|length| {
                    is_character_start(rest[*length]) && rest[*length..].starts_with(behind.as_bytes())
                })?,
            };
            if length == 0 {
                return None;
            }
            values.push((name.clone(), text.encoded_part(at, at + length).to_owned()));
            at += length + behind.len();
        }
        (at == text.decoded.len()).then_some(())
    }
}

/// A percent-encoded text with its bytes and the place that each of them came from.
struct EncodedText<'t> {
    encoded: &'t str,
    decoded: Vec<u8>,
    /// Offsets into `encoded`, one a byte and one for the end.
    offsets: Vec<usize>,
}

impl<'t> EncodedText<'t> {
    fn new(encoded: &'t str) -> Self {
        let mut decoded = Vec::with_capacity(encoded.len());
        let mut offsets = Vec::with_capacity(encoded.len() + 1);
        let bytes = encoded.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let triple = encoded.get(at..at + 3).and_then(|triple| triple.strip_prefix('%'));
            let is_hex = |digits: &&str| digits.bytes().all(|digit| digit.is_ascii_hexdigit());
            let byte = triple.filter(is_hex).and_then(|digits| u8::from_str_radix(digits, 16).ok());
            let width = if byte.is_some() { 3 } else { 1 };
            decoded.push(byte.unwrap_or(bytes[at]));
            offsets.push(at);
            at += width;
        }
        offsets.push(encoded.len());
        Self { encoded, decoded, offsets }
    }

    fn encoded_part(&self, from: usize, to: usize) -> &'t str {
        self.encoded.get(self.offsets[from]..self.offsets[to]).unwrap_or_default()
    }
}

/// Whether a byte of UTF-8 starts a character.
fn is_character_start(byte: u8) -> bool {
    byte & 0b1100_0000 != 0b1000_0000
}

/// The segments of a path or a path template, without the leading slash.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

/// Cuts `a{b}c{d}` into the text before the first name and the names, each with the text behind
/// it; a brace without its partner is text.
fn split_template(text: &str) -> (String, Vec<(&str, String)>) {
    let mut parts = text.split('{');
    let mut prefix = parts.next().unwrap_or_default().to_owned();
    let mut names: Vec<(&str, String)> = Vec::new();
    for part in parts {
        match part.split_once('}') {
            Some((name, behind)) => names.push((name, behind.to_owned())),
            None => {
                let text = names.last_mut().map_or(&mut prefix, |(_, behind)| behind);
                text.push('{');
                text.push_str(part);
            }
        }
    }
    (prefix, names)
}

/// The names between braces in a path template, in order.
pub(super) fn template_names(template: &str) -> Vec<&str> {
    split_template(template).1.into_iter().map(|(name, _)| name).collect()
}

/// Puts percent-encoded texts in the place of the names of a path template; the first name without
/// one is the error.
pub(super) fn expand<'t>(template: &'t str, values: &[(String, String)]) -> Result<String, &'t str> {
    let literal = |text: &str| utf8_percent_encode(text, NOT_IN_PATH).to_string();
    let (prefix, names) = split_template(template);
    let mut path = literal(&prefix);
    for (name, behind) in names {
        let (_, value) = values.iter().find(|(each, _)| each == name).ok_or(name)?;
        path.push_str(value);
        path.push_str(&literal(&behind));
    }
    Ok(path)
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::testing::load;

    const DOCUMENT: &str = "
openapi: 3.0.3
paths:
  /orders/{id}: { get: { operationId: get }, put: { operationId: put } }
  /orders/mine: { get: { operationId: mine }, post: {} }
  /orders/{id}/items/{item}: { get: { operationId: item } }
  /{anything}/mine/items/first: { get: { operationId: loose } }
  /orders: { get: { operationId: list } }
  /: { get: { operationId: root } }
  /files/{name}.{ext}: { get: { operationId: file } }
  /files/{name}: { get: { operationId: bare } }
  /files/readme.md: { get: { operationId: readme } }
  /range({from}-{to}): { get: { operationId: range } }
  /caf%C3%A9/{ü}: { get: { operationId: café } }
  /odd/{a}{b}: { get: { operationId: adjacent } }
  /odd/{a: { get: { operationId: brace } }
  noslash/{x}: { get: { operationId: noslash } }
  /same/{x}: { get: { operationId: x } }
  /same/{y}: { get: { operationId: y }, delete: { operationId: z } }
";

    fn check(request: &str, expected: &str) {
        let document = load(DOCUMENT).0.expect("it loads");
        let (method, path) = request.split_once(' ').expect("a method and a path");
        let found = match document.route(method, path) {
            Route::Found { operation, path_values, encoded_values } => {
                let values = path_values.iter().zip(encoded_values).map(|((name, value), (_, encoded))| {
                    let encoded = if *value == encoded { String::new() } else { format!(" ({encoded})") };
                    format!(" {name}={value}{encoded}")
                });
                format!("{}{}", operation.name(), values.collect::<String>())
            }
            Route::MethodNotAllowed { allowed } => format!("405 {}", allowed.join(", ")),
            Route::NotFound => "404".to_owned(),
        };
        assert_eq!(found, expected, "{request}");
    }

    #[test]
    fn concrete_paths_come_before_templated_ones() {
        check("GET /orders/mine", "mine");
        check("GET /orders/7", "get id=7");
        check("GET /orders/mine/items/first", "item id=mine item=first");
        check("GET /carts/mine/items/first", "loose anything=carts");
        check("GET /files/readme.md", "readme");
        check("GET /files/a.b.c", "file name=a ext=b.c");
        check("GET /files/a", "bare name=a");
        check("GET /files/.a", "bare name=.a");
        check("GET /orders", "list");
        check("GET /", "root");
        check("GET ", "root");
    }

    #[test]
    fn values_are_percent_decoded_after_the_path_is_cut() {
        check("GET /orders/a%2Fb%20c", "get id=a/b c (a%2Fb%20c)");
        check("GET /orders/%zz", "get id=%zz");
        check("GET /orders/%25zz", "get id=%zz (%25zz)");
        check("GET /orders/100%", "get id=100%");
        check("GET /orders/%C3", "get id=\u{fffd} (%C3)");
        check("GET /o%72ders/7", "get id=7");
        check("GET /caf%C3%A9/1", "café ü=1");
        check("GET /café/é", "café ü=é");
        check("GET /range(1-5)", "range from=1 to=5");
        check("GET /range%281-5%29", "range from=1 to=5");
        check("GET /range(a%2Db-5)", "range from=a to=b-5");
        check("GET /odd/%C3%A9x", "adjacent a=é (%C3%A9) b=x");
    }

    #[test]
    fn a_template_is_filled_with_encoded_texts() {
        let values = [("a".to_owned(), "1%2F2".to_owned()), ("b".to_owned(), "x".to_owned())];
        for (template, expected) in [
            ("/o/{a}", Ok("/o/1%2F2")),
            ("/o/{a}-{b}.json", Ok("/o/1%2F2-x.json")),
            ("/o", Ok("/o")),
            ("/é b/{a}?", Ok("/%C3%A9%20b/1%2F2%3F")),
            ("/caf%C3%A9(x)", Ok("/caf%C3%A9(x)")),
            ("/{c}/{d}", Err("c")),
            ("/{a", Ok("/%7Ba")),
        ] {
            assert_eq!(expand(template, &values), expected.map(str::to_owned), "{template}");
        }
    }

    #[test]
    fn a_looser_template_serves_a_method_that_the_nearer_one_lacks() {
        check("PUT /orders/mine", "put id=mine");
        check("DELETE /orders/mine", "405 GET, POST, PUT");
        check("delete /same/1", "z y=1");
        check("GET /same/1", "x x=1");
        check("PUT /same/1", "405 DELETE, GET");
    }

    #[test]
    fn what_matches_no_template_is_not_found() {
        for path in
            ["/orders/", "/orders//items/1", "/Orders", "/orders/1/items", "/range(-5)", "/range(1-5", "//"]
        {
            check(&format!("GET {path}"), "404");
        }
        check("GET /noslash/1", "noslash x=1");
        check("GET /odd/{a", "brace");
        check("GET /odd/x", "404");
    }
}
