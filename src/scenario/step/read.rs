use super::action::{read_call, read_flow, read_pause, read_send};
use super::kind::{StepKind, kind_of};
use super::{Action, Step};
use crate::scenario::capture::{CaptureSource, read_captures};
use crate::scenario::mark::read_xfail;
use crate::scenario::reader::{Reader, Spanned};
use crate::yaml::{MapReader, Node};
use std::sync::Arc;

/// Reads a list of steps.
pub(in crate::scenario) fn read_steps(nodes: &[Node], reader: &mut Reader<'_>) -> Vec<Arc<Step>> {
    nodes.iter().filter_map(|node| read_step(node, reader)).map(Arc::new).collect()
}

/// Reads the steps of a cleanup or a teardown.
pub(in crate::scenario) fn read_cleanup(nodes: &[Node], reader: &mut Reader<'_>) -> Vec<Arc<Step>> {
    let steps = read_steps(nodes, reader);
    for mark in steps.iter().filter_map(|step| step.xfail.as_ref()) {
        let message = "a step of a cleanup or a teardown has no `xfail`: it does not decide about its case";
        reader.invalid(mark.span, message, "would change nothing");
    }
    steps
}

fn read_step(node: &Node, reader: &mut Reader<'_>) -> Option<Step> {
    if node.as_map().is_none() && !node.is_null() {
        // Says what a step is instead.
        MapReader::new("a step", node, reader.problems);
        return None;
    }
    let kind = kind_of(node, reader);
    // Without a kind the rest is read as a call's, so that all is said at once.
    let known = kind.unwrap_or(StepKind::Call);
    let mut map = MapReader::new(known.words(), node, reader.problems)?;
    for kind in StepKind::ALL {
        map.entry(kind.key());
    }
    let id = read_id(&mut map, reader);
    let title = map.text("title", reader.problems).map(ToOwned::to_owned);
    let when = map.take("when").and_then(|node| reader.condition("when", node));
    let is_always = map.boolean("always", reader.problems).unwrap_or(false);
    let action = match known {
        StepKind::Call => read_call(&mut map, reader).map(|call| Action::Call(Arc::new(call))),
        StepKind::Send => read_send(&mut map, reader).map(|send| Action::Send(Arc::new(send))),
        StepKind::Flow => read_flow(&mut map, reader).map(|flow| Action::Flow(Arc::new(flow))),
        StepKind::Pause => read_pause(&mut map, reader).map(Action::Pause),
    };
    let (mut xfail, mut save, mut cleanup) = (None, Vec::new(), Vec::new());
    if known != StepKind::Pause {
        xfail = map.take("xfail").and_then(|node| read_xfail(node, reader));
        save = read_captures(map.map("save", reader.problems), reader);
        cleanup = read_cleanup(map.list("cleanup", reader.problems), reader);
    }
    if known == StepKind::Flow {
        for capture in save.iter().filter(|it| !matches!(it.value.source, CaptureSource::Expression(_))) {
            let message = "what a flow gives is its outputs: `$outputs.name`";
            reader.invalid(capture.value.span, message, "is found in an answer, and a flow has none");
        }
    }
    map.not_yet(&["link", "criteria"]);
    map.finish(&known.elsewhere(), reader.problems);
    let action = action.filter(|_| kind.is_some())?;
    Some(Step { span: node.span, id, title, when, action, is_always, xfail, save, cleanup })
}

fn read_id(map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Option<Spanned<String>> {
    let node = map.take("id")?;
    let Some(text) = node.as_str() else {
        reader.invalid(node.span, "`id` is a name", format!("is {}", node.type_name()));
        return None;
    };
    reader.check_name("a step", text, node.span);
    Some(Spanned::new(text.to_owned(), node.span))
}
