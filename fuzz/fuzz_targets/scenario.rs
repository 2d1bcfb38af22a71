//! Scenario files and `contest.yaml`: reading and laying out.

#![no_main]

use contest::diagnostic::Problems;
use contest::limits::Limits;
use contest::scenario::{Project, ScenarioFile};
use contest::source::Source;
use libfuzzer_sys::fuzz_target;
use std::path::Path;

fuzz_target!(|text: &str| {
    let limits = Limits::default();
    let source = Source::new("x", text);
    let _ = ScenarioFile::read(Path::new("x.contest.yaml"), "x".to_owned(), &limits, &mut Problems::new(&source));
    let _ = Project::read(Path::new("contest.yaml"), &limits, &mut Problems::new(&source));
});
