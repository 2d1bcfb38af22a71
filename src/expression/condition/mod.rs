//! CEL conditions: compiled once, evaluated over a [`Scope`], and able to say which of their parts
//! had which value.

mod convert;
mod environment;
mod explain;
mod functions;
mod growth;
mod mentions;
mod parser;
mod parts;
mod print;
#[cfg(test)]
mod tests;
mod time;

pub(crate) use environment::on_one_stack;
pub(crate) use functions::is_uuid;
pub use mentions::Mention;
pub use parts::Part;

use super::Scope;
use crate::diagnostic::{Code, Problems};
use crate::json::{Value, type_name};
use crate::source::Span;
use crate::yaml::nearest;
use cel::common::ast::IdedExpr;
use cel::{Context, ParseErrors};
use environment::{BUDGET, Budget, MAX_LENGTH, NOW, with_stack};
use mentions::{Names, Need};
use std::fmt;
use std::sync::Arc;
use time::Moment;

/// A CEL expression that parses.
///
/// Source: the Common Expression Language definition; the functions beside the standard ones are
/// listed in LANGUAGE §5, "CEL positions".
#[derive(Clone)]
pub struct Condition {
    /// As written.
    pub text: String,
    /// Where it is written.
    pub span: Span,
    compiled: Arc<Compiled>,
}

struct Compiled {
    length: usize,
    ast: IdedExpr,
    names: Names,
    needs: Vec<(String, Need)>,
}

/// Why a condition has no value, in a sentence: "no key `paymnt` in `body.data`".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EvaluationError(pub String);

/// The words that CEL, its extensions for strings, lists and mathematics, and contest give to
/// functions. An unknown function is an error when the file is read, not when a response is there.
const FUNCTIONS: &[&str] = &[
    "base64",
    "bool",
    "bytes",
    "charAt",
    "contains",
    "distinct",
    "double",
    "duration",
    "dyn",
    "endsWith",
    "flatten",
    "format",
    "formatTime",
    "get",
    "getDate",
    "getDayOfMonth",
    "getDayOfWeek",
    "getDayOfYear",
    "getFullYear",
    "getHours",
    "getMilliseconds",
    "getMinutes",
    "getMonth",
    "getSeconds",
    "hasValue",
    "hmacSha256",
    "indexOf",
    "int",
    "isUuid",
    "join",
    "lastIndexOf",
    "lists.range",
    "lowerAscii",
    "matches",
    "math.abs",
    "math.bitAnd",
    "math.bitNot",
    "math.bitOr",
    "math.bitShiftLeft",
    "math.bitShiftRight",
    "math.bitXor",
    "math.ceil",
    "math.floor",
    "math.greatest",
    "math.isFinite",
    "math.isInf",
    "math.isNaN",
    "math.least",
    "math.round",
    "math.sign",
    "math.sqrt",
    "math.trunc",
    "now",
    "optMap",
    "optFlatMap",
    "optional.none",
    "optional.of",
    "optional.ofNonZeroValue",
    "or",
    "orValue",
    "parseTime",
    "replace",
    "reverse",
    "sha256",
    "size",
    "slice",
    "sort",
    "split",
    "startsWith",
    "string",
    "strings.quote",
    "substring",
    "timestamp",
    "trim",
    "type",
    "uint",
    "upperAscii",
    "value",
];

impl Condition {
    /// Compiles an expression of at most `expression_limit` bytes (never more than 4096). What does
    /// not parse, and functions that do not exist, are reported.
    pub fn compile(text: &str, span: Span, expression_limit: usize, problems: &mut Problems) -> Option<Self> {
        let code = Code::SCENARIO_INVALID_CONDITION;
        let limit = expression_limit.min(MAX_LENGTH);
        if text.len() > limit {
            let length = text.len();
            problems
                .error(
                    code,
                    span,
                    format!("the condition is longer than the limit `expression` of {limit} bytes"),
                    format!("is {length} bytes long"),
                )
                .help
                .push(format!("`--limit expression={length}` raises it, to {MAX_LENGTH} at most"));
            return None;
        }
        let outcome = with_stack(text.len(), || {
            environment::parse(text).map(|ast| {
                let names = Names::of(&ast);
                (ast, names)
            })
        });
        let (ast, names) = match outcome {
            Ok(parsed) => parsed,
            Err(errors) => {
                report_syntax(text, span, &errors, problems);
                return None;
            }
        };
        let mut is_known = true;
        for function in &names.functions {
            // Names with `@` are what macros of the crate expand to.
            if FUNCTIONS.contains(&function.as_str()) || function.contains('@') {
                continue;
            }
            is_known = false;
            let label = match nearest(function, FUNCTIONS.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "is not known".to_owned(),
            };
            let place = problems.source().find(function, span).unwrap_or(span);
            problems.error(code, place, format!("CEL has no function `{function}`"), label);
        }
        let mut roots: Vec<&str> = names.mentions.iter().map(|mention| mention.root.as_str()).collect();
        roots.sort_unstable();
        roots.dedup();
        let need = |root: &str| Need::of(names.mentions.iter().filter(|mention| mention.root == root));
        let needs = roots.into_iter().map(|root| (root.to_owned(), need(root))).collect();
        let compiled = Arc::new(Compiled { length: text.len(), ast, names, needs });
        is_known.then(|| Self { text: text.to_owned(), span, compiled })
    }

    /// The variables that the expression names, in the order written, each path once; the variables
    /// of its own loops are not among them.
    pub fn mentions(&self) -> Vec<Mention> {
        self.compiled.names.mentions.clone()
    }

    /// Whether the expression asks for the present moment.
    pub fn uses_now(&self) -> bool {
        self.compiled.names.uses_now
    }

    /// The value. Members of objects made by CEL come sorted by name.
    ///
    /// # Errors
    /// [`EvaluationError`] when a name, key or element is missing, types do not fit, or the value
    /// has no form in JSON.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Value, EvaluationError> {
        self.with_context(scope, |ast, context| match cel::Value::resolve_val(ast, context) {
            Ok(value) => convert::to_json(value.as_ref())
                .map_err(|what| EvaluationError(format!("its value is {what}, which JSON cannot hold"))),
            Err(error) => Err(EvaluationError(explain::explain(ast, context, &error))),
        })
    }

    /// Whether the condition is true.
    ///
    /// # Errors
    /// Those of [`Condition::evaluate`], and when the value is no boolean.
    pub fn holds(&self, scope: &dyn Scope) -> Result<bool, EvaluationError> {
        match self.evaluate(scope)? {
            Value::Bool(holds) => Ok(holds),
            other => {
                let what = type_name(&other);
                Err(EvaluationError(format!(
                    "it is {what}, not `true` or `false`: {}",
                    crate::json::brief(&other)
                )))
            }
        }
    }

    /// The parts whose values explain the condition's: operands of comparisons, members, calls, and
    /// the element that an `all` failed at, in the order written; at most 20. What `&&`, `||` and
    /// `?:` left out is left out.
    pub fn parts(&self, scope: &dyn Scope) -> Vec<Part> {
        self.with_context(scope, parts::collect)
    }

    fn with_context<R>(&self, scope: &dyn Scope, run: impl FnOnce(&IdedExpr, &Context<'_, '_>) -> R) -> R {
        let compiled = &self.compiled;
        with_stack(self.text.len(), || {
            let variables: Vec<_> = compiled
                .needs
                .iter()
                .filter_map(|(name, need)| Some((name, need, scope.variable(name)?)))
                .collect();
            let mut context = Context::with_env(Arc::clone(environment::shared()));
            for (name, need, value) in &variables {
                context.add_variable_as_val(name.as_str(), convert::to_cel(value, need));
            }
            if compiled.names.uses_now {
                context.add_variable_as_val(NOW, Box::new(Moment(scope.now())));
            }
            context.add_variable_as_val(BUDGET, Box::new(Budget::new()));
            run(&compiled.ast, &context)
        })
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Condition({:?})", self.text)
    }
}

impl Drop for Compiled {
    /// A long chain of operators is a deep tree, and is taken apart as deeply.
    fn drop(&mut self) {
        let ast = std::mem::take(&mut self.ast);
        with_stack(self.length, || drop(ast));
    }
}

/// Reports the first thing that the parser stumbled over, in fewer words than its own.
fn report_syntax(text: &str, span: Span, errors: &ParseErrors, problems: &mut Problems) {
    let Some(error) = errors.errors.first() else {
        return;
    };
    let code = Code::SCENARIO_INVALID_CONDITION;
    if text.trim().is_empty() {
        problems.error(code, span, "the condition is empty", "holds no expression");
        return;
    }
    let (line, column) = error.pos;
    let offset = offset_of(text, line, column);
    let place = match problems.source().find(text, span) {
        Some(found) => {
            let start = found.start + offset;
            let width = text[offset..].chars().next().map_or(0, char::len_utf8);
            Span::new(start, start + width)
        }
        None => span,
    };
    let words = error.msg.trim_start_matches("Syntax error: ");
    let quoted = words.split('\'').nth(1).unwrap_or_default().trim();
    let label = if words.contains("Recursion limit") || words.contains("recovery attempt limit") {
        "is nested too deeply".to_owned()
    } else if words.starts_with("token recognition error") || words.starts_with("extraneous input") {
        format!("`{quoted}` has no meaning here")
    } else if quoted == "<EOF>" {
        "ends too early".to_owned()
    } else if words.starts_with("mismatched input") || words.starts_with("no viable alternative") {
        format!("`{quoted}` does not fit here")
    } else {
        words.to_owned()
    };
    let diagnostic = problems.error(code, place, format!("`{text}` is not a CEL expression"), label);
    let help = match quoted {
        "=" => "comparisons are written `==`",
        "and" | "AND" => "`and` is written `&&`",
        "or" | "OR" => "`or` is written `||`",
        "not" | "NOT" => "`not` is written `!`",
        "$" => "CEL names values without `$`: `vars.id`",
        _ if text.contains("not ") && !text.contains(['"', '\'']) => "`not` is written `!`",
        _ => return,
    };
    diagnostic.help.push(help.to_owned());
}

/// The byte offset of a line and a column, both from 1, the column in characters.
fn offset_of(text: &str, line: isize, column: isize) -> usize {
    let before: usize =
        text.split_inclusive('\n').take(usize::try_from(line - 1).unwrap_or(0)).map(str::len).sum();
    let line = &text[before..];
    let skipped = usize::try_from(column - 1).unwrap_or(0);
    before + line.char_indices().nth(skipped).map_or(line.len(), |(offset, _)| offset)
}
