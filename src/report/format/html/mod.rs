//! The report that people open in a browser: one page with everything in it, which asks no network for anything
//! and works from a disk.
//!
//! The page is the same for every run: `page.html`, `style.css` and `script/`. What a run came to stands in blocks
//! of JSON, which the script reads: one of the run with a row for each case, one of the coverage, and one a case, in
//! its form of `schemas/report.schema.json`, read once that case is opened. Nothing in them can end a block or begin
//! an element, the script makes text of texts alone, and the page forbids every other script.

mod data;
mod safe;

use crate::report::record::RunRecord;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use data::{Overview, bounded, coverage};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");

/// One script in a scope of its own; its parts stand in the order in which they use one another.
const SCRIPT: &str = concat!(
    "(() => {\n",
    include_str!("script/dom.js"),
    include_str!("script/json.js"),
    include_str!("script/finding.js"),
    include_str!("script/exchange.js"),
    include_str!("script/list.js"),
    include_str!("script/case.js"),
    include_str!("script/coverage.js"),
    include_str!("script/timings.js"),
    include_str!("script/run.js"),
    include_str!("script/main.js"),
    "})();\n",
);

/// Writes the page of a run. What it holds of a case is written as it stands in the record, but for bodies and
/// commands of more than 64 KiB.
///
/// # Errors
/// What the writer answers.
pub(super) fn write(run: &RunRecord, out: &mut dyn Write) -> io::Result<()> {
    let mut rest = PAGE;
    while let Some((before, behind)) = rest.split_once("<!--contest:") {
        out.write_all(before.as_bytes())?;
        let (name, behind) = behind.split_once("-->").unwrap_or((behind, ""));
        fill(name, run, out)?;
        rest = behind;
    }
    out.write_all(rest.as_bytes())
}

/// Writes what stands at a place of the page.
fn fill(name: &str, run: &RunRecord, out: &mut dyn Write) -> io::Result<()> {
    match name {
        "policy" => write!(
            out,
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-{}'; \
             style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'\">",
            digest(SCRIPT),
            digest(STYLE)
        ),
        "style" => write!(out, "<style>{STYLE}</style>"),
        "script" => write!(out, "<script>{SCRIPT}</script>"),
        "data" => {
            safe::block("run", &Overview::of(run), out)?;
            if let Some(coverage) = coverage(run) {
                safe::block("coverage", &coverage, out)?;
            }
            for (index, case) in run.cases.iter().enumerate() {
                safe::block(&format!("case-{index}"), &*bounded(case), out)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What a policy knows an element by: its content (Content Security Policy Level 3, "hash-source").
fn digest(content: &str) -> String {
    STANDARD.encode(Sha256::digest(content.as_bytes()))
}

#[cfg(test)]
mod tests;
