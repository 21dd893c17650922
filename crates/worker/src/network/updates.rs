//! Writes `update` messages: by far the most bytes that a worker sends, so they are written without a detour.

use std::time::{SystemTime, UNIX_EPOCH};

use ferrobot_model::{Stream, Update};
use rmp::encode::{RmpWrite, write_array_len, write_f64, write_map_len, write_sint, write_str, write_uint};

/// One `update` message with all of these, at least one.
///
/// `number`: that of the command's message, where the command is held.
pub(super) fn message(seq: u64, command_id: &str, number: Option<u64>, updates: &[Update]) -> Vec<u8> {
    let size: usize = updates.iter().map(size_hint).sum();
    let mut bytes = Vec::with_capacity(size + 128);
    let written = write(&mut bytes, seq, command_id, number, updates);
    debug_assert!(written.is_some(), "writing into memory cannot fail");
    bytes
}

fn size_hint(update: &Update) -> usize {
    match update {
        Update::Output(_, text) => text.len() + text.len() / 2 + 64,
        _ => 64,
    }
}

fn write(bytes: &mut Vec<u8>, seq: u64, command_id: &str, number: Option<u64>, updates: &[Update]) -> Option<()> {
    write_map_len(bytes, if number.is_some() { 5 } else { 4 }).ok()?;
    write_str(bytes, "op").ok()?;
    write_str(bytes, "update").ok()?;
    write_str(bytes, "args").ok()?;
    write_length(bytes, updates.len())?;
    for update in updates {
        write_length(bytes, 2)?;
        write_update(bytes, update)?;
    }
    write_str(bytes, "command_id").ok()?;
    write_str(bytes, command_id).ok()?;
    if let Some(number) = number {
        write_str(bytes, "number").ok()?;
        write_uint(bytes, number).ok()?;
    }
    write_str(bytes, "seq_number").ok()?;
    write_uint(bytes, seq).ok()?;
    Some(())
}

fn write_update(bytes: &mut Vec<u8>, update: &Update) -> Option<()> {
    match update {
        Update::Output(stream, text) => {
            match stream {
                Stream::Stdout => write_str(bytes, "stdout").ok()?,
                Stream::Stderr => write_str(bytes, "stderr").ok()?,
                Stream::Header => write_str(bytes, "header").ok()?,
                Stream::Log(name) => {
                    write_str(bytes, "log").ok()?;
                    write_length(bytes, 2)?;
                    write_str(bytes, name).ok()?;
                }
            }
            write_block(bytes, text)
        }
        Update::Rc(rc) => {
            write_str(bytes, "rc").ok()?;
            write_sint(bytes, *rc).ok().map(drop)
        }
        Update::Elapsed(seconds) => {
            write_str(bytes, "elapsed").ok()?;
            write_f64(bytes, *seconds).ok()
        }
        Update::FailureReason(reason) => {
            write_str(bytes, "failure_reason").ok()?;
            write_str(bytes, reason).ok()
        }
        Update::Stat(numbers) => {
            write_str(bytes, "stat").ok()?;
            write_length(bytes, numbers.len())?;
            numbers.iter().try_for_each(|&number| write_sint(bytes, number as i64).ok().map(drop))
        }
        Update::Files(names) => {
            write_str(bytes, "files").ok()?;
            write_length(bytes, names.len())?;
            names.iter().try_for_each(|name| write_str(bytes, name).ok())
        }
        Update::Other(key, value) => {
            write_str(bytes, key).ok()?;
            write_str(bytes, &value.to_string()).ok()
        }
    }
}

/// `[text, [places of newlines, in characters], [times]]`
fn write_block(bytes: &mut Vec<u8>, text: &str) -> Option<()> {
    let newlines = newline_places(text);
    write_length(bytes, 3)?;
    write_str(bytes, text).ok()?;
    write_length(bytes, newlines.len())?;
    for &place in &newlines {
        write_uint(bytes, place as u64).ok()?;
    }
    // Masters ignore the times; one for the whole block is true enough.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    write_length(bytes, newlines.len())?;
    newlines.iter().try_for_each(|_| write_f64(bytes, now).ok())
}

fn newline_places(text: &str) -> Vec<usize> {
    if text.is_ascii() {
        return memchr::memchr_iter(b'\n', text.as_bytes()).collect();
    }
    text.chars().enumerate().filter(|(_, character)| *character == '\n').map(|(place, _)| place).collect()
}

fn write_length<W: RmpWrite>(bytes: &mut W, length: usize) -> Option<()> {
    write_array_len(bytes, u32::try_from(length).ok()?).ok().map(drop)
}

#[cfg(test)]
mod tests {
    use ferrobot_wire::msgpack::Frame;
    use rmpv::Value;

    use super::*;

    fn list(items: Vec<Value>) -> Value {
        Value::Array(items)
    }

    #[test]
    fn updates_have_the_stock_workers_form() {
        let updates = [
            Update::Output(Stream::Stdout, "é\nb\n".to_owned()),
            Update::Output(Stream::Log("lg".to_owned()), "x\n".to_owned()),
            Update::Rc(-1),
            Update::Elapsed(0.5),
            Update::FailureReason("timeout".to_owned()),
            Update::Stat(vec![33188.0, 1.0]),
            Update::Files(vec!["a".to_owned()]),
        ];
        let bytes = message(7, "12", None, &updates);
        let Frame::Request { seq: 7, op, fields } = Frame::decode(&bytes).unwrap() else { panic!() };
        assert_eq!((op.as_str(), &fields["command_id"]), ("update", &Value::from("12")));
        let args = fields["args"].as_array().unwrap();
        let block = args[0][1].as_array().unwrap();
        assert_eq!(args[0][0], "stdout".into());
        assert_eq!(block[..2], ["é\nb\n".into(), list(vec![1.into(), 3.into()])]);
        assert_eq!(block[2].as_array().unwrap().len(), 2);
        assert_eq!(args[1][1][0], "lg".into());
        assert_eq!(args[1][1][1][1], list(vec![1.into()]));
        assert_eq!(args[2], list(vec!["rc".into(), (-1).into()]));
        assert_eq!(args[3], list(vec!["elapsed".into(), 0.5.into()]));
        assert_eq!(args[4], list(vec!["failure_reason".into(), "timeout".into()]));
        assert_eq!(args[5], list(vec!["stat".into(), list(vec![33188.into(), 1.into()])]));
        assert_eq!(args[6], list(vec!["files".into(), list(vec!["a".into()])]));
    }
}
