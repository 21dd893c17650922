//! One configuration in force: the typed configuration, the host of its functions, and the rows that stand for it.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, RwLock};

use ferrobot_config::{BuilderConfig, Config, Value, WorkerConfig};
use ferrobot_data::{BuilderInfo, Data, DataError};
use ferrobot_model::{BuilderId, ProjectId, WorkerId};

use crate::guard::{read, write};
use crate::lock::LockPlan;
use crate::{Host, HostCall, HostError};

/// A configuration and the process that answers for its functions.
#[derive(Debug, Clone)]
pub struct Generation {
    /// The configuration.
    pub config: Arc<Config>,
    /// Its functions.
    pub host: Arc<dyn Host>,
    /// Counts reconfigurations.
    pub number: u64,
}

impl Generation {
    /// Calls a function of the configuration outside of a build.
    pub(crate) async fn call(&self, call: HostCall) -> Result<Value, HostError> {
        Ok(self.host.call(call).await?.value)
    }
}

/// The generation of something that outlives reconfigurations: a scheduler that did not change goes on with the new one, so that
/// the old one's host can end.
#[derive(Clone)]
pub(crate) struct CurrentGeneration(Arc<RwLock<Generation>>);

impl CurrentGeneration {
    pub(crate) fn new(generation: &Generation) -> CurrentGeneration {
        CurrentGeneration(Arc::new(RwLock::new(generation.clone())))
    }

    pub(crate) fn get(&self) -> Generation {
        read(&self.0).clone()
    }

    pub(crate) fn set(&self, generation: &Generation) {
        *write(&self.0) = generation.clone();
    }
}

/// A generation with its rows: what the stages look things up in.
pub(crate) struct Setup {
    pub(crate) generation: Generation,
    pub(crate) builders: HashMap<BuilderId, Arc<BuilderSetup>>,
    pub(crate) builder_ids: HashMap<String, BuilderId>,
    pub(crate) workers: HashMap<WorkerId, Arc<WorkerSetup>>,
    pub(crate) worker_ids: HashMap<String, WorkerId>,
}

/// A builder of one generation.
pub(crate) struct BuilderSetup {
    pub(crate) id: BuilderId,
    pub(crate) config: Arc<BuilderConfig>,
    pub(crate) generation: Generation,
    /// Its workers, in the order of the configuration.
    pub(crate) workers: Vec<WorkerId>,
    pub(crate) locks: LockPlan,
    /// Digest of what its builds do, once it was needed.
    pub(crate) plan: OnceLock<Option<String>>,
}

/// A worker of one generation.
pub(crate) struct WorkerSetup {
    pub(crate) id: WorkerId,
    pub(crate) config: Arc<WorkerConfig>,
    pub(crate) builders: Vec<BuilderId>,
    /// Name and directory of each of its builders.
    pub(crate) directories: Vec<(String, String)>,
    pub(crate) locks: LockPlan,
}

impl Setup {
    /// Writes the configuration's projects, builders and workers, and learns their rows.
    pub(crate) async fn install(data: &Data, generation: Generation) -> Result<Setup, DataError> {
        let config = Arc::clone(&generation.config);
        let projects = install_projects(data, &config).await?;
        let infos = config.builders.iter().map(|builder| (builder.name.clone(), info_of(builder, &projects))).collect();
        let ids = data.configure_builders(infos).await?;
        let builder_ids: HashMap<String, BuilderId> =
            config.builders.iter().zip(&ids).map(|(builder, id)| (builder.name.clone(), *id)).collect();
        let serves = builders_by_worker(&config, &builder_ids);
        let rows = config
            .workers
            .iter()
            .map(|worker| (worker.name.clone(), serves.get(&worker.name).cloned().unwrap_or_default()))
            .collect();
        let ids = data.configure_workers(rows).await?;
        let worker_ids: HashMap<String, WorkerId> =
            config.workers.iter().zip(&ids).map(|(worker, id)| (worker.name.clone(), *id)).collect();
        let builders = config
            .builders
            .iter()
            .filter_map(|builder| builder_setup(builder, &generation, &builder_ids, &worker_ids))
            .collect();
        let by_id: HashMap<BuilderId, &Arc<BuilderConfig>> =
            config.builders.iter().filter_map(|builder| Some((*builder_ids.get(&builder.name)?, builder))).collect();
        let workers =
            config.workers.iter().filter_map(|worker| worker_setup(worker, &worker_ids, &by_id, &serves)).collect();
        Ok(Setup { generation, builders, builder_ids, workers, worker_ids })
    }

    /// The builder of this row, if this generation has it.
    pub(crate) fn builder(&self, id: BuilderId) -> Option<&Arc<BuilderSetup>> {
        self.builders.get(&id)
    }

    /// The worker of this name.
    pub(crate) fn worker_named(&self, name: &str) -> Option<&Arc<WorkerSetup>> {
        self.workers.get(self.worker_ids.get(name)?)
    }
}

async fn install_projects(data: &Data, config: &Config) -> Result<HashMap<String, ProjectId>, DataError> {
    let mut ids = HashMap::new();
    for project in &config.projects {
        let id = data.find_project_id(&project.name).await?;
        let (description, format) = (project.description.as_deref(), project.description_format.as_deref());
        data.update_project_info(id, &project.slug, description, format, None).await?;
        ids.insert(project.name.clone(), id);
    }
    for codebase in &config.codebases {
        if let Some(project) = ids.get(&codebase.project) {
            data.configure_codebase(*project, &codebase.name, &codebase.slug).await?;
        }
    }
    Ok(ids)
}

fn info_of(builder: &BuilderConfig, projects: &HashMap<String, ProjectId>) -> BuilderInfo {
    BuilderInfo {
        description: builder.description.clone(),
        description_format: builder.description_format.clone(),
        description_html: None,
        project: builder.project.as_ref().and_then(|name| projects.get(name)).copied(),
        tags: builder.tags.clone(),
    }
}

fn builders_by_worker(config: &Config, ids: &HashMap<String, BuilderId>) -> HashMap<String, Vec<BuilderId>> {
    let mut serves: HashMap<String, Vec<BuilderId>> = HashMap::new();
    for builder in &config.builders {
        for worker in &builder.workernames {
            if let Some(id) = ids.get(&builder.name) {
                serves.entry(worker.clone()).or_default().push(*id);
            }
        }
    }
    serves
}

fn builder_setup(
    builder: &Arc<BuilderConfig>,
    generation: &Generation,
    builder_ids: &HashMap<String, BuilderId>,
    worker_ids: &HashMap<String, WorkerId>,
) -> Option<(BuilderId, Arc<BuilderSetup>)> {
    let id = *builder_ids.get(&builder.name)?;
    let workers = builder.workernames.iter().filter_map(|name| worker_ids.get(name)).copied().collect();
    let setup = BuilderSetup {
        id,
        config: Arc::clone(builder),
        generation: generation.clone(),
        workers,
        locks: LockPlan::read(&builder.locks),
        plan: OnceLock::new(),
    };
    Some((id, Arc::new(setup)))
}

fn worker_setup(
    worker: &Arc<WorkerConfig>,
    worker_ids: &HashMap<String, WorkerId>,
    by_id: &HashMap<BuilderId, &Arc<BuilderConfig>>,
    serves: &HashMap<String, Vec<BuilderId>>,
) -> Option<(WorkerId, Arc<WorkerSetup>)> {
    let id = *worker_ids.get(&worker.name)?;
    let builders = serves.get(&worker.name).cloned().unwrap_or_default();
    let directories = builders
        .iter()
        .filter_map(|id| by_id.get(id))
        .map(|builder| (builder.name.clone(), builder.workerbuilddir.clone()))
        .collect();
    let locks = LockPlan::read(&worker.locks);
    Some((id, Arc::new(WorkerSetup { id, config: Arc::clone(worker), builders, directories, locks })))
}
