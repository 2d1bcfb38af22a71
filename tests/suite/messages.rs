//! Whole outputs of the command, as people see them at 80 and 120 columns: `tests/cases/<name>/`.
//!
//! A case is a folder with `command.txt`, the arguments; `expected.txt` and `expected-120.txt`, what
//! is printed and the exit code; and where a server is asked, `response.http`, what it answers to every request
//! (to a DELETE: `response-delete.http`, and to a target that ends in `/x`: `response-x.http`, where there is one). Ports and
//! times are replaced, for they differ from run to run. `CONTEST_BLESS=1 cargo test --test suite`
//! writes what is printed; read it before you commit it.

use crate::server::{Server, wire};
use contest::check::Check;
use contest::diagnostic::Code;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where nothing listens: a port that was free a moment ago.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!("http://{}", listener.local_addr().expect("it is bound"))
}

pub(crate) fn normalise(text: &str, base_url: &str) -> String {
    let port = regex::Regex::new(r"127\.0\.0\.1:\d+").expect("a pattern");
    let time = regex::Regex::new(r"(│ *| *)(<1|\d+(\.\d+)?) (ms|s)\b").expect("a pattern");
    // Whether it still fits into the line depends on its digits.
    let seed = regex::Regex::new(r"(?: ·|\n *) seed \d+").expect("a pattern");
    let text = text.replace(base_url, "http://127.0.0.1:0");
    let text = port.replace_all(&text, "127.0.0.1:PORT");
    // What a line starts with is its layout, other spaces fill what the time leaves.
    let text = time.replace_all(&text, |found: &regex::Captures<'_>| {
        let before = if found[1].starts_with('│') { &found[1] } else { " " };
        format!("{before}N ms")
    });
    let text = seed.replace_all(&text, " · seed N");
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// What a case's server answers: `response.http`, with a body that is made here where the header
/// `x-body` names one that no file should hold, and cut where `x-cut` says after how many bytes.
fn response_of(text: &str) -> Vec<u8> {
    if let Some(length) = text.lines().find_map(|line| line.strip_prefix("x-cut: ")) {
        let mut bytes = wire(text);
        bytes.truncate(length.parse().expect("a number of bytes"));
        return bytes;
    }
    let Some(kind) = text.lines().find_map(|line| line.strip_prefix("x-body: ")) else { return wire(text) };
    let body = match kind {
        // A thousand tags, of which the 731st is a number.
        "array" => {
            let tag = |index: i32| if index == 731 { "731".to_owned() } else { format!("\"tag {index}\"") };
            let tags = (0..1000).map(tag).collect::<Vec<_>>().join(",");
            item(&format!("\"Lamp\",\"tags\":[{tags}]")).into_bytes()
        }
        // Some megabytes in one line, and an amount that is a text behind them.
        "huge" => item(&format!("\"{}\"", "Lamp ".repeat(1 << 20))).replace(":1,", ":\"1\",").into_bytes(),
        "binary" => (0..=255).chain(0..64).collect(),
        _ => panic!("no body `{kind}`"),
    };
    let mut head =
        wire(&text.replace(&format!("x-body: {kind}\n"), &format!("content-length: {}\n", body.len())));
    head.extend(body);
    head
}

fn item(name: &str) -> String {
    format!("{{\"data\":{{\"id\":\"7\",\"name\":{name},\"price\":{{\"amount\":1,\"currency\":\"EUR\"}}}}}}")
}

/// Runs the command of a case; gives stdout, stderr and the exit code as one text.
///
/// Where the folder has an `interrupt.txt`, the server never answers what is called `slow`, and the
/// command is interrupted once it has asked for that.
fn output_of(case: &Path, columns: &str) -> Printed {
    let command = std::fs::read_to_string(case.join("command.txt")).expect("command.txt is there");
    printed_by_command(case, &command, columns)
}

/// What a command prints.
struct Printed {
    /// As it was printed.
    raw: String,
    /// Without what differs from run to run.
    text: String,
    /// What went to stdout, as it was printed.
    stdout: String,
}

/// What one command line in a folder prints on stdout, as it is.
pub(crate) fn stdout_of_command(case: &Path, command: &str, columns: &str) -> String {
    printed_by_command(case, command, columns).stdout
}

/// The same for one command line in a folder.
pub(crate) fn output_of_command(case: &Path, command: &str, columns: &str) -> String {
    printed_by_command(case, command, columns).text
}

fn printed_by_command(case: &Path, command: &str, columns: &str) -> Printed {
    let response = std::fs::read_to_string(case.join("response.http")).ok();
    let (sender, is_asked) = std::sync::mpsc::channel();
    let base_url = response.map_or_else(nobody, |text| {
        let bytes = response_of(&text);
        let of_delete = std::fs::read_to_string(case.join("response-delete.http")).ok();
        let folder = case.to_owned();
        let answer = move |line: &str| {
            if line.contains("/slow") {
                let _ = sender.send(());
                std::thread::park_timeout(std::time::Duration::from_secs(60));
            }
            let target = line.split('?').next().unwrap_or_default();
            let last = target.rsplit('/').next().unwrap_or_default();
            let of_target = std::fs::read_to_string(folder.join(format!("response-{last}.http")));
            match (&of_delete, of_target) {
                (Some(text), _) if line.starts_with("DELETE ") => wire(text),
                (_, Ok(text)) => wire(&text),
                _ => bytes.clone(),
            }
        };
        match command.contains("{tls_url}") {
            false => Server::start(answer).base_url,
            // A client that speaks TLS is answered as soon as it says something.
            true => {
                Server::raw(move |mut stream| {
                    let _ = stream.read(&mut [0; 4096]);
                    let _ = stream.write_all(&answer(""));
                })
                .base_url
            }
        }
    });
    let tls_url = base_url.replacen("http:", "https:", 1);
    let arguments = shlex::split(&command.replace("{base_url}", &base_url).replace("{tls_url}", &tls_url))
        .expect("the command is quoted well");
    let child = Command::new(env!("CARGO_BIN_EXE_contest"))
        .args(arguments)
        .current_dir(case)
        .env_clear()
        .envs([("COLUMNS", columns), ("NO_COLOR", "1"), ("LANG", "C.UTF-8")])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    if case.join("interrupt.txt").exists() {
        is_asked.recv_timeout(std::time::Duration::from_secs(30)).expect("the slow step is reached");
        let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(status.expect("there is a `kill`").success());
    }
    let output = child.wait_with_output().expect("the command runs");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let text = format!(
        "{}{}exit code {}\n",
        stdout,
        String::from_utf8_lossy(&output.stderr),
        output.status.code().map_or_else(|| "none".to_owned(), |code| code.to_string()),
    );
    Printed { text: normalise(&text, &base_url), raw: text, stdout }
}

/// Every check has a case that shows it, and so has every other code and everything that a run can end with.
#[test]
fn there_is_a_case_for_every_check_and_every_verdict() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let folders = std::fs::read_dir(root).expect("tests/cases is readable");
    let expected = folders.map(|entry| entry.expect("tests/cases is readable").path().join("expected.txt"));
    let all: String = expected.filter_map(|path| std::fs::read_to_string(path).ok()).collect();
    for check in Check::ALL {
        assert!(all.contains(check.code().as_str()), "no case shows {}", check.code());
    }
    // The folder of the cases has a `contest.yaml`, so that none of them misses it.
    // `secrets.rs` shows what is said of a short secret.
    let elsewhere = [Code::CONFIG_MISSING, Code::CONFIG_SHORT_SECRET];
    for code in Code::ALL.iter().filter(|code| !elsewhere.contains(code)) {
        assert!(
            all.contains(&format!("[{code}]")) || all.contains(&format!("{code} (")),
            "no case shows {code}"
        );
    }
    for words in ["passed", "failed", "errored", "skipped", "not run", "left behind:", "interrupted:"] {
        assert!(all.contains(words), "no case shows `{words}`");
    }
    for code in [0, 1, 2, 3, 4, 130] {
        assert!(all.contains(&format!("exit code {code}\n")), "no case ends with {code}");
    }
}

fn check_messages(columns: usize, expected_file: &str) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let is_blessing = std::env::var_os("CONTEST_BLESS").is_some();
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&root)
        .expect("tests/cases is readable")
        .map(|entry| entry.expect("tests/cases is readable").path())
        .filter(|path| path.join("command.txt").exists())
        .collect();
    cases.sort();
    assert!(cases.len() >= 40, "only {} cases were found", cases.len());
    let mut wrong = Vec::new();
    for case in cases {
        let path = case.join(expected_file);
        let approved = std::fs::read_to_string(&path).unwrap_or_default();
        let mut printed = output_of(&case, &columns.to_string());
        // A time of more digits may end a line earlier: a busy machine is asked again.
        for _ in 0..2 {
            if is_blessing || printed.text == approved {
                break;
            }
            printed = output_of(&case, &columns.to_string());
        }
        let Printed { raw, text: found, .. } = printed;
        if is_blessing {
            std::fs::write(&path, &found).expect("what is expected can be written");
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        let lines = raw.lines().filter(|line| !is_command(line));
        let widest = lines.map(|line| line.chars().count()).max().unwrap_or(0);
        if found != expected {
            wrong.push(format!("== {}\n-- expected\n{expected}\n-- found\n{found}", case.display()));
        } else if widest > columns {
            wrong.push(format!("== {}: a line has {widest} columns", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_message_reads_as_it_was_approved_at_80_columns() {
    check_messages(80, "expected.txt");
}

#[test]
fn every_message_reads_as_it_was_approved_at_120_columns() {
    check_messages(120, "expected-120.txt");
}

#[test]
fn the_failure_in_the_readme_is_a_real_one() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).expect("README.md is readable");
    let shown = readme.split("```text\n").nth(1).and_then(|rest| rest.split("\n```").next());
    let shown = normalise(shown.expect("README.md shows a failure"), "http://127.0.0.1:4010");
    let found = output_of(&root.join("tests/cases/body-type"), "80").text;
    assert!(found.contains(&shown), "{shown}\n-- is not in\n{found}");
}

/// Lines that are to be copied, or that quote a file, are not broken.
fn is_command(line: &str) -> bool {
    line.contains("curl ") || line.trim_start().starts_with('-') || line.contains('│')
}
