//! A master between its start and its end: signals are turned into reconfigurations and shutdowns.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, bail};
use ferrobot_confighost::ConfigHost;
use ferrobot_data::{Data, DataOptions};
use ferrobot_engine::{Generation, Master, MasterOptions, Shutdown};
use ferrobot_model::SystemClock;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing::{error, info, warn};

use super::load::{self, Loaded};
use super::local::LocalWorkers;
use super::ports::{Opened, Ports};
use super::questions;
use super::site::{Prepared as PreparedWeb, Web};
use crate::basedir::Settings;
use crate::kinds;

/// Runs until a signal ends it.
pub(crate) async fn run(settings: &Settings) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let (first, host) = first_generation(settings).await?;
    let data = open_data(settings, &first).await?;
    questions::answer(&host, &data, &first.config.buildbot_url);
    // From here on it belongs to its generation, and ends with it.
    drop(host);
    let mut running = match start(settings, data.clone(), first).await {
        Ok(running) => running,
        Err(error) => {
            data.close().await?;
            return Err(error);
        }
    };
    info!("BuildMaster is running");
    loop {
        match signals.next().await {
            Wish::Reconfigure => running.reconfigure().await,
            Wish::End(shutdown) => return running.end(shutdown, &mut signals).await,
        }
    }
}

struct Running {
    settings: Settings,
    data: Data,
    master: Arc<Master>,
    ports: Ports,
    local: LocalWorkers,
    web: Option<Web>,
    generations: u64,
}

async fn first_generation(settings: &Settings) -> anyhow::Result<(Generation, Arc<ConfigHost>)> {
    let file = settings.basedir.join(&settings.configfile);
    info!("Loading configuration from '{}'", file.display());
    match load::generation(&file, &settings.basedir, 1).await? {
        Loaded::Good { generation, host, warnings } => {
            for warning in warnings {
                warn!("{warning}");
            }
            Ok((generation, host))
        }
        Loaded::Bad(errors) => {
            let lines: Vec<String> = errors.errors.iter().map(|error| format!("\n  {error}")).collect();
            bail!("Configuration Errors:{}\nHalting master.", lines.concat())
        }
    }
}

async fn open_data(settings: &Settings, generation: &Generation) -> anyhow::Result<Data> {
    let config = &generation.config;
    info!("Setting up database with URL '{}'", config.db_url);
    let host = nix::unistd::gethostname().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let options = DataOptions {
        basedir: settings.basedir.clone(),
        db_url: config.db_url.clone(),
        master_name: format!("{host}:{}", settings.basedir.display()),
        log_compression: config.logs.compression_method.clone(),
        log_compression_limit: config.logs.compression_limit,
    };
    Data::open(options, Arc::new(SystemClock)).await.context("open the database")
}

async fn start(settings: &Settings, data: Data, generation: Generation) -> anyhow::Result<Running> {
    let options = MasterOptions { basedir: settings.basedir.clone(), data: data.clone(), kinds: kinds::all() };
    let config = Arc::clone(&generation.config);
    let master = Arc::new(Master::start(options, generation).await?);
    let mut ports = Ports::default();
    let opened = ports.open(&config, &master).await?;
    ports.apply(opened).await;
    let mut local = LocalWorkers::default();
    local.follow(&config, &settings.basedir, &master.workers()).await?;
    let web = Web::open(&[], &config, &data, &master).await?;
    Ok(Running { settings: settings.clone(), data, master, ports, local, web, generations: 1 })
}

impl Running {
    /// Loads the configuration again; it is applied whole, or the old one stays in force.
    async fn reconfigure(&mut self) {
        let started = Instant::now();
        info!("beginning configuration update");
        let outcome = match self.prepare().await {
            Ok(prepared) => self.put_in_force(prepared).await,
            Err(reason) => Outcome::Aborted(reason),
        };
        let seconds = started.elapsed().as_secs_f64();
        match outcome {
            Outcome::Complete => info!("configuration update complete (took {seconds:.3} seconds)"),
            Outcome::Aborted(reason) => {
                warn!("{reason:#}");
                info!("configuration update aborted without making any changes (took {seconds:.3} seconds)");
            }
            Outcome::Partial(reason) => {
                error!("{reason:#}");
                warn!("configuration update partially applied; master may malfunction (took {seconds:.3} seconds)");
            }
        }
    }

    /// Does what can fail and changes nothing that is in use. What is opened closes when it is dropped.
    async fn prepare(&self) -> anyhow::Result<Prepared> {
        let file = self.settings.basedir.join(&self.settings.configfile);
        info!("Loading configuration from '{}'", file.display());
        let generation = match load::generation(&file, &self.settings.basedir, self.generations + 1).await? {
            Loaded::Good { generation, host, warnings } => {
                for warning in warnings {
                    warn!("{warning}");
                }
                questions::answer(&host, &self.data, &generation.config.buildbot_url);
                generation
            }
            Loaded::Bad(errors) => {
                let lines: Vec<String> = errors.errors.iter().map(ToString::to_string).collect();
                bail!("{}", lines.join("\n"));
            }
        };
        let config = &generation.config;
        let ports = self.ports.open(config, &self.master).await?;
        let web = Web::prepare(self.web.as_ref(), config, &self.data, &self.master).await?;
        Ok(Prepared { generation, ports, web })
    }

    /// Once the engine has the new generation, everything else follows, whatever fails on the way.
    async fn put_in_force(&mut self, prepared: Prepared) -> Outcome {
        let Prepared { generation, ports, web } = prepared;
        let (config, number) = (Arc::clone(&generation.config), generation.number);
        let taken = self.master.reconfigure(generation).await;
        if self.master.generation().number != number {
            return taken.err().map_or(Outcome::Complete, |error| Outcome::Aborted(error.into()));
        }
        self.generations = number;
        self.ports.apply(ports).await;
        let followed = self.local.follow(&config, &self.settings.basedir, &self.master.workers()).await;
        Web::apply(&mut self.web, web, &config).await;
        match taken.map_err(anyhow::Error::from).and(followed) {
            Ok(()) => Outcome::Complete,
            Err(reason) => Outcome::Partial(reason),
        }
    }

    /// Ends builds as `shutdown` says, then ports, then the database. A second signal hurries.
    async fn end(self, shutdown: Shutdown, signals: &mut Signals) -> anyhow::Result<()> {
        info!("Initiating {} shutdown", if shutdown == Shutdown::Clean { "clean" } else { "fast" });
        let master = self.master;
        let hurried = tokio::select! {
            () = master.shutdown(shutdown) => false,
            () = signals.end() => true,
        };
        if hurried {
            info!("asked again: stopping the builds that still run");
            master.shutdown(Shutdown::Fast).await;
        }
        if let Some(web) = self.web {
            web.close().await;
        }
        self.ports.close().await;
        self.data.close().await.context("close the database")?;
        info!("BuildMaster is stopped");
        Ok(())
    }
}

/// A new configuration with its ports open, and nothing of it in force.
struct Prepared {
    generation: Generation,
    ports: Opened,
    web: PreparedWeb,
}

/// How a reconfiguration went.
enum Outcome {
    /// The new configuration is in force.
    Complete,
    /// The old one is.
    Aborted(anyhow::Error),
    /// The new one is, and something of it failed.
    Partial(anyhow::Error),
}

/// What a signal asks for.
enum Wish {
    Reconfigure,
    End(Shutdown),
}

struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
    user: Signal,
}

impl Signals {
    fn listen() -> anyhow::Result<Signals> {
        Ok(Signals {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            user: signal(SignalKind::user_defined1())?,
        })
    }

    async fn next(&mut self) -> Wish {
        tokio::select! {
            _ = self.hangup.recv() => Wish::Reconfigure,
            _ = self.terminate.recv() => Wish::End(Shutdown::Fast),
            _ = self.interrupt.recv() => Wish::End(Shutdown::Fast),
            _ = self.user.recv() => Wish::End(Shutdown::Clean),
        }
    }

    /// The next signal that asks for an end at once.
    async fn end(&mut self) {
        while !matches!(self.next().await, Wish::End(Shutdown::Fast)) {}
    }
}
