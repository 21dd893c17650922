//! The builders that the master has for this worker: each is an object that the master calls, and a directory.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::io;
use std::path::{Component, Path, PathBuf};

use ferrobot_wire::pb::{Failure, LocalId, Value};
use tracing::{info, warn};

use super::peer::Peer;
use super::values;

/// Belongs to the worker, not to a builder.
const INFO_DIRECTORY: &str = "info";

/// One builder.
#[derive(Debug, Clone)]
pub(super) struct Builder {
    pub(super) name: String,
    pub(super) directory: PathBuf,
}

/// All builders of one connection.
#[derive(Debug, Default)]
pub(super) struct Builders {
    known: BTreeMap<LocalId, Builder>,
}

impl Builders {
    pub(super) fn get(&self, id: LocalId) -> Option<&Builder> {
        self.known.get(&id)
    }

    /// The master no longer calls it.
    pub(super) fn forget(&mut self, id: LocalId) {
        self.known.remove(&id);
    }

    /// Takes the master's list: pairs of a name and a directory. Answers with each name's object.
    pub(super) async fn set(
        &mut self,
        peer: &Peer,
        basedir: &Path,
        list: &Value,
        delete_leftover: bool,
    ) -> Result<Value, Failure> {
        let wanted = read_list(basedir, list)?;
        let gone: Vec<LocalId> = self
            .known
            .iter()
            .filter(|(_, known)| !wanted.iter().any(|new| new.name == known.name))
            .map(|(&id, _)| id)
            .collect();
        for id in gone {
            peer.withdraw(id);
            if let Some(builder) = self.known.remove(&id) {
                info!(builder.name = builder.name, "removing old builder {}", builder.name);
            }
        }
        let mut entries = Vec::with_capacity(wanted.len());
        for builder in &wanted {
            let known = self.known.iter_mut().find(|(_, known)| known.name == builder.name);
            let id = match known {
                Some((&id, known)) => {
                    if known.directory != builder.directory {
                        info!("changing builddir for builder {} to {}", builder.name, builder.directory.display());
                        known.directory.clone_from(&builder.directory);
                    }
                    id
                }
                None => {
                    let id = peer
                        .export()
                        .map_err(|error| values::exception("builtins.RuntimeError", &[], error.to_string()))?;
                    self.known.insert(id, builder.clone());
                    id
                }
            };
            entries.push((builder.name.as_str().into(), Value::Ours(id.0)));
        }
        let directories: Vec<PathBuf> = wanted.into_iter().map(|builder| builder.directory).collect();
        let basedir = basedir.to_owned();
        let prepared = tokio::task::spawn_blocking(move || {
            make_directories(&directories)?;
            look_for_leftovers(&basedir, &directories, delete_leftover)
        });
        match prepared.await {
            Ok(Ok(())) => Ok(Value::Dict(entries)),
            Ok(Err(error)) => Err(values::exception("builtins.OSError", &[], error.to_string())),
            Err(error) => Err(values::exception("builtins.RuntimeError", &[], error.to_string())),
        }
    }
}

fn read_list(basedir: &Path, list: &Value) -> Result<Vec<Builder>, Failure> {
    let read = |pair: &Value| match pair.as_sequence()? {
        [name, directory] => {
            let directory = basedir.join(directory.as_text()?);
            Some(Builder { name: name.as_text()?.to_owned(), directory })
        }
        _ => None,
    };
    let builders = list.as_sequence().and_then(|list| list.iter().map(read).collect::<Option<Vec<_>>>());
    builders.ok_or_else(|| {
        values::exception("builtins.ValueError", &[], "the list of builders must have pairs of a name and a directory")
    })
}

fn make_directories(directories: &[PathBuf]) -> io::Result<()> {
    for directory in directories {
        std::fs::create_dir_all(directory)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", directory.display())))?;
    }
    Ok(())
}

/// Directories that belong to no builder are removed if the administrator wants that, and mentioned if not.
fn look_for_leftovers(basedir: &Path, directories: &[PathBuf], delete: bool) -> io::Result<()> {
    let used: HashSet<OsString> = directories
        .iter()
        .filter_map(|directory| match directory.strip_prefix(basedir).ok()?.components().next()? {
            Component::Normal(name) => Some(name.to_owned()),
            _ => None,
        })
        .collect();
    for entry in std::fs::read_dir(basedir)? {
        let entry = entry?;
        let name = entry.file_name();
        // A link is not ours to follow.
        if !entry.file_type()?.is_dir() || name == INFO_DIRECTORY || used.contains(&name) {
            continue;
        }
        let name = name.to_string_lossy().into_owned();
        if !delete {
            info!(
                "I have a leftover directory '{name}' that is not being used by the buildmaster: you can delete it now"
            );
            continue;
        }
        info!("Deleting directory '{name}' that is not being used by the buildmaster");
        if let Err(error) = std::fs::remove_dir_all(entry.path()) {
            warn!("cannot remove the directory {}: {error}", entry.path().display());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_directories_of_no_builder_are_left_over() {
        let place = tempfile::tempdir().unwrap();
        let base = place.path();
        for name in ["info", "b1", "deep/b2", "old/build", "not-a-directory"] {
            std::fs::create_dir_all(base.join(name)).unwrap();
        }
        std::fs::remove_dir(base.join("not-a-directory")).unwrap();
        std::fs::write(base.join("not-a-directory"), "").unwrap();
        let used = [base.join("b1"), base.join("deep/b2")];
        look_for_leftovers(base, &used, false).unwrap();
        assert!(base.join("old/build").exists());
        look_for_leftovers(base, &used, true).unwrap();
        assert!(!base.join("old").exists());
        for name in ["info", "b1", "deep/b2", "not-a-directory"] {
            assert!(base.join(name).exists(), "{name}");
        }
    }
}
