//! Whole outputs of the command, as people see them at 80 columns: `tests/cases/<name>/`.
//!
//! A case is a folder with `command.txt`, the arguments; `expected.txt`, what is printed and the exit
//! code; and where a server is asked, `response.http`, what it answers to every request. Ports and
//! times are replaced, for they differ from run to run. `CONTEST_BLESS=1 cargo test --test suite`
//! writes what is printed; read it before you commit it.

use crate::server::{Server, wire};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where nothing listens: a port that was free a moment ago.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!("http://{}", listener.local_addr().expect("it is bound"))
}

fn normalise(text: &str, base_url: &str) -> String {
    let port = regex::Regex::new(r"127\.0\.0\.1:\d+").expect("a pattern");
    let time = regex::Regex::new(r" *(<1|\d+(\.\d+)?) (ms|s)\b").expect("a pattern");
    let seed = regex::Regex::new(r"seed \d+").expect("a pattern");
    let text = text.replace(base_url, "http://127.0.0.1:0");
    let text = port.replace_all(&text, "127.0.0.1:PORT");
    let text = time.replace_all(&text, " N ms");
    let text = seed.replace_all(&text, "seed N");
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Runs the command of a case; gives stdout, stderr and the exit code as one text.
fn output_of(case: &Path) -> String {
    let command = std::fs::read_to_string(case.join("command.txt")).expect("command.txt is there");
    let response = std::fs::read_to_string(case.join("response.http")).ok();
    let base_url = response.map_or_else(nobody, |text| Server::start(move |_| wire(&text)).base_url);
    let arguments =
        shlex::split(&command.replace("{base_url}", &base_url)).expect("the command is quoted well");
    let output = Command::new(env!("CARGO_BIN_EXE_contest"))
        .args(arguments)
        .current_dir(case)
        .env_clear()
        .envs([("COLUMNS", "80"), ("NO_COLOR", "1"), ("LANG", "C.UTF-8")])
        .output()
        .expect("the command runs");
    let text = format!(
        "{}{}exit code {}\n",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
        output.status.code().map_or_else(|| "none".to_owned(), |code| code.to_string()),
    );
    normalise(&text, &base_url)
}

#[test]
fn every_message_reads_as_it_was_approved() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let is_blessing = std::env::var_os("CONTEST_BLESS").is_some();
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&root)
        .expect("tests/cases is readable")
        .map(|entry| entry.expect("tests/cases is readable").path())
        .filter(|path| path.join("command.txt").exists())
        .collect();
    cases.sort();
    assert!(cases.len() >= 15, "only {} cases were found", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let found = output_of(&case);
        let path = case.join("expected.txt");
        if is_blessing {
            std::fs::write(&path, &found).expect("expected.txt can be written");
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        let widest = found.lines().filter(|line| !is_command(line)).map(|line| line.chars().count()).max();
        if found != expected {
            wrong.push(format!("== {}\n-- expected\n{expected}\n-- found\n{found}", case.display()));
        } else if widest.unwrap_or(0) > 80 {
            wrong.push(format!("== {}: a line has {} columns", case.display(), widest.unwrap_or(0)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_failure_in_the_readme_is_a_real_one() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).expect("README.md is readable");
    let shown = readme.split("```text\n").nth(1).and_then(|rest| rest.split("\n```").next());
    let shown = normalise(shown.expect("README.md shows a failure"), "http://127.0.0.1:4010");
    let found = output_of(&root.join("tests/cases/body-type"));
    assert!(found.contains(&shown), "{shown}\n-- is not in\n{found}");
}

/// Lines that are to be copied, or that quote a file, are not broken.
fn is_command(line: &str) -> bool {
    line.contains("curl ") || line.trim_start().starts_with('-') || line.contains('│')
}
