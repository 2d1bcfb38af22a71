use super::build::{self, Joint};
use super::choice::{Judge, Surroundings, member};
use super::closure::{Closure, Role, all_links};
use super::dialect::Rewriter;
use super::draft::foreign_dialect;
use super::questions::Repeating;
use super::words::position;
use super::{Direction, Nullable, SchemaError, pieces, remark};
use crate::diagnostic::{Code, Diagnostic};
use crate::hash::{HashMap, HashSet};
use crate::json::{Instance, Member, Pointer, Validator, Value};
use crate::openapi::{Document, Operation, OperationIndex, RequestBody};
use jsonschema::ValidationError;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Values with more parts than this have their first error told, not all: a body of a million wrong
/// elements has a million errors, and each costs memory before any can be shown.
const MAX_PARTS: usize = 500_000;

/// A document with the schemas that a run uses, compiled together when the first value is judged.
///
/// Schemas that were not asked for beforehand can be used all the same; each is then compiled for
/// itself and kept.
pub struct Contract {
    document: Arc<Document>,
    wanted: Wanted,
    nullable: Nullable,
    compiled: OnceLock<Compiled>,
    others: Mutex<HashMap<Target, Arc<Compiled>>>,
}

/// What a schema says about a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Validity {
    /// It fits.
    Valid,
    /// It does not; at least one error, in the order of the value.
    Invalid(Vec<SchemaError>),
    /// It could not be judged; what stands behind "not checked, because".
    NotChecked(String),
}

type Target = (Pointer, Direction);

/// What is compiled together.
enum Wanted {
    Schemas(Vec<Target>),
    Operations(Vec<OperationIndex>),
}

/// Schemas compiled together.
pub(super) struct Compiled {
    pub(super) closure: Closure,
    /// The targets of requests, and those of responses.
    numbers: [HashMap<Pointer, usize>; 2],
    joint: Joint,
    branches: OnceLock<Joint>,
    /// Which entries lead to a part that cannot be used, so that they may accept too much.
    leaves_out: Vec<bool>,
    /// Which entries may judge the parts of a value again and again; found when the first value comes.
    repeating: OnceLock<Repeating>,
    /// Which entries lead to one that asks without end: they are not compiled.
    endless: Vec<bool>,
}

impl Contract {
    /// Prepares every schema of the given operations: of parameters and request bodies for
    /// requests, of bodies and headers for responses. Nothing is compiled before the first use.
    pub fn compile(document: Arc<Document>, operations: &[OperationIndex]) -> Self {
        Self::new(document, Wanted::Operations(operations.to_vec()))
    }

    /// Prepares the given schemas; nothing is compiled before the first use.
    pub fn of_schemas(
        document: Arc<Document>,
        schemas: impl IntoIterator<Item = (Pointer, Direction)>,
    ) -> Self {
        Self::new(document, Wanted::Schemas(schemas.into_iter().collect()))
    }

    fn new(document: Arc<Document>, wanted: Wanted) -> Self {
        let nullable = Nullable::default();
        Self { document, wanted, nullable, compiled: OnceLock::new(), others: Mutex::default() }
    }

    /// Says how far `nullable` reaches; leniently when nothing is said.
    #[must_use]
    pub fn with_nullable(self, nullable: Nullable) -> Self {
        Self { nullable, compiled: OnceLock::new(), others: Mutex::default(), ..self }
    }

    /// How far `nullable` reaches.
    pub fn nullable(&self) -> Nullable {
        self.nullable
    }

    /// The document.
    pub fn document(&self) -> &Arc<Document> {
        &self.document
    }

    /// Judges a value by the schema at a pointer; messages call it "the body", or "the request body".
    ///
    /// At most `max` errors are looked for. The pointer may lead through references.
    pub fn validate(&self, schema: &Pointer, direction: Direction, instance: &Value, max: usize) -> Validity {
        let whole = match direction {
            Direction::Request => "the request body",
            Direction::Response => "the body",
        };
        self.validate_as(whole, schema, direction, instance, max)
    }

    /// Judges a value that messages call by the given words.
    pub fn validate_as(
        &self,
        whole: &str,
        schema: &Pointer,
        direction: Direction,
        instance: &Value,
        max: usize,
    ) -> Validity {
        self.with(schema, direction, |compiled, number| {
            build::with_stack(|| compiled.validate(&self.document, number, direction, instance, whole, max))
        })
    }

    /// The parts of a schema, and of what it refers to, that judge nothing because they cannot be
    /// used; what stands behind "not checked, because" for each.
    pub fn left_out(&self, schema: &Pointer, direction: Direction) -> Vec<String> {
        self.with(schema, direction, |compiled, number| compiled.left_out(&self.document, number))
    }

    /// Whether a schema among those prepared has a `discriminator`.
    pub fn has_discriminators(&self) -> bool {
        self.compiled().closure.has_discriminators
    }

    /// What there is to say about the prepared schemas: constructs read leniently, keywords that
    /// cannot be used, unknown formats. What is said of several places is said once, and names them.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let mut all: Vec<Diagnostic> = self.check_dialect().into_iter().collect();
        if let Some(compiled) = self.compiled.get() {
            self.add_diagnostics(&compiled.closure, &compiled.joint.refused, &mut all);
            return all;
        }
        // Nothing is judged here, and what the validator makes of a large document is large.
        let mut prepared = self.prepare(Rewriter::for_remarks(&self.document, self.nullable));
        if !pieces::compile(&prepared.closure) {
            prepared.refused = self.prepare_whole().compile().refused;
        }
        self.add_diagnostics(&prepared.closure, &prepared.refused, &mut all);
        all
    }

    fn add_diagnostics(&self, closure: &Closure, refused: &[(usize, String)], all: &mut Vec<Diagnostic>) {
        all.extend(remark::diagnostics(&closure.remarks, &self.document));
        for (number, reason) in refused {
            let at = &closure.entries[*number].pointer;
            let mut diagnostic =
                Diagnostic::warning(Code::DOCUMENT_SCHEMA, format!("the schema cannot be used: {reason}"));
            if let Some(place) = self.document.place_of(at) {
                diagnostic = diagnostic.label_at(place, "not checked");
            }
            all.push(diagnostic);
        }
    }

    fn check_dialect(&self) -> Option<Diagnostic> {
        let message = foreign_dialect(self.document.member("jsonSchemaDialect")?)?;
        let diagnostic = Diagnostic::warning(Code::DOCUMENT_LENIENT, message);
        Some(match self.document.place_of(&Pointer::of(["jsonSchemaDialect"])) {
            Some(place) => diagnostic.label_at(place, "read leniently"),
            None => diagnostic,
        })
    }

    fn compiled(&self) -> &Compiled {
        self.compiled.get_or_init(|| Compiled::of(self.prepare_whole()))
    }

    fn prepare_whole(&self) -> Prepared {
        self.prepare(Rewriter::new(&self.document, self.nullable))
    }

    fn prepare(&self, rewriter: Rewriter<'_>) -> Prepared {
        match &self.wanted {
            Wanted::Schemas(targets) => Prepared::new(rewriter, targets),
            Wanted::Operations(operations) => {
                let operations = operations.iter().map(|index| self.document.operation(*index));
                let targets: Vec<Target> = operations.flat_map(targets_of).collect();
                Prepared::new(rewriter, &targets)
            }
        }
    }

    fn with<T>(&self, schema: &Pointer, direction: Direction, work: impl FnOnce(&Compiled, usize) -> T) -> T {
        let compiled = self.compiled();
        if let Some(number) = compiled.number(schema, direction) {
            return work(compiled, number);
        }
        let target = (schema.clone(), direction);
        let compiled = {
            let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
            let compiled = others.entry(target.clone()).or_insert_with(|| {
                let rewriter = Rewriter::new(&self.document, self.nullable);
                Arc::new(Compiled::of(Prepared::new(rewriter, &[target])))
            });
            Arc::clone(compiled)
        };
        let number = compiled.number(schema, direction).expect("it was compiled for this target");
        work(&compiled, number)
    }
}

/// Why a schema is refused that would ask without end.
const ENDLESS: &str =
    "its references, `allOf`, `anyOf` and `oneOf` lead to more schemas than can be held against one value";

impl fmt::Debug for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Contract({:?})", self.document)
    }
}

/// Rewritten schemas that the validator has not seen yet.
struct Prepared {
    closure: Closure,
    numbers: [HashMap<Pointer, usize>; 2],
    /// The targets that are to be compiled.
    wanted: Vec<usize>,
    /// Those that are not, with the reason.
    refused: Vec<(usize, String)>,
    endless: Vec<bool>,
}

impl Prepared {
    fn new(mut rewriter: Rewriter<'_>, targets: &[Target]) -> Self {
        let mut numbers: [HashMap<Pointer, usize>; 2] = Default::default();
        for (schema, direction) in targets {
            let number = rewriter.add(schema, *direction);
            numbers[side(*direction)].insert(schema.clone(), number);
        }
        let closure = rewriter.finish();
        let mut wanted: Vec<usize> = numbers.iter().flat_map(HashMap::values).copied().collect();
        wanted.sort_unstable();
        wanted.dedup();
        let endless = closure.reaches_endless();
        let (refused, wanted): (Vec<usize>, Vec<usize>) =
            wanted.into_iter().partition(|number| endless[*number]);
        let refused = refused.into_iter().map(|number| (number, ENDLESS.to_owned())).collect();
        Self { closure, numbers, wanted, refused, endless }
    }

    fn compile(&self) -> Joint {
        let mut joint = build::joint(self.closure.resource(), &self.wanted);
        joint.refused.extend(self.refused.iter().cloned());
        joint
    }
}

impl Compiled {
    fn of(prepared: Prepared) -> Self {
        let joint = prepared.compile();
        let Prepared { closure, numbers, endless, .. } = prepared;
        let leaves_out = closure.leaves_out();
        Self {
            closure,
            numbers,
            joint,
            branches: OnceLock::new(),
            leaves_out,
            repeating: OnceLock::new(),
            endless,
        }
    }

    fn number(&self, schema: &Pointer, direction: Direction) -> Option<usize> {
        self.numbers[side(direction)].get(schema).copied()
    }

    fn validate(
        &self,
        document: &Document,
        number: usize,
        direction: Direction,
        instance: &Value,
        whole: &str,
        max: usize,
    ) -> Validity {
        if let Some((_, reason)) = self.joint.refused.iter().find(|(refused, _)| *refused == number) {
            return Validity::NotChecked(format!("the schema cannot be used: {reason}"));
        }
        let Some(validator) = &self.joint.validator else { return Validity::Valid };
        if let Some(reason) = self.refuses(number, instance, false) {
            return Validity::NotChecked(reason);
        }
        if validator.is_valid(Instance::Member(&member(number, instance))) {
            return Validity::Valid;
        }
        let mut judge = Judge {
            document,
            compiled: self,
            root: instance,
            whole,
            direction,
            leaves_out: self.leaves_out[number],
            max: max.max(1),
            errors: Vec::new(),
            undecided: None,
        };
        judge.judge(validator, number, &Pointer::root(), &Surroundings::default());
        let Judge { mut errors, undecided, .. } = judge;
        errors.truncate(max.max(1));
        match (errors.is_empty(), undecided) {
            (true, Some(reason)) => Validity::NotChecked(reason),
            (true, None) => {
                Validity::NotChecked("the validator found it invalid and did not say why".to_owned())
            }
            (false, _) => Validity::Invalid(tidy(errors, instance)),
        }
    }

    /// Why a value is not held against an entry, see [`Repeating::refuses`].
    pub(super) fn refuses(&self, number: usize, instance: &Value, is_told: bool) -> Option<String> {
        let repeating = self.repeating.get_or_init(|| Repeating::of(&self.closure));
        repeating.refuses(&self.closure, number, instance, is_told)
    }

    fn left_out(&self, document: &Document, number: usize) -> Vec<String> {
        if !self.leaves_out[number] {
            return Vec::new();
        }
        let mut seen = HashSet::default();
        let mut queue = vec![number];
        let mut found: Vec<usize> = Vec::new();
        while let Some(number) = queue.pop() {
            if seen.insert(number) {
                let entry = &self.closure.entries[number];
                found.extend(&entry.left_out);
                all_links(self.closure.schema(number), &mut queue);
            }
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|index| self.closure.remarks[index].reason(document)).collect()
    }

    /// The forms of every choice, compiled when the first choice is to be explained.
    pub(super) fn branches(&self) -> Option<&Validator> {
        let joint = self.branches.get_or_init(|| {
            let mut all: Vec<usize> = Vec::new();
            for entry in &self.closure.entries {
                if let Role::Choice { branches, .. } = &entry.role {
                    all.extend(branches.iter().filter(|branch| !self.endless[**branch]));
                }
            }
            build::joint(self.closure.resource(), &all)
        });
        joint.validator.as_ref()
    }
}

fn side(direction: Direction) -> usize {
    match direction {
        Direction::Request => 0,
        Direction::Response => 1,
    }
}

/// The errors of a value, or the first one where the value is very large.
pub(super) fn raw_errors<'v>(validator: &'v Validator, member: &'v Member<'v>) -> Vec<ValidationError<'v>> {
    let mut parts = 0;
    let instance = Instance::Member(member);
    match is_larger(member.value, &mut parts) {
        true => validator.validate(instance).err().into_iter().collect(),
        false => validator.iter_errors(instance).collect(),
    }
}

fn is_larger(value: &Value, parts: &mut usize) -> bool {
    *parts += 1;
    match value {
        _ if *parts > MAX_PARTS => true,
        Value::Array(elements) => elements.iter().any(|element| is_larger(element, parts)),
        Value::Object(members) => members.values().any(|member| is_larger(member, parts)),
        _ => false,
    }
}

/// Puts errors in the order of the value and drops those that say the same again: what two
/// references reach twice, and the list of values that a value of another type is not in.
fn tidy(errors: Vec<SchemaError>, instance: &Value) -> Vec<SchemaError> {
    let of_other_type: HashSet<Pointer> =
        errors.iter().filter(|error| error.name == "type").map(|error| error.instance.clone()).collect();
    let mut seen = HashSet::default();
    let mut kept: Vec<SchemaError> = errors
        .into_iter()
        .filter(|error| {
            let follows =
                matches!(error.name.as_str(), "enum" | "const") && of_other_type.contains(&error.instance);
            !follows && seen.insert((error.instance.clone(), error.keyword.clone()))
        })
        .collect();
    kept.sort_by_cached_key(|error| position(instance, &error.instance));
    kept
}

/// Every schema that judges a part of an operation's requests and responses.
fn targets_of(operation: Operation<'_>) -> Vec<Target> {
    let mut found = Vec::new();
    for parameter in operation.parameters() {
        found.extend(parameter.schema().map(|schema| (schema.into_owned(), Direction::Request)));
        let content = parameter.content().and_then(|content| content.schema());
        found.extend(content.map(|schema| (schema.into_owned(), Direction::Request)));
    }
    for media_type in operation.request_body().iter().flat_map(RequestBody::media_types) {
        found.extend(media_type.schema().map(|schema| (schema.into_owned(), Direction::Request)));
        found.extend(media_type.item_schema().map(|schema| (schema, Direction::Request)));
    }
    for response in operation.responses() {
        for media_type in response.media_types() {
            found.extend(media_type.schema().map(|schema| (schema.into_owned(), Direction::Response)));
            found.extend(media_type.item_schema().map(|schema| (schema, Direction::Response)));
        }
        for header in response.headers() {
            found.extend(header.schema().map(|schema| (schema.into_owned(), Direction::Response)));
            let content = header.content().and_then(|content| content.schema());
            found.extend(content.map(|schema| (schema.into_owned(), Direction::Response)));
        }
    }
    found
}
