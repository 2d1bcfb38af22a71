use super::reference::Scanned;
use super::text::{self, Piece};
use super::{Condition, Reference, Scope, Syntax, Unresolved};
use crate::diagnostic::{Code, Problems};
use crate::json::{Datum, Pointer, array_index};
use crate::source::Span;
use crate::yaml::{Entry, Kind, Node};
use std::sync::OnceLock;

/// A value as a person wrote it, compiled: a literal, a whole expression, a text with `{$…}` in
/// it, or an array or object of such values.
#[derive(Clone, Debug)]
pub struct Template {
    /// Where it is written.
    pub span: Span,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    Literal(Datum),
    Whole(Reference, Span),
    Text(Vec<Piece>),
    Condition(Condition),
    List { elements: Vec<Template>, literal: OnceLock<Option<Datum>> },
    Map { members: Vec<Member>, literal: OnceLock<Option<Datum>> },
}

#[derive(Clone, Debug)]
struct Member {
    name: String,
    name_span: Span,
    value: Template,
}

impl Template {
    /// Compiles a value as written. What is wrong in it is reported, and stands in the result as the
    /// text it is.
    ///
    /// A map whose only key is `$cel` or `$literal` is that; every other map is data, whatever its
    /// keys.
    pub fn compile(node: &Node, syntax: &Syntax, problems: &mut Problems) -> Self {
        let form = match &node.kind {
            Kind::String(text) => return Self::of_text(text, node.span, syntax, problems),
            Kind::List(elements) => Form::List {
                elements: elements.iter().map(|each| Self::compile(each, syntax, problems)).collect(),
                literal: OnceLock::new(),
            },
            Kind::Map(entries) => match entries.as_slice() {
                [only] if only.key == "$literal" => Form::Literal(only.value.to_datum()),
                [only] if only.key == "$cel" => condition_form(&only.value, syntax, problems),
                [only] if is_unquoted(only, node, syntax, problems) => {
                    let text = format!("{{{}}}", only.key);
                    let message = format!("`{text}` without quotes is a map and no text");
                    let label = "YAML reads the braces";
                    let code = Code::SCENARIO_TEXT_LOOKS_LIKE_EXPRESSION;
                    problems.error(code, node.span, message, label).help.push(format!(
                        "write `{}` for the value as it is, `\"{text}\"` for its text",
                        only.key
                    ));
                    Form::Literal(node.to_datum())
                }
                _ => Form::Map {
                    members: entries
                        .iter()
                        .map(|entry| Member {
                            name: entry.key.clone(),
                            name_span: entry.key_span,
                            value: Self::compile(&entry.value, syntax, problems),
                        })
                        .collect(),
                    literal: OnceLock::new(),
                },
            },
            Kind::Null | Kind::Bool(_) | Kind::Number(_) => Form::Literal(node.to_datum()),
        };
        Self { span: node.span, form }
    }

    /// Compiles a text that stands at a span.
    pub fn of_text(text: &str, span: Span, syntax: &Syntax, problems: &mut Problems) -> Self {
        let mut pieces = text::read(text, span, syntax, problems);
        let form = match pieces.len() {
            0 => Form::Literal(Datum::new("")),
            1 => match pieces.remove(0) {
                Piece::Text(text) => Form::Literal(Datum::new(text)),
                Piece::Whole(reference, span) => Form::Whole(reference, span),
                embedded => Form::Text(vec![embedded]),
            },
            _ => Form::Text(pieces),
        };
        Self { span, form }
    }

    /// Makes a template of a value in which nothing is read.
    pub fn literal(span: Span, datum: Datum) -> Self {
        Self { span, form: Form::Literal(datum) }
    }

    /// The value, where no expression is inside.
    pub fn as_literal(&self) -> Option<&Datum> {
        match &self.form {
            Form::Literal(datum) => Some(datum),
            Form::Whole(..) | Form::Text(_) | Form::Condition(_) => None,
            Form::List { elements, literal } => literal
                .get_or_init(|| {
                    let data = elements.iter().map(|each| each.as_literal().cloned());
                    data.collect::<Option<Vec<_>>>().map(Datum::array)
                })
                .as_ref(),
            Form::Map { members, literal } => literal
                .get_or_init(|| {
                    let data = members
                        .iter()
                        .map(|each| Some((each.name.clone(), each.value.as_literal()?.clone())));
                    data.collect::<Option<Vec<_>>>().map(Datum::object)
                })
                .as_ref(),
        }
    }

    /// The text that the value starts with, as far as it is written out; empty where it starts with an
    /// expression, or is no text.
    pub fn literal_prefix(&self) -> &str {
        match &self.form {
            Form::Literal(datum) => datum.value().as_str().unwrap_or_default(),
            Form::Text(pieces) => match pieces.first() {
                Some(Piece::Text(text)) => text,
                _ => "",
            },
            _ => "",
        }
    }

    /// The reference that this is from its first to its last character.
    pub fn as_reference(&self) -> Option<&Reference> {
        match &self.form {
            Form::Whole(reference, _) => Some(reference),
            _ => None,
        }
    }

    /// The names and values, where it is written as a map.
    pub fn members(&self) -> Option<impl Iterator<Item = (&str, Span, &Self)>> {
        match &self.form {
            Form::Map { members, .. } => {
                Some(members.iter().map(|each| (each.name.as_str(), each.name_span, &each.value)))
            }
            _ => None,
        }
    }

    /// The elements, where it is written as a list.
    pub fn elements(&self) -> Option<&[Self]> {
        match &self.form {
            Form::List { elements, .. } => Some(elements),
            _ => None,
        }
    }

    /// The part that a pointer leads to, as far as it is written out.
    pub fn at(&self, pointer: &Pointer) -> Option<&Self> {
        pointer.tokens().iter().try_fold(self, |template, token| match &template.form {
            Form::List { elements, .. } => elements.get(array_index(token)?),
            Form::Map { members, .. } => {
                members.iter().rev().find(|each| each.name == *token).map(|each| &each.value)
            }
            _ => None,
        })
    }

    /// The span of the name under which a pointer's value is written.
    pub fn name_span(&self, pointer: &Pointer) -> Option<Span> {
        let name = pointer.tokens().last()?;
        let (_, span, _) = self.at(&pointer.parent())?.members()?.find(|(each, _, _)| each == name)?;
        Some(span)
    }

    /// Every reference inside, in the order written, with its place.
    pub fn references(&self) -> Vec<(&Reference, Span)> {
        let mut found = Vec::new();
        self.visit(&mut |form| match form {
            Form::Whole(reference, span) => found.push((reference, *span)),
            Form::Text(pieces) => found.extend(pieces.iter().filter_map(|piece| match piece {
                Piece::Embedded(reference, span) => Some((reference, *span)),
                _ => None,
            })),
            _ => {}
        });
        found
    }

    /// Every `$cel` inside, in the order written.
    pub fn conditions(&self) -> Vec<&Condition> {
        let mut found = Vec::new();
        self.visit(&mut |form| {
            if let Form::Condition(condition) = form {
                found.push(condition);
            }
        });
        found
    }

    fn visit<'t>(&'t self, visitor: &mut dyn FnMut(&'t Form)) {
        visitor(&self.form);
        match &self.form {
            Form::List { elements, .. } => elements.iter().for_each(|each| each.visit(visitor)),
            Form::Map { members, .. } => members.iter().for_each(|each| each.value.visit(visitor)),
            _ => {}
        }
    }

    /// The value: whole expressions keep their type, embedded ones become text. What an expression
    /// gave is not read again.
    ///
    /// # Errors
    /// [`Unresolved`] for the first expression without a value; a `$cel` that fails is one too.
    pub fn resolve(&self, scope: &dyn Scope) -> Result<Datum, Unresolved> {
        match &self.form {
            Form::Literal(datum) => Ok(datum.clone()),
            Form::Whole(reference, _) => scope.resolve(reference),
            Form::Text(pieces) => {
                let mut text = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Text(literal) => text.push_str(literal),
                        Piece::Whole(reference, _) | Piece::Embedded(reference, _) => {
                            text.push_str(&scope.resolve(reference)?.to_text());
                        }
                    }
                }
                Ok(Datum::new(text))
            }
            Form::Condition(condition) => match scope.stand_in(condition) {
                Some(datum) => Ok(datum),
                None => condition
                    .evaluate(scope)
                    .map(Datum::new)
                    .map_err(|error| Unresolved { reference: condition.text.clone(), reason: error.0 }),
            },
            Form::List { elements, .. } => Ok(Datum::array(
                elements.iter().map(|each| each.resolve(scope)).collect::<Result<Vec<_>, _>>()?,
            )),
            Form::Map { members, .. } => {
                let resolved = members.iter().map(|each| Ok((each.name.clone(), each.value.resolve(scope)?)));
                Ok(Datum::object(resolved.collect::<Result<Vec<_>, _>>()?))
            }
        }
    }
}

/// Whether a map is `{$vars.x}` without quotes: a key that is an expression, and no value.
fn is_unquoted(only: &Entry, node: &Node, syntax: &Syntax, problems: &Problems) -> bool {
    matches!(only.value.kind, Kind::Null)
        && matches!(
            Reference::scan(&only.key, syntax, false),
            Scanned::Reference(reference, length, None) if length == only.key.len() && !reference.steps.is_empty()
        )
        && !problems.source().slice(node.span).contains(':')
}

fn condition_form(node: &Node, syntax: &Syntax, problems: &mut Problems) -> Form {
    let Some(text) = node.as_str() else {
        problems.error(
            Code::SCENARIO_INVALID_CONDITION,
            node.span,
            format!("`$cel` takes a CEL expression as a text, not {}", node.type_name()),
            format!("is {}", node.type_name()),
        );
        return Form::Literal(node.to_datum());
    };
    match Condition::compile(text, node.span, syntax.expression_limit, problems) {
        Some(condition) => Form::Condition(condition),
        None => Form::Literal(Datum::new(text)),
    }
}
