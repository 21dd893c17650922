//! `c['builders']` with their factories, and `c['projects']` and `c['codebases']` (manual section "Builder Configuration").

use std::collections::HashSet;
use std::sync::Arc;

use super::argument::{argument, callable, class_name, entry, list, properties, shown, text, texts};
use super::settings::collapse_requests;
use super::{BuilderConfig, CodebaseConfig, Config, Factory, KnownKinds, ProjectConfig};
use crate::{Errors, Object, Place, Value};

pub(super) fn read(document: &Value, config: &mut Config, kinds: &dyn KnownKinds, errors: &mut Errors) {
    projects(document, config, errors);
    let mut checked = HashSet::new();
    for item in list(entry(document, "builders"), "c['builders'] must be a list", errors) {
        let Some(object) = item.as_object().filter(|object| object.class == "buildbot.config.builder.BuilderConfig")
        else {
            errors.error(&Place::default(), format!("{} is not a builder config (in c['builders'])", shown(item)));
            continue;
        };
        let builder = builder(object, errors);
        steps(&builder.factory, kinds, &mut checked, errors);
        config.builders.push(Arc::new(builder));
    }
}

/// Checks each step of a factory once, however many builders share it.
fn steps(factory: &Factory, kinds: &dyn KnownKinds, checked: &mut HashSet<u64>, errors: &mut Errors) {
    for step in &factory.steps {
        if checked.insert(step.handle) && kinds.check(step, errors).is_none() {
            errors.error(&step.place, format!("the step {} is not supported yet", class_name(step)));
        }
    }
}

fn builder(object: &Arc<Object>, errors: &mut Errors) -> BuilderConfig {
    let place = &object.place;
    let name = argument(object, "name").as_str().unwrap_or_default().to_owned();
    let shown_name = if name.is_empty() { "<unknown>".to_owned() } else { name.clone() };
    if name.is_empty() {
        errors.error(place, "builder's name is required");
    } else if name.starts_with('_') {
        errors.error(place, format!("builder names must not start with an underscore: '{name}'"));
    }
    let read = |name: &str| argument(object, name);
    let workernames = workernames(object, &shown_name, errors);
    let what = |parameter: &str| format!("builder '{shown_name}': {parameter}");
    let builddir = text(read("builddir"), &what("builddir"), place, errors).unwrap_or_else(|| safe_directory(&name));
    if builddir.starts_with('/') {
        errors.warning(place, format!("builder '{shown_name}': builddir '{builddir}' is absolute"));
    }
    let workerbuilddir = text(read("workerbuilddir"), &what("workerbuilddir"), place, errors);
    if !matches!(read("env"), Value::None | Value::Dict(_) | Value::Object(_)) {
        errors.error(place, "builder's env must be a dictionary");
    }
    locks(read("locks"), &shown_name, place, errors);
    BuilderConfig {
        description: text(read("description"), &what("description"), place, errors),
        description_format: text(read("description_format"), &what("description_format"), place, errors),
        project: text(read("project"), &what("project"), place, errors),
        tags: texts(read("tags"), &what("tags"), place, errors),
        workernames,
        workerbuilddir: workerbuilddir.unwrap_or_else(|| builddir.clone()),
        builddir,
        factory: factory(read("factory"), &shown_name, place, errors),
        env: read("env").clone(),
        properties: properties(read("properties"), "Builder", &what("properties"), place, errors),
        default_properties: properties(read("defaultProperties"), "Builder", &what("defaultProperties"), place, errors),
        collapse_requests: collapse_requests(read("collapseRequests"), place, errors),
        next_worker: callable(read("nextWorker"), "nextWorker", place, errors),
        next_build: callable(read("nextBuild"), "nextBuild", place, errors),
        can_start_build: callable(read("canStartBuild"), "canStartBuild", place, errors),
        locks: read("locks").clone(),
        do_build_if: callable(read("do_build_if"), "do_build_if", place, errors),
        place: place.clone(),
        name,
    }
}

fn workernames(object: &Object, builder: &str, errors: &mut Errors) -> Vec<String> {
    let what = format!("builder '{builder}': workernames");
    let mut names = texts(argument(object, "workernames"), &what, &object.place, errors);
    if let Value::Str(one) = argument(object, "workername")
        && !names.contains(one)
    {
        names.push(one.clone());
    }
    if names.is_empty() {
        errors.error(&object.place, format!("builder '{builder}': at least one workername is required"));
    }
    names
}

fn factory(value: &Value, builder: &str, place: &Place, errors: &mut Errors) -> Factory {
    let object = match value {
        Value::None => {
            errors.error(place, format!("builder '{builder}' has no factory"));
            return Factory::default();
        }
        Value::Object(object) if object.class.starts_with("buildbot.process.factory.") => object,
        _ => {
            errors.error(place, format!("builder '{builder}': factory is not a BuildFactory instance"));
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
    let steps = argument(object, "steps").as_list().unwrap_or_default();
    let extra = |name: &str| object.extra.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
    Factory {
        steps: steps.iter().filter_map(|step| step.as_object().cloned()).collect(),
        workdir: object.args.get("workdir").cloned().or_else(|| extra("workdir")).unwrap_or_default(),
        object: Some(Arc::clone(object)),
    }
}

/// A list of locks, or a renderable that gives one.
fn locks(value: &Value, builder: &str, place: &Place, errors: &mut Errors) {
    let is_lock = |value: &Value| value.as_object().is_some_and(|object| object.class.starts_with("buildbot.locks."));
    let good = match value {
        Value::None | Value::Object(_) => true,
        Value::List(items) | Value::Tuple(items) => items.iter().all(is_lock),
        _ => false,
    };
    if !good {
        errors.error(place, format!("builder '{builder}': locks must be a list of locks"));
    }
}

/// A name as a directory: what means something to shells and file systems becomes `_`; letters of any script stay.
fn safe_directory(name: &str) -> String {
    const UNSAFE: &str = "\t !#$%&'()*+,./:;<=>?@[\\]^{|}~";
    name.chars().map(|character| if UNSAFE.contains(character) { '_' } else { character }).collect()
}

fn projects(document: &Value, config: &mut Config, errors: &mut Errors) {
    for item in list(entry(document, "projects"), "c['projects'] must be a list of projects", errors) {
        let Some(object) = item.as_object() else {
            errors.error(&Place::default(), format!("c['projects']: {} is not a project", shown(item)));
            continue;
        };
        let name = argument(object, "name").as_str().unwrap_or_default().to_owned();
        if config.projects.iter().any(|other| other.name == name) {
            errors.error(&object.place, format!("duplicate project name '{name}'"));
        }
        let slug = argument(object, "slug").as_str().unwrap_or(&name).to_owned();
        let text = |field: &str| argument(object, field).as_str().map(str::to_owned);
        let (description, description_format) = (text("description"), text("description_format"));
        config.projects.push(ProjectConfig { slug, description, description_format, name });
    }
    for item in list(entry(document, "codebases"), "c['codebases'] must be a list of codebases", errors) {
        let Some(object) = item.as_object() else { continue };
        let text = |field: &str| argument(object, field).as_str().unwrap_or_default().to_owned();
        let name = text("name");
        let slug = argument(object, "slug").as_str().unwrap_or(&name).to_owned();
        config.codebases.push(CodebaseConfig { project: text("project"), slug, name });
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
