//! Rows that the engine works with, and what it hands in to make new ones. They are the storage layer's, each defined
//! beside the queries of its table.

pub use ferrobot_storage::{
    AddedBuildset, Build, BuildRequest, BuilderInfo, Buildset, Change, Claim, NewBuildset, NewChange, NewCommit,
    NewTestResult, Patch, SourceStamp, WorkerRow,
};
