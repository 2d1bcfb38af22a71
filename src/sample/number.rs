use super::conjunction::Conjunction;
use crate::json::Value;
use serde_json::Number;

/// A number within the bounds: zero or one where they allow it, else the nearest to the lower one that
/// `multipleOf` lets through.
pub(super) fn make(all: &Conjunction<'_>, is_integer: bool) -> Value {
    let step = all.all("multipleOf").filter_map(|(_, value)| value.as_f64()).find(|step| *step > 0.0);
    let step = step.or(is_integer.then_some(1.0));
    let (low, high) = (lower(all), upper(all));
    let fits = |number: f64| {
        low.is_none_or(|(bound, is_out)| if is_out { number > bound } else { number >= bound })
            && high.is_none_or(|(bound, is_out)| if is_out { number < bound } else { number <= bound })
            && step.is_none_or(|step| (number / step).fract() == 0.0)
    };
    let above = |bound: f64| match step {
        Some(step) => [(bound / step).ceil() * step, ((bound / step).floor() + 1.0) * step],
        None => [bound, bound + 0.5],
    };
    let below = |bound: f64| match step {
        Some(step) => [(bound / step).floor() * step, ((bound / step).ceil() - 1.0) * step],
        None => [bound, bound - 0.5],
    };
    let between = match (low, high) {
        (Some((low, _)), Some((high, _))) => Some((low + high) / 2.0),
        _ => None,
    };
    let candidates = [1.0, 0.0].into_iter();
    let candidates = candidates.chain(low.map(|(bound, _)| above(bound)).into_iter().flatten());
    let candidates = candidates.chain(high.map(|(bound, _)| below(bound)).into_iter().flatten());
    let chosen = candidates.chain(between).find(|number| fits(*number)).unwrap_or(1.0);
    if chosen.fract() == 0.0 && chosen.abs() < 9.0e15 {
        return Value::from(chosen as i64);
    }
    Number::from_f64(chosen).map_or(Value::from(1), Value::Number)
}

/// The highest of the lower bounds, and whether it is itself out of bounds.
fn lower(all: &Conjunction<'_>) -> Option<(f64, bool)> {
    bounds(all, "minimum", "exclusiveMinimum")
        .into_iter()
        .reduce(|a, b| if b.0 > a.0 || (b.0 == a.0 && b.1) { b } else { a })
}

fn upper(all: &Conjunction<'_>) -> Option<(f64, bool)> {
    bounds(all, "maximum", "exclusiveMaximum")
        .into_iter()
        .reduce(|a, b| if b.0 < a.0 || (b.0 == a.0 && b.1) { b } else { a })
}

/// Exclusive bounds are numbers, or in OpenAPI 3.0 flags beside the bound.
fn bounds(all: &Conjunction<'_>, inclusive: &str, exclusive: &str) -> Vec<(f64, bool)> {
    let mut found = Vec::new();
    for (_, schema) in &all.schemas {
        let flag = schema.get(exclusive).and_then(Value::as_bool).unwrap_or(false);
        found.extend(schema.get(inclusive).and_then(Value::as_f64).map(|bound| (bound, flag)));
        found.extend(schema.get(exclusive).and_then(Value::as_f64).map(|bound| (bound, true)));
    }
    found
}
