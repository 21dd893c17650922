//! Locks and how they are held (manual section "Interlocks").

use std::collections::BTreeMap;

use crate::{ConfigClass, Errors, Object, Value};

/// A lock of which there is one for all workers.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.locks", rename_all = "camelCase")]
#[expect(dead_code, reason = "the engine reads them from the object; here they are checked")]
pub(crate) struct MasterLock {
    /// Unique name.
    #[config(positional, required)]
    pub(crate) name: String,
    /// How many may hold it at a time, in mode `counting`.
    #[config(positional, default = 1)]
    pub(crate) max_count: u64,
}

/// A lock of which there is one for each worker.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.locks", rename_all = "camelCase")]
#[expect(dead_code, reason = "the engine reads them from the object; here they are checked")]
pub(crate) struct WorkerLock {
    /// Unique name.
    #[config(positional, required)]
    pub(crate) name: String,
    /// How many may hold it on one worker at a time, in mode `counting`.
    #[config(positional, default = 1)]
    pub(crate) max_count: u64,
    /// The same for single workers, by their name.
    #[config(positional)]
    pub(crate) max_count_for_worker: Option<BTreeMap<String, u64>>,
}

/// A lock, and how it is held: what `lock.access('counting')` makes.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.locks")]
pub(crate) struct LockAccess {
    /// The lock.
    #[config(positional, required)]
    #[expect(dead_code, reason = "followed in the object, because it is checked there")]
    pub(crate) lockid: Value,
    /// `counting` or `exclusive`.
    #[config(positional, required)]
    pub(crate) mode: String,
    /// How many of the places it takes.
    #[config(positional, default = 1)]
    pub(crate) count: u64,
}

/// Checks a lock or an access to one; what is left is the lock.
pub(crate) fn check_lock<'a>(object: &'a Object, errors: &mut Errors) -> Option<&'a Object> {
    match object.class.as_str() {
        LockAccess::PATH => {
            let access = LockAccess::from_object(object, errors)?;
            if !matches!(access.mode.as_str(), "counting" | "exclusive") {
                let told = format!("a lock's access mode must be 'counting' or 'exclusive', not '{}'", access.mode);
                errors.error(&object.place, told);
            } else if access.mode == "exclusive" && access.count != 1 {
                errors.error(&object.place, "a lock that is held exclusively takes one place: count must be 1");
            }
            object.args.get("lockid").and_then(Value::as_object).and_then(|lock| check_lock(lock, errors))
        }
        MasterLock::PATH => MasterLock::from_object(object, errors).map(|_| object),
        WorkerLock::PATH => WorkerLock::from_object(object, errors).map(|_| object),
        _ => None,
    }
}
