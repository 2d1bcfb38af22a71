use super::interval::{Interval, read_interval};
use super::reader::{Reader, Spanned};
use super::settings::read_duration;
use crate::expression::Condition;
use crate::source::Span;
use crate::yaml::{MapReader, Node};
use std::time::Duration;

/// `poll`: the same request is sent until its answer is the one that is waited for.
///
/// Source: LANGUAGE §10.
#[derive(Clone, Debug)]
pub struct Poll {
    /// Where it is written.
    pub span: Span,
    /// The waits between the tries; 1 s where nothing says so.
    pub every: Interval,
    /// For how long it is tried, from the first request on.
    pub limit: Spanned<Duration>,
    /// What is waited for; `None` is that the step's expectations are met.
    pub until: Option<Condition>,
}

/// The wait where `every` is not written.
const EVERY: Interval = Interval::constant(Duration::from_secs(1));

/// Reads `poll`.
pub(super) fn read_poll(node: &Node, reader: &mut Reader<'_>) -> Option<Poll> {
    let mut map = MapReader::new("`poll`", node, reader.problems)?;
    let every = map.take("every").map(|node| read_interval(node, reader));
    let limit = map.require("for", reader.problems);
    let limit = limit.and_then(|node| read_duration("for", node, reader));
    let until = map.take("until").map(|node| reader.condition("until", node));
    map.finish(
        &[
            ("while", "write `until`, and the opposite; `repeat` has `while`"),
            ("timeout", "write `for`"),
            ("within", "write `for`"),
            ("interval", "write `every`"),
            ("times", "write `for`, a duration; `retry` has `times`"),
            ("max", "write `for`, a duration; `repeat` has `max`"),
            ("on", "it belongs under `retry`, which sends again after a fault"),
        ],
        reader.problems,
    );
    // A condition that does not compile is reported, and is no `until` that was left out.
    let until = match until {
        Some(condition) => Some(condition?),
        None => None,
    };
    Some(Poll { span: node.span, every: every.unwrap_or(Some(EVERY))?, limit: limit?, until })
}
