//! `Try_Userpass` and `Try_Jobdir`: build what a developer has not committed yet.
//!
//! Jobs come to the one from carriers ([`ferrobot_engine::Tries`]), to the other as files in a directory. `jobfile` reads such a
//! file, `jobdir` takes them; what both make of a job is here.

mod jobdir;
mod jobfile;

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Errors, Object, Place, Value};
use ferrobot_data::{AddedBuildset, Patch, SourceStamp};
use ferrobot_engine::{Scheduler, SchedulerBuildset, SchedulerContext, SchedulerInput, TryJob, TryRequest};
use ferrobot_model::{BuilderId, Properties};

use self::jobdir::Jobdir;
use crate::arguments::{SchedulerArguments, check_builder_names, plain_names, refuse_overrides};
use crate::buildset::Buildsets;

/// Source of the properties that a job brings along.
const SOURCE: &str = "try build";

/// Builds what users bring who log in by name and password.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.schedulers.trysched",
    name = "Try_Userpass",
    base = "buildbot.schedulers.trysched.TryBase",
    rename_all = "camelCase"
)]
pub(crate) struct TryUserpass {
    /// Unique name.
    #[config(positional)]
    #[expect(dead_code, reason = "the engine knows it")]
    name: String,
    /// Names of the builders that may be tried.
    #[config(positional, renderable, required)]
    builder_names: Value,
    /// Port that users connect to: a number or an endpoint; that of the workers, or another one.
    #[config(positional, required)]
    #[expect(dead_code, reason = "the master opens it")]
    port: Value,
    /// Who may log in: pairs of a name and a password.
    #[config(positional, renderable, required)]
    #[expect(dead_code, reason = "the carrier asks the configuration at each login")]
    userpass: Value,
    #[config(flatten)]
    scheduler: SchedulerArguments,
}

/// Builds what lies in a directory, as files.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.schedulers.trysched",
    name = "Try_Jobdir",
    base = "buildbot.schedulers.trysched.TryBase",
    rename_all = "camelCase"
)]
pub(crate) struct TryJobdir {
    /// Unique name.
    #[config(positional)]
    #[expect(dead_code, reason = "the engine knows it")]
    name: String,
    /// Names of the builders that may be tried.
    #[config(positional, renderable, required)]
    builder_names: Value,
    /// The directory, a maildir; relative to that of the master.
    #[config(positional)]
    jobdir: String,
    #[config(flatten)]
    scheduler: SchedulerArguments,
}

/// Makes a `Try_Userpass`.
pub(crate) fn make_userpass(object: &Object, errors: &mut Errors) -> Option<Box<dyn Scheduler>> {
    let before = errors.errors.len();
    let TryUserpass { builder_names, scheduler, .. } = TryUserpass::from_object(object, errors)?;
    let made = Userpass { tries: Tries::read(object, &builder_names, &scheduler, errors) };
    (errors.errors.len() == before).then(|| Box::new(made) as Box<dyn Scheduler>)
}

/// Makes a `Try_Jobdir`.
pub(crate) fn make_jobdir(object: &Object, errors: &mut Errors) -> Option<Box<dyn Scheduler>> {
    let before = errors.errors.len();
    let TryJobdir { builder_names, jobdir, scheduler, .. } = TryJobdir::from_object(object, errors)?;
    if jobdir.is_empty() {
        errors.error(&object.place, "jobdir must be the path of a directory");
    }
    let made = Jobdir { tries: Tries::read(object, &builder_names, &scheduler, errors), jobdir };
    (errors.errors.len() == before).then(|| Box::new(made) as Box<dyn Scheduler>)
}

/// Answers a job that was brought to a scheduler that takes none.
pub(crate) fn refuse(request: TryRequest, name: &str) {
    let _gone = request.reply.send(Err(format!("scheduler '{name}' takes no tries")));
}

/// What both kinds have in common.
#[derive(Debug)]
struct Tries {
    builder_names: Vec<String>,
    buildsets: Buildsets,
}

impl Tries {
    fn read(object: &Object, builder_names: &Value, scheduler: &SchedulerArguments, errors: &mut Errors) -> Tries {
        let place: &Place = &object.place;
        refuse_overrides(object, errors);
        check_builder_names(builder_names, place, errors);
        Tries { builder_names: plain_names(builder_names), buildsets: Buildsets::read(scheduler, place, errors) }
    }

    /// The rows of the builders that a job is for; `None`: it names one that may not be tried.
    async fn builders(&self, asked: &[String], context: &SchedulerContext) -> Result<Option<Vec<BuilderId>>, String> {
        let own = context.builder_names().await.map_err(|error| error.to_string())?;
        let Some(names) = allowed(asked, &own) else { return Ok(None) };
        let mut builders = context.builder_ids(&names)?;
        builders.sort_unstable();
        builders.dedup();
        Ok(Some(builders))
    }
}

/// All that are asked for, or all that there are; `None`: not all of them may be tried, or there are none.
fn allowed(asked: &[String], own: &[String]) -> Option<Vec<String>> {
    let names = if asked.is_empty() { own } else { asked };
    (!names.is_empty() && names.iter().all(|name| own.contains(name))).then(|| names.to_vec())
}

/// What is built for a job.
fn buildset(job: TryJob, reason: String, builders: Vec<BuilderId>) -> SchedulerBuildset {
    let patch = Patch {
        level: job.patch_level,
        body: job.patch_body,
        author: job.who,
        comment: job.comment,
        subdir: Some(String::new()),
    };
    let stamp = SourceStamp {
        branch: job.branch,
        revision: job.revision,
        repository: job.repository,
        project: job.project,
        patch: (!patch.body.is_empty()).then_some(patch),
        ..SourceStamp::default()
    };
    let mut properties = Properties::new();
    for (name, value) in job.properties {
        properties.set(name, value, SOURCE);
    }
    SchedulerBuildset {
        sourcestamps: vec![stamp],
        reason,
        properties,
        builders: Some(builders),
        ..SchedulerBuildset::default()
    }
}

/// Why there is a build, as far as both kinds say the same.
fn reason(who: &str) -> String {
    if who.is_empty() { "'try' job".to_owned() } else { format!("'try' job by user {who}") }
}

/// `Try_Userpass`
struct Userpass {
    tries: Tries,
}

impl Userpass {
    async fn add(&self, job: TryJob, context: &SchedulerContext) -> Result<Option<AddedBuildset>, String> {
        let Some(builders) = self.tries.builders(&job.builders, context).await? else { return Ok(None) };
        let mut reason = reason(&job.who);
        if !job.comment.is_empty() {
            reason.push_str(&format!(" ({})", job.comment));
        }
        // As in Buildbot, its `priority` counts for job files alone.
        let added = context.add_buildset(buildset(job, reason, builders)).await;
        added.map(Some).map_err(|error| format!("the job cannot be stored: {error}"))
    }
}

#[async_trait]
impl Scheduler for Userpass {
    async fn run(self: Box<Self>, mut context: SchedulerContext) {
        while let Some(input) = context.next(None).await {
            match input {
                Some(SchedulerInput::Try(TryRequest { job, reply })) => {
                    let _gone = reply.send(self.add(job, &context).await);
                }
                Some(other) => refuse_other(other, context.name()),
                None => {}
            }
        }
    }

    fn builder_names(&self) -> Vec<String> {
        self.tries.builder_names.clone()
    }
}

/// Answers what is no try.
fn refuse_other(input: SchedulerInput, name: &str) {
    match input {
        SchedulerInput::Try(request) => refuse(request, name),
        SchedulerInput::Force(request) => crate::force::refuse(request, name),
        SchedulerInput::Trigger(_, reply) => {
            let _gone = reply.send(Err(format!("scheduler '{name}' cannot be triggered")));
        }
        SchedulerInput::Change(_) | SchedulerInput::BuildsetComplete(..) | SchedulerInput::Enabled(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn only_own_builders_are_allowed() {
        let own = names(&["a", "b"]);
        let allowed = |asked: &[&str]| allowed(&names(asked), &own);
        assert_eq!(allowed(&[]), Some(names(&["a", "b"])));
        assert_eq!(allowed(&["b"]), Some(names(&["b"])));
        assert_eq!(allowed(&["b", "a"]), Some(names(&["b", "a"])));
        assert_eq!(allowed(&["a", "c"]), None);
        assert_eq!(allowed(&["c"]), None);
        assert_eq!(super::allowed(&[], &[]), None);
    }
}
