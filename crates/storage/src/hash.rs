//! Hashes that stand for texts too long for a unique index.

use sha1::{Digest, Sha1};

/// The value of a `name_hash` column.
#[must_use]
pub fn name_hash(name: &str) -> String {
    hash_of(&[Some(name)])
}

/// The hash of several values: joined by NUL, a missing one as the byte F5, which no UTF-8 text contains.
#[must_use]
pub(crate) fn hash_of(values: &[Option<&str>]) -> String {
    let mut sha1 = Sha1::new();
    for (position, value) in values.iter().enumerate() {
        if position > 0 {
            sha1.update([0]);
        }
        match value {
            Some(text) => sha1.update(text.as_bytes()),
            None => sha1.update([0xf5]),
        }
    }
    hex::encode(sha1.finalize())
}
