//! What repeats values: aliases, with what they cost, and the merge keys of YAML 1.1.

use super::entries::Entries;
use super::node::{Entry, Kind, Node};
use crate::diagnostic::{Code, Problems};
use std::collections::HashSet;

/// What an alias repeats, and what that costs.
pub(super) struct Anchored {
    pub(super) node: Node,
    pub(super) weight: usize,
    pub(super) depth: usize,
}

impl Anchored {
    pub(super) fn new(node: Node) -> Self {
        Self { weight: weight(&node), depth: depth(&node), node }
    }
}

/// Expands `<<: *base`: keys that are already there win.
pub(super) fn merge(
    entry: Entry,
    entries: &mut Entries,
    merged: &mut HashSet<String>,
    problems: &mut Problems,
) {
    problems.warning(
        Code::YAML_UNSUPPORTED,
        entry.key_span,
        "merge keys are not part of YAML 1.2",
        "is expanded as YAML 1.1 did",
    );
    let maps = match entry.value.kind {
        Kind::List(elements) => elements,
        _ => vec![entry.value],
    };
    for map in maps {
        let Kind::Map(more) = map.kind else { continue };
        for each in more {
            if entries.position(&each.key).is_none() {
                merged.insert(each.key.clone());
                entries.push(each);
            }
        }
    }
}

/// How many collections stand within one another in a node.
fn depth(node: &Node) -> usize {
    match &node.kind {
        Kind::List(elements) => 1 + elements.iter().map(depth).max().unwrap_or(0),
        Kind::Map(entries) => 1 + entries.iter().map(|entry| depth(&entry.value)).max().unwrap_or(0),
        _ => 0,
    }
}

/// What repeating a node costs, in values: a text that is repeated costs memory by its length.
fn weight(node: &Node) -> usize {
    const BYTES: usize = 64;
    let text = |text: &str| text.len() / BYTES;
    1 + match &node.kind {
        Kind::String(value) => text(value),
        Kind::List(elements) => elements.iter().map(weight).sum(),
        Kind::Map(entries) => entries.iter().map(|entry| text(&entry.key) + weight(&entry.value)).sum(),
        _ => 0,
    }
}
