//! The ways in which text of logs is stored. The numbers are those of column `logchunks.compressed`.

use std::cell::RefCell;
use std::io::{Read, Write};

use flate2::{Compress, Compression, FlushCompress, Status};

use crate::StorageError;

/// No chunk that a master writes unpacks to more: one line of a build's output, at most.
const UNPACKED_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Deflate's level: a third of the time of the best one for a tenth more space.
const GZ_LEVEL: u32 = 4;

const ZSTD_LEVEL: i32 = 1;

/// Quality 11, the reference's, packs a megabyte a second.
const BROTLI_QUALITY: u32 = 5;

const BROTLI_WINDOW: u32 = 18;

/// A way to store text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// As it is.
    Raw,
    /// zlib.
    Gz,
    /// bzip2.
    Bz2,
    /// An LZ4 block with its unpacked size before it.
    Lz4,
    /// Zstandard.
    Zstd,
    /// Brotli.
    Br,
}

impl Method {
    /// All, in order of their numbers.
    pub const ALL: [Method; 6] = [Method::Raw, Method::Gz, Method::Bz2, Method::Lz4, Method::Zstd, Method::Br];

    /// The number in the column.
    #[must_use]
    pub fn id(self) -> i64 {
        self as i64
    }

    /// The method with this number.
    #[must_use]
    pub fn from_id(id: i64) -> Option<Method> {
        usize::try_from(id).ok().and_then(|index| Self::ALL.get(index).copied())
    }

    /// The method that `logCompressionMethod` names.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Method> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// The name in configurations.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Method::Raw => "raw",
            Method::Gz => "gz",
            Method::Bz2 => "bz2",
            Method::Lz4 => "lz4",
            Method::Zstd => "zstd",
            Method::Br => "br",
        }
    }

    /// Packs `text`; nothing when that would not make it shorter.
    #[must_use]
    pub fn pack(self, text: &[u8]) -> Option<Vec<u8>> {
        let packed = match self {
            Method::Raw => return None,
            Method::Gz => gz(text),
            Method::Bz2 => bz2(text),
            Method::Lz4 => Some(lz4_flex::block::compress_prepend_size(text)),
            Method::Zstd => zstd_pack(text),
            Method::Br => brotli_pack(text),
        };
        packed.filter(|packed| packed.len() < text.len())
    }

    /// Unpacks what a master packed.
    pub fn unpack(self, packed: &[u8]) -> Result<Vec<u8>, StorageError> {
        let unpacked = match self {
            Method::Raw => return Ok(packed.to_vec()),
            Method::Gz => read_all(flate2::read::ZlibDecoder::new(packed)),
            Method::Bz2 => read_all(bzip2::read::BzDecoder::new(packed)),
            Method::Lz4 => lz4_unpack(packed),
            Method::Zstd => {
                zstd::stream::read::Decoder::new(packed).map_err(|error| error.to_string()).and_then(read_all)
            }
            Method::Br => read_all(brotli::Decompressor::new(packed, 4096)),
        };
        unpacked.map_err(|problem| StorageError::Corrupt(format!("a log chunk ({}): {problem}", self.name())))
    }
}

fn gz(text: &[u8]) -> Option<Vec<u8>> {
    thread_local! {
        // Its tables take a quarter of a megabyte: too much to make anew for every chunk.
        static PACKER: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(GZ_LEVEL), true));
    }
    PACKER.with_borrow_mut(|packer| {
        packer.reset();
        // Whatever does not fit is longer than the text and not wanted.
        let mut packed = Vec::with_capacity(text.len());
        let status = packer.compress_vec(text, &mut packed, FlushCompress::Finish);
        matches!(status, Ok(Status::StreamEnd)).then(|| {
            packed.shrink_to_fit();
            packed
        })
    })
}

fn zstd_pack(text: &[u8]) -> Option<Vec<u8>> {
    thread_local! {
        static PACKER: RefCell<Option<zstd::bulk::Compressor<'static>>> = const { RefCell::new(None) };
    }
    PACKER.with_borrow_mut(|packer| {
        if packer.is_none() {
            *packer = zstd::bulk::Compressor::new(ZSTD_LEVEL).ok();
        }
        packer.as_mut()?.compress(text).ok()
    })
}

fn bz2(text: &[u8]) -> Option<Vec<u8>> {
    let mut packer = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
    packer.write_all(text).ok()?;
    packer.finish().ok()
}

fn brotli_pack(text: &[u8]) -> Option<Vec<u8>> {
    let mut packed = Vec::new();
    {
        let mut packer = brotli::CompressorWriter::new(&mut packed, 4096, BROTLI_QUALITY, BROTLI_WINDOW);
        packer.write_all(text).ok()?;
    }
    Some(packed)
}

fn lz4_unpack(packed: &[u8]) -> Result<Vec<u8>, String> {
    let (size, block) = lz4_flex::block::uncompressed_size(packed).map_err(|error| error.to_string())?;
    if size > UNPACKED_BYTES_MAX {
        return Err(format!("it claims to unpack to {size} bytes"));
    }
    lz4_flex::block::decompress(block, size).map_err(|error| error.to_string())
}

fn read_all(reader: impl Read) -> Result<Vec<u8>, String> {
    let mut unpacked = Vec::new();
    let limit = UNPACKED_BYTES_MAX as u64 + 1;
    reader.take(limit).read_to_end(&mut unpacked).map_err(|error| error.to_string())?;
    if unpacked.len() > UNPACKED_BYTES_MAX {
        return Err(format!("it unpacks to more than {UNPACKED_BYTES_MAX} bytes"));
    }
    Ok(unpacked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_unpacks_what_it_packed() {
        let text = "a line of a log, much like the others\n".repeat(500);
        for method in Method::ALL {
            let packed = method.pack(text.as_bytes());
            assert_eq!(packed.is_none(), method == Method::Raw);
            let packed = packed.unwrap_or_else(|| text.clone().into_bytes());
            assert_eq!(method.unpack(&packed).unwrap(), text.as_bytes(), "{method:?}");
            assert_eq!(Method::from_id(method.id()), Some(method));
            assert_eq!(Method::from_name(method.name()), Some(method));
        }
    }

    #[test]
    fn what_does_not_shrink_stays() {
        for method in Method::ALL {
            assert_eq!(method.pack(b"x"), None, "{method:?}");
            assert_eq!(method.pack(b""), None, "{method:?}");
        }
    }

    #[test]
    fn damage_is_an_error() {
        for method in Method::ALL.into_iter().filter(|method| *method != Method::Raw) {
            assert!(method.unpack(b"\xff\xff\xff\xffdamage").is_err(), "{method:?}");
        }
    }
}
