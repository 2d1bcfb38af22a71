use super::Style;
use std::time::Duration;

/// Longer texts are cut before they are wrapped: a message is no place for a whole body.
const LONGEST_TEXT: usize = 4_000;

/// The columns that a text takes.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(character_width).sum()
}

/// The columns that a character takes: none for marks that combine, two for East Asian wide
/// characters and emoji (Unicode Standard Annex #11, rounded to blocks).
pub(super) fn character_width(character: char) -> usize {
    match character {
        '\0'..='\u{2ff}' => 1,
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{20d0}'..='\u{20ff}' => 0,
        '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{303e}' | '\u{3041}'..='\u{a4cf}' => 2,
        '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' => 2,
        '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' => 2,
        '\u{1f300}'..='\u{1f64f}' | '\u{1f680}'..='\u{1f6ff}' | '\u{1f900}'..='\u{1f9ff}' => 2,
        '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// The text, or as much of its beginning as leaves room for the ellipsis.
pub(super) fn cut(text: &str, columns: usize, ellipsis: &str) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut room = columns.saturating_sub(width(ellipsis));
    let mut out = String::new();
    for character in text.chars() {
        match room.checked_sub(character_width(character)) {
            Some(rest) => room = rest,
            None => break,
        }
        out.push(character);
    }
    out.truncate(out.trim_end().len());
    out + ellipsis
}

/// The text in lines of at most `columns`; line ends in it are kept, words that do not fit are
/// broken. A line that fits keeps its spaces.
pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    wrap_after(text, columns, columns)
}

/// Like [`wrap`], where the first line has another width than the rest.
pub(super) fn wrap_after(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let shortened;
    let text = match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => {
            let more = text[end..].chars().count();
            shortened = format!("{}… ({more} more characters)", &text[..end]);
            shortened.as_str()
        }
        None => text,
    };
    for paragraph in text.split('\n') {
        let room = |lines: &Vec<String>| if lines.is_empty() { first } else { rest }.max(1);
        if width(paragraph) <= room(&lines) {
            lines.push(paragraph.trim_end().to_owned());
            continue;
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let taken = if line.is_empty() { 0 } else { width(&line) + 1 };
            if taken + width(word) <= room(&lines) {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            for character in word.chars() {
                if width(&line) + character_width(character) > room(&lines) {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(character);
            }
        }
        lines.push(line);
    }
    lines
}

/// A text that may be painted, with the columns that it takes and what joins it to the one before.
pub(super) struct Part {
    pub text: String,
    pub width: usize,
    pub joint: Joint,
}

#[derive(Clone, Copy)]
pub(super) enum Joint {
    /// ` · `, which a line end replaces.
    Dot,
    /// `, `, which stays before a line end.
    Comma,
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self { width: width(&text), text, joint: Joint::Dot }
    }
}

/// The parts in lines that break only between them; the lines after the first are indented.
pub(super) fn join(parts: &[Part], style: Style) -> String {
    const INDENT: &str = "  ";
    let mut out = String::new();
    let mut taken = 0;
    for (index, part) in parts.iter().enumerate() {
        let (joint, broken) = match part.joint {
            _ if index == 0 => (String::new(), ""),
            Joint::Dot => (format!(" {} ", style.glyphs().dot), ""),
            Joint::Comma => (", ".to_owned(), ","),
        };
        if index > 0 && taken + width(&joint) + part.width > style.columns() {
            out += &format!("{broken}\n{INDENT}");
            taken = INDENT.len();
        } else {
            out += &joint;
            taken += width(&joint);
        }
        out.push_str(&part.text);
        taken += part.width;
    }
    out
}

/// `error: …` in lines of the width, what goes on below the first word of the reason; ends with a line end.
pub fn render_error(reason: &str, style: &super::Style) -> String {
    let lead = "error: ";
    let lines = wrap(&style.visible(reason), style.columns() - lead.len());
    format!("{lead}{}\n", lines.join(&format!("\n{}", " ".repeat(lead.len()))))
}

/// `1 step`, `2 steps`.
pub(super) fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// A time that is usually short: `9 ms`, `1.20 s`, `2 min 3 s`.
pub(super) fn short_time(time: Duration) -> String {
    match time.as_millis() {
        0 => "<1 ms".to_owned(),
        milliseconds @ 1..=999 => format!("{milliseconds} ms"),
        _ => long_time(time),
    }
}

/// A time that is usually long: `0.21 s`, `2 min 3 s`, `1 h 2 min`.
pub(super) fn long_time(time: Duration) -> String {
    // Rounded before the unit is chosen, so that 59.999 s is a minute.
    let hundredths = (time.as_millis() + 5) / 10;
    let seconds = (time.as_millis() + 500) / 1000;
    match seconds {
        _ if hundredths < 6000 => format!("{}.{:02} s", hundredths / 100, hundredths % 100),
        0..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_wrap(text: &str, first: usize, rest: usize, expected: &[&str]) {
        assert_eq!(wrap_after(text, first, rest), expected, "{text}");
    }

    #[test]
    fn lines_break_at_spaces() {
        check_wrap("", 10, 10, &[""]);
        check_wrap("one two three", 7, 7, &["one two", "three"]);
        check_wrap("one two three", 3, 9, &["one", "two three"]);
        check_wrap("a  =  1", 10, 10, &["a  =  1"]);
        check_wrap("one\ntwo three", 5, 5, &["one", "two", "three"]);
    }

    #[test]
    fn words_that_fit_no_line_are_broken() {
        check_wrap("a bcdefgh i", 4, 4, &["a", "bcde", "fgh", "i"]);
        check_wrap("漢字漢字", 4, 4, &["漢字", "漢字"]);
        check_wrap("ab", 0, 0, &["a", "b"]);
    }

    #[test]
    fn a_text_of_any_length_is_short_in_the_end() {
        let lines = wrap(&"x".repeat(1_000_000), 80);
        assert_eq!(lines.len(), 51);
        assert_eq!(lines[50], "… (996000 more characters)");
    }

    #[test]
    fn cutting_leaves_room_for_the_ellipsis() {
        assert_eq!(cut("abc", 3, "…"), "abc");
        assert_eq!(cut("abcd", 3, "…"), "ab…");
        assert_eq!(cut("a bcd", 3, "…"), "a…");
        assert_eq!(cut("漢字漢", 5, "…"), "漢字…");
        assert_eq!(cut("abcdef", 5, "..."), "ab...");
    }

    #[test]
    fn parts_stay_whole() {
        let check = |texts: [&str; 3], joint: Joint, expected: &str| {
            let parts = texts.map(|text| Part { joint, ..Part::from(text.to_owned()) });
            assert_eq!(join(&parts, Style::plain(40)), expected);
        };
        let long = ["the first of three", "the second of them", "the third"];
        check(["one", "two", "three"], Joint::Dot, "one · two · three");
        check(long, Joint::Dot, "the first of three · the second of them\n  the third");
        check(long, Joint::Comma, "the first of three, the second of them,\n  the third");
    }

    #[test]
    fn times_have_a_unit_that_fits() {
        let check = |milliseconds: u64, short: &str, long: &str| {
            let time = Duration::from_millis(milliseconds);
            assert_eq!((short_time(time).as_str(), long_time(time).as_str()), (short, long));
        };
        check(0, "<1 ms", "0.00 s");
        check(9, "9 ms", "0.01 s");
        check(999, "999 ms", "1.00 s");
        check(1_200, "1.20 s", "1.20 s");
        check(59_999, "1 min 0 s", "1 min 0 s");
        check(123_400, "2 min 3 s", "2 min 3 s");
        check(3_720_000, "1 h 2 min", "1 h 2 min");
    }
}
