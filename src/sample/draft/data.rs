//! YAML as this project writes it by hand: maps that fit on a line in braces, all others in lines.

use crate::json::Value;

/// The longest line of values in braces.
const WIDTH: usize = 112;

/// Data with expressions in it.
#[derive(Clone, Debug)]
pub enum Data {
    /// A value that is meant as it is.
    Value(Value),
    /// YAML as it is to be written: `$vars.id`.
    Raw(String),
    /// Members in order.
    Map(Vec<(String, Data)>),
    /// Elements in order.
    List(Vec<Data>),
}

/// One entry of a map in lines.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its key.
    pub key: String,
    /// What stands behind it.
    pub item: Item,
    /// Lines above it.
    pub comments: Vec<String>,
    /// Whether a blank line stands above it.
    pub is_apart: bool,
}

/// What stands behind a key.
#[derive(Clone, Debug)]
pub enum Item {
    /// On the line of the key where it fits.
    Data(Data),
    /// A map in lines.
    Map(Vec<Entry>),
    /// A list of maps in lines.
    List(Vec<Vec<Entry>>),
}

impl Entry {
    /// An entry without comments.
    pub fn new(key: &str, item: Item) -> Self {
        Self { key: key.to_owned(), item, comments: Vec::new(), is_apart: false }
    }

    /// An entry with data.
    pub fn data(key: &str, data: Data) -> Self {
        Self::new(key, Item::Data(data))
    }

    /// An entry with a text.
    pub fn text(key: &str, text: impl Into<String>) -> Self {
        Self::data(key, Data::Value(Value::String(text.into())))
    }

    /// An entry with YAML as it is to be written.
    pub fn raw(key: &str, text: impl Into<String>) -> Self {
        Self::data(key, Data::Raw(text.into()))
    }

    /// The same with a line above it.
    #[must_use]
    pub fn with_comment(mut self, comment: impl Into<String>) -> Self {
        self.comments.push(comment.into());
        self
    }

    /// The same with a blank line above it.
    #[must_use]
    pub fn apart(mut self) -> Self {
        self.is_apart = true;
        self
    }
}

/// Writes a map in lines.
pub fn write(entries: &[Entry], indent: usize, out: &mut String) {
    for (index, entry) in entries.iter().enumerate() {
        if entry.is_apart && index > 0 {
            out.push('\n');
        }
        for comment in &entry.comments {
            out.push_str(&format!("{:indent$}# {comment}\n", ""));
        }
        out.push_str(&format!("{:indent$}", ""));
        write_entry(entry, indent, out);
    }
}

/// Writes an entry behind its indent.
fn write_entry(entry: &Entry, indent: usize, out: &mut String) {
    out.push_str(&format!("{}:", scalar(&entry.key, false)));
    match &entry.item {
        Item::Data(data) => write_data(data, indent, out),
        Item::Map(entries) => {
            out.push('\n');
            write(entries, indent + 2, out);
        }
        Item::List(elements) => {
            out.push('\n');
            for element in elements {
                out.push_str(&format!("{:width$}- ", "", width = indent + 2));
                let mut lines = String::new();
                write(element, indent + 4, &mut lines);
                out.push_str(lines.trim_start());
            }
        }
    }
}

/// Writes data behind a key or a dash: on its line where it fits.
fn write_data(data: &Data, indent: usize, out: &mut String) {
    let flow = flow(data, false);
    let column = out.len() - out.rfind('\n').map_or(0, |at| at + 1);
    match data {
        _ if column + 1 + flow.len() <= WIDTH => out.push_str(&format!(" {flow}\n")),
        Data::Map(members) => lines_of_map(members, indent, out),
        Data::Value(Value::Object(members)) => {
            let members: Vec<_> =
                members.iter().map(|(key, value)| (key.clone(), Data::Value(value.clone()))).collect();
            lines_of_map(&members, indent, out);
        }
        Data::List(elements) => lines_of_list(elements, indent, out),
        Data::Value(Value::Array(elements)) => {
            let elements: Vec<_> = elements.iter().cloned().map(Data::Value).collect();
            lines_of_list(&elements, indent, out);
        }
        _ => out.push_str(&format!(" {flow}\n")),
    }
}

fn lines_of_map(members: &[(String, Data)], indent: usize, out: &mut String) {
    out.push('\n');
    for (key, data) in members {
        out.push_str(&format!("{:width$}{}:", "", escaped(key, false), width = indent + 2));
        write_data(data, indent + 2, out);
    }
}

fn lines_of_list(elements: &[Data], indent: usize, out: &mut String) {
    out.push('\n');
    for element in elements {
        out.push_str(&format!("{:width$}-", "", width = indent + 2));
        let mut lines = String::new();
        write_data(element, indent + 2, &mut lines);
        // A map in lines starts on the line of its dash.
        match lines.strip_prefix('\n') {
            Some(lines) => out.push_str(&format!(" {}", lines.trim_start())),
            None => out.push_str(&lines),
        }
    }
}

/// Data in braces and brackets.
pub(super) fn flow(data: &Data, is_inside: bool) -> String {
    let list = |parts: Vec<String>| {
        if parts.is_empty() { "[]".to_owned() } else { format!("[{}]", parts.join(", ")) }
    };
    let map = |parts: Vec<String>| match parts.is_empty() {
        true => "{}".to_owned(),
        false => format!("{{ {} }}", parts.join(", ")),
    };
    match data {
        Data::Raw(text)
            if is_inside && !text.starts_with('"') && text.contains([',', '{', '}', '[', ']']) =>
        {
            quoted(text)
        }
        Data::Raw(text) => text.clone(),
        Data::Map(members) => map(members
            .iter()
            .map(|(key, data)| format!("{}: {}", escaped(key, true), flow(data, true)))
            .collect()),
        Data::List(elements) => list(elements.iter().map(|data| flow(data, true)).collect()),
        Data::Value(Value::Object(members)) => map(members
            .iter()
            .map(|(key, value)| {
                format!("{}: {}", escaped(key, true), flow(&Data::Value(value.clone()), true))
            })
            .collect()),
        Data::Value(Value::Array(elements)) => {
            list(elements.iter().map(|value| flow(&Data::Value(value.clone()), true)).collect())
        }
        Data::Value(Value::String(text)) => scalar(&text.replace('$', "$$"), is_inside),
        Data::Value(value) => value.to_string(),
    }
}

/// A key of data. One that starts with `$` would be taken as an operator: such data is not drafted.
fn escaped(key: &str, is_inside: bool) -> String {
    scalar(key, is_inside)
}

/// A text as a scalar: plain where every reader takes it as that text, in quotes otherwise.
pub(super) fn scalar(text: &str, is_inside: bool) -> String {
    const WORDS: [&str; 10] = ["true", "false", "null", "yes", "no", "on", "off", "nan", "inf", "~"];
    let is_word = WORDS.contains(&text.to_lowercase().as_str());
    let starts_well =
        text.starts_with(|c: char| c.is_ascii_alphabetic() || "/_".contains(c)) || is_date(text);
    let ends_well = !text.ends_with([' ', ':']);
    let is_plain_character = |c: char| {
        c.is_alphanumeric()
            || " _-./@+()'=%;|<>!?&*~^".contains(c)
            || (!is_inside && "{}[],".contains(c))
            || c == ':'
    };
    let is_plain = starts_well
        && ends_well
        && !is_word
        && text.chars().all(is_plain_character)
        && !text.contains(": ")
        && !text.contains(" #")
        && !(is_inside && text.contains(':') && !text.contains("://"));
    if is_plain { text.to_owned() } else { quoted(text) }
}

/// `2027-01-31`, which is no number to anybody.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_right = |(index, byte): (usize, &u8)| match index {
        4 | 7 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    bytes.len() == 10 && bytes.iter().enumerate().all(is_right)
}

/// Double quotes of YAML know every escape of JSON.
fn quoted(text: &str) -> String {
    let mut quoted = Value::from(text).to_string();
    // Characters that YAML does not allow as they are.
    for (character, escape) in [('\u{7f}', "\\u007f"), ('\u{feff}', "\\ufeff"), ('\u{85}', "\\u0085")] {
        quoted = quoted.replace(character, escape);
    }
    let is_control = |c: char| {
        ('\u{80}'..='\u{9f}').contains(&c) || ['\u{2028}', '\u{2029}', '\u{fffe}', '\u{ffff}'].contains(&c)
    };
    if !quoted.contains(is_control) {
        return quoted;
    }
    quoted
        .chars()
        .map(|c| if is_control(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() })
        .collect()
}
