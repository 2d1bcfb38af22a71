//! Which variables and functions an expression names, and how much of each variable it needs.

use super::environment::{NAMESPACES, unguarded};
use cel::common::ast::{EntryExpr, Expr, IdedExpr, LiteralValue, operators};
use std::collections::BTreeMap;

/// A variable that a condition names, with the members it selects of it: `inputs.region` is the root
/// `inputs` and the members `["region"]`. An index that is no literal text ends the members.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    /// The variable.
    pub root: String,
    /// The members, outermost first; empty where the variable is used as a whole.
    pub members: Vec<String>,
}

/// How much of a value an expression can see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// All of it.
    All,
    /// These members of an object.
    Members(BTreeMap<String, Need>),
}

/// What an expression names.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Variables in the order written, each path once.
    pub(super) mentions: Vec<Mention>,
    /// Functions and methods, operators left out.
    pub(super) functions: Vec<String>,
    /// Whether `now()` is called.
    pub(super) uses_now: bool,
}

/// CEL's own words for types, which can stand as values: `type(x) == string`.
const TYPE_NAMES: &[&str] =
    &["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"];

impl Need {
    /// What all mentions of one variable need together.
    pub(super) fn of<'m>(mentions: impl IntoIterator<Item = &'m Mention>) -> Self {
        let mut need = Self::Members(BTreeMap::new());
        for mention in mentions {
            need.add(&mention.members);
        }
        need
    }

    fn add(&mut self, members: &[String]) {
        match (&mut *self, members) {
            (Self::All, _) => {}
            (Self::Members(_), []) => *self = Self::All,
            (Self::Members(needs), [first, rest @ ..]) => {
                needs.entry(first.clone()).or_insert_with(|| Self::Members(BTreeMap::new())).add(rest);
            }
        }
    }
}

impl Names {
    /// Collects from an expression.
    pub(super) fn of(node: &IdedExpr) -> Self {
        let mut names = Self::default();
        names.visit(node, &mut Vec::new());
        names
    }

    fn visit<'e>(&mut self, node: &'e IdedExpr, bound: &mut Vec<&'e str>) {
        if let Some((root, members)) = path(node) {
            if root == super::environment::NOW {
                self.uses_now = true;
            } else if !root.starts_with('@') && !bound.contains(&root) {
                let is_type = members.is_empty() && TYPE_NAMES.contains(&root);
                if !is_type {
                    self.mention(root, members);
                }
            }
            return;
        }
        match &node.expr {
            Expr::Call(call) => {
                if !is_operator(&call.func_name) {
                    let namespace = call.target.as_deref().and_then(namespace);
                    let name = namespace.map(|it| format!("{it}.{}", call.func_name));
                    self.functions.push(name.unwrap_or_else(|| call.func_name.clone()));
                }
                if let Some(target) = &call.target
                    && namespace(target).is_none()
                {
                    self.visit(target, bound);
                }
                call.args.iter().for_each(|argument| self.visit(argument, bound));
            }
            Expr::Select(select) => self.visit(&select.operand, bound),
            Expr::List(list) => list.elements.iter().for_each(|each| self.visit(each, bound)),
            Expr::Map(map) => map.entries.iter().for_each(|entry| self.visit_entry(&entry.expr, bound)),
            Expr::Struct(of) => of.entries.iter().for_each(|entry| self.visit_entry(&entry.expr, bound)),
            Expr::Comprehension(comprehension) => {
                self.visit(unguarded(&comprehension.iter_range), bound);
                self.visit(&comprehension.accu_init, bound);
                let before = bound.len();
                bound.extend([comprehension.iter_var.as_str(), comprehension.accu_var.as_str()]);
                bound.extend(comprehension.iter_var2.as_deref());
                self.visit(&comprehension.loop_cond, bound);
                self.visit(&comprehension.loop_step, bound);
                self.visit(&comprehension.result, bound);
                bound.truncate(before);
            }
            Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => {}
        }
    }

    fn visit_entry<'e>(&mut self, entry: &'e EntryExpr, bound: &mut Vec<&'e str>) {
        match entry {
            EntryExpr::StructField(field) => self.visit(&field.value, bound),
            EntryExpr::MapEntry(entry) => {
                self.visit(&entry.key, bound);
                self.visit(&entry.value, bound);
            }
        }
    }

    fn mention(&mut self, root: &str, members: Vec<&str>) {
        let members = members.into_iter().map(str::to_owned).collect();
        let mention = Mention { root: root.to_owned(), members };
        if !self.mentions.contains(&mention) {
            self.mentions.push(mention);
        }
    }
}

/// The root and members of `a.b["c"]`, `has(a.b)`; `None` for what is not built of these alone.
fn path(node: &IdedExpr) -> Option<(&str, Vec<&str>)> {
    match &node.expr {
        Expr::Ident(name) => Some((name, Vec::new())),
        Expr::Select(select) => {
            let (root, mut members) = path(&select.operand)?;
            members.push(&select.field);
            Some((root, members))
        }
        Expr::Call(call) if call.func_name == operators::INDEX => match call.args.as_slice() {
            [operand, IdedExpr { expr: Expr::Literal(LiteralValue::String(name)), .. }] => {
                let (root, mut members) = path(operand)?;
                members.push(name.inner());
                Some((root, members))
            }
            _ => None,
        },
        _ => None,
    }
}

/// The namespace that a call's target is, rather than a value.
pub(super) fn namespace(target: &IdedExpr) -> Option<&str> {
    match &target.expr {
        Expr::Ident(name) if NAMESPACES.contains(&name.as_str()) => Some(name),
        _ => None,
    }
}

/// Whether a function's name is that of an operator, which is no word.
pub(super) fn is_operator(name: &str) -> bool {
    !name.starts_with(|c: char| c.is_ascii_alphabetic())
}
