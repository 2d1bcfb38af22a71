//! Which version a document says that it follows.

use super::{Document, Version};
use crate::diagnostic::{Code, Problems};
use crate::json::{Pointer, Value};
use crate::openapi::version::Declared;
use crate::source::Span;

impl Document {
    pub(super) fn read_version(&self, problems: &mut Problems) -> Option<Version> {
        let key = if self.member("openapi").is_some() { "openapi" } else { "swagger" };
        let Some(stated) = self.member(key) else {
            self.report_missing_version(problems);
            return None;
        };
        let span = || self.place_or_start(&Pointer::of([key])).span;
        // `openapi: 3.1` without quotes is a number in YAML.
        let text = match stated {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let (declared, family) = match key {
            "swagger" => (Version::declared_swagger(&text), "Swagger"),
            _ => (Version::declared(&text), "OpenAPI"),
        };
        match declared {
            Declared::Known(version) => Some(version),
            Declared::ReadAs(version) => {
                problems
                    .warning(
                        Code::DOCUMENT_LENIENT,
                        span(),
                        format!("OpenAPI {} is read as {version}", text.trim()),
                        "is newer than what is known",
                    )
                    .notes
                    .push(format!("what {version} does not have is passed over"));
                Some(version)
            }
            Declared::Unknown => {
                problems
                    .error(
                        Code::DOCUMENT_VERSION,
                        span(),
                        format!("{family} `{}` is not supported by this version of contest", text.trim()),
                        "is not a version that is read",
                    )
                    .help
                    .push("documents of OpenAPI 3.0, 3.1 and 3.2 and of Swagger 2.0 are read".to_owned());
                None
            }
        }
    }

    fn report_missing_version(&self, problems: &mut Problems) {
        // Files that people mistake for OpenAPI documents, by the key that names their version.
        const OTHERS: [(&str, &str); 5] = [
            ("asyncapi", "an AsyncAPI document"),
            ("arazzo", "an Arazzo description"),
            ("overlay", "an OpenAPI overlay"),
            ("mock", "a file of a mock's rules"),
            ("contest", "a file of contest"),
        ];
        if let Some((key, what)) = OTHERS.iter().find(|(key, _)| self.member(key).is_some()) {
            let span = self.key_place_of(&Pointer::of([*key])).map(|place| place.span).unwrap_or_default();
            let help = match *key {
                "overlay" => "name the OpenAPI document itself, and give the overlay with `--overlay`",
                "mock" => "it is known by its name: `*.mock.yaml`",
                "contest" => {
                    "scenarios are known by their name: `*.contest.yaml`; a project file is found by itself"
                }
                _ => "name the OpenAPI document itself",
            };
            let message = match *key {
                "overlay" => format!("this is {what}, and no document by itself"),
                "mock" | "contest" => format!("this is {what}, and no OpenAPI document"),
                _ => format!("this is {what}, which this version of contest does not support"),
            };
            let label = "an OpenAPI document has `openapi` here";
            problems.error(Code::DOCUMENT_VERSION, span, message, label).help.push(help.to_owned());
            return;
        }
        let start = self.place_or_start(&Pointer::root()).span.start;
        let position = self.source().position(start);
        let line = self.source().line(position.line);
        problems
            .error(
                Code::DOCUMENT_VERSION,
                Span::new(start, line.end.max(start)),
                "the document does not state its OpenAPI version",
                "lacks the key `openapi`",
            )
            .help
            .push("an OpenAPI document starts with a line such as `openapi: 3.0.3`".to_owned());
    }
}
