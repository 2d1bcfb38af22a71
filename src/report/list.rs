//! The cases that would run, as a tree of files, scenarios and rows: for people, and as JSON.

use super::text::{plural, wrap};
use super::{Style, style};
use crate::plan::{Case, Plan, PlannedScenario};
use serde::Serialize;
use std::sync::Arc;

/// The selected cases of a plan; as JSON it is one document of `schemas/list.schema.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listing {
    /// The number of cases.
    pub cases: usize,
    /// The files that have some, in order.
    pub files: Vec<ListedFile>,
}

/// A file with selected cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedFile {
    /// Its name below its root, which case ids start with.
    pub name: String,
    /// Its path, as shown in messages.
    pub path: String,
    /// Its title.
    pub title: Option<String>,
    /// Its scenarios with selected cases, in order.
    pub scenarios: Vec<ListedScenario>,
}

/// A scenario with selected cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedScenario {
    /// Its name.
    pub name: String,
    /// Its title, or its name when it has none.
    pub title: String,
    /// The line of its name in the file, from 1.
    pub line: usize,
    /// The operations that it calls, setup and cleanup included, each once, in the order of the file.
    pub operations: Vec<ListedOperation>,
    /// What it sends outside the documents, as written, each once, in the order of the file.
    pub sends: Vec<String>,
    /// The locks that each of its cases holds, as written.
    pub locks: Vec<String>,
    /// Whether each of its cases runs alone.
    #[serde(rename = "exclusive")]
    pub is_exclusive: bool,
    /// Its selected cases: one, or one a row.
    pub cases: Vec<ListedCase>,
}

/// An operation that a scenario calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedOperation {
    /// The api's name, or its document's path as the file gives it.
    pub api: String,
    /// Its `operationId`, where it has one.
    pub operation_id: Option<String>,
    /// Its method, in capitals.
    pub method: String,
    /// Its path template.
    pub path: String,
}

/// A selected case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedCase {
    /// `file::scenario[row]`.
    pub id: String,
    /// The row's name, or its index from 0 as a text; `None` for a scenario without rows.
    pub row: Option<String>,
    /// The tags of file, scenario and row, sorted.
    pub tags: Vec<String>,
}

impl Listing {
    /// Lists the selected cases of a plan, whose cases are in the order of the files.
    pub fn of(plan: &Plan) -> Self {
        let mut files: Vec<ListedFile> = Vec::new();
        let mut last: Option<&Arc<PlannedScenario>> = None;
        for case in &plan.cases {
            let scenario = &case.scenario;
            if !last.is_some_and(|last| Arc::ptr_eq(&last.file, &scenario.file)) {
                files.push(ListedFile {
                    name: scenario.file.name.clone(),
                    path: scenario.file.source.name().to_owned(),
                    title: scenario.file.title.clone(),
                    scenarios: Vec::new(),
                });
            }
            let Some(file) = files.last_mut() else { continue };
            if !last.is_some_and(|last| Arc::ptr_eq(last, scenario)) {
                file.scenarios.push(listed_scenario(scenario, plan));
            }
            last = Some(scenario);
            if let Some(listed) = file.scenarios.last_mut() {
                listed.cases.push(listed_case(case));
            }
        }
        Self { cases: plan.cases.len(), files }
    }

    /// The listing as one JSON document, indented; ends with a line end.
    pub fn to_json(&self) -> String {
        // Texts and numbers have a form in JSON whatever they hold.
        let json = serde_json::to_string_pretty(self).expect("texts and numbers are JSON");
        format!("{json}\n")
    }

    /// The listing for people; ends with a line end.
    pub fn render(&self, style: Style) -> String {
        let mut out = String::new();
        for file in &self.files {
            out.push_str(&style.paint(style::BOLD, &style.visible(&file.name)));
            out.push('\n');
            file.title.iter().for_each(|title| lines(title, 2, style, &mut out));
            for scenario in &file.scenarios {
                scenario.render(style, &mut out);
            }
            out.push('\n');
        }
        let cases = plural(self.cases, "case");
        out.push_str(&format!("{cases} in {}\n", plural(self.files.len(), "file")));
        out
    }
}

impl ListedScenario {
    fn render(&self, style: Style, out: &mut String) {
        out.push_str(&format!("  {}\n", style.paint(style::BOLD, &style.visible(&self.name))));
        if self.title != self.name {
            lines(&self.title, 4, style, out);
        }
        let is_mixed = self.operations.iter().any(|it| it.api != self.operations[0].api);
        let names: Vec<String> = self.operations.iter().map(|operation| operation.name(is_mixed)).collect();
        for (verb, names) in [("calls", &names), ("sends", &self.sends), ("locks", &self.locks)] {
            if !names.is_empty() {
                lines(&format!("{verb} {}", names.join(", ")), 4, style, out);
            }
        }
        if self.is_exclusive {
            lines("runs alone", 4, style, out);
        }
        for case in &self.cases {
            let tags = case.tags.join(", ");
            match &case.row {
                Some(row) if tags.is_empty() => lines(&format!("[{row}]"), 4, style, out),
                Some(row) => lines(&format!("[{row}] tags {tags}"), 4, style, out),
                None if tags.is_empty() => {}
                None => lines(&format!("tags {tags}"), 4, style, out),
            }
        }
    }
}

impl ListedOperation {
    fn name(&self, with_api: bool) -> String {
        let name = self.operation_id.clone().unwrap_or_else(|| format!("{} {}", self.method, self.path));
        if with_api { format!("{}.{name}", self.api) } else { name }
    }
}

fn listed_scenario(scenario: &PlannedScenario, plan: &Plan) -> ListedScenario {
    let written = scenario.scenario();
    let operations = scenario.calls().into_iter().map(|(api, operation)| {
        let operation = plan.apis[api].contract.document().operation(operation);
        ListedOperation {
            api: plan.apis[api].name.clone(),
            operation_id: operation.id().map(ToOwned::to_owned),
            method: operation.method().to_owned(),
            path: operation.template().to_owned(),
        }
    });
    ListedScenario {
        name: written.name.value.clone(),
        title: scenario.title().to_owned(),
        line: scenario.file.source.position(written.name.span.start).line,
        operations: operations.collect(),
        sends: scenario.sends().into_iter().map(ToOwned::to_owned).collect(),
        locks: written.locks.iter().map(|lock| lock.value.clone()).collect(),
        is_exclusive: written.is_exclusive,
        cases: Vec::new(),
    }
}

fn listed_case(case: &Case) -> ListedCase {
    ListedCase {
        id: case.id.clone(),
        row: case.row().map(|row| row.label.clone()),
        tags: case.tags.iter().cloned().collect(),
    }
}

/// A text of one or more lines behind an indent; what runs over is indented by two more.
fn lines(text: &str, indent: usize, style: Style, out: &mut String) {
    for (index, line) in wrap(&style.visible(text), style.columns() - indent - 2).iter().enumerate() {
        let more = if index == 0 { 0 } else { 2 };
        out.push_str(&format!("{:width$}{line}\n", "", width = indent + more));
    }
}
