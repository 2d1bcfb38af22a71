//! The README is true: its files load.

use crate::server::{Server, wire};
use contest::diagnostic::Problems;
use contest::limits::Limits;
use contest::scenario::{Project, ScenarioFile};
use contest::source::Source;
use std::path::Path;
use std::process::Command;

/// `examples/harness/` is the crate that the README tells people to make.
#[test]
fn the_example_is_what_the_readme_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("the file is readable");
    let readme = read("README.md");
    let shown = |language: &str| {
        let block = readme.split("## In `cargo test`").nth(1).and_then(|rest| rest.split(language).nth(1));
        let block = block.and_then(|rest| rest.split("```").next()).expect("README.md has the block");
        block.lines().filter(|line| !line.starts_with("//")).collect::<Vec<_>>().join("\n")
    };
    let target = shown("```toml\n").replace("../contest", "../..");
    for part in target.split("\n\n") {
        assert!(read("examples/harness/Cargo.toml").contains(part.trim()), "{part}");
    }
    let test = read("examples/harness/tests/scenarios.rs");
    assert!(test.contains(shown("```rust\n").trim()) && test.lines().count() <= 10, "{test}");
}

#[test]
fn every_yaml_file_of_the_readme_loads() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(path).expect("README.md is readable");
    let blocks: Vec<&str> =
        readme.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 4, "README.md has other blocks than this test knows");
    for block in blocks {
        check_loads(block);
    }
}

/// A block is a file; its first line names it where that matters.
fn check_loads(block: &str) {
    let name = block.lines().next().unwrap_or_default().trim_start_matches("# ");
    let source = Source::new(name, block);
    let mut problems = Problems::new(&source);
    let limits = Limits::default();
    let is_read = match name {
        "contest.yaml" => Project::read(Path::new(name), &limits, &mut problems).is_some(),
        _ => ScenarioFile::read(Path::new(name), "x".to_owned(), &limits, &mut problems).is_some(),
    };
    let list = problems.into_list();
    assert!(is_read && list.is_empty(), "{name}: {list:?}");
}

#[test]
fn every_yaml_file_of_the_pages_of_reference_loads() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference");
    let mut n_files = 0;
    for entry in std::fs::read_dir(folder).expect("docs/reference is readable") {
        let page = std::fs::read_to_string(entry.expect("docs/reference is readable").path());
        let page = page.expect("the page is readable");
        let blocks = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next());
        for block in blocks.filter(|block| !block.starts_with("# fragment")) {
            check_loads(block);
            n_files += 1;
        }
    }
    assert!(n_files >= 10, "docs/reference has {n_files} files");
}

/// The commands of "Start with your own document", typed one after the other.
#[test]
fn a_project_starts_as_the_readme_says() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"));
    let readme = readme.expect("README.md is readable");
    let section = readme.split("## Start with your own document").nth(1).expect("README.md has the section");
    let block =
        section.split("```sh\n").nth(1).and_then(|rest| rest.split("```").next()).expect("it has commands");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme-start");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder is made");
    let document = r#"
openapi: 3.1.0
info: { title: Books, version: "1" }
paths:
  /books/{isbn}:
    get:
      operationId: getBook
      parameters: [{ name: isbn, in: path, required: true, example: "9780141439518", schema: { type: string } }]
      responses:
        "200":
          description: The book
          content: { application/json: { schema: { type: object, properties: { title: { type: string } } } } }
"#;
    std::fs::write(folder.join("openapi.yaml"), document).expect("it is written");
    let server =
        Server::start(|_| wire("HTTP/1.1 200 OK\ncontent-type: application/json\n\n{\"title\":\"Emma\"}"));
    let mut n_commands = 0;
    for line in block.lines() {
        let command = line.split("  #").next().and_then(|line| line.trim().strip_prefix("contest "));
        let command = command
            .expect("a line is a command of contest")
            .replace("http://127.0.0.1:8080", &server.base_url);
        let output = Command::new(env!("CARGO_BIN_EXE_contest"))
            .args(command.split_whitespace())
            .current_dir(&folder)
            .env_clear()
            .output()
            .expect("the command runs");
        let said =
            [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        assert!(output.status.success(), "{command}: {said}");
        n_commands += 1;
    }
    assert_eq!((n_commands, server.requests().len()), (4, 1));
    assert!(folder.join(".contest/scenario.schema.json").is_file());
}
