//! `docs/guide.md` is true: its files are written, its commands run in order, and what it shows is printed.
//!
//! A `yaml` block is a file, named by its first line. A `console` block is a command with what it prints; a
//! `json` block is what a server on port 4010 answers from there on. `CONTEST_BLESS=1 cargo test --test suite guide`
//! writes what is printed.

use crate::messages::normalise;
use crate::server::{Server, wire};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

const ADDRESS: &str = "http://127.0.0.1:4010";

/// Runs a command line in a folder; gives what is printed.
fn output_of(command: &str, folder: &Path, base_url: &str) -> String {
    let command = command.strip_prefix("contest ").expect("a command of the guide is `contest …`");
    let arguments = shlex::split(&command.replace(ADDRESS, base_url)).expect("the command is quoted well");
    let output = Command::new(env!("CARGO_BIN_EXE_contest"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs([("COLUMNS", "100"), ("NO_COLOR", "1"), ("LANG", "C.UTF-8")])
        .stdin(Stdio::null())
        .output()
        .expect("the command runs");
    let text =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    text.replace(base_url, ADDRESS).lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The same text where only what differs from run to run differs: ports, times, seeds, ids.
fn same(left: &str, right: &str) -> bool {
    let id = regex::Regex::new("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").expect("a pattern");
    let plain = |text: &str| id.replace_all(&normalise(text.trim(), ADDRESS), "ID").into_owned();
    // Where a line is wrapped depends on the length of a time.
    let words = |text: &str| plain(text).split_whitespace().collect::<Vec<_>>().join(" ");
    words(left) == words(right)
}

#[test]
fn what_the_guide_shows_is_what_is_printed() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/guide.md");
    let guide = std::fs::read_to_string(&path).expect("docs/guide.md is readable");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guide");
    let _ = std::fs::remove_dir_all(&folder);
    let answer = Arc::new(Mutex::new(String::new()));
    let body = Arc::clone(&answer);
    let server = Server::start(move |_| {
        let body = body.lock().unwrap_or_else(PoisonError::into_inner);
        wire(&format!("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{body}"))
    });
    let (mut renewed, mut n_commands) = (String::new(), 0);
    for (index, part) in guide.split("```").enumerate() {
        if index > 0 {
            renewed.push_str("```");
        }
        let (language, text) = part.split_once('\n').unwrap_or((part, ""));
        match language {
            "yaml" if index % 2 == 1 => {
                let name = text.lines().next().and_then(|line| line.strip_prefix("# "));
                let file = folder.join(name.expect("a file of the guide starts with its name"));
                std::fs::create_dir_all(file.parent().expect("it is in a folder")).expect("a folder is made");
                std::fs::write(file, text).expect("the file is written");
            }
            "json" if index % 2 == 1 => {
                *answer.lock().unwrap_or_else(PoisonError::into_inner) = text.trim().to_owned();
            }
            "console" if index % 2 == 1 => {
                let (command, shown) = text.split_once('\n').unwrap_or((text, ""));
                let command = command.strip_prefix("$ ").expect("a command starts with `$ `");
                let printed = output_of(command, &folder, &server.base_url);
                n_commands += 1;
                if !same(shown, &printed) {
                    let is_blessed = std::env::var_os("CONTEST_BLESS").is_some();
                    assert!(is_blessed, "`{command}` prints\n{printed}\nand the guide shows\n{shown}");
                    renewed.push_str(&format!("console\n$ {command}\n{printed}"));
                    continue;
                }
            }
            _ => {}
        }
        renewed.push_str(part);
    }
    assert!(n_commands >= 8, "the guide has {n_commands} commands");
    if renewed != guide {
        std::fs::write(path, renewed).expect("docs/guide.md is writable");
    }
}
