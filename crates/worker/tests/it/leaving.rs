//! The worker's own administrator asks it to finish.

use std::path::Path;
use std::process::Stdio;

use ferrobot_wire::pb::Value;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, Command};

use crate::pb_scripted::ScriptedPbMaster;
use crate::scripted::within;

async fn start(place: &Path, port: u16, name: &str, password: &str, options: &[&str]) -> Child {
    let program = env!("CARGO_BIN_EXE_ferrobot-worker");
    let created = Command::new(program)
        .args(["create-worker", "-q"])
        .args(options)
        .args(["w", &format!("127.0.0.1:{port}"), name, password])
        .current_dir(place)
        .status();
    assert!(created.await.unwrap().success());
    Command::new(program)
        .args(["start", "--nodaemon", "w"])
        .current_dir(place)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

fn log(place: &Path) -> String {
    std::fs::read_to_string(place.join("w/twistd.log")).unwrap()
}

fn hang_up(child: &Child) {
    kill(Pid::from_raw(child.id().unwrap().try_into().unwrap()), Signal::SIGHUP).unwrap();
}

/// Whether the worker ends by itself is up to its master; one without a master ends at once.
async fn leaves(how: &str, ask: impl FnOnce(&Path, &Child), expected: &[&str]) {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedPbMaster::new().await;
    let options = master.options(place.path());
    let (name, password) = (&options.name, &options.password);
    let port = options.master.port;
    let mut child = start(place.path(), port, name, password, &["-k", "1", "--allow-shutdown", how]).await;
    let mut worker = master.accept().await;
    let mut asked = Some(ask);
    loop {
        let call = within(worker.call()).await;
        worker.answer(&call, &Value::None).await;
        match call.method.as_str() {
            "keepalive" => {
                if let Some(ask) = asked.take() {
                    ask(place.path(), &child);
                }
            }
            other => {
                assert_eq!(other, "shutdown");
                break;
            }
        }
    }
    drop((worker, master));
    assert!(within(child.wait()).await.unwrap().success());
    let log = log(place.path());
    let always = [
        "sending application-level keepalives every 1 seconds\n",
        "sending app-level keepalive\n",
        "Master replied to keepalive, everything's fine\n",
        "Telling the master we want to shutdown after any running builds are finished\n",
        "No active connection, shutting down NOW\n",
    ];
    for line in always.iter().chain(expected) {
        assert!(log.contains(line), "{line}\n{log}");
    }
}

#[tokio::test]
async fn a_signal_makes_it_ask_its_master() {
    let expected = ["Setting up SIGHUP handler to initiate shutdown\n", "Initiating shutdown because we got SIGHUP\n"];
    leaves("signal", |_, child| hang_up(child), &expected).await;
}

#[tokio::test]
async fn a_touched_file_makes_it_ask_its_master() {
    let touch = |place: &Path, _: &Child| std::fs::write(place.join("w/shutdown.stamp"), "").unwrap();
    leaves("file", touch, &["/w/shutdown.stamp's mtime to initiate shutdown\n", "/w/shutdown.stamp was touched\n"])
        .await;
}

#[tokio::test]
async fn without_a_connection_it_ends_at_once() {
    let place = tempfile::tempdir().unwrap();
    let mut child = start(place.path(), 1, "w1", "pw", &["--allow-shutdown=signal"]).await;
    within(async {
        while !std::fs::read_to_string(place.path().join("w/twistd.log")).is_ok_and(|log| log.contains("will retry")) {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    })
    .await;
    hang_up(&child);
    assert!(within(child.wait()).await.unwrap().success());
    assert!(log(place.path()).contains("No active connection, shutting down NOW\n"));
}
