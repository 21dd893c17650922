//! The command line of `buildbot-worker`: `create-worker`, `start`, `stop`, `restart`, with its options, messages and
//! exit codes.

mod options;

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::create::{self, TacSettings};
use crate::daemon::{self, DaemonError, Start, Stopped};
use crate::info::BUILDBOT_VERSION;
use crate::runner::normalise;

use options::{Parsed, Spec, parse};

/// How this program was called.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// Its name, for messages.
    pub program: String,
    /// What a new process has to be called with in front of the verb: its name, and for a program with several roles
    /// the words that choose this one.
    pub prefix: Vec<OsString>,
}

/// Why nothing was done.
enum Refusal {
    /// The command line is wrong; the usage of the verb follows.
    Usage(String),
    Failed(String),
}

const CREATE: Spec = Spec {
    verb: "create-worker",
    synopsis: "[options] <basedir> <master> <name> <passwd>",
    flags: &[
        ("force", Some('f'), "Accepted; a directory that exists is completed, and its files are kept, in any case"),
        ("relocatable", Some('r'), "Write a buildbot.tac that works wherever the directory is moved to"),
        ("no-logrotate", Some('n'), "Leave the rotation of logs to others"),
        ("quiet", Some('q'), "Say nothing"),
        ("use-tls", None, "Speak TLS with the master"),
        ("delete-leftover-dirs", None, "Remove directories of builders that the master no longer has"),
    ],
    values: &[
        ("keepalive", Some('k'), Some("600"), "Seconds between signs of life to the master"),
        ("umask", None, Some("None"), "Permissions that new files do not get, for example 0o22"),
        ("maxdelay", None, Some("300"), "Longest time between attempts to connect, in seconds"),
        ("maxretries", None, Some("None"), "End after so many attempts to connect"),
        ("numcpus", None, Some("None"), "Number of processors for a build"),
        ("log-size", Some('s'), Some("10000000"), "Size at which twistd.log is put aside"),
        ("log-count", Some('l'), Some("10"), "Number of old logs that are kept (None: all)"),
        ("allow-shutdown", Some('a'), None, "The worker may be asked to finish, by 'signal' or by 'file'"),
        ("protocol", None, Some("pb"), "Protocol spoken with the master: pb or msgpack_experimental_v7"),
        ("connection-string", None, None, "Endpoint of the master, in place of host and port"),
        ("proxy-connection-string", None, None, "HTTP proxy to go through, for example http://host:8080"),
    ],
    help: "Makes a worker's directory with its buildbot.tac. <master> is host[:port], an IPv6 address in brackets; the port \
           is 9989 unless given. Name and password are those of the master's configuration.",
};

const QUIET: (&str, Option<char>, &str) = ("quiet", Some('q'), "Say nothing");
const NODAEMON: (&str, Option<char>, &str) = ("nodaemon", None, "Stay in the foreground");
const IN_DIRECTORY: &str = "Works on <basedir>, or on the current directory.";

const START: Spec =
    Spec { verb: "start", synopsis: "[<basedir>]", flags: &[QUIET, NODAEMON], values: &[], help: IN_DIRECTORY };
const STOP: Spec = Spec { verb: "stop", synopsis: "[<basedir>]", flags: &[QUIET], values: &[], help: IN_DIRECTORY };
const RESTART: Spec =
    Spec { verb: "restart", synopsis: "[<basedir>]", flags: &[QUIET, NODAEMON], values: &[], help: IN_DIRECTORY };

/// Runs one command line (without the program's name) and returns the exit code.
pub fn run(invocation: &Invocation, args: &[String], out: &mut dyn Write) -> i32 {
    let result = match args.iter().position(|arg| !arg.starts_with('-')) {
        Some(at) => run_verb(invocation, &args[at], &args[at + 1..], out),
        None => run_without_verb(invocation, args, out),
    };
    let _terminal_gone = out.flush();
    result
}

fn run_without_verb(invocation: &Invocation, args: &[String], out: &mut dyn Write) -> i32 {
    if args.iter().any(|arg| arg == "--version") {
        say(out, &format!("worker version: {BUILDBOT_VERSION} (ferrobot {})", env!("CARGO_PKG_VERSION")));
        return 0;
    }
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        say(out, &overview(invocation));
        return 0;
    }
    let program = &invocation.program;
    say(out, &format!("{program}:  must specify a command\n\n{}", overview(invocation)));
    1
}

fn overview(invocation: &Invocation) -> String {
    let program = Path::new(&invocation.program).file_name().unwrap_or_default().to_string_lossy();
    format!(
        "Usage:    {program} <command> [command options]\nCommands:\n    create-worker      Make a worker's directory\n    \
         restart            Restart a worker\n    start              Start a worker\n    stop               Stop a worker\n"
    )
}

fn run_verb(invocation: &Invocation, verb: &str, args: &[String], out: &mut dyn Write) -> i32 {
    let spec = match verb {
        "create-worker" => &CREATE,
        "start" => &START,
        "stop" => &STOP,
        "restart" => &RESTART,
        _ => {
            let program = &invocation.program;
            say(out, &format!("{program}:  Unknown command: {verb}\n\n{}", overview(invocation)));
            return 1;
        }
    };
    let done = parse(spec, args).map_err(Refusal::Usage).and_then(|parsed| {
        if parsed.flag("help") {
            say(out, &spec.usage(&invocation.program));
            return Ok(());
        }
        match verb {
            "create-worker" => create_worker(&parsed, out),
            "start" => start(invocation, &parsed, out),
            "stop" => stop(&parsed, "worker not running", out),
            _ => restart(invocation, &parsed, out),
        }
    });
    match done {
        Ok(()) => 0,
        Err(Refusal::Usage(message)) => {
            say(out, &format!("{}:  {message}\n\n{}", invocation.program, spec.usage(&invocation.program)));
            1
        }
        Err(Refusal::Failed(message)) => {
            say(out, &message);
            1
        }
    }
}

fn say(out: &mut dyn Write, text: &str) {
    let _terminal_gone = writeln!(out, "{text}");
}

impl From<DaemonError> for Refusal {
    fn from(error: DaemonError) -> Refusal {
        Refusal::Failed(error.to_string())
    }
}

fn create_worker(parsed: &Parsed, out: &mut dyn Write) -> Result<(), Refusal> {
    let [directory, master, name, password] = parsed.arguments.as_slice() else {
        return Err(Refusal::Usage("incorrect number of arguments".to_owned()));
    };
    let (host, port) = split_master(master)?;
    let numbers = Numbers::read(parsed)?;
    let allow_shutdown = parsed.value("allow-shutdown");
    if allow_shutdown.is_some_and(|how| how != "signal" && how != "file") {
        return Err(Refusal::Usage("allow-shutdown needs to be one of 'signal' or 'file'".to_owned()));
    }
    let directory = absolute(directory)?;
    let basedir = directory.to_string_lossy();
    let tac = create::tac_text(&TacSettings {
        basedir: &basedir,
        host: &host,
        port,
        name,
        password,
        umask: numbers.umask,
        numcpus: numbers.numcpus,
        maxretries: numbers.maxretries,
        allow_shutdown,
        protocol: parsed.value("protocol").unwrap_or("pb"),
        use_tls: parsed.flag("use-tls"),
        delete_leftover_dirs: parsed.flag("delete-leftover-dirs"),
        connection_string: parsed.value("connection-string"),
        proxy: parsed.value("proxy-connection-string"),
        relocatable: parsed.flag("relocatable"),
        rotate: !parsed.flag("no-logrotate"),
        log_size: &numbers.log_size,
        log_count: numbers.log_count,
        keepalive: &numbers.keepalive,
        maxdelay: &numbers.maxdelay,
    });
    let mut silence = std::io::sink();
    let progress: &mut dyn Write = if parsed.flag("quiet") { &mut silence } else { out };
    create::create(&directory, &tac, progress)
        .map_err(|error| Refusal::Failed(format!("{error}\nfailed to configure worker in {}", directory.display())))
}

fn absolute(directory: &str) -> Result<PathBuf, Refusal> {
    let expanded = match directory.strip_prefix("~/") {
        Some(rest) => PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(rest),
        None => PathBuf::from(directory),
    };
    // No name at all is the current directory.
    let given = if expanded.as_os_str().is_empty() { PathBuf::from(".") } else { expanded };
    let found = std::path::absolute(&given);
    let found = found.map_err(|error| Refusal::Failed(format!("cannot find {}: {error}", given.display())))?;
    Ok(normalise(&found))
}

/// `host`, `host:port`, `[address]:port`
fn split_master(master: &str) -> Result<(String, u32), Refusal> {
    let refuse = |message: String| Err(Refusal::Usage(message));
    if master.starts_with("http:") {
        return refuse("<master> is not a URL - do not use URL".to_owned());
    }
    let (host, port) = match master.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, rest)) => (host, rest.strip_prefix(':')),
        None if master.matches(':').count() > 1 || master.starts_with('[') => {
            return refuse(format!(
                "invalid <master> argument '{master}', if it is an ipv6 address, it must be enclosed by []"
            ));
        }
        None => master.split_once(':').map_or((master, None), |(host, port)| (host, Some(port))),
    };
    if host.is_empty() {
        return refuse(format!("invalid <master> argument '{master}'"));
    }
    match port {
        None => Ok((host.to_owned(), 9989)),
        Some(port) => match port.parse() {
            Ok(port) => Ok((host.to_owned(), port)),
            Err(_) => refuse(format!("invalid master port '{port}', needs to be a number")),
        },
    }
}

/// The numbers among the options of `create-worker`.
struct Numbers<'a> {
    keepalive: String,
    maxdelay: String,
    log_size: String,
    umask: &'a str,
    log_count: &'a str,
    maxretries: &'a str,
    numcpus: &'a str,
}

impl Numbers<'_> {
    fn read(parsed: &Parsed) -> Result<Numbers<'_>, Refusal> {
        Ok(Numbers {
            keepalive: whole_number(parsed, "keepalive")?,
            maxdelay: whole_number(parsed, "maxdelay")?,
            log_size: whole_number(parsed, "log-size")?,
            umask: number_or_none(parsed, "umask")?,
            log_count: number_or_none(parsed, "log-count")?,
            maxretries: number_or_none(parsed, "maxretries")?,
            numcpus: number_or_none(parsed, "numcpus")?,
        })
    }
}

/// A number that has to be there, without sign and zeros that say nothing.
fn whole_number(parsed: &Parsed, name: &str) -> Result<String, Refusal> {
    let text = parsed.value(name).unwrap_or_default().trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::Usage(format!("{name} parameter needs to be a number")));
    }
    let digits = digits.trim_start_matches('0');
    Ok(if digits.is_empty() { "0".to_owned() } else { format!("{sign}{digits}") })
}

/// A number that goes into the file as it is, so that it has to be one of Python: decimal, or octal with its mark.
fn number_or_none<'a>(parsed: &'a Parsed, name: &str) -> Result<&'a str, Refusal> {
    let text = parsed.value(name).unwrap_or("None");
    let is = |digits: &str, allowed: fn(&u8) -> bool| !digits.is_empty() && digits.as_bytes().iter().all(allowed);
    let fits = match text.strip_prefix("0o") {
        Some(octal) => is(octal, |digit| (b'0'..=b'7').contains(digit)),
        None => text == "None" || text == "0" || !text.starts_with('0') && is(text, u8::is_ascii_digit),
    };
    if fits { Ok(text) } else { Err(Refusal::Usage(format!("{name} parameter needs to be a number or None"))) }
}

fn directory_of(parsed: &Parsed) -> Result<PathBuf, Refusal> {
    match parsed.arguments.as_slice() {
        [] => absolute("."),
        [directory] => absolute(directory),
        _ => Err(Refusal::Usage("I wasn't expecting so many arguments".to_owned())),
    }
}

fn in_runtime<T>(future: impl Future<Output = Result<T, DaemonError>>) -> Result<T, Refusal> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Refusal::Failed(format!("cannot start the runtime: {error}")))?;
    Ok(runtime.block_on(future)?)
}

fn start(invocation: &Invocation, parsed: &Parsed, out: &mut dyn Write) -> Result<(), Refusal> {
    let directory = directory_of(parsed)?;
    if parsed.flag("nodaemon") {
        return Ok(daemon::run_foreground(&directory)?);
    }
    let mut foreground = invocation.prefix.clone();
    foreground.extend(["start".into(), "--nodaemon".into(), directory.clone().into_os_string()]);
    let request = Start { directory: &directory, quiet: parsed.flag("quiet"), foreground: &foreground };
    in_runtime(daemon::start(&request, out))
}

/// Ends the worker; `absent` is what is said when there is none.
fn stop(parsed: &Parsed, absent: &str, out: &mut dyn Write) -> Result<(), Refusal> {
    let stopped = in_runtime(daemon::stop(&directory_of(parsed)?))?;
    if !parsed.flag("quiet") {
        match stopped {
            Stopped::Process(pid) => say(out, &format!("worker process {pid} is dead")),
            Stopped::NotRunning => say(out, absent),
        }
    }
    Ok(())
}

fn restart(invocation: &Invocation, parsed: &Parsed, out: &mut dyn Write) -> Result<(), Refusal> {
    stop(parsed, "no old worker process found to stop", out)?;
    if !parsed.flag("quiet") {
        say(out, "now restarting worker process..");
    }
    start(invocation, parsed, out)
}

#[cfg(test)]
mod tests;
