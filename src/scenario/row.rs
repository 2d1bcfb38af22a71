use super::mark::{ExpectedFailure, Skip, read_skip, read_xfail};
use super::reader::Reader;
use crate::diagnostic::Code;
use crate::expression::Template;
use crate::source::Span;
use crate::yaml::{Entry, Kind, Node};

/// One row of a scenario: its values, under the names of the columns.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its `name`, or its index from 0.
    pub label: String,
    /// Where it is written.
    pub span: Span,
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
    pub column: String,
    /// The value, in which `$inputs`, `$run` and `$gen` are read.
    pub template: Template,
    /// The value as written, for an expectation that is nothing but `$row.column`.
    pub node: Node,
}

/// Reads `rows`: a list of maps, or `{ columns, rows }`.
pub(super) fn read_rows(node: &Node, reader: &mut Reader<'_>) -> Vec<Row> {
    let rows = match &node.kind {
        Kind::List(elements) => {
            elements.iter().enumerate().filter_map(|(i, it)| of_map(i, it, reader)).collect()
        }
        Kind::Map(entries) => read_table(node, entries, reader),
        _ => {
            reader.invalid(node.span, "`rows` is a list of maps, or `{ columns, rows }`", "is neither");
            return Vec::new();
        }
    };
    check_columns(&rows, reader);
    check_labels(&rows, reader);
    if rows.is_empty() && node.as_list().is_some_and(<[Node]>::is_empty) {
        reader.problems.error(
            Code::SCENARIO_EMPTY,
            node.span,
            "`rows` has no row, so nothing would run",
            "is empty",
        );
    }
    rows
}

fn of_map(index: usize, node: &Node, reader: &mut Reader<'_>) -> Option<Row> {
    let Some(entries) = node.as_map() else {
        reader.invalid(
            node.span,
            "a row is a map from columns to values",
            format!("is {}", node.type_name()),
        );
        return None;
    };
    let pairs = entries.iter().map(|entry| (entry.key.as_str(), &entry.value));
    Some(make_row(index, node.span, pairs, reader))
}

fn read_table(node: &Node, entries: &[Entry], reader: &mut Reader<'_>) -> Vec<Row> {
    if entries.iter().any(|entry| entry.key == "file") {
        reader.problems.error(
            Code::SCENARIO_NOT_SUPPORTED,
            node.span,
            "rows from a file are part of the language, but not of this version of contest",
            "not supported yet",
        );
        return Vec::new();
    }
    let columns: Option<Vec<&str>> =
        node.get("columns").and_then(Node::as_list).and_then(|list| list.iter().map(Node::as_str).collect());
    let (Some(columns), Some(rows)) = (columns, node.get("rows").and_then(Node::as_list)) else {
        reader.invalid(node.span, "a table of rows has `columns`, a list of names, and `rows`", "lacks one");
        return Vec::new();
    };
    let mut list = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        match row.as_list() {
            Some(cells) if cells.len() == columns.len() => {
                list.push(make_row(index, row.span, columns.iter().copied().zip(cells), reader));
            }
            Some(cells) => reader.invalid(
                row.span,
                format!("there are {} columns", columns.len()),
                format!("has {} cells", cells.len()),
            ),
            None => reader.invalid(row.span, "a row of a table is a list of cells", "is no list"),
        }
    }
    list
}

fn make_row<'n>(
    index: usize,
    span: Span,
    pairs: impl Iterator<Item = (&'n str, &'n Node)>,
    reader: &mut Reader<'_>,
) -> Row {
    let mut row =
        Row { label: index.to_string(), span, values: Vec::new(), tags: Vec::new(), skip: None, xfail: None };
    for (column, node) in pairs {
        match column {
            "name" => match node.as_str() {
                Some(name) => row.label = name.to_owned(),
                None => {
                    reader.invalid(node.span, "a row's `name` is a text", format!("is {}", node.type_name()))
                }
            },
            "tags" => {
                let tags = node.as_list().unwrap_or_default();
                row.tags = tags.iter().filter_map(Node::as_str).map(ToOwned::to_owned).collect();
            }
            // In a table, a cell that is null says nothing.
            "skip" | "xfail" if node.is_null() => {}
            "skip" => row.skip = read_skip(node, reader),
            "xfail" => row.xfail = read_xfail(node, reader),
            _ => row.values.push(Cell {
                column: column.to_owned(),
                template: reader.template(node),
                node: node.clone(),
            }),
        }
    }
    row
}

fn check_columns(rows: &[Row], reader: &mut Reader<'_>) {
    let names = |row: &Row| {
        let mut names: Vec<_> = row.values.iter().map(|cell| cell.column.clone()).collect();
        names.sort();
        names
    };
    let Some(first) = rows.first().map(names) else { return };
    for row in &rows[1..] {
        let missing: Vec<_> = first.iter().filter(|name| !names(row).contains(name)).cloned().collect();
        let extra: Vec<_> = names(row).into_iter().filter(|name| !first.contains(name)).collect();
        let label = match (missing.is_empty(), extra.is_empty()) {
            (true, true) => continue,
            (false, _) => format!("lacks `{}`", missing.join("`, `")),
            (true, false) => format!("has `{}` besides", extra.join("`, `")),
        };
        reader.invalid(row.span, "every row of a scenario has the same columns", label);
    }
}

fn check_labels(rows: &[Row], reader: &mut Reader<'_>) {
    let mut seen = std::collections::BTreeSet::new();
    for row in rows {
        if !seen.insert(row.label.as_str()) {
            reader.problems.error(
                Code::SCENARIO_DUPLICATE_NAME,
                row.span,
                format!("two rows have the name `{}`", row.label),
                "the second of them",
            );
        }
    }
}
