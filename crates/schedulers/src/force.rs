//! `ForceScheduler`: builds that a user asks for by filling in a form.
//!
//! `classes` describes the parameters as the configuration writes them, `parameter` is the form made of them, `spec` shows it
//! (the REST resource), and `gather` reads what a user filled in; `own` asks the methods of the configuration's subclasses.

pub(crate) mod classes;
mod gather;
mod group;
mod inherit;
mod own;
mod parameter;
mod python_text;
mod spec;

use std::sync::Arc;

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Errors, Object, Place, Value};
use ferrobot_data::{ControlError, ResultSpec, SourceStamp};
use ferrobot_engine::{ForceRequest, Scheduler, SchedulerBuildset, SchedulerContext, SchedulerInput};
use ferrobot_model::{BuilderId, Properties};
use serde_json::{Map, Value as Json, json};

use self::gather::{Answers, Gathered};
use self::parameter::Parameter;
use crate::arguments::{CodebaseDefaults, Codebases, check_builder_names, plain_names, refuse_overrides};
use crate::buildset::with_defaults;
use crate::percent;

/// Source of the properties that a form sets.
const SOURCE: &str = "Force Build Form";

/// Lets users force builds.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.schedulers.forcesched",
    base = "buildbot.schedulers.base.ReconfigurableBaseScheduler",
    rename_all = "camelCase"
)]
pub(crate) struct ForceScheduler {
    /// Unique name, an identifier.
    #[config(positional)]
    name: String,
    /// Names of the builders that may be forced.
    #[config(positional, required)]
    builder_names: Value,
    /// The parameter that asks for the user's name, when nobody is logged in.
    username: Value,
    /// The parameter that asks for the reason.
    reason: Value,
    /// Reason of the build; `%(owner)s` is the user, `%(reason)s` what the user gave as the reason.
    #[config(default = "A build was forced by '%(owner)s': %(reason)s")]
    reason_string: String,
    /// Text of the button.
    button_name: Option<String>,
    /// What the user may choose of each codebase: `CodebaseParameter`s or names.
    codebases: Value,
    /// Title of the form.
    label: Option<String>,
    /// Further parameters, which become properties.
    properties: Value,
    /// The parameter that asks for the priority.
    priority: Value,
}

/// Makes one.
pub(crate) fn make(object: &Object, errors: &mut Errors) -> Option<Box<dyn Scheduler>> {
    let before = errors.errors.len();
    let arguments = ForceScheduler::from_object(object, errors)?;
    refuse_overrides(object, errors);
    let form = Form::read(&arguments, &object.place, errors);
    (errors.errors.len() == before).then(|| Box::new(form) as Box<dyn Scheduler>)
}

/// Answers a request to force a scheduler that is not a force scheduler.
pub(crate) fn refuse(request: ForceRequest, name: &str) {
    let _gone = request.reply.send(Err(ControlError::Failed(format!("scheduler '{name}' is not a force scheduler"))));
}

/// The form of a force scheduler.
#[derive(Debug)]
struct Form {
    name: String,
    label: String,
    button_name: String,
    builder_names: Vec<String>,
    reason_string: String,
    /// Username, reason and priority, shown as a group.
    head: Parameter,
    /// Codebases, then properties.
    fields: Vec<Parameter>,
    codebases: Codebases,
}

impl Form {
    fn read(arguments: &ForceScheduler, place: &Place, errors: &mut Errors) -> Form {
        let name = &arguments.name;
        let told = |what: &str| format!("ForceScheduler '{name}': {what}");
        check_name(name, place, errors);
        check_builder_names(&arguments.builder_names, place, errors);
        let builder_names = plain_names(&arguments.builder_names);
        if arguments.builder_names.as_list().is_none_or(|names| names.len() != builder_names.len()) {
            errors.error(place, told("builderNames must be a list of strings"));
        }
        let one =
            |value: &Value, argument: &str, kind: &str, default: fn() -> Parameter, errors: &mut Errors| match value {
                Value::None => Some(default()),
                Value::Object(object) if Parameter::is_class(object) => Parameter::read(object, errors),
                _ => {
                    errors.error(place, format!("ForceScheduler '{name}': {argument} must be a {kind}"));
                    None
                }
            };
        let username = one(&arguments.username, "username", "StringParameter", Parameter::username, errors);
        let reason = one(&arguments.reason, "reason", "StringParameter", Parameter::reason, errors);
        let priority = one(&arguments.priority, "priority", "IntParameter", Parameter::priority, errors)
            .filter(|priority| check_priority(priority, place, &told("priority must be a IntParameter"), errors));
        let head = [username, reason, priority].into_iter().flatten().collect();
        let mut fields = codebase_fields(&arguments.codebases, place, &told, errors);
        fields.extend(property_fields(&arguments.properties, place, &told, errors));
        if let Err(error) = percent::format(&arguments.reason_string, &[("owner", ""), ("reason", "")]) {
            errors.error(place, told(&format!("reasonString {error}")));
        }
        let mut form = Form {
            name: name.clone(),
            label: arguments.label.clone().unwrap_or_else(|| name.clone()),
            button_name: arguments.button_name.clone().filter(|text| !text.is_empty()).unwrap_or_else(|| name.clone()),
            builder_names,
            reason_string: arguments.reason_string.clone(),
            head: Parameter::group(head),
            codebases: codebases_of(&fields),
            fields,
        };
        form.settle(place, errors);
        form
    }

    /// Gives every parameter its full name.
    fn settle(&mut self, place: &Place, errors: &mut Errors) {
        let mut seen = std::collections::BTreeSet::new();
        for parameter in std::iter::once(&mut self.head).chain(&mut self.fields) {
            parameter.settle(None);
            parameter.each(&mut |leaf| {
                if let Some(name) = &leaf.full_name
                    && !seen.insert(name.clone())
                {
                    let told = format!("ForceScheduler '{}': two parameters have the name '{name}'", self.name);
                    errors.warning(place, told);
                }
            });
        }
    }

    fn resource(&self) -> Json {
        let fields: Vec<Json> = std::iter::once(&self.head).chain(&self.fields).map(Parameter::spec).collect();
        json!({
            "name": self.name,
            "button_name": self.button_name,
            "label": self.label,
            "builder_names": self.builder_names,
            "enabled": true,
            "all_fields": fields,
        })
    }

    async fn force(&self, params: Map<String, Json>, context: &SchedulerContext) -> Result<Json, ControlError> {
        let builders = self.builders(&params, context).await?;
        let mut answers = Answers::new(params);
        answers.validation = context.validation();
        answers.own = own::read(std::iter::once(&self.head).chain(&self.fields), &answers, context).await;
        for (argument, parameter) in self.inherited(&answers) {
            let found = inherit::inherit(&argument, &parameter, context).await;
            answers.inherited.insert(argument, found);
        }
        let gathered = gather::gather(&self.head, &self.fields, &answers);
        if !gathered.errors.is_empty() {
            return Err(ControlError::Invalid(Json::Object(gathered.errors)));
        }
        let buildset = self.buildset(gathered, builders).map_err(ControlError::Failed)?;
        let added = context.add_buildset(buildset).await.map_err(|error| ControlError::Failed(error.to_string()))?;
        let requests: Map<String, Json> =
            added.requests.iter().map(|(builder, request)| (builder.to_string(), request.0.into())).collect();
        Ok(json!([added.id.0, requests]))
    }

    fn buildset(&self, gathered: Gathered, builders: Vec<BuilderId>) -> Result<SchedulerBuildset, String> {
        let Gathered { owner, reason, priority, mut properties, sourcestamps, .. } = gathered;
        properties.insert("reason".to_owned(), reason.clone());
        properties.insert("owner".to_owned(), owner.clone());
        let mut set = Properties::new();
        for (name, value) in properties {
            set.set(name, value, SOURCE);
        }
        let (owner, reason) = (python_text::str(&owner), python_text::str(&reason));
        Ok(SchedulerBuildset {
            sourcestamps: with_defaults(sourcestamps, &self.codebases)?,
            reason: percent::format(&self.reason_string, &[("owner", &owner), ("reason", &reason)])?,
            properties: set,
            builders: Some(builders),
            priority: Some(priority),
            ..SchedulerBuildset::default()
        })
    }

    /// Which builders to force: `builderNames` of this scheduler, or the one with `builderid`, or all.
    async fn builders(
        &self,
        params: &Map<String, Json>,
        context: &SchedulerContext,
    ) -> Result<Vec<BuilderId>, ControlError> {
        let wanted = match params.get("builderNames").filter(|names| !names.is_null()) {
            Some(names) => chosen(&self.builder_names, names),
            None => match params.get("builderid").filter(|id| !id.is_null()) {
                Some(id) => return builder_by_id(id, context).await.map(|id| vec![id]),
                None => self.builder_names.clone(),
            },
        };
        if wanted.is_empty() {
            return Err(ControlError::Failed("KeyError('builderNames not specified or not supported')".to_owned()));
        }
        context.builder_ids(&wanted).map_err(ControlError::Failed)
    }

    /// The builds that the user wants to inherit from, with the parameter's name.
    fn inherited(&self, answers: &Answers) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for field in &self.fields {
            field.each(&mut |parameter| {
                if let parameter::Kind::Inherit { .. } = parameter.kind {
                    found.push((answers.text_of(parameter), parameter.name.clone()));
                }
            });
        }
        found
    }
}

#[async_trait]
impl Scheduler for Form {
    async fn run(self: Box<Self>, mut context: SchedulerContext) {
        while let Some(input) = context.next(None).await {
            match input {
                Some(SchedulerInput::Force(ForceRequest { params, reply })) => {
                    let _gone = reply.send(self.force(params, &context).await);
                }
                Some(SchedulerInput::Trigger(_, reply)) => {
                    let _gone = reply.send(Err(format!("scheduler '{}' cannot be triggered", context.name())));
                }
                Some(SchedulerInput::Try(request)) => crate::trysched::refuse(request, context.name()),
                None
                | Some(SchedulerInput::Change(_) | SchedulerInput::BuildsetComplete(..) | SchedulerInput::Enabled(_)) =>
                    {}
            }
        }
    }

    fn builder_names(&self) -> Vec<String> {
        self.builder_names.clone()
    }

    fn force_resource(&self) -> Option<Json> {
        Some(self.resource())
    }
}

fn check_name(name: &str, place: &Place, errors: &mut Errors) {
    if name.is_empty() {
        errors.error(place, "ForceScheduler name must not be empty: ''");
        return;
    }
    let good = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character) || character >= '\u{a0}';
    if !name.chars().all(good) || name.starts_with(|first: char| first.is_ascii_digit()) {
        errors.error(place, format!("ForceScheduler name must be an identifier: '{name}'"));
    }
}

fn check_priority(priority: &Parameter, place: &Place, told: &str, errors: &mut Errors) -> bool {
    let good = matches!(priority.kind, parameter::Kind::Int { .. });
    if !good {
        errors.error(place, told);
    }
    good
}

fn codebase_fields(
    value: &Value,
    place: &Place,
    told: &impl Fn(&str) -> String,
    errors: &mut Errors,
) -> Vec<Parameter> {
    let items = match value {
        Value::None => return vec![Parameter::codebase("")],
        Value::List(items) if !items.is_empty() => items,
        Value::List(_) => {
            errors.error(
                place,
                told("'codebases' cannot be empty; use [CodebaseParameter(codebase='', hide=True)] if needed"),
            );
            return Vec::new();
        }
        other => {
            let what =
                format!("'codebases' should be a list of strings or CodebaseParameter, not {}", other.type_name());
            errors.error(place, told(&what));
            return Vec::new();
        }
    };
    let mut fields = Vec::new();
    for item in items {
        match item {
            Value::Str(codebase) => fields.push(Parameter::codebase(codebase)),
            Value::Object(object) if object.class == classes::CodebaseParameter::PATH => {
                fields.extend(Parameter::read(object, errors))
            }
            _ => errors.error(place, told("'codebases' must be a list of strings or CodebaseParameter objects")),
        }
    }
    fields
}

fn property_fields(
    value: &Value,
    place: &Place,
    told: &impl Fn(&str) -> String,
    errors: &mut Errors,
) -> Vec<Parameter> {
    let parameter = |item: &Value| -> Option<Arc<Object>> {
        item.as_object().filter(|object| Parameter::is_class(object)).cloned()
    };
    let items: Option<Vec<Arc<Object>>> = match value {
        Value::None => Some(Vec::new()),
        Value::List(items) => items.iter().map(parameter).collect(),
        _ => None,
    };
    match items {
        Some(objects) => objects.iter().filter_map(|object| Parameter::read(object, errors)).collect(),
        None => {
            errors.error(place, told("properties must be a list of BaseParameters"));
            Vec::new()
        }
    }
}

/// The codebases of the form; what the form does not ask for is empty.
fn codebases_of(fields: &[Parameter]) -> Codebases {
    let empty =
        CodebaseDefaults { repository: String::new(), branch: Some(String::new()), revision: Some(String::new()) };
    Codebases(fields.iter().filter_map(|field| Some((field.codebase_name()?.to_owned(), empty.clone()))).collect())
}

fn chosen(own: &[String], wanted: &Json) -> Vec<String> {
    let wanted: Vec<&str> = match wanted {
        Json::String(name) => vec![name],
        other => other.as_array().into_iter().flatten().filter_map(Json::as_str).collect(),
    };
    let mut chosen: Vec<String> = own.iter().filter(|name| wanted.contains(&name.as_str())).cloned().collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

async fn builder_by_id(id: &Json, context: &SchedulerContext) -> Result<BuilderId, ControlError> {
    let number = id.as_i64().or_else(|| id.as_str()?.parse().ok());
    let number = number.ok_or_else(|| ControlError::Failed(format!("builderid must be a number, not {id}")))?;
    let path = ["builders".to_owned(), number.to_string()];
    match context.data().get(&path, ResultSpec::default()).await {
        Ok(_) => Ok(BuilderId(number)),
        Err(_) => Err(ControlError::Failed(format!("there is no builder with id {number}"))),
    }
}

/// A source stamp of what the user filled in for a codebase.
fn sourcestamp(codebase: &str, values: &Map<String, Json>) -> SourceStamp {
    let text = |name: &str| values.get(name).filter(|value| !value.is_null()).map(python_text::str);
    let patch = values.get("patch").and_then(Json::as_object);
    SourceStamp {
        id: None,
        // A field that the form does not have is empty, as Buildbot stores it.
        branch: if values.contains_key("branch") { text("branch") } else { Some(String::new()) },
        revision: if values.contains_key("revision") { text("revision") } else { Some(String::new()) },
        repository: text("repository").unwrap_or_default(),
        project: text("project").unwrap_or_default(),
        codebase: codebase.to_owned(),
        patch: patch.and_then(gather::patch),
        created_at: 0,
    }
}

#[cfg(test)]
mod tests;
