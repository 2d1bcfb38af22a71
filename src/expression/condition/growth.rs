//! How large values are, and the functions whose results may be far larger than what they are given: they
//! ask the budget before they build anything.

use super::environment::{BUDGET, take};
use cel::common::ast::{CallExpr, Expr};
use cel::common::types::{
    CelBytes, CelInt, CelList, CelMap, CelString, DYN_TYPE, INT_TYPE, LIST_TYPE, STRING_TYPE, Type,
};
use cel::common::value::{CowVal, Val};
use cel::{DeclarationError, Env, ExecutionError};

type Outcome<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

/// Ends the name of a function that is given the budget as its last argument: no word of CEL ends so.
pub(super) const BOUNDED: char = '@';

/// What a value takes up beside its content: a box, its type, its place in a list.
const EACH: u64 = 48;

/// Functions that give back a copy, as large as what they are given or a few times that.
const COPYING: &[&str] = &[
    "base64",
    "bytes",
    "distinct",
    "flatten",
    "format",
    "join",
    "lowerAscii",
    "quote",
    "range",
    "replace",
    "reverse",
    "slice",
    "sort",
    "split",
    "string",
    "substring",
    "trim",
    "upperAscii",
];

/// Declares `replace`, `split`, `join` and `format` with the budget behind their arguments.
pub(super) fn extension(env: &mut Env) -> Result<(), DeclarationError> {
    // The budget is of a type of its own, which an overload need not name.
    const BUDGET_TYPE: Type = DYN_TYPE;
    let bounded = |name: &str| format!("{name}{BOUNDED}");
    let name = bounded("replace");
    env.add_member_overload(
        &name,
        "replace@3",
        STRING_TYPE,
        vec![STRING_TYPE, STRING_TYPE, BUDGET_TYPE],
        replace,
    )?;
    let arguments = vec![STRING_TYPE, STRING_TYPE, INT_TYPE, BUDGET_TYPE];
    env.add_member_overload(&name, "replace@4", STRING_TYPE, arguments, replace)?;
    let name = bounded("split");
    env.add_member_overload(&name, "split@2", STRING_TYPE, vec![STRING_TYPE, BUDGET_TYPE], split)?;
    env.add_member_overload(&name, "split@3", STRING_TYPE, vec![STRING_TYPE, INT_TYPE, BUDGET_TYPE], split)?;
    let name = bounded("join");
    env.add_member_overload(&name, "join@1", LIST_TYPE, vec![BUDGET_TYPE], join)?;
    env.add_member_overload(&name, "join@2", LIST_TYPE, vec![STRING_TYPE, BUDGET_TYPE], join)?;
    env.add_overload(FITS, FITS, vec![DYN_TYPE, BUDGET_TYPE], |mut arguments| {
        let [list, budget] = arguments.as_slice() else { return Err(missing()) };
        // Digits and hexadecimal digits are more than what they are made of.
        take(budget.as_ref(), size(list.as_ref()).saturating_mul(4))?;
        Ok(arguments.swap_remove(0))
    })
}

/// Stands around the list that `format` is given.
pub(super) const FITS: &str = "@fits";

/// Whether a call is one of those declared here, as it is written.
pub(super) fn is_bounded(call: &CallExpr) -> bool {
    let counts = match call.func_name.as_str() {
        "replace" => 2..=3,
        "split" => 1..=2,
        "join" => 0..=1,
        _ => return false,
    };
    call.target.is_some() && counts.contains(&call.args.len())
}

/// Whether a function, as it is called, builds its result anew.
pub(super) fn copies(function: &str) -> bool {
    COPYING.contains(&written(function))
}

/// The name of a function as it is written.
pub(super) fn written(function: &str) -> &str {
    function.strip_suffix(BOUNDED).unwrap_or(function)
}

/// Whether an argument is none that was written.
pub(super) fn is_budget(argument: &Expr) -> bool {
    matches!(argument, Expr::Ident(name) if name == BUDGET)
}

/// About how many bytes a value takes up.
pub(super) fn size(value: &dyn Val) -> u64 {
    let length = |length: usize| EACH + u64::try_from(length).unwrap_or(u64::MAX >> 8);
    if let Some(text) = value.downcast_ref::<CelString>() {
        return length(text.inner().len());
    }
    if let Some(bytes) = value.downcast_ref::<CelBytes>() {
        return length(bytes.inner().len());
    }
    if let Some(list) = value.downcast_ref::<CelList>() {
        return EACH + list.inner().iter().map(|element| size(element.as_ref())).sum::<u64>();
    }
    match value.downcast_ref::<CelMap>() {
        // A name and a place in the table for each member.
        Some(map) => EACH + map.inner().values().map(|member| 2 * EACH + size(member.as_ref())).sum::<u64>(),
        None => EACH,
    }
}

fn missing() -> ExecutionError {
    ExecutionError::missing_argument_or_target()
}

fn text<'a>(function: &str, value: &'a CowVal<'_, '_>) -> Result<&'a str, ExecutionError> {
    match value.downcast_ref::<CelString>() {
        Some(text) => Ok(text.inner()),
        None => Err(ExecutionError::no_such_overload(function, vec![value.get_type().name().to_owned()])),
    }
}

/// The last argument but the budget, where it is a number: how often at most. A negative one is none.
fn most(arguments: &[CowVal<'_, '_>], at: usize) -> usize {
    let number = arguments[..arguments.len() - 1].get(at).and_then(|value| value.downcast_ref::<CelInt>());
    number.and_then(|number| usize::try_from(*number.inner()).ok()).unwrap_or(usize::MAX)
}

fn product(count: usize, each: u64) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX).saturating_mul(each)
}

fn length(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

fn replace<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Outcome<'b, 'v> {
    let [this, from, to, .., budget] = arguments.as_slice() else { return Err(missing()) };
    let (this, from, to) = (text("replace", this)?, text("replace", from)?, text("replace", to)?);
    let most = most(&arguments, 3);
    let count = this.matches(from).take(most).count();
    take(budget.as_ref(), product(count, length(to)).saturating_add(length(this)))?;
    Ok(CowVal::owned(CelString::from(this.replacen(from, to, most))))
}

/// Into at most `n` parts, the last of which holds the rest; between code points where the separator is
/// empty.
fn split<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Outcome<'b, 'v> {
    let [this, separator, .., budget] = arguments.as_slice() else { return Err(missing()) };
    let (this, separator) = (text("split", this)?, text("split", separator)?);
    let most = most(&arguments, 2);
    let count = match separator {
        "" => this.chars().count(),
        _ => this.matches(separator).count() + 1,
    };
    take(budget.as_ref(), product(count.min(most), EACH).saturating_add(length(this)))?;
    let parts: Vec<&str> = match (most, separator) {
        (0, _) => Vec::new(),
        (_, "") => {
            let starts: Vec<usize> = this.char_indices().map(|(at, _)| at).take(most).collect();
            let ends = starts.iter().skip(1).copied().chain([this.len()]);
            starts.iter().zip(ends).map(|(start, end)| &this[*start..end]).collect()
        }
        _ => this.splitn(most, separator).collect(),
    };
    let parts: Vec<Box<dyn Val + 'v>> = parts
        .into_iter()
        .map(|part| -> Box<dyn Val + 'v> { Box::new(CelString::from(part.to_owned())) })
        .collect();
    Ok(CowVal::owned(CelList::from(parts)))
}

fn join<'b, 'v>(arguments: Vec<CowVal<'b, 'v>>) -> Outcome<'b, 'v> {
    let (list, separator, budget) = match arguments.as_slice() {
        [list, budget] => (list, "", budget),
        [list, separator, budget] => (list, text("join", separator)?, budget),
        _ => return Err(missing()),
    };
    let mut items = list.as_iterable().ok_or_else(missing)?.iter();
    let mut parts: Vec<&str> = Vec::new();
    while let Some(item) = items.next() {
        let part = item.downcast_ref::<CelString>().ok_or_else(|| {
            ExecutionError::no_such_overload("join", vec![item.get_type().name().to_owned()])
        })?;
        parts.push(part.inner());
    }
    let own = parts.iter().map(|part| length(part)).sum::<u64>();
    take(budget.as_ref(), product(parts.len(), length(separator)).saturating_add(own))?;
    Ok(CowVal::owned(CelString::from(parts.join(separator))))
}
