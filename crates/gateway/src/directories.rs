//! The directories of a MessagePack worker's builders: the protocol has no operation for them, so they are listed, made and
//! removed by commands (inventory D3-05).

use std::collections::BTreeSet;

use ferrobot_engine::SessionError;
use ferrobot_model::{Command, Update};
use tracing::{info, warn};

use crate::session::MsgpackSession;

/// Belongs to the worker, not to a builder.
const INFO_DIRECTORY: &str = "info";
/// Removing may be silent for so long.
const REMOVAL_TIMEOUT_S: f64 = 120.0;
/// The bits of a file's mode that tell its kind, and the kind of directories.
const KIND: u32 = 0o170_000;
const DIRECTORY: u32 = 0o040_000;

/// Makes the directories that are wanted; removes all others if the worker's administrator wants that.
pub(crate) async fn prepare(session: &MsgpackSession, wanted: &BTreeSet<&str>) -> Result<(), SessionError> {
    let updates = session.run(Command::ListDirectory { path: ".".to_owned() }).await?;
    let existing: BTreeSet<&str> = updates
        .iter()
        .flat_map(|update| match update {
            Update::Files(files) => files.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        })
        .collect();
    let missing: Vec<String> = wanted.difference(&existing).map(|&directory| directory.to_owned()).collect();
    if !missing.is_empty() {
        session.run(Command::MakeDirectory { paths: missing }).await?;
    }
    if session.deletes_leftovers() {
        // One that has a builder's directory below it is in use.
        let used: BTreeSet<&str> = wanted.iter().filter_map(|directory| directory.split(['/', '\\']).next()).collect();
        for name in existing.difference(&used).filter(|name| **name != INFO_DIRECTORY) {
            remove(session, name).await?;
        }
    }
    Ok(())
}

/// Removes a directory; what is none stays. A worker that cannot remove it builds nevertheless.
async fn remove(session: &MsgpackSession, name: &str) -> Result<(), SessionError> {
    let path = name.to_owned();
    let removed = match session.run(Command::Stat { path: path.clone() }).await {
        Ok(updates) if !updates.iter().any(is_directory) => return Ok(()),
        Ok(_) => {
            info!("Deleting directory '{name}' that is not being used by the buildmaster");
            let (paths, timeout) = (vec![path], Some(REMOVAL_TIMEOUT_S));
            session.run(Command::RemoveDirectory { paths, timeout, max_time: None, log_environ: false }).await
        }
        Err(error) => Err(error),
    };
    match removed {
        Ok(_) => Ok(()),
        Err(error @ SessionError::Refused { .. }) => {
            warn!("cannot remove the directory '{name}': {error}");
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// The first of the numbers is the mode.
fn is_directory(update: &Update) -> bool {
    matches!(update, Update::Stat(numbers) if numbers.first().is_some_and(|&mode| mode as u32 & KIND == DIRECTORY))
}
