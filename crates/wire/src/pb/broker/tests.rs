use super::{Broker, BrokerError, Call, Incoming, LocalId, OBJECTS_MAX, Target};
use crate::pb::jelly::{Failure, Value};

/// Both sides of a connection.
struct Pair {
    client: Broker,
    server: Broker,
}

impl Pair {
    fn new() -> Pair {
        let mut pair = Pair { client: Broker::client(), server: Broker::server() };
        pair.exchange();
        assert_eq!(pair.client.poll(), Some(Incoming::Ready));
        assert_eq!(pair.server.poll(), Some(Incoming::Ready));
        pair
    }

    fn exchange(&mut self) {
        loop {
            let (up, down) = (self.client.take_output(), self.server.take_output());
            if up.is_empty() && down.is_empty() {
                return;
            }
            self.server.feed(&up).unwrap();
            self.client.feed(&down).unwrap();
        }
    }
}

fn call(incoming: Option<Incoming>) -> Call {
    match incoming {
        Some(Incoming::Call(call)) => call,
        other => panic!("{other:?}"),
    }
}

#[test]
fn methods_are_called_and_answer() {
    let mut pair = Pair::new();
    let request = pair
        .client
        .call(&Target::Name("root".to_owned()), "login", vec!["w1".into()], vec![("when", Value::None)])
        .unwrap();
    pair.exchange();
    let received = call(pair.server.poll());
    assert_eq!((received.target.clone(), received.method.as_str()), (Target::Name("root".to_owned()), "login"));
    assert_eq!(received.argument(0, "user"), Some(&"w1".into()));
    assert_eq!(received.argument(7, "when"), Some(&Value::None));
    assert!(received.answer_wanted);
    pair.server.answer(received.request, &Value::Integer(5));
    pair.exchange();
    assert_eq!(pair.client.poll(), Some(Incoming::Answer { request, result: Ok(Value::Integer(5)) }));
    // A second answer to the same call means nothing.
    pair.server.answer(received.request, &Value::Integer(6));
    pair.exchange();
    assert_eq!(pair.client.poll(), None);
}

#[test]
fn failures_come_back() {
    let mut pair = Pair::new();
    let request = pair.server.call(&Target::Id(9), "print", Vec::new(), Vec::new()).unwrap();
    pair.exchange();
    let received = call(pair.client.poll());
    pair.client.fail(received.request, &Failure::no_such_method("print"));
    pair.exchange();
    let expected = Err(Failure::no_such_method("print"));
    assert_eq!(pair.server.poll(), Some(Incoming::Answer { request, result: expected }));
}

#[test]
fn objects_live_as_long_as_the_peer_knows_them() {
    let mut pair = Pair::new();
    let object = pair.server.export().unwrap();
    assert_eq!(object, LocalId(1));
    let twice = Value::Tuple(vec![Value::Ours(1), Value::Ours(1)]);
    pair.server.call(&Target::Id(1), "take", vec![twice], Vec::new()).unwrap();
    pair.exchange();
    let received = call(pair.client.poll());
    assert_eq!(received.args, [Value::Tuple(vec![Value::Theirs(1), Value::Theirs(1)])]);
    pair.client.release(1);
    pair.exchange();
    assert_eq!(pair.server.poll(), None);
    assert!(pair.server.knows(1));
    pair.client.release(1);
    pair.exchange();
    assert_eq!(pair.server.poll(), Some(Incoming::Released(object)));
    assert!(!pair.server.knows(1));
    // More than was sent is ignored.
    pair.client.release(1);
    pair.exchange();
    assert_eq!(pair.server.poll(), None);
}

#[test]
fn objects_are_bounded() {
    let mut broker = Broker::server();
    for _ in 0..OBJECTS_MAX {
        broker.export().unwrap();
    }
    assert_eq!(broker.export(), Err(BrokerError::TooMany("objects")));
    broker.withdraw(LocalId(1));
    assert_eq!(broker.export(), Ok(LocalId(OBJECTS_MAX as i64 + 1)));
}

/// The bytes of a stock worker of 4.3.0 that logs in and is asked to print.
#[test]
fn a_stock_worker_is_understood() {
    let mut broker = Broker::server();
    assert_eq!(hex::encode(broker.take_output()), "02800282706204826e6f6e65");
    broker
        .feed(&hex::decode("0282706202801387068107801a8701810482726f6f741487018102800b870282773101800587").unwrap())
        .unwrap();
    assert_eq!(broker.poll(), Some(Incoming::Ready));
    let login = call(broker.poll());
    assert_eq!((login.target, login.method.as_str()), (Target::Name("root".to_owned()), "login"));
    assert_eq!(login.args, [Value::Bytes("w1".into())]);

    let challenger = broker.export().unwrap();
    let challenge = hex::decode("d1688f49a7e5eb30210f1e08a9d59a0c").unwrap();
    broker.answer(login.request, &Value::Tuple(vec![Value::Bytes(challenge.into()), Value::Ours(challenger.0)]));
    let expected = "02801387068103801b87018103800b871082d1688f49a7e5eb30210f1e08a9d59a0c028010870181";
    assert_eq!(hex::encode(broker.take_output()), expected);

    let response = "07801a87028101810782726573706f6e64018103800b871082d06fcfef0ab917a442db6568b9a732c9028010870181018\
                    0058702801d870181";
    broker.feed(&hex::decode(response).unwrap()).unwrap();
    let respond = call(broker.poll());
    assert_eq!((respond.target, respond.method.as_str()), (Target::Id(challenger.0), "respond"));
    assert_eq!(respond.args[1], Value::Theirs(1));
    assert_eq!(broker.poll(), Some(Incoming::Released(challenger)));

    let message = Value::from("attached");
    let request = broker.call(&Target::Id(1), "print", Vec::new(), vec![("message", message)]).unwrap();
    let expected = "07801a87018101810582 7072696e74018101800b8702800587028002800782756e69636f64651a8702800782756e69636f\
                    646508826174746163686564";
    assert_eq!(hex::encode(broker.take_output()), expected.replace(' ', ""));
    broker.feed(&hex::decode("03801b87018101800187").unwrap()).unwrap();
    assert_eq!(broker.poll(), Some(Incoming::Answer { request, result: Ok(Value::None) }));
}

#[test]
fn peers_of_another_kind_are_refused() {
    let refused = |mut broker: Broker, bytes: &[u8]| broker.feed(bytes).unwrap_err();
    assert_eq!(refused(Broker::server(), b"\x04\x82none"), BrokerError::NoDialect);
    assert_eq!(refused(Broker::client(), b"\x01\x80\x04\x82none"), BrokerError::NoDialect);
    assert!(matches!(
        refused(
            Broker::server(),
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\nand a rest that is long enough for any number's digits"
        ),
        BrokerError::Banana(_)
    ));
    assert_eq!(refused(Broker::server(), b"\x02\x82pb\x02\x80\x13\x87\x05\x81"), BrokerError::Version(5));
    assert_eq!(refused(Broker::server(), b"\x02\x82pb\x01\x80\x1a\x87"), BrokerError::Malformed("message".to_owned()));
}

#[test]
fn unknown_messages_are_answered() {
    let mut pair = Pair::new();
    pair.client.send(vec![super::Item::word("nonsense")]);
    let sent = pair.client.take_output();
    pair.server.feed(&sent).unwrap();
    assert!(!pair.server.take_output().is_empty());
    assert_eq!(pair.server.poll(), None);
}

#[test]
fn arguments_that_cannot_be_read_are_the_callers_fault() {
    let mut broker = Broker::server();
    // message 1 on object 1, method x, whose arguments are no tuple
    broker.feed(b"\x02\x82pb\x07\x80\x1a\x87\x01\x81\x01\x81\x01\x82x\x01\x81\x05\x81\x05\x81").unwrap();
    assert_eq!(broker.poll(), Some(Incoming::Ready));
    assert_eq!(broker.poll(), None);
    let mut client = Broker::client();
    client.feed(&broker.take_output()).unwrap();
    assert_eq!(client.poll(), Some(Incoming::Ready));
}

#[test]
fn strangers_may_only_say_little() {
    let mut pair = Pair::new();
    let long = Value::from("x".repeat(20_000));
    pair.client.call(&Target::Name("root".to_owned()), "login", vec![long], Vec::new()).unwrap();
    let sent = pair.client.take_output();
    assert!(matches!(pair.server.feed(&sent), Err(BrokerError::Banana(_))));

    let mut pair = Pair::new();
    pair.server.trust();
    pair.server.feed(&sent).unwrap();
    assert_eq!(call(pair.server.poll()).method, "login");
}
