//! `InheritBuildParameter`: a form takes over what an earlier build's form said.

use ferrobot_engine::SchedulerContext;
use ferrobot_model::{BuildId, BuilderId, Properties};
use serde_json::{Map, Value as Json};

use super::SOURCE;

/// What a build that the user chose hands on: `builder/number`, and what its own form set.
pub(super) async fn inherit(
    argument: &str,
    name: &str,
    context: &SchedulerContext,
) -> Result<Map<String, Json>, String> {
    let chosen = argument.split(' ').next().unwrap_or_default();
    let (builder_name, number) = chosen
        .split_once('/')
        .filter(|(_, number)| !number.contains('/'))
        .ok_or_else(|| format!("bad build: {argument}"))?;
    let unknown_builder = || format!("unknown builder: {builder_name} in {argument}");
    let builder = context.builder_ids(&[builder_name.to_owned()]).ok().and_then(|ids| ids.first().copied());
    let builder = builder.ok_or_else(unknown_builder)?;
    let properties = match number.parse() {
        Ok(number) => properties_of(builder, number, context).await,
        Err(_) => None,
    };
    let properties = properties.ok_or_else(|| format!("unknown build: {builder_name} in {argument}"))?;
    let mut inherited = Map::from_iter([(name.to_owned(), Json::from(chosen))]);
    for (name, property) in properties.iter().filter(|(_, property)| property.source == SOURCE) {
        let name = if name == "owner" { "orig_owner" } else { name };
        inherited.insert(name.to_owned(), property.value.clone());
    }
    Ok(inherited)
}

async fn properties_of(builder: BuilderId, number: i64, context: &SchedulerContext) -> Option<Properties> {
    let data = context.data();
    let build = data.previous_build(builder, number.checked_add(1)?, false).await.ok().flatten()?;
    let id: BuildId = (build.number == number).then_some(build.id)?;
    data.build_properties(id).await.ok()
}
