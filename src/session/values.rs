use super::files::{read_named_source, unreadable};
use super::profiles::check_names;
use super::settings::Settings;
use crate::clock::{Clock, Timestamp};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::engine::{GivenInput, Values};
use crate::expression::{Access, Reference, Scope, Template, Unresolved};
use crate::json::{Datum, Value};
use crate::limits::Limits;
use crate::scenario::{Environment, Project, ScenarioFile, SecretSource};
use crate::secret::{MIN_LENGTH, Masker};
use crate::source::{Location, Source, Span};
use crate::yaml::{Dialect, load, nearest};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Where the values of the project file come from; values of the environment go before the process's.
pub(super) struct ProjectScope<'s> {
    env: &'s BTreeMap<String, Datum>,
    secrets: &'s BTreeMap<String, Datum>,
    /// `$run.id`, where it is known.
    run_id: Option<&'s str>,
}

impl<'s> ProjectScope<'s> {
    pub(super) fn new(env: &'s BTreeMap<String, Datum>, secrets: &'s BTreeMap<String, Datum>) -> Self {
        Self { env, secrets, run_id: None }
    }

    pub(super) fn with_run(self, run_id: &'s str) -> Self {
        Self { run_id: Some(run_id), ..self }
    }
}

impl Scope for ProjectScope<'_> {
    fn resolve(&self, reference: &Reference) -> Result<Datum, Unresolved> {
        let fail = |reason: String| Err(Unresolved { reference: reference.text.clone(), reason });
        let (map, what) = match reference.root.as_str() {
            "env" => (self.env, "the variable"),
            "secrets" => (self.secrets, "the secret"),
            "run" => match self.run_id {
                Some(run_id) => return reference.walk(1, Datum::new(run_id)),
                None => return fail("it is not known here".to_owned()),
            },
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
        gather_secrets(settings, project, environment, limits, masker, &mut values, diagnostics);
        gather_env(settings, project, environment, &mut values, diagnostics);
        check_names(project, diagnostics);
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
    limits: &Limits,
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
            Some(SecretSource::File(path)) => {
                match Source::read(&project.folder.join(path), path, limits.document) {
                    Ok(source) => Some(source.text().trim_end_matches(['\r', '\n']).to_owned()),
                    Err(error) => {
                        let span = written.map(|secret| secret.name_span).unwrap_or_default();
                        let label = format!("takes the secret `{name}` from there");
                        let diagnostic = unreadable(&error, &settings.folder);
                        diagnostics.push(diagnostic.label(&project.source, span, label));
                        None
                    }
                }
            }
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
