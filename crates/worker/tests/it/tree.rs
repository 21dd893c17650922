//! Stories of programs that start others: what goes with them when they have to end, and what stays when they end by themselves.

use std::time::{Duration, Instant};

use ferrobot_model::{Command, CommandEvent, ShellCommand, Stream, Update};
use ferrobot_worker::Running;

use crate::place::{Place, Report, finish, interrupt_when_it_prints, is_alive, sh, wait_until_gone};

/// Four that try to get away, each without a parent: in another session, deaf to signals, without environment and descriptors, and
/// one that starts its work again when that is killed.
const RUNAWAYS: &str = "
    (setsid sh -c 'echo $$ >> pids; exec sleep 1000' &)
    (setsid sh -c 'trap \"\" TERM INT HUP; echo $$ >> pids; while :; do sleep 1; done' &)
    (env -i /usr/bin/setsid /bin/sh -c 'echo $$ >> pids; exec /bin/sleep 1000' </dev/null >/dev/null 2>&1 &)
    (setsid sh -c 'echo $$ >> pids; while :; do sh -c \"echo \\$\\$ >> pids; exec sleep 1000\"; done' &)
    while [ \"$(cat pids 2>/dev/null | wc -l)\" -lt 5 ]; do sleep 0.05; done
";

fn alive(place: &Place) -> Vec<String> {
    place.read("build/pids").lines().filter(|pid| is_alive(pid)).map(str::to_owned).collect()
}

/// They get away, then the program prints `start` and goes on.
fn runaways(then: &str) -> ShellCommand {
    sh(&format!("{RUNAWAYS}echo start; {then}"))
}

/// They get away, the program ends by itself, and one of them prints `start` when it has.
fn runaways_of_one_that_ended() -> ShellCommand {
    let watcher =
        "while [ -e /proc/$0 ] && ! grep -q zombie /proc/$0/status; do sleep 0.02; done; echo start; exec sleep 1000";
    sh(&format!("{RUNAWAYS}(setsid sh -c '{watcher}' $$ &); exit 3"))
}

#[tokio::test]
async fn whoever_ends_a_program_ends_all_that_it_has_started() {
    let waiting = || runaways("sleep 1000");
    let cases: [(&str, ShellCommand); 7] = [
        ("interrupt", waiting()),
        ("interrupt, with grace", ShellCommand { sigterm_time: Some(0.5), ..waiting() }),
        ("interrupt, gentle", ShellCommand { interrupt_signal: Some("INT".to_owned()), ..runaways("exec sleep 1000") }),
        ("interrupt, on a terminal", ShellCommand { use_pty: true, ..waiting() }),
        ("interrupt, after its own end", runaways_of_one_that_ended()),
        ("silence", ShellCommand { timeout: Some(2.0), ..waiting() }),
        ("lines", ShellCommand { max_lines: Some(2), ..runaways("seq 1 9; sleep 1000") }),
    ];
    for (name, shell) in cases {
        let place = Place::new();
        let running = place.start(Command::Shell(shell));
        let report = if name.starts_with("interrupt") {
            finish(running, interrupt_when_it_prints()).await
        } else {
            finish(running, |_| None).await
        };
        assert_eq!(alive(&place), Vec::<String>::new(), "{name}");
        assert_eq!(report.rc, Some(if name.ends_with("own end") { 3 } else { -1 }), "{name}: {report:?}");
        assert!(report.stdout.starts_with("start"), "{name}: {report:?}");
    }
}

#[tokio::test]
async fn a_program_without_a_listener_takes_all_with_it() {
    let place = Place::new();
    let mut running = place.start(Command::Shell(runaways("sleep 1000")));
    until_it_prints(&mut running).await;
    drop(running);
    for pid in place.read("build/pids").lines() {
        wait_until_gone(pid).await;
    }
}

/// The program and its worker end at once: nobody is left to wait, and still nobody stays.
#[test]
fn a_runtime_that_ends_takes_all_with_it() {
    let place = Place::new();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let _running = runtime.block_on(async {
        let mut running = place.start(Command::Shell(runaways("sleep 1000")));
        until_it_prints(&mut running).await;
        running
    });
    drop(runtime);
    assert_eq!(alive(&place), Vec::<String>::new());
}

async fn until_it_prints(running: &mut Running) {
    while let Some(event) = running.events.recv().await {
        if matches!(event, CommandEvent::Update(Update::Output(Stream::Stdout, _))) {
            return;
        }
    }
    panic!("it ended without a word");
}

#[tokio::test]
async fn the_end_of_one_program_is_not_that_of_another() {
    let (place, other_place) = (Place::new(), Place::new());
    let mut other = other_place.start(Command::Shell(runaways("sleep 1000")));
    until_it_prints(&mut other).await;
    let mut bystander = Bystander(std::process::Command::new("sleep").arg("1000").spawn().unwrap());
    let report = finish(place.start(Command::Shell(runaways("sleep 1000"))), interrupt_when_it_prints()).await;
    assert_eq!((report.rc, alive(&place).len(), alive(&other_place).len()), (Some(-1), 0, 5));
    assert!(bystander.0.try_wait().unwrap().is_none());
    drop(other);
    for pid in other_place.read("build/pids").lines() {
        wait_until_gone(pid).await;
    }
}

struct Bystander(std::process::Child);

impl Drop for Bystander {
    fn drop(&mut self) {
        let _gone = self.0.kill().and_then(|()| self.0.wait());
    }
}

/// As with a stock worker: who holds the pipes is waited for, who does not is let alone.
#[tokio::test]
async fn a_program_that_ends_by_itself_may_leave_others_behind() {
    let place = Place::new();
    let started = Instant::now();
    let report = place.sh("(sleep 1; echo late) & echo hi; exit 4").await;
    assert_eq!((report.rc, report.stdout.as_str()), (Some(4), "hi\nlate\n"));
    assert!(started.elapsed() >= Duration::from_secs(1));

    let report = place.sh("setsid sh -c 'echo $$ > pids; exec sleep 1000' </dev/null >/dev/null 2>&1 & while [ ! -s pids ]; do sleep 0.05; done; exit 4").await;
    assert_eq!(report.rc, Some(4));
    let left = alive(&place);
    assert_eq!(left.len(), 1);
    let pid = nix::unistd::Pid::from_raw(left[0].parse().unwrap());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
}

/// The exit statuses were shown by a stock worker.
#[tokio::test]
async fn a_program_that_had_to_be_stopped_has_not_succeeded() {
    let held = |code: i32| ShellCommand { max_time: Some(0.5), ..sh(&format!("sleep 1000 & echo hi; exit {code}")) };
    for (shell, expected) in [(held(0), -1), (held(4), 4)] {
        let report: Report = Place::new().run(Command::Shell(shell)).await;
        assert_eq!((report.rc, report.reason.as_deref()), (Some(expected), Some("timeout")), "{report:?}");
    }
    let polite =
        ShellCommand { sigterm_time: Some(20.0), ..sh("trap 'exit 0' TERM; echo hi; while :; do sleep 0.1; done") };
    let report = finish(Place::new().start(Command::Shell(polite)), interrupt_when_it_prints()).await;
    assert_eq!(report.rc, Some(-1));
}

/// Its children hold its pipes, and have the whole time to end by themselves.
#[tokio::test]
async fn the_grace_is_for_all_of_the_group() {
    // Both have their traps before anything is printed.
    let script = "trap 'exit 7' TERM; (trap 'sleep 0.5; echo cleaned; exit' TERM; echo hi; while :; do sleep 0.1; done) & wait; sleep 1000";
    let shell = ShellCommand { sigterm_time: Some(20.0), ..sh(script) };
    let started = Instant::now();
    let report = finish(Place::new().start(Command::Shell(shell)), interrupt_when_it_prints()).await;
    assert_eq!((report.rc, report.stdout.as_str()), (Some(7), "hi\ncleaned\n"));
    assert!(started.elapsed() < Duration::from_secs(15));
}
