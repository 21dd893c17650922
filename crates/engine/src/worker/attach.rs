//! How a worker comes in and how it is lost.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use async_trait::async_trait;
use ferrobot_data::DataError;
use ferrobot_model::{WorkerId, WorkerInfo};
use serde_json::{Value as Json, json};
use tracing::{info, warn};

use crate::engine::Engine;
use crate::generation::WorkerSetup;
use crate::worker::missing::Absence;
use crate::{AttachError, AuthenticateError, WorkerSession, Workers};

/// How long the older connection of a name has to prove that it is alive.
const DUPLICATE_PING_TIMEOUT: Duration = Duration::from_secs(10);

#[async_trait]
impl Workers for Engine {
    async fn authenticate(&self, name: &str, password: &[u8]) -> Result<(), AuthenticateError> {
        self.check_login(name, password).await
    }

    async fn password(&self, name: &str) -> Result<Vec<u8>, AuthenticateError> {
        self.password_of(name).await
    }

    async fn attach(&self, name: &str, session: Arc<dyn WorkerSession>) -> Result<(), AttachError> {
        let not_wanted = || AttachError::NotWanted(format!("worker `{name}` is not configured"));
        let id = *self.setup().worker_ids.get(name).ok_or_else(not_wanted)?;
        let door = self.workers.desks().get(&id).map(|desk| Arc::clone(&desk.door)).ok_or_else(not_wanted)?;
        let _one_at_a_time = door.lock().await;
        self.refuse_duplicate(id, name).await?;
        if self.closing.load(Ordering::Relaxed) {
            return Err(AttachError::NotWanted("the master is stopping".to_owned()));
        }
        let setup = self.setup().workers.get(&id).cloned().ok_or_else(not_wanted)?;
        self.keep_wanted_commands(id, &*session).await?;
        session.set_builders(&setup.directories).await?;
        session.print("attached").await?;
        self.seat(&setup, session).await.map_err(|error| {
            AttachError::NotWanted(format!("worker `{name}` could not be written down as connected: {error}"))
        })
    }

    async fn graceful_shutdown_requested(&self, name: &str) {
        let Some(id) = self.setup().worker_ids.get(name).copied() else { return };
        if let Err(error) = self.stop_worker_gracefully(id, "its own administrator wants it").await {
            warn!(worker.name = name, "worker `{name}` asked to leave, which could not be written down: {error}");
        }
    }
}

impl Engine {
    /// The connection that is there already stays, if it answers.
    async fn refuse_duplicate(&self, id: WorkerId, name: &str) -> Result<(), AttachError> {
        let Some(older) = self.workers.session(id) else { return Ok(()) };
        let ping = older.print("master got a duplicate connection; keeping this one");
        if matches!(tokio::time::timeout(DUPLICATE_PING_TIMEOUT, ping).await, Ok(Ok(()))) {
            if let Some(desk) = self.workers.desks().get_mut(&id) {
                desk.twin_refused = Some(self.data.clock().now());
            }
            return Err(AttachError::AlreadyConnected(name.to_owned()));
        }
        older.disconnect("a new connection of the same name came, and this one did not answer");
        self.lose_session(id, &older).await;
        Ok(())
    }

    /// Writes the worker down as connected and lets it build.
    async fn seat(&self, setup: &Arc<WorkerSetup>, session: Arc<dyn WorkerSession>) -> Result<(), DataError> {
        let name = &setup.config.name;
        self.data.worker_connected(setup.id, info_row(session.info())).await?;
        let row = self.data.worker(setup.id).await?;
        if row.as_ref().is_some_and(|row| row.graceful) {
            self.data.set_worker_graceful(setup.id, false).await?;
        }
        if let Some(desk) = self.workers.desks().get_mut(&setup.id) {
            desk.absence = None;
            desk.changed.notify_waiters();
            desk.session = Some(Arc::clone(&session));
            desk.paused = row.is_some_and(|row| row.paused);
            desk.graceful = false;
        }
        info!(worker.name = name, "worker `{name}` is connected");
        self.workers.seated.notify_waiters();
        self.watch(setup.id, Arc::clone(&session));
        self.keep_alive(setup.id, session);
        self.wake.builders(setup.builders.iter().copied());
        Ok(())
    }

    /// Notices when the connection ends.
    fn watch(&self, id: WorkerId, session: Arc<dyn WorkerSession>) {
        let engine = self.handle();
        self.tasks.spawn("worker watch", async move {
            let mut closed = session.closed();
            let ended = async {
                // An error means that the session is gone with its sender.
                let _gone = closed.wait_for(Option::is_some).await;
            };
            tokio::select! {
                // On the heap, so that thousands of connected workers do not keep the room for it.
                () = ended => Box::pin(engine.lose_session(id, &session)).await,
                () = engine.follow_presence(id, &session) => {}
                () = engine.tasks.ending().cancelled() => {}
            }
        });
    }

    /// Takes note of it when a worker whose session outlives its connections goes away and comes back.
    async fn follow_presence(&self, id: WorkerId, session: &Arc<dyn WorkerSession>) {
        let Some(mut presence) = session.presence() else { return std::future::pending().await };
        let mut was_present = true;
        // An error means that the session has ended.
        while let Ok(is_present) = presence.wait_for(|is| *is != was_present).await.map(|is| *is) {
            was_present = is_present;
            if !Box::pin(self.note_presence(id, session, is_present)).await {
                break;
            }
        }
        std::future::pending().await
    }

    /// `false`: the session is no longer the worker's.
    async fn note_presence(&self, id: WorkerId, session: &Arc<dyn WorkerSession>, is_present: bool) -> bool {
        let now = self.data.clock().now();
        let setup = {
            let mut desks = self.workers.desks();
            let desk = desks
                .get_mut(&id)
                .filter(|desk| desk.session.as_ref().is_some_and(|current| Arc::ptr_eq(current, session)));
            let Some(desk) = desk else { return false };
            desk.absence = (!is_present).then(|| Absence::since(now));
            desk.changed.notify_waiters();
            Arc::clone(&desk.setup)
        };
        let name = &setup.config.name;
        let written = if is_present {
            info!(worker.name = name, "worker `{name}` is back");
            self.data.worker_connected(id, info_row(session.info())).await
        } else {
            self.expect_back(id);
            self.data.worker_disconnected(id).await
        };
        if let Err(error) = written {
            warn!(worker.name = name, "whether worker `{name}` is connected could not be written down: {error}");
        }
        if is_present {
            self.wake.builders(setup.builders.iter().copied());
            self.dismiss_if_idle(id);
        }
        true
    }

    /// The session is gone: its builds are retried. A session that was replaced is no news.
    async fn lose_session(&self, id: WorkerId, session: &Arc<dyn WorkerSession>) {
        let setup = {
            let mut desks = self.workers.desks();
            match desks.get_mut(&id) {
                Some(desk) if desk.session.as_ref().is_some_and(|current| Arc::ptr_eq(current, session)) => {
                    desk.session = None;
                    desk.absence.get_or_insert_with(|| Absence::since(self.data.clock().now()));
                    Some(Arc::clone(&desk.setup))
                }
                Some(_) => return,
                // No longer configured.
                None => None,
            }
        };
        let reason = session.closed().borrow().clone().unwrap_or_else(|| "the connection ended".to_owned());
        let name = setup.as_ref().map_or("(no longer configured)", |setup| setup.config.name.as_str());
        info!(worker.id = %id, worker.name = name, "worker `{name}` is gone: {reason}");
        self.builds.lose_worker(id, &reason);
        if let Err(error) = self.data.worker_disconnected(id).await {
            warn!(worker.name = name, "worker `{name}` could not be written down as gone: {error}");
        }
        if let Some(setup) = setup {
            self.expect_back(setup.id);
        }
    }
}

/// What the table `workers` keeps of a worker's description of itself.
fn info_row(info: &WorkerInfo) -> Json {
    json!({
        "admin": info.admin,
        "host": info.host,
        "access_uri": info.access_uri,
        "version": info.version,
    })
}
