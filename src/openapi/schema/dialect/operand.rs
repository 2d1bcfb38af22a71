//! What becomes of each keyword's value, by the shape that the value must have.

use super::{Context, Rewriter, Writing};
use crate::hash::HashSet;
use crate::json::{Map, Pointer, Value};
use crate::openapi::schema::closure::{Role, link};
use crate::openapi::schema::content;
use crate::openapi::schema::draft::Draft;
use crate::openapi::schema::format::{self, Treatment};
use crate::openapi::schema::keyword::{Scope, Shape};
use crate::openapi::schema::pattern::{self, Pattern};
use crate::openapi::schema::remark::Remark;
use crate::openapi::schema::visibility;
use serde_json::json;

const TYPES: &[&str] = &["null", "boolean", "object", "array", "number", "string", "integer"];

impl Rewriter<'_> {
    /// What becomes of a keyword's value: written, nothing, or the reason why it cannot be used.
    pub(super) fn operand(
        &mut self,
        writing: &mut Writing<'_>,
        at: &Pointer,
        keyword: &str,
        shape: Shape,
        operand: &Value,
    ) -> Result<Option<Value>, String> {
        let wrong = |what: &str| Err(format!("`{keyword}` is {what}, not {}", phrase(operand)));
        let context = writing.context.clone();
        Ok(match shape {
            Shape::Type => Some(self.types(at, operand, &context)?),
            Shape::Values => match operand {
                Value::Array(values) if values.is_empty() => return Err("`enum` lists nothing".to_owned()),
                Value::Array(_) => Some(operand.clone()),
                _ => return wrong("a list of values"),
            },
            Shape::Value => Some(operand.clone()),
            Shape::Number => match operand {
                // A flag beside it makes it exclusive, and is written in its place.
                Value::Number(_) if self.is_exclusive(writing.members, keyword) => None,
                Value::Number(_) => Some(operand.clone()),
                _ => return wrong("a number"),
            },
            Shape::Exclusive => self.exclusive(writing, at, keyword, operand)?,
            Shape::Divisor => match operand.as_f64() {
                Some(number) if number > 0.0 => Some(operand.clone()),
                _ => return wrong("a number above zero"),
            },
            Shape::Count => match operand.as_f64() {
                Some(number) if number >= 0.0 && number.fract() == 0.0 => Some(operand.clone()),
                _ => return wrong("a count from zero"),
            },
            Shape::Flag => match operand {
                Value::Bool(flag) => flag.then(|| operand.clone()),
                _ => return wrong("true or false"),
            },
            Shape::Pattern => match operand {
                Value::String(pattern) => Some(Value::from(self.pattern(at, pattern)?)),
                _ => return wrong("a regular expression"),
            },
            Shape::Format => match operand {
                Value::String(name) => self.format(writing, at, name),
                _ => return wrong("a name"),
            },
            Shape::ContentEncoding => match operand {
                Value::String(name) => {
                    if let Some(asked) = content::encoding(name) {
                        self.ask(writing, "contentEncoding", asked.name, json!({"format": asked.format}));
                    }
                    None
                }
                _ => return wrong("the name of an encoding"),
            },
            Shape::ContentMediaType => match operand {
                Value::String(name) => {
                    let encoding = writing.members.get("contentEncoding").and_then(Value::as_str);
                    if let Some(asked) = content::media_type(name, encoding) {
                        self.ask(writing, "contentMediaType", asked.name, json!({"format": asked.format}));
                    }
                    None
                }
                _ => return wrong("a media type"),
            },
            Shape::ContentSchema => match writing.members.get("contentMediaType") {
                // JSON Schema 2020-12, "Validation" §8.5: it says nothing without a media type.
                None => None,
                Some(_) => return Err("the content of a text is not held to `contentSchema`".to_owned()),
            },
            Shape::Names => self.names(operand, &context)?,
            Shape::NamesByName => match operand {
                Value::Object(lists) if lists.values().all(is_names) => {
                    Some(lists.iter().map(|(name, names)| (name.clone(), each_once(names))).collect())
                }
                _ => return wrong("a map from names to lists of names"),
            },
            Shape::Schema(scope) => match operand {
                // Drafts before 2020-12 list the schemas of the first elements here.
                Value::Array(schemas)
                    if keyword == "items" && context.draft.is_some_and(|it| it < Draft::V2020) =>
                {
                    let context = context.within(scope);
                    let each = |(index, schema): (usize, &Value)| {
                        self.apart(at.child(index.to_string()), schema, &context)
                    };
                    let first: Vec<Value> = schemas.iter().enumerate().map(each).collect();
                    if !first.is_empty() {
                        writing.out.insert("prefixItems".to_owned(), Value::Array(first));
                    }
                    None
                }
                Value::Object(_) | Value::Bool(_) => Some(self.schema(at, operand, &context.within(scope))),
                _ => return wrong("a schema"),
            },
            Shape::Schemas(scope) => match operand {
                Value::Array(schemas) if !schemas.is_empty() => {
                    let context = context.within(scope);
                    let each = |(index, schema): (usize, &Value)| {
                        self.schema(&at.child(index.to_string()), schema, &context)
                    };
                    Some(schemas.iter().enumerate().map(each).collect())
                }
                Value::Array(_) => return Err(format!("`{keyword}` lists nothing")),
                _ => return wrong("a list of schemas"),
            },
            Shape::Choice => match operand {
                Value::Array(schemas) if !schemas.is_empty() => {
                    self.choice(writing, at, schemas, keyword == "oneOf");
                    None
                }
                Value::Array(_) => return Err(format!("`{keyword}` lists nothing")),
                _ => return wrong("a list of schemas"),
            },
            Shape::SchemasByName(scope) => match operand {
                Value::Object(schemas) => {
                    let context = context.within(scope);
                    let is_properties = keyword == "properties";
                    let mut out = Map::with_capacity(schemas.len());
                    for (name, schema) in schemas {
                        let at = at.child(name);
                        let is_forbidden = is_properties
                            && visibility::is_forbidden(self.document, &at, schema, context.direction);
                        let schema = if is_forbidden {
                            Value::Bool(false)
                        } else {
                            self.schema(&at, schema, &context)
                        };
                        out.insert(name.clone(), schema);
                    }
                    Some(Value::Object(out))
                }
                _ => return wrong("a map from names to schemas"),
            },
            Shape::SchemasByPattern => match operand {
                Value::Object(schemas) => {
                    let context = context.within(Scope::Part);
                    let mut out = Map::with_capacity(schemas.len());
                    for (pattern, schema) in schemas {
                        let at = at.child(pattern);
                        // The name is the way back to the document: it is not translated.
                        if *self.read_pattern(pattern) == Pattern::AsWritten {
                            out.insert(pattern.clone(), self.schema(&at, schema, &context));
                        } else {
                            self.leave_out(Remark::left_out(&at, unusable(pattern)));
                            writing.loses(keyword);
                        }
                    }
                    Some(Value::Object(out))
                }
                _ => return wrong("a map from patterns to schemas"),
            },
            Shape::Reference => match operand {
                Value::String(reference) => {
                    self.sibling_reference(writing, at, keyword, reference)?;
                    None
                }
                _ => return wrong("a reference"),
            },
            Shape::Rest | Shape::Dependencies if context.draft.is_none() => {
                return Err(format!("`{keyword}` belongs to another version of JSON Schema"));
            }
            Shape::Rest => match (operand, writing.members.get("items")) {
                (Value::Object(_) | Value::Bool(_), Some(Value::Array(_))) => {
                    let rest = self.apart(at.clone(), operand, &context.within(Scope::Part));
                    writing.out.insert("items".to_owned(), rest);
                    None
                }
                // Beside one schema for all elements it says nothing.
                (Value::Object(_) | Value::Bool(_), _) => None,
                _ => return wrong("a schema"),
            },
            Shape::Dependencies => match operand {
                Value::Object(by_name) => {
                    self.dependencies(writing, at, by_name, &context)?;
                    None
                }
                _ => return wrong("a map from names to schemas or lists of names"),
            },
        })
    }

    /// A schema as an entry of its own, for one that is written at another path than it stands at.
    fn apart(&mut self, at: Pointer, schema: &Value, context: &Context) -> Value {
        let schema = self.schema(&at, schema, context);
        link(self.push(at, Role::Schema, schema))
    }

    fn dependencies(
        &mut self,
        writing: &mut Writing<'_>,
        at: &Pointer,
        by_name: &Map<String, Value>,
        context: &Context,
    ) -> Result<(), String> {
        for (name, needed) in by_name {
            let at = at.child(name);
            let needed = match needed {
                Value::Array(_) if is_names(needed) => {
                    link(self.push(at, Role::Needed, json!({"required": each_once(needed)})))
                }
                Value::Object(_) | Value::Bool(_) => {
                    self.apart(at, needed, &context.within(Scope::Condition))
                }
                other => {
                    return Err(format!(
                        "`dependencies` of `{name}` is a schema or a list of names, not {}",
                        phrase(other)
                    ));
                }
            };
            let condition = json!({"type": "object", "required": [name]});
            writing.all_of.push(json!({"if": condition, "then": needed}));
        }
        Ok(())
    }

    fn types(&mut self, at: &Pointer, operand: &Value, context: &Context) -> Result<Value, String> {
        let names: Vec<&Value> = match operand {
            Value::Array(names) => names.iter().collect(),
            one => vec![one],
        };
        if names.is_empty() {
            return Err("`type` lists nothing".to_owned());
        }
        let mut types: Vec<&str> = Vec::new();
        for name in names {
            let name = match name {
                Value::String(name) if TYPES.contains(&name.as_str()) => name,
                Value::Null => {
                    let message = "`type` is written as null without quotes; it is read as \"null\"";
                    self.lenient(at, "type", message.to_owned());
                    "null"
                }
                Value::String(name) => return Err(format!("`{name}` is no type")),
                other => return Err(format!("`type` is the name of a type, not {}", phrase(other))),
            };
            if !types.contains(&name) {
                types.push(name);
            }
        }
        let version = self.document.version_at(at);
        if operand.is_array() && version.has_own_dialect() && context.draft.is_none() {
            let message =
                format!("a list of types is not part of {}; it is read as OpenAPI 3.1 does", version.name());
            self.lenient(at, "type", message);
        }
        Ok(match types[..] {
            [one] => Value::from(one),
            _ => Value::from(types),
        })
    }

    /// Whether a bound is made exclusive by the flag beside it.
    fn is_exclusive(&self, members: &Map<String, Value>, bound: &str) -> bool {
        let flag = if bound == "minimum" { "exclusiveMinimum" } else { "exclusiveMaximum" };
        members.get(flag) == Some(&Value::Bool(true))
    }

    fn exclusive(
        &mut self,
        writing: &Writing<'_>,
        at: &Pointer,
        keyword: &str,
        operand: &Value,
    ) -> Result<Option<Value>, String> {
        let flag = match operand {
            Value::Number(_) => return Ok(Some(operand.clone())),
            Value::Bool(flag) => *flag,
            _ => return Err(format!("`{keyword}` is a number, not {}", phrase(operand))),
        };
        if !self.document.version_at(at).has_own_dialect() && writing.context.draft != Some(Draft::V4) {
            let message =
                format!("`{keyword}` is a number since OpenAPI 3.1; it is read as OpenAPI 3.0 does");
            self.lenient(at, "exclusive", message);
        }
        let bound = if keyword == "exclusiveMinimum" { "minimum" } else { "maximum" };
        Ok(match writing.members.get(bound) {
            Some(Value::Number(number)) if flag => Some(Value::Number(number.clone())),
            _ => None,
        })
    }

    /// A pattern as the validator runs it.
    fn pattern(&mut self, at: &Pointer, pattern: &str) -> Result<String, String> {
        match self.read_pattern(pattern) {
            Pattern::AsWritten => Ok(pattern.to_owned()),
            Pattern::ReadAs { pattern: translated, is_foreign } => {
                let (translated, is_foreign) = (translated.clone(), *is_foreign);
                if is_foreign {
                    let message =
                        format!("the pattern `{pattern}` is no ECMA-262; it is read as `{translated}`");
                    self.lenient(at, "pattern", message);
                }
                Ok(translated)
            }
            Pattern::Unusable => Err(unusable(pattern)),
        }
    }

    fn read_pattern(&mut self, pattern: &str) -> &Pattern {
        self.patterns.entry(pattern.to_owned()).or_insert_with(|| pattern::read(pattern))
    }

    fn format(&mut self, writing: &mut Writing<'_>, at: &Pointer, name: &str) -> Option<Value> {
        match format::treatment(name) {
            Treatment::Asserted => Some(Value::from(name)),
            Treatment::Free => None,
            Treatment::Range(name) => {
                self.ask(writing, "format", name, format::range(name));
                None
            }
            Treatment::Unknown => {
                if self.unknown_formats.insert(name.to_owned()) {
                    self.remark(Remark::unknown_format(at, name), "format");
                }
                None
            }
        }
    }

    /// Writes what is asked of a value apart, under a name that the validator's own keyword does not have.
    fn ask(&mut self, writing: &mut Writing<'_>, keyword: &'static str, name: &'static str, schema: Value) {
        let key = (keyword, schema.to_string());
        let number = match self.formats.get(&key) {
            Some(number) => *number,
            None => {
                let number = self.push(Pointer::root(), Role::Format { keyword, name }, schema);
                self.formats.insert(key, number);
                number
            }
        };
        writing.all_of.push(link(number));
    }

    fn names(&mut self, operand: &Value, context: &Context) -> Result<Option<Value>, String> {
        let Value::Array(names) = operand else {
            // JSON Schema of 2010 marked the property itself; `false` says nothing then.
            return match operand {
                Value::Bool(false) => Ok(None),
                Value::Bool(true) => {
                    Err("`required` is a list of names in the schema of the object, not a flag of a member"
                        .to_owned())
                }
                other => Err(format!("`required` is a list of names, not {}", phrase(other))),
            };
        };
        if !is_names(operand) {
            return Err("`required` lists something that is no name".to_owned());
        }
        let is_demanded = |name: &&Value| name.as_str().is_some_and(|name| !context.relaxed.contains(name));
        let names = each_once(&names.iter().filter(is_demanded).cloned().collect());
        Ok(names.as_array().is_some_and(|names| !names.is_empty()).then_some(names))
    }
}

fn unusable(pattern: &str) -> String {
    format!("the pattern `{pattern}` does not compile")
}

fn is_names(value: &Value) -> bool {
    value.as_array().is_some_and(|names| names.iter().all(Value::is_string))
}

/// Names without those that were listed before: the validator counts them.
fn each_once(names: &Value) -> Value {
    let mut seen = HashSet::default();
    let names = names.as_array().into_iter().flatten();
    names.filter(|name| name.as_str().is_none_or(|name| seen.insert(name))).cloned().collect()
}

fn phrase(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(_) => "a text".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a map".to_owned(),
    }
}
