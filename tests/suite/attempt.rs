//! One attempt at harm: files, a command, and what is to come of it, within bounds of time and memory.

use crate::process::Folder;
use crate::server::Server;
use std::time::Duration;

/// Generous for a debug build on a machine with other work: what runs away needs far more.
const MOST_TIME: Duration = Duration::from_secs(20);

/// KiB. A debug build that has read 20 MB of text stays far below, what is not bounded far above.
const MOST_MEMORY: u64 = 700 << 10;

/// One attempt: files, a command, and what is to come of it.
pub(crate) struct Attempt {
    name: &'static str,
    folder: Folder,
    arguments: Vec<String>,
    memory: u64,
    variables: Vec<(&'static str, String)>,
    time: Duration,
}

/// What came of it.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) output: String,
}

impl Attempt {
    pub(crate) fn new(name: &'static str, command: &str) -> Self {
        let arguments = command.split(' ').map(str::to_owned).collect();
        Self {
            name,
            folder: Folder::new(),
            arguments,
            memory: MOST_MEMORY,
            variables: Vec::new(),
            time: MOST_TIME,
        }
    }

    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.folder.write(name, content.as_ref());
        self
    }

    pub(crate) fn argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Gives it more time: an unoptimized build reads 3 MB of YAML in a second.
    pub(crate) fn slow(mut self) -> Self {
        self.time = 4 * MOST_TIME;
        self
    }

    pub(crate) fn variable(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// A file that it wrote.
    pub(crate) fn read(&self, name: &str) -> String {
        self.folder.read(name)
    }

    pub(crate) fn run(&self) -> Outcome {
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let mut process = self.folder.start_with(&arguments, &self.variables);
        let status = process.wait(self.time);
        let output = format!("{}{}", self.folder.read("stdout"), self.folder.read("stderr"));
        let shown: String = output.chars().take(4000).collect();
        let name = self.name;
        let Some(status) = status else { panic!("{name}: did not end within {:?}\n{shown}", self.time) };
        assert!(process.peak <= self.memory, "{name}: took {} KiB\n{shown}", process.peak);
        assert!(!output.contains("panicked"), "{name}: {shown}");
        assert!(output.len() < 400_000, "{name}: said {} bytes\n{shown}", output.len());
        Outcome { code: status.code(), output }
    }

    /// The outcome is the code and the words; whitespace in `says` stands for any, since messages are laid out in lines.
    pub(crate) fn check(&self, code: i32, says: &str) {
        let outcome = self.run();

        let words = |text: &str| {
            let text = text.replace(['│', '╭', '├', '╰', '▸'], " ");
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let shown: String = outcome.output.chars().take(4000).collect();
        assert_eq!(outcome.code, Some(code), "{}: {shown}", self.name);
        assert!(
            words(&outcome.output).contains(&words(says)),
            "{}: no word of `{says}` in\n{shown}",
            self.name
        );
    }
}

/// A document around the schema of the one response.
pub(crate) fn document(schema: &str, rest: &str) -> String {
    format!(
        "openapi: 3.1.0\ninfo: {{ title: T, version: '1' }}\npaths:\n  /a:\n    get:\n      operationId: getA\n      \
         responses:\n        '200':\n          description: D\n          content:\n            application/json:\n              \
         schema: {schema}\n{rest}"
    )
}

/// A scenario of one step with more keys.
pub(crate) fn scenario(keys: &str) -> String {
    format!("contest: 1\napi: doc.yaml\nscenarios:\n  s:\n    steps:\n      - call: getA\n{keys}")
}

pub(crate) fn checked(name: &'static str, document: impl AsRef<[u8]>) -> Attempt {
    Attempt::new(name, "check doc.yaml").file("doc.yaml", document)
}

pub(crate) fn checked_scenario(name: &'static str, text: impl AsRef<[u8]>) -> Attempt {
    Attempt::new(name, "check s.contest.yaml")
        .file("doc.yaml", document("{}", ""))
        .file("s.contest.yaml", text)
}

/// The one step against a server, with more keys.
pub(crate) fn asked(name: &'static str, server: &Server, schema: &str, keys: &str) -> Attempt {
    Attempt::new(name, "run s.contest.yaml --base-url")
        .argument(server.base_url.as_str())
        .file("doc.yaml", document(schema, ""))
        .file("s.contest.yaml", scenario(keys))
}

/// Does every row, two at a time: most of one's time is waiting.
pub(crate) fn in_parallel<T: Sync>(rows: &[T], check: impl Fn(&T) + Sync) {
    std::thread::scope(|scope| {
        for part in rows.chunks(rows.len().div_ceil(4).max(1)) {
            scope.spawn(|| part.iter().for_each(&check));
        }
    });
}
