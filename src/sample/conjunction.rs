use crate::json::{Pointer, Value};
use crate::openapi::{Document, Types};

/// As many schemas may have to hold for one value.
const MAX_SCHEMAS: usize = 64;

/// All schemas that one value has to satisfy: through references, `allOf`, and one form of each
/// `oneOf` and `anyOf`.
pub(super) struct Conjunction<'d> {
    pub(super) schemas: Vec<(Pointer, &'d Value)>,
    /// Members that a discriminator fixes, by the form that was chosen.
    pub(super) fixed: Vec<(String, Value)>,
    /// Whether a schema among them is `false`, or leads nowhere.
    pub(super) is_broken: bool,
}

impl<'d> Conjunction<'d> {
    /// Gathers what holds for a value; `turn` says which form of a choice is taken.
    pub(super) fn gather(document: &'d Document, starts: &[Pointer], turn: usize) -> Self {
        let mut all = Self { schemas: Vec::new(), fixed: Vec::new(), is_broken: false };
        let mut waiting: Vec<Pointer> = starts.iter().rev().cloned().collect();
        while let Some(next) = waiting.pop() {
            let Ok((at, value)) = document.resolve(&next) else {
                all.is_broken = true;
                continue;
            };
            if all.schemas.len() >= MAX_SCHEMAS || all.schemas.iter().any(|(known, _)| *known == at) {
                continue;
            }
            all.is_broken |= *value == Value::Bool(false);
            if let Some(elements) = value.get("allOf").and_then(Value::as_array) {
                let holder = at.child("allOf");
                waiting.extend((0..elements.len()).rev().map(|index| holder.child(index.to_string())));
            }
            for keyword in ["oneOf", "anyOf"] {
                let Some(forms) = value.get(keyword).and_then(Value::as_array).filter(|all| !all.is_empty())
                else {
                    continue;
                };
                let index = first_of(forms, turn);
                waiting.push(at.child(keyword).child(index.to_string()));
                if let Some(fixed) = tag(value, &forms[index]) {
                    all.fixed.push(fixed);
                }
            }
            all.schemas.push((at, value));
        }
        all
    }

    /// The types that all schemas admit.
    pub(super) fn types(&self) -> Types {
        let types = self.schemas.iter().map(|(_, schema)| Types::of_schema(schema));
        types.fold(Types::ALL, Types::intersection)
    }

    /// A keyword wherever it stands, in the order of the schemas.
    pub(super) fn all(&self, keyword: &str) -> impl Iterator<Item = (&Pointer, &'d Value)> {
        self.schemas.iter().filter_map(move |(at, schema)| Some((at, schema.get(keyword)?)))
    }

    /// A keyword's value where it stands first.
    pub(super) fn first(&self, keyword: &str) -> Option<&'d Value> {
        self.all(keyword).map(|(_, value)| value).next()
    }

    /// The largest of all the values of a keyword that counts.
    pub(super) fn largest(&self, keyword: &str) -> Option<u64> {
        self.all(keyword).filter_map(|(_, value)| value.as_u64()).max()
    }

    /// The smallest of all the values of a keyword that counts.
    pub(super) fn smallest(&self, keyword: &str) -> Option<u64> {
        self.all(keyword).filter_map(|(_, value)| value.as_u64()).min()
    }
}

/// The form to take: the first is not `null`, for that says the least.
fn first_of(forms: &[Value], turn: usize) -> usize {
    let is_null = |form: &Value| Types::of_schema(form) == Types::NULL;
    let order = (0..forms.len()).filter(|index| !is_null(&forms[*index]));
    let order: Vec<usize> = order.chain((0..forms.len()).filter(|index| is_null(&forms[*index]))).collect();
    order[turn % order.len()]
}

/// The member that a discriminator reads, with the value that means a form.
///
/// Source: OpenAPI 3.1.1, "Discriminator Object".
fn tag(holder: &Value, form: &Value) -> Option<(String, Value)> {
    let discriminator = holder.get("discriminator")?;
    let property = discriminator.get("propertyName")?.as_str()?;
    let reference = form.get("$ref")?.as_str()?;
    let name = reference.rsplit('/').next()?;
    let mapping = discriminator.get("mapping").and_then(Value::as_object);
    let mapped = mapping
        .into_iter()
        .flatten()
        .find(|(_, to)| to.as_str().is_some_and(|to| to == reference || to == name));
    let value = mapped.map_or(name, |(value, _)| value);
    Some((property.to_owned(), Value::from(value)))
}
