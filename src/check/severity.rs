use crate::diagnostic::{Check, CheckSelector, Severity};
use crate::scenario::{ContractRule, ContractSettings, StatusPattern};
use std::collections::BTreeMap;
use std::sync::Arc;

/// How much each check weighs in one exchange; by default what [`Check::default_severity`] says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Severities {
    checks: BTreeMap<Check, Weight>,
    formats: BTreeMap<String, Severity>,
}

/// What a setting says of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Weight {
    severity: Severity,
    said: Option<Arc<Said>>,
}

/// Where a severity comes from, as far as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The name or pattern as written: `http.*`.
    pub selector: String,
    /// The `reason` beside it.
    pub reason: Option<String>,
}

/// What the settings around one step say of every check, before the status is known.
///
/// Made of layers, the outermost first; a nearer layer counts before those around it. Within one,
/// what names a check counts before a pattern, and a rule before both.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The last that fits counts.
    directives: Vec<Directive>,
    /// The last of a name counts.
    formats: Vec<(&'static str, Severity)>,
}

#[derive(Clone, Debug)]
struct Directive {
    checks: Vec<Check>,
    /// None means every status.
    statuses: Vec<StatusPattern>,
    severity: Severity,
    said: Arc<Said>,
}

impl Policy {
    /// Adds a layer within those added before; `fits` says whether a rule is about the operation.
    pub fn push(&mut self, settings: &ContractSettings, fits: impl Fn(&ContractRule) -> bool) {
        // What a nearer layer says of all formats counts before what those around it say of one.
        if settings.checks.iter().any(|(selector, _)| selector.checks().contains(&Check::Format)) {
            self.formats.clear();
        }
        self.formats.extend(&settings.formats);
        for (selector, severity) in &settings.checks {
            self.directives.push(Directive::new(selector, &[], *severity, None));
        }
        for rule in settings.rules.iter().filter(|rule| fits(rule)) {
            let statuses: Vec<StatusPattern> = rule.statuses.iter().map(|each| each.value.clone()).collect();
            for selector in &rule.checks {
                let directive = Directive::new(selector, &statuses, rule.severity, rule.reason.as_deref());
                self.directives.push(directive);
            }
        }
    }

    /// How much each check weighs for a response of a status.
    pub fn at(&self, status: u16) -> Severities {
        self.resolve(|directive| {
            directive.statuses.is_empty() || directive.statuses.iter().any(|it| it.matches(status))
        })
    }

    /// How much each check weighs while there is no response.
    pub fn before_sending(&self) -> Severities {
        self.resolve(|directive| directive.statuses.is_empty())
    }

    fn resolve(&self, fits: impl Fn(&Directive) -> bool) -> Severities {
        let mut severities = Severities::default();
        for (format, severity) in &self.formats {
            severities.set_format(*format, *severity);
        }
        for directive in self.directives.iter().filter(|it| fits(it)) {
            for check in &directive.checks {
                let said = Some(Arc::clone(&directive.said));
                severities.checks.insert(*check, Weight { severity: directive.severity, said });
            }
        }
        severities
    }
}

impl Directive {
    fn new(
        selector: &CheckSelector,
        statuses: &[StatusPattern],
        severity: Severity,
        reason: Option<&str>,
    ) -> Self {
        let said = Said { selector: selector.text().to_owned(), reason: reason.map(str::to_owned) };
        let checks = selector.checks().to_vec();
        Self { checks, statuses: statuses.to_vec(), severity, said: Arc::new(said) }
    }
}

impl Severities {
    /// How much a check weighs.
    pub fn of(&self, check: Check) -> Severity {
        self.checks.get(&check).map_or(check.default_severity(), |weight| weight.severity)
    }

    /// Which setting says so; `None` for a default, or where it was set without one.
    pub fn said_of(&self, check: Check) -> Option<&Said> {
        self.checks.get(&check)?.said.as_deref()
    }

    /// How much a broken format weighs: what is set for the format, but never more than the check
    /// `format` as a whole when that is lowered.
    pub fn of_format(&self, name: &str) -> Severity {
        let all = self.of(Check::Format);
        self.formats.get(name).map_or(all, |own| (*own).min(all))
    }

    /// How much a broken format weighs where something is set for it by name.
    pub fn stated_of_format(&self, name: &str) -> Option<Severity> {
        self.formats.get(name).copied()
    }

    /// Sets how much a check weighs.
    pub fn set(&mut self, check: Check, severity: Severity) {
        self.checks.insert(check, Weight { severity, said: None });
    }

    /// Sets how much one format weighs.
    pub fn set_format(&mut self, name: impl Into<String>, severity: Severity) {
        self.formats.insert(name.into(), severity);
    }

    /// These, with warnings in the place of errors.
    #[must_use]
    pub fn lenient(mut self) -> Self {
        for check in Check::ALL {
            if self.of(*check) == Severity::Deny {
                self.set(*check, Severity::Warn);
            }
        }
        self
    }

    /// The checks that a setting has turned off, and that are not off by themselves.
    pub fn switched_off(&self) -> impl Iterator<Item = Check> + '_ {
        let is_off = |(_, weight): &(&Check, &Weight)| weight.severity == Severity::Off;
        let found = self.checks.iter().filter(is_off).map(|(check, _)| *check);
        found.filter(|check| check.default_severity() != Severity::Off)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Problems;
    use crate::limits::Limits;
    use crate::scenario::ScenarioFile;
    use crate::source::Source;
    use std::path::Path;

    /// Reads each layer as the `contract` of a file; gives what a check weighs at a status.
    fn check(layers: &[&str], operation: &str, expected: &[(Check, u16, Severity)]) {
        let mut policy = Policy::default();
        for layer in layers {
            let text = format!(
                "contest: 1\ncontract: {layer}\nscenarios: {{ s: {{ steps: [{{ call: getX }}] }} }}\n"
            );
            let mut problems = Problems::new(&Source::new("t.contest.yaml", text));
            let file = ScenarioFile::read(
                Path::new("t.contest.yaml"),
                "t".to_owned(),
                &Limits::default(),
                &mut problems,
            );
            let said: Vec<String> = problems.into_list().into_iter().map(|it| it.message).collect();
            assert_eq!(said, Vec::<String>::new());
            let fits = |rule: &ContractRule| {
                rule.operations.is_empty() || rule.operations.iter().any(|it| it.value == operation)
            };
            policy.push(&file.expect("it is read").settings.contract, fits);
        }
        for (check, status, severity) in expected {
            assert_eq!(policy.at(*status).of(*check), *severity, "{layers:?} {check:?} {status}");
        }
    }

    #[test]
    fn the_nearest_layer_counts() {
        use Severity::{Deny, Off, Warn};
        check(&[], "x", &[(Check::Body, 200, Deny), (Check::Extras, 200, Off), (Check::HttpDate, 200, Warn)]);
        check(
            &["{ header: warn }", "{ body: off }"],
            "x",
            &[(Check::Header, 200, Warn), (Check::Body, 200, Off)],
        );
        check(&["{ header: off }", "warn"], "x", &[(Check::Header, 200, Warn), (Check::Extras, 200, Warn)]);
        check(&["off"], "x", &[(Check::Body, 200, Off), (Check::RequestBody, 200, Deny)]);
        check(
            &["{ rules: [{ code: header, status: 404, severity: off }] }", "{ header: warn }"],
            "x",
            &[(Check::Header, 404, Warn)],
        );
    }

    #[test]
    fn within_a_layer_what_says_more_counts() {
        use Severity::{Deny, Off, Warn};
        let layer =
            "{ http.allow: deny, '*': off, http.*: warn, deprecated: deny, property.deprecated: off }";
        check(
            &[layer],
            "x",
            &[
                (Check::HttpAllow, 405, Deny),
                (Check::HttpDate, 200, Warn),
                (Check::Body, 200, Off),
                (Check::DeprecatedOperation, 200, Deny),
                (Check::DeprecatedProperty, 200, Off),
            ],
        );
    }

    #[test]
    fn rules_have_conditions() {
        use Severity::{Deny, Off, Warn};
        let layer = "{ header: deny, rules: [\
            { code: [header, body], operation: getX, status: 4xx, severity: off, reason: r },\
            { code: header, status: [404, 500], severity: warn }] }";
        let expected = [
            (Check::Header, 200, Deny),
            (Check::Header, 400, Off),
            (Check::Body, 404, Off),
            (Check::Header, 404, Warn),
            (Check::Header, 500, Warn),
        ];
        check(&[layer], "getX", &expected);
        check(&[layer], "getY", &[(Check::Header, 400, Deny), (Check::Header, 404, Warn)]);
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
        assert_eq!(severities.lenient().of(Check::Body), Severity::Warn);
    }
}
