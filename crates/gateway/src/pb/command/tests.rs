use ferrobot_model::{CommandEvent, Stream, TextEncoding, Update};
use ferrobot_wire::pb::{Call, Failure, Target, Value};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{CommandObject, LocalObject, PbConnection, Reply};

fn call(method: &str, args: Vec<Value>) -> Call {
    let target = Target::Id(1);
    Call { request: 1, target, method: method.to_owned(), args, kwargs: Vec::new(), answer_wanted: true }
}

fn update(entries: Vec<(&str, Value)>) -> Call {
    let updates = entries
        .into_iter()
        .zip(1..)
        .map(|(entry, number)| Value::List(vec![Value::dict([entry]), Value::Integer(number)]))
        .collect();
    call("update", vec![Value::List(updates)])
}

async fn reports(calls: Vec<Call>) -> Vec<CommandEvent> {
    reports_in(TextEncoding::Utf8, calls).await
}

async fn reports_in(encoding: TextEncoding, calls: Vec<Call>) -> Vec<CommandEvent> {
    let connection = PbConnection::new("test", CancellationToken::new());
    let (events, mut receiver) = mpsc::channel(100);
    let object = CommandObject::new("w1", events, encoding);
    for call in calls {
        assert!(matches!(object.call(&connection, call).await, Reply::Now(Ok(_))));
    }
    drop(object);
    let mut received = Vec::new();
    while let Some(event) = receiver.recv().await {
        received.push(event);
    }
    received
}

fn shown(events: &[CommandEvent]) -> Vec<String> {
    events
        .iter()
        .map(|event| match event {
            CommandEvent::Update(Update::Output(Stream::Log(name), text)) => format!("{name} {text:?}"),
            CommandEvent::Update(Update::Output(stream, text)) => format!("{stream:?} {text:?}"),
            other => format!("{other:?}"),
        })
        .collect()
}

#[tokio::test]
async fn reports_become_events() {
    let calls = vec![
        update(vec![
            ("header", "sh -c x\n".into()),
            ("stdout", "one\n".into()),
            ("log", Value::Tuple(vec!["lg".into(), "l1\n".into()])),
            ("rc", Value::Integer(0)),
            ("elapsed", Value::Float(0.5)),
        ]),
        call("complete", vec![Value::None]),
    ];
    let expected = [
        "Header \"sh -c x\\n\"",
        "Stdout \"one\\n\"",
        "lg \"l1\\n\"",
        "Update(Rc(0))",
        "Update(Elapsed(0.5))",
        "Complete(None)",
    ];
    assert_eq!(shown(&reports(calls).await), expected);
}

/// Before version 4 workers sent what they read, and the master made lines of it.
#[tokio::test]
async fn output_of_old_workers_becomes_lines() {
    let calls = vec![
        update(vec![("stdout", Value::Bytes(bytes::Bytes::from_static(b"a\rb\xc3"))), ("stdout", "rest\n".into())]),
        update(vec![("stdout", "no newline".into()), ("stderr", "err".into())]),
        call("complete", vec![Value::None]),
    ];
    let shown = shown(&reports(calls).await);
    assert_eq!(shown.last().map(String::as_str), Some("Complete(None)"));
    assert!(shown.contains(&"Stderr \"err\\n\"".to_owned()), "{shown:?}");
    assert!(shown.contains(&"Stdout \"no newline\\n\"".to_owned()), "{shown:?}");
    assert!(shown[0].starts_with("Stdout \"a\\n"), "{shown:?}");
}

/// Workers on Python 2 send bytes; what they say themselves is text all the same.
#[tokio::test]
async fn bytes_are_read_in_the_encoding_of_logs() {
    let bytes = |bytes: &'static [u8]| Value::Bytes(bytes::Bytes::from_static(bytes));
    let calls = vec![
        update(vec![("stdout", bytes(b"caf\xe9 \xa4\n")), ("header", "\u{fc}\n".into()), ("stderr", bytes(b"\xe4"))]),
        call("complete", vec![Value::None]),
    ];
    let encoding = TextEncoding::from_python_name("iso8859-15").unwrap();
    let expected = ["Stdout \"café €\\n\"", "Header \"ü\\n\"", "Stderr \"ä\\n\"", "Complete(None)"];
    assert_eq!(shown(&reports_in(encoding, calls).await), expected);
}

#[tokio::test]
async fn a_failure_is_told_with_its_class() {
    let failure = Failure { traceback: "somewhere".to_owned(), ..Failure::new("builtins.ValueError", "no") };
    let events = reports(vec![call("complete", vec![failure.to_value()])]).await;
    let [CommandEvent::Complete(Some(text))] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!(text, "[Failure instance: Traceback: <class 'builtins.ValueError'>: no\nsomewhere\n]");
}

#[tokio::test]
async fn nonsense_is_refused() {
    let connection = PbConnection::new("test", CancellationToken::new());
    let (events, _receiver) = mpsc::channel(100);
    let object = CommandObject::new("w1", events, TextEncoding::Utf8);
    let writer = object.writer();
    let reader = object.reader();
    let cases: Vec<(&dyn LocalObject, Call)> = vec![
        (&object, call("update", vec![Value::Integer(5)])),
        (&object, call("update", vec![Value::List(vec![Value::None])])),
        (&object, call("nonsense", Vec::new())),
        (writer.as_ref(), call("write", vec![Value::Integer(5)])),
        (writer.as_ref(), call("utime", vec![Value::None])),
        (writer.as_ref(), call("read", vec![Value::Integer(5)])),
        (reader.as_ref(), call("read", vec![Value::Integer(-5)])),
        (reader.as_ref(), call("write", Vec::new())),
    ];
    for (object, call) in cases {
        let method = call.method.clone();
        assert!(matches!(object.call(&connection, call).await, Reply::Now(Err(_))), "{method}");
    }
}
