//! Workers that live in this process: attached at the start and when a reconfiguration brings new ones, or finds that one was shut
//! down.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use ferrobot_config::{Config, WorkerConfig};
use ferrobot_engine::{WorkerSession, Workers};
use ferrobot_gateway::LocalSession;
use tokio::sync::watch;

/// The local workers that are attached.
#[derive(Default)]
pub(crate) struct LocalWorkers {
    /// By name; why it is gone, when it is.
    attached: BTreeMap<String, watch::Receiver<Option<String>>>,
}

impl LocalWorkers {
    /// Attaches those of the configuration that are new; the engine lets those go that it no longer has.
    pub(crate) async fn follow(
        &mut self,
        config: &Config,
        basedir: &Path,
        workers: &Arc<dyn Workers>,
    ) -> anyhow::Result<()> {
        let is_here = |gone: &watch::Receiver<Option<String>>| gone.borrow().is_none();
        self.attached.retain(|name, gone| config.worker(name).is_some_and(|worker| worker.local) && is_here(gone));
        for worker in config.workers.iter().filter(|worker| worker.local) {
            if !self.attached.contains_key(&worker.name) {
                let name = &worker.name;
                let attached = attach(worker, basedir, workers).await;
                let gone = attached.with_context(|| format!("start the local worker `{name}`"))?;
                self.attached.insert(name.clone(), gone);
            }
        }
        Ok(())
    }
}

async fn attach(
    worker: &WorkerConfig,
    basedir: &Path,
    workers: &Arc<dyn Workers>,
) -> anyhow::Result<watch::Receiver<Option<String>>> {
    let directory = directory_of(worker, basedir);
    let session = LocalSession::open(&worker.name, &directory)
        .with_context(|| format!("make its directory `{}`", directory.display()))?;
    let session: Arc<dyn WorkerSession> = Arc::new(session);
    let gone = session.closed();
    workers.attach(&worker.name, session).await?;
    Ok(gone)
}

/// `workdir` of the worker, else its name, below `workers` in the master's directory.
fn directory_of(worker: &WorkerConfig, basedir: &Path) -> PathBuf {
    let workdir = worker.object.args.get("workdir").and_then(ferrobot_config::Value::as_str);
    basedir.join("workers").join(workdir.unwrap_or(&worker.name))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use async_trait::async_trait;
    use ferrobot_config::Object;
    use ferrobot_engine::{AttachError, AuthenticateError};

    use super::*;

    /// Keeps the sessions that come.
    #[derive(Default)]
    struct Came(Mutex<Vec<Arc<dyn WorkerSession>>>);

    #[async_trait]
    impl Workers for Came {
        async fn authenticate(&self, name: &str, _password: &[u8]) -> Result<(), AuthenticateError> {
            Err(AuthenticateError::UnknownName(name.to_owned()))
        }

        async fn password(&self, name: &str) -> Result<Vec<u8>, AuthenticateError> {
            Err(AuthenticateError::UnknownName(name.to_owned()))
        }

        async fn attach(&self, _name: &str, session: Arc<dyn WorkerSession>) -> Result<(), AttachError> {
            self.0.lock().unwrap().push(session);
            Ok(())
        }

        async fn graceful_shutdown_requested(&self, _name: &str) {}
    }

    #[tokio::test]
    async fn one_that_was_shut_down_is_started_by_the_next_reconfiguration() {
        let place = tempfile::tempdir().unwrap();
        let worker = WorkerConfig { name: "w1".to_owned(), local: true, ..WorkerConfig::default() };
        let config = Config { workers: vec![Arc::new(worker)], ..Config::default() };
        let came = Arc::new(Came::default());
        let workers = Arc::clone(&came) as Arc<dyn Workers>;
        let mut local = LocalWorkers::default();
        for _ in 0..2 {
            local.follow(&config, place.path(), &workers).await.unwrap();
            assert_eq!(came.0.lock().unwrap().len(), 1, "it stays");
        }
        let first = Arc::clone(&came.0.lock().unwrap()[0]);
        first.shutdown().await.unwrap();
        local.follow(&config, place.path(), &workers).await.unwrap();
        assert_eq!(came.0.lock().unwrap().len(), 2);
    }

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
