use serde::Deserialize;

use super::*;

/// Forms, how they are shown, and what comes of answers to them, recorded from Buildbot 4.3.0.
const RECORDED: &str = include_str!("recorded.json");

#[derive(Deserialize)]
struct Recorded {
    form: String,
    args: Map<String, Json>,
    label: String,
    button_name: String,
    spec: Json,
    answers: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    params: Map<String, Json>,
    #[serde(default)]
    errors: Option<Map<String, Json>>,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    sourcestamps: Vec<Map<String, Json>>,
    #[serde(default)]
    properties: Map<String, Json>,
    #[serde(default)]
    priority: i64,
}

/// `{"$class": name, "args": {…}}` stands for a parameter.
fn value(json: &Json) -> Value {
    match json {
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(map) if map.contains_key("$class") => {
            let class = format!("buildbot.schedulers.forcesched.{}", map["$class"].as_str().unwrap());
            let args = map["args"].as_object().unwrap();
            Value::Object(Arc::new(object(class, args)))
        }
        other => Value::from_json(other),
    }
}

fn object(class: String, args: &Map<String, Json>) -> Object {
    let args = args.iter().map(|(name, argument)| (name.clone(), value(argument))).collect();
    Object { class, args, ..Object::default() }
}

fn form(args: &Map<String, Json>) -> (Form, Errors) {
    let mut args = args.clone();
    args.entry("name").or_insert("force".into());
    args.entry("builderNames").or_insert(json!(["b1"]));
    let object = object("buildbot.schedulers.forcesched.ForceScheduler".to_owned(), &args);
    let mut errors = Errors::default();
    let arguments = ForceScheduler::from_object(&object, &mut errors).unwrap();
    let form = Form::read(&arguments, &object.place, &mut errors);
    (form, errors)
}

fn recorded() -> Vec<Recorded> {
    serde_json::from_str(RECORDED).unwrap()
}

#[test]
fn forms_look_as_buildbot_shows_them() {
    for Recorded { form: name, args, label, button_name, spec, .. } in recorded() {
        let (form, errors) = form(&args);
        assert_eq!(errors, Errors::default(), "{name}");
        let resource = form.force_resource().unwrap();
        assert_eq!(resource["all_fields"], spec, "{name}");
        assert_eq!(
            (resource["label"].as_str(), resource["button_name"].as_str()),
            (Some(&*label), Some(&*button_name))
        );
        assert_eq!((&resource["name"], &resource["builder_names"]), (&json!("force"), &json!(["b1"])));
    }
}

#[test]
fn answers_give_what_buildbot_makes_of_them() {
    let mut seen = 0;
    for Recorded { form: name, args, answers, .. } in recorded() {
        let (form, _) = form(&args);
        for answer in answers {
            let case = format!("{name}: {:?}", answer.params);
            let gathered = gather::gather(&form.head, &form.fields, &Answers::new(answer.params));
            let told = (!gathered.errors.is_empty()).then(|| gathered.errors.clone());
            assert_eq!(told, answer.errors, "{case}");
            let Some(reason) = answer.reason else { continue };
            let buildset = form.buildset(gathered, vec![BuilderId(1)]).unwrap();
            assert_eq!(buildset.reason, reason, "{case}");
            assert_eq!(buildset.priority, Some(answer.priority), "{case}");
            let properties: Map<String, Json> =
                buildset.properties.iter().map(|(name, property)| (name.to_owned(), property.value.clone())).collect();
            assert_eq!(properties, answer.properties, "{case}");
            assert!(buildset.properties.iter().all(|(_, property)| property.source == SOURCE));
            assert_eq!(buildset.sourcestamps.len(), answer.sourcestamps.len(), "{case}");
            for (ours, theirs) in buildset.sourcestamps.iter().zip(&answer.sourcestamps) {
                compare_stamps(ours, theirs, &case);
            }
            seen += 1;
        }
    }
    assert!(seen > 15);
}

fn compare_stamps(ours: &SourceStamp, theirs: &Map<String, Json>, case: &str) {
    let text = |name: &str| theirs.get(name).map_or("", |value| value.as_str().unwrap());
    assert_eq!(ours.codebase, text("codebase"), "{case}");
    assert_eq!(ours.branch.as_deref(), Some(text("branch")), "{case}");
    assert_eq!(ours.revision.as_deref(), Some(text("revision")), "{case}");
    assert_eq!((ours.repository.as_str(), ours.project.as_str()), (text("repository"), text("project")), "{case}");
    // Buildbot hands on an empty patch, too, and leaves it out when it stores the source stamp.
    let body = Some(text("patch_body")).filter(|body| !body.is_empty());
    assert_eq!(ours.patch.is_some(), body.is_some(), "{case}");
    if let Some(patch) = &ours.patch {
        assert_eq!(patch.body, body.unwrap().as_bytes());
        assert_eq!(patch.level, theirs["patch_level"].as_i64().unwrap());
        assert_eq!((patch.author.as_str(), patch.comment.as_str()), (text("patch_author"), text("patch_comment")));
        assert_eq!(patch.subdir.as_deref(), Some(text("patch_subdir")));
    }
}

#[test]
fn faults_of_the_scheduler() {
    let string = json!({"$class": "StringParameter", "args": {"name": "x"}});
    let cases = [
        (json!({"name": ""}), "ForceScheduler name must not be empty: ''"),
        (json!({"name": "no spaces"}), "ForceScheduler name must be an identifier: 'no spaces'"),
        (json!({"name": "1st"}), "ForceScheduler name must be an identifier: '1st'"),
        (json!({"builderNames": "b1"}), "The builderNames argument to a scheduler must be a list"),
        (json!({"builderNames": [1]}), "The builderNames argument to a scheduler must be a list"),
        (json!({"username": "x"}), "ForceScheduler 'force': username must be a StringParameter"),
        (json!({"reason": "x"}), "ForceScheduler 'force': reason must be a StringParameter"),
        (json!({"priority": string}), "ForceScheduler 'force': priority must be a IntParameter"),
        (json!({"properties": {"a": 1}}), "ForceScheduler 'force': properties must be a list of BaseParameters"),
        (json!({"properties": ["x"]}), "ForceScheduler 'force': properties must be a list of BaseParameters"),
        (json!({"codebases": []}), "ForceScheduler 'force': 'codebases' cannot be empty"),
        (json!({"codebases": {"a": 1}}), "ForceScheduler 'force': 'codebases' should be a list of strings"),
        (json!({"codebases": [string]}), "ForceScheduler 'force': 'codebases' must be a list of strings"),
        (json!({"reasonString": "%(who)s"}), "ForceScheduler 'force': reasonString '%(who)s': there is no %(who)s"),
    ];
    for (args, told) in cases {
        let (_, errors) = form(args.as_object().unwrap());
        let first = errors.errors.first().map(|error| error.message.as_str()).unwrap_or_default();
        assert!(first.starts_with(told), "{args}: {first}");
    }
}

#[test]
fn two_parameters_of_one_name_are_told() {
    let twice = json!({"$class": "StringParameter", "args": {"name": "branch"}});
    let (_, errors) = form(json!({"properties": [twice]}).as_object().unwrap());
    assert_eq!(errors.errors, []);
    assert_eq!(errors.warnings[0].message, "ForceScheduler 'force': two parameters have the name 'branch'");
}

#[test]
fn an_earlier_build_hands_on_its_form() {
    let inherit = json!({"$class": "InheritBuildParameter", "args": {"name": "inherit"}});
    let (form, _) = form(json!({"properties": [inherit]}).as_object().unwrap());
    let params = json!({"owner": "me", "inherit": "b1/7 (green)"});
    let mut answers = Answers::new(params.as_object().unwrap().clone());
    assert_eq!(form.inherited(&answers), [("b1/7 (green)".to_owned(), "inherit".to_owned())]);
    let gathered = gather::gather(&form.head, &form.fields, &answers);
    assert_eq!(gathered.errors["inherit"], "bad build: b1/7 (green)");
    let handed_on = Map::from_iter([("inherit".to_owned(), json!("b1/7")), ("orig_owner".to_owned(), json!("you"))]);
    answers.inherited.insert("b1/7 (green)".to_owned(), Ok(handed_on.clone()));
    let gathered = gather::gather(&form.head, &form.fields, &answers);
    assert_eq!((gathered.errors, gathered.properties), (Map::new(), handed_on));
}

#[test]
fn the_configuration_says_what_free_properties_may_be() {
    let any = json!({"$class": "AnyPropertyParameter", "args": {"name": "any"}});
    let (form, _) = form(json!({"properties": [any]}).as_object().unwrap());
    let params = json!({"owner": "me", "any_name": "a b", "any_value": "x"});
    let mut answers = Answers::new(params.as_object().unwrap().clone());
    let gathered = gather::gather(&form.head, &form.fields, &answers);
    assert_eq!(gathered.errors["any"], "bad property name='a b', value='x'");
    answers.validation.property_name = ferrobot_config::Pattern::new("^[a-z ]*$").ok();
    let gathered = gather::gather(&form.head, &form.fields, &answers);
    assert_eq!((gathered.errors.len(), &gathered.properties["a b"]), (0, &json!("x")));
}

#[test]
fn builders_are_chosen_among_its_own() {
    let own = ["b".to_owned(), "a".to_owned()];
    assert_eq!(chosen(&own, &json!(["a", "b", "c", "a"])), ["a", "b"]);
    assert_eq!(chosen(&own, &json!("b")), ["b"]);
    assert_eq!(chosen(&own, &json!(["nobody"])), [""; 0]);
}
