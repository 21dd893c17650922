//! Identifiers: short names that fit a path and a column.

/// Makes an identifier of at most `max` characters out of any text.
#[must_use]
pub fn force(text: &str, max: usize) -> String {
    if is_identifier(text, max) {
        return text.to_owned();
    }
    let fits = |position: usize, c: char| {
        c == '_' || c == '-' || c.is_ascii_alphabetic() || (position > 0 && c.is_ascii_digit())
    };
    text.chars().take(max).enumerate().map(|(position, c)| if fits(position, c) { c } else { '_' }).collect()
}

/// The next one to try when `text` is taken: `name` → `name_2` → `name_3`.
#[must_use]
pub fn increment(text: &str, max: usize) -> String {
    let numbered = text.rsplit_once('_').and_then(|(stem, digits)| {
        let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if all_digits { digits.parse::<u64>().ok().map(|number| (stem, number)) } else { None }
    });
    let (stem, number) = numbered.unwrap_or((text, 1));
    with_suffix(stem, number.saturating_add(1), max)
}

/// `stem_number`, the stem shortened so that the whole fits.
#[must_use]
pub(crate) fn with_suffix(stem: &str, number: u64, max: usize) -> String {
    let suffix = format!("_{number}");
    let kept = max.saturating_sub(suffix.len());
    stem.chars().take(kept).chain(suffix.chars()).collect()
}

fn is_identifier(text: &str, max: usize) -> bool {
    let letter = |c: char| c == '_' || c == '-' || c.is_ascii_alphabetic() || c >= '\u{a0}';
    let mut characters = text.chars();
    characters.next().is_some_and(letter)
        && characters.all(|c| letter(c) || c.is_ascii_digit())
        && text.chars().count() <= max
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_becomes_an_identifier() {
        let cases = [
            ("stdio", "stdio"),
            ("t t/T", "t_t_T"),
            ("my log", "my_log"),
            ("1st", "_st"),
            ("-x_9", "-x_9"),
            ("grün", "grün"),
            ("grün x", "gr_n_x"),
            ("a.log", "a_log"),
            ("", ""),
            (
                "0123456789 0123456789 0123456789 0123456789 0123456789 x",
                "_123456789_0123456789_0123456789_0123456789_012345",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(force(text, 50), expected, "{text}");
        }
    }

    #[test]
    fn a_taken_one_is_counted_up() {
        let long = "a".repeat(50);
        let cases = [
            ("stdio", "stdio_2".to_owned()),
            ("stdio_2", "stdio_3".to_owned()),
            ("stdio_9", "stdio_10".to_owned()),
            ("x_", "x__2".to_owned()),
            ("a_b", "a_b_2".to_owned()),
            (&long, format!("{}_2", "a".repeat(48))),
        ];
        for (text, expected) in cases {
            assert_eq!(increment(text, 50), expected, "{text}");
        }
    }
}
