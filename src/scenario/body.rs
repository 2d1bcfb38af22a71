use super::attachment::FileReference;
use super::reader::{Named, Reader, Spanned};
use crate::diagnostic::Code;
use crate::expression::Template;
use crate::json::Pointer;
use crate::source::Span;
use crate::yaml::{Entry, Kind, MapReader, Node};

/// The body of a request as it is written: `body`, `form`, `multipart` or `rawBody`.
#[derive(Clone, Debug)]
pub struct StepBody {
    /// Where the value is written.
    pub span: Span,
    /// What it is.
    pub kind: StepBodyKind,
    /// What is set in the value afterwards.
    pub replace: Vec<Replacement>,
}

/// What a body is made of.
#[derive(Clone, Debug)]
pub enum StepBodyKind {
    /// `body`: a value, written by the media type.
    Value(Template),
    /// `body: { $file: … }`: the value in YAML or JSON, the bytes of any other file.
    File(FileReference),
    /// `body: { $example: … }`: a named example of the operation.
    Example(Spanned<String>),
    /// `form`: names and values.
    Form(Vec<Named<Template>>),
    /// `multipart`: names and parts.
    Multipart(Vec<Named<BodyPart>>),
    /// `rawBody`: a text that is sent as it is.
    Raw(Template),
    /// `rawBody: { $file: … }`: the bytes of a file.
    RawFile(FileReference),
}

/// One part of a multipart body.
#[derive(Clone, Debug)]
pub struct BodyPart {
    /// Where it is written.
    pub span: Span,
    /// What it holds.
    pub content: PartContent,
    /// Its media type; by default what the document says, `application/octet-stream` for other files.
    pub content_type: Option<String>,
    /// The name of its file; by default that of the file it holds.
    pub file_name: Option<String>,
    /// Its header lines beside `Content-Type` and `Content-Disposition`.
    pub headers: Vec<Named<Template>>,
}

/// What a part holds.
#[derive(Clone, Debug)]
pub enum PartContent {
    /// A value: text, or JSON for maps; of a list one part for each.
    Value(Template),
    /// A value as JSON.
    Json(Template),
    /// The bytes of a file.
    File(FileReference),
}

/// One entry of `replace`.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// What is set.
    pub pointer: Pointer,
    /// Where the pointer is written.
    pub span: Span,
    /// What it is set to.
    pub value: Template,
}

impl BodyPart {
    fn templates(&self) -> impl Iterator<Item = &Template> {
        let content = match &self.content {
            PartContent::Value(template) | PartContent::Json(template) => Some(template),
            PartContent::File(_) => None,
        };
        content.into_iter().chain(self.headers.iter().map(|header| &header.value))
    }
}

impl StepBody {
    /// Every value that is written in the scenario file itself.
    pub fn templates(&self) -> Vec<&Template> {
        let mut found: Vec<&Template> = match &self.kind {
            StepBodyKind::Value(template) | StepBodyKind::Raw(template) => vec![template],
            StepBodyKind::Form(fields) => fields.iter().map(|field| &field.value).collect(),
            StepBodyKind::Multipart(parts) => parts.iter().flat_map(|part| part.value.templates()).collect(),
            StepBodyKind::File(_) | StepBodyKind::Example(_) | StepBodyKind::RawFile(_) => Vec::new(),
        };
        found.extend(self.replace.iter().map(|replacement| &replacement.value));
        found
    }

    /// Every file that it names.
    pub fn files(&self) -> Vec<&FileReference> {
        match &self.kind {
            StepBodyKind::File(file) | StepBodyKind::RawFile(file) => vec![file],
            StepBodyKind::Multipart(parts) => parts
                .iter()
                .filter_map(|part| match &part.value.content {
                    PartContent::File(file) => Some(file),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The file whose bytes are sent as they are, where it is one.
    pub fn sent_file(&self) -> Option<&FileReference> {
        match &self.kind {
            StepBodyKind::RawFile(file) => Some(file),
            StepBodyKind::File(file) if !file.is_yaml() => Some(file),
            _ => None,
        }
    }

    /// The key it is written under.
    pub fn key(&self) -> &'static str {
        match &self.kind {
            StepBodyKind::Value(_) | StepBodyKind::File(_) | StepBodyKind::Example(_) => "body",
            StepBodyKind::Form(_) => "form",
            StepBodyKind::Multipart(_) => "multipart",
            StepBodyKind::Raw(_) | StepBodyKind::RawFile(_) => "rawBody",
        }
    }

    /// Where a part of the value is written, as far as it is written out.
    pub fn span_at(&self, pointer: &Pointer) -> Span {
        let named = |span: Option<Span>| span.unwrap_or(self.span);
        let replaced = self.replace.iter().rev().find(|each| each.pointer.contains(pointer));
        if let Some(replaced) = replaced {
            return replaced.value.span;
        }
        match &self.kind {
            StepBodyKind::Value(template) => written_at(template, pointer.clone()).span,
            StepBodyKind::Form(fields) => named(
                pointer
                    .tokens()
                    .first()
                    .and_then(|name| fields.iter().find(|field| field.name == *name))
                    .map(|field| field.value.span),
            ),
            StepBodyKind::Multipart(parts) => named(part_at(parts, pointer)),
            _ => self.span,
        }
    }
}

/// The part of a value that a pointer leads to, or what is written around it.
fn written_at(template: &Template, mut at: Pointer) -> &Template {
    while template.at(&at).is_none() && !at.is_root() {
        at = at.parent();
    }
    template.at(&at).unwrap_or(template)
}

/// Where the part of a body is written that a pointer leads to: its name, behind it the index where several
/// parts have the name, then what is in its value.
fn part_at(parts: &[Named<BodyPart>], pointer: &Pointer) -> Option<Span> {
    let (name, inner) = pointer.tokens().split_first()?;
    let own: Vec<&BodyPart> =
        parts.iter().filter(|part| part.name == *name).map(|part| &part.value).collect();
    let numbered = inner.first().and_then(|token| own.get(token.parse::<usize>().ok()?));
    let (part, inner) = match (own.as_slice(), numbered) {
        ([_, _, ..], Some(numbered)) => (*numbered, &inner[1..]),
        (all, _) => (*all.first()?, inner),
    };
    match &part.content {
        PartContent::Value(template) | PartContent::Json(template) if !inner.is_empty() => {
            Some(written_at(template, Pointer::of(inner.iter().cloned())).span)
        }
        _ => Some(part.span),
    }
}

/// Reads whichever of the keys a step has; more than one is reported.
pub(super) fn read_body(map: &mut MapReader<'_>, reader: &mut Reader<'_>) -> Option<StepBody> {
    let entries: Vec<_> =
        ["body", "form", "multipart", "rawBody"].into_iter().filter_map(|key| map.entry(key)).collect();
    let replacements = map.map("replace", reader.problems);
    for second in entries.iter().skip(1) {
        let message = format!("`{}` and `{}` are both a body; a request has one", entries[0].key, second.key);
        reader.problems.error(Code::SCENARIO_INVALID_VALUE, second.key_span, message, "the second of them");
    }
    let Some(entry) = entries.first() else {
        if let Some(first) = replacements.first() {
            let message = "`replace` changes a body, and the step has none";
            reader.invalid(first.key_span, message, "changes nothing");
        }
        return None;
    };
    let node = &entry.value;
    let kind = match entry.key.as_str() {
        "form" => match &node.kind {
            Kind::Map(fields) => StepBodyKind::Form(reader.templates(fields)),
            _ => {
                map.wrong_type("form", "a map from names to values", node, reader.problems);
                return None;
            }
        },
        "multipart" => match &node.kind {
            Kind::Map(parts) => {
                let mut read = Vec::new();
                for part in parts {
                    read.extend(read_parts(&part.value, reader).into_iter().map(|it| part.named(it)));
                }
                StepBodyKind::Multipart(read)
            }
            _ => {
                map.wrong_type("multipart", "a map from names to parts", node, reader.problems);
                return None;
            }
        },
        "rawBody" => match (&node.kind, node.get("$file")) {
            (_, Some(_)) => StepBodyKind::RawFile(read_file(node, false, reader)?),
            (Kind::Map(_) | Kind::List(_) | Kind::Null, _) => {
                map.wrong_type("rawBody", "a text, or `{ $file: … }`", node, reader.problems);
                return None;
            }
            _ => StepBodyKind::Raw(reader.template(node)),
        },
        _ => match node.as_map() {
            Some([only]) if only.key == "$file" => StepBodyKind::File(read_file(node, true, reader)?),
            Some([only]) if only.key == "$example" => match only.value.as_str() {
                Some(name) => StepBodyKind::Example(Spanned::new(name.to_owned(), only.value.span)),
                None => {
                    let label = format!("is {}", only.value.type_name());
                    reader.invalid(only.value.span, "`$example` is the name of an example", label);
                    return None;
                }
            },
            members => {
                report_not_alone(members.unwrap_or_default(), reader);
                StepBodyKind::Value(reader.template(node))
            }
        },
    };
    let mut replace = Vec::new();
    for entry in replacements {
        match Pointer::parse(&entry.key) {
            Some(pointer) if !pointer.is_root() => {
                let value = reader.template(&entry.value);
                replace.push(Replacement { pointer, span: entry.key_span, value });
            }
            _ => reader.invalid(
                entry.key_span,
                "`replace` is a map from JSON pointers to values: `/data/status: cancelled`",
                "is no pointer",
            ),
        }
    }
    if let (false, StepBodyKind::Raw(_) | StepBodyKind::RawFile(_) | StepBodyKind::Multipart(_)) =
        (replace.is_empty(), &kind)
    {
        let message = format!("`replace` changes a value, and `{}` is none", entry.key);
        reader.invalid(replace[0].span, message, "cannot be set");
    }
    Some(StepBody { span: node.span, kind, replace })
}

/// What stands for a whole body would be sent as a member where others stand beside it.
fn report_not_alone(members: &[Entry], reader: &mut Reader<'_>) {
    let Some(whole) = members.iter().find(|it| matches!(it.key.as_str(), "$file" | "$example")) else {
        return;
    };
    let help = match members.iter().any(|it| matches!(it.key.as_str(), "replace" | "contentType")) {
        true => "`replace` and `contentType` stand in the step, beside `body`",
        false => "for a member of that name write `body: { $literal: … }`",
    };
    let message = format!("`{}` stands for the whole body, and there are members beside it", whole.key);
    reader
        .problems
        .error(Code::SCENARIO_INVALID_VALUE, whole.key_span, message, "does not stand alone")
        .help
        .push(help.to_owned());
}

/// A list is several parts of one name.
fn read_parts(node: &Node, reader: &mut Reader<'_>) -> Vec<BodyPart> {
    match &node.kind {
        Kind::List(elements) => elements.iter().filter_map(|element| read_part(element, reader)).collect(),
        _ => read_part(node, reader).into_iter().collect(),
    }
}

fn read_part(node: &Node, reader: &mut Reader<'_>) -> Option<BodyPart> {
    let content = |content| BodyPart {
        span: node.span,
        content,
        content_type: None,
        file_name: None,
        headers: Vec::new(),
    };
    if node.get("$file").is_none() && node.get("$json").is_none() && node.get("$text").is_none() {
        return Some(content(PartContent::Value(reader.template(node))));
    }
    let mut map = MapReader::new("a part", node, reader.problems)?;
    let held = match (map.take("$file"), map.take("$json"), map.take("$text")) {
        (Some(_), None, None) => PartContent::File(read_file(node, false, reader)?),
        (None, Some(json), None) => PartContent::Json(reader.template(json)),
        (None, None, Some(text)) => PartContent::Value(reader.template(text)),
        _ => {
            reader.invalid(node.span, "a part holds one of `$file`, `$json` and `$text`", "holds several");
            return None;
        }
    };
    let content_type = map.text("contentType", reader.problems).map(str::to_owned);
    let file_name = map.text("filename", reader.problems).map(str::to_owned);
    if let Some(text) =
        [&content_type, &file_name].into_iter().flatten().find(|it| it.contains(['\r', '\n', '\0']))
    {
        reader.invalid(node.span, format!("`{}` holds a line end", text.escape_debug()), "cannot be sent");
    }
    let headers = reader.template_map(&mut map, "headers");
    for header in &headers {
        check_part_header(header, reader);
    }
    map.finish(
        &[("file", "write `$file`"), ("json", "write `$json`"), ("name", "the part's name is its key")],
        reader.problems,
    );
    Some(BodyPart { content_type, file_name, headers, ..content(held) })
}

/// RFC 7578 §4.8 names the two fields of a part that have keys of their own.
fn check_part_header(header: &Named<Template>, reader: &mut Reader<'_>) {
    let name = header.name.as_str();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.eq_ignore_ascii_case("content-type") || name.eq_ignore_ascii_case("content-disposition") {
        let message = format!("`{name}` of a part has keys of its own");
        reader.invalid(header.name_span, message, "write `contentType` and `filename` beside `headers`");
    } else if name.is_empty() || !name.bytes().all(is_name) {
        reader.invalid(
            header.name_span,
            format!("`{}` is no header name", name.escape_debug()),
            "cannot be sent",
        );
    }
}

/// Reads `{ $file: path }`.
pub(super) fn read_file(node: &Node, is_value: bool, reader: &mut Reader<'_>) -> Option<FileReference> {
    let file = node.get("$file")?;
    match file.as_str().filter(|path| !path.is_empty()) {
        Some(path) => Some(FileReference { path: path.to_owned(), span: file.span, is_value }),
        None => {
            reader.invalid(file.span, "`$file` is the path of a file", format!("is {}", file.type_name()));
            None
        }
    }
}
