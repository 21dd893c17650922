//! Rows that the engine works with, and what it hands in to make new ones.

use ferrobot_model::{
    BuildId, BuildRequestId, BuilderId, BuildsetId, ChangeId, MasterId, ProjectId, Properties, Results, SourceStampId,
    WorkerId,
};

/// A patch of a source stamp.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Patch {
    /// `-p` level.
    pub level: i64,
    /// The diff itself.
    pub body: Vec<u8>,
    /// Who made it.
    pub author: String,
    /// Why.
    pub comment: String,
    /// Where to apply it.
    pub subdir: Option<String>,
}

/// A row of `sourcestamps`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SourceStamp {
    /// Its id; `None` when it is still to be found or made.
    pub id: Option<SourceStampId>,
    /// Branch.
    pub branch: Option<String>,
    /// Revision.
    pub revision: Option<String>,
    /// Repository, `""` for none.
    pub repository: String,
    /// Project, `""` for none.
    pub project: String,
    /// Codebase, `""` for the default.
    pub codebase: String,
    /// Patch.
    pub patch: Option<Patch>,
    /// Seconds since the epoch; 0 when new.
    pub created_at: i64,
}

/// A row of `changes`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[expect(missing_docs, reason = "the fields are the columns; see inventory E1-25")]
pub struct Change {
    pub id: ChangeId,
    pub author: String,
    pub committer: Option<String>,
    pub comments: String,
    pub files: Vec<String>,
    pub branch: Option<String>,
    pub revision: Option<String>,
    pub revlink: Option<String>,
    pub when_timestamp: i64,
    pub category: Option<String>,
    pub repository: String,
    pub codebase: String,
    pub project: String,
    pub properties: serde_json::Map<String, serde_json::Value>,
    pub sourcestamp: SourceStampId,
    pub parent_changeids: Vec<ChangeId>,
}

/// A change that a source found.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "the fields are the columns; see inventory E1-25")]
pub struct NewChange {
    pub author: String,
    pub committer: Option<String>,
    pub comments: String,
    pub files: Vec<String>,
    pub branch: Option<String>,
    pub revision: Option<String>,
    pub revlink: Option<String>,
    /// Seconds since the epoch; `None` is now.
    pub when_timestamp: Option<i64>,
    pub category: Option<String>,
    pub repository: String,
    pub codebase: String,
    pub project: String,
    /// Name to JSON value; stored with source `Change`.
    pub properties: serde_json::Map<String, serde_json::Value>,
    /// `git`, `svn`, …: how to derive the user.
    pub src: Option<String>,
}

/// What a new buildset consists of.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields are the columns; see inventory E1-01 and E1-22")]
pub struct NewBuildset {
    pub external_idstring: Option<String>,
    pub reason: String,
    /// Existing ones by `id`, others are found or made.
    pub sourcestamps: Vec<SourceStamp>,
    pub properties: Properties,
    pub builders: Vec<BuilderId>,
    pub waited_for: bool,
    pub parent_build: Option<BuildId>,
    pub parent_relationship: Option<String>,
    pub rebuilt_build: Option<BuildId>,
    pub priority: i64,
    /// Name of the scheduler, for the event.
    pub scheduler: String,
}

/// A buildset that was added.
#[derive(Debug, Clone, PartialEq)]
pub struct AddedBuildset {
    /// The buildset.
    pub id: BuildsetId,
    /// Its requests, in the order of the builders given.
    pub requests: Vec<(BuilderId, BuildRequestId)>,
}

/// A row of `buildrequests`, with its claim.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are the columns; see inventory E1-22 and E1-31")]
pub struct BuildRequest {
    pub id: BuildRequestId,
    pub buildset: BuildsetId,
    pub builder: BuilderId,
    pub priority: i64,
    pub submitted_at: i64,
    pub waited_for: bool,
    pub complete: bool,
    pub results: Option<Results>,
    pub claimed_by: Option<MasterId>,
}

/// A row of `buildsets`, with what hangs on it.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are the columns; see inventory E1-01")]
pub struct Buildset {
    pub id: BuildsetId,
    pub external_idstring: Option<String>,
    pub reason: String,
    pub submitted_at: i64,
    pub complete: bool,
    pub results: Option<Results>,
    pub sourcestamps: Vec<SourceStamp>,
    pub properties: Properties,
    pub parent_build: Option<BuildId>,
    pub parent_relationship: Option<String>,
}

/// Whether a claim was won.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// All requests are ours.
    Won,
    /// Somebody else was first with at least one; none was claimed.
    Lost,
}

/// A row of `builds`.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are the columns; see inventory E1-23")]
pub struct Build {
    pub id: BuildId,
    pub number: i64,
    pub builder: BuilderId,
    pub request: BuildRequestId,
    pub worker: Option<WorkerId>,
    pub started_at: i64,
    pub complete_at: Option<i64>,
    pub state_string: String,
    pub results: Option<Results>,
}

/// What the configuration says about a builder.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BuilderInfo {
    /// Description, as written.
    pub description: Option<String>,
    /// `markdown` or none.
    pub description_format: Option<String>,
    /// Rendered description.
    pub description_html: Option<String>,
    /// Its project.
    pub project: Option<ProjectId>,
    /// Its tags.
    pub tags: Vec<String>,
}

/// A row of `workers` as the engine needs it.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are the columns; see inventory E1-10")]
pub struct WorkerRow {
    pub id: WorkerId,
    pub name: String,
    pub paused: bool,
    pub pause_reason: Option<String>,
    pub graceful: bool,
}
