use super::known::Known;
use super::tree::PathItem;
use super::view::View;
use super::{Document, Parameter, RequestBody, Response, ResponseKey, Security};
use crate::json::{Pointer, Value};
use std::borrow::Cow;

/// The number of an operation within its document, in the order written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationIndex(pub(super) usize);

/// One operation: a method under a path template.
///
/// Source: OpenAPI 3.1.1, "Operation Object".
#[derive(Clone, Copy, Debug)]
pub struct Operation<'d> {
    document: &'d Document,
    index: usize,
    entry: &'d Entry,
}

/// What is known of an operation before anybody asks for it.
#[derive(Debug)]
pub(super) struct Entry {
    /// In the case it is sent in.
    pub(super) method: Cow<'static, str>,
    pub(super) template: String,
    /// Where the operation object stands, behind the references of its path item.
    pub(super) pointer: Pointer,
    /// The path item and those that it refers to, the nearest first.
    pub(super) path_items: Vec<Pointer>,
    pub(super) id: Option<String>,
    /// What is looked up when it is first asked for.
    pub(super) known: Known,
}

/// The keys of a path item that hold operations, with the methods they stand for.
///
/// Source: OpenAPI 3.2.0, "Path Item Object".
pub(super) const METHODS: [(&str, &str); 9] = [
    ("get", "GET"),
    ("put", "PUT"),
    ("post", "POST"),
    ("delete", "DELETE"),
    ("options", "OPTIONS"),
    ("head", "HEAD"),
    ("patch", "PATCH"),
    ("trace", "TRACE"),
    ("query", "QUERY"),
];

/// The key of a path item under which operations of other methods stand, by the names of these.
///
/// Source: OpenAPI 3.2.0, "Path Item Object".
pub(super) const ADDITIONAL: &str = "additionalOperations";

/// The characters of a method beside letters and digits.
///
/// Source: RFC 9110 §5.6.2, `tchar`.
const METHOD_SIGNS: &str = "!#$%&'*+-.^_`|~";

/// Why a name under `additionalOperations` names no operation there; `None` when it does.
pub(super) fn method_fault(name: &str) -> Option<&'static str> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || METHOD_SIGNS.contains(c);
    match METHODS.iter().any(|(_, method)| *method == name) {
        true => Some("has a key of its own in the path item"),
        false if name.is_empty() || !name.chars().all(is_token) => Some("is no method of HTTP"),
        false => None,
    }
}

impl<'d> Operation<'d> {
    pub(super) fn new(document: &'d Document, index: usize) -> Option<Self> {
        Some(Self { document, index, entry: document.entries().get(index)? })
    }

    /// Its number within the document.
    pub fn index(self) -> OperationIndex {
        OperationIndex(self.index)
    }

    /// The document it belongs to.
    pub fn document(self) -> &'d Document {
        self.document
    }

    /// Where the operation object stands, behind the references of its path item.
    pub fn pointer(self) -> &'d Pointer {
        &self.entry.pointer
    }

    /// The method as it is sent: in upper case, or as `additionalOperations` names it.
    pub fn method(self) -> &'d str {
        &self.entry.method
    }

    /// The path template as written: `/v2/orders/{orderID}`.
    pub fn template(self) -> &'d str {
        &self.entry.template
    }

    /// The `operationId`, where it has one.
    pub fn id(self) -> Option<&'d str> {
        self.entry.id.as_deref()
    }

    /// The name people know it by: its `operationId`, or its label.
    pub fn name(self) -> String {
        self.id().map_or_else(|| self.label(), str::to_owned)
    }

    /// Method and path template: `PUT /v2/orders/{orderID}`.
    pub fn label(self) -> String {
        format!("{} {}", self.method(), self.template())
    }

    /// Whether the document says `deprecated: true`.
    pub fn is_deprecated(self) -> bool {
        self.view().is_some_and(|view| view.boolean("deprecated") == Some(true))
    }

    /// The names between braces in the path template, in order.
    pub fn template_names(self) -> Vec<&'d str> {
        super::route::template_names(self.template())
    }

    /// The path of a request: the template with a percent-encoded text in the place of each name.
    /// What the template itself may not hold in a URL is percent-encoded.
    ///
    /// # Errors
    /// The first name without a value.
    pub fn expand(self, values: &[(String, String)]) -> Result<String, &'d str> {
        super::route::expand(self.template(), values)
    }

    /// Its parameters with those of the path item, references followed; of equal name and location
    /// the operation's own counts. Header parameters named `Accept`, `Content-Type` and
    /// `Authorization` are left out, as OpenAPI says; so is what is no Parameter Object.
    pub fn parameters(self) -> Vec<Parameter<'d>> {
        self.entry.known.parameters(self)
    }

    /// Whether one of its parameters is deprecated.
    pub fn has_deprecated_parameters(self) -> bool {
        let known = &self.entry.known.has_deprecated_parameters;
        *known.get_or_init(|| self.parameters().iter().any(Parameter::is_deprecated))
    }

    /// Its request body, where it documents one.
    pub fn request_body(self) -> Option<RequestBody<'d>> {
        self.entry.known.request_body(self).map(RequestBody::new)
    }

    /// Its documented responses in the order written; keys that are no status are passed over.
    pub fn responses(self) -> Vec<Response<'d>> {
        let known = self.entry.known.responses(self).iter();
        known.filter_map(|(key, place)| Some(Response::new(*key, place.view(self.document)?))).collect()
    }

    /// The response object for a status: its own key, then its range (`4XX`), then `default`.
    ///
    /// Source: OpenAPI 3.1.1, "Responses Object".
    pub fn response_for(self, status: u16) -> Option<Response<'d>> {
        let ranked = self
            .entry
            .known
            .responses(self)
            .iter()
            .filter_map(|(key, place)| Some((rank(*key, status)?, *key, place)));
        // Of equals the first written.
        let (_, key, place) = ranked.min_by_key(|(rank, ..)| *rank)?;
        Some(Response::new(key, place.view(self.document)?))
    }

    /// The media types of its responses, each once, in the order of the document, as the value of
    /// `Accept`; `*/*` when it documents none.
    pub fn accept(self) -> &'d str {
        self.entry.known.accept.get_or_init(|| {
            let mut ranges: Vec<&str> = Vec::new();
            for media_type in self.responses().iter().flat_map(Response::media_types) {
                let range = media_type.range();
                if !ranges.contains(&range) && !range.contains(['\r', '\n', '\0']) {
                    ranges.push(range);
                }
            }
            if ranges.is_empty() { "*/*".to_owned() } else { ranges.join(", ") }
        })
    }

    /// What it demands of the caller: one of these lists, everything in it; its own `security`,
    /// else the document's. Empty when it demands nothing; an empty list within means that
    /// anonymous calls are allowed.
    ///
    /// Source: OpenAPI 3.1.1, "Security Requirement Object".
    pub fn security(self) -> Vec<Vec<Security<'d>>> {
        let own = self.view().and_then(|view| view.value.get("security"));
        let stated = own.or_else(|| self.document.member("security")).and_then(Value::as_array);
        let alternatives = stated.into_iter().flatten().filter_map(Value::as_object);
        alternatives
            .map(|all| all.iter().map(|(name, scopes)| Security::new(self.document, name, scopes)).collect())
            .collect()
    }

    /// What was looked up of it before.
    pub(super) fn known(self) -> &'d Known {
        &self.entry.known
    }

    /// The objects whose `parameters` count, the nearest first.
    pub(super) fn parameter_holders(self) -> impl Iterator<Item = &'d Pointer> {
        std::iter::once(&self.entry.pointer).chain(&self.entry.path_items)
    }

    pub(super) fn view(self) -> Option<View<'d>> {
        // The pointer stands behind every reference already.
        View::raw(self.document, &self.entry.pointer)
    }
}

/// How near a key of the Responses Object is to a status, 0 the nearest.
pub(super) fn rank(key: ResponseKey, status: u16) -> Option<u8> {
    match key {
        ResponseKey::Status(code) if code == status => Some(0),
        ResponseKey::Range(class) if u16::from(class) == status / 100 => Some(1),
        ResponseKey::Default => Some(2),
        _ => None,
    }
}

/// Lists the operations of a document in the order written. What is no Operation Object is passed
/// over; path items that are references are followed within the document.
pub(super) fn list_operations(document: &Document) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (template, pointer, known) in templates(document) {
        if template.starts_with("x-") {
            continue;
        }
        if let Some(members) = known.and_then(|item| item.members.as_ref()) {
            for (key, id) in members {
                let Some((_, method)) = METHODS.iter().find(|(name, _)| name == key) else {
                    continue;
                };
                entries.push(Entry {
                    method: Cow::Borrowed(method),
                    template: template.to_owned(),
                    pointer: pointer.child(key.as_str()),
                    path_items: vec![pointer.clone()],
                    id: id.clone(),
                    known: Known::default(),
                });
            }
            continue;
        }
        let path_items = path_items(document, &pointer);
        let mut methods: Vec<Cow<'static, str>> = Vec::new();
        for view in path_items.iter().filter_map(|pointer| View::raw(document, pointer)) {
            for (method, operation) in operations_of(&view) {
                // OpenAPI leaves it open which wins when a path item and the one it refers to
                // have the same operation: the nearer one was written for this path.
                if methods.contains(&method) {
                    continue;
                }
                methods.push(method.clone());
                entries.push(Entry {
                    method,
                    template: template.to_owned(),
                    id: operation.text("operationId").map(str::to_owned),
                    pointer: operation.pointer.into_owned(),
                    path_items: path_items.clone(),
                    known: Known::default(),
                });
            }
        }
    }
    entries
}

/// The operations of one path item, in the order written.
fn operations_of<'d>(item: &View<'d>) -> Vec<(Cow<'static, str>, View<'d>)> {
    let mut found = Vec::new();
    for key in item.value.as_object().into_iter().flat_map(|members| members.keys()) {
        if let Some((_, method)) = METHODS.iter().find(|(name, _)| name == key) {
            found.extend(item.object(key).map(|operation| (Cow::Borrowed(*method), operation)));
        } else if key == ADDITIONAL {
            let named = item.objects(key).into_iter().filter(|(name, _)| method_fault(name).is_none());
            found.extend(named.map(|(name, operation)| (Cow::Owned(name.to_owned()), operation)));
        }
    }
    found
}

/// The path templates in the order written, with where their path items stand and what is known of
/// them. `paths` itself may be a reference, as tools write it that put every path in a file.
pub(super) fn templates(document: &Document) -> Vec<(&str, Pointer, Option<&PathItem>)> {
    let paths = Pointer::of(["paths"]);
    let mut found = Vec::new();
    for (template, known) in document.tree().path_items() {
        if template == "$ref" {
            let Ok((at, Value::Object(items))) = document.resolve(&paths) else { continue };
            found.extend(items.keys().map(|template| (template.as_str(), at.child(template.as_str()), None)));
        } else {
            found.push((template, paths.child(template), known));
        }
    }
    found
}

/// A path item, and those its `$ref` leads to one after the other: the fields of all count.
fn path_items(document: &Document, pointer: &Pointer) -> Vec<Pointer> {
    let mut found = vec![pointer.clone()];
    // Only a chain without a circle and with an end is followed at all.
    if document.resolve(pointer).is_ok() {
        let mut current = pointer.clone();
        while let Some(reference) = document.get(&current).and_then(super::reference::reference_of)
            && let Ok(target) = document.reference_target(reference, &current)
            && found.len() <= super::reference::MAX_CHAIN
        {
            found.push(target.clone());
            current = target;
        }
    }
    found
}
