//! Deadlines that hold whatever a connection does.
//!
//! A runtime looks at its clock when a worker has nothing to do. A server that sends interim responses
//! without end keeps the worker at it that would: hyper reads 50 MiB of them before it yields. So the
//! clock of deadlines ticks on a thread of its own, which wakes another worker.

use std::future::Future;
use std::sync::LazyLock;
use tokio::runtime::{Builder, Handle};
use tokio::time::{Instant, Timeout};

/// `None` when the system gives no thread: then the runtime's own clock serves.
static CLOCK: LazyLock<Option<Handle>> = LazyLock::new(|| {
    let runtime = Builder::new_current_thread().enable_time().build().ok()?;
    let handle = runtime.handle().clone();
    let ticking = move || runtime.block_on(std::future::pending::<()>());
    std::thread::Builder::new().name("deadlines".to_owned()).spawn(ticking).ok()?;
    Some(handle)
});

/// Like [`tokio::time::timeout_at`], by the clock of deadlines.
pub(super) fn timeout_at<F: Future>(deadline: Instant, future: F) -> Timeout<F> {
    let _clock = CLOCK.as_ref().map(Handle::enter);
    tokio::time::timeout_at(deadline, future)
}
