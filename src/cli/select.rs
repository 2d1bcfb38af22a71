use super::args::Select;
use crate::diagnostic::words::count;
use crate::plan::{Plan, Selection};
use std::collections::BTreeSet;

/// As many cases as are named when none is selected.
const SHOWN_CASES: usize = 20;

pub(super) fn selection(arguments: Select) -> Selection {
    Selection {
        tags: arguments.tags,
        scenarios: arguments.scenario,
        files: arguments.file,
        operations: arguments.operation,
        select: arguments.select,
        ids: Vec::new(),
        shard: arguments.shard,
    }
}

/// What to say of selectors that fit nothing while others do; a typo should not go unnoticed.
pub(super) fn unfitting(plan: &Plan) -> String {
    let unfitting = plan.selectors.iter().filter(|selector| selector.cases == 0);
    unfitting
        .map(|selector| format!("{} fits no case\n{}", selector.text, advice(&selector.advice)))
        .collect()
}

/// Why nothing runs, and what there is to choose from; `None` when it is only a shard that is empty.
pub(super) fn nothing_selected(plan: &Plan) -> Option<String> {
    if plan.n_selected > 0 {
        return None;
    }
    let available = &plan.available;
    let words = match available.len() {
        0 => {
            return Some(
                "there are no scenarios to run; nothing was sent\n\
                 name scenario files, or give their folders under `scenarios` in contest.yaml\n"
                    .to_owned(),
            );
        }
        1 => "the only case is not selected".to_owned(),
        count => format!("none of the {count} cases is selected"),
    };
    let mut text = format!("{words}; nothing was sent\n");
    for selector in &plan.selectors {
        let fits = match selector.cases {
            0 => "no case".to_owned(),
            cases => count(cases, "case", "cases"),
        };
        text.push_str(&format!("{} fits {fits}\n{}", selector.text, advice(&selector.advice)));
    }
    if plan.selectors.iter().filter(|selector| selector.cases > 0).count() > 1 {
        text.push_str("no case fits all that is asked\n");
    }
    let tags: BTreeSet<&str> = available.iter().flat_map(|(_, tags)| tags).map(String::as_str).collect();
    text.push_str(&match tags.is_empty() {
        true => "no scenario has tags\n".to_owned(),
        false => format!("the tags are {}\n", tags.into_iter().collect::<Vec<_>>().join(", ")),
    });
    text.push_str("the cases are\n");
    for (id, _) in available.iter().take(SHOWN_CASES) {
        text.push_str(&format!("  {id}\n"));
    }
    if available.len() > SHOWN_CASES {
        text.push_str(&format!("  and {} more; `contest list` names them\n", available.len() - SHOWN_CASES));
    }
    Some(text)
}

fn advice(sentences: &[String]) -> String {
    sentences.iter().map(|sentence| format!("  {sentence}\n")).collect()
}

/// What to say of a shard that holds none of the selected cases, which is no failure.
pub(super) fn empty_shard(plan: &Plan, selection: &Selection) -> String {
    let shard = selection.shard.map(|shard| shard.to_string()).unwrap_or_default();
    let selected = count(plan.n_selected, "selected case", "selected cases");
    format!("shard {shard} holds none of the {selected}; other shards do\n")
}
