//! How much an archive may hold. A few kilobytes can unpack to more than any disk has, and a header to more than the memory.

use std::cell::Cell;
use std::io::{self, Read};

/// What stands between two entries: headers, and the long names that some have. Nobody's paths are longer.
const HEADERS_BYTES_MAX: u64 = 1024 * 1024;

/// How many times `maxsize` an archive may unpack to. Buildbot counts only what is sent: trees that people compress become ten or
/// twenty times as large, and go on doing so.
const UNPACKED_PER_SENT_MAX: u64 = 100;

/// What may still be read of an archive.
#[derive(Debug)]
pub(super) struct Allowance {
    total_max: u64,
    total: Cell<u64>,
    /// `None` while the content of an entry is read.
    headers: Cell<Option<u64>>,
}

impl Allowance {
    /// For an archive of which at most `maxsize` bytes are sent.
    pub(super) fn new(maxsize: Option<u64>) -> Allowance {
        let total_max = maxsize.map_or(u64::MAX, |maxsize| maxsize.saturating_mul(UNPACKED_PER_SENT_MAX));
        Allowance { total_max, total: Cell::new(total_max), headers: Cell::new(Some(HEADERS_BYTES_MAX)) }
    }

    /// From here on, headers are read, which are kept in memory.
    pub(super) fn expect_headers(&self) {
        self.headers.set(Some(HEADERS_BYTES_MAX));
    }

    /// From here on, the content of an entry is read, which goes to the disk.
    pub(super) fn expect_content(&self) {
        self.headers.set(None);
    }

    fn left(&self) -> io::Result<u64> {
        if self.total.get() == 0 {
            let total = self.total_max;
            return Err(refused(format!(
                "unpacked, it has more than {total} bytes, {UNPACKED_PER_SENT_MAX} times maxsize; raise maxsize, or upload less"
            )));
        }
        match self.headers.get() {
            Some(0) => Err(refused(format!("there are more than {HEADERS_BYTES_MAX} bytes of headers for one entry"))),
            Some(headers) => Ok(headers.min(self.total.get())),
            None => Ok(self.total.get()),
        }
    }

    fn take(&self, count: u64) {
        self.total.set(self.total.get().saturating_sub(count));
        self.headers.set(self.headers.get().map(|headers| headers.saturating_sub(count)));
    }
}

fn refused(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Reads no more than is allowed; an error tells when there is more.
pub(super) struct Metered<'a, R> {
    reader: R,
    allowance: &'a Allowance,
}

impl<'a, R> Metered<'a, R> {
    pub(super) fn new(reader: R, allowance: &'a Allowance) -> Metered<'a, R> {
        Metered { reader, allowance }
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let left = usize::try_from(self.allowance.left()?).unwrap_or(usize::MAX);
        let length = buffer.len().min(left);
        let count = self.reader.read(&mut buffer[..length])?;
        self.allowance.take(count as u64);
        Ok(count)
    }
}
