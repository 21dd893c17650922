//! Stories of a worker and its master.

use ferrobot_worker::WorkerOptions;
use rmpv::Value;

use crate::scripted::{LiveWorker, ScriptedMaster, gone, map, shell, written_pid};

fn settings() -> Vec<(&'static str, Value)> {
    let args = map(vec![
        ("buffer_size", 65536.into()),
        ("buffer_timeout", 5.into()),
        ("newline_re", r"(\r\n|\r(?=.)|\033\[u|\033\[[0-9]+;[0-9]+[Hf]|\033\[2J|\x08+)".into()),
        ("max_line_length", 4096.into()),
    ]);
    vec![("args", args)]
}

/// The text of a stream in updates.
fn text_of(updates: &[(String, Value)], stream: &str) -> String {
    updates.iter().filter(|(key, _)| key == stream).map(|(_, block)| block[0].as_str().unwrap()).collect()
}

fn value_of<'a>(updates: &'a [(String, Value)], name: &str) -> &'a Value {
    &updates.iter().find(|(key, _)| key == name).unwrap_or_else(|| panic!("no `{name}` in {updates:?}")).1
}

#[tokio::test]
async fn a_worker_attaches_builds_and_is_sent_home() {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedMaster::new().await;
    let live = LiveWorker::start(master.options(place.path()));
    let mut worker = master.accept().await;

    assert_eq!(worker.ask("print", vec![("message", "attached".into())]).await, Ok(Value::Nil));
    let info = worker.ask("get_worker_info", Vec::new()).await.unwrap();
    assert_eq!(info["basedir"], place.path().display().to_string().as_str().into());
    assert_eq!((&info["system"], &info["version"]), (&"posix".into(), &"4.3.0".into()));
    assert_eq!(info["worker_commands"]["shell"], "3.3".into());
    assert_eq!(worker.ask("set_worker_settings", settings()).await, Ok(Value::Nil));

    let script = "echo hello; echo oops >&2; exit 3";
    let (updates, failure) = worker.run("7", "shell", shell(place.path(), script)).await;
    assert_eq!(failure, Value::Nil);
    assert_eq!(text_of(&updates, "stdout"), "hello\n");
    assert_eq!(text_of(&updates, "stderr"), "oops\n");
    assert_eq!(value_of(&updates, "rc"), &3.into());
    assert!(value_of(&updates, "elapsed").is_f64());
    assert_eq!(value_of(&updates, "stdout")[1], Value::Array(vec![5.into()]));

    assert_eq!(worker.ask("shutdown", Vec::new()).await, Ok(Value::Nil));
    worker.closed().await;
    live.end().await.unwrap();
    assert!(place.path().join("twistd.hostname").exists());
}

#[tokio::test]
async fn nonsense_is_answered_in_stock_words() {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedMaster::new().await;
    let _live = LiveWorker::start(master.options(place.path()));
    let mut worker = master.accept().await;
    // None of these may end the connection.
    for rubbish in [vec![], vec![0xc1], b"\x83\xa2op".to_vec(), vec![0x90], vec![0xdd, 0xff, 0xff, 0xff, 0xff]] {
        worker.send_bytes(rubbish).await;
    }
    let missing = |name: &str| Err(format!("'message did not contain obligatory \"{name}\" key'"));
    assert_eq!(worker.ask("nonsense", Vec::new()).await, Err("Command nonsense does not exist.".to_owned()));
    assert_eq!(worker.ask("print", Vec::new()).await, missing("message"));
    assert_eq!(worker.ask("start_command", Vec::new()).await, missing("command_id"));
    assert_eq!(
        worker.start("1", "nope", map(vec![])).await,
        Err("(command 1): unrecognized WorkerCommand 'nope'".to_owned())
    );
    assert_eq!(worker.start("1", "mkdir", map(vec![])).await, Err("MakeDirectory is missing args: paths".to_owned()));
    let refused = worker.ask("set_worker_settings", vec![("args", map(vec![("buffer_size", 5.into())]))]).await;
    assert_eq!(refused, Err("'message did not contain obligatory settings for worker'".to_owned()));
    let interrupt = vec![("command_id", "77".into()), ("why", "w".into())];
    assert_eq!(worker.ask("interrupt_command", interrupt).await, Ok(Value::Nil));

    let bad_env = map(vec![("workdir", "/".into()), ("command", "true".into()), ("env", map(vec![("A", 5.into())]))]);
    let (updates, failure) = worker.run("2", "shell", bad_env).await;
    assert!(value_of(&updates, "elapsed").is_f64());
    assert!(failure.as_str().unwrap().contains("<class 'RuntimeError'>: 'env' values must be strings or lists"));
}

#[tokio::test]
async fn output_comes_in_blocks_of_the_masters_size() {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedMaster::new().await;
    let _live = LiveWorker::start(master.options(place.path()));
    let mut worker = master.accept().await;
    worker.ask("set_worker_settings", settings()).await.unwrap();
    worker.start("1", "shell", shell(place.path(), "seq 1 100000")).await.unwrap();
    let (updates, _) = worker.completion("1").await;
    let expected: String = (1..=100_000).map(|number| format!("{number}\n")).collect();
    assert_eq!(text_of(&updates, "stdout"), expected);
    assert!(updates.iter().filter(|(key, _)| key == "stdout").count() < 20);
}

#[tokio::test]
async fn a_command_is_interrupted() {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedMaster::new().await;
    let _live = LiveWorker::start(master.options(place.path()));
    let mut worker = master.accept().await;
    worker.start("1", "shell", shell(place.path(), "echo start; sleep 1000")).await.unwrap();
    let interrupt = vec![("builder_name", "b".into()), ("command_id", "1".into()), ("why", "enough".into())];
    assert_eq!(worker.ask("interrupt_command", interrupt).await, Ok(Value::Nil));
    let (updates, failure) = worker.completion("1").await;
    assert_eq!((value_of(&updates, "rc"), failure), (&(-1).into(), Value::Nil));
    let header = text_of(&updates, "header");
    assert!(header.contains("\ncommand interrupted, attempting to kill\nprocess killed by signal 9\n"), "{header}");
}

#[tokio::test]
async fn files_go_both_ways() {
    let place = tempfile::tempdir().unwrap();
    std::fs::write(place.path().join("up"), "0123456789").unwrap();
    let master = ScriptedMaster::new().await;
    let _live = LiveWorker::start(master.options(place.path()));
    let mut worker = master.accept().await;
    let path = |name: &str| Value::from(place.path().join(name).display().to_string());
    let args =
        map(vec![("path", path("up")), ("blocksize", 6.into()), ("maxsize", Value::Nil), ("keepstamp", true.into())]);
    let (updates, _) = worker.run("1", "upload_file", args).await;
    let ops: Vec<&str> = updates.iter().map(|(key, _)| key.as_str()).filter(|key| key.starts_with("update_")).collect();
    assert_eq!(
        ops,
        [
            "update_upload_file_write",
            "update_upload_file_write",
            "update_upload_file_close",
            "update_upload_file_utime"
        ]
    );
    assert_eq!(value_of(&updates, "rc"), &0.into());

    let args =
        map(vec![("path", path("down")), ("blocksize", 6.into()), ("maxsize", Value::Nil), ("mode", Value::Nil)]);
    let (updates, _) = worker.run("2", "download_file", args).await;
    assert_eq!(value_of(&updates, "rc"), &0.into());
    assert_eq!(std::fs::read(place.path().join("down")).unwrap(), b"");
}

#[tokio::test]
async fn a_lost_connection_ends_its_commands_and_is_made_again() {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedMaster::new().await;
    let live = LiveWorker::start(master.options(place.path()));
    let mut worker = master.accept().await;
    worker.start("1", "shell", shell(place.path(), "echo $$ > pid; exec sleep 1000")).await.unwrap();
    let pid = written_pid(&place.path().join("pid")).await;
    drop(worker);
    let mut worker = master.accept().await;
    assert_eq!(worker.ask("print", vec![("message", "again".into())]).await, Ok(Value::Nil));
    gone(&pid).await;
    live.shutdown.cancel();
    live.end().await.unwrap();
}

#[tokio::test]
async fn a_worker_that_nobody_wants_gives_up() {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedMaster::new().await;
    let options = WorkerOptions { maxretries: Some(2), ..master.options(place.path()) };
    let live = LiveWorker::start(options);
    master.refuse().await;
    master.refuse().await;
    let error = live.end().await.unwrap_err().to_string();
    assert!(error.contains("gave up after 2 attempts"), "{error}");
    assert!(error.contains("the master refused the name or password of worker `w1`"), "{error}");
}

/// Takes one connection, and leads it to where the client asks for.
async fn proxy(listener: tokio::net::TcpListener) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (mut client, _) = listener.accept().await.unwrap();
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(client.read_u8().await.unwrap());
    }
    let request = String::from_utf8(request).unwrap();
    let target = request.split(' ').nth(1).unwrap().to_owned();
    let mut server = tokio::net::TcpStream::connect(&target).await.unwrap();
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
    tokio::spawn(async move {
        // The test ends both sides.
        let _ended = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    });
    request
}

#[tokio::test]
async fn a_proxy_is_asked_for_the_way() {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedMaster::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = tokio::spawn(proxy(listener));
    let options = WorkerOptions { proxy: Some(address), ..master.options(place.path()) };
    let port = options.master.port;
    let _live = LiveWorker::start(options);
    let mut worker = master.accept().await;
    assert_eq!(worker.ask("print", vec![("message", "attached".into())]).await, Ok(Value::Nil));
    assert!(asked.await.unwrap().starts_with(&format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\n")));
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named() {
    use tokio::io::AsyncWriteExt;
    let place = tempfile::tempdir().unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let master = ScriptedMaster::new().await;
    let options = WorkerOptions { proxy: Some(address), maxretries: Some(1), ..master.options(place.path()) };
    let live = LiveWorker::start(options);
    let (mut client, _) = listener.accept().await.unwrap();
    client.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").await.unwrap();
    let error = live.end().await.unwrap_err().to_string();
    assert!(error.contains("the proxy answered `HTTP/1.1 403 Forbidden`"), "{error}");
}

#[tokio::test]
async fn a_proxy_that_is_down_is_named() {
    let place = tempfile::tempdir().unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let master = ScriptedMaster::new().await;
    let proxy = Some(address.clone());
    let options = WorkerOptions { proxy, maxretries: Some(1), ..master.options(place.path()) };
    let error = LiveWorker::start(options).end().await.unwrap_err().to_string();
    assert!(error.contains(&format!("through the proxy {address}: Connection refused")), "{error}");
}
