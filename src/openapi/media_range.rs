use super::MediaType;
use mime::Mime;

/// Picks the documented media type that a `Content-Type` belongs to: the nearest of those whose
/// range holds it, of equally near ones the first.
///
/// Type and subtype compare without regard to case. Parameters are passed over, except that a
/// `charset` or `version` which the document names must be the one that came; a response without
/// `charset` counts as UTF-8. Ranges (`text/*`, `application/*+json`, `*/*`) hold what they say. A
/// malformed `actual` belongs to none.
///
/// Source: OpenAPI 3.1.1, "Response Object", `content` ("the most specific key is applicable");
/// RFC 9110 §8.3.1 and §12.5.1.
pub fn match_media_type<'d>(
    actual: &str,
    offered: impl IntoIterator<Item = MediaType<'d>>,
) -> Option<MediaType<'d>> {
    let offered: Vec<MediaType<'d>> = offered.into_iter().collect();
    // What is stated in the document's own words, and is the only one offered, needs no reading.
    if let [only] = offered.as_slice()
        && is_plain(actual)
        && only.range() == actual
    {
        return offered.into_iter().next();
    }
    // A range says what would be taken; nothing is one.
    let actual =
        parse(actual).filter(|actual| actual.type_() != mime::STAR && actual.subtype() != mime::STAR)?;
    let ranked = offered.into_iter().filter_map(|each| Some((nearness(&actual, each.range())?, each)));
    // `max_by_key` gives the last of equals.
    ranked
        .fold(None, |best: Option<(Nearness, _)>, each| match best {
            Some(best) if best.0 >= each.0 => Some(best),
            _ => Some(each),
        })
        .map(|(_, media_type)| media_type)
}

/// Whether a text is a media type in lower case, without parameters.
fn is_plain(text: &str) -> bool {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'+' | b'-' | b'_'))
    };
    text.split_once('/').is_some_and(|(kind, subtype)| is_name(kind) && is_name(subtype))
}

/// Whether a media type is JSON: `application/json`, `text/json`, or one with the suffix `+json`,
/// whatever its parameters.
///
/// Source: RFC 6839 §3.1, RFC 8259 §11; the WHATWG MIME Sniffing standard, "JSON MIME type".
pub fn is_json(media_type: &str) -> bool {
    let essence = essence(media_type);
    matches!(essence.as_str(), "application/json" | "text/json")
        || essence.split_once('/').is_some_and(|(_, subtype)| subtype.ends_with("+json"))
}

/// How closely a range describes a media type; later is nearer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    Anything,
    Type,
    Suffix,
    Exact,
    /// A `charset` or `version` of the range was compared too.
    ExactWithParameters,
}

fn nearness(actual: &Mime, range: &str) -> Option<Nearness> {
    let (type_, subtype) = (actual.type_().as_str(), full_subtype(actual));
    let range_essence = essence(range);
    let (range_type, range_subtype) = range_essence.split_once('/')?;
    let nearness = match (range_type, range_subtype) {
        ("*", "*") => Nearness::Anything,
        (each, "*") if each == type_ => Nearness::Type,
        (each, suffix) if each == type_ && suffix.starts_with("*+") => {
            subtype.ends_with(&suffix[1..]).then_some(Nearness::Suffix)?
        }
        (each, other) => (each == type_ && other == subtype).then_some(Nearness::Exact)?,
    };
    let Some(range) = parse(range) else {
        // Its parameters cannot be read, so they demand nothing.
        return Some(nearness);
    };
    let mut is_named = false;
    for name in ["charset", "version"] {
        let Some(wanted) = range.get_param(name) else { continue };
        is_named = true;
        let came = actual.get_param(name).map(|value| value.as_str().to_owned());
        let came = came.or_else(|| (name == "charset").then(|| "utf-8".to_owned()))?;
        if !is_same_parameter(name, wanted.as_str(), &came) {
            return None;
        }
    }
    match (nearness, is_named) {
        (Nearness::Exact, true) => Some(Nearness::ExactWithParameters),
        _ => Some(nearness),
    }
}

fn is_same_parameter(name: &str, left: &str, right: &str) -> bool {
    let encoding = |label: &str| encoding_rs::Encoding::for_label(label.as_bytes());
    left.eq_ignore_ascii_case(right)
        || (name == "charset" && encoding(left).is_some() && encoding(left) == encoding(right))
}

/// Reads a media type. What RFC 9110 §5.6.6 allows and the `mime` crate does not is taken out
/// first: empty parameters, space around `;`, and parameters with a backslash in their quoted
/// value, of which none is ever compared.
fn parse(text: &str) -> Option<Mime> {
    let mut parts: Vec<String> = Vec::new();
    let mut part = String::new();
    let mut is_quoted = false;
    let mut is_escaped = false;
    for character in text.chars() {
        if character == ';' && !is_quoted {
            parts.push(std::mem::take(&mut part));
            continue;
        }
        if character == '"' && !is_escaped {
            is_quoted = !is_quoted;
        }
        is_escaped = is_quoted && character == '\\' && !is_escaped;
        part.push(character);
    }
    parts.push(part);
    let is_unreadable = |part: &str| part.contains("=\"") && part.contains('\\');
    let is_kept = |part: &str| !part.is_empty() && !is_unreadable(part);
    let trimmed = parts.iter().map(|part| part.trim()).enumerate();
    let kept: Vec<&str> =
        trimmed.filter(|(index, part)| *index == 0 || is_kept(part)).map(|(_, part)| part).collect();
    let parsed: Mime = kept.join("; ").parse().ok()?;
    (!parsed.type_().as_str().is_empty() && !parsed.subtype().as_str().is_empty()).then_some(parsed)
}

/// The subtype with its suffix: `problem+json`.
fn full_subtype(mime: &Mime) -> String {
    match mime.suffix() {
        Some(suffix) => format!("{}+{suffix}", mime.subtype()),
        None => mime.subtype().to_string(),
    }
}

/// Whether a media type lies within a range; a malformed one lies in none.
pub(super) fn is_within(actual: &str, range: &str) -> bool {
    parse(actual).is_some_and(|actual| nearness(&actual, range).is_some())
}

/// Type and subtype in lower case, without parameters.
pub(super) fn essence(text: &str) -> String {
    text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::testing::load;

    /// `offered` is what the document names, separated by ` | `.
    fn check(actual: &str, offered: &str, expected: Option<&str>) {
        let content: Vec<String> = offered.split(" | ").map(|range| format!("'{range}': {{}}")).collect();
        let text = format!(
            "openapi: 3.0.3\npaths: {{ /a: {{ get: {{ responses: {{ 200: {{ content: {{ {} }} }} }} }} }} }}\n",
            content.join(", ")
        );
        let document = load(&text).0.expect("it loads");
        let operation = document.operations().next().expect("it has one");
        let response = operation.response_for(200).expect("it is there");
        let found = match_media_type(actual, response.media_types());
        assert_eq!(found.map(|found| found.range()), expected, "{actual} in {offered}");
    }

    #[test]
    fn type_and_subtype_have_no_case() {
        let json = Some("application/json");
        check("application/json", "application/json", json);
        check("Application/JSON", "application/json", json);
        check("application/json", "Application/Json", Some("Application/Json"));
        check("application/json", "text/plain | application/json", json);
        check("application/problem+json", "application/json", None);
        check("application/json", "application/problem+json", None);
        check("text/html", "application/json", None);
        check("application/vnd.a.b+json", "application/vnd.a.b+json", Some("application/vnd.a.b+json"));
        check("application/vnd.a.b+json", "application/vnd.a.c+json", None);
    }

    #[test]
    fn the_nearest_range_wins() {
        check("text/plain", "*/* | text/* | text/plain", Some("text/plain"));
        check("text/html", "*/* | text/* | text/plain", Some("text/*"));
        check("image/png", "*/* | text/* | text/plain", Some("*/*"));
        check("image/png", "text/*", None);
        check("application/a+json", "application/* | application/*+json", Some("application/*+json"));
        check("application/a+xml", "application/*+json", None);
        check("application/json", "application/*+json", None);
    }

    #[test]
    fn parameters_are_passed_over_but_charset_and_version() {
        let json = Some("application/json");
        check("application/json; charset=utf-8", "application/json", json);
        check("application/json;odata.metadata=minimal", "application/json", json);
        check(
            "application/json",
            "application/json;odata.metadata=full",
            Some("application/json;odata.metadata=full"),
        );
        let utf8 = "application/json; charset=utf-8";
        check("application/json", utf8, Some(utf8));
        check("application/json;charset=UTF-8", utf8, Some(utf8));
        check("application/json; charset=\"utf8\"", utf8, Some(utf8));
        check("application/json; charset=latin1", utf8, None);
        check(
            "application/json; charset=latin1",
            "application/json; charset=ISO-8859-1",
            Some("application/json; charset=ISO-8859-1"),
        );
        check("application/json", "application/json; charset=ISO-8859-1", None);
        let versions = "a/b;version=1 | a/b;version=2 | a/b";
        check("a/b; version=2", versions, Some("a/b;version=2"));
        check("a/b; version=3", versions, Some("a/b"));
        check("a/b", "a/b;version=1", None);
        check("text/plain; charset=utf-8", "text/* | text/plain; charset=latin1", Some("text/*"));
    }

    #[test]
    fn what_rfc_9110_allows_is_read_and_what_is_malformed_matches_nothing() {
        let json = Some("application/json");
        for actual in [
            "application/json;",
            "application/json ; charset=utf-8",
            "application/json;;",
            " application/json ",
            "application/json;charset=utf-8;",
        ] {
            check(actual, "application/json", json);
        }
        check("multipart/mixed; boundary=\"a;b\\\"c\"", "multipart/mixed", Some("multipart/mixed"));
        for actual in [
            "",
            "json",
            "application/",
            "/json",
            "application/json/x",
            "application json",
            "application/json, text/html",
            ";",
            "é/é",
            "*",
            "*/*",
            "text/*",
        ] {
            check(actual, "*/*", None);
        }
        check("application/json", "json | application/json;x | application/", Some("application/json;x"));
    }

    #[test]
    fn json_is_known_by_name_or_suffix() {
        for (media_type, expected) in [
            ("application/json", true),
            ("APPLICATION/JSON; charset=utf-8", true),
            ("text/json", true),
            ("application/problem+json", true),
            ("application/vnd.api+JSON;version=1", true),
            ("application/json-seq", false),
            ("application/x-ndjson", false),
            ("application/xml", false),
            ("json", false),
            ("+json", false),
            ("", false),
        ] {
            assert_eq!(is_json(media_type), expected, "{media_type}");
        }
    }
}
