//! The locks that the configuration names, read from its objects.

use std::collections::BTreeMap;

use ferrobot_config::{Object, Value};
use ferrobot_model::WorkerId;

use super::{LockKey, Mode, Want};

/// One access to a lock, as configured.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LockSpec {
    name: String,
    per_worker: bool,
    max: u64,
    max_for_worker: BTreeMap<String, u64>,
    mode: Mode,
    count: u64,
}

/// What `locks` of a builder, worker or step says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum LockPlan {
    /// These.
    Fixed(Vec<LockSpec>),
    /// Known when rendered.
    Rendered(Value),
}

impl LockPlan {
    pub(crate) fn read(value: &Value) -> LockPlan {
        match read_accesses(value) {
            Ok(specs) => LockPlan::Fixed(specs),
            Err(_) => LockPlan::Rendered(value.clone()),
        }
    }

    /// The locks, where they are known beforehand.
    pub(crate) fn fixed(&self) -> &[LockSpec] {
        match self {
            LockPlan::Fixed(specs) => specs,
            LockPlan::Rendered(_) => &[],
        }
    }
}

impl LockSpec {
    /// The lock that is meant on this worker.
    pub(crate) fn on(&self, worker: WorkerId, worker_name: &str) -> Want {
        let max = self.max_for_worker.get(worker_name).copied().unwrap_or(self.max);
        let key = LockKey { name: self.name.clone(), worker: self.per_worker.then_some(worker) };
        Want { key, mode: self.mode, count: self.count, max }
    }
}

/// Reads a list of accesses; the error says what else stands there.
pub(crate) fn read_accesses(value: &Value) -> Result<Vec<LockSpec>, String> {
    match value {
        Value::None => Ok(Vec::new()),
        Value::List(items) | Value::Tuple(items) => {
            let nested: Result<Vec<Vec<LockSpec>>, String> = items.iter().map(read_accesses).collect();
            Ok(nested?.into_iter().flatten().collect())
        }
        Value::Object(object) => read_access(object).map(|spec| vec![spec]),
        other => Err(format!("locks must be a list of `lock.access(…)`, not {}", other.type_name())),
    }
}

fn read_access(object: &Object) -> Result<LockSpec, String> {
    match object.class.rsplit('.').next().unwrap_or_default() {
        "LockAccess" => {
            let lock = object.args.get("lockid").and_then(Value::as_object).ok_or("a lock access without its lock")?;
            let mode = match object.args.get("mode").and_then(Value::as_str) {
                Some("counting") => Mode::Counting,
                _ => Mode::Exclusive,
            };
            let count = object.args.get("count").map_or(Some(1), number).ok_or("a lock's count must be 0 or more")?;
            read_lock(lock, mode, count)
        }
        // The lock itself stands for its exclusive use.
        "MasterLock" | "WorkerLock" => read_lock(object, Mode::Exclusive, 1),
        other => Err(format!("locks must be a list of `lock.access(…)`, not {other}")),
    }
}

fn read_lock(lock: &Object, mode: Mode, count: u64) -> Result<LockSpec, String> {
    let name = lock.args.get("name").and_then(Value::as_str).ok_or("a lock without a name")?.to_owned();
    let max_for_worker = match lock.args.get("maxCountForWorker") {
        Some(Value::Dict(entries)) => {
            entries.iter().filter_map(|(name, max)| Some((name.as_str()?.to_owned(), number(max)?))).collect()
        }
        _ => BTreeMap::new(),
    };
    Ok(LockSpec {
        name,
        per_worker: lock.class.ends_with("WorkerLock"),
        max: lock.args.get("maxCount").and_then(number).unwrap_or(1),
        max_for_worker,
        mode,
        count,
    })
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Int(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn object(class: &str, args: Vec<(&str, Value)>) -> Value {
        let args = args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Value::Object(Arc::new(Object { class: format!("buildbot.locks.{class}"), args, ..Object::default() }))
    }

    #[test]
    fn accesses_are_read_with_their_limits() {
        let limits = Value::Dict(vec![("w2".into(), Value::Int(4))]);
        let lock = object(
            "WorkerLock",
            vec![("name", "cpu".into()), ("maxCount", Value::Int(2)), ("maxCountForWorker", limits)],
        );
        let access =
            object("LockAccess", vec![("lockid", lock), ("mode", "counting".into()), ("count", Value::Int(1))]);
        let specs = read_accesses(&Value::List(vec![access])).unwrap();
        let wants: Vec<Want> = [(1, "w1"), (2, "w2")].map(|(id, name)| specs[0].on(WorkerId(id), name)).to_vec();
        assert_eq!((wants[0].max, wants[1].max), (2, 4));
        assert_ne!(wants[0].key, wants[1].key, "each worker has its own");
        assert_eq!(wants[0].mode, Mode::Counting);
    }

    #[test]
    fn a_renderable_list_is_left_for_later() {
        let renderable = object("renderer", vec![]);
        assert_eq!(LockPlan::read(&renderable), LockPlan::Rendered(renderable.clone()));
        assert_eq!(LockPlan::read(&Value::None), LockPlan::Fixed(vec![]));
    }
}
