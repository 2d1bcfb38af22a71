use std::io;
use tokio::runtime::{Builder, Runtime};

/// Judging a value descends as deep as the value and its schema do, and makes itself a deeper stack
/// when less than 4 MiB are left: with the usual 2 MiB that is a map and an unmap of memory for every
/// body, which cost as much as the request. Only what is used of a stack takes up memory.
const STACK: usize = 16 << 20;

/// What has to be left of the caller's stack, so that nothing needs a deeper one there.
const ENOUGH: usize = 6 << 20;

/// A runtime to run sessions on: any other will do, and takes longer.
///
/// # Errors
/// When the system gives no threads or no event queue.
pub fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().thread_stack_size(STACK).enable_all().build()
}

/// A runtime that works on the thread that waits for it: one worker is waiting for an answer or
/// judging one, and a second thread would only be woken for it to be told so. `None` where that
/// thread's stack is too small for judging.
pub(super) fn runtime_of_one_thread() -> Option<io::Result<Runtime>> {
    let is_enough = stacker::remaining_stack().is_some_and(|left| left >= ENOUGH);
    is_enough.then(|| Builder::new_current_thread().thread_stack_size(STACK).enable_all().build())
}
