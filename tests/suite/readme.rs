//! The README is true: its files load.

use contest::diagnostic::Problems;
use contest::limits::Limits;
use contest::scenario::{Project, ScenarioFile};
use contest::source::Source;
use std::path::Path;

#[test]
fn every_yaml_file_of_the_readme_loads() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(path).expect("README.md is readable");
    let blocks: Vec<&str> =
        readme.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 3, "README.md has other blocks than this test knows");
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
