//! `scenarios/gallery/`: a file a feature. Each says on top what it shows, and runs.

use std::path::{Path, PathBuf};
use std::process::Command;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/gallery")
}

/// What a command prints in the gallery's folder; it succeeds.
fn output_of(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_contest"))
        .args(arguments)
        .current_dir(folder())
        .env_clear()
        .envs([("COLUMNS", "100"), ("NO_COLOR", "1")])
        .output()
        .expect("the command runs");
    let (text, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}\n{text}{said}");
    text.into_owned()
}

#[test]
fn every_file_of_the_gallery_runs_and_is_laid_out() {
    let checked = output_of(&["check"]);
    assert!(checked.ends_with(": nothing to report\n"), "{checked}");
    output_of(&["fmt", "--check", "."]);
    let ran = output_of(&["run"]);
    // All is judged but for the one URL that no document describes.
    assert!(ran.contains(" exchanges, 1 not judged in full"), "{ran}");
    assert!(ran.ends_with("\n  not checked: `send` is outside the document\n"), "{ran}");
}

#[test]
fn every_file_of_the_gallery_says_what_it_shows() {
    let files = std::fs::read_dir(folder()).expect("the gallery is readable");
    for path in files.map(|entry| entry.expect("the gallery is readable").path()) {
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let text = std::fs::read_to_string(&path).expect("the file is readable");
            assert!(
                text.starts_with("# ") && text.lines().all(|line| line.len() <= 120),
                "{}",
                path.display()
            );
        }
    }
}
