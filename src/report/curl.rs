//! Lays out the command that repeats a request, so that it can be read and still be pasted.

use super::Style;
use super::text::width;

/// A body longer than this many characters is cut, and the cut is said.
const LONGEST_BODY: usize = 400;

/// How much of a body stays when it is cut.
const SHOWN_BODY: usize = 200;

const BODY_FLAGS: &[&str] = &["-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json"];

/// The command in lines of at most `columns` where its arguments allow it, all but the last with a
/// continuation; and the words that say what was cut, when something was.
pub(super) fn lay_out(
    command: &str,
    columns: usize,
    is_whole: bool,
    style: Style,
) -> (Vec<String>, Option<String>) {
    // A comment can stand behind a command, and not within one.
    let (command, comment) = match command.split_once("\n# ") {
        Some((command, comment)) => (command, Some(comment.to_owned())),
        None => (command, None),
    };
    let mut cut = comment;
    let mut units: Vec<String> = Vec::new();
    let mut words = split(command).into_iter().peekable();
    while let Some(word) = words.next() {
        let takes_value = word.starts_with('-') && word != "--";
        let value = words.next_if(|next| takes_value && !next.starts_with('-'));
        units.push(match value {
            Some(value) if BODY_FLAGS.contains(&word.as_str()) && !is_whole => {
                let (value, note) = shorten(&value);
                cut = cut.or(note);
                format!("{word} {}", printable(&value, style))
            }
            Some(value) => format!("{word} {}", printable(&value, style)),
            None => printable(&word, style),
        });
    }
    (fill(&units, columns), cut)
}

fn fill(units: &[String], columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (index, unit) in units.iter().enumerate() {
        let continuation = if index + 1 < units.len() { 2 } else { 0 };
        match lines.last_mut() {
            Some(line) if width(line) + 1 + width(unit) + continuation <= columns => {
                line.push(' ');
                line.push_str(unit);
            }
            Some(line) => {
                line.push_str(" \\");
                lines.push(unit.clone());
            }
            None => lines.push(unit.clone()),
        }
    }
    lines
}

/// The words of a command as they are written, quotes included; line continuations are spaces.
fn split(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut characters = command.chars().peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (None, '\\') if characters.next_if_eq(&'\n').is_some() => {
                words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            }
            (None, ' ' | '\t' | '\n') => words.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            (None | Some('"' | '$'), '\\') => {
                word.push(character);
                word.extend(characters.next());
            }
            (None, '\'' | '"') => {
                // `$'…'` is the one form of single quotes in which a backslash escapes.
                let is_escaped = character == '\'' && word.ends_with('$');
                quote = Some(if is_escaped { '$' } else { character });
                word.push(character);
            }
            (Some(open), _) if open == character || (open == '$' && character == '\'') => {
                quote = None;
                word.push(character);
            }
            _ => word.push(character),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

fn shorten(value: &str) -> (String, Option<String>) {
    // What is not understood is cut as it is written; it does not run, cut anywhere.
    let body = unquoted(value).unwrap_or_else(|| value.trim_start_matches('$').replace('\'', ""));
    let length = body.chars().count();
    if length <= LONGEST_BODY {
        return (value.to_owned(), None);
    }
    let shown: String = body.chars().take(SHOWN_BODY).chain(['…']).collect();
    let note =
        format!("the body in the command is cut after {SHOWN_BODY} of {length} characters; `-v` shows all");
    (quoted(&shown), Some(note))
}

/// A word without characters that a terminal would act on: quoted in bash's `$'…'` where it has
/// any, so that it still means the same.
fn printable(word: &str, style: Style) -> String {
    if !word.chars().any(|character| is_risky(character, style)) {
        return word.to_owned();
    }
    let Some(meaning) = unquoted(word) else { return style.visible(word).replace('\n', " ") };
    let mut out = String::from("$'");
    for character in meaning.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\'' | '\\' => out.extend(['\\', character]),
            _ if !is_risky(character, style) => out.push(character),
            '\0'..='\x7f' => out.push_str(&format!("\\x{:02x}", u32::from(character))),
            '\u{80}'..='\u{ffff}' => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => out.push_str(&format!("\\U{:08x}", u32::from(character))),
        }
    }
    out.push('\'');
    out
}

fn is_risky(character: char, style: Style) -> bool {
    let style = Style { is_unicode: true, ..style };
    character != ' ' && style.visible_character(character) != character
}

fn unquoted(word: &str) -> Option<String> {
    if word.starts_with("$'") {
        return None;
    }
    let words = shlex::split(word)?;
    <[String; 1]>::try_from(words).ok().map(|[word]| word)
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(command: &str, columns: usize, expected: &[&str]) {
        let (lines, cut) = lay_out(command, columns, false, Style::plain(80));
        assert_eq!(lines, expected, "{command}");
        assert_eq!(cut, None);
    }

    #[test]
    fn flags_stay_with_their_values() {
        let command = "curl -X PUT 'http://h/v2/orders/1' -H 'Accept: a/b' -d '{\"a\": 1}'";
        check(command, 100, &[command]);
        check(command, 40, &["curl -X PUT 'http://h/v2/orders/1' \\", "-H 'Accept: a/b' -d '{\"a\": 1}'"]);
        check(
            command,
            10,
            &["curl \\", "-X PUT \\", "'http://h/v2/orders/1' \\", "-H 'Accept: a/b' \\", "-d '{\"a\": 1}'"],
        );
    }

    #[test]
    fn continuations_that_are_there_are_laid_out_anew() {
        check("curl \\\n  -X GET \\\n  http://h", 80, &["curl -X GET http://h"]);
        check("curl 'a b'\\''c' \"x \\\" y\"", 80, &["curl 'a b'\\''c' \"x \\\" y\""]);
        check(r"curl -d $'it\'s\n' http://h", 80, &[r"curl -d $'it\'s\n' http://h"]);
        check("", 80, &[]);
    }

    #[test]
    fn a_comment_is_a_note() {
        let (lines, cut) = lay_out("curl \\\n -d @x\n# write x first", 80, false, Style::plain(80));
        assert_eq!((lines, cut), (vec!["curl -d @x".to_owned()], Some("write x first".to_owned())));
        let printed =
            "printf %b '\\0211' | \\\n    curl 'http://h' -H \"$(printf %b 'A: \\0351')\" --data-binary @-";
        check(printed, 200, &[&printed.replace("\\\n    ", "")]);
    }

    #[test]
    fn control_characters_are_written_as_escapes() {
        check("curl -d 'a\nb\u{1b}[31m\\'", 80, &[r"curl -d $'a\nb\x1b[31m\\'"]);
        check("curl -d 'it'\\''s\t\u{202e}'", 80, &[r"curl -d $'it\'s\t\u202e'"]);
    }

    #[test]
    fn a_long_body_is_cut_and_the_cut_is_said() {
        let command = format!("curl -d '{}' http://h", "é'\\''".repeat(300));
        let (lines, cut) = lay_out(&command, 80, false, Style::plain(80));
        let shown = "é'\\''".repeat(100);
        assert_eq!(lines, ["curl \\".to_owned(), format!("-d '{shown}…' \\"), "http://h".to_owned()]);
        let note = "the body in the command is cut after 200 of 600 characters; `-v` shows all";
        assert_eq!(cut.as_deref(), Some(note));
        let (lines, cut) = lay_out(&command, 10_000, true, Style::plain(80));
        assert_eq!((lines, cut), (vec![command], None));
    }
}
