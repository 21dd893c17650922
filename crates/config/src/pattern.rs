//! Regular expressions as Python's `re` reads them.
//!
//! Configurations are full of them (`branch_re`, `regex=`, warning patterns), many with look-ahead, so they run on an engine that
//! has it. What Python writes differently is rewritten first.

use crate::{FromValue, Value};

/// A match may try so many steps before it counts as "no match": a pattern of the user against text of a stranger must end.
const BACKTRACK_MAX: usize = 1_000_000;

/// Python's flags that have an effect here, and the letters of their inline form.
const FLAGS: [(i64, char); 4] = [(2, 'i'), (8, 'm'), (16, 's'), (64, 'x')];

/// A compiled regular expression.
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    flags: i64,
    regex: fancy_regex::Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.regex.as_str() == other.regex.as_str()
    }
}

impl Pattern {
    /// Compiles a pattern without flags.
    pub fn new(text: &str) -> Result<Pattern, String> {
        Pattern::with_flags(text, 0)
    }

    /// Compiles a pattern with the flags of Python's `re` as their number.
    pub fn with_flags(text: &str, flags: i64) -> Result<Pattern, String> {
        let letters: String = FLAGS.iter().filter(|(bit, _)| flags & bit != 0).map(|(_, letter)| *letter).collect();
        let prefix = if letters.is_empty() { String::new() } else { format!("(?{letters})") };
        fancy_regex::RegexBuilder::new(&(prefix + &from_python(text)))
            .backtrack_limit(BACKTRACK_MAX)
            .build()
            .map(|regex| Pattern { text: text.to_owned(), flags, regex })
            .map_err(|error| format!("'{text}' is not a regular expression: {error}"))
    }

    /// The pattern as the user wrote it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The flags of Python's `re` that it was compiled with, beside those that it names itself.
    #[must_use]
    pub fn flags(&self) -> i64 {
        self.flags
    }

    /// Whether it matches at the beginning of `subject`: Python's `match`.
    #[must_use]
    pub fn matches(&self, subject: &str) -> bool {
        // The leftmost match starts at 0 if any does.
        matches!(self.regex.find(subject), Ok(Some(found)) if found.start() == 0)
    }

    /// Whether it matches anywhere: Python's `search`.
    #[must_use]
    pub fn is_found_in(&self, subject: &str) -> bool {
        matches!(self.regex.is_match(subject), Ok(true))
    }

    /// The groups of the leftmost match, the whole match first: Python's `search`.
    #[must_use]
    pub fn captures<'t>(&self, subject: &'t str) -> Option<Vec<Option<&'t str>>> {
        let captures = self.regex.captures(subject).ok()??;
        Some(captures.iter().map(|group| group.map(|group| group.as_str())).collect())
    }
}

impl FromValue for Pattern {
    const ANNOTATION: &'static str = "str | re.Pattern";

    fn from_value(value: &Value) -> Result<Pattern, String> {
        match value {
            Value::Str(text) => Pattern::new(text),
            Value::Object(object) if object.class == "re.Pattern" => {
                let flags = match object.args.get("flags") {
                    Some(Value::Int(flags)) => *flags,
                    _ => 0,
                };
                let text = object.args.get("pattern").and_then(Value::as_str);
                Pattern::with_flags(text.ok_or("must be a regular expression over text, not bytes")?, flags)
            }
            other => Err(format!("must be a string or regex, not {}", other.type_name())),
        }
    }
}

/// Rewrites what Python writes differently: literal `[` and set operators in character classes, literal braces, `\Z`, `\<`, `\>`.
fn from_python(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 8);
    let mut class_start = None;
    let mut at = 0;
    while at < characters.len() {
        let character = characters[at];
        let next = characters.get(at + 1).copied();
        match (character, class_start) {
            ('\\', _) => {
                match next {
                    Some('Z') if class_start.is_none() => out.push_str("\\z"),
                    Some(plain @ ('<' | '>')) => out.push(plain),
                    Some(escaped) => out.extend(['\\', escaped]),
                    None => out.push('\\'),
                }
                at += 1;
            }
            ('[', None) => {
                out.push('[');
                let mut first = at + 1;
                if characters.get(first) == Some(&'^') {
                    out.push('^');
                    first += 1;
                }
                class_start = Some(first);
                at = first - 1;
            }
            (']', Some(first)) if at > first => {
                out.push(']');
                class_start = None;
            }
            (special @ ('[' | ']'), Some(_)) => out.extend(['\\', special]),
            (operator @ ('&' | '~'), Some(_)) if next == Some(operator) => out.extend(['\\', operator]),
            // A range that ends with a hyphen.
            ('-', Some(_)) if next == Some('-') => {
                out.push_str("-\\-");
                at += 1;
            }
            ('{', None) => at += brace(&characters[at..], &mut out) - 1,
            (other, _) => out.push(other),
        }
        at += 1;
    }
    out
}

/// Writes a repetition, or a literal brace where Python sees no repetition. Returns how many characters it took.
fn brace(characters: &[char], out: &mut String) -> usize {
    let Some(end) = characters.iter().position(|character| *character == '}') else {
        out.push_str("\\{");
        return 1;
    };
    let inner: String = characters[1..end].iter().collect();
    let is_number = |text: &str| text.chars().all(|digit| digit.is_ascii_digit());
    match inner.split_once(',') {
        None if !inner.is_empty() && is_number(&inner) => {
            out.push_str(&format!("{{{inner}}}"));
            end + 1
        }
        Some((low, high)) if is_number(low) && is_number(high) => {
            let low = if low.is_empty() { "0" } else { low };
            out.push_str(&format!("{{{low},{high}}}"));
            end + 1
        }
        _ => {
            out.push_str("\\{");
            1
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Object;

    #[test]
    fn matches_as_python_does() {
        let cases = [
            // pattern, subject, match, search (all from Python 3.11)
            ("^filter-", "filter-a", true, true),
            ("filter-[ab]", "my filter-a", false, true),
            (r"(?!release/).*", "release/1", false, true),
            (r"^(?!release/).*", "release/1", false, false),
            (r"^(?!release/).*", "main", true, true),
            (r"[[]x", "[x", true, true),
            (r"[]a]+\Z", "]a]", true, true),
            (r"[a&&b]+$", "a&b", true, true),
            (r"[+--]+$", ",", true, true),
            (r"{x}", "{x}", true, true),
            (r"a{,2}b", "aab", true, true),
            (r"a{2}b", "aab", true, true),
            (r"\<p\>", "<p>", true, true),
            (r"(?P<q>['\x22]).*(?P=q)$", "'x'", true, true),
            (r"(?i)MAIN$", "main", true, true),
            (r"x|", "abc", true, true),
            (r"[^\]]+$", "abc", true, true),
        ];
        for (pattern, subject, at_start, anywhere) in cases {
            let compiled = Pattern::new(pattern).unwrap();
            assert_eq!(compiled.matches(subject), at_start, "{pattern} matches {subject}");
            assert_eq!(compiled.is_found_in(subject), anywhere, "{pattern} in {subject}");
            assert_eq!(compiled.text(), pattern);
        }
    }

    #[test]
    fn a_compiled_pattern_of_the_configuration_keeps_its_flags() {
        let object = Object {
            class: "re.Pattern".to_owned(),
            args: [("pattern".to_owned(), "^MAIN$".into()), ("flags".to_owned(), Value::Int(32 + 2))].into(),
            ..Object::default()
        };
        let pattern = Pattern::from_value(&Value::Object(Arc::new(object))).unwrap();
        assert!(pattern.matches("main"));
        assert_eq!((pattern.text(), pattern.flags()), ("^MAIN$", 34));
        assert!(!Pattern::new("^MAIN$").unwrap().matches("main"));
    }

    #[test]
    fn a_broken_pattern_is_told() {
        let told = Pattern::new("(").unwrap_err();
        assert!(told.starts_with("'(' is not a regular expression: "), "{told}");
        assert_eq!(Pattern::from_value(&Value::Int(1)).unwrap_err(), "must be a string or regex, not int");
    }

    #[test]
    fn a_pattern_that_explodes_does_not_match() {
        let pattern = Pattern::new(r"^(a|a)*(?=b)\1$").unwrap();
        assert!(!pattern.matches(&"a".repeat(60)));
    }

    #[test]
    fn groups_of_a_search() {
        let pattern = Pattern::new(r"(\w+)=(\d+)?").unwrap();
        assert_eq!(pattern.captures("  size="), Some(vec![Some("size="), Some("size"), None]));
        assert_eq!(pattern.captures("nothing"), None);
    }
}
