//! Workers that live in this process: attached at the start and when a reconfiguration brings new ones.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use ferrobot_config::{Config, WorkerConfig};
use ferrobot_engine::{WorkerSession, Workers};
use ferrobot_gateway::LocalSession;

/// The local workers that are attached.
#[derive(Default)]
pub(crate) struct LocalWorkers {
    attached: BTreeSet<String>,
}

impl LocalWorkers {
    /// Attaches those of the configuration that are new; the engine lets those go that it no longer has.
    pub(crate) async fn follow(
        &mut self,
        config: &Config,
        basedir: &Path,
        workers: &Arc<dyn Workers>,
    ) -> anyhow::Result<()> {
        self.attached.retain(|name| config.worker(name).is_some_and(|worker| worker.local));
        for worker in config.workers.iter().filter(|worker| worker.local) {
            if !self.attached.contains(&worker.name) {
                let name = &worker.name;
                attach(worker, basedir, workers).await.with_context(|| format!("start the local worker `{name}`"))?;
                self.attached.insert(name.clone());
            }
        }
        Ok(())
    }
}

async fn attach(worker: &WorkerConfig, basedir: &Path, workers: &Arc<dyn Workers>) -> anyhow::Result<()> {
    let directory = directory_of(worker, basedir);
    let session = LocalSession::open(&worker.name, &directory)
        .with_context(|| format!("make its directory `{}`", directory.display()))?;
    let session: Arc<dyn WorkerSession> = Arc::new(session);
    workers.attach(&worker.name, session).await?;
    Ok(())
}

/// `workdir` of the worker, else its name, below `workers` in the master's directory.
fn directory_of(worker: &WorkerConfig, basedir: &Path) -> PathBuf {
    let workdir = worker.object.args.get("workdir").and_then(ferrobot_config::Value::as_str);
    basedir.join("workers").join(workdir.unwrap_or(&worker.name))
}

#[cfg(test)]
mod tests {
    use ferrobot_config::Object;

    use super::*;

    #[test]
    fn local_workers_live_below_workers() {
        let cases = [(None, "/m/workers/w1"), (Some("sub/dir"), "/m/workers/sub/dir"), (Some("/else"), "/else")];
        for (workdir, expected) in cases {
            let args = workdir.map(|workdir| ("workdir".to_owned(), workdir.into())).into_iter().collect();
            let object = Object { args, ..Object::default() }.into();
            let worker = WorkerConfig { name: "w1".to_owned(), object, ..WorkerConfig::default() };
            assert_eq!(directory_of(&worker, Path::new("/m")), Path::new(expected));
        }
    }
}
