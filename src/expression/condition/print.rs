//! CEL's syntax tree as text again: the crate keeps only the place of one token of each node, and
//! macros are expanded in the tree.

use super::environment::{NOW, unguarded};
use super::growth::{is_budget, written};
use super::mentions::is_operator;
use crate::json::Value;
use cel::common::ast::{
    CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedEntryExpr, IdedExpr, LiteralValue, operators,
};

/// An expression as a person would write it.
pub(super) fn print(node: &IdedExpr) -> String {
    let mut out = String::new();
    write(node, 0, &mut out);
    out
}

/// Operators between two operands, with how strongly they bind.
const BINARY: &[(&str, &str, u8)] = &[
    (operators::LOGICAL_OR, "||", 2),
    (operators::LOGICAL_AND, "&&", 3),
    (operators::EQUALS, "==", 4),
    (operators::NOT_EQUALS, "!=", 4),
    (operators::LESS, "<", 4),
    (operators::LESS_EQUALS, "<=", 4),
    (operators::GREATER, ">", 4),
    (operators::GREATER_EQUALS, ">=", 4),
    (operators::IN, "in", 4),
    (operators::ADD, "+", 5),
    (operators::SUBSTRACT, "-", 5),
    (operators::MULTIPLY, "*", 6),
    (operators::DIVIDE, "/", 6),
    (operators::MODULO, "%", 6),
];

/// How strongly a prefix and what follows a point bind.
const PREFIX: u8 = 7;
const MEMBER: u8 = 8;

/// The sign of an operator's name, as `+` for `_+_`.
pub(super) fn sign(function: &str) -> Option<&'static str> {
    match function {
        operators::LOGICAL_NOT => Some("!"),
        operators::NEGATE => Some("-"),
        operators::INDEX => Some("[]"),
        operators::CONDITIONAL => Some("?:"),
        _ => BINARY.iter().find(|(name, _, _)| *name == function).map(|(_, sign, _)| *sign),
    }
}

fn write(node: &IdedExpr, strength: u8, out: &mut String) {
    let node = unguarded(node);
    match &node.expr {
        Expr::Unspecified => {}
        Expr::Ident(name) if name == NOW => out.push_str("now()"),
        Expr::Ident(name) => out.push_str(name),
        Expr::Literal(literal) => write_literal(literal, out),
        Expr::Select(select) if select.test => {
            out.push_str("has(");
            write(&select.operand, MEMBER, out);
            out.push('.');
            out.push_str(&select.field);
            out.push(')');
        }
        Expr::Select(select) => {
            write(&select.operand, MEMBER, out);
            out.push('.');
            out.push_str(&select.field);
        }
        Expr::Call(call) => write_call(call, strength, out),
        Expr::List(list) => {
            out.push('[');
            write_all(&list.elements, out);
            out.push(']');
        }
        Expr::Map(map) => write_entries(&map.entries, out),
        Expr::Struct(of) => {
            out.push_str(&of.type_name);
            write_entries(&of.entries, out);
        }
        Expr::Comprehension(comprehension) => write_comprehension(comprehension, out),
    }
}

fn write_all(nodes: &[IdedExpr], out: &mut String) {
    let written = nodes.iter().filter(|node| !is_budget(&node.expr));
    for (index, node) in written.enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write(node, 0, out);
    }
}

fn write_call(call: &CallExpr, strength: u8, out: &mut String) {
    let parenthesized = |own: u8, out: &mut String, inner: &dyn Fn(&mut String)| {
        if own < strength {
            out.push('(');
            inner(out);
            out.push(')');
        } else {
            inner(out);
        }
    };
    match (call.func_name.as_str(), call.args.as_slice()) {
        (operators::CONDITIONAL, [condition, yes, no]) => parenthesized(1, out, &|out| {
            write(condition, 2, out);
            out.push_str(" ? ");
            write(yes, 2, out);
            out.push_str(" : ");
            write(no, 1, out);
        }),
        (operators::LOGICAL_NOT, [operand]) => parenthesized(PREFIX, out, &|out| {
            out.push('!');
            write(operand, PREFIX, out);
        }),
        (operators::NEGATE, [operand]) => parenthesized(PREFIX, out, &|out| {
            out.push('-');
            write(operand, PREFIX, out);
        }),
        (operators::INDEX, [operand, index]) => {
            write(operand, MEMBER, out);
            out.push('[');
            write(index, 0, out);
            out.push(']');
        }
        (operators::OPT_INDEX, [operand, index]) => {
            write(operand, MEMBER, out);
            out.push_str("[?");
            write(index, 0, out);
            out.push(']');
        }
        (
            operators::OPT_SELECT,
            [operand, IdedExpr { expr: Expr::Literal(LiteralValue::String(name)), .. }],
        ) => {
            write(operand, MEMBER, out);
            out.push_str(".?");
            out.push_str(name.inner());
        }
        (name, [left, right])
            if let Some((_, sign, own)) = BINARY.iter().find(|(each, _, _)| *each == name) =>
        {
            parenthesized(*own, out, &|out| {
                write(left, *own, out);
                out.push(' ');
                out.push_str(sign);
                out.push(' ');
                write(right, own + 1, out);
            });
        }
        (name, [inner]) if is_operator(name) => write(inner, strength, out),
        (name, arguments) => {
            if let Some(target) = &call.target {
                write(target, MEMBER, out);
                out.push('.');
            }
            out.push_str(match name {
                "math.@max" => "math.greatest",
                "math.@min" => "math.least",
                _ => written(name),
            });
            out.push('(');
            write_all(arguments, out);
            out.push(')');
        }
    }
}

fn write_entries(entries: &[IdedEntryExpr], out: &mut String) {
    out.push('{');
    for (index, entry) in entries.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        let value = match &entry.expr {
            EntryExpr::StructField(field) => {
                out.push_str(&field.field);
                &field.value
            }
            EntryExpr::MapEntry(entry) => {
                write(&entry.key, 0, out);
                &entry.value
            }
        };
        out.push_str(": ");
        write(value, 0, out);
    }
    out.push('}');
}

fn write_literal(literal: &LiteralValue, out: &mut String) {
    match literal {
        LiteralValue::Boolean(value) => out.push_str(&value.inner().to_string()),
        LiteralValue::Null => out.push_str("null"),
        LiteralValue::Int(value) => out.push_str(&value.inner().to_string()),
        LiteralValue::UInt(value) => out.push_str(&format!("{}u", value.inner())),
        LiteralValue::Double(value) => out.push_str(&Value::from(*value.inner()).to_string()),
        LiteralValue::String(value) => out.push_str(&Value::from(value.inner()).to_string()),
        LiteralValue::Bytes(value) => {
            let text = String::from_utf8_lossy(value.inner()).into_owned();
            out.push('b');
            out.push_str(&Value::from(text).to_string());
        }
    }
}

/// The macro that a loop was written as, with the argument that decides about an element.
pub(super) fn predicate(comprehension: &ComprehensionExpr) -> Option<(&'static str, &IdedExpr)> {
    let Expr::Call(step) = &comprehension.loop_step.expr else {
        return None;
    };
    match (step.func_name.as_str(), step.args.as_slice(), &comprehension.result.expr) {
        (operators::LOGICAL_AND, [_, predicate], _) => Some(("all", predicate)),
        (operators::LOGICAL_OR, [_, predicate], _) => Some(("exists", predicate)),
        (operators::CONDITIONAL, [predicate, _, _], Expr::Call(_)) => Some(("exists_one", predicate)),
        (operators::CONDITIONAL, [predicate, added, _], Expr::Ident(_)) => {
            match added_element(added).map(unguarded) {
                Some(IdedExpr { expr: Expr::Ident(name), .. }) if *name == comprehension.iter_var => {
                    Some(("filter", predicate))
                }
                _ => Some(("map", predicate)),
            }
        }
        _ => None,
    }
}

/// The `f` of `@result + [f]`.
fn added_element(node: &IdedExpr) -> Option<&IdedExpr> {
    match &node.expr {
        Expr::Call(call) if call.func_name == operators::ADD => match call.args.as_slice() {
            [_, IdedExpr { expr: Expr::List(list), .. }] => list.elements.first(),
            _ => None,
        },
        _ => None,
    }
}

fn write_comprehension(comprehension: &ComprehensionExpr, out: &mut String) {
    let range = unguarded(&comprehension.iter_range);
    let (name, arguments) = match (predicate(comprehension), &comprehension.loop_step.expr) {
        (Some(("map", filter)), Expr::Call(step)) => {
            ("map", vec![Some(filter), step.args.get(1).and_then(added_element)])
        }
        (Some((name, predicate)), _) => (name, vec![Some(predicate)]),
        (None, _) => match added_element(&comprehension.loop_step) {
            Some(element) => ("map", vec![Some(element)]),
            // `sortBy` of the lists extension: a loop over nothing that binds a name.
            None => {
                write(&comprehension.accu_init, MEMBER, out);
                out.push_str(".sortBy(…)");
                return;
            }
        },
    };
    write(range, MEMBER, out);
    out.push('.');
    out.push_str(name);
    out.push('(');
    out.push_str(&comprehension.iter_var);
    for argument in arguments.into_iter().flatten() {
        out.push_str(", ");
        write(argument, 0, out);
    }
    out.push(')');
}
