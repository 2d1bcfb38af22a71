use super::node::Entry;
use crate::hash::HashMap;

/// Up to so many keys are compared one by one: a hash takes as long as that.
const FEW: usize = 16;

/// The entries of a mapping that is being read, in the order written; each is found by its key.
#[derive(Default)]
pub(super) struct Entries {
    all: Vec<Entry>,
    /// Where each key stands, once there are many.
    places: HashMap<String, usize>,
}

impl Entries {
    /// Where the entry of a key stands.
    pub(super) fn position(&self, key: &str) -> Option<usize> {
        match self.all.len() {
            0..=FEW => self.all.iter().position(|entry| entry.key == key),
            _ => self.places.get(key).copied(),
        }
    }

    /// Adds an entry whose key is not there yet.
    pub(super) fn push(&mut self, entry: Entry) {
        self.all.push(entry);
        if self.all.len() > FEW {
            let from = self.places.len();
            let more = self.all.iter().enumerate().skip(from);
            self.places.extend(more.map(|(at, entry)| (entry.key.clone(), at)));
        }
    }

    /// The entry at a place.
    pub(super) fn get(&self, at: usize) -> Option<&Entry> {
        self.all.get(at)
    }

    /// Puts an entry of the same key in the place of another.
    pub(super) fn replace(&mut self, at: usize, entry: Entry) {
        self.all[at] = entry;
    }

    /// The entries, in the order written.
    pub(super) fn into_vec(self) -> Vec<Entry> {
        self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;
    use crate::yaml::{Kind, Node};

    #[test]
    fn few_and_many_keys_are_found_alike() {
        for count in [0, 1, FEW, FEW + 1, FEW + 2, 100] {
            let mut entries = Entries::default();
            for n in 0..count {
                let value = Node { span: Span::default(), kind: Kind::Null };
                entries.push(Entry { key: format!("n{n}"), key_span: Span::default(), value });
            }
            for n in 0..count + 2 {
                let expected = (n < count).then_some(n);
                assert_eq!(entries.position(&format!("n{n}")), expected, "n{n} of {count}");
            }
            assert_eq!(entries.into_vec().len(), count);
        }
    }
}
