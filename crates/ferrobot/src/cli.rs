//! The command line: verbs and options as Buildbot 4.3 has them (manual section "Command-line Tool").

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use ferrobot_model::span_of;

/// The version of Buildbot whose behaviour this program has.
pub(crate) const BUILDBOT_VERSION: &str = "4.3.0";

/// The command line of the master's program.
#[derive(Debug, Parser)]
#[command(name = "ferrobot", about = "A continuous integration master and worker, compatible with Buildbot")]
#[command(disable_version_flag = true, subcommand_required = true, infer_long_args = true)]
struct Program {
    #[command(subcommand)]
    verb: Verb,
    /// Show on standard error what the verb logs
    #[arg(long)]
    verbose: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(crate) enum Verb {
    /// Create and populate a directory for a new buildmaster
    CreateMaster(CreateMaster),
    /// Upgrade an existing buildmaster directory for the current version
    UpgradeMaster(UpgradeMaster),
    /// Start a buildmaster
    Start(Start),
    /// Stop a buildmaster
    Stop(Stop),
    /// Restart a buildmaster
    Restart(Restart),
    /// SIGHUP a buildmaster to make it re-read the config file
    #[command(visible_alias = "sighup")]
    Reconfig(Reconfig),
    /// Test the validity of a master.cfg config file
    Checkconfig(Checkconfig),
    /// Send a change to the buildmaster
    Sendchange(Box<Sendchange>),
    /// Run a build with your local changes
    Try(OtherVerb),
    /// Buildmaster-side 'try' support function, not for users
    Tryserver(Tryserver),
    /// Manage users in buildbot's database
    User(OtherVerb),
    /// Clean up the database
    Cleanupdb(OtherVerb),
    /// Copy the database
    CopyDb(OtherVerb),
    /// Output data api spec
    Dataspec(OtherVerb),
    /// The worker: create, start, stop, restart
    Worker(WorkerWords),
    /// Make a master, a worker and a configuration, and build a git repository
    Demo(Demo),
    /// Print a generated file of the project
    #[command(hide = true)]
    Generate(Generate),
}

/// `create-master`
#[derive(Debug, Args)]
pub(crate) struct CreateMaster {
    /// Do not say what is done
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Re-use an existing directory (will not overwrite master.cfg file)
    #[arg(short, long)]
    pub(crate) force: bool,
    /// Create a relocatable buildbot.tac
    #[arg(short, long)]
    pub(crate) relocatable: bool,
    /// Accepted for compatibility; does nothing
    #[arg(short, long)]
    pub(crate) develop: bool,
    /// Do not permit buildmaster rotate logs by itself
    #[arg(short = 'n', long)]
    pub(crate) no_logrotate: bool,
    /// Name of the buildmaster config file
    #[arg(short, long, default_value = "master.cfg")]
    pub(crate) config: String,
    /// Size in bytes at which to rotate log files
    #[arg(short = 's', long, default_value_t = 10_000_000)]
    pub(crate) log_size: u64,
    /// Limit the number of kept old log files; None keeps all
    #[arg(short = 'l', long, default_value = "10", value_parser = count_or_none)]
    pub(crate) log_count: Limit,
    /// Which database to use
    #[arg(long, default_value = "sqlite:///state.sqlite")]
    pub(crate) db: String,
    /// The new directory
    #[arg(default_value = ".")]
    pub(crate) basedir: PathBuf,
}

/// A number or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit(pub(crate) Option<u64>);

fn count_or_none(text: &str) -> Result<Limit, String> {
    if text == "None" {
        return Ok(Limit(None));
    }
    text.parse().map(|count| Limit(Some(count))).map_err(|_| "must be a number or None".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.parse().map_err(|_| "must be a number of seconds".to_owned())?;
    span_of(number).map_err(|error| error.to_string())
}

/// `upgrade-master`
#[derive(Debug, Args)]
pub(crate) struct UpgradeMaster {
    /// Do not say what is done
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Accepted for compatibility; does nothing
    #[arg(short, long)]
    pub(crate) develop: bool,
    /// Accepted for compatibility: master.cfg.sample is brought up to date in any case
    #[arg(short, long)]
    pub(crate) replace: bool,
    /// The master's directory
    #[arg(default_value = ".")]
    pub(crate) basedir: PathBuf,
}

/// `start`
#[derive(Debug, Args)]
pub(crate) struct Start {
    /// Don't display startup log messages
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Don't daemonize (stay in foreground)
    #[arg(long)]
    pub(crate) nodaemon: bool,
    /// Seconds to wait for the master to start until it counts as failed
    #[arg(long = "start_timeout", alias = "start-timeout", env = "START_TIMEOUT", value_parser = seconds)]
    pub(crate) start_timeout: Option<Duration>,
    /// The master's directory
    #[arg(default_value = ".")]
    pub(crate) basedir: PathBuf,
}

/// `stop`
#[derive(Debug, Args)]
pub(crate) struct Stop {
    /// Do not say what is done
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Let running builds finish first
    #[arg(short, long)]
    pub(crate) clean: bool,
    /// Don't wait for complete master shutdown
    #[arg(long)]
    pub(crate) no_wait: bool,
    /// The master's directory
    #[arg(default_value = ".")]
    pub(crate) basedir: PathBuf,
}

/// `restart`
#[derive(Debug, Args)]
pub(crate) struct Restart {
    /// Don't display startup log messages
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Don't daemonize (stay in foreground)
    #[arg(long)]
    pub(crate) nodaemon: bool,
    /// Let running builds finish first
    #[arg(short, long)]
    pub(crate) clean: bool,
    /// Seconds to wait for the master to start until it counts as failed
    #[arg(long = "start_timeout", alias = "start-timeout", env = "START_TIMEOUT", value_parser = seconds)]
    pub(crate) start_timeout: Option<Duration>,
    /// The master's directory
    #[arg(default_value = ".")]
    pub(crate) basedir: PathBuf,
}

/// `reconfig`
#[derive(Debug, Args)]
pub(crate) struct Reconfig {
    /// Don't display log messages about reconfiguration
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Seconds to wait for messages in the log that indicate progress
    #[arg(long = "progress_timeout", alias = "progress-timeout", value_parser = seconds)]
    pub(crate) progress_timeout: Option<Duration>,
    /// The master's directory
    #[arg(default_value = ".")]
    pub(crate) basedir: PathBuf,
}

/// `checkconfig`
#[derive(Debug, Args)]
pub(crate) struct Checkconfig {
    /// Don't display error messages or tracebacks
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// The configuration file, or a master's directory
    pub(crate) config: Option<PathBuf>,
}

/// `sendchange`
#[derive(Debug, Args)]
pub(crate) struct Sendchange {
    /// Location of the master's change source (host:port)
    #[arg(short, long)]
    pub(crate) master: Option<String>,
    /// Name and password (username:password)
    #[arg(short, long, default_value = "change:changepw")]
    pub(crate) auth: String,
    /// Author of the change
    #[arg(short = 'W', long)]
    pub(crate) who: Option<String>,
    /// Repository
    #[arg(short = 'R', long, default_value = "")]
    pub(crate) repository: String,
    /// The version control system in use
    #[arg(short = 's', long)]
    pub(crate) vc: Option<String>,
    /// Project
    #[arg(short = 'P', long, default_value = "")]
    pub(crate) project: String,
    /// Branch
    #[arg(short, long)]
    pub(crate) branch: Option<String>,
    /// Category
    #[arg(short = 'C', long)]
    pub(crate) category: Option<String>,
    /// Codebase
    #[arg(long)]
    pub(crate) codebase: Option<String>,
    /// Revision
    #[arg(short, long)]
    pub(crate) revision: Option<String>,
    /// File that holds the revision
    #[arg(long = "revision_file", alias = "revision-file")]
    pub(crate) revision_file: Option<String>,
    /// A property of the change (name:value); may be given more than once
    #[arg(short, long)]
    pub(crate) property: Vec<String>,
    /// What was said about the change
    #[arg(short, long)]
    pub(crate) comments: Option<String>,
    /// File that holds the comments; - for standard input
    #[arg(short = 'F', long)]
    pub(crate) logfile: Option<String>,
    /// When the change was made, in seconds since the epoch
    #[arg(short, long)]
    pub(crate) when: Option<f64>,
    /// Link to the revision
    #[arg(short = 'l', long, default_value = "")]
    pub(crate) revlink: String,
    /// Accepted for compatibility: everything is UTF-8
    #[arg(short, long, default_value = "utf8")]
    pub(crate) encoding: String,
    /// Names of the changed files
    pub(crate) files: Vec<String>,
}

/// A verb that is known, and not here yet.
#[derive(Debug, Args)]
pub(crate) struct OtherVerb {
    /// Its options
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) words: Vec<OsString>,
}

/// `tryserver`
#[derive(Debug, Args)]
pub(crate) struct Tryserver {
    /// The jobdir (maildir) for submitting jobs
    #[arg(long, value_name = "DIR")]
    pub(crate) jobdir: PathBuf,
}

/// The words after `worker`.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct WorkerWords {
    /// As of `buildbot-worker`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) words: Vec<OsString>,
    /// Whether the program was called `buildbot-worker`.
    #[arg(skip)]
    pub(crate) called_as_worker: bool,
}

/// `demo`
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// The git repository to build; default: the one around the current directory
    #[arg(long)]
    pub(crate) repo: Option<String>,
    /// End after the first build, with exit status 0 if it succeeded
    #[arg(long)]
    pub(crate) once: bool,
    /// Where the master and the worker live; default: a new temporary directory
    #[arg(long)]
    pub(crate) directory: Option<PathBuf>,
    /// Port of the web pages; 0 picks a free one
    #[arg(long, default_value_t = 8010)]
    pub(crate) port: u16,
    /// What the build runs in the checkout, by /bin/sh
    #[arg(long, default_value = "ls -la && git log --oneline | head -10")]
    pub(crate) command: String,
}

/// `generate`
#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// Which file
    pub(crate) name: String,
}

/// Something to print instead of a verb to carry out.
pub(crate) struct Answer {
    text: String,
    to_stdout: bool,
    code: u8,
}

impl Answer {
    #[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is what the user asked for")]
    pub(crate) fn show(&self) -> ExitCode {
        if self.to_stdout {
            println!("{}", self.text.trim_end());
        } else {
            eprintln!("{}", self.text.trim_end());
        }
        ExitCode::from(self.code)
    }
}

/// What a command line says.
pub(crate) struct Words {
    /// What to do.
    pub(crate) verb: Verb,
    /// Whether to show what it logs.
    pub(crate) verbose: bool,
}

/// Reads a command line. The name that the program is called by decides whose verbs it has.
pub(crate) fn parse(words: &[OsString]) -> Result<Words, Answer> {
    let program = words.first().map(PathBuf::from).unwrap_or_default();
    let called = program.file_name().and_then(|name| name.to_str()).unwrap_or("ferrobot");
    if called.starts_with("buildbot-worker") {
        let verb = Verb::Worker(WorkerWords { words: words[1..].to_vec(), called_as_worker: true });
        return Ok(Words { verb, verbose: false });
    }
    if let Some(word) = words.get(1).and_then(|word| word.to_str())
        && matches!(word, "--version" | "-V")
    {
        return Err(version());
    }
    let command = Program::command().name(if called.starts_with("buildbot") { "buildbot" } else { "ferrobot" });
    match command.try_get_matches_from(words).and_then(|matches| Program::from_arg_matches(&matches)) {
        Ok(program) => Ok(Words { verb: program.verb, verbose: program.verbose }),
        Err(error) => Err(refusal(&error, &program)),
    }
}

/// What `--version` says.
fn version() -> Answer {
    let text = format!("Buildbot version: {BUILDBOT_VERSION}\nFerrobot version: {}", env!("CARGO_PKG_VERSION"));
    Answer { text, to_stdout: true, code: 0 }
}

/// A usage error in the words of Buildbot's program, with what the verb takes.
fn refusal(error: &clap::Error, program: &Path) -> Answer {
    let what = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            return Answer { text: error.to_string(), to_stdout: true, code: 0 };
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "must specify a command".to_owned()
        }
        ErrorKind::InvalidSubcommand => format!("Unknown command: {}", context(error, ContextKind::InvalidSubcommand)),
        ErrorKind::UnknownArgument => format!("option {} not recognized", context(error, ContextKind::InvalidArg)),
        ErrorKind::ValueValidation | ErrorKind::InvalidValue => format!(
            "invalid value '{}' for {}{}",
            context(error, ContextKind::InvalidValue),
            context(error, ContextKind::InvalidArg),
            std::error::Error::source(error).map(|why| format!(": {why}")).unwrap_or_default()
        ),
        _ => first_line(&error.to_string()),
    };
    let help = Program::command().render_help();
    let usage = context_usage(error).unwrap_or_else(|| help.to_string());
    Answer { text: format!("{}:  {what}\n\n{usage}", program.display()), to_stdout: true, code: 1 }
}

fn context(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

fn context_usage(error: &clap::Error) -> Option<String> {
    match error.kind() {
        ErrorKind::InvalidSubcommand | ErrorKind::MissingSubcommand => None,
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Some(error.to_string()),
        _ => error.get(ContextKind::Usage).map(|usage| format!("{usage}\n\nFor more information, try '--help'.")),
    }
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Result<Words, Answer> {
        parse(&line.split(' ').map(OsString::from).collect::<Vec<_>>())
    }

    fn parsed(line: &str) -> Result<Verb, Answer> {
        words(line).map(|words| words.verb)
    }

    #[test]
    fn a_verb_may_be_talkative() {
        for (line, expected) in [("buildbot --verbose checkconfig", true), ("buildbot checkconfig", false)] {
            assert!(words(line).is_ok_and(|words| words.verbose == expected), "{line}");
        }
    }

    #[test]
    fn the_grammar_is_sound() {
        Program::command().debug_assert();
    }

    #[test]
    fn buildbot_s_options_are_taken() {
        let Ok(Verb::CreateMaster(create)) = parsed(
            "buildbot create-master -r --db sqlite:///other.sqlite -c my.cfg --log-size 1000 --log-count=None m2",
        ) else {
            panic!("not a create-master");
        };
        assert!(create.relocatable && !create.force);
        assert_eq!((create.db.as_str(), create.config.as_str()), ("sqlite:///other.sqlite", "my.cfg"));
        assert_eq!((create.log_size, create.log_count), (1000, Limit(None)));
        assert_eq!(create.basedir, PathBuf::from("m2"));
        assert!(matches!(parsed("ferrobot sighup m"), Ok(Verb::Reconfig(_))));
        let Ok(Verb::Start(start)) = parsed("buildbot start --start_timeout=inf m") else { panic!("not a start") };
        assert_eq!(start.start_timeout, Some(ferrobot_model::LONGEST));
        assert!(matches!(parsed("ferrobot start --nodaemon"), Ok(Verb::Start(Start { nodaemon: true, .. }))));
    }

    #[test]
    fn the_name_of_the_program_decides_whose_verbs_it_has() {
        let Ok(Verb::Worker(worker)) = parsed("/usr/bin/buildbot-worker start --nodaemon w") else {
            panic!("not the worker's");
        };
        assert_eq!(worker.words, ["start", "--nodaemon", "w"]);
        let Ok(Verb::Worker(worker)) = parsed("ferrobot worker create-worker -f w h n p") else {
            panic!("not the worker's");
        };
        assert_eq!(worker.words, ["create-worker", "-f", "w", "h", "n", "p"]);
    }

    #[test]
    fn usage_errors_are_told_as_buildbot_tells_them() {
        let cases = [
            ("buildbot", "buildbot:  must specify a command", 1),
            ("buildbot frobnicate", "buildbot:  Unknown command: frobnicate", 1),
            ("buildbot create-master --no-such-option x", "buildbot:  option --no-such-option not recognized", 1),
            (
                "buildbot create-master --log-size many m3",
                "buildbot:  invalid value 'many' for --log-size <LOG_SIZE>: invalid digit found in string",
                1,
            ),
            (
                "buildbot start --start_timeout=-1 m",
                "buildbot:  invalid value '-1' for --start_timeout <START_TIMEOUT>: must be a number of seconds, 0 or more, not -1",
                1,
            ),
            (
                "buildbot restart --start_timeout=x m",
                "buildbot:  invalid value 'x' for --start_timeout <START_TIMEOUT>: must be a number of seconds",
                1,
            ),
            (
                "buildbot reconfig --progress_timeout=nan m",
                "buildbot:  invalid value 'nan' for --progress_timeout <PROGRESS_TIMEOUT>: must be a number of seconds, 0 or more, not NaN",
                1,
            ),
            ("buildbot --version", "Buildbot version: 4.3.0", 0),
        ];
        for (line, first, code) in cases {
            let Err(answer) = parsed(line) else { panic!("`{line}` is accepted") };
            assert_eq!((answer.text.lines().next().unwrap(), answer.code), (first, code), "{line}");
        }
    }

    #[test]
    fn help_names_every_verb() {
        let Err(answer) = parsed("buildbot --help") else { panic!("no help") };
        for verb in ["create-master", "upgrade-master", "checkconfig", "sendchange", "try", "reconfig", "worker"] {
            assert!(answer.text.contains(verb), "{verb}");
        }
        assert_eq!(answer.code, 0);
    }
}
