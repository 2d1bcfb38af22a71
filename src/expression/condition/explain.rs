//! Why an evaluation failed, in the words of the expression: which part of it, and what that part is.

use super::convert::{type_name, word_for_type};
use super::environment::{BUDGET, BUDGET_TYPE_NAME, size_of, unguarded};
use super::functions::integer;
use super::growth::written;
use super::mentions::{is_operator, namespace};
use super::print::{print, sign};
use cel::common::ast::{ComprehensionExpr, EntryExpr, Expr, IdedExpr, operators};
use cel::common::types::CelBool;
use cel::common::value::CowVal;
use cel::{Context, ExecutionError, Value};

/// Elements of a loop that are looked at for the one that fails.
const MAX_LOOKED_AT: usize = 10_000;

/// Explains an error of a node: the innermost part that fails by itself is the one to name.
pub(super) fn explain(node: &IdedExpr, context: &Context<'_, '_>, error: &ExecutionError) -> String {
    if let ExecutionError::FunctionError { function, message } = error
        && function == BUDGET
    {
        return message.clone();
    }
    for child in children(node, context) {
        if let Err(error) = Value::resolve_val(child, context) {
            return explain(child, context, &error);
        }
    }
    if let Expr::Comprehension(comprehension) = &node.expr
        && let Some(reason) = explain_loop(comprehension, context)
    {
        return reason;
    }
    describe(node, context, error)
}

/// The parts that are evaluated before a node is.
fn children<'e>(node: &'e IdedExpr, context: &Context<'_, '_>) -> Vec<&'e IdedExpr> {
    match &node.expr {
        Expr::Call(call) => {
            if call.func_name == operators::CONDITIONAL
                && let [condition, yes, no] = call.args.as_slice()
            {
                let chosen = match boolean(condition, context) {
                    Some(true) => Some(yes),
                    Some(false) => Some(no),
                    None => None,
                };
                return [Some(condition), chosen].into_iter().flatten().collect();
            }
            let target = call.target.as_deref().filter(|target| namespace(target).is_none());
            target.into_iter().chain(&call.args).collect()
        }
        Expr::Select(select) => vec![&select.operand],
        Expr::List(list) => list.elements.iter().collect(),
        Expr::Map(map) => map.entries.iter().flat_map(|entry| entry_parts(&entry.expr)).collect(),
        Expr::Struct(of) => of.entries.iter().flat_map(|entry| entry_parts(&entry.expr)).collect(),
        Expr::Comprehension(comprehension) => {
            vec![unguarded(&comprehension.iter_range), &comprehension.accu_init]
        }
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => Vec::new(),
    }
}

fn entry_parts(entry: &EntryExpr) -> Vec<&IdedExpr> {
    match entry {
        EntryExpr::StructField(field) => vec![&field.value],
        EntryExpr::MapEntry(entry) => vec![&entry.key, &entry.value],
    }
}

/// The value of a part that is a boolean.
pub(super) fn boolean(node: &IdedExpr, context: &Context<'_, '_>) -> Option<bool> {
    let value = Value::resolve_val(node, context).ok()?;
    value.downcast_ref::<CelBool>().map(|value| *value.inner())
}

/// The elements of a loop's range; of an object its names.
pub(super) fn elements<'e, 'v>(
    comprehension: &'e ComprehensionExpr,
    context: &'e Context<'_, 'v>,
) -> Option<CowVal<'e, 'v>> {
    Value::resolve_val(&comprehension.iter_range, context).ok()
}

/// Explains the first round of a loop that fails.
fn explain_loop(comprehension: &ComprehensionExpr, context: &Context<'_, '_>) -> Option<String> {
    let range = elements(comprehension, context)?;
    let accumulator = Value::resolve_val(&comprehension.accu_init, context).ok()?;
    let mut inner = context.new_inner_scope();
    inner.add_variable_as_val(&comprehension.accu_var, accumulator.into_owned());
    let mut iterator = range.as_iterable()?.iter();
    for index in 0..MAX_LOOKED_AT {
        inner.add_variable_as_val(&comprehension.iter_var, iterator.next()?.clone_as_boxed());
        if let Err(error) = Value::resolve_val(&comprehension.loop_step, &inner) {
            let reason = explain(&comprehension.loop_step, &inner, &error);
            let variable = &comprehension.iter_var;
            let range = print(unguarded(&comprehension.iter_range));
            return Some(format!("{reason}, where `{variable}` is element {index} of `{range}`"));
        }
    }
    None
}

/// Says what is wrong with a node whose parts are all right.
fn describe(node: &IdedExpr, context: &Context<'_, '_>, error: &ExecutionError) -> String {
    let what = |part: &IdedExpr| {
        Value::resolve_val(part, context).map_or("missing", |value| type_name(value.as_ref()))
    };
    match (error, &node.expr) {
        (ExecutionError::NoSuchKey(key), Expr::Select(select)) => {
            format!("no key `{key}` in `{}`", print(&select.operand))
        }
        (ExecutionError::NoSuchKey(key), Expr::Call(call)) if !call.args.is_empty() => {
            format!("no key `{key}` in `{}`", print(&call.args[0]))
        }
        (ExecutionError::IndexOutOfBounds(_), Expr::Call(call)) if call.args.len() == 2 => {
            let list = Value::resolve_val(&call.args[0], context);
            let size = list.ok().and_then(|list| size_of(list.as_ref())).unwrap_or_default();
            let index = Value::resolve_val(&call.args[1], context);
            let index = index.ok().and_then(|index| integer(index.as_ref())).unwrap_or_default();
            format!("`{}` has {size} elements, none at {index}", print(&call.args[0]))
        }
        (ExecutionError::UndeclaredReference(name), Expr::Call(_)) => {
            format!("there is no function `{name}`")
        }
        (ExecutionError::UndeclaredReference(name), _) => format!("undeclared `{name}`"),
        (ExecutionError::FunctionError { message, .. }, _) => {
            // Regular expressions are drawn over several lines; the last one says what is wrong.
            let reason = message.lines().last().unwrap_or_default().trim_start_matches("error: ");
            format!("`{}`: {reason}", print(node))
        }
        (ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_), _) => {
            format!("`{}` divides by zero", print(node))
        }
        (ExecutionError::Overflow(..), _) => format!("`{}` does not fit into 64 bits", print(node)),
        (_, Expr::Select(select)) => {
            let operand = print(&select.operand);
            format!("`{operand}` is {} and has no member `{}`", what(&select.operand), select.field)
        }
        (_, Expr::Comprehension(comprehension)) => {
            let range = unguarded(&comprehension.iter_range);
            format!("`{}` is {}, not an array or an object", print(range), what(range))
        }
        (_, Expr::Call(call)) if is_operator(&call.func_name) => {
            let sign = sign(&call.func_name).unwrap_or(&call.func_name);
            if matches!(sign, "&&" | "||" | "!" | "?:") {
                let wrong = call.args.iter().find(|part| boolean(part, context).is_none()).unwrap_or(node);
                return format!("`{}` is {}, not `true` or `false`", print(wrong), what(wrong));
            }
            let operands: Vec<_> =
                call.args.iter().map(|part| format!("`{}`, {}", print(part), what(part))).collect();
            format!("`{sign}` does not go with {}", operands.join(" and "))
        }
        (ExecutionError::NoSuchOverload(overload), Expr::Call(call)) => {
            let given = overload.argument_types().iter().filter(|name| **name != BUDGET_TYPE_NAME);
            let types: Vec<_> = given.map(|name| word_for_type(name)).collect();
            let types = if types.is_empty() { "nothing".to_owned() } else { types.join(" and ") };
            format!("`{}` does not go with {types} (`{}`)", written(&call.func_name), print(node))
        }
        _ => {
            let message: String = error.to_string().chars().take(200).collect();
            format!("`{}`: {message}", print(node))
        }
    }
}
