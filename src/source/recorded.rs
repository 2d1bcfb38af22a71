use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

thread_local! {
    /// What was read since the innermost [`recorded`] began; `None` outside of it.
    static READ: RefCell<Option<BTreeSet<PathBuf>>> = const { RefCell::new(None) };
}

/// Does some work and says which files it read on this thread, or tried to: one that is missing may
/// come. What an inner call records belongs to the outer one as well.
///
/// For watching files, where it must not depend on every reader's telling what it reads.
pub fn recorded<T>(work: impl FnOnce() -> T) -> (T, BTreeSet<PathBuf>) {
    let outer = READ.replace(Some(BTreeSet::new()));
    let done = work();
    let read = READ.replace(outer).unwrap_or_default();
    READ.with_borrow_mut(|outer| outer.iter_mut().for_each(|outer| outer.extend(read.iter().cloned())));
    (done, read)
}

/// Notes that a file is about to be read.
pub(crate) fn record(path: &Path) {
    READ.with_borrow_mut(|read| {
        if let Some(read) = read {
            read.insert(path.to_owned());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::read_bytes;

    #[test]
    fn files_are_recorded_read_or_not() {
        let names = |read: BTreeSet<PathBuf>| -> Vec<String> {
            read.iter().map(|path| path.display().to_string()).collect()
        };
        let read = |path: &str| read_bytes(Path::new(path), 1).is_ok();
        let (inner, outer) = recorded(|| {
            read("no/such/a");
            let (_, inner) = recorded(|| read("no/such/b"));
            read("no/such/c");
            inner
        });
        assert_eq!(names(inner), ["no/such/b"]);
        assert_eq!(names(outer), ["no/such/a", "no/such/b", "no/such/c"]);
        read("no/such/d");
        assert!(recorded(|| ()).1.is_empty());
    }
}
