//! What comes before a request is sent: the condition, the values, the policy.

use super::{Aim, Sending, StepContext, StepOutcome};
use crate::diagnostic::Code;
use crate::engine::Verdict;
use crate::engine::expect::status::ExpectedStatus;
use crate::engine::fact::{own_fact, unresolved_fact};
use crate::engine::request::sends::{SentAs, check_sends};
use crate::engine::request::{BuildError, BuiltRequest, build_request};
use crate::engine::scope::CaseScope;
use crate::plan::PlannedStep;
use crate::scenario::StatusPattern;

/// Cleanup judges leniently: what it may meet there is gone already.
const CLEANUP_STATUSES: &[StatusPattern] =
    &[StatusPattern::Class(2), StatusPattern::Code(404), StatusPattern::Code(410)];

/// Where the api is that a request belongs to.
pub(super) struct BaseUrls {
    /// Of the request: that of its operation, where that has servers of its own.
    pub(super) request: Option<String>,
    /// Of the api, which relative token endpoints belong to wherever one of its operations is served.
    pub(super) api: Option<String>,
}

impl StepContext<'_> {
    /// What a step comes to whose condition does not hold; `None` where it is to run.
    pub(in crate::engine) fn condition(&self, step: &PlannedStep, scope: &CaseScope) -> Option<StepOutcome> {
        let when = step.step.when.as_ref().filter(|when| !scope.is_open(when))?;
        match when.holds(scope) {
            Ok(true) => None,
            Ok(false) => {
                let reason = Some(skip_reason(&when.text));
                Some(StepOutcome { report: self.blank(step, Verdict::Skipped, reason), was_sent: false })
            }
            Err(error) => {
                let headline = format!("`when` cannot be evaluated: {}", error.0);
                let label = "decides whether the step runs";
                Some(self.errored(step, own_fact(Code::CONDITION_FAILED, headline, when.span, label)))
            }
        }
    }

    pub(super) fn base_urls(&self, sending: Sending<'_>) -> Result<BaseUrls, Box<StepOutcome>> {
        let target = &self.run.target;
        let of_api = |api| target.base_url(self.worker, api);
        match sending.aim {
            Aim::Operation(described) => {
                let api = described.call.api;
                let Some(base) = target.operation_url(self.worker, api, described.call.operation) else {
                    let headline = format!("the api `{}` has no base URL", self.run.plan.apis[api].name);
                    let fact = sending.unsent(Code::REQUEST_BUILD, headline, None);
                    return Err(Box::new(self.errored(sending.step, fact)));
                };
                let api = of_api(api).unwrap_or_else(|| base.clone());
                Ok(BaseUrls { request: Some(base), api: Some(api) })
            }
            Aim::Url(send) => {
                let base = send.api.and_then(of_api);
                Ok(BaseUrls { request: base.clone(), api: base })
            }
        }
    }

    /// The request as it will go out, but for cookies and credentials.
    pub(super) fn build(
        &self,
        sending: Sending<'_>,
        base: &BaseUrls,
        scope: &CaseScope,
    ) -> Result<BuiltRequest, Box<StepOutcome>> {
        build_request(sending, base.request.as_deref(), scope).map_err(|error| {
            let fact = match error {
                BuildError::Unresolved { error, span } => {
                    unresolved_fact(&error, span, &format!("step {} was not sent", sending.name()))
                }
                BuildError::Unsendable { reason, span } => sending.unsent(Code::REQUEST_BUILD, reason, span),
                BuildError::Unfit { reason, notes, span } => {
                    let mut fact = sending.unsent(Code::REQUEST_BUILD, reason, Some(span));
                    fact.notes.extend(notes);
                    fact
                }
                BuildError::Encode { error, span } => {
                    sending.unsent(Code::REQUEST_BUILD, error.to_string(), span).help(error.help())
                }
            };
            Box::new(self.errored(sending.step, fact))
        })
    }

    /// Holds the request to the `sends` of its step; what no document describes is sent as it is.
    pub(super) fn hold_to_policy(
        &self,
        sending: Sending<'_>,
        built: &BuiltRequest,
        scope: &CaseScope,
    ) -> Result<SentAs, Box<StepOutcome>> {
        let Some(described) = sending.described() else { return Ok(SentAs::default()) };
        let written = &described.call.call.sends;
        let sends = written.resolve(scope).map_err(|reason| {
            let fact = sending.unsent(Code::VALUE_UNRESOLVED, reason, written.span());
            Box::new(self.errored(sending.step, fact))
        })?;
        let open = scope.open_places(&built.values);
        check_sends(sending, described, &sends, &built.values, &open, &self.run.settings.limits)
            .map_err(|fact| Box::new(self.errored(sending.step, *fact)))
    }

    /// The statuses that the step expects.
    pub(super) fn expected_status(
        &self,
        sending: Sending<'_>,
        scope: &CaseScope,
    ) -> Result<ExpectedStatus, Box<StepOutcome>> {
        match ExpectedStatus::resolve(sending, scope) {
            Ok(ExpectedStatus::Success) if self.is_cleanup() => {
                Ok(ExpectedStatus::OneOf(CLEANUP_STATUSES.to_vec()))
            }
            Ok(expected) => Ok(expected),
            Err(error) => {
                let span = sending.written().expect.status.as_ref().map(|status| status.span);
                let fact = sending.unsent(Code::VALUE_UNRESOLVED, error.to_string(), span);
                Err(Box::new(self.errored(sending.step, fact)))
            }
        }
    }
}

/// Why a step was not run.
fn skip_reason(condition: &str) -> String {
    match condition {
        "false" => "switched off by `when: false`".to_owned(),
        condition => format!("its condition `{condition}` does not hold"),
    }
}
