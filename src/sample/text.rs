use super::conjunction::Conjunction;
use regex_syntax::hir::{Class, Hir, HirKind};

/// As long is a text made for a pattern or a bound.
const MAX_LENGTH: usize = 10_000;

/// A text of the format, else of the pattern, else of the length asked for.
pub(super) fn make(all: &Conjunction<'_>) -> String {
    let format = all.all("format").filter_map(|(_, name)| name.as_str()).find_map(of_format);
    if let Some(text) = format {
        return text.to_owned();
    }
    let pattern = all.all("pattern").filter_map(|(_, pattern)| pattern.as_str()).find_map(of_pattern);
    let mut text = pattern.unwrap_or_else(|| "text".to_owned());
    let least = all.largest("minLength").unwrap_or(0).min(MAX_LENGTH as u64) as usize;
    let most =
        all.smallest("maxLength").map_or(MAX_LENGTH, |most| usize::try_from(most).unwrap_or(MAX_LENGTH));
    let length = text.chars().count();
    let last = text.chars().next_back().unwrap_or('a');
    text.extend(std::iter::repeat_n(last, least.saturating_sub(length)));
    text.chars().take(most).collect()
}

fn of_format(name: &str) -> Option<&'static str> {
    Some(match name {
        "date-time" => "2026-01-31T12:00:00Z",
        "date" => "2026-01-31",
        "time" => "12:00:00Z",
        "duration" => "P3DT4H",
        "email" | "idn-email" => "name@example.com",
        "hostname" | "idn-hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "uri" | "iri" => "https://example.com/a",
        "uri-reference" | "iri-reference" => "/a",
        "uri-template" => "/a/{id}",
        "uuid" => "50ca1ec7-cb04-45f0-b7a9-3613ef7c23d3",
        "regex" => "^a+$",
        "json-pointer" => "/a",
        "relative-json-pointer" => "0/a",
        "byte" => "dGV4dA==",
        _ => return None,
    })
}

/// The shortest text that a pattern matches, with letters where it leaves a choice; `None` of a pattern
/// that is no regular expression of ours.
fn of_pattern(pattern: &str) -> Option<String> {
    let hir = regex_syntax::ParserBuilder::new().nest_limit(64).build().parse(pattern).ok()?;
    let mut text = String::new();
    write(&hir, &mut text);
    Some(text)
}

fn write(hir: &Hir, text: &mut String) {
    if text.len() > MAX_LENGTH {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.extend(member(class)),
        HirKind::Repetition(repetition) => {
            for _ in 0..repetition.min.min(MAX_LENGTH as u32) {
                write(&repetition.sub, text);
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, text)),
        HirKind::Alternation(forms) => forms.iter().take(1).for_each(|form| write(form, text)),
    }
}

/// A character of a class: one that is easy to read, where there is one.
fn member(class: &Class) -> Option<char> {
    match class {
        Class::Unicode(class) => {
            let holds = |wanted: &char| {
                class.ranges().iter().any(|range| range.start() <= *wanted && *wanted <= range.end())
            };
            let readable =
                ('a'..='z').chain('A'..='Z').chain('0'..='9').chain([' ', '-', '_', '.']).find(holds);
            readable.or_else(|| class.ranges().first().map(|range| range.start()))
        }
        Class::Bytes(class) => class.ranges().first().map(|range| char::from(range.start())),
    }
}
