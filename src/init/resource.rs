//! Resources: what one operation creates and others read, change and delete.

use super::names::{camel, kebab, singular, with_article};
use super::operation::{Call, Caller, Input};
use crate::json::{Pointer, Value};
use crate::openapi::{ContentKind, Direction, Operation, OperationIndex, ResponseKey, content_kind};
use crate::sample::draft::{Data, Entry, Item, expect, expected_status};
use crate::sample::sample;

/// A scenario that takes a resource through its life.
pub(super) struct Lifecycle {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) steps: Vec<Vec<Entry>>,
    pub(super) inputs: Vec<Input>,
    /// The operations that it calls.
    pub(super) operations: Vec<OperationIndex>,
}

/// Where the identifier of something new stands in the answer.
enum Identifier {
    /// In its body.
    Member(Vec<String>),
    /// At the end of its `Location`.
    Location,
}

/// Finds the resources of a document by the shape of paths, `POST /things` with `/things/{id}`, and by an
/// answer that says which one was created.
pub(super) fn lifecycles(caller: &Caller<'_>) -> Vec<Lifecycle> {
    let document = &caller.api.document;
    let creates = document.operations().filter(|operation| operation.method() == "POST");
    creates.filter_map(|create| lifecycle(caller, create)).collect()
}

fn lifecycle(caller: &Caller<'_>, create: Operation<'_>) -> Option<Lifecycle> {
    let document = &caller.api.document;
    let collection = create.template().trim_end_matches('/');
    let member = |operation: &Operation<'_>| {
        let rest = operation.template().strip_prefix(collection)?.strip_prefix("/{")?.trim_end_matches('/');
        let name = rest.strip_suffix('}')?;
        (!name.contains(['{', '}', '/'])).then(|| name.to_owned())
    };
    let parameter = document.operations().find_map(|operation| member(&operation))?;
    let of = |method: &str| {
        document
            .operations()
            .find(|it| it.method() == method && member(it).is_some_and(|name| name == parameter))
    };
    let (read, replace, change, delete) = (of("GET"), of("PUT"), of("PATCH"), of("DELETE"));
    if read.is_none() && delete.is_none() {
        return None;
    }
    let created = caller.call(create, &[]);
    let status = expected_status(create)?;
    let identifier = identifier(caller, create, &parameter)?;
    if created.todo.is_some() || status.is_some_and(|status| status >= 300) {
        return None;
    }
    let noun = noun(collection);
    let variable = variable(&noun, &parameter);
    let value = Data::Raw(format!("$vars.{variable}"));
    let given = [(parameter.as_str(), value.clone())];
    let mut life = Lifecycle {
        name: format!("{}-lifecycle", kebab(&noun)),
        title: String::new(),
        steps: Vec::new(),
        inputs: Vec::new(),
        operations: Vec::new(),
    };
    let mut verbs = vec!["created"];

    let source = match &identifier {
        Identifier::Member(path) => Data::Raw(Value::from(jsonpath(path)).to_string()),
        Identifier::Location => Data::Map(vec![
            ("header".to_owned(), Data::Raw("Location".to_owned())),
            ("regex".to_owned(), Data::Raw("\"[^/]+$\"".to_owned())),
        ]),
    };
    let mut step = vec![Entry::text("id", "create")];
    let deleted = delete.map(|delete| caller.call(delete, &given)).filter(|call| call.todo.is_none());
    step.extend(created.entries.clone());
    step.push(Entry::data("save", Data::Map(vec![(variable.clone(), source)])));
    step.extend(expect(status, None));
    if let Some(deleted) = &deleted {
        let data = |entry: &Entry| match &entry.item {
            Item::Data(data) => Some((entry.key.clone(), data.clone())),
            _ => None,
        };
        let cleanup = Data::Map(deleted.entries.iter().filter_map(data).collect());
        step.push(Entry::data("cleanup", Data::List(vec![cleanup])));
    }
    life.add(create, step, &created);

    if let Some((read, call)) = read.map(|read| (read, caller.call(read, &given)))
        && let (None, Some(status)) = (&call.todo, expected_status(read))
    {
        let body = match &identifier {
            Identifier::Member(path) if has_member(caller, read, path) => Some(nested(path, value.clone())),
            _ => None,
        };
        let mut step = call.entries.clone();
        step.extend(expect(status, body));
        life.add(read, step, &call);
        verbs.push("read");
    }
    // Where `POST` is said of what exists, it changes it.
    let change = change.or_else(|| of("POST"));
    for (operation, verb) in [(replace, "replaced"), (change, "changed")] {
        let Some(operation) = operation else { continue };
        let call = caller.call(operation, &given);
        let (None, Some(status)) = (&call.todo, expected_status(operation)) else { continue };
        let mut step = call.entries.clone();
        step.extend(expect(status, None));
        life.add(operation, step, &call);
        verbs.push(verb);
    }
    if let (Some(delete), Some(call)) = (delete, deleted)
        && let Some(status) = expected_status(delete)
    {
        let mut step = call.entries.clone();
        step.extend(expect(status, None));
        life.add(delete, step, &call);
        verbs.push("deleted");
        let gone = |read: &Operation<'_>| {
            let keys: Vec<ResponseKey> = read.responses().iter().map(|response| response.key()).collect();
            [404, 410].into_iter().find(|status| keys.contains(&ResponseKey::Status(*status)))
        };
        if let Some((read, status)) = read.and_then(|read| Some((read, gone(&read)?))) {
            let call = caller.call(read, &given);
            if call.todo.is_none() {
                let mut step = vec![Entry::text("title", "It is gone")];
                step.extend(call.entries.clone());
                step.extend(expect(Some(status), None));
                life.add(read, step, &call);
            }
        }
    }
    if life.steps.len() < 2 {
        return None;
    }
    life.title = format!("{} can be {}", with_article(&kebab(&noun).replace('-', " ")), listed(&verbs));
    Some(life)
}

impl Lifecycle {
    fn add(&mut self, operation: Operation<'_>, step: Vec<Entry>, call: &Call) {
        self.operations.push(operation.index());
        self.inputs.extend(call.inputs.iter().cloned());
        self.steps.push(step);
    }
}

/// `created, read and deleted`.
fn listed(words: &[&str]) -> String {
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// What a collection holds one of: by the last of its segments that is no parameter.
fn noun(collection: &str) -> String {
    let segments = collection.rsplit('/').filter(|segment| !segment.contains('{'));
    let mut names = segments.map(kebab).filter(|name| !name.is_empty());
    names.next().map_or_else(|| "thing".to_owned(), |name| singular(&name))
}

fn variable(noun: &str, parameter: &str) -> String {
    match camel(parameter).as_str() {
        "" => camel(&format!("{noun}-id")),
        "id" | "uuid" | "guid" | "key" | "name" | "slug" | "code" => camel(&format!("{noun}-{parameter}")),
        own => own.to_owned(),
    }
}

fn identifier(caller: &Caller<'_>, create: Operation<'_>, parameter: &str) -> Option<Identifier> {
    let responses = create.responses();
    let is_success =
        |key: ResponseKey| matches!(key, ResponseKey::Status(code) if (200..300).contains(&code));
    let mut successes: Vec<_> = responses.iter().filter(|response| is_success(response.key())).collect();
    successes.sort_by_key(|response| response.key());
    let first = successes.first()?;
    if let Some(value) = answer(caller, create, first.key())
        && let Some(path) = find(&value, parameter)
    {
        return Some(Identifier::Member(path));
    }
    let has_location = first.headers().iter().any(|header| header.name().eq_ignore_ascii_case("location"));
    has_location.then_some(Identifier::Location)
}

/// What an answer might look like.
fn answer(caller: &Caller<'_>, operation: Operation<'_>, key: ResponseKey) -> Option<Value> {
    let responses = operation.responses();
    let response = responses.iter().find(|response| response.key() == key)?;
    let media_types = response.media_types();
    let json = media_types.iter().find(|it| content_kind(it.range()) == ContentKind::Json)?;
    let schema = json.schema()?;
    Some(sample(&caller.contract, &schema, Direction::Response).ok()?.value)
}

/// Whether every documented success has a member.
fn has_member(caller: &Caller<'_>, operation: Operation<'_>, path: &[String]) -> bool {
    let at = Pointer::of(path.iter().map(String::as_str));
    let responses = operation.responses();
    let keys = responses.iter().map(|response| response.key());
    let mut successes = keys.filter(|key| matches!(key, ResponseKey::Status(200..=299))).peekable();
    successes.peek().is_some()
        && successes.all(|key| answer(caller, operation, key).is_some_and(|value| at.get(&value).is_some()))
}

/// The member that identifies something new: named like the parameter, or an id; in the answer itself, or in
/// an envelope.
fn find(value: &Value, parameter: &str) -> Option<Vec<String>> {
    let wanted = [parameter, "id", "uuid", "_id", "guid"];
    let is_identifier = |value: &Value| value.is_string() || value.is_number();
    let among = |value: &Value| {
        let members = value.as_object()?;
        wanted.iter().find_map(|wanted| {
            let mut names = members.iter();
            names
                .find(|(name, value)| name.eq_ignore_ascii_case(wanted) && is_identifier(value))
                .map(|(name, _)| name.clone())
        })
    };
    if let Some(name) = among(value) {
        return Some(vec![name]);
    }
    value.as_object()?.iter().find_map(|(outer, inner)| Some(vec![outer.clone(), among(inner)?]))
}

fn jsonpath(path: &[String]) -> String {
    let is_plain = |name: &&String| {
        name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !name.starts_with(|c: char| c.is_ascii_digit())
    };
    let segments = path.iter().map(|name| match is_plain(&name) {
        true => format!(".{name}"),
        false => format!("[{}]", Value::from(name.as_str()).to_string().replace('"', "'")),
    });
    format!("${}", segments.collect::<String>())
}

fn nested(path: &[String], value: Data) -> Data {
    path.iter().rev().fold(value, |inner, name| Data::Map(vec![(name.clone(), inner)]))
}
