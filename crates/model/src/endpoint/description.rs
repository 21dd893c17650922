//! An endpoint string in its pieces: `kind:value:name=value:…`, with a backslash before characters that are meant as
//! themselves.

use std::collections::BTreeMap;

use super::{EndpointError, fault};

/// A string that has been taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The first piece.
    pub kind: String,
    positional: Vec<String>,
    named: Vec<(String, String)>,
}

/// The options of a description, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments(BTreeMap<&'static str, String>);

impl Arguments {
    /// Takes an option out.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }
}

impl Description {
    /// Takes a string apart.
    pub fn parse(text: &str) -> Result<Description, EndpointError> {
        let mut pieces = Pieces::default();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match character {
                ':' => pieces.end(),
                // Only the first of a piece ends a name.
                '=' if pieces.name.is_none() => pieces.name = Some(std::mem::take(&mut pieces.text)),
                '\\' => match characters.next() {
                    Some(meant) => pieces.text.push(meant),
                    None => return fault("a backslash at the end escapes nothing"),
                },
                other => pieces.text.push(other),
            }
        }
        pieces.end();
        let mut positional = pieces.positional.into_iter();
        match positional.next() {
            Some(kind) => Ok(Description { kind, positional: positional.collect(), named: pieces.named }),
            None => fault(format!("'{text}' names no kind of endpoint")),
        }
    }

    /// Whether there is nothing but the first piece.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.positional.is_empty() && self.named.is_empty()
    }

    /// The rest as a description of its own, for endpoints that wrap another one.
    #[must_use]
    pub fn inner(self) -> Option<Description> {
        let mut positional = self.positional.into_iter();
        Some(Description { kind: positional.next()?, positional: positional.collect(), named: self.named })
    }

    /// The options, by name; those without one have the names of `order`.
    pub fn arguments(self, order: &[&'static str]) -> Result<Arguments, EndpointError> {
        let Description { kind, positional, named } = self;
        if positional.len() > order.len() {
            return fault(format!("{kind} has too many parts"));
        }
        let mut found: BTreeMap<&'static str, String> = order.iter().copied().zip(positional).collect();
        for (given, value) in named {
            let Some(name) = order.iter().find(|name| **name == given) else {
                return fault(format!("'{given}' is no option of {kind}; there are {}", order.join(", ")));
            };
            if found.insert(name, value).is_some() {
                return fault(format!("{given} is given twice"));
            }
        }
        Ok(Arguments(found))
    }
}

#[derive(Default)]
struct Pieces {
    positional: Vec<String>,
    named: Vec<(String, String)>,
    name: Option<String>,
    text: String,
}

impl Pieces {
    fn end(&mut self) {
        let text = std::mem::take(&mut self.text);
        match self.name.take() {
            Some(name) => self.named.push((name, text)),
            None => self.positional.push(text),
        }
    }
}

/// The text with a backslash before all that would end it.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | ':' | '=') {
            quoted.push('\\');
        }
        quoted.push(character);
    }
    quoted
}
