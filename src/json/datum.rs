use super::Token;
use super::number::compare_decimals;
use super::{Located, Numeral, Part, Pointer, array_index};
use serde_json::{Number, Value};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A JSON value, with the digits of those numbers that a 64-bit float would change or re-spell.
///
/// Integers of 64 bits are exact in the value itself. Everything else (`1.10`, `1e3`, a number of
/// thirty digits) keeps the text it was written with, so that it is compared and sent by it.
#[derive(Clone, Debug, Default)]
pub struct Datum {
    value: Value,
    digits: BTreeMap<Pointer, String>,
}

impl Datum {
    /// Makes a datum of a value whose floats print as they were meant.
    pub fn new(value: impl Into<Value>) -> Self {
        Self { value: value.into(), digits: BTreeMap::new() }
    }

    /// Makes a number of its JSON text; `None` when the text is no JSON number.
    pub fn number(text: &str) -> Option<Self> {
        compare_decimals(text, "0")?;
        let value: Value = match serde_json::from_str(text) {
            Ok(value @ Value::Number(_)) => value,
            // A number outside the range of a double: the digits are the truth, the float its
            // nearest finite shadow for those who can only read floats.
            _ if text.starts_with('-') => Value::from(f64::MIN),
            _ => Value::from(f64::MAX),
        };
        let mut datum = Self::new(value);
        if datum.value.as_number()?.is_f64() && datum.value.as_number()?.to_string() != text {
            datum.digits.insert(Pointer::root(), text.to_owned());
        }
        Some(datum)
    }

    /// Makes the datum of a part of a located text, digits included.
    pub fn of_part(value: &Value, located: &Located, at: &Pointer) -> Self {
        let mut datum = Self::new(value.clone());
        collect_digits(value, &mut Pointer::root(), &mut |inner, float| {
            if let Some(Part::Number) = located.node(&at.join(inner)).map(|node| &node.part)
                && let Some(text) = located.text_at(&at.join(inner))
                && text != float
            {
                datum.digits.insert(inner.clone(), text.to_owned());
            }
        });
        datum
    }

    /// Makes an array.
    pub fn array(elements: impl IntoIterator<Item = Self>) -> Self {
        let mut datum = Self::new(Value::Array(Vec::new()));
        for element in elements {
            datum.push(element);
        }
        datum
    }

    /// Makes an object; of equal names the last wins.
    pub fn object(members: impl IntoIterator<Item = (String, Self)>) -> Self {
        let mut datum = Self::new(Value::Object(serde_json::Map::new()));
        for (name, member) in members {
            datum.insert(name, member);
        }
        datum
    }

    /// Appends an element; a datum that is no array becomes one first.
    pub fn push(&mut self, element: Self) {
        if !self.value.is_array() {
            *self = Self::new(Value::Array(Vec::new()));
        }
        if let Value::Array(elements) = &mut self.value {
            adopt(&mut self.digits, &elements.len().to_string(), element.digits);
            elements.push(element.value);
        }
    }

    /// Sets a member; a datum that is no object becomes one first.
    pub fn insert(&mut self, name: String, member: Self) {
        if !self.value.is_object() {
            *self = Self::new(Value::Object(serde_json::Map::new()));
        }
        if let Value::Object(members) = &mut self.value {
            let prefix = Pointer::of([name.as_str()]);
            self.digits.retain(|pointer, _| !prefix.contains(pointer));
            adopt(&mut self.digits, &name, member.digits);
            members.insert(name, member.value);
        }
    }

    /// The same value with another one at a place. The last token may name a new member, or `-` or the
    /// length of an array behind its last element; `None` where nothing can hold it.
    pub fn with(&self, pointer: &Pointer, new: Self) -> Option<Self> {
        self.with_at(pointer.tokens(), new)
    }

    fn with_at(&self, tokens: &[Token], new: Self) -> Option<Self> {
        let Some((first, rest)) = tokens.split_first() else { return Some(new) };
        let part = match self.at(&Pointer::of([first.as_str()])) {
            Some(part) => part.with_at(rest, new)?,
            None if rest.is_empty() => new,
            None => return None,
        };
        let mut whole = self.clone();
        match &self.value {
            Value::Object(_) => whole.insert(first.to_string(), part),
            Value::Array(elements) if first == "-" || array_index(first) == Some(elements.len()) => {
                whole.push(part);
            }
            Value::Array(elements) => {
                let index = array_index(first).filter(|index| *index < elements.len())?;
                let element = |at: usize| self.at(&Pointer::of([at.to_string()])).unwrap_or_default();
                whole = Self::array(
                    (0..elements.len()).map(|at| if at == index { part.clone() } else { element(at) }),
                );
            }
            _ => return None,
        }
        Some(whole)
    }

    /// The value, floats rounded to 64 bits.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Gives the value away, without digits.
    pub fn into_value(self) -> Value {
        self.value
    }

    /// The part that a pointer leads to.
    pub fn at(&self, pointer: &Pointer) -> Option<Self> {
        let value = pointer.get(&self.value)?.clone();
        let depth = pointer.tokens().len();
        let digits = self
            .digits
            .iter()
            .filter(|(at, _)| pointer.contains(at))
            .map(|(at, text)| (Pointer::of(at.tokens()[depth..].iter().cloned()), text.clone()))
            .collect();
        Some(Self { value, digits })
    }

    /// The elements of an array; itself where it is none.
    ///
    /// # Errors
    /// What is no array is given back.
    pub fn into_elements(self) -> Result<Vec<Self>, Self> {
        let Value::Array(values) = self.value else { return Err(self) };
        let mut elements: Vec<Self> = values.into_iter().map(Self::new).collect();
        for (at, text) in self.digits {
            let (first, rest) = match at.tokens() {
                [first, rest @ ..] => (first.parse::<usize>().ok(), rest),
                [] => continue,
            };
            if let Some(element) = first.and_then(|index| elements.get_mut(index)) {
                element.digits.insert(Pointer::of(rest.iter().cloned()), text);
            }
        }
        Ok(elements)
    }

    /// The digits of a number at a pointer: as written, or as the value prints.
    pub fn digits_at(&self, pointer: &Pointer) -> Option<String> {
        if let Some(text) = self.digits.get(pointer) {
            return Some(text.clone());
        }
        pointer.get(&self.value)?.as_number().map(ToString::to_string)
    }

    /// The text that this becomes inside another text: strings as they are, numbers by their
    /// digits, `true`, `false`, `null`, arrays and objects as compact JSON.
    pub fn to_text(&self) -> String {
        match &self.value {
            Value::String(text) => text.clone(),
            _ => self.to_json(),
        }
    }

    /// Compact JSON, numbers by their digits.
    pub fn to_json(&self) -> String {
        if self.digits.is_empty() {
            return self.value.to_string();
        }
        let mut out = String::new();
        self.write_json(&self.value, &mut Pointer::root(), &mut out);
        out
    }

    fn write_json(&self, value: &Value, at: &mut Pointer, out: &mut String) {
        match value {
            Value::Number(number) => match self.digits.get(at) {
                Some(text) => out.push_str(text),
                None => out.push_str(&number.to_string()),
            },
            Value::Array(elements) => {
                out.push('[');
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    self.write_json(element, &mut at.child(index.to_string()), out);
                }
                out.push(']');
            }
            Value::Object(members) => {
                out.push('{');
                for (index, (name, member)) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    out.push_str(&Value::from(name.as_str()).to_string());
                    out.push(':');
                    self.write_json(member, &mut at.child(name.as_str()), out);
                }
                out.push('}');
            }
            plain => out.push_str(&plain.to_string()),
        }
    }

    /// Whether some number in it keeps digits of its own.
    pub fn keeps_digits(&self) -> bool {
        !self.digits.is_empty()
    }

    /// The number that is the value at some tokens, with its digits; `number` is what stands there.
    pub fn numeral<'d>(&'d self, at: &[Token], number: &'d Number) -> Numeral<'d> {
        let is_kept = number.is_f64() && !self.digits.is_empty();
        Numeral::new(number, self.digits.get(at).filter(|_| is_kept).map(String::as_str))
    }

    /// Compares two numbers by value, exactly; `None` when either is no number.
    pub fn compare_numbers(&self, other: &Self) -> Option<Ordering> {
        let (left, right) = (self.value.as_number()?, other.value.as_number()?);
        Some(self.numeral(&[], left).compare(other.numeral(&[], right)))
    }

    /// Whether two are equal: same JSON types, numbers by value, strings by code points, objects
    /// whatever the order of their members.
    pub fn is_equal(&self, other: &Self) -> bool {
        self.is_equal_at(&self.value, other, &other.value, &mut Vec::new())
    }

    /// Compares two parts that stand at the same place; the place is only kept where digits are.
    fn is_equal_at(&self, left: &Value, other: &Self, right: &Value, at: &mut Vec<Token>) -> bool {
        let needs_place = !self.digits.is_empty() || !other.digits.is_empty();
        let mut inner = |token: &dyn Fn() -> Token, left: &Value, right: &Value| {
            if !needs_place {
                return self.is_equal_at(left, other, right, at);
            }
            at.push(token());
            let is_equal = self.is_equal_at(left, other, right, at);
            at.pop();
            is_equal
        };
        match (left, right) {
            (Value::Number(left), Value::Number(right)) => {
                self.numeral(at, left).compare(other.numeral(at, right)) == Ordering::Equal
            }
            (Value::Array(left), Value::Array(right)) => {
                left.len() == right.len()
                    && left
                        .iter()
                        .zip(right)
                        .enumerate()
                        .all(|(index, (left, right))| inner(&|| index.to_string().into(), left, right))
            }
            (Value::Object(left), Value::Object(right)) => {
                left.len() == right.len()
                    && left.iter().all(|(name, left)| {
                        right.get(name).is_some_and(|right| inner(&|| name.into(), left, right))
                    })
            }
            (left, right) => left == right,
        }
    }
}

fn adopt(into: &mut BTreeMap<Pointer, String>, token: &str, digits: BTreeMap<Pointer, String>) {
    let prefix = Pointer::of([token]);
    into.extend(digits.into_iter().map(|(at, text)| (prefix.join(&at), text)));
}

/// Calls back for each float of a value, with its pointer and the text it prints as.
fn collect_digits(value: &Value, at: &mut Pointer, found: &mut dyn FnMut(&Pointer, &str)) {
    match value {
        Value::Number(number) if number.is_f64() => found(at, &number.to_string()),
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                collect_digits(element, &mut at.child(index.to_string()), found);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                collect_digits(member, &mut at.child(name.as_str()), found);
            }
        }
        _ => {}
    }
}

impl From<Value> for Datum {
    fn from(value: Value) -> Self {
        Self::new(value)
    }
}

impl PartialEq for Datum {
    fn eq(&self, other: &Self) -> bool {
        self.is_equal(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn datum(text: &str) -> Datum {
        let located = Located::parse(text).expect("it is JSON");
        let value: Value = serde_json::from_str(text).unwrap_or(Value::Null);
        Datum::of_part(&value, &located, &Pointer::root())
    }

    #[test]
    fn digits_survive_selection_and_printing() {
        let whole = datum(r#"{"a": [1.10, 1e3, 2], "b": 100000000000000000000001}"#);
        assert_eq!(whole.to_json(), r#"{"a":[1.10,1e3,2],"b":100000000000000000000001}"#);
        let part = whole.at(&Pointer::of(["a"])).expect("it is there");
        assert_eq!(part.to_json(), "[1.10,1e3,2]");
    }

    fn check_with(text: &str, pointer: &str, expected: Option<&str>) {
        let pointer = Pointer::parse(pointer).expect("a pointer");
        let found = datum(text).with(&pointer, Datum::new(9)).map(|it| it.to_json());
        assert_eq!(found.as_deref(), expected, "{text} {pointer}");
    }

    #[test]
    fn members_and_elements_can_be_set() {
        check_with(r#"{"a":{"b":1.50,"c":2.50}}"#, "/a/b", Some(r#"{"a":{"b":9,"c":2.50}}"#));
        check_with(r#"{"a":{}}"#, "/a/b", Some(r#"{"a":{"b":9}}"#));
        check_with(r#"{"a":[1,2]}"#, "/a/1", Some(r#"{"a":[1,9]}"#));
        check_with(r#"{"a":[1]}"#, "/a/-", Some(r#"{"a":[1,9]}"#));
        check_with(r#"{"a":[1]}"#, "/a/1", Some(r#"{"a":[1,9]}"#));
        check_with(r#"{"a":[1]}"#, "/a/5", None);
        check_with(r#"{"a":1}"#, "/a/b", None);
        check_with("{}", "/a/b", None);
        check_with("1", "/a", None);
        check_with("1", "", Some("9"));
    }

    #[test]
    fn elements_keep_their_digits() {
        let elements = datum(r#"[1.10, {"a": [1e3]}, 2]"#).into_elements().expect("an array");
        let texts: Vec<String> = elements.iter().map(Datum::to_json).collect();
        assert_eq!(texts, ["1.10", r#"{"a":[1e3]}"#, "2"]);
        assert!(datum("1.10").into_elements().is_err());
    }

    #[test]
    fn equality_is_by_value() {
        assert!(datum("1.0").is_equal(&datum("1")));
        assert!(datum("[1e1]").is_equal(&datum("[10]")));
        assert!(!datum("100000000000000000001").is_equal(&datum("100000000000000000000")));
        assert!(!datum("\"1\"").is_equal(&datum("1")));
        assert!(datum(r#"{"a":1,"b":2}"#).is_equal(&datum(r#"{"b":2.0,"a":1}"#)));
        assert!(!datum(r#"{"a":1}"#).is_equal(&datum(r#"{"a":1,"b":2}"#)));
    }

    #[test]
    fn numbers_are_made_of_their_texts() {
        assert_eq!(Datum::number("1.10").expect("a number").to_text(), "1.10");
        assert_eq!(Datum::number("7").expect("a number").value(), &json!(7));
        assert_eq!(Datum::number("1e999").expect("a number").to_text(), "1e999");
        assert!(Datum::number("seven").is_none());
    }

    #[test]
    fn setting_a_member_forgets_its_old_digits() {
        let mut object = datum(r#"{"a": 1.10}"#);
        object.insert("a".to_owned(), Datum::new(json!(2)));
        assert_eq!(object.to_json(), r#"{"a":2}"#);
    }
}
