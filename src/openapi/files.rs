//! The other files that a document's references lead to: read once, and mounted in its tree.

use super::Version;
use super::names::{Names, id_of};
use super::origin::Origins;
use super::places::Format;
use super::reference::Resolver;
use super::tree::{MOUNT, Tree};
use super::version::Declared;
use super::walk::{Holds, SiteKind, walk};
use crate::diagnostic::words::count;
use crate::diagnostic::{Diagnostic, Level, Problems};
use crate::json::{Pointer, Value};
use crate::limits::Limits;
use crate::source::Source;
use crate::yaml;
use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::ops::ControlFlow;
use std::sync::{Arc, OnceLock};
use url::Url;

/// Reads the files and URLs that a document refers to, for a room that does not read anything itself.
pub trait Fetch {
    /// The URI of the document's own text; relative references in it are meant from there.
    fn base(&self) -> Url;

    /// Reads the text at a URI without fragment, which the text at `from` names.
    ///
    /// # Errors
    /// [`Refusal`] when it may not or cannot be read.
    fn fetch(&self, uri: &Url, from: &Url) -> Result<Arc<Source>, Refusal>;
}

/// Why a file or URL was not read; it costs the references that lead there, and no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What stands in the way, as the end of a sentence: "there is no file `common.yaml`".
    pub reason: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// What is known of the texts that a document is made of.
#[derive(Debug)]
pub(super) struct Files {
    own: Text,
    /// By the key under which it is mounted.
    mounted: HashMap<String, Text>,
    /// What became of every URI that was asked for: the key, or why there is none.
    outcomes: HashMap<String, Result<String, Refusal>>,
    /// The values in mounted files that references lead to, with what they hold; each once.
    reached: Vec<(Pointer, Holds)>,
    has_dynamic: bool,
}

/// One text.
#[derive(Debug)]
struct Text {
    /// Where it was read.
    uri: Url,
    /// What it calls itself, else the same.
    identity: Url,
    /// How many other texts lead to it.
    depth: usize,
    /// The version that it states, when it is a whole OpenAPI document.
    version: Option<Version>,
}

/// A URI as it is compared.
pub(super) fn without_fragment(uri: &Url) -> String {
    uri.as_str().split('#').next().unwrap_or_default().to_owned()
}

impl Files {
    /// A document without other files.
    pub(super) fn of(base: Url, tree: &Tree) -> Self {
        Self {
            own: Text::new(base, tree.member("$self").and_then(Value::as_str), 0, None),
            mounted: HashMap::new(),
            outcomes: HashMap::new(),
            reached: Vec::new(),
            // Not known before somebody looks.
            has_dynamic: tree.may_refer_elsewhere(),
        }
    }

    /// What the document's own text calls itself.
    pub(super) fn own_uri(&self) -> &Url {
        &self.own.identity
    }

    /// What the text around a place calls itself.
    pub(super) fn uri_at(&self, at: &Pointer) -> &Url {
        &self.text_at(at).identity
    }

    /// Where the text around a place was read.
    pub(super) fn read_at(&self, at: &Pointer) -> &Url {
        &self.text_at(at).uri
    }

    /// The version that the file around a place states for itself.
    pub(super) fn version_at(&self, at: &Pointer) -> Option<Version> {
        self.text_at(at).version
    }

    /// The root of the text with a URI, or why it was not read; `None` when nobody asked for it.
    pub(super) fn find(&self, uri: &Url) -> Option<Result<Pointer, &Refusal>> {
        let wanted = without_fragment(uri);
        if [&self.own.uri, &self.own.identity].iter().any(|own| without_fragment(own) == wanted) {
            return Some(Ok(Pointer::root()));
        }
        Some(self.outcomes.get(&wanted)?.as_ref().map(|key| Pointer::of([key.as_str()])))
    }

    /// The values in other files that references lead to, with what they hold.
    pub(super) fn reached(&self) -> &[(Pointer, Holds)] {
        &self.reached
    }

    /// Whether any schema has a `$dynamicRef` or `$recursiveRef`.
    pub(super) fn has_dynamic(&self) -> bool {
        self.has_dynamic
    }

    fn text_at(&self, at: &Pointer) -> &Text {
        let key = at.tokens().first().filter(|first| first.starts_with(MOUNT));
        key.and_then(|key| self.mounted.get(key.as_str())).unwrap_or(&self.own)
    }
}

impl Text {
    fn new(uri: Url, identity: Option<&str>, depth: usize, version: Option<Version>) -> Self {
        let identity = identity.and_then(|it| uri.join(it).ok()).unwrap_or_else(|| uri.clone());
        Self { uri, identity, depth, version }
    }
}

/// Reads everything that the references of a document lead to, and mounts it.
///
/// Only what is reached is followed, so that a file of a thousand schemas costs what is used of it.
/// What cannot be read is remembered, and said where a reference leads there.
pub(super) fn load(
    tree: &mut Tree,
    files: &mut Files,
    origins: &mut Origins,
    limits: &Limits,
    fetch: &dyn Fetch,
    problems: &mut Problems,
) {
    if tree.may_refer_elsewhere() {
        files.has_dynamic = false;
        let mut loader = Loader {
            tree,
            files,
            origins,
            limits,
            fetch,
            problems,
            queue: VecDeque::from([(Pointer::root(), Holds::Fields)]),
            seen: HashSet::new(),
            pending: Vec::new(),
            names: OnceLock::new(),
            bytes: 0,
        };
        loader.run();
    }
}

struct Loader<'l> {
    tree: &'l mut Tree,
    files: &'l mut Files,
    origins: &'l mut Origins,
    limits: &'l Limits,
    fetch: &'l dyn Fetch,
    problems: &'l mut Problems,
    queue: VecDeque<(Pointer, Holds)>,
    seen: HashSet<Pointer>,
    /// Places whose references name a URL: it may be the `$id` of a schema that is read later.
    pending: Vec<Found>,
    /// The names in what is mounted so far.
    names: OnceLock<Names>,
    /// The size of all texts that were read.
    bytes: u64,
}

/// A reference to another text.
struct Found {
    at: Pointer,
    holds: Holds,
    reference: String,
}

impl Found {
    /// What stands before the fragment.
    fn file(&self) -> &str {
        self.reference.split('#').next().unwrap_or_default()
    }
}

impl Loader<'_> {
    fn run(&mut self) {
        loop {
            while let Some((root, holds)) = self.queue.pop_front() {
                self.walk(&root, holds);
            }
            if self.pending.is_empty() {
                return;
            }
            for found in std::mem::take(&mut self.pending) {
                let candidates = self.resolver().candidates(found.file(), &found.at);
                let names = self.resolver().names();
                let is_named = candidates.iter().any(|uri| names.by_id(&without_fragment(uri)).is_some());
                match candidates.into_iter().find(|uri| uri.scheme() != "file") {
                    Some(uri) if !is_named => self.fetch(&uri, &found),
                    _ => {}
                }
                self.enqueue(&found);
            }
        }
    }

    /// Looks through a value for references.
    fn walk(&mut self, root: &Pointer, holds: Holds) {
        let is_known = |depth: usize| self.seen.contains(&root.tokens()[..depth]);
        // The first token of a place in another file is the file.
        if (1..=root.tokens().len()).any(is_known) {
            return;
        }
        let Some(value) = self.tree.get(root.tokens()) else { return };
        self.seen.insert(root.clone());
        let mut sites = Vec::new();
        let mut at = root.tokens().to_vec();
        let end = walk(value, &mut at, holds, &mut |at, site| {
            let is_within_own = site.reference.starts_with('#') && root.is_root();
            self.files.has_dynamic |= site.kind == SiteKind::Dynamic;
            // A name of a mapping is no file.
            let is_name = site.kind == SiteKind::Mapping && !looks_like_file(site.reference);
            if !is_within_own && !is_name {
                sites.push(Found {
                    at: Pointer::of(at.iter().cloned()),
                    holds: site.holds,
                    reference: site.reference.to_owned(),
                });
            }
            ControlFlow::Continue(())
        });
        debug_assert!(end.is_continue());
        if !root.is_root() {
            self.files.reached.push((root.clone(), holds));
        }
        for found in sites {
            self.follow(found);
        }
    }

    fn follow(&mut self, found: Found) {
        if !found.reference.starts_with('#') {
            let candidates = self.resolver().candidates(found.file(), &found.at);
            let is_read = |files: &Files, uri: &Url| files.find(uri).is_some_and(|outcome| outcome.is_ok());
            if !candidates.iter().any(|uri| is_read(self.files, uri)) {
                for uri in candidates.iter().filter(|uri| uri.scheme() == "file") {
                    self.fetch(uri, &found);
                    if is_read(self.files, uri) {
                        break;
                    }
                }
                if !candidates.iter().any(|uri| is_read(self.files, uri))
                    && candidates.iter().any(|uri| uri.scheme() != "file")
                {
                    self.pending.push(found);
                    return;
                }
            }
        }
        self.enqueue(&found);
    }

    fn resolver(&self) -> Resolver<'_> {
        Resolver { tree: self.tree, files: self.files, names: &self.names }
    }

    /// Has what a reference leads to looked through, where it is in another file: in the document's
    /// own everything is.
    fn enqueue(&mut self, found: &Found) {
        if found.holds == Holds::Examples {
            return;
        }
        let Ok(target) = self.resolver().target(&found.reference, &found.at) else { return };
        let Some(key) = target.tokens().first().filter(|first| first.starts_with(MOUNT)) else { return };
        match self.tree.get(target.tokens()) {
            Some(_) => self.queue.push_back((target, found.holds)),
            // The way leads through references, which are found from the root.
            None => self.queue.push_back((Pointer::of([key.as_str()]), Holds::Fields)),
        }
    }

    fn fetch(&mut self, uri: &Url, found: &Found) {
        let wanted = without_fragment(uri);
        if self.files.outcomes.contains_key(&wanted) {
            return;
        }
        let mut bare = uri.clone();
        bare.set_fragment(None);
        let outcome = self.read(&bare, found);
        self.files.outcomes.insert(wanted, outcome);
    }

    /// Reads and mounts a text; gives its key.
    fn read(&mut self, uri: &Url, found: &Found) -> Result<String, Refusal> {
        let from = self.files.text_at(&found.at);
        let (depth, from) = (from.depth + 1, from.uri.clone());
        let over = |what: String, name: &str, limit: usize| Refusal {
            reason: format!("{what}, which is the limit `{name}`"),
            help: Some(format!("`--limit {name}={}` allows more", limit.saturating_mul(2))),
        };
        // Those that could not be read count too: asking costs time.
        if self.files.outcomes.len() >= self.limits.files {
            let what =
                format!("the document has {} already", count(self.limits.files, "other file", "other files"));
            return Err(over(what, "files", self.limits.files));
        }
        if depth > self.limits.chain {
            let what = format!("the file stands behind {}", count(self.limits.chain, "other", "others"));
            return Err(over(what, "chain", self.limits.chain));
        }
        let source = self.fetch.fetch(uri, &from)?;
        self.bytes = self.bytes.saturating_add(source.text().len() as u64);
        if self.bytes > self.limits.document {
            let limit = self.limits.document;
            return Err(Refusal {
                reason: format!(
                    "the other files are larger together than the limit `document` of {limit} bytes"
                ),
                help: Some(format!("`--limit document={}` allows more", limit.saturating_mul(2))),
            });
        }
        let (value, format) = read(&source, self.limits, self.problems)?;
        let mut key = format!("{MOUNT}{}", source.name());
        while self.files.mounted.contains_key(&key) {
            key.push('\'');
        }
        let stated = value.get("openapi").map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned));
        let version = stated.and_then(|text| match Version::declared(&text) {
            Declared::Known(version) | Declared::ReadAs(version) => Some(version),
            Declared::Unknown => None,
        });
        let identity = value.get("$self").and_then(Value::as_str).or_else(|| id_of(&value));
        self.files.mounted.insert(key.clone(), Text::new(uri.clone(), identity, depth, version));
        let text = self.origins.add(&source, format);
        self.origins.moved(Pointer::of([key.as_str()]), text, Pointer::root());
        self.tree.mount(&key, value);
        self.names = OnceLock::new();
        Ok(key)
    }
}

/// A value of a discriminator's `mapping` is a name, or a reference.
fn looks_like_file(text: &str) -> bool {
    text.contains('/') || [".yaml", ".yml", ".json"].iter().any(|ending| text.ends_with(ending))
}

/// Reads a text; what is wrong with it is reported as a warning, since the document itself works.
fn read(source: &Arc<Source>, limits: &Limits, problems: &mut Problems) -> Result<(Value, Format), Refusal> {
    let format = Format::of(source.text());
    let mut own = Problems::new(source);
    let value = match format {
        Format::Json => super::document::read_json(source, &mut own),
        Format::Yaml => yaml::load(yaml::Dialect::Document, limits, &mut own).map(|root| root.to_value()),
    };
    let list = own.into_list();
    let error = list.iter().find(|it| it.level == Level::Error).cloned();
    for mut diagnostic in list {
        diagnostic.level = diagnostic.level.min(Level::Warning);
        problems.push(diagnostic);
    }
    match (value, error) {
        (Some(value), None) => Ok((value, format)),
        (_, error) => Err(Refusal { reason: unreadable(source, error.as_ref()), help: None }),
    }
}

fn unreadable(source: &Source, error: Option<&Diagnostic>) -> String {
    let name = source.name();
    match error {
        Some(error) => match error.labels.first() {
            Some(label) => {
                format!("`{name}` cannot be read: {}, at line {}", error.message, label.at.position().line)
            }
            None => format!("`{name}` cannot be read: {}", error.message),
        },
        None => format!("`{name}` is empty"),
    }
}

#[cfg(test)]
mod tests;
