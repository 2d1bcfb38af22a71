use super::Kind;

/// What a plain scalar is under the YAML 1.2 core schema, read strictly.
#[derive(Debug)]
pub(super) enum Plain {
    /// A value of that kind.
    Is(Kind),
    /// Digits behind a leading zero: 8 or 10 by YAML 1.1, a number by YAML 1.2, a text to most people.
    LeadingZero,
    /// `.inf` or `.nan`, which JSON lacks.
    NotFinite,
}

/// Resolves a plain scalar.
///
/// Source: YAML 1.2.2 §10.3.2 "Tag Resolution", without the numbers that people do not mean as such.
pub(super) fn resolve(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Is(Kind::Null),
        "true" | "True" | "TRUE" => return Plain::Is(Kind::Bool(true)),
        "false" | "False" | "FALSE" => return Plain::Is(Kind::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => return Plain::NotFinite,
        _ => {}
    }
    let (sign, digits) = match text.as_bytes()[0] {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return Plain::NotFinite;
    }
    if sign.is_empty() && digits.len() == text.len() {
        for (prefix, radix) in [("0x", 16), ("0o", 8)] {
            if let Some(number) = text
                .strip_prefix(prefix)
                .filter(|rest| !rest.starts_with(['+', '-']))
                .and_then(|rest| u64::from_str_radix(rest, radix).ok())
            {
                return Plain::Is(Kind::Number(number.to_string()));
            }
        }
    }
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return Plain::Is(Kind::String(text.to_owned()));
    }
    match json_number(digits) {
        Some(_) if has_leading_zero(digits) => Plain::LeadingZero,
        Some(number) => Plain::Is(Kind::Number(format!("{sign}{number}"))),
        None => Plain::Is(Kind::String(text.to_owned())),
    }
}

fn has_leading_zero(digits: &str) -> bool {
    let bytes = digits.as_bytes();
    bytes.len() > 1 && bytes[0] == b'0' && bytes[1].is_ascii_digit()
}

/// `[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?` or `\.[0-9]+…` in JSON's spelling.
fn json_number(text: &str) -> Option<String> {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at..])),
        None => (text, None),
    };
    if let Some(exponent) = exponent {
        let digits = exponent[1..].strip_prefix(['+', '-']).unwrap_or(&exponent[1..]);
        if digits.is_empty() || !all_digits(digits) {
            return None;
        }
    }
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let fraction_digits = fraction.unwrap_or_default();
    if !all_digits(whole) || !all_digits(fraction_digits) || (whole.is_empty() && fraction_digits.is_empty())
    {
        return None;
    }
    let mut number = if whole.is_empty() { "0" } else { whole }.to_owned();
    if fraction.is_some() {
        number.push('.');
        number.push_str(if fraction_digits.is_empty() { "0" } else { fraction_digits });
    }
    number.push_str(exponent.unwrap_or_default());
    Some(number)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = match resolve(text) {
            Plain::Is(Kind::Number(number)) => format!("number {number}"),
            Plain::Is(Kind::String(text)) => format!("text {text}"),
            Plain::Is(Kind::Bool(value)) => format!("bool {value}"),
            Plain::Is(_) => "null".to_owned(),
            Plain::LeadingZero => "leading zero".to_owned(),
            Plain::NotFinite => "not finite".to_owned(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn the_core_schema_read_strictly() {
        for (text, expected) in [
            ("", "null"),
            ("~", "null"),
            ("Null", "null"),
            ("nULL", "text nULL"),
            ("true", "bool true"),
            ("FALSE", "bool false"),
            ("yes", "text yes"),
            ("NO", "text NO"),
            ("on", "text on"),
            ("0", "number 0"),
            ("-7", "number -7"),
            ("+7", "number 7"),
            ("1.10", "number 1.10"),
            (".5", "number 0.5"),
            ("5.", "number 5.0"),
            ("1e3", "number 1e3"),
            ("-1.5E-3", "number -1.5E-3"),
            ("0x1F", "number 31"),
            ("0o17", "number 15"),
            ("0x", "text 0x"),
            ("0x+1", "text 0x+1"),
            ("-0x1", "text -0x1"),
            ("10_003", "text 10_003"),
            ("012", "leading zero"),
            ("-012", "leading zero"),
            ("0.5", "number 0.5"),
            ("2024-01-31", "text 2024-01-31"),
            ("1e", "text 1e"),
            (".", "text ."),
            ("-", "text -"),
            ("+", "text +"),
            (".inf", "not finite"),
            ("-.INF", "not finite"),
            (".nan", "not finite"),
            ("12e03", "number 12e03"),
            ("1.2.3", "text 1.2.3"),
            ("é", "text é"),
        ] {
            check(text, expected);
        }
    }
}
