//! The ways in which a secret may be spelled where it comes back.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// RFC 3986 §2.3: everything but the unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Fewer characters of base64 than this say too little to be told from other text.
const MIN_ENCODED: usize = 6;

/// The spellings that are written out: what a cut may have left a part of.
pub(super) fn literal(secret: &str) -> Vec<String> {
    let mut all = escaped(secret);
    all.extend(encoded(secret));
    all
}

/// The text, and its characters escaped in the ways that are common.
fn escaped(secret: &str) -> Vec<String> {
    let json = serde_json::Value::from(secret).to_string();
    let json = json[1..json.len() - 1].to_owned();
    let ascii: String = json
        .chars()
        .map(|it| match it.is_ascii() {
            true => it.to_string(),
            false => it.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        })
        .collect();
    let percent = utf8_percent_encode(secret, RESERVED).to_string();
    let mut all = vec![
        secret.to_owned(),
        as_latin1(secret),
        json.replace('/', "\\/"),
        ascii.replace('/', "\\/"),
        json,
        ascii,
        lower_case_escapes(&percent),
        percent,
        url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
    ];
    all.dedup();
    all
}

/// The text as base64, where its length is a multiple of three the same with and without padding.
fn encoded(secret: &str) -> Vec<String> {
    [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD].map(|engine| engine.encode(secret)).to_vec()
}

/// UTF-8 read as ISO 8859-1, as the values of header fields may be.
fn as_latin1(text: &str) -> String {
    text.bytes().map(char::from).collect()
}

/// Regular expressions that match every spelling, each with the number of characters that it stands
/// for.
pub(super) fn patterns(secret: &str) -> Vec<(usize, String)> {
    let characters: String = secret.chars().map(character).collect();
    let mut all = vec![(secret.chars().count(), characters)];
    all.extend(digits_of(secret).into_iter().map(|digits| (digits.len(), regex::escape(&digits))));
    all
}

/// Texts of which one at least stands in every text that [`patterns`] match; `None` where nothing of the secret
/// is written as it is in every spelling.
pub(super) fn marks(secret: &str) -> Option<Vec<String>> {
    let runs = secret.split(|character: char| !character.is_ascii_alphanumeric());
    let run = runs.max_by_key(|run| run.len()).filter(|run| !run.is_empty())?;
    let mut all = digits_of(secret);
    all.push(run.to_owned());
    Some(all)
}

/// The digits that stand for a secret in base64, by itself and in the midst of a longer text.
fn digits_of(secret: &str) -> Vec<String> {
    let mut all = encoded(secret);
    for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        for before in 0..3 {
            let encoded = engine.encode([vec![0; before], secret.as_bytes().to_vec()].concat());
            // Only digits whose six bits are all the secret's are the same in every text around it.
            let start = (before * 8).div_ceil(6);
            let end = (before + secret.len()) * 8 / 6;
            let inner = encoded.get(start..end).filter(|inner| inner.len() >= MIN_ENCODED);
            all.extend(inner.map(str::to_owned));
        }
    }
    all
}

/// Every spelling of one character; letters and digits are written as they are everywhere.
fn character(character: char) -> String {
    let raw = regex::escape(character.encode_utf8(&mut [0; 4]));
    if character.is_ascii_alphanumeric() {
        return raw;
    }
    let mut ways: Vec<String> = vec![unicode_escape(character), percent_escape(character)];
    let code = u32::from(character);
    ways.push(format!(r"\\+u\{{0*{}\}}", digits(&format!("{code:x}"))));
    ways.push(format!("&#0*{code};"));
    ways.push(format!("&#[xX]0*{};", digits(&format!("{code:x}"))));
    ways.extend(named_entity(character).map(|name| format!("&{name};")));
    // JSON within JSON doubles the backslashes.
    ways.extend(match character {
        '"' => vec![r#"\\*""#.to_owned()],
        // Shells end a quoted text to write a quote, YAML doubles it.
        '\'' => vec![r"'\\''".to_owned(), "''".to_owned(), r"\\*'".to_owned()],
        '/' => vec![r"\\*/".to_owned(), "~1".to_owned()],
        '~' => vec!["~0".to_owned()],
        '\\' => vec![r"\\+".to_owned()],
        ' ' => vec![r"\+".to_owned(), r"\s+".to_owned()],
        '\n' => vec![r"\\+n".to_owned(), r"\s+".to_owned()],
        '\r' => vec![r"\\+r".to_owned(), r"\s*".to_owned()],
        '\t' => vec![r"\\+t".to_owned(), r"\s+".to_owned()],
        // UTF-8 read as ISO 8859-1, and bytes that were no UTF-8.
        _ if !character.is_ascii() => {
            let bytes = as_latin1(character.encode_utf8(&mut [0; 4]));
            vec![regex::escape(&bytes), "\u{fffd}{1,4}".to_owned()]
        }
        _ => Vec::new(),
    });
    ways.push(octal_escape(character));
    ways.push(raw);
    format!("(?:{})", ways.join("|"))
}

/// `\u00e4`, in two units beyond the basic plane.
fn unicode_escape(character: char) -> String {
    let mut units = [0; 2];
    let units = character.encode_utf16(&mut units).iter();
    units.map(|unit| format!(r"\\+u{}", digits(&format!("{unit:04x}")))).collect()
}

/// `\0344` as `printf` reads it: an octet of ISO 8859-1, or those of UTF-8.
fn octal_escape(character: char) -> String {
    let mut bytes = [0; 4];
    let utf8: String =
        character.encode_utf8(&mut bytes).bytes().map(|byte| format!(r"\\+0?{byte:03o}")).collect();
    match u32::from(character) {
        code @ 0x80..=0xff => format!(r"\\+0?{code:03o}|{utf8}"),
        _ => utf8,
    }
}

fn percent_escape(character: char) -> String {
    let mut bytes = [0; 4];
    let bytes = character.encode_utf8(&mut bytes).bytes();
    bytes.map(|byte| format!("%{}", digits(&format!("{byte:02x}")))).collect()
}

/// Hexadecimal digits in either case.
fn digits(digits: &str) -> String {
    let either = |digit: char| match digit {
        'a'..='f' => format!("[{digit}{}]", digit.to_ascii_uppercase()),
        _ => digit.to_string(),
    };
    digits.chars().map(either).collect()
}

fn named_entity(character: char) -> Option<&'static str> {
    Some(match character {
        '"' => "quot",
        '&' => "amp",
        '\'' => "apos",
        '<' => "lt",
        '>' => "gt",
        'ä' => "auml",
        'ö' => "ouml",
        'ü' => "uuml",
        'Ä' => "Auml",
        'Ö' => "Ouml",
        'Ü' => "Uuml",
        'ß' => "szlig",
        _ => return None,
    })
}

/// `%2F` as `%2f`: both are the same octet, and servers echo either.
fn lower_case_escapes(percent: &str) -> String {
    let mut left = 0;
    let lower = |character: char| {
        if character == '%' {
            left = 2;
        } else if left > 0 {
            left -= 1;
            return character.to_ascii_lowercase();
        }
        character
    };
    percent.chars().map(lower).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_get_lower_case_digits_and_letters_stay() {
        assert_eq!(lower_case_escapes("A%2FB%C3C"), "A%2fB%c3C");
    }

    #[test]
    fn a_character_is_spelled_in_every_way() {
        let check = |character_: char, spelled: &[&str]| {
            let pattern =
                regex::Regex::new(&format!("^{}$", character(character_))).expect("it is a pattern");
            for each in spelled {
                assert!(pattern.is_match(each), "{each}");
            }
        };
        check('a', &["a"]);
        check(
            'ä',
            &["ä", "%C3%A4", "%c3%a4", r"\u00e4", r"\u00E4", r"\u{e4}", "&#228;", "&auml;", "Ã¤", r"\0344"],
        );
        check('"', &["\"", "\\\"", "\\\\\\\"", "%22", "&quot;", r"\u0022"]);
        check('/', &["/", "\\/", "%2F", "%2f", "~1"]);
        check(' ', &[" ", "+", "%20", "  "]);
        check('😀', &["😀", r"\ud83d\ude00", "%F0%9F%98%80"]);
        check('-', &["-", "%2D", "%2d"]);
    }
}
