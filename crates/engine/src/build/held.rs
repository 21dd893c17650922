//! What a build writes down so that another run of the master can take it up where it was.
//!
//! Only builds on workers that keep their commands do. Each command has a key that names the build, the step's place in the
//! factory and the command's place in the step, so that starting it a second time finds the first. A step that was interrupted
//! is run again from its beginning: commands that had ended answer from the journal, the one that was under way is taken up,
//! and until then what the step writes itself is in its logs already.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ferrobot_config::digest;
use ferrobot_data::{Data, DataError, HeldBuild, HeldCommand, HeldSecret, HeldStep};
use ferrobot_model::{BuildId, LogId, StepId};
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};
use tokio::sync::mpsc;
use tracing::warn;

use super::BuildFacts;
use crate::generation::BuilderSetup;
use crate::lock::{LockPlan, LockSpec, Ticket};
use crate::log::Secrets;
use crate::step::{CommandOutcome, Planned};
use crate::{CommandControl, CommandKey, Kinds};

/// A larger outcome is not written down: the build is not held any more.
const OUTCOME_BYTES_MAX: usize = 1024 * 1024;

/// How a command ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ended {
    pub(crate) outcome: CommandOutcome,
    /// The worker's or the master's words for why it failed.
    pub(crate) failure: Option<String>,
}

/// The digest of what a builder's builds do; `None`: they cannot be taken up.
fn plan_of(builder: &BuilderSetup) -> Option<&str> {
    let plan = builder.plan.get_or_init(|| {
        // Locks that have to be rendered are taken by a step of the build's own.
        if !matches!(builder.locks, LockPlan::Fixed(_)) {
            return None;
        }
        let steps = builder.config.factory.steps.iter().map(|step| &**step);
        Some(digest(std::iter::once(&*builder.config.object).chain(steps)))
    });
    plan.as_deref()
}

/// The locks that a build's step under way has, as far as they are known before its worker is there; or why the build cannot
/// be taken up.
pub(crate) fn step_locks(held: &HeldBuild, builder: &BuilderSetup, kinds: &Kinds) -> Result<Vec<LockSpec>, String> {
    if plan_of(builder) != Some(&*held.plan) {
        return Err("its builder is configured differently now".to_owned());
    }
    let Some(step) = held.steps.last().filter(|step| step.results.is_none()) else { return Ok(Vec::new()) };
    let place = usize::try_from(step.place).ok();
    let Some(object) = place.and_then(|place| builder.config.factory.steps.get(place)) else { return Ok(Vec::new()) };
    match Planned::read(kinds, object) {
        Planned::Step(planned, _) if planned.survives_master() => {
            // Before its first command it may have waited for them.
            let has_them = !step.commands.is_empty();
            Ok(if has_them { LockPlan::read(&planned.common().locks).fixed().to_vec() } else { Vec::new() })
        }
        Planned::Step(..) | Planned::Broken(..) => {
            Err(format!("step '{}' cannot go on in another run of the master", step.name))
        }
    }
}

impl BuildFacts {
    /// Writes down that the build can be taken up, where that is so.
    pub(crate) async fn hold(&self) -> Result<(), DataError> {
        let Some(instance) = self.session.instance() else { return Ok(()) };
        let Some(plan) = plan_of(&self.builder).filter(|_| matches!(self.worker.locks, LockPlan::Fixed(_))) else {
            return Ok(());
        };
        self.engine.data.hold_build(self.id, instance, plan).await?;
        self.handle.set_held(true);
        Ok(())
    }

    /// Writes down which secrets the build has used, before a command can print them.
    pub(crate) async fn hold_secrets(&self) -> Result<(), DataError> {
        let used = self.secrets.len();
        if self.held_secrets.swap(used, Ordering::Relaxed) == used {
            return Ok(());
        }
        let secrets =
            self.secrets.each(|name, secret| HeldSecret { name: name.to_owned(), trace: trace(self.id, secret) });
        self.engine.data.hold_secrets(self.id, &secrets).await
    }

    /// Knows the secrets again that an earlier run of the master has used, so that they are not shown; or says what is in the way.
    pub(crate) async fn restore_secrets(&self, held: &[HeldSecret]) -> Result<(), String> {
        for HeldSecret { name, trace: before } in held {
            match self.engine.secret(&self.builder.generation, name).await {
                Ok(Some(secret)) if trace(self.id, &secret) == *before => self.secrets.add(name, &secret),
                Ok(Some(_)) => return Err(format!("secret '{name}' has changed, and the old one could be shown")),
                Ok(None) => return Err(format!("secret '{name}' is not there any more")),
                Err(error) => return Err(format!("secret '{name}' cannot be read: {error}")),
            }
        }
        self.held_secrets.store(self.secrets.len(), Ordering::Relaxed);
        Ok(())
    }

    /// From now on the build cannot be taken up any more. Durable.
    pub(crate) async fn release_hold(&self) -> Result<(), DataError> {
        if self.handle.is_held() {
            self.handle.set_held(false);
            self.engine.data.release_build(self.id).await?;
            self.engine.data.settled().await?;
        }
        Ok(())
    }
}

/// What one step has done so far.
pub(crate) struct Journal {
    pub(crate) place: u64,
    commands_begun: u64,
    earlier: HashMap<u64, HeldCommand>,
    /// Logs that the step had in an earlier run; whether each is complete.
    logs: HashMap<String, (LogId, bool)>,
    muted: Arc<AtomicBool>,
    is_resumed: bool,
    /// Commands that have ended, and that the step would have to see again: the worker keeps them until the step has ended.
    pub(crate) seen: Vec<mpsc::Sender<CommandControl>>,
}

impl Journal {
    pub(crate) fn new(place: u64) -> Journal {
        Journal {
            place,
            commands_begun: 0,
            earlier: HashMap::new(),
            logs: HashMap::new(),
            muted: Arc::default(),
            is_resumed: false,
            seen: Vec::new(),
        }
    }

    /// The journal of a step that an earlier run began.
    pub(crate) async fn resumed(data: &Data, step: &HeldStep) -> Result<Journal, DataError> {
        let logs = data.logs_of_step(step.id).await?;
        Ok(Journal {
            earlier: step.commands.iter().map(|command| (command.number, command.clone())).collect(),
            logs: logs.into_iter().map(|(id, name, complete)| (name, (id, complete))).collect(),
            muted: Arc::new(AtomicBool::new(!step.commands.is_empty())),
            is_resumed: true,
            ..Journal::new(step.place)
        })
    }

    pub(crate) fn is_resumed(&self) -> bool {
        self.is_resumed
    }

    /// Whether what the step shows is shown already.
    pub(crate) fn is_muted(&self) -> bool {
        self.muted.load(Ordering::Relaxed)
    }

    /// A log of the earlier run; whether it is complete, and what mutes it.
    pub(crate) fn log(&self, name: &str) -> Option<(LogId, bool, Arc<AtomicBool>)> {
        self.logs.get(name).map(|(id, complete)| (*id, *complete, Arc::clone(&self.muted)))
    }

    /// The step's next command is one that is always done.
    pub(crate) fn skip_command(&mut self) {
        self.commands_begun += 1;
    }

    /// The step's next command: what an earlier run knew of it, or a new entry. From one that has not ended on, the step's words
    /// are new.
    pub(crate) fn next_command(&mut self, is_observed: bool) -> HeldCommand {
        self.commands_begun += 1;
        let number = self.commands_begun;
        let command = self.earlier.remove(&number);
        if self.earlier.is_empty() || !command.as_ref().is_some_and(|command| command.is_complete) {
            self.muted.store(false, Ordering::Relaxed);
        }
        command.unwrap_or(HeldCommand { number, is_observed, ..HeldCommand::default() })
    }
}

/// The name of a command on its worker.
pub(crate) fn key(build: BuildId, place: u64, command: &HeldCommand) -> CommandKey {
    CommandKey {
        id: format!("{build}.{place}.{}", command.number),
        // What a step has to see again comes from the beginning.
        delivered: if command.is_observed { 0 } else { command.mark },
    }
}

/// The build of a command with such a name.
pub(crate) fn build_of(id: &str) -> Option<BuildId> {
    id.split_once('.')?.0.parse().ok().map(BuildId)
}

/// How a command ended, from its entry; `None`: it has not, or cannot be read.
pub(crate) fn ended(command: &HeldCommand) -> Option<Ended> {
    let outcome = command.outcome.as_deref()?;
    serde_json::from_str(outcome).map_err(|error| warn!("the outcome of a command cannot be read: {error}")).ok()
}

/// Differs for most secrets that differ, and says nothing about them otherwise.
fn trace(build: BuildId, secret: &str) -> u16 {
    let digest = Sha1::digest(format!("{build} {secret}"));
    u16::from_be_bytes([digest[0], digest[1]])
}

/// The entry's text for how a command stands; `None`: it is too long, or has a secret.
pub(crate) fn outcome_text(ended: &Ended, secrets: &Secrets) -> Option<String> {
    let CommandOutcome { stdout, stderr, files, .. } = &ended.outcome;
    let texts = [stdout, stderr].into_iter().chain(&ended.failure).chain(files);
    if secrets.len() > 0 && texts.into_iter().any(|text| secrets.occur_in(text)) {
        return None;
    }
    serde_json::to_string(ended).ok().filter(|text| text.len() <= OUTCOME_BYTES_MAX)
}

/// The steps of an earlier run.
pub(crate) struct Resumed {
    steps: HashMap<u64, HeldStep>,
    /// Those of the step under way.
    locks: Option<Ticket>,
    /// Steps before this place have ended, or were left out.
    cursor: u64,
}

/// What there is to do at a place of the factory.
pub(crate) enum Turn {
    /// The step has not begun.
    New,
    /// It had begun.
    Interrupted(HeldStep, Option<Ticket>),
    /// It has ended.
    Ended(HeldStep),
    /// It was left out.
    LeftOut,
}

impl Resumed {
    /// Nothing: the build begins.
    pub(crate) fn nothing() -> Resumed {
        Resumed::new(Vec::new(), None)
    }

    /// `locks`: those of the step under way, where it has some.
    pub(crate) fn new(steps: Vec<HeldStep>, locks: Option<Ticket>) -> Resumed {
        let cursor = steps.iter().map(|step| step.place).max().unwrap_or(0);
        Resumed { steps: steps.into_iter().map(|step| (step.place, step)).collect(), locks, cursor }
    }

    pub(crate) fn turn(&mut self, place: u64) -> Turn {
        match self.steps.remove(&place) {
            Some(step) if step.results.is_none() => Turn::Interrupted(step, self.locks.take()),
            Some(step) => Turn::Ended(step),
            None if place < self.cursor => Turn::LeftOut,
            None => Turn::New,
        }
    }
}

/// The row of a step that an earlier run began.
pub(crate) fn row_of(step: &HeldStep) -> (StepId, i64, String) {
    (step.id, step.number, step.name.clone())
}

#[cfg(test)]
mod tests {
    use ferrobot_model::Results;

    use super::*;

    fn step(place: u64, results: Option<Results>) -> HeldStep {
        HeldStep {
            id: StepId(10),
            number: 2,
            name: "compile".to_owned(),
            place,
            results,
            build_text: None,
            commands: Vec::new(),
        }
    }

    #[test]
    fn each_step_has_its_turn() {
        let mut fresh = Resumed::nothing();
        assert!((0..3).all(|place| matches!(fresh.turn(place), Turn::New)));
        // The second was left out, the fourth was under way.
        let mut resumed =
            Resumed::new(vec![step(0, Some(Results::Failure)), step(2, Some(Results::Success)), step(3, None)], None);
        let turns: Vec<&str> = (0..5)
            .map(|place| match resumed.turn(place) {
                Turn::New => "new",
                Turn::Interrupted(..) => "interrupted",
                Turn::Ended(_) => "ended",
                Turn::LeftOut => "left out",
            })
            .collect();
        assert_eq!(turns, ["ended", "left out", "ended", "interrupted", "new"]);
    }

    fn journal(commands: Vec<HeldCommand>) -> Journal {
        Journal {
            muted: Arc::new(AtomicBool::new(!commands.is_empty())),
            earlier: commands.into_iter().map(|command| (command.number, command)).collect(),
            is_resumed: true,
            ..Journal::new(4)
        }
    }

    fn command(number: u64, is_complete: bool) -> HeldCommand {
        HeldCommand { number, mark: 5, is_complete, ..HeldCommand::default() }
    }

    #[test]
    fn a_step_speaks_again_where_it_was_cut_off() {
        // Complete commands of the earlier run; then whether the step is mute before and after each `next_command`.
        let cases: &[(Vec<HeldCommand>, &[bool])] = &[
            (vec![], &[false, false]),
            (vec![command(1, false)], &[true, false, false]),
            (vec![command(1, true)], &[true, false, false]),
            (vec![command(1, true), command(2, false)], &[true, true, false, false]),
            (vec![command(1, true), command(2, true)], &[true, true, false, false]),
        ];
        for (commands, expected) in cases {
            let mut journal = journal(commands.clone());
            let mut mute = vec![journal.is_muted()];
            for number in 1..expected.len() as u64 {
                let next = journal.next_command(false);
                assert_eq!(next.number, number);
                assert_eq!(next.mark, commands.get(number as usize - 1).map_or(0, |command| command.mark));
                mute.push(journal.is_muted());
            }
            assert_eq!(mute, *expected, "{commands:?}");
        }
    }

    #[test]
    fn commands_are_named_after_their_place() {
        let plain = key(BuildId(7), 4, &command(2, false));
        assert_eq!((plain.id.as_str(), plain.delivered, build_of(&plain.id)), ("7.4.2", 5, Some(BuildId(7))));
        let seen = key(BuildId(7), 4, &HeldCommand { is_observed: true, ..command(2, false) });
        assert_eq!(seen.delivered, 0);
        assert_eq!((build_of("12"), build_of("x.1.1")), (None, None));
    }

    #[test]
    fn outcomes_come_back_as_they_were() {
        let outcome =
            CommandOutcome { rc: Some(7), stdout: "é\n".to_owned(), interrupted: true, ..CommandOutcome::default() };
        for failure in [None, Some("died".to_owned())] {
            let whole = Ended { outcome: outcome.clone(), failure };
            let entry = HeldCommand { outcome: outcome_text(&whole, &Secrets::default()), ..command(1, true) };
            assert_eq!(ended(&entry), Some(whole));
        }
        let long = CommandOutcome { stdout: "x".repeat(OUTCOME_BYTES_MAX), ..CommandOutcome::default() };
        assert_eq!(outcome_text(&Ended { outcome: long, failure: None }, &Secrets::default()), None);
        let secrets = Secrets::default();
        secrets.add("token", "hunter2");
        let telling = CommandOutcome { stdout: "it is hunter2\n".to_owned(), ..CommandOutcome::default() };
        assert_eq!(outcome_text(&Ended { outcome: telling, failure: None }, &secrets), None);
        assert_eq!(ended(&HeldCommand { outcome: Some("{".to_owned()), ..command(1, true) }), None);
    }
}
