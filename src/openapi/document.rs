use super::operation::{Entry, Operation, OperationIndex, list_operations};
use super::places::{Format, Places};
use super::reference::{ReferenceError, Resolver};
use super::route::{Route, Router};
use super::version::{Declared, Version};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::json::{self, Map, Pointer, Value};
use crate::limits::Limits;
use crate::source::{Source, Span};
use crate::yaml;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// One loaded OpenAPI document: the raw tree, shared and immutable, with views made on demand.
///
/// A pointer into it is a pointer into the tree as it is written; only [`Document::resolve`]
/// follows references.
pub struct Document {
    source: Arc<Source>,
    format: Format,
    limits: Limits,
    version: Version,
    root: Value,
    operations: Vec<Entry>,
    /// The first operation of each `operationId`.
    ids: HashMap<String, usize>,
    router: OnceLock<Router>,
    anchors: OnceLock<HashMap<String, Pointer>>,
    places: OnceLock<Option<Places>>,
}

impl Document {
    /// Reads the text of `problems` as an OpenAPI document of version 3.0 or 3.1, in JSON or YAML.
    ///
    /// Every problem is reported with its place. `None` is given only when the document cannot be
    /// used as a whole: it is no JSON or YAML, is empty, is no map, or states no version that is
    /// read. Whatever else is wrong costs the part it stands in.
    ///
    /// Source: OpenAPI 3.0.4 and 3.1.1, "OpenAPI Object".
    pub fn load(limits: &Limits, problems: &mut Problems) -> Option<Arc<Self>> {
        let source = Arc::clone(problems.source());
        let format = Format::of(source.text());
        let root = match format {
            Format::Json => read_json(&source, problems)?,
            Format::Yaml => read_yaml(limits, problems)?,
        };
        let mut document = Self {
            source,
            format,
            limits: limits.clone(),
            version: Version::V31,
            root,
            operations: Vec::new(),
            ids: HashMap::new(),
            router: OnceLock::new(),
            anchors: OnceLock::new(),
            places: OnceLock::new(),
        };
        document.version = document.read_version(problems)?;
        document.operations = list_operations(&document);
        document.ids = document.index_ids(problems);
        Some(Arc::new(document))
    }

    /// The text that was read.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The version of the specification that the document follows.
    pub fn version(&self) -> Version {
        self.version
    }

    /// `info.title`; empty when there is none.
    pub fn title(&self) -> &str {
        self.root.pointer("/info/title").and_then(Value::as_str).unwrap_or_default()
    }

    /// The raw tree; always an object.
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// Its operations in the order written; path items that are references are followed within the
    /// document, and what is no Operation Object is passed over.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        (0..self.operations.len()).filter_map(|index| Operation::new(self, index))
    }

    /// The operation of an index that this document gave.
    ///
    /// # Panics
    /// With an index of another document that has more operations.
    pub fn operation(&self, index: OperationIndex) -> Operation<'_> {
        Operation::new(self, index.0).expect("the index was given by this document")
    }

    /// The operation with an `operationId`; of equal ids the first.
    pub fn find_operation(&self, id: &str) -> Option<Operation<'_>> {
        Operation::new(self, *self.ids.get(id)?)
    }

    /// The operation of a method, in any case, and a path template as it is written.
    pub fn find_template(&self, method: &str, template: &str) -> Option<Operation<'_>> {
        let is_wanted =
            |entry: &Entry| entry.template == template && entry.method.eq_ignore_ascii_case(method);
        Operation::new(self, self.operations.iter().position(is_wanted)?)
    }

    /// The operation that a request is meant for: its method and its percent-encoded path, without
    /// the path of the base URL and without a query.
    ///
    /// Concrete segments are preferred to templated ones from the left; a template that lacks the
    /// method gives way to a looser one that has it. Segments match percent-decoded.
    ///
    /// Source: OpenAPI 3.1.1, "Path Templating Matching".
    pub fn route(&self, method: &str, path: &str) -> Route<'_> {
        self.router.get_or_init(|| Router::new(self)).route(self, method, path)
    }

    /// The value at a pointer, as written: a reference is not followed.
    pub fn get(&self, pointer: &Pointer) -> Option<&Value> {
        pointer.get(&self.root)
    }

    /// The value that a pointer leads to when every `$ref` on its way and behind its end is
    /// followed, and where it stands.
    ///
    /// # Errors
    /// [`ReferenceError`] when a reference leads out of the document, nowhere, in a circle or
    /// through more than 32 others, or the pointer itself leads nowhere.
    pub fn resolve(&self, pointer: &Pointer) -> Result<(Pointer, &Value), ReferenceError> {
        self.resolver().resolve(pointer)
    }

    /// What a `$ref` with this text points at when it stands at `at`: percent-decoded, anchors
    /// looked up, and not followed any further. Whether something is there is not looked at.
    ///
    /// # Errors
    /// [`ReferenceError`] when it leads out of the document, names an unknown anchor or is no
    /// reference.
    pub fn reference_target(&self, reference: &str, at: &Pointer) -> Result<Pointer, ReferenceError> {
        self.resolver().target(reference, at)
    }

    /// Where the value at a pointer stands; `None` where there is none.
    ///
    /// The first call reads the text again, so it belongs where something is shown.
    pub fn span_of(&self, pointer: &Pointer) -> Option<Span> {
        self.places()?.span(pointer)
    }

    /// Where the key stands that names the value at a pointer; `None` for the root, for an element
    /// of a list, and where there is none. Costs what [`Document::span_of`] costs.
    pub fn key_span_of(&self, pointer: &Pointer) -> Option<Span> {
        self.places()?.key_span(pointer)
    }

    /// The URLs of `servers` with the defaults of their variables put in, in the order written;
    /// relative ones as they are.
    ///
    /// Source: OpenAPI 3.1.1, "Server Object".
    pub fn server_urls(&self) -> Vec<String> {
        let servers = self.root.get("servers").and_then(Value::as_array);
        servers.into_iter().flatten().filter_map(server_url).collect()
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.operations
    }

    fn index_ids(&self, problems: &mut Problems) -> HashMap<String, usize> {
        let mut ids: HashMap<String, usize> = HashMap::new();
        for (index, entry) in self.operations.iter().enumerate() {
            let Some(id) = &entry.id else { continue };
            let Some(first) = ids.get(id).map(|first| &self.operations[*first]) else {
                ids.insert(id.clone(), index);
                continue;
            };
            // Two paths may share one path item by reference; then no other name is to be had.
            if first.pointer == entry.pointer {
                continue;
            }
            let label = |entry: &Entry| format!("{} {}", entry.method, entry.template);
            let place = |entry: &Entry| self.span_of(&entry.pointer.child("operationId")).unwrap_or_default();
            let diagnostic = Diagnostic::warning(
                Code::DOCUMENT_DUPLICATE_OPERATION,
                format!("two operations have the operationId `{id}`"),
            )
            .label(&self.source, place(entry), format!("names {}", label(entry)))
            .label(&self.source, place(first), format!("names {} first", label(first)))
            .help(format!("`{id}` means the first one; call the other by `{}`", label(entry)));
            problems.push(diagnostic);
        }
        ids
    }

    fn resolver(&self) -> Resolver<'_> {
        let name = self.source.name();
        let file_name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        Resolver { root: &self.root, file_name, anchors: &self.anchors }
    }

    fn places(&self) -> Option<&Places> {
        self.places.get_or_init(|| Places::find(self.format, &self.source, &self.limits)).as_ref()
    }

    fn read_version(&self, problems: &mut Problems) -> Option<Version> {
        let Some(stated) = self.root.get("openapi") else {
            self.report_missing_version(problems);
            return None;
        };
        let pointer = Pointer::of(["openapi"]);
        let span = self.span_of(&pointer).unwrap_or_default();
        // `openapi: 3.1` without quotes is a number in YAML.
        let text = match stated {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        match Version::declared(&text) {
            Declared::Known(version) => Some(version),
            Declared::ReadAs(version) => {
                problems
                    .warning(
                        Code::DOCUMENT_LENIENT,
                        span,
                        format!("OpenAPI {} is read as {version}", text.trim()),
                        "is newer than what is known",
                    )
                    .notes
                    .push(format!("what {version} does not have is passed over"));
                Some(version)
            }
            Declared::Unknown => {
                problems
                    .error(
                        Code::DOCUMENT_VERSION,
                        span,
                        format!("OpenAPI `{}` is not supported by this version of contest", text.trim()),
                        "is not a version that is read",
                    )
                    .help
                    .push("documents of OpenAPI 3.0 and 3.1 are read".to_owned());
                None
            }
        }
    }

    fn report_missing_version(&self, problems: &mut Problems) {
        // Files that people mistake for OpenAPI documents, by the key that names their version.
        const OTHERS: [(&str, &str); 4] = [
            ("swagger", "a Swagger 2.0 document"),
            ("asyncapi", "an AsyncAPI document"),
            ("arazzo", "an Arazzo description"),
            ("overlay", "an OpenAPI overlay"),
        ];
        if let Some((key, what)) = OTHERS.iter().find(|(key, _)| self.root.get(key).is_some()) {
            let span = self.key_span_of(&Pointer::of([*key])).unwrap_or_default();
            let help = match *key {
                "swagger" => "convert it to OpenAPI 3.0; many editors and command-line tools do that",
                _ => "name the OpenAPI document itself",
            };
            let message = format!("this is {what}, which this version of contest does not support");
            let label = "an OpenAPI document has `openapi` here";
            problems.error(Code::DOCUMENT_VERSION, span, message, label).help.push(help.to_owned());
            return;
        }
        let start = self.span_of(&Pointer::root()).map_or(0, |span| span.start);
        let position = self.source.position(start);
        let line = self.source.line(position.line);
        problems
            .error(
                Code::DOCUMENT_VERSION,
                Span::new(start, line.end.max(start)),
                "the document does not state its OpenAPI version",
                "lacks the key `openapi`",
            )
            .help
            .push("an OpenAPI document starts with a line such as `openapi: 3.0.3`".to_owned());
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({:?}, OpenAPI {})", self.source.name(), self.version)
    }
}

fn read_json(source: &Arc<Source>, problems: &mut Problems) -> Option<Value> {
    let parsed = match json::parse(source.text()) {
        Ok(parsed) => parsed,
        Err(error) => {
            let text = source.text();
            let end =
                text[error.offset..].chars().next().map_or(error.offset, |c| error.offset + c.len_utf8());
            let message = match error.is_trailing {
                true => "something follows the JSON value".to_owned(),
                false => format!("not JSON: {error}"),
            };
            let span = Span::new(error.offset, end);
            problems.error(Code::DOCUMENT_SYNTAX, span, message, "the parser stops here");
            return None;
        }
    };
    if !parsed.duplicates.is_empty()
        && let Some(places) = json::Located::parse(source.text())
    {
        for pointer in &parsed.duplicates {
            let name = pointer.tokens().last().map(String::as_str).unwrap_or_default();
            let span = places.name_span(pointer).unwrap_or_default();
            let message = format!("the key `{name}` stands twice in one map");
            problems.warning(Code::YAML_DUPLICATE_KEY, span, message, "this one is used");
        }
    }
    Some(parsed.value)
}

fn read_yaml(limits: &Limits, problems: &mut Problems) -> Option<Value> {
    let reported = problems.len();
    let root = yaml::load(yaml::Dialect::Document, limits, problems);
    let is_empty = root.as_ref().is_none_or(yaml::Node::is_null);
    if is_empty && problems.len() == reported {
        problems.error(
            Code::DOCUMENT_SYNTAX,
            Span::default(),
            "the document is empty",
            "nothing stands here",
        );
        return None;
    }
    let root = root?;
    if root.as_map().is_none() {
        let first_line = problems.source().slice(root.span).lines().next().unwrap_or_default().len();
        problems.error(
            Code::DOCUMENT_SYNTAX,
            Span::new(root.span.start, root.span.start + first_line),
            format!("an OpenAPI document is a map, not {}", root.type_name()),
            format!("is {}", root.type_name()),
        );
        return None;
    }
    Some(root.to_value())
}

fn server_url(server: &Value) -> Option<String> {
    let mut url = server.get("url")?.as_str()?.to_owned();
    let variables = server.get("variables").and_then(Value::as_object);
    for (name, variable) in variables.unwrap_or(&Map::new()) {
        let default = match variable.get("default") {
            Some(Value::String(text)) => text.clone(),
            // `default: 8443` without quotes is a number in YAML.
            Some(other @ (Value::Number(_) | Value::Bool(_))) => other.to_string(),
            _ => continue,
        };
        url = url.replace(&format!("{{{name}}}"), &default);
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::testing::load;

    fn check_refused(text: &str, expected: &str) {
        let (document, problems) = load(text);
        assert!(document.is_none(), "{text}");
        assert_eq!(problems, [expected], "{text}");
    }

    fn check_version(text: &str, version: Version, expected: &[&str]) {
        let (document, problems) = load(text);
        assert_eq!(document.map(|document| document.version()), Some(version), "{text}");
        assert_eq!(problems, expected, "{text}");
    }

    #[test]
    fn documents_of_both_versions_are_read() {
        check_version("openapi: 3.0.3", Version::V30, &[]);
        check_version("openapi: '3.1.0'", Version::V31, &[]);
        check_version("openapi: 3.1", Version::V31, &[]);
        check_version("{\"openapi\": \"3.0.0\"}", Version::V30, &[]);
        check_version(" \n { \"openapi\": \"3.1.1\" }\n", Version::V31, &[]);
        check_version("{openapi: 3.0.0}", Version::V30, &[]);
        check_version("openapi: 3.0.0\ninfo: {version: 1.0, title: 7}\npaths: 5", Version::V30, &[]);
        let newer = "1:10 document.lenient OpenAPI 3.2.0 is read as 3.1";
        check_version("openapi: 3.2.0", Version::V31, &[newer]);
    }

    #[test]
    fn what_is_no_document_is_refused_with_its_place() {
        let empty = "1:1 document.syntax the document is empty";
        check_refused("", empty);
        check_refused(" \n# nothing\n", empty);
        check_refused("---\n...\n", empty);
        check_refused("null", empty);
        check_refused("- a\n- b\n", "1:1 document.syntax an OpenAPI document is a map, not a list");
        check_refused("[1]", "1:1 document.syntax an OpenAPI document is a map, not a list");
        check_refused("hello", "1:1 document.syntax an OpenAPI document is a map, not a text");
        check_refused("7", "1:1 document.syntax an OpenAPI document is a map, not a number");
        let unstated = "document.version the document does not state its OpenAPI version";
        check_refused("\npaths: {}\n", &format!("2:1 {unstated}"));
        check_refused("{}", &format!("1:1 {unstated}"));
        check_refused(
            "info: {}\nswagger: \"2.0\"",
            "2:1 document.version this is a Swagger 2.0 document, which this version of contest does not support",
        );
        check_refused(
            "asyncapi: 3.0.0",
            "1:1 document.version this is an AsyncAPI document, which this version of contest does not support",
        );
        for version in ["4.0.0", "2.0", "three", "null", "{}", "true"] {
            let stated = version.trim();
            check_refused(
                &format!("openapi: {version}"),
                &format!(
                    "1:10 document.version OpenAPI `{stated}` is not supported by this version of contest"
                ),
            );
        }
    }

    #[test]
    fn what_cannot_be_parsed_is_refused_with_its_place() {
        check_refused(
            "{\"openapi\": \"3.0.0\",\n \"paths\": nope}",
            "2:12 document.syntax not JSON: expected ident",
        );
        check_refused("{\"a\": 1} x", "1:10 document.syntax something follows the JSON value");
        check_refused("{\"a\": \"é", "1:8 document.syntax not JSON: EOF while parsing a string");
        let (document, problems) = load("a: [1\nb: 2");
        assert!(document.is_none());
        assert_eq!(problems.len(), 1, "{problems:?}");
    }

    #[test]
    fn duplicate_keys_are_a_warning_and_the_last_wins() {
        let twice = "yaml.duplicate-key the key `info` stands twice in one map";
        for (text, place) in [
            ("openapi: 3.0.0\ninfo: {title: a}\ninfo: {title: b}\n", "3:1"),
            ("{\"openapi\": \"3.0.0\",\n\"info\": 1, \"info\": {\"title\": \"b\"}}", "2:12"),
        ] {
            let (document, problems) = load(text);
            assert_eq!(problems, [format!("{place} {twice}")]);
            assert_eq!(document.expect("it loads").title(), "b");
        }
    }

    #[test]
    fn places_are_found_in_both_formats() {
        for (text, value, key) in [
            ("openapi: 3.0.0\ninfo:\n  title: T\n", "3:10", "3:3"),
            ("{\"openapi\": \"3.0.0\",\n\"info\": {\"title\": \"T\"}}", "2:19", "2:10"),
        ] {
            let document = load(text).0.expect("it loads");
            let place = |span: Option<Span>| {
                let position = document.source().position(span.expect("it is there").start);
                format!("{}:{}", position.line, position.column)
            };
            let pointer = Pointer::of(["info", "title"]);
            assert_eq!(place(document.span_of(&pointer)), value);
            assert_eq!(place(document.key_span_of(&pointer)), key);
            assert_eq!(document.span_of(&Pointer::of(["info", "x"])), None);
            assert_eq!(document.key_span_of(&Pointer::root()), None);
        }
    }

    #[test]
    fn server_variables_take_their_defaults() {
        let document = load(
            "openapi: 3.0.0\nservers: [{url: 'https://{host}:{port}/{x}', variables: {host: {default: h}, port: {default: 8443}, y: 1}}, {url: /v1}, {}, 7]",
        );
        assert_eq!(document.0.expect("it loads").server_urls(), ["https://h:8443/{x}", "/v1"]);
        assert_eq!(
            load("{openapi: 3.0.0, servers: x}").0.expect("it loads").server_urls(),
            Vec::<String>::new()
        );
    }
}
