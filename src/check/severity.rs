use crate::diagnostic::{Code, Severity};
use std::collections::BTreeMap;

/// The contract checks, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// The status is documented.
    Status,
    /// The body can be decoded as it is declared.
    Decode,
    /// The media type is offered for the response.
    ContentType,
    /// Documented headers are there and keep their schemas.
    Header,
    /// The body keeps its schema, and is there only where one may be.
    Body,
    /// Documented formats are kept.
    Format,
    /// The value of a discriminator is in its mapping.
    Discriminator,
    /// The operation is not deprecated.
    Deprecated,
}

/// How much each check weighs; by default what [`Check::default_severity`] says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Severities {
    checks: BTreeMap<Check, Severity>,
    formats: BTreeMap<String, Severity>,
}

impl Check {
    /// Every check, in the order in which they run.
    pub const ALL: &[Self] = &[
        Self::Status,
        Self::Decode,
        Self::ContentType,
        Self::Header,
        Self::Body,
        Self::Format,
        Self::Discriminator,
        Self::Deprecated,
    ];

    /// The name in settings: `content-type`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Decode => "decode",
            Self::ContentType => "content-type",
            Self::Header => "header",
            Self::Body => "body",
            Self::Format => "format",
            Self::Discriminator => "discriminator",
            Self::Deprecated => "deprecated",
        }
    }

    /// The check of a name in settings.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|check| check.name() == name)
    }

    /// The code of its findings.
    pub fn code(self) -> Code {
        match self {
            Self::Status => Code::RESPONSE_STATUS,
            Self::Decode => Code::RESPONSE_DECODE,
            Self::ContentType => Code::RESPONSE_CONTENT_TYPE,
            Self::Header => Code::RESPONSE_HEADER,
            Self::Body => Code::RESPONSE_BODY,
            Self::Format => Code::RESPONSE_FORMAT,
            Self::Discriminator => Code::RESPONSE_DISCRIMINATOR,
            Self::Deprecated => Code::OPERATION_DEPRECATED,
        }
    }

    /// How much it weighs when no setting says so: a discriminator outside its mapping and a
    /// deprecated operation break no promise.
    pub fn default_severity(self) -> Severity {
        match self {
            Self::Discriminator | Self::Deprecated => Severity::Warn,
            _ => Severity::Deny,
        }
    }
}

impl Severities {
    /// How much a check weighs.
    pub fn of(&self, check: Check) -> Severity {
        self.checks.get(&check).copied().unwrap_or(check.default_severity())
    }

    /// How much a broken format weighs: what is set for the format, but never more than the check
    /// `format` as a whole when that is lowered.
    pub fn of_format(&self, name: &str) -> Severity {
        let all = self.of(Check::Format);
        self.formats.get(name).map_or(all, |own| (*own).min(all))
    }

    /// Sets how much a check weighs.
    pub fn set(&mut self, check: Check, severity: Severity) {
        self.checks.insert(check, severity);
    }

    /// Sets how much one format weighs.
    pub fn set_format(&mut self, name: impl Into<String>, severity: Severity) {
        self.formats.insert(name.into(), severity);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_checks() {
        for check in Check::ALL {
            assert_eq!(Check::parse(check.name()), Some(*check));
            assert!(check.code().as_str().ends_with(check.name()), "{}", check.name());
        }
        assert_eq!(Check::parse("statsu"), None);
    }

    #[test]
    fn a_format_weighs_no_more_than_the_check() {
        let mut severities = Severities::default();
        assert_eq!(severities.of_format("uuid"), Severity::Deny);
        severities.set_format("uuid", Severity::Warn);
        assert_eq!(severities.of_format("uuid"), Severity::Warn);
        assert_eq!(severities.of_format("date"), Severity::Deny);
        severities.set(Check::Format, Severity::Off);
        assert_eq!(severities.of_format("uuid"), Severity::Off);
    }
}
