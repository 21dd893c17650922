//! Takes job files out of a maildir: each moves from `new` to `cur`, and is built or refused with one line in the log.

use std::io;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use ferrobot_engine::{Scheduler, SchedulerBuildset, SchedulerContext};
use tokio::fs;
use tracing::{info, warn};

use super::jobfile::{self, Jobfile};
use super::{Tries, buildset, reason, refuse_other};

/// How often the directory is looked into.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A larger job is refused: it would be held in memory as a whole. Patches that people write are a thousand times smaller.
const JOB_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// `Try_Jobdir`
pub(super) struct Jobdir {
    pub(super) tries: Tries,
    pub(super) jobdir: String,
}

#[async_trait]
impl Scheduler for Jobdir {
    async fn run(self: Box<Self>, mut context: SchedulerContext) {
        let directory = context.basedir().join(&self.jobdir);
        // Told once, and again when it becomes another one.
        let mut told = None;
        loop {
            if context.is_enabled() {
                let problem = self.take_all(&directory, &context).await.err();
                if let Some(problem) = problem.as_ref().filter(|problem| told.as_ref() != Some(*problem)) {
                    let name = context.name();
                    warn!(scheduler.name = name, "scheduler '{name}' cannot take jobs: {problem}");
                }
                told = problem;
            }
            match context.next(Some(LOOK_EVERY)).await {
                None => return,
                Some(Some(input)) => refuse_other(input, context.name()),
                Some(None) => {}
            }
        }
    }

    fn builder_names(&self) -> Vec<String> {
        self.tries.builder_names.clone()
    }
}

impl Jobdir {
    /// Takes each file that is there. The error is one of the directory, and stays until somebody mends it.
    async fn take_all(&self, directory: &Path, context: &SchedulerContext) -> Result<(), String> {
        for name in new_files(directory).await? {
            let (new, cur) = (directory.join("new").join(&name), directory.join("cur").join(&name));
            fs::rename(&new, &cur).await.map_err(|error| {
                format!("the job file '{}' cannot be moved to '{}': {error}", new.display(), cur.display())
            })?;
            let scheduler = context.name();
            match self.take(&cur, context).await {
                Ok(number) => {
                    info!(scheduler.name = scheduler, "scheduler '{scheduler}' builds the job file '{name}': {number}");
                }
                Err(reason) => {
                    warn!(
                        scheduler.name = scheduler,
                        "scheduler '{scheduler}' refuses the job file '{name}': {reason}"
                    );
                }
            }
        }
        Ok(())
    }

    async fn take(&self, file: &Path, context: &SchedulerContext) -> Result<String, String> {
        let content = read(file).await.map_err(|error| format!("it cannot be read: {error}"))?;
        let Jobfile { id, job } = jobfile::parse(&content).map_err(|error| error.to_string())?;
        let Some(builders) = self.tries.builders(&job.builders, context).await? else {
            return Err(format!("not all of its builders may be tried: {}", job.builders.join(", ")));
        };
        let reason = reason(&job.who);
        let buildset = SchedulerBuildset {
            external_idstring: Some(id),
            priority: Some(self.tries.buildsets.priority_of(&[], context).await),
            ..buildset(job, reason, builders)
        };
        let added = context.add_buildset(buildset).await;
        added.map(|added| format!("buildset {}", added.id)).map_err(|error| format!("it cannot be stored: {error}"))
    }
}

/// Names of the files in `new`, in order; what a maildir needs is made.
async fn new_files(directory: &Path) -> Result<Vec<String>, String> {
    for part in ["cur", "new", "tmp"] {
        let path = directory.join(part);
        fs::create_dir_all(&path).await.map_err(|error| refused(&path, &error))?;
    }
    let new = directory.join("new");
    let list = async {
        let mut names = Vec::new();
        let mut entries = fs::read_dir(&new).await?;
        while let Some(entry) = entries.next_entry().await? {
            // What is no text was not made by any client.
            if entry.file_type().await?.is_file()
                && let Ok(name) = entry.file_name().into_string()
            {
                names.push(name);
            }
        }
        Ok(names)
    };
    let mut names = list.await.map_err(|error| refused(&new, &error))?;
    // They begin with the time at which they were made.
    names.sort_unstable();
    Ok(names)
}

fn refused(path: &Path, error: &io::Error) -> String {
    format!("the directory '{}' cannot be used: {error}", path.display())
}

async fn read(file: &Path) -> io::Result<Vec<u8>> {
    let size = fs::metadata(file).await?.len();
    if size > JOB_BYTES_MAX {
        return Err(io::Error::other(format!("it has {size} bytes, {JOB_BYTES_MAX} are allowed")));
    }
    fs::read(file).await
}
