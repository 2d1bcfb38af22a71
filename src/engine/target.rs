use crate::openapi::OperationIndex;
use crate::source::Location;

/// Why a target answered a request for itself, and not as the API that it stands for.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// What happened: "the reply 200 of the rule `update` breaks the document: …".
    pub reason: String,
    /// The rule that is the cause, where one is.
    pub place: Option<Location>,
    /// What to do about it.
    pub help: String,
}

/// Where requests go: configured URLs, embedded mocks, or a test's own server.
pub trait Target: Send + Sync {
    /// Called on a worker before each case; embedded servers start afresh here.
    ///
    /// # Errors
    /// A sentence that says why there is no target; the case is errored with it.
    fn prepare(&self, worker: usize) -> Result<(), String>;

    /// The base URL of an api for the case that runs on a worker; `None` when it has none.
    fn base_url(&self, worker: usize, api: usize) -> Option<String>;

    /// The base URL of one operation; that of its api unless the operation has servers of its own.
    fn operation_url(&self, worker: usize, api: usize, _operation: OperationIndex) -> Option<String> {
        self.base_url(worker, api)
    }

    /// Where the base URL of an api was written, in words, where it was in a file: "contest.yaml:14,
    /// environment `staging`". Who gave it on the command line knows, and so nothing is said.
    fn base_url_origin(&self, _api: usize) -> Option<String> {
        None
    }

    /// Why the last answer to a worker's request to an api was none of the API: asked behind every
    /// exchange. A real server has no such answers, and so nothing to say.
    fn refusal(&self, _worker: usize, _api: usize) -> Option<Refusal> {
        None
    }
}
