//! Operators between renderables: what Python's operators do with plain values, and how they refuse.

use std::cmp::Ordering;

use ferrobot_config::Value;

use super::percent::format_positional;
use super::text::python_repr;
use super::{raised, type_error};
use crate::HostError;

/// A repeated sequence has so many elements at most.
const REPEATED_MAX: usize = 1_000_000;

/// Applies an operator by its name in Python's module `operator`.
pub(super) fn apply(operator: &str, left: &Value, right: &Value) -> Result<Value, HostError> {
    let compared = |sign: &str, holds: fn(Ordering) -> bool| {
        compare(left, right, sign).map(|ordering| Value::Bool(ordering.is_some_and(holds)))
    };
    match operator {
        "eq" => Ok(Value::Bool(equal(left, right))),
        "ne" => Ok(Value::Bool(!equal(left, right))),
        "lt" => compared("<", Ordering::is_lt),
        "le" => compared("<=", Ordering::is_le),
        "gt" => compared(">", Ordering::is_gt),
        "ge" => compared(">=", Ordering::is_ge),
        "contains" => contains(left, right).map(Value::Bool),
        "getitem" => item(left, right),
        "add" => add(left, right),
        "sub" => arithmetic(Arithmetic::Sub, left, right),
        "mul" => multiply(left, right),
        "truediv" => arithmetic(Arithmetic::Div, left, right),
        "floordiv" => arithmetic(Arithmetic::FloorDiv, left, right),
        "mod" => match (left, right) {
            (Value::Str(format), Value::Tuple(values)) => format_positional(format, values).map(Value::Str),
            (Value::Str(format), Value::Dict(_)) => super::interpolate::format_mapping(format, right),
            (Value::Str(format), other) => format_positional(format, std::slice::from_ref(other)).map(Value::Str),
            _ => arithmetic(Arithmetic::Mod, left, right),
        },
        other => Err(type_error(format!("the operator {other} is not known"))),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arithmetic {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Mod,
}

impl Arithmetic {
    fn sign(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Sub => "-",
            Arithmetic::Mul => "*",
            Arithmetic::Div => "/",
            Arithmetic::FloorDiv => "//",
            Arithmetic::Mod => "%",
        }
    }
}

fn whole_number(value: &Value) -> Option<i64> {
    match value {
        Value::Bool(truth) => Some(i64::from(*truth)),
        Value::Int(number) => Some(*number),
        _ => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Float(number) => Some(*number),
        other => whole_number(other).map(|number| number as f64),
    }
}

/// Python's `==`: numbers of different types can be equal, and the order of a dictionary does not count.
pub(super) fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::List(left), Value::List(right)) | (Value::Tuple(left), Value::Tuple(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Value::Dict(left), Value::Dict(right)) => {
            let has = |key: &Value, value: &Value| {
                right.iter().any(|(other, there)| equal(key, other) && equal(value, there))
            };
            left.len() == right.len() && left.iter().all(|(key, value)| has(key, value))
        }
        _ => match (whole_number(left), whole_number(right)) {
            (Some(left), Some(right)) => left == right,
            _ => match (number(left), number(right)) {
                (Some(left), Some(right)) => left == right,
                _ => left == right,
            },
        },
    }
}

/// The order of two values; `None` for what is not a number.
fn compare(left: &Value, right: &Value, sign: &str) -> Result<Option<Ordering>, HostError> {
    match (left, right) {
        (Value::Str(left), Value::Str(right)) => return Ok(Some(left.cmp(right))),
        (Value::Bytes(left), Value::Bytes(right)) => return Ok(Some(left.cmp(right))),
        (Value::List(left), Value::List(right)) | (Value::Tuple(left), Value::Tuple(right)) => {
            for (left, right) in left.iter().zip(right) {
                if !equal(left, right) {
                    return compare(left, right, sign);
                }
            }
            return Ok(Some(left.len().cmp(&right.len())));
        }
        _ => {}
    }
    if let (Some(left), Some(right)) = (whole_number(left), whole_number(right)) {
        return Ok(Some(left.cmp(&right)));
    }
    match (number(left), number(right)) {
        (Some(left), Some(right)) => Ok(left.partial_cmp(&right)),
        _ => Err(type_error(format!(
            "'{sign}' not supported between instances of '{}' and '{}'",
            left.type_name(),
            right.type_name()
        ))),
    }
}

fn contains(container: &Value, value: &Value) -> Result<bool, HostError> {
    match (container, value) {
        (Value::Str(text), Value::Str(part)) => Ok(text.contains(part.as_str())),
        (Value::Str(_), other) => {
            Err(type_error(format!("'in <string>' requires string as left operand, not {}", other.type_name())))
        }
        (Value::List(items) | Value::Tuple(items), _) => Ok(items.iter().any(|item| equal(item, value))),
        (Value::Dict(_), Value::List(_) | Value::Dict(_)) => Err(unhashable(value)),
        (Value::Dict(entries), _) => Ok(entries.iter().any(|(key, _)| equal(key, value))),
        (other, _) => Err(type_error(format!("argument of type '{}' is not iterable", other.type_name()))),
    }
}

fn unhashable(value: &Value) -> HostError {
    type_error(format!("unhashable type: '{}'", value.type_name()))
}

fn item(container: &Value, key: &Value) -> Result<Value, HostError> {
    let at = |length: usize, index: i64, kind: &str| {
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        let index = if index < 0 { index.saturating_add(length) } else { index };
        usize::try_from(index)
            .ok()
            .filter(|_| index < length)
            .ok_or_else(|| raised("IndexError", format!("{kind} index out of range")))
    };
    match (container, key) {
        (Value::Dict(_), Value::List(_) | Value::Dict(_)) => Err(unhashable(key)),
        (Value::Dict(entries), _) => entries
            .iter()
            .find(|(name, _)| equal(name, key))
            .map(|(_, value)| value.clone())
            .ok_or_else(|| raised("KeyError", python_repr(key))),
        (Value::List(items) | Value::Tuple(items), Value::Int(index)) => {
            Ok(items[at(items.len(), *index, container.type_name())?].clone())
        }
        (Value::Str(text), Value::Int(index)) => {
            let characters: Vec<char> = text.chars().collect();
            Ok(Value::Str(characters[at(characters.len(), *index, "string")?].to_string()))
        }
        (Value::List(_) | Value::Tuple(_) | Value::Str(_), other) => Err(type_error(format!(
            "{} indices must be integers, not {}",
            if matches!(container, Value::Str(_)) { "string" } else { container.type_name() },
            other.type_name()
        ))),
        (other, _) => Err(type_error(format!("'{}' object is not subscriptable", other.type_name()))),
    }
}

fn add(left: &Value, right: &Value) -> Result<Value, HostError> {
    match (left, right) {
        (Value::Str(left), Value::Str(right)) => Ok(Value::Str(format!("{left}{right}"))),
        (Value::Bytes(left), Value::Bytes(right)) => Ok(Value::Bytes([left.clone(), right.clone()].concat())),
        (Value::List(left), Value::List(right)) => Ok(Value::List([left.clone(), right.clone()].concat())),
        (Value::Tuple(left), Value::Tuple(right)) => Ok(Value::Tuple([left.clone(), right.clone()].concat())),
        (Value::Str(_) | Value::List(_) | Value::Tuple(_), other) => {
            let kind = left.type_name();
            Err(type_error(format!("can only concatenate {kind} (not \"{}\") to {kind}", other.type_name())))
        }
        _ => arithmetic(Arithmetic::Add, left, right),
    }
}

fn multiply(left: &Value, right: &Value) -> Result<Value, HostError> {
    let is_sequence =
        |value: &Value| matches!(value, Value::Str(_) | Value::List(_) | Value::Tuple(_) | Value::Bytes(_));
    let (sequence, count) = match (is_sequence(left), is_sequence(right)) {
        (true, _) => (left, right),
        (false, true) => (right, left),
        (false, false) => return arithmetic(Arithmetic::Mul, left, right),
    };
    let count = whole_number(count)
        .ok_or_else(|| type_error(format!("can't multiply sequence by non-int of type '{}'", count.type_name())))?;
    let count = usize::try_from(count).unwrap_or(0);
    let length = match sequence {
        Value::Str(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        other => other.as_list().map_or(0, <[Value]>::len),
    };
    if length.saturating_mul(count) > REPEATED_MAX {
        return Err(raised("MemoryError", format!("a sequence repeated {count} times is too long")));
    }
    let repeated = |items: &[Value]| std::iter::repeat_n(items, count).flatten().cloned().collect();
    Ok(match sequence {
        Value::Str(text) => Value::Str(text.repeat(count)),
        Value::Bytes(bytes) => Value::Bytes(bytes.repeat(count)),
        Value::Tuple(items) => Value::Tuple(repeated(items)),
        other => Value::List(repeated(other.as_list().unwrap_or_default())),
    })
}

fn arithmetic(operator: Arithmetic, left: &Value, right: &Value) -> Result<Value, HostError> {
    if let (Some(left), Some(right)) = (whole_number(left), whole_number(right)) {
        return whole(operator, left, right);
    }
    let (Some(dividend), Some(divisor)) = (number(left), number(right)) else {
        return Err(type_error(format!(
            "unsupported operand type(s) for {}: '{}' and '{}'",
            operator.sign(),
            left.type_name(),
            right.type_name()
        )));
    };
    let by_zero = |what: &str| if divisor == 0.0 { Err(raised("ZeroDivisionError", what)) } else { Ok(()) };
    Ok(Value::Float(match operator {
        Arithmetic::Add => dividend + divisor,
        Arithmetic::Sub => dividend - divisor,
        Arithmetic::Mul => dividend * divisor,
        Arithmetic::Div => {
            by_zero("float division by zero")?;
            dividend / divisor
        }
        Arithmetic::FloorDiv => {
            by_zero("float floor division by zero")?;
            (dividend / divisor).floor()
        }
        Arithmetic::Mod => {
            by_zero("float modulo")?;
            let rest = dividend % divisor;
            if rest != 0.0 && (rest < 0.0) != (divisor < 0.0) { rest + divisor } else { rest }
        }
    }))
}

/// Whole numbers: division rounds down, as Python's does.
fn whole(operator: Arithmetic, left: i64, right: i64) -> Result<Value, HostError> {
    let by_zero = |what: &str| if right == 0 { Err(raised("ZeroDivisionError", what)) } else { Ok(()) };
    let fits = |number: Option<i64>| {
        number.map(Value::Int).ok_or_else(|| raised("OverflowError", "the result has more than 64 bits"))
    };
    match operator {
        Arithmetic::Add => fits(left.checked_add(right)),
        Arithmetic::Sub => fits(left.checked_sub(right)),
        Arithmetic::Mul => fits(left.checked_mul(right)),
        Arithmetic::Div => {
            by_zero("division by zero")?;
            Ok(Value::Float(left as f64 / right as f64))
        }
        Arithmetic::FloorDiv => {
            by_zero("integer division or modulo by zero")?;
            let rounded = left.checked_div(right).map(|quotient| {
                let rest = left.wrapping_rem(right);
                if rest != 0 && (rest < 0) != (right < 0) { quotient - 1 } else { quotient }
            });
            fits(rounded)
        }
        Arithmetic::Mod => {
            by_zero("integer modulo by zero")?;
            let rest = left.wrapping_rem(right);
            Ok(Value::Int(if rest != 0 && (rest < 0) != (right < 0) { rest + right } else { rest }))
        }
    }
}
