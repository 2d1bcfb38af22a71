/// Where requests go: configured URLs, embedded mocks, or a test's own server.
pub trait Target: Send + Sync {
    /// Called on a worker before each case; embedded servers start afresh here.
    ///
    /// # Errors
    /// A sentence that says why there is no target; the case is errored with it.
    fn prepare(&self, worker: usize) -> Result<(), String>;

    /// The base URL of an api for the case that runs on a worker; `None` when it has none.
    fn base_url(&self, worker: usize, api: usize) -> Option<String>;
}
