use crate::source::Span;
use std::collections::VecDeque;

/// One request that a mock answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Counted from 1 since the server started; a reset does not set it back.
    pub number: u64,
    /// The method, as sent.
    pub method: String,
    /// Path and query as sent, cut after 300 characters.
    pub target: String,
    /// The operation, by its id or its method and path template; `None` when the document has none.
    pub operation: Option<String>,
    /// The rule that answered, by its name or its place in the rules.
    pub rule: Option<String>,
    /// The status that was sent.
    pub status: u16,
    /// Why the mock answered for itself and not for the API: a reply that breaks the document, a
    /// guard that failed, a path that the document lacks.
    pub problem: Option<String>,
    /// Where the rule stands that is the cause of the problem, if a rule is.
    pub at: Option<Span>,
}

/// The last thousand requests.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: VecDeque<LogEntry>,
    n_requests: u64,
}

const KEPT: usize = 1000;

impl LogEntry {
    /// An entry that is still to be numbered and answered.
    pub(super) fn new(method: &str, target: &str) -> Self {
        Self {
            number: 0,
            method: method.to_owned(),
            target: target.to_owned(),
            operation: None,
            rule: None,
            status: 0,
            problem: None,
            at: None,
        }
    }
}

impl Log {
    /// Keeps an entry, numbered, in place of the oldest.
    pub(super) fn push(&mut self, entry: LogEntry) {
        self.n_requests += 1;
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(LogEntry { number: self.n_requests, ..entry });
    }

    /// The youngest entry.
    pub(super) fn last(&self) -> Option<&LogEntry> {
        self.entries.back()
    }

    /// The entries, oldest first.
    pub(super) fn entries(&self) -> Vec<LogEntry> {
        self.entries.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_thousand_are_kept() {
        let mut log = Log::default();
        for _ in 0..1005 {
            log.push(LogEntry::new("GET", "/"));
        }
        let numbers: Vec<u64> = log.entries().iter().map(|entry| entry.number).collect();
        assert_eq!(numbers, (6..=1005).collect::<Vec<_>>());
    }
}
