//! Arguments that every scheduler has: what they may be, and the faults that Buildbot tells.

use std::sync::Arc;

use ferrobot_config::{Callable, ConfigClass, Errors, Object, Place, Value};

/// What every scheduler takes besides its name, its builders and its own.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.base", name = "ReconfigurableBaseScheduler")]
pub(crate) struct SchedulerArguments {
    /// Properties of each buildset that the scheduler adds.
    #[config(renderable)]
    #[expect(dead_code, reason = "the engine renders them")]
    properties: Value,
    /// Codebases that the scheduler follows: names, or names with `repository`, `branch` and `revision` to use without a change.
    pub(crate) codebases: Value,
    /// Priority of the build requests: a number, or a function of the builders' names and of the changes by codebase.
    pub(crate) priority: Value,
}

/// What is built of a codebase that has no change.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct CodebaseDefaults {
    pub(crate) repository: String,
    pub(crate) branch: Option<String>,
    pub(crate) revision: Option<String>,
}

/// The scheduler's codebases, in the order of the configuration.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Codebases(pub(crate) Vec<(String, CodebaseDefaults)>);

impl Default for Codebases {
    /// One codebase without a name.
    fn default() -> Codebases {
        Codebases(vec![(String::new(), CodebaseDefaults::default())])
    }
}

impl Codebases {
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|(codebase, _)| codebase == name)
    }

    pub(crate) fn read(value: &Value, place: &Place, errors: &mut Errors) -> Codebases {
        match value {
            Value::None => Codebases::default(),
            Value::List(names) => {
                let names = names.iter().filter_map(text);
                Codebases(names.map(|name| (name, CodebaseDefaults::default())).collect())
            }
            Value::Dict(entries) => {
                let named = entries.iter().filter_map(|(name, attributes)| {
                    let name = text(name)?;
                    let defaults = defaults_of(&name, attributes, place, errors)?;
                    Some((name, defaults))
                });
                Codebases(named.collect())
            }
            _ => {
                errors.error(place, "Codebases must be a dict of dicts, or list of strings");
                Codebases::default()
            }
        }
    }
}

fn defaults_of(name: &str, attributes: &Value, place: &Place, errors: &mut Errors) -> Option<CodebaseDefaults> {
    let Value::Dict(entries) = attributes else {
        errors.error(place, "Codebases must be a dict of dicts");
        return None;
    };
    let mut defaults = CodebaseDefaults::default();
    let mut unknown = Vec::new();
    for (key, value) in entries {
        match key.as_str() {
            Some("repository") => defaults.repository = text(value).unwrap_or_default(),
            Some("branch") => defaults.branch = text(value),
            Some("revision") => defaults.revision = text(value),
            other => unknown.push(other.unwrap_or("?").to_owned()),
        }
    }
    if unknown.is_empty() {
        return Some(defaults);
    }
    errors.error(place, format!("Unknown codebase keys {} for codebase {name}", unknown.join(", ")));
    None
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// Which priority the build requests get.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Priority {
    Fixed(i64),
    /// A function of (builder names, changes by codebase).
    Function(Arc<Callable>),
}

impl Priority {
    pub(crate) fn read(value: &Value, place: &Place, errors: &mut Errors) -> Priority {
        match value {
            Value::Int(priority) => return Priority::Fixed(*priority),
            Value::Bool(priority) => return Priority::Fixed(i64::from(*priority)),
            Value::Callable(function) => return Priority::Function(function.clone()),
            other if other.is_truthy() => errors.error(
                place,
                format!("Invalid type for priority: {}. It must either be an integer or a function", value.type_name()),
            ),
            _ => {}
        }
        Priority::Fixed(0)
    }
}

/// Checks `builderNames`: a list of names or renderables, or a renderable.
pub(crate) fn check_builder_names(value: &Value, place: &Place, errors: &mut Errors) {
    let is_name = |item: &Value| matches!(item, Value::Str(_)) || is_renderable(item);
    let good = match value {
        Value::List(items) | Value::Tuple(items) => items.iter().all(is_name),
        other => is_renderable(other),
    };
    if !good {
        errors.error(
            place,
            "The builderNames argument to a scheduler must be a list of builder names, or a renderable that renders to one",
        );
    }
}

fn is_renderable(value: &Value) -> bool {
    value.as_object().is_some_and(|object| {
        object.class.starts_with("buildbot.process.properties.") || object.class == "buildbot.interfaces.IRenderable"
    })
}

/// The builders' names that are plain text.
pub(crate) fn plain_names(value: &Value) -> Vec<String> {
    value.as_list().unwrap_or_default().iter().filter_map(text).collect()
}

/// Reads a function; anything else that Python regards as true is a fault.
pub(crate) fn callable(name: &str, value: &Value, place: &Place, errors: &mut Errors) -> Option<Arc<Callable>> {
    match value {
        Value::Callable(function) => return Some(function.clone()),
        other if other.is_truthy() => errors.error(place, format!("{name} must be a callable")),
        _ => {}
    }
    None
}

/// Whether an argument was given at all: for those where `None` has a meaning of its own.
pub(crate) fn given<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    // Buildbot's own sentinel, passed on by somebody's function.
    object.args.get(name).filter(|value| !matches!(value, Value::Opaque(thing) if thing.name.contains("NotABranch")))
}

/// The name of the class that the user wrote.
pub(crate) fn class_name(object: &Object) -> &str {
    let dotted = object.user_class.as_deref().unwrap_or(&object.class);
    dotted.rsplit('.').next().unwrap_or(dotted)
}

/// Refuses a user's subclass that replaces parts of a scheduler: leaving them out would build the wrong things.
pub(crate) fn refuse_overrides(object: &Object, errors: &mut Errors) {
    let behaviour: Vec<&str> = object
        .overrides
        .iter()
        .map(String::as_str)
        .filter(|name| !matches!(*name, "compare_attrs" | "checkConfig" | "__repr__"))
        .collect();
    if !behaviour.is_empty() {
        let names = behaviour.join(", ");
        errors.error(
            &object.place,
            format!("{}: replacing {names} of a scheduler in a subclass is not supported yet", class_name(object)),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(check: impl FnOnce(&Place, &mut Errors)) -> Vec<String> {
        let mut errors = Errors::default();
        check(&Place::default(), &mut errors);
        errors.errors.into_iter().map(|error| error.message).collect()
    }

    fn dict(entries: &[(&str, Value)]) -> Value {
        Value::Dict(entries.iter().map(|(name, value)| (Value::from(*name), value.clone())).collect())
    }

    #[test]
    fn codebases_in_all_their_forms() {
        let mut errors = Errors::default();
        let mut read = |value: &Value| Codebases::read(value, &Place::default(), &mut errors);
        assert_eq!(read(&Value::None).0.len(), 1);
        assert!(read(&Value::None).contains(""));
        let names = read(&Value::List(vec!["b".into(), "a".into()]));
        assert_eq!(names.0.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["b", "a"]);
        let full = read(&dict(&[("lib", dict(&[("repository", "git://x".into()), ("branch", Value::None)]))]));
        assert_eq!(
            full.0,
            [("lib".to_owned(), CodebaseDefaults { repository: "git://x".to_owned(), branch: None, revision: None })]
        );
        assert_eq!(errors, Errors::default());
    }

    #[test]
    fn faults_of_codebases() {
        let cases = [
            (Value::from("x"), "Codebases must be a dict of dicts, or list of strings"),
            (dict(&[("x", Value::Int(1))]), "Codebases must be a dict of dicts"),
            (dict(&[("x", dict(&[("project", "p".into())]))]), "Unknown codebase keys project for codebase x"),
        ];
        for (value, told) in cases {
            assert_eq!(faults(|place, errors| _ = Codebases::read(&value, place, errors)), [told]);
        }
    }

    #[test]
    fn priority_is_a_number_or_a_function() {
        let function = Arc::new(Callable::default());
        let mut errors = Errors::default();
        let mut read = |value: Value| Priority::read(&value, &Place::default(), &mut errors);
        assert_eq!(read(Value::None), Priority::Fixed(0));
        assert_eq!(read(Value::Int(-3)), Priority::Fixed(-3));
        assert_eq!(read(Value::Callable(function.clone())), Priority::Function(function));
        assert_eq!(read("high".into()), Priority::Fixed(0));
        assert_eq!(
            errors.errors[0].message,
            "Invalid type for priority: str. It must either be an integer or a function"
        );
    }

    #[test]
    fn builder_names_are_a_list_or_a_renderable() {
        let renderable = Value::Object(Arc::new(Object {
            class: "buildbot.process.properties.Interpolate".to_owned(),
            ..Object::default()
        }));
        let good = [Value::List(vec![]), Value::Tuple(vec!["a".into(), renderable.clone()]), renderable];
        let bad = [Value::None, "b1".into(), Value::List(vec![Value::Int(1)])];
        for value in good {
            assert_eq!(faults(|place, errors| check_builder_names(&value, place, errors)), [""; 0], "{value:?}");
        }
        for value in bad {
            let told = faults(|place, errors| check_builder_names(&value, place, errors));
            assert!(told[0].contains("builderNames"), "{value:?}");
        }
    }

    #[test]
    fn a_subclass_that_replaces_behaviour_is_refused() {
        let mut object = Object { user_class: Some("me.Mine".to_owned()), ..Object::default() };
        object.overrides = vec!["compare_attrs".to_owned()];
        let mut errors = Errors::default();
        refuse_overrides(&object, &mut errors);
        assert_eq!(errors, Errors::default());
        object.overrides.push("gotChange".to_owned());
        refuse_overrides(&object, &mut errors);
        assert!(errors.errors[0].message.starts_with("Mine: replacing gotChange"));
    }
}
