use crate::diagnostic::{Code, Problems};
use crate::json::{Pointer, Value};
use crate::source::Span;
use serde_json_path::{JsonPath, PathElement};

/// What picks values out of a value: a JSONPath query (RFC 9535) or a JSON Pointer (RFC 6901).
#[derive(Clone, Debug)]
pub struct Selector {
    text: String,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    Path { query: JsonPath, is_singular: bool },
    Pointer(Pointer),
}

/// Queries are written by hand, and the parser's time grows threefold with every filter that
/// stands within another.
const MAX_LENGTH: usize = 1024;
const MAX_FILTERS: usize = 8;

/// Each `..` selects every value below every value selected so far: a third one multiplies what a
/// large response holds by its depth once more. A comma takes the same value several times.
const MAX_DESCENTS: usize = 2;
const MAX_COMMAS: usize = 16;

/// The parser recurses with every bracket and parenthesis; this is enough for a text of
/// [`MAX_LENGTH`] in an unoptimized build.
const STACK: usize = 32 << 20;

/// The text without its quoted names and literals, and where a quote opens that nothing closes.
fn outside_quotes(text: &str) -> (String, Option<usize>) {
    let (mut open, mut is_escaped, mut outside) = (None, false, String::new());
    for (at, character) in text.char_indices() {
        match (open, character) {
            _ if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some((_, quote)), character) if quote == character => open = None,
            (None, '"' | '\'') => open = Some((at, character)),
            (None, character) => outside.push(character),
            _ => {}
        }
    }
    (outside, open.map(|(at, _)| at))
}

impl Selector {
    /// Compiles `$…` as a JSONPath, and `/…` or the empty text as a pointer; anything else, or what
    /// does not parse, is reported.
    pub fn compile(text: &str, span: Span, problems: &mut Problems) -> Option<Self> {
        let mut report = |place: Span, reason: String, label: &str| {
            let code = Code::SCENARIO_INVALID_SELECTOR;
            problems.error(code, place, format!("`{text}` selects nothing: {reason}"), label);
        };
        if !text.starts_with('$') {
            let Some(pointer) = Pointer::parse(text) else {
                let reason = "a selector is a JSONPath, as `$.data.id`, or a JSON Pointer, as `/data/id`";
                report(span, reason.to_owned(), "is neither");
                return None;
            };
            return Some(Self { text: text.to_owned(), form: Form::Pointer(pointer) });
        }
        if text.len() > MAX_LENGTH {
            report(span, format!("it is longer than {MAX_LENGTH} bytes"), "is too long");
            return None;
        }
        if text.matches('?').count() > MAX_FILTERS {
            report(span, format!("it has more than {MAX_FILTERS} filters"), "has too many filters");
            return None;
        }
        let (outside, open) = outside_quotes(text);
        // The parser takes such an end for an input that goes on, which it does not bear.
        if let Some(at) = open {
            let place = problem_place(problems, text, span, at);
            let message = format!("`{text}` is not a JSONPath (RFC 9535)");
            problems.error(Code::SCENARIO_INVALID_SELECTOR, place, message, "this quote is not closed");
            return None;
        }
        if outside.matches("..").count() > MAX_DESCENTS {
            report(span, format!("it has more than {MAX_DESCENTS} `..`"), "descends too often");
            return None;
        }
        if outside.matches(',').count() > MAX_COMMAS {
            report(span, format!("it has more than {MAX_COMMAS} commas"), "takes too many values at once");
            return None;
        }
        match stacker::maybe_grow(STACK, STACK, || JsonPath::parse(text)) {
            Ok(query) => {
                let is_singular = is_singular(text);
                Some(Self { text: text.to_owned(), form: Form::Path { query, is_singular } })
            }
            Err(error) => {
                let at = (1..=error.position().min(text.len())).rev().find(|at| text.is_char_boundary(*at));
                let at = at.unwrap_or(0);
                let place = problem_place(problems, text, span, at);
                let (good, bad) = text.split_at(at);
                let code = Code::SCENARIO_INVALID_SELECTOR;
                let diagnostic = problems.error(
                    code,
                    place,
                    format!("`{text}` is not a JSONPath (RFC 9535)"),
                    match bad {
                        "" => format!("ends too early, after `{good}`"),
                        _ => format!("reads up to here: `{good}`"),
                    },
                );
                if text.contains("?(@") && text.contains('=') && !text.contains("==") {
                    diagnostic.help.push("comparisons are written `==`".to_owned());
                }
                None
            }
        }
    }

    /// As written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it can select at most one value: a pointer, or a path of names and indexes alone.
    ///
    /// Source: RFC 9535 §2.3.5.1, "singular query".
    pub fn is_singular(&self) -> bool {
        match &self.form {
            Form::Path { is_singular, .. } => *is_singular,
            Form::Pointer(_) => true,
        }
    }

    /// The place that a singular selector names, whether anything is there or not; `None` for others,
    /// and for paths that count from the end.
    pub fn as_pointer(&self) -> Option<Pointer> {
        match &self.form {
            Form::Pointer(pointer) => Some(pointer.clone()),
            Form::Path { is_singular: true, .. } => pointer_of(&self.text),
            Form::Path { .. } => None,
        }
    }

    /// The selected values with their places, in the order of RFC 9535 §2.1.2.
    pub fn select<'v>(&self, value: &'v Value) -> Vec<(Pointer, &'v Value)> {
        match &self.form {
            Form::Pointer(pointer) => {
                pointer.get(value).map(|found| (pointer.clone(), found)).into_iter().collect()
            }
            Form::Path { query, .. } => {
                let nodes = query.query_located(value);
                let placed = nodes.iter().map(|node| {
                    let tokens = node.location().iter().map(|element| match element {
                        PathElement::Name(name) => (*name).to_owned(),
                        PathElement::Index(index) => index.to_string(),
                    });
                    (Pointer::of(tokens), node.node())
                });
                placed.collect()
            }
        }
    }
}

/// The place of a byte of the text, where it is written as it is read; the whole value else.
fn problem_place(problems: &Problems, text: &str, span: Span, at: usize) -> Span {
    match problems.source().find(text, span) {
        Some(found) => {
            let start = (found.start + at).min(found.end);
            Span::new(start, found.end.max(start))
        }
        None => span,
    }
}

/// `$.a['b'][0]` as `/a/b/0`; the text is a query that parsed.
fn pointer_of(text: &str) -> Option<Pointer> {
    let mut tokens: Vec<String> = Vec::new();
    let mut rest = text.strip_prefix('$')?.trim();
    while !rest.is_empty() {
        if let Some(named) = rest.strip_prefix('.') {
            let end = named.find(['.', '[']).unwrap_or(named.len());
            tokens.push(named[..end].trim().to_owned());
            rest = &named[end..];
            continue;
        }
        let inner = rest.strip_prefix('[')?.trim_start();
        let (token, behind) = match inner.chars().next()? {
            quote @ ('\'' | '"') => {
                let end = inner[1..].find(quote)?;
                let token = &inner[1..=end];
                (!token.contains('\\')).then_some(())?;
                (token, inner[end + 2..].trim_start())
            }
            _ => {
                let end = inner.find(']')?;
                let index = inner[..end].trim();
                index.parse::<usize>().ok()?;
                (index, &inner[end..])
            }
        };
        tokens.push(token.to_owned());
        rest = behind.strip_prefix(']')?.trim_start();
    }
    Some(Pointer::of(tokens))
}

/// Whether a query that parses consists of names and indexes alone.
fn is_singular(text: &str) -> bool {
    let mut rest = text[1..].trim_start();
    while !rest.is_empty() {
        let taken = if let Some(name) = rest.strip_prefix('.') {
            let is_name = |c: char| c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii();
            let length = name.find(|c| !is_name(c)).unwrap_or(name.len());
            (length > 0).then_some(1 + length)
        } else if let Some(inner) = rest.strip_prefix('[') {
            singular_bracket(inner).map(|length| 1 + length)
        } else {
            None
        };
        match taken {
            Some(taken) => rest = rest[taken..].trim_start(),
            None => return false,
        }
    }
    true
}

/// The length up to and with the bracket that closes one name or one index.
fn singular_bracket(inner: &str) -> Option<usize> {
    let start = inner.len() - inner.trim_start().len();
    let body = &inner[start..];
    let length = match body.chars().next()? {
        quote @ ('"' | '\'') => {
            let mut is_escaped = false;
            let end = body.char_indices().skip(1).find(|(_, c)| {
                let is_end = *c == quote && !is_escaped;
                is_escaped = *c == '\\' && !is_escaped;
                is_end
            });
            end?.0 + 1
        }
        _ => body.find(|c: char| c != '-' && !c.is_ascii_digit()).filter(|length| *length > 0)?,
    };
    let behind = body[length..].trim_start();
    behind.starts_with(']').then(|| inner.len() - behind.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use serde_json::json;

    fn compile(text: &str) -> Result<Selector, Vec<String>> {
        let source = Source::new("t.yaml", format!("a: \"{text}\""));
        let mut problems = Problems::new(&source);
        let selector = Selector::compile(text, Span::new(3, source.text().len()), &mut problems);
        selector.ok_or_else(|| {
            let list = problems.into_list();
            list.iter()
                .map(|each| {
                    let label = &each.labels[0];
                    format!("{} | {} | {}", each.message, source.slice(label.at.span), label.text)
                })
                .collect()
        })
    }

    fn check_select(text: &str, expected: &[(&str, Value)]) {
        let value = json!({"a": [{"b": 1}, {"b": 2, "c/d": null}], "e": {"f g": true}});
        let selector = compile(text).expect("it parses");
        let found: Vec<_> =
            selector.select(&value).into_iter().map(|(at, value)| (at.to_string(), value.clone())).collect();
        let expected: Vec<_> = expected.iter().map(|(at, value)| ((*at).to_owned(), value.clone())).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn paths_and_pointers_select_with_their_places() {
        check_select("$.a[0].b", &[("/a/0/b", json!(1))]);
        check_select("$.a[*].b", &[("/a/0/b", json!(1)), ("/a/1/b", json!(2))]);
        check_select("$.a[?@.b == 2]['c/d']", &[("/a/1/c~1d", json!(null))]);
        check_select("$.a[-1].b", &[("/a/1/b", json!(2))]);
        check_select("$.none", &[]);
        check_select("$..['f g']", &[("/e/f g", json!(true))]);
        check_select("/a/1/c~1d", &[("/a/1/c~1d", json!(null))]);
        check_select("/a/9", &[]);
        check_select("", &[("", json!({"a": [{"b": 1}, {"b": 2, "c/d": null}], "e": {"f g": true}}))]);
    }

    fn check_singular(text: &str, expected: bool) {
        assert_eq!(compile(text).expect("it parses").is_singular(), expected, "{text}");
    }

    #[test]
    fn singular_queries_are_known_by_their_form() {
        for text in ["$", "$.a", "$.a[0]", "$['a']", "$.a['b c'].d[-1]", "$[ 'it\\'s' ]", "/a", "", "$.ü"] {
            check_singular(text, true);
        }
        for text in ["$.*", "$..a", "$.a[*]", "$.a[0,1]", "$.a[0:1]", "$.a[?@.b]", "$['a','b']", "$.a[1:]"] {
            check_singular(text, false);
        }
    }

    #[test]
    fn what_does_not_parse_is_shown_from_where_it_stops() {
        assert_eq!(
            compile("data.id").expect_err("it is neither"),
            [
                "`data.id` selects nothing: a selector is a JSONPath, as `$.data.id`, or a JSON Pointer, as `/data/id` | \"data.id\" | is neither"
            ]
        );
        assert_eq!(
            compile("$.a b").expect_err("it does not parse"),
            ["`$.a b` is not a JSONPath (RFC 9535) |  b | reads up to here: `$.a`"]
        );
        for text in ["$['a", r"$[?$['\u", r"$['\uD83D\u", r"$['\uD83D\uD", r"$.a[?@.b == '\", "$['a']['"] {
            let found = compile(text).expect_err("it does not end");
            assert!(found[0].ends_with("| this quote is not closed"), "{text}: {found:?}");
        }
    }

    #[test]
    fn hostile_queries_end_quickly() {
        for text in [
            format!("${}", "[?@".repeat(300)),
            format!("$[?{}@.a{}]", "(".repeat(500), ")".repeat(500)),
            format!("$[?{}@.a]", "!".repeat(900)),
            format!("$[?{}@.a]", "!(".repeat(450)),
            format!("${}", ".a".repeat(511)),
            format!("${}", "[".repeat(1000)),
            format!("$[?{}1", "length(".repeat(140)),
            "$".repeat(2000),
            "$é".to_owned(),
        ] {
            let start = std::time::Instant::now();
            let _ = compile(&text);
            assert!(start.elapsed().as_secs() < 5, "{text}");
        }
    }
}
