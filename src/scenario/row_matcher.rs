use super::ROOTS;
use super::attachment::FileReference;
use super::matcher::{Matcher, MatcherKind, Member, Operator, OperatorKind};
use super::matcher_reader::read_matcher;
use super::reader::Reader;
use super::row::Row;
use crate::diagnostic::Problems;
use crate::expression::{Access, Template};
use crate::limits::Limits;
use crate::yaml::{Kind, Node};

impl Matcher {
    /// The same matcher with every whole `$row.column` replaced by what the row says there: markers
    /// and operators that are written in a row count.
    ///
    /// Problems of what the row says are added to `problems`, whose source is the row's.
    #[must_use]
    pub fn with_row(&self, row: &Row, limits: &Limits, problems: &mut Problems) -> Self {
        let each = |matcher: &Self, problems: &mut Problems| matcher.with_row(row, limits, problems);
        let kind = match &self.kind {
            MatcherKind::Equal(template) => match row_value(template, row) {
                Some(RowValue::Written(node)) => {
                    let mut reader = Reader::new(problems, limits, ROOTS);
                    reader.of_row = Some(self.span);
                    return read_matcher(node, &mut reader);
                }
                Some(RowValue::Text(text)) => {
                    let kind = MatcherKind::Equal(text.clone());
                    return Self { span: text.span, kind, of_row: Some(self.span) };
                }
                None => self.kind.clone(),
            },
            MatcherKind::Object(members) => MatcherKind::Object(with_members(members, row, limits, problems)),
            MatcherKind::List(list) => MatcherKind::List(list.iter().map(|it| each(it, problems)).collect()),
            MatcherKind::Markers(_) => self.kind.clone(),
            MatcherKind::Operators(operators) => MatcherKind::Operators(
                operators.iter().map(|operator| with_operator(operator, row, limits, problems)).collect(),
            ),
        };
        Self { kind, ..*self }
    }
}

fn with_members(members: &[Member], row: &Row, limits: &Limits, problems: &mut Problems) -> Vec<Member> {
    let each = |member: &Member| Member {
        matcher: member.matcher.with_row(row, limits, problems),
        ..member.clone()
    };
    members.iter().map(each).collect()
}

fn with_operator(operator: &Operator, row: &Row, limits: &Limits, problems: &mut Problems) -> Operator {
    let mut list = |matchers: &[Matcher]| -> Vec<Matcher> {
        matchers.iter().map(|matcher| matcher.with_row(row, limits, problems)).collect()
    };
    let kind = match &operator.kind {
        OperatorKind::Contains(matchers) => OperatorKind::Contains(list(matchers)),
        OperatorKind::Unordered(matchers) => OperatorKind::Unordered(list(matchers)),
        OperatorKind::AnyOf(matchers) => OperatorKind::AnyOf(list(matchers)),
        OperatorKind::Exact(members) => OperatorKind::Exact(with_members(members, row, limits, problems)),
        OperatorKind::Each(matcher) => OperatorKind::Each(Box::new(matcher.with_row(row, limits, problems))),
        OperatorKind::Length(matcher) => {
            OperatorKind::Length(Box::new(matcher.with_row(row, limits, problems)))
        }
        OperatorKind::Not(matcher) => OperatorKind::Not(Box::new(matcher.with_row(row, limits, problems))),
        // Operands that are values: a marker has no meaning in them.
        OperatorKind::Literal(_)
        | OperatorKind::Ne(_)
        | OperatorKind::Order(..)
        | OperatorKind::In(_)
        | OperatorKind::NotIn(_)
        | OperatorKind::Match(_)
        | OperatorKind::SameAs { .. }
        | OperatorKind::Sorted(_)
        | OperatorKind::Unique(_)
        | OperatorKind::Schema(_)
        | OperatorKind::Cel(_) => operator.kind.clone(),
    };
    Operator { kind, ..operator.clone() }
}

/// What a row says for a value.
enum RowValue<'r> {
    /// In YAML, where markers and operators count.
    Written(&'r Node),
    /// In a CSV file: plain text.
    Text(&'r Template),
}

/// What a row says where a value is nothing but `$row.column`, or a member of one.
fn row_value<'r>(template: &Template, row: &'r Row) -> Option<RowValue<'r>> {
    let reference = template.as_reference().filter(|reference| reference.root == "row")?;
    let (Access::Member(column), rest) = reference.steps.split_first()? else {
        return None;
    };
    let cell = row.values.iter().find(|cell| *cell.column == **column)?;
    let Some(node) = &cell.node else {
        return rest.is_empty().then_some(RowValue::Text(&cell.template));
    };
    let node = rest.iter().try_fold(node, |node, access| match access {
        Access::Member(name) => node.get(name),
        Access::Index(index) => node.as_list()?.get(*index),
        Access::Pointer(pointer) => node.at(pointer),
        Access::Call { .. } => None,
    })?;
    Some(RowValue::Written(node))
}

impl Row {
    /// Whether no marker and no operator is written in it, so that [`Matcher::with_row`] changes nothing.
    pub fn is_plain(&self) -> bool {
        fn is_plain(node: &Node) -> bool {
            match &node.kind {
                Kind::String(text) => !text.starts_with('<'),
                Kind::List(elements) => elements.iter().all(is_plain),
                Kind::Map(entries) => {
                    entries.iter().all(|entry| !entry.key.starts_with('$') && is_plain(&entry.value))
                }
                _ => true,
            }
        }
        self.values.iter().all(|cell| cell.node.as_ref().is_none_or(is_plain))
    }
}

impl Row {
    /// The schema files that its values name by `$schema`.
    pub(super) fn schema_files(&self) -> Vec<FileReference> {
        fn add(node: &Node, found: &mut Vec<FileReference>) {
            match &node.kind {
                Kind::List(elements) => elements.iter().for_each(|it| add(it, found)),
                Kind::Map(entries) => {
                    for entry in entries {
                        match entry.value.as_str().filter(|text| !text.starts_with('#')) {
                            Some(path) if entry.key == "$schema" => found.push(FileReference {
                                path: path.to_owned(),
                                span: entry.value.span,
                                is_value: false,
                            }),
                            _ => add(&entry.value, found),
                        }
                    }
                }
                _ => {}
            }
        }
        let mut found = Vec::new();
        // Most rows hold plain values.
        if !self.is_plain() {
            self.values.iter().filter_map(|cell| cell.node.as_ref()).for_each(|node| add(node, &mut found));
        }
        found
    }
}

impl super::Expectation {
    /// The same expectation for one row; see [`Matcher::with_row`].
    #[must_use]
    pub fn with_row(&self, row: &Row, limits: &Limits, problems: &mut Problems) -> Self {
        let mut expectation = self.clone();
        for member in &mut expectation.headers {
            member.matcher = member.matcher.with_row(row, limits, problems);
        }
        for matcher in
            expectation.body.iter_mut().chain(expectation.jsonpath.iter_mut().map(|it| &mut it.matcher))
        {
            *matcher = matcher.with_row(row, limits, problems);
        }
        expectation
    }
}
