//! Values as Python's `repr` writes them, renderables included: texts of steps show them.

use ferrobot_config::{Object, Value};
use ferrobot_data::{python_repr, python_repr_bytes, python_repr_text};

/// `repr` of a value.
pub(crate) fn repr(value: &Value) -> String {
    match value {
        Value::Str(text) => python_repr_text(text),
        Value::Bytes(bytes) => python_repr_bytes(bytes),
        Value::List(items) => format!("[{}]", joined(items)),
        Value::Tuple(items) if items.len() == 1 => format!("({},)", joined(items)),
        Value::Tuple(items) => format!("({})", joined(items)),
        Value::Dict(entries) => {
            let entries: Vec<String> =
                entries.iter().map(|(key, value)| format!("{}: {}", repr(key), repr(value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Object(object) => repr_object(object),
        Value::Callable(callable) => format!("<function {}>", callable.name),
        Value::Opaque(opaque) => opaque.name.clone(),
        plain @ (Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_)) => {
            plain.to_json().map_or_else(String::new, |json| python_repr(&json))
        }
    }
}

/// `str` of a value: `repr`, but for text.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Str(text) => text.clone(),
        other => repr(other),
    }
}

fn joined(items: &[Value]) -> String {
    items.iter().map(repr).collect::<Vec<_>>().join(", ")
}

fn repr_object(object: &Object) -> String {
    let short = object.class.rsplit('.').next().unwrap_or_default();
    let argument = |name: &str| object.args.get(name);
    match short {
        "Property" | "Secret" => format!("{short}({})", argument("key").map(text).unwrap_or_default()),
        "Interpolate" => {
            let mut shown = format!("Interpolate({}", argument("fmtstring").map(repr).unwrap_or_default());
            match (argument("args").and_then(Value::as_list), argument("kwargs")) {
                (Some(args), _) if !args.is_empty() => {
                    shown.push_str(&format!(", *{}", repr(&Value::Tuple(args.to_vec()))));
                }
                (_, Some(kwargs)) if kwargs.is_truthy() => shown.push_str(&format!(", **{}", repr(kwargs))),
                _ => {}
            }
            shown + ")"
        }
        "_Operator" => {
            let side = |name: &str| argument(name).map(repr).unwrap_or_default();
            let operator = argument("op").map(text).unwrap_or_default();
            match operator.as_str() {
                // `a.in_(b)` is recorded as `contains(b, a)`.
                "contains" => format!("{} in {}", side("right"), side("left")),
                "getitem" => format!("{}[{}]", side("left"), side("right")),
                named => format!("{} {} {}", side("left"), sign_of(named), side("right")),
            }
        }
        "renderer" => format!("renderer({})", argument("fn").map(repr).unwrap_or_default()),
        _ => format!("<{} object>", object.class),
    }
}

fn sign_of(operator: &str) -> &str {
    match operator {
        "eq" => "==",
        "ne" => "!=",
        "lt" => "<",
        "le" => "<=",
        "gt" => ">",
        "ge" => ">=",
        "add" => "+",
        "sub" => "-",
        "mul" => "*",
        "truediv" => "/",
        "floordiv" => "//",
        "mod" => "%",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::kind::tests::object;

    fn renderable(class: &str, args: &[(&str, Value)]) -> Value {
        Value::Object(Arc::new(object(&format!("buildbot.process.properties.{class}"), args)))
    }

    #[test]
    fn values_and_renderables_read_as_in_python() {
        let property = renderable("Property", &[("key", "a".into())]);
        let operator = |op: &str, left: &Value, right: &Value| {
            renderable("_Operator", &[("op", op.into()), ("left", left.clone()), ("right", right.clone())])
        };
        let kwargs = Value::Dict(vec![("k".into(), "v".into())]);
        let cases = [
            (Value::None, "None"),
            (Value::Bool(true), "True"),
            (Value::Float(1.0), "1.0"),
            ("it's".into(), "\"it's\""),
            (Value::Bytes(b"a\xff\n'".to_vec()), "b\"a\\xff\\n'\""),
            (Value::Tuple(vec![Value::Int(1)]), "(1,)"),
            (Value::List(vec!["x".into(), Value::Tuple(vec![])]), "['x', ()]"),
            (Value::Dict(vec![(Value::Int(1), property.clone())]), "{1: Property(a)}"),
            (renderable("Secret", &[("key", "s".into())]), "Secret(s)"),
            (operator("eq", &property, &"assert".into()), "Property(a) == 'assert'"),
            (operator("contains", &Value::List(vec![Value::Int(1)]), &property), "Property(a) in [1]"),
            (operator("mod", &property, &Value::Int(3)), "Property(a) % 3"),
            (renderable("Interpolate", &[("fmtstring", "a b".into())]), "Interpolate('a b')"),
            (
                renderable("Interpolate", &[("fmtstring", "%s".into()), ("args", Value::List(vec!["b".into()]))]),
                "Interpolate('%s', *('b',))",
            ),
            (
                renderable("Interpolate", &[("fmtstring", "a".into()), ("kwargs", kwargs)]),
                "Interpolate('a', **{'k': 'v'})",
            ),
        ];
        for (value, expected) in cases {
            assert_eq!(repr(&value), expected);
        }
    }
}
