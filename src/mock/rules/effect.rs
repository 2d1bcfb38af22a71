use super::load::Loader;
use super::names::{Site, unknown};
use super::{After, Change, Effect, Later, Target};
use crate::diagnostic::Code;
use crate::json::Pointer;
use crate::source::Span;
use crate::yaml::{Entry, Kind, MapReader, Node};
use std::sync::Arc;
use std::time::Duration;

impl Loader<'_> {
    /// Reads the entries of `do`.
    pub(super) fn effects(&mut self, nodes: &[Node], site: Site<'_>) -> Vec<Effect> {
        nodes.iter().filter_map(|node| self.effect(node, site)).collect()
    }

    fn effect(&mut self, node: &Node, site: Site<'_>) -> Option<Effect> {
        let n_problems = self.problems.len();
        let mut map = MapReader::mock("an effect", node, self.problems)?;
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
        if let Some(node) = map.take("later") {
            let later = self.later(node, site);
            changes.extend(later.map(|later| (node.span, Change::Later(Arc::new(later)))));
        }
        if changes.is_empty() && self.problems.len() == n_problems {
            let span = map.span();
            let message =
                "an effect changes something: `set`, `merge`, `unset`, `insert`, `remove` or `later`";
            self.problems.error(Code::MOCK_INVALID_VALUE, span, message, "changes nothing");
        }
        map.finish(&[], self.problems);
        changes.sort_by_key(|(span, _)| span.start);
        Some(Effect { when, changes: changes.into_iter().map(|(_, change)| change).collect() })
    }

    /// Reads `later: { after: { requests: 2 }, do: [ … ] }`.
    fn later(&mut self, node: &Node, site: Site<'_>) -> Option<Later> {
        let mut map = MapReader::mock("`later`", node, self.problems)?;
        let after = map.require("after", self.problems).and_then(|node| self.after(node));
        map.require("do", self.problems);
        let effects = map.list("do", self.problems);
        let effects = self.effects(effects, site);
        map.finish(
            &[("seconds", "it belongs under `after`"), ("requests", "it belongs under `after`")],
            self.problems,
        );
        Some(Later { after: after?, effects })
    }

    fn after(&mut self, node: &Node) -> Option<After> {
        let mut map = MapReader::mock("`after`", node, self.problems)?;
        let (requests, seconds) = (map.take("requests"), map.take("seconds"));
        map.finish(&[], self.problems);
        let number = |node: &Node| match &node.kind {
            Kind::Number(text) => text.parse::<f64>().ok(),
            _ => None,
        };
        let (after, message) = match (requests, seconds) {
            (Some(node), None) => {
                let count =
                    number(node).filter(|count| count.fract() == 0.0 && (1.0..=1000.0).contains(count));
                let count = count.and_then(|count| format!("{count}").parse().ok());
                (count.map(After::Requests), "`requests` is a number from 1 to 1000")
            }
            (None, Some(node)) => {
                let seconds = number(node).filter(|seconds| (0.0..=3600.0).contains(seconds));
                let time = seconds.map(|seconds| After::Time(Duration::from_secs_f64(seconds)));
                (time, "`seconds` is a number from 0 to 3600")
            }
            _ => (None, "`after` has one of `requests` and `seconds`"),
        };
        if after.is_none() {
            let span = requests.xor(seconds).unwrap_or(node).span;
            self.problems.error(Code::MOCK_INVALID_VALUE, span, message, "is none");
        }
        after
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
