use super::args::{Explain, Output};
use super::{exit, output};
use crate::diagnostic::{Check, CheckSelector, Code};
use crate::yaml::nearest;
use std::process::ExitCode;

/// A list of codes gets no narrower than this.
const NARROWEST: usize = 60;

/// `contest explain`.
pub(super) fn explain(arguments: &Explain, out: &Output) -> ExitCode {
    let columns = output::style_of(out, &std::io::stdout()).width.max(NARROWEST);
    match said(arguments.code.as_deref(), columns) {
        Ok(text) => {
            output::print(&text);
            ExitCode::SUCCESS
        }
        Err(text) => {
            output::print_error(&text);
            ExitCode::from(exit::REFUSED)
        }
    }
}

/// The page of a code, the list of those that a pattern fits, or the list of all.
///
/// # Errors
/// What to say where there is none.
fn said(wanted: Option<&str>, columns: usize) -> Result<String, String> {
    let Some(wanted) = wanted.map(|text| text.trim_matches(['[', ']'])) else { return Ok(list(columns)) };
    if let Some(code) = Code::parse(wanted) {
        return Ok(code.page().to_owned());
    }
    let selected = CheckSelector::parse(wanted);
    match selected.as_ref().map(CheckSelector::checks) {
        Some([one]) => return Ok(one.code().page().to_owned()),
        Some(several) if wanted != "*" => {
            return Ok(lines(several.iter().map(|check| check.code()), columns));
        }
        Some(_) => return Ok(list(columns)),
        None => {}
    }
    // `scenario.` and `scenario.*` list what is below.
    let below = wanted.trim_end_matches('*');
    if below.ends_with('.') {
        let codes = Code::ALL.iter().copied().filter(|code| code.as_str().starts_with(below));
        let text = lines(codes, columns);
        if !text.is_empty() {
            return Ok(text);
        }
    }
    let names = Code::ALL.iter().map(|code| code.as_str()).chain(Check::names());
    let help = match nearest(wanted, names) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "`contest explain` lists every code".to_owned(),
    };
    Err(format!("error: there is no code `{wanted}`\nhelp: {help}\n"))
}

fn list(columns: usize) -> String {
    let checks: Vec<Code> = Check::ALL.iter().map(|check| check.code()).collect();
    let others = Code::ALL.iter().copied().filter(|code| !checks.contains(code));
    let is_of_file = |code: &Code| {
        let rooms = ["file", "yaml", "scenario", "config", "document", "mock"];
        code.as_str().split('.').next().is_some_and(|room| rooms.contains(&room))
    };
    let (files, steps): (Vec<Code>, Vec<Code>) = others.partition(is_of_file);
    format!(
        "Contract checks, with the severity that they have by themselves:\n\n{}\n\
         Findings of steps, always errors:\n\n{}\n\
         Problems of files:\n\n{}\n\
         `contest explain CODE` says more.\n",
        lines(checks, columns),
        lines(steps, columns),
        lines(files, columns),
    )
}

/// `  response.body  deny  The body breaks its schema`, in columns.
fn lines(codes: impl IntoIterator<Item = Code>, columns: usize) -> String {
    let severity = |code: Code| {
        let check = Check::ALL.iter().find(|check| check.code() == code);
        check.map_or("", |check| check.default_severity().as_str())
    };
    let rows: Vec<(Code, &str)> = codes.into_iter().map(|code| (code, severity(code))).collect();
    let width = rows.iter().map(|(code, _)| code.as_str().len()).max().unwrap_or(0);
    let word = rows.iter().map(|(_, severity)| severity.len() + 2).filter(|it| *it > 2).max().unwrap_or(0);
    let indent = 2 + width + 2 + word;
    let row = |(code, severity): &(Code, &str)| {
        let summary = wrapped(code.summary(), columns.saturating_sub(indent), indent);
        format!("  {:width$}  {severity:word$}{summary}\n", code.as_str())
    };
    rows.iter().map(row).collect()
}

/// The words in lines of at most so many columns, those after the first behind an indent.
fn wrapped(text: &str, columns: usize, indent: usize) -> String {
    let mut out = String::new();
    let mut taken = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if taken > 0 && taken + 1 + length > columns {
            out.push_str(&format!("\n{:indent$}", ""));
            taken = 0;
        } else if taken > 0 {
            out.push(' ');
            taken += 1;
        }
        out.push_str(word);
        taken += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(wanted: &str, expected_start: &str) {
        let text = said(Some(wanted), 100).unwrap_or_else(|text| text);
        assert!(text.starts_with(expected_start), "{wanted}: {text}");
    }

    #[test]
    fn a_code_has_its_page() {
        check("response.body", "# response.body\n");
        check("body", "# response.body\n");
        check("[http.allow]", "# http.allow\n");
        check("yaml.syntax", "# yaml.syntax\n");
    }

    #[test]
    fn a_pattern_lists_what_it_fits() {
        check("http.*", "  http.status");
        check("deprecated", "  operation.deprecated");
        check("mock.*", "  mock.refused");
        check("expect.", "  expect.status");
    }

    #[test]
    fn what_is_no_code_is_answered_with_what_was_meant() {
        check(
            "response.bdy",
            "error: there is no code `response.bdy`\nhelp: did you mean `response.body`?\n",
        );
        check("zebra", "error: there is no code `zebra`\nhelp: `contest explain` lists every code\n");
        check("x.*", "error: there is no code `x.*`\nhelp: `contest explain` lists every code\n");
    }

    #[test]
    fn every_code_is_listed_once() {
        let all = said(None, 100).expect("it lists");
        for code in Code::ALL {
            assert_eq!(all.matches(&format!("  {code} ")).count(), 1, "{code}");
        }
    }
}
