//! What a rule does to the state: its effects, one after the other, on the request's own copy.

use super::patch;
use super::rules::{Change, Effect, Rules, Target};
use super::scope::RequestScope;
use super::state::CollectionPlan;
use crate::expression::Template;
use crate::json::Value;

/// Carries out effects in the order written; each sees what those before it did.
///
/// # Errors
/// Why one of them cannot be carried out; what the copy holds then is not to be kept.
pub(super) fn apply(rules: &Rules, effects: &[Effect], scope: &mut RequestScope<'_>) -> Result<(), String> {
    for effect in effects {
        if let Some(when) = &effect.when
            && !scope
                .holds(when)
                .map_err(|reason| format!("the `when` of an effect has no value: {reason}"))?
        {
            continue;
        }
        // What is put off writes nothing yet.
        if effect.changes.iter().any(|change| !matches!(change, Change::Later(_))) {
            scope.write();
        }
        for change in &effect.changes {
            carry_out(rules, change, scope)?;
        }
    }
    Ok(())
}

fn carry_out(rules: &Rules, change: &Change, scope: &mut RequestScope<'_>) -> Result<(), String> {
    match change {
        Change::Set(target, value) => {
            let value = resolve(value, scope)?;
            edit(rules, target, scope, |entity| patch::set(entity, &target.at, value))
        }
        Change::Merge(target, value) => {
            let value = resolve(value, scope)?;
            edit(rules, target, scope, |entity| patch::merge(entity, &target.at, value))
        }
        Change::Append(target, value) => {
            let value = resolve(value, scope)?;
            edit(rules, target, scope, |entity| patch::append(entity, &target.at, value))
        }
        Change::Unset(target) => edit(rules, target, scope, |entity| {
            patch::unset(entity, &target.at);
            Ok(())
        }),
        Change::Create { collection, entity, value } => {
            let value = resolve(value, scope)?;
            create(rules, *collection, *entity, value, scope)
        }
        Change::Remove { entity } => {
            let (at, key) = locate(rules, *entity, scope)?;
            scope.state.remove(at, &key).map_err(|error| error.to_string())
        }
        Change::Later(later) => scope.put_off(later),
    }
}

/// Whether every entity that effects change is there; one that was removed meanwhile needs no change.
///
/// # Errors
/// Why the id of an entity has no value.
pub(super) fn has_targets(effects: &[Effect], scope: &RequestScope<'_>) -> Result<bool, String> {
    for change in effects.iter().flat_map(|effect| &effect.changes) {
        let entity = match change {
            Change::Set(target, _)
            | Change::Merge(target, _)
            | Change::Append(target, _)
            | Change::Unset(target) => target.entity,
            Change::Remove { entity } => *entity,
            Change::Create { .. } | Change::Later(_) => continue,
        };
        if scope.key(entity)?.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn resolve(template: &Template, scope: &RequestScope<'_>) -> Result<Value, String> {
    Ok(scope.value(template)?.into_value())
}

fn edit(
    rules: &Rules,
    target: &Target,
    scope: &mut RequestScope<'_>,
    change: impl FnOnce(&mut Value) -> Result<(), String>,
) -> Result<(), String> {
    let (at, key) = locate(rules, target.entity, scope)?;
    scope.state.change(at, &key, change).map_err(|error| error.to_string())
}

/// The collection and key of an entity that is to be changed, and so must be there.
fn locate<'r>(
    rules: &'r Rules,
    entity: usize,
    scope: &RequestScope<'_>,
) -> Result<((&'r CollectionPlan, usize), String), String> {
    let plan = &rules.entities[entity];
    match scope.key(entity)? {
        Some(key) => Ok(((&rules.collections[plan.from], plan.from), key.to_owned())),
        None => Err(format!("`{}` is null: there is nothing to change", plan.name)),
    }
}

/// Makes an entity of the collection's template; one without a key gets the next seeded UUID.
fn create(
    rules: &Rules,
    collection: usize,
    entity: Option<usize>,
    value: Value,
    scope: &mut RequestScope<'_>,
) -> Result<(), String> {
    let plan = &rules.collections[collection];
    let mut item = value;
    if plan.key_of(&item).is_none()
        && let Value::Object(members) = &mut item
    {
        members.insert(plan.key.clone(), scope.next_id().into());
    }
    let whole = plan.complete(item);
    let key = plan.key_of(&whole).unwrap_or_default();
    scope.state.insert((plan, collection), key.clone(), whole).map_err(|error| error.to_string())?;
    if let Some(entity) = entity {
        scope.bind(entity, key);
    }
    Ok(())
}
