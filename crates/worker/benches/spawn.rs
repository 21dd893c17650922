//! What a command costs beyond its process: `/bin/true` through the runner, and through the standard library's `posix_spawn`.
//!
//! `cargo bench -p ferrobot-worker`; with `-- MB` the process holds so much memory, as a master with local workers does.

#![expect(clippy::print_stdout, reason = "a bench talks to its user")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ferrobot_model::{self as model, CommandEvent, CommandLine, ShellCommand};
use ferrobot_worker::{CommandRunner, OutputSettings};

const ROUNDS: usize = 9;
/// Both sides take turns, so that a busy machine is busy for both.
const ROUND: Duration = Duration::from_millis(400);
const PROGRAM: &str = "/bin/true";

fn main() {
    let megabytes = std::env::args().filter_map(|word| word.parse::<usize>().ok()).next().unwrap_or(0);
    let ballast = vec![1u8; megabytes * 1024 * 1024];
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let runner = CommandRunner::new(Path::new("/tmp"), std::env::vars_os().collect(), OutputSettings::default());
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(each(with_posix_spawn));
        ours.push(runtime.block_on(async { tokio::spawn(with_runner(runner.clone())).await }).expect("it ends"));
    }
    let (theirs, ours) = (median(theirs), median(ours));
    println!(
        "{PROGRAM}, {megabytes} MB of ballast: posix_spawn {theirs:.0} µs, the runner {ours:.0} µs: {:+.0} %",
        (ours / theirs - 1.0) * 100.0
    );
    drop(ballast);
}

/// Microseconds of one.
fn each(mut one: impl FnMut()) -> f64 {
    let (started, mut count) = (Instant::now(), 0.0);
    while started.elapsed() < ROUND {
        one();
        count += 1.0;
    }
    started.elapsed().as_secs_f64() * 1e6 / count
}

fn with_posix_spawn() {
    let mut command = Command::new(PROGRAM);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = command.spawn().and_then(std::process::Child::wait_with_output).expect("it starts");
    assert!(output.status.success());
}

async fn with_runner(runner: CommandRunner) -> f64 {
    let (started, mut count) = (Instant::now(), 0.0);
    while started.elapsed() < ROUND {
        let words = CommandLine::Words(vec![PROGRAM.into()]);
        let command = model::Command::Shell(ShellCommand { log_environ: false, ..ShellCommand::new("/tmp", words) });
        let mut running = runner.start(Path::new("/tmp"), command);
        while let Some(event) = running.events.recv().await {
            if let CommandEvent::Complete(failure) = event {
                assert_eq!(failure, None);
            }
        }
        count += 1.0;
    }
    started.elapsed().as_secs_f64() * 1e6 / count
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
