use super::patch;
use crate::json::{Datum, Map, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// What the rules say of one collection; equal for every copy of the state.
#[derive(Debug)]
pub(super) struct CollectionPlan {
    /// The name behind `all.`.
    pub(super) name: String,
    /// The member that tells entities apart.
    pub(super) key: String,
    /// Members that are never sent.
    pub(super) private: Vec<String>,
    /// What every entity is laid over.
    pub(super) template: Value,
    /// Whether a condition names the whole collection: only then it is shown to CEL.
    pub(super) is_in_cel: bool,
}

/// A collection may hold so many entities: a client that creates for ever is refused at last.
pub(super) const MAX_ENTITIES: usize = 10_000;

/// Every entity of one instance, collections in the order of the rules.
///
/// A copy costs a few counters, whatever the state holds: a request that writes works on a copy
/// and replaces the state by it at the end, so that it happens wholly or not at all.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    collections: Vec<Collection>,
}

#[derive(Clone, Debug, Default)]
struct Collection {
    /// In the order of their making.
    entities: Arc<Vec<Arc<Value>>>,
    by_key: Arc<HashMap<String, usize>>,
}

/// Why a change was not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ChangeError {
    #[error("`{collection}` has no entity `{key}`")]
    Missing { collection: String, key: String },
    #[error("`{collection}` already has an entity `{key}`")]
    Duplicate { collection: String, key: String },
    #[error("`{collection}` is full: it holds {MAX_ENTITIES} entities")]
    Full { collection: String },
    #[error("an entity of `{collection}` would hold more than {} values", patch::MAX_VALUES)]
    TooLarge { collection: String },
    #[error("an entity of `{collection}` is an object, not {found}")]
    NotAnObject { collection: String, found: &'static str },
    #[error("{0}")]
    Place(String),
}

impl CollectionPlan {
    /// The whole entity of what an item names: its key first, then the template's members in
    /// their order, then its own.
    pub(super) fn complete(&self, item: Value) -> Value {
        let whole = patch::overlay(&self.template, item);
        let Value::Object(members) = whole else { return whole };
        let mut ordered = Map::with_capacity(members.len());
        if let Some(key) = members.get(&self.key) {
            ordered.insert(self.key.clone(), key.clone());
        }
        ordered.extend(members);
        Value::Object(ordered)
    }

    /// The text by which an entity is found; `None` when its key is missing, null, or no scalar.
    pub(super) fn key_of(&self, entity: &Value) -> Option<String> {
        key_text(entity.get(&self.key)?)
    }

    /// The entity without its private members.
    pub(super) fn public(&self, entity: &Value) -> Value {
        let mut entity = entity.clone();
        if let Value::Object(members) = &mut entity {
            for name in &self.private {
                members.shift_remove(name);
            }
        }
        entity
    }
}

/// The text by which a value finds an entity: `"7"` and `7` find the same.
pub(super) fn key_text(value: &Value) -> Option<String> {
    match value {
        Value::String(_) | Value::Number(_) => Some(Datum::new(value.clone()).to_text()),
        _ => None,
    }
}

impl State {
    /// A state of empty collections, as many as there are plans.
    pub(super) fn new(n_collections: usize) -> Self {
        Self { collections: vec![Collection::default(); n_collections] }
    }

    /// The entity of a key.
    pub(super) fn find(&self, collection: usize, key: &str) -> Option<&Value> {
        let collection = self.collections.get(collection)?;
        let index = *collection.by_key.get(key)?;
        collection.entities.get(index).map(AsRef::as_ref)
    }

    /// Every entity of a collection, in the order of their making.
    pub(super) fn all(&self, collection: usize) -> impl ExactSizeIterator<Item = &Value> {
        let entities = self.collections.get(collection).map_or(&[][..], |it| it.entities.as_slice());
        entities.iter().map(AsRef::as_ref)
    }

    /// Changes an entity; what the change does to its key is undone.
    ///
    /// # Errors
    /// When there is no such entity, the change fails, or what it leaves is too large or no object.
    pub(super) fn change(
        &mut self,
        (plan, collection): (&CollectionPlan, usize),
        key: &str,
        change: impl FnOnce(&mut Value) -> Result<(), String>,
    ) -> Result<(), ChangeError> {
        let missing = || ChangeError::Missing { collection: plan.name.clone(), key: key.to_owned() };
        let it = self.collections.get_mut(collection).ok_or_else(missing)?;
        let index = *it.by_key.get(key).ok_or_else(missing)?;
        let slot = Arc::make_mut(&mut it.entities).get_mut(index).ok_or_else(missing)?;
        let entity = Arc::make_mut(slot);
        let key_before = entity.get(&plan.key).cloned();
        change(entity).map_err(ChangeError::Place)?;
        check_shape(plan, entity)?;
        if let (Value::Object(members), Some(key)) = (entity, key_before) {
            members.insert(plan.key.clone(), key);
        }
        Ok(())
    }

    /// Adds an entity under its key.
    ///
    /// # Errors
    /// When the key is taken, the collection is full, or the entity too large or no object.
    pub(super) fn insert(
        &mut self,
        (plan, collection): (&CollectionPlan, usize),
        key: String,
        entity: Value,
    ) -> Result<(), ChangeError> {
        check_shape(plan, &entity)?;
        let missing = || ChangeError::Missing { collection: plan.name.clone(), key: key.clone() };
        let it = self.collections.get_mut(collection).ok_or_else(missing)?;
        if it.by_key.contains_key(&key) {
            return Err(ChangeError::Duplicate { collection: plan.name.clone(), key });
        }
        if it.entities.len() >= MAX_ENTITIES {
            return Err(ChangeError::Full { collection: plan.name.clone() });
        }
        Arc::make_mut(&mut it.by_key).insert(key, it.entities.len());
        Arc::make_mut(&mut it.entities).push(Arc::new(entity));
        Ok(())
    }

    /// Removes an entity.
    ///
    /// # Errors
    /// When there is none of that key.
    pub(super) fn remove(
        &mut self,
        (plan, collection): (&CollectionPlan, usize),
        key: &str,
    ) -> Result<(), ChangeError> {
        let missing = || ChangeError::Missing { collection: plan.name.clone(), key: key.to_owned() };
        let it = self.collections.get_mut(collection).ok_or_else(missing)?;
        let index = Arc::make_mut(&mut it.by_key).remove(key).ok_or_else(missing)?;
        Arc::make_mut(&mut it.entities).remove(index);
        for later in Arc::make_mut(&mut it.by_key).values_mut().filter(|later| **later > index) {
            *later -= 1;
        }
        Ok(())
    }
}

fn check_shape(plan: &CollectionPlan, entity: &Value) -> Result<(), ChangeError> {
    if !entity.is_object() {
        let found = crate::json::type_name(entity);
        return Err(ChangeError::NotAnObject { collection: plan.name.clone(), found });
    }
    if !patch::is_within(entity, patch::MAX_VALUES) {
        return Err(ChangeError::TooLarge { collection: plan.name.clone() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Pointer;
    use serde_json::json;

    fn plan() -> CollectionPlan {
        CollectionPlan {
            name: "orders".to_owned(),
            key: "id".to_owned(),
            private: vec!["_gateway".to_owned()],
            template: json!({"status": "new", "address": {"city": "Anaheim", "country": "US"}}),
            is_in_cel: false,
        }
    }

    fn state(keys: &[&str]) -> State {
        let mut state = State::new(1);
        for key in keys {
            let entity = plan().complete(json!({ "id": key }));
            state.insert((&plan(), 0), (*key).to_owned(), entity).expect("keys differ");
        }
        state
    }

    fn keys(state: &State) -> Vec<String> {
        state.all(0).filter_map(|entity| plan().key_of(entity)).collect()
    }

    #[test]
    fn an_entity_is_the_template_with_its_own_members() {
        let entity = plan().complete(json!({"address": {"city": "Berlin"}, "_gateway": "manual", "id": 7}));
        let expected =
            r#"{"id":7,"status":"new","address":{"city":"Berlin","country":"US"},"_gateway":"manual"}"#;
        assert_eq!(entity.to_string(), expected);
        assert_eq!(plan().key_of(&entity).as_deref(), Some("7"));
        assert_eq!(plan().public(&entity).get("_gateway"), None);
    }

    #[test]
    fn keys_are_texts_and_numbers() {
        for (value, expected) in [
            (json!("a"), Some("a")),
            (json!(7), Some("7")),
            (json!(null), None),
            (json!(true), None),
            (json!({}), None),
        ] {
            assert_eq!(key_text(&value).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn a_copy_is_changed_without_the_original() {
        let before = state(&["1", "2"]);
        let mut after = before.clone();
        let at = Pointer::of(["status"]);
        after
            .change((&plan(), 0), "2", |entity| patch::set(entity, &at, json!("done")))
            .expect("the entity is there");
        assert_eq!(before.find(0, "2").and_then(|it| it.get("status")), Some(&json!("new")));
        assert_eq!(after.find(0, "2").and_then(|it| it.get("status")), Some(&json!("done")));
        assert_eq!(after.find(0, "1"), before.find(0, "1"));
    }

    #[test]
    fn a_change_cannot_move_an_entity_to_another_key() {
        let mut state = state(&["1"]);
        let patch = json!({"id": "2", "status": null});
        state
            .change((&plan(), 0), "1", |entity| patch::merge(entity, &Pointer::root(), patch))
            .expect("the entity is there");
        assert_eq!(state.find(0, "1").and_then(|it| it.get("id")), Some(&json!("1")));
        assert_eq!(state.find(0, "2"), None);
    }

    #[test]
    fn entities_keep_their_order_when_one_goes() {
        let mut state = state(&["a", "b", "c"]);
        state.remove((&plan(), 0), "a").expect("it is there");
        assert_eq!(keys(&state), ["b", "c"]);
        assert_eq!(state.find(0, "c").and_then(|it| it.get("id")), Some(&json!("c")));
        assert_eq!(state.find(0, "a"), None);
    }

    fn check_refused(change: impl FnOnce(&mut State) -> Result<(), ChangeError>, message: &str) {
        let error = change(&mut state(&["1"])).expect_err("the change is refused");
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn refusals_name_the_collection() {
        let entity = || json!({"id": "1"});
        check_refused(
            |state| state.insert((&plan(), 0), "1".to_owned(), entity()),
            "`orders` already has an entity `1`",
        );
        check_refused(|state| state.remove((&plan(), 0), "9"), "`orders` has no entity `9`");
        check_refused(|state| state.change((&plan(), 0), "9", |_| Ok(())), "`orders` has no entity `9`");
        check_refused(
            |state| state.insert((&plan(), 0), "2".to_owned(), json!([])),
            "an entity of `orders` is an object, not an array",
        );
        check_refused(
            |state| {
                let large = json!({ "list": vec![1; patch::MAX_VALUES] });
                state.insert((&plan(), 0), "2".to_owned(), large)
            },
            "an entity of `orders` would hold more than 100000 values",
        );
    }

    #[test]
    fn a_full_collection_takes_no_more() {
        let mut state = State::new(1);
        for number in 0..MAX_ENTITIES {
            state.insert((&plan(), 0), number.to_string(), json!({})).expect("there is room");
        }
        let refused = state.insert((&plan(), 0), "more".to_owned(), json!({}));
        assert_eq!(refused, Err(ChangeError::Full { collection: "orders".to_owned() }));
    }
}
