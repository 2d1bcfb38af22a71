//! `--step`: asks at the terminal before each request.

use crate::engine::{Decision, ExchangeRecord, StepPause, Stepper};
use crate::report::{Style, render_answer, render_request};
use std::fmt;
use std::io::{BufRead as _, Write as _};
use std::path::PathBuf;
use std::pin::Pin;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

const QUESTION: &str = "send it? Enter sends, e edits, s skips, c asks no more, q quits: ";

const HELP: &str = "\
Enter  send the request
e      edit it in $VISUAL or $EDITOR, and be asked again
s      skip it: it is not sent, and the case goes on
c      send it and all that follow, without asking
q      quit: nothing more is sent but cleanup
";

/// Where a person is asked: a terminal, or what stands for one in a test.
trait Console: Send {
    /// Shows a text.
    fn show(&mut self, text: &str);

    /// Reads a line; `None` at the end.
    fn read(&mut self) -> Option<String>;

    /// Lets a text be edited.
    fn edit(&mut self, text: &str) -> Result<String, String>;
}

/// Asks a person at a console before each request.
pub(super) struct Prompt {
    console: Arc<Mutex<dyn Console>>,
    style: Style,
    /// As many bytes of each body are shown.
    limit: usize,
    /// Whether nobody is asked any more.
    is_done: Arc<Mutex<bool>>,
}

impl fmt::Debug for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a prompt")
    }
}

impl Prompt {
    /// Asks on stderr, and reads from stdin.
    pub(super) fn at_terminal(style: Style, limit: usize) -> Self {
        Self::at(Terminal, style, limit)
    }

    fn at(console: impl Console + 'static, style: Style, limit: usize) -> Self {
        Self { console: Arc::new(Mutex::new(console)), style, limit, is_done: Arc::default() }
    }
}

impl Stepper for Prompt {
    fn ask(&self, pause: StepPause) -> Pin<Box<dyn Future<Output = Decision> + Send + '_>> {
        let (console, is_done) = (Arc::clone(&self.console), Arc::clone(&self.is_done));
        let (style, limit) = (self.style, self.limit);
        Box::pin(async move {
            // Reading a line blocks; the thread is left to itself when the run is interrupted.
            let asked = tokio::task::spawn_blocking(move || {
                let mut is_done = is_done.lock().unwrap_or_else(PoisonError::into_inner);
                if *is_done {
                    return Decision::Send;
                }
                let mut console = console.lock().unwrap_or_else(PoisonError::into_inner);
                let (decision, ends) = ask(&mut *console, &pause, limit, style);
                *is_done = ends;
                decision
            });
            asked.await.unwrap_or(Decision::Quit)
        })
    }

    fn told(&self, record: &ExchangeRecord) {
        if !*self.is_done.lock().unwrap_or_else(PoisonError::into_inner) {
            let mut console = self.console.lock().unwrap_or_else(PoisonError::into_inner);
            console.show(&render_answer(record, self.limit, self.style));
        }
    }
}

/// Shows a request and asks until there is an answer; gives whether it was the last question.
fn ask(console: &mut dyn Console, pause: &StepPause, limit: usize, style: Style) -> (Decision, bool) {
    match &pause.problem {
        Some(problem) => console.show(&format!("it stays as it was: {problem}\n")),
        None => {
            let words = format!("\n{}: {} `{}`\n", pause.case, pause.phase.word(), pause.step);
            console.show(&words);
            console.show(&render_request(&pause.request, limit, style));
        }
    }
    loop {
        console.show(QUESTION);
        let Some(line) = console.read() else {
            console.show("\n");
            return (Decision::Quit, true);
        };
        match line.trim() {
            "" => return (Decision::Send, false),
            "e" => match console.edit(&pause.editable) {
                Ok(text) => return (Decision::Edit(text), false),
                Err(reason) => console.show(&format!("it cannot be edited: {reason}\n")),
            },
            "s" => return (Decision::Skip, false),
            "c" => return (Decision::Send, true),
            "q" => return (Decision::Quit, true),
            _ => console.show(HELP),
        }
    }
}

/// The terminal of this process.
struct Terminal;

impl Console for Terminal {
    fn show(&mut self, text: &str) {
        super::output::print_error(text);
        let _ = std::io::stderr().flush();
    }

    fn read(&mut self) -> Option<String> {
        let mut line = String::new();
        let length = std::io::stdin().lock().read_line(&mut line).ok()?;
        (length > 0).then_some(line)
    }

    /// The text goes through a file that only this user can read and that is removed afterwards.
    fn edit(&mut self, text: &str) -> Result<String, String> {
        let set = |name: &str| std::env::var(name).ok().filter(|it| !it.trim().is_empty());
        let editor = set("VISUAL").or_else(|| set("EDITOR")).ok_or("neither VISUAL nor EDITOR is set")?;
        let words = shlex::split(&editor).filter(|words| !words.is_empty());
        let words = words.ok_or_else(|| format!("`{editor}` is no command"))?;
        let file =
            EditedFile::new(text).map_err(|error| format!("there is no place for the file: {error}"))?;
        let status = Command::new(&words[0]).args(&words[1..]).arg(&file.path).status();
        let status = status.map_err(|error| format!("cannot start `{editor}`: {error}"))?;
        if !status.success() {
            return Err(format!("`{editor}` ended with {status}"));
        }
        std::fs::read_to_string(&file.path).map_err(|error| format!("cannot read it back: {error}"))
    }
}

/// A file that is removed with the value.
struct EditedFile {
    path: PathBuf,
}

impl EditedFile {
    fn new(text: &str) -> std::io::Result<Self> {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut number = std::process::id();
        loop {
            let path = std::env::temp_dir().join(format!("contest-request-{number}.json"));
            match options.open(&path) {
                Ok(mut file) => {
                    let file_of = Self { path };
                    file.write_all(text.as_bytes())?;
                    return Ok(file_of);
                }
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    number = number.wrapping_add(1);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for EditedFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Phase, RequestRecord};
    use std::collections::VecDeque;

    /// Answers with lines, and edits by putting a text in front.
    struct Script {
        lines: VecDeque<&'static str>,
        edited: Result<&'static str, &'static str>,
        shown: String,
    }

    impl Console for Script {
        fn show(&mut self, text: &str) {
            self.shown.push_str(text);
        }

        fn read(&mut self) -> Option<String> {
            self.lines.pop_front().map(|line| format!("{line}\n"))
        }

        fn edit(&mut self, text: &str) -> Result<String, String> {
            self.edited.map(|before| format!("{before}{text}")).map_err(str::to_owned)
        }
    }

    fn pause(problem: Option<&str>) -> StepPause {
        StepPause {
            case: "item › it is read".to_owned(),
            step: "read".to_owned(),
            phase: Phase::Steps,
            request: RequestRecord {
                method: "GET".to_owned(),
                url: "http://h/items/7".to_owned(),
                headers: vec![("Accept".to_owned(), "*/*".to_owned())],
                body: None,
            },
            editable: "{}".to_owned(),
            problem: problem.map(str::to_owned),
        }
    }

    fn check(lines: &[&'static str], expected: (Decision, bool), shown: &[&str]) {
        let mut script =
            Script { lines: lines.iter().copied().collect(), edited: Ok("x"), shown: String::new() };
        let found = ask(&mut script, &pause(None), 100, Style::plain(80));
        assert_eq!(found, expected, "{lines:?}");
        for part in shown {
            assert!(script.shown.contains(part), "{part} is not in {}", script.shown);
        }
    }

    #[test]
    fn every_key_is_a_decision() {
        let request =
            "\nitem › it is read: step `read`\n          > GET http://h/items/7\n          > Accept: */*\n";
        check(&[""], (Decision::Send, false), &[request, QUESTION]);
        check(&["e"], (Decision::Edit("x{}".to_owned()), false), &[]);
        check(&["s"], (Decision::Skip, false), &[]);
        check(&["c"], (Decision::Send, true), &[]);
        check(&["q"], (Decision::Quit, true), &[]);
        check(&[], (Decision::Quit, true), &[]);
        check(&["what", "s"], (Decision::Skip, false), &[HELP]);
    }

    #[test]
    fn what_cannot_be_edited_is_asked_about_again() {
        let mut script = Script {
            lines: ["e", ""].into(),
            edited: Err("neither VISUAL nor EDITOR is set"),
            shown: String::new(),
        };
        assert_eq!(ask(&mut script, &pause(None), 100, Style::plain(80)), (Decision::Send, false));
        assert!(
            script.shown.contains("it cannot be edited: neither VISUAL nor EDITOR is set\n"),
            "{}",
            script.shown
        );
        let mut script = Script { lines: [""].into(), edited: Ok(""), shown: String::new() };
        ask(&mut script, &pause(Some("`x` is no URL")), 100, Style::plain(80));
        assert_eq!(script.shown, format!("it stays as it was: `x` is no URL\n{QUESTION}"));
    }

    #[test]
    fn the_file_of_an_editor_is_removed() {
        let file = EditedFile::new("a").expect("there is a place");
        let other = EditedFile::new("b").expect("there is a place");
        let path = file.path.clone();
        assert_ne!(path, other.path);
        assert_eq!(std::fs::read_to_string(&path).expect("it is there"), "a");
        drop(file);
        assert!(!path.exists());
    }
}
