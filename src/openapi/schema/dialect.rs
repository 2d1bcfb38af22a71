//! Rewrites the schemas that a contract reaches to JSON Schema 2020-12, direction included.
//!
//! Every schema that a `$ref` leads to becomes an entry of one table, whatever it is called in the
//! document, and remembers where it stands there; what stands within it keeps its path. So every
//! place in the rewritten schemas leads back to one in the document.
//!
//! A keyword that cannot be used (of the wrong shape, a pattern that does not compile, a reference
//! to nothing) is left out and remarked on; the rest of the schema still judges.

mod leaves;
mod operand;

use super::closure::{Closure, Entry, Role, link, only_null};
use super::draft::{Draft, foreign_dialect};
use super::keyword::{Scope, is_known_to, shape};
use super::pattern::Pattern;
use super::remark::Remark;
use super::target::{DynamicScope, dynamic_target, entered, target};
use super::{Direction, Nullable, visibility};
use crate::hash::{HashMap, HashSet};
use crate::json::{Map, Members as _, Pointer, Value};
use crate::openapi::names::id_of;
use crate::openapi::{Document, Version};
use leaves::Leaves;
use serde_json::json;
use std::collections::BTreeSet;
use std::rc::Rc;

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    pointer: Pointer,
    direction: Direction,
    relaxed: Relaxed,
    scope: DynamicScope,
}

/// Names that `required` does not demand in one direction.
pub(super) type Relaxed = Rc<BTreeSet<String>>;

/// Builds a [`Closure`]; entries are written when their turn comes, so that recursion ends.
pub(super) struct Rewriter<'d> {
    document: &'d Document,
    nullable: Nullable,
    closure: Closure,
    keys: HashMap<Key, usize>,
    queue: Vec<(usize, Key)>,
    /// The assertions that are written apart, by keyword and schema.
    formats: HashMap<(&'static str, String), usize>,
    patterns: HashMap<String, Pattern>,
    unknown_formats: HashSet<String>,
    remarked: HashMap<(Pointer, &'static str), usize>,
    /// The dynamic scopes met so far.
    scopes: HashSet<DynamicScope>,
    current: usize,
    /// How often anything was remarked on.
    n_remarks: usize,
    /// Where remarks alone are wanted: the schemas that leave none.
    leaves: Option<Leaves>,
}

/// Every order in which schemas are entered may make a scope of its own, and every schema is written
/// once for each. No document seen has more than a few.
const MAX_SCOPES: usize = 256;

/// What a schema inherits from the one around it.
#[derive(Clone)]
struct Context {
    direction: Direction,
    relaxed: Relaxed,
    scope: DynamicScope,
    /// The draft that it states; none is that of the document's version.
    draft: Option<Draft>,
}

impl<'d> Rewriter<'d> {
    pub(super) fn new(document: &'d Document, nullable: Nullable) -> Self {
        Self {
            document,
            nullable,
            closure: Closure::default(),
            keys: HashMap::default(),
            queue: Vec::new(),
            formats: HashMap::default(),
            patterns: HashMap::default(),
            unknown_formats: HashSet::default(),
            remarked: HashMap::default(),
            scopes: HashSet::from_iter([DynamicScope::default()]),
            current: 0,
            n_remarks: 0,
            leaves: None,
        }
    }

    /// One that is asked for remarks alone, and for which schemas the validator takes: it writes one of equal
    /// schemas, and in the place of the others one that accepts everything.
    pub(super) fn for_remarks(document: &'d Document, nullable: Nullable) -> Self {
        Self { leaves: Some(Leaves::default()), ..Self::new(document, nullable) }
    }

    /// Adds the schema at a pointer and everything it reaches; gives its number.
    pub(super) fn add(&mut self, pointer: &Pointer, direction: Direction) -> usize {
        let number = self.entry(pointer, direction, Relaxed::default(), &DynamicScope::default());
        while let Some((number, key)) = self.queue.pop() {
            self.current = number;
            let document = self.document;
            let draft = Draft::at(document, &key.pointer);
            let context = Context { direction: key.direction, relaxed: key.relaxed, scope: key.scope, draft };
            self.closure.entries[number].schema = match document.get(&key.pointer) {
                Some(value) => self.schema(&key.pointer, value, &context),
                None => self.reference_beyond(&key.pointer, &context),
            };
        }
        number
    }

    pub(super) fn finish(self) -> Closure {
        self.closure.seal()
    }

    fn entry(
        &mut self,
        pointer: &Pointer,
        direction: Direction,
        relaxed: Relaxed,
        scope: &DynamicScope,
    ) -> usize {
        let scope = self.entered(scope, pointer);
        let key = Key { pointer: pointer.clone(), direction, relaxed, scope };
        if let Some(number) = self.keys.get(&key) {
            return *number;
        }
        let number = self.push(pointer.clone(), Role::Schema, Value::Bool(true));
        self.keys.insert(key.clone(), number);
        self.queue.push((number, key));
        number
    }

    /// The dynamic scope behind the entry into a schema.
    fn entered(&mut self, scope: &DynamicScope, at: &Pointer) -> DynamicScope {
        let wider = entered(self.document, scope, at);
        if self.scopes.contains(&wider) {
            return wider;
        }
        if self.scopes.len() < MAX_SCOPES {
            self.scopes.insert(Rc::clone(&wider));
            return wider;
        }
        let reason = "there are more ways to its `$dynamicRef`s than can be told apart".to_owned();
        self.leave_out(Remark::left_out(at, reason));
        DynamicScope::default()
    }

    fn push(&mut self, pointer: Pointer, role: Role, schema: Value) -> usize {
        self.closure.entries.push(Entry { pointer, role, schema, left_out: Vec::new() });
        self.closure.entries.len() - 1
    }

    /// A pointer that leads through references, as a caller may name a schema.
    fn reference_beyond(&mut self, at: &Pointer, context: &Context) -> Value {
        match self.document.resolve(at) {
            Ok((target, _)) => {
                let number = self.entry(&target, context.direction, context.relaxed.clone(), &context.scope);
                link(number)
            }
            Err(error) => self.leave_out(Remark::broken_reference(at, &error)),
        }
    }

    /// Rewrites one schema. What is given back stands at the same path as what was written.
    fn schema(&mut self, at: &Pointer, value: &Value, context: &Context) -> Value {
        let leaf = self.leaves.as_ref().zip(value.as_object()).and_then(|(leaves, members)| {
            let leaf = leaves.leaf((self.document.version_at(at), context.draft), members)?;
            Some((leaves.knows(&leaf), leaf))
        });
        let leaf = match leaf {
            Some((true, _)) => return Value::Bool(true),
            Some((false, leaf)) => leaf,
            None => return self.rewritten(at, value, context),
        };
        let n_remarks = self.n_remarks;
        let rewritten = self.rewritten(at, value, context);
        if let Some(leaves) = self.leaves.as_mut().filter(|_| n_remarks == self.n_remarks) {
            leaves.add(&leaf);
        }
        rewritten
    }

    fn rewritten(&mut self, at: &Pointer, value: &Value, context: &Context) -> Value {
        let members = match value {
            Value::Object(members) => members,
            Value::Bool(_) => return value.clone(),
            other => {
                let reason = format!("a schema is a map, and this is {}", crate::json::type_name(other));
                return self.leave_out(Remark::left_out(at, reason));
            }
        };
        let is_nullable = members.member("nullable") == Some(&Value::Bool(true));
        let mut context = context.clone();
        if let Some(stated) = members.member("$schema").and_then(Value::as_str) {
            context.draft = Draft::named(stated);
        }
        if id_of(value).is_some() {
            context.scope = self.entered(&context.scope, at);
        }
        let context = &context;
        if let (true, Some(Value::String(reference))) =
            (self.ignores_siblings(at, context), members.member("$ref"))
        {
            // OpenAPI 3.0.4, "Reference Object": what stands beside `$ref` is ignored.
            let out = self.reference(&at.child("$ref"), reference, context);
            return if is_nullable { self.or_null(at, out, "`nullable` beside `$ref`") } else { out };
        }
        let own = match ["properties", "allOf", "$ref"].iter().any(|keyword| members.has_member(keyword)) {
            true => visibility::relaxed_of(self.document, at, context.direction),
            false => BTreeSet::new(),
        };
        let context = match own.is_subset(&context.relaxed) {
            true => context.clone(),
            false => {
                let relaxed = Rc::new(own.union(&context.relaxed).cloned().collect());
                Context { relaxed, ..context.clone() }
            }
        };
        let mut writing = Writing {
            at,
            members,
            context,
            out: Map::with_capacity(members.keys().filter(|keyword| shape(keyword).is_some()).count()),
            all_of: Vec::new(),
            unknown_rest: None,
        };
        for (keyword, operand) in members {
            self.keyword(&mut writing, keyword, operand);
        }
        let Writing { mut out, all_of, unknown_rest, .. } = writing;
        if let Some((keyword, cause)) = unknown_rest
            && out.shift_remove(keyword).is_some()
        {
            let reason = format!("what `{keyword}` speaks of is not known without `{cause}`");
            self.leave_out(Remark::left_out(&at.child(keyword), reason));
        }
        if !all_of.is_empty() {
            match out.entry("allOf").or_insert_with(|| Value::Array(Vec::new())) {
                Value::Array(own) => own.extend(all_of),
                _ => unreachable!("`allOf` is written as a list only"),
            }
        }
        if is_nullable { self.nullable(at, members, out) } else { Value::Object(out) }
    }

    fn keyword(&mut self, writing: &mut Writing<'_>, keyword: &str, operand: &Value) {
        match keyword {
            "discriminator" => self.closure.has_discriminators = true,
            "$schema" => self.check_dialect(&writing.at.child(keyword), operand),
            _ => {}
        }
        let Some(shape) = shape(keyword) else { return };
        let at = writing.at.child(keyword);
        let version = self.document.version_at(&at);
        if let Some(draft) = writing.context.draft {
            if !draft.has(keyword) {
                let message =
                    format!("`{keyword}` is no keyword of JSON Schema {}, and judges nothing", draft.name());
                self.lenient(&at, "keyword", message);
                return;
            }
        } else if !is_known_to(version, keyword) {
            let name = version.name();
            let message =
                format!("`{keyword}` is no keyword of {name}; it is read as JSON Schema defines it");
            self.lenient(&at, "keyword", message);
        }
        match self.operand(writing, &at, keyword, shape, operand) {
            Ok(Some(written)) => {
                writing.out.insert(keyword.to_owned(), written);
            }
            Ok(None) => {}
            Err(reason) => {
                self.leave_out(Remark::left_out(&at, reason));
                writing.loses(keyword);
            }
        }
    }

    /// Whether what stands beside a `$ref` is ignored.
    fn ignores_siblings(&self, at: &Pointer, context: &Context) -> bool {
        match context.draft {
            Some(draft) => draft.ignores_siblings(),
            None => self.document.version_at(at).has_own_dialect(),
        }
    }

    fn choice(&mut self, writing: &mut Writing<'_>, at: &Pointer, schemas: &[Value], is_exclusive: bool) {
        let context = writing.context.within(Scope::Same);
        let mut branches = Vec::with_capacity(schemas.len());
        for (index, schema) in schemas.iter().enumerate() {
            let at = at.child(index.to_string());
            let schema = self.schema(&at, schema, &context);
            branches.push(self.push(at, Role::Schema, schema));
        }
        // A choice of one is no choice: its errors are its branch's.
        if let [only] = branches[..] {
            writing.all_of.push(link(only));
            return;
        }
        let keyword = if is_exclusive { "oneOf" } else { "anyOf" };
        let links: Vec<Value> = branches.iter().map(|branch| link(*branch)).collect();
        let role = Role::Choice { branches, is_exclusive };
        let choice = self.push(at.clone(), role, json!({keyword: links}));
        writing.all_of.push(json!({"if": link(choice), "else": false}));
    }

    /// A reference in a schema that has, or may have, other keywords.
    fn sibling_reference(
        &mut self,
        writing: &mut Writing<'_>,
        at: &Pointer,
        keyword: &str,
        reference: &str,
    ) -> Result<(), String> {
        let written = match keyword {
            "$ref" => self.reference(at, reference, &writing.context),
            _ if writing.members.contains_key("$ref") => {
                return Err(format!("`{keyword}` beside `$ref` is not supported"));
            }
            _ => {
                let scope = &writing.context.scope;
                let target = dynamic_target(self.document, reference, writing.at, scope)?;
                self.linked_entry(&target, &writing.context)
            }
        };
        if let Some(target) = written.get("$ref") {
            writing.out.insert("$ref".to_owned(), target.clone());
        }
        Ok(())
    }

    /// A reference as a schema: a link into the table, or `true` when it leads nowhere.
    fn reference(&mut self, at: &Pointer, reference: &str, context: &Context) -> Value {
        match target(self.document, reference, &at.parent()) {
            Ok(target) => self.linked_entry(&target, context),
            Err(error) => self.leave_out(Remark::broken_reference(at, &error)),
        }
    }

    fn linked_entry(&mut self, target: &Pointer, context: &Context) -> Value {
        let relaxed = match context.relaxed.is_empty() {
            true => Relaxed::default(),
            // Only names that are demanded behind it tell one entry from another.
            false => visibility::demanded_of(self.document, target, &context.relaxed),
        };
        link(self.entry(target, context.direction, relaxed, &context.scope))
    }

    /// Lets null through where a schema says `nullable`: as 3.0.4 has it beside `type`, leniently
    /// elsewhere.
    fn nullable(&mut self, at: &Pointer, members: &Map<String, Value>, mut out: Map<String, Value>) -> Value {
        let version = self.document.version_at(at);
        // An extension that the adapter reads as the keyword says what its author wants it to say.
        let is_keyword = version == Version::V30 || self.document.is_added(&at.child("nullable"));
        if !is_keyword && self.nullable == Nullable::Strict {
            return Value::Object(out);
        }
        if !is_keyword {
            let message =
                format!("`nullable` is not part of {}; null is accepted all the same", version.name());
            self.lenient(&at.child("nullable"), "nullable", message);
        }
        if let Some(types) = out.get_mut("type") {
            let mut all = match types.take() {
                Value::Array(all) => all,
                one => vec![one],
            };
            if !all.iter().any(|each| each == "null") {
                all.push(Value::from("null"));
            }
            *types = Value::Array(all);
        }
        if self.nullable == Nullable::Strict {
            return Value::Object(out);
        }
        if let Some(Value::Array(values)) = out.get_mut("enum")
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
            let message = "the `enum` beside `nullable` does not list null; null is accepted all the same";
            self.lenient(&at.child("nullable"), "nullable", message.to_owned());
        }
        let refusing = ["$ref", "allOf", "oneOf", "anyOf", "not", "const", "if"];
        match refusing.iter().find(|keyword| members.contains_key(**keyword)) {
            Some(keyword) => self.or_null(at, Value::Object(out), &format!("`nullable` beside `{keyword}`")),
            None => Value::Object(out),
        }
    }

    /// A schema for null, and for what the given one accepts.
    fn or_null(&mut self, at: &Pointer, schema: Value, what: &str) -> Value {
        if self.nullable == Nullable::Strict {
            return schema;
        }
        if self.document.version_at(at) == Version::V30 {
            let message =
                format!("{what} has no effect by the letter of OpenAPI 3.0; null is accepted all the same");
            self.lenient(&at.child("nullable"), "nullable", message);
        }
        let otherwise = match schema.as_object() {
            Some(members) if members.len() == 1 && members.contains_key("$ref") => schema,
            _ => link(self.push(at.clone(), Role::Schema, schema)),
        };
        json!({"if": only_null(), "else": otherwise})
    }

    fn check_dialect(&mut self, at: &Pointer, operand: &Value) {
        if let Some(message) = foreign_dialect(operand) {
            self.lenient(at, "dialect", message);
        }
    }

    /// Remarks on a part that cannot be used; gives the schema that accepts everything.
    fn leave_out(&mut self, remark: Remark) -> Value {
        let index = self.remark(remark, "left out");
        let left_out = &mut self.closure.entries[self.current].left_out;
        if !left_out.contains(&index) {
            left_out.push(index);
        }
        Value::Bool(true)
    }

    fn lenient(&mut self, at: &Pointer, kind: &'static str, message: String) {
        self.remark(Remark::lenient(at, message), kind);
    }

    /// Both directions meet the same place; it is remarked on once.
    fn remark(&mut self, remark: Remark, kind: &'static str) -> usize {
        self.n_remarks += 1;
        let remarks = &mut self.closure.remarks;
        *self.remarked.entry((remark.at.clone(), kind)).or_insert_with(|| {
            remarks.push(remark);
            remarks.len() - 1
        })
    }
}

/// A schema while it is rewritten.
struct Writing<'s> {
    at: &'s Pointer,
    members: &'s Map<String, Value>,
    context: Context,
    out: Map<String, Value>,
    /// What is added to `allOf` behind the document's own elements, so that these keep their index.
    all_of: Vec<Value>,
    /// A keyword that speaks of what others leave over, and the one of these that cannot be used.
    unknown_rest: Option<(&'static str, &'static str)>,
}

impl Writing<'_> {
    /// Notes that a keyword is not there as written; what speaks of the rest would say too much then.
    fn loses(&mut self, keyword: &str) {
        self.unknown_rest = match keyword {
            "properties" => Some(("additionalProperties", "properties")),
            "patternProperties" => Some(("additionalProperties", "patternProperties")),
            "prefixItems" => Some(("items", "prefixItems")),
            _ => return,
        };
    }
}

impl Context {
    fn within(&self, scope: Scope) -> Self {
        match scope {
            Scope::Same => self.clone(),
            // What is not demanded of a part is not known to the whole; and a condition on a name
            // that is not demanded is still a condition.
            Scope::Condition | Scope::Part => Self { relaxed: Relaxed::default(), ..self.clone() },
        }
    }
}
