//! Overlays, applied to a small document.

#![no_main]

use contest::diagnostic::Problems;
use contest::limits::Limits;
use contest::openapi::{Document, Overlay};
use contest::source::Source;
use libfuzzer_sys::fuzz_target;

const DOCUMENT: &str = include_str!("../../tests/cases/shop.yaml");

fuzz_target!(|text: &str| {
    let limits = Limits::default();
    let overlay = Overlay::load(&limits, &mut Problems::new(&Source::new("overlay.yaml", text)));
    let Some(overlay) = overlay else { return };
    let mut problems = Problems::new(&Source::new("openapi.yaml", DOCUMENT));
    let _ = Document::load_overlaid(&[overlay], None, &limits, &mut problems);
});
