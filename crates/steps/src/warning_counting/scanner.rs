//! Finds the lines that look like warnings, and follows `make` into its directories. Pure.

use ferrobot_config::{Pattern, Value};
use ferrobot_engine::LineObserver;
use ferrobot_model::Stream;

use super::suppression::Warning;

/// So many lines are looked at more closely; a command that warns more often than that has made its point.
const CANDIDATES_MAX: usize = 1_000_000;
/// `make` nests no deeper.
const DIRECTORIES_MAX: usize = 1000;

/// Sees the lines of a command.
pub(super) struct Scanner {
    patterns: Option<Patterns>,
    directories: Vec<String>,
    found: Vec<Candidate>,
}

struct Patterns {
    warning: Pattern,
    enter: Pattern,
    leave: Pattern,
}

/// A line that looks like a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) line: String,
    /// Where its paths are relative to.
    directory: Option<String>,
    /// The first three groups of the pattern.
    groups: [Option<String>; 3],
}

impl Scanner {
    pub(super) fn new(warning: Pattern, enter: Pattern, leave: Pattern) -> Scanner {
        let patterns = Some(Patterns { warning, enter, leave });
        Scanner { patterns, directories: Vec::new(), found: Vec::new() }
    }

    /// One that finds nothing.
    pub(super) fn off() -> Scanner {
        Scanner { patterns: None, directories: Vec::new(), found: Vec::new() }
    }

    /// What was found, in order.
    pub(super) fn found(self) -> Vec<Candidate> {
        self.found
    }

    fn see(&mut self, line: &str) {
        let Some(patterns) = &self.patterns else { return };
        if let Some(groups) = matched(&patterns.enter, line) {
            if self.directories.len() < DIRECTORIES_MAX {
                self.directories.push(groups[0].clone().unwrap_or_default());
            }
            return;
        }
        if patterns.leave.matches(line) {
            self.directories.pop();
            return;
        }
        if self.found.len() < CANDIDATES_MAX
            && let Some(groups) = matched(&patterns.warning, line)
        {
            let directory = self.directories.last().filter(|directory| !directory.is_empty()).cloned();
            self.found.push(Candidate { line: line.to_owned(), directory, groups });
        }
    }
}

impl LineObserver for Scanner {
    fn line(&mut self, _stream: &Stream, line: &str) {
        self.see(line);
    }
}

/// The first three groups of a match at the beginning of the line.
fn matched(pattern: &Pattern, line: &str) -> Option<[Option<String>; 3]> {
    if !pattern.matches(line) {
        return None;
    }
    let groups = pattern.captures(line)?;
    let group = |index: usize| groups.get(index).copied().flatten().map(str::to_owned);
    Some([group(1), group(2), group(3)])
}

impl Candidate {
    /// `warnExtractWholeLine`: nothing but the text.
    pub(super) fn whole_line(self) -> Warning {
        Warning { file: None, number: None, text: self.line.clone(), line: self.line }
    }

    /// `warnExtractFromRegexpGroups`: file, line and text are the pattern's groups.
    pub(super) fn by_groups(self) -> Warning {
        let [file, number, text] = self.groups.clone();
        let number = number.and_then(|number| number.trim().parse().ok());
        self.warning(file, number, text.unwrap_or_default())
    }

    /// What a function of the configuration returned: file, line and text.
    pub(super) fn read_extracted(self, extracted: &Value) -> Result<Warning, String> {
        let Some([file, number, text]) = extracted.as_list() else {
            return Err("'warningExtractor' must return file, line and text".to_owned());
        };
        let number = match number {
            Value::Int(number) => Some(*number),
            _ => None,
        };
        let text = text.as_str().unwrap_or_default().to_owned();
        Ok(self.warning(file.as_str().map(str::to_owned), number, text))
    }

    fn warning(self, file: Option<String>, number: Option<i64>, text: String) -> Warning {
        let file = match (file, &self.directory) {
            (Some(file), Some(directory)) if !file.is_empty() => Some(format!("{directory}/{file}")),
            (file, _) => file,
        };
        Warning { file, number, text, line: self.line }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ENTER_PATTERN, LEAVE_PATTERN, WARNING_PATTERN};
    use super::*;

    fn scan(warning: &str, lines: &str) -> Vec<Candidate> {
        let pattern = |text: &str| Pattern::new(text).unwrap();
        let mut scanner = Scanner::new(pattern(warning), pattern(ENTER_PATTERN), pattern(LEAVE_PATTERN));
        for line in lines.lines() {
            scanner.line(&Stream::Stdout, line);
        }
        scanner.found()
    }

    const OUTPUT: &str = "make: Entering directory `/src/lib'
a.c:3: warning: unused variable
sub/x.h:1: deprecated warning: old
make: Leaving directory `/src/lib'
b.c:9: Warning: capital
all fine here
warnings being treated
";

    #[test]
    fn lines_are_those_of_the_recorded_build() {
        let lines: Vec<String> = scan(WARNING_PATTERN, OUTPUT).into_iter().map(|found| found.line).collect();
        let expected =
            ["a.c:3: warning: unused variable", "sub/x.h:1: deprecated warning: old", "b.c:9: Warning: capital"];
        assert_eq!(lines, expected);
        assert!(Scanner::off().found().is_empty());
    }

    #[test]
    fn files_are_below_the_directory_that_make_is_in() {
        let warnings: Vec<Warning> =
            scan(r"^(.*?):([0-9]+): (.*)$", OUTPUT).into_iter().map(Candidate::by_groups).collect();
        let seen: Vec<_> =
            warnings.iter().map(|found| (found.file.as_deref(), found.number, found.text.as_str())).collect();
        let expected = [
            (Some("/src/lib/a.c"), Some(3), "warning: unused variable"),
            (Some("/src/lib/sub/x.h"), Some(1), "deprecated warning: old"),
            (Some("b.c"), Some(9), "Warning: capital"),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn functions_of_the_configuration_return_three_things() {
        let candidate = scan(WARNING_PATTERN, "x warning: y").remove(0);
        let extracted = Value::Tuple(vec!["f".into(), Value::Int(4), "t".into()]);
        let warning = candidate.clone().read_extracted(&extracted).unwrap();
        assert_eq!((warning.file.as_deref(), warning.number, warning.text.as_str()), (Some("f"), Some(4), "t"));
        assert!(candidate.read_extracted(&Value::None).is_err());
    }
}
