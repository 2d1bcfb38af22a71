//! One step, and the YAML of it.

use crate::check::{RequestContent, RequestValues};
use crate::json::{Datum, Value};
use crate::sample::draft::{Data, Entry, write};

/// A step before it is written.
#[derive(Clone, Debug, Default)]
pub(super) struct StepDraft {
    pub(super) call: String,
    /// What a person has to decide, a sentence each.
    pub(super) todos: Vec<String>,
    pub(super) path: Vec<(String, Value)>,
    pub(super) query: Vec<(String, Value)>,
    pub(super) headers: Vec<(String, Value)>,
    pub(super) cookies: Vec<(String, Value)>,
    pub(super) body: Option<BodyDraft>,
    pub(super) is_anonymous: bool,
    /// Whether the document may be broken, because something could not be made.
    pub(super) is_unchecked: bool,
    /// Where it breaks the document on purpose.
    pub(super) invalid: Vec<String>,
    pub(super) status: Option<Data>,
    pub(super) expected: Option<Data>,
}

/// A body before it is written.
#[derive(Clone, Debug)]
pub(super) struct BodyDraft {
    /// `body`, `form`, `multipart`, `rawBody`.
    pub(super) key: &'static str,
    pub(super) data: Data,
    /// What it is sent as, where that has to be said.
    pub(super) content_type: Option<String>,
    /// What it is sent as.
    pub(super) media_type: String,
}

/// The longest line of a comment.
const WIDTH: usize = 70;

/// Writes a sentence as lines of a comment.
fn comment(sentence: &str, out: &mut String) {
    let mut taken = 0;
    for word in sentence.split_whitespace() {
        let length = word.chars().count();
        if taken > 0 && taken + 1 + length <= WIDTH {
            out.push_str(&format!(" {word}"));
            taken += 1 + length;
        } else {
            out.push_str(if taken == 0 { "# " } else { "\n#   " });
            out.push_str(word);
            taken = length + 4;
        }
    }
    out.push('\n');
}

impl StepDraft {
    /// Says that a person has to decide something, once.
    pub(super) fn todo(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into().replace(['\n', '\r'], " ");
        if !self.todos.contains(&sentence) {
            self.todos.push(sentence);
        }
    }

    /// The request as it would be judged, where its body is known and JSON, or there is none.
    pub(super) fn values(&self) -> Option<RequestValues> {
        let section = |values: &[(String, Value)]| {
            values.iter().map(|(name, value)| (name.clone(), Datum::new(value.clone()))).collect()
        };
        let body = match &self.body {
            None => None,
            Some(BodyDraft { key: "body", data: Data::Value(value), media_type, .. })
                if crate::openapi::is_json(media_type) =>
            {
                let (media_type, bytes) = (media_type.clone(), value.to_string().into_bytes());
                Some(RequestContent { media_type, value: Some(value.clone()), bytes })
            }
            Some(_) => return None,
        };
        Some(RequestValues {
            path: section(&self.path),
            query: section(&self.query),
            headers: section(&self.headers),
            cookies: section(&self.cookies),
            body,
        })
    }

    /// The step as an element of a list, without indent; ends without a line end.
    pub(super) fn write(self) -> String {
        let mut entries = vec![Entry::text("call", self.call)];
        let sections = [
            ("path", self.path),
            ("query", self.query),
            ("headers", self.headers),
            ("cookies", self.cookies),
        ];
        for (key, values) in sections {
            let members: Vec<_> =
                values.into_iter().map(|(name, value)| (name, Data::Value(value))).collect();
            if !members.is_empty() {
                entries.push(Entry::data(key, Data::Map(members)));
            }
        }
        if let Some(body) = self.body {
            entries.push(Entry::data(body.key, body.data));
            entries.extend(body.content_type.map(|it| Entry::text("contentType", it)));
        }
        if self.is_anonymous {
            entries.push(Entry::text("auth", "none"));
        }
        if self.is_unchecked {
            entries.push(Entry::text("sends", "unchecked"));
        } else if !self.invalid.is_empty() {
            let places = self.invalid.into_iter().map(|place| Data::Value(Value::from(place))).collect();
            entries.push(Entry::data("sends", Data::Map(vec![("invalid".to_owned(), Data::List(places))])));
        }
        let mut expect = Vec::new();
        expect.extend(self.status.map(|status| ("status".to_owned(), status)));
        expect.extend(self.expected.map(|body| ("body".to_owned(), body)));
        if !expect.is_empty() {
            entries.push(Entry::data("expect", Data::Map(expect)));
        }
        let mut lines = String::new();
        write(&entries, 2, &mut lines);
        let mut text = String::new();
        for todo in &self.todos {
            comment(&format!("TODO: {todo}"), &mut text);
        }
        text.push_str("- ");
        text.push_str(lines.trim());
        text
    }
}
