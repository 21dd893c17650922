//! Computes the plain values of a `buildbot.tac`, and finds the call that makes the worker.

use std::collections::BTreeMap;
use std::path::Path;

use super::tokens::{Statement, Token, statements};

/// Expressions may be nested so deep.
const DEPTH_MAX: usize = 32;
/// A file with a password in it is shorter.
const READ_BYTES_MAX: u64 = 64 * 1024;

/// A value of the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    None,
    Flag(bool),
    Number(f64),
    Text(String),
    /// Only Python knows.
    Computed {
        line: usize,
    },
}

impl Value {
    pub(super) fn is_true(&self) -> bool {
        match self {
            Value::None | Value::Computed { .. } => false,
            Value::Flag(flag) => *flag,
            Value::Number(number) => *number != 0.0,
            Value::Text(text) => !text.is_empty(),
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::None => f.write_str("None"),
            Value::Flag(flag) => f.write_str(if *flag { "True" } else { "False" }),
            Value::Number(number) => write!(f, "{number}"),
            Value::Text(text) => write!(f, "'{text}'"),
            Value::Computed { line } => write!(f, "what line {line} computes"),
        }
    }
}

/// The arguments of a call.
#[derive(Debug, Default)]
pub(super) struct Call {
    places: Vec<Value>,
    names: BTreeMap<String, Value>,
}

impl Call {
    pub(super) fn argument(&self, place: usize, name: &str) -> Option<&Value> {
        self.names.get(name).or_else(|| self.places.get(place))
    }
}

/// What running the file would give.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) variables: BTreeMap<String, Value>,
    /// The arguments of `Worker(…)`.
    pub(super) worker: Option<Call>,
    /// The file rotates its own log.
    pub(super) sets_log_observer: bool,
}

impl Script {
    pub(super) fn run(text: &str, file: &Path) -> Script {
        let mut script = Script::default();
        script.variables.insert("__file__".to_owned(), Value::Text(file.to_string_lossy().into_owned()));
        for statement in statements(text) {
            script.execute(&statement);
        }
        script
    }

    fn execute(&mut self, statement: &Statement) {
        let tokens = statement.tokens.as_slice();
        let (target, expression) = match tokens {
            [Token::Name(name), Token::Sign('='), rest @ ..] if rest.first() != Some(&Token::Sign('=')) => {
                (Some(name), rest)
            }
            _ => (None, tokens),
        };
        let is_observer = |token: &Token| matches!(token, Token::Name(name) if name == "ILogObserver");
        if tokens.iter().any(|token| matches!(token, Token::Name(name) if name == "setComponent")) {
            self.sets_log_observer |= tokens.iter().any(is_observer);
        }
        let mut parser = Parser { script: self, tokens: expression, at: 0, line: statement.line, depth: 0 };
        if let Some(call) = parser.worker_call() {
            self.worker = Some(call);
        } else if let Some(name) = target {
            let value = parser.whole().unwrap_or(Value::Computed { line: statement.line });
            self.variables.insert(name.clone(), value);
        }
    }
}

struct Parser<'a> {
    script: &'a Script,
    tokens: &'a [Token],
    at: usize,
    line: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<&'a Token> {
        self.at += 1;
        self.tokens.get(self.at - 1)
    }

    fn accept(&mut self, sign: char) -> bool {
        let found = self.peek() == Some(&Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    /// `Worker(…)`, also under a module's name or under its older names.
    fn worker_call(&mut self) -> Option<Call> {
        let path = self.dotted_name()?;
        if !matches!(path.last()?.as_str(), "Worker" | "BuildSlave" | "Buildslave") || !self.accept('(') {
            self.at = 0;
            return None;
        }
        self.arguments()
    }

    fn dotted_name(&mut self) -> Option<Vec<String>> {
        let mut path = Vec::new();
        loop {
            let Some(Token::Name(name)) = self.peek() else { return None };
            path.push(name.clone());
            self.at += 1;
            if !self.accept('.') {
                return Some(path);
            }
        }
    }

    /// Arguments up to the closing bracket. What is not understood becomes [`Value::Computed`].
    fn arguments(&mut self) -> Option<Call> {
        let mut call = Call::default();
        loop {
            if self.accept(')') {
                return Some(call);
            }
            let name = match self.tokens.get(self.at..self.at + 2) {
                Some([Token::Name(name), Token::Sign('=')]) => {
                    self.at += 2;
                    Some(name.clone())
                }
                _ => None,
            };
            let start = self.at;
            let value = match self.expression() {
                Some(value) if matches!(self.peek(), Some(Token::Sign(',' | ')'))) => value,
                _ => {
                    self.at = start;
                    self.skip_argument()?;
                    Value::Computed { line: self.line }
                }
            };
            match name {
                Some(name) => {
                    call.names.insert(name, value);
                }
                None => call.places.push(value),
            }
            if !self.accept(',') && self.peek() != Some(&Token::Sign(')')) {
                return None;
            }
        }
    }

    fn skip_argument(&mut self) -> Option<()> {
        let mut open = 0usize;
        loop {
            match self.peek()? {
                Token::Sign('(' | '[' | '{') => open += 1,
                Token::Sign(')' | ',') if open == 0 => return Some(()),
                Token::Sign(')' | ']' | '}') => open = open.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
        }
    }

    /// The expression, when it is all that is left.
    fn whole(&mut self) -> Option<Value> {
        let value = self.expression()?;
        (self.at == self.tokens.len()).then_some(value)
    }

    /// Operands joined by `+` or `or`.
    fn expression(&mut self) -> Option<Value> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return None;
        }
        let mut value = self.operand()?;
        loop {
            if self.accept('+') {
                value = match (value, self.operand()?) {
                    (Value::Text(left), Value::Text(right)) => Value::Text(left + &right),
                    (Value::Number(left), Value::Number(right)) => Value::Number(left + right),
                    _ => return None,
                };
            } else if matches!(self.peek(), Some(Token::Name(name)) if name == "or") {
                self.at += 1;
                let other = self.operand()?;
                if matches!(value, Value::Computed { .. }) {
                    return None;
                }
                value = if value.is_true() { value } else { other };
            } else {
                self.depth -= 1;
                return Some(value);
            }
        }
    }

    fn operand(&mut self) -> Option<Value> {
        let value = match self.next()? {
            Token::Number(number) => Value::Number(*number),
            Token::Sign('-') => match self.operand()? {
                Value::Number(number) => Value::Number(-number),
                _ => return None,
            },
            Token::Sign('(') => {
                let value = self.expression()?;
                if !self.accept(')') {
                    return None;
                }
                value
            }
            Token::Text(text) => {
                let mut text = text.clone();
                while let Some(Token::Text(more)) = self.peek() {
                    text.push_str(more);
                    self.at += 1;
                }
                Value::Text(text)
            }
            Token::Name(_) => {
                self.at -= 1;
                self.named()?
            }
            Token::Sign(_) | Token::Unknown => return None,
        };
        self.methods(value)
    }

    fn named(&mut self) -> Option<Value> {
        let path = self.dotted_name()?;
        let name = path.join(".");
        if self.accept('(') {
            let call = self.arguments()?;
            return call_function(&name, &call);
        }
        if name == "os.environ" && self.accept('[') {
            let Value::Text(key) = self.expression()? else { return None };
            return (self.accept(']')).then(|| std::env::var(key).ok()).flatten().map(Value::Text);
        }
        match name.as_str() {
            "None" => Some(Value::None),
            "True" => Some(Value::Flag(true)),
            "False" => Some(Value::Flag(false)),
            "os.sep" => Some(Value::Text("/".to_owned())),
            name => self.script.variables.get(name).cloned(),
        }
    }

    /// `.read()`, `.strip()` and the like behind a value.
    fn methods(&mut self, mut value: Value) -> Option<Value> {
        while self.accept('.') {
            let Some(Token::Name(method)) = self.next() else { return None };
            if !self.accept('(') || !self.accept(')') {
                return None;
            }
            let Value::Text(text) = &value else { return None };
            value = Value::Text(match method.as_str() {
                // The content is read when the file is opened.
                "read" => text.clone(),
                "strip" => text.trim().to_owned(),
                "rstrip" => text.trim_end().to_owned(),
                "lstrip" => text.trim_start().to_owned(),
                _ => return None,
            });
        }
        Some(value)
    }
}

fn call_function(name: &str, call: &Call) -> Option<Value> {
    let text = |place: usize| match call.places.get(place) {
        Some(Value::Text(text)) => Some(text.as_str()),
        _ => None,
    };
    match name {
        "os.environ.get" | "os.getenv" => match std::env::var(text(0)?) {
            Ok(value) => Some(Value::Text(value)),
            Err(_) => Some(call.places.get(1).cloned().unwrap_or(Value::None)),
        },
        "int" | "float" => match call.places.first()? {
            Value::Number(number) => Some(Value::Number(*number)),
            Value::Text(text) => text.trim().parse().ok().map(Value::Number),
            _ => None,
        },
        "str" => match call.places.first()? {
            Value::Text(text) => Some(Value::Text(text.clone())),
            Value::Number(number) => Some(Value::Text(number.to_string())),
            _ => None,
        },
        "os.path.abspath" | "os.path.realpath" => Some(Value::Text(absolute(text(0)?))),
        "os.path.dirname" => {
            let parent = Path::new(text(0)?).parent()?.to_string_lossy().into_owned();
            Some(Value::Text(parent))
        }
        "os.path.expanduser" => {
            let path = text(0)?;
            let home = std::env::var("HOME").unwrap_or_default();
            Some(Value::Text(path.strip_prefix('~').map_or_else(|| path.to_owned(), |rest| format!("{home}{rest}"))))
        }
        "os.path.join" => {
            let mut path = std::path::PathBuf::new();
            for part in &call.places {
                let Value::Text(part) = part else { return None };
                path.push(part);
            }
            Some(Value::Text(path.to_string_lossy().into_owned()))
        }
        "os.getcwd" => Some(Value::Text(absolute("."))),
        "open" => {
            use std::io::Read as _;
            let mut content = String::new();
            std::fs::File::open(text(0)?).ok()?.take(READ_BYTES_MAX).read_to_string(&mut content).ok()?;
            Some(Value::Text(content))
        }
        _ => None,
    }
}

fn absolute(path: &str) -> String {
    let place = if path.is_empty() { Path::new(".") } else { Path::new(path) };
    std::path::absolute(place).map_or_else(|_| path.to_owned(), |path| path.to_string_lossy().into_owned())
}
