//! Rules of a mock, beside a small document.

#![no_main]

use contest::diagnostic::Problems;
use contest::limits::Limits;
use contest::mock::Rules;
use contest::openapi::{Document, Nullable};
use contest::source::Source;
use libfuzzer_sys::fuzz_target;

const DOCUMENT: &str = include_str!("../../tests/cases/shop.yaml");

fuzz_target!(|text: &str| {
    let limits = Limits::default();
    let mut problems = Problems::new(&Source::new("openapi.yaml", DOCUMENT));
    let document = Document::load(&limits, &mut problems).expect("the document is well formed");
    let mut problems = Problems::new(&Source::new("x.mock.yaml", text));
    let _ = Rules::load(&mut problems, document, Nullable::default(), &limits);
});
