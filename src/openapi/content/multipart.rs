//! `multipart/form-data`, `multipart/mixed` and their kin.

use super::kind::{ContentKind, content_kind, header_parameter};
use super::parts::{Part, PartsError, split};
use super::{
    BrokenContent, ContentFault, ContentPlace, InnerValue, Reading, Unread, declared, grouped, too_many,
};
use crate::json::{Map, Pointer, Value, parse};
use crate::limits::Limits;
use crate::openapi::declared::Declared;
use crate::openapi::decode::{decode_header, decode_pairs};
use crate::openapi::form::stated_style;
use crate::openapi::media_range::is_within;
use crate::openapi::view::View;
use crate::openapi::{Header, MediaType};

/// Reads parts by their names into an object, where the schema is one; else by their order into an
/// array.
///
/// A part of a JSON media type is its value; so is one without a media type whose property can only be
/// an object. Text is read by the spelling that the schema asks for. A part that is no text becomes a
/// string with one character (U+0000 to U+00FF) a byte, so that its length is the number of bytes.
///
/// Source: OpenAPI 3.1.1, "Encoding Object" and "Encoding `multipart` Media Types"; OpenAPI 3.2.0,
/// "Encoding By Position"; RFC 7578.
pub(super) fn read(
    media_type: &MediaType<'_>,
    content_type: &str,
    bytes: &[u8],
    limits: &Limits,
    reading: Reading,
) -> Result<Reading, Unread> {
    let Some(boundary) = header_parameter(content_type, "boundary").filter(|it| !it.is_empty()) else {
        let headline = format!("`Content-Type` is `{content_type}`, which names no `boundary`");
        return Err(broken(headline, "a parameter `boundary`", ContentPlace::at(0), "cannot be taken apart"));
    };
    let parts =
        split(bytes, &boundary, limits.parts).map_err(|error| explain(error, &boundary, bytes, limits))?;
    let declared = declared(media_type);
    let reader = Reader { media_type, bytes };
    let is_sequence = declared.is_array() || media_type.item_schema().is_some();
    let has_names = parts.iter().all(|part| part.name.is_some());
    if is_sequence && !declared.is_object() {
        return reader.sequence(&declared, &parts, reading);
    }
    if !has_names && content_kind_is_form_data(content_type) {
        let number = parts.iter().position(|part| part.name.is_none()).unwrap_or(0);
        let headline = format!("the part {} has no name, which `multipart/form-data` demands", number + 1);
        let place =
            ContentPlace { range: parts[number].content.clone(), words: format!("the part {}", number + 1) };
        return Err(broken(headline, "`Content-Disposition: form-data; name=…`", place, "has no name"));
    }
    if !has_names {
        return Err(Unread::NotChecked(
            "the parts have no names, by which they could be held to the properties of the schema".to_owned(),
        ));
    }
    reader.named(&declared, &parts, reading)
}

fn content_kind_is_form_data(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("multipart/form-data")
}

struct Reader<'r, 'd> {
    media_type: &'r MediaType<'d>,
    bytes: &'r [u8],
}

impl<'d> Reader<'_, 'd> {
    fn named(
        &self,
        declared: &Declared<'_>,
        parts: &[Part],
        mut reading: Reading,
    ) -> Result<Reading, Unread> {
        let mut members = Map::new();
        let name_of = |part: &Part| part.name.clone().unwrap_or_default();
        let mut taken = vec![false; parts.len()];
        for property in declared.names() {
            let Some(style) = stated_style(self.media_type, property) else { continue };
            let texts: Vec<(String, String)> = parts
                .iter()
                .map(|part| (name_of(part), String::from_utf8_lossy(self.content(part)).into_owned()))
                .collect();
            let pairs: Vec<(&str, &str)> =
                texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
            if let Some(value) = decode_pairs(&style, &declared.property(property), &str::to_owned, &pairs) {
                let keys = value.as_object();
                for (index, part) in parts.iter().enumerate() {
                    let name = name_of(part);
                    let is_member = style.explode && keys.is_some_and(|keys| keys.contains_key(&name));
                    if name == property || name.starts_with(&format!("{property}[")) || is_member {
                        taken[index] = true;
                        let words = || format!("the part `{name}`");
                        reading.mark(&Pointer::of([property]), part.content.clone(), words, false);
                    }
                }
                members.insert(property.to_owned(), value);
            }
        }
        let open = parts.iter().enumerate().filter(|(index, _)| !taken[*index]);
        for (name, indices) in grouped(open.map(|(index, part)| (name_of(part), index))) {
            let own: Vec<&Part> = indices.iter().map(|index| &parts[*index]).collect();
            let property = declared.property(&name);
            let encoding = self.media_type.encoding(&name);
            let at = Pointer::of([name.as_str()]);
            let words = |index: usize| match own.len() {
                1 => format!("the part `{name}`"),
                _ => format!("the part `{name}`, number {}", index + 1),
            };
            let is_list = property.is_array() || own.len() > 1;
            let element = if property.is_array() { property.items() } else { property.clone() };
            let mut values = Vec::new();
            for (index, part) in own.iter().enumerate() {
                let at = if is_list { at.child(index.to_string()) } else { at.clone() };
                let value = self.part(part, &element, encoding.as_ref(), &at, &words(index), &mut reading)?;
                values.push(value);
            }
            // A list may be one part of JSON, too.
            let is_whole = own.len() == 1 && (values[0].is_array() || !property.is_array());
            if is_whole && is_list {
                let place = own[0].content.clone();
                reading.mark(&at, place, || words(0), values[0].is_array());
            } else if is_list {
                reading.mark(&at, own[0].content.clone(), || words(0), false);
            }
            let value = if is_whole { values.swap_remove(0) } else { Value::Array(values) };
            members.insert(name, value);
        }
        reading.value = Value::Object(members);
        Ok(reading)
    }

    fn sequence(
        &self,
        declared: &Declared<'_>,
        parts: &[Part],
        mut reading: Reading,
    ) -> Result<Reading, Unread> {
        let item = match self.media_type.item_schema() {
            Some(item) => Declared::of(self.media_type.document(), Some(item)),
            None => declared.items(),
        };
        let mut values = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let encoding = self.media_type.encoding_at(index);
            let at = Pointer::of([index.to_string()]);
            let words = match &part.name {
                Some(name) => format!("the part {}, `{name}`", index + 1),
                None => format!("the part {}", index + 1),
            };
            values.push(self.part(part, &item, encoding.as_ref(), &at, &words, &mut reading)?);
        }
        reading.value = Value::Array(values);
        Ok(reading)
    }

    fn content(&self, part: &Part) -> &[u8] {
        &self.bytes[part.content.clone()]
    }

    /// The value of one part, and what is wrong with its head.
    fn part(
        &self,
        part: &Part,
        declared: &Declared<'_>,
        encoding: Option<&View<'d>>,
        at: &Pointer,
        words: &str,
        reading: &mut Reading,
    ) -> Result<Value, Unread> {
        let place = ContentPlace { range: part.content.clone(), words: words.to_owned() };
        let stated = part.headers.get("content-type").map(str::trim);
        if let Some(encoding) = encoding {
            self.check_head(part, stated, encoding, at, &place, reading);
        }
        // RFC 7578 §4.7 deprecates these codings, and RFC 2045 §6 allows them elsewhere.
        let coding = part.headers.get("content-transfer-encoding").map(|it| it.trim().to_ascii_lowercase());
        if let Some(coding) = coding.filter(|it| !matches!(it.as_str(), "7bit" | "8bit" | "binary")) {
            let reason =
                format!("{words} has the `Content-Transfer-Encoding` `{coding}`, which is not undone");
            return Err(Unread::NotChecked(reason));
        }
        let documented = encoding.and_then(|it| it.text("contentType")).filter(|it| !it.contains([',', '*']));
        let kind = stated.or(documented).map(content_kind);
        let content = self.content(part);
        let text = std::str::from_utf8(content).ok();
        let can_only_be_composed = (declared.is_object() || declared.is_array()) && !declared.is_scalar();
        let (value, is_json) = match (kind, text) {
            (Some(ContentKind::Json), text) => {
                let parsed = text.map(|text| parse(text.trim_start_matches('\u{feff}')));
                match parsed {
                    Some(Ok(parsed)) => (parsed.value, true),
                    Some(Err(error)) => {
                        let headline = format!("{words} is not JSON: {}", error.reason);
                        let offset = part.content.start + error.offset;
                        let place = ContentPlace { range: offset..offset, ..place };
                        return Err(broken(headline, "JSON", place, "stops being JSON here"));
                    }
                    None => {
                        let headline = format!("{words} is not JSON: it is not UTF-8");
                        return Err(broken(headline, "JSON", place, "is no text"));
                    }
                }
            }
            (None | Some(ContentKind::Text), Some(text)) if can_only_be_composed => match parse(text) {
                Ok(parsed) => (parsed.value, true),
                Err(_) => (Value::from(text), false),
            },
            (Some(ContentKind::Xml | ContentKind::Multipart), _) if can_only_be_composed => {
                let kind = stated.or(documented).unwrap_or_default();
                return Err(Unread::NotChecked(format!(
                    "{words} is `{kind}`, which is not read within parts"
                )));
            }
            (Some(ContentKind::Binary), _) | (_, None) => (one_character_a_byte(content), false),
            (_, Some(text)) => (declared.scalar(text), false),
        };
        reading.mark(at, part.content.clone(), || words.to_owned(), is_json);
        Ok(value)
    }

    /// Holds a part's head to its encoding: the media types it may have, the header lines it must have.
    fn check_head(
        &self,
        part: &Part,
        stated: Option<&str>,
        encoding: &View<'d>,
        at: &Pointer,
        place: &ContentPlace,
        reading: &mut Reading,
    ) {
        let offered = encoding.text("contentType").unwrap_or_default();
        let mut ranges = offered.split(',').map(str::trim).filter(|range| !range.is_empty()).peekable();
        // A part without a media type leaves it open; RFC 7578 §4.4 makes that text.
        if let (Some(stated), true) = (stated, ranges.peek().is_some())
            && !ranges.any(|range| is_within(stated, range))
        {
            reading.faults.push(ContentFault {
                at: at.clone(),
                place: place.clone(),
                headline: format!("{} is `{stated}`, which the document does not offer for it", place.words),
                expected: offered.to_owned(),
                actual: stated.to_owned(),
                document: encoding.pointer.child("contentType"),
                is_header: false,
            });
        }
        for (name, view) in encoding.objects("headers") {
            if name.eq_ignore_ascii_case("content-type") {
                continue;
            }
            let header = Header::new(name, view);
            let lines: Vec<&str> = part.headers.all(name).map(str::trim).collect();
            if lines.is_empty() {
                if header.is_required() {
                    reading.faults.push(ContentFault {
                        at: at.clone(),
                        place: place.clone(),
                        headline: format!(
                            "{} has no header `{name}`, which the document requires",
                            place.words
                        ),
                        expected: format!("a header `{name}`"),
                        actual: "no such header".to_owned(),
                        document: header.pointer().child("required"),
                        is_header: true,
                    });
                }
                continue;
            }
            let schema = header.schema().or_else(|| header.content()?.schema());
            reading.inner.extend(schema.map(|schema| InnerValue {
                at: at.clone(),
                whole: format!("the header `{name}` of {}", place.words),
                schemas: vec![schema.into_owned()],
                value: decode_header(&header, &lines.join(", ")),
                place: place.clone(),
                is_header: true,
            }));
        }
    }
}

fn one_character_a_byte(content: &[u8]) -> Value {
    Value::String(content.iter().copied().map(char::from).collect())
}

fn explain(error: PartsError, boundary: &str, bytes: &[u8], limits: &Limits) -> Unread {
    let delimiter = format!("--{boundary}");
    match error {
        PartsError::TooMany => too_many("parts", limits),
        PartsError::NoDelimiter => {
            let found = memchr::memmem::find(bytes, delimiter.as_bytes());
            let is_bare = found.is_some_and(|at| bytes[at + delimiter.len()..].starts_with(b"\n"));
            let (why, label) = match is_bare {
                true => ("its lines end in LF alone, and multipart asks for CR LF", "ends in LF alone"),
                false => ("no line is the delimiter", "holds no delimiter"),
            };
            let headline = format!("the body is not multipart: {why}");
            let place = ContentPlace::at(found.unwrap_or(0));
            broken(headline, &format!("a line `{delimiter}`"), place, label)
        }
        PartsError::NotClosed => {
            let headline = "the body is not multipart: the delimiter that closes the last part is missing";
            let place = ContentPlace::at(bytes.len());
            broken(headline.to_owned(), &format!("`{delimiter}--`"), place, "ends here")
        }
        PartsError::Headers(number, offset) => {
            let headline =
                format!("the body is not multipart: the part {number} starts with no header lines");
            let place = ContentPlace { range: offset..offset, words: format!("the part {number}") };
            broken(headline, "header lines, or an empty line", place, "is no header line")
        }
    }
}

fn broken(headline: String, expected: &str, place: ContentPlace, label: &str) -> Unread {
    Unread::Broken(BrokenContent { headline, expected: expected.to_owned(), place, label: label.to_owned() })
}
