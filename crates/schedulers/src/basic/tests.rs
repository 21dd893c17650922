use ferrobot_config::Place;

use super::*;

fn object(class: &str, arguments: &[(&str, Value)]) -> Object {
    let mut args = std::collections::BTreeMap::from([
        ("name".to_owned(), Value::from("s")),
        ("builderNames".to_owned(), Value::List(vec!["b1".into()])),
    ]);
    args.extend(arguments.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    Object { class: format!("buildbot.schedulers.basic.{class}"), args, ..Object::default() }
}

type Arguments<'a> = Vec<(&'a str, Value)>;
type Make = fn(&Object, &mut Errors) -> Option<Box<dyn Scheduler>>;

fn told(make: Make, arguments: &[(&str, Value)]) -> (Vec<String>, Vec<String>) {
    let mut errors = Errors::default();
    let made = make(&object("X", arguments), &mut errors);
    assert_eq!(made.is_some(), errors.errors.is_empty());
    let texts = |all: Vec<ferrobot_config::ConfigError>| all.into_iter().map(|error| error.message).collect();
    (texts(errors.errors), texts(errors.warnings))
}

#[test]
fn faults_of_the_arguments() {
    let filter = Value::Object(Arc::new(Object {
        class: "buildbot.changes.filter.ChangeFilter".to_owned(),
        ..Object::default()
    }));
    let cases: [(Make, Arguments<'_>, &str); 8] = [
        (make_single, vec![("branch", "a".into()), ("branches", "b".into())], "the 'branches' argument is not allowed"),
        (make_single, vec![("branch", "a".into()), ("change_filter", filter)], "cannot specify both change_filter"),
        (
            make_single,
            vec![("branch", "a".into()), ("fileIsImportant", "x".into())],
            "fileIsImportant must be a callable",
        ),
        (make_single, vec![("branch", "a".into()), ("builderNames", "b1".into())], "The builderNames argument"),
        (
            make_single,
            vec![("branch", "a".into()), ("reason", "%(who)s".into())],
            "reason '%(who)s': there is no %(who)s",
        ),
        (make_any, vec![("branch", "a".into())], "the 'branch' argument is not allowed"),
        (make_any, vec![("treeStableTimer", "soon".into())], "X: parameter 'treeStableTimer' must be a number"),
        (
            make_any,
            vec![("treeStableTimer", Value::Int(-1))],
            "treeStableTimer must be a number of seconds, 0 or more, not -1",
        ),
    ];
    for (make, arguments, expected) in cases {
        let (errors, _) = told(make, &arguments);
        assert!(errors.iter().any(|error| error.starts_with(expected)), "{arguments:?}: {errors:?}");
    }
}

#[test]
fn good_arguments() {
    for (make, arguments) in [
        (make_single as Make, vec![("branch", Value::None)]),
        (make_single, vec![("branch", "main".into()), ("categories", Value::List(vec!["x".into()]))]),
        (make_any, vec![]),
        (make_any, vec![("branches", Value::List(vec!["a".into(), Value::None])), ("treeStableTimer", Value::Int(5))]),
        (make_any, vec![("treeStableTimer", Value::Float(f64::INFINITY))]),
    ] {
        assert_eq!(told(make, &arguments), (vec![], vec![]), "{arguments:?}");
    }
}

#[test]
fn a_scheduler_without_a_branch_is_kept_and_told() {
    let (errors, warnings) = told(make_single, &[]);
    assert_eq!(errors, [""; 0]);
    assert!(warnings[0].contains("'branch' argument"));
}

#[test]
fn the_reason_names_the_users_class() {
    let mut mine = object("SingleBranchScheduler", &[("branch", "main".into())]);
    mine.user_class = Some("master_cfg.Mine".to_owned());
    let mut errors = Errors::default();
    let arguments = SingleBranchScheduler::from_object(&mine, &mut errors).unwrap();
    let common = Common {
        name: arguments.name,
        builder_names: arguments.builder_names,
        scheduler: arguments.scheduler,
        absolute: false,
        branches: "branch",
    };
    let basic = read(&mine, common, arguments.basic, &mut errors);
    assert_eq!(basic.reason, "The Mine scheduler named 's' triggered this build");
    assert_eq!((basic.stable_after, basic.builder_names), (None, vec!["b1".to_owned()]));
    assert_eq!(errors, Errors { errors: vec![], warnings: vec![] });
    let _place: Place = mine.place;
}
