//! Ids are types: no bare integer crosses a function border.

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

id! {
    /// Row of `masters`.
    MasterId,
    /// Row of `builders`.
    BuilderId,
    /// Row of `workers`.
    WorkerId,
    /// Row of `projects`.
    ProjectId,
    /// Row of `schedulers`.
    SchedulerId,
    /// Row of `changesources`.
    ChangeSourceId,
    /// Row of `changes`.
    ChangeId,
    /// Row of `sourcestamps`.
    SourceStampId,
    /// Row of `buildsets`.
    BuildsetId,
    /// Row of `buildrequests`.
    BuildRequestId,
    /// Row of `builds`.
    BuildId,
    /// Row of `steps`.
    StepId,
    /// Row of `logs`.
    LogId,
    /// Row of `users`.
    UserId,
    /// Row of `codebases`.
    CodebaseId,
    /// Row of `codebase_commits`.
    CommitId,
    /// Row of `test_result_sets`.
    TestResultSetId,
}
