//! Small documents with one oddity each, and what is said of them: `tests/documents/<name>/`.
//!
//! A folder holds `openapi.yaml` or `openapi.json`, the files that it refers to, and `expected.txt`:
//! what `contest check` prints of it and its exit code. With a `command.txt`, each of its lines is a
//! command instead; with a `response.http`, `{base_url}` in them is a server that answers every
//! request so. `CONTEST_BLESS=1 cargo test --test suite corpus` writes what is printed; read it before
//! you commit it.

use crate::messages::output_of_command;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents")
}

fn commands(folder: &Path) -> Vec<String> {
    if let Ok(text) = std::fs::read_to_string(folder.join("command.txt")) {
        return text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    }
    let names = ["openapi.yaml", "openapi.json", "swagger.yaml", "swagger.json"];
    let document = names.iter().find(|name| folder.join(name).exists());
    vec![format!("check {}", document.expect("the folder holds a document or a command.txt"))]
}

fn output_of(folder: &Path) -> String {
    let outputs = commands(folder).into_iter().map(|command| {
        let output = output_of_command(folder, &command, "100");
        format!("$ contest {command}\n{output}")
    });
    outputs.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_document_is_read_as_it_was_approved() {
    let is_blessing = std::env::var_os("CONTEST_BLESS").is_some();
    let entries = std::fs::read_dir(root()).expect("tests/documents is readable");
    let mut folders: Vec<PathBuf> =
        entries.map(|entry| entry.expect("tests/documents is readable").path()).collect();
    // A run leaves `.contest` behind.
    folders.retain(|path| path.is_dir() && !path.ends_with(".contest"));
    folders.sort();
    let mut wrong = Vec::new();
    for folder in folders {
        let found = output_of(&folder);
        let path = folder.join("expected.txt");
        if is_blessing {
            std::fs::write(&path, &found).expect("what is expected can be written");
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if found != expected {
            wrong.push(format!("== {}\n-- expected\n{expected}\n-- found\n{found}", folder.display()));
        } else if found.contains("panicked") {
            wrong.push(format!("== {}: a panic was approved", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
