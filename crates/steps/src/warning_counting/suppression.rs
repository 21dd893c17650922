//! Warnings that do not count: by file, text and line. Pure.

use ferrobot_config::{FromValue, Pattern, Value};
use regex::Regex;

/// A warning, as far as it is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Warning {
    pub(super) file: Option<String>,
    pub(super) number: Option<i64>,
    pub(super) text: String,
}

/// What does not count. What is `None` is not looked at.
#[derive(Debug, Clone)]
pub(super) struct Suppression {
    /// Matches at the beginning of the path.
    file: Option<Pattern>,
    /// Matches anywhere in the text.
    text: Option<Pattern>,
    first: Option<i64>,
    last: Option<i64>,
}

impl Suppression {
    /// Whether a warning does not count.
    pub(super) fn covers(&self, warning: &Warning) -> bool {
        let file = match (&self.file, &warning.file) {
            (None, _) | (_, None) => true,
            (Some(pattern), Some(file)) => pattern.matches(file),
        };
        let text = self.text.as_ref().is_none_or(|pattern| pattern.is_found_in(&warning.text));
        let line = match (self.first, self.last, warning.number) {
            (None, None, _) => true,
            (Some(first), Some(last), Some(number)) => first <= number && number <= last,
            _ => false,
        };
        file && text && line
    }
}

/// Reads `suppressionList`.
pub(super) fn from_list(list: &Value) -> Result<Vec<Suppression>, String> {
    if matches!(list, Value::None) {
        return Ok(Vec::new());
    }
    let wrong = || "'suppressionList' must be a list of (file, text, first line, last line)".to_owned();
    list.as_list()
        .ok_or_else(wrong)?
        .iter()
        .map(|entry| match entry.as_list() {
            Some([file, text, first, last]) => {
                Ok(Suppression { file: pattern(file)?, text: pattern(text)?, first: line(first)?, last: line(last)? })
            }
            _ => Err(wrong()),
        })
        .collect()
}

fn pattern(value: &Value) -> Result<Option<Pattern>, String> {
    match value {
        Value::None => Ok(None),
        given => Pattern::from_value(given).map(Some).map_err(|problem| format!("'suppressionList': {problem}")),
    }
}

fn line(value: &Value) -> Result<Option<i64>, String> {
    match value {
        Value::None => Ok(None),
        Value::Int(line) => Ok(Some(*line)),
        other => Err(format!("'suppressionList': a line must be an int or None, not {}", other.type_name())),
    }
}

/// Reads a suppression file: `FILE : TEXT`, `FILE : TEXT : LINE` or `FILE : TEXT : FIRST-LAST` per line; `#` begins a comment.
pub(super) fn from_file(content: &str) -> Result<Vec<Suppression>, String> {
    let form = Regex::new(r"^\s*(.+?)\s*:\s*(.+?)\s*(?::\s*([0-9]+)(?:-([0-9]+))?\s*)?$")
        .map_err(|error| format!("this is a bug in Ferrobot: {error}"))?;
    let mut suppressions = Vec::new();
    for written in content.lines() {
        let trimmed = written.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        // What is not understood is passed over, as Buildbot does.
        let Some(parts) = form.captures(written) else { continue };
        let compile = |index: usize| {
            let text = parts.get(index).map_or("", |part| part.as_str());
            Pattern::new(text).map(Some).map_err(|problem| format!("suppression file: {problem}"))
        };
        let number = |index: usize| parts.get(index).and_then(|part| part.as_str().parse().ok());
        let first = number(3);
        suppressions.push(Suppression { file: compile(1)?, text: compile(2)?, first, last: number(4).or(first) });
    }
    Ok(suppressions)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warning(file: &str, number: i64, text: &str) -> Warning {
        let file = (!file.is_empty()).then(|| file.to_owned());
        Warning { file, number: Some(number), text: text.to_owned() }
    }

    #[test]
    fn files_of_suppressions_cover_what_they_say() {
        let content = "# file : line range\n\nnoise.c : warning: unused.*\nrange.c : .* : 10-20\n.*\\.h : deprecated\none.c : x : 5\n";
        let suppressions = from_file(content).unwrap();
        assert_eq!(suppressions.len(), 4);
        let covered = |warning: &Warning| suppressions.iter().any(|suppression| suppression.covers(warning));
        let cases = [
            (warning("noise.c", 7, "warning: unused function"), true),
            (warning("/src/noise.c", 7, "warning: unused function"), false),
            (warning("noise.c", 7, "warning: other"), false),
            (warning("range.c", 15, "anything"), true),
            (warning("range.c", 25, "anything"), false),
            (warning("/src/lib/sub/x.h", 1, "deprecated warning: old"), true),
            (warning("one.c", 5, "x"), true),
            (warning("one.c", 6, "x"), false),
        ];
        for (warning, expected) in cases {
            assert_eq!(covered(&warning), expected, "{warning:?}");
        }
    }

    #[test]
    fn lists_of_suppressions_leave_out_what_is_none() {
        let tuple = |items: [Value; 4]| Value::Tuple(items.to_vec());
        let list = Value::List(vec![
            tuple(["a.c".into(), Value::None, Value::None, Value::None]),
            tuple([Value::None, "out of".into(), Value::None, Value::None]),
            tuple(["b.c".into(), ".*".into(), Value::Int(1), Value::Int(5)]),
        ]);
        let suppressions = from_list(&list).unwrap();
        let covered = |warning: Warning| suppressions.iter().any(|suppression| suppression.covers(&warning));
        assert!(covered(warning("a.c", 3, "x")));
        assert!(!covered(warning("/src/a.c", 3, "x")));
        assert!(covered(warning("/src/r.c", 3, "warning: out of range")));
        assert!(covered(warning("b.c", 5, "x")));
        assert!(!covered(warning("b.c", 9, "x")));
        assert!(from_list(&"x".into()).is_err());
        assert!(from_list(&Value::List(vec![Value::None])).is_err());
        assert!(from_list(&Value::None).unwrap().is_empty());
    }
}
