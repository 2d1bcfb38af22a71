//! What a cut has left of a secret: `Bearer eyJhbGciOi…`.

use super::MASK;

const ELLIPSIS: char = '…';

/// So many characters of a secret's beginning or end are recognised beside a cut.
const MIN_END: usize = 4;

/// So many of its middle.
const MIN_MIDDLE: usize = 8;

/// The text without the parts of secrets that stand right before or behind an ellipsis.
pub(super) fn mask(text: &str, spellings: &[String]) -> String {
    let mut pieces = text.split(ELLIPSIS).map(str::to_owned).collect::<Vec<_>>();
    let last = pieces.len() - 1;
    for (index, piece) in pieces.iter_mut().enumerate() {
        if index < last {
            let cut = longest(spellings, piece, before_cut);
            if cut > 0 {
                piece.replace_range(piece.len() - cut.., MASK);
            }
        }
        if index > 0 {
            let cut = longest(spellings, piece, behind_cut);
            if cut > 0 {
                piece.replace_range(..cut, MASK);
            }
        }
    }
    pieces.join(&ELLIPSIS.to_string())
}

fn longest(spellings: &[String], piece: &str, part: fn(&str, &str) -> usize) -> usize {
    spellings.iter().map(|spelling| part(spelling, piece)).max().unwrap_or(0)
}

/// The length in bytes of the longest end of a piece that is a part of a spelling.
fn before_cut(spelling: &str, piece: &str) -> usize {
    let ends = spelling.char_indices().map(|(start, character)| start + character.len_utf8());
    let common = ends.map(|end| {
        let pairs = spelling[..end].chars().rev().zip(piece.chars().rev());
        let (count, length) = same(pairs);
        let is_whole_beginning = length == end;
        if count >= MIN_MIDDLE || (is_whole_beginning && count >= MIN_END) { length } else { 0 }
    });
    common.max().unwrap_or(0)
}

/// The length in bytes of the longest beginning of a piece that is a part of a spelling.
fn behind_cut(spelling: &str, piece: &str) -> usize {
    let common = spelling.char_indices().map(|(start, _)| {
        let (count, length) = same(spelling[start..].chars().zip(piece.chars()));
        let is_whole_end = start + length == spelling.len();
        if count >= MIN_MIDDLE || (is_whole_end && count >= MIN_END) { length } else { 0 }
    });
    common.max().unwrap_or(0)
}

/// How many pairs are equal from the first on, and the bytes they take.
fn same(pairs: impl Iterator<Item = (char, char)>) -> (usize, usize) {
    pairs
        .take_while(|(left, right)| left == right)
        .fold((0, 0), |(count, length), (character, _)| (count + 1, length + character.len_utf8()))
}
