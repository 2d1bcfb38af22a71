//! The sub-expressions whose values explain why a condition is false.

use super::convert::to_json;
use super::environment::unguarded;
use super::explain::{boolean, elements, explain};
use super::growth::is_budget;
use super::mentions::{is_operator, namespace};
use super::print::{predicate, print};
use crate::json::Value;
use cel::common::ast::{ComprehensionExpr, Expr, IdedExpr, operators};
use cel::common::types::CelBool;
use cel::common::value::Val;
use cel::{Context, Value as Cel};
use std::fmt;

/// A sub-expression with the value it had.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The sub-expression.
    pub text: String,
    /// Its value, or why it has none.
    pub value: Result<Value, String>,
}

impl fmt::Display for Part {
    /// `size(body.data) = 4`, long values cut.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Ok(value) => write!(f, "{} = {}", self.text, crate::json::brief(value)),
            Err(reason) => write!(f, "{}: {reason}", self.text),
        }
    }
}

/// More than these explain nothing.
const MAX_PARTS: usize = 20;

/// Elements of a loop that are looked at for the one that decides.
const MAX_LOOKED_AT: usize = 10_000;

/// Collects the parts of a condition in the order written, each once; the condition itself, whose
/// value is known, is not among them.
pub(super) fn collect(condition: &IdedExpr, context: &Context<'_, '_>) -> Vec<Part> {
    let mut parts = Parts { context, list: Vec::new() };
    parts.add_inside(condition);
    parts.list.truncate(MAX_PARTS);
    parts.list
}

struct Parts<'c, 'p, 'v> {
    context: &'c Context<'p, 'v>,
    list: Vec<Part>,
}

impl Parts<'_, '_, '_> {
    /// Adds a node where it has a value of its own to show, and the parts that lead to it.
    fn add(&mut self, node: &IdedExpr) {
        match &node.expr {
            Expr::Literal(_) | Expr::Unspecified => {}
            budget if is_budget(budget) => {}
            Expr::Ident(_) | Expr::Select(_) => self.push(node),
            Expr::List(_) | Expr::Map(_) | Expr::Struct(_) => self.add_inside(node),
            Expr::Call(call) if is_chain(&call.func_name) => self.push(node),
            Expr::Call(call) if is_operator(&call.func_name) => self.add_inside(node),
            Expr::Call(_) | Expr::Comprehension(_) => {
                self.add_inside(node);
                self.push(node);
            }
        }
    }

    /// Adds what a node is made of. What was not evaluated is passed over.
    fn add_inside(&mut self, node: &IdedExpr) {
        match &node.expr {
            Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
                (operators::LOGICAL_AND, [left, right]) => self.add_until(left, right, false),
                (operators::LOGICAL_OR, [left, right]) => self.add_until(left, right, true),
                (operators::CONDITIONAL, [condition, yes, no]) => {
                    self.add(condition);
                    match boolean(condition, self.context) {
                        Some(true) => self.add(yes),
                        Some(false) => self.add(no),
                        None => {}
                    }
                }
                (name, arguments) if is_operator(name) => arguments.iter().for_each(|part| self.add(part)),
                (_, arguments) => {
                    let target = call.target.as_deref().filter(|target| namespace(target).is_none());
                    self.add_scalars(target.into_iter().chain(arguments));
                }
            },
            Expr::Select(select) => self.add_scalars([select.operand.as_ref()]),
            Expr::List(list) => list.elements.iter().for_each(|part| self.add(part)),
            Expr::Comprehension(comprehension) => self.add_loop(comprehension),
            Expr::Map(_) | Expr::Struct(_) | Expr::Ident(_) | Expr::Literal(_) | Expr::Unspecified => {}
        }
    }

    /// Adds two operands, the second only where the first did not decide alone.
    fn add_until(&mut self, left: &IdedExpr, right: &IdedExpr, deciding: bool) {
        self.add(left);
        if boolean(left, self.context) != Some(deciding) {
            self.add(right);
        }
    }

    /// Adds those operands of a function that say something in a few characters.
    fn add_scalars<'e>(&mut self, nodes: impl IntoIterator<Item = &'e IdedExpr>) {
        let before = self.list.len();
        for node in nodes {
            self.add(node);
        }
        let is_short = |part: &Part| !matches!(part.value, Ok(Value::Array(_) | Value::Object(_)));
        let added = self.list.split_off(before);
        self.list.extend(added.into_iter().filter(is_short));
    }

    /// Adds the element that decided an `all`: the first for which it does not hold.
    fn add_loop(&mut self, comprehension: &ComprehensionExpr) {
        let Some(("all", predicate)) = predicate(comprehension) else {
            return;
        };
        let Some(range) = elements(comprehension, self.context) else {
            return;
        };
        let Some(iterable) = range.as_iterable() else {
            return;
        };
        let mut inner = self.context.new_inner_scope();
        let mut iterator = iterable.iter();
        for index in 0..MAX_LOOKED_AT {
            let Some(element) = iterator.next() else {
                return;
            };
            inner.add_variable_as_val(&comprehension.iter_var, element.clone_as_boxed());
            let holds = Cel::resolve_val(predicate, &inner).is_ok_and(|value| is_true(value.as_ref()));
            if !holds {
                let text = format!("{}[{index}]", print(unguarded(&comprehension.iter_range)));
                self.list.push(Part { text, value: to_json(element) });
                return;
            }
        }
    }

    fn push(&mut self, node: &IdedExpr) {
        let text = print(node);
        if self.list.iter().any(|part| part.text == text) {
            return;
        }
        let value = match Cel::resolve_val(node, self.context) {
            Ok(value) => to_json(value.as_ref()),
            Err(error) => Err(explain(node, self.context, &error)),
        };
        // A function of a part that has no value has none for the same reason.
        let is_known = value.is_err() && self.list.iter().any(|part| part.value == value);
        if !is_known {
            self.list.push(Part { text, value });
        }
    }
}

/// Operators that select, and read as one word with what they select from.
fn is_chain(name: &str) -> bool {
    matches!(name, operators::INDEX | operators::OPT_INDEX | operators::OPT_SELECT)
}

fn is_true(value: &dyn Val) -> bool {
    value.downcast_ref::<CelBool>().is_some_and(|value| *value.inner())
}
