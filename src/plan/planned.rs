use super::{PlannedRetry, UsedNames};
use crate::check::Policy;
use crate::expression::Template;
use crate::json::Pointer;
use crate::openapi::OperationIndex;
use crate::scenario::{Call, Flow, FlowCall, Named, ScenarioFile, Send, Step, StepRequest};
use crate::source::{Location, Source};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A step whose names are all known.
#[derive(Debug)]
pub struct PlannedStep {
    /// Its `id`, or `step1`, `step2`, …; that of a flow's step behind that of its call: `order.create`.
    pub id: String,
    /// Its id among the steps it stands with, which expressions name it by.
    pub name: String,
    /// The file it stands in.
    pub source: Arc<Source>,
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
    /// It runs the steps of a flow.
    Flow(Box<PlannedFlowCall>),
    /// It waits.
    Pause(Duration),
}

/// A call of a flow.
#[derive(Debug)]
pub struct PlannedFlowCall {
    /// The call as written.
    pub call: Arc<FlowCall>,
    /// Who those of its steps are sent as that are [`PlannedAuth::Caller`].
    pub auth: PlannedAuth,
    /// The flow.
    pub flow: PlannedFlow,
}

/// A flow whose names are all known.
#[derive(Debug)]
pub struct PlannedFlow {
    /// The file it stands in.
    pub file: Arc<ScenarioFile>,
    /// Its place among the file's flows.
    pub index: usize,
    /// Its steps.
    pub steps: Vec<PlannedStep>,
    /// The names that its expressions read.
    pub used: UsedNames,
}

/// A request with everything that stands around it.
#[derive(Debug)]
pub struct PlannedRequest {
    /// What it is sent to.
    pub target: PlannedTarget,
    /// Who it is sent as.
    pub auth: PlannedAuth,
    /// Where the scenario file or the project file says so; `None` where nothing does.
    pub auth_at: Option<Location>,
    /// What the settings around it say of every check.
    pub policy: Policy,
    /// Header values to send, those of the scenario and its file included.
    pub headers: Vec<Named<Template>>,
    /// Those of the project file and of the command line, where nothing nearer says otherwise.
    pub outer_headers: Vec<Named<Template>>,
    /// Names of headers that are not to be sent, though contest would add them by itself.
    pub removed_headers: Vec<String>,
    /// The media type of its body, as the document or the step writes it.
    pub media_type: Option<String>,
    /// The files and examples that it names.
    pub attached: Attached,
    /// From sending to the last body byte.
    pub timeout: Duration,
    /// When it is sent again.
    pub retry: Option<PlannedRetry>,
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
    /// Where the schemas stand that its expectations name, by the text of each reference.
    pub schemas: BTreeMap<String, Pointer>,
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
    /// In a flow: whoever its caller is sent as, which is not known before it runs.
    Caller,
}

impl PlannedFlow {
    /// The flow as written.
    pub fn flow(&self) -> &Flow {
        &self.file.flows[self.index]
    }
}

impl PlannedStep {
    /// The step, then those of the flow that it calls, then its cleanup, each with all of theirs.
    pub fn with_inner(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        let of_flow = self.flow_call().into_iter().flat_map(|call| &call.flow.steps);
        Box::new(std::iter::once(self).chain(of_flow.chain(&self.cleanup).flat_map(Self::with_inner)))
    }

    /// The request, for a step that sends one.
    pub fn request(&self) -> Option<&PlannedRequest> {
        match &self.action {
            PlannedAction::Request(request) => Some(request),
            PlannedAction::Flow(_) | PlannedAction::Pause(_) => None,
        }
    }

    /// The flow that it calls, if it calls one.
    pub fn flow_call(&self) -> Option<&PlannedFlowCall> {
        match &self.action {
            PlannedAction::Flow(call) => Some(call),
            PlannedAction::Request(_) | PlannedAction::Pause(_) => None,
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
