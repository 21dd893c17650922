//! What a log says above a command's output, word for word as stock workers say it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::Path;

use ferrobot_model::{Arg, CommandLine, LogFile, ShellCommand, TextEncoding};

use super::environment::Environment;
use crate::python_text::{bytes_repr, str_repr};

/// The header of a shell command.
pub(super) fn describe(
    shell: &ShellCommand,
    workdir: &Path,
    environment: &Environment,
    use_pty: bool,
    encoding: TextEncoding,
) -> String {
    let mut text = command_line(&shell.command);
    let _infallible = write!(text, "\n in dir {}", workdir.display());
    for (name, seconds) in [("timeout", shell.timeout), ("maxTime", shell.max_time)] {
        if let Some(seconds) = seconds.filter(|&seconds| seconds > 0.0) {
            let unit = if seconds == 1.0 { "sec" } else { "secs" };
            let _infallible = write!(text, " ({name} {seconds} {unit})");
        }
    }
    let _infallible =
        write!(text, "\n watching logfiles {}\n argv: {}\n", logfiles(&shell.logfiles), argv(&shell.command, encoding));
    if shell.log_environ {
        text.push_str(" environment:\n");
        for (name, value) in environment {
            let _infallible = writeln!(text, "  {}={}", name.to_string_lossy(), value.to_string_lossy());
        }
    }
    if let Some(stdin) = shell.initial_stdin.as_ref().filter(|stdin| !stdin.is_empty()) {
        let _infallible = writeln!(text, " writing {} bytes to stdin", encoded(stdin, encoding).len());
    }
    let _infallible = writeln!(text, " using PTY: {}", if use_pty { "True" } else { "False" });
    text
}

/// The command as one could type it into a shell, secrets hidden.
fn command_line(command: &CommandLine) -> String {
    match command {
        CommandLine::Shell(line) => shown(line).to_owned(),
        CommandLine::Words(words) => words.iter().map(|word| quote(shown(word))).collect::<Vec<_>>().join(" "),
    }
}

/// The command as Python shows it, secrets hidden.
pub(super) fn argv(command: &CommandLine, encoding: TextEncoding) -> String {
    match command {
        CommandLine::Shell(line) => bytes_repr(&encoded(shown(line), encoding)),
        CommandLine::Words(words) => {
            let words: Vec<String> = words.iter().map(|word| bytes_repr(&encoded(shown(word), encoding))).collect();
            format!("[{}]", words.join(", "))
        }
    }
}

/// What cannot be encoded is shown as it is.
fn encoded(text: &str, encoding: TextEncoding) -> Cow<'_, [u8]> {
    encoding.encode(text).unwrap_or(Cow::Borrowed(text.as_bytes()))
}

pub(super) fn shown(word: &Arg) -> &str {
    word.shown.as_deref().unwrap_or(&word.text)
}

fn quote(word: &str) -> String {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"_@%+=:,./-".contains(&byte);
    if word.is_empty() {
        "\"\"".to_owned()
    } else if word.bytes().all(is_safe) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\"'\"'"))
    }
}

/// A file without options is shown by its name alone, as users mostly write it.
fn logfiles(logfiles: &[(String, LogFile)]) -> String {
    let entries: Vec<String> = logfiles
        .iter()
        .map(|(name, file)| {
            let filename = str_repr(&file.filename);
            if file.follow {
                format!("{}: {{'filename': {filename}, 'follow': True}}", str_repr(name))
            } else {
                format!("{}: {filename}", str_repr(name))
            }
        })
        .collect();
    format!("{{{}}}", entries.join(", "))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    fn words(words: &[&str]) -> CommandLine {
        CommandLine::Words(words.iter().map(|&word| word.into()).collect())
    }

    #[test]
    fn the_header_is_the_stock_workers() {
        let mut shell = ShellCommand::new("/w/build", words(&["sh", "-c", "echo \"é\"", "", "it's", "a=b", "~"]));
        shell.max_time = Some(1.0);
        shell.timeout = Some(1.5);
        shell.initial_stdin = Some("é".to_owned());
        shell.logfiles = vec![
            ("lg".to_owned(), LogFile { filename: "lg".to_owned(), follow: false }),
            ("fl".to_owned(), LogFile { filename: "lg2".to_owned(), follow: true }),
        ];
        let environment =
            Environment::from([(OsString::from("B"), OsString::from("2")), (OsString::from("A"), OsString::from("1"))]);
        let expected = "sh -c 'echo \"é\"' \"\" 'it'\"'\"'s' a=b '~'\n in dir /w/build (timeout 1.5 secs) (maxTime 1 sec)\n \
             watching logfiles {'lg': 'lg', 'fl': {'filename': 'lg2', 'follow': True}}\n \
             argv: [b'sh', b'-c', b'echo \"\\xc3\\xa9\"', b'', b\"it's\", b'a=b', b'~']\n environment:\n  A=1\n  B=2\n \
             writing 2 bytes to stdin\n using PTY: False\n";
        assert_eq!(describe(&shell, Path::new("/w/build"), &environment, false, TextEncoding::Utf8), expected);
    }

    #[test]
    fn secrets_are_not_shown() {
        let secret = Arg { text: "hunter2".to_owned(), shown: Some("XXX".to_owned()) };
        let shell = ShellCommand::new("/w", CommandLine::Words(vec!["svn".into(), secret]));
        let text = describe(&shell, Path::new("/w"), &Environment::new(), true, TextEncoding::Utf8);
        assert!(text.starts_with("svn XXX\n in dir /w (timeout 1200 secs)\n"), "{text}");
        assert!(!text.contains("hunter2"));
    }

    #[test]
    fn a_command_for_the_shell_is_shown_as_it_is() {
        let shell = ShellCommand {
            log_environ: false,
            timeout: None,
            ..ShellCommand::new("/w", CommandLine::Shell("a | b".into()))
        };
        let text = describe(&shell, Path::new("/w"), &Environment::new(), false, TextEncoding::Utf8);
        assert_eq!(text, "a | b\n in dir /w\n watching logfiles {}\n argv: b'a | b'\n using PTY: False\n");
    }
}
