//! The CEL environment: one for the process, and the guards that keep an expression from using up
//! the stack or the day.

use super::{functions, growth, parser, time};
use cel::common::ast::{CallExpr, EntryExpr, Expr, IdedExpr, operators};
use cel::common::types::{CelInt, CelList, CelMap, DYN_TYPE, Type};
use cel::common::value::{CowVal, StaticVal, Val};
use cel::parser::Macro;
use cel::{DeclarationError, Env, ExecutionError, ParseErrors, extensions};
use std::any::Any;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

/// The longest expression, whatever the limit `expression` says: the stack grows with the length.
pub(super) const MAX_LENGTH: usize = 4096;

/// Deeper parentheses than these are not written by hand.
pub(super) const MAX_DEPTH: u16 = 64;

/// An unoptimized build needs 170 KiB for each of [`MAX_DEPTH`] parentheses, and 38 KiB for each term
/// of `1+1+…`, which is two bytes long.
const STACK: usize = 24 << 20;
const STACK_FOR_A_BYTE: usize = 32 << 10;

/// The elements that all loops of one evaluation may visit together.
const MAX_VISITS: u64 = 5_000_000;

/// The bytes that all values which one evaluation builds may take up together: eight times the largest
/// body.
pub(super) const MAX_BYTES: u64 = 256 << 20;

/// The variable and the function that count visits, and the variable that holds the present moment.
/// No expression can name them: `@` starts no word of CEL.
pub(super) const BUDGET: &str = "@budget";
const GROWN: &str = "@grown";
pub(super) const NOW: &str = "@now";

/// Names before a point that are no values: `math.abs(x)`.
pub(super) const NAMESPACES: &[&str] = &["lists", "math", "optional", "strings"];

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    // The names are fixed, so that this fails for every expression or for none.
    Arc::new(environment().expect("no function is declared twice"))
});

fn environment() -> Result<Env, DeclarationError> {
    let mut env = Env::stdlib();
    env.add_extension(extensions::strings)?;
    env.add_extension(extensions::lists)?;
    env.add_extension(extensions::math)?;
    env.add_extension(time::extension)?;
    env.add_extension(functions::extension)?;
    env.add_overload(BUDGET, BUDGET, vec![DYN_TYPE, DYN_TYPE], spend)?;
    env.add_overload(GROWN, GROWN, vec![DYN_TYPE, DYN_TYPE], grow)?;
    growth::extension(&mut env)?;
    env.add_macro(Macro::global("now", 0, |helper, _, _| {
        Ok(Some(helper.next_expr(Expr::Ident(NOW.to_owned()))))
    }))?;
    Ok(env)
}

/// The environment of every expression.
pub(super) fn shared() -> &'static Arc<Env> {
    &ENVIRONMENT
}

/// Runs on a stack that is large enough for an expression of so many bytes.
pub(super) fn with_stack<R>(length: usize, run: impl FnOnce() -> R) -> R {
    let stack = STACK + length * STACK_FOR_A_BYTE;
    stacker::maybe_grow(stack, stack, run)
}

/// Runs what evaluates many expressions on one stack that is large enough for each, with room for the
/// scope they ask: a new stack costs more than most expressions do.
pub(crate) fn on_one_stack<R>(run: impl FnOnce() -> R) -> R {
    const ROOM: usize = 16 << 20;
    let stack = STACK + MAX_LENGTH * STACK_FOR_A_BYTE;
    stacker::maybe_grow(stack, stack + ROOM, run)
}

/// Parses, and has every loop ask the budget before it starts.
pub(super) fn parse(text: &str) -> Result<IdedExpr, ParseErrors> {
    let mut ast = parser::parse(text)?;
    guard(&mut ast, false);
    Ok(ast)
}

/// Has what builds values ask the budget: sums, lists, maps, and functions whose result is larger than
/// what they are given; within a loop, all that copies.
fn guard(node: &mut IdedExpr, is_in_loop: bool) {
    match &mut node.expr {
        Expr::Call(call) => guard_call(call, is_in_loop),
        Expr::Select(select) => guard_part(&mut select.operand, is_in_loop),
        Expr::List(list) => list.elements.iter_mut().for_each(|element| guard_copied(element, is_in_loop)),
        Expr::Map(map) => map.entries.iter_mut().for_each(|entry| guard_entry(&mut entry.expr, is_in_loop)),
        Expr::Struct(of) => of.entries.iter_mut().for_each(|entry| guard_entry(&mut entry.expr, is_in_loop)),
        Expr::Comprehension(comprehension) => {
            guard(&mut comprehension.iter_range, is_in_loop);
            for part in [
                &mut comprehension.accu_init,
                &mut comprehension.loop_cond,
                &mut comprehension.loop_step,
                &mut comprehension.result,
            ] {
                guard(part, true);
            }
            charge(&mut comprehension.iter_range, BUDGET);
        }
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => {}
    }
}

fn guard_call(call: &mut CallExpr, is_in_loop: bool) {
    if let Some(target) = &mut call.target {
        guard_part(target, is_in_loop);
    }
    if call.func_name != operators::ADD {
        call.args.iter_mut().for_each(|argument| guard_part(argument, is_in_loop));
        if let ("format", [list]) = (call.func_name.as_str(), call.args.as_mut_slice()) {
            charge(list, growth::FITS);
        }
        if growth::is_bounded(call) {
            call.func_name.push(growth::BOUNDED);
            call.args.push(IdedExpr { id: 0, expr: Expr::Ident(BUDGET.to_owned()) });
        }
        return;
    }
    // What a loop adds to its own result is the loop's own doing, and printed as such: its elements
    // are charged, and it is not.
    let is_own =
        matches!(call.args.first().map(|it| &it.expr), Some(Expr::Ident(name)) if name.starts_with('@'));
    for (index, argument) in call.args.iter_mut().enumerate() {
        guard(argument, is_in_loop);
        // The parts of a sum within a sum have been charged; a second look at each would make a long
        // sum a tree twice as deep.
        let is_sum = matches!(&argument.expr, Expr::Call(inner) if inner.func_name == operators::ADD);
        if !is_own && !is_sum && (is_in_loop || index > 0) && !matches!(argument.expr, Expr::Literal(_)) {
            charge(argument, GROWN);
        }
    }
}

/// Guards a part whose value is used and dropped: where that is built anew in every round, it is charged.
fn guard_part(part: &mut IdedExpr, is_in_loop: bool) {
    guard(part, is_in_loop);
    let is_built = match &part.expr {
        Expr::Call(call) => growth::copies(&call.func_name),
        Expr::List(_) | Expr::Map(_) => true,
        _ => false,
    };
    if is_in_loop && is_built {
        charge(part, GROWN);
    }
}

/// Guards a part that is copied into a list or a map.
fn guard_copied(part: &mut IdedExpr, is_in_loop: bool) {
    guard(part, is_in_loop);
    if !matches!(part.expr, Expr::Literal(_)) {
        charge(part, GROWN);
    }
}

/// Puts a call of the budget around a part.
fn charge(part: &mut IdedExpr, function: &str) {
    let inner = std::mem::take(part);
    let budget = IdedExpr { id: inner.id, expr: Expr::Ident(BUDGET.to_owned()) };
    *part = IdedExpr {
        id: inner.id,
        expr: Expr::Call(CallExpr {
            func_name: function.to_owned(),
            target: None,
            args: vec![inner, budget],
        }),
    };
}

fn guard_entry(entry: &mut EntryExpr, is_in_loop: bool) {
    match entry {
        EntryExpr::StructField(field) => guard_copied(&mut field.value, is_in_loop),
        EntryExpr::MapEntry(entry) => {
            guard_copied(&mut entry.key, is_in_loop);
            guard_copied(&mut entry.value, is_in_loop);
        }
    }
}

/// What a loop runs over, behind the guard.
pub(super) fn unguarded(range: &IdedExpr) -> &IdedExpr {
    match &range.expr {
        Expr::Call(call) if [BUDGET, GROWN, growth::FITS].contains(&call.func_name.as_str()) => {
            call.args.first().unwrap_or(range)
        }
        _ => range,
    }
}

/// How many elements the loops of one evaluation may still visit, and how many bytes the values that it
/// builds may still take up.
#[derive(Clone, Debug)]
pub(super) struct Budget(Arc<Left>);

#[derive(Debug)]
struct Left {
    visits: AtomicU64,
    bytes: AtomicU64,
}

static BUDGET_TYPE: Type = Type::new_unspecified_type(BUDGET_TYPE_NAME);

/// The name of the budget's type, which no message names.
pub(super) const BUDGET_TYPE_NAME: &str = "contest.budget";

impl Budget {
    pub(super) fn new() -> Self {
        Self(Arc::new(Left { visits: MAX_VISITS.into(), bytes: MAX_BYTES.into() }))
    }
}

impl Val for Budget {
    fn get_type(&self) -> &Type {
        &BUDGET_TYPE
    }

    fn cel_type() -> &'static Type {
        &BUDGET_TYPE
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Budget {}

/// Takes the elements of a value from the budget.
fn visit(budget: Option<CowVal<'_, '_>>, value: &dyn Val) -> Result<(), ExecutionError> {
    let visits = value.as_sizer().map_or(0, |sizer| sizer.size().into_inner().unsigned_abs()) + 1;
    let Some(Budget(left)) = budget.as_ref().and_then(|budget| budget.downcast_ref::<Budget>()) else {
        return Ok(());
    };
    if spent(&left.visits, visits) {
        return Ok(());
    }
    let message = format!("the loops of one expression may visit {MAX_VISITS} elements");
    Err(ExecutionError::function_error(BUDGET, message))
}

/// Takes bytes that are about to be used, or were, from the budget.
pub(super) fn take(budget: &dyn Val, bytes: u64) -> Result<(), ExecutionError> {
    let Some(Budget(left)) = budget.downcast_ref::<Budget>() else { return Ok(()) };
    if spent(&left.bytes, bytes) {
        return Ok(());
    }
    let message = format!("the values that one expression builds may take {} MiB together", MAX_BYTES >> 20);
    Err(ExecutionError::function_error(BUDGET, message))
}

fn spent(left: &AtomicU64, amount: u64) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(amount)).is_ok()
}

/// Takes the size of a part from the budget and gives the part back.
fn grow<'b, 'v>(mut arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let budget = arguments.pop();
    let Some(part) = arguments.pop() else {
        return Err(ExecutionError::missing_argument_or_target());
    };
    if let Some(budget) = &budget {
        take(budget.as_ref(), growth::size(part.as_ref()))?;
    }
    Ok(part)
}

/// Takes the size of a range from the budget and gives the range back. Of a map it gives the names,
/// sorted: the crate would visit them in another order each time.
fn spend<'b, 'v>(mut arguments: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let budget = arguments.pop();
    let Some(range) = arguments.pop() else {
        return Err(ExecutionError::missing_argument_or_target());
    };
    visit(budget, range.as_ref())?;
    let Some(map) = range.downcast_ref::<CelMap>() else {
        return Ok(range);
    };
    let mut keys: Vec<_> = map.inner().keys().cloned().collect();
    keys.sort_by(|left, right| left.partial_cmp(right).unwrap_or(std::cmp::Ordering::Equal));
    let keys: Vec<Box<dyn Val + 'v>> = keys.iter().map(|key| key.inner().clone_as_boxed()).collect();
    Ok(CowVal::owned(CelList::from(keys)))
}

/// Numbers of this kind are what loops count with.
pub(super) fn size_of(value: &dyn Val) -> Option<i64> {
    value.as_sizer().map(|sizer| CelInt::into_inner(sizer.size()))
}
