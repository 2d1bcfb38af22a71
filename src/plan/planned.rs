use crate::check::Policy;
use crate::expression::Template;
use crate::openapi::OperationIndex;
use crate::scenario::{Call, Named, Send, Step, StepRequest};
use crate::source::Span;
use std::sync::Arc;
use std::time::Duration;

/// A step whose names are all known.
#[derive(Debug)]
pub struct PlannedStep {
    /// Its `id`, or `step1`, `step2`, ….
    pub id: String,
    /// The step as written.
    pub step: Arc<Step>,
    /// What it does.
    pub action: PlannedAction,
    /// Steps to run at the end of the case once this one was sent.
    pub cleanup: Vec<PlannedStep>,
}

/// What a step does.
#[derive(Debug)]
pub enum PlannedAction {
    /// It sends a request.
    Request(Box<PlannedRequest>),
    /// It waits.
    Pause(Duration),
}

/// A request with everything that stands around it.
#[derive(Debug)]
pub struct PlannedRequest {
    /// What it is sent to.
    pub target: PlannedTarget,
    /// Who it is sent as.
    pub auth: PlannedAuth,
    /// Where the scenario file says so; `None` where the project file or nothing does.
    pub auth_span: Option<Span>,
    /// What the settings around it say of every check.
    pub policy: Policy,
    /// Header values to send, defaults included.
    pub headers: Vec<Named<Template>>,
    /// Names of headers that are not to be sent, though contest would add them by itself.
    pub removed_headers: Vec<String>,
    /// The media type of its body, as the document or the step writes it.
    pub media_type: Option<String>,
    /// The files and examples that it names.
    pub attached: Attached,
    /// From sending to the last body byte.
    pub timeout: Duration,
}

/// What a request is sent to.
#[derive(Debug)]
pub enum PlannedTarget {
    /// An operation of an api's document, which judges request and response.
    Operation(PlannedCall),
    /// A URL that no document describes.
    Url(PlannedSend),
}

/// A call of an operation.
#[derive(Clone, Debug)]
pub struct PlannedCall {
    /// The call as written.
    pub call: Arc<Call>,
    /// The index of its api in [`Plan::apis`](super::Plan::apis).
    pub api: usize,
    /// Its operation in the api's document.
    pub operation: OperationIndex,
}

/// A request to a URL.
#[derive(Clone, Debug)]
pub struct PlannedSend {
    /// The request as written.
    pub send: Arc<Send>,
    /// The index of the api whose base URL a relative URL is resolved against; `None` where the file
    /// names no api and there are several.
    pub api: Option<usize>,
}

/// What a step names and does not hold itself.
#[derive(Clone, Debug, Default)]
pub struct Attached {
    /// The value of a body that stands in a file or among the document's examples.
    pub value: Option<Template>,
    /// The bytes of the files of the body, in the order of [`StepBody::files`].
    ///
    /// [`StepBody::files`]: crate::scenario::StepBody::files
    pub files: Vec<Arc<[u8]>>,
    /// The bytes that are expected.
    pub expected: Option<Arc<[u8]>>,
}

/// Who a step is sent as.
#[derive(Clone, Debug)]
pub enum PlannedAuth {
    /// No profile is written: no credentials.
    Unset,
    /// `auth: none`: no credentials, and no cookies of the jar either.
    None,
    /// The index of a profile of the project file.
    Profile(usize),
    /// An expression that gives a profile's name.
    Expression(Template),
}

impl PlannedStep {
    /// The step, then its cleanup with all of theirs.
    pub(super) fn with_cleanup(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        Box::new(std::iter::once(self).chain(self.cleanup.iter().flat_map(Self::with_cleanup)))
    }

    /// The request, for a step that sends one.
    pub fn request(&self) -> Option<&PlannedRequest> {
        match &self.action {
            PlannedAction::Request(request) => Some(request),
            PlannedAction::Pause(_) => None,
        }
    }

    /// The operation that it calls, if it calls one.
    pub fn call(&self) -> Option<&PlannedCall> {
        match &self.request()?.target {
            PlannedTarget::Operation(call) => Some(call),
            PlannedTarget::Url(_) => None,
        }
    }

    /// The URL that it is sent to, if it is sent to one.
    pub fn send(&self) -> Option<&PlannedSend> {
        match &self.request()?.target {
            PlannedTarget::Operation(_) => None,
            PlannedTarget::Url(send) => Some(send),
        }
    }
}

impl PlannedRequest {
    /// The request as written.
    pub fn written(&self) -> &StepRequest {
        match &self.target {
            PlannedTarget::Operation(call) => &call.call.request,
            PlannedTarget::Url(url) => &url.send.request,
        }
    }
}
