//! One simulated worker over Perspective Broker: logs in, describes itself, and answers commands as
//! the others do, their output in one piece after the other.

use std::collections::HashMap;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ferrobot_wire::pb::login::response;
use ferrobot_wire::pb::{Broker, Call, Failure, Incoming, Target, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, Notify};
use tokio::time::Instant;

use crate::messages::{header_text, LogGen, COMMANDS, ENV};
use crate::worker::{Error, Kind, Progress, Shared};
use swarm::stats::now_us;

/// Bytes of output in one update, as a real worker buffers it.
const CHUNK_BYTES: u64 = 64 * 1024;

struct Conn<'a> {
    shared: &'a Arc<Shared>,
    name: &'a str,
    progress: Progress,
    state: Mutex<State>,
    /// There is something to write.
    more: Notify,
    /// Commands that end later, and when.
    sleeping: mpsc::UnboundedSender<(Instant, Job)>,
}

struct State {
    broker: Broker,
    /// What waits for an answer, and since when.
    pending: HashMap<i64, (Asked, u64)>,
    /// The worker's own object.
    mind: i64,
    /// What the master lets a worker call, once it is logged in.
    perspective: Option<i64>,
}

enum Asked {
    Challenge,
    Login,
    Plain(Kind),
    /// Output is sent until none remains, each piece when the one before was taken.
    Output(Job),
}

struct Job {
    reporter: i64,
    shell: bool,
    remaining: u64,
    sleep: Duration,
}

pub async fn session(shared: &Arc<Shared>, name: &str, floods: bool) -> Result<(), Error> {
    let stats = &shared.stats;
    let permit = shared.handshakes.acquire().await?;
    let started = now_us();
    let stream = TcpStream::connect(&shared.addr).await.inspect_err(|_| {
        stats.connect_failures.fetch_add(1, Relaxed);
    })?;
    stream.set_nodelay(true)?;
    stats.connected.fetch_add(1, Relaxed);
    let mut broker = Broker::client();
    let mind = broker.export()?.0;
    let (sleeping, mut sleepers) = mpsc::unbounded_channel();
    let conn = Conn {
        shared,
        name,
        progress: Progress::new(started, floods),
        state: Mutex::new(State { broker, pending: HashMap::new(), mind, perspective: None }),
        more: Notify::new(),
        sleeping,
    };
    let (mut reader, mut writer) = stream.into_split();
    let mut permit = Some(permit);
    let read = async {
        let mut buffer = vec![0; 4096];
        loop {
            let length = reader.read(&mut buffer).await?;
            if length == 0 {
                return Err("the master closed the connection".into());
            }
            conn.received(&buffer[..length])?;
            if conn.state.lock().unwrap().perspective.is_some() {
                permit = None;
            }
        }
    };
    let write = async {
        loop {
            let output = conn.state.lock().unwrap().broker.take_output();
            if output.is_empty() {
                conn.more.notified().await;
            } else {
                writer.write_all(&output).await?;
            }
        }
    };
    let ping = conn.progress.ping(shared, || conn.state.lock().unwrap().keepalive(&conn.more));
    let wake = async {
        // One after the other: a worker has one command at a time.
        while let Some((until, job)) = sleepers.recv().await {
            tokio::time::sleep_until(until).await;
            conn.report(&mut conn.state.lock().unwrap(), job)?;
            conn.more.notify_one();
        }
        Ok(())
    };
    let result: Result<(), Error> =
        tokio::select! { r = read => r, r = write => r, r = wake => r, () = ping => Ok(()) };
    conn.progress.disconnected(stats);
    result
}

impl Conn<'_> {
    fn received(&self, bytes: &[u8]) -> Result<(), Error> {
        let mut state = self.state.lock().unwrap();
        state.broker.feed(bytes)?;
        while let Some(incoming) = state.broker.poll() {
            self.shared.stats.messages_in.fetch_add(1, Relaxed);
            match incoming {
                Incoming::Ready => {
                    let root = Target::Name("root".into());
                    state.call(Asked::Challenge, &root, "login", vec![self.name.into()])?;
                }
                Incoming::Answer { request, result } => {
                    let result = result.map_err(|e| format!("master refused: {e}"))?;
                    let Some((asked, sent)) = state.pending.remove(&request) else { continue };
                    self.answered(&mut state, asked, sent, &result)?;
                }
                Incoming::Call(call) => match self.called(&mut state, &call) {
                    Ok(value) => state.broker.answer(call.request, &value),
                    Err(failure) => state.broker.fail(call.request, &failure),
                },
                Incoming::Released(_) => {}
            }
        }
        self.more.notify_one();
        Ok(())
    }

    fn answered(&self, state: &mut State, asked: Asked, sent: u64, result: &Value) -> Result<(), Error> {
        match (asked, result) {
            (Asked::Challenge, Value::Tuple(parts)) => {
                let [Value::Bytes(challenge), Value::Theirs(challenger)] = &parts[..] else {
                    return Err("the challenge is none".into());
                };
                let answer = response(self.shared.password.as_bytes(), challenge).to_vec();
                let args = vec![Value::Bytes(answer.into()), Value::Ours(state.mind)];
                state.call(Asked::Login, &Target::Id(*challenger), "respond", args)
            }
            (Asked::Login, Value::Theirs(perspective)) => {
                state.perspective = Some(*perspective);
                for _ in 0..self.progress.attached(&self.shared.stats) {
                    state.keepalive(&self.more);
                }
                Ok(())
            }
            (Asked::Challenge | Asked::Login, other) => Err(format!("odd answer {other:?}").into()),
            (Asked::Plain(kind), _) => {
                if self.progress.answered(&self.shared.stats, kind, sent) {
                    state.keepalive(&self.more);
                }
                Ok(())
            }
            (Asked::Output(job), _) => {
                self.progress.answered(&self.shared.stats, Kind::Update, sent);
                self.report(state, job)
            }
        }
    }

    fn called(&self, state: &mut State, call: &Call) -> Result<Value, Failure> {
        match call.method.as_str() {
            "print" | "startBuild" | "interruptCommand" => Ok(Value::None),
            "getWorkerInfo" => Ok(self.info()),
            "setBuilderList" => {
                let builders = call.args.first().and_then(Value::as_sequence).unwrap_or_default();
                let names = builders.iter().filter_map(|b| b.as_sequence()?.first()?.as_text());
                let entry = |name: &str| Some((name.into(), Value::Ours(state.broker.export().ok()?.0)));
                Ok(Value::Dict(names.filter_map(entry).collect()))
            }
            "startCommand" => self.start(state, call).map_err(|e| Failure::new("Exception", e.to_string())),
            other => Err(Failure::no_such_method(other)),
        }
    }

    fn info(&self) -> Value {
        let texts = |entries: Vec<(&str, &str)>| {
            Value::Dict(entries.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
        };
        Value::dict([
            ("admin", "bench <bench@localhost>\n".into()),
            ("host", self.name.into()),
            ("system", "posix".into()),
            ("basedir", format!("{}/{}", self.shared.basedir, self.name).as_str().into()),
            ("version", "4.3.0".into()),
            ("numcpus", Value::Integer(1)),
            ("delete_leftover_dirs", Value::Integer(0)),
            ("environ", texts(ENV.to_vec())),
            ("worker_commands", texts(COMMANDS.iter().map(|c| (*c, "3.3")).collect())),
        ])
    }

    fn start(&self, state: &mut State, call: &Call) -> Result<Value, Error> {
        let [Value::Theirs(reporter), id, command, args] = &call.args[..] else {
            return Err("odd arguments".into());
        };
        let shell = command.as_text() == Some("shell");
        self.shared.stats.commands.fetch_add(1, Relaxed);
        let words = args.get("command").and_then(Value::as_sequence).unwrap_or_default();
        let words: Vec<&str> = words.iter().filter_map(Value::as_text).collect();
        let mut job = Job { reporter: *reporter, shell, remaining: 0, sleep: Duration::ZERO };
        if shell {
            self.progress.attached(&self.shared.stats);
            self.progress.shell_started(self.shared, self.name, id.as_text().unwrap_or_default());
            match words[..] {
                ["bench-emit", bytes, ..] => job.remaining = bytes.parse()?,
                ["bench-sleep", seconds, ..] => job.sleep = Duration::from_secs_f64(seconds.parse()?),
                _ => job.remaining = self.shared.emit_bytes,
            }
        }
        let header = header_text("/bench", &words.join(" "));
        state.update(Asked::Output(job), *reporter, "header", header.as_str().into())?;
        Ok(Value::None)
    }

    /// Sends the next piece of a command's output, or its end.
    fn report(&self, state: &mut State, mut job: Job) -> Result<(), Error> {
        let reporter = job.reporter;
        if !job.sleep.is_zero() {
            let until = Instant::now() + std::mem::take(&mut job.sleep);
            return Ok(self.sleeping.send((until, job))?);
        }
        if job.remaining == 0 {
            state.update(Asked::Plain(Kind::Update), reporter, "rc", Value::Integer(0))?;
            let asked = Asked::Plain(Kind::Complete { shell: job.shell });
            return state.call(asked, &Target::Id(reporter), "complete", vec![Value::None]);
        }
        let mut lines = LogGen::new(job.remaining);
        let mut text = String::new();
        while (text.len() as u64) < job.remaining.min(CHUNK_BYTES) {
            text.push_str(&lines.line(self.shared.line_len));
        }
        job.remaining = job.remaining.saturating_sub(text.len() as u64);
        self.shared.stats.log_bytes.fetch_add(text.len() as u64, Relaxed);
        state.update(Asked::Output(job), reporter, "stdout", text.as_str().into())
    }
}

impl State {
    fn call(&mut self, asked: Asked, target: &Target, method: &str, args: Vec<Value>) -> Result<(), Error> {
        let request = self.broker.call(target, method, args, Vec::new())?;
        self.pending.insert(request, (asked, now_us()));
        Ok(())
    }

    fn update(&mut self, asked: Asked, reporter: i64, key: &str, value: Value) -> Result<(), Error> {
        let pair = Value::List(vec![Value::dict([(key, value)]), Value::Integer(0)]);
        self.call(asked, &Target::Id(reporter), "update", vec![Value::List(vec![pair])])
    }

    fn keepalive(&mut self, more: &Notify) {
        let Some(perspective) = self.perspective else { return };
        let asked = Asked::Plain(Kind::Keepalive);
        // Too many at once: the answers to those before bring the next.
        let _ = self.call(asked, &Target::Id(perspective), "keepalive", Vec::new());
        more.notify_one();
    }
}
