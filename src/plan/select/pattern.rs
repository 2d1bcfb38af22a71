/// Whether a pattern fits the whole of a text: `*` is any run of characters, `?` any one. Linear but for one
/// step back per star.
pub fn matches_pattern(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(c) if *c == '?' || *c == text[from] => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some((star_at, star_from)) => {
                    star = Some((star_at, star_from + 1));
                    at = star_at + 1;
                    from = star_from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        for (pattern, text, expected) in [
            ("cancel-*", "cancel-it", true),
            ("cancel", "cancel-it", false),
            ("*it", "cancel-it", true),
            ("c?ncel*", "cancel", true),
            ("*", "", true),
            ("?", "", false),
            ("a*b*c", "aXXbYYbc", true),
        ] {
            assert_eq!(matches_pattern(pattern, text), expected, "{pattern} {text}");
        }
        assert!(!matches_pattern(&"*a".repeat(50), &"a".repeat(49)));
    }
}
