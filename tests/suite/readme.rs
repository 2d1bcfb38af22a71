//! The README is true: its files load.

use contest::diagnostic::Problems;
use contest::limits::Limits;
use contest::scenario::{Project, ScenarioFile};
use contest::source::Source;
use std::path::Path;

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
}
