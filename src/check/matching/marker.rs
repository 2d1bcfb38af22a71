//! Words in angle brackets: types and formats.

use super::{Run, Words, format, words};
use crate::json::Value;
use crate::scenario::Marker;
use crate::source::Span;

impl<'a> Run<'a> {
    pub(super) fn check_markers(&mut self, span: Span, markers: &[Marker], value: Option<&'a Value>) {
        match value {
            None if markers.contains(&Marker::Absent) => {}
            None => self.missing(span, || words::markers(markers)),
            Some(value) if markers.iter().any(|marker| self.is_marked(*marker, value)) => {}
            Some(value) if markers == [Marker::Absent] => self.report(span, |run| {
                let (name, actual) = (run.name(), run.plain(value));
                Words {
                    headline: format!("{name} is there and should not be: it is {actual}"),
                    expected: "nothing".to_owned(),
                    actual,
                    notes: Vec::new(),
                }
            }),
            Some(value) => self.report(span, |run| {
                let is_format = value.is_string()
                    && markers.iter().any(|each| format::has_format(*each, value).is_some());
                let actual = if is_format { run.plain(value) } else { run.typed(value) };
                Words::new(&run.name(), actual, words::markers(markers))
            }),
        }
    }

    fn is_marked(&self, marker: Marker, value: &Value) -> bool {
        match marker {
            Marker::Any => true,
            Marker::String => value.is_string(),
            Marker::NonEmpty => match value {
                Value::String(text) => !text.is_empty(),
                Value::Array(elements) => !elements.is_empty(),
                Value::Object(members) => !members.is_empty(),
                Value::Null | Value::Bool(_) | Value::Number(_) => false,
            },
            Marker::Number => value.is_number() || self.as_number(value).is_some(),
            Marker::Integer => match (value, self.as_number(value)) {
                (Value::Number(number), _) => self.numeral(number).is_integer(),
                (_, Some(read)) => {
                    read.value().as_number().is_some_and(|it| read.numeral(&[], it).is_integer())
                }
                _ => false,
            },
            Marker::Boolean => value.is_boolean(),
            Marker::Array => value.is_array(),
            Marker::Object => value.is_object(),
            Marker::Null => value.is_null(),
            Marker::Absent => false,
            Marker::Uuid
            | Marker::Date
            | Marker::DateTime
            | Marker::Time
            | Marker::Email
            | Marker::Uri
            | Marker::Ipv4
            | Marker::Hostname => format::has_format(marker, value) == Some(true),
        }
    }
}
