//! `action.yml` as it stands: its scripts are run by bash, with inputs and files as a runner gives them. What would build
//! contest or fetch it is played by programs of the same names, which put the binary of these tests in its place.

use crate::process::Folder;
use crate::server::{Server, wire};
use contest::diagnostic::Problems;
use contest::limits::Limits;
use contest::source::Source;
use contest::yaml::{Dialect, load};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

/// The steps of the action.
fn steps() -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml");
    let source = Source::new("action.yml", std::fs::read_to_string(path).expect("the action is there"));
    let mut problems = Problems::new(&source);
    let node = load(Dialect::Ours, &Limits::default(), &mut problems).expect("it is YAML");
    node.to_value()["runs"]["steps"].as_array().expect("it has steps").clone()
}

/// A runner: a folder with a project, one for temporary files, and programs that stand for those of the machine.
struct Runner {
    folder: Folder,
    server: Server,
}

impl Runner {
    fn new() -> Self {
        let folder = Folder::new();
        let body = |line: &str| if line.contains("bad") { "[]" } else { "{}" };
        let server = Server::start(move |line| {
            wire(&format!("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}", body(line)))
        });
        folder.write(
            "project/doc.yaml",
            b"openapi: 3.1.0\ninfo: { title: T, version: '1' }\npaths:\n  /things/{id}:\n    parameters: \
              [{ name: id, in: path, required: true, schema: { type: string } }]\n    get:\n      operationId: \
              read\n      responses: { '200': { description: D, content: { application/json: { schema: { type: \
              object } } } } }\n",
        );
        folder.write(
            "project/contest.yaml",
            b"contest: 1\napis: { things: doc.yaml }\nscenarios: [s.contest.yaml]\n",
        );
        folder.write(
            "project/s.contest.yaml",
            b"contest: 1\napi: things\nscenarios:\n  good: { steps: [{ call: read, path: { id: good } }] }\n  bad: \
              { steps: [{ call: read, path: { id: bad } }] }\n",
        );
        let binary = env!("CARGO_BIN_EXE_contest");
        let cargo = format!(
            "#!/bin/sh\necho \"cargo $*\" >> \"$RUNNER_TEMP/said\"\nmkdir -p \"$RUNNER_TEMP/contest-target/release\"\n\
             ln -s {binary} \"$RUNNER_TEMP/contest-target/release/contest\"\n"
        );
        // The program that is fetched says who it is: then it need not be copied.
        let curl = "#!/bin/sh\necho \"curl $*\" >> \"$RUNNER_TEMP/said\"\nwhile [ \"$1\" != --output ]; do shift; done\n\
                    printf fetched > \"$2\"\n";
        for (name, text) in [("cargo", cargo.as_str()), ("curl", curl)] {
            folder.write(&format!("programs/{name}"), text.as_bytes());
            let path = folder.path.join("programs").join(name);
            let status = Command::new("chmod").arg("+x").arg(path).status();
            assert!(status.expect("there is a chmod").success());
        }
        folder.write("temp/said", b"");
        Self { folder, server }
    }

    /// Runs a step of the action with values of its variables, as bash is called for `shell: bash`.
    fn step(&self, index: usize, variables: &[(&str, &str)]) -> Output {
        let step = &steps()[index];
        let names = step["env"].as_object().expect("it takes its inputs through `env`");
        for (name, _) in variables {
            assert!(names.contains_key(*name), "the step has no `{name}`");
        }
        let script = self.folder.path.join("script.sh");
        std::fs::write(&script, step["run"].as_str().expect("it has a script"))
            .expect("the folder is writable");
        let at = |name: &str| self.folder.path.join(name).display().to_string();
        let added = self.folder.read("github-path");
        let programs = [added.trim(), &at("programs"), "/usr/bin:/bin"].join(":");
        let mut command = Command::new("bash");
        command
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(&script)
            .current_dir(self.folder.path.join("project"))
            .env_clear()
            .envs([("PATH", programs), ("RUNNER_TEMP", at("temp")), ("GITHUB_PATH", at("github-path"))])
            .envs([("GITHUB_OUTPUT", at("github-output")), ("GITHUB_STEP_SUMMARY", at("summary"))])
            .envs(names.keys().map(|name| (name.as_str(), "")))
            .envs(variables.iter().copied());
        command.output().expect("bash runs")
    }
}

#[test]
fn contest_is_built_from_the_source_of_the_action() {
    let runner = Runner::new();
    let source = runner.folder.path.display().to_string();
    let output = runner.step(0, &[("ACTION_SOURCE", &source)]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(runner.folder.read("temp/said").starts_with("cargo build --release --locked --bin contest"));
    assert!(runner.folder.path.join("temp/contest-bin/contest").exists());

    // Then it is run, with arguments that hold spaces and signs of the shell.
    let url = runner.server.base_url.clone();
    let arguments = format!("--base-url\n{url}\n--scenario\ngood*; $(touch x)\n--scenario\ngood\n\n");
    let variables = [("RUN_ARGS", arguments.as_str()), ("FOLDER", "project"), ("REPORTS", "out")];
    let output = runner.step(1, &variables);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!runner.folder.path.join("project/x").exists(), "an argument is run by the shell");
    let outputs = "exit-code=0\njson=project/out/run.json\njunit=project/out/junit.xml\nsarif=project/out/contest.sarif\n";
    assert_eq!(runner.folder.read("github-output"), outputs);
    for line in outputs.lines().skip(1) {
        let path = line.split('=').nth(1).unwrap_or_default();
        assert!(!runner.folder.read(path).is_empty(), "{path}");
    }
    assert!(runner.folder.read("summary").starts_with("## contest: 1 case, none failed"));

    // What fails, fails the step with its own code, and everything is there all the same.
    let arguments = format!("--base-url\n{url}");
    let variables = [("RUN_ARGS", arguments.as_str()), ("FOLDER", "project"), ("REPORTS", "failed")];
    let output = runner.step(1, &variables);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("\n::error file="), "{said}");
    assert!(runner.folder.read("summary").contains("## contest: 1 of 2 cases failed"));
    assert!(runner.folder.read("github-output").contains("exit-code=1\n"));
}

#[test]
fn contest_is_fetched_only_with_its_digest() {
    let runner = Runner::new();
    let url = ("BINARY_URL", "https://example.com/contest");
    let output = runner.step(0, &[url]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "::error::contest: binary-url needs sha256\n");
    assert!(!runner.step(0, &[url, ("BINARY_SHA256", &"0".repeat(64))]).status.success());
    // The digest of the text `fetched`.
    let digest = "0c7fcf412c36e9e1cfc3cca37cec9afedcfca86e1943f6827c36e88dfda41642";
    let output = runner.step(0, &[url, ("BINARY_SHA256", digest)]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(runner.folder.read("temp/said").contains("--proto =https"));
    assert!(runner.folder.read("github-path").trim().ends_with("temp/contest-bin"));
}
