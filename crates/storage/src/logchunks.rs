//! Table `logchunks`: the text of logs, in blocks of whole lines without the last newline.

use std::borrow::Cow;

use ferrobot_model::LogId;
use memchr::{memchr, memchr_iter, memrchr};
use rusqlite::{Connection, params};

use crate::{StorageError, compression::Method, logs};

/// A chunk holds at most this much text, unless it is one long line that packs well; and no content is longer.
const CHUNK_BYTES_MAX: usize = 64 * 1024;

/// Shorter blocks are packed when the log ends, together with their neighbours.
const PACKED_AT_ONCE_BYTES_MIN: usize = 16 * 1024;

/// Merged chunks have at most so many lines.
const MERGED_LINES_MAX: i64 = 1000;

/// Merging unpacks at most so many packed chunks at a time: about a megabyte.
const MERGED_PACKED_MAX: usize = 16;

/// How text is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogCompression {
    /// How.
    pub method: Method,
    /// Shorter chunks stay as they are; 0 leaves all as they are.
    pub from_bytes: u64,
}

/// A chunk that is ready to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk<'a> {
    lines: i64,
    content: Cow<'a, [u8]>,
    method: Method,
}

impl<'a> Chunk<'a> {
    fn raw(text: &'a [u8]) -> Chunk<'a> {
        Chunk { lines: lines_in(text), content: Cow::Borrowed(text), method: Method::Raw }
    }
}

impl LogCompression {
    /// Cuts a block of whole lines into chunks and packs them. Needs no database: the slow part is done here.
    #[must_use]
    pub fn chunks(self, block: &str) -> Vec<Chunk<'_>> {
        let mut rest = block.as_bytes();
        let mut chunks = Vec::with_capacity(rest.len() / CHUNK_BYTES_MAX + 1);
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(piece_length(rest));
            let text = piece.strip_suffix(b"\n").unwrap_or(piece);
            chunks.push(match piece.len() {
                length if length < PACKED_AT_ONCE_BYTES_MIN => Chunk::raw(text),
                length if length <= CHUNK_BYTES_MAX => self.chunk(text),
                _ => self.long_line(text),
            });
            rest = after;
        }
        chunks
    }

    fn chunk(self, text: &[u8]) -> Chunk<'_> {
        match self.pack(text) {
            Some(packed) => Chunk { lines: lines_in(text), content: Cow::Owned(packed), method: self.method },
            None => Chunk::raw(text),
        }
    }

    /// A line that is longer than a chunk is kept whole if it packs well, and cut off otherwise.
    fn long_line(self, text: &[u8]) -> Chunk<'_> {
        let whole = self.chunk(text);
        if whole.content.len() <= CHUNK_BYTES_MAX {
            return whole;
        }
        let mut end = CHUNK_BYTES_MAX - 1;
        while text[end] & 0xc0 == 0x80 {
            end -= 1;
        }
        self.chunk(&text[..end])
    }

    fn pack(self, text: &[u8]) -> Option<Vec<u8>> {
        if self.wants(text.len()) { self.method.pack(text) } else { None }
    }

    fn wants(self, bytes: usize) -> bool {
        self.method != Method::Raw && self.from_bytes > 0 && bytes as u64 >= self.from_bytes
    }
}

/// How much of `rest` goes into the next chunk: whole lines, as many as fit, or one that does not.
fn piece_length(rest: &[u8]) -> usize {
    if rest.len() <= CHUNK_BYTES_MAX {
        return rest.len();
    }
    match memrchr(b'\n', &rest[..CHUNK_BYTES_MAX]) {
        Some(last) => last + 1,
        None => memchr(b'\n', &rest[CHUNK_BYTES_MAX..]).map_or(rest.len(), |end| CHUNK_BYTES_MAX + end + 1),
    }
}

/// Lines in a text without its last newline.
fn lines_in(text: &[u8]) -> i64 {
    i64::try_from(memchr_iter(b'\n', text).count()).unwrap_or(i64::MAX - 1) + 1
}

/// Appends chunks to a log and counts their lines in; whether there is such a log.
pub fn append(conn: &Connection, log: LogId, chunks: &[Chunk<'_>]) -> Result<bool, StorageError> {
    let lines = chunks.iter().map(|chunk| chunk.lines).sum();
    let Some(mut first) = logs::count_lines(conn, log, lines)? else { return Ok(false) };
    for chunk in chunks {
        insert(conn, log, first, chunk)?;
        first += chunk.lines;
    }
    Ok(true)
}

fn insert(conn: &Connection, log: LogId, first: i64, chunk: &Chunk<'_>) -> Result<(), StorageError> {
    conn.prepare_cached(
        "INSERT INTO logchunks (logid, first_line, last_line, content, compressed) VALUES (?, ?, ?, ?, ?)",
    )?
    .execute(params![log.0, first, first + chunk.lines - 1, chunk.content.as_ref(), chunk.method.id()])?;
    Ok(())
}

/// A part of a log's text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// Whole lines, each with its newline.
    pub text: String,
    /// The number of the line after them.
    pub next_line: i64,
}

/// The lines from `first` to `last`, both included, as far as there are such.
pub fn lines(conn: &Connection, log: LogId, first: i64, last: i64) -> Result<String, StorageError> {
    if last < first {
        return Ok(String::new());
    }
    Ok(read(conn, log, first, last, usize::MAX)?.text)
}

/// Lines from `first` on: those of as many chunks as make up `wanted_bytes`, at least one chunk; no text at the end.
pub fn block(conn: &Connection, log: LogId, first: i64, wanted_bytes: usize) -> Result<Block, StorageError> {
    read(conn, log, first, i64::MAX, wanted_bytes)
}

fn read(conn: &Connection, log: LogId, first: i64, last: i64, wanted_bytes: usize) -> Result<Block, StorageError> {
    // Ordered by the index on the last line, it is read only as far as rows are taken.
    let mut statement = conn.prepare_cached(
        "SELECT first_line, content, compressed FROM logchunks WHERE logid = ? AND last_line >= ? ORDER BY last_line",
    )?;
    let mut rows = statement.query([log.0, first])?;
    let mut block = Block { text: String::new(), next_line: first };
    while block.text.len() < wanted_bytes
        && let Some(row) = rows.next()?
    {
        let chunk_first: i64 = row.get(0)?;
        if chunk_first > last {
            break;
        }
        let content = row.get_ref(1)?.as_bytes_or_null().ok().flatten().unwrap_or_default();
        let text = unpack(row.get(2)?, content)?;
        let skipped = (first - chunk_first).max(0);
        let wanted = last.saturating_sub(chunk_first.max(first)).saturating_add(1);
        let (part, taken) = some_lines(&text, skipped, wanted);
        block.text.push_str(&String::from_utf8_lossy(part));
        if taken > 0 {
            block.text.push('\n');
        }
        block.next_line = chunk_first.max(first) + taken;
    }
    Ok(block)
}

/// The part of `text` after `skipped` lines and at most `wanted` lines long, without its last newline; how many lines.
fn some_lines(text: &[u8], skipped: i64, wanted: i64) -> (&[u8], i64) {
    let mut rest = text;
    for _ in 0..skipped {
        match memchr(b'\n', rest) {
            Some(end) => rest = &rest[end + 1..],
            None => return (b"", 0),
        }
    }
    let nth = usize::try_from(wanted - 1).unwrap_or(usize::MAX);
    match memchr_iter(b'\n', rest).nth(nth) {
        Some(end) => (&rest[..end], wanted),
        None => (rest, lines_in(rest)),
    }
}

fn unpack(method: i64, content: &[u8]) -> Result<Cow<'_, [u8]>, StorageError> {
    match Method::from_id(method) {
        Some(Method::Raw) => Ok(Cow::Borrowed(content)),
        Some(method) => Ok(Cow::Owned(method.unpack(content)?)),
        None => Err(StorageError::Corrupt(format!("a log chunk is packed by the unknown method {method}"))),
    }
}

/// Neighbouring chunks that can be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    first_line: i64,
    last_line: i64,
    /// How many.
    pub chunks: usize,
    packed: usize,
    bytes: usize,
}

impl Group {
    fn takes(&self, next: &Group) -> bool {
        self.bytes.saturating_add(next.bytes) <= CHUNK_BYTES_MAX
            && next.last_line - self.first_line < MERGED_LINES_MAX
            && self.packed + next.packed <= MERGED_PACKED_MAX
    }
}

/// The groups of chunks of a log that are worth merging, and chunks that are worth packing.
pub fn mergeable(conn: &Connection, log: LogId, compression: LogCompression) -> Result<Vec<Group>, StorageError> {
    let mut statement = conn.prepare_cached(
        "SELECT first_line, last_line, coalesce(length(content), 0), compressed FROM logchunks WHERE logid = ?
         ORDER BY first_line",
    )?;
    let mut rows = statement.query([log.0])?;
    let mut groups: Vec<Group> = Vec::new();
    while let Some(row) = rows.next()? {
        let next = Group {
            first_line: row.get(0)?,
            last_line: row.get(1)?,
            chunks: 1,
            packed: usize::from(row.get::<_, i64>(3)? != Method::Raw.id()),
            bytes: row.get::<_, i64>(2)?.try_into().unwrap_or(usize::MAX),
        };
        match groups.last_mut() {
            Some(group) if group.takes(&next) => {
                group.last_line = next.last_line;
                group.chunks += 1;
                group.packed += next.packed;
                group.bytes += next.bytes;
            }
            _ => groups.push(next),
        }
    }
    // Longer ones were packed when they came, if that helped.
    let unpacked = |group: &Group| group.packed == 0 && group.bytes < PACKED_AT_ONCE_BYTES_MIN;
    groups.retain(|group| group.chunks > 1 || unpacked(group) && compression.wants(group.bytes));
    Ok(groups)
}

/// Makes one chunk of a group.
pub fn merge(conn: &Connection, log: LogId, group: &Group, compression: LogCompression) -> Result<(), StorageError> {
    let parameters = [log.0, group.first_line, group.last_line];
    let mut text = Vec::with_capacity(group.bytes + group.chunks);
    {
        let mut statement = conn.prepare_cached(
            "SELECT content, compressed FROM logchunks WHERE logid = ? AND first_line >= ? AND last_line <= ?
             ORDER BY first_line",
        )?;
        let mut rows = statement.query(parameters)?;
        let mut separator: &[u8] = b"";
        while let Some(row) = rows.next()? {
            text.extend_from_slice(separator);
            let content = row.get_ref(0)?.as_bytes_or_null().ok().flatten().unwrap_or_default();
            text.extend_from_slice(&unpack(row.get(1)?, content)?);
            separator = b"\n";
        }
    }
    conn.prepare_cached("DELETE FROM logchunks WHERE logid = ? AND first_line >= ? AND last_line <= ?")?
        .execute(parameters)?;
    let chunk = Chunk { lines: group.last_line - group.first_line + 1, ..compression.chunk(&text) };
    insert(conn, log, group.first_line, &chunk)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: LogCompression = LogCompression { method: Method::Raw, from_bytes: 0 };
    const GZ: LogCompression = LogCompression { method: Method::Gz, from_bytes: 100 };

    #[test]
    fn blocks_are_cut_at_lines() {
        let lines_of = |block: &str| -> Vec<i64> { RAW.chunks(block).iter().map(|chunk| chunk.lines).collect() };
        assert_eq!(lines_of(""), [0; 0]);
        assert_eq!(lines_of("\n"), [1]);
        assert_eq!(lines_of("a\n\nb\n"), [3]);
        assert_eq!(lines_of(&"x\n".repeat(CHUNK_BYTES_MAX / 2)), [32768]);
        assert_eq!(lines_of(&"x\n".repeat(CHUNK_BYTES_MAX / 2 + 1)), [32768, 1]);
        let long = "y".repeat(CHUNK_BYTES_MAX);
        assert_eq!(lines_of(&format!("a\n{long}\nb\n")), [1, 1, 1]);
    }

    #[test]
    fn a_long_line_is_kept_if_it_packs_well_and_cut_off_at_a_character_otherwise() {
        let packs = "z".repeat(3 * CHUNK_BYTES_MAX) + "\n";
        let chunks = GZ.chunks(&packs);
        assert_eq!((chunks.len(), chunks[0].method), (1, Method::Gz));
        assert_eq!(Method::Gz.unpack(&chunks[0].content).unwrap().len(), packs.len() - 1);

        let long = "ü".repeat(CHUNK_BYTES_MAX) + "\n";
        let chunks = RAW.chunks(&long);
        assert_eq!(chunks.len(), 1);
        assert_eq!(chunks[0].content.len(), CHUNK_BYTES_MAX - 2);
        assert!(std::str::from_utf8(&chunks[0].content).is_ok());
    }

    #[test]
    fn only_long_blocks_are_packed_at_once() {
        let long = "z".repeat(PACKED_AT_ONCE_BYTES_MIN - 1) + "\n";
        assert_eq!(GZ.chunks(&long)[0].method, Method::Gz);
        assert_eq!(GZ.chunks(&long[1..])[0].method, Method::Raw);
        assert_eq!(RAW.chunks(&long)[0].method, Method::Raw);
    }
}
