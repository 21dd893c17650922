//! The user's file: where in it a key of the configuration is set.
//!
//! The document does not say where its keys come from, because the dictionary is a plain one. The file says it, well enough for a
//! message: the last line that assigns to the key.

use crate::Place;

/// The file that made a document.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Its path.
    pub file: &'a str,
    /// What it contains; may be empty, then faults of keys are told without a line.
    pub text: &'a str,
}

impl Source<'_> {
    /// Where a key, or a key in the dictionary of a key, is set.
    #[must_use]
    pub fn place(&self, keys: &[&str]) -> Place {
        let line = match keys {
            [] => None,
            [key] => self.lines_of(key).last().or_else(|| self.named(key, 0)),
            [key, inner, ..] => self.assigned_inside(key, inner).or_else(|| {
                let (first, last) = (self.lines_of(key).next(), self.lines_of(key).last());
                let start = first.or_else(|| self.named(key, 0))?;
                self.named(inner, start - 1).or(last).or(Some(start))
            }),
        };
        let line = line.and_then(|line| u32::try_from(line).ok()).unwrap_or(0);
        Place { file: self.file.to_owned(), line }
    }

    /// Lines that are no comments, with their number.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let numbered = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        numbered.filter(|(_, line)| !line.trim_start().starts_with('#'))
    }

    /// The lines with `…['key'] = `, also of something inside of it.
    fn lines_of(&self, key: &str) -> impl Iterator<Item = usize> {
        let is_assigned =
            move |line: &str| after_subscript(line, key).is_some_and(|rest| is_assignment(skip_subscripts(rest)));
        self.lines().filter(move |(_, line)| is_assigned(line)).map(|(number, _)| number)
    }

    /// The last line with `…['key']['inner'] = `.
    fn assigned_inside(&self, key: &str, inner: &str) -> Option<usize> {
        let is_assigned = |line: &str| {
            after_subscript(line, key)
                .and_then(|rest| after_subscript(rest, inner).filter(|_| rest.starts_with('[')))
                .is_some_and(|rest| is_assignment(skip_subscripts(rest)))
        };
        self.lines().filter(|(_, line)| is_assigned(line)).map(|(number, _)| number).last()
    }

    /// The first line after so many with `'key':`, as in a dictionary.
    fn named(&self, key: &str, skipped: usize) -> Option<usize> {
        let is_named = |line: &str| {
            ['\'', '"'].into_iter().any(|quote| {
                let word = format!("{quote}{key}{quote}");
                line.split(word.as_str()).skip(1).any(|rest| rest.trim_start().starts_with(':'))
            })
        };
        self.lines().find(|(number, line)| *number > skipped && is_named(line)).map(|(number, _)| number)
    }
}

/// What follows `['key']` in a line.
fn after_subscript<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    ['\'', '"'].into_iter().find_map(|quote| {
        let subscript = format!("[{quote}{key}{quote}]");
        line.find(&subscript).map(|at| &line[at + subscript.len()..])
    })
}

fn skip_subscripts(mut rest: &str) -> &str {
    while let Some(end) = rest.strip_prefix('[').and_then(|inner| inner.find(']')) {
        rest = &rest[end + 2..];
    }
    rest
}

fn is_assignment(rest: &str) -> bool {
    let rest = rest.trim_start();
    let rest = rest.strip_prefix(['+', '|']).unwrap_or(rest);
    rest.starts_with('=') && !rest.starts_with("==")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"from buildbot.plugins import *
c = BuildmasterConfig = {}
# c['title'] = 'a comment'
c['title'] = 'first'
if c['title'] == 'x': pass
c["title"]='second'
c['www'] = {
    'port': 8010,
    "bogus": 1,
}
c['www']['ui'] = 'x'
c['workers'] = []
c['workers'] += [1]
c['caches']['Changes'] = 1
c.update({'titleURL': 5})
"#;

    #[test]
    fn keys_are_found_where_they_are_set() {
        let source = Source { file: "m.cfg", text: TEXT };
        let cases: [(&[&str], u32); 12] = [
            (&["title"], 6),
            (&["www"], 11),
            (&["www", "ui"], 11),
            (&["www", "bogus"], 9),
            (&["workers"], 13),
            (&["caches", "Changes"], 14),
            (&["caches"], 14),
            (&["titleURL"], 15),
            (&["workers", "nothing"], 13),
            (&["nothing"], 0),
            (&["nothing", "at all"], 0),
            (&[], 0),
        ];
        for (keys, line) in cases {
            assert_eq!(source.place(keys), Place { file: "m.cfg".to_owned(), line }, "{keys:?}");
        }
    }
}
