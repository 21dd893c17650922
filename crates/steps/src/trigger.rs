//! `Trigger`: fires triggerable schedulers, and may wait for what they build.

mod sourcestamps;
mod texts;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_data::{Build, Reply, ResultSpec, SourceStamp, Subscription};
use ferrobot_engine::{Step, StepCommon, StepContext, StepError, Summary, TriggerRequest, Triggered};
use ferrobot_model::{BuildRequestId, BuilderId, Properties, Results};
use tokio::sync::oneshot;

use crate::kind::{Faults, StepClass};
use crate::rendered::{fault, optional_text, text, texts as texts_of};
use crate::repr::repr;
use crate::set_property::property_value;

/// Starts builds of other builders, through triggerable schedulers.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.trigger", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct Trigger {
    /// Names of the schedulers to fire.
    #[config(positional, renderable)]
    scheduler_names: Value,
    /// What to build, for a single codebase.
    #[config(positional, renderable)]
    source_stamp: Value,
    /// What to build: a list of dicts.
    #[config(positional, renderable)]
    source_stamps: Value,
    /// Build the revisions that this build got (the default, unless one of the other two is given).
    #[config(positional, renderable)]
    update_source_stamp: Value,
    /// Build the latest sources, as the scheduler's codebases say.
    #[config(positional, renderable, default = false)]
    always_use_latest: Value,
    /// Wait for the builds; their result is the step's.
    #[config(positional, renderable, default = false)]
    wait_for_finish: Value,
    /// Properties for the builds.
    #[config(positional, renderable, name = "set_properties")]
    set_properties: Value,
    /// Names of this build's properties that the builds get, too.
    #[config(positional, renderable, name = "copy_properties")]
    copy_properties: Value,
    /// What this build is to the others.
    #[config(positional, renderable, name = "parent_relationship", default = "Triggered from")]
    parent_relationship: Value,
    /// Schedulers whose result does not count.
    #[config(positional, renderable)]
    unimportant_scheduler_names: Value,
    /// The parameters that all steps have.
    #[config(flatten)]
    common: StepCommon,
}

impl StepClass for Trigger {
    fn check(&self, faults: &mut Faults<'_>) {
        let given = |value: &Value| !matches!(value, Value::None);
        if !self.scheduler_names.is_truthy() {
            faults.add("You must specify a scheduler to trigger");
        }
        let has_sourcestamps = self.source_stamp.is_truthy() || self.source_stamps.is_truthy();
        if has_sourcestamps && given(&self.update_source_stamp) {
            faults.add("You can't specify both sourceStamps and updateSourceStamp");
        }
        if has_sourcestamps && self.always_use_latest.is_truthy() {
            faults.add("You can't specify both sourceStamps and alwaysUseLatest");
        }
        if self.always_use_latest.is_truthy() && given(&self.update_source_stamp) {
            faults.add("You can't specify both alwaysUseLatest and updateSourceStamp");
        }
        if let (Some(names), Some(unimportant)) =
            (plain_names(&self.scheduler_names), plain_names(&self.unimportant_scheduler_names))
            && !unimportant.iter().all(|name| names.contains(name))
        {
            faults.add("unimportantSchedulerNames must be a subset of schedulerNames");
        }
    }

    fn into_step(mut self, _object: &Object) -> Box<dyn Step> {
        // Buildbot's step says what it triggered, whatever the configuration's description.
        self.common.description = Value::None;
        self.common.description_done = Value::None;
        self.common.description_suffix = Value::None;
        Box::new(TriggerStep { config: self, fired: Vec::new(), builds: BTreeMap::new(), interrupted: false })
    }
}

/// Names that are all plain.
fn plain_names(value: &Value) -> Option<Vec<&str>> {
    value.as_list()?.iter().map(Value::as_str).collect()
}

struct TriggerStep {
    config: Trigger,
    fired: Vec<Fired>,
    /// What the requests were built as, as far as that is known.
    builds: BTreeMap<BuildRequestId, Vec<Build>>,
    interrupted: bool,
}

/// A scheduler that was fired.
struct Fired {
    scheduler: String,
    completed: Option<oneshot::Receiver<Results>>,
    important: bool,
}

/// What the step does, rendered.
struct Plan {
    schedulers: Vec<String>,
    unimportant: Vec<String>,
    wait: bool,
    request: TriggerRequest,
}

#[async_trait]
impl Step for TriggerStep {
    fn common(&self) -> &StepCommon {
        &self.config.common
    }

    fn default_name(&self) -> String {
        "trigger".to_owned()
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let plan = self.plan(context).await?;
        for scheduler in &plan.schedulers {
            context.check_triggerable(scheduler)?;
        }
        let mut completions = context.data().events().subscribe(&["buildrequests", "*", "complete"]);
        for scheduler in &plan.schedulers {
            let triggered = context.trigger(scheduler, plan.request.clone()).await?;
            self.note(context, scheduler, triggered, !plan.unimportant.contains(scheduler)).await?;
        }
        context.set_state_string(&self.text()).await?;
        if plan.wait { self.wait(context, &mut completions).await } else { Ok(Results::Success) }
    }

    fn summary(&self, results: Option<Results>) -> Summary {
        let _ = results;
        if self.fired.is_empty() {
            // It is a step of others, and has nothing to say before it fired any.
            return Summary { step: None, build: Some(String::new()) };
        }
        Summary { step: Some(self.text()), build: None }
    }

    fn ending(&self, results: Results) -> Option<String> {
        // The text tells the results of the builds; the step's own would only repeat them.
        let _ = results;
        Some(String::new())
    }
}

impl TriggerStep {
    async fn plan(&self, context: &mut StepContext) -> Result<Plan, StepError> {
        let config = &self.config;
        let schedulers = texts_of("schedulerNames", &context.render(&config.scheduler_names).await?)?;
        let unimportant =
            texts_of("unimportantSchedulerNames", &context.render(&config.unimportant_scheduler_names).await?)?;
        let wait = context.render(&config.wait_for_finish).await?.is_truthy();
        let relationship = &context.render(&config.parent_relationship).await?;
        let request = TriggerRequest {
            sourcestamps: self.sourcestamps(context).await?,
            properties: self.properties(context).await?,
            waited_for: wait,
            parent_build: Some(context.build_id()),
            parent_relationship: optional_text("parent_relationship", relationship)?,
            priority: None,
            reason: None,
        };
        Ok(Plan { schedulers, unimportant, wait, request })
    }

    async fn sourcestamps(&self, context: &mut StepContext) -> Result<Vec<SourceStamp>, StepError> {
        let config = &self.config;
        let one = context.render(&config.source_stamp).await?;
        let many = context.render(&config.source_stamps).await?;
        if many.is_truthy() || one.is_truthy() {
            let mut given = if one.is_truthy() { vec![one] } else { Vec::new() };
            given.extend(many.as_list().unwrap_or_default().iter().cloned());
            return sourcestamps::given(&given).map_err(fault);
        }
        if context.render(&config.always_use_latest).await?.is_truthy() {
            return Ok(Vec::new());
        }
        let update = context.render(&config.update_source_stamp).await?;
        let updates = matches!(update, Value::None) || update.is_truthy();
        let got = updates.then(|| context.properties().get("got_revision").cloned()).flatten();
        Ok(sourcestamps::of_build(context.sourcestamps(), got.as_ref()))
    }

    async fn properties(&self, context: &mut StepContext) -> Result<Properties, StepError> {
        const SOURCE: &str = "Trigger";
        let mut properties = Properties::new();
        let set = match context.render(&self.config.set_properties).await? {
            Value::None => Vec::new(),
            Value::Dict(entries) => entries,
            other => return Err(fault(format!("'set_properties' must be a dict, but it is {}", repr(&other)))),
        };
        for (name, value) in set {
            let name = text("set_properties", &name)?;
            let value = property_value(&name, &value)?;
            properties.set(name, value, SOURCE);
        }
        let copied = texts_of("copy_properties", &context.render(&self.config.copy_properties).await?)?;
        for name in copied {
            let value = context.properties().get(&name).cloned().unwrap_or_default();
            properties.set(name, value, SOURCE);
        }
        Ok(properties)
    }

    async fn note(
        &mut self,
        context: &mut StepContext,
        scheduler: &str,
        triggered: Triggered,
        important: bool,
    ) -> Result<(), StepError> {
        for (_, request) in triggered.buildset.requests {
            self.builds.insert(request, Vec::new());
            let url = format!("{}#/buildrequests/{request}", context.buildbot_url());
            context.add_url(&format!("{scheduler} #{request}"), &url).await?;
        }
        let completed = Some(triggered.completed);
        self.fired.push(Fired { scheduler: scheduler.to_owned(), completed, important });
        Ok(())
    }

    /// Waits until everything that was fired is complete.
    async fn wait(&mut self, context: &mut StepContext, completions: &mut Subscription) -> Result<Results, StepError> {
        let mut overall = Results::Success;
        for index in 0..self.fired.len() {
            let Some(mut completed) = self.fired[index].completed.take() else { continue };
            let results = loop {
                tokio::select! {
                    results = &mut completed => break results.unwrap_or(Results::Exception),
                    event = completions.next() => if let Some(request) = event.and_then(|event| self.own(&event.key)) {
                        self.look_at(context, request).await?;
                        context.set_state_string(&self.text()).await?;
                    },
                    _reason = context.wait_interrupted() => {
                        self.interrupted = true;
                        return Ok(Results::Cancelled);
                    }
                }
            };
            if self.fired[index].important {
                overall = overall.worst(results);
            }
        }
        let requests: Vec<BuildRequestId> = self.builds.keys().copied().collect();
        for request in requests {
            self.look_at(context, request).await?;
        }
        self.link(context).await?;
        Ok(overall)
    }

    /// The request that an event is about, if it is one of ours.
    fn own(&self, key: &[String]) -> Option<BuildRequestId> {
        let request = BuildRequestId(key.get(1)?.parse().ok()?);
        self.builds.contains_key(&request).then_some(request)
    }

    async fn look_at(&mut self, context: &StepContext, request: BuildRequestId) -> Result<(), StepError> {
        self.builds.insert(request, context.data().builds_of_request(request).await?);
        Ok(())
    }

    /// Shows a link to each build.
    async fn link(&self, context: &mut StepContext) -> Result<(), StepError> {
        let mut names: BTreeMap<BuilderId, String> = BTreeMap::new();
        for build in self.builds.values().flatten() {
            if let Entry::Vacant(unknown) = names.entry(build.builder) {
                unknown.insert(builder_name(context, build.builder).await);
            }
            let results = build.results.map_or("not finished", Results::name);
            let (builder, number) = (build.builder, build.number);
            let name = format!("{results}: {} #{number}", names[&builder]);
            let url = format!("{}#/builders/{builder}/builds/{number}", context.buildbot_url());
            context.add_url(&name, &url).await?;
        }
        Ok(())
    }

    fn text(&self) -> String {
        if self.interrupted {
            return "interrupted".to_owned();
        }
        let names: Vec<&str> = self.fired.iter().map(|fired| fired.scheduler.as_str()).collect();
        let results: Vec<Results> = self.builds.values().flatten().filter_map(|build| build.results).collect();
        texts::triggered(&names, &results)
    }
}

/// Name of a builder; its number when it cannot be read.
async fn builder_name(context: &StepContext, builder: BuilderId) -> String {
    let spec = ResultSpec { fields: vec!["name".to_owned()], ..ResultSpec::default() };
    match context.data().get(&["builders".to_owned(), builder.to_string()], spec).await {
        Ok(Reply::Single { value, .. }) => value["name"].as_str().unwrap_or_default().to_owned(),
        _ => builder.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::tests::told;

    #[test]
    fn arguments_that_exclude_each_other_are_told() {
        let list = |name: &str| Value::List(vec![name.into()]);
        let stamps = Value::List(vec![Value::Dict(vec![("codebase".into(), "a".into())])]);
        let (yes, no) = (Value::Bool(true), Value::Bool(false));
        let with = |args: &[(&str, Value)]| {
            let mut all = vec![("schedulerNames", list("a"))];
            all.extend(args.iter().cloned());
            told::<Trigger>(&all)
        };
        assert_eq!(told::<Trigger>(&[]), ["You must specify a scheduler to trigger"]);
        assert_eq!(
            told::<Trigger>(&[("schedulerNames", Value::List(vec![]))]),
            ["You must specify a scheduler to trigger"]
        );
        let both = [("sourceStamps", stamps.clone()), ("updateSourceStamp", yes.clone())];
        assert_eq!(with(&both), ["You can't specify both sourceStamps and updateSourceStamp"]);
        let both = [("sourceStamps", stamps), ("alwaysUseLatest", yes.clone())];
        assert_eq!(with(&both), ["You can't specify both sourceStamps and alwaysUseLatest"]);
        let both = [("alwaysUseLatest", yes), ("updateSourceStamp", no)];
        assert_eq!(with(&both), ["You can't specify both alwaysUseLatest and updateSourceStamp"]);
        assert_eq!(
            with(&[("unimportantSchedulerNames", list("b"))]),
            ["unimportantSchedulerNames must be a subset of schedulerNames"]
        );
        assert_eq!(with(&[("unimportantSchedulerNames", list("a"))]), Vec::<String>::new());
    }
}
