//! Builds that users force.

use std::collections::BTreeMap;
use std::sync::Arc;

use ferrobot_config::{Object, Value};
use ferrobot_data::{Control, ControlError};
use serde_json::{Value as Json, json};

use crate::site::{Running, Site, scheduler, shown};

fn parameter(class: &str, arguments: Vec<(&str, Value)>) -> Value {
    let args: BTreeMap<String, Value> = arguments.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Value::Object(Arc::new(Object {
        class: format!("buildbot.schedulers.forcesched.{class}"),
        args,
        ..Object::default()
    }))
}

fn site() -> Site {
    let properties = vec![
        parameter("IntParameter", vec![("name", "level".into()), ("default", Value::Int(1))]),
        parameter("StringParameter", vec![("name", "must".into()), ("required", Value::Bool(true))]),
    ];
    let arguments =
        vec![("properties", Value::List(properties)), ("builderNames", Value::List(vec!["b1".into(), "b2".into()]))];
    Site::new(vec![scheduler("forcesched.ForceScheduler", "force", arguments)])
}

async fn force(running: &Running, params: Json) -> Result<Json, ControlError> {
    let params = params.as_object().unwrap().clone();
    running.control(Control::Force { scheduler: "force".to_owned(), params }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filled_form_becomes_a_buildset() {
    let site = site();
    let running = site.start().await;
    let params = json!({"owner": "jo", "must": "x", "level": "5", "branch": "dev", "builderid": 2, "priority": 3});
    let answer = force(&running, params).await.unwrap();
    assert_eq!(answer, json!([1, {"2": 1}]));
    let buildsets = running.buildsets().await;
    assert_eq!(shown(&buildsets[0]), "A build was forced by 'jo': force build: dev@");
    let expected = json!({
        "level": [5, "Force Build Form"],
        "must": ["x", "Force Build Form"],
        "owner": ["jo", "Force Build Form"],
        "reason": ["force build", "Force Build Form"],
        "scheduler": ["force", "Scheduler"],
    });
    assert_eq!(buildsets[0].properties.to_json(), expected);
    assert_eq!(buildsets[0].sourcestamps.len(), 1);
    assert_eq!(running.requests(buildsets[0].id).await[0].priority, 3);
    let all = force(&running, json!({"owner": "jo", "must": "x"})).await.unwrap();
    assert_eq!(all, json!([2, {"1": 2, "2": 3}]));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_by_field() {
    let site = site();
    let running = site.start().await;
    let refused = |answer: Result<Json, ControlError>| match answer {
        Err(ControlError::Invalid(fields)) => fields,
        other => json!(other.map_err(|error| error.to_string())),
    };
    let fields = refused(force(&running, json!({"owner": "anonymous", "level": "x", "username": "jo"})).await);
    let expected = json!({
        "username": "username: please fill in email address in the form 'User <email@email.com>'",
        "level": "invalid literal for int() with base 10: 'x'",
        "must": "'must' needs to be specified",
    });
    assert_eq!(fields, expected);
    for (params, told) in [
        (json!({"builderNames": ["nobody"]}), "KeyError('builderNames not specified or not supported')"),
        (json!({"builderid": 77, "must": "x"}), "there is no builder with id 77"),
    ] {
        assert_eq!(force(&running, params).await.unwrap_err().to_string(), told);
    }
    assert_eq!(running.buildsets().await.len(), 0);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_is_shown() {
    let site = site();
    let running = site.start().await;
    let forms = running.data.controller().unwrap().force_schedulers(None);
    assert_eq!((forms.len(), &forms[0]["name"], &forms[0]["enabled"]), (1, &json!("force"), &json!(true)));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subclass_reads_what_was_filled_in() {
    let mut upper = parameter("StringParameter", vec![("name", "shout".into()), ("default", "quiet".into())]);
    if let Value::Object(object) = &mut upper {
        let object = Arc::make_mut(object);
        (object.handle, object.overrides) = (5, vec!["parse_from_arg".to_owned()]);
    }
    let arguments = vec![("properties", Value::List(vec![upper]))];
    let site = Site::new(vec![scheduler("forcesched.ForceScheduler", "force", arguments)]);
    site.function(5, |call| {
        assert_eq!(call.method.as_deref(), Some("parse_from_arg"));
        match call.args[0].as_str() {
            Some("no") => Err(ferrobot_engine::HostError::Raised {
                exception: "ValidationError".to_owned(),
                message: "not that".to_owned(),
                traceback: String::new(),
            }),
            text => Ok(Value::Str(text.unwrap().to_uppercase())),
        }
    });
    let running = site.start().await;
    force(&running, json!({"owner": "jo"})).await.unwrap();
    force(&running, json!({"owner": "jo", "shout": "hey"})).await.unwrap();
    let buildsets = running.buildsets().await;
    let said: Vec<_> = buildsets.iter().map(|buildset| buildset.properties.get("shout").cloned().unwrap()).collect();
    assert_eq!(said, ["QUIET", "HEY"]);
    match force(&running, json!({"owner": "jo", "shout": "no"})).await {
        Err(ControlError::Invalid(fields)) => assert_eq!(fields, json!({"shout": "not that"})),
        other => panic!("{other:?}"),
    }
    running.stop().await;
}
