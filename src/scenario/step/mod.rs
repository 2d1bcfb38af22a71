//! A step as it is written: what it does, which is one of four things, and what every kind of step has
//! around that.
//!
//! Source: LANGUAGE §4. Start with [`Step`] and [`Action`].

mod action;
mod kind;
mod read;
mod request;
mod sends;

pub use action::{Action, Call, FlowCall, Send};
pub use request::StepRequest;
pub use sends::Sends;

pub(super) use kind::{OF_CALLS, OF_REQUESTS};
pub(super) use read::{read_cleanup, read_steps};

use super::Capture;
use super::attachment::FileReference;
use super::contract::ContractSettings;
use super::mark::ExpectedFailure;
use super::reader::{Named, Spanned};
use crate::expression::Condition;
use crate::source::Span;
use std::sync::Arc;

/// One thing that a scenario does.
#[derive(Clone, Debug)]
pub struct Step {
    /// The whole step.
    pub span: Span,
    /// Its `id`, where it has one.
    pub id: Option<Spanned<String>>,
    /// Its `title`.
    pub title: Option<String>,
    /// Whether it runs at all.
    pub when: Option<Condition>,
    /// What it does.
    pub action: Action,
    /// Whether it runs after an earlier step failed.
    pub is_always: bool,
    /// The fault that it is known to have.
    pub xfail: Option<ExpectedFailure>,
    /// What is kept of the exchange, or of a flow's outputs; empty for a pause.
    pub save: Vec<Named<Capture>>,
    /// Steps to run at the end of the case, once this one was sent or run; empty for a pause.
    pub cleanup: Vec<Arc<Step>>,
}

impl Step {
    /// Where it says what it does: the operation, the URL, the flow's name, the time.
    pub fn place(&self) -> Span {
        match &self.action {
            Action::Call(call) => call.operation.span,
            Action::Send(send) => send.span,
            Action::Flow(flow) => flow.flow.span,
            Action::Pause(time) => time.span,
        }
    }

    /// The request, for a step that sends one.
    pub fn request(&self) -> Option<&StepRequest> {
        match &self.action {
            Action::Call(call) => Some(&call.request),
            Action::Send(send) => Some(&send.request),
            Action::Flow(_) | Action::Pause(_) => None,
        }
    }

    /// Every file that the step and its cleanup name.
    pub fn files(&self) -> Vec<&FileReference> {
        let mut files: Vec<&FileReference> =
            self.request().into_iter().flat_map(StepRequest::files).collect();
        files.extend(self.cleanup.iter().flat_map(|step| step.files()));
        files
    }

    /// The contract severities written under `expect`, for a step that sends a request.
    pub fn contract(&self) -> Option<&ContractSettings> {
        self.request().map(|request| &request.expect.contract)
    }
}
