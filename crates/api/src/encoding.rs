//! What Python says about bytes that are not UTF-8.

/// Text, or the error of Python's decoder.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, String> {
    std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        let rest = &bytes[at..];
        let starts = matches!(rest[0], 0xc2..=0xf4);
        match error.error_len() {
            None if rest.len() == 1 => one(rest[0], at, "unexpected end of data"),
            None => several(at, rest.len(), "unexpected end of data"),
            Some(1) if !starts => one(rest[0], at, "invalid start byte"),
            Some(1) => one(rest[0], at, "invalid continuation byte"),
            Some(length) => several(at, length, "invalid continuation byte"),
        }
    })
}

fn one(byte: u8, at: usize, why: &str) -> String {
    format!("'utf-8' codec can't decode byte 0x{byte:02x} in position {at}: {why}")
}

fn several(at: usize, length: usize, why: &str) -> String {
    format!("'utf-8' codec can't decode bytes in position {at}-{}: {why}", at + length - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_pythons() {
        let cases: [(&[u8], &str); 5] = [
            (b"\xff\xfe", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
            (b"ab\xc3", "'utf-8' codec can't decode byte 0xc3 in position 2: unexpected end of data"),
            (b"\xe2\x82", "'utf-8' codec can't decode bytes in position 0-1: unexpected end of data"),
            (b"\xe2\x28", "'utf-8' codec can't decode byte 0xe2 in position 0: invalid continuation byte"),
            (b"\xe2\x82\x28", "'utf-8' codec can't decode bytes in position 0-1: invalid continuation byte"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(utf8(bytes), Err(expected.to_owned()));
        }
        assert_eq!(utf8("\u{fc}".as_bytes()), Ok("\u{fc}"));
    }
}
