//! `contract`: how much each check weighs, for everything or for some operations and statuses.

use super::StatusPattern;
use super::formats::read_formats;
use super::reader::{Reader, Spanned};
use crate::diagnostic::{Check, CheckSelector, Code, Severity};
use crate::source::Span;
use crate::yaml::{Entry, Kind, MapReader, Node, nearest};

/// One `contract`: `warn`, `{ header: warn, http.*: off }`, or with `rules` besides.
#[derive(Clone, Debug, Default)]
pub struct ContractSettings {
    /// What is said of checks without a condition, the least specific first: of two that speak of
    /// one check the later counts.
    pub checks: Vec<(CheckSelector, Severity)>,
    /// What is said under conditions, in the order written: of two that fit the later counts, and
    /// any before `checks`.
    pub rules: Vec<ContractRule>,
    /// How much each broken format weighs, as in `formats: { date-time: warn }`.
    pub formats: Vec<(&'static str, Severity)>,
}

/// One of the `rules`: `{ code: response.header, operation: getAnOrder, status: 4xx, severity: off }`.
#[derive(Clone, Debug)]
pub struct ContractRule {
    /// Where it is written.
    pub span: Span,
    /// The checks it speaks of.
    pub checks: Vec<CheckSelector>,
    /// The operations, as `call` names them, with `*` for anything; none means every operation.
    pub operations: Vec<Spanned<String>>,
    /// The statuses of the response; none means every status.
    pub statuses: Vec<Spanned<StatusPattern>>,
    /// How much they weigh then.
    pub severity: Severity,
    /// Why; shown wherever the rule shows.
    pub reason: Option<String>,
}

impl ContractSettings {
    /// Settings without conditions; the order does not matter.
    pub fn of(checks: impl IntoIterator<Item = (CheckSelector, Severity)>) -> Self {
        let mut checks: Vec<_> = checks.into_iter().collect();
        checks.sort_by_key(|(selector, _)| selector.rank());
        Self { checks, ..Self::default() }
    }

    /// Whether nothing is written.
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty() && self.rules.is_empty() && self.formats.is_empty()
    }
}

/// Reads `contract`.
pub(super) fn read_contract(node: &Node, reader: &mut Reader<'_>) -> ContractSettings {
    let mut checks = Vec::new();
    let mut rules = Vec::new();
    let mut formats = Vec::new();
    match &node.kind {
        Kind::String(_) => {
            checks.extend(read_severity(node, reader).map(|severity| (CheckSelector::all(), severity)));
        }
        Kind::Map(entries) => {
            for entry in entries {
                match entry.key.as_str() {
                    "rules" => rules = read_rules(entry, reader),
                    "formats" => formats = read_formats(entry, reader),
                    _ => checks.extend(read_check(entry, reader)),
                }
            }
        }
        _ => reader.invalid(
            node.span,
            "`contract` is deny, warn or off, for all checks or by check",
            format!("is {}", node.type_name()),
        ),
    }
    ContractSettings { rules, formats, ..ContractSettings::of(checks) }
}

fn read_check(entry: &Entry, reader: &mut Reader<'_>) -> Option<(CheckSelector, Severity)> {
    let severity = read_severity(&entry.value, reader);
    let selector = read_selector(&entry.key, entry.key_span, &["rules", "formats"], reader)?;
    Some((selector, severity?))
}

/// Reads the name of a check; one that does not exist is reported with the one that was meant.
fn read_selector(text: &str, span: Span, keys: &[&str], reader: &mut Reader<'_>) -> Option<CheckSelector> {
    let selector = CheckSelector::parse(text);
    if selector.is_none() {
        let (message, label, help) = unknown_check(text, keys);
        let diagnostic = reader.problems.error(Code::SCENARIO_UNKNOWN_CHECK, span, message, label);
        diagnostic.help.extend(help);
    }
    selector
}

/// What is wrong with the name of a check that does not exist: the sentence, the words under it, and
/// what to do.
pub fn unknown_check(text: &str, keys: &[&str]) -> (String, String, Option<String>) {
    let help = || Some("`contest explain` lists every code".to_owned());
    if Code::ALL.iter().any(|code| code.as_str() == text) {
        let message = format!("`{text}` is no contract check, and its severity cannot be set");
        return (message, "is always an error of the step or the file".to_owned(), None);
    }
    if text.contains('*') {
        return (format!("no contract check fits `{text}`"), "fits none".to_owned(), help());
    }
    let message = format!("there is no contract check `{text}`");
    match nearest(text, Check::names().into_iter().chain(keys.iter().copied())) {
        Some(meant) => (message, format!("did you mean `{meant}`?"), None),
        None => (message, "is not known".to_owned(), help()),
    }
}

fn read_rules(entry: &Entry, reader: &mut Reader<'_>) -> Vec<ContractRule> {
    let Some(elements) = entry.value.as_list() else {
        reader.invalid(
            entry.value.span,
            "`rules` is a list, as in `[{ code: http.allow, operation: getItem, severity: off }]`",
            format!("is {}", entry.value.type_name()),
        );
        return Vec::new();
    };
    elements.iter().filter_map(|node| read_rule(node, reader)).collect()
}

fn read_rule(node: &Node, reader: &mut Reader<'_>) -> Option<ContractRule> {
    let mut map = MapReader::new("a rule of `contract`", node, reader.problems)?;
    let code = map.require("code", reader.problems);
    let operation = map.take("operation");
    let status = map.take("status");
    let severity = map.require("severity", reader.problems);
    let reason = map.text("reason", reader.problems).map(str::to_owned);
    let elsewhere = [
        ("check", "write `code`"),
        ("checks", "write `code`, one or a list"),
        ("codes", "write `code`, one or a list"),
        ("operations", "write `operation`, one or a list"),
        ("statuses", "write `status`, one or a list"),
        ("level", "write `severity`"),
        ("call", "write `operation`"),
    ];
    map.finish(&elsewhere, reader.problems);
    let severity = severity.and_then(|node| read_severity(node, reader));
    let wrong = "a code such as response.header, a pattern such as http.*, or a list of them";
    let checks: Vec<CheckSelector> = texts("code", wrong, code, reader)
        .into_iter()
        .filter_map(|text| read_selector(&text.value, text.span, &[], reader))
        .collect();
    let wrong = "an operationId, `GET /template`, a pattern of either, or a list of them";
    let operations = texts("operation", wrong, operation, reader);
    let statuses = read_statuses(status, reader);
    // A condition that cannot be read must not make the rule fit more than was meant.
    let is_whole = operation.is_none() == operations.is_empty() && status.is_none() == statuses.is_empty();
    let severity = severity?;
    (is_whole && !checks.is_empty()).then_some(ContractRule {
        span: node.span,
        checks,
        operations,
        statuses,
        severity,
        reason,
    })
}

/// A text or a list of texts; anything else is reported.
fn texts(key: &str, wanted: &str, node: Option<&Node>, reader: &mut Reader<'_>) -> Vec<Spanned<String>> {
    let mut found = Vec::new();
    for each in node.into_iter().flat_map(elements) {
        match each.as_str() {
            Some(text) => found.push(Spanned::new(text.to_owned(), each.span)),
            None => {
                reader.invalid(each.span, format!("`{key}` is {wanted}"), format!("is {}", each.type_name()))
            }
        }
    }
    if let Some(node) = node.filter(|node| elements(node).is_empty()) {
        reader.invalid(node.span, format!("`{key}` names at least one"), "is empty");
    }
    found
}

fn read_statuses(node: Option<&Node>, reader: &mut Reader<'_>) -> Vec<Spanned<StatusPattern>> {
    let mut found = Vec::new();
    for each in node.into_iter().flat_map(elements) {
        let text = match &each.kind {
            Kind::Number(text) | Kind::String(text) => text.as_str(),
            _ => "",
        };
        match StatusPattern::parse(text) {
            Some(pattern) => found.push(Spanned::new(pattern, each.span)),
            None => reader.invalid(
                each.span,
                "`status` is a code such as 404, a class such as 4xx, or a list of them",
                "is none of them",
            ),
        }
    }
    if let Some(node) = node.filter(|node| elements(node).is_empty()) {
        reader.invalid(node.span, "`status` names at least one", "is empty");
    }
    found
}

fn elements(node: &Node) -> &[Node] {
    match &node.kind {
        Kind::List(elements) => elements,
        _ => std::slice::from_ref(node),
    }
}

pub(super) fn read_severity(node: &Node, reader: &mut Reader<'_>) -> Option<Severity> {
    let severity = node.as_str().and_then(Severity::parse);
    if severity.is_none() {
        reader.invalid(node.span, "a severity is deny, warn or off", "is none of them");
    }
    severity
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Problems;
    use crate::limits::Limits;
    use crate::scenario::ScenarioFile;
    use crate::source::Source;
    use std::path::Path;

    fn read(block: &str) -> (ContractSettings, Vec<String>) {
        let text = format!("contest: 1\n{block}\nscenarios: {{ s: {{ steps: [{{ call: getX }}] }} }}\n");
        let mut problems = Problems::new(&Source::new("t.contest.yaml", text));
        let path = Path::new("t.contest.yaml");
        let file = ScenarioFile::read(path, "t".to_owned(), &Limits::default(), &mut problems);
        let words = problems.into_list().into_iter().map(|each| {
            let label = each.labels.first().map(|label| label.text.clone()).unwrap_or_default();
            format!("{} {} | {label}", each.code, each.message)
        });
        (file.map(|file| file.settings.contract).unwrap_or_default(), words.collect())
    }

    fn check(contract: &str, expected: &[&str]) {
        assert_eq!(read(&format!("contract: {contract}")).1, expected, "{contract}");
    }

    #[test]
    fn what_is_right_is_read() {
        check("warn", &[]);
        check("{ header: warn, response.body: off, http.*: deny, '*': warn, deprecated: off }", &[]);
        check(
            "{ rules: [{ code: [header, http.*], operation: [getX, 'GET /x/*'], status: [404, 5xx], severity: off, reason: r }] }",
            &[],
        );
        let (settings, _) = read("contract: { header: warn, '*': off, http.*: deny }");
        let order: Vec<&str> = settings.checks.iter().map(|(selector, _)| selector.text()).collect();
        assert_eq!(order, ["*", "http.*", "header"]);
    }

    #[test]
    fn what_does_not_exist_is_reported_with_what_was_meant() {
        check(
            "{ headr: warn }",
            &["scenario.unknown-check there is no contract check `headr` | did you mean `header`?"],
        );
        check(
            "{ rule: warn }",
            &["scenario.unknown-check there is no contract check `rule` | did you mean `rules`?"],
        );
        check("{ htp.*: off }", &["scenario.unknown-check no contract check fits `htp.*` | fits none"]);
        check(
            "{ expect.body: warn }",
            &[
                "scenario.unknown-check `expect.body` is no contract check, and its severity cannot be set | is always an error of the step or the file",
            ],
        );
        check(
            "{ body: error }",
            &["scenario.invalid-value a severity is deny, warn or off | is none of them"],
        );
        check(
            "{ rules: {} }",
            &[
                "scenario.invalid-value `rules` is a list, as in `[{ code: http.allow, operation: getItem, severity: off }]` | is a map",
            ],
        );
        check(
            "{ rules: [{ code: bdy, severity: off }] }",
            &["scenario.unknown-check there is no contract check `bdy` | did you mean `body`?"],
        );
        check(
            "{ rules: [{ codes: body, severity: off }] }",
            &[
                "scenario.missing-key a rule of `contract` needs the key `code` | lacks `code`",
                "scenario.misplaced-key `codes` does not belong in a rule of `contract`; write `code`, one or a list | does not belong here",
            ],
        );
    }

    #[test]
    fn a_rule_with_a_condition_that_cannot_be_read_is_no_rule() {
        for rule in [
            "{ code: body, severity: off, status: 99 }",
            "{ code: body, severity: off, status: [] }",
            "{ code: body, severity: off, operation: 1 }",
            "{ code: [], severity: off }",
        ] {
            let (settings, problems) = read(&format!("contract: {{ rules: [{rule}] }}"));
            assert!(settings.rules.is_empty() && !problems.is_empty(), "{rule}: {problems:?}");
        }
    }

    #[test]
    fn the_rules_on_the_pages_of_codes_are_read() {
        for check in Check::ALL {
            let page = check.code().page();
            let block = page.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next());
            let (settings, problems) = read(block.expect("the page shows a rule"));
            assert_eq!(problems, Vec::<String>::new(), "{}", check.code());
            assert_eq!(settings.rules[0].checks[0].checks(), [*check]);
        }
    }
}
