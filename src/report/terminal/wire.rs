//! Requests and responses as they went over the wire, for people who ask to see them: `>` stands before
//! what was sent, `<` before what came back, `*` before what happened on the way.

use crate::engine::{BodyRecord, ExchangeRecord, RequestRecord, ResponseRecord};
use crate::json::Located;
use crate::report::text::{character_width, plural, wrap};
use crate::report::{Style, style};

/// The columns before `>` and `<`: below the line of the step.
const INDENT: usize = 10;

/// Lines in the making.
struct Lines {
    text: String,
    style: Style,
    /// As many bytes of a body are shown.
    limit: usize,
}

/// Renders the exchanges of a step, each with its header lines and bodies; JSON is indented, and of each
/// body `limit` bytes are shown. Ends with a line end, unless there are none.
pub(super) fn render(records: &[impl AsRef<ExchangeRecord>], limit: usize, style: Style) -> String {
    let mut lines = Lines { text: String::new(), style, limit };
    for (index, record) in records.iter().map(AsRef::as_ref).enumerate() {
        if index > 0 {
            lines.line('*', &format!("request {} of the step", record.attempt));
        }
        lines.request(&record.request);
        lines.answer(record);
    }
    lines.text
}

/// Renders one request that waits to be sent.
pub fn render_request(request: &RequestRecord, limit: usize, style: Style) -> String {
    let mut lines = Lines { text: String::new(), style, limit };
    lines.request(request);
    lines.text
}

/// Renders what came back, or why nothing did.
pub fn render_answer(record: &ExchangeRecord, limit: usize, style: Style) -> String {
    let mut lines = Lines { text: String::new(), style, limit };
    lines.answer(record);
    lines.text
}

/// Renders words of ours as [`render`] does.
pub(super) fn render_notes(notes: &[String], style: Style) -> String {
    let mut lines = Lines { text: String::new(), style, limit: 0 };
    notes.iter().for_each(|note| lines.note(note));
    lines.text
}

impl Lines {
    fn request(&mut self, request: &RequestRecord) {
        self.line('>', &format!("{} {}", request.method, request.url));
        self.headers('>', &request.headers);
        if let Some(body) = &request.body {
            self.body('>', body);
        }
    }

    fn answer(&mut self, record: &ExchangeRecord) {
        record.notes.iter().for_each(|note| self.note(note));
        match (&record.response, &record.error) {
            (Some(response), _) => self.response(response),
            (None, Some(error)) => self.note(error),
            (None, None) => {}
        }
    }

    fn response(&mut self, response: &ResponseRecord) {
        let status = format!("{} {} {}", response.version, response.status, response.reason);
        self.line('<', status.trim_end());
        self.headers('<', &response.headers);
        if response.body.size > 0 {
            self.body('<', &response.body);
        }
    }

    fn headers(&mut self, sign: char, headers: &[(String, String)]) {
        headers.iter().for_each(|(name, value)| self.line(sign, &format!("{name}: {value}")));
    }

    fn body(&mut self, sign: char, body: &BodyRecord) {
        self.line(sign, "");
        if body.is_base64 {
            return self.line(sign, &format!("({}, which are no text)", plural(body.size, "byte")));
        }
        let indented = if body.is_cut { None } else { Located::parse(&body.text).map(|it| it.indented()) };
        let text = indented.as_deref().unwrap_or(&body.text);
        let shown = &text[..text.floor_char_boundary(self.limit.min(text.len()))];
        // A line end at the very end is no line of its own.
        shown.strip_suffix('\n').unwrap_or(shown).split('\n').for_each(|line| self.line(sign, line));
        if shown.len() < text.len() || body.is_cut {
            let size = match &indented {
                Some(indented) => format!("{}, indented", plural(indented.len(), "byte")),
                None => plural(body.size, "byte"),
            };
            let words = format!("the body has {size}, and the limit `shown` is {}", self.limit);
            self.note(&format!("{words}: `--limit shown={}` shows more", self.limit.saturating_mul(4)));
        }
    }

    /// Words of ours, which may be moved.
    fn note(&mut self, text: &str) {
        let room = self.style.columns().saturating_sub(INDENT + 2);
        wrap(&self.style.visible(text), room).iter().for_each(|line| self.push('*', line));
    }

    /// A line behind its sign; what does not fit goes on below, without words being moved.
    fn line(&mut self, sign: char, text: &str) {
        let room = self.style.columns().saturating_sub(INDENT + 2).max(1);
        let text = self.style.visible(text);
        let mut line = String::new();
        let mut taken = 0;
        for character in text.chars() {
            let width = character_width(character);
            if taken + width > room {
                self.push(sign, &std::mem::take(&mut line));
                taken = 0;
            }
            line.push(character);
            taken += width;
        }
        self.push(sign, &line);
    }

    fn push(&mut self, sign: char, line: &str) {
        let line = format!("{sign} {line}");
        let line = self.style.paint(style::DIM, line.trim_end());
        self.text.push_str(&format!("{:INDENT$}{line}\n", ""));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixtures::record;
    use std::sync::Arc;

    fn check(records: Vec<ExchangeRecord>, limit: usize, expected: &str) {
        let records: Vec<Arc<ExchangeRecord>> = records.into_iter().map(Arc::new).collect();
        let found = render(&records, limit, Style::plain(60));
        assert_eq!(format!("\n{found}"), expected, "\n{found}");
    }

    #[test]
    fn a_request_and_its_response_are_shown_whole() {
        check(
            vec![record()],
            1000,
            r#"
          > PUT http://127.0.0.1:4010/v2/orders/50ca1ec7
          > Content-Type: application/json
          > Authorization: Bearer ***
          >
          > {
          >   "data": {
          >     "type": "order"
          >   }
          > }
          < HTTP/1.1 200 OK
          < content-type: application/json
          <
          < {
          <   "data": {
          <     "amount": "237500"
          <   }
          < }
"#,
        );
    }

    #[test]
    fn what_is_long_is_cut_and_says_how_to_see_it() {
        let mut long = record();
        long.request.body = None;
        long.request.url = format!("http://h/{}", "x".repeat(60));
        check(
            vec![long],
            12,
            r#"
          > PUT http://h/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
          > xxxxxxxxxxxxxxxxxxxxxxxxx
          > Content-Type: application/json
          > Authorization: Bearer ***
          < HTTP/1.1 200 OK
          < content-type: application/json
          <
          < {
          <   "data":
          * the body has 42 bytes, indented, and the limit
          * `shown` is 12: `--limit shown=48` shows more
"#,
        );
    }

    #[test]
    fn every_request_of_a_step_is_shown_and_why_there_is_no_answer() {
        let bytes = BodyRecord {
            media_type: "image/png".to_owned(),
            text: "/wA=".to_owned(),
            is_base64: true,
            size: 2,
            is_cut: false,
        };
        let mut first = record();
        first.request.headers.clear();
        first.request.body = Some(bytes);
        first.response = None;
        first.error = Some("the connection was reset".to_owned());
        let mut second = record();
        second.attempt = 2;
        second.request.headers.clear();
        second.request.body = None;
        second.notes = vec!["a note\u{1b}".to_owned()];
        second.response.iter_mut().for_each(|it| it.body.size = 0);
        check(
            vec![first, second],
            1000,
            r#"
          > PUT http://127.0.0.1:4010/v2/orders/50ca1ec7
          >
          > (2 bytes, which are no text)
          * the connection was reset
          * request 2 of the step
          > PUT http://127.0.0.1:4010/v2/orders/50ca1ec7
          * a note␛
          < HTTP/1.1 200 OK
          < content-type: application/json
"#,
        );
    }
}
