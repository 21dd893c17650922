//! Rendered parameters as the values that a step needs. One of a wrong type ends the step, with a sentence that names it.

use std::collections::BTreeMap;

use ferrobot_config::Value;
use ferrobot_engine::StepError;
use ferrobot_model::EnvironmentValue;

use crate::repr::repr;

/// A fault of the step's own that its log tells.
pub(crate) fn fault(message: impl Into<String>) -> StepError {
    StepError::Exception(message.into())
}

/// Text that has to be there.
pub(crate) fn text(parameter: &str, value: &Value) -> Result<String, StepError> {
    match value {
        Value::Str(text) => Ok(text.clone()),
        Value::Bytes(bytes) => Ok(String::from_utf8_lossy(bytes).into_owned()),
        other => Err(fault(format!("'{parameter}' must be text, but it is {}", repr(other)))),
    }
}

/// Text that may be missing.
pub(crate) fn optional_text(parameter: &str, value: &Value) -> Result<Option<String>, StepError> {
    match value {
        Value::None => Ok(None),
        other => text(parameter, other).map(Some),
    }
}

/// Texts: a list, or a single one.
pub(crate) fn texts(parameter: &str, value: &Value) -> Result<Vec<String>, StepError> {
    match value {
        Value::None => Ok(Vec::new()),
        Value::List(items) | Value::Tuple(items) => items.iter().map(|item| text(parameter, item)).collect(),
        single => Ok(vec![text(parameter, single)?]),
    }
}

/// A number of seconds that may be missing.
pub(crate) fn seconds(parameter: &str, value: &Value) -> Result<Option<f64>, StepError> {
    match value {
        Value::None => Ok(None),
        Value::Int(number) => Ok(Some(*number as f64)),
        Value::Float(number) if number.is_finite() => Ok(Some(*number)),
        other => Err(fault(format!("'{parameter}' must be a number of seconds or None, but it is {}", repr(other)))),
    }
}

/// A whole number that may be missing.
pub(crate) fn whole(parameter: &str, value: &Value) -> Result<Option<i64>, StepError> {
    match value {
        Value::None => Ok(None),
        Value::Int(number) => Ok(Some(*number)),
        other => Err(fault(format!("'{parameter}' must be an int or None, but it is {}", repr(other)))),
    }
}

/// Environment variables for a command on the worker.
pub(crate) fn environment(value: &Value) -> Result<BTreeMap<String, EnvironmentValue>, StepError> {
    let entries = match value {
        Value::None => return Ok(BTreeMap::new()),
        Value::Dict(entries) => entries,
        other => return Err(fault(format!("'env' must be a dict, but it is {}", repr(other)))),
    };
    entries.iter().map(|(name, value)| Ok((text("env", name)?, variable(value)?))).collect()
}

fn variable(value: &Value) -> Result<EnvironmentValue, StepError> {
    match value {
        Value::None => Ok(EnvironmentValue::Unset),
        Value::List(_) | Value::Tuple(_) => Ok(EnvironmentValue::Join(texts("env", value)?)),
        Value::Int(number) => Ok(EnvironmentValue::Set(number.to_string())),
        single => Ok(EnvironmentValue::Set(text("env", single)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_types_are_named() {
        assert_eq!(text("dir", &"x".into()).unwrap(), "x");
        assert_eq!(text("dir", &Value::Int(3)).unwrap_err().to_string(), "'dir' must be text, but it is 3");
        assert_eq!(texts("names", &"one".into()).unwrap(), ["one"]);
        assert_eq!(texts("names", &Value::Tuple(vec!["a".into(), "b".into()])).unwrap(), ["a", "b"]);
        assert_eq!(seconds("timeout", &Value::Int(2)).unwrap(), Some(2.0));
        assert_eq!(seconds("timeout", &Value::None).unwrap(), None);
        assert!(seconds("timeout", &"soon".into()).is_err());
        assert_eq!(whole("maxLines", &Value::Int(5)).unwrap(), Some(5));
    }
    #[test]
    fn variables_are_set_joined_or_unset() {
        let dict = Value::Dict(vec![
            ("A".into(), "x".into()),
            ("L".into(), Value::List(vec!["a".into(), "b".into()])),
            ("N".into(), Value::None),
        ]);
        let expected = [
            ("A", EnvironmentValue::Set("x".to_owned())),
            ("L", EnvironmentValue::Join(vec!["a".to_owned(), "b".to_owned()])),
            ("N", EnvironmentValue::Unset),
        ];
        assert_eq!(environment(&dict).unwrap(), expected.map(|(name, value)| (name.to_owned(), value)).into());
        assert!(environment(&"x".into()).is_err());
    }
}
