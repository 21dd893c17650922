//! Reads what a user filled in: each parameter's value, or why it is refused. All faults are told at once.

use std::collections::HashMap;
use std::sync::LazyLock;

use ferrobot_config::{Pattern, Validation};
use ferrobot_data::{Patch, SourceStamp, python_repr};
use serde_json::{Map, Value as Json, json};

use super::parameter::{Kind, Parameter, Role};
use super::python_text::{int, str};
use super::sourcestamp;

/// What the worker parameter offers for "no matter which".
const ANY_WORKER: &str = "-any-";

static MAIL_ADDRESS: LazyLock<Option<Pattern>> =
    LazyLock::new(|| Pattern::new(r"\S+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+\.?").ok());
/// What names and values of freely chosen properties may be, when `c['validation']` does not say.
static FREE_PROPERTY: LazyLock<Option<Pattern>> = LazyLock::new(|| Pattern::new(r"^[\w\.\-/~:]*$").ok());

/// What the user filled in.
#[derive(Debug, Default)]
pub(super) struct Answers {
    values: Map<String, Json>,
    /// By the build that was chosen: what it hands on.
    pub(super) inherited: HashMap<String, Result<Map<String, Json>, String>>,
    /// By full name: what the user's own methods made of it.
    pub(super) own: HashMap<String, Result<Json, String>>,
    pub(super) validation: Validation,
}

/// What came of it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Gathered {
    pub(super) owner: Json,
    pub(super) reason: Json,
    pub(super) priority: i64,
    pub(super) properties: Map<String, Json>,
    pub(super) sourcestamps: Vec<SourceStamp>,
    /// Texts by the full name of the parameter.
    pub(super) errors: Map<String, Json>,
}

impl Answers {
    pub(super) fn new(values: Map<String, Json>) -> Answers {
        Answers { values, ..Answers::default() }
    }

    /// Everything, each a list of values.
    pub(super) fn lists(&self) -> Json {
        let list = |value: &Json| if value.is_array() { value.clone() } else { json!([value]) };
        Json::Object(self.values.iter().map(|(name, value)| (name.clone(), list(value))).collect())
    }

    /// The values of a parameter, without blank text.
    fn of(&self, parameter: &Parameter) -> Vec<Json> {
        let given = parameter.full_name.as_ref().and_then(|name| self.values.get(name));
        let items = match given {
            None => Vec::new(),
            Some(Json::Array(items)) => items.clone(),
            Some(other) => vec![other.clone()],
        };
        items.into_iter().filter(|item| item.as_str().is_none_or(|text| !text.trim().is_empty())).collect()
    }

    /// The first value as text.
    pub(super) fn text_of(&self, parameter: &Parameter) -> String {
        self.of(parameter).first().map(str).unwrap_or_default()
    }
}

/// Reads the whole form.
pub(super) fn gather(head: &Parameter, fields: &[Parameter], answers: &Answers) -> Gathered {
    let mut gathered = Gathered::default();
    if let Kind::Nested { fields, .. } = &head.kind
        && let [username, reason, priority] = fields.as_slice()
    {
        gathered.reason = gathered.collect(reason, read(reason, answers));
        gathered.owner = match answers.values.get("owner") {
            Some(Json::Null) | None => gathered.collect(username, read(username, answers)),
            Some(anonymous) if anonymous == "anonymous" => gathered.collect(username, read(username, answers)),
            Some(owner) => owner.clone(),
        };
        gathered.priority = gathered.collect(priority, read(priority, answers)).as_i64().unwrap_or(0);
    }
    let mut properties = Map::new();
    for field in fields {
        gathered.put(field, answers, &mut properties);
    }
    gathered.properties = properties;
    gathered
}

impl Gathered {
    fn collect(&mut self, parameter: &Parameter, value: Result<Json, String>) -> Json {
        value.unwrap_or_else(|why| {
            self.errors.insert(parameter.full_name.clone().unwrap_or_default(), why.into());
            Json::Null
        })
    }

    /// Puts a parameter's value among the properties (or those of its group).
    fn put(&mut self, parameter: &Parameter, answers: &Answers, target: &mut Map<String, Json>) {
        let outcome = match &parameter.kind {
            Kind::Nested { fields, role, .. } => return self.put_group(parameter, fields, role, answers, target),
            Kind::Inherit { .. } => {
                let chosen = answers.text_of(parameter);
                let found = answers.inherited.get(&chosen).cloned();
                found.unwrap_or_else(|| Err(format!("bad build: {chosen}")))
            }
            Kind::Worker { .. } => read(parameter, answers).map(|worker| match worker {
                any if any == ANY_WORKER => Map::new(),
                worker => Map::from_iter([(parameter.name.clone(), worker)]),
            }),
            _ => read(parameter, answers).map(|value| Map::from_iter([(parameter.name.clone(), value)])),
        };
        match outcome {
            Ok(values) => target.extend(values),
            Err(why) => _ = self.collect(parameter, Err(why)),
        }
    }

    fn put_group(
        &mut self,
        parameter: &Parameter,
        fields: &[Parameter],
        role: &Role,
        answers: &Answers,
        target: &mut Map<String, Json>,
    ) {
        let mut values = Map::new();
        for field in fields {
            self.put(field, answers, &mut values);
        }
        match role {
            Role::Codebase(codebase) => self.sourcestamps.push(sourcestamp(codebase, &values)),
            Role::AnyProperty => {
                let text = |name: &str| values.get(name).map(str).unwrap_or_default();
                let (name, value) = (text("name"), text("value"));
                if name.is_empty() {
                    return;
                }
                let Validation { property_name, property_value, .. } = &answers.validation;
                let good = |own: &Option<Pattern>, text: &str| {
                    own.as_ref().or(FREE_PROPERTY.as_ref()).is_some_and(|pattern| pattern.matches(text))
                };
                if good(property_name, &name) && good(property_value, &value) {
                    target.insert(name, value.into());
                } else {
                    self.collect(parameter, Err(format!("bad property name='{name}', value='{value}'")));
                }
            }
            Role::Group | Role::Patch if parameter.name.is_empty() => target.extend(values),
            Role::Group | Role::Patch => {
                let group = target.entry(&parameter.name).or_insert_with(|| Json::Object(Map::new()));
                match group {
                    Json::Object(group) => group.extend(values),
                    other => *other = Json::Object(values),
                }
            }
        }
    }
}

/// The value of a parameter that is no group.
fn read(parameter: &Parameter, answers: &Answers) -> Result<Json, String> {
    if let Some(outcome) = parameter.full_name.as_ref().and_then(|name| answers.own.get(name)) {
        return outcome.clone();
    }
    if parameter.kind == Kind::Bool {
        return Ok(Json::Bool(is_ticked(parameter, answers)));
    }
    let items = items(parameter, answers)?;
    if parameter.kind == Kind::Fixed {
        return Ok(parameter.default.clone());
    }
    if parameter.multiple {
        let items: Result<Vec<Json>, String> = items.iter().map(|item| parse(parameter, item)).collect();
        return Ok(Json::Array(items?));
    }
    let value = parse(parameter, items.first().unwrap_or(&Json::Null))?;
    if value.is_null() {
        let name = parameter.full_name.as_deref().unwrap_or("None");
        return Err(format!("need {name}: no default provided by config"));
    }
    Ok(value)
}

/// The given values, or the default, as far as any kind may have them.
pub(super) fn items(parameter: &Parameter, answers: &Answers) -> Result<Vec<Json>, String> {
    let given = answers.of(parameter);
    if given.is_empty() && parameter.required {
        return Err(format!("'{}' needs to be specified", parameter.label));
    }
    let items = if given.is_empty() { defaults(parameter) } else { given };
    check_text(parameter, &items)?;
    Ok(items)
}

/// Only `true` ticks the box; not even the text.
fn is_ticked(parameter: &Parameter, answers: &Answers) -> bool {
    let given = parameter.full_name.as_ref().and_then(|name| answers.values.get(name));
    let value = match given {
        None => &parameter.default,
        Some(Json::Array(items)) if items.len() == 1 => &items[0],
        Some(other) => other,
    };
    *value == Json::Bool(true) || value.as_f64() == Some(1.0)
}

fn defaults(parameter: &Parameter) -> Vec<Json> {
    match &parameter.default {
        Json::Array(items) if parameter.multiple => items.clone(),
        Json::String(text) if parameter.multiple && text.is_empty() => Vec::new(),
        other => vec![other.clone()],
    }
}

fn check_text(parameter: &Parameter, items: &[Json]) -> Result<(), String> {
    let label = &parameter.label;
    for item in items {
        let text = str(item);
        if let Some(regex) = &parameter.regex
            && !regex.matches(&text)
        {
            return Err(format!("{label}:'{text}' does not match pattern '{}'", regex.text()));
        }
        let size = text.chars().count();
        if let (Some(maxsize), Json::String(_)) = (parameter.maxsize, item)
            && i64::try_from(size).is_ok_and(|size| size > maxsize)
        {
            return Err(format!("{label}: is too large {size} > {maxsize}"));
        }
    }
    Ok(())
}

fn parse(parameter: &Parameter, item: &Json) -> Result<Json, String> {
    match &parameter.kind {
        Kind::Int { .. } => int(item).map(Json::from),
        Kind::UserName { need_email: true, .. } => {
            let text = str(item);
            let is_mail = MAIL_ADDRESS.as_ref().is_some_and(|pattern| pattern.is_found_in(&text));
            if is_mail || text.is_empty() && !parameter.required {
                return Ok(item.clone());
            }
            let name = &parameter.name;
            Err(format!("{name}: please fill in email address in the form 'User <email@email.com>'"))
        }
        Kind::Choice { choices, strict: true } | Kind::Worker { choices, strict: true } if !choices.contains(item) => {
            let choices = python_repr(&Json::Array(choices.clone()));
            Err(format!("'{}' does not belong to list of available choices '{choices}'", str(item)))
        }
        _ => Ok(item.clone()),
    }
}

/// The patch of a codebase; without a body there is none.
pub(super) fn patch(values: &Map<String, Json>) -> Option<Patch> {
    let text = |name: &str| values.get(name).map(str).unwrap_or_default();
    let body = text("body");
    if body.is_empty() {
        return None;
    }
    Some(Patch {
        level: values.get("level").and_then(Json::as_i64).unwrap_or(1),
        body: body.into_bytes(),
        author: text("author"),
        comment: text("comment"),
        subdir: values.get("subdir").map(str),
    })
}
