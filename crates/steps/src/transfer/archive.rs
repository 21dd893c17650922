//! Unpacks archives that a worker sends. The worker is not trusted: nothing is written, linked or changed outside of the destination,
//! and no more than the step allows.

mod allowance;

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use allowance::{Allowance, Metered};
use tar::{Archive, Entry, EntryType};

/// How an archive is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Bzip2,
}

impl Compression {
    /// As the parameter `compress` and the worker's command name it.
    pub(crate) fn name(self) -> Option<String> {
        match self {
            Compression::None => None,
            Compression::Gzip => Some("gz".to_owned()),
            Compression::Bzip2 => Some("bz2".to_owned()),
        }
    }

    /// Reads the parameter `compress`.
    pub(crate) fn from_name(name: &str) -> Option<Compression> {
        match name {
            "gz" => Some(Compression::Gzip),
            "bz2" => Some(Compression::Bzip2),
            _ => None,
        }
    }
}

/// Unpacks `archive`, of which at most `maxsize` bytes were sent, below `destination`.
pub(super) fn unpack(
    archive: File,
    compression: Compression,
    maxsize: Option<u64>,
    destination: &Path,
) -> io::Result<()> {
    let reader = BufReader::new(archive);
    let allowance = Allowance::new(maxsize);
    let unpacked = match compression {
        Compression::None => unpack_plain(reader, &allowance, destination),
        Compression::Gzip => unpack_plain(flate2::read::MultiGzDecoder::new(reader), &allowance, destination),
        Compression::Bzip2 => unpack_plain(bzip2::read::MultiBzDecoder::new(reader), &allowance, destination),
    };
    unpacked.map_err(|error| explained(&error))
}

/// The libraries say what they did, and keep why it failed to themselves.
fn explained(error: &io::Error) -> io::Error {
    let mut text = format!("unpack the archive that the worker sent: {error}");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    io::Error::new(error.kind(), text)
}

fn unpack_plain(reader: impl Read, allowance: &Allowance, destination: &Path) -> io::Result<()> {
    let mut archive = Archive::new(Metered::new(reader, allowance));
    archive.set_overwrite(true);
    let mut has_root = false;
    // A directory that must not be written to gets its mode when all is in it.
    let mut directories = Vec::new();
    let mut entries = archive.entries()?;
    loop {
        allowance.expect_headers();
        let Some(entry) = entries.next() else { break };
        let mut entry = entry?;
        allowance.expect_content();
        let path = entry.path()?.into_owned();
        let is_directory = entry.header().entry_type() == EntryType::Directory;
        // Python writes the root, which has no name, with the slash that ends directories.
        let path = if is_directory && path == Path::new("/") { PathBuf::new() } else { path };
        let inside = inside(&path).ok_or_else(|| refused(&path, "its path leads out of the directory"))?;
        if inside.as_os_str().is_empty() && is_file(&entry) {
            // The worker was asked for a directory, and what it has of that name is a file.
            return place_alone(entry, destination);
        }
        if !has_root {
            fs::create_dir_all(destination)?;
            has_root = true;
        }
        match entry.header().entry_type() {
            EntryType::Directory => {
                make_directory(destination, &inside)?;
                directories.push((inside, entry.header().mode()?));
            }
            EntryType::Symlink => {
                check_link(&entry, &inside)?;
                place(&mut entry, destination, &inside)?;
            }
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                place(&mut entry, destination, &inside)?;
            }
            EntryType::Link => {
                check_hard_link(&entry, &inside)?;
                make_way(destination, &inside)?;
                place(&mut entry, destination, &inside)?;
            }
            _ => return Err(refused(&inside, "only files, directories and links are taken")),
        }
    }
    for (directory, mode) in directories.iter().rev() {
        set_directory_mode(&destination.join(directory), *mode)?;
    }
    Ok(())
}

fn is_file<R: Read>(entry: &Entry<'_, R>) -> bool {
    matches!(entry.header().entry_type(), EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse)
}

/// Writes the only entry of an archive in the place of the directory.
fn place_alone<R: Read>(mut entry: Entry<'_, R>, destination: &Path) -> io::Result<()> {
    if destination.is_dir() {
        return Err(refused(Path::new(""), "a file in the place of a directory"));
    }
    if let Some(parent) = destination.parent() {
        fs::create_dir_all(parent)?;
    }
    entry.unpack(destination).map(drop)
}

/// The path without `.`; `None` when it is absolute or goes up.
fn inside(path: &Path) -> Option<PathBuf> {
    let mut inside = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => inside.push(name),
            Component::CurDir => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(inside)
}

/// A symbolic link may point to anything below the destination, by a relative path.
fn check_link<R: Read>(entry: &Entry<'_, R>, inside: &Path) -> io::Result<()> {
    let target = entry.link_name()?.ok_or_else(|| refused(inside, "a link without a target"))?;
    let depth = inside.components().count().saturating_sub(1);
    let mut below = i64::try_from(depth).unwrap_or(i64::MAX);
    for component in target.components() {
        below += match component {
            Component::Normal(_) => 1,
            Component::CurDir => 0,
            Component::ParentDir => -1,
            Component::RootDir | Component::Prefix(_) => return Err(refused(inside, "a link to an absolute path")),
        };
        if below < 0 {
            return Err(refused(inside, "a link that leads out of the directory"));
        }
    }
    Ok(())
}

fn check_hard_link<R: Read>(entry: &Entry<'_, R>, path: &Path) -> io::Result<()> {
    let target = entry.link_name()?.ok_or_else(|| refused(path, "a link without a target"))?;
    inside(&target).map(drop).ok_or_else(|| refused(path, "a link that leads out of the directory"))
}

/// Removes a file that a hard link is to replace.
fn make_way(destination: &Path, inside: &Path) -> io::Result<()> {
    // No link on the way may lead to somebody else's file.
    make_directory(destination, inside.parent().unwrap_or(Path::new("")))?;
    match fs::symlink_metadata(destination.join(inside)) {
        Ok(metadata) if !metadata.is_dir() => fs::remove_file(destination.join(inside)),
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Writes one entry. The library checks that no link that is there already leads out.
fn place<R: Read>(entry: &mut Entry<'_, R>, destination: &Path, inside: &Path) -> io::Result<()> {
    if inside.as_os_str().is_empty() {
        return Err(refused(inside, "a file without a name"));
    }
    if entry.unpack_in(destination)? { Ok(()) } else { Err(refused(inside, "its path leads out of the directory")) }
}

/// Makes a directory and its parents; a link on the way is no directory.
fn make_directory(destination: &Path, inside: &Path) -> io::Result<()> {
    let mut directory = destination.to_owned();
    for name in inside {
        directory.push(name);
        match fs::symlink_metadata(&directory) {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return Err(refused(inside, "something that is no directory is in its place")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir(&directory)?,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(unix)]
fn set_directory_mode(directory: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    // Later entries may have put something else there: a link is never followed.
    if fs::symlink_metadata(directory)?.is_dir() {
        fs::set_permissions(directory, fs::Permissions::from_mode(mode & 0o777))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn set_directory_mode(_directory: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

fn refused(path: &Path, why: &str) -> io::Error {
    let message = format!("`{}` is refused: {why}", path.display());
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests;
