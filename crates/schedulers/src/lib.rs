//! The kinds of scheduler that a configuration can name, one file each, behind the engine's trait `Scheduler`.
//!
//! Decisions are pure functions (`cron`, `timed/calendar`, `basic/pending`, `filter`, `force/gather`); the kinds feed them and carry
//! them out. Nothing here knows how a buildset is stored or a function of the configuration is called. Read `arguments`,
//! then `basic`; the others follow its pattern.

mod absolute;
mod arguments;
mod basic;
mod buildset;
mod cron;
mod dependent;
mod filter;
mod force;
mod nightly;
mod nightly_triggerable;
mod percent;
mod periodic;
mod relevance;
#[cfg(test)]
mod testing;
mod timed;
mod triggerable;

use ferrobot_config::{ClassSchema, ConfigClass};
use ferrobot_engine::Kinds;

/// Makes the kinds known by their dotted paths.
pub fn register(kinds: &mut Kinds) {
    let schedulers = &mut kinds.schedulers;
    schedulers.insert("buildbot.schedulers.basic.SingleBranchScheduler", basic::make_single);
    schedulers.insert("buildbot.schedulers.basic.Scheduler", basic::make_single);
    schedulers.insert("buildbot.schedulers.basic.AnyBranchScheduler", basic::make_any);
    schedulers.insert("buildbot.schedulers.dependent.Dependent", dependent::make);
    schedulers.insert("buildbot.schedulers.timed.Periodic", periodic::make);
    schedulers.insert("buildbot.schedulers.timed.Nightly", nightly::make);
    schedulers.insert("buildbot.schedulers.timed.NightlyTriggerable", nightly_triggerable::make);
    schedulers.insert("buildbot.schedulers.triggerable.Triggerable", triggerable::make);
    schedulers.insert("buildbot.schedulers.forcesched.ForceScheduler", force::make);
}

/// Descriptions of the classes, those of filters and of forms' parameters included.
#[must_use]
pub fn schemas() -> Vec<ClassSchema> {
    let mut schemas = vec![
        basic::SingleBranchScheduler::schema(),
        basic::OldScheduler::schema(),
        basic::AnyBranchScheduler::schema(),
        dependent::Dependent::schema(),
        periodic::Periodic::schema(),
        nightly::Nightly::schema(),
        nightly_triggerable::NightlyTriggerable::schema(),
        triggerable::Triggerable::schema(),
        force::ForceScheduler::schema(),
        filter::ChangeFilter::schema(),
    ];
    schemas.extend(force::classes::schemas());
    schemas
}
