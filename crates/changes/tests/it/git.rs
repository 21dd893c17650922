//! A master that polls a repository, is asked to poll, and is started again.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ferrobot_config::{Config, Named, Object, Value};
use ferrobot_data::{Change, Data, DataOptions};
use ferrobot_engine::{Generation, Host, HostCall, HostError, HostReply, Kinds, Master, MasterOptions, Shutdown};
use ferrobot_model::SystemClock;
use serde_json::json;

/// A configuration without functions.
#[derive(Debug)]
struct NoFunctions;

#[async_trait]
impl Host for NoFunctions {
    async fn call(&self, _call: HostCall) -> Result<HostReply, HostError> {
        Err(HostError::Gone("there is none".to_owned()))
    }
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    let output = std::process::Command::new("git")
        .args(["-c", "user.name=Jo", "-c", "user.email=jo@example.org"])
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn commit(directory: &Path, message: &str) -> String {
    git(directory, &["commit", "-q", "--allow-empty", "-m", message]);
    git(directory, &["rev-parse", "HEAD"])
}

/// A master that polls `url` when it starts and when it is asked to.
async fn start(directory: &Path, url: &str) -> (Master, Data) {
    ferrobot_data::create_or_check("sqlite:///state.sqlite", directory).unwrap();
    let options = DataOptions {
        basedir: directory.to_owned(),
        db_url: "sqlite:///state.sqlite".to_owned(),
        master_name: "test:site".to_owned(),
        log_compression: "gz".to_owned(),
        log_compression_limit: 0,
    };
    let data = Data::open(options, Arc::new(SystemClock)).await.unwrap();
    let mut kinds = Kinds::default();
    ferrobot_changes::register(&mut kinds);
    let arguments =
        [("repourl", Value::from(url)), ("pollAtLaunch", Value::Bool(true)), ("branches", Value::Bool(true))];
    let object = Object {
        class: "buildbot.changes.gitpoller.GitPoller".to_owned(),
        args: arguments.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        ..Object::default()
    };
    let source = Named { name: ferrobot_changes::default_name(&object).unwrap(), object: Arc::new(object) };
    let config = Config { change_sources: vec![source], ..Config::default() };
    let options = MasterOptions { basedir: directory.to_owned(), data: data.clone(), kinds: Arc::new(kinds) };
    let generation = Generation { config: Arc::new(config), host: Arc::new(NoFunctions), number: 1 };
    (Master::start(options, generation).await.unwrap(), data)
}

async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(tokio::time::Instant::now() < deadline, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn changes(data: &Data, count: usize) -> Vec<Change> {
    eventually("the changes come", async || {
        let mut changes = data.recent_changes(100).await.unwrap();
        changes.sort_by_key(|change| change.id);
        (changes.len() >= count).then_some(changes)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_become_changes_and_a_restart_repeats_none() {
    let directory = tempfile::tempdir().unwrap();
    let remote = directory.path().join("remote");
    std::fs::create_dir(&remote).unwrap();
    git(&remote, &["init", "-q", "-b", "main"]);
    let first = commit(&remote, "first");
    let url = format!("file://{}", remote.display());

    let (master, data) = start(directory.path(), &url).await;
    eventually("the first look is stored", async || {
        let seen = data.get_state(&url, "GitPoller", "lastRev").await.unwrap();
        (seen == Some(json!({"refs/heads/main": first}))).then_some(())
    })
    .await;
    let second = commit(&remote, "second");
    assert_eq!(master.poll_now(None), 1);
    let found = changes(&data, 1).await;
    let Change { author, comments, branch, revision, revlink, repository, .. } = &found[0];
    assert_eq!((author.as_str(), comments.as_str()), ("Jo <jo@example.org>", "second"));
    assert_eq!((branch.as_deref(), revision.as_ref()), (Some("main"), Some(&second)));
    assert_eq!((revlink.as_deref(), repository), (Some(""), &url));
    master.shutdown(Shutdown::Fast).await;
    data.close().await.unwrap();

    let third = commit(&remote, "third");
    let (master, data) = start(directory.path(), &url).await;
    let found = changes(&data, 2).await;
    assert_eq!(found.iter().filter_map(|change| change.revision.clone()).collect::<Vec<_>>(), [second, third]);
    master.shutdown(Shutdown::Fast).await;
    data.close().await.unwrap();
}
