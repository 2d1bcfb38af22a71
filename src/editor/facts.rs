use crate::json::{Pointer, Value};
use crate::openapi::{Document, Types};

/// As many schemas are looked at for one value; of more nothing is said.
const MAX_SCHEMAS: usize = 256;

/// As many members of one object are told apart; of more nothing is said.
const MAX_MEMBERS: usize = 1_000;

/// What an editor may say of a value: the union of everything that some form of its schema allows.
///
/// It never refuses what the schema takes, with one exception that is meant: an object whose members are
/// described, and of which nothing says that it has others, has no others. A member that is not described
/// is misspelt far more often than meant.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub(super) types: Types,
    /// Where only some values are allowed, these.
    pub(super) values: Option<Vec<Value>>,
    /// Members with the schemas that describe them.
    pub(super) members: Vec<(String, Vec<Pointer>)>,
    /// The schemas of elements.
    pub(super) elements: Vec<Pointer>,
    /// Whether objects have other members besides.
    pub(super) is_open: bool,
}

impl Facts {
    /// What any of these schemas allows.
    pub(super) fn of(document: &Document, schemas: &[Pointer]) -> Self {
        let mut reader = Reader { document, seen: Vec::new(), n_schemas: 0 };
        let all = schemas.iter().map(|schema| reader.read(schema)).collect::<Vec<_>>();
        all.into_iter().reduce(Self::or).unwrap_or_else(Self::anything)
    }

    fn anything() -> Self {
        Self { types: Types::ALL, values: None, members: Vec::new(), elements: Vec::new(), is_open: true }
    }

    /// Whether nothing is said at all.
    pub(super) fn is_anything(&self) -> bool {
        self.types == Types::ALL
            && self.values.is_none()
            && self.members.is_empty()
            && self.elements.is_empty()
    }

    fn or(self, other: Self) -> Self {
        let is_bare = |facts: &Self| facts.members.is_empty() && facts.types.contains(Types::OBJECT);
        let is_open = self.is_open || other.is_open || (is_bare(&self) && is_bare(&other));
        let values = match (self.values, other.values) {
            (Some(mut values), Some(others)) => {
                values.extend(others);
                values.dedup();
                Some(values)
            }
            _ => None,
        };
        let types = self.types.each().chain(other.types.each()).fold(Types::NONE, Types::union);
        Self {
            types,
            values,
            members: merge(self.members, other.members),
            elements: [self.elements, other.elements].concat(),
            is_open,
        }
    }

    fn and(self, other: Self) -> Self {
        let types = self.types.intersection(other.types);
        Self {
            // A schema that nothing fits is the document's affair.
            types: if types.is_empty() { Types::ALL } else { types },
            values: self.values.or(other.values),
            members: merge(self.members, other.members),
            elements: [self.elements, other.elements].concat(),
            is_open: self.is_open || other.is_open,
        }
    }
}

fn merge(
    mut members: Vec<(String, Vec<Pointer>)>,
    others: Vec<(String, Vec<Pointer>)>,
) -> Vec<(String, Vec<Pointer>)> {
    for (name, schemas) in others {
        match members.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => known.extend(schemas),
            None => members.push((name, schemas)),
        }
    }
    members
}

struct Reader<'d> {
    document: &'d Document,
    seen: Vec<Pointer>,
    n_schemas: usize,
}

impl Reader<'_> {
    fn read(&mut self, pointer: &Pointer) -> Facts {
        self.n_schemas += 1;
        let raw = self.document.get(pointer);
        let Ok((at, value)) = self.document.resolve(pointer) else { return Facts::anything() };
        if self.n_schemas > MAX_SCHEMAS || self.seen.contains(&at) {
            return Facts::anything();
        }
        self.seen.push(at.clone());
        let mut facts = self.own(&at, value);
        if let Some(raw) = raw.filter(|_| at != *pointer) {
            // From OpenAPI 3.1 on other keywords may stand beside `$ref`.
            let has_more = ["properties", "allOf", "oneOf", "anyOf", "additionalProperties"];
            if has_more.iter().any(|keyword| raw.get(keyword).is_some()) {
                facts = facts.and(self.own(pointer, raw));
            }
        }
        self.seen.pop();
        facts
    }

    fn own(&mut self, at: &Pointer, value: &Value) -> Facts {
        let Some(schema) = value.as_object() else { return Facts::anything() };
        let listed = |keyword: &str| schema.get(keyword).and_then(Value::as_array);
        let types = Types::of_schema(value);
        let mut values =
            schema.get("const").map(|value| vec![value.clone()]).or_else(|| listed("enum").cloned());
        if let Some(values) = values.as_mut()
            && types != Types::ALL
            && types.contains(Types::NULL)
            && !values.contains(&Value::Null)
        {
            values.push(Value::Null);
        }
        let names = schema.get("properties").and_then(Value::as_object);
        let of_member = |name: &String| (name.clone(), vec![at.child("properties").child(name.as_str())]);
        let members: Vec<_> =
            names.into_iter().flat_map(|it| it.keys()).take(MAX_MEMBERS + 1).map(of_member).collect();
        let prefix = listed("prefixItems").map_or(0, Vec::len);
        let mut elements: Vec<Pointer> =
            (0..prefix).map(|index| at.child("prefixItems").child(index.to_string())).collect();
        if schema.get("items").is_some_and(Value::is_object) {
            elements.push(at.child("items"));
        } else if prefix > 0 {
            elements.clear();
        }
        let allows = |keyword: &str| schema.get(keyword).is_some_and(|it| *it != Value::Bool(false));
        let combines = ["allOf", "oneOf", "anyOf", "if"].iter().any(|keyword| schema.contains_key(*keyword));
        let is_free = members.is_empty() && !combines && (schema.contains_key("type") || schema.is_empty());
        let mut facts = Facts {
            types,
            values,
            is_open: members.len() > MAX_MEMBERS
                || allows("additionalProperties")
                || allows("unevaluatedProperties")
                || allows("patternProperties")
                || ["dependentSchemas", "$dynamicRef", "$recursiveRef"]
                    .iter()
                    .any(|it| schema.contains_key(*it))
                || (is_free && types.contains(Types::OBJECT) && !schema.contains_key("additionalProperties")),
            members,
            elements,
        };
        for index in 0..listed("allOf").map_or(0, Vec::len) {
            let each = self.read(&at.child("allOf").child(index.to_string()));
            facts = facts.and(each);
        }
        for keyword in ["oneOf", "anyOf"] {
            let forms = 0..listed(keyword).map_or(0, Vec::len);
            let forms: Vec<Facts> =
                forms.map(|index| self.read(&at.child(keyword).child(index.to_string()))).collect();
            if let Some(any) = forms.into_iter().reduce(Facts::or) {
                facts = facts.and(any);
            }
        }
        for keyword in ["then", "else"].iter().filter(|keyword| schema.contains_key(**keyword)) {
            let each = self.read(&at.child(*keyword));
            facts.members = merge(facts.members, each.members);
            facts.is_open |= each.is_open;
        }
        facts
    }
}
