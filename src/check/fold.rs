//! Equal findings at many places become one.

use crate::diagnostic::words::some_of;
use crate::json::Pointer;
use crate::openapi::SchemaError;

/// More places than this are counted, not named.
const NAMED: usize = 8;

/// Makes one of what one object lacks, and keeps the first of the errors that break the same
/// keyword, with a note that names the other places.
pub(super) fn fold(errors: Vec<SchemaError>) -> Vec<SchemaError> {
    fold_by(errors, also_at)
}

/// The same with a note of other words for the other places.
pub(super) fn fold_by(
    errors: Vec<SchemaError>,
    note: impl Fn(&Pointer, &[Pointer]) -> String,
) -> Vec<SchemaError> {
    let mut kept: Vec<(SchemaError, Vec<Pointer>)> = Vec::new();
    for error in join_missing(errors) {
        let same = kept.iter_mut().find(|(first, _)| {
            first.keyword == error.keyword && first.name == error.name && first.format == error.format
        });
        match same {
            Some((_, others)) => others.push(error.instance),
            None => kept.push((error, Vec::new())),
        }
    }
    kept.into_iter()
        .map(|(mut error, others)| {
            if !others.is_empty() {
                error.notes.insert(0, note(&error.instance, &others));
            }
            error
        })
        .collect()
}

fn join_missing(errors: Vec<SchemaError>) -> Vec<SchemaError> {
    let mut kept: Vec<(SchemaError, Vec<String>)> = Vec::new();
    for error in errors {
        let list = error.keyword.parent();
        let same = kept.iter_mut().find(|(first, _)| {
            error.name == "required"
                && first.name == "required"
                && first.instance == error.instance
                && first.keyword.parent() == list
        });
        let member = error.member.as_ref().map(|member| format!("`{member}`"));
        match same {
            Some((first, members)) => {
                for note in error.notes {
                    if !first.notes.contains(&note) {
                        first.notes.push(note);
                    }
                }
                members.extend(member);
            }
            None => kept.push((error, member.into_iter().collect())),
        }
    }
    kept.into_iter().map(|(error, members)| speak_of_all(error, &members)).collect()
}

fn speak_of_all(mut error: SchemaError, members: &[String]) -> SchemaError {
    if let ("required", [first, _, ..]) = (error.name.as_str(), members) {
        let all = some_of(members, "and");
        error.headline = error.headline.replacen(&format!("lacks {first}"), &format!("lacks {all}"), 1);
        error.expected = format!("the members {all}");
        error.actual = format!("none of these {}", members.len());
        if !all.contains(&members[members.len() - 1]) {
            error.notes.insert(0, format!("it lacks {}", members.join(", ")));
        }
    }
    error
}

/// `also at 3 more places: /data/meta/{without_tax,tax,discount}/amount`.
pub(super) fn also_at(first: &Pointer, others: &[Pointer]) -> String {
    let places = if others.len() == 1 { "place" } else { "places" };
    format!("also at {} more {places}: {}", others.len(), summary(first, others))
}

fn summary(first: &Pointer, others: &[Pointer]) -> String {
    if let Some(depth) = only_difference(first, others) {
        let mut names: Vec<&str> =
            others.iter().take(NAMED).map(|other| other.tokens()[depth].as_str()).collect();
        if others.len() > NAMED {
            names.push("…");
        }
        let tokens = others[0].tokens();
        let before = Pointer::of(tokens[..depth].iter().cloned());
        let after = Pointer::of(tokens[depth + 1..].iter().cloned());
        return match names[..] {
            [one] => format!("{before}/{one}{after}"),
            _ => format!("{before}/{{{}}}{after}", names.join(",")),
        };
    }
    let mut named: Vec<String> = others.iter().take(NAMED).map(shown).collect();
    if others.len() > NAMED {
        named.push("…".to_owned());
    }
    named.join(", ")
}

fn shown(pointer: &Pointer) -> String {
    if pointer.is_root() { "the whole body".to_owned() } else { pointer.to_string() }
}

/// The one depth at which all places differ, when there is one.
fn only_difference(first: &Pointer, others: &[Pointer]) -> Option<usize> {
    let length = first.tokens().len();
    if others.iter().any(|other| other.tokens().len() != length) {
        return None;
    }
    let mut depths = (0..length)
        .filter(|depth| others.iter().any(|other| other.tokens()[*depth] != first.tokens()[*depth]));
    let depth = depths.next()?;
    depths.next().is_none().then_some(depth)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(first: &str, others: &[&str], expected: &str) {
        let pointer = |text: &&str| Pointer::parse(text).expect("a pointer");
        let others: Vec<Pointer> = others.iter().map(pointer).collect();
        assert_eq!(also_at(&pointer(&first), &others), expected);
    }

    #[test]
    fn places_that_differ_in_one_name_are_written_as_one() {
        check(
            "/meta/with_tax/amount",
            &["/meta/tax/amount", "/meta/discount/amount"],
            "also at 2 more places: /meta/{tax,discount}/amount",
        );
        check("/items/0/id", &["/items/3/id"], "also at 1 more place: /items/3/id");
        check("/0", &["/1", "/2"], "also at 2 more places: /{1,2}");
    }

    #[test]
    fn other_places_are_listed() {
        check("/a", &["/b/c", "/d"], "also at 2 more places: /b/c, /d");
        check("/a/b", &["/c/d"], "also at 1 more place: /c/d");
        check("/a", &[""], "also at 1 more place: the whole body");
    }

    #[test]
    fn many_places_are_cut() {
        let others: Vec<String> = (1..20).map(|index| format!("/{index}")).collect();
        let others: Vec<&str> = others.iter().map(String::as_str).collect();
        check("/0", &others, "also at 19 more places: /{1,2,3,4,5,6,7,8,…}");
    }
}
