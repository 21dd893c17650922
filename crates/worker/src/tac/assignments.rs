//! The plain values that any `buildbot.tac` assigns: a master's as well as a worker's.

use std::collections::BTreeMap;
use std::path::Path;

use super::evaluate::{Script, Value};

/// Values by name.
#[derive(Debug, Default)]
pub struct Assignments(BTreeMap<String, Value>);

impl Assignments {
    /// Reads the text of a file, without running it.
    #[must_use]
    pub fn read(text: &str, file: &Path) -> Assignments {
        Assignments(Script::run(text, file).variables)
    }

    /// A value that is text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// A value that is a whole number.
    #[must_use]
    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.0.get(name) {
            Some(Value::Number(number)) if number.fract() == 0.0 => Some(*number as i64),
            _ => None,
        }
    }
}
