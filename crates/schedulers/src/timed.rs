//! What `Periodic`, `Nightly` and `NightlyTriggerable` have in common: a calendar, and what to do when the time has come.
//!
//! When the time has come is stored before the build is added, so a restart continues the rhythm, and builds at once what
//! became due while the master was away.

mod calendar;
mod remembered;

use std::time::Duration;

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Errors, Object, Value};
use ferrobot_data::{AddedBuildset, Change, DataError};
use ferrobot_engine::{Scheduler, SchedulerBuildset, SchedulerContext, SchedulerInput, TriggerRequest};
use ferrobot_model::{BuildsetId, ChangeId, wait_of};
use serde_json::Value as Json;
use tokio::sync::oneshot;
use tracing::{error, info};

pub(crate) use self::calendar::{Calendar, NightlyArguments};
use self::calendar::{Due, Rules, utc_offset};
use self::remembered::Remembered;
use crate::absolute::{self, LastCodebases};
use crate::arguments::{Codebases, SchedulerArguments, check_builder_names, given, plain_names, refuse_overrides};
use crate::buildset::{Buildsets, fetch, logged, with_defaults};
use crate::percent;
use crate::relevance::Relevance;

/// The machine's clock may be set while we wait, so we look at it at least so often.
const LOOK_AT_CLOCK_EVERY: Duration = Duration::from_secs(600);

/// What all timed schedulers take.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.timed", name = "Timed", rename_all = "camelCase")]
pub(crate) struct TimedArguments {
    /// Reason of the builds; `%(name)s` is the scheduler's name.
    #[config(default = "")]
    pub(crate) reason: String,
    /// Whether a codebase without a change is built at its newest known change.
    #[config(default = false)]
    create_absolute_source_stamps: bool,
    /// Whether nothing is built when no important change has come since the last time.
    #[config(default = false)]
    only_if_changed: bool,
    /// The branch whose changes count; left out: all.
    #[expect(dead_code, reason = "read from the object, because None is a branch, too")]
    branch: Value,
    /// Which changes count.
    #[config(name = "change_filter")]
    #[expect(dead_code, reason = "read from the object")]
    change_filter: Value,
    /// A function of the change: whether it alone is worth a build.
    file_is_important: Value,
    /// Whether unimportant changes are forgotten.
    #[config(default = false)]
    only_important: bool,
}

/// A timed scheduler of any kind.
pub(crate) struct Timed {
    builder_names: Vec<String>,
    buildsets: Buildsets,
    relevance: Relevance,
    branch: Option<Option<String>>,
    reason: String,
    absolute: bool,
    only_if_changed: bool,
    calendar: Calendar,
    /// Whether it builds what a Trigger step asked for last, and nothing else.
    triggerable: bool,
}

impl Timed {
    /// Reads what all kinds have. Faults go to `errors`.
    pub(crate) fn read(
        object: &Object,
        builder_names: &Value,
        timed: &TimedArguments,
        scheduler: &SchedulerArguments,
        calendar: Calendar,
        errors: &mut Errors,
    ) -> Timed {
        let place = &object.place;
        refuse_overrides(object, errors);
        check_builder_names(builder_names, place, errors);
        let name = object.args.get("name").and_then(Value::as_str).unwrap_or_default();
        let reason = percent::format(&timed.reason, &[("name", name)]).unwrap_or_else(|error| {
            errors.error(place, format!("reason {error}"));
            String::new()
        });
        Timed {
            builder_names: plain_names(builder_names),
            buildsets: Buildsets::read(scheduler, place, errors),
            relevance: Relevance::read(object, None, &timed.file_is_important, timed.only_important, errors),
            branch: given(object, "branch").map(|branch| branch.as_str().map(str::to_owned)),
            reason,
            absolute: timed.create_absolute_source_stamps,
            only_if_changed: timed.only_if_changed,
            calendar,
            triggerable: false,
        }
    }

    /// Makes it build what was triggered.
    pub(crate) fn triggerable(self) -> Timed {
        Timed { triggerable: true, ..self }
    }

    fn looks_at_changes(&self) -> bool {
        self.only_if_changed || self.absolute
    }
}

#[async_trait]
impl Scheduler for Timed {
    fn is_triggerable(&self) -> bool {
        self.triggerable
    }

    async fn run(self: Box<Self>, context: SchedulerContext) {
        Running {
            timed: *self,
            context,
            last: None,
            next: None,
            first_build: true,
            last_codebases: LastCodebases::default(),
            remembered: None,
        }
        .run()
        .await;
    }

    fn builder_names(&self) -> Vec<String> {
        self.builder_names.clone()
    }
}

struct Running {
    timed: Timed,
    context: SchedulerContext,
    /// When the time had come last, in seconds since the epoch.
    last: Option<f64>,
    /// When it comes next; `None`: never, or disabled.
    next: Option<f64>,
    first_build: bool,
    last_codebases: LastCodebases,
    remembered: Option<Remembered>,
}

impl Running {
    async fn run(mut self) {
        if self.context.is_enabled() {
            self.activate().await;
        }
        loop {
            let remaining = self.next.map(|next| wait_of(next - self.now()));
            let wait = remaining.map(|remaining| remaining.min(LOOK_AT_CLOCK_EVERY));
            let Some(input) = self.context.next(wait).await else { return };
            match input {
                None if wait == remaining => self.time_has_come().await,
                None => {}
                Some(SchedulerInput::Change(change)) => self.got_change(&change).await,
                Some(SchedulerInput::Enabled(true)) => self.activate().await,
                Some(SchedulerInput::Enabled(false)) => self.next = None,
                Some(SchedulerInput::Trigger(request, reply)) => self.triggered(request, reply).await,
                Some(SchedulerInput::Force(request)) => crate::force::refuse(request, self.context.name()),
                Some(SchedulerInput::Try(request)) => crate::trysched::refuse(request, self.context.name()),
                Some(SchedulerInput::BuildsetComplete(..)) => {}
            }
        }
    }

    async fn activate(&mut self) {
        self.last = self.state("last_build").await.and_then(|last| last.as_f64());
        self.first_build = self.last.is_none();
        if self.timed.absolute {
            self.last_codebases = LastCodebases::from_state(self.state(absolute::STATE).await);
        }
        if self.timed.triggerable {
            let stored = self.state(remembered::STATE).await;
            self.remembered = stored.as_ref().and_then(Remembered::from_state);
        }
        if !self.timed.looks_at_changes() {
            let flushed = self.context.data().flush_change_classifications(self.context.id(), None).await;
            self.tell(flushed, "forget the changes of an earlier configuration");
        }
        self.schedule();
    }

    fn schedule(&mut self) {
        self.next = self.timed.calendar.next(self.last, self.now(), utc_offset);
    }

    fn now(&self) -> f64 {
        self.context.data().clock().now().0
    }

    async fn got_change(&mut self, change: &Change) {
        if !self.timed.looks_at_changes() || self.timed.branch.as_ref().is_some_and(|branch| *branch != change.branch) {
            return;
        }
        let codebases = &self.timed.buildsets.codebases;
        let Some(important) = self.timed.relevance.judge(change, codebases, &self.context).await else { return };
        let classified = vec![(change.id, important)];
        let stored = self.context.data().classify_changes(self.context.id(), classified).await;
        self.tell(stored, "store a change");
        if self.timed.absolute && self.last_codebases.record(change) {
            self.store(absolute::STATE, self.last_codebases.to_state()).await;
        }
    }

    async fn time_has_come(&mut self) {
        let at = self.next.take().unwrap_or_else(|| self.now());
        self.last = Some(at);
        self.store("last_build", Json::from(at)).await;
        if self.timed.triggerable {
            self.build_remembered().await;
        } else {
            self.build(at).await;
        }
        self.schedule();
    }

    async fn build(&mut self, at: f64) {
        let (data, id) = (self.context.data().clone(), self.context.id());
        let classified = match data.change_classifications(id).await {
            Ok(classified) => classified,
            Err(error) => return self.tell(Err(error), "read its changes"),
        };
        let last_only_if_changed = self.state("last_only_if_changed").await.is_none_or(|last| last != false);
        let rules = Rules {
            only_if_changed: self.timed.only_if_changed,
            last_only_if_changed,
            first_build: std::mem::replace(&mut self.first_build, false),
            forced_now: self.timed.calendar.is_forced_at(at, utc_offset),
        };
        let due = rules.decide(&classified);
        if due == Due::Skip {
            info!(
                scheduler.name = self.context.name(),
                "scheduler '{}' skips a build: no important changes",
                self.context.name()
            );
            return;
        }
        if last_only_if_changed != self.timed.only_if_changed {
            self.store("last_only_if_changed", self.timed.only_if_changed.into()).await;
        }
        let codebases = self.codebases();
        let Timed { buildsets, reason, .. } = &self.timed;
        let ids = if let Due::Changes(ids) = due { ids } else { Vec::new() };
        let changes = fetch(&ids, &self.context).await;
        let added = buildsets.add_for_changes(&changes, &codebases, reason, &self.context).await;
        if let (Some(_), Some(newest)) = (added, ids.last()) {
            let flushed = data.flush_change_classifications(id, Some(ChangeId(newest.0 + 1))).await;
            self.tell(flushed, "forget the changes that it built");
        }
    }

    fn codebases(&self) -> Codebases {
        let codebases = &self.timed.buildsets.codebases;
        if self.timed.absolute { self.last_codebases.over(codebases) } else { codebases.clone() }
    }

    async fn triggered(&mut self, request: TriggerRequest, reply: oneshot::Sender<Result<AddedBuildset, String>>) {
        let answer = if self.timed.triggerable {
            let remembered = Remembered::of(request);
            self.store(remembered::STATE, remembered.to_state()).await;
            self.remembered = Some(remembered);
            // No buildset yet: the step does not wait for the night.
            Ok(AddedBuildset { id: BuildsetId(0), requests: Vec::new() })
        } else {
            Err(format!("scheduler '{}' cannot be triggered", self.context.name()))
        };
        let _gone = reply.send(answer);
    }

    async fn build_remembered(&mut self) {
        let Some(remembered) = self.remembered.take() else { return };
        self.store(remembered::STATE, Json::Null).await;
        let sourcestamps = match with_defaults(remembered.sourcestamps, &self.codebases()) {
            Ok(sourcestamps) => sourcestamps,
            Err(why) => {
                error!(scheduler.name = self.context.name(), "scheduler '{}' cannot build: {why}", self.context.name());
                return;
            }
        };
        let buildset = SchedulerBuildset {
            sourcestamps,
            reason: self.timed.reason.clone(),
            properties: remembered.properties,
            priority: Some(self.timed.buildsets.priority_of(&[], &self.context).await),
            parent_build: remembered.parent_build,
            parent_relationship: remembered.parent_relationship,
            ..SchedulerBuildset::default()
        };
        logged(self.context.add_buildset(buildset).await, &self.context);
    }

    async fn state(&self, name: &str) -> Option<Json> {
        match self.context.get_state(name).await {
            Ok(value) => value,
            Err(error) => {
                self.tell(Err(error), &format!("read its {name}"));
                None
            }
        }
    }

    async fn store(&self, name: &str, value: Json) {
        let stored = self.context.set_state(name, value).await;
        self.tell(stored, &format!("store its {name}"));
    }

    fn tell(&self, result: Result<(), DataError>, what: &str) {
        if let Err(error) = result {
            let name = self.context.name();
            error!(scheduler.name = name, "scheduler '{name}' could not {what}: {error}");
        }
    }
}
