use super::attachment::FileReference;
use super::file::ScenarioFile;
use super::mark::{ExpectedFailure, Skip, read_skip, read_xfail};
use super::reader::Reader;
use crate::diagnostic::Code;
use crate::expression::Template;
use crate::json::Value;
use crate::source::{Source, Span};
use crate::yaml::{Kind, MapReader, Node};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One row of a scenario: its values, under the names of the columns.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its `name`, or its index from 0.
    pub label: String,
    /// Where it is written.
    pub span: Span,
    /// The file in which it is written, where that is not the scenario file. Every span of the row is a
    /// place in it.
    pub source: Option<Arc<Source>>,
    /// The columns in order; `name`, `tags`, `skip` and `xfail` are not among them.
    pub values: Vec<Cell>,
    /// Its own tags.
    pub tags: Vec<String>,
    /// Whether it runs; it goes before the scenario's.
    pub skip: Option<Skip>,
    /// The fault that it is known to have; it goes before the scenario's.
    pub xfail: Option<ExpectedFailure>,
}

/// One value of a row.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The column.
    pub column: Arc<str>,
    /// The value, in which `$inputs`, `$run` and `$gen` are read; of a CSV file, a plain text.
    pub template: Template,
    /// The value as written, for an expectation that is nothing but `$row.column`; `None` for the plain
    /// text of a CSV file, in which nothing is read.
    pub node: Option<Node>,
}

/// What `rows` says: the rows, or the file that holds them.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    pub(super) file: Option<FileReference>,
}

impl Row {
    /// A row without values, which has its index for a name.
    pub(super) fn new(index: usize, span: Span, source: Option<&Arc<Source>>) -> Self {
        Self {
            label: index.to_string(),
            span,
            source: source.cloned(),
            values: Vec::new(),
            tags: Vec::new(),
            skip: None,
            xfail: None,
        }
    }

    /// The text in which it is written.
    pub fn source_in<'r>(&'r self, file: &'r ScenarioFile) -> &'r Arc<Source> {
        self.source.as_ref().unwrap_or(&file.source)
    }
}

impl Cell {
    /// The value as written, expressions as the texts that they are.
    pub fn to_value(&self) -> Value {
        match &self.node {
            Some(node) => node.to_value(),
            None => self.template.as_literal().map(|text| text.value().clone()).unwrap_or_default(),
        }
    }
}

/// Reads `rows`: a list of maps, `{ columns, rows }`, or `{ file }`.
pub(super) fn read_rows(node: &Node, reader: &mut Reader<'_>) -> Rows {
    let Some(entry) = node.entry("file") else {
        return Rows { rows: read_table(node, None, reader), file: None };
    };
    if let Some(mut map) = MapReader::new("`rows`", node, reader.problems) {
        map.take("file");
        map.finish(
            &[("columns", "a file has columns of its own"), ("rows", "the file has them")],
            reader.problems,
        );
    }
    let Some(path) = entry.value.as_str() else {
        let label = format!("is {}", entry.value.type_name());
        reader.invalid(entry.value.span, "`file` is the path of a .csv, .yaml or .json file", label);
        return Rows::default();
    };
    let mut file = FileReference { path: path.to_owned(), span: entry.value.span, is_value: false };
    file.is_value = file.is_yaml();
    if !file.is_value && !path.to_ascii_lowercase().ends_with(".csv") {
        let message = "`file` is the path of a .csv, .yaml or .json file";
        reader.invalid(entry.value.span, message, "has another ending");
        return Rows::default();
    }
    Rows { rows: Vec::new(), file: Some(file) }
}

/// Reads a list of maps or `{ columns, rows }`; `source` is the file that holds it, where that is not the
/// scenario file.
pub(super) fn read_table(node: &Node, source: Option<&Arc<Source>>, reader: &mut Reader<'_>) -> Vec<Row> {
    let before = reader.problems.len();
    let rows = match &node.kind {
        Kind::List(elements) => of_maps(elements, source, reader),
        Kind::Map(_) => of_lists(node, source, reader),
        _ => {
            let file = if source.is_none() { ", or `{ file }`" } else { "" };
            let message = format!("rows are a list of maps, or `{{ columns, rows }}`{file}");
            reader.invalid(node.span, message, format!("is {}", node.type_name()));
            return Vec::new();
        }
    };
    check_columns(&rows, reader);
    check_rows(&rows, node.span, before, reader);
    rows
}

/// What holds for rows however they are written: there are some, not too many, and no two have one name.
pub(super) fn check_rows(rows: &[Row], span: Span, problems_before: usize, reader: &mut Reader<'_>) {
    let mut seen = std::collections::BTreeSet::new();
    for row in rows {
        if !seen.insert(row.label.as_str()) {
            let message = format!("two rows have the name `{}`", row.label);
            reader.problems.error(Code::SCENARIO_DUPLICATE_NAME, row.span, message, "the second of them");
        }
    }
    if rows.is_empty() && reader.problems.len() == problems_before {
        let message = "`rows` has no row, so nothing would run";
        reader.problems.error(Code::SCENARIO_EMPTY, span, message, "is empty");
    }
}

/// Whether there may be a row of that index; the first too many is reported.
pub(super) fn may_have_row(index: usize, span: Span, reader: &mut Reader<'_>) -> bool {
    let limit = reader.limits.rows;
    if index == limit {
        let message = format!("there are more than {limit} rows, which is the limit `rows`");
        let diagnostic =
            reader.problems.error(Code::YAML_LIMIT, span, message, "is the first that is too many");
        diagnostic.help.push(format!("`--limit rows={}` allows more", limit.saturating_mul(2)));
    }
    index < limit
}

fn of_maps(elements: &[Node], source: Option<&Arc<Source>>, reader: &mut Reader<'_>) -> Vec<Row> {
    let mut columns = Columns::default();
    let mut rows = Vec::new();
    for (index, node) in elements.iter().enumerate() {
        if !may_have_row(index, node.span, reader) {
            break;
        }
        let Some(entries) = node.as_map() else {
            let label = format!("is {}", node.type_name());
            reader.invalid(node.span, "a row is a map from columns to values", label);
            continue;
        };
        let mut row = Row::new(index, node.span, source);
        for entry in entries {
            add_value(&mut row, columns.get(&entry.key), &entry.value, reader);
        }
        rows.push(row);
    }
    rows
}

/// The names of columns, each held once however many rows there are.
#[derive(Default)]
struct Columns(BTreeMap<String, Arc<str>>);

impl Columns {
    fn get(&mut self, name: &str) -> Arc<str> {
        match self.0.get(name) {
            Some(known) => Arc::clone(known),
            None => Arc::clone(self.0.entry(name.to_owned()).or_insert(name.into())),
        }
    }
}

fn of_lists(node: &Node, source: Option<&Arc<Source>>, reader: &mut Reader<'_>) -> Vec<Row> {
    let Some(mut map) = MapReader::new("a table of rows", node, reader.problems) else {
        return Vec::new();
    };
    let names = map.texts("columns", reader.problems);
    let rows = map.list("rows", reader.problems);
    let is_whole = ["columns", "rows"].map(|key| map.require(key, reader.problems).is_some());
    map.finish(&[("file", "it stands alone: `rows: { file: cases.csv }`")], reader.problems);
    let mut seen = std::collections::BTreeSet::new();
    for (name, span) in &names {
        if !seen.insert(*name) {
            let message = format!("two columns have the name `{name}`");
            reader.problems.error(Code::SCENARIO_DUPLICATE_NAME, *span, message, "the second of them");
        }
    }
    // A name that is no text was reported.
    let n_columns = node.get("columns").and_then(Node::as_list).map_or(0, <[Node]>::len);
    if is_whole.contains(&false) || names.len() != n_columns || seen.len() != n_columns {
        return Vec::new();
    }
    let columns: Vec<Arc<str>> = names.iter().map(|(name, _)| Arc::from(*name)).collect();
    let mut list = Vec::new();
    for (index, node) in rows.iter().enumerate() {
        if !may_have_row(index, node.span, reader) {
            break;
        }
        match node.as_list() {
            Some(cells) if cells.len() == columns.len() => {
                let mut row = Row::new(index, node.span, source);
                for (column, cell) in columns.iter().zip(cells) {
                    add_value(&mut row, Arc::clone(column), cell, reader);
                }
                list.push(row);
            }
            Some(cells) => {
                let (wanted, found) = (count(columns.len(), "column"), count(cells.len(), "cell"));
                let label = if columns.len() == 1 { "there is" } else { "there are" };
                reader.invalid(node.span, format!("{label} {wanted}"), format!("has {found}"));
            }
            None => reader.invalid(node.span, "a row of a table is a list of cells", "is no list"),
        }
    }
    list
}

/// `1 cell`, `2 cells`.
pub(super) fn count(n: usize, noun: &str) -> String {
    crate::diagnostic::words::count(n, noun, &format!("{noun}s"))
}

fn add_value(row: &mut Row, column: Arc<str>, node: &Node, reader: &mut Reader<'_>) {
    match &*column {
        "name" => match node.as_str() {
            Some(name) if !name.is_empty() => row.label = name.to_owned(),
            // In a table, a cell that is null says nothing.
            None if node.is_null() => {}
            Some(_) => reader.invalid(node.span, "a row's `name` is not empty", "is empty"),
            None => reader.invalid(node.span, "a row's `name` is a text", format!("is {}", node.type_name())),
        },
        "tags" | "skip" | "xfail" if node.is_null() => {}
        "tags" => match node.as_list() {
            Some(tags) => {
                for tag in tags {
                    match tag.as_str() {
                        Some(text) => add_tag(row, text, tag.span, reader),
                        None => {
                            reader.invalid(tag.span, "a tag is a text", format!("is {}", tag.type_name()))
                        }
                    }
                }
            }
            None => {
                reader.invalid(node.span, "`tags` is a list of texts", format!("is {}", node.type_name()));
            }
        },
        "skip" => row.skip = read_skip(node, reader),
        "xfail" => row.xfail = read_xfail(node, reader),
        _ => row.values.push(Cell { column, template: reader.template(node), node: Some(node.clone()) }),
    }
}

/// Adds a tag; one that no selection could name is reported.
pub(super) fn add_tag(row: &mut Row, tag: &str, span: Span, reader: &mut Reader<'_>) {
    reader.check_name("a tag", tag, span);
    row.tags.push(tag.to_owned());
}

fn check_columns(rows: &[Row], reader: &mut Reader<'_>) {
    let names = |row: &Row| row.values.iter().map(|cell| Arc::clone(&cell.column)).collect::<Vec<_>>();
    let Some(first) = rows.first().map(names) else { return };
    for row in &rows[1..] {
        let own = names(row);
        if own == first {
            continue;
        }
        let missing: Vec<&str> =
            first.iter().filter(|name| !own.contains(name)).map(|name| &**name).collect();
        let extra: Vec<&str> = own.iter().filter(|name| !first.contains(name)).map(|name| &**name).collect();
        let label = match (missing.is_empty(), extra.is_empty()) {
            (true, true) => continue,
            (false, _) => format!("lacks `{}`", missing.join("`, `")),
            (true, false) => format!("has `{}` besides", extra.join("`, `")),
        };
        reader.invalid(row.span, "every row of a scenario has the same columns", label);
    }
}
