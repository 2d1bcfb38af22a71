use super::files::read_named_source;
use super::settings::Settings;
use crate::clock::{Clock, Timestamp};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::engine::{GivenInput, Values};
use crate::expression::{Access, Reference, Scope, Template, Unresolved};
use crate::json::{Datum, Value};
use crate::limits::Limits;
use crate::plan::{Plan, PlannedAuth};
use crate::scenario::{Environment, Named, Project, ScenarioFile, SecretSource};
use crate::secret::{MIN_LENGTH, Masker};
use crate::source::{Location, Span, record};
use crate::yaml::{Dialect, load, nearest};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Where the values of the project file come from; values of the environment go before the process's.
pub(super) struct ProjectScope<'s> {
    env: &'s BTreeMap<String, Datum>,
    secrets: &'s BTreeMap<String, Datum>,
}

impl<'s> ProjectScope<'s> {
    pub(super) fn new(env: &'s BTreeMap<String, Datum>, secrets: &'s BTreeMap<String, Datum>) -> Self {
        Self { env, secrets }
    }
}

impl Scope for ProjectScope<'_> {
    fn resolve(&self, reference: &Reference) -> Result<Datum, Unresolved> {
        let fail = |reason: String| Err(Unresolved { reference: reference.text.clone(), reason });
        let (map, what) = match reference.root.as_str() {
            "env" => (self.env, "the variable"),
            "secrets" => (self.secrets, "the secret"),
            _ => return fail("it is not known here".to_owned()),
        };
        match reference.steps.first() {
            Some(Access::Member(name)) => match map.get(name) {
                Some(datum) => reference.walk_within(1, datum),
                None => fail(format!("{what} `{name}` is not set")),
            },
            _ => fail("it names nothing".to_owned()),
        }
    }

    fn variable(&self, _: &str) -> Option<Cow<'_, Value>> {
        None
    }

    fn now(&self) -> Timestamp {
        Clock::System.now()
    }
}

/// The values of a run: what the environment, the process and the command line give.
pub(super) fn gather_values(
    settings: &Settings,
    project: Option<&Project>,
    environment: Option<&Environment>,
    files: &[Arc<ScenarioFile>],
    limits: &Limits,
    masker: &Masker,
    diagnostics: &mut Vec<Diagnostic>,
) -> Values {
    let mut values = Values { seed: seed(settings), run_id: run_id(settings), ..Values::default() };
    if let Some(project) = project {
        gather_secrets(settings, project, environment, masker, &mut values, diagnostics);
        gather_env(settings, project, environment, &mut values, diagnostics);
        check_profiles(project, diagnostics);
    }
    gather_inputs(settings, project, environment, files, limits, &mut values, diagnostics);
    mask_inputs(files, &values, masker, diagnostics);
    values
}

fn gather_env(
    settings: &Settings,
    project: &Project,
    environment: Option<&Environment>,
    values: &mut Values,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for name in &project.env {
        if let Some(text) = settings.variables.get(name) {
            values.env.insert(name.clone(), Datum::new(text));
        }
    }
    for named in environment.into_iter().flat_map(|environment| &environment.env) {
        let scope = ProjectScope::new(&values.env, &values.secrets);
        match named.value.resolve(&scope) {
            Ok(datum) => {
                values.env.insert(named.name.clone(), datum);
            }
            Err(error) => diagnostics.push(unresolved(project, &named.value, &error)),
        }
    }
}

fn gather_secrets(
    settings: &Settings,
    project: &Project,
    environment: Option<&Environment>,
    masker: &Masker,
    values: &mut Values,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for name in &project.secrets {
        let written = environment.and_then(|it| it.secrets.iter().find(|secret| secret.name == *name));
        let value = match written.map(|secret| &secret.value) {
            None => settings.variables.get(name),
            Some(SecretSource::Env(variable)) => settings.variables.get(variable),
            Some(SecretSource::Value(value)) => Some(value.clone()),
            Some(SecretSource::File(path)) => match read_secret(&project.folder.join(path)) {
                Ok(text) => Some(text.trim_end_matches(['\r', '\n']).to_owned()),
                Err(error) => {
                    let message = format!("cannot read the secret `{name}` from `{path}`: {error}");
                    let diagnostic = Diagnostic::error(Code::FILE_UNREADABLE, message);
                    let span = written.map(|secret| secret.name_span).unwrap_or_default();
                    diagnostics.push(diagnostic.label(&project.source, span, "is named here"));
                    None
                }
            },
        };
        // What CI gives for a secret that it does not have is an empty text.
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            masker.add(&value);
            if value.len() < MIN_LENGTH {
                let span = written.map(|secret| secret.name_span);
                let span = span.or_else(|| place_of_name(project, name)).unwrap_or_default();
                diagnostics.push(too_short(name).label(&project.source, span, "is shown wherever it stands"));
            }
            values.secrets.insert(name.clone(), Datum::new(value));
        }
    }
}

fn read_secret(path: &Path) -> std::io::Result<String> {
    record(path);
    std::fs::read_to_string(path)
}

fn too_short(name: &str) -> Diagnostic {
    let message = format!("the secret `{name}` has fewer than {MIN_LENGTH} bytes, and is not masked");
    Diagnostic::warning(Code::CONFIG_SHORT_SECRET, message)
        .help("such a text stands in many words, which stars would make unreadable: take a longer secret")
}

/// Where a name stands in the list of secrets.
fn place_of_name(project: &Project, name: &str) -> Option<Span> {
    let text = project.source.text();
    let list = project.source.find("secrets", Span::new(0, text.len()))?;
    project.source.find(name, Span::new(list.end, text.len()))
}

/// Secrets and variables without a value that an auth profile in use needs: said once, before
/// anything is sent.
pub(super) fn check_profiles_in_use(
    plan: &Plan,
    project: &Project,
    environment: Option<&Named<Environment>>,
    values: &Values,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let steps = plan.cases.iter().flat_map(|case| case.scenario.all_steps());
    let used: BTreeSet<usize> = steps
        .filter_map(|step| match step.request()?.auth {
            PlannedAuth::Profile(index) => Some(index),
            _ => None,
        })
        .collect();
    let templates = used.iter().flat_map(|index| project.auth[*index].value.templates());
    let mut said = BTreeSet::new();
    for (reference, span) in templates.flat_map(Template::references) {
        let (Some(Access::Member(name)), root) = (reference.steps.first(), reference.root.as_str()) else {
            continue;
        };
        let is_missing = match root {
            "secrets" => project.secrets.contains(name) && !values.secrets.contains_key(name),
            "env" => project.env.contains(name) && !values.env.contains_key(name),
            _ => false,
        };
        if !is_missing || !said.insert(name.clone()) {
            continue;
        }
        let written = environment.and_then(|it| it.value.secrets.iter().find(|secret| secret.name == *name));
        let (reason, place) = match written.map(|secret| (&secret.value, secret.name_span)) {
            Some((SecretSource::Env(variable), place)) => {
                (format!("the variable `{variable}` is not set, or empty"), Some(place))
            }
            Some((_, place)) => ("its value is empty".to_owned(), Some(place)),
            None => (format!("the variable `{name}` is not set, or empty"), None),
        };
        let code = Code::SCENARIO_UNKNOWN_REFERENCE;
        let mut diagnostic = Diagnostic::error(code, format!("`{}` has no value: {reason}", reference.text));
        if let Some(place) = place {
            diagnostic = diagnostic.label(&project.source, place, "comes from here");
        }
        diagnostics.push(diagnostic.label(&project.source, span, "is needed here"));
    }
}

/// Names in auth profiles that are not listed: a typing error there would only show as a 401.
fn check_profiles(project: &Project, diagnostics: &mut Vec<Diagnostic>) {
    let mut problems = Problems::new(&project.source);
    let listed = |root: &str| if root == "env" { &project.env } else { &project.secrets };
    let environments = project.environments.iter().map(|environment| &environment.value);
    let variables = environments.clone().flat_map(|it| &it.servers).flat_map(|it| &it.value.variables);
    let urls = environments.clone().flat_map(|it| it.base_urls.iter().chain(&it.env)).chain(variables);
    let urls = urls.map(|named| &named.value);
    let profiles = project.auth.iter().flat_map(|profile| profile.value.templates());
    for (reference, span) in urls.chain(profiles).flat_map(Template::references) {
        let (Some(Access::Member(name)), "env" | "secrets") =
            (reference.steps.first(), reference.root.as_str())
        else {
            continue;
        };
        let names = listed(&reference.root);
        let is_own_env = environments.clone().any(|it| it.env.iter().any(|env| env.name == *name));
        if names.contains(name) || (reference.root == "env" && is_own_env) {
            continue;
        }
        let label = match nearest(name, names.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `${}.{meant}`?", reference.root),
            None => format!("add it to `{}` at the top of the file", reference.root),
        };
        let message = format!("`{name}` is not listed under `{}`", reference.root);
        problems.error(Code::SCENARIO_UNKNOWN_REFERENCE, span, message, label);
    }
    diagnostics.extend(problems.into_list());
}

/// Makes the inputs of `format: password` that are given secret before anything is said of them.
fn mask_inputs(
    files: &[Arc<ScenarioFile>],
    values: &Values,
    masker: &Masker,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut said = BTreeSet::new();
    for file in files {
        let inputs = file.inputs.iter().chain(file.scenarios.iter().flat_map(|scenario| &scenario.inputs));
        for input in inputs.filter(|input| input.value.is_secret()) {
            let text = match values.inputs.get(&input.name) {
                Some(GivenInput::Text { text, .. }) => text.clone(),
                Some(GivenInput::Value { datum, .. }) => datum.to_text(),
                None => continue,
            };
            masker.add(&text);
            if !text.is_empty() && text.len() < MIN_LENGTH && said.insert(input.name.clone()) {
                let diagnostic = too_short(&input.name);
                diagnostics.push(diagnostic.label(
                    &file.source,
                    input.name_span,
                    "is shown wherever it stands",
                ));
            }
        }
    }
}

/// `--input` > `CONTEST_INPUT_<NAME>` > `inputsFile`.
fn gather_inputs(
    settings: &Settings,
    project: Option<&Project>,
    environment: Option<&Environment>,
    files: &[Arc<ScenarioFile>],
    limits: &Limits,
    values: &mut Values,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if let (Some(project), Some(path)) = (project, environment.and_then(|it| it.inputs_file.as_ref())) {
        let written = path;
        let path = project.folder.join(&written.value);
        let named = (&project.source, written.span, "is named here");
        if let Some(source) = read_named_source(&path, &settings.folder, limits, named, diagnostics) {
            let mut problems = Problems::new(&source);
            let node = load(Dialect::Ours, limits, &mut problems);
            match node.as_ref().map(|node| (node, node.as_map())) {
                Some((_, Some(entries))) => {
                    for entry in entries {
                        let from = Location::new(&source, entry.value.span).to_string();
                        let given = GivenInput::Value { datum: entry.value.to_datum(), from };
                        values.inputs.insert(entry.key.clone(), given);
                    }
                }
                Some((node, None)) if !node.is_null() => {
                    let message = "an inputs file is a map from names to values";
                    let label = format!("is {}", node.type_name());
                    problems.error(Code::CONFIG_INVALID_VALUE, node.span, message, label);
                }
                _ => {}
            }
            diagnostics.extend(problems.into_list());
        }
    }
    let declared: BTreeSet<&str> = files
        .iter()
        .flat_map(|file| file.inputs.iter().chain(file.scenarios.iter().flat_map(|it| &it.inputs)))
        .map(|input| input.name.as_str())
        .collect();
    for name in &declared {
        for from in [format!("CONTEST_INPUT_{}", upper_snake(name)), format!("CONTEST_INPUT_{name}")] {
            if let Some(text) = settings.variables.get(&from) {
                values.inputs.insert((*name).to_owned(), GivenInput::Text { text, from });
            }
        }
    }
    for (name, text) in &settings.inputs {
        if !declared.contains(name.as_str()) {
            let mut diagnostic =
                Diagnostic::error(Code::CONFIG_INPUT, format!("no scenario declares the input `{name}`"));
            if let Some(meant) = nearest(name, declared.iter().copied()) {
                diagnostic = diagnostic.help(format!("did you mean `{meant}`?"));
            }
            diagnostics.push(diagnostic);
        }
        let given = GivenInput::Text { text: text.clone(), from: "--input".to_owned() };
        values.inputs.insert(name.clone(), given);
    }
}

/// `openOrder` as `OPEN_ORDER`, the way variables are mostly written.
fn upper_snake(name: &str) -> String {
    let mut result = String::new();
    let mut was_lower = false;
    for character in name.chars() {
        if character.is_ascii_uppercase() && was_lower {
            result.push('_');
        }
        was_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
        result.push(if character == '-' { '_' } else { character.to_ascii_uppercase() });
    }
    result
}

pub(super) fn unresolved(project: &Project, template: &Template, error: &Unresolved) -> Diagnostic {
    Diagnostic::error(
        Code::SCENARIO_UNKNOWN_REFERENCE,
        format!("`{}` has no value: {}", error.reference, error.reason),
    )
    .label(&project.source, template.span, "is needed here")
}

fn seed(settings: &Settings) -> u64 {
    // Six digits are repeated and told more easily than twenty.
    settings.seed.unwrap_or_else(|| random() % 1_000_000)
}

fn run_id(settings: &Settings) -> String {
    settings.run_id.clone().unwrap_or_else(|| format!("{:010x}", random() & 0xff_ffff_ffff))
}

fn random() -> u64 {
    let mut bytes = [0; 8];
    // Without a source of randomness the clock still makes runs differ.
    match getrandom::fill(&mut bytes) {
        Ok(()) => u64::from_le_bytes(bytes),
        Err(_) => Clock::System.now().as_nanosecond() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::upper_snake;

    #[test]
    fn names_become_variables() {
        for (name, expected) in
            [("openOrder", "OPEN_ORDER"), ("sku", "SKU"), ("a-b", "A_B"), ("order2Cancel", "ORDER2_CANCEL")]
        {
            assert_eq!(upper_snake(name), expected);
        }
    }
}
