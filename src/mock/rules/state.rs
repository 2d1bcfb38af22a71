use super::load::Loader;
use crate::clock::Timestamp;
use crate::diagnostic::Code;
use crate::expression::{Reference, Scope, Unresolved};
use crate::json::{Datum, Map, Value};
use crate::mock::state::{ChangeError, CollectionPlan, State};
use crate::yaml::{Entry, MapReader, Node};
use std::borrow::Cow;

/// The only name that the state's values may use: the moment at which the data clock starts.
const START: &str = "now";

/// The names of the state's values.
struct AtStart(Timestamp);

impl Loader<'_> {
    /// Reads `state`: what each collection says of its entities, and the entities it starts with.
    pub(super) fn collections(
        &mut self,
        entries: &[Entry],
        start: Timestamp,
    ) -> (Vec<CollectionPlan>, State) {
        let mut plans = Vec::new();
        let mut state = State::new(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let plan = self.collection(entry, index, &mut state, start);
            self.names.collections.push(plan.name.clone());
            self.names.private.push(plan.private.clone());
            self.keys.push(plan.key.clone());
            self.in_cel.push(false);
            plans.push(plan);
        }
        (plans, state)
    }

    fn collection(
        &mut self,
        entry: &Entry,
        index: usize,
        state: &mut State,
        start: Timestamp,
    ) -> CollectionPlan {
        let mut plan = CollectionPlan {
            name: entry.key.clone(),
            key: "id".to_owned(),
            private: Vec::new(),
            template: Value::Object(Map::new()),
            is_in_cel: false,
        };
        let Some(mut map) = MapReader::mock("a collection", &entry.value, self.problems) else {
            return plan;
        };
        if let Some(key) = map.text("key", self.problems) {
            plan.key = key.to_owned();
        }
        plan.private =
            map.texts("private", self.problems).into_iter().map(|(name, _)| name.to_owned()).collect();
        if let Some(node) = map.take("template") {
            if node.as_map().is_none() {
                map.wrong_type("template", "a map", node, self.problems);
            } else {
                plan.template = self.data(node, start);
            }
        }
        let items = map.list("items", self.problems);
        map.finish(&[], self.problems);
        for item in items {
            self.item(item, (&plan, index), state, start);
        }
        plan
    }

    fn item(&mut self, node: &Node, at: (&CollectionPlan, usize), state: &mut State, start: Timestamp) {
        let (plan, _) = at;
        if node.as_map().is_none() {
            let message = format!("an item is a map, not {}", node.type_name());
            self.problems.error(Code::MOCK_INVALID_VALUE, node.span, message, "is no map");
            return;
        }
        let entity = plan.complete(self.data(node, start));
        let Some(key) = plan.key_of(&entity) else {
            let message =
                format!("an item of `{}` needs a text or a number as its key `{}`", plan.name, plan.key);
            self.problems.error(
                Code::MOCK_INVALID_VALUE,
                node.span,
                message,
                format!("lacks `{}`", plan.key),
            );
            return;
        };
        let span = node.get(&plan.key).map_or(node.span, |node| node.span);
        match state.insert(at, key, entity) {
            Ok(()) => {}
            Err(error @ ChangeError::Duplicate { .. }) => {
                self.problems.error(Code::MOCK_INVALID_VALUE, span, error.to_string(), "stands twice");
            }
            Err(error) => {
                self.problems.error(Code::MOCK_INVALID_VALUE, span, error.to_string(), "does not fit");
            }
        }
    }

    /// A value of the state: data, in which `$now` is the start of the clock.
    fn data(&mut self, node: &Node, start: Timestamp) -> Value {
        let template = self.compile(node, vec![START.to_owned()]);
        match template.resolve(&AtStart(start)) {
            Ok(datum) => datum.into_value(),
            Err(error) => {
                let label = "only `now` has a value here";
                self.problems.error(Code::MOCK_INVALID_EXPRESSION, node.span, error.to_string(), label);
                Value::Null
            }
        }
    }
}

impl Scope for AtStart {
    fn resolve(&self, reference: &Reference) -> Result<Datum, Unresolved> {
        reference.walk(0, Datum::new(self.0.to_string()))
    }

    fn variable(&self, name: &str) -> Option<Cow<'_, Value>> {
        (name == START).then(|| Cow::Owned(Value::from(self.0.to_string())))
    }

    fn now(&self) -> Timestamp {
        self.0
    }
}
