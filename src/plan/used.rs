use std::collections::BTreeSet;

/// The names that the expressions of a scenario read.
#[derive(Clone, Debug, Default)]
pub struct UsedNames {
    names: BTreeSet<(String, String)>,
    /// Roots that are read as a whole, as by `vars.size()` in a condition.
    whole: BTreeSet<String>,
}

impl UsedNames {
    /// Whether `$root.name` is read anywhere: `inputs`, `vars`, `row` or `steps`.
    pub fn contains(&self, root: &str, name: &str) -> bool {
        self.whole.contains(root) || self.names.contains(&(root.to_owned(), name.to_owned()))
    }

    /// Adds what others read.
    pub(super) fn include(&mut self, others: &Self) {
        self.names.extend(others.names.iter().cloned());
        self.whole.extend(others.whole.iter().cloned());
    }

    pub(super) fn add(&mut self, root: &str, name: &str) {
        self.names.insert((root.to_owned(), name.to_owned()));
    }

    pub(super) fn add_whole(&mut self, root: &str) {
        self.whole.insert(root.to_owned());
    }
}
