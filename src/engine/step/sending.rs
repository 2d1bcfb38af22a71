use crate::check::Fact;
use crate::diagnostic::Code;
use crate::engine::exchange_log::ExchangeLog;
use crate::engine::fact::own_fact;
use crate::openapi::{Contract, Operation};
use crate::plan::{Plan, PlannedCall, PlannedRequest, PlannedSend, PlannedStep, PlannedTarget};
use crate::scenario::{StepBody, StepRequest};
use crate::source::Span;
use std::path::{Path, PathBuf};

/// A step that sends a request, with what it is sent to.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Sending<'s> {
    pub(in crate::engine) step: &'s PlannedStep,
    pub(in crate::engine) request: &'s PlannedRequest,
    pub(in crate::engine) aim: Aim<'s>,
    /// Which time it is gone through, where that is more than once.
    pub(in crate::engine) round: Option<Round>,
    /// Who is told of its requests.
    pub(in crate::engine) log: &'s ExchangeLog<'s>,
}

/// One of several times that a step is gone through.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Round {
    /// From 1.
    pub(in crate::engine) number: usize,
    /// How many there are; `None` where a condition decides.
    pub(in crate::engine) of: Option<usize>,
}

/// What a request is sent to.
#[derive(Clone, Copy)]
pub(in crate::engine) enum Aim<'s> {
    /// An operation that a document describes.
    Operation(Described<'s>),
    /// A URL outside the documents.
    Url(&'s PlannedSend),
}

/// A call, with the operation and the schemas that judge it.
#[derive(Clone, Copy)]
pub(in crate::engine) struct Described<'s> {
    pub(in crate::engine) call: &'s PlannedCall,
    pub(in crate::engine) operation: Operation<'s>,
    pub(in crate::engine) contract: &'s Contract,
}

impl<'s> Sending<'s> {
    pub(in crate::engine) fn new(
        plan: &'s Plan,
        step: &'s PlannedStep,
        request: &'s PlannedRequest,
        log: &'s ExchangeLog<'s>,
    ) -> Self {
        let aim = match &request.target {
            PlannedTarget::Operation(call) => Aim::Operation(Described {
                call,
                operation: plan.operation(call),
                contract: &plan.apis[call.api].contract,
            }),
            PlannedTarget::Url(send) => Aim::Url(send),
        };
        Self { step, request, aim, round: None, log }
    }

    /// The step's id, and the round where there are several: `` `list`, round 3 of 6``.
    pub(in crate::engine) fn name(&self) -> String {
        let id = &self.step.id;
        match self.round {
            None => format!("`{id}`"),
            Some(Round { number, of: None }) => format!("`{id}`, round {number}"),
            Some(Round { number, of: Some(of) }) => format!("`{id}`, round {number} of {of}"),
        }
    }

    /// The file that the body is read from, as it is seen from the folder of the run.
    pub(in crate::engine) fn body_file(&self) -> Option<PathBuf> {
        let file = self.written().body.as_ref().and_then(StepBody::sent_file)?;
        Some(file.resolve(Path::new(self.step.source.name())))
    }

    pub(in crate::engine) fn described(&self) -> Option<Described<'s>> {
        match self.aim {
            Aim::Operation(described) => Some(described),
            Aim::Url(_) => None,
        }
    }

    /// The operation, where a document describes one.
    pub(in crate::engine) fn operation(&self) -> Option<Operation<'s>> {
        self.described().map(|described| described.operation)
    }

    /// The api that answers; `None` for a URL where no api is named.
    pub(in crate::engine) fn api(&self) -> Option<usize> {
        match self.aim {
            Aim::Operation(described) => Some(described.call.api),
            Aim::Url(send) => send.api,
        }
    }

    pub(in crate::engine) fn written(&self) -> &'s StepRequest {
        self.request.written()
    }

    /// A fact that kept the request from being sent, for the sake of a value; where that is not known, at
    /// the place of the whole.
    pub(in crate::engine) fn unsent(
        &self,
        code: Code,
        headline: impl Into<String>,
        span: Option<Span>,
    ) -> Fact {
        let span = span.unwrap_or(self.step.step.place());
        own_fact(code, headline, span, &format!("step {} was not sent", self.name()))
    }
}
