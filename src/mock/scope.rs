use super::answer::Ids;
use super::clock::DataClock;
use super::incoming::Incoming;
use super::pending::{MAX_PENDING, PutOff};
use super::rules::{BuiltIn, Later, Rules};
use super::state::{State, key_text};
use crate::clock::Timestamp;
use crate::expression::{
    Access, Condition, EvaluationError, Generator, Reference, Scope, Template, Unresolved,
};
use crate::json::{Datum, Map, Value};
use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::sync::Arc;

/// One request as its rules see it: every name, over a copy of the state that is kept when the
/// request succeeds.
///
/// Entities and `let` names are computed when something asks for them, and once: a rule for an
/// operation without a body costs nothing for names that need one.
pub(super) struct RequestScope<'r> {
    rules: &'r Rules,
    request: &'r Incoming<'r>,
    token: Arc<Value>,
    pub(super) state: State,
    clock: DataClock,
    has_written: bool,
    put_off: Vec<PutOff>,
    ids: &'r RefCell<Ids>,
    request_id: OnceCell<String>,
    /// Per entity its key, `None` within when it has none; unset while nobody asked.
    keys: Vec<OnceCell<Option<String>>>,
    lets: Vec<[OnceCell<Value>; 2]>,
    view: View,
    /// Why the request is refused, when that is no matter of its shape.
    refusal: Option<String>,
    /// What a reply was given, and what a token reply knows.
    given: Vec<(String, Datum)>,
    /// Names that were asked for and have no value, with the reasons.
    failures: RefCell<Vec<(String, String)>>,
    /// Names whose computation is under way: a name that a rules file computes from itself is
    /// reported when it is loaded, so that this is only a last guard.
    depth: Cell<usize>,
}

/// Who looks: in replies, entities are seen without their private members, by every name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    Rules,
    Reply,
}

/// Names that are computed from names, and so on.
const MAX_DEPTH: usize = 64;

impl<'r> RequestScope<'r> {
    pub(super) fn new(
        rules: &'r Rules,
        request: &'r Incoming<'r>,
        token: Arc<Value>,
        (state, clock): (State, DataClock),
        ids: &'r RefCell<Ids>,
    ) -> Self {
        Self {
            rules,
            request,
            token,
            state,
            clock,
            has_written: false,
            put_off: Vec::new(),
            ids,
            request_id: OnceCell::new(),
            keys: rules.entities.iter().map(|_| OnceCell::new()).collect(),
            lets: rules.lets.iter().map(|_| Default::default()).collect(),
            view: View::Rules,
            refusal: None,
            given: Vec::new(),
            failures: RefCell::default(),
            depth: Cell::new(0),
        }
    }

    /// Notes that the request writes: its data clock moves on, once.
    pub(super) fn write(&mut self) {
        if !self.has_written {
            self.has_written = true;
            self.clock.tick();
        }
    }

    /// From here on names are seen as a reply sees them, with what it was given.
    pub(super) fn show_reply(&mut self, given: Vec<(String, Datum)>) {
        self.view = View::Reply;
        self.given = given;
    }

    /// Notes that the request is refused for a reason that the document does not state.
    pub(super) fn refuse(&mut self, reason: String) {
        self.refusal = Some(reason);
    }

    /// The state and clock as the request leaves them, and what it puts off.
    pub(super) fn into_state(self) -> (State, DataClock, Vec<PutOff>) {
        (self.state, self.clock, self.put_off)
    }

    /// Puts effects off, with the entities that the request knows by now.
    ///
    /// # Errors
    /// When there are too many of them.
    pub(super) fn put_off(&mut self, later: &Arc<Later>) -> Result<(), String> {
        if self.put_off.len() >= MAX_PENDING {
            return Err(format!("more than {MAX_PENDING} effects are put off"));
        }
        let keys = self.keys.iter().map(|key| key.get().cloned()).collect();
        self.put_off.push(PutOff { later: Arc::clone(later), keys });
        Ok(())
    }

    /// Whether a condition holds.
    ///
    /// # Errors
    /// Why it has no value, or one that is no boolean.
    pub(super) fn holds(&self, condition: &Condition) -> Result<bool, String> {
        self.explained(|| condition.holds(self).map_err(|EvaluationError(reason)| reason))
    }

    /// The value of a template.
    ///
    /// # Errors
    /// Why one of its expressions has none.
    pub(super) fn value(&self, template: &Template) -> Result<Datum, String> {
        self.explained(|| template.resolve(self).map_err(|error| error.to_string()))
    }

    fn evaluate(&self, condition: &Condition) -> Result<Value, String> {
        self.explained(|| condition.evaluate(self).map_err(|EvaluationError(reason)| reason))
    }

    /// To CEL, a name without a value is a name that does not exist: where an expression failed for
    /// one, the reason why it has no value is told instead.
    fn explained<T>(&self, compute: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
        let outer = self.failures.take();
        let result = compute();
        let failures = self.failures.replace(outer);
        result.map_err(|reason| {
            let cause = failures.into_iter().find(|(name, _)| reason.contains(&format!("`{name}`")));
            cause.map_or(reason, |(_, cause)| cause)
        })
    }

    /// The key of an entity; `None` when there is no such entity.
    pub(super) fn key(&self, entity: usize) -> Result<Option<&str>, String> {
        let cell = &self.keys[entity];
        if cell.get().is_none() {
            let plan = &self.rules.entities[entity];
            let id = self.nested(&plan.name, &plan.id)?;
            // It was unset two lines above, and only this line sets it.
            let _ = cell.set(key_text(&id));
        }
        let key = cell.get().and_then(Option::as_deref);
        Ok(key.filter(|key| self.state.find(self.rules.entities[entity].from, key).is_some()))
    }

    /// Gives an entity another key: it was just made.
    pub(super) fn bind(&mut self, entity: usize, key: String) {
        self.keys[entity] = OnceCell::from(Some(key));
    }

    /// Gives the entities the keys that another scope of the same request knew.
    pub(super) fn bind_all(&mut self, keys: Vec<Option<Option<String>>>) {
        self.keys = keys.into_iter().map(|key| key.map_or_else(OnceCell::new, OnceCell::from)).collect();
    }

    /// The id of the next entity that is made without one.
    pub(super) fn next_id(&self) -> String {
        uuid(&mut self.ids.borrow_mut().entities)
    }

    fn nested(&self, name: &str, condition: &Condition) -> Result<Value, String> {
        if self.depth.get() >= MAX_DEPTH {
            return Err(format!("`{name}` leads back to itself"));
        }
        self.depth.set(self.depth.get() + 1);
        let value = self.evaluate(condition);
        self.depth.set(self.depth.get() - 1);
        value.map_err(|reason| format!("`{name}` has no value: {reason}"))
    }

    /// The value of a name; `None` when there is none of it.
    fn named(&self, name: &str) -> Result<Option<Cow<'_, Value>>, String> {
        if let Some(built_in) = BuiltIn::of(name) {
            return Ok(Some(self.built_in(built_in)));
        }
        if let Some(entity) = self.rules.entities.iter().position(|plan| plan.name == name) {
            let from = self.rules.entities[entity].from;
            let found = self.key(entity)?.and_then(|key| self.state.find(from, key));
            return Ok(Some(found.map_or(Cow::Owned(Value::Null), |found| self.seen(from, found))));
        }
        if let Some(index) = self.rules.lets.iter().position(|plan| plan.name == name) {
            let cell = &self.lets[index][usize::from(self.view == View::Reply)];
            if cell.get().is_none() {
                let value = self.nested(name, &self.rules.lets[index].value)?;
                // It was unset two lines above, and only this line sets it.
                let _ = cell.set(value);
            }
            return Ok(cell.get().map(Cow::Borrowed));
        }
        Ok(self.given(name).map(|datum| Cow::Borrowed(datum.value())))
    }

    fn given(&self, name: &str) -> Option<&Datum> {
        self.given.iter().find(|(each, _)| each == name).map(|(_, datum)| datum)
    }

    fn built_in(&self, name: BuiltIn) -> Cow<'_, Value> {
        match name {
            BuiltIn::Path => Cow::Borrowed(self.request.path()),
            BuiltIn::Query => Cow::Borrowed(self.request.query()),
            BuiltIn::Headers => Cow::Borrowed(self.request.headers()),
            BuiltIn::Body => Cow::Borrowed(self.request.body()),
            BuiltIn::Token => Cow::Borrowed(&*self.token),
            BuiltIn::Now => Cow::Owned(Value::from(self.clock.now().to_string())),
            BuiltIn::RequestId => Cow::Owned(Value::from(self.request_id())),
            BuiltIn::RequestValid => Cow::Owned(Value::from(self.problems().is_empty())),
            BuiltIn::RequestProblems => Cow::Owned(Value::from(self.problems())),
            BuiltIn::All => {
                let wanted = self.rules.collections.iter().enumerate().filter(|(_, plan)| plan.is_in_cel);
                let members = wanted.map(|(index, plan)| (plan.name.clone(), self.all(index)));
                Cow::Owned(Value::Object(members.collect::<Map<_, _>>()))
            }
        }
    }

    fn request_id(&self) -> &str {
        self.request_id.get_or_init(|| uuid(&mut self.ids.borrow_mut().requests))
    }

    fn problems(&self) -> &str {
        self.refusal.as_deref().unwrap_or_else(|| self.request.problems())
    }

    /// Every entity of a collection.
    fn all(&self, collection: usize) -> Value {
        let entities = self.state.all(collection).map(|entity| self.seen(collection, entity).into_owned());
        Value::Array(entities.collect())
    }

    /// An entity as the present view shows it.
    fn seen<'e>(&self, collection: usize, entity: &'e Value) -> Cow<'e, Value> {
        let plan = &self.rules.collections[collection];
        match self.view {
            View::Reply if !plan.private.is_empty() => Cow::Owned(plan.public(entity)),
            _ => Cow::Borrowed(entity),
        }
    }
}

fn uuid(ids: &mut Generator) -> String {
    // `uuid` takes no argument, so that the call cannot fail.
    ids.call("uuid", &[]).map(|datum| datum.to_text()).unwrap_or_default()
}

impl Scope for RequestScope<'_> {
    fn resolve(&self, reference: &Reference) -> Result<Datum, Unresolved> {
        if let Some(datum) = self.given(&reference.root) {
            return reference.walk_within(0, datum);
        }
        // `$all.orders` is one collection, whatever else the state holds.
        if let (Some(BuiltIn::All), Some(Access::Member(name))) =
            (BuiltIn::of(&reference.root), reference.steps.first())
            && let Some(index) = self.rules.collections.iter().position(|plan| plan.name == *name)
        {
            return reference.walk(1, Datum::new(self.all(index)));
        }
        match self.named(&reference.root) {
            Ok(Some(value)) => reference.walk(0, Datum::new(value.into_owned())),
            Ok(None) => Err(reference.unresolved("there is no such name")),
            Err(reason) => Err(reference.unresolved(reason)),
        }
    }

    fn variable(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.named(name).unwrap_or_else(|reason| {
            self.failures.borrow_mut().push((name.to_owned(), reason));
            None
        })
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}
