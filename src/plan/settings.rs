use crate::check::Policy;
use crate::expression::Template;
use crate::openapi::Nullable;
use crate::scenario::{ContractRule, ContractSettings, Named, NullableReading, Project, Settings, Timeouts};
use std::time::Duration;

/// LANGUAGE: connect 5 s, request 30 s, scenario 5 min.
const REQUEST: Duration = Duration::from_secs(30);
const SCENARIO: Duration = Duration::from_secs(300);

/// How `nullable` in the document of an api of a project is read.
pub fn nullable_of(project: Option<&Project>, api: &str) -> Nullable {
    match project.map(|project| project.nullable_of(api)).unwrap_or_default() {
        NullableReading::Lenient => Nullable::Lenient,
        NullableReading::Strict => Nullable::Strict,
    }
}

/// The settings that surround a step, from the outside in: project, environment, file, scenario.
#[derive(Debug, Default)]
pub(super) struct Surroundings<'s> {
    pub(super) project: Option<&'s ContractSettings>,
    pub(super) contract: Vec<&'s ContractSettings>,
    pub(super) timeouts: Vec<Timeouts>,
    pub(super) headers: Vec<&'s [Named<Option<Template>>]>,
}

impl<'s> Surroundings<'s> {
    pub(super) fn push(&mut self, settings: &'s Settings) {
        self.contract.push(&settings.contract);
        self.timeouts.push(settings.timeouts);
        self.headers.push(&settings.headers);
    }

    /// What all settings say of every check of a step: the project's first, then its api's, those
    /// around the step, its own, and last those of the command line.
    pub(super) fn policy(
        &self,
        api: Option<&ContractSettings>,
        step: &ContractSettings,
        overrides: &ContractSettings,
        fits: impl Fn(&ContractRule) -> bool,
    ) -> Policy {
        let mut policy = Policy::default();
        let around = self.contract.iter().copied();
        for settings in self.project.into_iter().chain(api).chain(around).chain([step, overrides]) {
            policy.push(settings, &fits);
        }
        policy
    }

    /// The header values to send: the nearest of each name, without those a `null` removes.
    pub(super) fn headers(&self, step: &[Named<Option<Template>>]) -> Vec<Named<Template>> {
        let mut result: Vec<Named<Template>> = Vec::new();
        for header in self.headers.iter().flat_map(|headers| headers.iter()).chain(step) {
            result.retain(|each| !each.name.eq_ignore_ascii_case(&header.name));
            if let Some(value) = &header.value {
                result.push(Named {
                    name: header.name.clone(),
                    name_span: header.name_span,
                    value: value.clone(),
                });
            }
        }
        result
    }

    /// The headers that a `null` removes and nothing nearer gives again.
    pub(super) fn removed_headers(&self, step: &[Named<Option<Template>>]) -> Vec<String> {
        let mut removed: Vec<String> = Vec::new();
        for header in self.headers.iter().flat_map(|headers| headers.iter()).chain(step) {
            removed.retain(|name| !name.eq_ignore_ascii_case(&header.name));
            if header.value.is_none() {
                removed.push(header.name.clone());
            }
        }
        removed
    }

    pub(super) fn request_timeout(&self, step: Option<Duration>) -> Duration {
        step.or(self.nearest_timeouts().request).unwrap_or(REQUEST)
    }

    pub(super) fn scenario_timeout(&self) -> Duration {
        self.nearest_timeouts().scenario.unwrap_or(SCENARIO)
    }

    fn nearest_timeouts(&self) -> Timeouts {
        self.timeouts.iter().rev().fold(Timeouts::default(), |near, outer| near.over(*outer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity::{Deny, Off, Warn};
    use crate::scenario::FORMATS;
    use std::collections::BTreeSet;

    #[test]
    fn of_formats_the_nearest_setting_counts() {
        let outer = ContractSettings { formats: vec![("date", Warn), ("uuid", Off)], ..Default::default() };
        let step = ContractSettings { formats: vec![("uuid", Deny)], ..Default::default() };
        let surroundings = Surroundings { contract: vec![&outer], ..Default::default() };
        let none = ContractSettings::default();
        let severities = surroundings.policy(None, &step, &none, |_| true).before_sending();
        let of = |format: &str| severities.of_format(format);
        assert_eq!([of("date"), of("uuid"), of("email")], [Warn, Deny, Deny]);
    }

    #[test]
    fn settings_name_every_format_that_is_checked() {
        let named: BTreeSet<&str> = FORMATS.iter().copied().collect();
        assert_eq!(named, crate::openapi::checked_formats().collect());
    }
}
