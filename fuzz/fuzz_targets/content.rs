//! Bodies of every kind that is read by its parts; the first line is the media type.

#![no_main]

use contest::limits::Limits;
use contest::openapi::{read_structure, read_structure_with_places};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { return };
    let Ok(media_type) = std::str::from_utf8(&bytes[..end]) else { return };
    let (content, limits) = (&bytes[end + 1..], Limits::default());
    let plain = read_structure(None, media_type, content, &limits).map(|reading| reading.value);
    let placed = read_structure_with_places(None, media_type, content, &limits).map(|reading| reading.value);
    assert_eq!(plain, placed);
});
