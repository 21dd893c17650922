use serde_json::json;

use super::*;
use crate::testing::change;

fn object(arguments: &[(&str, Value)]) -> Object {
    Object {
        class: "buildbot.changes.filter.ChangeFilter".to_owned(),
        args: arguments.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        ..Object::default()
    }
}

fn filter(arguments: &[(&str, Value)]) -> Filter {
    let mut errors = Errors::default();
    let filter = Filter::read(&object(arguments), &mut errors);
    filter.unwrap_or_else(|| panic!("{errors:?}"))
}

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|item| Value::from(*item)).collect())
}

fn dict(name: &str, value: Value) -> Value {
    Value::Dict(vec![(name.into(), value)])
}

#[test]
fn each_condition_admits_what_buildbot_admits() {
    let mut seen = change(1);
    seen.project = "p1".to_owned();
    seen.branch = Some("release/1".to_owned());
    seen.category = None;
    seen.codebase = "lib".to_owned();
    seen.properties.insert("event".to_owned(), json!("push"));
    seen.properties.insert("number".to_owned(), json!(7));
    let cases = [
        (vec![("project", "p1".into())], true),
        (vec![("project", list(&["p0", "p1"]))], true),
        (vec![("project", "p2".into())], false),
        (vec![("project", list(&[]))], false),
        (vec![("project_not_eq", "p2".into())], true),
        (vec![("project_not_eq", list(&["p1"]))], false),
        (vec![("project_re", "p\\d".into())], true),
        (vec![("project_re", "\\d".into())], false),
        (vec![("project_not_re", "\\d".into())], true),
        (vec![("branch", "release/1".into())], true),
        (vec![("branch", Value::None)], false),
        (vec![("branch", Value::List(vec![Value::None, "release/1".into()]))], true),
        (vec![("branch_not_eq", Value::None)], true),
        (vec![("branch_re", list(&["main", "(?!feature/)"]))], true),
        (vec![("branch_not_re", list(&["main", "release/"]))], false),
        (vec![("category", "c".into())], false),
        (vec![("category_not_eq", "c".into())], true),
        (vec![("category_re", ".*".into())], false),
        (vec![("category_not_re", ".*".into())], true),
        (vec![("codebase", "lib".into()), ("repository", "".into())], true),
        (vec![("codebase", "lib".into()), ("repository", "r".into())], false),
        (vec![("property_eq", dict("event", "push".into()))], true),
        (vec![("property_re", dict("number", "7".into()))], true),
        (vec![("property_eq", dict("missing", "".into()))], true),
        (vec![("property_not_eq", dict("event", list(&["push"])))], false),
        (vec![("property_re", dict("event", "pu".into()))], true),
        (vec![("property_not_re", dict("event", "pu".into()))], false),
        (vec![], true),
    ];
    for (arguments, expected) in cases {
        assert_eq!(filter(&arguments).admits(&seen), expected, "{arguments:?}");
    }
}

#[test]
fn no_branch_is_a_branch_of_its_own() {
    let mut seen = change(1);
    seen.branch = None;
    assert!(filter(&[("branch", Value::None)]).admits(&seen));
    assert!(!filter(&[("branch_not_eq", Value::None)]).admits(&seen));
    assert!(!filter(&[("branch", "main".into())]).admits(&seen));
    assert!(filter(&[]).admits(&seen));
    let sentinel = Callable { name: "<buildbot.util._NotABranch object>".to_owned(), ..Callable::default() };
    assert!(filter(&[("branch", Value::Opaque(Arc::new(sentinel)))]).admits(&seen));
}

#[test]
fn the_old_arguments_make_a_filter() {
    let mut errors = Errors::default();
    let place = Place::default();
    let filter = Filter::of_branch(Some(&"main".into()), &list(&["a", "b"]), &place, &mut errors);
    let mut seen = change(1);
    seen.branch = Some("main".to_owned());
    assert!(!filter.admits(&seen));
    seen.category = Some("b".to_owned());
    assert!(filter.admits(&seen));
    assert_eq!(Filter::of_branch(None, &Value::None, &place, &mut errors), Filter::default());
    assert_eq!(errors, Errors::default());
}

#[test]
fn faults_are_told_all_at_once() {
    let mut errors = Errors::default();
    let arguments = [
        ("project", Value::Int(1)),
        ("branch", Value::Int(2)),
        ("category_re", "(".into()),
        ("codebase_fn", "x".into()),
        ("property_eq", "x".into()),
    ];
    assert_eq!(Filter::read(&object(&arguments), &mut errors), None);
    let told: Vec<&str> = errors.errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(told.len(), 5, "{told:?}");
    assert_eq!(told[0], "Values of filter project_eq must be list of strings or a string");
    assert_eq!(told[1], "Values of filter branch_eq must be list of strings or a string or None");
    assert!(told[2].starts_with("Value of filter category_re: '(' is not a regular expression"));
    assert_eq!(told[3], "codebase_fn must be a callable");
    assert_eq!(told[4], "Value of filter property_eq must be dict");
}

#[test]
fn filters_of_other_kinds_are_told() {
    let mut errors = Errors::default();
    let gerrit =
        Object { class: "buildbot.changes.gerritchangesource.GerritChangeFilter".to_owned(), ..Object::default() };
    assert_eq!(Filter::read(&gerrit, &mut errors), None);
    assert_eq!(errors.errors[0].message, "change_filter: GerritChangeFilter is not supported yet");
}
