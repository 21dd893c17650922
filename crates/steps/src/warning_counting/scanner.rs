//! Finds the lines that look like warnings, and follows `make` into its directories. Pure.

use ferrobot_config::{Pattern, Value};
use ferrobot_engine::{LineObserver, proxy};
use ferrobot_model::Stream;
use serde_json::json;

use super::suppression::Warning;

/// So many lines are looked at more closely; a command that warns more often than that has made its point.
const CANDIDATES_MAX: usize = 1_000_000;
/// `make` nests no deeper.
const DIRECTORIES_MAX: usize = 1000;

/// What is looked for.
pub(super) struct Patterns {
    pub(super) warning: Pattern,
    pub(super) enter: Pattern,
    pub(super) leave: Pattern,
}

/// Sees the lines of a command.
pub(super) struct Scanner<'a> {
    patterns: &'a Patterns,
    directories: Vec<String>,
    found: Vec<Candidate<'a>>,
}

/// A line that looks like a warning.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'a> {
    pub(super) line: String,
    pattern: &'a Pattern,
    /// Where its paths are relative to.
    directory: String,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(patterns: &'a Patterns) -> Scanner<'a> {
        Scanner { patterns, directories: Vec::new(), found: Vec::new() }
    }

    /// What was found, in order.
    pub(super) fn found(self) -> Vec<Candidate<'a>> {
        self.found
    }
}

impl LineObserver for Scanner<'_> {
    fn line(&mut self, _stream: &Stream, line: &str) {
        let Patterns { warning, enter, leave } = self.patterns;
        if let Some(groups) = enter.captures(line) {
            if self.directories.len() < DIRECTORIES_MAX {
                self.directories.push(groups.get(1).copied().flatten().unwrap_or_default().to_owned());
            }
        } else if !self.directories.is_empty() && leave.is_found_in(line) {
            self.directories.pop();
        } else if self.found.len() < CANDIDATES_MAX && warning.matches(line) {
            let directory = self.directories.join("/");
            self.found.push(Candidate { line: line.to_owned(), pattern: warning, directory });
        }
    }
}

impl Candidate<'_> {
    /// `warnExtractWholeLine`: nothing but the text.
    pub(super) fn whole_line(&self) -> Warning {
        Warning { file: None, number: None, text: self.line.clone() }
    }

    /// `warnExtractFromRegexpGroups`: file, line and text are the pattern's groups.
    pub(super) fn by_groups(&self) -> Warning {
        let groups = self.pattern.captures(&self.line).unwrap_or_default();
        let group = |index: usize| groups.get(index).copied().flatten();
        let number = group(2).and_then(|number| number.trim().parse().ok());
        self.warning(group(1), number, group(3))
    }

    /// What a function of the configuration gets as its match.
    pub(super) fn python_match(&self) -> Value {
        let (pattern, flags) = (self.pattern.text(), self.pattern.flags());
        proxy("match", json!({"pattern": pattern, "flags": flags, "string": self.line}))
    }

    /// What a function of the configuration returned: file, line and text.
    pub(super) fn read_extracted(&self, extracted: &Value) -> Result<Warning, String> {
        let Some([file, number, text]) = extracted.as_list() else {
            return Err("'warningExtractor' must return file, line and text".to_owned());
        };
        let number = match number {
            Value::Int(number) => Some(*number),
            Value::Str(digits) if !digits.is_empty() => {
                let number = digits.trim().parse();
                Some(number.map_err(|_| format!("'warningExtractor' returned '{digits}' as the number of a line"))?)
            }
            _ => None,
        };
        Ok(self.warning(file.as_str(), number, text.as_str()))
    }

    fn warning(&self, file: Option<&str>, number: Option<i64>, text: Option<&str>) -> Warning {
        let file = file.map(|file| {
            let is_below = !file.is_empty() && !self.directory.is_empty();
            if is_below { format!("{}/{file}", self.directory) } else { file.to_owned() }
        });
        Warning { file, number, text: text.unwrap_or_default().to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ENTER_PATTERN, LEAVE_PATTERN, WARNING_PATTERN};
    use super::*;

    fn patterns(warning: &str) -> Patterns {
        let pattern = |text: &str| Pattern::new(text).unwrap();
        Patterns { warning: pattern(warning), enter: pattern(ENTER_PATTERN), leave: pattern(LEAVE_PATTERN) }
    }

    fn scan<'a>(patterns: &'a Patterns, lines: &str) -> Vec<Candidate<'a>> {
        let mut scanner = Scanner::new(patterns);
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
        let patterns = patterns(WARNING_PATTERN);
        let lines: Vec<String> = scan(&patterns, OUTPUT).into_iter().map(|found| found.line).collect();
        let expected =
            ["a.c:3: warning: unused variable", "sub/x.h:1: deprecated warning: old", "b.c:9: Warning: capital"];
        assert_eq!(lines, expected);
    }

    /// File, line and text of each warning.
    fn by_groups(lines: &str) -> Vec<(Option<String>, Option<i64>, String)> {
        let patterns = patterns(r"^(.*?):([0-9]+): (.*)$");
        let warnings = scan(&patterns, lines).into_iter().map(|found| found.by_groups());
        warnings.map(|warning| (warning.file, warning.number, warning.text)).collect()
    }

    #[test]
    fn files_are_below_the_directory_that_make_is_in() {
        let found = |file: &str, number, text: &str| (Some(file.to_owned()), Some(number), text.to_owned());
        let expected = [
            found("/src/lib/a.c", 3, "warning: unused variable"),
            found("/src/lib/sub/x.h", 1, "deprecated warning: old"),
            found("b.c", 9, "Warning: capital"),
        ];
        assert_eq!(by_groups(OUTPUT), expected);
    }

    #[test]
    fn directories_are_put_together_wherever_they_stand_in_the_line() {
        let output = "gmake[1]: Entering directory 'lib'\ngmake[2]: Entering directory 'sub'\na.c:1: x\n\
                      gmake[2]: Leaving directory 'sub'\nb.c:1: x\n";
        let files: Vec<_> = by_groups(output).into_iter().filter_map(|(file, ..)| file).collect();
        assert_eq!(files, ["lib/sub/a.c", "lib/b.c"]);
        // Where no directory was entered, the line may be a warning.
        assert_eq!(by_groups("make:1: Leaving directory").len(), 1);
    }

    #[test]
    fn functions_of_the_configuration_return_three_things() {
        let patterns = patterns(WARNING_PATTERN);
        let candidate = scan(&patterns, "x warning: y").remove(0);
        let read = |number: Value| candidate.read_extracted(&Value::Tuple(vec!["f".into(), number, "t".into()]));
        for number in [Value::Int(4), "4".into()] {
            let warning = read(number).unwrap();
            assert_eq!((warning.file.as_deref(), warning.number, warning.text.as_str()), (Some("f"), Some(4), "t"));
        }
        assert_eq!(read(Value::None).unwrap().number, None);
        assert!(read("four".into()).is_err());
        assert!(candidate.read_extracted(&Value::None).is_err());
    }
}
