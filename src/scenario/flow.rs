use super::ScenarioFile;
use super::input::{Input, read_inputs};
use super::reader::{Named, Reader, Spanned};
use super::step::{FlowCall, Step, read_steps};
use crate::diagnostic::Code;
use crate::expression::Template;
use crate::yaml::{Entry, MapReader};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Steps that scenarios and other flows call by a name: `flows: { NAME: { inputs, steps, outputs } }`.
#[derive(Debug)]
pub struct Flow {
    /// Its name.
    pub name: Spanned<String>,
    /// Words for people.
    pub title: Option<String>,
    /// What a caller gives it under `with`; it sees nothing else of its caller.
    pub inputs: Vec<Named<Input>>,
    /// Its steps.
    pub steps: Vec<Arc<Step>>,
    /// What a caller gets of it, evaluated behind its last step.
    pub outputs: Vec<Named<Template>>,
}

/// The files whose flows steps of other files call, by the path that [`FlowCall::path`] gives.
pub type FlowFiles = BTreeMap<PathBuf, Arc<ScenarioFile>>;

impl FlowCall {
    /// The flow's name, without its file.
    pub fn name(&self) -> &str {
        self.flow.value.rsplit_once('#').map_or(self.flow.value.as_str(), |(_, name)| name).trim()
    }

    /// Where the flow's file is, seen from the file of the step; `None` for that file itself.
    pub fn path(&self, from: &Path) -> Option<PathBuf> {
        self.path_below(from.parent().unwrap_or(Path::new("")))
    }

    /// Where the flow's file is, seen from a folder.
    pub fn path_below(&self, folder: &Path) -> Option<PathBuf> {
        let (file, _) = self.flow.value.rsplit_once('#')?;
        Some(file.trim()).filter(|file| !file.is_empty()).map(|file| folder.join(file))
    }
}

/// Reads `flows`.
pub(super) fn read_flows(entries: &[Entry], reader: &mut Reader<'_>) -> Vec<Flow> {
    entries.iter().filter_map(|entry| read_flow(entry, reader)).collect()
}

fn read_flow(entry: &Entry, reader: &mut Reader<'_>) -> Option<Flow> {
    reader.check_name("a flow", &entry.key, entry.key_span);
    let mut map = MapReader::new("a flow", &entry.value, reader.problems)?;
    map.text("description", reader.problems);
    map.require("steps", reader.problems);
    let nodes = map.list("steps", reader.problems);
    if entry.value.get("steps").is_some_and(|steps| steps.as_list().is_some_and(<[_]>::is_empty)) {
        let message = format!("the flow `{}` has no steps", entry.key);
        reader.problems.error(Code::SCENARIO_EMPTY, entry.key_span, message, "would do nothing");
    }
    let outputs = map.map("outputs", reader.problems);
    for output in outputs {
        reader.check_name("an output", &output.key, output.key_span);
    }
    let flow = Flow {
        name: Spanned::new(entry.key.clone(), entry.key_span),
        title: map.text("title", reader.problems).map(ToOwned::to_owned),
        inputs: read_inputs(map.map("inputs", reader.problems), reader),
        steps: read_steps(nodes, reader),
        outputs: reader.templates(outputs),
    };
    let of_steps = "it belongs in a step of the flow";
    map.finish(
        &[
            ("with", "callers write it, beside `flow: NAME`; a flow declares `inputs`"),
            ("save", "what a caller gets stands under `outputs`"),
            ("returns", "write `outputs`"),
            ("parameters", "write `inputs`"),
            ("vars", "give it under `with`, or save it in a step"),
            ("call", of_steps),
            ("expect", of_steps),
            ("auth", "it belongs in a step of the flow; without one a flow is sent as its caller"),
            ("setup", "the first steps of a flow are its setup"),
            ("teardown", "write `cleanup` in the step that makes what is to be removed"),
            ("rows", "it belongs in a scenario"),
            ("tags", "it belongs in a scenario or a file"),
            ("skip", "it belongs in a scenario or a row; a step has `when`"),
            ("api", "it belongs in the file, beside `flows`"),
        ],
        reader.problems,
    );
    Some(flow)
}
