//! `docs/scenario-format.md` is true: `contest check` has nothing to say of any of its files.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The text of a page under `docs/`, and its blocks of YAML.
fn page(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    std::fs::read_to_string(path).expect("the page is readable")
}

fn blocks(text: &str) -> Vec<&str> {
    text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

/// The last file of the guide with a name: its API and its project serve the reference too.
fn of_guide<'g>(guide: &'g str, name: &str) -> &'g str {
    let found = blocks(guide).into_iter().rev().find(|block| block.starts_with(&format!("# {name}\n")));
    found.expect("the guide has the file")
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder is made");
    std::fs::write(path, text).expect("the file is written");
}

/// What `contest check` says in a folder, and whether that is nothing.
fn check(folder: &Path, arguments: &[&str]) -> (String, bool) {
    let output = Command::new(env!("CARGO_BIN_EXE_contest"))
        .arg("check")
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs([("COLUMNS", "100"), ("NO_COLOR", "1")])
        .output()
        .expect("the command runs");
    let (text, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (format!("{text}{said}"), output.status.success() && text.contains(": nothing to report"))
}

fn empty_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

#[test]
fn the_rules_of_the_page_about_mocks_are_as_they_should_be() {
    let (guide, mock) = (page("guide.md"), page("mock.md"));
    let folder = empty_folder("reference-mock");
    write(&folder, "shelf.yaml", of_guide(&guide, "shelf.yaml"));
    write(&folder, "shelf.mock.yaml", of_guide(&mock, "shelf.mock.yaml"));
    let (said, is_clean) = check(&folder, &["shelf.mock.yaml"]);
    assert!(is_clean, "{said}");
}

#[test]
fn every_file_of_the_reference_is_as_it_should_be() {
    let (guide, reference) = (page("guide.md"), page("scenario-format.md"));
    let blocks = blocks(&reference);
    assert!(blocks.len() >= 12, "the reference has {} files", blocks.len());
    let mut wrong = Vec::new();
    for (index, block) in blocks.into_iter().enumerate() {
        let folder = empty_folder(&format!("reference-{index}"));
        for name in ["shelf.yaml", "shelf.mock.yaml", "contest.yaml", "scenarios/read.contest.yaml"] {
            write(&folder, name, of_guide(&guide, name));
        }
        write(&folder, "staging.inputs.yaml", "{}\n");
        let is_project = block.lines().any(|line| line == "apis:" || line.starts_with("apis: "));
        match is_project {
            true => write(&folder, "contest.yaml", block),
            false => write(&folder, "scenarios/it.contest.yaml", block),
        }
        let (said, is_clean) = check(&folder, &[]);
        if !is_clean {
            wrong.push(format!("{said}\nis said of\n{block}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
