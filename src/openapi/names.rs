//! What schemas call themselves: `$id`, `$anchor` and `$dynamicAnchor`.

use super::files::{Files, without_fragment};
use super::tree::{MOUNT, Tree};
use crate::json::{Members as _, Pointer, Value};
use std::collections::HashMap;
use url::Url;

/// The names of schemas, over all texts of a document; of equal names the first written counts.
///
/// Source: JSON Schema 2020-12, "Core" §8.2.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// By the absolute `$id`, without fragment.
    ids: HashMap<String, Pointer>,
    /// By the resource that an anchor belongs to: a schema with an `$id`, or a whole text.
    anchors: HashMap<(Pointer, String), Pointer>,
    /// By the text that an anchor stands in.
    in_text: HashMap<(Pointer, String), Pointer>,
    /// The dynamic anchors that may mean several schemas, by the resource they belong to.
    dynamic: HashMap<Pointer, Vec<(String, Pointer)>>,
}

impl Names {
    /// Collects the names of every text; a document that is read in parts is read whole.
    pub(super) fn collect(tree: &Tree, files: &Files) -> Self {
        let mut collector = Collector { names: Self::default(), text: Pointer::root() };
        collector.value(tree.whole(), &mut Vec::new(), files.own_uri(), &Pointer::root());
        let mut mounted: Vec<_> = tree.mounted().collect();
        mounted.sort_unstable_by_key(|(key, _)| *key);
        for (key, value) in mounted {
            let root = Pointer::of([key]);
            collector.text = root.clone();
            collector.value(value, &mut vec![key.to_owned()], files.uri_at(&root), &root);
        }
        collector.keep_choices();
        collector.names
    }

    /// The schema with an `$id`, resolved to an absolute URI without fragment.
    pub(super) fn by_id(&self, uri: &str) -> Option<&Pointer> {
        self.ids.get(uri)
    }

    /// The schema with an anchor in a resource, or else in the text that the resource is or stands in.
    pub(super) fn by_anchor(&self, resource: &Pointer, name: &str) -> Option<&Pointer> {
        let is_mounted = resource.tokens().first().is_some_and(|first| first.starts_with(MOUNT));
        let text = Pointer::of(resource.tokens()[..usize::from(is_mounted)].iter().cloned());
        let own = self.anchors.get(&(resource.clone(), name.to_owned()));
        own.or_else(|| self.in_text.get(&(text, name.to_owned())))
    }

    /// The dynamic anchors of a resource that other schemas have too.
    pub(super) fn dynamic_in(&self, resource: &Pointer) -> &[(String, Pointer)] {
        self.dynamic.get(resource).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether a resource has two dynamic anchors of a name, which nobody can choose between.
    pub(super) fn is_ambiguous(&self, name: &str) -> bool {
        self.dynamic.values().any(|anchors| anchors.iter().filter(|(each, _)| each == name).count() > 1)
    }
}

/// What a schema with an own `$id` is called; a fragment alone is an anchor. Draft 4 called it `id`,
/// which is taken as such where the draft is named beside it.
pub(super) fn id_of(value: &Value) -> Option<&str> {
    let members = value.as_object()?;
    let id = members.member("$id").and_then(Value::as_str).or_else(|| {
        let draft = members.member("$schema")?.as_str()?;
        members.member("id").filter(|_| draft.contains("draft-04"))?.as_str()
    });
    id.filter(|id| !id.is_empty() && !id.starts_with('#'))
}

struct Collector {
    names: Names,
    /// The root of the text that is walked.
    text: Pointer,
}

impl Collector {
    fn dynamic(&mut self, resource: &Pointer, name: &str, at: Pointer) {
        self.names.dynamic.entry(resource.clone()).or_default().push((name.to_owned(), at));
    }

    /// A name that one schema has means that schema, however one came there.
    fn keep_choices(&mut self) {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for (name, _) in self.names.dynamic.values().flatten() {
            *counts.entry(name.clone()).or_default() += 1;
        }
        for anchors in self.names.dynamic.values_mut() {
            anchors.retain(|(name, _)| counts[name] > 1);
        }
    }

    fn value(&mut self, value: &Value, at: &mut Vec<String>, base: &Url, resource: &Pointer) {
        match value {
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    at.push(index.to_string());
                    self.value(element, at, base, resource);
                    at.pop();
                }
            }
            Value::Object(members) => {
                let here = || Pointer::of(at.iter().cloned());
                let mut own_base = None;
                let mut own_resource = None;
                if let Some(id) = id_of(value) {
                    let absolute = base.join(id).unwrap_or_else(|_| base.clone());
                    self.names.ids.entry(without_fragment(&absolute)).or_insert_with(here);
                    self.names.ids.entry(id.trim_end_matches('#').to_owned()).or_insert_with(here);
                    own_base = Some(absolute);
                    own_resource = Some(here());
                }
                let base = own_base.as_ref().unwrap_or(base);
                let resource = own_resource.as_ref().unwrap_or(resource);
                for (keyword, is_dynamic) in [("$anchor", false), ("$dynamicAnchor", true), ("$id", false)] {
                    let Some(name) = members.member(keyword).and_then(Value::as_str) else { continue };
                    let name = match (keyword, name.strip_prefix('#')) {
                        // Draft 7, "Core" §8.2.3: a fragment alone.
                        ("$id", Some(name)) => name,
                        ("$id", None) => continue,
                        _ => name,
                    };
                    let key = |holder: &Pointer| (holder.clone(), name.to_owned());
                    self.names.anchors.entry(key(resource)).or_insert_with(here);
                    self.names.in_text.entry(key(&self.text)).or_insert_with(here);
                    if is_dynamic {
                        self.dynamic(resource, name, here());
                    }
                }
                if members.get("$recursiveAnchor") == Some(&Value::Bool(true)) {
                    self.dynamic(resource, "", here());
                }
                for (name, member) in members {
                    at.push(name.clone());
                    self.value(member, at, base, resource);
                    at.pop();
                }
            }
            _ => {}
        }
    }
}
