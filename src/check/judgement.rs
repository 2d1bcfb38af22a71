use super::{Check, Fact, Severities};
use crate::diagnostic::Severity;
use crate::exchange::Exchange;
use crate::limits::Limits;
use crate::openapi::{Contract, Operation};

/// What the checks of one response found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What is wrong, in the order of the checks.
    pub facts: Vec<Fact>,
    /// What could not be checked; each stands behind "not checked, because".
    pub not_checked: Vec<String>,
}

/// One response with everything that it is judged by.
#[derive(Clone, Copy)]
pub(super) struct Case<'c> {
    pub(super) operation: Operation<'c>,
    pub(super) contract: &'c Contract,
    pub(super) exchange: &'c Exchange,
    pub(super) severities: &'c Severities,
    pub(super) limits: &'c Limits,
}

impl Case<'_> {
    /// A fact of a check, with the severity that is set for it.
    pub(super) fn fact(&self, check: Check, headline: impl Into<String>) -> Fact {
        Fact::new(check.code(), self.severities.of(check), headline)
    }

    /// The status as it came.
    pub(super) fn status(&self) -> u16 {
        self.exchange.response.status
    }

    /// Whether HTTP lets such a response have no content at all.
    ///
    /// Source: RFC 9110 §6.4.1.
    pub(super) fn never_has_content(&self) -> bool {
        self.exchange.request.method == "HEAD" || matches!(self.status(), 100..=199 | 204 | 304)
    }

    /// The request as people speak of it: `PUT /v2/orders/{orderID}` or `updateAnOrder`.
    pub(super) fn name(&self) -> String {
        format!("`{}`", self.operation.name())
    }

    /// Whether a check is to be run.
    pub(super) fn runs(&self, check: Check) -> bool {
        self.severities.of(check) != Severity::Off
    }
}

impl Judgement {
    pub(super) fn leave(&mut self, reason: impl Into<String>) {
        let reason = reason.into();
        if !self.not_checked.contains(&reason) {
            self.not_checked.push(reason);
        }
    }
}
