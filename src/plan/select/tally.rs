use super::pattern::matches_pattern;
use super::{Called, Candidate, Fits, Selection};
use crate::openapi::Document;
use crate::yaml::nearest;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What one selector fitted by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectorTally {
    /// As it is written on the command line: `--operation updateOrder`.
    pub text: String,
    /// The number of cases that it fits, other selectors aside.
    pub cases: usize,
    /// Sentences that say why it fits none, and what may have been meant.
    pub advice: Vec<String>,
}

/// What each selector fitted, in a fixed order of kinds.
pub(super) fn tally(
    selection: &Selection,
    fits: &Fits,
    candidates: &[Candidate<'_>],
    apis: &[(String, Arc<Document>)],
) -> Vec<SelectorTally> {
    let mut list = Vec::new();
    let mut add = |flag: &str, text: &str, cases: usize, advise: &dyn Fn() -> Vec<String>| {
        let advice = if cases == 0 && fits.candidates > 0 { advise() } else { Vec::new() };
        list.push(SelectorTally { text: format!("{flag} {}", quoted(text)), cases, advice });
    };
    if let Some(tags) = &selection.tags {
        add("--tags", &tags.to_string(), fits.tags, &|| unknown_tags(&tags.names(), candidates));
    }
    for (pattern, cases) in selection.scenarios.iter().zip(&fits.scenarios) {
        add("--scenario", pattern, *cases, &|| {
            unknown("scenario", pattern, candidates.iter().flat_map(Candidate::scenario_names))
        });
    }
    for (pattern, cases) in selection.files.iter().zip(&fits.files) {
        add("--file", pattern, *cases, &|| {
            unknown("file", pattern, candidates.iter().flat_map(Candidate::file_names))
        });
    }
    for (pattern, cases) in selection.operations.iter().zip(&fits.operations) {
        add("--operation", pattern, *cases, &|| unknown_operation(pattern, apis));
    }
    if let Some(text) = &selection.select {
        add("--select", text, fits.select, &|| {
            let reason = fits.unknown.as_ref();
            reason.map(|reason| format!("it has no value for some: {reason}")).into_iter().collect()
        });
    }
    list
}

/// As a shell takes it back.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A pattern with wildcards has no nearest name.
fn has_wildcards(pattern: &str) -> bool {
    pattern.contains(['*', '?'])
}

fn unknown(what: &str, pattern: &str, names: impl Iterator<Item = String>) -> Vec<String> {
    if has_wildcards(pattern) {
        return Vec::new();
    }
    let names: BTreeSet<String> = names.collect();
    let meant = nearest(pattern, names.iter().map(String::as_str));
    vec![sentence(format!("no {what} `{pattern}`"), meant)]
}

fn sentence(fact: String, meant: Option<&str>) -> String {
    match meant {
        Some(meant) => format!("{fact}; did you mean `{meant}`?"),
        None => fact,
    }
}

fn unknown_tags(names: &[&str], candidates: &[Candidate<'_>]) -> Vec<String> {
    let known: BTreeSet<&str> = candidates.iter().flat_map(|it| &it.case.tags).map(String::as_str).collect();
    let unknown: BTreeSet<&str> = names.iter().filter(|name| !known.contains(**name)).copied().collect();
    unknown
        .into_iter()
        .map(|name| sentence(format!("no tag `{name}`"), nearest(name, known.iter().copied())))
        .collect()
}

/// An operation may be there and not be called, or not be there at all.
fn unknown_operation(pattern: &str, apis: &[(String, Arc<Document>)]) -> Vec<String> {
    let all = apis.iter().flat_map(|(api, document)| {
        document.operations().flat_map(move |operation| Called { api, operation }.names())
    });
    let names: Vec<String> = all.collect();
    if names.iter().any(|name| matches_pattern(pattern, name)) {
        return vec![format!("no case calls `{pattern}`")];
    }
    if has_wildcards(pattern) {
        return vec![format!("no operation fits `{pattern}`")];
    }
    vec![sentence(format!("no operation `{pattern}`"), nearest(pattern, names.iter().map(String::as_str)))]
}
