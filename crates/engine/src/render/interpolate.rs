//! `Interpolate` and its older form `WithProperties`.

use ferrobot_config::{Object, Value};

use super::percent::{Piece, format_positional, parse};
use super::{Rendering, Scope, argument, function_of, invalid, no_secret, proxy, render_all, render_nested};
use crate::HostError;

/// What stands after the name in `%(prop:name:…)s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Otherwise<'a> {
    /// Nothing: empty when it is missing.
    Empty,
    /// `:-`: this when it is missing.
    WhenMissing(&'a str),
    /// `:~`: this when it is missing or false.
    WhenFalse(&'a str),
    /// `:+`: this when it is there, else nothing.
    WhenThere(&'a str),
    /// `:?|yes|no` and `:#?|yes|no`: one of two, by whether it is there, or whether it is true.
    Choice { by_truth: bool, yes: &'a str, no: &'a str },
}

fn otherwise(text: Option<&str>) -> Result<Otherwise<'_>, HostError> {
    let Some(text) = text else { return Ok(Otherwise::Empty) };
    let wrong = || invalid(format!("invalid Interpolate default type '{}'", text.chars().next().unwrap_or(' ')));
    if let Some(default) = text.strip_prefix('-') {
        return Ok(Otherwise::WhenMissing(default));
    }
    if let Some(default) = text.strip_prefix('~') {
        return Ok(Otherwise::WhenFalse(default));
    }
    if let Some(replacement) = text.strip_prefix('+') {
        return Ok(Otherwise::WhenThere(replacement));
    }
    let (by_truth, choice) = match text.strip_prefix("#?") {
        Some(choice) => (true, choice),
        None => (false, text.strip_prefix('?').ok_or_else(wrong)?),
    };
    let delimiter = choice.chars().next().ok_or_else(|| invalid("invalid Interpolate ternary: no delimiter"))?;
    let mut parts = choice[delimiter.len_utf8()..].splitn(2, delimiter);
    match (parts.next(), parts.next()) {
        (Some(yes), Some(no)) => Ok(Otherwise::Choice { by_truth, yes, no }),
        _ => Err(invalid(format!("invalid Interpolate ternary expression '{choice}' with delimiter '{delimiter}'"))),
    }
}

/// Renders an `Interpolate`.
pub(super) async fn interpolate(scope: &dyn Scope, object: &Object, depth: usize) -> Result<Value, HostError> {
    let format = argument(object, "fmtstring").as_str().unwrap_or_default();
    if let Some(args) = argument(object, "args").as_list().filter(|args| !args.is_empty()) {
        let values = render_all(scope, args, depth).await?;
        return format_positional(format, &values).map(Value::Str);
    }
    text(scope, argument(object, "kwargs"), format, depth).await.map(Value::Str)
}

/// Renders a format with substitutions; defaults are formats themselves.
fn text<'a>(scope: &'a dyn Scope, kwargs: &'a Value, format: &'a str, depth: usize) -> Rendering<'a, String> {
    Box::pin(async move {
        if depth > super::DEPTH_MAX {
            return Err(invalid("an Interpolate is nested too deep"));
        }
        let mut text = String::new();
        for piece in parse(format)? {
            match piece {
                Piece::Text(plain) => text.push_str(&plain),
                Piece::Field(field) => {
                    let key = field.key.as_deref().ok_or_else(|| invalid("not enough arguments for format string"))?;
                    let value = substitute(scope, kwargs, key, depth + 1).await?;
                    text.push_str(&field.show(&value)?);
                }
            }
        }
        Ok(text)
    })
}

async fn substitute(scope: &dyn Scope, kwargs: &Value, key: &str, depth: usize) -> Result<Value, HostError> {
    let (selector, rest) = key
        .split_once(':')
        .ok_or_else(|| invalid(format!("invalid Interpolate substitution without selector '{key}'")))?;
    let (value, after) = match selector {
        "src" => {
            let mut parts = rest.splitn(3, ':');
            let (Some(codebase), Some(attribute)) = (parts.next(), parts.next()) else {
                return Err(invalid(format!(
                    "Must specify both codebase and attribute for src Interpolation '{rest}'"
                )));
            };
            (scope.source(codebase, attribute).map(|value| Value::from_json(&value)), parts.next())
        }
        _ => {
            let (name, after) = match rest.split_once(':') {
                Some((name, after)) => (name, Some(after)),
                None => (rest, None),
            };
            (lookup(scope, kwargs, selector, name, depth).await?, after)
        }
    };
    choose(scope, kwargs, value, otherwise(after)?, depth).await
}

/// The value that a selector and a name mean.
async fn lookup(
    scope: &dyn Scope,
    kwargs: &Value,
    selector: &str,
    name: &str,
    depth: usize,
) -> Result<Option<Value>, HostError> {
    Ok(match selector {
        "prop" => scope.property(name).map(|value| Value::from_json(&value)),
        "worker" => scope.worker(name).map(|value| Value::from_json(&value)),
        "kw" => match kwargs.get(name) {
            Some(value) => Some(render_nested(scope, value, depth).await?),
            None => None,
        },
        "secret" => Some(scope.secret(name).await?.map(Value::Str).ok_or_else(|| no_secret(name))?),
        other => return Err(invalid(format!("invalid Interpolate selector '{other}'"))),
    })
}

async fn choose(
    scope: &dyn Scope,
    kwargs: &Value,
    value: Option<Value>,
    otherwise: Otherwise<'_>,
    depth: usize,
) -> Result<Value, HostError> {
    let is_true = value.as_ref().is_some_and(Value::is_truthy);
    let instead = match (otherwise, &value) {
        (Otherwise::Empty, _) => None,
        (Otherwise::WhenMissing(default), None) => Some(default),
        (Otherwise::WhenMissing(_), Some(_)) => None,
        (Otherwise::WhenFalse(default), _) => (!is_true).then_some(default),
        (Otherwise::WhenThere(replacement), Some(_)) => Some(replacement),
        (Otherwise::WhenThere(_), None) => None,
        (Otherwise::Choice { by_truth, yes, no }, _) => {
            let holds = if by_truth { is_true } else { value.is_some() };
            Some(if holds { yes } else { no })
        }
    };
    match instead {
        Some(format) => text(scope, kwargs, format, depth).await.map(Value::Str),
        None => Ok(match value {
            None | Some(Value::None) => Value::Str(String::new()),
            Some(value) => value,
        }),
    }
}

/// Renders a `WithProperties`: names of properties directly, functions of the build as keywords.
pub(super) async fn with_properties(scope: &dyn Scope, object: &Object, depth: usize) -> Result<Value, HostError> {
    let format = argument(object, "fmtstring").as_str().unwrap_or_default();
    let plain = |name: &str| match scope.property(name) {
        None | Some(serde_json::Value::Null) => Value::Str(String::new()),
        Some(value) => Value::from_json(&value),
    };
    if let Some(names) = argument(object, "args").as_list().filter(|names| !names.is_empty()) {
        let values: Vec<Value> = names.iter().map(|name| plain(name.as_str().unwrap_or_default())).collect();
        return format_positional(format, &values).map(Value::Str);
    }
    let mut text = String::new();
    for piece in parse(format)? {
        match piece {
            Piece::Text(part) => text.push_str(&part),
            Piece::Field(field) => {
                let key = field.key.as_deref().ok_or_else(|| invalid("not enough arguments for format string"))?;
                let value = match argument(object, "lambda_subs").get(key) {
                    Some(function) => from_function(scope, function, depth).await?,
                    None => old_substitution(scope, key),
                };
                text.push_str(&field.show(&value)?);
            }
        }
    }
    Ok(Value::Str(text))
}

async fn from_function(scope: &dyn Scope, function: &Value, depth: usize) -> Result<Value, HostError> {
    let function = function_of(function).ok_or_else(|| invalid("WithProperties: a keyword is not a function"))?;
    let value = scope.call(function.handle, None, vec![proxy("build")], Vec::new()).await?;
    render_nested(scope, &value, depth).await
}

/// `name`, `name:-default`, `name:~default` or `name:+replacement`; none of them nests.
fn old_substitution(scope: &dyn Scope, key: &str) -> Value {
    let (name, after) = match key.split_once(':') {
        Some((name, after)) => (name, after),
        None => (key, ""),
    };
    let value = scope.property(name).map(|value| Value::from_json(&value));
    let default = |text: &str| Value::Str(text.to_owned());
    let chosen = match (after.chars().next(), value) {
        (Some('-'), None) => Some(default(&after[1..])),
        (Some('~'), value) => match value {
            Some(value) if value.is_truthy() => Some(value),
            _ => Some(default(&after[1..])),
        },
        (Some('+'), Some(_)) => Some(default(&after[1..])),
        (_, value) => value,
    };
    match chosen {
        None | Some(Value::None) => Value::Str(String::new()),
        Some(value) => value,
    }
}
