//! Codebases with their commits and branches. All durable.

use ferrobot_model::{CodebaseId, CommitId, ProjectId};
use ferrobot_storage::codebases;

use super::Done;
use crate::announce::{BRANCHES, CODEBASES, COMMITS};
use crate::{Data, DataError, NewCommit};

impl Data {
    /// Id of the codebase of this name in the project, made when new.
    pub async fn find_codebase_id(&self, project: ProjectId, name: &str) -> Result<CodebaseId, DataError> {
        self.durably("find a codebase", |tx| codebases::find_or_add(tx, project, name)).await
    }

    /// Sets the slug of a codebase of a project, made when new.
    pub async fn configure_codebase(&self, project: ProjectId, name: &str, slug: &str) -> Done {
        self.durably("configure a codebase", |tx| {
            let codebase = codebases::find_or_add(tx, project, name)?;
            codebases::set_slug(tx, codebase, slug)?;
            self.events().announce(tx, &CODEBASES, codebase.0, "update")
        })
        .await
    }

    /// Adds a commit whose revision is new in its codebase. Publishes `commits/<id>/new`.
    pub async fn add_commit(&self, commit: NewCommit) -> Result<CommitId, DataError> {
        self.durably("add a commit", |tx| {
            let id = codebases::add_commit(tx, &commit)?;
            self.events().announce(tx, &COMMITS, id.0, "new")?;
            Ok(id)
        })
        .await
    }

    /// Says where a branch of a codebase stands, made when new. Publishes `branches/<id>/update`.
    pub async fn update_branch(
        &self,
        codebase: CodebaseId,
        name: &str,
        commit: Option<CommitId>,
        last_timestamp: i64,
    ) -> Done {
        self.durably("update a branch", |tx| {
            let branch = codebases::set_branch(tx, codebase, name, commit, last_timestamp)?;
            self.events().announce(tx, &BRANCHES, branch, "update")
        })
        .await
    }
}
