//! Files of rows, as CSV and as YAML.

#![no_main]

use contest::diagnostic::Problems;
use contest::limits::Limits;
use contest::scenario::ScenarioFile;
use contest::source::Source;
use libfuzzer_sys::fuzz_target;
use std::path::Path;

fuzz_target!(|text: &str| {
    let limits = Limits::default();
    for name in ["rows.csv", "rows.yaml"] {
        let scenario = format!("contest: 1\nscenarios: {{ s: {{ rows: {{ file: {name} }}, steps: [] }} }}\n");
        let mut problems = Problems::new(&Source::new("x", scenario));
        let file = ScenarioFile::read(Path::new("x"), "x".to_owned(), &limits, &mut problems);
        let Some(mut file) = file else { return };
        let named = file.row_files();
        file.read_rows_of(&named[0], &limits, &mut Problems::new(&Source::new(name, text)));
    }
});
