//! `SingleBranchScheduler` and `AnyBranchScheduler`: a build for each change, or for all changes once the tree is stable.
//!
//! Without `treeStableTimer` an important change is built at once. With it the changes are gathered, and stored as classified, until
//! none has come for that long; so they survive a restart, which starts the timers anew.

mod pending;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Errors, Object, Value};
use ferrobot_data::Change;
use ferrobot_engine::{Scheduler, SchedulerContext, SchedulerInput};
use ferrobot_model::{ChangeId, span_of};
use tokio::time::Instant;
use tracing::{error, warn};

use self::pending::{Group, Pending};
use crate::absolute::{self, LastCodebases};
use crate::arguments::{
    Priority, SchedulerArguments, check_builder_names, class_name, given, plain_names, refuse_overrides,
};
use crate::buildset::{Buildsets, fetch};
use crate::filter::Filter;
use crate::percent;
use crate::relevance::Relevance;

/// What both kinds take.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.basic", name = "BaseBasicScheduler", rename_all = "camelCase")]
pub(crate) struct BasicArguments {
    /// Seconds without a change before the gathered changes are built; `None`: each important change is built at once.
    tree_stable_timer: Option<f64>,
    /// The branch to follow. Use `change_filter`.
    #[expect(dead_code, reason = "read from the object, because None is a branch, too")]
    branch: Value,
    /// The branches to follow. Use `change_filter`.
    #[expect(dead_code, reason = "read from the object, because None is a branch, too")]
    branches: Value,
    /// A function of the change: whether it alone is worth a build.
    file_is_important: Value,
    /// The categories to follow. Use `change_filter`.
    categories: Value,
    /// Reason of the builds; `%(name)s` is the scheduler's name, `%(classname)s` its class.
    #[config(default = "The %(classname)s scheduler named '%(name)s' triggered this build")]
    reason: String,
    /// Which changes count.
    #[config(name = "change_filter")]
    #[expect(dead_code, reason = "read from the object")]
    change_filter: Value,
    /// Whether unimportant changes are forgotten instead of built along with the next important one.
    #[config(default = false)]
    only_important: bool,
}

/// Builds the changes of one branch.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.schedulers.basic",
    base = "buildbot.schedulers.base.ReconfigurableBaseScheduler",
    rename_all = "camelCase"
)]
pub(crate) struct SingleBranchScheduler {
    /// Unique name.
    #[config(positional)]
    name: String,
    /// Names of the builders to build on.
    #[config(renderable, required)]
    builder_names: Value,
    #[config(flatten)]
    basic: BasicArguments,
    /// Whether a codebase without a change is built at its newest known change.
    #[config(default = false)]
    create_absolute_source_stamps: bool,
    #[config(flatten)]
    scheduler: SchedulerArguments,
}

/// The old name of `SingleBranchScheduler`.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.schedulers.basic",
    name = "Scheduler",
    base = "buildbot.schedulers.basic.SingleBranchScheduler"
)]
pub(crate) struct OldScheduler {
    #[config(flatten)]
    #[expect(dead_code, reason = "only described")]
    single: SingleBranchScheduler,
}

/// Builds the changes of each branch by themselves.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.schedulers.basic",
    base = "buildbot.schedulers.base.ReconfigurableBaseScheduler",
    rename_all = "camelCase"
)]
pub(crate) struct AnyBranchScheduler {
    /// Unique name.
    #[config(positional)]
    name: String,
    /// Names of the builders to build on.
    #[config(renderable, required)]
    builder_names: Value,
    #[config(flatten)]
    basic: BasicArguments,
    #[config(flatten)]
    scheduler: SchedulerArguments,
}

/// Makes a `SingleBranchScheduler`.
pub(crate) fn make_single(object: &Object, errors: &mut Errors) -> Option<Box<dyn Scheduler>> {
    let before = errors.errors.len();
    let arguments = SingleBranchScheduler::from_object(object, errors)?;
    if given(object, "branches").is_some() {
        errors.error(&object.place, "the 'branches' argument is not allowed for SingleBranchScheduler");
    }
    let follows = given(object, "branch").is_some() || object.args.get("change_filter").is_some_and(Value::is_truthy);
    if !follows {
        // Buildbot finds this only when it starts, and then runs on without the scheduler.
        errors.warning(
            &object.place,
            format!(
                "scheduler '{}': the 'branch' argument to SingleBranchScheduler is mandatory unless change_filter is \
                 provided; it follows nothing",
                arguments.name
            ),
        );
    }
    let SingleBranchScheduler { name, builder_names, basic, create_absolute_source_stamps, scheduler } = arguments;
    let common = Common { name, builder_names, scheduler, absolute: create_absolute_source_stamps, branches: "branch" };
    let mut made = read(object, common, basic, errors);
    made.follows = follows;
    (errors.errors.len() == before).then(|| Box::new(made) as Box<dyn Scheduler>)
}

/// Makes an `AnyBranchScheduler`.
pub(crate) fn make_any(object: &Object, errors: &mut Errors) -> Option<Box<dyn Scheduler>> {
    let before = errors.errors.len();
    let arguments = AnyBranchScheduler::from_object(object, errors)?;
    if given(object, "branch").is_some() {
        errors.error(&object.place, "the 'branch' argument is not allowed for AnyBranchScheduler; use 'branches'");
    }
    let AnyBranchScheduler { name, builder_names, basic, scheduler } = arguments;
    let common = Common { name, builder_names, scheduler, absolute: false, branches: "branches" };
    let mut made = read(object, common, basic, errors);
    made.by_branch = true;
    (errors.errors.len() == before).then(|| Box::new(made) as Box<dyn Scheduler>)
}

struct Common {
    name: String,
    builder_names: Value,
    scheduler: SchedulerArguments,
    absolute: bool,
    /// The argument that names branches.
    branches: &'static str,
}

fn read(object: &Object, common: Common, basic: BasicArguments, errors: &mut Errors) -> Basic {
    let place = &object.place;
    refuse_overrides(object, errors);
    check_builder_names(&common.builder_names, place, errors);
    let branches = given(object, common.branches);
    let old = (branches.is_some() || basic.categories.is_truthy())
        .then(|| Filter::of_branch(branches, &basic.categories, place, errors));
    let relevance = Relevance::read(object, old, &basic.file_is_important, basic.only_important, errors);
    let values = [("name", common.name.as_str()), ("classname", class_name(object))];
    let reason = percent::format(&basic.reason, &values).unwrap_or_else(|error| {
        errors.error(place, format!("reason {error}"));
        String::new()
    });
    let stable_after = basic.tree_stable_timer.and_then(|seconds| {
        span_of(seconds).map_err(|error| errors.error(place, format!("treeStableTimer {error}"))).ok()
    });
    Basic {
        builder_names: plain_names(&common.builder_names),
        relevance,
        stable_after: stable_after.filter(|span| !span.is_zero()),
        reason,
        buildsets: Buildsets::read(&common.scheduler, place, errors),
        absolute: common.absolute,
        by_branch: false,
        follows: true,
    }
}

/// Either kind.
struct Basic {
    builder_names: Vec<String>,
    relevance: Relevance,
    stable_after: Option<Duration>,
    reason: String,
    buildsets: Buildsets,
    /// Whether codebases without a change take their newest known change.
    absolute: bool,
    /// Whether each branch is gathered by itself.
    by_branch: bool,
    /// Whether it looks at changes at all.
    follows: bool,
}

#[async_trait]
impl Scheduler for Basic {
    async fn run(self: Box<Self>, context: SchedulerContext) {
        let state = if self.absolute { context.get_state(absolute::STATE).await.ok().flatten() } else { None };
        let last = LastCodebases::from_state(state);
        Running { basic: *self, pending: Pending::default(), last, context }.run().await;
    }

    fn builder_names(&self) -> Vec<String> {
        self.builder_names.clone()
    }
}

struct Running {
    basic: Basic,
    pending: Pending,
    last: LastCodebases,
    context: SchedulerContext,
}

impl Running {
    async fn run(mut self) {
        if self.context.is_enabled() {
            self.activate().await;
        }
        loop {
            let wait = self.pending.next_due().map(|due| due.saturating_duration_since(Instant::now()));
            let Some(input) = self.context.next(wait).await else { return };
            match input {
                None => self.build_stable().await,
                Some(SchedulerInput::Change(change)) => self.got_change(&change).await,
                Some(SchedulerInput::Enabled(true)) => self.activate().await,
                Some(SchedulerInput::Enabled(false)) => self.pending.clear(),
                Some(SchedulerInput::Trigger(_, reply)) => {
                    let _gone = reply.send(Err(format!("scheduler '{}' cannot be triggered", self.context.name())));
                }
                Some(SchedulerInput::Force(request)) => crate::force::refuse(request, self.context.name()),
                Some(SchedulerInput::Try(request)) => crate::trysched::refuse(request, self.context.name()),
                Some(SchedulerInput::BuildsetComplete(..)) => {}
            }
        }
    }

    /// Takes up what was classified before; without a timer that is of no use any more.
    async fn activate(&mut self) {
        self.pending.clear();
        if let Err(error) = self.take_up().await {
            error!(
                scheduler.name = self.context.name(),
                "scheduler '{}' could not read its classified changes: {error}",
                self.context.name()
            );
        }
    }

    async fn take_up(&mut self) -> Result<(), ferrobot_data::DataError> {
        let (data, id) = (self.context.data().clone(), self.context.id());
        let Some(stable_after) = self.basic.stable_after else {
            return data.flush_change_classifications(id, None).await;
        };
        for (change, important) in data.change_classifications(id).await? {
            if let Some(change) = data.change(change).await? {
                self.pending.note(self.group(&change), &change, important, Instant::now() + stable_after);
            }
        }
        Ok(())
    }

    async fn got_change(&mut self, change: &Arc<Change>) {
        if !self.basic.follows {
            return;
        }
        let codebases = &self.basic.buildsets.codebases;
        let Some(important) = self.basic.relevance.judge(change, codebases, &self.context).await else { return };
        if self.basic.absolute && self.last.record(change) {
            self.store_last().await;
        }
        match self.basic.stable_after {
            None if important => self.build(std::slice::from_ref(change.as_ref())).await,
            None => {}
            Some(stable_after) => {
                self.pending.note(self.group(change), change, important, Instant::now() + stable_after);
                let classified = vec![(change.id, important)];
                if let Err(error) = self.context.data().classify_changes(self.context.id(), classified).await {
                    error!(
                        scheduler.name = self.context.name(), change.id = %change.id,
                        "scheduler '{}' could not store change {}: {error}", self.context.name(), change.id
                    );
                }
            }
        }
    }

    async fn store_last(&self) {
        if let Err(error) = self.context.set_state(absolute::STATE, self.last.to_state()).await {
            warn!(
                scheduler.name = self.context.name(),
                "scheduler '{}' could not store its newest changes: {error}",
                self.context.name()
            );
        }
    }

    async fn build_stable(&mut self) {
        for ids in self.pending.take_due(Instant::now()) {
            let wanted = match self.basic.buildsets.priority {
                Priority::Fixed(_) => pending::newest_of_each_codebase(&ids),
                Priority::Function(_) => ids.iter().map(|noted| noted.id).collect(),
            };
            let changes = fetch(&wanted, &self.context).await;
            self.build(&changes).await;
            let newest = ids.iter().map(|noted| noted.id).max().unwrap_or(ChangeId(0));
            let keep_from = self.pending.oldest_waiting().map_or(newest.0 + 1, |oldest| oldest.0.min(newest.0 + 1));
            let flushed =
                self.context.data().flush_change_classifications(self.context.id(), Some(ChangeId(keep_from))).await;
            if let Err(error) = flushed {
                error!(
                    scheduler.name = self.context.name(),
                    "scheduler '{}' could not forget the changes that it built: {error}",
                    self.context.name()
                );
            }
        }
    }

    async fn build(&self, changes: &[Change]) {
        let Basic { buildsets, reason, absolute, .. } = &self.basic;
        let codebases = if *absolute { self.last.over(&buildsets.codebases) } else { buildsets.codebases.clone() };
        buildsets.add_for_changes(changes, &codebases, reason, &self.context).await;
    }

    fn group(&self, change: &Change) -> Group {
        if self.basic.by_branch { Group::of(change) } else { Group::All }
    }
}

#[cfg(test)]
mod tests;
