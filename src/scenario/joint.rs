//! `all: [a, b]`: profiles that are made of others.

use super::{AuthKind, AuthProfile, Named, Spanned};
use crate::diagnostic::{Code, Problems};
use crate::yaml::nearest;

/// The profiles that one stands for: itself, or those that its `all` names, and theirs, each once, in the
/// order in which they are written. A name that leads nowhere, or back, is left out.
pub fn parts_of(profiles: &[Named<AuthProfile>], index: usize) -> Vec<usize> {
    let mut parts = Vec::new();
    collect(profiles, index, &mut Vec::new(), &mut parts);
    parts
}

fn collect(profiles: &[Named<AuthProfile>], index: usize, above: &mut Vec<usize>, parts: &mut Vec<usize>) {
    let Some(profile) = profiles.get(index) else { return };
    let AuthKind::All(names) = &profile.value.kind else {
        if !parts.contains(&index) {
            parts.push(index);
        }
        return;
    };
    if above.contains(&index) {
        return;
    }
    above.push(index);
    for name in names {
        if let Some(part) = position(profiles, &name.value) {
            collect(profiles, part, above, parts);
        }
    }
    above.pop();
}

fn position(profiles: &[Named<AuthProfile>], name: &str) -> Option<usize> {
    profiles.iter().position(|profile| profile.name == name)
}

/// Names under `all` that lead nowhere or in a circle, and parts that cannot be sent together.
pub(super) fn check_joint(profiles: &[Named<AuthProfile>], broken: &[String], problems: &mut Problems) {
    for (index, profile) in profiles.iter().enumerate() {
        let AuthKind::All(names) = &profile.value.kind else { continue };
        for name in names {
            match position(profiles, &name.value) {
                Some(part) if leads_to(profiles, part, index) => {
                    let message = format!("the auth profile `{}` is made of itself", profile.name);
                    problems.error(Code::SCENARIO_INVALID_VALUE, name.span, message, "leads back to it");
                }
                Some(_) => {}
                // What is wrong with it is said where it is written.
                None if broken.contains(&name.value) => {}
                None => report_unknown(name, profiles, problems),
            }
        }
        if let Some((message, label)) = clash(profiles, index) {
            problems.error(Code::SCENARIO_INVALID_VALUE, profile.name_span, message, label);
        }
    }
}

/// Whether a profile is another, or is made of it.
fn leads_to(profiles: &[Named<AuthProfile>], from: usize, wanted: usize) -> bool {
    let (mut open, mut seen) = (vec![from], Vec::new());
    while let Some(index) = open.pop() {
        if index == wanted {
            return true;
        }
        if seen.contains(&index) {
            continue;
        }
        seen.push(index);
        if let AuthKind::All(names) = &profiles[index].value.kind {
            open.extend(names.iter().filter_map(|name| position(profiles, &name.value)));
        }
    }
    false
}

fn report_unknown(name: &Spanned<String>, profiles: &[Named<AuthProfile>], problems: &mut Problems) {
    let label = match nearest(&name.value, profiles.iter().map(|profile| profile.name.as_str())) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "is not among the profiles of `auth`".to_owned(),
    };
    let message = format!("there is no auth profile `{}`", name.value);
    problems.error(Code::SCENARIO_UNKNOWN_AUTH, name.span, message, label);
}

/// Two parts that would overwrite each other.
fn clash(profiles: &[Named<AuthProfile>], index: usize) -> Option<(String, String)> {
    let parts = parts_of(profiles, index);
    let name = &profiles[index].name;
    let certificates: Vec<&str> = parts
        .iter()
        .map(|part| &profiles[*part])
        .filter(|part| matches!(part.value.kind, AuthKind::MutualTls { .. }))
        .map(|part| part.name.as_str())
        .collect();
    if let [one, other, ..] = certificates.as_slice() {
        let message = format!("a connection shows one certificate, and `{name}` has those of two profiles");
        return Some((message, format!("`{one}` and `{other}`")));
    }
    let mut set: Vec<(&str, &str)> = Vec::new();
    for part in parts.iter().map(|part| &profiles[*part]) {
        for header in part.value.headers() {
            if let Some((_, other)) = set.iter().find(|(known, _)| known.eq_ignore_ascii_case(header)) {
                let message = format!("two profiles of `{name}` set the header `{header}`");
                return Some((message, format!("`{other}` and `{}`", part.name)));
            }
        }
        set.extend(part.value.headers().into_iter().map(|header| (header, part.name.as_str())));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::Project;
    use super::*;
    use crate::limits::Limits;
    use crate::source::Source;
    use std::path::Path;

    const PARTS: &str = "token: { bearer: a }, key: { apiKey: { in: header, name: X-Key, value: a } }, other: { \
                         apiKey: { in: header, name: x-key, value: b } }, query: { apiKey: { in: query, name: k, \
                         value: c } }, card: { mtls: { cert: a, key: b } }, card2: { mtls: { cert: a, key: b } }";

    /// The parts of the profile `own` among these, and what is said of the file.
    fn check(profiles: &str, parts: &[&str], said: &[&str]) {
        let text = format!("contest: 1\nauth: {{ {PARTS}, {profiles} }}\n");
        let source = Source::new("contest.yaml", text);
        let mut problems = Problems::new(&source);
        let project = Project::read(Path::new("contest.yaml"), &Limits::default(), &mut problems);
        let project = project.expect("it is YAML");
        let index = position(&project.auth, "own").expect("it is there");
        let names: Vec<&str> =
            parts_of(&project.auth, index).into_iter().map(|part| project.auth[part].name.as_str()).collect();
        let list = problems.into_list();
        let found: Vec<String> =
            list.iter().map(|each| format!("{} | {}", each.message, each.labels[0].text)).collect();
        assert_eq!(
            (names.as_slice(), found),
            (parts, said.iter().map(|it| (*it).to_owned()).collect()),
            "{profiles}"
        );
    }

    #[test]
    fn profiles_are_joined() {
        check("own: { bearer: a }", &["own"], &[]);
        check("own: { all: [token, key, query, card] }", &["token", "key", "query", "card"], &[]);
        check("own: { all: [pair, query] }, pair: { all: [token, key] }", &["token", "key", "query"], &[]);
        check("own: { all: [token, pair] }, pair: { all: [token, key] }", &["token", "key"], &[]);
    }

    #[test]
    fn what_cannot_be_joined_is_said() {
        check(
            "own: { all: [token, tokn] }",
            &["token"],
            &["there is no auth profile `tokn` | did you mean `token`?"],
        );
        check(
            "own: { all: [none] }",
            &[],
            &["there is no auth profile `none` | is not among the profiles of `auth`"],
        );
        check("own: { all: [own] }", &[], &["the auth profile `own` is made of itself | leads back to it"]);
        check(
            "own: { all: [token, pair] }, pair: { all: [own, key] }",
            &["token", "key"],
            &[
                "the auth profile `own` is made of itself | leads back to it",
                "the auth profile `pair` is made of itself | leads back to it",
            ],
        );
        check(
            "own: { all: [key, other] }",
            &["key", "other"],
            &["two profiles of `own` set the header `x-key` | `key` and `other`"],
        );
        check(
            "own: { all: [card, card2] }",
            &["card", "card2"],
            &["a connection shows one certificate, and `own` has those of two profiles | `card` and `card2`"],
        );
    }
}
