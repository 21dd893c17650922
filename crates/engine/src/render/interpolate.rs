//! `Interpolate` and its older form `WithProperties`.

use ferrobot_config::{
    FormatField, FormatPiece, Object, Otherwise, Subject, Substitution, Template, TemplatePiece, Value, parse_format,
};
use serde_json::json;

use super::percent::{format_positional, show};
use super::{
    Rendering, Scope, argument, key_error, no_secret, raised, render_all, render_nested, type_error, value_error,
};
use crate::{HostCall, HostError, proxy};

/// Renders an `Interpolate`.
pub(super) async fn interpolate(scope: &dyn Scope, object: &Object, depth: usize) -> Result<Value, HostError> {
    let format = match argument(object, "fmtstring") {
        Value::Str(format) => format,
        // Bytes are handed on as they are, as Buildbot does.
        other => return Ok(other.clone()),
    };
    let kwargs = argument(object, "kwargs");
    if let Some(args) = argument(object, "args").as_list().filter(|args| !args.is_empty()) {
        if kwargs.is_truthy() {
            let told = "Interpolate takes either positional or keyword substitutions, not both.";
            return Err(raised("ConfigErrors", told));
        }
        let values = render_all(scope, args, depth).await?;
        return format_positional(format, &values).map(Value::Str);
    }
    let template = Template::parse(format).map_err(value_error)?;
    text(scope, kwargs, &template, depth).await.map(Value::Str)
}

/// Renders a template; defaults are templates themselves.
fn text<'a>(scope: &'a dyn Scope, kwargs: &'a Value, template: &'a Template, depth: usize) -> Rendering<'a, String> {
    Box::pin(async move {
        let mut text = String::new();
        for piece in &template.pieces {
            match piece {
                TemplatePiece::Text(plain) => text.push_str(plain),
                TemplatePiece::Value(substitution, field) => {
                    let value = substitute(scope, kwargs, substitution, depth).await?;
                    text.push_str(&show(field, &value)?);
                }
                TemplatePiece::Nameless(field) => text.push_str(&show(field, &Value::Dict(Vec::new()))?),
            }
        }
        Ok(text)
    })
}

async fn substitute(
    scope: &dyn Scope,
    kwargs: &Value,
    substitution: &Substitution,
    depth: usize,
) -> Result<Value, HostError> {
    let value = lookup(scope, kwargs, &substitution.subject, depth).await?;
    let is_true = value.as_ref().is_some_and(Value::is_truthy);
    let instead = match (&substitution.otherwise, &value) {
        (Otherwise::Empty, _) | (Otherwise::WhenMissing(_), Some(_)) | (Otherwise::WhenThere(_), None) => None,
        (Otherwise::WhenMissing(default), None) => Some(default),
        (Otherwise::WhenFalse(default), _) => (!is_true).then_some(default),
        (Otherwise::WhenThere(replacement), Some(_)) => Some(replacement),
        (Otherwise::Choice { by_truth, yes, no }, value) => {
            let holds = if *by_truth { is_true } else { value.is_some() };
            Some(if holds { yes } else { no })
        }
    };
    match instead {
        Some(template) => text(scope, kwargs, template, depth + 1).await.map(Value::Str),
        None => Ok(or_empty(value)),
    }
}

/// What is missing, or is `None`, is shown as nothing.
fn or_empty(value: Option<Value>) -> Value {
    match value {
        None | Some(Value::None) => Value::Str(String::new()),
        Some(value) => value,
    }
}

/// The value of what is substituted; `None` when there is none.
async fn lookup(
    scope: &dyn Scope,
    kwargs: &Value,
    subject: &Subject,
    depth: usize,
) -> Result<Option<Value>, HostError> {
    Ok(match subject {
        Subject::Property(name) => scope.property(name).map(|value| Value::from_json(&value)),
        Subject::Source { codebase, attribute } => {
            scope.source(codebase, attribute).map(|value| Value::from_json(&value))
        }
        Subject::Worker(name) => scope.worker(name).map(|value| Value::from_json(&value)),
        Subject::Keyword(name) => match kwargs.get(name) {
            Some(value) => Some(render_nested(scope, value, depth).await?),
            None => None,
        },
        Subject::Secret(name) => Some(scope.secret(name).await?.map(Value::Str).ok_or_else(|| no_secret(name))?),
    })
}

/// Renders a `WithProperties`: names of properties directly, functions of the build as keywords.
pub(super) async fn with_properties(scope: &dyn Scope, object: &Object, depth: usize) -> Result<Value, HostError> {
    let format = argument(object, "fmtstring").as_str().unwrap_or_default();
    if let Some(names) = argument(object, "args").as_list().filter(|names| !names.is_empty()) {
        let values = names
            .iter()
            .map(|name| old_substitution(scope, name.as_str().unwrap_or_default(), None))
            .collect::<Result<Vec<_>, _>>()?;
        return format_positional(format, &values).map(Value::Str);
    }
    let mut text = String::new();
    for piece in parse_format(format).map_err(value_error)? {
        match piece {
            FormatPiece::Text(part) => text.push_str(&part),
            FormatPiece::Field(field) => text.push_str(&old_field(scope, object, &field, depth).await?),
        }
    }
    Ok(Value::Str(text))
}

async fn old_field(scope: &dyn Scope, object: &Object, field: &FormatField, depth: usize) -> Result<String, HostError> {
    let key = field.key.as_deref().ok_or_else(|| type_error("not enough arguments for format string"))?;
    let (name, _) = old_parts(key);
    let own = match argument(object, "lambda_subs").get(name) {
        Some(Value::Callable(function)) => {
            let value = scope.call(HostCall::new(function.handle, vec![proxy("build", json!({}))])).await?;
            Some(render_nested(scope, &value, depth).await?)
        }
        Some(_) => {
            return Err(value_error(format!("Value for lambda substitution \"{name}\" must be callable.")));
        }
        None => None,
    };
    show(field, &old_substitution(scope, key, own)?)
}

/// Name and what stands after it, where that is `:-`, `:~` or `:+`.
fn old_parts(key: &str) -> (&str, Option<(char, &str)>) {
    let Some((name, after)) = key.split_once(':') else { return (key, None) };
    match after.chars().next().filter(|kind| "-~+".contains(*kind)) {
        Some(kind) => (name, Some((kind, &after[1..]))),
        // Then all of it is the name of a property.
        None => (key, None),
    }
}

/// `name`, `name:-default`, `name:~default` or `name:+replacement`; none of them nests.
fn old_substitution(scope: &dyn Scope, key: &str, own: Option<Value>) -> Result<Value, HostError> {
    let (name, after) = old_parts(key);
    let value = own.or_else(|| scope.property(name).map(|value| Value::from_json(&value)));
    let default = |text: &str| Some(Value::Str(text.to_owned()));
    Ok(or_empty(match (after, value) {
        (None, None) => return Err(key_error(key)),
        (Some(('~', text)), value) => value.filter(Value::is_truthy).or_else(|| default(text)),
        (Some(('+', text)), Some(_)) => default(text),
        (Some(('+', _)), None) => None,
        (Some((_, text)), None) => default(text),
        (_, value) => value,
    }))
}

/// Python's `format % dictionary`.
pub(super) fn format_mapping(format: &str, values: &Value) -> Result<Value, HostError> {
    let mut text = String::new();
    for piece in parse_format(format).map_err(value_error)? {
        match piece {
            FormatPiece::Text(part) => text.push_str(&part),
            FormatPiece::Field(field) => {
                let value = match field.key.as_deref() {
                    Some(key) => values.get(key).ok_or_else(|| key_error(key))?,
                    None => values,
                };
                text.push_str(&show(&field, value)?);
            }
        }
    }
    Ok(Value::Str(text))
}
