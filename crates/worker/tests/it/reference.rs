//! A real Buildbot master and this worker, when there is one: `FERROBOT_REFERENCE` names the directory with its programs.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A Python program starts within this time on any machine.
const DEADLINE: Duration = Duration::from_secs(120);

const CONFIG: &str = r#"
from buildbot.plugins import *
c = BuildmasterConfig = {}
c['workers'] = [worker.Worker('w1', 'pw')]
c['protocols'] = {PROTOCOL}
c['www'] = {'port': 'tcp:WWW_PORT:interface=127.0.0.1'}
c['db'] = {'db_url': 'sqlite:///state.sqlite'}
c['buildbotNetUsageData'] = None
f = util.BuildFactory()
f.addStep(steps.ShellCommand(name='hello', command=['sh', '-c', 'echo hello; printf "a\\rb\\n"; echo oops >&2']))
f.addStep(steps.MakeDirectory(dir='build/made/deep'))
f.addStep(steps.ShellCommand(name='made', command=['test', '-d', 'made/deep']))
f.addStep(steps.ShellCommand(name='file', command='echo content > up.txt; mkdir -p tree/sub; echo x > tree/sub/f'))
f.addStep(steps.FileUpload(workersrc='up.txt', masterdest='up.out'))
if 'pb' in c['protocols']:
    # A 4.3.0 master sends nothing but empty files over MessagePack, to stock workers too.
    f.addStep(steps.FileDownload(mastersrc='up.out', workerdest='down.txt'))
    f.addStep(steps.ShellCommand(name='down', command=['cmp', 'up.txt', 'down.txt']))
f.addStep(steps.DirectoryUpload(workersrc='tree', masterdest='tree.out', compress='gz'))
f.addStep(steps.CopyDirectory(src='build/tree', dest='build/tree2'))
f.addStep(steps.RemoveDirectory(dir='build/tree'))
f.addStep(steps.ShellCommand(name='gone', command='test ! -e tree -a -e tree2/sub/f'))
f.addStep(steps.ShellCommand(name='slow', command='sleep 100', timeout=1, flunkOnFailure=False, haltOnFailure=False))
f.addStep(steps.ShellCommand(name='last', command=['false'], flunkOnFailure=False))
c['builders'] = [util.BuilderConfig(name='b1', workernames=['w1'], factory=f)]
c['schedulers'] = [schedulers.ForceScheduler(name='force', builderNames=['b1'])]
"#;

/// A process that is killed at the end of the test, whatever happens.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _gone = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn spawn(program: &Path, args: &[&str]) -> Running {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Running(command.spawn().unwrap())
}

/// One HTTP request; the body of the answer.
fn http(port: u16, method: &str, path: &str, body: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer.split_once("\r\n\r\n")?.1.to_owned())
}

/// Asks until the answer is as wanted.
fn wait_for<T>(port: u16, path: &str, wanted: impl Fn(&serde_json::Value) -> Option<T>) -> T {
    let end = Instant::now() + DEADLINE;
    let (sleeper, never) = std::sync::mpsc::channel::<()>();
    loop {
        let answer = http(port, "GET", path, "").and_then(|body| serde_json::from_str(&body).ok());
        if let Some(found) = answer.as_ref().and_then(&wanted) {
            drop(sleeper);
            return found;
        }
        assert!(Instant::now() < end, "{path} never became what it should: {answer:?}");
        let _timed_out = never.recv_timeout(Duration::from_millis(200));
    }
}

#[test]
fn builds_of_a_real_master_end_well() {
    build("msgpack_experimental_v7", "PORT");
}

#[test]
fn builds_over_perspective_broker_end_well() {
    build("pb", "'tcp:PORT:interface=127.0.0.1'");
}

/// One build of a real master over this protocol, whose port is configured by this text.
fn build(protocol: &str, port_text: &str) {
    let Some(programs) = std::env::var_os("FERROBOT_REFERENCE").map(PathBuf::from) else {
        eprintln!("skipped: FERROBOT_REFERENCE does not name the directory with a real `buildbot`");
        return;
    };
    let place = tempfile::tempdir().unwrap();
    let (port, www) = (free_port(), free_port());
    let master = place.path().join("master");
    let created = Command::new(programs.join("buildbot")).arg("create-master").arg("-q").arg(&master).status().unwrap();
    assert!(created.success());
    let protocols = format!("'{protocol}': {{'port': {}}}", port_text.replace("PORT", &port.to_string()));
    let config = CONFIG.replace("PROTOCOL", &protocols).replace("WWW_PORT", &www.to_string());
    std::fs::write(master.join("master.cfg"), config).unwrap();
    let _master = spawn(&programs.join("buildbot"), &["start", "--nodaemon", master.to_str().unwrap()]);
    wait_for(www, "/api/v2/masters", |answer| answer["masters"][0]["active"].as_bool().filter(|active| *active));

    let program = Path::new(env!("CARGO_BIN_EXE_ferrobot-worker"));
    let worker = place.path().join("w1");
    let address = format!("127.0.0.1:{port}");
    let created = Command::new(program)
        .args(["create-worker", "-q", "--protocol", protocol, worker.to_str().unwrap(), &address, "w1", "pw"])
        .status()
        .unwrap();
    assert!(created.success());
    let _worker = spawn(program, &["start", "--nodaemon", worker.to_str().unwrap()]);
    wait_for(www, "/api/v2/workers", |answer| answer["workers"][0]["connected_to"].as_array()?.first().map(|_| ()));

    let force = r#"{"id":1,"jsonrpc":"2.0","method":"force","params":{}}"#;
    http(www, "POST", "/api/v2/forceschedulers/force", force).unwrap();
    wait_for(www, "/api/v2/builds/1", |answer| answer["builds"][0]["complete"].as_bool().filter(|complete| *complete));
    let steps: Vec<(String, i64)> = wait_for(www, "/api/v2/builds/1/steps?order=number", |answer| {
        let steps = answer["steps"].as_array()?;
        steps.iter().map(|step| Some((step["name"].as_str()?.to_owned(), step["results"].as_i64()?))).collect()
    });
    let failed: Vec<&str> = steps.iter().filter(|(_, results)| *results != 0).map(|(name, _)| name.as_str()).collect();
    assert_eq!(failed, ["slow", "last"], "{steps:?}");
    assert_eq!(std::fs::read_to_string(master.join("up.out")).unwrap(), "content\n");
    assert_eq!(std::fs::read_to_string(master.join("tree.out/sub/f")).unwrap(), "x\n");
    let log = http(www, "GET", "/api/v2/builds/1/steps/hello/logs/stdio/raw_inline", "").unwrap();
    for line in ["hello\n", "a\nb\n", "oops\n", " using PTY: False\n", "program finished with exit code 0\n"] {
        assert!(log.contains(line), "{log}");
    }
}
