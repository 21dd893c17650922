//! Where and why a text is not JSON, in the words of Python's decoder: Buildbot answers with them.

use serde_json::Value;

/// Deeper nesting is not looked into.
const DEPTH_MAX: usize = 100;

/// Reads JSON; the error is Python's.
pub(crate) fn parse(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| explain(text).unwrap_or_else(|| error.to_string()))
}

/// The first error, or nothing when Python would take the text (it reads `NaN`).
fn explain(text: &str) -> Option<String> {
    let mut scanner = Scanner { characters: text.chars().collect(), at: 0 };
    let found = scanner.document().err()?;
    let before = &scanner.characters[..found.at.min(scanner.characters.len())];
    let line = before.iter().filter(|character| **character == '\n').count() + 1;
    let line_start = before.iter().rposition(|character| *character == '\n').map_or(0, |newline| newline + 1);
    Some(format!("{}: line {line} column {} (char {})", found.why, found.at - line_start + 1, found.at))
}

struct Fault {
    why: &'static str,
    at: usize,
}

struct Scanner {
    characters: Vec<char>,
    at: usize,
}

impl Scanner {
    fn document(&mut self) -> Result<(), Fault> {
        self.blanks();
        self.value(0)?;
        self.blanks();
        if self.at < self.characters.len() { self.fail("Extra data") } else { Ok(()) }
    }

    fn value(&mut self, depth: usize) -> Result<(), Fault> {
        match self.peek() {
            Some('"') => self.string(),
            Some('{') if depth < DEPTH_MAX => self.object(depth),
            Some('[') if depth < DEPTH_MAX => self.array(depth),
            _ if self.word() || self.number() => Ok(()),
            _ => self.fail("Expecting value"),
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), Fault> {
        self.at += 1;
        self.blanks();
        if self.takes('}') {
            return Ok(());
        }
        loop {
            if self.peek() != Some('"') {
                return self.fail("Expecting property name enclosed in double quotes");
            }
            self.string()?;
            self.blanks();
            if !self.takes(':') {
                return self.fail("Expecting ':' delimiter");
            }
            self.blanks();
            self.value(depth + 1)?;
            self.blanks();
            if self.takes('}') {
                return Ok(());
            }
            if !self.takes(',') {
                return self.fail("Expecting ',' delimiter");
            }
            self.blanks();
        }
    }

    fn array(&mut self, depth: usize) -> Result<(), Fault> {
        self.at += 1;
        self.blanks();
        if self.takes(']') {
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            self.blanks();
            if self.takes(']') {
                return Ok(());
            }
            if !self.takes(',') {
                return self.fail("Expecting ',' delimiter");
            }
            self.blanks();
        }
    }

    fn string(&mut self) -> Result<(), Fault> {
        let start = self.at;
        self.at += 1;
        loop {
            let Some(character) = self.peek() else {
                return Err(Fault { why: "Unterminated string starting at", at: start });
            };
            match character {
                '"' => {
                    self.at += 1;
                    return Ok(());
                }
                '\\' => self.escape(start)?,
                '\0'..='\x1f' => return self.fail("Invalid control character at"),
                _ => self.at += 1,
            }
        }
    }

    fn escape(&mut self, start: usize) -> Result<(), Fault> {
        let backslash = self.at;
        match self.characters.get(backslash + 1) {
            None => Err(Fault { why: "Unterminated string starting at", at: start }),
            Some('u') => {
                let digits = self.characters.get(backslash + 2..backslash + 6).unwrap_or_default();
                if digits.len() == 4 && digits.iter().all(char::is_ascii_hexdigit) {
                    self.at += 6;
                    Ok(())
                } else {
                    Err(Fault { why: "Invalid \\uXXXX escape", at: backslash + 1 })
                }
            }
            Some('"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't') => {
                self.at += 2;
                Ok(())
            }
            Some(_) => self.fail("Invalid \\escape"),
        }
    }

    fn word(&mut self) -> bool {
        let words = ["null", "true", "false", "NaN", "Infinity", "-Infinity"];
        let rest = &self.characters[self.at..];
        let starts = |word: &&&str| rest.len() >= word.len() && word.chars().eq(rest[..word.len()].iter().copied());
        match words.iter().find(starts) {
            None => false,
            Some(word) => {
                self.at += word.len();
                true
            }
        }
    }

    fn number(&mut self) -> bool {
        let mut at = self.at;
        if self.characters.get(at) == Some(&'-') {
            at += 1;
        }
        let digits = |from: usize| self.characters[from..].iter().take_while(|digit| digit.is_ascii_digit()).count();
        match self.characters.get(at) {
            Some('0') => at += 1,
            Some('1'..='9') => at += digits(at),
            _ => return false,
        }
        if self.characters.get(at) == Some(&'.') && digits(at + 1) > 0 {
            at += 1 + digits(at + 1);
        }
        if matches!(self.characters.get(at), Some('e' | 'E')) {
            let signed = usize::from(matches!(self.characters.get(at + 1), Some('+' | '-')));
            let exponent = digits((at + 1 + signed).min(self.characters.len()));
            if exponent > 0 {
                at += 1 + signed + exponent;
            }
        }
        self.at = at;
        true
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\n' | '\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn takes(&mut self, wanted: char) -> bool {
        let there = self.peek() == Some(wanted);
        self.at += usize::from(there);
        there
    }

    fn fail(&self, why: &'static str) -> Result<(), Fault> {
        Err(Fault { why, at: self.at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_named_as_python_names_them() {
        let cases = [
            ("", "Expecting value: line 1 column 1 (char 0)"),
            ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
            ("{\"a\":", "Expecting value: line 1 column 6 (char 5)"),
            ("{\"a\" 1}", "Expecting ':' delimiter: line 1 column 6 (char 5)"),
            ("[1,", "Expecting value: line 1 column 4 (char 3)"),
            ("[1 2]", "Expecting ',' delimiter: line 1 column 4 (char 3)"),
            ("nul", "Expecting value: line 1 column 1 (char 0)"),
            ("\"abc", "Unterminated string starting at: line 1 column 1 (char 0)"),
            ("{\"a\":1} x", "Extra data: line 1 column 9 (char 8)"),
            ("{\"a\":1,}", "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)"),
            ("\"\\q\"", "Invalid \\escape: line 1 column 2 (char 1)"),
            ("\"a\nb\"", "Invalid control character at: line 1 column 3 (char 2)"),
            ("\"\\u12\"", "Invalid \\uXXXX escape: line 1 column 3 (char 2)"),
            ("-", "Expecting value: line 1 column 1 (char 0)"),
            ("01", "Extra data: line 1 column 2 (char 1)"),
            ("1.", "Extra data: line 1 column 2 (char 1)"),
            ("1e", "Extra data: line 1 column 2 (char 1)"),
            ("[1,]", "Expecting value: line 1 column 4 (char 3)"),
            ("\n\n  x", "Expecting value: line 3 column 3 (char 4)"),
            ("\"\\", "Unterminated string starting at: line 1 column 1 (char 0)"),
            ("{\"\u{fc}\":1,\"b\"", "Expecting ':' delimiter: line 1 column 11 (char 10)"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), Err(expected.to_owned()), "{text:?}");
        }
        assert_eq!(parse(" {\"a\": [1.5e3, true]} "), Ok(serde_json::json!({"a": [1500.0, true]})));
        assert!(parse("NaN").is_err() && parse(&"[".repeat(100_000)).is_err());
    }
}
