//! Build properties: JSON values, each with the source that set it (manual section "Properties").

use std::collections::BTreeMap;

use serde_json::Value;

/// One property.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// Any JSON value.
    pub value: Value,
    /// Who set it, for example `Scheduler` or the name of a step.
    pub source: String,
    /// Set while the build ran: not copied when the build is rebuilt.
    pub runtime: bool,
}

/// A set of properties; a later `set` of the same name wins.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Properties(BTreeMap<String, Property>);

impl Properties {
    /// An empty set.
    #[must_use]
    pub fn new() -> Properties {
        Properties::default()
    }

    /// Sets a property that was known before the build ran.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<Value>, source: impl Into<String>) {
        self.0.insert(name.into(), Property { value: value.into(), source: source.into(), runtime: false });
    }

    /// Sets a property that the running build found out.
    pub fn set_runtime(&mut self, name: impl Into<String>, value: impl Into<Value>, source: impl Into<String>) {
        self.0.insert(name.into(), Property { value: value.into(), source: source.into(), runtime: true });
    }

    /// The value of a property.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).map(|property| &property.value)
    }

    /// The property with its source.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.0.get(name)
    }

    /// Whether the property is set.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// All, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Property)> {
        self.0.iter().map(|(name, property)| (name.as_str(), property))
    }

    /// Takes over every property of `other`, which wins.
    pub fn update(&mut self, other: &Properties) {
        for (name, property) in &other.0 {
            self.0.insert(name.clone(), property.clone());
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As the API shows them: `{name: [value, source]}`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.0
            .iter()
            .map(|(name, property)| {
                (name.clone(), Value::Array(vec![property.value.clone(), Value::String(property.source.clone())]))
            })
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}
