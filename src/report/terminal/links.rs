//! Places that a terminal opens: `path:line:column` as a hyperlink, OSC 8.
//!
//! Source: "Hyperlinks (a.k.a. HTML-like anchors) in terminal emulators", which terminals follow. Links are
//! the last thing that is done to a text, so that no width counts them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use regex::{Captures, Regex};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What a path of a `file:` URL needs no escape for (RFC 3986 §3.3), and its separators.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// More files than this are not looked for again and again.
const MOST_FILES: usize = 10_000;

/// Makes places in texts into links.
#[derive(Debug)]
pub struct Links {
    folder: PathBuf,
    pattern: Option<Regex>,
    /// The URL of each path that was asked for; `None` where it is no file.
    known: HashMap<String, Option<String>>,
}

impl Links {
    /// Links to files whose names are relative to a folder.
    pub fn new(folder: PathBuf) -> Self {
        // What stands before `:LINE`; a colour is passed over, and a name with a space is left alone.
        let pattern = Regex::new(r"\x1b\[[0-9;]*m|([^\s\x1b:│`'()]+):([0-9]{1,9})(:[0-9]{1,9})?").ok();
        Self { folder, pattern, known: HashMap::new() }
    }

    /// The text with a link on every place in a file that is there.
    pub fn link(&mut self, text: &str) -> String {
        let Some(pattern) = self.pattern.clone() else { return text.to_owned() };
        pattern
            .replace_all(text, |found: &Captures<'_>| {
                let whole = &found[0];
                let place = found.get(1).zip(found.get(2));
                match place.and_then(|(path, line)| Some((self.url(path.as_str())?, line.as_str()))) {
                    Some((url, line)) => format!("\x1b]8;;{url}#{line}\x1b\\{whole}\x1b]8;;\x1b\\"),
                    None => whole.to_owned(),
                }
            })
            .into_owned()
    }

    fn url(&mut self, path: &str) -> Option<String> {
        if let Some(known) = self.known.get(path) {
            return known.clone();
        }
        let url = url_of(&self.folder.join(path));
        if self.known.len() < MOST_FILES {
            self.known.insert(path.to_owned(), url.clone());
        }
        url
    }
}

fn url_of(path: &Path) -> Option<String> {
    let path = path.is_file().then(|| std::path::absolute(path).ok()).flatten()?;
    let text = path.to_str()?.replace('\\', "/");
    let mut url = String::from("file://");
    if !text.starts_with('/') {
        url.push('/');
    }
    write!(url, "{}", utf8_percent_encode(&text, PATH)).ok()?;
    Some(url)
}

/// Whether the terminal of this process shows links, by what it says of itself in the environment.
pub fn supports_links(variable: &dyn Fn(&str) -> Option<String>) -> bool {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    if let Some(forced) = variable("FORCE_HYPERLINK") {
        return forced != "0";
    }
    let term = variable("TERM").unwrap_or_default();
    if term == "dumb" || is_set("CI") {
        return false;
    }
    let program = variable("TERM_PROGRAM").unwrap_or_default();
    // VTE shows them since 0.50, which it writes as 5000; 0.50.0 itself crashed on some.
    let vte = variable("VTE_VERSION").and_then(|version| version.parse::<u32>().ok());
    vte.is_some_and(|version| version > 5000)
        || ["DOMTERM", "WT_SESSION", "KONSOLE_VERSION"].into_iter().any(is_set)
        || ["xterm-kitty", "alacritty", "xterm-ghostty", "foot", "wezterm"].contains(&term.as_str())
        || ["Hyper", "iTerm.app", "WezTerm", "vscode", "ghostty", "Tabby", "rio", "zed", "mintty"]
            .contains(&program.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn links() -> Links {
        Links::new(PathBuf::from(env!("CARGO_MANIFEST_DIR")))
    }

    #[test]
    fn places_in_files_that_are_there_are_links() {
        let root = env!("CARGO_MANIFEST_DIR");
        let linked = format!("  ╭▸ \x1b]8;;file://{root}/Cargo.toml#8\x1b\\Cargo.toml:8:15\x1b]8;;\x1b\\\n");
        assert_eq!(links().link("  ╭▸ Cargo.toml:8:15\n"), linked);
        let painted = links().link("\x1b[34mCargo.toml:8\x1b[0m");
        assert_eq!(
            painted,
            format!("\x1b[34m\x1b]8;;file://{root}/Cargo.toml#8\x1b\\Cargo.toml:8\x1b]8;;\x1b\\\x1b[0m")
        );
    }

    #[test]
    fn what_is_no_place_in_a_file_stays() {
        for text in [
            "",
            "no-such-file.yaml:8:15",
            "target: http://127.0.0.1:4010",
            "Cargo.toml",
            "src:8:15",
            "curl 'http://127.0.0.1:4010/items/7' -H 'Accept: application/json'",
        ] {
            assert_eq!(links().link(text), text);
        }
    }

    #[test]
    fn terminals_are_known_by_what_they_say() {
        let check = |variables: &[(&str, &str)], expected: bool| {
            let variable = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(supports_links(&variable), expected, "{variables:?}");
        };
        check(&[], false);
        check(&[("TERM", "xterm-256color")], false);
        check(&[("TERM", "xterm-kitty")], true);
        check(&[("TERM", "xterm-kitty"), ("CI", "true")], false);
        check(&[("VTE_VERSION", "6003")], true);
        check(&[("VTE_VERSION", "4602")], false);
        check(&[("TERM_PROGRAM", "vscode")], true);
        check(&[("TERM", "dumb"), ("WT_SESSION", "1")], false);
        check(&[("TERM", "dumb"), ("FORCE_HYPERLINK", "1")], true);
        check(&[("TERM_PROGRAM", "vscode"), ("FORCE_HYPERLINK", "0")], false);
    }
}
