//! What the worker tells, as Python's values.

use std::collections::BTreeMap;

use ferrobot_model::{Stream, Update, WorkerInfo};
use ferrobot_wire::pb::{Failure, Value};

/// Longer texts are sent in pieces: a peer takes strings up to 640 KiB.
const TEXT_BYTES_MAX: usize = 512 * 1024;
/// What is told of a traceback that nobody could use.
const NO_TRACEBACK: &str = "Traceback unavailable\n";

/// The argument of `update`: each with a number that nobody uses.
pub(super) fn updates(updates: &[Update]) -> Value {
    let mut list = Vec::with_capacity(updates.len());
    for update in updates {
        let mut add = |name: &str, value: Value| {
            list.push(Value::List(vec![Value::dict([(name, value)]), Value::Integer(0)]));
        };
        match update {
            Update::Output(stream, text) => {
                for piece in pieces(text) {
                    match stream {
                        Stream::Stdout => add("stdout", piece.into()),
                        Stream::Stderr => add("stderr", piece.into()),
                        Stream::Header => add("header", piece.into()),
                        Stream::Log(name) => add("log", Value::Tuple(vec![name.as_str().into(), piece.into()])),
                    }
                }
            }
            Update::Rc(rc) => add("rc", Value::Integer(*rc)),
            Update::Elapsed(seconds) => add("elapsed", Value::Float(*seconds)),
            Update::FailureReason(reason) => add("failure_reason", reason.as_str().into()),
            Update::Stat(numbers) => {
                add("stat", Value::Tuple(numbers.iter().map(|&number| Value::Integer(number as i64)).collect()));
            }
            Update::Files(names) => add("files", Value::List(names.iter().map(|name| name.as_str().into()).collect())),
            Update::Other(name, value) => add(name, value.to_string().into()),
        }
    }
    Value::List(list)
}

fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(TEXT_BYTES_MAX));
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

/// The answer to `getWorkerInfo`.
pub(super) fn info(info: &WorkerInfo) -> Value {
    let mut entries: Vec<(Value, Value)> = Vec::new();
    for (name, value) in [("admin", &info.admin), ("host", &info.host), ("access_uri", &info.access_uri)] {
        if let Some(value) = value {
            entries.push((name.into(), value.as_str().into()));
        }
    }
    for (name, value) in &info.other {
        entries.push((name.as_str().into(), value.as_str().unwrap_or_default().into()));
    }
    entries.extend([
        ("environ".into(), texts(&info.environ)),
        ("system".into(), info.system.as_str().into()),
        ("basedir".into(), info.basedir.as_str().into()),
        ("numcpus".into(), info.numcpus.into()),
        ("version".into(), info.version.as_deref().into()),
        ("worker_commands".into(), texts(&info.commands)),
        ("delete_leftover_dirs".into(), Value::Integer(i64::from(info.delete_leftover_dirs))),
    ]);
    Value::Dict(entries)
}

/// A dictionary of texts.
pub(super) fn texts(map: &BTreeMap<String, String>) -> Value {
    Value::Dict(map.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into())).collect())
}

/// An exception that answers a call; `above` are the classes between it and `Exception`.
pub(super) fn exception(class: &str, above: &[&str], message: impl Into<String>) -> Failure {
    let mut failure = Failure::new(class, message);
    failure.parents.splice(1..1, above.iter().map(|&class| class.to_owned()));
    NO_TRACEBACK.clone_into(&mut failure.traceback);
    failure
}

/// A failure text of the runner, as `python_text::failure` makes it, as an exception.
pub(super) fn failure(text: &str) -> Failure {
    let (class, message) = text
        .strip_prefix("[Failure instance: Traceback")
        .and_then(|rest| rest.split_once(": <class '"))
        .and_then(|(_, rest)| rest.split_once("'>: "))
        .unwrap_or(("Exception", text));
    let message = message.strip_suffix("\n]").unwrap_or(message);
    let class = if class.contains('.') { class.to_owned() } else { format!("builtins.{class}") };
    let traceback = format!("Traceback (most recent call last):\n{class}: {message}\n");
    Failure { traceback, ..Failure::new(&class, message) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(update: Update) -> Value {
        let Value::List(mut list) = updates(&[update]) else { panic!() };
        assert_eq!(list.len(), 1);
        let Some(Value::List(pair)) = list.pop() else { panic!() };
        assert_eq!(pair[1], Value::Integer(0));
        pair[0].clone()
    }

    /// As a stock worker 4.3.0 sends them.
    #[test]
    fn updates_have_the_stock_workers_form() {
        let numbers = [33188.0, 1.0];
        let cases = [
            (Update::Output(Stream::Stdout, "é\n".into()), Value::dict([("stdout", "é\n".into())])),
            (
                Update::Output(Stream::Log("lg".into()), "x\n".into()),
                Value::dict([("log", Value::Tuple(vec!["lg".into(), "x\n".into()]))]),
            ),
            (Update::Rc(-1), Value::dict([("rc", Value::Integer(-1))])),
            (Update::Elapsed(0.5), Value::dict([("elapsed", Value::Float(0.5))])),
            (Update::FailureReason("timeout".into()), Value::dict([("failure_reason", "timeout".into())])),
            (
                Update::Stat(numbers.to_vec()),
                Value::dict([("stat", Value::Tuple(vec![Value::Integer(33188), Value::Integer(1)]))]),
            ),
            (Update::Files(vec!["a".into()]), Value::dict([("files", Value::List(vec!["a".into()]))])),
        ];
        for (update, expected) in cases {
            assert_eq!(one(update), expected);
        }
    }

    #[test]
    fn long_texts_are_sent_in_pieces() {
        let text = "é".repeat(TEXT_BYTES_MAX);
        let Value::List(list) = updates(&[Update::Output(Stream::Header, text.clone())]) else { panic!() };
        let pieces: Vec<&str> =
            list.iter().map(|pair| pair.as_sequence().unwrap()[0].get("header").unwrap().as_text().unwrap()).collect();
        assert_eq!(pieces.len(), 2);
        assert_eq!(pieces.concat(), text);
    }

    #[test]
    fn failures_name_their_class() {
        let found = failure(&crate::python_text::failure("RuntimeError", "no: 'x'"));
        assert_eq!((found.class.as_str(), found.message.as_str()), ("builtins.RuntimeError", "no: 'x'"));
        assert_eq!(found.traceback, "Traceback (most recent call last):\nbuiltins.RuntimeError: no: 'x'\n");
        let found = failure(&crate::python_text::failure_without_frames("RuntimeError", "no frames"));
        assert_eq!((found.class.as_str(), found.message.as_str()), ("builtins.RuntimeError", "no frames"));
        assert_eq!(failure("anything").message, "anything");
        // A master shows the class as it is sent: a stock worker sends bytes.
        let Value::Instance(_, state) = found.to_value() else { panic!() };
        assert_eq!(state.get("type"), Some(&Value::Bytes("builtins.RuntimeError".into())));
        let unknown = exception("a.B", &["c.D"], "x");
        assert_eq!(unknown.parents[..3], ["a.B", "c.D", "builtins.Exception"]);
    }
}
