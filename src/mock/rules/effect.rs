use super::load::Loader;
use super::names::{Site, unknown};
use super::{Change, Effect, Target};
use crate::diagnostic::Code;
use crate::json::Pointer;
use crate::source::Span;
use crate::yaml::{Entry, MapReader, Node};

impl Loader<'_> {
    /// Reads the entries of `do`.
    pub(super) fn effects(&mut self, nodes: &[Node], site: Site<'_>) -> Vec<Effect> {
        nodes.iter().filter_map(|node| self.effect(node, site)).collect()
    }

    fn effect(&mut self, node: &Node, site: Site<'_>) -> Option<Effect> {
        let n_problems = self.problems.len();
        let mut map = MapReader::mock("an effect", node, self.problems)?;
        map.not_yet(&["later"]);
        let when = map.take("when").and_then(|node| self.condition("when", node, site));
        let mut changes: Vec<(Span, Change)> = Vec::new();
        for entry in map.map("set", self.problems) {
            if let Some(target) = self.target(&entry.key, entry.key_span) {
                self.refuse_key(&target, entry);
                changes.push((entry.key_span, Change::Set(target, self.template(&entry.value, site))));
            }
        }
        for entry in map.map("merge", self.problems) {
            if let Some(target) = self.target(&entry.key, entry.key_span) {
                changes.push((entry.key_span, Change::Merge(target, self.template(&entry.value, site))));
            }
        }
        for (text, span) in self.one_or_more(&mut map, "unset") {
            if let Some(target) = self.target(text, span) {
                if target.at.is_root() {
                    let message = format!("`{text}` is a whole entity, and `unset` takes members away");
                    let diagnostic =
                        self.problems.error(Code::MOCK_INVALID_VALUE, span, message, "names no member");
                    diagnostic.help.push(format!("`remove: {text}` removes the entity"));
                    continue;
                }
                changes.push((span, Change::Unset(target)));
            }
        }
        for entry in map.map("insert", self.problems) {
            if let Some(change) = self.insertion(entry, site) {
                changes.push((entry.key_span, change));
            }
        }
        for (text, span) in self.one_or_more(&mut map, "remove") {
            if let Some(entity) = self.entity(text, span) {
                changes.push((span, Change::Remove { entity }));
            }
        }
        if changes.is_empty() && node.get("later").is_none() && self.problems.len() == n_problems {
            let span = map.span();
            let message = "an effect changes something: `set`, `merge`, `unset`, `insert` or `remove`";
            self.problems.error(Code::MOCK_INVALID_VALUE, span, message, "changes nothing");
        }
        map.finish(&[], self.problems);
        changes.sort_by_key(|(span, _)| span.start);
        Some(Effect { when, changes: changes.into_iter().map(|(_, change)| change).collect() })
    }

    /// `insert` takes the name of an entity or a collection, to make one, or a place, to append to.
    fn insertion(&mut self, entry: &Entry, site: Site<'_>) -> Option<Change> {
        let value = self.template(&entry.value, site);
        let entity = self.names.entities.iter().position(|name| *name == entry.key);
        let collection = self.names.collections.iter().position(|name| *name == entry.key);
        match (entity, collection) {
            (Some(entity), _) => {
                // Where an entity comes from nowhere, that is reported already.
                let collection = self.names.entity_from[entity]?;
                Some(Change::Create { collection, entity: Some(entity), value })
            }
            (None, Some(collection)) => Some(Change::Create { collection, entity: None, value }),
            (None, None) => {
                let target = self.target(&entry.key, entry.key_span)?;
                Some(Change::Append(target, value))
            }
        }
    }

    /// A key is what an entity is found by: requests that hold the old one would miss it.
    fn refuse_key(&mut self, target: &Target, entry: &Entry) {
        let key = self.names.entity_from[target.entity].map(|collection| self.keys[collection].as_str());
        if key.is_some_and(|key| target.at.tokens() == [key]) {
            self.problems.error(
                Code::MOCK_INVALID_VALUE,
                entry.key_span,
                format!("`{}` is the key of its collection, and stays as it is", entry.key),
                "cannot be changed",
            );
        }
    }

    fn entity(&mut self, name: &str, span: Span) -> Option<usize> {
        let found = self.names.entities.iter().position(|each| each == name);
        if found.is_none() {
            unknown(name, "`load` has no entity", &self.names.entities, span, self.problems);
        }
        found
    }

    /// Reads `order.lines[0].sku` or `order#/lines/0/sku`.
    fn target(&mut self, text: &str, span: Span) -> Option<Target> {
        let end = text.find(['.', '[', '#']).unwrap_or(text.len());
        let entity = self.entity(&text[..end], span)?;
        let at = parse_place(&text[end..]);
        if at.is_none() {
            let message = format!("`{text}` is no place in an entity");
            let diagnostic = self.problems.error(Code::MOCK_INVALID_VALUE, span, message, "cannot be read");
            diagnostic.help.push("write `order.lines[0].sku`, or `order#/lines/0/sku`".to_owned());
        }
        Some(Target { entity, at: at? })
    }

    /// The texts of a key that is one text or a list of them.
    pub(super) fn one_or_more<'n>(
        &mut self,
        map: &mut MapReader<'n>,
        key: &'static str,
    ) -> Vec<(&'n str, Span)> {
        match map.take(key).map(|node| (node.as_str(), node.span)) {
            None => Vec::new(),
            Some((Some(text), span)) => vec![(text, span)],
            Some((None, _)) => map.texts(key, self.problems),
        }
    }
}

/// Reads what stands behind the entity's name: members and elements, or a pointer behind `#`.
fn parse_place(text: &str) -> Option<Pointer> {
    if let Some(pointer) = text.strip_prefix('#') {
        return Pointer::parse(pointer);
    }
    let mut tokens = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix('[') {
            let (index, behind) = behind.split_once(']')?;
            crate::json::array_index(index)?;
            tokens.push(index);
            rest = behind;
        } else {
            let behind = rest.strip_prefix('.')?;
            let end = behind.find(['.', '[', '#']).unwrap_or(behind.len());
            let (member, behind) = behind.split_at(end);
            let is_member = !member.is_empty() && !member.contains([']', ' ', '$', '{', '}']);
            tokens.push(is_member.then_some(member)?);
            rest = behind;
        }
    }
    Some(Pointer::of(tokens))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_members_elements_or_a_pointer() {
        for (text, expected) in [
            ("", Some("")),
            (".a", Some("/a")),
            (".a.b-c", Some("/a/b-c")),
            (".a[0].b", Some("/a/0/b")),
            ("[2]", Some("/2")),
            ("#/a~1b/c", Some("/a~1b/c")),
            ("#", Some("")),
            (".", None),
            (".a.", None),
            (".a[x]", None),
            (".a[01]", None),
            (".a[0", None),
            (".a]", None),
            ("#a", None),
            (".a#/b", None),
        ] {
            assert_eq!(parse_place(text).map(|it| it.to_string()).as_deref(), expected, "{text}");
        }
    }
}
