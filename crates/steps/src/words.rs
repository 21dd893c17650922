//! Command lines: nested lists become words, and a few words stand for the whole in texts.

use ferrobot_config::Value;
use ferrobot_model::{Arg, CommandLine};

use crate::repr;

/// So many words of a command are shown.
const SHOWN_WORDS: usize = 2;

/// What to execute: text goes to the shell, a list is run directly.
pub(crate) fn command_line(command: &Value) -> Result<CommandLine, String> {
    match command {
        Value::Str(text) => Ok(CommandLine::Shell(Arg::from(text.clone()))),
        Value::Bytes(bytes) => Ok(CommandLine::Shell(Arg::from(String::from_utf8_lossy(bytes).into_owned()))),
        Value::List(items) | Value::Tuple(items) => Ok(CommandLine::Words(flatten(items)?)),
        other => Err(format!("'command' must be text or a list of texts, not {}", repr::repr(other))),
    }
}

fn flatten(items: &[Value]) -> Result<Vec<Arg>, String> {
    let mut words = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Value::Str(text) => words.push(Arg::from(text.clone())),
            Value::Bytes(bytes) => words.push(Arg::from(String::from_utf8_lossy(bytes).into_owned())),
            Value::List(nested) | Value::Tuple(nested) => words.extend(flatten(nested)?),
            Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) => words.push(Arg::from(repr::text(item))),
            other => return Err(format!("'command' must be a list of texts; {} is none", repr::repr(other))),
        }
    }
    Ok(words)
}

/// The command in a few words, in quotes; `None` for what has no words.
pub(crate) fn shortened(command: &Value) -> Option<String> {
    let words: Vec<String> = match command {
        Value::Str(text) => text.split_whitespace().map(str::to_owned).collect(),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).split_whitespace().map(str::to_owned).collect(),
        Value::List(items) | Value::Tuple(items) => shown_words(items),
        _ => return None,
    };
    match words.len() {
        0 => None,
        1..=SHOWN_WORDS => Some(format!("'{}'", words.join(" "))),
        _ => Some(format!("'{} ...'", words[..SHOWN_WORDS].join(" "))),
    }
}

fn shown_words(items: &[Value]) -> Vec<String> {
    items
        .iter()
        .flat_map(|item| match item {
            Value::List(nested) | Value::Tuple(nested) => shown_words(nested),
            Value::Bytes(bytes) => vec![String::from_utf8_lossy(bytes).into_owned()],
            other => vec![repr::text(other)],
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: &[Value]) -> Value {
        Value::List(items.to_vec())
    }

    #[test]
    fn texts_show_the_first_two_words() {
        let cases = [
            (list(&["a".into(), "b".into(), "c".into()]), Some("'a b ...'")),
            (list(&["a".into()]), Some("'a'")),
            (list(&[]), None),
            ("".into(), None),
            (Value::None, None),
            (list(&["echo".into(), Value::Int(3)]), Some("'echo 3'")),
            (list(&["echo".into(), list(&["x".into(), list(&["y".into()])])]), Some("'echo x ...'")),
            (Value::Tuple(vec!["a".into(), Value::Tuple(vec!["b".into(), "c".into()])]), Some("'a b ...'")),
            ("a  b   c".into(), Some("'a b ...'")),
            ("a\nb".into(), Some("'a b'")),
            (list(&["a b".into(), "c".into(), "d".into()]), Some("'a b c ...'")),
            (list(&["it's".into(), "x".into()]), Some("'it's x'")),
            (list(&["echo".into(), Value::None]), Some("'echo None'")),
            (Value::Bytes(b"bytes x y".to_vec()), Some("'bytes x ...'")),
        ];
        for (command, expected) in cases {
            assert_eq!(shortened(&command).as_deref(), expected, "{command:?}");
        }
    }

    #[test]
    fn nested_lists_are_one_command() {
        let nested = list(&["echo".into(), Value::Tuple(vec!["nested".into(), list(&["list".into()])])]);
        let words = ["echo", "nested", "list"].map(Arg::from).to_vec();
        assert_eq!(command_line(&nested), Ok(CommandLine::Words(words)));
        assert_eq!(command_line(&"a b".into()), Ok(CommandLine::Shell("a b".into())));
        let plain = list(&["echo".into(), Value::None, Value::Int(3)]);
        assert_eq!(command_line(&plain), Ok(CommandLine::Words(["echo", "None", "3"].map(Arg::from).to_vec())));
        assert!(command_line(&list(&["echo".into(), Value::Dict(vec![])])).unwrap_err().contains("{}"));
        assert!(command_line(&Value::Int(3)).is_err());
    }
}
