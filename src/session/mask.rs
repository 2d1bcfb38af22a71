use crate::diagnostic::Diagnostic;
use crate::secret::Masker;
use crate::source::Source;
use regex::Regex;
use std::path::Path;
use std::sync::Arc;

/// What stands where `contest.yaml` holds credentials by themselves: read from its text, for a file
/// with problems may not be read otherwise.
const CREDENTIAL: &str = r#"(?m)\b(?:value|bearer|password|clientSecret)["']?[ \t]*:[ \t]*("(?:[^"\\\n]|\\.)*"?|'(?:[^'\n]|'')*'?|[\[{|>][^\n]*|[^\s"'{},$<#][^,}\n]*)"#;

/// Files that people write for contest are smaller.
const LARGEST: usize = 1 << 20;

/// Takes the secrets out of the words of diagnostics and out of the files that they excerpt, in which
/// every place stays where it is.
pub(super) fn mask_diagnostics(diagnostics: &mut [Diagnostic], masker: &Masker) {
    let mut sources: Vec<(Arc<Source>, Arc<Source>)> = Vec::new();
    for diagnostic in diagnostics {
        let words = |text: &mut String| *text = masker.mask_words(text);
        words(&mut diagnostic.message);
        diagnostic.notes.iter_mut().for_each(words);
        diagnostic.help.iter_mut().for_each(words);
        for label in &mut diagnostic.labels {
            words(&mut label.text);
            let source = &label.at.source;
            let known = sources.iter().find(|(from, _)| Arc::ptr_eq(from, source));
            let masked = known.map(|(_, masked)| Arc::clone(masked)).unwrap_or_else(|| {
                let masked = masked(source, masker);
                sources.push((Arc::clone(source), Arc::clone(&masked)));
                masked
            });
            label.at.source = masked;
        }
    }
}

fn masked(source: &Arc<Source>, masker: &Masker) -> Arc<Source> {
    // Nobody's secrets stand in a document, and it may be large.
    if source.text().len() > LARGEST {
        return Arc::clone(source);
    }
    let mut text = masker.mask_in_place(source.text());
    let is_project = Path::new(source.name()).file_name().is_some_and(|name| name == "contest.yaml");
    if is_project && let Ok(pattern) = Regex::new(CREDENTIAL) {
        let stars = |found: &regex::Captures<'_>| {
            let before = found[0].len() - found[1].len();
            let star = |character: char| if matches!(character, '"' | '\'') { character } else { '*' };
            let hidden: String =
                found[1].trim_end().chars().flat_map(|it| vec![star(it); it.len_utf8()]).collect();
            let space = &found[1][found[1].trim_end().len()..];
            format!("{}{hidden}{space}", &found[0][..before])
        };
        text = pattern.replace_all(&text, stars).into_owned();
    }
    if text == source.text() { Arc::clone(source) } else { Source::new(source.name(), text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let source = Source::new("a/contest.yaml", text);
        let masked = masked(&source, &Masker::new());
        assert_eq!(masked.text(), expected);
        assert_eq!(masked.text().len(), text.len());
    }

    #[test]
    fn credentials_in_a_project_file_are_hidden() {
        check("secrets: { A: { value: s3 cret } }", "secrets: { A: { value: ******* } }");
        check("A: { value: \"q{u},o\\\"te\", x: 1 }", "A: { value: \"*******\"**\", x: 1 }");
        check("bearer: 'it''s'\nvalue: 12", "bearer: '**''*'\nvalue: **");
        check("{ value: [a, \"b\"] }", "{ value: ****\"*\"***");
        check("{ value: unclosed", "{ value: ********");
        check("value: ä", "value: **");
    }

    #[test]
    fn names_of_secrets_stay() {
        check("bearer: $secrets.TOKEN", "bearer: $secrets.TOKEN");
        check("keeper: { bearer: $secrets.TOKEN }", "keeper: { bearer: $secrets.TOKEN }");
        check(
            "apiKey: { in: header, name: X, value: $secrets.KEY }",
            "apiKey: { in: header, name: X, value: $secrets.KEY }",
        );
        let source = Source::new("a/x.contest.yaml", "value: abc");
        assert_eq!(masked(&source, &Masker::new()).text(), "value: abc");
    }
}
