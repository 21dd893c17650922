//! Files between the master and a worker: what a worker sends becomes a file or a tree, what it asks for is read.
//!
//! A file appears under its name only when it is complete. Archives are unpacked by `archive`, which lets nothing out of its directory.

mod archive;

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use ferrobot_engine::Transfer;
use tempfile::TempPath;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

pub(crate) use archive::Compression;
use archive::unpack;

/// A worker gets at most so many bytes per answer, whatever it asks for.
const READ_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Uploaded files are the master's own, unless the step says otherwise.
const DEFAULT_FILE_MODE: u32 = 0o600;

/// Receives one file.
pub(crate) struct FileWriter {
    destination: PathBuf,
    mode: u32,
    file: File,
    temporary: TempPath,
    remaining: Option<u64>,
    times: Option<(f64, f64)>,
}

impl FileWriter {
    /// Makes ready to receive `destination`, with its directories.
    pub(crate) fn create(destination: PathBuf, maxsize: Option<u64>, mode: Option<u32>) -> io::Result<FileWriter> {
        let directory = destination.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(directory).map_err(|error| naming(error, "create", directory))?;
        let named = tempfile::Builder::new()
            .prefix(".upload-")
            .tempfile_in(directory)
            .map_err(|error| naming(error, "create a file in", directory))?;
        let (file, temporary) = named.into_parts();
        Ok(FileWriter {
            destination,
            mode: mode.unwrap_or(DEFAULT_FILE_MODE),
            file: File::from_std(file),
            temporary,
            remaining: maxsize,
            times: None,
        })
    }
}

#[async_trait]
impl Transfer for FileWriter {
    async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        let bytes = take(&mut self.remaining, bytes);
        self.file.write_all(&bytes).await.map_err(|error| naming(error, "write", &self.destination))
    }

    async fn utime(&mut self, accessed: f64, modified: f64) -> io::Result<()> {
        self.times = Some((accessed, modified));
        Ok(())
    }

    async fn close(&mut self) -> io::Result<()> {
        // Workers close what they broke off, too: whether the file is whole is known when the command has ended.
        self.file.flush().await
    }
}

impl FileWriter {
    /// The file is whole: it gets its name.
    pub(crate) async fn keep(mut self) -> io::Result<()> {
        self.file.flush().await?;
        set_mode(&self.temporary, self.mode)?;
        if let Some((accessed, modified)) = self.times {
            let times = std::fs::FileTimes::new().set_accessed(time(accessed)).set_modified(time(modified));
            self.file.into_std().await.set_times(times)?;
        }
        self.temporary.persist(&self.destination).map_err(|error| naming(error.error, "write", &self.destination))
    }
}

/// Receives a file into memory.
pub(crate) struct MemoryWriter {
    content: Vec<u8>,
    remaining: Option<u64>,
}

impl MemoryWriter {
    /// For at most so many bytes.
    pub(crate) fn new(maxsize: u64) -> MemoryWriter {
        MemoryWriter { content: Vec::new(), remaining: Some(maxsize) }
    }

    /// What was received.
    pub(crate) fn into_content(self) -> Vec<u8> {
        self.content
    }
}

#[async_trait]
impl Transfer for MemoryWriter {
    async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        let bytes = take(&mut self.remaining, bytes);
        self.content.extend_from_slice(&bytes);
        Ok(())
    }
}

/// Receives a tree as an archive.
pub(crate) struct DirectoryWriter {
    destination: PathBuf,
    compression: Compression,
    file: File,
    maxsize: Option<u64>,
    remaining: Option<u64>,
}

impl DirectoryWriter {
    /// Makes ready to receive what goes below `destination`, which is made when the archive is there. `maxsize`
    /// bytes of it may come; a bomb, that unpacks to much more, is refused.
    pub(crate) fn create(
        destination: PathBuf,
        maxsize: Option<u64>,
        compression: Compression,
    ) -> io::Result<DirectoryWriter> {
        let file = File::from_std(tempfile::tempfile()?);
        Ok(DirectoryWriter { destination, compression, file, maxsize, remaining: maxsize })
    }
}

#[async_trait]
impl Transfer for DirectoryWriter {
    async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        let bytes = take(&mut self.remaining, bytes);
        self.file.write_all(&bytes).await
    }

    async fn unpack(&mut self) -> io::Result<()> {
        self.file.flush().await?;
        self.file.rewind().await?;
        let archive = self.file.try_clone().await?.into_std().await;
        let (destination, compression, maxsize) = (self.destination.clone(), self.compression, self.maxsize);
        let unpacked = tokio::task::spawn_blocking(move || unpack(archive, compression, maxsize, &destination)).await;
        unpacked.map_err(io::Error::other)?
    }
}

/// Sends a file.
pub(crate) struct FileReader {
    file: File,
}

impl FileReader {
    /// Opens the file; a directory is none.
    pub(crate) async fn open(path: &Path) -> io::Result<FileReader> {
        let file = File::open(path).await?;
        if file.metadata().await?.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(FileReader { file })
    }
}

#[async_trait]
impl Transfer for FileReader {
    async fn read(&mut self, length: u64) -> io::Result<Bytes> {
        let mut bytes = Vec::new();
        (&mut self.file).take(length.min(READ_BYTES_MAX)).read_to_end(&mut bytes).await?;
        Ok(bytes.into())
    }
}

/// Sends what is in memory.
pub(crate) struct BytesReader {
    rest: Bytes,
}

impl BytesReader {
    pub(crate) fn new(content: impl Into<Bytes>) -> BytesReader {
        BytesReader { rest: content.into() }
    }
}

#[async_trait]
impl Transfer for BytesReader {
    async fn read(&mut self, length: u64) -> io::Result<Bytes> {
        let length = usize::try_from(length.min(READ_BYTES_MAX)).unwrap_or(usize::MAX).min(self.rest.len());
        Ok(self.rest.split_to(length))
    }
}

/// As much of `bytes` as is still allowed.
fn take(remaining: &mut Option<u64>, mut bytes: Bytes) -> Bytes {
    if let Some(remaining) = remaining {
        bytes.truncate(usize::try_from(*remaining).unwrap_or(usize::MAX));
        *remaining -= bytes.len() as u64;
    }
    bytes
}

fn time(seconds: f64) -> SystemTime {
    let since_epoch = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    SystemTime::UNIX_EPOCH.checked_add(since_epoch).unwrap_or(SystemTime::UNIX_EPOCH)
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode & 0o7777))
}

#[cfg(not(unix))]
fn set_mode(_path: &Path, _mode: u32) -> io::Result<()> {
    Ok(())
}

/// The error, with what was tried on which path.
fn naming(error: io::Error, doing: &str, path: &Path) -> io::Error {
    io::Error::new(error.kind(), format!("cannot {doing} {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_appears_when_it_is_complete() {
        let directory = tempfile::tempdir().unwrap();
        let destination = directory.path().join("a/b/file");
        let mut writer = FileWriter::create(destination.clone(), Some(8), Some(0o600)).unwrap();
        writer.write(Bytes::from_static(b"12345")).await.unwrap();
        assert!(!destination.exists());
        writer.write(Bytes::from_static(b"67890")).await.unwrap();
        writer.close().await.unwrap();
        writer.utime(1_000_000_000.0, 1_000_000_001.0).await.unwrap();
        assert!(!destination.exists(), "the command may still fail");
        writer.keep().await.unwrap();
        assert_eq!(std::fs::read(&destination).unwrap(), b"12345678", "no more than maxsize");
        let metadata = std::fs::metadata(&destination).unwrap();
        assert_eq!(metadata.modified().unwrap(), time(1_000_000_001.0));
        assert_eq!(std::fs::read_dir(destination.parent().unwrap()).unwrap().count(), 1, "nothing else is left");
    }

    #[tokio::test]
    async fn a_broken_upload_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let mut writer = FileWriter::create(directory.path().join("file"), None, None).unwrap();
        writer.write(Bytes::from_static(b"half")).await.unwrap();
        writer.close().await.unwrap();
        drop(writer);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn contents_are_read_in_the_pieces_asked_for() {
        let mut reader = BytesReader::new("abcdef");
        assert_eq!(reader.read(4).await.unwrap(), "abcd");
        assert_eq!(reader.read(u64::MAX).await.unwrap(), "ef");
        assert_eq!(reader.read(4).await.unwrap(), "");
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("f"), "xyz").unwrap();
        let mut reader = FileReader::open(&directory.path().join("f")).await.unwrap();
        assert_eq!(reader.read(2).await.unwrap(), "xy");
        assert_eq!(reader.read(2).await.unwrap(), "z");
        assert!(FileReader::open(directory.path()).await.is_err());
    }
}
