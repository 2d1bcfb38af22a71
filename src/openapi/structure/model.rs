use super::{Lint, MAX_LINTS};
use crate::diagnostic::Code;
use crate::json::{Map, Pointer, Value};
use crate::openapi::Document;
use crate::openapi::reference::reference_of;
use serde::de::DeserializeOwned;

/// The objects of OpenAPI 3.0 that are held against their model one by one.
///
/// Each is looked at with its children replaced by the smallest thing that may stand there: so
/// every object is read once, each broken one is found and not the first alone, and a document
/// cannot make the model read a part again and again (its references are read twice when they
/// fail, and that doubles with every level).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Document,
    Info,
    Server,
    Tag,
    Components,
    PathItem,
    Operation,
    Parameter,
    RequestBody,
    Response,
    Header,
    MediaType,
    Encoding,
    Example,
    Link,
    SecurityScheme,
    Schema,
}

/// How children hang under a key.
#[derive(Clone, Copy)]
enum Under {
    /// The value is the child.
    One,
    /// The value is a list of children.
    List,
    /// The value is a map from names to children.
    Map,
    /// The same, but `x-…` are extensions and no children.
    ExtensibleMap,
}

/// Holds a document against `openapiv3`, where its version has a model there.
pub(super) fn lint(document: &Document) -> Vec<Lint> {
    let mut lints = Vec::new();
    if document.version().has_structure_model() {
        check(Kind::Document, &Pointer::root(), document.root(), &mut lints);
    }
    lints
}

fn check(kind: Kind, pointer: &Pointer, value: &Value, lints: &mut Vec<Lint>) {
    let Some(members) = value.as_object().filter(|_| lints.len() < MAX_LINTS) else { return };
    if kind.may_be_reference() && reference_of(value).is_some() {
        return;
    }
    let mut shallow = members.clone();
    for (key, under, child) in kind.children() {
        let Some(value) = members.get(*key) else { continue };
        let at = pointer.child(*key);
        let stubbed = match (under, value) {
            (Under::One, Value::Object(_)) => check_child(*child, &at, value, lints),
            (Under::List, Value::Array(elements)) => {
                let indexed = elements.iter().enumerate();
                let stubs = indexed.map(|(index, element)| {
                    check_child(*child, &at.child(index.to_string()), element, lints)
                });
                Value::Array(stubs.collect())
            }
            // A whole map may be a reference, which is followed though OpenAPI does not provide for it.
            (Under::Map | Under::ExtensibleMap, map) if reference_of(map).is_some() => {
                Value::Object(Map::new())
            }
            (Under::Map | Under::ExtensibleMap, Value::Object(named)) => {
                let is_extensible = matches!(under, Under::ExtensibleMap);
                let named = named.iter().filter(|(name, _)| !(is_extensible && name.starts_with("x-")));
                let stubs = named.map(|(name, element)| {
                    (name.clone(), check_child(*child, &at.child(name.as_str()), element, lints))
                });
                Value::Object(stubs.collect())
            }
            (_, other) => other.clone(),
        };
        shallow.insert((*key).to_owned(), stubbed);
    }
    kind.forgive(&mut shallow);
    let shallow = Value::Object(shallow);
    if let Err(mut problem) = kind.read(&shallow) {
        let is_missing =
            ["missing field", "no variant"].iter().any(|start| problem.message.starts_with(start));
        if problem.path.is_root() && !is_missing {
            problem.path = culprit(kind, &shallow, &problem.message);
        }
        // A list of types is read as 3.1 reads it, which `document.lenient` says.
        let is_list = problem.path.get(&shallow).is_some_and(Value::is_array);
        if kind == Kind::Schema && is_list && problem.path == Pointer::of(["type"]) {
            return;
        }
        let pointer = pointer.join(&problem.path);
        let (message, label) = words(kind, &problem, problem.path.get(&shallow));
        lints.push(structure(pointer, message, label));
    }
}

/// Looks at a child and gives what may stand in its place.
fn check_child(kind: Kind, at: &Pointer, value: &Value, lints: &mut Vec<Lint>) -> Value {
    if value.is_object() {
        check(kind, at, value, lints);
    } else {
        let (wanted, found) = (kind.name(), found_words(value));
        let message = format!("{wanted} is a map, not {found}");
        lints.push(structure(at.clone(), message, format!("is {found}")));
    }
    kind.stub()
}

/// The model forgets where in an object it failed when parts of it are read as one; the member
/// without which it says something else is the one.
fn culprit(kind: Kind, object: &Value, message: &str) -> Pointer {
    let Some(members) = object.as_object() else { return Pointer::root() };
    // More members than the specification has fields are names that people chose.
    let keys: Vec<String> = members.keys().take(64).cloned().collect();
    let is_culprit = |key: &&String| {
        let mut rest = members.clone();
        rest.shift_remove(key.as_str());
        // Without a required key, that it is missing may be said first.
        kind.read(&Value::Object(rest))
            .err()
            .is_none_or(|problem| problem.message != message && !problem.message.starts_with("missing field"))
    };
    keys.iter().find(is_culprit).map_or_else(Pointer::root, |key| Pointer::of([key.as_str()]))
}

fn structure(pointer: Pointer, message: String, label: String) -> Lint {
    Lint {
        code: Code::DOCUMENT_STRUCTURE,
        pointer,
        is_key: false,
        message,
        label,
        also: None,
        notes: Vec::new(),
        help: None,
    }
}

/// What the model said, and how far into the object.
struct Problem {
    path: Pointer,
    message: String,
}

impl Kind {
    /// The keys that hold other objects. Callbacks hang nowhere: they describe requests that the
    /// API sends.
    fn children(self) -> &'static [(&'static str, Under, Kind)] {
        match self {
            Self::Document => &[
                ("info", Under::One, Self::Info),
                ("servers", Under::List, Self::Server),
                ("tags", Under::List, Self::Tag),
                ("components", Under::One, Self::Components),
                ("paths", Under::ExtensibleMap, Self::PathItem),
            ],
            Self::Components => &[
                ("schemas", Under::Map, Self::Schema),
                ("responses", Under::Map, Self::Response),
                ("parameters", Under::Map, Self::Parameter),
                ("examples", Under::Map, Self::Example),
                ("requestBodies", Under::Map, Self::RequestBody),
                ("headers", Under::Map, Self::Header),
                ("securitySchemes", Under::Map, Self::SecurityScheme),
                ("links", Under::Map, Self::Link),
            ],
            Self::PathItem => &[
                ("parameters", Under::List, Self::Parameter),
                ("servers", Under::List, Self::Server),
                ("get", Under::One, Self::Operation),
                ("put", Under::One, Self::Operation),
                ("post", Under::One, Self::Operation),
                ("delete", Under::One, Self::Operation),
                ("options", Under::One, Self::Operation),
                ("head", Under::One, Self::Operation),
                ("patch", Under::One, Self::Operation),
                ("trace", Under::One, Self::Operation),
            ],
            Self::Operation => &[
                ("parameters", Under::List, Self::Parameter),
                ("requestBody", Under::One, Self::RequestBody),
                ("responses", Under::ExtensibleMap, Self::Response),
                ("servers", Under::List, Self::Server),
            ],
            Self::Parameter | Self::Header => &[
                ("schema", Under::One, Self::Schema),
                ("content", Under::Map, Self::MediaType),
                ("examples", Under::Map, Self::Example),
            ],
            Self::RequestBody => &[("content", Under::Map, Self::MediaType)],
            Self::Response => &[
                ("headers", Under::Map, Self::Header),
                ("content", Under::Map, Self::MediaType),
                ("links", Under::Map, Self::Link),
            ],
            Self::MediaType => &[
                ("schema", Under::One, Self::Schema),
                ("examples", Under::Map, Self::Example),
                ("encoding", Under::Map, Self::Encoding),
            ],
            Self::Encoding => &[("headers", Under::Map, Self::Header)],
            Self::Schema => &[
                ("properties", Under::Map, Self::Schema),
                ("additionalProperties", Under::One, Self::Schema),
                ("items", Under::One, Self::Schema),
                ("not", Under::One, Self::Schema),
                ("allOf", Under::List, Self::Schema),
                ("anyOf", Under::List, Self::Schema),
                ("oneOf", Under::List, Self::Schema),
            ],
            Self::Info | Self::Server | Self::Tag | Self::Example | Self::Link | Self::SecurityScheme => &[],
        }
    }

    /// The smallest value that may stand in the place of such an object.
    fn stub(self) -> Value {
        match self {
            Self::Info => serde_json::json!({"title": "", "version": ""}),
            Self::Server => serde_json::json!({"url": ""}),
            Self::Tag => serde_json::json!({"name": ""}),
            Self::Operation => serde_json::json!({"responses": {}}),
            Self::Document | Self::Components | Self::MediaType | Self::Encoding => Value::Object(Map::new()),
            _ => serde_json::json!({"$ref": "#"}),
        }
    }

    fn may_be_reference(self) -> bool {
        self.stub().get("$ref").is_some()
    }

    /// Takes out what is no fault worth a word, and what the model would read in depth.
    fn forgive(self, members: &mut Map<String, Value>) {
        match self {
            // `version: 1.0` without quotes is a number in YAML.
            Self::Document => quote(members, "openapi"),
            Self::Info => quote(members, "version"),
            Self::Operation | Self::Components => {
                members.remove("callbacks");
            }
            _ => {}
        }
    }

    fn read(self, value: &Value) -> Result<(), Problem> {
        match self {
            Self::Document => read::<openapiv3::OpenAPI>(value),
            Self::Info => read::<openapiv3::Info>(value),
            Self::Server => read::<openapiv3::Server>(value),
            Self::Tag => read::<openapiv3::Tag>(value),
            Self::Components => read::<openapiv3::Components>(value),
            Self::PathItem => read::<openapiv3::PathItem>(value),
            Self::Operation => read::<openapiv3::Operation>(value),
            Self::Parameter => read::<openapiv3::Parameter>(value),
            Self::RequestBody => read::<openapiv3::RequestBody>(value),
            Self::Response => read::<openapiv3::Response>(value),
            Self::Header => read::<openapiv3::Header>(value),
            Self::MediaType => read::<openapiv3::MediaType>(value),
            Self::Encoding => read::<openapiv3::Encoding>(value),
            Self::Example => read::<openapiv3::Example>(value),
            Self::Link => read::<openapiv3::Link>(value),
            Self::SecurityScheme => read::<openapiv3::SecurityScheme>(value),
            Self::Schema => read::<openapiv3::Schema>(value),
        }
    }

    /// The specification's name, with its article.
    fn name(self) -> &'static str {
        match self {
            Self::Document => "the document",
            Self::Info => "the Info Object",
            Self::Server => "a Server Object",
            Self::Tag => "a Tag Object",
            Self::Components => "the Components Object",
            Self::PathItem => "a Path Item Object",
            Self::Operation => "an Operation Object",
            Self::Parameter => "a Parameter Object",
            Self::RequestBody => "a Request Body Object",
            Self::Response => "a Response Object",
            Self::Header => "a Header Object",
            Self::MediaType => "a Media Type Object",
            Self::Encoding => "an Encoding Object",
            Self::Example => "an Example Object",
            Self::Link => "a Link Object",
            Self::SecurityScheme => "a Security Scheme Object",
            Self::Schema => "a Schema Object",
        }
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<(), Problem> {
    let outcome: Result<T, _> = serde_path_to_error::deserialize(value);
    outcome.map(|_| ()).map_err(|error| {
        let segments = error.path().iter().map_while(|segment| match segment {
            serde_path_to_error::Segment::Map { key } => Some(key.clone()),
            serde_path_to_error::Segment::Seq { index } => Some(index.to_string()),
            _ => None,
        });
        // A path into a flattened part may end at a name of the model's own.
        let mut path = Pointer::of(segments);
        while path.get(value).is_none() && !path.is_root() {
            path = path.parent();
        }
        Problem { path, message: error.inner().to_string() }
    })
}

fn quote(members: &mut Map<String, Value>, key: &str) {
    if let Some(value @ (Value::Number(_) | Value::Bool(_))) = members.get_mut(key) {
        *value = Value::String(value.to_string());
    }
}

/// Headline and label, in the words of the specification rather than those of the model.
fn words(kind: Kind, problem: &Problem, found: Option<&Value>) -> (String, String) {
    let (name, message) = (kind.name(), problem.message.as_str());
    let what = match problem.path.tokens().last() {
        Some(key) => format!("`{key}` of {name}"),
        None => name.to_owned(),
    };
    if let Some(field) = message.strip_prefix("missing field ") {
        return (format!("{what} needs the key {field}"), format!("lacks {field}"));
    }
    if message.contains("ParameterSchemaOrContent") {
        return (format!("{what} needs the key `schema` or `content`"), "has neither".to_owned());
    }
    let expected = |prefix: &str| message.strip_prefix(prefix)?.split_once(", expected ");
    if let Some((found, expected)) = expected("unknown variant ") {
        return (format!("{what} cannot be {found}"), format!("expected {expected}"));
    }
    if let Some((_, expected)) = expected("invalid type: ").or_else(|| expected("invalid value: ")) {
        let expected = expected_words(expected);
        let found = match found {
            Some(number @ Value::Number(_)) => format!("`{number}`"),
            Some(other) => found_words(other).to_owned(),
            None => "that".to_owned(),
        };
        return (format!("{what} is {expected}, not {found}"), format!("expected {expected}"));
    }
    let label = match found {
        Some(found) if message.contains("untagged") => format!("cannot be {}", found_words(found)),
        _ => message.to_owned(),
    };
    (format!("{what} is not as OpenAPI 3.0 describes it"), label)
}

/// What a value is, in the words that people use of YAML.
pub(super) fn found_words(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

/// serde's words for what it wanted, in those that people use of YAML.
fn expected_words(expected: &str) -> &str {
    match expected {
        "a string" => "a text",
        "a sequence" => "a list",
        "usize" | "u64" | "i64" => "a whole number",
        "a JSON number" | "f64" => "a number",
        _ if expected.starts_with("struct") || expected.contains("map") => "a map",
        _ => expected,
    }
}
