//! The words of a Python file, statement by statement; only what a `buildbot.tac` uses.

/// One word.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    Name(String),
    Text(String),
    Number(f64),
    /// An operator or a bracket.
    Sign(char),
    /// Something that is not understood.
    Unknown,
}

/// One statement that is not within an `if`, a function or anything else.
#[derive(Debug, PartialEq)]
pub(super) struct Statement {
    pub(super) line: usize,
    pub(super) tokens: Vec<Token>,
}

/// Splits a file. Indented statements are left out.
pub(super) fn statements(text: &str) -> Vec<Statement> {
    let mut lexer = Lexer { rest: text, line: 1, depth: 0 };
    let mut statements = Vec::new();
    let mut indented = false;
    loop {
        let before = &text[..text.len() - lexer.rest.len()];
        // What follows a semicolon belongs to the statement before it.
        if before.is_empty() || before.ends_with('\n') {
            indented = lexer.rest.starts_with([' ', '\t']);
        }
        let line = lexer.line;
        let tokens = lexer.statement();
        if !indented && !tokens.is_empty() {
            statements.push(Statement { line, tokens });
        }
        if lexer.rest.is_empty() {
            return statements;
        }
    }
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    /// Open brackets: within them a newline is a space.
    depth: usize,
}

impl Lexer<'_> {
    fn statement(&mut self) -> Vec<Token> {
        let mut tokens = Vec::new();
        while let Some(first) = self.rest.chars().next() {
            match first {
                '\n' => {
                    self.skip(1);
                    if self.depth == 0 {
                        return tokens;
                    }
                }
                ';' if self.depth == 0 => {
                    self.skip(1);
                    return tokens;
                }
                '\\' if self.rest[1..].starts_with('\n') => self.skip(2),
                '\\' if self.rest[1..].starts_with("\r\n") => self.skip(3),
                '#' => self.skip(self.rest.find('\n').unwrap_or(self.rest.len())),
                _ if first.is_whitespace() => self.skip(first.len_utf8()),
                _ => tokens.push(self.token(first)),
            }
        }
        tokens
    }

    fn token(&mut self, first: char) -> Token {
        if first.is_ascii_digit() {
            return self.number();
        }
        if let Some(prefix) = self.string_prefix() {
            return self.string(prefix);
        }
        if first.is_alphabetic() || first == '_' {
            let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
            let name = self.rest[..end].to_owned();
            self.skip(end);
            return Token::Name(name);
        }
        self.skip(first.len_utf8());
        match first {
            '(' | '[' | '{' => self.depth += 1,
            ')' | ']' | '}' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        if first.is_ascii_punctuation() { Token::Sign(first) } else { Token::Unknown }
    }

    fn number(&mut self) -> Token {
        let end =
            self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_').unwrap_or(self.rest.len());
        let text = self.rest[..end].replace('_', "").to_lowercase();
        self.skip(end);
        let radix = [("0o", 8), ("0x", 16), ("0b", 2)].into_iter().find_map(|(prefix, radix)| {
            text.strip_prefix(prefix).map(|digits| i64::from_str_radix(digits, radix).ok().map(|number| number as f64))
        });
        // The octal numbers of Python 2, as old files have them.
        let old_octal = || {
            let digits = text
                .strip_prefix('0')
                .filter(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))?;
            Some(i64::from_str_radix(digits, 8).ok().map(|number| number as f64))
        };
        let number = radix.or_else(old_octal).unwrap_or_else(|| text.parse().ok());
        number.map_or(Token::Unknown, Token::Number)
    }

    /// Length of `r`, `b`, `u` in front of a quote; `None` when here is no string.
    fn string_prefix(&self) -> Option<usize> {
        let letters = self.rest.bytes().take_while(|byte| b"rRbBuU".contains(byte)).count();
        let quoted = self.rest.as_bytes().get(letters).is_some_and(|byte| matches!(byte, b'\'' | b'"'));
        (letters <= 2 && quoted).then_some(letters)
    }

    fn string(&mut self, prefix: usize) -> Token {
        let raw = self.rest[..prefix].contains(['r', 'R']);
        self.skip(prefix);
        let quote = &self.rest[..1];
        let triple = quote.repeat(3);
        let end = if self.rest.starts_with(&triple) { triple } else { quote.to_owned() };
        self.skip(end.len());
        let mut text = String::new();
        while !self.rest.starts_with(&end) {
            let Some(character) = self.rest.chars().next() else { return Token::Unknown };
            if character == '\n' && end.len() == 1 {
                return Token::Unknown;
            }
            self.skip(character.len_utf8());
            match character {
                '\\' if raw => {
                    text.push('\\');
                    if let Some(next) = self.rest.chars().next() {
                        text.push(next);
                        self.skip(next.len_utf8());
                    }
                }
                '\\' => self.escape(&mut text),
                other => text.push(other),
            }
        }
        self.skip(end.len());
        Token::Text(text)
    }

    fn escape(&mut self, text: &mut String) {
        let Some(kind) = self.rest.chars().next() else { return };
        self.skip(kind.len_utf8());
        let digits = match kind {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        match kind {
            '\n' => {}
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            '\\' | '\'' | '"' => text.push(kind),
            _ if digits > 0 => {
                let code = self.rest.get(..digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                if let Some(character) = code.and_then(char::from_u32) {
                    text.push(character);
                    self.skip(digits);
                }
            }
            other => {
                text.push('\\');
                text.push(other);
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        let (skipped, rest) = self.rest.split_at(bytes);
        self.line += skipped.matches('\n').count();
        self.rest = rest;
    }
}
