//! `c['builders']` with their factories, and `c['projects']` and `c['codebases']` (manual section "Builder Configuration").

use std::collections::HashSet;
use std::sync::Arc;

use super::argument::{At, argument, callable, class_name, class_shown, entry, list, shown, text, texts};
use super::property::properties;
use super::settings::{collapse_requests, log_encoding};
use super::{BuilderConfig, CodebaseConfig, Factory, ProjectConfig, Reading, locks};
use crate::classes::{BuildFactory, BuilderParameters, Codebase, Project};
use crate::{ConfigClass, Errors, Object, Value};

const CLASS: &str = "buildbot.config.builder.BuilderConfig";

pub(super) fn read(reading: &mut Reading<'_>) {
    projects(reading);
    let at = At::Key(reading.source, &["builders"]);
    let given = entry(reading.document, "builders");
    let fault = "c['builders'] must be a list";
    if *given == Value::None && reading.document.get("builders").is_some() {
        at.error(reading.errors, fault);
    }
    let mut checked = HashSet::new();
    for item in list(given, fault, at, reading.errors) {
        let Some(object) = object_of(item, reading) else {
            at.error(reading.errors, format!("{} is not a builder config (in c['builders'])", shown(item)));
            continue;
        };
        let Some(builder) = builder(&object, reading.errors) else { continue };
        steps(&builder.factory, reading, &mut checked);
        reading.config.builders.push(Arc::new(builder));
    }
}

/// A builder may also be written as a dictionary of its parameters.
fn object_of(item: &Value, reading: &Reading<'_>) -> Option<Arc<Object>> {
    match item {
        Value::Object(object) if object.class == CLASS => Some(Arc::clone(object)),
        Value::Dict(entries) => {
            let args = entries.iter().map(|(name, value)| Some((name.as_str()?.to_owned(), value.clone())));
            Some(Arc::new(Object {
                class: CLASS.to_owned(),
                args: args.collect::<Option<_>>()?,
                place: reading.source.place(&["builders"]),
                ..Object::default()
            }))
        }
        _ => None,
    }
}

/// Checks each step of a factory once, however many builders share it.
fn steps(factory: &Factory, reading: &mut Reading<'_>, checked: &mut HashSet<u64>) {
    for step in &factory.steps {
        if !checked.insert(step.handle) {
            continue;
        }
        if reading.kinds.check(step, reading.errors).is_none() {
            reading.errors.error(&step.place, format!("the step {} is not supported yet", class_shown(step)));
        }
        let what = format!("{}: logEncoding", class_name(step));
        log_encoding(argument(step, "logEncoding"), &what, At::Object(&step.place), reading.errors);
    }
}

fn builder(object: &Arc<Object>, errors: &mut Errors) -> Option<BuilderConfig> {
    let parameters = BuilderParameters::from_object(object, errors)?;
    let place = &object.place;
    let at = At::Object(place);
    let name = name(&parameters.name, at, errors);
    let shown_name = if name.is_empty() { "<unknown>" } else { &name };
    let what = |parameter: &str| format!("builder '{shown_name}': {parameter}");
    let builddir = text(&parameters.builddir, &what("builddir"), at, errors).unwrap_or_else(|| safe_directory(&name));
    if builddir.starts_with('/') {
        let told = format!("{} '{builddir}' is absolute; perhaps workerbuilddir is meant", what("builddir"));
        at.warning(errors, told);
    }
    let workerbuilddir = text(&parameters.workerbuilddir, &what("workerbuilddir"), at, errors);
    if !matches!(parameters.env, Value::None | Value::Dict(_)) {
        at.error(errors, "builder's env must be a dictionary");
    }
    locks::check(&parameters.locks, &format!("builder '{shown_name}'"), at, errors);
    if callable(&parameters.do_build_if, "do_build_if", at, errors).is_some() {
        at.error(errors, format!("{} is not supported yet; Ferrobot would run every build", what("do_build_if")));
    }
    let given = properties(&parameters.properties, "Builder", &what("properties"), at, errors);
    let defaults = properties(&parameters.default_properties, "Builder", &what("defaultProperties"), at, errors);
    Some(BuilderConfig {
        description: text(&parameters.description, &what("description"), at, errors),
        description_format: description_format(&parameters.description_format, at, errors),
        project: text(&parameters.project, &what("project"), at, errors),
        tags: tags(&parameters.tags, &what("tags"), at, errors),
        workernames: workernames(&parameters, shown_name, at, errors),
        workerbuilddir: workerbuilddir.unwrap_or_else(|| builddir.clone()),
        builddir,
        factory: factory(&parameters.factory, shown_name, at, errors),
        env: parameters.env.clone(),
        properties: given.plain,
        default_properties: defaults.plain,
        renderable_properties: [given.renderable, defaults.renderable].concat(),
        collapse_requests: collapse_requests(&parameters.collapse_requests, at, errors),
        next_worker: callable(&parameters.next_worker, "nextWorker", at, errors),
        next_build: callable(&parameters.next_build, "nextBuild", at, errors),
        can_start_build: callable(&parameters.can_start_build, "canStartBuild", at, errors),
        locks: parameters.locks.clone(),
        object: Arc::clone(object),
        place: place.clone(),
        name,
    })
}

fn name(given: &Value, at: At<'_>, errors: &mut Errors) -> String {
    let name = given.as_str().unwrap_or_default().to_owned();
    if name.is_empty() {
        at.error(errors, "builder's name is required");
    } else if name.starts_with('_') {
        at.error(errors, format!("builder names must not start with an underscore: '{name}'"));
    }
    name
}

fn description_format(given: &Value, at: At<'_>, errors: &mut Errors) -> Option<String> {
    let format = text(given, "BuilderConfig: description_format", at, errors)?;
    if format != "markdown" {
        at.error(errors, "builder description format must be None or \"markdown\"");
    }
    Some(format)
}

fn tags(given: &Value, what: &str, at: At<'_>, errors: &mut Errors) -> Vec<String> {
    if matches!(given, Value::Str(_)) {
        at.error(errors, format!("{what} must be a list"));
        return Vec::new();
    }
    let tags = texts(given, what, at, errors);
    let mut seen = HashSet::new();
    let mut twice: Vec<&str> = tags.iter().map(String::as_str).filter(|tag| !seen.insert(*tag)).collect();
    twice.sort_unstable();
    twice.dedup();
    if !twice.is_empty() {
        at.error(errors, format!("{what} list contains duplicate tags: {}", twice.join(" ")));
    }
    tags
}

fn workernames(parameters: &BuilderParameters, builder: &str, at: At<'_>, errors: &mut Errors) -> Vec<String> {
    let before = errors.errors.len();
    let mut names = texts(&parameters.workernames, &format!("builder '{builder}': workernames"), at, errors);
    match &parameters.workername {
        Value::None => {}
        Value::Str(one) if names.contains(one) => {}
        Value::Str(one) => names.push(one.clone()),
        other => {
            at.error(errors, format!("builder '{builder}': workername must be a string but it is {}", shown(other)));
        }
    }
    if names.is_empty() && errors.errors.len() == before {
        at.error(errors, format!("builder '{builder}': at least one workername is required"));
    }
    names
}

fn factory(value: &Value, builder: &str, at: At<'_>, errors: &mut Errors) -> Factory {
    let object = match value {
        Value::None => {
            at.error(errors, format!("builder '{builder}': has no factory"));
            return Factory::default();
        }
        Value::Object(object) if object.class.starts_with("buildbot.process.factory.") => object,
        _ => {
            at.error(errors, format!("builder '{builder}': factory is not a BuildFactory instance"));
            return Factory::default();
        }
    };
    let is_plain = ["BuildFactory", "ConfigurableBuildFactory"].contains(&class_name(object));
    if !is_plain {
        errors.error(
            &object.place,
            format!("builder '{builder}': the factory {} is not supported yet", class_name(object)),
        );
    }
    let Some(parameters) = BuildFactory::from_object(object, errors) else { return Factory::default() };
    if !matches!(parameters.build_class, Value::None) {
        let told = format!("builder '{builder}': the factory's buildClass is not supported yet and has no effect");
        errors.warning(&object.place, told);
    }
    let steps = parameters.steps.as_list().unwrap_or_default();
    Factory {
        steps: steps.iter().filter_map(|step| step.as_object().cloned()).collect(),
        workdir: parameters.workdir.clone(),
        object: Some(Arc::clone(object)),
    }
}

/// A name as a directory: what means something to shells and file systems becomes `_`; letters of any script stay.
fn safe_directory(name: &str) -> String {
    const UNSAFE: &str = "\t !#$%&'()*+,./:;<=>?@[\\]^{|}~";
    name.chars().map(|character| if UNSAFE.contains(character) { '_' } else { character }).collect()
}

fn projects(reading: &mut Reading<'_>) {
    let at = At::Key(reading.source, &["projects"]);
    for item in list(entry(reading.document, "projects"), "c['projects'] must be a list", at, reading.errors) {
        let Some(object) = item.as_object().filter(|object| class_name(object) == "Project") else {
            at.error(reading.errors, format!("{} is not a project config (in c['projects'])", shown(item)));
            continue;
        };
        let Some(Project { name, slug, description, description_format }) =
            Project::from_object(object, reading.errors)
        else {
            continue;
        };
        if reading.config.projects.iter().any(|other| other.name == name) {
            reading.errors.error(&object.place, format!("duplicate project name '{name}'"));
        }
        let slug = slug.unwrap_or_else(|| name.clone());
        reading.config.projects.push(ProjectConfig { name, slug, description, description_format });
    }
    let at = At::Key(reading.source, &["codebases"]);
    for item in list(entry(reading.document, "codebases"), "c['codebases'] must be a list", at, reading.errors) {
        let Some(object) = item.as_object().filter(|object| class_name(object) == "Codebase") else {
            at.error(reading.errors, format!("{} is not a codebase config (in c['codebases'])", shown(item)));
            continue;
        };
        let Some(Codebase { name, project, slug }) = Codebase::from_object(object, reading.errors) else { continue };
        if !reading.config.projects.iter().any(|other| other.name == project) {
            let told = format!("codebase '{name}' includes unknown project name '{project}' (in c['codebases'])");
            reading.errors.error(&object.place, told);
        }
        let slug = slug.unwrap_or_else(|| name.clone());
        reading.config.codebases.push(CodebaseConfig { name, project, slug });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_named_as_buildbot_names_them() {
        // Recorded of Buildbot: a site that comes over keeps its directories.
        let name = "a b/c\\d:e*f?g\"h<i>j|k.l-m_n+o=p,q;r's(t)u[v]w{x}y@z#$%^&!~`ü☃\t";
        assert_eq!(safe_directory(name), "a_b_c_d_e_f_g\"h_i_j_k_l-m_n_o_p_q_r_s_t_u_v_w_x_y_z_______`ü☃_");
    }
}
