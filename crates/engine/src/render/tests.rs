//! Every form of a renderable, as Buildbot renders it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use ferrobot_config::Callable;
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

    async fn call(&self, call: HostCall) -> Result<Value, HostError> {
        let HostCall { handle, method, args, kwargs, .. } = call;
        let shown = format!("{handle} {method:?} {} {kwargs:?}", args.len());
        self.calls.lock().expect("no test panics while it holds this").push(shown);
        Ok(Value::Str(format!("called {handle}")))
    }
}

fn scope() -> Plain {
    let properties = BTreeMap::from([
        ("number", json!(42)),
        ("flavour", json!("vanilla")),
        ("zero", json!(0)),
        ("neg", json!(-7)),
        ("true", json!(true)),
        ("flt", json!(1.5)),
        ("list", json!([1, "a", null, 2.0])),
        ("uni", json!("é\"'\n")),
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
        // Each of these is what the real Buildbot makes of it.
        ("%(prop:number)s|%(prop:missing)s|%%", "42||%"),
        ("%(prop:missing:-d)s|%(prop:empty:-d)s|%(prop:number:-d)s", "d||42"),
        ("%(prop:missing:~d)s|%(prop:empty:~d)s|%(prop:number:~d)s", "d|d|42"),
        ("%(prop:missing:+set)s|%(prop:empty:+set)s|%(prop:number:+set)s", "|set|set"),
        ("%(prop:missing:?|yes|no)s|%(prop:empty:?|yes|no)s|%(prop:number:?|yes|no)s", "no|yes|yes"),
        ("%(prop:empty:#?|yes|no)s|%(prop:number:#?:yes:no)s|%(prop:number:?aXaY)s", "no|yes|X"),
        ("%(prop:none)s|%(prop:none:-d)s|%(prop:none:~d)s|%(prop:none:+d)s|%(prop:none:?|y|n)s", "||d|d|y"),
        ("%(prop:zero)s|%(prop:zero:-d)s|%(prop:zero:~d)s|%(prop:zero:+d)s|%(prop:zero:#?|y|n)s", "0|0|d|d|n"),
        ("%(prop:missing:-%(prop:gone:-%(prop:number)s)s)s", "42"),
        (
            "%(prop:missing:-a%%b)s|%(prop:missing:-a(b)c)s|%(prop:missing:-a:b:c)s|%(prop:missing:- x )s|",
            "a%b|a(b)c|a:b:c| x |",
        ),
        ("%(prop:missing:-x%(prop:list)sy)s|%(prop:missing:-%%s)s", "x[1, 'a', None, 2.0]y|%s"),
        ("%(prop:missing:-)s|%(prop:missing:~)s|%(prop:number:+)s|", "|||"),
        ("%(prop:number:+%(prop:flavour)s)s|%(prop:number:?|%(prop:flavour)s|no)s", "vanilla|vanilla"),
        ("%(prop:flavour:?|%(prop:flavour:?|a|b)s|c)s|%(prop:missing:?|%(prop:flavour:?/a/b)s|c)s", "a|c"),
        ("%(prop:number:?|yes|no|maybe)s|%(prop:missing:?|yes|no|maybe)s|%(prop:number:?||)s|", "yes|no|maybe||"),
        ("%(prop:missing:~%(prop:none:-%(prop:zero:~deep)s)s)s", ""),
        ("%(src::branch)s|%(src::revision)s|%(src:other:branch)s|%(src:other:branch:-x)s", "main|||x"),
        ("%(src::revision:-HEAD)s|%(src::revision:+yes)s|%(src::revision:~no)s|%(src::nosuch)s", "|yes|no|"),
        ("%(src::branch:?|y|n)s|%(src:other:branch:?|y|n)s|%(src::branch)r|%(src::revision)r", "y|n|'main'|''"),
        ("%(worker:name)s|%(worker:admin)s|%(worker:a b:-x)s", "w1||x"),
        ("%(prop:nested)s", "{'list': [1, 2, {'deep': True}], 'none': None}"),
        ("%(prop:list)s|%(prop:true)s|%(prop:flt)s|%(prop:uni)s", "[1, 'a', None, 2.0]|True|1.5|é\"'\n"),
        ("%(prop:uni)r|%(prop:uni)a|%(prop:number)r|%(prop:missing)r", "'é\"\\'\\n'|'\\xe9\"\\'\\n'|42|''"),
        ("%(prop:number)05s|%(prop:flavour)-10s|%(prop:flavour)010s|", "   42|vanilla   |   vanilla|"),
        ("%(prop:flavour).3s|%(prop:flavour).0s|%(prop:flavour).s|%(prop:number:-a).1s", "van|||4"),
        ("100%% sure|%%(prop:number)s", "100% sure|%(prop:number)s"),
        ("100% sure", "100{}ure"),
        ("%(secret:key)s|%(kw:gone)s|%(prop:)s|%(prop:ü)s", "hush|||"),
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
        ("%(secret:other)s", "KeyError: 'secret key other is not found in any provider'"),
        ("%(prop:flavour)d", "%d format: a real number is required, not str"),
        ("%(prop:number", "ValueError: incomplete format key"),
        ("%(prop:missing:-%(nope:x)s)s", "invalid Interpolate selector 'nope'"),
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

fn tuple(items: Vec<Value>) -> Value {
    Value::Tuple(items)
}

#[tokio::test]
async fn positional_values_are_formatted_as_python_does() {
    let number = Value::Int;
    let float = Value::Float;
    // format, values, result (from Python 3.11)
    let cases: Vec<(&str, Vec<Value>, &str)> = vec![
        ("%d|%05d|%-5d|%+d|% d|%5d|", vec![number(42); 6], "42|00042|42   |+42| 42|   42|"),
        ("%05d|%x|%+d", vec![number(-7); 3], "-0007|-7|-7"),
        ("%x|%X|%o|%#x|%#X|%#o|%#08x", vec![number(255); 7], "ff|FF|377|0xff|0XFF|0o377|0x0000ff"),
        ("%.3d|%8.4d|%08.4d|%-8.4d|", vec![number(42); 4], "042|    0042|00000042|0042    |"),
        ("%i|%u|%ld|%hd|%Ld", vec![number(1); 5], "1|1|1|1|1"),
        ("%f|%.2f|%5.1f|%.0f|%#.0f|%F", vec![number(42); 6], "42.000000|42.00| 42.0|42|42.|42.000000"),
        ("%e|%.3e|%.0e|%E", vec![number(42); 4], "4.200000e+01|4.200e+01|4e+01|4.200000E+01"),
        ("%g|%.3g|%#g|%g", vec![number(42), number(42), number(42), float(0.1)], "42|42|42.0000|0.1"),
        (
            "%g %g %g %g %g %G",
            vec![float(1e5), float(1e6), float(1e-4), float(1e-5), float(123_456_789.0), float(1e-7)],
            "100000 1e+06 0.0001 1e-05 1.23457e+08 1E-07",
        ),
        ("%d|%s|%d|%s", vec![float(1.9), float(1.0), float(1e20), float(1e20)], "1|1.0|100000000000000000000|1e+20"),
        (
            "%F|%f|%05f|%s",
            vec![float(f64::INFINITY), float(f64::NAN), float(f64::INFINITY), float(f64::NAN)],
            "INF|nan|00inf|nan",
        ),
        ("%c%c|%5c|%-3c|", vec!["a".into(), number(98), "c".into(), "d".into()], "ab|    c|d  |"),
        (
            "%*d|%-*d|%.*f",
            vec![number(5), number(42), number(5), number(42), number(2), float(2.71)],
            "   42|42   |2.71",
        ),
        ("%s|%r|%a|%5s|%-5s|%.2r", vec!["é".into(); 6], "é|'é'|'\\xe9'|    é|é    |'é"),
        ("%s|%r", vec![Value::Bytes(b"a'\xff".to_vec()); 2], "b\"a'\\xff\"|b\"a'\\xff\""),
        ("%s|%s|%s", vec![Value::Bool(true), Value::None, tuple(vec![number(1)])], "True|None|(1,)"),
        ("%d%%", vec![Value::Bool(true)], "1%"),
    ];
    for (format, values, expected) in cases {
        let value = object("Interpolate", &[("fmtstring", format.into()), ("args", Value::Tuple(values))]);
        assert_eq!(rendered(&value).await, Ok(expected.into()), "{format}");
    }
    let refused: Vec<(&str, Vec<Value>, &str)> = vec![
        ("%(prop:x)s", vec!["x".into()], "TypeError: format requires a mapping"),
        ("%s %s", vec!["a".into()], "TypeError: not enough arguments for format string"),
        ("%s", vec!["a".into(), "b".into()], "TypeError: not all arguments converted during string formatting"),
        ("%d", vec!["a".into()], "TypeError: %d format: a real number is required, not str"),
        ("%x", vec![float(1.5)], "TypeError: %x format: an integer is required, not float"),
        ("%f", vec!["1.5".into()], "TypeError: must be real number, not str"),
        ("%c", vec!["ab".into()], "TypeError: %c requires int or char"),
        ("%*d", vec!["a".into(), number(1)], "TypeError: * wants int"),
        ("%d", vec![float(f64::INFINITY)], "OverflowError: cannot convert float infinity to integer"),
        ("%", vec!["a".into()], "ValueError: incomplete format"),
    ];
    for (format, values, expected) in refused {
        let value = object("Interpolate", &[("fmtstring", format.into()), ("args", Value::Tuple(values))]);
        assert_eq!(rendered(&value).await, Err(expected.to_owned()), "{format}");
    }
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
        (old("%(number)s|%(missing:-x)s|%(flavour:+y)s|%(missing:~z)s|%(missing:+a)s"), "42|x|y|z|"),
        (old("%(empty:-x)s|%(empty:~x)s|%(empty:+x)s|%(none:-x)s|%(none:~x)s|%(none:+x)s|%(none)s"), "|x|x||x|x|"),
        (old("%(number)d|%(number)05d|%(list)s|%(true)s|%%"), "42|00042|[1, 'a', None, 2.0]|True|%"),
        (old("%(missing:-%(number)s)s|%(a b:-c)s|%(missing:-a:b)s"), "%(number)s|c|a:b"),
        (
            object(
                "WithProperties",
                &[
                    ("fmtstring", "%s/%d/%s".into()),
                    ("args", Value::Tuple(vec!["flavour".into(), "number".into(), "none".into()])),
                ],
            ),
            "vanilla/42/",
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
async fn the_older_form_wants_its_properties() {
    for (format, key) in [("%(missing)s", "missing"), ("%(number:=x)s", "number:=x"), ("%(missing:)s", "missing:")] {
        let told = rendered(&object("WithProperties", &[("fmtstring", format.into())])).await;
        assert_eq!(told, Err(format!("KeyError: '{key}'")), "{format}");
    }
    let names = Value::Tuple(vec!["missing".into()]);
    let positional = object("WithProperties", &[("fmtstring", "%s".into()), ("args", names)]);
    assert_eq!(rendered(&positional).await, Err("KeyError: 'missing'".to_owned()));
}

#[tokio::test]
async fn containers_and_functions_are_rendered_inside_out() {
    let number = || object("Property", &[("key", "number".into())]);
    let nested = Value::List(vec![Value::List(vec!["a".into(), Value::Tuple(vec!["b".into()])]), number()]);
    let flat = object("FlattenList", &[("nestedlist", nested)]);
    assert_eq!(rendered(&flat).await, Ok(Value::List(vec!["a".into(), "b".into(), Value::Int(42)])));
    let no_list = object("FlattenList", &[("nestedlist", interpolate("x"))]);
    assert_eq!(rendered(&no_list).await, Ok("x".into()));
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
    let list = |items: &[i64]| Value::List(items.iter().map(|item| Value::Int(*item)).collect());
    let nested = || object("Property", &[("key", "nested".into())]);
    let turned = Value::Dict(vec![
        ("none".into(), Value::None),
        (
            "list".into(),
            Value::List(vec![Value::Int(1), Value::Float(2.0), Value::Dict(vec![("deep".into(), Value::Int(1))])]),
        ),
    ]);
    let more = [
        (operator("eq", nested(), turned), Value::Bool(true)),
        (operator("mod", Value::Int(42), Value::Int(-5)), Value::Int(-3)),
        (operator("floordiv", Value::Int(42), Value::Int(-5)), Value::Int(-9)),
        (operator("mod", Value::Float(-1.5), Value::Int(2)), Value::Float(0.5)),
        (operator("mul", list(&[1]), Value::Int(2)), list(&[1, 1])),
        (operator("mul", Value::Int(2), "ab".into()), "abab".into()),
        (operator("lt", list(&[1, 2]), list(&[1, 3])), Value::Bool(true)),
        (operator("add", Value::Bool(true), Value::Bool(true)), Value::Int(2)),
        (operator("getitem", "abc".into(), Value::Int(-1)), "c".into()),
        (operator("mod", "%(a)s".into(), Value::Dict(vec![("a".into(), number())])), "42".into()),
    ];
    for (value, expected) in more {
        assert_eq!(rendered(&value).await, Ok(expected), "{value:?}");
    }
    let refused = [
        (operator("lt", number(), "x".into()), "TypeError: '<' not supported between instances of 'int' and 'str'"),
        (
            operator("gt", number(), Value::None),
            "TypeError: '>' not supported between instances of 'int' and 'NoneType'",
        ),
        (operator("truediv", number(), Value::Int(0)), "ZeroDivisionError: division by zero"),
        (operator("floordiv", number(), Value::Int(0)), "ZeroDivisionError: integer division or modulo by zero"),
        (operator("mod", number(), Value::Int(0)), "ZeroDivisionError: integer modulo by zero"),
        (operator("mod", Value::Float(1.0), Value::Int(0)), "ZeroDivisionError: float modulo"),
        (operator("add", number(), "x".into()), "TypeError: unsupported operand type(s) for +: 'int' and 'str'"),
        (operator("add", "x".into(), number()), "TypeError: can only concatenate str (not \"int\") to str"),
        (operator("sub", "x".into(), number()), "TypeError: unsupported operand type(s) for -: 'str' and 'int'"),
        (
            operator("mul", "x".into(), Value::Float(2.0)),
            "TypeError: can't multiply sequence by non-int of type 'float'",
        ),
        (
            operator("mul", "x".into(), Value::Int(i64::MAX)),
            "MemoryError: a sequence repeated 9223372036854775807 times is too long",
        ),
        (operator("mul", number(), Value::Int(i64::MAX)), "OverflowError: the result has more than 64 bits"),
        (
            operator("contains", "x".into(), number()),
            "TypeError: 'in <string>' requires string as left operand, not int",
        ),
        (operator("contains", Value::Int(5), number()), "TypeError: argument of type 'int' is not iterable"),
        (operator("getitem", list(&[1]), Value::Int(1)), "IndexError: list index out of range"),
        (operator("getitem", nested(), "x".into()), "KeyError: 'x'"),
        (
            operator("mod", "vanilla".into(), Value::Int(1)),
            "TypeError: not all arguments converted during string formatting",
        ),
        (object("Transform", &[("function", number())]), "TypeError: 'int' object is not callable"),
    ];
    for (value, expected) in refused {
        assert_eq!(rendered(&value).await, Err(expected.to_owned()), "{value:?}");
    }
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
