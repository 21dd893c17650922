//! How Python writes values: the texts that stock workers put into logs show strings, bytes and errors that way.

use std::fmt::Write as _;
use std::io;

/// `b'…'`, as Python shows bytes.
#[must_use]
pub fn bytes_repr(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut text = String::with_capacity(bytes.len() + 3);
    text.push('b');
    text.push(quote);
    for &byte in bytes {
        match byte {
            b'\\' => text.push_str("\\\\"),
            b'\t' => text.push_str("\\t"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            _ if char::from(byte) == quote => {
                text.push('\\');
                text.push(quote);
            }
            0x20..=0x7e => text.push(char::from(byte)),
            _ => {
                let _infallible = write!(text, "\\x{byte:02x}");
            }
        }
    }
    text.push(quote);
    text
}

/// `'…'`, as Python shows text.
#[must_use]
pub fn str_repr(value: &str) -> String {
    let quote = if value.contains('\'') && !value.contains('"') { '"' } else { '\'' };
    let mut text = String::with_capacity(value.len() + 2);
    text.push(quote);
    for character in value.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            _ if character == quote => {
                text.push('\\');
                text.push(quote);
            }
            ' '..='~' => text.push(character),
            _ if !character.is_control() && !character.is_whitespace() => text.push(character),
            _ => {
                let code = u32::from(character);
                let _infallible = match code {
                    0..=0xff => write!(text, "\\x{code:02x}"),
                    0x100..=0xffff => write!(text, "\\u{code:04x}"),
                    _ => write!(text, "\\U{code:08x}"),
                };
            }
        }
    }
    text.push(quote);
    text
}

/// An operating system's error as a Python exception: its class and its text.
pub(crate) struct OsError {
    /// For example `FileNotFoundError`.
    pub(crate) class: &'static str,
    /// The number.
    pub(crate) errno: i32,
    /// The system's words, for example `No such file or directory`.
    pub(crate) strerror: String,
}

impl OsError {
    pub(crate) fn of(error: &io::Error) -> OsError {
        let errno = error.raw_os_error().unwrap_or(libc::EIO);
        OsError { class: class_of(errno), errno, strerror: strerror(errno) }
    }

    /// `[Errno 2] No such file or directory: 'x'`; `shown` is the path as Python shows it.
    pub(crate) fn describe(&self, shown: &str) -> String {
        format!("[Errno {}] {}: {shown}", self.errno, self.strerror)
    }

    /// What a stock worker reports when a command dies of this error.
    pub(crate) fn failure(&self, shown: &str) -> String {
        failure(self.class, &self.describe(shown))
    }
}

/// The text of a failed command; the stock worker's has the stack of its own frames in between.
pub(crate) fn failure(class: &str, message: &str) -> String {
    format!("[Failure instance: Traceback: <class '{class}'>: {message}\n]")
}

/// [`failure`] of what no function of a stock worker has raised.
pub(crate) fn failure_without_frames(class: &str, message: &str) -> String {
    format!("[Failure instance: Traceback (failure with no frames): <class '{class}'>: {message}\n]")
}

fn class_of(errno: i32) -> &'static str {
    match errno {
        libc::ENOENT => "FileNotFoundError",
        libc::EEXIST => "FileExistsError",
        libc::EACCES | libc::EPERM => "PermissionError",
        libc::ENOTDIR => "NotADirectoryError",
        libc::EISDIR => "IsADirectoryError",
        libc::EINTR => "InterruptedError",
        libc::EPIPE => "BrokenPipeError",
        _ => "OSError",
    }
}

fn strerror(errno: i32) -> String {
    let text = io::Error::from_raw_os_error(errno).to_string();
    text.split(" (os error ").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_as_by_python() {
        let cases: &[(&[u8], &str)] = &[
            (b"sh", "b'sh'"),
            (b"", "b''"),
            (b"it's", "b\"it's\""),
            (b"it's \"x\"", "b'it\\'s \"x\"'"),
            (b"a\\b\n\r\t\x00\x7f\xc3\xa9", "b'a\\\\b\\n\\r\\t\\x00\\x7f\\xc3\\xa9'"),
        ];
        for (bytes, expected) in cases {
            assert_eq!(bytes_repr(bytes), *expected);
        }
    }

    #[test]
    fn text_is_shown_as_by_python() {
        let cases = [
            ("lg", "'lg'"),
            ("q'", "\"q'\""),
            ("é ☃", "'é ☃'"),
            ("\u{7f}\u{a0}\u{2028}", "'\\x7f\\xa0\\u2028'"),
            ("x\"'", "'x\"\\''"),
        ];
        for (text, expected) in cases {
            assert_eq!(str_repr(text), expected);
        }
    }

    #[test]
    fn errors_have_pythons_class_and_words() {
        let error = OsError::of(&io::Error::from_raw_os_error(libc::ENOENT));
        assert_eq!(error.class, "FileNotFoundError");
        assert_eq!(error.describe("b'/x'"), "[Errno 2] No such file or directory: b'/x'");
    }
}
