//! The Python package, embedded in the binary: Python reads files, so it is unpacked once into a cache directory.
//!
//! A plain directory starts faster than anything else, because Python keeps its compiled modules beside the sources.

use std::fs::{File, TryLockError};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rust_embed::RustEmbed;
use tempfile::TempDir;
use tracing::debug;

#[derive(RustEmbed)]
#[folder = "../../python"]
#[include = "host.py"]
#[include = "buildbot/*.py"]
struct Files;

/// Packages of other versions that nobody has used for so long are removed.
const UNUSED_MAX: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The unpacked package; where no cache directory can be had, it lives as long as this value.
#[derive(Debug)]
pub(crate) struct Package {
    directory: PathBuf,
    _temporary: Option<TempDir>,
    /// Locked, shared: as long as this process lives nobody removes it.
    _in_use: Option<File>,
}

impl Package {
    /// Unpacks, unless it was done before. Without `cache` the user's cache directory is taken.
    pub(crate) fn unpack(cache: Option<&Path>) -> io::Result<Package> {
        let cache = cache.map(Path::to_owned).or_else(user_cache);
        if let Some(cache) = cache
            && let Ok((directory, in_use)) = unpack_into(&cache)
        {
            remove_unused(&cache);
            return Ok(Package { directory, _temporary: None, _in_use: Some(in_use) });
        }
        let temporary = tempfile::Builder::new().prefix("ferrobot-python-").tempdir()?;
        write_files(temporary.path())?;
        Ok(Package { directory: temporary.path().to_owned(), _temporary: Some(temporary), _in_use: None })
    }

    /// The script that starts the host.
    pub(crate) fn script(&self) -> PathBuf {
        self.directory.join("host.py")
    }

    /// Whether a file is one of the package's own.
    pub(crate) fn owns(&self, file: &str) -> bool {
        Path::new(file).starts_with(&self.directory)
    }
}

fn user_cache() -> Option<PathBuf> {
    let directory = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = directory("XDG_CACHE_HOME").or_else(|| directory("HOME").map(|home| home.join(".cache")))?;
    cache.is_absolute().then(|| cache.join("ferrobot"))
}

fn unpack_into(cache: &Path) -> io::Result<(PathBuf, File)> {
    let directory = cache.join(format!("python-{:016x}", digest()));
    if !directory.exists() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(cache)?;
        let half = tempfile::Builder::new().prefix("unpacking-").tempdir_in(cache)?;
        write_files(half.path())?;
        // Somebody else may have been faster, which is as good.
        if std::fs::rename(half.path(), &directory).is_ok() {
            let _renamed = half.keep();
        }
    }
    only_ours(&directory)?;
    let in_use = File::open(&directory)?;
    in_use.try_lock_shared()?;
    in_use.set_modified(SystemTime::now())?;
    // Whoever removes it holds the lock for that; it may have been just before us.
    std::fs::metadata(directory.join("host.py"))?;
    Ok((directory, in_use))
}

/// Makes room: each version of the program has a package of its own.
fn remove_unused(cache: &Path) {
    for entry in std::fs::read_dir(cache).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_package =
            name.to_str().is_some_and(|name| name.starts_with("python-") || name.starts_with("unpacking-"));
        if is_package && let Err(error) = remove_if_unused(&entry.path()) {
            debug!("{} is kept: {error}", entry.path().display());
        }
    }
}

fn remove_if_unused(directory: &Path) -> io::Result<()> {
    only_ours(directory)?;
    let handle = File::open(directory)?;
    match handle.try_lock() {
        Ok(()) => {}
        // Some process uses it.
        Err(TryLockError::WouldBlock) => return Ok(()),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    if handle.metadata()?.modified()?.elapsed().is_ok_and(|unused| unused > UNUSED_MAX) {
        std::fs::remove_dir_all(directory)?;
    }
    Ok(())
}

/// Code is taken only from a directory that nobody else can have written to.
fn only_ours(directory: &Path) -> io::Result<()> {
    let metadata = std::fs::metadata(directory)?;
    let ours = metadata.uid() == nix::unistd::geteuid().as_raw() && metadata.mode() & 0o022 == 0;
    if ours { Ok(()) } else { Err(io::ErrorKind::PermissionDenied.into()) }
}

fn write_files(directory: &Path) -> io::Result<()> {
    for name in Files::iter() {
        let path = directory.join(name.as_ref());
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let file = Files::get(&name).ok_or(io::ErrorKind::NotFound)?;
        std::fs::write(path, file.data)?;
    }
    Ok(())
}

fn digest() -> u64 {
    let mut hasher = DefaultHasher::new();
    for name in Files::iter() {
        name.hash(&mut hasher);
        if let Some(file) = Files::get(&name) {
            file.metadata.sha256_hash().hash(&mut hasher);
        }
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpacks_once_and_without_tests() {
        let cache = tempfile::tempdir().unwrap();
        let first = Package::unpack(Some(cache.path())).unwrap();
        assert!(first.script().exists());
        assert!(first.directory.join("buildbot/process/properties.py").exists());
        assert!(first.directory.join("buildbot/_standin/twisted/internet/defer.py").exists());
        assert!(!first.directory.join("tests").exists());
        let second = Package::unpack(Some(cache.path())).unwrap();
        assert_eq!(first.directory, second.directory);
        assert_eq!(std::fs::read_dir(cache.path()).unwrap().count(), 1);
    }

    #[test]
    fn packages_that_nobody_uses_any_more_are_removed() {
        let cache = tempfile::tempdir().unwrap();
        let long_ago = SystemTime::now() - UNUSED_MAX - Duration::from_secs(60);
        let make = |name: &str, modified| {
            let path = cache.path().join(name);
            std::fs::create_dir(&path).unwrap();
            std::fs::write(path.join("host.py"), "").unwrap();
            let handle = File::open(&path).unwrap();
            handle.set_modified(modified).unwrap();
            handle
        };
        make("python-old", long_ago);
        make("unpacking-old", long_ago);
        make("python-recent", SystemTime::now());
        make("notes", long_ago);
        let in_use = make("python-in-use", long_ago);
        in_use.lock_shared().unwrap();
        let package = Package::unpack(Some(cache.path())).unwrap();
        let mut left: Vec<_> = std::fs::read_dir(cache.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        left.retain(|path| *path != package.directory);
        left.sort();
        assert_eq!(left, ["notes", "python-in-use", "python-recent"].map(|name| cache.path().join(name)));
        // What is used again is young again.
        File::open(&package.directory).unwrap().set_modified(long_ago).unwrap();
        let again = Package::unpack(Some(cache.path())).unwrap();
        drop(package);
        let modified = std::fs::metadata(&again.directory).unwrap().modified().unwrap();
        assert!(modified > long_ago && again.script().exists());
    }

    #[test]
    fn a_directory_that_others_can_write_to_is_not_used() {
        use std::os::unix::fs::PermissionsExt as _;
        let cache = tempfile::tempdir().unwrap();
        let first = Package::unpack(Some(cache.path())).unwrap();
        std::fs::set_permissions(&first.directory, std::fs::Permissions::from_mode(0o777)).unwrap();
        let second = Package::unpack(Some(cache.path())).unwrap();
        assert_ne!(first.directory, second.directory);
        assert!(second.script().exists());
    }

    #[test]
    fn a_cache_that_cannot_be_written_is_replaced_by_a_temporary_directory() {
        let package = Package::unpack(Some(Path::new("/proc/nowhere"))).unwrap();
        assert!(package.script().exists());
        assert!(package.owns(package.script().to_str().unwrap()));
        let directory = package.directory.clone();
        drop(package);
        assert!(!directory.exists());
    }
}
