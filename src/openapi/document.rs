mod read;
mod stated;

pub(super) use read::{read_json, read_yaml};

use super::files::{Fetch, Files, load};
use super::names::Names;
use super::operation::{Entry, Operation, OperationIndex, list_operations, templates};
use super::origin::Origins;
use super::overlay::{Layer, Overlay};
use super::places::Format;
use super::reference::{ReferenceError, Resolver};
use super::route::{Route, Router};
use super::swagger;
use super::tree::Tree;
use super::version::Version;
use super::walk::Holds;
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::json::{Map, Pointer, Value};
use crate::limits::Limits;
use crate::source::{Location, Source, Span};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};
use url::Url;

/// As many paths without operations are named at once; `contest check` names the others.
const MAX_LOST: usize = 100;

/// One loaded OpenAPI document: the raw tree, shared and immutable, with views made on demand.
///
/// A pointer into it is a pointer into the tree as it is written; only [`Document::resolve`]
/// follows references.
pub struct Document {
    origins: Origins,
    limits: Limits,
    version: Version,
    tree: Tree,
    operations: Vec<Entry>,
    /// The first operation of each `operationId`.
    ids: HashMap<String, usize>,
    router: OnceLock<Router>,
    files: Files,
    names: OnceLock<Names>,
}

impl Document {
    /// Reads the text of `problems` as an OpenAPI document of version 3.0, 3.1 or 3.2, or as one of
    /// Swagger 2.0, in JSON or YAML.
    ///
    /// Every problem is reported with its place. `None` is given only when the document cannot be
    /// used as a whole: it is no JSON or YAML, is empty, is no map, or states no version that is
    /// read. Whatever else is wrong costs the part it stands in.
    ///
    /// References to other files and to URLs are not followed: [`Document::load_with`] does that.
    ///
    /// Source: OpenAPI 3.0.4, 3.1.1 and 3.2.0, "OpenAPI Object"; Swagger 2.0, "Swagger Object".
    pub fn load(limits: &Limits, problems: &mut Problems) -> Option<Arc<Self>> {
        Self::load_overlaid(&[], None, limits, problems)
    }

    /// The same, and reads the files and URLs that references lead to, one after the other.
    ///
    /// What of them cannot be read costs the references that lead there; what is wrong with their
    /// texts is a warning. At most `limits.files` are read, and none that stands behind more than
    /// `limits.chain` others.
    pub fn load_with(fetch: &dyn Fetch, limits: &Limits, problems: &mut Problems) -> Option<Arc<Self>> {
        Self::load_overlaid(&[], Some(fetch), limits, problems)
    }

    /// The same with overlays, which are applied in order before anything else looks at the document;
    /// references to other files are followed with a way to read them alone.
    ///
    /// What there is to say about an overlay has its place in the overlay's file; there may be errors
    /// then although there is a document.
    ///
    /// Source: Overlay Specification 1.0.0.
    pub fn load_overlaid(
        overlays: &[Arc<Overlay>],
        fetch: Option<&dyn Fetch>,
        limits: &Limits,
        problems: &mut Problems,
    ) -> Option<Arc<Self>> {
        let source = Arc::clone(problems.source());
        let format = Format::of(source.text());
        let tree = match format {
            Format::Json => match Tree::of_large(&source) {
                Some(parts) => parts,
                None => Tree::of_value(read_json(&source, problems)?),
            },
            Format::Yaml => Tree::of_value(read_yaml("an OpenAPI document", limits, problems)?),
        };
        let mut origins = Origins::of(&source, format);
        let tree = match overlays {
            [] => tree,
            _ => overlaid(&tree, overlays, &mut origins, limits, problems),
        };
        let base = fetch.map_or_else(|| nowhere(source.name()), Fetch::base);
        let files = Files::of(base, &tree);
        let mut document = Self {
            origins,
            limits: limits.clone(),
            version: Version::V31,
            tree,
            operations: Vec::new(),
            ids: HashMap::new(),
            router: OnceLock::new(),
            files,
            names: OnceLock::new(),
        };
        document.version = document.read_version(problems)?;
        if let Some(fetch) = fetch {
            let Self { tree, files, origins, .. } = &mut document;
            load(tree, files, origins, limits, fetch, problems);
        }
        if document.version.needs_adapter() {
            document.adapt(problems);
        }
        document.operations = list_operations(&document);
        document.ids = document.index_ids(problems);
        document.report_lost_paths(problems);
        Some(Arc::new(document))
    }

    /// The document's own text. What is shown of a value need not stand in it: see
    /// [`Document::place_of`].
    pub fn source(&self) -> &Arc<Source> {
        self.origins.own()
    }

    /// Every text that a part of the document comes from, its own first.
    pub fn sources(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.origins.sources()
    }

    /// The version of the specification that the document follows.
    pub fn version(&self) -> Version {
        self.version
    }

    /// `info.title`; empty when there is none.
    pub fn title(&self) -> &str {
        self.member("info").and_then(|info| info.get("title")?.as_str()).unwrap_or_default()
    }

    /// The raw tree; always an object. A large document is read in parts, and the first call reads
    /// it whole: [`Document::member`] and [`Document::get`] do not.
    pub fn root(&self) -> &Value {
        self.tree.whole()
    }

    /// A member of the root: `servers`, `security`.
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.tree.member(name)
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
        self.tree.get(pointer.tokens())
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

    /// Where the value at a pointer was written, and in which text; `None` where there is none.
    ///
    /// The first call reads the text again, so it belongs where something is shown.
    pub fn place_of(&self, pointer: &Pointer) -> Option<Location> {
        self.origins.place(pointer, &self.limits)
    }

    /// Where the key was written that names the value at a pointer; `None` for the root, for an
    /// element of a list, and where there is none. Costs what [`Document::place_of`] costs.
    pub fn key_place_of(&self, pointer: &Pointer) -> Option<Location> {
        self.origins.key_place(pointer, &self.limits)
    }

    /// The pointer as the document's author knows it: where a part of an older version is read as
    /// something of a newer one, the older one's.
    pub fn written_pointer(&self, pointer: &Pointer) -> Pointer {
        self.origins.unadapted(pointer)
    }

    /// The pointer as its author would write it, for what is to be found again when lines move:
    /// `/components/schemas/Order/type`, and `common.yaml#/Order/type` in another file.
    pub fn stable_place(&self, pointer: &Pointer) -> String {
        let shown = super::tree::shown(&self.written_pointer(pointer));
        shown.strip_prefix('#').map_or(shown.clone(), str::to_owned)
    }

    /// Whether the value at a pointer was not written, but stands for something that was.
    pub(super) fn is_added(&self, pointer: &Pointer) -> bool {
        self.origins.is_added(pointer)
    }

    /// The URLs of `servers` with the defaults of their variables put in, in the order written;
    /// relative ones as they are.
    ///
    /// Source: OpenAPI 3.1.1, "Server Object".
    pub fn server_urls(&self) -> Vec<String> {
        let servers = self.member("servers").and_then(Value::as_array);
        servers.into_iter().flatten().filter_map(server_url).collect()
    }

    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The values in other files that references lead to, with what they hold.
    pub(super) fn reached(&self) -> &[(Pointer, Holds)] {
        self.files.reached()
    }

    /// The dynamic anchors of the schema resource that a place belongs to, as far as other resources have
    /// them too; none where no schema has a `$dynamicRef`.
    pub(super) fn dynamic_anchors_around(&self, at: &Pointer) -> &[(String, Pointer)] {
        match self.files.has_dynamic() {
            true => self.resolver().names().dynamic_in(&self.resolver().resource(at)),
            false => &[],
        }
    }

    /// Whether two schemas of one resource have the same dynamic anchor.
    pub(super) fn has_ambiguous_anchor(&self, name: &str) -> bool {
        self.resolver().names().is_ambiguous(name)
    }

    /// The version that the text around a place follows: a referenced file may state its own.
    pub(super) fn version_at(&self, at: &Pointer) -> Version {
        self.files.version_at(at).unwrap_or(self.version)
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
            let place = |entry: &Entry| self.place_or_start(&entry.pointer.child("operationId"));
            let diagnostic = Diagnostic::warning(
                Code::DOCUMENT_DUPLICATE_OPERATION,
                format!("two operations have the operationId `{id}`"),
            )
            .label_at(place(entry), format!("names {}", label(entry)))
            .label_at(place(first), format!("names {} first", label(first)))
            .help(format!("`{id}` means the first one; call the other by `{}`", label(entry)));
            problems.push(diagnostic);
        }
        ids
    }

    /// Says which paths have no operations because a reference leads nowhere: an operation that is not
    /// there is missed by its name alone.
    fn report_lost_paths(&self, problems: &mut Problems) {
        let whole = Pointer::of(["paths"]);
        let items =
            templates(self).into_iter().filter(|(.., known)| known.is_none_or(|it| it.members.is_none()));
        let mut n_lost = 0;
        for pointer in std::iter::once(whole).chain(items.map(|(_, pointer, _)| pointer)) {
            if n_lost == MAX_LOST {
                return;
            }
            if self.tree.may_be_reference(&pointer)
                && let Err(error) = self.resolve(&pointer)
            {
                let place = self.place_or_start(&error.at().child("$ref"));
                let mut diagnostic = Diagnostic::warning(Code::DOCUMENT_REFERENCE, error.to_string())
                    .label_at(place, error.label());
                diagnostic.help.extend(error.help());
                problems.push(diagnostic);
                n_lost += 1;
            }
        }
    }

    fn resolver(&self) -> Resolver<'_> {
        Resolver { tree: &self.tree, files: &self.files, names: &self.names }
    }

    /// The place of a value, or the start of the document where it has none.
    fn place_or_start(&self, pointer: &Pointer) -> Location {
        self.place_of(pointer).unwrap_or_else(|| Location::new(self.source(), Span::default()))
    }

    /// Says what is said in the words of Swagger 2.0 in those of OpenAPI 3.0, too.
    fn adapt(&mut self, problems: &mut Problems) {
        let adapted = swagger::adapt(self.resolver());
        self.tree = Tree::of_combined(adapted.root);
        self.names = OnceLock::new();
        for row in adapted.rows {
            self.origins.adapted(row.at, row.from, row.goes_on);
        }
        for remark in adapted.remarks {
            let place = self.place_of(&remark.at).unwrap_or_else(|| self.place_or_start(&Pointer::root()));
            let first_line = place.source.slice(place.span).lines().next().unwrap_or_default().trim_end();
            let span = Span::new(place.span.start, place.span.start + first_line.len());
            let diagnostic = Diagnostic::warning(Code::DOCUMENT_LENIENT, remark.message);
            problems.push(diagnostic.label(&place.source, span, remark.label));
        }
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({:?}, {})", self.source().name(), self.version.name())
    }
}

/// A tree with overlays applied to it.
fn overlaid(
    tree: &Tree,
    overlays: &[Arc<Overlay>],
    origins: &mut Origins,
    limits: &Limits,
    problems: &mut Problems,
) -> Tree {
    let mut root = tree.whole().clone();
    let name = problems.source().name();
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned();
    let mut layer = Layer { root: &mut root, origins, limits, problems, n_added: 0 };
    for overlay in overlays {
        overlay.check_extends(&name, layer.problems);
        layer.apply(overlay);
    }
    Tree::of_value(root)
}

/// The URI of a text that lies nowhere: the document may still refer to itself by its name.
fn nowhere(name: &str) -> Url {
    let root = Url::parse("file:///").expect("it is a URL");
    root.join(name).ok().filter(|uri| uri.scheme() == "file").unwrap_or(root)
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
mod large;
#[cfg(test)]
mod tests;
