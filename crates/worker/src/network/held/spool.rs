//! What a command has reported and the master has not stored yet: in memory at first, then in a file.
//!
//! The file has no name, so that nothing is left of it when the worker dies. Writing to it is a copy into the page cache, and
//! is done in place.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use bytes::Bytes;

/// So much is kept in memory, by each command.
const MEMORY_BYTES_MAX: usize = 1024 * 1024;

/// Numbered messages, from the oldest that may be asked for again.
pub(super) struct Spool {
    directory: PathBuf,
    /// Number of the oldest message that is kept.
    first: u64,
    kept: VecDeque<Kept>,
    memory_bytes: usize,
    file: Option<File>,
    file_bytes: u64,
    /// No more than this goes into the file.
    file_bytes_max: u64,
    /// The file cannot be written.
    broken: bool,
}

#[derive(Clone)]
enum Kept {
    Memory(Bytes),
    Disk { at: u64, length: usize },
}

impl Spool {
    /// An empty one, whose file will be in `directory` and have at most `file_bytes_max` bytes.
    pub(super) fn new(directory: &Path, file_bytes_max: u64) -> Spool {
        Spool {
            directory: directory.to_owned(),
            first: 1,
            kept: VecDeque::new(),
            memory_bytes: 0,
            file: None,
            file_bytes: 0,
            file_bytes_max,
            broken: false,
        }
    }

    /// The number that the next message will get; the first has 1.
    pub(super) fn next_number(&self) -> u64 {
        self.first + self.kept.len() as u64
    }

    /// Number of the oldest message that is kept, or of the next one.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// Keeps a message. An error means that it is in memory for want of a file.
    pub(super) fn push(&mut self, message: Vec<u8>) -> io::Result<()> {
        if self.memory_bytes + message.len() <= MEMORY_BYTES_MAX || self.broken {
            self.keep_in_memory(message);
            return Ok(());
        }
        match self.write(&message) {
            Ok(kept) => {
                self.kept.push_back(kept);
                Ok(())
            }
            Err(error) => {
                self.broken = true;
                self.keep_in_memory(message);
                Err(error)
            }
        }
    }

    fn keep_in_memory(&mut self, message: Vec<u8>) {
        self.memory_bytes += message.len();
        self.kept.push_back(Kept::Memory(message.into()));
    }

    fn write(&mut self, message: &[u8]) -> io::Result<Kept> {
        let file = match &self.file {
            Some(file) => file,
            None => self.file.insert(tempfile::tempfile_in(&self.directory)?),
        };
        let at = self.file_bytes;
        file.write_all_at(message, at)?;
        self.file_bytes += message.len() as u64;
        Ok(Kept::Disk { at, length: message.len() })
    }

    /// Whether the program has to wait until the master has stored some of it.
    pub(super) fn is_full(&self) -> bool {
        if self.broken { self.memory_bytes > MEMORY_BYTES_MAX } else { self.file_bytes >= self.file_bytes_max }
    }

    /// The message with this number; `None`: there is none yet, or it has been stored long ago.
    pub(super) fn get(&self, number: u64) -> io::Result<Option<Bytes>> {
        let index = number.checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        match index.and_then(|index| self.kept.get(index)) {
            None => Ok(None),
            Some(Kept::Memory(message)) => Ok(Some(message.clone())),
            Some(Kept::Disk { at, length }) => {
                let mut message = vec![0; *length];
                let file = self.file.as_ref().ok_or(io::ErrorKind::NotFound)?;
                file.read_exact_at(&mut message, *at)?;
                Ok(Some(message.into()))
            }
        }
    }

    /// The master has stored all messages up to this one.
    pub(super) fn forget_to(&mut self, number: u64) {
        while self.first <= number
            && let Some(kept) = self.kept.pop_front()
        {
            self.first += 1;
            if let Kept::Memory(message) = kept {
                self.memory_bytes -= message.len();
            }
        }
        if self.file.is_some() && !self.kept.iter().any(|kept| matches!(kept, Kept::Disk { .. })) {
            self.file = None;
            self.file_bytes = 0;
            self.broken = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(number: u64) -> Vec<u8> {
        let mut message = vec![b'x'; 100_000];
        message.extend(number.to_be_bytes());
        message
    }

    #[test]
    fn messages_go_to_a_file_when_they_are_many_and_come_back_whole() {
        let directory = tempfile::tempdir().unwrap();
        let mut spool = Spool::new(directory.path(), 4_000_000);
        let mut number = 0;
        while !spool.is_full() {
            number += 1;
            assert_eq!(spool.next_number(), number);
            spool.push(message(number)).unwrap();
        }
        assert!(spool.memory_bytes <= MEMORY_BYTES_MAX && spool.file_bytes >= 4_000_000);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "the file has no name");
        for wanted in 1..=number {
            assert_eq!(spool.get(wanted).unwrap().unwrap(), message(wanted), "{wanted}");
        }
        assert_eq!(spool.get(number + 1).unwrap(), None);
        spool.forget_to(number - 1);
        assert_eq!((spool.get(number - 1).unwrap(), spool.get(0).unwrap()), (None, None));
        assert_eq!(spool.get(number).unwrap().unwrap(), message(number));
        spool.forget_to(number);
        assert!(!spool.is_full() && spool.file.is_none());
        spool.push(message(number + 1)).unwrap();
        assert_eq!(spool.get(number + 1).unwrap().unwrap(), message(number + 1));
    }

    #[test]
    fn without_a_disk_the_program_waits_soon() {
        let mut spool = Spool::new(Path::new("/nonexistent"), 4_000_000);
        let mut told = 0;
        while !spool.is_full() {
            let number = spool.next_number();
            told += usize::from(spool.push(message(number)).is_err());
        }
        assert_eq!(told, 1);
        assert_eq!(spool.get(1).unwrap().unwrap(), message(1));
        assert!(spool.memory_bytes < 2 * MEMORY_BYTES_MAX);
    }
}
