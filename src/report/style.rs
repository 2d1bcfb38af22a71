use annotate_snippets::Renderer;
use annotate_snippets::renderer::DecorStyle;
use anstyle::AnsiColor::{BrightBlue, Cyan, Green, Magenta, Red, Yellow};

/// Narrower than this nothing can be laid out; a narrower terminal wraps by itself.
const LEAST_COLUMNS: usize = 40;

pub(super) const ERROR: anstyle::Style = Red.on_default().bold();
pub(super) const PASS: anstyle::Style = Green.on_default();
pub(super) const WARNING: anstyle::Style = Yellow.on_default();
pub(super) const UNEXPECTED: anstyle::Style = Magenta.on_default().bold();
pub(super) const EXPECTED: anstyle::Style = Green.on_default();
pub(super) const RECEIVED: anstyle::Style = Red.on_default();
pub(super) const HELP: anstyle::Style = Cyan.on_default();
pub(super) const FRAME: anstyle::Style = BrightBlue.on_default();
pub(super) const DIM: anstyle::Style = anstyle::Style::new().dimmed();
pub(super) const BOLD: anstyle::Style = anstyle::Style::new().bold();

/// How text is laid out; the caller decides, from the terminal it writes to and from `NO_COLOR`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether ANSI escape sequences are written.
    pub color: bool,
    /// The columns of a line; less than 40 is taken as 40.
    pub width: usize,
    /// Whether characters outside ASCII may be used for frames and signs.
    pub is_unicode: bool,
}

/// The signs of ours, in Unicode or ASCII.
pub(super) struct Glyphs {
    pub dot: &'static str,
    pub ellipsis: &'static str,
    pub times: &'static str,
    pub first_place: &'static str,
    pub next_place: &'static str,
    pub gutter: &'static str,
    /// What stands for a character that must not reach a terminal.
    pub replacement: char,
}

const UNICODE: Glyphs = Glyphs {
    dot: "·",
    ellipsis: "…",
    times: "×",
    first_place: " ╭▸ ",
    next_place: " ├▸ ",
    gutter: "│",
    replacement: '\u{fffd}',
};

const ASCII: Glyphs = Glyphs {
    dot: "-",
    ellipsis: "...",
    times: "x",
    first_place: "--> ",
    next_place: "::: ",
    gutter: "|",
    replacement: '?',
};

impl Style {
    /// No colours, Unicode signs: what goes into a file or into another report.
    pub const fn plain(width: usize) -> Self {
        Self { color: false, width, is_unicode: true }
    }

    pub(super) fn columns(self) -> usize {
        self.width.max(LEAST_COLUMNS)
    }

    pub(super) fn glyphs(self) -> &'static Glyphs {
        if self.is_unicode { &UNICODE } else { &ASCII }
    }

    /// The text in a colour, where there are colours.
    pub(super) fn paint(self, ink: anstyle::Style, text: &str) -> String {
        if self.color && !text.is_empty() { format!("{ink}{text}{ink:#}") } else { text.to_owned() }
    }

    /// The renderer of excerpts. Lines are cut before they reach it (see `excerpt`), so it is told
    /// of a width that it never needs to cut to.
    pub(super) fn renderer(self) -> Renderer {
        let renderer = if self.color { Renderer::styled() } else { Renderer::plain() };
        renderer
            .hyperlink(false)
            .error(if self.color { ERROR } else { anstyle::Style::new() })
            .warning(if self.color { WARNING.bold() } else { anstyle::Style::new() })
            .note(if self.color { BOLD } else { anstyle::Style::new() })
            .help(if self.color { HELP.bold() } else { anstyle::Style::new() })
            .line_num(if self.color { FRAME } else { anstyle::Style::new() })
            .context(if self.color { FRAME } else { anstyle::Style::new() })
            .term_width(1 << 20)
            .decor_style(if self.is_unicode { DecorStyle::Unicode } else { DecorStyle::Ascii })
    }

    /// The text as it may be written to a terminal: control and direction characters, which could
    /// move the cursor or reorder the line, become visible signs, one for each. Line ends stay.
    pub(super) fn visible(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '\n' => out.push('\n'),
                '…' if !self.is_unicode => out.push_str(self.glyphs().ellipsis),
                _ => out.push(self.visible_character(character)),
            }
        }
        out
    }

    /// One character as it may be written; a tab becomes a space.
    pub(super) fn visible_character(self, character: char) -> char {
        match character {
            '\t' => ' ',
            ' '..='~' => character,
            '\0'..='\x1f' if self.is_unicode => {
                char::from_u32(0x2400 + u32::from(character)).unwrap_or(self.glyphs().replacement)
            }
            '\x7f' if self.is_unicode => '␡',
            // Controls of ISO 6429, marks without width that hide a difference, directions,
            // interlinear annotations, tags, and characters that are none.
            '\0'..='\x1f'
            | '\x7f'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fdd0}'..='\u{fdef}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}'..='\u{ffff}'
            | '\u{e0000}'..='\u{e007f}' => self.glyphs().replacement,
            '›' if !self.is_unicode => '>',
            '·' if !self.is_unicode => '-',
            '×' if !self.is_unicode => 'x',
            _ => character,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_a_cursor_stays() {
        let check = |text: &str, unicode: &str, ascii: &str| {
            assert_eq!(Style::plain(80).visible(text), unicode);
            assert_eq!(Style { is_unicode: false, ..Style::plain(80) }.visible(text), ascii);
        };
        check("a\x1b[31mb\u{9b}c\x07\r\n\td\x7f", "a␛[31mb\u{fffd}c␇␍\n d␡", "a?[31mb?c??\n d?");
        check("\u{202e}x\u{200b}\u{feff}", "\u{fffd}x\u{fffd}\u{fffd}", "?x??");
        check("a › b · … ×2 é", "a › b · … ×2 é", "a > b - ... x2 é");
    }
}
