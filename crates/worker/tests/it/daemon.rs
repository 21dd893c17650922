//! The program: made, started in the background, restarted, stopped.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use tempfile::TempDir;
use tokio::process::Command;
use tokio::task::JoinHandle;

use crate::scripted::{Attached, ScriptedMaster, shell};

/// A worker's directory. The process in it is killed at the end of the test, whatever happens.
struct Home {
    place: TempDir,
}

impl Home {
    async fn create(master: &ScriptedMaster, options: &[&str]) -> Home {
        let home = Home { place: tempfile::tempdir().unwrap() };
        let port = master.options(Path::new("/")).master.port;
        let created = Command::new(env!("CARGO_BIN_EXE_ferrobot-worker"))
            .args(["create-worker", "-q", "--protocol=msgpack_experimental_v7"])
            .args(options)
            .arg(home.directory())
            .args([&format!("127.0.0.1:{port}"), "w1", "pa:ss"])
            .status();
        assert!(created.await.unwrap().success());
        home
    }

    fn directory(&self) -> PathBuf {
        self.place.path().join("w1")
    }

    /// Runs a verb on the side, so that the master can do its part.
    fn verb(&self, verb: &str) -> JoinHandle<Output> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ferrobot-worker"));
        command.arg(verb).arg(self.directory());
        tokio::spawn(async move { command.output().await.unwrap() })
    }

    fn pid(&self) -> Option<i32> {
        std::fs::read_to_string(self.directory().join("twistd.pid")).ok()?.trim().parse().ok()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory().join("twistd.log")).unwrap()
    }

    fn mode(&self, file: &str) -> u32 {
        std::fs::metadata(self.directory().join(file)).unwrap().permissions().mode() & 0o777
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(pid) = self.pid() {
            let _gone = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL);
        }
    }
}

async fn attach(master: &ScriptedMaster) -> Attached {
    let mut worker = master.accept().await;
    worker.ask("print", vec![("message", "attached".into())]).await.unwrap();
    worker
}

fn told(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_lives_in_the_background() {
    const STARTED: &str =
        "Following twistd.log until startup finished..\nThe buildbot-worker appears to have (re)started correctly.\n";
    let master = ScriptedMaster::new().await;
    let home = Home::create(&master, &[]).await;

    let starting = home.verb("start");
    let mut worker = attach(&master).await;
    assert_eq!(told(&starting.await.unwrap()), (Some(0), STARTED.to_owned()));
    let first = home.pid().unwrap();
    // Whoever starts a worker in the background is protected from other users by twistd's own mask.
    worker.run("1", "shell", shell(&home.directory(), "touch made")).await;
    assert_eq!((home.mode("made"), home.mode("twistd.pid"), home.mode("twistd.hostname")), (0o600, 0o600, 0o600));
    // The log is not behind it: it is opened earlier.
    let plain = home.place.path().join("plain");
    std::fs::write(&plain, "").unwrap();
    let plain = std::fs::metadata(plain).unwrap().permissions().mode() & 0o777;
    assert_eq!(home.mode("twistd.log"), plain);

    let (code, text) = told(&home.verb("start").await.unwrap());
    assert_eq!(code, Some(1));
    assert!(text.starts_with(&format!("Another twistd server is running, PID {first}")), "{text}");

    let restarting = home.verb("restart");
    worker.closed().await;
    let mut worker = attach(&master).await;
    let expected = format!("worker process {first} is dead\nnow restarting worker process..\n{STARTED}");
    assert_eq!(told(&restarting.await.unwrap()), (Some(0), expected));
    let second = home.pid().unwrap();
    assert_ne!(first, second);

    let stopping = home.verb("stop");
    worker.closed().await;
    assert_eq!(told(&stopping.await.unwrap()), (Some(0), format!("worker process {second} is dead\n")));
    assert_eq!(home.pid(), None);
    let log = home.log();
    for line in
        ["Starting Worker -- version: 4.3.0", "message from master: attached", "Received SIGTERM, shutting down."]
    {
        assert!(log.contains(line), "{log}");
    }
    assert!(log.ends_with("Server Shut Down.\n"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_hold_and_a_stale_pid_does_not_matter() {
    let master = ScriptedMaster::new().await;
    let home = Home::create(&master, &["-r", "--umask=0o27", "--numcpus=7"]).await;
    // Moved elsewhere, and a link is left.
    let link = home.directory();
    std::fs::rename(&link, home.place.path().join("real")).unwrap();
    std::os::unix::fs::symlink("real", &link).unwrap();
    std::fs::write(home.directory().join("twistd.pid"), "999999999").unwrap();
    let starting = home.verb("start");
    let mut worker = attach(&master).await;
    assert_eq!(starting.await.unwrap().status.code(), Some(0));
    let info = worker.ask("get_worker_info", Vec::new()).await.unwrap();
    assert_eq!((&info["numcpus"], &info["basedir"]), (&7.into(), &link.display().to_string().into()));
    worker.run("1", "shell", shell(&home.directory(), "touch made")).await;
    assert_eq!(home.mode("made"), 0o640);
    // The master may end it as well.
    worker.ask("shutdown", Vec::new()).await.unwrap();
    worker.closed().await;
    assert!(home.verb("stop").await.unwrap().status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_cannot_start_says_why() {
    let master = ScriptedMaster::new().await;
    let home = Home::create(&master, &["--protocol=bogus"]).await;
    let (code, text) = told(&home.verb("start").await.unwrap());
    assert_eq!(code, Some(1));
    assert!(text.contains("Unknown protocol bogus"), "{text}");
}
