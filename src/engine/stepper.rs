//! A person who is asked before each request.

use super::event::Phase;
use super::record::{ExchangeRecord, RequestRecord};
use std::fmt::Debug;
use std::pin::Pin;

/// Asks a person, or what stands for one in a test, what becomes of each request.
pub trait Stepper: Debug + Send + Sync {
    /// A request is ready and waits for the answer, which may take as long as it likes. The future is
    /// dropped when the run is interrupted.
    fn ask(&self, pause: StepPause) -> Pin<Box<dyn Future<Output = Decision> + Send + '_>>;

    /// A request was answered, or was not; right after it was judged.
    fn told(&self, record: &ExchangeRecord);
}

/// A request that waits.
#[derive(Clone, Debug)]
pub struct StepPause {
    /// The case: `file › title`.
    pub case: String,
    /// The step's id.
    pub step: String,
    /// Where the step stands.
    pub phase: Phase,
    /// The request, masked.
    pub request: RequestRecord,
    /// The same as a text to be edited, JSON; secrets stand in it as `***`.
    pub editable: String,
    /// Why what was edited could not be used; the request is the one before.
    pub problem: Option<String>,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is sent.
    Send,
    /// It is read from this text, and asked about again.
    Edit(String),
    /// It is not sent; the case goes on.
    Skip,
    /// Nothing more is sent but cleanup.
    Quit,
}
