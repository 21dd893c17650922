//! `ChangeFilter`: which changes a scheduler looks at.
//!
//! Tests on attributes are decided here; functions of the configuration are asked only about changes that pass those.

use std::sync::Arc;

use ferrobot_config::{Callable, ConfigClass, Errors, FromValue, Object, Pattern, Place, Value};
use ferrobot_data::Change;
use ferrobot_engine::{HostError, SchedulerContext};
use serde_json::Value as Json;

use crate::arguments::{callable, class_name, given};

/// Picks changes by their attributes. All conditions that are given must hold.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.changes.filter")]
pub(crate) struct ChangeFilter {
    /// A function of the change.
    #[config(positional)]
    pub(crate) filter_fn: Value,
    /// The change's project is this, or one of these.
    #[config(positional)]
    pub(crate) project: Value,
    /// The project is none of these.
    #[config(positional)]
    pub(crate) project_not_eq: Value,
    /// The project matches this regular expression, or one of these, from its beginning.
    #[config(positional)]
    pub(crate) project_re: Value,
    /// The project matches none of these regular expressions.
    #[config(positional)]
    pub(crate) project_not_re: Value,
    /// A function of the project.
    #[config(positional)]
    pub(crate) project_fn: Value,
    /// The change's repository is this, or one of these.
    #[config(positional)]
    pub(crate) repository: Value,
    /// The repository is none of these.
    #[config(positional)]
    pub(crate) repository_not_eq: Value,
    /// The repository matches one of these regular expressions.
    #[config(positional)]
    pub(crate) repository_re: Value,
    /// The repository matches none of these regular expressions.
    #[config(positional)]
    pub(crate) repository_not_re: Value,
    /// A function of the repository.
    #[config(positional)]
    pub(crate) repository_fn: Value,
    /// The change's branch is this, or one of these; `None` is the default branch, and differs from leaving it out.
    #[config(positional)]
    #[expect(dead_code, reason = "read from the object, because None is a branch, too")]
    branch: Value,
    /// The branch is none of these.
    #[config(positional)]
    #[expect(dead_code, reason = "read from the object, because None is a branch, too")]
    branch_not_eq: Value,
    /// The branch matches one of these regular expressions.
    #[config(positional)]
    pub(crate) branch_re: Value,
    /// The branch matches none of these regular expressions.
    #[config(positional)]
    pub(crate) branch_not_re: Value,
    /// A function of the branch.
    #[config(positional)]
    pub(crate) branch_fn: Value,
    /// The change's category is this, or one of these.
    #[config(positional)]
    pub(crate) category: Value,
    /// The category is none of these.
    #[config(positional)]
    pub(crate) category_not_eq: Value,
    /// The category matches one of these regular expressions.
    #[config(positional)]
    pub(crate) category_re: Value,
    /// The category matches none of these regular expressions.
    #[config(positional)]
    pub(crate) category_not_re: Value,
    /// A function of the category.
    #[config(positional)]
    pub(crate) category_fn: Value,
    /// The change's codebase is this, or one of these.
    #[config(positional)]
    pub(crate) codebase: Value,
    /// The codebase is none of these.
    #[config(positional)]
    pub(crate) codebase_not_eq: Value,
    /// The codebase matches one of these regular expressions.
    #[config(positional)]
    pub(crate) codebase_re: Value,
    /// The codebase matches none of these regular expressions.
    #[config(positional)]
    pub(crate) codebase_not_re: Value,
    /// A function of the codebase.
    #[config(positional)]
    pub(crate) codebase_fn: Value,
    /// Properties of the change with the values that they may have.
    #[config(positional)]
    pub(crate) property_eq: Value,
    /// Properties with the values that they may not have.
    #[config(positional)]
    pub(crate) property_not_eq: Value,
    /// Properties with the regular expressions, one of which they must match.
    #[config(positional)]
    pub(crate) property_re: Value,
    /// Properties with the regular expressions that they may not match.
    #[config(positional)]
    pub(crate) property_not_re: Value,
}

/// A filter, ready to use.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Filter {
    tests: Vec<Test>,
    functions: Vec<(Subject, Arc<Callable>)>,
    /// A user's subclass that decides by itself, in its method `filter_change`.
    own: Option<Arc<Object>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Test {
    subject: Subject,
    condition: Condition,
}

#[derive(Debug, Clone, PartialEq)]
enum Subject {
    Change,
    Project,
    Repository,
    Branch,
    Category,
    Codebase,
    Property(String),
}

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    In(Vec<Option<String>>),
    NotIn(Vec<Option<String>>),
    Matching(Vec<Pattern>),
    NotMatching(Vec<Pattern>),
}

impl Filter {
    /// Reads a `ChangeFilter` object.
    pub(crate) fn read(object: &Object, errors: &mut Errors) -> Option<Filter> {
        if object.class != ChangeFilter::PATH {
            errors.error(&object.place, format!("change_filter: {} is not supported yet", class_name(object)));
            return None;
        }
        let arguments = ChangeFilter::from_object(object, errors)?;
        let before = errors.errors.len();
        let own = object.overrides.iter().any(|name| name == "filter_change").then(|| Arc::new(object.clone()));
        let mut filter = Filter { own, ..Filter::default() };
        let mut reader = Reader { filter: &mut filter, place: &object.place, errors };
        let ChangeFilter { project, project_not_eq, project_re, project_not_re, project_fn, .. } = &arguments;
        reader.attribute(Subject::Project, [project, project_not_eq, project_re, project_not_re], project_fn);
        let ChangeFilter { repository, repository_not_eq, repository_re, repository_not_re, repository_fn, .. } =
            &arguments;
        reader.attribute(
            Subject::Repository,
            [repository, repository_not_eq, repository_re, repository_not_re],
            repository_fn,
        );
        reader.branch(object, &arguments);
        let ChangeFilter { category, category_not_eq, category_re, category_not_re, category_fn, .. } = &arguments;
        reader.attribute(Subject::Category, [category, category_not_eq, category_re, category_not_re], category_fn);
        let ChangeFilter { codebase, codebase_not_eq, codebase_re, codebase_not_re, codebase_fn, .. } = &arguments;
        reader.attribute(Subject::Codebase, [codebase, codebase_not_eq, codebase_re, codebase_not_re], codebase_fn);
        reader.properties(&arguments);
        reader.function(Subject::Change, "filter_fn", &arguments.filter_fn);
        (errors.errors.len() == before).then_some(filter)
    }

    /// The filter that the old arguments `branch` (or `branches`) and `categories` stand for.
    pub(crate) fn of_branch(branch: Option<&Value>, categories: &Value, place: &Place, errors: &mut Errors) -> Filter {
        let mut filter = Filter::default();
        let mut reader = Reader { filter: &mut filter, place, errors };
        if let Some(branch) = branch {
            reader.values(Subject::Branch, "branch_eq", branch, Condition::In);
        }
        if categories.is_truthy() {
            reader.values(Subject::Category, "category_eq", categories, Condition::In);
        }
        filter
    }

    /// What can be decided without the configuration's functions.
    pub(crate) fn admits(&self, change: &Change) -> bool {
        self.tests.iter().all(|test| test.holds(change))
    }

    /// Everything.
    pub(crate) async fn accepts(&self, change: &Change, context: &SchedulerContext) -> Result<bool, HostError> {
        if let Some(own) = &self.own {
            let answer = context.call_method(own, "filter_change", vec![context.change_proxy(change)]).await?;
            return Ok(answer.is_truthy());
        }
        if !self.admits(change) {
            return Ok(false);
        }
        for (subject, function) in &self.functions {
            let argument = match subject {
                Subject::Change => context.change_proxy(change),
                other => other.of(change).map_or(Value::None, Value::Str),
            };
            if !context.call(function, vec![argument]).await?.is_truthy() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Test {
    fn holds(&self, change: &Change) -> bool {
        let value = self.subject.of(change);
        match (&self.condition, &value) {
            (Condition::In(wanted), _) => wanted.contains(&value),
            (Condition::NotIn(unwanted), _) => !unwanted.contains(&value),
            (Condition::Matching(patterns), Some(text)) => patterns.iter().any(|pattern| pattern.matches(text)),
            (Condition::NotMatching(patterns), Some(text)) => !patterns.iter().any(|pattern| pattern.matches(text)),
            (Condition::Matching(_), None) => false,
            (Condition::NotMatching(_), None) => true,
        }
    }
}

impl Subject {
    fn of(&self, change: &Change) -> Option<String> {
        match self {
            Subject::Change => None,
            Subject::Project => Some(change.project.clone()),
            Subject::Repository => Some(change.repository.clone()),
            Subject::Branch => change.branch.clone(),
            Subject::Category => change.category.clone(),
            Subject::Codebase => Some(change.codebase.clone()),
            Subject::Property(name) => match change.properties.get(name) {
                None => Some(String::new()),
                Some(Json::Null) => None,
                Some(Json::String(text)) => Some(text.clone()),
                Some(other) => Some(other.to_string()),
            },
        }
    }

    fn word(&self) -> &str {
        match self {
            Subject::Change => "filter",
            Subject::Project => "project",
            Subject::Repository => "repository",
            Subject::Branch => "branch",
            Subject::Category => "category",
            Subject::Codebase => "codebase",
            Subject::Property(_) => "property",
        }
    }
}

struct Reader<'a> {
    filter: &'a mut Filter,
    place: &'a Place,
    errors: &'a mut Errors,
}

impl Reader<'_> {
    fn attribute(&mut self, subject: Subject, [eq, not_eq, re, not_re]: [&Value; 4], function: &Value) {
        let word = subject.word().to_owned();
        if *eq != Value::None {
            self.values(subject.clone(), &format!("{word}_eq"), eq, Condition::In);
        }
        if *not_eq != Value::None {
            self.values(subject.clone(), &format!("{word}_not_eq"), not_eq, Condition::NotIn);
        }
        self.patterns(&subject, re, not_re);
        self.function(subject, &format!("{word}_fn"), function);
    }

    /// `None` is a branch, so only what is left out does not count.
    fn branch(&mut self, object: &Object, arguments: &ChangeFilter) {
        if let Some(wanted) = given(object, "branch") {
            self.values(Subject::Branch, "branch_eq", wanted, Condition::In);
        }
        if let Some(unwanted) = given(object, "branch_not_eq") {
            self.values(Subject::Branch, "branch_not_eq", unwanted, Condition::NotIn);
        }
        self.patterns(&Subject::Branch, &arguments.branch_re, &arguments.branch_not_re);
        self.function(Subject::Branch, "branch_fn", &arguments.branch_fn);
    }

    fn properties(&mut self, arguments: &ChangeFilter) {
        for (value, name, condition) in [
            (&arguments.property_eq, "property_eq", Condition::In as fn(Vec<Option<String>>) -> Condition),
            (&arguments.property_not_eq, "property_not_eq", Condition::NotIn),
        ] {
            for (property, values) in self.entries(name, value) {
                self.values(Subject::Property(property), name, &values, condition);
            }
        }
        for (property, patterns) in self.entries("property_re", &arguments.property_re) {
            self.patterns(&Subject::Property(property), &patterns, &Value::None);
        }
        for (property, patterns) in self.entries("property_not_re", &arguments.property_not_re) {
            self.patterns(&Subject::Property(property), &Value::None, &patterns);
        }
    }

    fn entries(&mut self, name: &str, value: &Value) -> Vec<(String, Value)> {
        match value {
            Value::None => Vec::new(),
            Value::Dict(entries) => entries
                .iter()
                .filter_map(|(property, values)| Some((property.as_str()?.to_owned(), values.clone())))
                .collect(),
            _ => {
                self.errors.error(self.place, format!("Value of filter {name} must be dict"));
                Vec::new()
            }
        }
    }

    fn values(
        &mut self,
        subject: Subject,
        name: &str,
        value: &Value,
        condition: impl FnOnce(Vec<Option<String>>) -> Condition,
    ) {
        let none_allowed = subject == Subject::Branch;
        let read = |item: &Value| match item {
            Value::Str(text) => Some(Some(text.clone())),
            Value::None if none_allowed => Some(None),
            _ => None,
        };
        let items = value.as_list().unwrap_or(std::slice::from_ref(value));
        match items.iter().map(read).collect() {
            Some(values) => self.filter.tests.push(Test { subject, condition: condition(values) }),
            None => {
                let or_none = if none_allowed { " or None" } else { "" };
                self.errors
                    .error(self.place, format!("Values of filter {name} must be list of strings or a string{or_none}"));
            }
        }
    }

    fn patterns(&mut self, subject: &Subject, wanted: &Value, unwanted: &Value) {
        if let Some(patterns) = self.read_patterns(subject, "re", wanted) {
            let condition = Condition::Matching(patterns);
            self.filter.tests.push(Test { subject: subject.clone(), condition });
        }
        if let Some(patterns) = self.read_patterns(subject, "not_re", unwanted) {
            let condition = Condition::NotMatching(patterns);
            self.filter.tests.push(Test { subject: subject.clone(), condition });
        }
    }

    fn read_patterns(&mut self, subject: &Subject, suffix: &str, value: &Value) -> Option<Vec<Pattern>> {
        if *value == Value::None {
            return None;
        }
        let items = value.as_list().unwrap_or(std::slice::from_ref(value));
        match items.iter().map(Pattern::from_value).collect() {
            Ok(patterns) => Some(patterns),
            Err(why) => {
                self.errors.error(self.place, format!("Value of filter {}_{suffix}: {why}", subject.word()));
                None
            }
        }
    }

    fn function(&mut self, subject: Subject, name: &str, value: &Value) {
        if let Some(function) = callable(name, value, self.place, self.errors) {
            self.filter.functions.push((subject, function));
        }
    }
}

#[cfg(test)]
mod tests;
