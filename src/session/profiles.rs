//! What auth profiles and environments need before anything is sent: names that are listed, values that
//! are there, certificates that can be read, commands that may be run.

use super::connection::{ClientIdentity, Surroundings, identity};
use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::engine::{Identity, Values};
use crate::expression::{Access, Template};
use crate::http::{Client, ClientSettings};
use crate::plan::{Plan, PlannedAuth};
use crate::scenario::{AuthKind, AuthProfile, Environment, Named, Project, SecretSource, parts_of};
use crate::yaml::nearest;
use std::collections::BTreeSet;

/// The profiles that the steps of a plan certainly use, the parts of joint ones among them.
fn used_profiles(plan: &Plan, project: &Project) -> BTreeSet<usize> {
    let steps = plan.all_steps();
    let named = steps.filter_map(|step| match step.request()?.auth {
        PlannedAuth::Profile(index) => Some(index),
        _ => None,
    });
    let named: BTreeSet<usize> = named.collect();
    named.into_iter().flat_map(|index| parts_of(&project.auth, index)).collect()
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
    let used = used_profiles(plan, project);
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

/// Commands that profiles in use run, where nothing allows it.
pub(super) fn check_commands(plan: &Plan, project: &Project, diagnostics: &mut Vec<Diagnostic>) {
    for index in used_profiles(plan, project) {
        let profile = &project.auth[index];
        if let AuthKind::Command(command) = &profile.value.kind {
            let message = format!("the auth profile `{}` runs a command, which nothing allows", profile.name);
            diagnostics.push(
                Diagnostic::error(Code::CONFIG_NOT_ALLOWED, message)
                    .label(&project.source, command.span, "would be run")
                    .help("`--allow-commands` lets it be run: a project file from elsewhere may run anything then"),
            );
        }
    }
}

/// The certificates of `mtls` profiles, by profile. What cannot be read is reported for those that are
/// certainly used; of the others an expression may choose one.
pub(super) fn read_identities(
    plan: &Plan,
    project: &Project,
    around: &Surroundings<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Option<Identity>> {
    let used = used_profiles(plan, project);
    let may_be_chosen = plan
        .all_steps()
        .any(|step| step.request().is_some_and(|it| matches!(it.auth, PlannedAuth::Expression(_))));
    let read = |(index, profile): (usize, &Named<AuthProfile>)| {
        let AuthKind::MutualTls { cert, key } = &profile.value.kind else { return None };
        let is_used = used.contains(&index);
        if !is_used && !may_be_chosen {
            return None;
        }
        let mut own = Vec::new();
        let found = read_identity(cert, key, around, &mut own);
        if is_used {
            diagnostics.append(&mut own);
        }
        found.map(|ClientIdentity { pem, curl }| Identity { pem, curl })
    };
    project.auth.iter().enumerate().map(read).collect()
}

fn read_identity(
    cert: &Template,
    key: &Template,
    around: &Surroundings<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<ClientIdentity> {
    let (cert_pem, key_pem) = (around.pem(cert, diagnostics), around.pem(key, diagnostics));
    let found = identity(cert_pem?, key_pem?);
    let settings = ClientSettings { identity: Some(found.pem.clone()), ..ClientSettings::default() };
    match Client::new(settings).check() {
        Ok(()) => Some(found),
        Err(error) => {
            diagnostics.push(around.unusable(&error, Some(cert)));
            None
        }
    }
}

/// Names in auth profiles and environments that are not listed: a typing error there would only show as a 401.
pub(super) fn check_names(project: &Project, diagnostics: &mut Vec<Diagnostic>) {
    let mut problems = Problems::new(&project.source);
    let listed = |root: &str| if root == "env" { &project.env } else { &project.secrets };
    let environments = project.environments.iter().map(|environment| &environment.value);
    let variables = environments.clone().flat_map(|it| &it.servers).flat_map(|it| &it.value.variables);
    let variables = variables.map(|named| &named.value);
    let defaults = project.headers.iter().filter_map(|header| header.value.as_ref());
    let around = environments.clone().flat_map(Environment::templates).chain(variables).chain(defaults);
    let around: Vec<&Template> = around.collect();
    for (reference, span) in around.iter().copied().flat_map(Template::references) {
        if reference.root == "inputs" {
            let message =
                format!("`{}` is not known here: an environment stands around all cases", reference.text);
            let label = "take `$env` or `$secrets`";
            problems.error(Code::SCENARIO_UNKNOWN_REFERENCE, span, message, label);
        }
    }
    let profiles = project.auth.iter().flat_map(|profile| profile.value.templates());
    for (reference, span) in around.into_iter().chain(profiles).flat_map(Template::references) {
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
