//! [`ConfigHost`]: one generation of the configuration, loaded and callable.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use ferrobot_config::{Errors, Place, Value};
use rmpv::{Value as Packed, ValueRef};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tracing::debug;

use crate::connection::{self, OUTGOING_MAX, Pending};
use crate::decode::{self, Answer, Decoder, get};
use crate::encode::map;
use crate::package::Package;
use crate::process::{Process, Spawned, StartError, last_words};
use crate::question::{self, MasterCalls};

/// Calls that run in the host at once; further ones wait. Each has a thread there.
const CALLS_MAX: usize = 256;
/// Questions of the host that wait; each belongs to a call.
const QUESTIONS_MAX: usize = CALLS_MAX;
/// How long a configuration may take to load; some ask the network.
const LOAD_DEADLINE: Duration = Duration::from_secs(300);
/// How long Python itself may take to start, on a machine that has much else to do.
const START_DEADLINE: Duration = Duration::from_secs(60);
/// How long the host may take to say where a function is stuck.
const WHERE_DEADLINE: Duration = Duration::from_secs(2);
/// How long the host may take to end by itself.
const SHUTDOWN_DEADLINE: Duration = Duration::from_secs(3);

/// How to start a host.
#[derive(Debug, Clone)]
pub struct HostOptions {
    /// The interpreter; `None`: that of the virtual environment, else `python3`.
    pub python: Option<PathBuf>,
    /// Where the Python package is unpacked; `None`: the user's cache directory.
    pub cache_dir: Option<PathBuf>,
    /// The working directory of the configuration: the master's.
    pub working_dir: PathBuf,
    /// How long the configuration may take to load.
    pub load_deadline: Duration,
}

impl HostOptions {
    /// What does for most masters.
    #[must_use]
    pub fn in_directory(working_dir: impl Into<PathBuf>) -> HostOptions {
        HostOptions { python: None, cache_dir: None, working_dir: working_dir.into(), load_deadline: LOAD_DEADLINE }
    }
}

/// A configuration that has been run.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The document; `Value::None` when there is none.
    pub document: Value,
    /// What the configuration itself reported, and what stopped it.
    pub errors: Errors,
}

/// The process that holds one generation of the configuration.
#[derive(Debug)]
pub struct ConfigHost {
    process: Process,
    package: Package,
    outgoing: mpsc::Sender<Vec<u8>>,
    pending: Arc<Pending>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) calls: Semaphore,
    load_deadline: Duration,
}

/// What the tasks of the connection need, too.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    decoder: Mutex<Decoder>,
    pub(crate) master: OnceLock<Arc<dyn MasterCalls>>,
}

impl Shared {
    pub(crate) fn decoder(&self) -> std::sync::MutexGuard<'_, Decoder> {
        self.decoder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a request has no answer.
pub(crate) enum Unanswered {
    /// The time is over; the number of the request.
    Deadline(u64),
    /// The process is gone.
    Gone(String),
}

impl ConfigHost {
    /// Starts the interpreter and waits until it is ready.
    pub async fn start(options: HostOptions) -> Result<Arc<ConfigHost>, StartError> {
        let package = Package::unpack(options.cache_dir.as_deref()).map_err(StartError::Package)?;
        let spawned = Process::spawn(options.python.as_deref(), &package, &options.working_dir)?;
        let host = Arc::new(ConfigHost::connect(spawned, package, options.load_deadline));
        match host.request("ping", Packed::Nil, START_DEADLINE).await {
            Ok(_) => Ok(host),
            Err(Unanswered::Gone(reason)) => Err(host.process.start_error(&reason)),
            Err(Unanswered::Deadline(_)) => Err(StartError::Unusable {
                python: host.process.python.clone(),
                detail: format!("it is not ready after {} s", START_DEADLINE.as_secs()),
            }),
        }
    }

    fn connect(spawned: Spawned, package: Package, load_deadline: Duration) -> ConfigHost {
        let Spawned { process, socket, child, stderr, ended } = spawned;
        let (reader, writer) = socket.into_split();
        let (outgoing, frames) = mpsc::channel(OUTGOING_MAX);
        let (questions, asked) = mpsc::channel(QUESTIONS_MAX);
        let pending = Arc::new(Pending::default());
        let shared = Arc::new(Shared::default());
        tokio::spawn(connection::write_all(writer, frames));
        // Ends when the reader below does; the sender must not keep the writer alive.
        tokio::spawn(question::answer_all(asked, outgoing.downgrade(), Arc::clone(&shared)));
        let (tail, waiting) = (process.tail.clone(), Arc::clone(&pending));
        tokio::spawn(async move {
            let reason = connection::read_all(reader, &waiting, questions).await;
            let how = last_words(child, stderr, reason, &tail).await;
            // Its end is known before those who wait are told that no answer comes.
            ended.send_replace(Some(how));
            waiting.close();
        });
        let calls = Semaphore::new(CALLS_MAX);
        ConfigHost { process, package, outgoing, pending, shared, calls, load_deadline }
    }

    /// Lets the configuration's functions ask the master; only the first one counts.
    pub fn set_master(&self, master: Arc<dyn MasterCalls>) {
        if self.shared.master.set(master).is_err() {
            debug!("the config host has its master already");
        }
    }

    /// Runs a configuration file. Whatever goes wrong is among the errors, with its place.
    pub async fn load(&self, file: &Path, basedir: &Path) -> Loaded {
        // The host has another working directory than the caller.
        let file = &std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        let basedir = &std::path::absolute(basedir).unwrap_or_else(|_| basedir.to_owned());
        let path = |path: &Path| Packed::from(path.to_string_lossy().into_owned());
        let args = map([("file", path(file)), ("basedir", path(basedir))]);
        let in_file = Place { file: file.to_string_lossy().into_owned(), line: 0 };
        let mut loaded = Loaded::default();
        match self.request("load", args, self.load_deadline).await {
            Ok(frame) => match decode::answer(&frame) {
                Answer::Result(result) => self.read_loaded(&result, &mut loaded),
                Answer::Raised(error) => loaded.errors.error(&in_file, format!("cannot be loaded: {error}")),
            },
            Err(Unanswered::Deadline(_)) => {
                let seconds = self.load_deadline.as_secs();
                let mut message = format!("the configuration is not loaded after {seconds} s");
                let found = self.where_is_it(file, basedir).await;
                self.process.kill();
                if let Some((_, function)) = &found {
                    message.push_str(&format!(": it is still here, in {function}"));
                }
                loaded.errors.error(&found.map_or(in_file, |(place, _)| place), message);
            }
            Err(Unanswered::Gone(reason)) => loaded.errors.error(&in_file, format!("cannot be loaded: {reason}")),
        }
        loaded
    }

    fn read_loaded(&self, result: &ValueRef<'_>, loaded: &mut Loaded) {
        loaded.errors = decode::errors(result);
        if let Some(document) = get(result, "config") {
            loaded.document = self.shared.decoder().document(document);
        }
    }

    /// The user's line that Python is at, read from the stacks that it dumps.
    async fn where_is_it(&self, file: &Path, basedir: &Path) -> Option<(Place, String)> {
        self.process.dump_stacks();
        let enough = async {
            while self.process.tail.stacks().len() < 2 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            // The rest of the dump is written in one go.
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let _ = timeout(WHERE_DEADLINE, enough).await;
        let frames: Vec<_> = self.process.tail.stacks().iter().filter_map(|line| stack_frame(line)).collect();
        let is_own = |(place, _): &&(Place, String)| {
            let path = Path::new(&place.file);
            path == file || (path.starts_with(basedir) && !place.file.contains("site-packages"))
        };
        let foreign = |(place, _): &&(Place, String)| !self.package.owns(&place.file);
        frames.iter().find(is_own).or_else(|| frames.iter().find(foreign)).cloned()
    }

    /// Ends the process: politely, then not.
    pub async fn shutdown(&self) {
        // The answer may get lost in the end of the process.
        let _ = self.request("shutdown", Packed::Nil, SHUTDOWN_DEADLINE).await;
        if timeout(SHUTDOWN_DEADLINE, self.process.wait_ended()).await.is_err() {
            self.process.kill();
            self.process.wait_ended().await;
        }
    }

    /// Waits until the process has ended, and says how. A generation does not survive its process.
    pub async fn ended(&self) -> String {
        self.process.wait_ended().await
    }

    /// The process id, for the administrator.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.process.pid()
    }

    /// Sends a request and waits for the frame of its answer.
    pub(crate) async fn request(&self, name: &str, args: Packed, deadline: Duration) -> Result<Vec<u8>, Unanswered> {
        let gone = || Unanswered::Gone(self.process.ended.borrow().clone().unwrap_or_default());
        let (number, answer) = self.pending.expect().ok_or_else(gone)?;
        let mut waiting = Waiting { host: self, number, armed: true };
        let sent_and_answered = async {
            self.outgoing.send(connection::request(number, name, args)).await.map_err(|_| gone())?;
            answer.await.map_err(|_| gone())
        };
        let result = timeout(deadline, sent_and_answered).await;
        waiting.armed = false;
        result.unwrap_or_else(|_| {
            self.pending.forget(number);
            Err(Unanswered::Deadline(number))
        })
    }

    /// Gives up a call whose time is over. Returns the user's line that it is at, where Python can tell.
    pub(crate) async fn abandon(&self, number: u64) -> Option<String> {
        let args = map([("id", number.into())]);
        let frame = self.request("abandon", args, WHERE_DEADLINE).await.ok()?;
        match decode::answer(&frame) {
            Answer::Result(ValueRef::String(place)) => place.into_str().map(str::to_owned),
            Answer::Result(_) | Answer::Raised(_) => None,
        }
    }
}

/// Tells the host when nobody waits for an answer any more, because the future was dropped.
struct Waiting<'a> {
    host: &'a ConfigHost,
    number: u64,
    armed: bool,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.armed && self.host.pending.forget(self.number) {
            // Number 0 is nobody's: its answer is dropped. A full queue only makes the call run to its end.
            let frame = connection::request(0, "abandon", map([("id", self.number.into())]));
            let _ = self.host.outgoing.try_send(frame);
        }
    }
}

impl Drop for ConfigHost {
    fn drop(&mut self) {
        self.process.kill();
    }
}

/// A line of a stack dump: `  File "master.cfg", line 7 in spin`.
fn stack_frame(line: &str) -> Option<(Place, String)> {
    let (file, rest) = line.strip_prefix("  File \"")?.rsplit_once("\", line ")?;
    let (line, function) = rest.split_once(" in ")?;
    Some((Place { file: file.to_owned(), line: line.parse().ok()? }, function.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_stack_dump() {
        let place = |file: &str, line| Place { file: file.to_owned(), line };
        let cases = [
            ("  File \"/a/b.cfg\", line 7 in spin", Some((place("/a/b.cfg", 7), "spin"))),
            ("  File \"/a\", line 3 in x\", line 12 in <module>", Some((place("/a\", line 3 in x", 12), "<module>"))),
            ("Thread 0x1 (most recent call first):", None),
            ("  File \"x\", line y in z", None),
        ];
        for (line, expected) in cases {
            assert_eq!(stack_frame(line), expected.map(|(place, name)| (place, name.to_owned())));
        }
    }
}
