//! How a class of the configuration becomes a step, and the checks that all steps share.

use ferrobot_config::{ClassSchema, ConfigClass, Errors, Object, Place, Value};
use ferrobot_engine::Step;

/// Buildbot's limit for the names of steps.
const NAME_CHARS_MAX: usize = 50;

/// A configuration class that describes a step.
pub(crate) trait StepClass: ConfigClass + 'static {
    /// Tells what is wrong with the parameters, as far as it is known before they are rendered.
    fn check(&self, faults: &mut Faults<'_>) {
        let _ = faults;
    }

    /// The step itself. `object` tells whether the class is a subclass of the user.
    fn into_step(self, object: &Object) -> Box<dyn Step>;
}

/// A kind of step, ready to be registered.
pub(crate) struct Kind {
    pub(crate) class: &'static str,
    pub(crate) schema: fn() -> ClassSchema,
    pub(crate) make: fn(&Object, &mut Errors) -> Option<Box<dyn Step>>,
}

impl Kind {
    pub(crate) fn of<T: StepClass>() -> Kind {
        Kind { class: T::PATH, schema: T::schema, make: make::<T> }
    }
}

fn make<T: StepClass>(object: &Object, errors: &mut Errors) -> Option<Box<dyn Step>> {
    let class = T::from_object(object, errors)?;
    let before = errors.errors.len();
    let mut faults = Faults { class: short_name(T::PATH), place: &object.place, errors };
    check_common(object, &mut faults);
    class.check(&mut faults);
    (errors.errors.len() == before).then(|| class.into_step(object))
}

/// Collects what is wrong with one object.
pub(crate) struct Faults<'a> {
    /// The class without its module.
    pub(crate) class: &'a str,
    place: &'a Place,
    errors: &'a mut Errors,
}

impl Faults<'_> {
    /// Adds a fault.
    pub(crate) fn add(&mut self, message: impl Into<String>) {
        self.errors.error(self.place, message);
    }
}

fn short_name(class: &'static str) -> &'static str {
    class.rsplit('.').next().unwrap_or(class)
}

fn check_common(object: &Object, faults: &mut Faults<'_>) {
    let class = faults.class;
    match object.args.get("name") {
        None | Some(Value::None | Value::Object(_)) => {}
        Some(Value::Str(name)) if name.chars().count() > NAME_CHARS_MAX => {
            faults.add(format!("Step {class} name '{name}' exceeds maximum length of {NAME_CHARS_MAX}"));
        }
        Some(Value::Str(_)) => {}
        Some(_) => faults.add(format!("{class} argument name must be an instance of str")),
    }
    match object.args.get("updateBuildSummaryPolicy") {
        None | Some(Value::None | Value::Bool(_) | Value::List(_) | Value::Tuple(_)) => {}
        Some(_) => faults.add("BuildStep updateBuildSummaryPolicy must be a list of result ids or boolean"),
    }
}

/// For the tests of the kinds.
#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An object of a class, with arguments.
    pub(crate) fn object(class: &str, args: &[(&str, Value)]) -> Object {
        Object {
            class: class.to_owned(),
            args: args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            ..Object::default()
        }
    }

    /// The class read from arguments that are right.
    pub(crate) fn read<T: StepClass>(args: &[(&str, Value)]) -> T {
        let mut errors = Errors::default();
        let class = T::from_object(&object(T::PATH, args), &mut errors);
        class.unwrap_or_else(|| panic!("{errors:?}"))
    }

    /// What is told about arguments that are wrong.
    pub(crate) fn told<T: StepClass>(args: &[(&str, Value)]) -> Vec<String> {
        let mut errors = Errors::default();
        let made = make::<T>(&object(T::PATH, args), &mut errors);
        assert_eq!(made.is_none(), !errors.errors.is_empty(), "a step is made exactly when nothing is wrong");
        errors.errors.into_iter().map(|error| error.message).collect()
    }

    #[test]
    fn names_are_checked_before_they_are_rendered() {
        type Shell = crate::shell::ShellCommand;
        let with_name = |name: Value| told::<Shell>(&[("command", "x".into()), ("name", name)]);
        assert_eq!(with_name("n".repeat(50).as_str().into()), Vec::<String>::new());
        let long = "n".repeat(51);
        assert_eq!(
            with_name(long.as_str().into()),
            [format!("Step ShellCommand name '{long}' exceeds maximum length of 50")]
        );
        assert_eq!(with_name(Value::Int(3)), ["ShellCommand argument name must be an instance of str"]);
        let policy = told::<Shell>(&[("command", "x".into()), ("updateBuildSummaryPolicy", "x".into())]);
        assert_eq!(policy, ["BuildStep updateBuildSummaryPolicy must be a list of result ids or boolean"]);
    }
}
