//! The worker as a program on the network: keeps one connection to its master, and runs what the master asks for.
//!
//! Read [`run`] first, then `session` for what happens on one connection in MessagePack, and `pb` for the same over
//! Perspective Broker. Everything that runs commands is in `runner`.

mod arguments;
mod backoff;
mod carrier;
mod commands;
mod connect;
mod destination;
mod held;
mod keepalive;
mod messages;
mod pb;
mod peer;
mod session;
mod tunnel;
mod updates;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::info::{self, InfoOptions};
use crate::options::{AllowShutdown, Protocol, WorkerOptions};
use crate::runner::{CommandRunner, OutputSettings};

use backoff::Backoff;
pub use connect::ConnectError;
use held::Held;
use session::{Ended, Session};

/// A connection that lived so long counts as a success, and the next attempt comes soon.
const STABLE_AFTER: Duration = Duration::from_secs(30);
/// How often `shutdown.stamp` is looked at.
const STAMP_POLL_EVERY: Duration = Duration::from_secs(10);
/// The longest pause between attempts while commands wait for the master.
const HELD_DELAY_MAX: Duration = Duration::from_secs(5);
/// What the master has asked for is answered before the process ends.
const SHUTDOWN_DELAY: Duration = Duration::from_millis(200);

/// Why a worker cannot run.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// Its settings ask for something that it cannot do.
    #[error("worker `{name}` cannot start: {reason}")]
    Settings {
        /// Its name.
        name: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// Too many attempts in a row failed.
    #[error("gave up after {attempts} attempts to reach the master: {last}")]
    GaveUp {
        /// How many.
        attempts: u32,
        /// What the last one ran into.
        last: String,
    },
}

/// Runs a worker until `shutdown` is cancelled or its master asks it to end.
pub async fn run(options: WorkerOptions, shutdown: CancellationToken) -> Result<(), WorkerError> {
    info!("Starting Worker -- version: {}", info::BUILDBOT_VERSION);
    record_hostname(&options.basedir);
    let environment = crate::info::inherited_environment();
    let runner =
        CommandRunner::new(&options.basedir, environment, OutputSettings::default()).with_encoding(options.encoding);
    if let Err(error) = connect::check(&options) {
        return Err(WorkerError::Settings { name: options.name.clone(), reason: error.to_string() });
    }
    let finish = Finish::watch(&options);
    let held = Held::new(&options.basedir);
    let mut backoff = Backoff::new(options.maxdelay);
    loop {
        let since = Instant::now();
        let reason = tokio::select! {
            ended = attempt(&options, &runner, (&finish, &shutdown), &held, &mut backoff) => match ended {
                Ok(Ended::ShutdownRequested | Ended::Stopped) => return Ok(()),
                Ok(Ended::Lost(reason)) => {
                    warn!("the connection to the master is lost: {reason}");
                    reason
                }
                Err(ConnectError::Settings(reason)) => {
                    return Err(WorkerError::Settings { name: options.name.clone(), reason });
                }
                Err(error) => {
                    warn!("cannot connect to the master: {error}");
                    error.to_string()
                }
            },
            () = async {
                shutdown.cancelled().await;
                // A connected session says goodbye meanwhile.
                tokio::time::sleep(2 * SHUTDOWN_DELAY).await;
            } => return Ok(()),
        };
        if since.elapsed() > STABLE_AFTER {
            backoff.succeeded();
        }
        // None at all means without end, as in Buildbot.
        if let Some(attempts) = options.maxretries.filter(|&most| most > 0 && backoff.failures() >= most) {
            return Err(WorkerError::GaveUp { attempts, last: reason });
        }
        let mut delay = backoff.next(random());
        if !held.is_empty() {
            // A master that restarts waits for what it has running here.
            delay = delay.min(HELD_DELAY_MAX);
        }
        info!("will retry in {:.1} seconds", delay.as_secs_f64());
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = shutdown.cancelled() => return Ok(()),
            () = finish.unconnected() => return Ok(()),
        }
    }
}

async fn attempt(
    options: &WorkerOptions,
    runner: &CommandRunner,
    (finish, shutdown): (&Finish, &CancellationToken),
    held: &Arc<Held>,
    backoff: &mut Backoff,
) -> Result<Ended, ConnectError> {
    let described = || {
        let wanted = InfoOptions { numcpus: options.numcpus, delete_leftover_dirs: options.delete_leftover_dirs };
        info::gather(&options.basedir, &wanted)
    };
    match options.protocol {
        Protocol::Msgpack => {
            let socket = tokio::select! {
                socket = connect::connect(options) => socket?,
                () = finish.unconnected() => return Ok(Ended::ShutdownRequested),
            };
            info!("Connected to {}", connect::describe(options));
            backoff.connected();
            let session = Session::new(&options.basedir, runner.clone(), options.keepalive, held);
            Ok(session.serve(socket, described, &finish.wanted, shutdown).await)
        }
        Protocol::PerspectiveBroker => {
            let stream = tokio::select! {
                stream = connect::connect_stream(options) => stream?,
                () = finish.unconnected() => return Ok(Ended::ShutdownRequested),
            };
            let session = pb::Session::new(options, runner.clone(), described);
            session.serve(stream, &finish.wanted, || backoff.connected()).await
        }
    }
}

/// Tells when the worker's own administrator wants it to finish.
struct Finish {
    wanted: CancellationToken,
    watcher: Option<tokio::task::JoinHandle<()>>,
}

impl Finish {
    fn watch(options: &WorkerOptions) -> Finish {
        let wanted = CancellationToken::new();
        let watcher = options.allow_shutdown.map(|how| {
            let (wanted, basedir) = (wanted.clone(), options.basedir.clone());
            tokio::spawn(async move {
                match how {
                    AllowShutdown::Signal => {
                        info!("Setting up SIGHUP handler to initiate shutdown");
                        wait_for_hangup().await;
                        info!("Initiating shutdown because we got SIGHUP");
                    }
                    AllowShutdown::File => {
                        let stamp = basedir.join("shutdown.stamp");
                        info!("Watching {}'s mtime to initiate shutdown", stamp.display());
                        wait_for_stamp(&stamp).await;
                        info!("Initiating shutdown because {} was touched", stamp.display());
                    }
                }
                wanted.cancel();
            })
        });
        Finish { wanted, watcher }
    }

    /// It is wanted while there is no master that could let the builds end first.
    async fn unconnected(&self) {
        self.wanted.cancelled().await;
        info!("No active connection, shutting down NOW");
    }
}

impl Drop for Finish {
    fn drop(&mut self) {
        if let Some(watcher) = &self.watcher {
            watcher.abort();
        }
    }
}

async fn wait_for_hangup() {
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()) {
        Ok(mut hangup) => {
            hangup.recv().await;
        }
        Err(error) => {
            warn!("cannot watch for SIGHUP: {error}");
            std::future::pending().await
        }
    }
}

/// A stamp that is there from the start does not count until it is touched.
async fn wait_for_stamp(path: &Path) {
    let version = || std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    let before = version();
    loop {
        tokio::time::sleep(STAMP_POLL_EVERY).await;
        let now = version();
        if now.is_some() && now != before {
            return;
        }
    }
}

fn record_hostname(basedir: &Path) {
    info!("recording hostname in twistd.hostname");
    let hostname = nix::unistd::gethostname().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if let Err(error) = std::fs::write(basedir.join("twistd.hostname"), format!("{hostname}\n")) {
        warn!("cannot write {}: {error}", basedir.join("twistd.hostname").display());
    }
}

/// A number from 0 to 1, different in each process and at each call: enough to spread a thousand workers' attempts.
fn random() -> f64 {
    use std::hash::{BuildHasher, Hasher};
    let hash = std::collections::hash_map::RandomState::new().build_hasher().finish();
    (hash >> 11) as f64 / (1u64 << 53) as f64
}
