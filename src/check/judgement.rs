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
    /// The settings that turned off a check whose findings are warnings: the name or pattern as
    /// written, with the reason where one is given.
    pub off: Vec<String>,
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

/// One response with what HTTP alone judges it by.
#[derive(Clone, Copy)]
pub(super) struct HttpCase<'c> {
    pub(super) exchange: &'c Exchange,
    pub(super) severities: &'c Severities,
}

impl<'c> Case<'c> {
    /// The same without the document.
    pub(super) fn http(&self) -> HttpCase<'c> {
        HttpCase { exchange: self.exchange, severities: self.severities }
    }

    /// A fact of a check, with the severity that is set for it.
    pub(super) fn fact(&self, check: Check, headline: impl Into<String>) -> Fact {
        self.http().fact(check, headline)
    }

    /// The status as it came.
    pub(super) fn status(&self) -> u16 {
        self.http().status()
    }

    /// Whether HTTP lets such a response have no content at all.
    pub(super) fn never_has_content(&self) -> bool {
        self.http().never_has_content()
    }

    /// Whether a check is to be run.
    pub(super) fn runs(&self, check: Check) -> bool {
        self.http().runs(check)
    }

    /// The request as people speak of it: `PUT /v2/orders/{orderID}` or `updateAnOrder`.
    pub(super) fn name(&self) -> String {
        format!("`{}`", self.operation.name())
    }
}

impl HttpCase<'_> {
    /// A fact of a check, with the severity that is set for it.
    pub(super) fn fact(&self, check: Check, headline: impl Into<String>) -> Fact {
        let mut fact = Fact::new(check.code(), self.severities.of(check), headline);
        fact.notes.extend(note_on(check, self.severities));
        fact
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

    /// Whether a check is to be run.
    pub(super) fn runs(&self, check: Check) -> bool {
        self.severities.of(check) != Severity::Off
    }
}

/// Why a check weighs less than it does by itself, where the settings say it.
pub(super) fn note_on(check: Check, severities: &Severities) -> Option<String> {
    let severity = severities.of(check);
    let reason = severities.said_of(check)?.reason.as_ref()?;
    (severity < check.default_severity()).then(|| format!("{} by the settings: {reason}", severity.as_str()))
}

impl Judgement {
    /// Says that a check is off: what breaks no promise does not make the exchange less judged.
    pub(super) fn leave_off(&mut self, check: Check, severities: &Severities) {
        let said = severities.said_of(check);
        let reason = said.and_then(|said| said.reason.as_ref());
        let name = match check.default_severity() {
            Severity::Deny => format!("the check `{}` is off", check.name()),
            _ => said.map_or(check.name(), |said| said.selector.as_str()).to_owned(),
        };
        let words = match reason {
            Some(reason) => format!("{name}: {reason}"),
            None => name,
        };
        match check.default_severity() {
            Severity::Deny => self.leave(words),
            _ if self.off.contains(&words) => {}
            _ => self.off.push(words),
        }
    }

    pub(super) fn leave(&mut self, reason: impl Into<String>) {
        let reason = reason.into();
        if !self.not_checked.contains(&reason) {
            self.not_checked.push(reason);
        }
    }
}
