//! How a host starts and ends.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ferrobot_confighost::{ConfigHost, StartError};

use crate::{options, site};

async fn start_with(python: &Path) -> StartError {
    let directory = tempfile::tempdir().unwrap();
    let mut options = options(directory.path());
    options.python = Some(python.to_owned());
    ConfigHost::start(options).await.unwrap_err()
}

/// An executable script in place of the interpreter.
pub(super) fn script(directory: &Path, text: &str) -> PathBuf {
    let path = directory.join("python3");
    std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test]
async fn a_missing_interpreter_is_named() {
    let error = start_with(Path::new("/no/such/python3")).await;
    assert!(matches!(error, StartError::NoPython { .. }), "{error}");
    assert!(error.to_string().contains("/no/such/python3"));
}

#[tokio::test]
async fn an_old_interpreter_is_told_from_a_broken_one() {
    let directory = tempfile::tempdir().unwrap();
    let old = script(directory.path(), "echo FERROBOT-PYTHON-TOO-OLD 3.6 >&2; exit 3");
    let error = start_with(&old).await;
    assert!(matches!(&error, StartError::TooOld { version, .. } if version == "3.6"), "{error}");

    let broken = script(directory.path(), "echo cannot open shared object >&2; exit 127");
    let error = start_with(&broken).await.to_string();
    assert!(error.contains("127") && error.contains("cannot open shared object"), "{error}");
}

#[tokio::test]
async fn rubbish_from_the_interpreter_ends_it() {
    let directory = tempfile::tempdir().unwrap();
    let rubbish = script(directory.path(), "printf 'HTTP/1.1 400 Bad Request' >&0; exec sleep 600");
    let error = start_with(&rubbish).await.to_string();
    assert!(error.contains("frame of"), "{error}");
}

#[tokio::test]
async fn shutdown_ends_the_process_and_what_it_started() {
    let site = site(
        "import subprocess\nchild = subprocess.Popen(['sleep', '600'])\n\
         c = BuildmasterConfig = {'pid': child.pid}\n",
    )
    .await;
    let ferrobot_config::Value::Int(child) = site.key("pid") else { panic!("no pid") };
    let child = PathBuf::from(format!("/proc/{child}"));
    assert!(child.exists());
    site.host.shutdown().await;
    assert!(site.host.ended().await.contains("ended"));
    drop(site);
    // A killed process is gone, or a zombie until somebody reaps it.
    let state = || std::fs::read_to_string(child.join("stat")).unwrap_or_default();
    for _ in 0..200 {
        if state().is_empty() || state().contains(") Z") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("still running: {}", state());
}

#[tokio::test]
async fn the_process_ends_with_its_owner() {
    let site = site("import threading\nBuildmasterConfig = {}\n").await;
    let process = PathBuf::from(format!("/proc/{}", site.host.pid()));
    assert!(process.exists());
    drop(site.host);
    for _ in 0..200 {
        if !process.exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the process is still there");
}
