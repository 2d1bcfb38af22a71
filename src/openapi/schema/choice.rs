//! A value that fits none, or too many, of the forms that `oneOf` or `anyOf` offers.
//!
//! The form that was meant is found first (by the discriminator, else by the fewest and deepest
//! errors), and the errors are those of that form: a person wants to know what is missing, not that
//! none of five schemas holds.

use super::closure::Role;
use super::contract::{Compiled, raw_errors};
use super::discriminator::{Discriminated, Discriminator, chosen};
use super::explain::{Failure, explain, promises};
use super::trace::{component_name, trace};
use super::words::{kind_of, subject};
use super::{Direction, SchemaError, format};
use crate::diagnostic::words::{all_of, any_of, count, quoted, some_of};
use crate::json::{Member, Pointer, Token, Validator, Value};
use crate::openapi::Document;
use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind as Kind;
use smol_str::ToSmolStr as _;
use std::cmp::Reverse;

/// A choice within the chosen form of a choice, and so on: deeper ones are told as a whole.
const MAX_NESTED: usize = 32;

/// Finds the words for everything that is wrong with one value.
pub(super) struct Judge<'c> {
    pub(super) document: &'c Document,
    pub(super) compiled: &'c Compiled,
    pub(super) root: &'c Value,
    /// What the whole value is called.
    pub(super) whole: &'c str,
    pub(super) direction: Direction,
    /// Whether a part of the schema cannot be used, so that some schema in it may accept too much.
    pub(super) leaves_out: bool,
    /// The most errors to find.
    pub(super) max: usize,
    pub(super) errors: Vec<SchemaError>,
    /// Why something could not be decided.
    pub(super) undecided: Option<String>,
}

/// What surrounds a schema when its errors are told.
#[derive(Clone, Default)]
pub(super) struct Surroundings {
    via: Vec<String>,
    notes: Vec<String>,
    nested: usize,
}

/// A look at the errors of one form.
struct Survey {
    /// The value is of another type than the form's.
    is_other_type: bool,
    /// What a member says the value is, is not what the form says: `type`, `kind`, ….
    n_tags: usize,
    n_errors: usize,
    depth: usize,
    /// The first error in words.
    first: Option<SchemaError>,
    is_format_only: bool,
}

impl Judge<'_> {
    /// Tells every error of the value at `at` against an entry.
    pub(super) fn judge(&mut self, validator: &Validator, entry: usize, at: &Pointer, around: &Surroundings) {
        let Some(value) = at.get(self.root) else { return };
        if let Some(reason) = self.compiled.refuses(entry, value, true) {
            self.undecided = Some(reason);
            return;
        }
        let member = member(entry, value);
        for error in raw_errors(validator, &member) {
            if self.errors.len() >= self.max {
                return;
            }
            self.tell(entry, at, &error, around);
        }
    }

    fn tell(&mut self, entry: usize, at: &Pointer, error: &ValidationError<'_>, around: &Surroundings) {
        let mut failure = self.failure(entry, at, error);
        failure.trace.via = joined(&around.via, &failure.trace.via);
        if let Some(choice) = failure.trace.choice {
            let around = Surroundings {
                via: failure.trace.via,
                notes: around.notes.clone(),
                nested: around.nested + 1,
            };
            let at = failure.at;
            return self.choose(choice, &at, &around);
        }
        if self.leaves_out
            && let Some(keyword) = follows_from_fitting(&failure)
        {
            self.undecided = Some(format!("a part of the schema behind `{keyword}` cannot be used"));
            return;
        }
        match explain(&failure) {
            Some(errors) => self.errors.extend(errors.into_iter().map(|mut error| {
                error.notes.extend(around.notes.iter().cloned());
                error
            })),
            None => {
                let pattern = self.document.get(&failure.trace.keyword).map(quoted).unwrap_or_default();
                self.undecided =
                    Some(format!("the pattern {pattern} takes too many steps on {}", failure.subject));
            }
        }
    }

    fn failure<'e>(&'e self, entry: usize, at: &Pointer, error: &'e ValidationError<'_>) -> Failure<'e> {
        // The path of a name's error is complete in the inner error alone.
        let path = match error.kind() {
            Kind::PropertyNames { error } => error.evaluation_path(),
            _ => error.evaluation_path(),
        };
        let path = Pointer::parse(path.as_str()).unwrap_or_default();
        let within = Pointer::parse(error.instance_path().as_str()).unwrap_or_default();
        // `/properties/17/$ref` and `/17` are the wrapper's.
        let at = at.join(&Pointer::of(within.tokens().iter().skip(1).cloned()));
        Failure {
            document: self.document,
            kind: error.kind(),
            trace: trace(
                self.document,
                &self.compiled.closure,
                entry,
                path.tokens().get(3..).unwrap_or_default(),
            ),
            value: self.offending(&at, error),
            subject: subject(self.root, self.whole, &at),
            at,
            direction: self.direction,
        }
    }

    /// The value that an error speaks of. Where `additionalProperties` is false and nothing stands
    /// beside it, the validator gives the object's place with a member's value.
    fn offending<'e>(&'e self, at: &Pointer, error: &'e ValidationError<'_>) -> &'e Value {
        match (error.kind(), at.get(self.root)) {
            (Kind::FalseSchema, Some(value)) => value,
            _ => error.instance(),
        }
    }

    fn choose(&mut self, choice: usize, at: &Pointer, around: &Surroundings) {
        let entry = &self.compiled.closure.entries[choice];
        let Role::Choice { branches, is_exclusive } = entry.role.clone() else { return };
        let pointer = entry.pointer.clone();
        let compiled = self.compiled;
        let Some(validator) = compiled.branches() else {
            return self.push_unfit(&pointer, at, around, &[], &[]);
        };
        let names = form_names(self.document, &pointer, branches.len());
        let other_names = |chosen: usize| -> Vec<String> {
            names
                .iter()
                .enumerate()
                .filter(|(index, _)| *index != chosen)
                .map(|(_, name)| name.clone())
                .collect()
        };
        if around.nested > MAX_NESTED {
            return self.push_unfit(&pointer, at, around, &names, &[]);
        }
        let subject = subject(self.root, self.whole, at);
        let value = at.get(self.root);
        if let Some((index, because)) = value.and_then(|value| chosen(self.document, &pointer, value)) {
            let mut around = around.clone();
            around.notes.push(format!(
                "{subject} {because}, so it is judged as {} and not as {}",
                names[index],
                any_of(&other_names(index))
            ));
            let before = self.errors.len();
            self.judge(validator, branches[index], at, &around);
            if self.errors.len() > before {
                return;
            }
        }
        let value = at.get(self.root);
        let refused = |branch: &usize| self.compiled.refuses(*branch, value?, true);
        if let Some(reason) = branches.iter().find_map(refused) {
            self.undecided = Some(reason);
            return;
        }
        let surveys: Vec<Survey> =
            branches.iter().map(|branch| self.survey(validator, *branch, at)).collect();
        let fitting: Vec<&String> = names
            .iter()
            .zip(&surveys)
            .filter(|(_, survey)| survey.n_errors == 0)
            .map(|(name, _)| name)
            .collect();
        if !fitting.is_empty() {
            if is_exclusive && fitting.len() > 1 {
                self.push_several(&pointer, at, around, &fitting, &names);
            }
            return;
        }
        if surveys.iter().all(|survey| survey.is_other_type) {
            return self.push_other_type(&pointer, at, around, &surveys);
        }
        // A form that takes any text there is judged by the rest of it.
        let is_tag_wrong = surveys.iter().all(|survey| survey.n_tags > 0);
        if is_tag_wrong && self.push_unmapped(&pointer, at, around) {
            return;
        }
        let mut ranking: Vec<usize> = (0..surveys.len()).collect();
        ranking.sort_by_key(|index| surveys[*index].rank());
        let best = ranking[0];
        if ranking.get(1).is_some_and(|second| surveys[*second].rank() == surveys[best].rank()) {
            return self.push_unfit(&pointer, at, around, &names, &surveys);
        }
        let mut around = around.clone();
        // A form of another type was never a candidate, and naming it would only distract.
        if surveys.iter().enumerate().any(|(index, survey)| index != best && !survey.is_other_type) {
            let because =
                ranking.get(1).map(|second| surveys[best].nearer_than(&surveys[*second], &names[*second]));
            around.notes.push(format!(
                "{subject} {}; {} is nearest{}",
                fits_none(&names),
                names[best],
                because.unwrap_or_default()
            ));
        }
        self.judge(validator, branches[best], at, &around);
    }

    fn survey(&self, validator: &Validator, branch: usize, at: &Pointer) -> Survey {
        let mut survey = Survey {
            is_other_type: false,
            n_tags: 0,
            n_errors: 0,
            depth: 0,
            first: None,
            is_format_only: true,
        };
        let Some(value) = at.get(self.root) else { return survey };
        let member = member(branch, value);
        for error in raw_errors(validator, &member) {
            survey.n_errors += 1;
            let failure = self.failure(branch, at, &error);
            let depth = failure.at.tokens().len() - at.tokens().len().min(failure.at.tokens().len());
            survey.depth = survey.depth.max(depth);
            survey.is_other_type |= depth == 0 && matches!(failure.kind, Kind::Type { .. });
            let is_one_of_few = match failure.kind {
                Kind::Constant { .. } => true,
                Kind::Enum { options } => options.as_array().is_some_and(|options| options.len() == 1),
                _ => false,
            };
            survey.n_tags += usize::from(depth == 1 && is_one_of_few);
            survey.is_format_only &=
                failure.trace.format.is_some() || matches!(failure.kind, Kind::Format { .. });
            if survey.first.is_none() && failure.trace.choice.is_none() {
                survey.first = explain(&failure).and_then(|errors| errors.into_iter().next());
            }
        }
        survey
    }

    fn push_several(
        &mut self,
        pointer: &Pointer,
        at: &Pointer,
        around: &Surroundings,
        fitting: &[&String],
        names: &[String],
    ) {
        if self.leaves_out {
            let reason = format!(
                "{} fit, and a part of the schema that tells them apart cannot be used",
                all_of(fitting)
            );
            self.undecided = Some(reason);
            return;
        }
        let subject = subject(self.root, self.whole, at);
        let both = if fitting.len() == 2 { "both " } else { "" };
        let fitting = all_of(fitting);
        let promises = promises(self.direction);
        let headline = format!("{subject} fits {both}{fitting} where the document {promises} exactly one");
        let mut error = self.error(pointer, at, around, headline);
        error.expected = format!("exactly one of {}", all_of(names));
        error.actual = fitting;
        error.label = format!("{promises} exactly one");
        self.errors.push(error);
    }

    fn push_other_type(
        &mut self,
        pointer: &Pointer,
        at: &Pointer,
        around: &Surroundings,
        surveys: &[Survey],
    ) {
        let mut expected: Vec<String> = Vec::new();
        for phrase in surveys.iter().filter_map(|survey| survey.first.as_ref()).map(|error| &error.expected) {
            if !expected.contains(phrase) {
                expected.push(phrase.clone());
            }
        }
        expected.sort_by_key(|phrase| phrase == "null");
        let expected = any_of(&expected);
        let actual = at.get(self.root).map(kind_of).unwrap_or_default();
        let subject = subject(self.root, self.whole, at);
        let promises = promises(self.direction);
        let headline = format!("{subject} is {actual} where the document {promises} {expected}");
        let mut error = self.error(pointer, at, around, headline);
        error.expected = expected;
        error.actual = actual;
        self.errors.push(error);
    }

    /// A value that names a form which there is not: no form is nearer than another, whatever else it lacks.
    fn push_unmapped(&mut self, pointer: &Pointer, at: &Pointer, around: &Surroundings) -> bool {
        let Some(value) = at.get(self.root) else { return false };
        let Some(discriminator) = Discriminator::of(self.document, &pointer.parent()) else { return false };
        let known: Vec<String> = discriminator.mapped().map(str::to_owned).collect();
        let Discriminated::Unknown { tag } = discriminator.read(value) else { return false };
        if known.is_empty() || known.contains(&tag) {
            return false;
        }
        let tag = &Value::from(tag);
        let at = at.child(discriminator.property());
        let mapping = discriminator.keyword();
        let subject = subject(self.root, self.whole, &at);
        let headline = format!("{subject} is {}, which the discriminator does not map", quoted(tag));
        let mut error = self.error(&mapping, &at, around, headline);
        error.expected = some_of(&known, "or");
        error.actual = quoted(tag);
        self.errors.push(error);
        true
    }

    /// No form is nearer than the others: each says in one line what it misses.
    fn push_unfit(
        &mut self,
        pointer: &Pointer,
        at: &Pointer,
        around: &Surroundings,
        names: &[String],
        surveys: &[Survey],
    ) {
        const SHOWN: usize = 6;
        let subject = subject(self.root, self.whole, at);
        let headline = format!("{subject} {}", fits_none(names));
        let mut error = self.error(pointer, at, around, headline);
        error.expected = format!("one of {}", all_of(names));
        error.actual = match at.get(self.root) {
            // The excerpt shows it; its words would be the same again.
            Some(value @ (Value::Object(_) | Value::Array(_))) => {
                let none = if names.len() == 2 { "neither" } else { "none" };
                format!("{} that fits {none}", kind_of(value))
            }
            Some(value) => quoted(value),
            None => String::new(),
        };
        if let (Some(value), Some(discriminator)) =
            (at.get(self.root), Discriminator::of(self.document, &pointer.parent()))
            && let Discriminated::Unknown { tag } = discriminator.read(value)
        {
            let tag = quoted(&Value::from(tag));
            error
                .notes
                .push(format!("`{}` is {tag}, which is the name of no form", discriminator.property()));
        }
        for (name, survey) in names.iter().zip(surveys).take(SHOWN) {
            error.notes.extend(survey.first.as_ref().map(|first| format!("not {name}: {}", first.headline)));
        }
        if !surveys.is_empty() && surveys.iter().all(|survey| survey.is_format_only) {
            error.format = surveys.iter().find_map(|survey| survey.first.as_ref()?.format.clone());
        }
        self.errors.push(error);
    }

    fn error(&self, pointer: &Pointer, at: &Pointer, around: &Surroundings, headline: String) -> SchemaError {
        SchemaError {
            instance: at.clone(),
            keyword: pointer.clone(),
            via: around.via.clone(),
            name: pointer.tokens().last().map_or_else(String::new, Token::to_string),
            member: None,
            headline,
            expected: String::new(),
            actual: String::new(),
            label: String::new(),
            format: None,
            notes: around.notes.clone(),
        }
    }
}

/// The keyword on whose account it is wrong that a value fits something; what cannot be judged fits,
/// perhaps by mistake.
fn follows_from_fitting(failure: &Failure<'_>) -> Option<&'static str> {
    match failure.kind {
        Kind::Not { .. } => Some("not"),
        Kind::Contains if failure.name() == "maxContains" => Some("contains"),
        Kind::UnevaluatedProperties { .. } => Some("unevaluatedProperties"),
        Kind::UnevaluatedItems { .. } => Some("unevaluatedItems"),
        _ => failure.trace.condition.map(|_| "if"),
    }
}

impl Survey {
    fn rank(&self) -> (bool, usize, usize, Reverse<usize>) {
        (self.is_other_type, self.n_tags, self.n_errors, Reverse(self.depth))
    }

    /// Why this form is nearer than the next one, as the end of a sentence.
    fn nearer_than(&self, next: &Self, name: &str) -> String {
        if next.is_other_type {
            String::new()
        } else if self.n_tags < next.n_tags {
            format!(", for what says the form fits it and not {name}")
        } else if self.n_errors < next.n_errors {
            format!(", with {} where {name} has {}", count(self.n_errors, "fault", "faults"), next.n_errors)
        } else {
            ", for its fault lies deeper".to_owned()
        }
    }
}

fn fits_none(names: &[String]) -> String {
    match names {
        [] => "fits none of the forms that the document offers".to_owned(),
        [first, second] => format!("fits neither {first} nor {second}"),
        _ => format!("fits none of {}", all_of(names)),
    }
}

/// What people call each form of a choice; equal names would tell nothing, so numbers stand for them.
fn form_names(document: &Document, choice: &Pointer, count: usize) -> Vec<String> {
    let names: Vec<String> = (0..count).map(|index| form_name(document, choice, index)).collect();
    let is_unique = |name: &String| names.iter().filter(|each| *each == name).count() == 1;
    let number = |index: usize| format!("form {}", index + 1);
    names
        .iter()
        .enumerate()
        .map(|(index, name)| if is_unique(name) { name.clone() } else { number(index) })
        .collect()
}

/// What people call a form: the component's name, the title, its type, or its number.
fn form_name(document: &Document, choice: &Pointer, index: usize) -> String {
    let at = choice.child(index.to_string());
    let Some(schema) = document.get(&at) else { return format!("form {}", index + 1) };
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str)
        && let Ok(target) = document.reference_target(reference, &at)
        && let Some(name) = component_name(&target)
    {
        return name;
    }
    if let Some(title) = schema.get("title").and_then(Value::as_str) {
        return title.to_owned();
    }
    if let Some(name) = schema.get("format").and_then(Value::as_str) {
        return format::describe(name).split(" such as ").next().unwrap_or_default().to_owned();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("null") => "null".to_owned(),
        Some(plain @ ("string" | "boolean" | "number")) => format!("a {plain}"),
        Some("integer") => "an integer".to_owned(),
        _ => format!("form {}", index + 1),
    }
}

fn joined(outer: &[String], inner: &[String]) -> Vec<String> {
    let mut all = outer.to_vec();
    for name in inner {
        if all.last() != Some(name) {
            all.push(name.clone());
        }
    }
    all
}

/// The member by which the schemas of one build hold a value against the entry of a number.
pub(super) fn member(entry: usize, value: &Value) -> Member<'_> {
    Member { name: entry.to_smolstr(), value }
}
