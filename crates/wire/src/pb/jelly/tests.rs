use bytes::Bytes;
use proptest::prelude::*;

use super::{Failure, Item, JellyError, Value};

fn list(items: Vec<Item>) -> Item {
    Item::List(items)
}

fn word(text: &str) -> Item {
    Item::word(text)
}

fn number(number: i64) -> Item {
    Item::Integer(number)
}

#[test]
fn values_have_pythons_forms() {
    let cases = [
        (Value::None, list(vec![word("None")])),
        (Value::Bool(true), list(vec![word("boolean"), word("true")])),
        (Value::Integer(-5), number(-5)),
        (Value::Bytes(Bytes::from_static(b"\xff")), Item::Bytes(Bytes::from_static(b"\xff"))),
        (Value::from("é"), list(vec![word("unicode"), word("é")])),
        (Value::List(vec![Value::Integer(1)]), list(vec![word("list"), number(1)])),
        (Value::Tuple(Vec::new()), list(vec![word("tuple")])),
        (Value::Set(vec![Value::Integer(1)]), list(vec![word("set"), number(1)])),
        (
            Value::dict([("k", Value::None)]),
            list(vec![
                word("dictionary"),
                list(vec![list(vec![word("unicode"), word("k")]), list(vec![word("None")])]),
            ]),
        ),
        (Value::Ours(3), list(vec![word("remote"), number(3)])),
        (Value::Theirs(3), list(vec![word("local"), number(3)])),
    ];
    for (value, item) in cases {
        assert_eq!(value.to_item(), item);
        // What is ours for the one side is theirs for the other.
        let received = match value {
            Value::Ours(id) => Value::Theirs(id),
            Value::Theirs(id) => Value::Ours(id),
            other => other,
        };
        assert_eq!(Value::from_item(&item).unwrap(), received);
    }
}

#[test]
fn repeated_values_are_sent_once() {
    let shared = list(vec![word("reference"), number(1), list(vec![word("tuple"), number(7)])]);
    let again = list(vec![word("dereference"), number(1)]);
    let seven = Value::Tuple(vec![Value::Integer(7)]);
    let item = list(vec![word("list"), shared, again]);
    assert_eq!(Value::from_item(&item).unwrap(), Value::List(vec![seven.clone(), seven]));
}

#[test]
fn references_cannot_make_a_bomb_or_a_circle() {
    let mut item = list(vec![word("reference"), number(0), list(vec![word("list"), number(1), number(2)])]);
    for level in 1..40 {
        let twice = list(vec![word("list"), item, list(vec![word("dereference"), number(level - 1)])]);
        item = list(vec![word("reference"), number(level), twice]);
    }
    assert_eq!(Value::from_item(&item), Err(JellyError::TooLarge));
    let circle =
        list(vec![word("reference"), number(1), list(vec![word("list"), list(vec![word("dereference"), number(1)])])]);
    assert_eq!(Value::from_item(&circle), Err(JellyError::DanglingReference));
}

#[test]
fn malformed_values_are_refused() {
    let cases = [
        list(vec![]),
        list(vec![number(5)]),
        list(vec![word("unicode")]),
        list(vec![word("boolean"), word("maybe")]),
        list(vec![word("dictionary"), list(vec![number(1)])]),
        list(vec![word("remote"), word("x")]),
        list(vec![word("reference"), number(1)]),
    ];
    for item in cases {
        assert!(matches!(Value::from_item(&item), Err(JellyError::Malformed(_))), "{item:?}");
    }
}

#[test]
fn instances_of_classes_are_only_named() {
    let item = list(vec![word("some.module.Class"), list(vec![word("dictionary")])]);
    let expected = Value::Instance("some.module.Class".to_owned(), Box::new(Value::Dict(Vec::new())));
    assert_eq!(Value::from_item(&item).unwrap(), expected);
}

#[test]
fn failures_travel() {
    let failure = Failure::unauthorized();
    let received = Failure::from_value(&Value::from_item(&failure.to_value().to_item()).unwrap());
    assert_eq!(received, failure);
    assert!(received.is("twisted.cred.error.LoginFailed"));
    assert_eq!(received.to_string(), "twisted.cred.error.UnauthorizedLogin");
    assert!(Failure::no_such_method("x").is("builtins.AttributeError"));

    let plain = Value::Instance("builtins.ValueError".to_owned(), Box::new(Value::from("no")));
    assert_eq!(Failure::from_value(&plain).to_string(), "builtins.ValueError: no");
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::None),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Integer),
        (-1e12..1e12f64).prop_map(Value::Float),
        ".{0,30}".prop_map(Value::Text),
        prop::collection::vec(any::<u8>(), 0..100).prop_map(|bytes| Value::Bytes(bytes.into())),
    ];
    leaf.prop_recursive(5, 80, 10, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..10).prop_map(Value::List),
            prop::collection::vec(inner.clone(), 0..10).prop_map(Value::Tuple),
            prop::collection::vec((inner.clone(), inner), 0..10).prop_map(Value::Dict),
        ]
    })
}

fn any_item() -> impl Strategy<Value = Item> {
    let words =
        vec!["None", "list", "tuple", "unicode", "dictionary", "reference", "dereference", "remote", "boolean", "x.Y"];
    let leaf = prop_oneof![
        (0i64..4).prop_map(Item::Integer),
        prop::sample::select(words).prop_map(Item::word),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(|bytes| Item::Bytes(bytes.into())),
    ];
    leaf.prop_recursive(6, 100, 6, |inner| prop::collection::vec(inner, 0..6).prop_map(Item::List))
}

proptest! {
    #[test]
    fn values_come_back_as_they_went(value in any_value()) {
        prop_assert_eq!(Value::from_item(&value.to_item()).unwrap(), value);
    }

    #[test]
    fn any_expression_is_a_value_or_an_error(item in any_item()) {
        let _refused = Value::from_item(&item);
    }
}
