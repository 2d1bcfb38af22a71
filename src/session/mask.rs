use crate::diagnostic::Diagnostic;
use crate::secret::{Masker, mask_sources};
use crate::source::Source;
use regex::Regex;
use std::path::Path;

/// What stands where `contest.yaml` holds credentials by themselves: read from its text, for a file
/// with problems may not be read otherwise.
const CREDENTIAL: &str = r#"(?m)\b(?:value|bearer|password|clientSecret)["']?[ \t]*:[ \t]*("(?:[^"\\\n]|\\.)*"?|'(?:[^'\n]|'')*'?|[\[{|>][^\n]*|[^\s"'{},$<#][^,}\n]*)"#;

/// Takes the secrets out of the words of diagnostics and out of the files that they excerpt, in which
/// every place stays where it is.
pub(super) fn mask_diagnostics(diagnostics: &mut [Diagnostic], masker: &Masker) {
    let words = |text: &mut String| *text = masker.mask_words(text);
    for diagnostic in diagnostics.iter_mut() {
        words(&mut diagnostic.message);
        diagnostic.notes.iter_mut().for_each(words);
        diagnostic.help.iter_mut().for_each(words);
        diagnostic.labels.iter_mut().for_each(|label| words(&mut label.text));
    }
    let labels = diagnostics.iter_mut().flat_map(|diagnostic| &mut diagnostic.labels);
    mask_sources(masker, labels.map(|label| (&mut label.at.source, label.at.span)), hide_credentials);
}

fn hide_credentials(source: &Source, text: String) -> String {
    let is_project = Path::new(source.name()).file_name().is_some_and(|name| name == "contest.yaml");
    let Some(pattern) = is_project.then(|| Regex::new(CREDENTIAL).ok()).flatten() else { return text };
    let stars = |found: &regex::Captures<'_>| {
        let before = found[0].len() - found[1].len();
        let star = |character: char| if matches!(character, '"' | '\'') { character } else { '*' };
        let hidden: String =
            found[1].trim_end().chars().flat_map(|it| vec![star(it); it.len_utf8()]).collect();
        let space = &found[1][found[1].trim_end().len()..];
        format!("{}{hidden}{space}", &found[0][..before])
    };
    pattern.replace_all(&text, stars).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let source = Source::new("a/contest.yaml", text);
        let masked = hide_credentials(&source, text.to_owned());
        assert_eq!(masked, expected);
        assert_eq!(masked.len(), text.len());
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
        assert_eq!(hide_credentials(&source, "value: abc".to_owned()), "value: abc");
    }
}
