//! Operators between renderables: what Python's operators do with plain values.

use std::cmp::Ordering;

use ferrobot_config::Value;

use super::invalid;
use crate::HostError;

/// Applies an operator by its name in Python's module `operator`.
pub(super) fn apply(operator: &str, left: &Value, right: &Value) -> Result<Value, HostError> {
    let unsupported = || {
        invalid(format!("unsupported operand types for {operator}: '{}' and '{}'", left.type_name(), right.type_name()))
    };
    let compared = |holds: fn(Ordering) -> bool| {
        compare(left, right).map(|ordering| Value::Bool(holds(ordering))).ok_or_else(unsupported)
    };
    match operator {
        "eq" => Ok(Value::Bool(equal(left, right))),
        "ne" => Ok(Value::Bool(!equal(left, right))),
        "lt" => compared(Ordering::is_lt),
        "le" => compared(Ordering::is_le),
        "gt" => compared(Ordering::is_gt),
        "ge" => compared(Ordering::is_ge),
        "contains" => contains(left, right).map(Value::Bool).ok_or_else(unsupported),
        "getitem" => {
            item(left, right).ok_or_else(|| invalid(format!("there is no item {}", super::python_repr(right))))
        }
        _ => arithmetic(operator, left, right).ok_or_else(unsupported),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// Python's `==`: numbers of different types can be equal.
pub(super) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::List(left), Value::List(right)) | (Value::Tuple(left), Value::Tuple(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        _ => match (number(left), number(right)) {
            (Some(left), Some(right)) => left == right,
            _ => left == right,
        },
    }
}

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Str(left), Value::Str(right)) => Some(left.cmp(right)),
        (Value::List(left), Value::List(right)) | (Value::Tuple(left), Value::Tuple(right)) => {
            for (left, right) in left.iter().zip(right) {
                if !equal(left, right) {
                    return compare(left, right);
                }
            }
            Some(left.len().cmp(&right.len()))
        }
        _ => number(left)?.partial_cmp(&number(right)?),
    }
}

fn contains(container: &Value, value: &Value) -> Option<bool> {
    match (container, value) {
        (Value::Str(text), Value::Str(part)) => Some(text.contains(part.as_str())),
        (Value::List(items) | Value::Tuple(items), _) => Some(items.iter().any(|item| equal(item, value))),
        (Value::Dict(entries), _) => Some(entries.iter().any(|(key, _)| equal(key, value))),
        _ => None,
    }
}

fn item(container: &Value, key: &Value) -> Option<Value> {
    match (container, key) {
        (Value::Dict(entries), _) => entries.iter().find(|(name, _)| equal(name, key)).map(|(_, value)| value.clone()),
        (Value::List(items) | Value::Tuple(items), Value::Int(index)) => {
            let index = if *index < 0 { index + i64::try_from(items.len()).ok()? } else { *index };
            items.get(usize::try_from(index).ok()?).cloned()
        }
        (Value::Str(text), Value::Int(index)) => {
            let characters: Vec<char> = text.chars().collect();
            let index = if *index < 0 { index + i64::try_from(characters.len()).ok()? } else { *index };
            characters.get(usize::try_from(index).ok()?).map(|character| Value::Str(character.to_string()))
        }
        _ => None,
    }
}

fn arithmetic(operator: &str, left: &Value, right: &Value) -> Option<Value> {
    match (operator, left, right) {
        ("add", Value::Str(left), Value::Str(right)) => Some(Value::Str(format!("{left}{right}"))),
        ("add", Value::List(left), Value::List(right)) => Some(Value::List([left.clone(), right.clone()].concat())),
        ("add", Value::Tuple(left), Value::Tuple(right)) => Some(Value::Tuple([left.clone(), right.clone()].concat())),
        ("mul", Value::Str(text), Value::Int(count)) => {
            Some(Value::Str(text.repeat(usize::try_from(*count).unwrap_or(0))))
        }
        ("mod", Value::Str(text), _) => {
            let values = match right {
                Value::Tuple(items) => items.clone(),
                other => vec![other.clone()],
            };
            super::percent::format_positional(text, &values).ok().map(Value::Str)
        }
        (_, Value::Int(left), Value::Int(right)) => whole(operator, *left, *right),
        _ => {
            let (left, right) = (number(left)?, number(right)?);
            Some(Value::Float(match operator {
                "add" => left + right,
                "sub" => left - right,
                "mul" => left * right,
                "truediv" if right != 0.0 => left / right,
                "floordiv" if right != 0.0 => (left / right).floor(),
                "mod" if right != 0.0 => left - right * (left / right).floor(),
                _ => return None,
            }))
        }
    }
}

/// Whole numbers: division rounds down, as Python's does.
fn whole(operator: &str, left: i64, right: i64) -> Option<Value> {
    let rounded_down = |quotient: i64, remainder: i64| {
        if remainder != 0 && (remainder < 0) != (right < 0) { quotient - 1 } else { quotient }
    };
    Some(match operator {
        "add" => Value::Int(left.checked_add(right)?),
        "sub" => Value::Int(left.checked_sub(right)?),
        "mul" => Value::Int(left.checked_mul(right)?),
        "truediv" if right != 0 => Value::Float(left as f64 / right as f64),
        "floordiv" if right != 0 => Value::Int(rounded_down(left.checked_div(right)?, left.checked_rem(right)?)),
        "mod" if right != 0 => {
            let quotient = rounded_down(left.checked_div(right)?, left.checked_rem(right)?);
            Value::Int(left - quotient * right)
        }
        _ => return None,
    })
}
