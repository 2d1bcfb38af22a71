//! Two things at a time, for documents that are large enough.

use std::panic::resume_unwind;
use std::thread::{Builder, scope};

/// What a thread may use of a stack, as `session::runtime` gives it.
const STACK: usize = 16 * 1024 * 1024;

/// Does two things, on two threads where that is worth it; without a second thread one after the other.
pub(super) fn side_by_side<A, B: Send>(
    is_large: bool,
    one: impl FnOnce() -> A,
    other: impl Fn() -> B + Send + Sync,
) -> (A, B) {
    if !is_large {
        return (one(), other());
    }
    scope(|scope| match Builder::new().stack_size(STACK).spawn_scoped(scope, &other) {
        Ok(thread) => {
            let one = one();
            (one, thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
        }
        Err(_) => (one(), other()),
    })
}
