mod fingerprint;
mod github;
mod gitlab;
mod har;
mod html;
mod json;
mod junit;
mod markdown;
mod ndjson;
mod plain;
mod sarif;
mod tap;

use crate::engine::Event;
use crate::report::record::RunRecord;
use std::io::{self, Write};

/// A form in which a run is written for machines or for people elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// One JSON document, which is read again: `schemas/report.schema.json`.
    Json,
    /// A line of JSON an event, written while it runs: `schemas/report-events.schema.json`.
    Ndjson,
    /// JUnit XML: a test case a case, for Jenkins, GitLab and most others.
    Junit,
    /// TAP 14, the Test Anything Protocol.
    Tap,
    /// SARIF 2.1.0: a result a finding, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions, to be printed in a job.
    Github,
    /// A summary in Markdown.
    Markdown,
    /// The code quality report of GitLab.
    Gitlab,
    /// HAR 1.2: every request and response, for browsers and proxies.
    Har,
    /// One page for people: every case with its steps, findings and exchanges.
    Html,
}

impl Format {
    /// Every format, in the order in which they are listed.
    pub const ALL: &[Self] = &[
        Self::Json,
        Self::Ndjson,
        Self::Junit,
        Self::Tap,
        Self::Sarif,
        Self::Github,
        Self::Markdown,
        Self::Gitlab,
        Self::Har,
        Self::Html,
    ];

    /// The word for it, as in `--report junit=PATH`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Junit => "junit",
            Self::Tap => "tap",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Markdown => "markdown",
            Self::Gitlab => "gitlab",
            Self::Har => "har",
            Self::Html => "html",
        }
    }

    /// The format of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.as_str() == word)
    }

    /// What it is, for help texts.
    pub fn about(self) -> &'static str {
        match self {
            Self::Json => "one JSON document, which `contest report` reads again",
            Self::Ndjson => "a line of JSON an event, written while it runs",
            Self::Junit => "JUnit XML: a test case a case, for Jenkins, GitLab and most others",
            Self::Tap => "TAP 14, the Test Anything Protocol",
            Self::Sarif => "SARIF 2.1.0: a result a finding, for code scanning",
            Self::Github => "annotations of GitHub Actions, to be printed in a job",
            Self::Markdown => "a summary in Markdown",
            Self::Gitlab => "the code quality report of GitLab",
            Self::Har => "HAR 1.2: every request and response, for browsers and proxies",
            Self::Html => "one page that needs no network: cases, findings, exchanges, timings, coverage",
        }
    }

    /// Whether it shows every request and response, so that the run has to keep them.
    pub fn keeps_exchanges(self) -> bool {
        match self {
            Self::Json | Self::Har | Self::Html => true,
            Self::Ndjson
            | Self::Junit
            | Self::Tap
            | Self::Sarif
            | Self::Github
            | Self::Markdown
            | Self::Gitlab => false,
        }
    }

    /// Whether it grows with every event; of the others the whole is written anew.
    pub fn is_live(self) -> bool {
        self == Self::Ndjson
    }

    /// What an event adds to a report that [is live](Self::is_live); nothing to any other.
    /// `folder` is where in its repository the run was started.
    ///
    /// # Errors
    /// When it cannot be put into words, which cannot happen to an event of a run.
    pub fn line(self, event: &Event, folder: Option<&str>) -> io::Result<Option<Vec<u8>>> {
        if self.is_live() { ndjson::line(event, folder) } else { Ok(None) }
    }

    /// Writes a run in this format.
    ///
    /// # Errors
    /// What the writer answers.
    pub fn write(self, run: &RunRecord, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Json => json::write(run, out),
            Self::Ndjson => ndjson::write(run, out),
            Self::Junit => junit::write(run, out),
            Self::Tap => tap::write(run, out),
            Self::Sarif => sarif::write(run, out),
            Self::Github => github::write(run, out),
            Self::Markdown => markdown::write(run, out),
            Self::Gitlab => gitlab::write(run, out),
            Self::Har => har::write(run, out),
            Self::Html => html::write(run, out),
        }
    }
}
