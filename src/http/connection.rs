//! Whether a request went out on a new connection or on one that was kept alive: reqwest does not
//! say, so the connector tells the task that waits for it.

use std::cell::Cell;
use std::future::Future;
use tokio::task_local;

/// How far this task's own connecting has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Connecting {
    /// No connection was asked for: one from the pool served.
    #[default]
    NotAsked,
    /// One was asked for and did not come about, or one from the pool was free earlier.
    Begun,
    /// A new one was made for this request.
    Done,
}

task_local! {
    static CONNECTING: Cell<Connecting>;
}

/// Runs one attempt and says how the connection for it came about. `attempt` may ask for the state
/// so far by [`so_far`].
pub(super) async fn observe<F: Future>(attempt: F) -> (F::Output, Connecting) {
    CONNECTING
        .scope(Cell::default(), async {
            let output = attempt.await;
            (output, so_far())
        })
        .await
}

/// How far connecting has come in the attempt that is being observed.
pub(super) fn so_far() -> Connecting {
    CONNECTING.try_with(Cell::get).unwrap_or_default()
}

/// Wraps what the connector returns, so that the observed task learns of it.
///
/// The pool drives a connection attempt that lost against a freed connection in a task of its own,
/// where nobody observes: then the state stays at [`Connecting::Begun`], which is right.
pub(super) async fn announce<F, C, E>(connect: F) -> Result<C, E>
where
    F: Future<Output = Result<C, E>>,
{
    note(Connecting::Begun);
    let connection = connect.await?;
    note(Connecting::Done);
    Ok(connection)
}

fn note(state: Connecting) {
    // An error means that no attempt is observed here any more.
    let _ = CONNECTING.try_with(|cell| cell.set(state));
}
