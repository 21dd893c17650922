//! Faults of a configuration: collected, all of them, each with its place.

use std::collections::HashSet;

use crate::Place;

/// One fault of the user's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// What is wrong, on what, and what to do.
    pub message: String,
    /// Where.
    pub place: Place,
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// Faults and warnings gathered so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors {
    /// Any of these refuses the configuration.
    pub errors: Vec<ConfigError>,
    /// These are shown, and the configuration is used.
    pub warnings: Vec<ConfigError>,
}

impl Errors {
    /// Adds a fault.
    pub fn error(&mut self, place: &Place, message: impl Into<String>) {
        self.errors.push(ConfigError { message: message.into(), place: place.clone() });
    }

    /// Forgets what is told a second time in the same words about the same place, as a loop in the file would.
    pub fn forget_repeated(&mut self) {
        for faults in [&mut self.errors, &mut self.warnings] {
            let mut seen = HashSet::new();
            faults.retain(|fault| seen.insert((fault.message.clone(), fault.place.file.clone(), fault.place.line)));
        }
    }

    /// Adds a warning.
    pub fn warning(&mut self, place: &Place, message: impl Into<String>) {
        self.warnings.push(ConfigError { message: message.into(), place: place.clone() });
    }
}
