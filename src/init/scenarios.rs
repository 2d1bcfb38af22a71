//! The first scenario file of an api.

use super::ApiToDraft;
use super::auth::Profiles;
use super::names::{kebab, unique};
use super::operation::{Caller, Input};
use super::resource::lifecycles;
use crate::diagnostic::Problems;
use crate::json::Value;
use crate::limits::Limits;
use crate::openapi::{Operation, OperationIndex};
use crate::sample::draft::{Data, Entry, Item, expect, expected_status, write};
use crate::scenario::{Layout, lay_out};
use crate::source::Source;

/// A scenario file.
pub(super) struct Drafted {
    /// Its text; `None` when nothing can be called.
    pub(super) text: Option<String>,
    /// The operations that it does not call, each with the reason.
    pub(super) left_out: Vec<(String, String)>,
}

pub(super) fn draft(api: &ApiToDraft, profiles: &Profiles) -> Drafted {
    let caller = Caller::new(api, profiles);
    let mut names = Vec::new();
    let mut inputs: Vec<Input> = Vec::new();
    let mut scenarios: Vec<(OperationIndex, Entry)> = Vec::new();
    let mut left_out = Vec::new();
    let mut covered = Vec::new();
    for life in lifecycles(&caller) {
        let entries = vec![
            Entry::text("title", life.title),
            Entry::raw("tags", "[destructive]"),
            Entry::new("steps", Item::List(life.steps)),
        ];
        let name = unique(&life.name, &mut names);
        inputs.extend(life.inputs);
        scenarios.push((life.operations[0], Entry::new(&name, Item::Map(entries)).apart()));
        covered.extend(life.operations);
    }
    for operation in api.document.operations().filter(|operation| !covered.contains(&operation.index())) {
        match single(&caller, operation, &mut inputs) {
            Ok(entries) => {
                let wanted = kebab(operation.id().unwrap_or_default());
                let wanted = if wanted.is_empty() { kebab(&operation.label()) } else { wanted };
                let wanted = if wanted.is_empty() { "call".to_owned() } else { wanted };
                let name = unique(&wanted, &mut names);
                scenarios.push((operation.index(), Entry::new(&name, Item::Map(entries)).apart()));
            }
            Err(reason) => left_out.push((format!("{} of {}", operation.label(), api.name), reason)),
        }
    }
    if scenarios.is_empty() {
        return Drafted { text: None, left_out };
    }
    // In the order of the document.
    scenarios.sort_by_key(|(index, _)| *index);
    let title = api.document.title().lines().next().unwrap_or_default().trim();
    let title = if title.is_empty() { api.name.as_str() } else { title };
    let mut file =
        vec![Entry::raw("contest", "1"), Entry::text("title", title), Entry::text("api", api.name.as_str())];
    file.extend(caller.auth.as_deref().map(|auth| Entry::text("auth", auth)));
    file.extend(written(&inputs));
    let scenarios = scenarios.into_iter().map(|(_, entry)| entry).collect();
    file.push(Entry::new("scenarios", Item::Map(scenarios)).apart());
    let mut text = String::new();
    write(&file, 0, &mut text);
    Drafted { text: Some(laid_out(text)), left_out }
}

/// The text as `contest fmt` would write it.
fn laid_out(text: String) -> String {
    let mut problems = Problems::new(&Source::new("draft", text.as_str()));
    match lay_out(&Limits::default(), &mut problems) {
        Some(Layout::Canonical(text)) => text,
        Some(Layout::Kept) | None => text,
    }
}

fn written(inputs: &[Input]) -> Option<Entry> {
    let mut seen: Vec<&str> = Vec::new();
    let mut entries = Vec::new();
    for input in inputs {
        if seen.contains(&input.name.as_str()) {
            continue;
        }
        seen.push(&input.name);
        let members = vec![
            ("type".to_owned(), Data::Raw(input.json_type.to_owned())),
            ("description".to_owned(), Data::Value(Value::from(input.description.as_str()))),
        ];
        entries.push(Entry::data(&input.name, Data::Map(members)));
    }
    let comment =
        "TODO: values, each as `default` here, or all in a file that an environment names as `inputsFile`.";
    (!entries.is_empty()).then(|| Entry::new("inputs", Item::Map(entries)).with_comment(comment))
}

/// The scenario of one operation.
fn single(
    caller: &Caller<'_>,
    operation: Operation<'_>,
    inputs: &mut Vec<Input>,
) -> Result<Vec<Entry>, String> {
    if ["TRACE", "CONNECT"].contains(&operation.method()) {
        return Err(format!("{} is not for tests", operation.method()));
    }
    let status =
        expected_status(operation).ok_or("the document says of no status that it may answer with it")?;
    let call = caller.call(operation, &[]);
    let mut entries = vec![Entry::text("title", title(operation))];
    let is_safe = ["GET", "HEAD", "OPTIONS", "QUERY"].contains(&operation.method());
    if !is_safe {
        entries.push(Entry::raw("tags", "[destructive]"));
    }
    if let Some(todo) = &call.todo {
        let skip = Entry::text("skip", "a value is missing");
        entries.push(skip.with_comment(format!("TODO: {}.", todo.replace(['\n', '\r'], " "))));
    } else if operation.method() == "DELETE" {
        let skip = Entry::text("skip", "deletes what it names");
        entries.push(skip.with_comment("TODO: take this line out where that may be deleted."));
    }
    let mut step = call.entries;
    step.extend(expect(status, None));
    entries.push(Entry::new("steps", Item::List(vec![step])));
    inputs.extend(call.inputs);
    Ok(entries)
}

/// The words of the document, or method and path.
fn title(operation: Operation<'_>) -> String {
    let summary = operation.document().get(operation.pointer()).and_then(|it| it.get("summary")?.as_str());
    let words = summary
        .and_then(|summary| summary.trim().lines().next())
        .map(|line| line.trim_end_matches('.').trim());
    match words.filter(|words| !words.is_empty() && words.chars().count() <= 90) {
        Some(words) => words.to_owned(),
        None => format!("{} answers as documented", operation.label()),
    }
}
