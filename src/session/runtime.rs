use std::io;
use tokio::runtime::{Builder, Runtime};

/// Judging a value descends as deep as the value and its schema do, and makes itself a deeper stack
/// when less than 4 MiB are left: with the usual 2 MiB that is a map and an unmap of memory for every
/// body, which cost as much as the request. Only what is used of a stack takes up memory.
const STACK: usize = 16 << 20;

/// A runtime to run sessions on: any other will do, and takes longer.
///
/// # Errors
/// When the system gives no threads or no event queue.
pub fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().thread_stack_size(STACK).enable_all().build()
}
