use crate::check::Policy;
use crate::expression::Template;
use crate::openapi::Nullable;
use crate::scenario::{
    ContractRule, ContractSettings, Named, NullableReading, Project, Retry, Settings, Timeouts,
};
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
    pub(super) retry: Vec<&'s Retry>,
    pub(super) headers: Vec<&'s [Named<Option<Template>>]>,
    /// What stands around every file: headers of the environment and of the command line.
    pub(super) outer_headers: &'s [Named<Option<Template>>],
}

impl<'s> Surroundings<'s> {
    pub(super) fn push(&mut self, settings: &'s Settings) {
        self.contract.push(&settings.contract);
        self.timeouts.push(settings.timeouts);
        self.retry.extend(&settings.retry);
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

    /// The headers around every file that the file itself neither gives nor removes.
    pub(super) fn outer_headers(&self, step: &[Named<Option<Template>>]) -> Vec<Named<Template>> {
        let is_own = |name: &str| {
            let mut own = self.headers.iter().flat_map(|headers| headers.iter()).chain(step);
            own.any(|header| header.name.eq_ignore_ascii_case(name))
        };
        let outer = Surroundings { headers: vec![self.outer_headers], ..Surroundings::default() };
        let mut headers = outer.headers(&[]);
        headers.retain(|header| !is_own(&header.name));
        headers
    }

    /// The headers that a `null` removes and nothing nearer gives again.
    pub(super) fn removed_headers(&self, step: &[Named<Option<Template>>]) -> Vec<String> {
        let mut removed: Vec<String> = Vec::new();
        let own = self.headers.iter().flat_map(|headers| headers.iter()).chain(step);
        for header in self.outer_headers.iter().chain(own) {
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
    use crate::diagnostic::CheckSelector;
    use crate::diagnostic::Severity::{Deny, Off, Warn};
    use crate::json::Datum;
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
        // At the command line all of them are meant.
        let every = CheckSelector::parse("response.format").expect("it is a check");
        let severities = surroundings
            .policy(None, &step, &ContractSettings::of([(every, Deny)]), |_| true)
            .before_sending();
        assert_eq!(severities.of_format("date"), Deny);
    }

    fn headers(written: &[(&str, Option<&str>)]) -> Vec<Named<Option<Template>>> {
        let make = |(name, value): &(&str, Option<&str>)| Named {
            name: (*name).to_owned(),
            name_span: Default::default(),
            value: value.map(|value| Template::literal(Default::default(), Datum::new(value))),
        };
        written.iter().map(make).collect()
    }

    /// The headers of the outside and of the file that are sent, and those that are removed.
    fn check_headers(
        outer: &[(&str, Option<&str>)],
        file: &[(&str, Option<&str>)],
        step: &[(&str, Option<&str>)],
        expected: [&str; 3],
    ) {
        let (outer, file, step) = (headers(outer), headers(file), headers(step));
        let surroundings =
            Surroundings { headers: vec![&file], outer_headers: &outer, ..Surroundings::default() };
        let shown = |headers: Vec<Named<Template>>| {
            let text = |it: &Named<Template>| {
                format!("{}={}", it.name, it.value.as_literal().map(Datum::to_text).unwrap_or_default())
            };
            headers.iter().map(text).collect::<Vec<_>>().join(" ")
        };
        let found = [
            shown(surroundings.outer_headers(&step)),
            shown(surroundings.headers(&step)),
            surroundings.removed_headers(&step).join(" "),
        ];
        assert_eq!(found.each_ref().map(String::as_str), expected);
    }

    #[test]
    fn of_headers_the_nearest_counts() {
        check_headers(&[("A", Some("1"))], &[("B", Some("2"))], &[], ["A=1", "B=2", ""]);
        check_headers(&[("A", Some("1"))], &[("a", Some("2"))], &[], ["", "a=2", ""]);
        check_headers(&[("A", Some("1"))], &[("B", Some("2"))], &[("b", Some("3"))], ["A=1", "b=3", ""]);
        check_headers(&[("A", Some("1"))], &[], &[("A", None)], ["", "", "A"]);
        // The command line's stand behind those of the environment, and these behind the defaults.
        check_headers(&[("A", Some("1")), ("a", Some("2"))], &[], &[], ["a=2", "", ""]);
        check_headers(&[("A", Some("1")), ("A", None)], &[], &[], ["", "", "A"]);
        check_headers(&[("A", None)], &[], &[("A", Some("3"))], ["", "A=3", ""]);
    }

    #[test]
    fn settings_name_every_format_that_is_checked() {
        let named: BTreeSet<&str> = FORMATS.iter().copied().collect();
        assert_eq!(named, crate::openapi::checked_formats().collect());
    }
}
