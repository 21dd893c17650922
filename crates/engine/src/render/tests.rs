//! Every form of a renderable, as Buildbot renders it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::json;

use super::*;

/// A scope of plain maps; functions answer with what they were called with.
#[derive(Default)]
struct Plain {
    properties: BTreeMap<&'static str, Json>,
    calls: Mutex<Vec<String>>,
}

#[async_trait]
impl Scope for Plain {
    fn property(&self, name: &str) -> Option<Json> {
        self.properties.get(name).cloned()
    }

    fn source(&self, codebase: &str, attribute: &str) -> Option<Json> {
        match (codebase, attribute) {
            ("", "branch") => Some("main".into()),
            ("", "revision") => Some(Json::Null),
            _ => None,
        }
    }

    fn worker(&self, attribute: &str) -> Option<Json> {
        (attribute == "name").then(|| "w1".into())
    }

    fn build_url(&self) -> String {
        "http://ci/#/builders/1/builds/2".to_owned()
    }

    async fn secret(&self, name: &str) -> Result<Option<String>, HostError> {
        Ok((name == "key").then(|| "hush".to_owned()))
    }

    async fn call(
        &self,
        handle: u64,
        method: Option<&str>,
        args: Vec<Value>,
        kwargs: Vec<(String, Value)>,
    ) -> Result<Value, HostError> {
        let shown = format!("{handle} {method:?} {} {kwargs:?}", args.len());
        self.calls.lock().expect("no test panics while it holds this").push(shown);
        Ok(Value::Str(format!("called {handle}")))
    }
}

fn scope() -> Plain {
    let properties = BTreeMap::from([
        ("number", json!(42)),
        ("flavour", json!("vanilla")),
        ("empty", json!("")),
        ("none", Json::Null),
        ("nested", json!({"list": [1, 2, {"deep": true}], "none": null})),
    ]);
    Plain { properties, ..Plain::default() }
}

fn object(class: &str, args: &[(&str, Value)]) -> Value {
    Value::Object(Arc::new(Object {
        class: format!("buildbot.process.properties.{class}"),
        handle: 7,
        args: args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        ..Object::default()
    }))
}

fn function(handle: u64) -> Value {
    Value::Callable(Arc::new(Callable { handle, ..Callable::default() }))
}

fn interpolate(format: &str) -> Value {
    object("Interpolate", &[("fmtstring", format.into())])
}

async fn rendered(value: &Value) -> Result<Value, String> {
    render(&scope(), value).await.map_err(|error| error.to_string())
}

#[tokio::test]
async fn interpolate_substitutes() {
    let cases = [
        ("%(prop:number)s|%(prop:missing)s|%%", "42||%"),
        ("%(prop:missing:-d)s|%(prop:empty:-d)s|%(prop:number:-d)s", "d||42"),
        ("%(prop:missing:~d)s|%(prop:empty:~d)s|%(prop:number:~d)s", "d|d|42"),
        ("%(prop:missing:+set)s|%(prop:empty:+set)s|%(prop:number:+set)s", "|set|set"),
        ("%(prop:missing:?|yes|no)s|%(prop:empty:?|yes|no)s|%(prop:number:?|yes|no)s", "no|yes|yes"),
        ("%(prop:empty:#?|yes|no)s|%(prop:number:#?:yes:no)s", "no|yes"),
        ("%(prop:missing:-%(prop:gone:-%(prop:number)s)s)s", "42"),
        ("%(src::branch)s|%(src::revision)s|%(src:other:branch)s|%(src:other:branch:-x)s", "main|||x"),
        ("%(worker:name)s|%(worker:admin)s", "w1|"),
        ("%(prop:nested)s", "{'list': [1, 2, {'deep': True}], 'none': None}"),
        ("%(prop:number)05s|%(prop:number)05d|%(prop:flavour)-10s|", "   42|00042|vanilla   |"),
        ("%(prop:none)s|%(prop:none:-d)s", "|"),
        ("%(secret:key)s", "hush"),
    ];
    for (format, expected) in cases {
        assert_eq!(rendered(&interpolate(format)).await, Ok(expected.into()), "{format}");
    }
}

#[tokio::test]
async fn wrong_formats_are_told() {
    let cases = [
        ("%(number)s", "invalid Interpolate substitution without selector 'number'"),
        ("%(nope:number)s", "invalid Interpolate selector 'nope'"),
        ("%(prop:number:=x)s", "invalid Interpolate default type '='"),
        ("%(src:branch)s", "Must specify both codebase and attribute for src Interpolation 'branch'"),
        ("%(secret:other)s", "secret key other is not found in any provider"),
        ("%(prop:flavour)d", "%d format: a number is required, not str"),
        ("%(prop:number", "incomplete format in '%(prop:number'"),
    ];
    for (format, expected) in cases {
        let error = rendered(&interpolate(format)).await.expect_err(format);
        assert!(error.contains(expected), "{format}: {error}");
    }
}

#[tokio::test]
async fn keywords_and_positional_values_are_rendered() {
    let number = object("Property", &[("key", "number".into())]);
    let kwargs = Value::Dict(vec![("a".into(), "A".into()), ("b".into(), number.clone()), ("c".into(), "".into())]);
    let with_keywords =
        object("Interpolate", &[("fmtstring", "%(kw:a)s|%(kw:b)s|%(kw:c:-x)s|%(kw:d:-x)s".into()), ("kwargs", kwargs)]);
    assert_eq!(rendered(&with_keywords).await, Ok("A|42||x".into()));
    let positional = object(
        "Interpolate",
        &[("fmtstring", "%s and %s".into()), ("args", Value::Tuple(vec!["first".into(), number]))],
    );
    assert_eq!(rendered(&positional).await, Ok("first and 42".into()));
}

#[tokio::test]
async fn properties_have_defaults() {
    let property = |name: &str, default: Value, when_false: bool| {
        let arguments = [("key", name.into()), ("default", default), ("defaultWhenFalse", Value::Bool(when_false))];
        object("Property", &arguments)
    };
    let cases = [
        (property("number", Value::None, true), Value::Int(42)),
        (property("missing", "d".into(), true), "d".into()),
        (property("empty", "d".into(), true), "d".into()),
        (property("empty", "d".into(), false), "".into()),
        (property("missing", interpolate("x%(prop:number)s"), true), "x42".into()),
        (property("missing", Value::None, true), Value::None),
    ];
    for (value, expected) in cases {
        assert_eq!(rendered(&value).await, Ok(expected), "{value:?}");
    }
}

#[tokio::test]
async fn the_older_form_is_rendered() {
    let old = |format: &str| object("WithProperties", &[("fmtstring", format.into())]);
    let cases = [
        (old("%(number)s|%(missing:-x)s|%(flavour:+y)s|%(missing:~z)s|%(missing)s"), "42|x|y|z|"),
        (
            object(
                "WithProperties",
                &[("fmtstring", "%s/%s".into()), ("args", Value::Tuple(vec!["flavour".into(), "missing".into()]))],
            ),
            "vanilla/",
        ),
        (
            object(
                "WithProperties",
                &[("fmtstring", "%(fn)s".into()), ("lambda_subs", Value::Dict(vec![("fn".into(), function(3))]))],
            ),
            "called 3",
        ),
    ];
    for (value, expected) in cases {
        assert_eq!(rendered(&value).await, Ok(expected.into()), "{value:?}");
    }
}

#[tokio::test]
async fn containers_and_functions_are_rendered_inside_out() {
    let number = || object("Property", &[("key", "number".into())]);
    let nested = Value::List(vec![Value::List(vec!["a".into(), Value::Tuple(vec!["b".into()])]), number()]);
    let flat = object("FlattenList", &[("nestedlist", nested)]);
    assert_eq!(rendered(&flat).await, Ok(Value::List(vec!["a".into(), "b".into(), Value::Int(42)])));
    let dict = Value::Dict(vec![("a".into(), number())]);
    assert_eq!(rendered(&dict).await, Ok(Value::Dict(vec![("a".into(), Value::Int(42))])));
    let scope = scope();
    let arguments = [
        ("function", function(5)),
        ("args", Value::Tuple(vec![number()])),
        ("kwargs", Value::Dict(vec![("y".into(), number())])),
    ];
    assert_eq!(render(&scope, &object("Transform", &arguments)).await.ok(), Some("called 5".into()));
    let arguments = [("fn", function(6)), ("args", Value::Tuple(vec!["p".into()])), ("kwargs", Value::Dict(vec![]))];
    assert_eq!(render(&scope, &object("renderer", &arguments)).await.ok(), Some("called 6".into()));
    let calls = scope.calls.lock().expect("the calls have ended").clone();
    assert_eq!(calls, ["5 None 1 [(\"y\", Int(42))]", "6 None 2 []"]);
}

#[tokio::test]
async fn operators_work_as_python_s() {
    let number = || object("Property", &[("key", "number".into())]);
    let operator = |op: &str, left: Value, right: Value| {
        object("_Operator", &[("op", op.into()), ("left", left), ("right", right)])
    };
    let cases = [
        (operator("eq", number(), Value::Int(42)), Value::Bool(true)),
        (operator("eq", number(), Value::Float(42.0)), Value::Bool(true)),
        (operator("ne", number(), "42".into()), Value::Bool(true)),
        (operator("gt", number(), Value::Int(40)), Value::Bool(true)),
        (operator("le", number(), Value::Int(40)), Value::Bool(false)),
        (operator("contains", Value::List(vec![Value::Int(1), Value::Int(42)]), number()), Value::Bool(true)),
        (operator("add", "a".into(), interpolate("%(prop:number)s")), "a42".into()),
        (operator("floordiv", Value::Int(-7), Value::Int(2)), Value::Int(-4)),
        (operator("mod", Value::Int(-7), Value::Int(2)), Value::Int(1)),
        (operator("mod", "%s-%s".into(), Value::Tuple(vec![number(), "x".into()])), "42-x".into()),
        (operator("truediv", Value::Int(1), Value::Int(2)), Value::Float(0.5)),
        (
            operator("getitem", object("Property", &[("key", "nested".into())]), "list".into()),
            Value::List(vec![Value::Int(1), Value::Int(2), Value::Dict(vec![("deep".into(), Value::Bool(true))])]),
        ),
    ];
    for (value, expected) in cases {
        assert_eq!(rendered(&value).await, Ok(expected), "{value:?}");
    }
    assert!(rendered(&operator("lt", number(), "x".into())).await.is_err());
    assert!(rendered(&operator("floordiv", number(), Value::Int(0))).await.is_err());
}

#[tokio::test]
async fn a_user_s_own_class_is_asked() {
    let custom = Value::Object(Arc::new(Object {
        class: "buildbot.interfaces.IRenderable".to_owned(),
        handle: 9,
        ..Object::default()
    }));
    let scope = scope();
    assert_eq!(render(&scope, &custom).await.ok(), Some("called 9".into()));
    assert_eq!(*scope.calls.lock().expect("the calls have ended"), ["9 Some(\"getRenderingFor\") 1 []"]);
}
